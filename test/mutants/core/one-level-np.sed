# core/resolve_flat.c: at level 2 the other mode's map is used
s/^(    for \(unsigned l = f->level, mode = f->mode;; l--\) \{)$/\1 if (l == 2 \&\& f->level > 2) mode ^= 1;/
