# riscv/mmu.c: S-mode needs SUM for a user's page
# wall: page-table
s/return d->csr\.mstatus & MSTATUS_SUM \? perm & ~\(unsigned\)FROND_X : 0;/return perm;/
