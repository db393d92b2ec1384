build3/allocfail/dev/virtio_console.o: dev/virtio_console.c \
 dev/virtio_priv.h dev/dev.h include/frond_abi.h include/frond_backend.h
dev/virtio_priv.h:
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
