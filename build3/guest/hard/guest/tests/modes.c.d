build3/guest/hard/guest/tests/modes.c.o: guest/tests/modes.c \
  machine/fdt.h guest/lib/lib.h include/frond_abi.h

machine/fdt.h:

guest/lib/lib.h:

include/frond_abi.h:
