build3/core/watch.o: core/watch.c core/core_priv.h core/core.h core/map.h \
 include/frond_abi.h core/memory.h
core/core_priv.h:
core/core.h:
core/map.h:
include/frond_abi.h:
core/memory.h:
