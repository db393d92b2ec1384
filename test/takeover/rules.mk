# The nucleus's client taken over: what it tries against nk. `make check-takeover`; each wall taken down in turn:
# `make check-takeover-mutants`, which check-mutants runs too.

.PHONY: check-takeover check-takeover-mutants
check-takeover: all $(GUEST_OUT)/takeover.elf
	@test/takeover/run $(B)/frond $(GUEST_OUT)/takeover.elf

check-mutants: check-takeover-mutants
check-takeover-mutants: all $(GUEST_OUT)/takeover.elf
	@B=$(B) test/takeover/mutants
