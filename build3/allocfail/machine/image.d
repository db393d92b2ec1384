build3/allocfail/machine/image.o: machine/image.c machine/image.h \
 machine/fdt.h include/frond_abi.h
machine/image.h:
machine/fdt.h:
include/frond_abi.h:
