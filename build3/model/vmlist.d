build3/model/vmlist.o: model/vmlist.c model/vm.h
model/vm.h:
