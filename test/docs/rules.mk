# test/docs: what the documents quote is what the commands print. `make check-docs`; `make docs` quotes anew;
# `make docs-figures` draws the six figures of docs/theory.md into $(B)/docs.
.PHONY: check-docs docs docs-figures
check-docs: all guest
	@test/docs/run $(B)

docs: all guest
	@test/docs/run --write $(B)

docs-figures: all guest
	@mkdir -p $(B)/docs
	@for n in 1 2 3 4 5 6; do B=$(B) tools/figures --dot $$n | dot -Tsvg -o $(B)/docs/figure-$$n.svg || exit 1; done
	@echo $(B)/docs/figure-1.svg to figure-6.svg
