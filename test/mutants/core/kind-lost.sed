# core/resolve_flat.c: a gap met while a table is read counts as the access's own
s/out->kind = f->kind;/(void)0;/
