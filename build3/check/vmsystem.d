build3/check/vmsystem.o: check/vmsystem.c check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
