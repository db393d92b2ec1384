# test/sandbox: what a guest that has taken over the engine's process can do. `make check-sandbox`.

SANDBOX_T_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard test/sandbox/*.c) $(SANDBOX))

.PHONY: check-sandbox
check-sandbox: $(B)/sandbox-test
	@$<

$(B)/sandbox-test: $(SANDBOX_T_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lseccomp
-include $(SANDBOX_T_OBJ:.o=.d)
