build3/check/explore.o: check/explore.c check/explore.h
check/explore.h:
