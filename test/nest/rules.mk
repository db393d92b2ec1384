# Trees of nuclei, row by row. `make check-nest`.

.PHONY: check-nest
check-nest: $(B)/test/nest guest
	$< $(B)/guest

$(B)/test/nest: test/nest/nest.c $(B)/libfrond.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
