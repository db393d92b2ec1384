build3/model/nkmodel.o: model/nkmodel.c model/nkmodel.h model/mem.h
model/nkmodel.h:
model/mem.h:
