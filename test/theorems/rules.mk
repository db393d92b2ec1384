# test/theorems: frond check holds, fails where it should, and can be checked. `make check-theorems`.
.PHONY: check-theorems
check-theorems: all $(B)/test/theorems/orbits
	@test/theorems/run $(B)

$(B)/test/theorems/orbits: test/theorems/orbits.c $(patsubst %.c,$(B)/%.o,$(wildcard check/*.c model/*.c)) $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -Iinclude -Wall -Wextra -Werror -O2 -g -D_GNU_SOURCE -o $@ $^ -lxxhash -lcyaml -lyaml -pthread
