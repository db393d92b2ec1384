/*
 * rows.c - nk/ by hand: a row is a few calls and their codes, or one corruption that the walker must name.
 */
#include "rig.h"
#include <stdio.h>
#include <string.h>

#define P      RIG_PAGE_SIZE
#define WIN    RIG_WINDOW_AT
#define MEM(n) (RIG_MEMORY_AT + (n)*P) /* pages 0 to 5 may be objects */
#define ARC    RIG_ARCHIVE_AT
#define COARSE RIG_COARSE_AT
#define OWN(n) (RIG_OWN_AT + (n)*P)
#define R      FROND_R
#define RW     (FROND_R | FROND_W)
#define RWX    (FROND_R | FROND_W | FROND_X)
#define RX     (FROND_R | FROND_X)
#define SH     FROND_SHARED
#define TOP    (0 - P) /* the last page of the address space */

enum { STEPS = 14 };

struct step {
    enum nk_status expected;
    enum nk_call call;
    uint64_t arg[NK_ARGS];
};

/* Calls, for the tables below. CREATE1: one table of 8 entries, CREATE2: two of 4; each slot has its own entries. */
#define DECLARE(...)                                                                               \
    NK_CALL_DECLARE, { __VA_ARGS__ }
#define UNDECLARE(...)                                                                             \
    NK_CALL_UNDECLARE, { __VA_ARGS__ }
#define PUT(...)                                                                                   \
    NK_CALL_PUT, { __VA_ARGS__ }
#define CREATE(...)                                                                                \
    NK_CALL_CHILD_CREATE, { __VA_ARGS__ }
#define CREATE1(c)                                                                                 \
    NK_CALL_CHILD_CREATE, { c, 7, 8 * (c), 8, 0 }
#define CREATE2(c)                                                                                 \
    NK_CALL_CHILD_CREATE, { c, 7, 8 * (c), 4, 4 }
#define DESTROY(c)                                                                                 \
    NK_CALL_CHILD_DESTROY, { c }
#define RESET(c)                                                                                   \
    NK_CALL_CHILD_RESET, { c }
#define SET(...)                                                                                   \
    NK_CALL_CHILD_SET, { __VA_ARGS__ }
#define GRANT(...)                                                                                 \
    NK_CALL_GRANT, { __VA_ARGS__ }
#define REVOKE(...)                                                                                \
    NK_CALL_REVOKE, { __VA_ARGS__ }
#define POINT(...)                                                                                 \
    NK_CALL_POINT, { __VA_ARGS__ }
#define B NK_BOTH

/* What a row looks at in the end; NULL: as it should be. */
typedef const char *look(struct rig *r);

static const char *in_order(struct rig *r) {
    static const uint64_t bases[] = {0, P, 3 * P, 4 * P, 9 * P};

    for (int i = 0; i < 5; i++) {
        if (r->nk->range[i].base != bases[i])
            return "not in order";
    }
    if (r->nk->child[0].map[NK_P].count != 5 || r->nk->desc[0].map_p.count != 5)
        return "not five";
    return NULL;
}

static const char *closed_up(struct rig *r) {
    const struct frond_range *e = r->nk->range;

    if (e[0].base != 0 || e[1].base != 4 * P || e[1].target != MEM(9) || e[1].flags != RX)
        return "the range above did not move down";
    return (e[2].base | e[2].size | e[2].target | e[2].flags) == 0 ? NULL : "what is left is not 0";
}

static const char *led_elsewhere(struct rig *r) {
    const struct frond_range *e = &r->nk->range[0];

    if (e->base != P || e->size != P || e->target != MEM(8) || e->flags != RX)
        return "not the new target and flags";
    return r->nk->page[RIG_WINDOWS + 7].maps == 0 && r->nk->page[RIG_WINDOWS + 8].maps == 1
               ? NULL
               : "counts did not follow";
}

static const char *counted(struct rig *r) {
    const struct nk_page *p = &r->nk->page[RIG_WINDOWS + 8];

    if (p->maps != 3 || p->shared != 1)
        return "page 8 should have three, shared";
    return p[-1].maps == 1 && p[1].maps == 2 && p[2].maps == 0 ? NULL : "its neighbours";
}

static const char *all_free(struct rig *r) {
    for (int i = 0; i < RIG_RECORDS; i++) {
        if (r->nk->page[i].maps != 0 || r->nk->page[i].type != NK_FREE)
            return "a page is not free";
    }
    for (int i = 0; i < RIG_RANGES; i++) {
        if (r->nk->range[i].size != 0)
            return "a range is left";
    }
    return NULL;
}

static const char *once(struct rig *r) {
    const uint64_t *w = r->arrays.word; /* 509 words of payload: 254 data, 254 marks */

    if (w[0] != 512 || w[1] != NK_WRITE_ONCE || w[2] != 0)
        return "header";
    return w[3] == 0 && w[4] == 11 && w[3 + 254] == 1 && w[3 + 255] == 1 && w[3 + 256] == 0
               ? NULL
               : "data and marks";
}

static const char *appended(struct rig *r) {
    const uint64_t *w = r->arrays.word + 512;

    return w[0] == 1024 && w[1] == NK_APPEND_ONLY && w[3] == 2 && w[4] == 10 && w[5] == 11 &&
                   w[6] == 0
               ? NULL
               : "data";
}

static const char *logged(struct rig *r) {
    const uint64_t *w = r->arrays.word, *log = w + 4 + 169; /* 509 words: 1, 169 data, records */

    if (w[3] != 3 || w[4 + 5] != 30 || w[4 + 6] != 20)
        return "data";
    return log[0] == 5 && log[1] == 0 && log[2] == 6 && log[3] == 0 && log[4] == 5 && log[5] == 10
               ? NULL
               : "log";
}

static const char *no_write(struct rig *r) {
    uint64_t seed = 1, word = 0;

    for (int i = 0; i < RIG_WORDS; i++) { /* as rig_start filled them */
        word = rig_random(&seed) % 4 == 0 ? rig_random(&seed) : 0;
        if (i >= 3 && r->arrays.word[i] != word)
            return "its bytes changed";
    }
    return r->arrays.word[0] == 512 && r->arrays.word[1] == NK_NO_WRITE ? NULL : "header";
}

static const char *kept(struct rig *r) {
    uint64_t seed = 1;

    for (int i = 0; i < RIG_WORDS; i++) {
        if (r->arrays.word[i] != (rig_random(&seed) % 4 == 0 ? rig_random(&seed) : 0))
            return "its bytes changed";
    }
    return NULL;
}

static const char *two_tables(struct rig *r) {
    const struct frond_desc *d = r->nk->desc;

    if (d[0].map_p.addr != r->at.range || d[0].map_p.count != 1)
        return "map_p";
    if (d[0].map_np.addr != r->at.range + 4 * 32 || d[0].map_np.count != 2)
        return "map_np";
    return d[1].map_p.addr == d[1].map_np.addr && d[1].map_np.count == 1 ? NULL : "one table";
}

static const char *fresh(struct rig *r) {
    struct frond_desc d = {
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .label = 7, .uid = 2};

    d.map_p = d.map_np = (struct frond_map){r->at.range, 1};
    return memcmp(&d, r->nk->desc, sizeof d) == 0 ? NULL : "not a hart at reset with its ranges";
}

static const char *described(struct rig *r) {
    uint64_t at;

    if (nk_child_desc(r->nk, 1, &at) != NK_OK || at != r->at.desc + 4096)
        return "its address";
    return nk_child_desc(r->nk, 0, &at) == NK_NOT_CHILD &&
                   nk_child_desc(r->nk, RIG_CHILDREN, &at) == NK_NOT_CHILD
               ? NULL
               : "of no child";
}

static const char *found(struct rig *r) {
    uint64_t i = 99;

    if (nk_find(r->nk, 0, B, 0, &i) != NK_UNMAPPED ||
        nk_find(r->nk, 0, B, 3 * P, &i) != NK_UNMAPPED)
        return "what is not there";
    if (nk_find(r->nk, 0, B, P, &i) != NK_OK || i != 0 ||
        nk_find(r->nk, 0, B, 3 * P - 1, &i) != NK_OK || i != 0)
        return "first and last byte";
    return nk_find(r->nk, 0, B, UINT64_MAX, &i) == NK_OK && i == 1 ? NULL : "the last byte of all";
}

static const char *paged_in_order(struct rig *r) {
    for (uint64_t i = 0; i < 8; i++) {
        if (r->nk->range[i].base != i * P || r->nk->range[i].flags != (i == 5 ? RWX : 0))
            return "not the ranges laid out";
    }
    return r->nk->page[RIG_WINDOWS + 9].maps == 1 ? NULL : "the page brought";
}

