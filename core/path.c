/* path.c - contexts and the active path. */
#include "core_priv.h"

enum { HASH_SIZE = 1 << 14, CONTEXTS_MAX = 1 << 16 };

static uint32_t hash_of(const struct core *c, const struct core_ctx *parent, uint32_t page) {
    uint64_t h = (parent ? parent->serial : 0) * 0x9e3779b97f4a7c15u;

    h = (h ^ page) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 40) & (c->hash_size - 1);
}

void ctx_drop(struct core *c, struct core_ctx *ctx) {
    for (unsigned m = 0; m < 2; m++) {
        cache_clear(&ctx->table[m].cache);
        cache_clear(&ctx->table[m].where);
        registers_empty(c, &ctx->table[m]);
    }
    c->isa->drop_all(c->isa->opaque, ctx);
    ctx->gen++;
}

static void ctx_free(struct core *c, struct core_ctx *ctx) {
    for (unsigned m = 0; m < 2; m++) {
        cache_free(c, &ctx->table[m].cache);
        cache_free(c, &ctx->table[m].where);
        cache_free(c, &ctx->table[m].pointer);
        copies_free(c, &ctx->table[m]);
    }
    c->isa->free_isa(c->isa->opaque, ctx);
    memory_free(&c->isa->memory, ctx, sizeof *ctx);
}

/* Forgets every context that is not on the path (or, with `all`, each one). */
static void forget(struct core *c, bool all) {
    uses_free_all(c);
    for (uint32_t i = 0; i < c->hash_size; i++) {
        struct core_ctx **link = &c->hash[i];
        while (*link) {
            struct core_ctx *ctx = *link;
            if (ctx->on_path && !all) {
                ctx_drop(c, ctx);
                link = &ctx->hash_next;
            } else {
                *link = ctx->hash_next;
                ctx_free(c, ctx);
                c->contexts--;
            }
        }
    }
}

void core_drop_all(struct core *c) {
    uses_free_all(c);
    for (uint32_t i = 0; i < c->hash_size; i++) {
        for (struct core_ctx *ctx = c->hash[i]; ctx; ctx = ctx->hash_next) {
            ctx_drop(c, ctx);
            for (unsigned m = 0; m < 2; m++) {
                cache_free(c, &ctx->table[m].cache);
                cache_free(c, &ctx->table[m].where);
                cache_free(c, &ctx->table[m].pointer);
            }
        }
    }
}

bool core_init(struct core *c, const struct core_isa *isa, uint8_t *ram, uint32_t pages) {
    memset(c, 0, sizeof *c);
    c->isa = isa;
    c->ram = ram;
    c->pages = pages;
    c->cached_max = 4 * (uint64_t)pages + (1u << 20);
    c->empty = true;
    c->scheme = &core_flat;
    c->hash_size = HASH_SIZE;
    c->hash = memory_alloc(&isa->memory, HASH_SIZE * sizeof *c->hash);
    c->page = memory_alloc(&isa->memory, (size_t)pages * sizeof *c->page);
    return c->hash && c->page;
}

static void free_path(struct core *c) {
    memory_free(&c->isa->memory, c->path, c->room * sizeof *c->path);
    memory_free(&c->isa->memory, c->chain, c->room * sizeof *c->chain);
    memory_free(&c->isa->memory, c->labels, c->room * sizeof *c->labels);
}

void core_done(struct core *c) {
    if (c->hash && c->page)
        forget(c, true);
    memory_free(&c->isa->memory, c->hash, HASH_SIZE * sizeof *c->hash);
    memory_free(&c->isa->memory, c->page, c->pages * sizeof *c->page);
    free_path(c);
    memory_free(&c->isa->memory, c->stack, c->stack_room * sizeof *c->stack);
    walks_free(c);
}

static struct core_ctx *ctx_get(struct core *c, struct core_ctx *parent, uint32_t page) {
    uint32_t h = hash_of(c, parent, page);

    for (struct core_ctx *ctx = c->hash[h]; ctx; ctx = ctx->hash_next)
        if (ctx->parent == parent && ctx->desc_page == page)
            return ctx;
    if (c->contexts_max != 0 && c->contexts >= c->contexts_max) {
        c->too_many = true;
        return NULL;
    }
    if (c->contexts_max == 0 && c->contexts >= CONTEXTS_MAX)
        forget(c, false);
    struct core_ctx *ctx = memory_alloc(&c->isa->memory, sizeof *ctx);
    if (!ctx)
        return NULL;
    ctx->parent = parent;
    ctx->desc_page = page;
    ctx->serial = ++c->serials;
    ctx->hash_next = c->hash[h];
    c->hash[h] = ctx;
    c->contexts++;
    return ctx;
}

static bool more_room(struct core *c) {
    unsigned room = c->room * 2 + 8;
    struct core_level *path = memory_alloc(&c->isa->memory, room * sizeof *path);
    uint64_t *chain = memory_alloc(&c->isa->memory, room * sizeof *chain);
    uint64_t *labels = memory_alloc(&c->isa->memory, room * sizeof *labels);

    if (!path || !chain || !labels) {
        memory_free(&c->isa->memory, path, room * sizeof *path);
        memory_free(&c->isa->memory, chain, room * sizeof *chain);
        memory_free(&c->isa->memory, labels, room * sizeof *labels);
        return false;
    }
    if (c->path) {
        memcpy(path, c->path, c->room * sizeof *path);
        memcpy(labels, c->labels, c->room * sizeof *labels);
    }
    free_path(c);
    c->path = path;
    c->chain = chain;
    c->labels = labels;
    c->room = room;
    return true;
}

static void set_table(struct core *c, struct core_ctx *ctx, unsigned mode,
                      const struct frond_map *at) {
    struct core_table *t = &ctx->table[mode];

    if (t->at.addr == at->addr && t->at.count == at->count)
        return;
    core_drop_table(c, ctx, mode);
    t->at = *at;
}

/* Drops what the node at `level` (>= 1) keeps if a node below it, or its issuer, has changed. */
static void check_below(struct core *c, unsigned level) {
    struct core_ctx *ctx = c->path[level].ctx;
    const struct core_ctx *below = c->path[level - 1].ctx;
    uint64_t sum = below->sum + below->gen;
    uint64_t issuer[4];

    c->isa->issuer_state(c->isa->opaque, level - 1, issuer);
    if (ctx->sum == sum && memcmp(ctx->issuer, issuer, sizeof issuer) == 0)
        return;
    ctx_drop(c, ctx);
    ctx->sum = sum;
    memcpy(ctx->issuer, issuer, sizeof issuer);
}

/* The page is a descriptor of the path from now on: no table, page table or code. If a node of the
 * path had derived something from it, that is dropped all the way up, here: re-entering the path
 * (stale) would find the page readable again, derive the same, and come here for ever. */
static void own_page(struct core *c, uint32_t page) {
    bool stale = c->stale;

    core_drop_page(c, page);
    c->page[page].watch |= CORE_W_OWNED;
    if (stale || !c->stale)
        return;
    for (unsigned l = 1; l <= c->top; l++)
        check_below(c, l);
    c->stale = false;
}

bool core_push(struct core *c, uint32_t page, struct frond_desc *d) {
    unsigned level = c->empty ? 0 : c->top + 1;

    if (level >= c->room && !more_room(c))
        return false;
    struct core_ctx *ctx = ctx_get(c, level ? c->path[level - 1].ctx : NULL, page);
    if (!ctx)
        return false;
    if (page != CORE_NO_PAGE)
        own_page(c, page);
    ctx->on_path = true;
    ctx->label = c->labels[level] = d->label;
    ctx->uid = d->uid;
    c->path[level] = (struct core_level){
        .ctx = ctx,
        .d = d,
        .since = c->now,
        .clock0 = d->clock,
        .budget0 = d->budget,
        .due = level ? c->path[level - 1].due : 0}; /* those below need not be looked at sooner */
    c->top = level;
    c->cost.enters++;
    c->empty = false;
    set_table(c, ctx, CORE_P, &d->map_p);
    set_table(c, ctx, CORE_NP, &d->map_np);
    core_activate(c);
    return true;
}

void core_pop(struct core *c) {
    struct core_ctx *ctx = c->path[c->top].ctx;

    ctx->on_path = false;
    if (ctx->desc_page != CORE_NO_PAGE)
        c->page[ctx->desc_page].watch &= ~(uint32_t)CORE_W_OWNED;
    c->empty = c->top == 0;
    c->top -= !c->empty;
}

void core_activate(struct core *c) {
    struct core_ctx *ctx = c->path[c->top].ctx;

    if (c->top > 0)
        check_below(c, c->top);
    if (ctx->watch_seq != c->watch_seq) {
        c->isa->protect(c->isa->opaque, ctx, CORE_NO_PAGE);
        ctx->watch_seq = c->watch_seq;
    }
}

bool core_on_path(const struct core *c, uint32_t page) {
    return (c->page[page].watch & CORE_W_OWNED) != 0;
}
