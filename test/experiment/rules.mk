# test/experiment: frond isa --experiment: descriptions, flags, machines with one change each. `make check-experiment`.
EXPERIMENT_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard test/experiment/*.c experiment/*.c isa/*.c))

.PHONY: check-experiment
check-experiment: $(B)/test/experiment/experiment
	@CC='$(CC)' test/experiment/run $(B)

$(B)/test/experiment/experiment: $(EXPERIMENT_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lcyaml -lyaml

-include $(B)/test/experiment/experiment.d
