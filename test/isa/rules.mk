# test/isa: every instruction, on exec.c alone and on qemu-riscv64. `make check-isa ISA_ARGS="--seed 7"`
ISA_SOURCES = $(wildcard test/isa/*.c) riscv/exec.c riscv/decode.c riscv/code.c riscv/fp.c $(wildcard jit/*.c)
ISA_HEADERS = $(wildcard test/isa/*.h riscv/*.h jit/*.h riscv/insn.def) include/frond_abi.h
ISA_CFLAGS = -std=c17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Iinclude
ISA_ARGS =

build/isa-test: $(ISA_SOURCES) $(ISA_HEADERS)
	@mkdir -p build
	$(CC) $(ISA_CFLAGS) $(ISA_SOURCES) -lm -o $@

build/isa-test-san: $(ISA_SOURCES) $(ISA_HEADERS)
	@mkdir -p build
	$(CC) $(ISA_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover $(ISA_SOURCES) -lm -o $@

.PHONY: check-isa
check-isa: build/isa-test
	build/isa-test $(ISA_ARGS)
