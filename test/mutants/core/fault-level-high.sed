# core/resolve_flat.c: a gap below the leaf is told of one level nearer to the leaf than it is
/^static enum walk walk_down/,/^}/{s/return walk_gap\(c, out, l, mode\);/return walk_gap(c, out, l + (l < f->level), mode);/}; /^static enum walk search/,/^}/{s/return walk_gap\(c, out, 0, mode\);/return walk_gap(c, out, 1, mode);/}
