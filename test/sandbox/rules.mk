# test/sandbox: what a guest that has taken over the engine's process can do. `make check-sandbox`;
# `make check-sandbox-mutants`: each hole in the sandbox is noticed.

SANDBOX_T_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard test/sandbox/*.c) $(SANDBOX))

.PHONY: check-sandbox
check-sandbox: $(B)/sandbox-test
	@$<

.PHONY: check-sandbox-mutants
check-sandbox-mutants: $(B)/sandbox-test
	@CC="$(CC)" test/sandbox/mutants $(B) $(SANDBOX)

$(B)/sandbox-test: $(SANDBOX_T_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lseccomp
-include $(SANDBOX_T_OBJ:.o=.d)
