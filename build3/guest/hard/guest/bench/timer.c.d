build3/guest/hard/guest/bench/timer.c.o: guest/bench/timer.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
