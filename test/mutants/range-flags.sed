# core/map.c: ranges have no unknown flag
# wall: map-order
s/return r->flags <= FROND_FLAGS;/return true;/
