# core/watch.c: a copy is dropped when its entry is stored to
s/^        copies_free\(c, &u->ctx->table\[u->what\]\);$//
