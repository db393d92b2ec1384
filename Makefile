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
	ar rcs $@ $^

$(B)/frond: $(CLI_OBJ) $(B)/libfrond.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lcyaml

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CFLAGS_$(notdir $*)) -c -o $@ $<

# The dispatch loop: each label keeps its own jump.
CFLAGS_exec := -fno-gcse -fno-crossjumping

$(B)/cli/nucleus_blob.o: cli/nucleus_blob.S $(NUCLEUS)
	@mkdir -p $(@D)
	$(CC) -DNUCLEUS_ELF='"$(NUCLEUS)"' -c -o $@ $<

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
-include $(wildcard guest/rules.mk test/*/rules.mk)
