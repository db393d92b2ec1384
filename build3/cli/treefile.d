build3/cli/treefile.o: cli/treefile.c cli/cli.h cli/options.h cli/plan.h \
 cli/../machine/image.h cli/../machine/fdt.h include/frond.h \
 include/frond_abi.h include/frond_backend.h
cli/cli.h:
cli/options.h:
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
