/* rig.h - an nk on a node that is not there: its arrays are the test's own memory. */
#ifndef TEST_NK_RIG_H
#define TEST_NK_RIG_H

#include "nk/nk.h"
#include <stddef.h>

/*
 * 0x1000_0000  2 pages   windows
 * 0x8000_0000            nk's own: text, then its region, RIG_OWN pages in all
 *              24 pages  memory; objects may be in the first 6
 * 0x9000_0000  3 pages   archive
 * 0xa000_0000  8 pages   in units of 4
 */
enum {
    RIG_WINDOWS = 2,
    RIG_OWN = 16,
    RIG_MEMORY = 24,
    RIG_OBJECTS = 6,
    RIG_ARCHIVE = 3,
    RIG_COARSE = 8,
    RIG_UNIT = 4,
    RIG_FINE = RIG_WINDOWS + RIG_MEMORY + RIG_ARCHIVE,
    RIG_PAGES = RIG_FINE + RIG_COARSE,
    RIG_RECORDS = RIG_FINE + RIG_COARSE / RIG_UNIT,
    RIG_CHILDREN = 5,
    RIG_RANGES = 40,
    RIG_WORDS = RIG_OBJECTS * 512,
    RIG_PIECES = 6, /* of memory: struct nk, the arrays, the words of objects */
};

#define RIG_PAGE_SIZE  ((uint64_t)4096)
#define RIG_WINDOW_AT  ((uint64_t)0x10000000)
#define RIG_OWN_AT     ((uint64_t)0x80000000)
#define RIG_MEMORY_AT  (RIG_OWN_AT + RIG_OWN * RIG_PAGE_SIZE)
#define RIG_ARCHIVE_AT ((uint64_t)0x90000000)
#define RIG_COARSE_AT  ((uint64_t)0xa0000000)

struct rig {
    struct nk *nk;
    struct nk_layout layout;
    struct nk_places at;
    struct nk_arrays arrays;
    uint64_t size[RIG_PIECES];
    unsigned char *before; /* all bytes of nk, as rig_note found them */
};

/* The layout above. */
struct nk_layout rig_layout(void);
/* Memory for `layout` and `at` as they stand, each array by itself: words of objects random by seed, the rest
 * full of what nk_init must clear. Ends the program if there is none. */
void rig_memory(struct rig *r, uint64_t seed);
/* Starts one in the layout above; words of objects are random by seed. Ends the program if there is no memory. */
void rig_start(struct rig *r, uint64_t seed);
void rig_end(struct rig *r);
/* All bytes that nk has: to be noted, and whether they are as noted. */
void rig_note(struct rig *r);
bool rig_unchanged(const struct rig *r);

/* The next of a sequence of random numbers. */
uint64_t rig_random(uint64_t *state);

#endif
