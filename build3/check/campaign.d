build3/check/campaign.o: check/campaign.c check/campaign.h check/check.h \
 check/../model/nktable.h check/../model/vm.h check/explore.h
check/campaign.h:
check/check.h:
check/../model/nktable.h:
check/../model/vm.h:
check/explore.h:
