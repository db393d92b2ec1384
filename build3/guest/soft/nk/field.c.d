build3/guest/soft/nk/field.c.o: nk/field.c nk/nk_priv.h core/map.h \
  include/frond_abi.h nk/nk.h

nk/nk_priv.h:

core/map.h:

include/frond_abi.h:

nk/nk.h:
