# riscv/child.c: an interrupt of a node ends its child's run
# wall: interrupt
s/if \(!is_top && pending != 0\)/if (0)/
