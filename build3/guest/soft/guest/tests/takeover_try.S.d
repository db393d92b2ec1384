build3/guest/soft/guest/tests/takeover_try.S.o: \
  guest/tests/takeover_try.S include/frond_abi.h \
  guest/tests/../nucleus/gate/gate.h

include/frond_abi.h:

guest/tests/../nucleus/gate/gate.h:
