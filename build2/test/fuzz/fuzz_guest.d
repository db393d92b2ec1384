build2/test/fuzz/fuzz_guest.o: test/fuzz/fuzz_guest.c \
 test/fuzz/../attack/encode.h include/frond.h include/frond_abi.h \
 include/frond_backend.h
test/fuzz/../attack/encode.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
