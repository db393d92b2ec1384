build3/guest/hard/guest/tests/exits.c.o: guest/tests/exits.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
