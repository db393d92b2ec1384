build3/host/sandbox.o: host/sandbox.c host/sandbox.h
host/sandbox.h:
