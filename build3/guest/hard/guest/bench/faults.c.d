build3/guest/hard/guest/bench/faults.c.o: guest/bench/faults.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
