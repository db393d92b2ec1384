build3/guest/hard/guest/bench/tlb.c.o: guest/bench/tlb.c guest/lib/lib.h \
  include/frond_abi.h

guest/lib/lib.h:

include/frond_abi.h:
