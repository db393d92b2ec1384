build3/guest/hard/guest/tests/hashme_paging.c.o: \
  guest/tests/hashme_paging.c guest/tests/hashme.h guest/lib/lib.h \
  include/frond_abi.h

guest/tests/hashme.h:

guest/lib/lib.h:

include/frond_abi.h:
