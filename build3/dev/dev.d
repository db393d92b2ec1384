build3/dev/dev.o: dev/dev.c dev/dev.h include/frond_abi.h \
 include/frond_backend.h
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
