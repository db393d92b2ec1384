build3/guest/soft/guest/lib/trap.c.o: guest/lib/trap.c guest/lib/lib.h \
  include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
