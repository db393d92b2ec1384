# core/resolve_flat.c: maps are composed from the root's end of the path: f[1] first, the leaf's last
s/c->chain\[l\] = addr;/unsigned o = l == 0 ? 0 : f->level + 1 - l; c->chain[o] = addr;/; s/enum walk w = search\(c, l, mode, &e, need, out\);/enum walk w = search(c, o, mode, \&e, need, out);/
