build3/model/ira.o: model/ira.c model/vm.h
model/vm.h:
