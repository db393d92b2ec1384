# riscv/child.c: budgets are looked at before each step
# wall: budget
s/if \(riscv_now\(r\) - l->since >= l->budget0\)/if (0)/