// clang-format off
static const struct row {
    const char *name;
    struct step step[STEPS]; /* ends where call and expected are 0 and there is no argument */
    look *look;
} rows[] = {
    /* What no range may lead to. */
    {"nk's text is in nobody's reach", {{NK_OK, CREATE1(0)}, {NK_OWN, GRANT(0, B, 0, P, OWN(0), R)},
        {NK_OWN, GRANT(0, B, 0, P, OWN(0), SH | R)}, {NK_OWN, GRANT(0, B, 0, P, OWN(0), FROND_X)}}, all_free},
    {"nor its tables and descriptors", {{NK_OK, CREATE1(0)}, {NK_OWN, GRANT(0, B, 0, P, OWN(1), RW)},
        {NK_OWN, GRANT(0, B, 0, P, OWN(6), RW)}, {NK_OWN, GRANT(0, B, 0, P, OWN(15), R)}}, all_free},
    {"nor by a range that begins before it", {{NK_OK, CREATE1(0)}, {NK_OUTSIDE, GRANT(0, B, 0, P, OWN(0) - P, R)},
        {NK_OWN, GRANT(0, B, 0, 2 * P, OWN(0) - P, R)}}, all_free},
    {"nor by one that ends behind it", {{NK_OK, CREATE1(0)}, {NK_OWN, GRANT(0, B, 0, 2 * P, OWN(15), RW)},
        {NK_OK, GRANT(0, B, 0, P, OWN(16), RW)}}, NULL},
    {"nor by one that is pointed there", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, MEM(7), RW)},
        {NK_OWN, POINT(0, B, 0, OWN(1), RW)}, {NK_OWN, POINT(0, B, 0, OWN(1), R)}}, NULL},
    {"nor by a gap that is opened", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, OWN(1), 0)},
        {NK_OWN, POINT(0, B, 0, OWN(1), R)}, {NK_OK, POINT(0, B, 0, OWN(2), SH)}}, NULL},
    {"what is in no area", {{NK_OK, CREATE1(0)}, {NK_OUTSIDE, GRANT(0, B, 0, P, 0, R)},
        {NK_OUTSIDE, GRANT(0, B, 0, P, WIN + 2 * P, R)}, {NK_OUTSIDE, GRANT(0, B, 0, P, WIN - P, R)},
        {NK_OUTSIDE, GRANT(0, B, 0, P, MEM(24), R)}, {NK_OUTSIDE, GRANT(0, B, 0, P, ARC + 3 * P, R)},
        {NK_OUTSIDE, GRANT(0, B, 0, P, TOP, R)}}, all_free},
    {"a range that leaves its area", {{NK_OK, CREATE1(0)}, {NK_OUTSIDE, GRANT(0, B, 0, 3 * P, WIN, R)},
        {NK_OUTSIDE, GRANT(0, B, 0, 2 * P, MEM(23), R)}, {NK_OUTSIDE, GRANT(0, B, 0, 4 * P, ARC, R)},
        {NK_OK, GRANT(0, B, 0, 3 * P, ARC, R)}}, NULL},
    {"pages that go together", {{NK_OK, CREATE1(0)}, {NK_BAD_RANGE, GRANT(0, B, 0, P, COARSE, R)},
        {NK_BAD_RANGE, GRANT(0, B, 0, 4 * P, COARSE + P, R)}, {NK_BAD_RANGE, GRANT(0, B, 0, 6 * P, COARSE, R)},
        {NK_OK, GRANT(0, B, 0, 4 * P, COARSE + 4 * P, RW)}, {NK_OK, CREATE1(1)}, {NK_TAKEN, GRANT(1, B, 0, 8 * P, COARSE, R)},
        {NK_OK, GRANT(1, B, 0, 4 * P, COARSE, R)}, {NK_TAKEN, POINT(1, B, 0, COARSE + 4 * P, R)},
        {NK_BAD_RANGE, POINT(1, B, 0, COARSE + 2 * P, R)}, {NK_OK, GRANT(1, B, 8 * P, P, COARSE, 0)},
        {NK_OUTSIDE, GRANT(1, B, 12 * P, 8 * P, COARSE + 4 * P, R)}}, NULL},
    {"... are kept together", {{NK_BAD_RANGE, DECLARE(COARSE, P, NK_KEPT)}, {NK_OK, DECLARE(COARSE, 8 * P, NK_KEPT)},
        {NK_OUTSIDE, DECLARE(COARSE, 4 * P, NK_LOGGED)}, {NK_NOT_OBJECT, UNDECLARE(COARSE + P)},
        {NK_NOT_OBJECT, UNDECLARE(COARSE + 4 * P)}, {NK_OK, UNDECLARE(COARSE)}, {NK_OK, CREATE1(0)},
        {NK_OK, GRANT(0, B, 0, 8 * P, COARSE, RW)}, {NK_IN_USE, DECLARE(COARSE + 4 * P, 4 * P, NK_KEPT)}}, NULL},
    {"a range as large as all addresses", {{NK_OK, CREATE1(0)}, {NK_OWN, GRANT(0, B, 0, TOP, P, R)},
        {NK_OK, GRANT(0, B, 0, TOP, P, 0)}}, NULL},

    /* Well formed. */
    {"ranges that are not well formed", {{NK_OK, CREATE1(0)}, {NK_BAD_RANGE, GRANT(0, B, 8, P, MEM(7), R)},
        {NK_BAD_RANGE, GRANT(0, B, 0, P + 8, MEM(7), R)}, {NK_BAD_RANGE, GRANT(0, B, 0, P, MEM(7) + 8, R)},
        {NK_BAD_RANGE, GRANT(0, B, 0, 0, MEM(7), R)}, {NK_BAD_RANGE, GRANT(0, B, 0, P, MEM(7), 16)},
        {NK_BAD_RANGE, GRANT(0, B, TOP, 2 * P, MEM(7), R)}, {NK_BAD_RANGE, GRANT(0, B, 0, 2 * P, TOP, R)},
        {NK_BAD_RANGE, GRANT(0, B, 0, P, MEM(7), ~(uint64_t)0)}, {NK_OK, GRANT(0, B, TOP, P, MEM(7), R)}}, NULL},
    {"pointed with a bad target or flag", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, 2 * P, MEM(7), R)},
        {NK_BAD_RANGE, POINT(0, B, 0, MEM(8) + 1, R)}, {NK_BAD_RANGE, POINT(0, B, 0, TOP, R)},
        {NK_BAD_RANGE, POINT(0, B, 0, MEM(8), 17)}}, NULL},

    /* One child's pages are no other's. */
    {"two children, one page", {{NK_OK, CREATE1(0)}, {NK_OK, CREATE1(1)}, {NK_OK, GRANT(0, B, 0, P, MEM(8), RW)},
        {NK_TAKEN, GRANT(1, B, 0, P, MEM(8), RW)}, {NK_TAKEN, GRANT(1, B, 0, P, MEM(8), R)},
        {NK_TAKEN, GRANT(1, B, 0, P, MEM(8), FROND_X)}, {NK_OK, GRANT(1, B, 0, P, MEM(8), 0)},
        {NK_TAKEN, POINT(1, B, 0, MEM(8), R)}, {NK_TAKEN, GRANT(1, B, P, 3 * P, MEM(6), R)},
        {NK_TAKEN, GRANT(1, B, P, 2 * P, MEM(8), R)}, {NK_OK, GRANT(1, B, P, 2 * P, MEM(6), R)}}, NULL},
    {"only one says SHARED", {{NK_OK, CREATE1(0)}, {NK_OK, CREATE1(1)}, {NK_OK, GRANT(0, B, 0, P, MEM(8), R)},
        {NK_TAKEN, GRANT(1, B, 0, P, MEM(8), SH | R)}, {NK_OK, GRANT(1, B, 0, P, MEM(9), SH | R)},
        {NK_TAKEN, GRANT(0, B, P, P, MEM(9), R)}}, NULL},
    {"both say SHARED", {{NK_OK, CREATE1(0)}, {NK_OK, CREATE1(1)}, {NK_OK, CREATE2(2)},
        {NK_OK, GRANT(0, B, 0, 2 * P, MEM(7), SH | RW)}, {NK_OK, GRANT(1, B, 0, 2 * P, MEM(8), SH | RX)},
        {NK_OK, GRANT(2, NK_NP, 0, 2 * P, MEM(8), SH | R)}}, counted},
    {"all pairs of modes", {{NK_OK, CREATE2(0)}, {NK_OK, CREATE2(1)}, {NK_OK, GRANT(0, NK_P, 0, P, MEM(8), R)},
        {NK_OK, GRANT(0, NK_NP, 0, P, MEM(9), R)}, {NK_TAKEN, GRANT(1, NK_P, 0, P, MEM(8), R)},
        {NK_TAKEN, GRANT(1, NK_P, 0, P, MEM(9), R)}, {NK_TAKEN, GRANT(1, NK_NP, 0, P, MEM(8), R)},
        {NK_TAKEN, GRANT(1, NK_NP, 0, P, MEM(9), R)}}, NULL},
    {"one child, both modes, one page", {{NK_OK, CREATE2(0)}, {NK_OK, GRANT(0, NK_P, 0, P, MEM(8), RW)},
        {NK_OK, GRANT(0, NK_NP, P, P, MEM(8), R)}, {NK_TAKEN, GRANT(0, NK_NP, 2 * P, P, MEM(8), SH | R)},
        {NK_OK, REVOKE(0, NK_P, 0)}, {NK_TAKEN, GRANT(0, NK_P, 0, P, MEM(8), SH | R)},
        {NK_OK, REVOKE(0, NK_NP, P)}, {NK_OK, GRANT(0, NK_P, 0, P, MEM(8), SH | R)}}, NULL},
    {"a window for two", {{NK_OK, CREATE1(0)}, {NK_OK, CREATE1(1)}, {NK_OK, GRANT(0, B, WIN, P, WIN, RW)},
        {NK_TAKEN, GRANT(1, B, WIN, P, WIN, RW)}, {NK_OK, GRANT(1, B, WIN, P, WIN + P, RW)},
        {NK_OK, REVOKE(0, B, WIN)}, {NK_OK, GRANT(1, B, WIN + P, P, WIN, RW)}}, NULL},
    {"the archive for all", {{NK_OK, DECLARE(ARC, 3 * P, NK_KEPT)}, {NK_OK, UNDECLARE(ARC)}, {NK_OK, CREATE1(0)},
        {NK_OK, CREATE1(1)}, {NK_OK, GRANT(0, B, 0, 3 * P, ARC, SH | RX)}, {NK_OK, GRANT(0, B, 4 * P, P, ARC + P, SH | RX)},
        {NK_OK, GRANT(1, B, 0, 3 * P, ARC, SH | RX)}, {NK_TAKEN, POINT(0, B, 4 * P, ARC + P, RWX)},
        {NK_OK, POINT(0, B, 4 * P, MEM(9), RWX)}}, NULL},
    {"a page that went to a sibling", {{NK_OK, CREATE1(0)}, {NK_OK, CREATE1(1)}, {NK_OK, GRANT(0, B, 0, P, MEM(8), RW)},
        {NK_OK, POINT(0, B, 0, MEM(8), 0)}, {NK_OK, GRANT(1, B, 0, P, MEM(8), RW)},
        {NK_TAKEN, POINT(0, B, 0, MEM(8), RW)}, {NK_OK, DESTROY(1)}, {NK_OK, POINT(0, B, 0, MEM(8), RW)}}, NULL},

    /* What is declared. */
    {"what is kept", {{NK_OK, CREATE1(0)}, {NK_OK, DECLARE(MEM(10), 2 * P, NK_KEPT)}, {NK_OWN, GRANT(0, B, 0, P, MEM(10), R)},
        {NK_OWN, GRANT(0, B, 0, P, MEM(11), SH | R)}, {NK_OWN, GRANT(0, B, 0, 3 * P, MEM(8), RW)},
        {NK_OK, GRANT(0, B, 0, P, MEM(12), RW)}, {NK_OWN, POINT(0, B, 0, MEM(11), RW)}, {NK_OWN, PUT(MEM(10), 0, 1)},
        {NK_NOT_OBJECT, UNDECLARE(MEM(11))}, {NK_OK, UNDECLARE(MEM(10))}, {NK_OK, POINT(0, B, 0, MEM(11), RW)}}, NULL},
    {"what is granted is not kept", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, MEM(10), R)},
        {NK_IN_USE, DECLARE(MEM(9), 2 * P, NK_KEPT)}, {NK_OK, POINT(0, B, 0, MEM(10), 0)},
        {NK_OK, DECLARE(MEM(9), 2 * P, NK_KEPT)}, {NK_OWN, POINT(0, B, 0, MEM(10), R)}}, NULL},
    {"kept bytes stay", {{NK_OK, DECLARE(MEM(0), 3 * P, NK_KEPT)}, {NK_OK, UNDECLARE(MEM(0))}}, kept},
    {"an object is read by children", {{NK_OK, CREATE1(0)}, {NK_OK, DECLARE(MEM(0), P, NK_LOGGED)},
        {NK_READ_ONLY, GRANT(0, B, 0, P, MEM(0), RW)}, {NK_READ_ONLY, GRANT(0, B, 0, P, MEM(0), FROND_W)},
        {NK_OK, GRANT(0, B, 0, P, MEM(0), RX)}, {NK_READ_ONLY, POINT(0, B, 0, MEM(0), RWX)},
        {NK_IN_USE, UNDECLARE(MEM(0))}, {NK_OK, REVOKE(0, B, 0)}, {NK_OK, UNDECLARE(MEM(0))},
        {NK_OK, GRANT(0, B, 0, P, MEM(0), RW)}}, NULL},
    {"no write", {{NK_OK, DECLARE(MEM(0), P, NK_NO_WRITE)}, {NK_SEALED, PUT(MEM(0), 0, 1)}}, no_write},
    {"write once", {{NK_OK, DECLARE(MEM(0), P, NK_WRITE_ONCE)}, {NK_OK, PUT(MEM(0), 0, 0)}, {NK_ALREADY, PUT(MEM(0), 0, 1)},
        {NK_OK, PUT(MEM(0), 1, 11)}, {NK_ALREADY, PUT(MEM(0), 1, 11)}, {NK_OUTSIDE, PUT(MEM(0), 254, 1)},
        {NK_OUTSIDE, PUT(MEM(0), ~(uint64_t)0, 1)}}, once},
    {"append only", {{NK_OK, DECLARE(MEM(1), 2 * P, NK_APPEND_ONLY)}, {NK_NOT_NEXT, PUT(MEM(1), 1, 9)}, {NK_OK, PUT(MEM(1), 0, 10)},
        {NK_NOT_NEXT, PUT(MEM(1), 0, 9)}, {NK_OK, PUT(MEM(1), 1, 11)}, {NK_OUTSIDE, PUT(MEM(1), 1020, 1)},
        {NK_NOT_NEXT, PUT(MEM(1), 1019, 1)}}, appended},
    {"logged", {{NK_OK, DECLARE(MEM(0), P, NK_LOGGED)}, {NK_OK, PUT(MEM(0), 5, 10)}, {NK_OK, PUT(MEM(0), 6, 20)},
        {NK_OK, PUT(MEM(0), 5, 30)}, {NK_OUTSIDE, PUT(MEM(0), 169, 1)}}, logged},
    {"objects have their place", {{NK_OUTSIDE, DECLARE(MEM(5), 2 * P, NK_LOGGED)}, {NK_OUTSIDE, DECLARE(MEM(6), P, NK_NO_WRITE)},
        {NK_OUTSIDE, DECLARE(ARC, P, NK_NO_WRITE)}, {NK_OUTSIDE, DECLARE(WIN, P, NK_WRITE_ONCE)},
        {NK_OK, DECLARE(MEM(5), P, NK_LOGGED)}, {NK_OK, DECLARE(WIN, P, NK_KEPT)}}, NULL},
    {"declared badly", {{NK_BAD_TYPE, DECLARE(MEM(0), P, NK_FREE)}, {NK_BAD_TYPE, DECLARE(MEM(0), P, NK_TYPES)},
        {NK_BAD_TYPE, DECLARE(MEM(0), P, NK_KEPT + 256)}, {NK_BAD_RANGE, DECLARE(MEM(0) + 8, P, NK_KEPT)},
        {NK_BAD_RANGE, DECLARE(MEM(0), 0, NK_KEPT)}, {NK_BAD_RANGE, DECLARE(MEM(0), 8, NK_KEPT)},
        {NK_BAD_RANGE, DECLARE(TOP, 2 * P, NK_KEPT)}, {NK_OWN, DECLARE(OWN(3), P, NK_KEPT)}, {NK_OUTSIDE, DECLARE(TOP, P, NK_KEPT)}}, all_free},
    {"declared twice", {{NK_OK, DECLARE(MEM(1), 2 * P, NK_WRITE_ONCE)}, {NK_OVERLAP, DECLARE(MEM(0), 2 * P, NK_KEPT)},
        {NK_OVERLAP, DECLARE(MEM(2), P, NK_WRITE_ONCE)}, {NK_NOT_OBJECT, UNDECLARE(MEM(2))}, {NK_NOT_OBJECT, UNDECLARE(MEM(0))},
        {NK_NOT_OBJECT, UNDECLARE(MEM(1) + 8)}, {NK_NOT_OBJECT, PUT(MEM(2), 0, 1)}, {NK_NOT_OBJECT, UNDECLARE(TOP)},
        {NK_NOT_OBJECT, UNDECLARE(OWN(1))}, {NK_OK, UNDECLARE(MEM(1))}, {NK_OK, DECLARE(MEM(0), 3 * P, NK_KEPT)}}, NULL},

    /* Tables. */
    {"ranges come in order", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 4 * P, P, MEM(7), R)}, {NK_OK, GRANT(0, B, P, P, MEM(7), R)},
        {NK_OK, GRANT(0, B, 9 * P, P, MEM(7), R)}, {NK_OK, GRANT(0, B, 3 * P, P, MEM(7), R)}, {NK_OK, GRANT(0, B, 0, P, MEM(7), R)}}, in_order},
    {"ranges that overlap", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 4 * P, 2 * P, MEM(7), R)}, {NK_OVERLAP, GRANT(0, B, 4 * P, P, MEM(10), R)},
        {NK_OVERLAP, GRANT(0, B, 5 * P, P, MEM(10), R)}, {NK_OVERLAP, GRANT(0, B, 5 * P, 2 * P, MEM(10), R)},
        {NK_OVERLAP, GRANT(0, B, 3 * P, 2 * P, MEM(10), R)}, {NK_OVERLAP, GRANT(0, B, 0, 9 * P, MEM(10), 0)},
        {NK_OK, GRANT(0, B, 3 * P, P, MEM(10), R)}, {NK_OK, GRANT(0, B, 6 * P, P, MEM(11), R)}}, NULL},
    {"a table is full", {{NK_OK, CREATE(0, 1, 0, 2, 1)}, {NK_OK, GRANT(0, NK_P, 0, P, MEM(7), R)}, {NK_OK, GRANT(0, NK_P, P, P, MEM(7), R)},
        {NK_FULL, GRANT(0, NK_P, 2 * P, P, MEM(7), R)}, {NK_OK, GRANT(0, NK_NP, 0, P, MEM(7), R)}, {NK_FULL, GRANT(0, NK_NP, P, P, MEM(7), R)},
        {NK_OK, REVOKE(0, NK_P, 0)}, {NK_OK, GRANT(0, NK_P, 2 * P, P, MEM(7), R)}}, NULL},
    {"revoked in between", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, MEM(7), R)}, {NK_OK, GRANT(0, B, P, P, MEM(8), RW)},
        {NK_OK, GRANT(0, B, 4 * P, P, MEM(9), RX)}, {NK_UNMAPPED, REVOKE(0, B, 2 * P)}, {NK_OK, REVOKE(0, B, P)}, {NK_UNMAPPED, REVOKE(0, B, P)}}, closed_up},
    {"only a range's first page names it", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, 2 * P, MEM(7), R)}, {NK_UNMAPPED, REVOKE(0, B, P)},
        {NK_UNMAPPED, POINT(0, B, P, MEM(9), R)}, {NK_UNMAPPED, POINT(0, B, 8, MEM(9), R)}}, NULL},
    {"pointed", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, P, P, MEM(7), RW)}, {NK_OK, POINT(0, B, P, MEM(8), RX)}}, led_elsewhere},
    {"pointed where it led before", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, P, 2 * P, MEM(7), RW)}, {NK_OK, POINT(0, B, P, MEM(7), SH | RW)},
        {NK_OK, POINT(0, B, P, MEM(8), RX)}, {NK_OK, POINT(0, B, P, MEM(7), RX)}, {NK_OK, GRANT(0, B, 4 * P, P, MEM(8), R)},
        {NK_TAKEN, POINT(0, B, P, MEM(7), SH | RW)}, {NK_OK, POINT(0, B, P, MEM(6), RW)}}, NULL},
    {"a pager's pages", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, MEM(10), 0)}, {NK_OK, GRANT(0, B, P, P, MEM(11), 0)},
        {NK_OK, GRANT(0, B, 2 * P, P, MEM(12), 0)}, {NK_OK, GRANT(0, B, 3 * P, P, MEM(13), 0)}, {NK_OK, GRANT(0, B, 4 * P, P, MEM(14), 0)},
        {NK_OK, GRANT(0, B, 5 * P, P, MEM(15), 0)}, {NK_OK, GRANT(0, B, 6 * P, P, MEM(16), 0)}, {NK_OK, GRANT(0, B, 7 * P, P, MEM(17), 0)},
        {NK_OK, POINT(0, B, 2 * P, MEM(9), RWX)}, {NK_OK, POINT(0, B, 2 * P, MEM(9), 0)}, {NK_OK, POINT(0, B, 5 * P, MEM(9), RWX)}}, paged_in_order},
    {"found", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, P, 2 * P, MEM(7), RW)}, {NK_OK, GRANT(0, B, TOP, P, MEM(9), 0)}}, found},
    {"maps of one and of two tables", {{NK_OK, CREATE2(0)}, {NK_OK, CREATE1(1)}, {NK_NOT_MAP, GRANT(0, B, 0, P, MEM(7), R)},
        {NK_NOT_MAP, GRANT(1, NK_P, 0, P, MEM(7), R)}, {NK_NOT_MAP, GRANT(1, NK_NP, 0, P, MEM(7), R)}, {NK_NOT_MAP, GRANT(1, 3, 0, P, MEM(7), R)},
        {NK_OK, GRANT(0, NK_P, 0, P, MEM(7), R)}, {NK_OK, GRANT(0, NK_NP, 0, P, MEM(8), R)}, {NK_OK, GRANT(0, NK_NP, P, P, MEM(9), R)},
        {NK_OK, GRANT(1, B, 0, P, MEM(10), R)}, {NK_NOT_MAP, POINT(0, B, 0, MEM(7), R)}, {NK_NOT_MAP, REVOKE(1, NK_P, 0)},
        {NK_NOT_MAP, REVOKE(0, ~(uint64_t)0, 0)}}, two_tables},

    /* Children. */
    {"created badly", {{NK_NOT_CHILD, CREATE(5, 1, 0, 1, 0)}, {NK_BAD_FIELD, CREATE(0, ~(uint64_t)0, 0, 1, 0)}, {NK_OUTSIDE, CREATE(0, 1, 0, 0, 1)},
        {NK_OUTSIDE, CREATE(0, 1, 40, 1, 0)}, {NK_OUTSIDE, CREATE(0, 1, 39, 1, 1)}, {NK_OUTSIDE, CREATE(0, 1, ~(uint64_t)0, 1, 0)},
        {NK_OUTSIDE, CREATE(0, 1, 1, ~(uint64_t)0, 0)}, {NK_OUTSIDE, CREATE(0, 1, 1, 1, ~(uint64_t)0)}, {NK_OK, CREATE(0, 1, 0, 40, 0)},
        {NK_IN_USE, CREATE(0, 1, 0, 1, 0)}, {NK_OVERLAP, CREATE(1, 1, 39, 1, 0)}}, NULL},
    {"tables do not overlap", {{NK_OK, CREATE(0, 1, 10, 4, 4)}, {NK_OVERLAP, CREATE(1, 1, 9, 2, 0)}, {NK_OVERLAP, CREATE(1, 1, 8, 2, 1)},
        {NK_OVERLAP, CREATE(1, 1, 17, 1, 0)}, {NK_OVERLAP, CREATE(1, 1, 0, 40, 0)}, {NK_OVERLAP, CREATE(1, 1, 12, 1, 0)}, {NK_OK, CREATE(1, 1, 8, 1, 1)},
        {NK_OK, CREATE(2, 1, 18, 1, 0)}, {NK_OK, DESTROY(0)}, {NK_OK, CREATE(3, 1, 10, 8, 0)}}, NULL},
    {"destroyed", {{NK_OK, CREATE2(0)}, {NK_OK, GRANT(0, NK_P, 0, 3 * P, MEM(7), RW)}, {NK_OK, GRANT(0, NK_P, 3 * P, 3 * P, MEM(7), RW)},
        {NK_OK, GRANT(0, NK_NP, 0, P, ARC, SH | R)}, {NK_OK, DESTROY(0)}, {NK_NOT_CHILD, DESTROY(0)}, {NK_NOT_CHILD, GRANT(0, NK_P, 0, P, MEM(7), R)},
        {NK_NOT_CHILD, SET(0, NK_FIELD_PC, 0, 0)}, {NK_NOT_CHILD, RESET(0)}, {NK_NOT_CHILD, DESTROY(RIG_CHILDREN)}}, all_free},
    {"reset", {{NK_OK, CREATE1(0)}, {NK_OK, GRANT(0, B, 0, P, MEM(7), RW)}, {NK_OK, SET(0, NK_FIELD_PC, 0, 8)}, {NK_OK, SET(0, NK_FIELD_X, 31, 8)},
        {NK_OK, RESET(0)}, {NK_NOT_CHILD, RESET(1)}}, fresh},
    {"where its descriptor is", {{NK_OK, CREATE1(1)}}, described},
    {"fields that are not to be set", {{NK_OK, CREATE1(0)}, {NK_BAD_FIELD, SET(0, NK_FIELD_END, 0, 0)}, {NK_BAD_FIELD, SET(0, ~(uint64_t)0, 0, 0)},
        {NK_BAD_FIELD, SET(0, NK_FIELD_X, 0, 0)}, {NK_BAD_FIELD, SET(0, NK_FIELD_X, 32, 0)}, {NK_BAD_FIELD, SET(0, NK_FIELD_PC, 1, 0)},
        {NK_BAD_FIELD, SET(0, NK_FIELD_LINES, 0, (uint64_t)1 << 32)}, {NK_BAD_FIELD, SET(0, NK_FIELD_PMPCFG, 0, 256)},
        {NK_BAD_FIELD, SET(0, NK_FIELD_PMPADDR, 16, 0)}, {NK_BAD_FIELD, SET(0, NK_FIELD_ANSWER, 3, 0)},
        {NK_NOT_CHILD, SET(~(uint64_t)0, NK_FIELD_PC, 0, 0)}}, NULL},
    {"no such call", {{NK_BAD_CALL, (enum nk_call)NK_CALL_END, {0}}, {NK_BAD_CALL, (enum nk_call)-1, {0}}}, all_free},
};
// clang-format on

static bool ends(const struct step *s) {
    static const struct step none;

    return memcmp(s, &none, sizeof none) == 0;
}

/* What is wrong with a row; NULL: nothing. */
static const char *run_row(const struct row *row, struct rig *r) {
    static char text[160];
    const char *wrong = NULL;

    for (int i = 0; i < STEPS && !ends(&row->step[i]) && wrong == NULL; i++) {
        const struct step *s = &row->step[i];
        enum nk_status status;

        rig_note(r);
        status = nk_call(r->nk, (uint64_t)s->call, s->arg);
        wrong = nk_check(r->nk);
        if (wrong == NULL && status != NK_OK && !rig_unchanged(r))
            wrong = "a refused call changed something";
        if (status == s->expected)
            continue;
        snprintf(text, sizeof text, "step %d is %s, expected %s", i + 1, nk_status_name(status),
                 nk_status_name(s->expected));
        return text;
    }
    return wrong == NULL && row->look != NULL ? row->look(r) : wrong;
}

/* ---- Layouts --------------------------------------------------------------------------------- */

#define SPOIL(name) static void name(struct nk_layout *l, struct nk_places *at)
SPOIL(as_it_is) { (void)l, (void)at; }
SPOIL(unaligned) { (void)at, l->area[1].base += 8; }
SPOIL(descending) { (void)at, l->area[2].base = WIN; }
SPOIL(areas_meet) { (void)at, l->area[2].base = MEM(23); }
SPOIL(own_meets) { (void)at, l->own[0].pages++; }
SPOIL(own_meets_second) { (void)at, l->own[1] = (struct nk_area){ARC + P, 1, 1}; }
SPOIL(own_around) { (void)at, l->own[1] = (struct nk_area){0, 0x80000, 1}; }
SPOIL(region_not_own) { (void)at, l->own[0].pages = 2; }
SPOIL(region_before_own) { (void)at, l->own[0].base += 2 * P, l->own[0].pages -= 2; }
SPOIL(wraps) { (void)at, l->area[3] = (struct nk_area){0 - P, 1, 1}; }
SPOIL(huge) { (void)at, l->area[3] = (struct nk_area){ARC + 4 * P, (uint64_t)1 << 40, 1}; }
SPOIL(objects_outside) { (void)at, l->objects.base = MEM(20); }
SPOIL(objects_own) { (void)at, l->objects.base = OWN(0); }
SPOIL(more_ranges) { (void)at, l->ranges++; }
SPOIL(more_children) { (void)at, l->children++; }
SPOIL(more_pages) { (void)at, l->area[3].pages += RIG_UNIT; }
SPOIL(half_a_unit) { (void)at, l->area[3].pages += 1; }
SPOIL(other_unit) { (void)at, l->area[3].unit = 8; }
SPOIL(coarse_objects) { (void)at, l->objects = (struct nk_area){COARSE, RIG_UNIT, 1}; }
SPOIL(place_desc) { (void)l, at->desc += P; }
SPOIL(place_range) { (void)l, at->range += 32; }
SPOIL(place_page) { (void)l, at->page += 8; }
SPOIL(place_child) { (void)l, at->child += 4; }
SPOIL(place_nk) { (void)l, at->nk += 8; }
SPOIL(place_end) { (void)l, at->end -= P; }

