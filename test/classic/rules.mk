# guest/classic, the trap-and-emulate monitor: its guests against the same on the machine. `make check-classic`.

.PHONY: check-classic
check-classic: all guest linux
	@LINUX=$(LINUX) test/classic/run $(B)
