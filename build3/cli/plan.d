build3/cli/plan.o: cli/plan.c cli/plan.h cli/../machine/image.h \
 cli/../machine/fdt.h include/frond.h include/frond_abi.h \
 include/frond_backend.h cli/cli.h
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/cli.h:
