# riscv/child.c: DENY for a child needs one
# wall: answer-check
s/^    if \(k == r->core\.top\)$/    if (0)/
