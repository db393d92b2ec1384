/*
 * rows_audit.c - each kind of damage to what core keeps, and what the audit says to it.
 *
 * The tree: node 0; below it 1, 2 below that, 3 below that; tables in pages 30, 31, 32; all maps are the
 * identity. Node 0 has derived the device's page, each node page 40.
 */
#include "rows.h"

static bool tree(struct world *w) {
    struct core_answer a;

    MUST(world_plain(w));
    core_resolve(&w->core, 0, CORE_P, 110 * PAGE, FROND_R, &a);
    MUST(a.what == CORE_DEVICE);
    for (unsigned node = 1; node <= 3; node++) {
        const struct frond_map map = {(29 + node) * PAGE, 1};
        plain_range(w, 29 + node, 0, (struct frond_range){0, 100, 0, 7});
        MUST(plain_enter(w, node, map, map));
        for (unsigned mode = 0; mode < 2; mode++) {
            core_resolve(&w->core, node, mode, 40 * PAGE, FROND_R, &a);
            MUST(a.what == CORE_RAM);
        }
    }
    w->core.stale = false;
    return true;
}

static bool says(struct world *w, const char *what) {
    const char *said = core_audit(&w->core);

    if ((said == NULL) != (what == NULL) || (said && !strstr(said, what)))
        return wrong(w, "the audit says: %s; not: %s", said ? said : "nothing",
                     what ? what : "nothing");
    return true;
}
#define SAYS(what)                                                                                 \
    do {                                                                                           \
        if (!says(&w, what))                                                                       \
            return false;                                                                          \
    } while (0)

static struct core_entry *entry(struct world *w, unsigned level, unsigned mode, uint64_t number) {
    return cache_get(&w->core.path[level].ctx->table[mode].cache, number);
}

/* A composed page of each level and mode, made wrong in each way. */
static bool row_entries(void) {
    for (unsigned level = 1; level <= 3; level++) {
        for (unsigned mode = 0; mode < 2; mode++) {
            struct world w;
            MUST(tree(&w));
            SAYS(NULL);
            struct core_entry *e = entry(&w, level, mode, 40), was = *e;
            e->page = PAGES;
            SAYS("outside the arena");
            e->page = PAGES - 1;
            SAYS("differs from the walk");
            *e = was;
            SAYS(NULL);
            e->perm &= FROND_R;
            SAYS(NULL); /* less than it might have */
            e->perm = FROND_SHARED | 7;
            SAYS("differs from the walk");
            *e = was;
            struct core_cache *k = &w.core.path[level].ctx->table[mode].cache;
            MUST(cache_put(&w.core, k, 105, 5, FROND_R));
            SAYS("the walk finds none");
            entry(&w, level, mode, 105)->perm = 0; /* dropped */
            SAYS(NULL);
            world_free(&w);
        }
    }
    return true;
}

/* Of a range that has less than is kept. */
static bool row_rights(void) {
    struct world w;

    MUST(tree(&w));
    struct frond_range *e = (struct frond_range *)(void *)(w.arena + 30 * PAGE);
    e->flags = FROND_R; /* behind core's back */
    SAYS("the walk finds none");
    entry(&w, 1, CORE_P, 40)->perm = FROND_R;
    entry(&w, 1, CORE_NP, 40)->perm = FROND_R;
    SAYS("the walk finds none"); /* level 2 */
    world_free(&w);
    MUST(tree(&w));
    e = (struct frond_range *)(void *)(w.arena + 30 * PAGE);
    e->flags = FROND_W;
    cache_drop(&w.core.path[1].ctx->table[CORE_P].cache, 0, 39); /* page 31 was read as a table */
    entry(&w, 1, CORE_P, 40)->perm = FROND_R;
    SAYS("the walk finds none");
    entry(&w, 1, CORE_P, 40)->perm = FROND_W;
    e->flags = FROND_W | FROND_R | FROND_X;
    SAYS(NULL);
    world_free(&w);
    return true;
}

