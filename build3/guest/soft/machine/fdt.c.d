build3/guest/soft/machine/fdt.c.o: machine/fdt.c machine/fdt.h \
  include/frond_abi.h

machine/fdt.h:

include/frond_abi.h:
