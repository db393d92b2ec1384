# core/resolve_walk.c: a defect is told with its index
s/out->index = index;/(void)0;/
