# core/resolve_flat.c: rights are united along the path
s/res->perm &= \(uint8_t\)e\.flags \| FROND_SHARED;/res->perm |= (uint8_t)e.flags \& 7;/; s/res->perm = FROND_R \| FROND_W \| FROND_X;/res->perm = 0;/
