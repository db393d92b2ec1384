build3/allocfail/machine/fdt.o: machine/fdt.c machine/fdt.h \
 include/frond_abi.h
machine/fdt.h:
include/frond_abi.h:
