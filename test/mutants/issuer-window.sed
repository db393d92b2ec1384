# core/resolve_flat.c: tables are read from memory
s/^    if \(f->kind != 0 && out->what == CORE_DEVICE\)$/    if (0)/
