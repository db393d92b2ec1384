# core/map.c: every address of a range leads to the range's first page
s/return r->target \+ \(addr - r->base\);/return r->target + addr % FROND_PAGE_SIZE;/
