# test/schemes: the five resolvers of core/ against the judge of test/core, and what each costs against the
# formulas of docs/schemes.md. `make check-schemes SCHEME_CASES=1000000`.
SCHEMES_SRC := test/schemes/schemes.c test/core/world.c test/core/naive.c test/core/prop.c
SCHEME_CASES ?= 50000

.PHONY: check-schemes
check-schemes: all guest $(B)/test/schemes/schemes $(B)/test/nest
	@test/schemes/run $(B) $(SCHEME_CASES)

$(B)/test/schemes/schemes: $(SCHEMES_SRC) $(wildcard test/core/*.h core/*.c core/*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O2 -g $(WARN) -fsanitize=undefined -fno-sanitize-recover=all -Iinclude -I. -o $@ $(SCHEMES_SRC) $(wildcard core/*.c)

# Every mutant of the resolvers (test/mutants/schemes) must be noticed.
SCHEMES_OBJ := $(SCHEMES_SRC:%.c=$(B)/%.o)
.PHONY: check-scheme-mutants
check-scheme-mutants: $(SCHEMES_OBJ) $(B)/libfrond.a
	@CC='$(CC)' nice test/mutants/run $(B) schemes

$(B)/test/schemes/schemes.o: ALL_CFLAGS += -I.
-include $(B)/test/schemes/schemes.d