/* Whatever its slot. */
static bool row_slots(void) {
    struct world w;

    MUST(tree(&w));
    struct core_cache *k = &w.core.path[1].ctx->table[CORE_P].cache;
    MUST(k->slots == 32);
    for (unsigned i = 0; i < 32; i++) {
        struct core_entry was = k->slot[i];
        k->slot[i] = (struct core_entry){.key = 106, .page = 5, .perm = FROND_R};
        SAYS("the walk finds none");
        k->slot[i] = was;
    }
    SAYS(NULL);
    world_free(&w);
    return true;
}

static bool row_tables(void) {
    for (unsigned level = 1; level <= 3; level++) {
        struct world w;
        MUST(tree(&w));
        struct core_page *page = &w.core.page[29 + level];
        page->watch = CORE_W_CODE | CORE_W_PT;
        SAYS("a range table is not watched");
        for (unsigned mode = 0; mode < 2; mode++) {
            struct core_cache *k = &w.core.path[level].ctx->table[mode].where;
            SAYS("a range table is not watched");
            cache_drop(k, 0, 0);
            cache_clear(&w.core.path[level].ctx->table[mode].cache);
        }
        SAYS(NULL);
        world_free(&w);
    }
    return true;
}

/* Each page of a table of three. */
static bool row_table_pages(void) {
    const struct frond_map map = {30 * PAGE, 300};
    struct frond_range e;
    struct world w;

    MUST(world_plain(&w));
    MUST(plain_enter(&w, 1, map, map));
    for (unsigned piece = 0; piece < 3; piece++)
        MUST(core_table_entry(&w.core, 1, CORE_P, piece * 128, &e));
    SAYS(NULL);
    for (unsigned page = 30; page < 33; page++) {
        w.core.page[page].watch = 0;
        SAYS("a range table is not watched");
        w.core.page[page].watch = CORE_W_MAP;
    }
    world_free(&w);
    return true;
}

static bool row_path(void) {
    struct world w;

    MUST(tree(&w));
    for (unsigned level = 0; level <= 3; level++) {
        struct core_level *l = &w.core.path[level];
        l->ctx->on_path = false;
        SAYS("the path and its contexts disagree");
        l->ctx->on_path = true;
        struct core_ctx *parent = l->ctx->parent;
        l->ctx->parent = l->ctx;
        SAYS(level > 0 ? "the path and its contexts disagree" : NULL);
        l->ctx->parent = parent;
        uint64_t *const field[] = {&l->d->map_p.addr, &l->d->map_p.count, &l->d->map_np.addr,
                                   &l->d->map_np.count};
        for (unsigned i = 0; i < 4; i++) {
            *field[i] += 1;
            SAYS("changed its maps");
            *field[i] -= 1;
        }
        SAYS(NULL);
        if (level == 0)
            continue;
        w.core.page[level].watch &= ~(uint32_t)CORE_W_OWNED;
        SAYS("a descriptor of the path is not owned");
        w.core.page[level].watch |= CORE_W_OWNED;
        uint64_t active = l[-1].d->active;
        l[-1].d->active = 0;
        SAYS("has a child but no active");
        l[-1].d->active = active;
        for (unsigned other = 1; other < level; other++) {
            l->ctx->desc_page = other;
            SAYS("on the path twice");
        }
        l->ctx->desc_page = level;
        SAYS(NULL);
    }
    for (uint32_t page = 0; page < PAGES; page += PAGES - 1) {
        w.core.page[page].watch = CORE_W_OWNED;
        SAYS("a page is owned that is no descriptor");
        w.core.page[page].watch = CORE_W_CODE;
        SAYS(NULL);
    }
    while (!w.core.empty)
        core_pop(&w.core);
    SAYS(NULL);
    w.core.path[0].ctx->parent = NULL;
    world_free(&w);
    return true;
}

/* ---- Walls: node 0's children 1 and 2, then 4 below 1 -------------------------------------------------------- */

