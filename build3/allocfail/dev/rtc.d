build3/allocfail/dev/rtc.o: dev/rtc.c dev/dev.h include/frond_abi.h \
 include/frond_backend.h
dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
