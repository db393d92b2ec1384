/*
 * resolve.h - the five ways to hold the maps of the path: one resolver each, chosen when a core is made.
 *
 * All give the same answers; they differ in what they keep in registers between accesses and in what
 * they read again. docs/schemes.md has each one's registers and formulas. `flat` is the engine's own
 * (resolve_flat.c); the others share one walk (resolve_walk.c) and say here what is theirs.
 */
#ifndef FROND_CORE_RESOLVE_H
#define FROND_CORE_RESOLVE_H

#include "map.h"

struct core;
struct core_table;

/* What a resolver has cost since the core was made. */
struct core_cost {
    uint64_t asks; /* accesses resolved */
    uint64_t
        refs; /* memory references of accesses: an entry, a control block, a spilled register */
    uint64_t regs;    /* register operations of accesses */
    uint64_t loads;   /* memory references that fill registers, after an ENTER or a map change */
    uint64_t enters;  /* nodes put on the path */
    uint64_t changes; /* entries of tables in use that a store changed */
    uint64_t emptied; /* tables whose registers were emptied, by whatever */
};

/* One entry of a table: piece `piece` of 4 KiB, `off` bytes into its page. */
struct core_place {
    unsigned level, mode;
    uint64_t piece;
    unsigned off;
};

struct core_scheme {
    const char *name;
    bool flat;        /* resolve_flat.c does it, and uses none of the functions */
    bool associative; /* composed pages are kept, and asked first */
    /* Before an access of the node at `level` that is not found composed. NULL: nothing to do. */
    void (*begin)(struct core *c, unsigned level);
    /* The entry by registers. False: its page must be found through the maps. NULL: always. */
    bool (*held)(struct core *c, const struct core_place *p, struct frond_range *e);
    /* The entry, found in arena page `page`; registers may keep what they like. False: no memory. */
    bool (*found)(struct core *c, const struct core_place *p, uint32_t page, struct frond_range *e);
};

extern const struct core_scheme core_flat, core_pure, core_hv, core_display, core_rmr;

/* Level registers of the display; what lies deeper in the stack is spilled to memory. */
enum { CORE_DISPLAY_SIZE = 8 };

#endif
