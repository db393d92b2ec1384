# riscv/mmu.c: a transfer's store is a store: code and tables are watched
# wall: watch-store
s/core_store\(&r->core, ans\.page, addr % FROND_PAGE_SIZE, buf, \(unsigned\)len\);/memcpy(r->h.ram + (size_t)ans.page * FROND_PAGE_SIZE + addr % FROND_PAGE_SIZE, buf, len);/
