# Programs for the machine: build/guest/NAME.elf and NAME.bin (raw, from 0x80000000).
#
# Payloads use the whole hart; the nucleus, and what it links, no floating point. `make guest`.

GUEST_CC ?= clang
GUEST_LD ?= ld.lld
GUEST_OBJCOPY ?= $(firstword $(shell command -v llvm-objcopy llvm-objcopy-14 llvm-objcopy-16 llvm-objcopy-19) llvm-objcopy)
GUEST_WARN ?= -Wall -Wextra -Werror
GUEST_OUT := $(or $(B),build)/guest
GUEST_FLAGS := --target=riscv64 -mcmodel=medany -ffreestanding -fno-builtin -fno-pic -nostdlib -mno-relax \
	-O2 -g -std=c17 $(GUEST_WARN) -MMD -MP -nostdlibinc \
	-Iinclude -Iguest/lib -Imachine -Icore -Idev -Ink -isystem guest/lib/libc
GUEST_HARD := -march=rv64gc_zba_zbb_zbs -mabi=lp64d
GUEST_SOFT := -march=rv64imac_zba_zbb_zbs -mabi=lp64 -ffunction-sections -fdata-sections

# What every program links.
GUEST_LIB := guest/lib/crt0.S guest/lib/trap_entry.S guest/lib/trap.c guest/lib/memory.c guest/lib/print.c \
	guest/lib/uart.c guest/lib/finisher.c guest/lib/tree.c

# A payload is one C file and what it names here besides.
GUEST_PAYLOADS := hashme cpuloop leaf trouble priv exits clone modes uvmm timer tlb faults chars pages work mprv shadow
GUEST_hashme := guest/tests/hashme.c guest/tests/hashme_paging.c guest/tests/hashme_user.S
GUEST_trouble := guest/tests/trouble.c
GUEST_exits := guest/tests/exits.c guest/tests/exits_child.S
GUEST_clone := guest/tests/clone.c guest/tests/clone_images.S machine/fdt.c
GUEST_modes := guest/tests/modes.c guest/tests/modes_run.S machine/fdt.c
GUEST_uvmm := guest/tests/uvmm.c guest/tests/uvmm_process.S machine/fdt.c
GUEST_shadow := guest/tests/shadow.c
GUEST_mprv := guest/tests/mprv.c guest/tests/mprv_rows.S
GUEST_priv := $(wildcard guest/tests/priv_*.c guest/tests/priv_*.S)
GUEST_cpuloop := guest/bench/cpuloop.c guest/bench/mix.c
GUEST_leaf := guest/bench/leaf.c
GUEST_timer := guest/bench/timer.c
GUEST_tlb := guest/bench/tlb.c
GUEST_faults := guest/bench/faults.c
GUEST_chars := guest/bench/chars.c
GUEST_pages := guest/bench/pages.c
WORK := $(addprefix guest/bench/work/,list.c integer.c control.c memory.c matmul.c) guest/bench/mix.c
GUEST_work := $(WORK) $(addprefix guest/bench/work/,bare.c kernel.c programs.c)

GUEST_minivmm := examples/minivmm.c machine/fdt.c

# nk and its gate: an object of their own, of which nothing can be seen but where it starts and what an ecall calls.
GUEST_NK := $(addprefix nk/,layout.c page.c table.c step.c range.c child.c field.c object.c call.c) core/map.c \
	guest/lib/memory.c guest/nucleus/gate/gate.c guest/nucleus/gate/entry.S

# Its clients, linked with it: what each links, and what it is besides.
GUEST_CLIENT := $(filter-out guest/lib/crt0.S,$(GUEST_LIB)) guest/nucleus/client.S core/map.c
GUEST_nucleus := $(wildcard guest/nucleus/*.c) machine/fdt.c machine/image.c dev/uart.c dev/dev.c
GUEST_takeover := guest/tests/takeover.c guest/tests/takeover_try.S $(wildcard nk/*.c)

# A monitor of the classical kind; classic-counts prints what it interpreted when its guest has ended.
GUEST_classic := $(GUEST_LIB) $(wildcard guest/classic/*.c guest/classic/*.S) machine/fdt.c machine/image.c \
	dev/uart.c dev/dev.c dev/plic.c dev/rtc.c

GUEST_PROGRAMS := $(GUEST_PAYLOADS) minivmm nucleus nucleus-direct takeover classic classic-counts

guest_objects = $(patsubst %,$(GUEST_OUT)/$(1)/%.o,$(GUEST_LIB) $(2))

$(GUEST_OUT)/hard/%.o: %
	@mkdir -p $(@D)
	$(GUEST_CC) $(GUEST_FLAGS) $(GUEST_HARD) -c $< -o $@

$(GUEST_OUT)/soft/%.o: %
	@mkdir -p $(@D)
	$(GUEST_CC) $(GUEST_FLAGS) $(GUEST_SOFT) -c $< -o $@

# guest_link NAME KIND: the link of one program.
define guest_link
$(GUEST_OUT)/$(1).elf: $(call guest_objects,$(2),$(GUEST_$(1))) guest/lib/link.ld
	$(GUEST_LD) -T guest/lib/link.ld --no-relax -z noexecstack --build-id=none -o $$@ $$(filter %.o,$$^)
-include $(patsubst %.o,%.d,$(call guest_objects,$(2),$(GUEST_$(1))))
endef
$(foreach p,$(GUEST_PAYLOADS),$(eval $(call guest_link,$(p),hard)))
$(eval $(call guest_link,minivmm,soft))

soft_objects = $(patsubst %,$(GUEST_OUT)/soft/%.o,$(1))

$(GUEST_OUT)/nk.o: $(call soft_objects,$(GUEST_NK))
	$(GUEST_LD) -r -o $@ $^
	$(GUEST_OBJCOPY) --keep-global-symbol=_start --keep-global-symbol=gate --prefix-alloc-sections=.nk $@
-include $(patsubst %,$(GUEST_OUT)/soft/%.d,$(GUEST_NK))

# client_link NAME PROGRAM MODE: in S-mode it executes ecall; in nucleus-direct, for comparison only, the client is in
# M-mode and calls the gate.
client_S := $(call soft_objects,guest/nucleus/call.S) --defsym=client_mode=0x800
client_M := --defsym=client_mode=0x1800 --defsym=gate_call=gate
define client_link
$(GUEST_OUT)/$(1).elf: $(GUEST_OUT)/nk.o $(call soft_objects,$(GUEST_CLIENT) $(GUEST_$(2)) guest/nucleus/call.S) guest/nucleus/link.ld
	$(GUEST_LD) -T guest/nucleus/link.ld --no-relax --gc-sections -z noexecstack --build-id=none -o $$@ $(GUEST_OUT)/nk.o \
		$(call soft_objects,$(GUEST_CLIENT) $(GUEST_$(2))) $(client_$(3))
-include $(patsubst %,$(GUEST_OUT)/soft/%.d,$(GUEST_CLIENT) $(GUEST_$(2)))
endef
$(eval $(call client_link,nucleus,nucleus,S))
$(eval $(call client_link,nucleus-direct,nucleus,M))
$(eval $(call client_link,takeover,takeover,S))

define classic_link
$(GUEST_OUT)/$(1).elf: $(call soft_objects,$(GUEST_classic)) guest/lib/link.ld
	$(GUEST_LD) -T guest/lib/link.ld --no-relax --gc-sections -z noexecstack --build-id=none -o $$@ $$(filter %.o,$$^) \
		--defsym=at_end=$(2)
endef
$(eval $(call classic_link,classic,counts_keep))
$(eval $(call classic_link,classic-counts,counts_print))
-include $(patsubst %,$(GUEST_OUT)/soft/%.d,$(GUEST_classic))

$(patsubst %,$(GUEST_OUT)/hard/%.o,$(WORK)): GUEST_FLAGS += -include guest/bench/work/page.h

# The kinds of work as a program of Linux, for qemu-riscv64: the same objects.
WORK_USER := $(patsubst %,$(GUEST_OUT)/hard/%.o,$(WORK) guest/bench/work/host.c guest/bench/work/user.c \
	guest/bench/work/user_start.S guest/lib/print.c guest/lib/memory.c)
$(GUEST_OUT)/work-user: $(WORK_USER)
	$(GUEST_LD) --no-relax -z noexecstack --build-id=none -o $@ $^
-include $(WORK_USER:.o=.d)

# And as a program of this machine: loops as they are written (no call of memset made of one), the doubles not vectorized.
WORK_NATIVE := $(patsubst %.c,$(B)/native/%.o,$(WORK) guest/bench/work/host.c guest/bench/work/native.c)
NATIVE_FLAGS := -O2 -fno-builtin $(if $(findstring clang,$(CC)),,-fno-tree-loop-distribute-patterns)
$(B)/native/guest/bench/work/matmul.o: NATIVE_FLAGS += -fno-tree-vectorize
$(B)/native/%.o: %.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 $(WARN) -MMD -MP $(NATIVE_FLAGS) -c -o $@ $<
$(B)/bench/work: $(WORK_NATIVE)
	@mkdir -p $(@D)
	$(CC) -o $@ $^
-include $(WORK_NATIVE:.o=.d)

$(GUEST_OUT)/%.bin: $(GUEST_OUT)/%.elf
	$(GUEST_OBJCOPY) -O binary $< $@

# These carry other programs.
guest_carry := $(GUEST_OUT)/hard/guest/tests/clone_images.S.o $(GUEST_OUT)/hard/guest/tests/uvmm_process.S.o
$(guest_carry): $(GUEST_OUT)/minivmm.bin $(GUEST_OUT)/hashme.bin
$(guest_carry): GUEST_FLAGS += '-DMINIVMM="$(GUEST_OUT)/minivmm.bin"' '-DHASHME="$(GUEST_OUT)/hashme.bin"'

# Lines of what is each monitor's own, for `frond bench depth`.
GUEST_LINES_nucleus := $(wildcard guest/nucleus/*.[chS] guest/nucleus/gate/*.[chS] nk/*.[ch]) core/map.c core/map.h
GUEST_LINES_classic := $(wildcard guest/classic/*.[chS])
$(GUEST_OUT)/lines: $(GUEST_LINES_nucleus) $(GUEST_LINES_classic)
	@mkdir -p $(@D)
	@echo nucleus $$(cat $(GUEST_LINES_nucleus) | wc -l) >$@
	@echo classic $$(cat $(GUEST_LINES_classic) | wc -l) >>$@

.PHONY: guest
guest: $(GUEST_OUT)/lines $(GUEST_PROGRAMS:%=$(GUEST_OUT)/%.elf) $(GUEST_PROGRAMS:%=$(GUEST_OUT)/%.bin)
