build3/allocfail/host/posix.o: host/posix.c host/host.h host/../dev/dev.h \
 include/frond_abi.h include/frond_backend.h
host/host.h:
host/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
