build3/guest/soft/guest/lib/tree.c.o: guest/lib/tree.c guest/lib/lib.h \
  include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
