build3/guest/soft/guest/nucleus/gate/entry.S.o: \
  guest/nucleus/gate/entry.S include/frond_abi.h \
  guest/nucleus/gate/gate.h

include/frond_abi.h:

guest/nucleus/gate/gate.h:
