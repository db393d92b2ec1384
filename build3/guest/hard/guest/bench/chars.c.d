build3/guest/hard/guest/bench/chars.c.o: guest/bench/chars.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
