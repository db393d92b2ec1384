build2/test/fuzz/fuzz_nodes.o: test/fuzz/fuzz_nodes.c \
 test/fuzz/../../dev/dev.h include/frond_abi.h include/frond_backend.h \
 test/fuzz/../attack/encode.h include/frond.h include/frond_abi.h \
 include/frond_backend.h
test/fuzz/../../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
test/fuzz/../attack/encode.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
