build3/guest/hard/guest/bench/cpuloop.c.o: guest/bench/cpuloop.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
