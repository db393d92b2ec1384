build3/cli/replay.o: cli/replay.c cli/../check/replay.h cli/cli.h
cli/../check/replay.h:
cli/cli.h:
