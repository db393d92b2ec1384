build3/guest/soft/core/map.c.o: core/map.c core/map.h include/frond_abi.h

core/map.h:

include/frond_abi.h:
