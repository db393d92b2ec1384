# test/theorems: frond check holds, fails where it should, and can be checked. `make check-theorems`.
.PHONY: check-theorems
check-theorems: all $(B)/test/theorems/orbits
	@CC='$(CC)' CLI_LIBS='$(CLI_LIBS)' test/theorems/run $(B)

$(B)/test/theorems/orbits: test/theorems/orbits.c $(CHECK_OBJ) $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -Iinclude -Wall -Wextra -Werror -O2 -g -D_GNU_SOURCE -o $@ $^ -lxxhash -lm -lcyaml -lyaml -pthread

# Every scope that a resolver of the engine can make the look-ups of, by each.
.PHONY: check-theorems-maps
check-theorems-maps: all
	set -e; for maps in flat pure hv display rmr; do echo $$maps; $(B)/frond check --maps $$maps; done
