build3/cli/drive.o: cli/drive.c cli/drive.h cli/../dev/dev.h \
 include/frond_abi.h include/frond_backend.h cli/../host/host.h \
 include/frond.h include/frond_abi.h include/frond_backend.h \
 cli/options.h cli/cli.h
cli/drive.h:
cli/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/options.h:
cli/cli.h:
