build3/cli/tree.o: cli/tree.c cli/boot.h cli/plan.h \
 cli/../machine/image.h cli/../machine/fdt.h include/frond.h \
 include/frond_abi.h include/frond_backend.h cli/cli.h cli/options.h
cli/boot.h:
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/cli.h:
cli/options.h:
