build3/check/theorem.o: check/theorem.c check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
