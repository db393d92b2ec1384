build3/guest/hard/guest/tests/trouble.c.o: guest/tests/trouble.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
