build3/guest/soft/guest/tests/takeover.c.o: guest/tests/takeover.c \
  guest/tests/../nucleus/gate/gate.h nk/nk.h include/frond_abi.h \
  guest/lib/lib.h

guest/tests/../nucleus/gate/gate.h:

nk/nk.h:

include/frond_abi.h:

guest/lib/lib.h:
