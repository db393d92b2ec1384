# Included by the top Makefile: `make check-dev`: every device on a bus that can wait and refuse.
DEV_SRC := $(filter-out test/dev/fuzz_%,$(wildcard test/dev/*.c)) $(wildcard dev/*.c)

$(B)/test/dev/rows: $(DEV_SRC) $(wildcard test/dev/*.h dev/*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -O1 -g $(WARN) -fsanitize=address,undefined -fno-sanitize-recover -Iinclude -Idev -o $@ $(DEV_SRC)

.PHONY: check-dev
check-dev: $(B)/test/dev/rows
	$<
