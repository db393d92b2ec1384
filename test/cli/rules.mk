# The commands of frond, row by row, and the library as it is installed. `make check-cli`.

CLI_T_HTIF := $(B)/test/htif.elf

.PHONY: check-cli
check-cli: all guest linux $(CLI_T_HTIF) $(B)/lib/libfrond.a
	@B=$(B) LINUX=$(LINUX) HTIF=$(CLI_T_HTIF) CC='$(CC)' test/cli/run

$(CLI_T_HTIF): test/cli/htif.S
	@mkdir -p $(@D)
	$(GUEST_CC) --target=riscv64 -march=rv64gc -mno-relax -nostdlib -fuse-ld=lld -Wl,--image-base=0x80000000 \
		-Wl,-Ttext=0x80000000 -o $@ $<
