build3/model/mem.o: model/mem.c model/mem.h
model/mem.h:
