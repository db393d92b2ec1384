build3/check/verify.o: check/verify.c check/check_priv.h check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/check_priv.h:
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
