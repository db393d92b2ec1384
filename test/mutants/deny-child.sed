# riscv/child.c: DENY for a child needs one
s/^    if \(k == r->core\.top\)$/    if (0)/
