# riscv/mmu.c: AMO, LR, SC need memory
/^bool mem_amo\(/,/^}/s/if \(l\.private \|\| l\.device\)/if (0)/
