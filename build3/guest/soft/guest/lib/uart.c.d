build3/guest/soft/guest/lib/uart.c.o: guest/lib/uart.c guest/lib/lib.h \
  include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
