/*
 * rows_kept.c - what is derived stays until what it was derived from changes, and no longer.
 *
 * The tree: node 0; below it 1, with its np table in page 30 and its p table in page 31; below that 2,
 * with its tables in pages 32 and 33; below that, in some rows, 3, with the tables of 2. All maps are the identity on pages 0
 * to 99, in two halves.
 */
#include "rows.h"
#include "spy.h"

static const struct frond_map MAP[][2] = {{{0, 0}, {0, 0}},
                                          {{30 * PAGE, 2}, {31 * PAGE, 2}},
                                          {{32 * PAGE, 2}, {33 * PAGE, 2}},
                                          {{32 * PAGE, 2}, {33 * PAGE, 2}}};

static bool enter(struct world *w, unsigned node) {
    return plain_enter(w, node, MAP[node][0], MAP[node][1]);
}

/* Again, its descriptor as it stands. */
static bool reenter(struct world *w, unsigned node) { return world_push(w, node); }

static bool ranges(struct world *w) {
    for (uint32_t table = 30; table < 34; table++) {
        plain_range(w, table, 0, (struct frond_range){0, 50, 0, 7});
        plain_range(w, table, 1, (struct frond_range){50, 50, 50, 7});
    }
    return true;
}

static bool tree(struct world *w) {
    return world_plain(w) && ranges(w) && enter(w, 1) && enter(w, 2);
}

/* Pages 40 and 60, in both modes. */
static bool derive(struct world *w, unsigned level) {
    struct core_answer a;

    for (unsigned mode = 0; mode < 2; mode++) {
        for (uint32_t page = 40; page <= 60; page += 20) {
            core_resolve(&w->core, level, mode, page * PAGE + 8, FROND_R, &a);
            MUST(a.what == CORE_RAM && a.page == page && a.perm == 7);
        }
    }
    return true;
}

static unsigned kept(struct world *w, unsigned level, unsigned mode) {
    uint32_t page = 0;

    return (core_peek(&w->core, level, mode, 40 * PAGE, FROND_R, &page) && page == 40) +
           (core_peek(&w->core, level, mode, 60 * PAGE, FROND_R, &page) && page == 60);
}

static bool keeps(struct world *w, unsigned level, unsigned np, unsigned p) {
    unsigned has_np = kept(w, level, CORE_NP), has_p = kept(w, level, CORE_P);

    if (has_np != np || has_p != p)
        return wrong(w, "level %u keeps %u and %u pages, not %u and %u", level, has_np, has_p, np,
                     p);
    return true;
}
#define KEEPS(level, np, p)                                                                        \
    do {                                                                                           \
        if (!keeps(&w, level, np, p))                                                              \
            return false;                                                                          \
    } while (0)

static void leave(struct world *w, unsigned nodes) {
    while (nodes-- > 0)
        world_pop(w);
}

/* Left and entered again, nothing is derived or dropped anew; not even where a sibling ran between. */
static bool row_reenter(void) {
    struct world w;

    MUST(tree(&w) && derive(&w, 0) && derive(&w, 1) && derive(&w, 2));
    spy_on(&w);
    uint64_t drops = w.core.drops, seq = w.core.watch_seq;
    leave(&w, 2);
    KEEPS(0, 2, 2);
    MUST(reenter(&w, 1) && reenter(&w, 2));
    KEEPS(1, 2, 2);
    KEEPS(2, 2, 2);
    MUST(spy.drop_alls == 0 && spy.drops == 0 && spy.reads == 0 && w.core.drops == drops);
    MUST(w.core.watch_seq == seq && !w.core.stale);
    unsigned protects = spy.protects;
    leave(&w, 2);
    MUST(reenter(&w, 1) && reenter(&w, 2) && spy.protects == protects); /* nothing new is watched */
    leave(&w, 2);
    plain_range(&w, 34, 0, (struct frond_range){0, 90, 0, 7});
    MUST(plain_enter(&w, 4, (struct frond_map){34 * PAGE, 1}, (struct frond_map){34 * PAGE, 1}));
    MUST(derive(&w, 1));
    leave(&w, 1);
    MUST(reenter(&w, 1) && reenter(&w, 2));
    KEEPS(1, 2, 2);
    KEEPS(2, 2, 2);
    MUST(spy.drop_alls == 2); /* of node 4, whose maps were new */
    world_free(&w);
    return true;
}

/* What lower levels keep ends a walk, what the level itself keeps makes it needless: both are used though
 * the tables say something else by now, which core was not told of. core_compose looks at the tables. */
