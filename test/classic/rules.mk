# guest/classic, the trap-and-emulate monitor: its guests against the same on the machine. `make check-classic`.

.PHONY: check-classic
check-classic: all guest linux
	@LINUX=$(LINUX) test/classic/run $(B)

# Each line of test/classic/mutants must be noticed.
.PHONY: check-classic-mutants
check-mutants: check-classic-mutants
check-classic-mutants: all guest
	@B=$(B) test/classic/mutants
