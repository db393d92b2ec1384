/* counts.c - what was interpreted, instruction by instruction, and what else the monitor did; in lines for programs. */
#include "classic.h"

uint64_t counts[COUNTS_ALL];

static const char *const name[COUNTS_ALL] = {
#define COUNT_NAME(name) [COUNT_##name] = #name,
    COUNTS(COUNT_NAME)};

void counts_print(void) {
    for (unsigned i = 0; i < COUNTS_ALL; i++)
        print("classic: %s %lu\n", name[i], counts[i]);
    print("classic: interpreted %lu\nclassic: native %lu\n", guest.interpreted, guest.native);
}

void counts_keep(void) {}
