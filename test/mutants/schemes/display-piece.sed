# core/resolve_walk.c: a long table has a pointer for each page
s/pointer, p->piece\);/pointer, 0);/; s/pointer, p->piece, page/pointer, 0, page/
