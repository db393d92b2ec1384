build3/guest/hard/guest/bench/leaf.c.o: guest/bench/leaf.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
