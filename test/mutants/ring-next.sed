# dev/virtio_ring.c: a chain stays in its ring
# wall: ring-check
s/if \(\(flags & DESC_NEXT\) && next >= q->num\)/if (0)/
