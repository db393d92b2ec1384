build3/guest/hard/machine/fdt.c.o: machine/fdt.c machine/fdt.h \
  include/frond_abi.h

machine/fdt.h:

include/frond_abi.h:
