build3/guest/soft/machine/image.c.o: machine/image.c machine/image.h \
  machine/fdt.h include/frond_abi.h

machine/image.h:

machine/fdt.h:

include/frond_abi.h:
