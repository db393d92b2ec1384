build3/guest/hard/guest/lib/finisher.c.o: guest/lib/finisher.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
