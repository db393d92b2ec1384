build3/cli/boot.o: cli/boot.c cli/boot.h cli/plan.h \
 cli/../machine/image.h cli/../machine/fdt.h include/frond.h \
 include/frond_abi.h include/frond_backend.h cli/../host/host.h cli/cli.h \
 cli/files.h cli/options.h
cli/boot.h:
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
cli/cli.h:
cli/files.h:
cli/options.h:
