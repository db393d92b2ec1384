/* rows_uses.c - who derived something from a page: up to 64 users a page are told apart. */
#include "rows.h"
#include "spy.h"

enum { MOST = 64, TABLES_AT = 90, FIRST = 100 };

/* Descriptors lie in pages 100 to 199 of the arena, node i's table of one range in entry i of page 90. */
static bool child(struct world *w, unsigned i, uint64_t target) {
    const struct frond_range e = {0, PAGE, target * PAGE, 7};
    struct frond_desc d = {.label = i, .map_p = {TABLES_AT * PAGE + 32 * i, 1}};

    core_store(&w->core, TABLES_AT, 32 * i, &e, sizeof e);
    core_store(&w->core, FIRST + i, 0, &d, sizeof d);
    w->nodes = 2;
    w->page_of[1] = FIRST + i;
    return world_push(w, 1);
}

/* Child i, entered, sees `target`; then left. */
static bool sees(struct world *w, unsigned i, uint64_t target) {
    struct core_answer a;

    MUST(child(w, i, target));
    core_resolve(&w->core, 1, CORE_P, 5, FROND_R, &a);
    if (a.what != CORE_RAM || a.page != target)
        return wrong(w, "child %u finds page %x, not %" PRIx64, i, a.page, target);
    world_pop(w);
    return true;
}

static bool keeps(struct world *w, unsigned i) {
    uint32_t page;

    w->page_of[1] = FIRST + i;
    bool ok = world_push(w, 1) && core_peek(&w->core, 1, CORE_P, 5, FROND_R, &page);
    world_pop(w);
    return ok;
}

static unsigned users(const struct world *w, uint32_t page) {
    unsigned n = 0;

    for (const struct core_use *u = w->core.page[page].uses; u; u = u->next)
        n++;
    return n;
}

/* The 65th costs the others what they derived; void ones are forgotten first. */
static bool row_most(void) {
    struct world w;

    MUST(world_plain(&w));
    for (unsigned i = 0; i < MOST; i++)
        MUST(sees(&w, i, i + 1));
    for (unsigned i = 0; i < MOST; i++)
        MUST(keeps(&w, i));
    MUST(users(&w, TABLES_AT) == MOST);
    const struct frond_range gone = {PAGE, PAGE, 0, 7};
    core_store(&w.core, TABLES_AT, 32 * 20, &gone, sizeof gone); /* child 20 has no use of it now */
    MUST(users(&w, TABLES_AT) == MOST - 1 && !keeps(&w, 20));
    MUST(sees(&w, 70, 3) && users(&w, TABLES_AT) == MOST);
    core_store(&w.core, TABLES_AT, 32 * 20, w.arena, 32); /* nor has anybody else */
    for (unsigned i = 0; i < MOST; i++)
        MUST(keeps(&w, i) == (i != 20));
    MUST(keeps(&w, 70));
    MUST(sees(&w, 71, 4) && keeps(&w, 71));
    for (unsigned i = 0; i < MOST; i++)
        MUST(!keeps(&w, i));
    MUST(sees(&w, 72, 5) && keeps(&w, 71) && keeps(&w, 72) && users(&w, TABLES_AT) == 2);
    world_free(&w);
    return true;
}

/* Users of other kinds lose theirs too; void users only make room. */
static bool row_kinds(void) {
    struct world w;

    MUST(world_plain(&w));
    struct core_ctx *root = w.core.path[0].ctx;
    for (unsigned i = 0; i < MOST - 1; i++)
        MUST(sees(&w, i, i + 1));
    spy_on(&w);
    core_use_pt(&w.core, TABLES_AT, root, 0x200);
    MUST(users(&w, TABLES_AT) == MOST && (w.core.page[TABLES_AT].watch & CORE_W_PT) != 0);
    MUST(sees(&w, 70, 3)); /* its entry is three words of that page table, if it were one */
    MUST(spy.pts == 4 && spy.pt[3].ctx == root && spy.pt[3].tag == UINT64_MAX);
    MUST((spy.pt[3].old & 1) != 0 && spy.pt[3].new == 0);
    for (unsigned i = 0; i < MOST - 1; i++)
        MUST(!keeps(&w, i));
    w.core.page[TABLES_AT].watch |= CORE_W_HOST;
    MUST(sees(&w, 71, 4) && (w.core.page[TABLES_AT].watch & CORE_W_PT) == 0);
    MUST(users(&w, TABLES_AT) == 2);
    MUST((w.core.page[TABLES_AT].watch & (CORE_W_MAP | CORE_W_HOST)) == (CORE_W_MAP | CORE_W_HOST));
    world_free(&w);
    return true;
}

/* A user that has two of them keeps both, told apart, when a third is one too many. */
static bool row_own(void) {
    uint64_t pte = 1;
    struct world w;

    MUST(world_plain(&w));
    struct core_ctx *root = w.core.path[0].ctx;
    core_use_pt(&w.core, TABLES_AT, root, 0x200);
    core_use_pt(&w.core, TABLES_AT, root, 0x400);
    for (unsigned i = 0; i < MOST - 2; i++)
        MUST(sees(&w, i, i + 1));
    core_use_pt(&w.core, TABLES_AT, root, 0x600);
    spy_on(&w);
    core_store(&w.core, TABLES_AT, 8 * 510, &pte, 8);
    MUST(spy.pts == 3 && users(&w, TABLES_AT) == 3);
    for (unsigned i = 0; i < 3; i++)
        MUST(spy.pt[i].tag == ((0x600 - 0x200 * i) | 510));
    world_free(&w);
    return true;
}

/* A page-table page under more names than are told apart: one use stands for all of them. */
static bool row_all_names(void) {
    struct world w;
    uint64_t pte = 1;

    MUST(world_plain(&w));
    struct core_ctx *root = w.core.path[0].ctx;
    MUST(sees(&w, 0, 1));
    spy_on(&w);
    for (uint64_t i = 0; i < 200; i++) {
        core_use_pt(&w.core, TABLES_AT, root, i << 9);
        MUST(users(&w, TABLES_AT) <= MOST);
    }
    MUST(!keeps(&w, 0));
    unsigned told = spy.pts;
    core_store(&w.core, TABLES_AT, 8 * 300, &pte, 8);
    MUST(spy.pts == told + 1 && spy.pt[told].ctx == root && spy.pt[told].new == 1);
    MUST(users(&w, TABLES_AT) == 1);
    core_void_pt(&w.core, root);
    core_use_pt(&w.core, TABLES_AT, root, 5 << 9);
    MUST(users(&w, TABLES_AT) <= 2);
    world_free(&w);
    return true;
}

/* Void uses, still in the list, make room: nobody else loses anything, and what comes is told apart. */
static bool row_void(void) {
    uint64_t pte = 1;
    struct world w;

    for (unsigned lost = 1; lost <= MOST; lost++) {
        MUST(world_plain(&w));
        spy_on(&w);
        struct core_ctx *root = w.core.path[0].ctx;
        MUST(core_push(&w.core, 5, &(struct frond_desc){.label = 5}));
        struct core_ctx *other = w.core.path[1].ctx;
        for (uint64_t i = 0; i < MOST; i++)
            core_use_pt(&w.core, 70, i < lost ? other : root, i << 9);
        MUST(users(&w, 70) == MOST);
        core_void_pt(&w.core, other);
        core_use_pt(&w.core, 70, root, 100 << 9);
        MUST(spy.pts == 0 && users(&w, 70) == MOST - lost + 1);
        core_store(&w.core, 70, 8 * 300, &pte, 8);
        MUST(spy.pts == MOST - lost + 1 && spy.pt[0].tag == (100 << 9 | 300));
        world_free(&w);
    }
    return true;
}

/* The same use again is no other one, unless it was void in between. */
static bool row_again(void) {
    uint64_t pte = 1;
    struct world w;

    MUST(world_plain(&w));
    spy_on(&w);
    struct core_ctx *root = w.core.path[0].ctx;
    MUST(core_push(&w.core, 5, &(struct frond_desc){.label = 5}));
    struct core_ctx *other = w.core.path[1].ctx;
    for (unsigned round = 0; round < 2; round++) {
        core_use_pt(&w.core, 70, root, 0x200);
        core_use_pt(&w.core, 70, root, 0x400);
        core_use_pt(&w.core, 70, other, 0x200);
    }
    core_use_pt(&w.core, 70, other, 0x200);
    MUST(users(&w, 70) == 3 && w.core.page[70].watch == CORE_W_PT);
    core_store(&w.core, 70, 8, &pte, 8);
    MUST(spy.pts == 3);
    core_use_pt(&w.core, 71, root, 0x200);
    core_use_pt(&w.core, 71, other, 0x200); /* the first of the list is another's */
    MUST(users(&w, 71) == 2);
    core_void_pt(&w.core, root);
    pte = 3;
    core_store(&w.core, 70, 8, &pte, 8);
    MUST(spy.pts == 4 && spy.pt[3].ctx == other && users(&w, 70) == 1);
    core_void_pt(&w.core, other);
    core_use_pt(&w.core, 70, other, 0x200); /* void, but the first of the list */
    pte = 5;
    core_store(&w.core, 70, 8, &pte, 8);
    MUST(spy.pts == 5 && users(&w, 70) == 1 && w.core.page[70].watch == CORE_W_PT);
    core_void_pt(&w.core, other);
    core_store(&w.core, 70, 8, &pte, 8);
    MUST(spy.pts == 5 && users(&w, 70) == 0 && w.core.page[70].watch == 0);
    core_use_pt(&w.core, 70, other, 0x200);
    w.core.page[70].watch = 0;
    core_use_pt(&w.core, 70, other, 0x200);
    MUST(w.core.page[70].watch == CORE_W_PT && users(&w, 70) == 1);
    alloc_left = 0;
    core_use_pt(&w.core, 72, other, 0x200);
    alloc_left = UINT64_MAX;
    MUST(users(&w, 72) == 0);
    world_free(&w);
    return true;
}

