# dev/virtio_ring.c: rings are aligned, bounded and do not wrap
# wall: ring-check
s/if \(n == 0 \|\| n > VIRTIO_QUEUE_MAX \|\| \(n & \(n - 1\)\)\)/if (n == 0)/
