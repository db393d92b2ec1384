# dev/virtio_ring.c: the available index is at most a ring ahead
# wall: ring-check
s/if \(\(uint16_t\)\(seen - q->taken\) > q->num\)/if (0)/
