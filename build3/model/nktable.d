build3/model/nktable.o: model/nktable.c model/nktable.h
model/nktable.h:
