# test/attack: attacks on the ABI and the devices. `make check-attack`, `make check-attack-asan`;
# `make check-mutants`: each wall taken down must be noticed (test/mutants).

ATTACK_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard test/attack/*.c)) $(B)/test/attack/takeover_blob.o
ASAN_FLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: check-attack check-attack-asan check-mutants
check-attack: $(B)/attack-test
	@$(B)/attack-test

check-attack-asan:
	@$(MAKE) -s B=build-asan OPT="$(ASAN_FLAGS)" build-asan/attack-test
	@build-asan/attack-test

check-mutants: $(B)/attack-test
	@CC="$(CC)" test/mutants/run $(B) walls

$(B)/attack-test: $(ATTACK_OBJ) $(FOLLOW_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

# nk with a client, a guest's program, that rows_nucleus.c takes over.
$(B)/test/attack/rows_nucleus.o: ALL_CFLAGS += -Ink
$(B)/test/attack/takeover_blob.o: test/attack/takeover_blob.S $(B)/guest/takeover.elf
	@mkdir -p $(@D)
	$(CC) -DTAKEOVER_ELF='"$(B)/guest/takeover.elf"' -c -o $@ $<
-include $(ATTACK_OBJ:.o=.d)
