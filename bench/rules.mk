# bench: measurements, none of which is a test. `make bench` runs all (an hour; bench/engine.sh most of it), bench/*.sh one.

BENCH_TOOLS := $(B)/bench/clock $(B)/bench/tree $(B)/bench/scope $(B)/bench/work $(B)/guest/work-user

.PHONY: bench bench-tools bench-spin bench-nk bench-engine
bench: bench-tools
	bench/peers.sh
	bench/engine.sh
	bench/linux.sh
	bench/depth.sh
	bench/faults.sh
	bench/tree.sh
	bench/spin.sh
	bench/nk.sh

bench-engine: bench-tools
	bench/engine.sh

bench-nk: bench-tools
	bench/nk.sh

bench-spin: $(B)/frond $(B)/bench/clock $(B)/bench/scope
	bench/spin.sh

bench-tools: all guest $(BENCH_TOOLS)

$(B)/bench/clock: bench/clock.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $<

$(B)/bench/tree: bench/tree.c $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# Whoever calls check_runs has all of check/ and model/, and what that is linked with.
$(B)/bench/scope: bench/spin/scope.c $(CHECK_OBJ) $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS) -lcyaml -lyaml
