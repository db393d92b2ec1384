build3/model/vm.o: model/vm.c model/vm.h model/../core/map.h \
 include/frond_abi.h
model/vm.h:
model/../core/map.h:
include/frond_abi.h:
