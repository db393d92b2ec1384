build3/guest/soft/guest/nucleus/maps.c.o: guest/nucleus/maps.c \
  guest/nucleus/maps.h include/frond_abi.h guest/nucleus/gate/gate.h \
  nk/nk.h guest/lib/lib.h core/map.h

guest/nucleus/maps.h:

include/frond_abi.h:

guest/nucleus/gate/gate.h:

nk/nk.h:

guest/lib/lib.h:

core/map.h:
