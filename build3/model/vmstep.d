build3/model/vmstep.o: model/vmstep.c model/vm.h
model/vm.h:
