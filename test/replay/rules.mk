# test/replay: the model walks along the engine's traces, and along altered ones. `make check-replay`.
.PHONY: check-replay
check-replay: all guest linux $(B)/test/replay/alter $(B)/attack-test $(B)/levels-test $(B)/guest/tower_vmm.bin \
    $(B)/test/nest $(B)/test/fuzz/random-nodes $(B)/lockstep-test
	@LINUX=$(LINUX) test/replay/run $(B)

$(B)/test/replay/alter: test/replay/alter.c $(wildcard check/replay*.c check/replay*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c,$^)