static const struct bad_layout {
    const char *name;
    void (*spoil)(struct nk_layout *l, struct nk_places *at);
} bad_layouts[] = {
    {"as it is", as_it_is},
    {"an area is not aligned", unaligned},
    {"areas descend", descending},
    {"areas meet", areas_meet},
    {"nk's own memory meets an area", own_meets},
    {"its second piece does", own_meets_second},
    {"an area lies within it", own_around},
    {"the region ends behind it", region_not_own},
    {"the region begins before it", region_before_own},
    {"an area wraps", wraps},
    {"an area is huge", huge},
    {"objects reach out of their area", objects_outside},
    {"objects are nk's own", objects_own},
    {"more ranges than placed", more_ranges},
    {"more children than placed", more_children},
    {"more pages than placed", more_pages},
    {"half a unit", half_a_unit},
    {"a unit for which it was not placed", other_unit},
    {"objects where one record is of several pages", coarse_objects},
    {"descriptors elsewhere", place_desc},
    {"ranges elsewhere", place_range},
    {"pages elsewhere", place_page},
    {"children elsewhere", place_child},
    {"nk elsewhere", place_nk},
    {"an early end", place_end},
};

static const char *run_layout(const struct bad_layout *b, struct rig *r) {
    struct nk_layout l = rig_layout();
    struct nk_places at = r->at;
    struct nk nk;
    bool good = b->spoil == as_it_is;

    b->spoil(&l, &at);
    return (nk_init(&nk, &l, &at, &r->arrays) == NK_OK) == good ? NULL : "not what is expected";
}

