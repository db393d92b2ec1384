build3/check/nksystem.o: check/nksystem.c check/check_priv.h \
 check/check.h check/../model/nktable.h check/../model/vm.h \
 check/explore.h check/nkmenu.h check/../model/nkmodel.h \
 check/../model/mem.h
check/check_priv.h:
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
check/nkmenu.h:
check/../model/nkmodel.h:
check/../model/mem.h:
