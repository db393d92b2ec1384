# test/theorems: frond check holds, fails where it should, and can be checked. `make check-theorems`.
.PHONY: check-theorems
check-theorems: all
	@test/theorems/run $(B)
