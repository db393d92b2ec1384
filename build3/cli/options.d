build3/cli/options.o: cli/options.c cli/options.h cli/cli.h
cli/options.h:
cli/cli.h:
