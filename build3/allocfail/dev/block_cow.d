build3/allocfail/dev/block_cow.o: dev/block_cow.c dev/dev.h \
 include/frond_abi.h include/frond_backend.h
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
