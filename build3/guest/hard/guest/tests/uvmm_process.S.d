build3/guest/hard/guest/tests/uvmm_process.S.o: \
  guest/tests/uvmm_process.S include/frond_abi.h

include/frond_abi.h:
