build3/allocfail/dev/virtio_ring.o: dev/virtio_ring.c dev/virtio_priv.h \
 dev/dev.h include/frond_abi.h include/frond_backend.h
dev/virtio_priv.h:
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
