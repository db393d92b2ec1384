build3/allocfail/test/allocfail/allocfail.o: test/allocfail/allocfail.c \
 test/allocfail/../../dev/dev.h include/frond_abi.h \
 include/frond_backend.h test/allocfail/../../machine/image.h \
 test/allocfail/../../machine/fdt.h include/frond.h include/frond_abi.h \
 include/frond_backend.h
test/allocfail/../../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
test/allocfail/../../machine/image.h:
test/allocfail/../../machine/fdt.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
