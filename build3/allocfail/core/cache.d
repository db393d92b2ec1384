build3/allocfail/core/cache.o: core/cache.c core/core_priv.h core/core.h \
 core/map.h include/frond_abi.h core/memory.h
core/core_priv.h:
core/core.h:
core/map.h:
include/frond_abi.h:
core/memory.h:
