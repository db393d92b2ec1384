# bench: measurements, none of which is a test. `make bench` runs all (some minutes), bench/*.sh one.

BENCH_TOOLS := $(B)/bench/clock $(B)/bench/tree

.PHONY: bench bench-tools
bench: bench-tools
	bench/peers.sh
	bench/depth.sh
	bench/faults.sh
	bench/tree.sh

bench-tools: all guest $(BENCH_TOOLS)

$(B)/bench/clock: bench/clock.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $<

$(B)/bench/tree: bench/tree.c $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
