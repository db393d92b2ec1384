# core/watch.c: a store to a watched page drops nothing
s/^        for \(struct core_use \*u = p->uses; u; u = u->next\) \{$/        for (struct core_use *u = NULL; u; u = u->next) {/
