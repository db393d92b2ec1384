# core/resolve_rmr.c: a copy is freed
s/^    while \(t->copy\) \{$/    while (t->copy \&\& t->copy->next) {/
