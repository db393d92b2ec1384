build3/guest/soft/guest/nucleus/gate/gate.c.o: guest/nucleus/gate/gate.c \
  guest/nucleus/gate/gate.h nk/nk.h include/frond_abi.h guest/lib/lib.h

guest/nucleus/gate/gate.h:

nk/nk.h:

include/frond_abi.h:

guest/lib/lib.h:
