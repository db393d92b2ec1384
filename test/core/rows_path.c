/* rows_path.c - nodes come on the path and leave it; what is known of how many. */
#include "rows.h"
#include "spy.h"

/* Each allocation of a new machine fails in turn: nothing is left of it. */
static bool row_init(void) {
    static uint8_t arena[PAGES * PAGE];
    struct core c;
    struct world w;

    MUST(world_plain(&w)); /* for its isa */
    uint64_t held = alloc_held;
    for (unsigned n = 0; n < 2; n++) {
        alloc_left = n;
        MUST(!core_init(&c, &w.isa, arena, PAGES));
        alloc_left = UINT64_MAX;
        core_done(&c);
        MUST(alloc_held == held);
    }
    memset(&c, 0xff, sizeof c);
    MUST(core_init(&c, &w.isa, arena, PAGES));
    MUST(c.empty && c.top == 0 && c.now == 0 && !c.stale && c.contexts == 0 && c.ram == arena);
    MUST(!core_audit(&c));
    MUST(c.cached_max >= PAGES && c.cached_max <= 8 * PAGES + (1 << 22)); /* some memory */
    core_done(&c);
    MUST(alloc_held == held);
    world_free(&w);
    return true;
}

/* A push that finds no memory changes nothing; tried again, it goes on. */
static bool row_push_no_memory(void) {
    unsigned refused = 0;

    for (unsigned n = 0; n < 6; n++) {
        struct world w;
        struct frond_desc d[9];
        MUST(world_plain(&w));
        for (unsigned l = 1; l <= 8; l++)
            d[l] = (struct frond_desc){.label = l};
        for (unsigned l = 1; l < 8; l++) /* all the room that there is without more */
            MUST(core_push(&w.core, l, &d[l]));
        alloc_left = n;
        bool ok = core_push(&w.core, 8, &d[8]);
        alloc_left = UINT64_MAX;
        refused += !ok;
        MUST(w.core.top == 7u + ok && !w.core.empty);
        MUST(core_on_path(&w.core, 8) == ok);
        MUST(ok || core_push(&w.core, 8, &d[8]));
        MUST(w.core.top == 8);
        for (unsigned l = 1; l <= 8; l++)
            MUST(w.core.labels[l] == l && w.core.path[l].ctx->desc_page == l);
        world_free(&w);
    }
    MUST(refused == 4);
    return true;
}

/* What a level of the path and its context hold of the descriptor and of when it came. */
static bool row_level(void) {
    struct frond_desc d = {.label = 11, .uid = 12, .clock = 5, .budget = 7};
    struct world w;

    MUST(world_plain(&w));
    MUST(w.core.path[0].due == 0 && w.core.path[0].d == &w.desc0);
    w.core.now = 1000;
    w.core.path[0].due = 77;
    MUST(core_push(&w.core, 9, &d));
    const struct core_level *l = &w.core.path[1];
    MUST(l->d == &d && l->since == 1000 && l->clock0 == 5 && l->budget0 == 7 && l->due == 77);
    MUST(l->traps0 == 0 && l->timer == 0);
    MUST(l->ctx->label == 11 && w.core.labels[1] == 11 && l->ctx->uid == 12 &&
         l->ctx->desc_page == 9 && l->ctx->on_path);
    MUST(l->ctx->parent == w.core.path[0].ctx && w.core.path[0].ctx->desc_page == CORE_NO_PAGE);
    MUST(w.core.page[9].watch == CORE_W_OWNED && core_on_path(&w.core, 9));
    MUST(!core_on_path(&w.core, 8) && w.core.top == 1);
    const struct core_ctx *ctx = l->ctx;
    w.core.page[9].watch |= CORE_W_HOST;
    core_pop(&w.core);
    MUST(w.core.top == 0 && !w.core.empty && !ctx->on_path && w.core.path[0].ctx->on_path);
    MUST(w.core.page[9].watch == CORE_W_HOST);
    core_pop(&w.core);
    MUST(w.core.top == 0 && w.core.empty && !w.core.path[0].ctx->on_path && !core_audit(&w.core));
    MUST(world_push(&w, 0) && w.core.top == 0 && !w.core.empty && w.core.path[0].due == 0);
    world_free(&w);
    return true;
}

