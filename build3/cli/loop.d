build3/cli/loop.o: cli/loop.c cli/loop.h cli/boot.h cli/plan.h \
 cli/../machine/image.h cli/../machine/fdt.h include/frond.h \
 include/frond_abi.h include/frond_backend.h cli/console.h \
 cli/../dev/dev.h include/frond_abi.h include/frond_backend.h \
 cli/../host/host.h cli/drive.h cli/options.h cli/../check/observe.h \
 cli/../host/sandbox.h cli/cli.h cli/stats.h
cli/loop.h:
cli/boot.h:
cli/plan.h:
cli/../machine/image.h:
cli/../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
cli/console.h:
cli/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
cli/../host/host.h:
cli/drive.h:
cli/options.h:
cli/../check/observe.h:
cli/../host/sandbox.h:
cli/cli.h:
cli/stats.h:
