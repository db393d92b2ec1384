# core/resolve_walk.c: each mode has its own registers
s/table\[p->mode\]\.pointer/table[0].pointer/