/* One context for each parent and descriptor page, found again. */
static bool row_contexts(void) {
    struct core_ctx *seen[2][21];
    struct frond_desc d = {.label = 1};
    struct world w;
    uint64_t serials = 0;

    MUST(world_plain(&w));
    struct core_ctx *const root = w.core.path[0].ctx;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned n = 0; n <= 20; n++) { /* each below node 0, then below the first */
            MUST(core_push(&w.core, n == 0 ? 1 : n + 1, &d));
            struct core_ctx *ctx = w.core.path[w.core.top].ctx;
            MUST(ctx->parent == (n == 0 ? root : seen[round][0]));
            MUST(round == 0 || ctx == seen[0][n]);
            seen[round][n] = ctx;
            MUST(round == 1 || ctx->serial > serials);
            serials = round == 0 ? ctx->serial : serials;
            if (n > 0)
                core_pop(&w.core);
        }
        core_pop(&w.core);
        MUST(w.core.contexts == 22);
    }
    MUST(core_push(&w.core, 5, &d)); /* the same page, another parent */
    MUST(w.core.path[1].ctx != seen[0][4] && w.core.contexts == 23);
    world_free(&w);
    return true;
}

/* With a limit: so many nodes, node 0 counted, not one more; those that are known still enter. */
static bool row_limit(void) {
    struct frond_desc d = {.label = 1};
    struct world w;

    MUST(world_plain(&w));
    w.core.contexts_max = 4;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned n = 1; n <= 3; n++) {
            MUST(core_push(&w.core, n, &d) && !w.core.too_many);
            core_pop(&w.core);
        }
    }
    MUST(!core_push(&w.core, 4, &d) && w.core.too_many && w.core.contexts == 4);
    w.core.too_many = false;
    MUST(core_push(&w.core, 3, &d) && !w.core.too_many);
    world_free(&w);
    return true;
}

/* The ninth level needs a longer path: three allocations, any of which may fail alone. */
static bool row_longer(void) {
    struct frond_desc d = {.magic = FROND_MAGIC, .version = FROND_ABI_VERSION};
    struct world w;

    MUST(world_plain(&w));
    for (uint32_t n = 1; n < 8; n++)
        MUST(core_push(&w.core, n, &d));
    for (unsigned n = 1; n <= 3; n++) {
        uint64_t held = alloc_held;
        alloc_one = n;
        MUST(!core_push(&w.core, 8, &d) && alloc_one == 0 && alloc_held == held);
        MUST(w.core.top == 7 && w.core.path[7].ctx->desc_page == 7);
    }
    MUST(core_push(&w.core, 8, &d) && w.core.top == 8);
    world_free(&w);
    return true;
}

/* Without one: 65,536 contexts. Before one more, all that are not on the path are forgotten, and what
 * those on it had derived. */
static bool row_forget(void) {
    struct frond_desc d = {.magic = FROND_MAGIC, .version = FROND_ABI_VERSION};
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (uint32_t i = 0; i < 255; i++) {
        MUST(core_push(&w.core, i, &d));
        for (uint32_t j = 0; j < 256; j++) {
            if (j == i)
                continue;
            MUST(core_push(&w.core, j, &d));
            core_pop(&w.core);
        }
        core_pop(&w.core);
    }
    MUST(core_push(&w.core, 0, &d) && core_push(&w.core, 1, &d));
    for (uint32_t i = 2; i < 256; i++) {
        MUST(core_push(&w.core, i, &d));
        core_pop(&w.core);
    }
    core_pop(&w.core);
    core_pop(&w.core);
    MUST(core_push(&w.core, 255, &d) && w.core.contexts == 65536);
    core_pop(&w.core);
    spy_on(&w);
    core_drop_all(&w.core);
    MUST(spy.drop_alls == 65536 && w.core.contexts == 65536);
    MUST(core_push(&w.core, 0, &d) && core_push(&w.core, 2, &d) && w.core.contexts == 65536);
    struct core_ctx *const last = w.core.path[2].ctx;
    core_resolve(&w.core, 0, CORE_P, 50 * PAGE, FROND_W, &a);
    MUST(w.core.path[0].ctx->table[CORE_P].cache.used > 0);
    MUST(core_push(&w.core, 1, &d) && w.core.contexts == 4 && w.core.top == 3);
    MUST(w.core.path[2].ctx == last && last->on_path && last->parent == w.core.path[1].ctx);
    MUST(w.core.path[0].ctx->table[CORE_P].cache.used == 0);
    MUST(harts_held <= 4);
    core_pop(&w.core);
    core_pop(&w.core);
    MUST(core_push(&w.core, 2, &d) && w.core.path[2].ctx == last && w.core.contexts == 4);
    world_free(&w);
    return true;
}

ROWS(path_rows, {"path, a new machine finds no memory", row_init},
     {"path, a push finds no memory", row_push_no_memory}, {"path, what a level holds", row_level},
     {"path, a context for each parent and page", row_contexts},
     {"path, no memory for a longer one", row_longer}, {"path, a limit of nodes", row_limit},
     {"path, more nodes than are kept", row_forget});
