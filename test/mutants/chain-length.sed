# dev/virtio_ring.c: a chain is no longer than its ring
# wall: ring-check
s/if \(req->count == least\(q->num, v->type->chain_max\)\)/if (0)/