/* ---- Where the arrays lie ------------------------------------------------------------------------ */

static const struct place {
    const char *name;
    uint64_t region, children, ranges, pages;
    enum nk_status expected;
    uint64_t bytes;
} places[] = {
    {"nothing", 0x80000000, 0, 0, 0, NK_OK, 4096},
    {"one child", 0x80000000, 1, 4, 4, NK_OK, 8192},
    {"65536 children", 0x80000000, 65536, 65536 * 3, 1 << 18, NK_OK,
     0x10000000 + 0x600000 + 0x400000 + 0x1c0000 + 4096},
    {"a region that is not aligned", 0x80000008, 1, 4, 4, NK_BAD_LAYOUT, 0},
    {"a region at the end", TOP, 1, 4, 4, NK_BAD_LAYOUT, 0},
    {"a region in the upper half", (uint64_t)1 << 63, 1, 4, 4, NK_BAD_LAYOUT, 0},
    {"a region up to the upper half", ((uint64_t)1 << 63) - 2 * P, 1, 4, 4, NK_BAD_LAYOUT, 0},
    {"a region just below", ((uint64_t)1 << 63) - 3 * P, 1, 4, 4, NK_OK, 8192},
    {"too many children", 0x80000000, (uint64_t)1 << 31, 4, 4, NK_BAD_LAYOUT, 0},
    {"too many ranges", 0x80000000, 1, (uint64_t)1 << 31, 4, NK_BAD_LAYOUT, 0},
    {"too many pages", 0x80000000, 1, 4, (uint64_t)1 << 32, NK_BAD_LAYOUT, 0},
};

static const char *run_place(const struct place *p) {
    struct nk_layout l = {
        .area = {{0x1000, p->pages / 2, 1}, {0x80000000, p->pages - p->pages / 2, 1}},
        .children = p->children,
        .ranges = p->ranges};
    struct nk_places at;
    enum nk_status status = nk_place(&l, p->region, &at);

    if (status != p->expected)
        return nk_status_name(status);
    if (status != NK_OK)
        return NULL;
    if (at.desc != p->region || at.range - at.desc != 4096 * p->children ||
        at.page - at.range != 32 * p->ranges ||
        at.nk - at.page != sizeof(struct nk_page) * p->pages ||
        at.child - at.nk != sizeof(struct nk) ||
        at.end - at.child < sizeof(struct nk_child) * p->children)
        return "the arrays overlap";
    return at.end - at.desc == p->bytes ? NULL : "the size";
}

/* ---- The walker ------------------------------------------------------------------------------ */

/* Child 0 has two tables, 1 has one. Page 7 is 0's, 8 is shared, 0 and 1 are an object, 10 and 11 are kept. */
static const struct step scene[] = {
    {NK_OK, CREATE2(0)},
    {NK_OK, CREATE1(1)},
    {NK_OK, DECLARE(MEM(0), 2 * P, NK_LOGGED)},
    {NK_OK, DECLARE(MEM(10), 2 * P, NK_KEPT)},
    {NK_OK, GRANT(0, NK_P, 0, P, MEM(7), RW)},
    {NK_OK, GRANT(0, NK_P, P, P, MEM(8), SH | R)},
    {NK_OK, GRANT(0, NK_NP, 0, P, MEM(7), R)},
    {NK_OK, GRANT(1, B, 0, P, MEM(8), SH | RW)},
    {NK_OK, GRANT(1, B, P, P, MEM(0), R)},
    {NK_OK, GRANT(1, B, 2 * P, P, MEM(23), R)},
};

/* A number somewhere in nk, and what it becomes. */
struct change {
    enum { NOWHERE, IN_NK, IN_PAGE, IN_RANGE, IN_CHILD, IN_DESC } where;
    size_t at, size;
    uint64_t value;
};

#define IN(array, type, n, field)                                                                  \
    IN_##array, (n) * sizeof(type) + offsetof(type, field), sizeof(((type *)NULL)->field)
#define PAGE(n, field)  IN(PAGE, struct nk_page, (n) + RIG_WINDOWS, field)
#define RANGE(n, field) IN(RANGE, struct frond_range, n, field)
#define CHILD(n, field) IN(CHILD, struct nk_child, n, field)
#define DESC(n, field)  IN(DESC, struct frond_desc, n, field)

enum { LAST = RIG_RECORDS - RIG_WINDOWS - 1, CHANGES = 7 };

// clang-format off
static const struct corruption {
    const char *said;
    struct change change[CHANGES];
} corruptions[] = {
    {NULL, {{NOWHERE, 0, 0, 0}}},
    {"an area's first record is another's", {{IN(NK, struct nk, 0, area[1].first), RIG_WINDOWS + 1}}},
    {"there are not as many records as pages", {{IN(NK, struct nk, 0, pages), RIG_RECORDS - 1}}},
    {"there are not as many records as pages", {{IN(NK, struct nk, 0, pages), RIG_RECORDS + 1}}},
    {"an object begins within another", {{PAGE(11, pages), 1}}},
    {"a page is not of its object's type", {{PAGE(11, type), NK_FREE}}},
    {"a page is not of its object's type", {{PAGE(12, type), NK_KEPT}}},
    {"a page is not of its object's type", {{PAGE(12, type), NK_TYPES}}},
    {"a page is not of its object's type", {{PAGE(10, pages), 1}}},
    {"a page is not of its object's type", {{PAGE(10, pages), 3}}},
    {"an object is free", {{PAGE(12, pages), 1}}},
    {"an object is not where objects may be", {{PAGE(10, type), NK_LOGGED}, {PAGE(11, type), NK_LOGGED}}},
    {"an object has more pages than there are", {{PAGE(LAST, pages), 2}, {PAGE(LAST, type), NK_KEPT}}},
    {"a table does not lie within the entries", {{CHILD(0, map[0].room), 0}}},
    {"a table does not lie within the entries", {{CHILD(0, map[0].first), (uint64_t)-1}}},
    {"a table does not lie within the entries", {{CHILD(0, map[1].count), (uint64_t)-1}}},
    {"a table does not lie within the entries", {{CHILD(0, map[0].room), 5}}},
    {"a table does not lie within the entries", {{CHILD(0, map[0].count), 5}}},
    {"a table does not lie within the entries", {{CHILD(0, map[1].count), 5}}},
    {"a table does not lie within the entries", {{CHILD(0, map[1].room), 37}}},
    {"a table is not in order", {{RANGE(1, base), 0}}},
    {"a table is not in order", {{RANGE(1, flags), 16}}},
    {"a table is not in order", {{RANGE(4, size), 8}}},
    {"a descriptor's map_p is not its table", {{DESC(0, map_p.addr), 0}}},
    {"a descriptor's map_p is not its table", {{DESC(0, map_p.count), 1}}},
    {"a descriptor's map_np is not its table", {{DESC(0, map_np.addr), 0}}},
    {"a descriptor's map_np is not its table", {{DESC(1, map_np.count), 1}}},
    {"a child has no descriptor", {{DESC(1, magic), 0}}},
    {"an entry is in two tables", {{CHILD(1, map[0].first), 4}, {CHILD(1, map[0].count), 1}, {CHILD(1, map[1].first), 12},
        {DESC(1, map_p.addr), OWN(6) + 4 * 32}, {DESC(1, map_np.addr), OWN(6) + 4 * 32}, {DESC(1, map_p.count), 1}, {DESC(1, map_np.count), 1}}},
    {"an entry in no table is not 0", {{RANGE(2, base), 1}}},
    {"an entry in no table is not 0", {{RANGE(39, flags), 1}}},
    {"a range leads to what is kept", {{RANGE(0, target), MEM(10)}, {PAGE(7, maps), 1}}},
    {"a range may write to an object", {{RANGE(9, flags), RW}}},
    {"a page is shared and not shared", {{PAGE(7, shared), 1}}},
    {"a page is shared and not shared", {{PAGE(8, shared), 0}}},
    {"a page is shared and not shared", {{RANGE(1, flags), R}}},
    {"a range leads to another child's page", {{PAGE(7, owner), 1}}},
    {"a page's count is not the number of ranges that lead there", {{PAGE(7, maps), 1}}},
    {"a page's count is not the number of ranges that lead there", {{PAGE(9, maps), 1}}},
    {"a page's count is not the number of ranges that lead there", {{RANGE(10, flags), 0}}},
    {"a range leads out of the areas", {{RANGE(10, size), 2 * P}}},
    {"a range leads to no area", {{RANGE(10, target), MEM(24)}, {PAGE(23, maps), 0}}},
};
// clang-format on

static const char *run_corruption(const struct corruption *c, struct rig *r) {
    static char text[160];
    const char *said;

    for (size_t i = 0; i < sizeof scene / sizeof *scene; i++) {
        if (nk_call(r->nk, (uint64_t)scene[i].call, scene[i].arg) != NK_OK)
            return "the scene";
    }
    for (int i = 0; i < CHANGES; i++) {
        const struct change *ch = &c->change[i];
        void *base[] = {NULL,          r->nk, r->arrays.page, r->arrays.range, r->arrays.child,
                        r->arrays.desc};

        if (ch->where != NOWHERE)
            memcpy((char *)base[ch->where] + ch->at, &ch->value, ch->size); /* little endian */
    }
    said = nk_check(r->nk);
    if (said == c->said || (said != NULL && c->said != NULL && strcmp(said, c->said) == 0))
        return NULL;
    snprintf(text, sizeof text, "the walker says: %s", said == NULL ? "nothing" : said);
    return text;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static unsigned passed, failed;

static void note(const char *what, const char *name, const char *wrong) {
    passed += wrong == NULL;
    failed += wrong != NULL;
    if (wrong != NULL)
        printf("FAIL %s: %s: %s\n", what, name, wrong);
}

#define EACH(table, run)                                                                           \
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {                                    \
        struct rig r;                                                                              \
                                                                                                   \
        rig_start(&r, 1);                                                                          \
        note(#run, NAME_OF(table[i]), run(&table[i], &r));                                         \
        rig_end(&r);                                                                               \
    }

int main(void) {
#define NAME_OF(row) (row).name
    EACH(rows, run_row)
    EACH(bad_layouts, run_layout)
#undef NAME_OF
#define NAME_OF(row) ((row).said == NULL ? "nothing is wrong" : (row).said)
    EACH(corruptions, run_corruption)
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        note("place", places[i].name, run_place(&places[i]));
    note("names", "status", nk_status_name(NK_STATUSES) == NULL ? NULL : "a name of no status");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
