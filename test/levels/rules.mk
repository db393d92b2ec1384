# What one node sees of the others: towers of test VMMs, row by row. `make check-levels`.

LEVELS_SRC := $(addprefix test/levels/,rows.c tower.c faults.c exits.c steps.c maps.c modes.c devices.c driver.c input.c flips.c host.c deep.c)
LEVELS_VMM := $(GUEST_OUT)/tower_vmm.bin

.PHONY: check-levels
check-levels: $(B)/levels-test $(LEVELS_VMM)
	@$< $(LEVELS_VMM)

$(B)/levels-test: $(LEVELS_SRC:%.c=$(B)/%.o) $(FOLLOW_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

GUEST_tower_vmm := test/levels/vmm.c
$(eval $(call guest_link,tower_vmm,soft))
-include $(LEVELS_SRC:%.c=$(B)/%.d)
