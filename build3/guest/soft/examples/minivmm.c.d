build3/guest/soft/examples/minivmm.c.o: examples/minivmm.c machine/fdt.h \
  guest/lib/lib.h include/frond_abi.h

machine/fdt.h:

guest/lib/lib.h:

include/frond_abi.h:
