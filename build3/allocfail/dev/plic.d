build3/allocfail/dev/plic.o: dev/plic.c dev/dev.h include/frond_abi.h \
 include/frond_backend.h
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
