# riscv/mmu.c: U-mode needs the U bit
# wall: page-table
s/return pte & PTE_U \? perm : 0;/return perm;/
