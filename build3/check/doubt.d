build3/check/doubt.o: check/doubt.c check/check_priv.h check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/check_priv.h:
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
