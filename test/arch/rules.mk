# test/arch: frond isa: verdicts, witnesses, one flag changed, random descriptions. `make check-arch`.
.PHONY: check-arch
check-arch: $(B)/test/arch/arch
	@$(B)/test/arch/arch $(ARCH_SEED)

$(B)/test/arch/arch: test/arch/arch.c $(wildcard isa/*.c isa/*.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=undefined -o $@ $(filter %.c,$^) -lcyaml -lyaml
