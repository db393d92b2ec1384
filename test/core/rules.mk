# test/core: core/ against a judge that scans tables and keeps nothing. `make check-core`; another run:
# `make check-core CORE_ARGS="--seed 7 --cases 1000000"`.
CORE_TEST_SRC := $(wildcard test/core/*.c)
CORE_ARGS ?=

.PHONY: check-core
check-core: $(B)/test/core/prop
	$< $(CORE_ARGS)

$(B)/test/core/prop: $(CORE_TEST_SRC) test/core/world.h $(wildcard core/*.c core/*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O2 -g $(WARN) -fsanitize=undefined -fno-sanitize-recover=all -Iinclude -I. -o $@ $(CORE_TEST_SRC) $(wildcard core/*.c)
