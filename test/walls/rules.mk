# test/walls: which wall stopped which attack. `make walls` prints it from the rows' own data; `make check-walls`: rows, walls and
# mutants fit. That a wall does stop what names it: check-mutants.

.PHONY: walls check-walls
walls: all $(B)/attack-test $(GUEST_OUT)/takeover.elf
	@test/walls/run $(B)

check-walls: all $(B)/attack-test $(GUEST_OUT)/takeover.elf
	@test/walls/run $(B) check
