# riscv/mmu.c: where page tables or PMP have a say there is no stretch
s/hart_data_mode\(d\) != FROND_MODE_M \|\| //; s/t != n->tlb\[CLASS_M\] \|\| //
