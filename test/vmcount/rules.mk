# Included by the top Makefile: `make check-vmcount` compares numbers of reachable states, Maude (package maude) and C;
# `make check-vmcount-long` adds the large scopes.

VMCOUNT_B      := $(or $(B),build)/test/vmcount
VMCOUNT_CFLAGS := -std=gnu17 -Iinclude -Wall -Wextra -Werror -O2 -g -fsanitize=undefined -fno-sanitize-recover=undefined
VMCOUNT_NK     := model/mem.c model/nkmodel.c check/nkmenu.c
VMCOUNT_VM     := $(addprefix model/,vm.c vmlist.c vmstep.c ira.c) check/explore.c check/vmsystem.c core/map.c

.PHONY: check-vmcount check-vmcount-long
check-vmcount: $(VMCOUNT_B)/nkcount $(VMCOUNT_B)/vmcount
	@test/vmcount/run-count.sh $(VMCOUNT_B)
check-vmcount-long: $(VMCOUNT_B)/nkcount $(VMCOUNT_B)/vmcount
	@test/vmcount/run-count.sh $(VMCOUNT_B) --long

$(VMCOUNT_B)/nkcount: test/vmcount/nkcount.c test/vmcount/states.c $(VMCOUNT_NK) test/vmcount/states.h model/mem.h model/nkmodel.h check/nkmenu.h
	@mkdir -p $(@D)
	$(or $(CC),cc) $(VMCOUNT_CFLAGS) -o $@ $(filter %.c,$^)

$(VMCOUNT_B)/vmcount: test/vmcount/vmcount.c $(VMCOUNT_VM) check/check.h check/explore.h model/vm.h core/map.h include/frond_abi.h
	@mkdir -p $(@D)
	$(or $(CC),cc) $(VMCOUNT_CFLAGS) -pthread -o $@ $(filter %.c,$^) -lxxhash
