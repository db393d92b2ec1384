build3/guest/hard/guest/tests/hashme.c.o: guest/tests/hashme.c \
  guest/tests/hashme.h guest/lib/lib.h include/frond_abi.h

guest/tests/hashme.h:

guest/lib/lib.h:

include/frond_abi.h:
