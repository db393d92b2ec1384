# The commands of frond, row by row, and the library as it is installed. `make check-cli`.

CLI_T_HTIF := $(B)/test/htif.elf

.PHONY: check-cli
check-cli: all guest linux $(CLI_T_HTIF) $(B)/lib/libfrond.a
	@B=$(B) LINUX=$(LINUX) HTIF=$(CLI_T_HTIF) CC='$(CC)' test/cli/run

$(CLI_T_HTIF): test/cli/htif.S
	@mkdir -p $(@D)
	$(GUEST_CC) --target=riscv64 -march=rv64gc -mno-relax -nostdlib -fuse-ld=lld -Wl,--image-base=0x80000000 \
		-Wl,-Ttext=0x80000000 -o $@ $<

# What frond reads without trust. `make fuzz-cli FUZZ_SECONDS=600`: that long each.
FUZZ_SECONDS ?= 30
CLI_T_FUZZ := $(B)/test/fuzz-yaml $(B)/test/fuzz-elf
.PHONY: fuzz-cli
fuzz-cli: $(CLI_T_FUZZ) guest
	@mkdir -p $(B)/test/corpus-yaml $(B)/test/corpus-elf
	@cp -n examples/*.yaml $(B)/test/corpus-yaml
	@cp -n $(B)/guest/leaf.elf $(B)/guest/nucleus.elf $(B)/test/corpus-elf
	cd $(B)/test && ./fuzz-yaml -max_total_time=$(FUZZ_SECONDS) -max_len=4096 corpus-yaml
	cd $(B)/test && ./fuzz-elf -max_total_time=$(FUZZ_SECONDS) -max_len=65536 corpus-elf

CLI_T_FUZZ_CC = clang -std=gnu17 -g -O1 -Wall -Wextra -Werror -Iinclude \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

$(B)/test/fuzz-yaml: test/cli/fuzz.c cli/treefile.c cli/plan.c cli/options.c
	@mkdir -p $(@D)
	$(CLI_T_FUZZ_CC) -DFUZZ_YAML -o $@ $^ -lcyaml -lyaml

$(B)/test/fuzz-elf: test/cli/fuzz.c cli/files.c $(LIB_SRC)
	@mkdir -p $(@D)
	$(CLI_T_FUZZ_CC) -DFUZZ_ELF -o $@ $^ $(LIBS)
