# riscv/child.c: the budget of a node binds all below it
# wall: budget
s/if \(level > 0 && level_at\(r, level - 1\)->due < due\)/if (0)/
