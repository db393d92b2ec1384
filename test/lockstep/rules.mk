# test/lockstep: generated programs, interpreter against translator, slice by slice. `make check-lockstep`;
# `make check-lockstep LOCKSTEP_ARGS="--kind paging --seed 7"`: one again; `--seeds 1000`: more of each kind.
# `make check-jit-mutants`: each defect of jit/ in test/mutants/jit is noticed by it.
LOCKSTEP_OBJ := $(B)/test/lockstep/lockstep.o $(B)/test/lockstep/gen.o $(B)/test/lockstep/node.o $(B)/test/isa/info.o
LOCKSTEP_ARGS ?=

.PHONY: check-lockstep check-jit-mutants
check-lockstep: $(B)/lockstep-test
	@$< $(LOCKSTEP_ARGS)

check-jit-mutants: $(B)/lockstep-test
	@CC='$(CC)' nice test/mutants/run $(B) jit

$(B)/lockstep-test: $(LOCKSTEP_OBJ) $(FOLLOW_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

-include $(LOCKSTEP_OBJ:.o=.d)
