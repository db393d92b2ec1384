/*
 * rows_store.c - a store to a page that something was derived from: who hears of what, what is dropped.
 *
 * Node 1's np table lies in pages 30 and 31, from byte 4000 of page 30 on: entries 0 to 2 in page 30, 3
 * to 9 in page 31. Its p table is entries 1 to 4 of the same bytes.
 */
#include "rows.h"
#include "spy.h"

enum { START = 4000, ENTRIES = 10, STEP = 9 };

static const struct frond_map NP = {30 * PAGE + START, ENTRIES}, P = {30 * PAGE + START + 32, 4};

/* Entry i: pages 9 i to 9 i + 7, where they are. */
static struct frond_range entry(unsigned i) {
    return (struct frond_range){i * STEP * PAGE, 8 * PAGE, i * STEP * PAGE, 7};
}

static void store(struct world *w, uint64_t addr, const void *from, unsigned len) {
    core_store(&w->core, (uint32_t)(addr / PAGE), addr % PAGE, from, len);
}

static uint64_t place(unsigned i) { return NP.addr + 32 * i; }

/* The tree, with every entry read and the first and last page of each range derived. */
static bool tree(struct world *w) {
    struct core_answer a;

    MUST(world_plain(w));
    for (unsigned i = 0; i < ENTRIES + 2; i++) {
        struct frond_range e = entry(i);
        store(w, place(i), &e, sizeof e);
    }
    MUST(plain_enter(w, 1, NP, P));
    for (unsigned i = 0; i < ENTRIES; i++) {
        for (unsigned page = 0; page < 8; page += 7) {
            core_resolve(&w->core, 1, CORE_NP, (i * STEP + page) * PAGE, FROND_R, &a);
            MUST(a.what == CORE_RAM && a.page == i * STEP + page);
            core_resolve(&w->core, 1, CORE_P, (i * STEP + page) * PAGE, FROND_R, &a);
            MUST(a.what == (i >= 1 && i <= 4 ? CORE_RAM : CORE_GAP));
        }
    }
    MUST((w->core.page[30].watch & CORE_W_MAP) != 0 && (w->core.page[31].watch & CORE_W_MAP) != 0);
    spy_on(w);
    return true;
}

/* Of entry i's two derived pages, how many are kept. */
static unsigned kept(struct world *w, unsigned mode, unsigned i) {
    uint32_t page;

    return core_peek(&w->core, 1, mode, i * STEP * PAGE, FROND_R, &page) +
           core_peek(&w->core, 1, mode, (i * STEP + 7) * PAGE, FROND_R, &page);
}

static bool heard(unsigned n, unsigned mode, uint64_t index, uint64_t old, uint64_t new) {
    const struct spied_change *s = &spy.range[n];

    MUST(spy.ranges > n && s->mode == mode && s->tag == index && s->old == old && s->new == new);
    return true;
}

/* Another target, or other flags: the pages of that entry's range go, in each map that has it. */
static bool row_target(void) {
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct world w;
        MUST(tree(&w));
        uint64_t target = 10 * PAGE, gen = w.core.path[1].ctx->gen, drops = w.core.drops;
        bool in_p = i >= 1 && i <= 4;
        store(&w, place(i) + 16, &target, 8);
        MUST(spy.ranges == 1u + in_p && spy.drops == 1u + in_p && spy.drop_alls == 0);
        unsigned first = in_p && spy.range[0].mode == CORE_P;
        if (!heard(first, CORE_NP, i, i * STEP * PAGE, target))
            return false;
        if (in_p && !heard(1 - first, CORE_P, i - 1, i * STEP * PAGE, target))
            return false;
        MUST(spy.ctx == w.core.path[1].ctx && spy.first == i * STEP * PAGE);
        MUST(spy.last == (i * STEP + 8) * PAGE - 1);
        MUST(w.core.path[1].ctx->gen == gen + 1 + in_p && w.core.drops == drops + 1 + in_p);
        MUST(!w.core.stale); /* the top itself sees it at once */
        for (unsigned j = 0; j < ENTRIES; j++) {
            MUST(kept(&w, CORE_NP, j) == (j == i ? 0 : 2));
            MUST(kept(&w, CORE_P, j) == (j == i || j < 1 || j > 4 ? 0 : 2));
        }
        world_free(&w);
    }
    return true;
}

/* Another base or size, or an entry that is not in order before or after: all of the table goes. */
static bool row_table(void) {
    static const struct {
        unsigned off;
        uint64_t value;
    } change[] = {{0, 2 * STEP * PAGE + PAGE}, {8, 7 * PAGE}, {16, 3}, {24, 16}};

    for (unsigned i = 0; i < sizeof change / sizeof change[0]; i++) {
        struct world w;
        struct frond_range e = entry(2);
        MUST(tree(&w));
        store(&w, place(2) + change[i].off, &change[i].value, 8);
        MUST(spy.ranges == 2 && spy.drops == 0 && spy.drop_alls == 2);
        for (unsigned j = 0; j < ENTRIES; j++)
            MUST(kept(&w, CORE_NP, j) == 0 && kept(&w, CORE_P, j) == 0);
        MUST(w.core.page[30].watch == 0 && !w.core.page[30].uses);
        spy_on(&w);
        store(&w, place(2), &e, sizeof e); /* nobody has read it since */
        MUST(spy.ranges == 0 && spy.drop_alls == 0);
        world_free(&w);
    }
    return true;
}

