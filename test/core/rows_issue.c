/*
 * rows_issue.c - the accesses that ENTER implies, and deep paths.
 *
 * The issuer of these rows is the row's: it translates nothing, but before that it may want an entry of
 * a page table, at an address and with rights that the row chooses; and it may have fewer rights itself.
 */
#include "rows.h"

static struct {
    unsigned level; /* of the issuer that wants it */
    uint64_t pa;    /* 0: none does */
    uint8_t need;
} wanted;
static uint8_t rights = 7;

static enum core_issue issue(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out) {
    struct world *w = opaque;
    uint32_t page;

    *out = (struct core_issued){.pa = va, .perm = rights, .mode = CORE_P, .cause = 13};
    if ((rights & access) != access)
        return CORE_ISSUE_TRAP;
    if (wanted.pa == 0 || level != wanted.level ||
        core_peek(&w->core, level, CORE_P, wanted.pa, wanted.need, &page))
        return CORE_ISSUE_OK;
    *out = (struct core_issued){.pa = wanted.pa, .need = wanted.need};
    return CORE_ISSUE_NEED;
}

/* 0, and below it 1 and 2, with all of it; tables in pages 30 and 31. */
static bool tree(struct world *w) {
    MUST(world_plain(w));
    w->isa.issue = issue;
    wanted.pa = 0;
    rights = 7;
    for (unsigned node = 1; node <= 2; node++) {
        const struct frond_map map = {(29 + node) * PAGE, 2};
        plain_range(w, 29 + node, 0, (struct frond_range){0, 100, 0, 7});
        plain_range(w, 29 + node, 1, (struct frond_range){110, 1, 110, 3});
        MUST(plain_enter(w, node, map, map));
    }
    return true;
}

/* Where an entry of a page table may not be: a device window, a descriptor that lies further up, a gap. */
static bool row_walk(void) {
    for (unsigned level = 0; level < 2; level++) {
        for (unsigned need = FROND_R; need <= (FROND_R | FROND_W); need += FROND_W) {
            const uint32_t cause = need & FROND_W ? 7 : 5;
            const uint64_t at[] = {110 * PAGE + 8, (level + 1) * PAGE + 16, 105 * PAGE, 50 * PAGE};
            for (unsigned i = 0; i < 4; i++) {
                struct core_answer a;
                struct world w;
                MUST(tree(&w));
                wanted.level = level;
                wanted.pa = at[i];
                wanted.need = (uint8_t)need;
                core_resolve(&w.core, level + 1, CORE_P, 40 * PAGE + 5, FROND_R, &a);
                uint64_t tval =
                    (30 + level) * PAGE + 32; /* it was for the second entry of that table */
                if (i == 2) {
                    MUST(a.what == CORE_GAP && a.kind == FROND_FAULT_WALK && a.level == level);
                    MUST(a.addr == at[i] && a.maker == level && !a.direct && a.tval == tval);
                } else if (i == 3) {
                    MUST(a.what == CORE_RAM && a.page == 40);
                } else {
                    MUST(a.what == CORE_ISSUER && a.level == level && a.cause == cause);
                    MUST(a.tval == tval && a.maker == level && !a.direct);
                }
                world_free(&w);
            }
        }
    }
    return true;
}

/* An issuer that may not read has nothing to read or fetch to give; one that may not write, nothing to write. */
static bool row_rights(void) {
    for (unsigned has = 1; has < 8; has++) {
        for (unsigned need = FROND_R; need <= FROND_X; need *= 2) {
            const unsigned gives = (has & FROND_R ? FROND_R | FROND_X : 0) | (has & FROND_W);
            struct core_answer a;
            struct world w;
            MUST(tree(&w));
            core_resolve(&w.core, 1, CORE_P, 50 * PAGE, FROND_R, &a); /* the table is known */
            rights = (uint8_t)has;
            core_resolve(&w.core, 1, CORE_P, 40 * PAGE, need, &a);
            if ((gives & need) != 0)
                MUST(a.what == CORE_RAM && a.page == 40 && a.perm == gives);
            else
                MUST(a.what == CORE_ISSUER && a.level == 0 && a.cause == 13 && a.tval == 40 * PAGE);
            world_free(&w);
        }
    }
    return true;
}

/* A table where no memory is: the issuer's load is refused. */
static bool row_table(void) {
    static const uint64_t at[] = {110 * PAGE, 2 * PAGE, PRIVATE * PAGE};

    for (unsigned i = 0; i < 3; i++) {
        const struct frond_map map = {at[i], 2};
        struct core_answer a;
        struct world w;
        MUST(tree(&w));
        core_pop(&w.core);
        core_pop(&w.core);
        MUST(plain_enter(&w, 1, map, map));
        MUST(core_push(&w.core, 2, desc_of(&w, 2))); /* page 2 is a descriptor, above node 0 */
        core_resolve(&w.core, 1, CORE_P, 40 * PAGE, FROND_W, &a);
        MUST(a.what == CORE_ISSUER && a.level == 0 && a.cause == 5 && a.tval == at[i] + 32);
        world_free(&w);
    }
    return true;
}

/* ---- Deep ------------------------------------------------------------------------------------------------------ */

enum { DEEP = LEVELS - 2 };

/* Nodes 1 to DEEP, each below the last, all with the one table in page 30. */
static bool tower(struct world *w) {
    const struct frond_map map = {30 * PAGE, 1};

    MUST(world_plain(w));
    plain_range(w, 30, 0, (struct frond_range){24, 76, 24, 7});
    for (unsigned node = 1; node <= DEEP; node++)
        MUST(plain_enter(w, node, map, map));
    return true;
}

static bool row_deep(void) {
    struct core_answer a;
    struct core_entry e;
    struct frond_range r;
    struct world w;

    MUST(tower(&w));
    core_resolve(&w.core, DEEP, CORE_NP, 40 * PAGE + 1, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 40 && a.perm == 7);
    core_resolve(&w.core, DEEP, CORE_P, 20 * PAGE + 1, FROND_R, &a);
    MUST(a.what == CORE_GAP && a.level == DEEP && a.addr == 20 * PAGE + 1 && a.direct);
    core_drop_all(&w.core);
    MUST(core_compose(&w.core, DEEP, CORE_P, 50 * PAGE, FROND_R, &e) && e.page == 50);
    core_drop_all(&w.core);
    MUST(core_table_entry(&w.core, DEEP, CORE_P, 0, &r) && r.base == 24 * PAGE);
    world_free(&w);
    return true;
}

/* Each allocation fails in turn, from the first on that a new machine makes. */
static bool row_no_memory(void) {
    for (unsigned what = 0; what < 3; what++) {
        bool done = false;
        for (unsigned n = 0; !done; n++) {
            struct core_answer a = {.what = CORE_NOMEM};
            struct core_entry e;
            struct frond_range r;
            struct world w;
            MUST(n < 1000 && tower(&w));
            alloc_refused = false;
            alloc_left = n;
            if (what == 0)
                core_resolve(&w.core, DEEP, CORE_P, 40 * PAGE, FROND_R, &a);
            bool found = what == 0   ? a.what == CORE_RAM && a.page == 40
                         : what == 1 ? core_compose(&w.core, DEEP, CORE_P, 40 * PAGE, FROND_R, &e)
                                     : core_table_entry(&w.core, DEEP, CORE_P, 0, &r);
            alloc_left = UINT64_MAX;
            done = !alloc_refused;
            MUST(found == done && (found || a.what == CORE_NOMEM));
            world_free(&w);
        }
    }
    return true;
}

ROWS(issue_rows, {"issuer, its page table is not in memory", row_walk},
     {"issuer, its rights", row_rights}, {"issuer, a table is not in memory", row_table},
     {"deep, each level needs the one below", row_deep}, {"deep, no memory", row_no_memory});
