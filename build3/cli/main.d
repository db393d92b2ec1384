build3/cli/main.o: cli/main.c cli/cli.h include/frond.h \
 include/frond_abi.h include/frond_backend.h
cli/cli.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
