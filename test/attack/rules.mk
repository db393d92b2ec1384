# test/attack: attacks on the ABI and the devices. `make check-attack`, `make check-attack-asan`;
# `make check-mutants`: each wall taken down must be noticed (test/mutants).
ATTACK_SRC := $(wildcard test/attack/*.c)
ATTACK_CFLAGS = -std=gnu17 $(WARN) -D_GNU_SOURCE -Iinclude -I. $(CFLAGS)

$(B)/attack-test: $(ATTACK_SRC) $(wildcard test/attack/*.h) $(B)/libfrond.a
	$(CC) $(ATTACK_CFLAGS) -o $@ $(ATTACK_SRC) $(B)/libfrond.a $(LIBS)

.PHONY: check-attack check-attack-asan check-mutants
check-attack: $(B)/attack-test
	$(B)/attack-test

check-attack-asan:
	$(MAKE) B=build-asan OPT="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all" build-asan/attack-test
	build-asan/attack-test
