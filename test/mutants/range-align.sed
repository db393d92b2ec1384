# core/map.c: ranges are page aligned
# wall: map-order
s/r->(base|size) % FROND_PAGE_SIZE != 0/0/g; s/r->target % FROND_PAGE_SIZE != 0/0/
