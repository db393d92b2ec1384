# core/resolve_rmr.c: each mode has its own set
s/table\[p->mode\];/table[0];/
