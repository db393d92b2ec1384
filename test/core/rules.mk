# test/core: core/ against a judge that scans tables and keeps nothing. `make check-core`; another run:
# `make check-core CORE_ARGS="--seed 7 --cases 1000000"`.
# `make test-mutants`: every small change of core/ must be noticed (test/mutants); MUTANTS=PATTERN: those
# whose names match.
CORE_TEST_SRC := $(wildcard test/core/*.c)
CORE_TEST_OBJ := $(CORE_TEST_SRC:%.c=$(B)/%.o)
CORE_ARGS ?=

.PHONY: check-core
check-core: $(B)/test/core/rows
	$< $(CORE_ARGS)

$(B)/test/core/rows: $(CORE_TEST_SRC) $(wildcard test/core/*.h core/*.c core/*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O2 -g $(WARN) -fsanitize=undefined -fno-sanitize-recover=all -Iinclude -I. -o $@ $(CORE_TEST_SRC) $(wildcard core/*.c)

.PHONY: test-mutants
test-mutants: $(CORE_TEST_OBJ) $(B)/test/schemes/schemes.o $(B)/attack-test $(B)/levels-test $(B)/guest/tower_vmm.bin
	@CC='$(CC)' nice test/mutants/run $(B) core '$(MUTANTS)'

$(CORE_TEST_OBJ): ALL_CFLAGS += -I.
-include $(CORE_TEST_OBJ:.o=.d)
