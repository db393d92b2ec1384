build3/guest/hard/test/allocfail/change.c.o: test/allocfail/change.c \
  guest/lib/lib.h include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