static bool row_used(void) {
    static const struct frond_range other = {0, 50 * PAGE, 1 * PAGE, 7};
    struct core_answer a;
    struct core_entry e;
    struct world w;

    MUST(tree(&w) && derive(&w, 1));
    core_resolve(&w.core, 2, CORE_P, 41 * PAGE, FROND_R, &a); /* reads the table of node 2 */
    MUST(a.what == CORE_RAM && a.page == 41);
    for (uint32_t table = 30; table < 32; table++)
        memcpy(w.arena + table * PAGE, &other, sizeof other);
    core_resolve(&w.core, 2, CORE_P, 40 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 40 && a.perm == 7);
    core_resolve(&w.core, 2, CORE_P, 40 * PAGE, FROND_R | FROND_W | FROND_X, &a);
    MUST(a.what == CORE_RAM && a.page == 40 && a.perm == 7);
    core_resolve(&w.core, 2, CORE_P, 42 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 43);
    MUST(core_compose(&w.core, 2, CORE_P, 40 * PAGE, FROND_R, &e) && e.page == 41);
    memcpy(w.arena + 33 * PAGE, &other, sizeof other);
    core_resolve(&w.core, 2, CORE_P, 40 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 40);
    MUST(core_compose(&w.core, 2, CORE_P, 40 * PAGE, FROND_R, &e) && e.page == 42);
    world_free(&w);
    return true;
}

/* What is kept of a page with few rights does for no access that needs more. */
static bool row_rights(void) {
    struct core_answer a;
    struct world w;
    uint32_t page;

    for (unsigned flags = 1; flags < 8; flags++) {
        MUST(world_plain(&w) && ranges(&w));
        plain_range(&w, 31, 0, (struct frond_range){0, 50, 0, flags});
        MUST(enter(&w, 1));
        core_resolve(&w.core, 1, CORE_P, 40 * PAGE, 0, &a);
        MUST(a.what == CORE_RAM && a.perm == flags);
        for (unsigned need = 0; need < 8; need++) {
            core_resolve(&w.core, 1, CORE_P, 40 * PAGE, need, &a);
            MUST(a.what == ((need & ~flags) == 0 ? CORE_RAM : CORE_GAP));
            MUST(core_peek(&w.core, 1, CORE_P, 40 * PAGE, need, &page) == ((need & ~flags) == 0));
        }
        world_free(&w);
    }
    return true;
}

/* Another address or count of one map: that one goes, and what nodes above derived through it. */
static bool row_other_map(void) {
    for (unsigned change = 0; change < 4; change++) {
        struct world w;
        MUST(tree(&w) && derive(&w, 1) && derive(&w, 2));
        leave(&w, 2);
        struct frond_desc *d = desc_of(&w, 1);
        struct frond_map *m = change < 2 ? &d->map_np : &d->map_p;
        m->addr = change % 2 ? m->addr : 32 * PAGE;
        m->count = change % 2 ? 1 : 2;
        MUST(reenter(&w, 1));
        KEEPS(1, change < 2 ? 0 : 2, change < 2 ? 2 : 0);
        MUST(reenter(&w, 2));
        KEEPS(2, 0, 0);
        world_free(&w);
    }
    return true;
}

/* An entry of node 1's p map changes while node 2 runs, or while neither is on the path. */
static bool row_below(void) {
    for (unsigned away = 0; away < 2; away++) {
        struct world w;
        MUST(tree(&w) && derive(&w, 1) && derive(&w, 2));
        leave(&w, away ? 2 : 0);
        plain_range(&w, 31, 1, (struct frond_range){50, 50, 40, 7});
        MUST(w.core.stale == !away);
        w.core.stale = false;
        leave(&w, away ? 0 : 2);
        MUST(reenter(&w, 1));
        KEEPS(1, 2, 1); /* of the range that did not change */
        MUST(reenter(&w, 2));
        KEEPS(2, 0, 0);
        world_free(&w);
    }
    return true;
}

/* Node 0 or node 1 issues in another way: what the nodes above it derived goes, and nothing of its own. */
static bool row_issuer(void) {
    for (unsigned change = 0; change < 4; change++) {
        struct world w;
        unsigned issuer = change / 2;
        MUST(tree(&w) && enter(&w, 3));
        MUST(derive(&w, 1) && derive(&w, 2) && derive(&w, 3));
        leave(&w, 3 - issuer);
        if (change % 2 == 0)
            level_desc(&w, issuer)->mode = FROND_MODE_U;
        else
            level_desc(&w, issuer)->csr.satp = PAGE;
        for (unsigned level = issuer + 1; level <= 3; level++)
            MUST(reenter(&w, level));
        for (unsigned level = 1; level <= 3; level++)
            KEEPS(level, level > issuer ? 0 : 2, level > issuer ? 0 : 2);
        world_free(&w);
    }
    return true;
}

/* The page of a table is the descriptor of a node from now on. */
static bool row_table_is_descriptor(void) {
    for (unsigned table = 30; table < 34; table++) {
        struct frond_desc d = {.label = 3};
        struct world w;
        MUST(tree(&w) && derive(&w, 1) && derive(&w, 2));
        spy_on(&w);
        MUST(core_push(&w.core, table, &d));
        MUST(!w.core.stale && core_on_path(&w.core, table));
        KEEPS(1, table == 30 ? 0 : 2, table == 31 ? 0 : 2);
        KEEPS(2, table == 33 ? 2 : 0, table == 32 ? 2 : 0);
        MUST(spy.codes == 0);
        world_free(&w);
    }
    return true;
}

/* The page table by which node 0 issues is a descriptor from now on. */
static bool row_page_table_is_descriptor(void) {
    enum { TABLE = 60 };
    struct frond_desc d = {.label = 3};
    struct world w;

    MUST(world_plain(&w));
    for (uint64_t i = 0; i < 100; i++) {
        const uint64_t pte = i * PAGE | (FROND_R | FROND_W | FROND_X) << 1 | PTE_VALID;
        core_store(&w.core, TABLE, (unsigned)i * 8, &pte, 8);
    }
    w.desc0.mode = FROND_MODE_S;
    w.desc0.csr.satp = TABLE * PAGE;
    MUST(ranges(&w) && enter(&w, 1) && enter(&w, 2) && derive(&w, 1) && derive(&w, 2));
    MUST((w.core.page[TABLE].watch & CORE_W_PT) != 0 && !w.core.stale);
    MUST(core_push(&w.core, TABLE, &d) && !w.core.stale);
    KEEPS(1, 0, 0);
    KEEPS(2, 0, 0);
    world_free(&w);
    return true;
}

/* The same, where something of the path was stale before: it still is. */
static bool row_stale_before(void) {
    struct frond_desc d = {.label = 3};
    struct world w;

    MUST(tree(&w) && derive(&w, 1) && derive(&w, 2));
    w.core.stale = true;
    MUST(core_push(&w.core, 31, &d) && w.core.stale);
    world_free(&w);
    return true;
}

static bool row_drop_all(void) {
    struct world w;

    MUST(tree(&w) && derive(&w, 0) && derive(&w, 1) && derive(&w, 2));
    leave(&w, 1);
    for (uint32_t page = 30; page < 34; page++)
        MUST((w.core.page[page].watch & CORE_W_MAP) != 0 && w.core.page[page].uses);
    w.core.page[31].watch |= CORE_W_CODE | CORE_W_HOST;
    core_use_pt(&w.core, 0, w.core.path[0].ctx, 0);
    core_use_pt(&w.core, PAGES - 1, w.core.path[0].ctx, 0);
    spy_on(&w);
    core_drop_all(&w.core);
    MUST(w.core.cached == 0 && spy.drop_alls == 3);
    MUST(w.core.page[31].watch == (CORE_W_CODE | CORE_W_HOST));
    for (uint32_t page = 0; page < PAGES; page++)
        MUST(!w.core.page[page].uses && (w.core.page[page].watch & CORE_W_PT) == 0);
    KEEPS(0, 0, 0);
    KEEPS(1, 0, 0);
    world_reenter(&w);
    MUST(reenter(&w, 2));
    KEEPS(2, 0, 0);
    MUST(derive(&w, 2));
    world_free(&w);
    return true;
}

/* What may be written without looking: told once of each page, and whoever comes back later. */
static bool row_watch(void) {
    struct world w;

    MUST(tree(&w));
    spy_on(&w);
    struct core_ctx *top = w.core.path[2].ctx;
    uint64_t seq = w.core.watch_seq;
    MUST(top->watch_seq == seq);
    core_watch(&w.core, 70, CORE_W_CODE);
    MUST(spy.protects == 1 && spy.ctx == top && spy.page == 70 && w.core.watch_seq == seq + 1);
    MUST(top->watch_seq == seq + 1 && w.core.page[70].watch == CORE_W_CODE);
    core_watch(&w.core, 70, CORE_W_CODE);
    MUST(spy.protects == 1 && w.core.watch_seq == seq + 1);
    core_watch(&w.core, 70, CORE_W_HOST);
    MUST(spy.protects == 2 && w.core.page[70].watch == (CORE_W_CODE | CORE_W_HOST));
    core_watch(&w.core, 70, CORE_W_CODE | CORE_W_PT);
    MUST(spy.protects == 3 && w.core.page[70].watch == (CORE_W_CODE | CORE_W_HOST | CORE_W_PT));
    top->watch_seq--; /* as if it had not been told of everything */
    core_watch(&w.core, 71, CORE_W_CODE);
    MUST(top->watch_seq != w.core.watch_seq);
    core_activate(&w.core);
    MUST(spy.protects == 5 && spy.page == CORE_NO_PAGE && top->watch_seq == w.core.watch_seq);
    core_activate(&w.core);
    MUST(spy.protects == 5);
    leave(&w, 1); /* node 1 has not heard of page 70 */
    MUST(spy.protects == 6 && spy.ctx == w.core.path[1].ctx && spy.page == CORE_NO_PAGE);
    world_free(&w);
    return true;
}

static uint64_t from_zero(void *opaque, unsigned level) {
    (void)opaque, (void)level;
    return 0;
}

static uint64_t from_45_below(void *opaque, unsigned level) {
    (void)opaque;
    return level == 1 ? 45 * PAGE : 0;
}

/* The two halves of node 2's space are a stretch each: but not where the path has its descriptors. */
static bool row_stretch(void) {
    struct core_stretch s;
    struct core_answer a;
    struct world w;

    MUST(tree(&w) && derive(&w, 2));
    MUST(!core_stretch(&w.core, 2, 60 * PAGE, FROND_R, &s)); /* not behind the private windows */
    w.isa.plain_from = from_zero;
    MUST(core_stretch(&w.core, 2, 60 * PAGE, FROND_R, &s));
    MUST(s.first == 50 * PAGE && s.last == 100 * PAGE - 1 && s.offset == s.first);
    core_watch(&w.core, 70, CORE_W_CODE);
    MUST(!core_stretch(&w.core, 2, 70 * PAGE, FROND_W, &s));
    MUST(!core_stretch(&w.core, 2, 40 * PAGE, FROND_R, &s));
    w.isa.plain_from = from_45_below;
    MUST(core_stretch(&w.core, 2, 45 * PAGE, FROND_R, &s));
    MUST(s.first == 45 * PAGE && s.last == 50 * PAGE - 1);
    w.isa.plain_from = from_zero;
    plain_range(&w, 33, 0, (struct frond_range){3, 47, 3, 7}); /* behind the descriptors 1 and 2 */
    world_settle(&w);
    MUST(derive(&w, 2) && core_stretch(&w.core, 2, 40 * PAGE, FROND_R, &s));
    MUST(s.first == 3 * PAGE && s.last == 50 * PAGE - 1 && s.offset == s.first);
    plain_range(&w, 33, 0, (struct frond_range){2, 48, 2, 7});
    world_settle(&w);
    MUST(derive(&w, 2) && !core_stretch(&w.core, 2, 40 * PAGE, FROND_R, &s));
    plain_range(&w, 33, 0, (struct frond_range){0, 2, 0, 7}); /* 1, not 2 */
    world_settle(&w);
    core_resolve(&w.core, 2, CORE_P, 0, FROND_R, &a);
    MUST(a.what == CORE_RAM && !core_stretch(&w.core, 2, 0, FROND_R, &s));
    plain_range(&w, 33, 0, (struct frond_range){2, 48, 2, 7});
    world_settle(&w);
    world_pop(&w);
    MUST(plain_enter(&w, 20, MAP[2][0], MAP[2][1]));
    /* three pages: the descriptor, 20, behind them, the last, in the midst, the first, before them */
    for (uint64_t page = 17; page <= 21; page++) {
        plain_range(&w, 33, 0, (struct frond_range){page, 3, page, 7});
        world_settle(&w);
        core_resolve(&w.core, 2, CORE_P, page * PAGE, FROND_R, &a);
        MUST((a.what == CORE_RAM) == (page != 20));
        MUST(page == 20 ||
             core_stretch(&w.core, 2, page * PAGE + 9, FROND_R, &s) == (page == 17 || page == 21));
    }
    world_pop(&w);
    plain_range(&w, 33, 0, (struct frond_range){2, 48, 2, 7});
    MUST(reenter(&w, 2) && derive(&w, 2));
    /* to be stored to, up to the tables on pages 30 to 33 */
    MUST(core_stretch(&w.core, 2, 40 * PAGE, FROND_W, &s));
    MUST(s.first == 34 * PAGE && s.last == 50 * PAGE - 1 && s.offset == s.first);
    core_watch(&w.core, 45, CORE_W_CODE);
    MUST(core_stretch(&w.core, 2, 40 * PAGE, FROND_W, &s) && s.last == 45 * PAGE - 1);
    MUST(!core_stretch(&w.core, 2, 45 * PAGE, FROND_W, &s));
    plain_range(&w, 33, 0, (struct frond_range){2, 48, 2, 5});
    world_settle(&w);
    core_resolve(&w.core, 2, CORE_P, 40 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && !core_stretch(&w.core, 2, 40 * PAGE, FROND_W, &s));
    world_free(&w);
    return true;
}

