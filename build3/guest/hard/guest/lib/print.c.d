build3/guest/hard/guest/lib/print.c.o: guest/lib/print.c guest/lib/lib.h \
  include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
