# riscv/mmu.c: stores to watched pages take the slow path
s/bool quiet = r->core\.page\[p->page\]\.watch == 0;/bool quiet = true;/
