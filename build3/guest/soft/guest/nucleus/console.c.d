build3/guest/soft/guest/nucleus/console.c.o: guest/nucleus/console.c \
  guest/nucleus/nucleus.h dev/dev.h include/frond_abi.h \
  include/frond_backend.h machine/image.h machine/fdt.h guest/lib/lib.h \
  guest/nucleus/maps.h

guest/nucleus/nucleus.h:

dev/dev.h:

include/frond_abi.h:

include/frond_backend.h:

machine/image.h:

machine/fdt.h:

guest/lib/lib.h:

guest/nucleus/maps.h:
