# core/resolve_flat.c: what a range says of SHARED is forgotten
s/res->perm \|= \(uint8_t\)\(e\.flags & FROND_SHARED\);/(void)0;/
