# test/fuzz: trees of nodes and programs from bytes, each input compared with itself (shaken; a level
# deeper). `make check-fuzz`: inputs by seed, on the library as it is, and the kept ones. `make
# fuzz-nodes fuzz-guest FUZZ_SECONDS=600`: libFuzzer, with sanitizers. What ran: docs/campaigns.md.
# And nk's calls from bytes: fuzz-nk, with sanitizers in both.

FUZZ_NAMES := nodes guest nk
FUZZ_SECONDS ?= 30
FUZZ_FIRST ?= 1
FUZZ_COUNT_nodes ?= 2000
FUZZ_COUNT_guest ?= 3500
FUZZ_COUNT_nk ?= 20000
FUZZ_RANDOM := $(FUZZ_NAMES:%=$(B)/test/fuzz/random-%)
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_MAKE = $(MAKE) -s B=build-fuzz CC=clang CFLAGS="-O1 -g $(FUZZ_SAN) -fsanitize=fuzzer-no-link"

.PHONY: check-fuzz $(FUZZ_NAMES:%=fuzz-%)
check-fuzz: $(FUZZ_RANDOM)
	@$(foreach n,$(FUZZ_NAMES),$(B)/test/fuzz/random-$(n) test/fuzz/corpus/$(n)/* &&) \
	    $(foreach n,$(FUZZ_NAMES),$(B)/test/fuzz/random-$(n) $(FUZZ_FIRST) $(FUZZ_COUNT_$(n)) > $(B)/test/fuzz/$(n).log 2>&1 &&) \
	    echo "$(words $(FUZZ_NAMES)) passed, 0 failed" || { tail -n 3 $(B)/test/fuzz/*.log; echo "0 passed, 1 failed"; exit 1; }

$(B)/test/fuzz/random-%: $(B)/test/fuzz/random.o $(B)/test/fuzz/fuzz_%.o $(FOLLOW_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

$(FUZZ_NAMES:%=fuzz-%): fuzz-%:
	@$(FUZZ_MAKE) build-fuzz/libfuzz-$*
	@mkdir -p build-fuzz/corpus/$*
	build-fuzz/libfuzz-$* -max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=3000 -max_len=1024 \
	    -len_control=0 -print_final_stats=1 -artifact_prefix=build-fuzz/$*- build-fuzz/corpus/$* test/fuzz/corpus/$*

$(B)/libfuzz-%: test/fuzz/fuzz_%.c $(FOLLOW_OBJ) $(B)/libfrond.a
	@mkdir -p $(@D)
	clang -std=gnu17 -g -O1 $(WARN) $(FUZZ_SAN) -fsanitize=fuzzer -Iinclude -o $@ $^ $(LIBS)

# nk is not in the library.
FUZZ_NK := test/fuzz/fuzz_nk.c test/nk/rig.c $(wildcard nk/*.c) core/map.c
FUZZ_NK_HDR := $(wildcard nk/*.h test/nk/*.h) core/map.h include/frond_abi.h
$(B)/test/fuzz/random-nk: test/fuzz/random.c $(FUZZ_NK) $(FUZZ_NK_HDR)
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O2 -g $(WARN) $(FUZZ_SAN) -Iinclude -Icore -I. -o $@ $(filter %.c,$^)

$(B)/libfuzz-nk: $(FUZZ_NK) $(FUZZ_NK_HDR)
	@mkdir -p $(@D)
	clang -std=gnu17 -g -O1 $(WARN) $(FUZZ_SAN) -fsanitize=fuzzer -Iinclude -Icore -I. -o $@ $(filter %.c,$^)

-include $(wildcard $(B)/test/fuzz/*.d)
