build3/check/nkmenu.o: check/nkmenu.c check/nkmenu.h \
 check/../model/nkmodel.h check/../model/mem.h
check/nkmenu.h:
check/../model/nkmodel.h:
check/../model/mem.h:
