build3/isa/rules.o: isa/rules.c isa/isa.h
isa/isa.h:
