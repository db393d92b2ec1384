build3/guest/hard/guest/tests/clone.c.o: guest/tests/clone.c \
  machine/fdt.h guest/lib/lib.h include/frond_abi.h

machine/fdt.h:

guest/lib/lib.h:

include/frond_abi.h:
