build3/guest/soft/nk/range.c.o: nk/range.c nk/nk_priv.h core/map.h \
  include/frond_abi.h nk/nk.h

nk/nk_priv.h:

core/map.h:

include/frond_abi.h:

nk/nk.h:
