# The privileged architecture on frond and on qemu-system-riscv64. `make check-priv`.

.PHONY: check-priv
check-priv: all guest
	test/priv/run $(B)