/* A table of 70 pages that are all the same one: one use stands for all; any change of it drops all. */
static bool row_alias(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (unsigned i = 0; i < 70; i++) /* 1 sees page 60 seventy times, and itself */
        plain_range(&w, 30, i, (struct frond_range){i, 1, 60, 7});
    plain_range(&w, 30, 70, (struct frond_range){70, 30, 70, 7});
    MUST(plain_enter(&w, 1, NO_MAP, (struct frond_map){30 * PAGE, 71}));
    struct frond_range e = {80 * PAGE, PAGE, 80 * PAGE, 7};
    for (unsigned i = 0; i < 128; i++)
        core_store(&w.core, 60, 32 * i, &e, sizeof e);
    MUST(plain_enter(&w, 2, NO_MAP, (struct frond_map){0, 70 * 128}));
    struct core_ctx *ctx = w.core.path[2].ctx;
    struct frond_range got;
    MUST(core_table_entry(&w.core, 1, CORE_P, 70, &got));
    spy_on(&w);
    for (unsigned piece = 0; piece < 70; piece++) {
        MUST(core_table_entry(&w.core, 2, CORE_P, piece * 128 + 5, &got));
        MUST(got.base == e.base && users(&w, 60) <= MOST);
    }
    MUST(spy.reads == 70 && spy.read[3].piece == 3 && spy.read[3].page == 60);
    MUST(users(&w, 60) < MOST && ctx->table[CORE_P].where.used == 70);
    spy_on(&w);
    core_store(&w.core, 60, 100, (uint8_t *)w.arena + 60 * PAGE + 100, 40); /* the same bytes */
    MUST(ctx->table[CORE_P].where.used == 70 && spy.drop_alls == 0);
    e.flags = 3;
    core_store(&w.core, 60, 4096 - 8, &e.flags, 8);
    MUST(ctx->table[CORE_P].where.used == 0 && spy.drop_alls == 1 && users(&w, 60) == 0);
    core_resolve(&w.core, 2, CORE_P, 80 * PAGE, FROND_R, &a);
    MUST(a.what != CORE_NOMEM);
    world_free(&w);
    return true;
}

/* A walk reads the np table of node 2, then that of node 1, which lies in the same page: as its 65th user it
 * costs node 2 what was read of its own table. What is found must be watched all the same. */
static bool row_walk(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (unsigned i = 0; i < MOST - 1; i++)
        MUST(sees(&w, i, i + 1));
    plain_range(&w, 31, 0, (struct frond_range){0, 100, 0, 7});
    plain_range(&w, TABLES_AT, 64, (struct frond_range){0, 50, 0, 7});
    plain_range(&w, TABLES_AT, 65, (struct frond_range){0, 50, 0, 7});
    struct frond_map np1 = {TABLES_AT * PAGE + 32 * 64, 1}, np2 = {TABLES_AT * PAGE + 32 * 65, 1};
    MUST(plain_enter(&w, 1, np1, (struct frond_map){31 * PAGE, 1}));
    MUST(plain_enter(&w, 2, np2, NO_MAP));
    core_resolve(&w.core, 2, CORE_NP, 40 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 40);
    plain_range(&w, TABLES_AT, 65, (struct frond_range){0, 50, 5, 7});
    core_resolve(&w.core, 2, CORE_NP, 40 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 45);
    world_free(&w);
    return true;
}

ROWS(uses_rows, {"uses, as many as are told apart, and one more", row_most},
     {"uses, of two kinds", row_kinds}, {"uses, several of one user", row_own},
     {"uses, a page table under many names", row_all_names},
     {"uses, void ones make room", row_void}, {"uses, the same again", row_again},
     {"uses, a table whose pages are one", row_alias},
     {"uses, a walk drops what it has read", row_walk});
