# frond: `make` builds, `make run` shows the main job, `make test` tests. Everything goes to build/.

B      := build
CC     ?= gcc
OPT    ?= -O2
WARN   := -Wall -Wextra -Werror
CFLAGS ?= $(OPT) -g
VERSION := 0.1
ALL_CFLAGS = -std=gnu17 $(WARN) -Iinclude -MMD -MP -fPIC -fvisibility=hidden -DFROND_VERSION='"$(VERSION)"' \
    -DFROND_ISA_DIR='"$(PREFIX)/share/frond/isa"' $(CFLAGS)
LIBS   := -lxxhash -lm
CLI_LIBS := $(LIBS) -lcyaml -lyaml -lseccomp -lcapstone

LIB_DIRS := core riscv jit dev host machine
SANDBOX  := host/sandbox.c
LIB_SRC  := $(filter-out $(SANDBOX),$(foreach d,$(LIB_DIRS),$(wildcard $(d)/*.c)))
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o)
CLI_SRC  := $(wildcard cli/*.c)
CHECK_SRC := $(wildcard check/*.c model/*.c isa/*.c experiment/*.c)
CHECK_OBJ := $(CHECK_SRC:%.c=$(B)/%.o) $(B)/cells.o
CLI_OBJ  := $(patsubst %.c,$(B)/%.o,$(CLI_SRC) $(SANDBOX)) $(CHECK_OBJ) $(B)/cli/nucleus_blob.o
NUCLEUS  := $(B)/guest/nucleus.elf
# What a test needs whose machines the model follows.
FOLLOW_OBJ := $(patsubst %.c,$(B)/%.o,test/replay/follow.c check/observe.c $(wildcard check/replay*.c))

SONAME   := libfrond.so.0

.PHONY: all clean
all: $(B)/frond $(B)/libfrond.a $(B)/$(SONAME)

$(B)/libfrond.a: $(LIB_OBJ)
	@rm -f $@
	@echo ar $@; ar rcs $@ $^

# What frond.h declares, and nothing else.
$(B)/$(SONAME): $(LIB_OBJ)
	$(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--no-undefined -o $@ $^ $(LIBS)

$(B)/frond: $(CLI_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(CLI_LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo cc $<; $(CC) $(ALL_CFLAGS) -c -o $@ $<

# core/ once more, with a page for each cell of the model: one object, of which only cells.h can be seen.
CELLS_OBJ := $(patsubst %.c,$(B)/cells/%.o,$(wildcard core/*.c) check/cells/cells.c)
$(B)/cells.o: $(CELLS_OBJ)
	@$(LD) -r -o $@ $^ && objcopy --localize-hidden $@

$(B)/cells/%.o: %.c check/cells/page.h
	@mkdir -p $(@D)
	@echo cc $< with page.h; $(CC) $(ALL_CFLAGS) -include check/cells/page.h -c -o $@ $<

$(B)/cli/nucleus_blob.o: cli/nucleus_blob.S $(NUCLEUS)
	@mkdir -p $(@D)
	$(CC) -DNUCLEUS_ELF='"$(NUCLEUS)"' -c -o $@ $<

clean:
	rm -rf $(B)

# ---- The main job: a tree, and Linux at depth 0, 1 and 3, in one table ------------------------------

.PHONY: run
run:
	@tools/install-deps build linux
	@$(MAKE) -s all guest linux
	@B=$(B) LINUX=$(LINUX) tools/make-run

# ---- Installation: make install PREFIX=/usr DESTDIR=/tmp/package -------------------------------------

PREFIX  ?= /usr/local
INSTALL ?= install

# The static library as one object, in which only what frond.h declares can be seen.
$(B)/lib/libfrond.a: $(LIB_OBJ)
	@mkdir -p $(@D)
	$(LD) -r -o $(@D)/frond.o $^
	objcopy --localize-hidden $(@D)/frond.o
	@rm -f $@
	ar rcs $@ $(@D)/frond.o

.PHONY: install
install: all $(B)/lib/libfrond.a
	$(INSTALL) -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include lib/pkgconfig share/man/man1)
	$(INSTALL) -m 755 $(B)/frond $(DESTDIR)$(PREFIX)/bin
	$(INSTALL) -m 644 include/*.h $(DESTDIR)$(PREFIX)/include
	$(INSTALL) -m 644 $(B)/lib/libfrond.a $(DESTDIR)$(PREFIX)/lib
	$(INSTALL) -m 755 $(B)/$(SONAME) $(DESTDIR)$(PREFIX)/lib/$(SONAME).$(VERSION)
	ln -sf $(SONAME).$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libfrond.so
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' include/frond.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/frond.pc
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/share/frond/isa
	$(INSTALL) -m 644 isa/*.yaml $(DESTDIR)$(PREFIX)/share/frond/isa
	$(INSTALL) -m 644 docs/frond.1 $(DESTDIR)$(PREFIX)/share/man/man1

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(CELLS_OBJ:.o=.d)
include $(wildcard guest/rules.mk bench/rules.mk test/*/rules.mk)

# ---- Tests: a suite is a target check-NAME whose last line is `N passed, N failed` -----------------

SUITES := $(filter-out model,$(patsubst test/%/rules.mk,%,$(wildcard test/*/rules.mk))) \
	$(MODEL_SUITES) equal
.PHONY: test tools-test check-equal linux
test: tools-test all guest linux
	@test/run $(foreach s,$(SUITES),$(s) '$(MAKE) -s check-$(s)')

# The formal part alone: Maude and C, the theorems, the engine's traces.
.PHONY: check-model
check-model: tools-test all guest linux
	@test/run $(foreach s,model-mem vmcount theorems docs replay,$(s) '$(MAKE) -s check-$(s)')

# What takes longer: every wall taken down, sanitizers, ten minutes of each fuzzer, larger counts.
# Results, with date and seeds, belong into docs/campaigns.md.
.PHONY: test-long
test-long: test
	$(MAKE) check-mutants test-mutants check-scheme-mutants check-attack-asan check-sandbox-mutants check-jit-mutants
	$(MAKE) check-prove-mutants
	$(MAKE) check-lockstep LOCKSTEP_ARGS='--seed 1000 --seeds 2000'
	$(MAKE) check-nest-linux LINUX=$(LINUX)
	$(MAKE) check-model-mem MODEL_TERMS=1000000
	$(MAKE) check-nk NK_CALLS=1000000
	$(MAKE) check-schemes SCHEME_CASES=1000000
	$(MAKE) check-vmcount-long check-theorems-maps
	$(MAKE) fuzz-dev fuzz-nest fuzz-cli fuzz-nodes fuzz-guest fuzz-nk FUZZ_SECONDS=600

# Frama-C WP on what is written to be proved: five minutes, so not part of `test`. PROVE_FILES="core/map.c ...": some files.
.PHONY: prove
prove:
	@tools/install-deps prove
	@tools/prove $(PROVE_FILES)

# Each function that has a contract, with one thing changed, is not proved any more (test/mutants/prove).
.PHONY: check-prove-mutants
check-prove-mutants:
	@tools/install-deps prove
	@test/mutants/prove

tools-test:
	@tools/install-deps

check-equal: all guest linux
	@LINUX=$(LINUX) test/equal/run $(B)

# Debian's kernel, busybox and OpenSBI, as packages; kept, and made anew only if what they are made by has changed.
LINUX ?= $(B)/linux
linux:
	@guest/linux/fetch.sh $(LINUX)
