# core/resolve_walk.c: the map of the descriptor's gap is told
s/k->np = k->level;/(void)0;/
