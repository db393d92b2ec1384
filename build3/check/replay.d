build3/check/replay.o: check/replay.c check/replay.h include/frond_abi.h
check/replay.h:
include/frond_abi.h:
