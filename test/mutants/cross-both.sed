# riscv/mmu.c: both pages of a store are checked before any effect
# wall: both-pages
/^bool mem_store/,/^}/s/q = locate\(h, second, mode, FROND_W, a, value\);/core_store(\&r->core, p.page, va % FROND_PAGE_SIZE, \&value, first); &/