static uint64_t from_55_below(void *opaque, unsigned level) {
    (void)opaque;
    return level == 1 ? 55 * PAGE : 0;
}

/* How many of the pages from `first` on node 2 keeps, one after the other, in the map of that mode. */
static unsigned kept_from(struct world *w, unsigned mode, uint32_t first) {
    uint32_t page, n = 0;

    while (core_peek(&w->core, 2, mode, (first + n) * PAGE, FROND_R, &page) && page == first + n)
        n++;
    return n;
}

static bool touch(struct world *w, unsigned mode, uint32_t page) {
    struct core_answer a;

    core_drop_all(&w->core);
    core_resolve(&w->core, 2, mode, page * PAGE, FROND_R, &a);
    return a.what == CORE_RAM && a.page == page && a.perm == 7;
}

/* What is behind a page that is touched is kept with it, as far as the same steps lead there. */
static bool row_behind(void) {
    struct world w;
    uint32_t page;

    MUST(tree(&w));
    MUST(touch(&w, CORE_P, 60) && kept_from(&w, CORE_P, 60) == 1); /* maybe a private window's */
    w.isa.plain_from = from_zero;
    for (unsigned mode = 0; mode < 2; mode++) {
        MUST(touch(&w, mode, 60) && kept_from(&w, mode, 60) == 16 && kept_from(&w, mode, 59) == 0);
        MUST(touch(&w, mode, 93) && kept_from(&w, mode, 93) == 7); /* where the range ends */
        MUST(touch(&w, mode, 85) && kept_from(&w, mode, 85) == 15);
        MUST(touch(&w, mode, 84) && kept_from(&w, mode, 84) == 16);
    }
    MUST(touch(&w, CORE_P, 60));
    MUST(!core_peek(&w.core, 2, CORE_P, 76 * PAGE, FROND_R, &page));
    plain_range(&w, 31, 1, (struct frond_range){50, 14, 50, 7}); /* below, it ends earlier */
    MUST(touch(&w, CORE_P, 60) && kept_from(&w, CORE_P, 60) == 4);
    plain_range(&w, 33, 0, (struct frond_range){0, 50, 0, 7});
    MUST(touch(&w, CORE_P, 0) && kept_from(&w, CORE_P, 0) == 1); /* 1 is a descriptor */
    MUST(!core_peek(&w.core, 2, CORE_P, 3 * PAGE, FROND_R, &page));
    w.isa.plain_from = from_55_below;
    MUST(touch(&w, CORE_P, 54) && kept_from(&w, CORE_P, 54) == 1);
    MUST(touch(&w, CORE_P, 55) && kept_from(&w, CORE_P, 55) == 9);
    world_pop(&w);
    core_drop_all(&w.core);
    MUST(derive(&w, 1) && reenter(&w, 2));
    struct core_answer a;
    core_resolve(&w.core, 2, CORE_P, 60 * PAGE, FROND_R,
                 &a); /* found at level 1: what is behind, nobody knows */
    MUST(a.what == CORE_RAM && kept_from(&w, CORE_P, 60) == 1);
    world_free(&w);
    return true;
}

ROWS(kept_rows, {"kept, what is behind", row_behind},
     {"kept, nodes that come back find what they left", row_reenter}, {"kept, and used", row_used},
     {"kept, and its rights", row_rights}, {"kept, another map", row_other_map},
     {"kept, a map below changes", row_below}, {"kept, the issuer changes", row_issuer},
     {"kept, a table becomes a descriptor", row_table_is_descriptor},
     {"kept, a page table becomes a descriptor", row_page_table_is_descriptor},
     {"kept, a table becomes a descriptor while the path is stale", row_stale_before},
     {"kept, a stretch", row_stretch}, {"kept, all is dropped", row_drop_all},
     {"kept, pages are watched", row_watch});
