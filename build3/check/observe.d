build3/check/observe.o: check/observe.c check/observe.h include/frond.h \
 include/frond_abi.h include/frond_backend.h check/replay.h
check/observe.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
check/replay.h:
