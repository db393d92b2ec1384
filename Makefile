# frond: `make` builds, `make run` shows the main job, `make test` tests. Everything goes to build/.

B      := build
CC     ?= gcc
OPT    ?= -O2
WARN   := -Wall -Wextra -Werror
CFLAGS ?= $(OPT) -g
VERSION := 0.1
ALL_CFLAGS = -std=gnu17 $(WARN) -Iinclude -MMD -MP -fPIC -fvisibility=hidden -DFROND_VERSION='"$(VERSION)"' $(CFLAGS)
LIBS   := -lxxhash -lm

LIB_DIRS := core riscv dev host machine
LIB_SRC  := $(foreach d,$(LIB_DIRS),$(wildcard $(d)/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o)
CLI_SRC  := $(wildcard cli/*.c)
CLI_OBJ  := $(CLI_SRC:%.c=$(B)/%.o) $(B)/cli/nucleus_blob.o
NUCLEUS  := $(B)/guest/nucleus.elf

.PHONY: all clean
all: $(B)/frond $(B)/libfrond.a

$(B)/libfrond.a: $(LIB_OBJ)
	@rm -f $@
	@echo ar $@; ar rcs $@ $^

$(B)/frond: $(CLI_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lcyaml -lyaml

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo cc $<; $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/cli/nucleus_blob.o: cli/nucleus_blob.S $(NUCLEUS)
	@mkdir -p $(@D)
	$(CC) -DNUCLEUS_ELF='"$(NUCLEUS)"' -c -o $@ $<

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
include $(wildcard guest/rules.mk test/*/rules.mk)

# ---- Tests: a suite is a target check-NAME whose last line is `N passed, N failed` -----------------

SUITES := $(filter-out model,$(patsubst test/%/rules.mk,%,$(wildcard test/*/rules.mk))) \
	$(MODEL_SUITES) equal
.PHONY: test tools-test check-equal linux
test: tools-test all guest linux
	@test/run $(foreach s,$(SUITES),$(s) '$(MAKE) -s check-$(s)')

# Frama-C WP on what is written to be proved: minutes, so not part of `test`.
.PHONY: prove
prove:
	@tools/install-deps prove
	@tools/prove

tools-test:
	@tools/install-deps

check-equal: all guest linux
	@LINUX=$(LINUX) test/equal/run $(B)

# Debian's kernel, busybox and OpenSBI, as packages; kept.
LINUX ?= $(B)/linux
linux: $(LINUX)/Image
$(LINUX)/Image:
	@guest/linux/fetch.sh $(LINUX)
