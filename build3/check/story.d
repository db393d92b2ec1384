build3/check/story.o: check/story.c check/check_priv.h check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/check_priv.h:
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
