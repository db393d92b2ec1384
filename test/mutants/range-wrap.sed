# core/map.c: ranges do not wrap
# wall: map-order
s/if \(r->size - 1 > UINT64_MAX - r->base.*\)$/if (0)/
