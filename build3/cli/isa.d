build3/cli/isa.o: cli/isa.c cli/../isa/isa.h cli/cli.h cli/options.h
cli/../isa/isa.h:
cli/cli.h:
cli/options.h:
