build3/core/map.o: core/map.c core/map.h include/frond_abi.h
core/map.h:
include/frond_abi.h:
