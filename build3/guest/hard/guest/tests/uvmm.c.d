build3/guest/hard/guest/tests/uvmm.c.o: guest/tests/uvmm.c machine/fdt.h \
  guest/lib/lib.h include/frond_abi.h

machine/fdt.h:

guest/lib/lib.h:

include/frond_abi.h:
