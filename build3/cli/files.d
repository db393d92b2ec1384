build3/cli/files.o: cli/files.c cli/files.h cli/../host/host.h cli/cli.h \
 include/frond_abi.h
cli/files.h:
cli/../host/host.h:
cli/cli.h:
include/frond_abi.h:
