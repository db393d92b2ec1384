# core/resolve_flat.c: a gap is told of one level nearer to the root than it is
/^enum walk walk_gap/,/^}/{s/out->addr = c->chain\[level\];/if (level > 0) level--; out->addr = c->chain[level];/}
