build3/dev/virtio_block.o: dev/virtio_block.c dev/virtio_priv.h dev/dev.h \
 include/frond_abi.h include/frond_backend.h
dev/virtio_priv.h:
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