enum { OWN = 40, COMMON = 50 };

/* Child `node`, with range r in one or both modes; it derives each page of it. */
static bool child(struct world *w, unsigned node, struct frond_range r, unsigned modes) {
    const struct frond_map map = {(29 + node) * PAGE, 1};
    struct core_answer a;

    plain_range(w, 29 + node, 0, r);
    MUST(plain_enter(w, node, modes & 2 ? map : NO_MAP, modes & 1 ? map : NO_MAP));
    for (unsigned mode = 0; mode < 2; mode++)
        for (uint64_t page = r.base; page < r.base + r.size; page++)
            core_resolve(&w->core, w->core.top, mode, page * PAGE, FROND_R, &a);
    return true;
}

static bool broken(struct world *w, unsigned level, uint64_t n) {
    uint64_t found = core_audit_walls(&w->core, w->core.path[level].ctx);

    return found == n ? true : wrong(w, "%" PRIu64 " walls are broken, not %" PRIu64, found, n);
}
#define BROKEN(level, n)                                                                           \
    do {                                                                                           \
        if (!broken(&w, level, n))                                                                 \
            return false;                                                                          \
    } while (0)

static bool row_siblings(void) {
    for (unsigned first = 7; first <= 15; first += 8) {
        for (unsigned second = 7; second <= 15; second += 8) {
            for (unsigned modes = 0; modes < 9; modes++) {
                struct world w;
                MUST(world_plain(&w));
                MUST(child(&w, 1, (struct frond_range){0, 2, COMMON, first}, 1 + modes % 3));
                world_pop(&w);
                BROKEN(0, 0);
                MUST(child(&w, 2, (struct frond_range){0, 3, COMMON - 1, second}, 1 + modes / 3));
                unsigned both = first == 15 && second == 15;
                unsigned times = modes / 3 == 2 && modes % 3 == 2 ? 0 : 1;
                if (times) /* which child is seen first decides how often a page of it is met */
                    MUST((core_audit_walls(&w.core, w.core.path[0].ctx) == 0) == both);
                else
                    BROKEN(0, both ? 0 : 2);
                world_free(&w);
            }
        }
    }
    return true;
}

/* A child that reaches what its parent keeps: descriptors (1 and 2) and tables (30 and 31). */
static bool row_parents_own(void) {
    static const struct {
        uint64_t target, size, flags, broken;
    } rows[] = {{1, 1, 7, 1},  {2, 1, 7, 1},  {1, 2, 7, 2},  {1, 2, 15, 0}, {3, 2, 7, 0},
                {30, 1, 7, 1}, {31, 1, 7, 1}, {29, 4, 7, 2}, {29, 4, 15, 0}};

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct frond_range r = {0, rows[i].size, rows[i].target, rows[i].flags};
        MUST(world_plain(&w));
        MUST(child(&w, 2, (struct frond_range){0, 1, OWN, 7}, 1));
        world_pop(&w);
        MUST(child(&w, 1, r, 1));
        /* the descriptor of a node on the path is in nobody's hands */
        world_pop(&w);
        core_use_pt(&w.core, 3, w.core.path[0].ctx, 0x200); /* page tables are not counted */
        struct core_answer a;
        MUST(world_push(&w, 1));
        for (uint64_t page = 0; page < rows[i].size; page++)
            core_resolve(&w.core, 1, CORE_P, page * PAGE, FROND_R, &a);
        world_pop(&w);
        uint64_t found = core_audit_walls(&w.core, w.core.path[0].ctx);
        uint64_t own = rows[i].target == 1; /* its own descriptor was owned, so never derived */
        if (found != rows[i].broken - (rows[i].flags == 7 ? own : 0))
            return wrong(&w, "row %u: %" PRIu64 " walls broken", i, found);
        world_free(&w);
    }
    return true;
}

/* What a parent keeps is its children's descriptors and tables, page 0 of the arena and the first bucket
 * of contexts among them; not what its grandchildren keep, nor a child's page tables. */
