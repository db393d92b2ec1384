build3/allocfail/core/resolve_flat.o: core/resolve_flat.c \
 core/core_priv.h core/core.h core/map.h include/frond_abi.h \
 core/memory.h
core/core_priv.h:
core/core.h:
core/map.h:
include/frond_abi.h:
core/memory.h:
