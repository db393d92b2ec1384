build3/guest/soft/guest/nucleus/exits.c.o: guest/nucleus/exits.c \
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
