build3/allocfail/dev/uart.o: dev/uart.c dev/dev.h include/frond_abi.h \
 include/frond_backend.h
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
