# core/map.c: ranges do not wrap
s/if \(r->size - 1 > UINT64_MAX - r->base.*\)$/if (0)/
