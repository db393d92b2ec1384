# core/resolve_display.c: a register is its own level's
s/^    if \(!pointer_get\(c, p, &page\)\)$/    struct core_place q = *p; q.level += q.level < c->top; if (!pointer_get(c, \&q, \&page))/