/* Not in order as it was, in order now; and a gap that becomes a range: nothing was derived from it. */
static bool row_gap(void) {
    for (unsigned flags = 0; flags < 16; flags++) {
        struct world w;
        struct frond_range e = entry(9),
                           other = {.base = 9 * STEP * PAGE, .size = 8 * PAGE, .flags = 7};
        MUST(tree(&w));
        e.flags = flags;
        store(&w, place(9), &e, sizeof e);
        uint64_t drops = w.core.drops;
        spy_on(&w);
        store(&w, place(9), &other, sizeof other);
        bool gap = (flags & 7) == 0;
        MUST(spy.ranges == 1 && spy.drop_alls == 0);
        MUST(spy.drops == !gap && w.core.drops == drops + !gap);
        world_free(&w);
    }
    return true;
}

/* Stores of any length over any entries: each that changes is told of once, nothing else is. */
static bool row_lengths(void) {
    static const struct {
        uint64_t addr;
        unsigned len, first, count; /* entries of the np map that change */
    } rows[] = {
        {30 * PAGE + START - 8, 8, 0, 0},
        {30 * PAGE + START - 8, 16, 0, 1},
        {30 * PAGE + START, 1, 0, 1},
        {30 * PAGE + START + 31, 1, 0, 1},
        {30 * PAGE + START + 31, 2, 0, 2},
        {30 * PAGE + START + 32, 64, 1, 2},
        {30 * PAGE, 4096, 0, 3},
        {31 * PAGE, 4096, 3, 7},
        {31 * PAGE, 24, 3, 1},
        {31 * PAGE + 7 * 32 - 1, 1, 9, 1},
        {31 * PAGE + 7 * 32, 64, 0, 0},
        {31 * PAGE + 6 * 32, 128, 9, 1},
        {31 * PAGE + 4088, 8, 0, 0},
    };
    static uint8_t ones[4096];

    memset(ones, 0xff, sizeof ones);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        unsigned np = 0;
        MUST(tree(&w));
        store(&w, rows[i].addr, w.arena + rows[i].addr, rows[i].len); /* as it was */
        MUST(spy.ranges == 0 && spy.drops == 0 && spy.drop_alls == 0);
        store(&w, rows[i].addr, ones, rows[i].len);
        MUST(memcmp(w.arena + rows[i].addr, ones, rows[i].len) == 0);
        for (unsigned n = 0; n < spy.ranges; n++) {
            if (spy.range[n].mode == CORE_P)
                continue;
            MUST(spy.range[n].tag == rows[i].first + np);
            np++;
        }
        if (np != rows[i].count)
            return wrong(&w, "store %u: %u changes", i, np);
        world_free(&w);
    }
    return true;
}

/* Flags of three entries in one store. */
static bool row_several(void) {
    struct frond_range e[3] = {entry(3), entry(4), entry(5)};
    struct world w;
    unsigned np = 0;

    MUST(tree(&w));
    for (unsigned i = 0; i < 3; i++)
        e[i].flags = 3;
    store(&w, place(3), e, sizeof e);
    for (unsigned n = 0; n < spy.ranges; n++)
        np |= spy.range[n].mode == CORE_NP ? 1u << spy.range[n].tag : 0;
    MUST(np == 0x38 && spy.ranges == 5);
    for (unsigned j = 0; j < ENTRIES; j++)
        MUST(kept(&w, CORE_NP, j) == (j >= 3 && j <= 5 ? 0 : 2));
    world_free(&w);
    return true;
}

