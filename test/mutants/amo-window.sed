# riscv/mmu.c: AMO, LR, SC need memory
# wall: register-access
/^bool mem_amo\(/,/^}/s/if \(l\.private \|\| l\.device\)/if (0)/
