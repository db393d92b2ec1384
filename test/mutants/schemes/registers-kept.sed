# core/resolve_walk.c: registers are emptied when what they came from changes
s/^    cache_clear\(&t->pointer\);$//; s/^    copies_free\(c, t\);$//
