build3/guest/soft/dev/uart.c.o: dev/uart.c dev/dev.h include/frond_abi.h \
  include/frond_backend.h

dev/dev.h:

include/frond_abi.h:

include/frond_backend.h:
