build3/isa/run.o: isa/run.c isa/isa.h
isa/isa.h:
