build3/machine/fdt.o: machine/fdt.c machine/fdt.h include/frond_abi.h
machine/fdt.h:
include/frond_abi.h:
