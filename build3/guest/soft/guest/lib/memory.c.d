build3/guest/soft/guest/lib/memory.c.o: guest/lib/memory.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
