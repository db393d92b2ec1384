build3/isa/load.o: isa/load.c isa/isa.h
isa/isa.h:
