# test/allocfail: each allocation of the library fails in turn. `make check-allocfail`. Built on its own,
# with sanitizers, so that each access and each leak is seen.

ALLOCFAIL_B     := $(B)/allocfail
ALLOCFAIL_OBJ   := $(patsubst %.c,$(ALLOCFAIL_B)/%.o,$(LIB_SRC) test/allocfail/allocfail.c)
ALLOCFAIL_SAN   := -O2 -fsanitize=address,undefined -fno-sanitize-recover=all
ALLOCFAIL_WRAP  := malloc calloc realloc free mmap munmap

.PHONY: check-allocfail
check-allocfail: $(ALLOCFAIL_B)/allocfail guest $(GUEST_OUT)/change.bin
	@$< $(B)/guest

$(ALLOCFAIL_B)/allocfail: $(ALLOCFAIL_OBJ)
	$(CC) $(CFLAGS) $(ALLOCFAIL_SAN) $(ALLOCFAIL_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

$(ALLOCFAIL_B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALLOCFAIL_SAN) -c -o $@ $<

GUEST_change := test/allocfail/change.c
$(eval $(call guest_link,change,hard))
-include $(ALLOCFAIL_OBJ:.o=.d)
