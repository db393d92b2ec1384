build3/cli/run.o: cli/run.c cli/boot.h cli/plan.h cli/../machine/image.h \
 cli/../machine/fdt.h include/frond.h include/frond_abi.h \
 include/frond_backend.h cli/cli.h cli/drive.h cli/../dev/dev.h \
 include/frond_abi.h include/frond_backend.h cli/../host/host.h \
 cli/options.h cli/loop.h cli/console.h
cli/boot.h:
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/cli.h:
cli/drive.h:
cli/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
cli/options.h:
cli/loop.h:
cli/console.h:
