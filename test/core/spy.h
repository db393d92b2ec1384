/* spy.h - what core tells its ISA, noted: the world's own hooks are called as well. */
#ifndef TEST_CORE_SPY_H
#define TEST_CORE_SPY_H

#include "world.h"

enum { SPIED = 16 };

struct spied_change { /* of a page-table entry or a range */
    struct core_ctx *ctx;
    uint64_t tag; /* a range's: its index */
    unsigned mode;
    uint64_t old, new; /* a range's: its targets */
};

struct spied_read {
    struct core_ctx *ctx;
    unsigned mode;
    uint64_t piece;
    uint32_t page;
};

/* How often each was called, and the last (or first SPIED) arguments. */
extern struct spy {
    unsigned protects, drops, drop_alls, codes, pts, ranges, reads;
    struct core_ctx *ctx; /* of drop, drop_all, protect */
    uint32_t page;        /* of protect, code_changed */
    uint64_t first, last; /* of drop */
    unsigned off, len;    /* of code_changed */
    bool code_goes;       /* what code_changed answers */
    struct spied_change pt[SPIED], range[SPIED];
    struct spied_read read[SPIED];
} spy;

/* From now on; forgets what was noted before. */
void spy_on(struct world *w);

#endif
