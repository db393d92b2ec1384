# core/map.c: ranges have no unknown flag
s/return r->flags <= FROND_FLAGS;/return true;/
