build3/guest/hard/guest/tests/priv_pmp.c.o: guest/tests/priv_pmp.c \
  guest/tests/priv.h guest/lib/lib.h include/frond_abi.h

guest/tests/priv.h:

guest/lib/lib.h:

include/frond_abi.h:
