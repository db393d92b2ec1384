# core/resolve_flat.c: every gap is the leaf's
s/^    out->maker = f->level;$/    out->maker = f->level; out->level = f->level; out->addr = f->addr;/
