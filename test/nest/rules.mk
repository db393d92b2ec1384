# Trees of nuclei, row by row. `make check-nest`.

.PHONY: check-nest
check-nest: $(B)/test/nest guest
	$< $(B)/guest

# The same with Linux out of LINUX, a folder of guest/linux/fetch.sh.
.PHONY: check-nest-linux
check-nest-linux: $(B)/test/nest guest
	$< $(B)/guest --linux $(LINUX)

$(B)/test/nest: test/nest/nest.c $(FOLLOW_OBJ) $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# What a nucleus reads without trust. `make fuzz-nest FUZZ_SECONDS=600`.
FUZZ_SECONDS ?= 30
.PHONY: fuzz-nest
fuzz-nest: $(B)/test/fuzz-nest $(B)/test/fuzz-nest-seeds
	@mkdir -p $(B)/test/corpus-nest
	cd $(B)/test && ./fuzz-nest -max_total_time=$(FUZZ_SECONDS) -max_len=65536 corpus-nest fuzz-nest-seeds

$(B)/test/fuzz-nest: test/nest/fuzz.c guest/lib/tree.c machine/image.c machine/fdt.c
	@mkdir -p $(@D)
	clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Dmain=guest_main -Iinclude -Imachine -Iguest/lib -o $@ $^

# Seeds: one archive and one tree, as nest writes them.
$(B)/test/fuzz-nest-seeds: $(B)/test/nest guest
	@mkdir -p $@
	$(B)/test/nest $(B)/guest --seeds $@
