# core/resolve_walk.c: a gap on the way to a table is told as one
s/\.kind = FROND_FAULT_MAP,/.kind = FROND_FAULT_DESC,/; s/kind != FROND_FAULT_MAP/kind != FROND_FAULT_DESC/
