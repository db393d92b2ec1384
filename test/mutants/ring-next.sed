# dev/virtio_ring.c: a chain stays in its ring
s/if \(\(flags & DESC_NEXT\) && next >= q->num\)/if (0)/
