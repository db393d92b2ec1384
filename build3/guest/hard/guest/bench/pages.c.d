build3/guest/hard/guest/bench/pages.c.o: guest/bench/pages.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