static bool row_kept_by_whom(void) {
    const struct frond_map at_0 = {0, 1};
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    uint32_t buckets = w.core.hash_size;
    w.core.hash_size = 1;
    plain_range(&w, 0, 0, (struct frond_range){0, 3, OWN, 7});
    MUST(plain_enter(&w, 2, at_0, at_0));
    core_resolve(&w.core, 1, CORE_P, 0, FROND_R, &a); /* the table is read */
    core_resolve(&w.core, 1, CORE_P, 2 * PAGE, FROND_R, &a);
    core_use_pt(&w.core, 60, w.core.path[1].ctx, 0x200); /* a page table of the child's */
    const struct frond_map inner = {2 * PAGE, 1};        /* in page 42 of the arena */
    plain_range(&w, OWN + 2, 0, (struct frond_range){0, 1, 0, 7});
    const struct frond_desc d = {
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .label = 9, .uid = 9, .map_p = inner};
    core_store(&w.core, OWN + 1, 0, &d, sizeof d); /* a grandchild's descriptor in page 41 */
    w.page_of[9] = OWN + 1;
    w.nodes = 10;
    w.parent[9] = 2;
    MUST(world_push(&w, 9));
    core_resolve(&w.core, 2, CORE_P, 0, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == OWN);
    world_pop(&w);
    world_pop(&w);
    BROKEN(0, 0);
    static const struct {
        uint64_t page, broken;
    } rows[] = {{0, 1}, {1, 0}, {2, 1}, {OWN, 1}, {OWN + 1, 0}, {OWN + 2, 1}, {60, 0}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MUST(child(&w, 3, (struct frond_range){0, 1, rows[i].page, 7}, 1));
        world_pop(&w);
        if (core_audit_walls(&w.core, w.core.path[0].ctx) != rows[i].broken)
            return wrong(&w, "page %" PRIu64, rows[i].page);
    }
    w.core.hash_size = buckets; /* what is in the first bucket stays there */
    world_free(&w);
    return true;
}

/* A node's walls are its own children's: a grandchild, a device, memory that runs out count nothing. */
static bool row_other_levels(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    MUST(child(&w, 2, (struct frond_range){0, 1, 110, 3}, 1)); /* the device */
    world_pop(&w);
    MUST(child(&w, 3, (struct frond_range){0, 1, 110, 3}, 1));
    world_pop(&w);
    BROKEN(0, 0);
    MUST(child(&w, 1, (struct frond_range){0, 60, 0, 7}, 1));
    MUST(child(&w, 4, (struct frond_range){0, 1, OWN, 7}, 1));
    core_resolve(&w.core, 1, CORE_P, OWN * PAGE, FROND_R, &a);
    uint64_t one = core_audit_walls(&w.core, w.core.path[0].ctx);
    MUST(one >= 3); /* node 1 reaches its own table and its siblings' */
    BROKEN(1, 0);
    MUST(child(&w, 5, (struct frond_range){0, 1, OWN, 7}, 1)); /* below 4: nobody's sibling */
    BROKEN(1, 0);
    world_pop(&w);
    world_pop(&w);
    MUST(child(&w, 5, (struct frond_range){0, 1, OWN, 7}, 1)); /* below 1, beside 4 */
    BROKEN(1, 1);
    alloc_left = 0;
    BROKEN(1, 0);
    alloc_left = UINT64_MAX;
    MUST(core_audit_walls(&w.core, w.core.path[0].ctx) >= one);
    world_free(&w);
    return true;
}

ROWS(audit_rows, {"audit, composed pages", row_entries}, {"audit, rights", row_rights},
     {"audit, every slot", row_slots}, {"audit, tables", row_tables},
     {"audit, each page of a table", row_table_pages}, {"audit, the path", row_path},
     {"walls, between siblings", row_siblings}, {"walls, what a parent keeps", row_parents_own},
     {"walls, who keeps what", row_kept_by_whom}, {"walls, of other nodes", row_other_levels});
