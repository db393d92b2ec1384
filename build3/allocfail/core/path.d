build3/allocfail/core/path.o: core/path.c core/core_priv.h core/core.h \
 core/map.h include/frond_abi.h core/memory.h
core/core_priv.h:
core/core.h:
core/map.h:
include/frond_abi.h:
core/memory.h:
