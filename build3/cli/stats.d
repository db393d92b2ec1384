build3/cli/stats.o: cli/stats.c cli/stats.h include/frond.h \
 include/frond_abi.h include/frond_backend.h cli/../host/host.h
cli/stats.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
