build3/cli/check.o: cli/check.c cli/../check/campaign.h \
 cli/../check/check.h cli/../check/../model/nktable.h \
 cli/../check/../model/vm.h cli/../check/explore.h cli/../host/host.h \
 cli/cli.h cli/options.h
cli/../check/campaign.h:
cli/../check/check.h:
cli/../check/../model/nktable.h:
cli/../check/../model/vm.h:
cli/../check/explore.h:
cli/../host/host.h:
cli/cli.h:
cli/options.h:
