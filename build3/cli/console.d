build3/cli/console.o: cli/console.c cli/console.h cli/../dev/dev.h \
 include/frond_abi.h include/frond_backend.h cli/../host/host.h \
 include/frond.h include/frond_abi.h include/frond_backend.h
cli/console.h:
cli/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
