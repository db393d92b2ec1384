# core/resolve_hv.c: what is located is of the level that is asked
s/return pointer_put\(c, p, page\)/struct core_place q = *p; q.mode ^= 1; return pointer_put(c, \&q, page)/
