# core/path.c: the path has room for eight nodes
s/^    unsigned room = c->room \* 2 \+ 8;$/    unsigned room = 8; if (c->room == 8) return false;/
