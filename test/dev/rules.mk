# Included by the top Makefile: `make check-dev`: every device on a bus that can wait and refuse.
DEV_SRC := $(filter-out test/dev/fuzz_%,$(wildcard test/dev/*.c)) $(wildcard dev/*.c)

$(B)/test/dev/rows: $(DEV_SRC) $(wildcard test/dev/*.h dev/*.h) include/frond_abi.h
	@mkdir -p $(@D)
	$(CC) -std=c17 -O1 -g $(WARN) -fsanitize=address,undefined -fno-sanitize-recover -Iinclude -Idev -o $@ $(DEV_SRC)

.PHONY: check-dev
check-dev: $(B)/test/dev/rows
	$<

# Registers and rings from bytes. `make fuzz-dev FUZZ_SECONDS=600`.
FUZZ_SECONDS ?= 30
.PHONY: fuzz-dev
fuzz-dev: $(B)/test/fuzz-virtio
	@mkdir -p $(B)/test/corpus-virtio
	cd $(B)/test && ./fuzz-virtio -max_total_time=$(FUZZ_SECONDS) -max_len=512 corpus-virtio

$(B)/test/fuzz-virtio: test/dev/fuzz_virtio.c dev/dev.c $(wildcard dev/virtio*.c) dev/block_cow.c $(wildcard dev/*.h)
	@mkdir -p $(@D)
	clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Iinclude -Idev -o $@ $(filter %.c,$^)
