# Included by the top Makefile: `make check-model-mem` checks the memory model, Maude (package maude) against C.
# MODEL_TERMS and MODEL_SEED choose the random terms; MODEL_SAN=-fsanitize=address,undefined takes 20 s.

MODEL_B      := $(or $(B),build)/test/model
MODEL_SAN    ?= -fsanitize=undefined -fno-sanitize-recover=undefined
MODEL_CFLAGS := -std=c17 -D_XOPEN_SOURCE=700 -Wall -Wextra -Werror -O2 -g $(MODEL_SAN)
MODEL_TWIN   := model/mem.c model/nkmodel.c
MODEL_HDR    := model/mem.h model/nkmodel.h test/model/term.h
MODEL_TERMS  ?= 20000
MODEL_SEED   ?=
MODEL_SUITES += model-mem

.PHONY: check-model-mem
check-model-mem: $(MODEL_B)/golden $(MODEL_B)/limits $(MODEL_B)/cross
	@test/model/run-model.sh $(MODEL_B) $(MODEL_TERMS) $(MODEL_SEED)

$(MODEL_B)/%: test/model/%.c test/model/term.c $(MODEL_TWIN) $(MODEL_HDR)
	@mkdir -p $(@D)
	$(or $(CC),cc) $(MODEL_CFLAGS) -o $@ $(filter %.c,$^)