/* Page-table entries, 8 bytes each: those that a store changes are told of, with what they were. */
static bool row_page_table(void) {
    static const uint64_t is[4] = {11, 12, 13, 14};
    struct world w;

    MUST(world_plain(&w));
    spy_on(&w);
    struct core_ctx *root = w.core.path[0].ctx;
    core_use_pt(&w.core, 70, root, 0x400);
    core_store(&w.core, 70, 8 * 9, is, sizeof is);
    MUST(spy.pts == 4);
    for (unsigned i = 0; i < 4; i++)
        MUST(spy.pt[i].tag == (0x400 | (9 + i)) && spy.pt[i].old == 0 && spy.pt[i].new == is[i]);
    core_store(&w.core, 70, 8 * 9, is, sizeof is);
    MUST(spy.pts == 4);
    core_store(&w.core, 70, 8 * 10 + 1, is, 1);
    MUST(spy.pts == 5 && spy.pt[4].tag == (0x400 | 10) && spy.pt[4].old == 12);
    MUST(spy.pt[4].new == (11 << 8 | 12) && spy.pt[4].ctx == root);
    core_store(&w.core, 70, 8 * 511, is, 8);
    MUST(spy.pts == 6 && spy.pt[5].tag == (0x400 | 511));
    core_store(&w.core, 70, 0, is, 8);
    MUST(spy.pts == 7 && spy.pt[6].tag == 0x400 && spy.ranges == 0);
    MUST(w.core.page[70].watch == CORE_W_PT);
    static uint8_t all[4096];
    memset(all, 0x55, sizeof all);
    core_store(&w.core, 70, 0, all, sizeof all);
    MUST(spy.pts == 7 + 512);
    core_store(&w.core, 70, 24, is, 8); /* up to the next 32 bytes, and no further */
    MUST(spy.pts == 7 + 512 + 1);
    world_free(&w);
    return true;
}

/* Decoded code and the host: who watches a page hears of each store to it. */
static bool row_code(void) {
    static const uint64_t value = 1;
    struct world w;

    MUST(world_plain(&w));
    spy_on(&w);
    core_store(&w.core, 70, 16, &value, 8);
    MUST(spy.codes == 0 && !w.core.host_store);
    core_watch(&w.core, 70, CORE_W_CODE);
    core_watch(&w.core, 71, CORE_W_HOST);
    core_store(&w.core, 70, 24, &value, 4);
    MUST(spy.codes == 1 && spy.page == 70 && spy.off == 24 && spy.len == 4 && !w.core.host_store);
    MUST(w.core.page[70].watch == CORE_W_CODE);
    core_watch(&w.core, 70, CORE_W_HOST);
    spy.code_goes = true;
    core_store(&w.core, 70, 32, &value, 8);
    MUST(spy.codes == 2 && w.core.page[70].watch == CORE_W_HOST && w.core.host_store);
    w.core.host_store = false;
    core_store(&w.core, 71, 0, &value, 8);
    MUST(spy.codes == 2 && w.core.page[71].watch == CORE_W_HOST && w.core.host_store);
    world_free(&w);
    return true;
}

/* All that was derived from a page, whatever it holds. */
static bool row_drop_page(void) {
    struct world w;

    MUST(tree(&w));
    core_use_pt(&w.core, 31, w.core.path[0].ctx, 0x200);
    core_watch(&w.core, 31, CORE_W_CODE);
    core_drop_page(&w.core, 31);
    MUST(spy.codes == 1 && spy.page == 31 && spy.off == 0 && spy.len == 4096);
    MUST(spy.pts == 1 && spy.pt[0].tag == UINT64_MAX && spy.pt[0].old == 1 && spy.pt[0].new == 0);
    MUST(w.core.page[31].watch == CORE_W_CODE && !w.core.page[31].uses && w.core.page[30].uses);
    for (unsigned j = 0; j < ENTRIES; j++)
        MUST(kept(&w, CORE_NP, j) == 0 && kept(&w, CORE_P, j) == 0); /* both had read it */
    spy.code_goes = true;
    core_drop_page(&w.core, 31);
    MUST(spy.codes == 2 && w.core.page[31].watch == 0 && spy.pts == 1);
    core_drop_page(&w.core, 31);
    MUST(spy.codes == 2);
    world_free(&w);
    return true;
}

/* Each 4 KiB of a table is told of once, when it is read. */
static bool row_read(void) {
    struct frond_range e;
    struct world w;

    MUST(tree(&w));
    core_drop_table(&w.core, w.core.path[1].ctx, CORE_NP);
    MUST(kept(&w, CORE_P, 2) == 2 && kept(&w, CORE_NP, 2) == 0);
    spy_on(&w);
    MUST(core_table_entry(&w.core, 1, CORE_NP, 4, &e) && e.base == 4 * STEP * PAGE);
    MUST(core_table_entry(&w.core, 1, CORE_NP, 9, &e) && e.base == 9 * STEP * PAGE);
    MUST(spy.reads == 1 && spy.read[0].ctx == w.core.path[1].ctx && spy.read[0].mode == CORE_NP);
    MUST(spy.read[0].piece == 1 && spy.read[0].page == 31);
    MUST(core_table_entry(&w.core, 1, CORE_NP, 0, &e) && e.base == 0);
    MUST(spy.reads == 2 && spy.read[1].piece == 0 && spy.read[1].page == 30);
    world_free(&w);
    return true;
}

ROWS(store_rows, {"store, another target", row_target}, {"store, another base or size", row_table},
     {"store, over a gap", row_gap}, {"store, of any length", row_lengths},
     {"store, to several entries", row_several}, {"store, to a page table", row_page_table},
     {"store, to code", row_code}, {"store, all of a page is dropped", row_drop_page},
     {"store, tables are told of when they are read", row_read});
