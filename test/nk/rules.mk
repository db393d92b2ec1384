# test/nk: the nested kernel by rows, and against the model. `make check-nk`; longer: NK_CALLS=1000000, NK_SEED=7.
NK_TEST_FLAGS := -std=c17 -D_GNU_SOURCE -O2 -g $(WARN) -fsanitize=address,undefined -fno-sanitize-recover=all -Iinclude -Icore -I.
NK_SRC   := $(wildcard nk/*.c) core/map.c
NK_HDR   := $(wildcard nk/*.h test/nk/*.h) core/map.h include/frond_abi.h model/mem.h model/nkmodel.h
NK_CALLS ?= 20000
NK_SEED  ?= 1975

.PHONY: check-nk
check-nk: $(B)/test/nk/rows $(B)/test/nk/agree
	@test/run rows $(B)/test/nk/rows agree '$(B)/test/nk/agree --calls $(NK_CALLS) --seed $(NK_SEED)'

$(B)/test/nk/rows: test/nk/rows.c test/nk/rig.c $(NK_SRC) $(NK_HDR)
	@mkdir -p $(@D)
	$(CC) $(NK_TEST_FLAGS) -o $@ $(filter %.c,$^)

$(B)/test/nk/agree: test/nk/agree.c test/nk/rig.c test/nk/twin.c model/nkmodel.c model/mem.c $(NK_SRC) $(NK_HDR)
	@mkdir -p $(@D)
	$(CC) $(NK_TEST_FLAGS) -o $@ $(filter %.c,$^)
