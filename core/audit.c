/*
 * audit.c - the invariants of what is kept, walked.
 *
 * Two kinds. What the engine owes (core_audit): every composed page of the path equals the walk made
 * anew, lies in the arena and is derived from watched pages; descriptors and path agree. The host's
 * safety rests on these, whatever guests do. And what VMMs owe (core_audit_walls): siblings'
 * pages are disjoint but where both say SHARED, and no child reaches a descriptor or a table of its
 * parent. A VMM that breaks the latter harms itself and what is below it; they are counted, not
 * failed.
 */
#include "core_priv.h"

static const char *audit_entry(struct core *c, unsigned level, unsigned mode,
                               const struct core_entry *e) {
    uint64_t addr = (e->key - 1) * FROND_PAGE_SIZE;
    struct core_entry now;

    if ((e->page & CORE_WINDOW) == 0 && e->page >= c->pages)
        return "a composed page lies outside the arena";
    if (!core_compose(c, level, mode, addr, e->perm & 7, &now))
        return "a composed page is kept, but the walk finds none";
    if (now.page != e->page || (e->perm & ~now.perm) != 0)
        return "a composed page differs from the walk";
    return NULL;
}

static const char *audit_table(struct core *c, unsigned level, unsigned mode) {
    const struct core_table *t = &c->path[level].ctx->table[mode];

    for (uint32_t i = 0; i < t->cache.slots; i++) { /* a walk may make it grow */
        struct core_entry e = t->cache.slot[i];
        const char *wrong = e.perm ? audit_entry(c, level, mode, &e) : NULL;
        if (wrong)
            return wrong;
    }
    for (uint32_t i = 0; i < t->where.slots; i++) {
        const struct core_entry *e = &t->where.slot[i];
        if (e->perm && (c->page[e->page].watch & CORE_W_MAP) == 0)
            return "a page of a range table is not watched";
    }
    return NULL;
}

static const char *audit_level(const struct core *c, unsigned level) {
    const struct core_level *l = &c->path[level];
    const struct core_ctx *x = l->ctx;

    if (!x->on_path || (level > 0 && x->parent != c->path[level - 1].ctx))
        return "the path and its contexts disagree";
    if (memcmp(&x->table[CORE_P].at, &l->d->map_p, sizeof l->d->map_p) != 0 ||
        memcmp(&x->table[CORE_NP].at, &l->d->map_np, sizeof l->d->map_np) != 0)
        return "a descriptor on the path changed its maps";
    if (level == 0)
        return NULL;
    if ((c->page[x->desc_page].watch & CORE_W_OWNED) == 0)
        return "a descriptor of the path is not owned";
    if (c->path[level - 1].d->active == 0)
        return "a node on the path has a child but no active";
    for (unsigned j = 1; j < level; j++)
        if (c->path[j].ctx->desc_page == x->desc_page)
            return "a descriptor page is on the path twice";
    return NULL;
}

const char *core_audit(struct core *c) {
    uint32_t owned = 0;

    if (c->empty)
        return NULL;
    for (unsigned l = 0; l <= c->top; l++) {
        const char *wrong = audit_level(c, l);
        for (unsigned mode = 0; mode < 2 && !wrong; mode++)
            wrong = audit_table(c, l, mode);
        if (wrong)
            return wrong;
    }
    for (uint32_t p = 0; p < c->pages; p++)
        owned += (c->page[p].watch & CORE_W_OWNED) != 0;
    return owned == c->top ? NULL : "a page is owned that is no descriptor of the path";
}

/* What is known of a page of the arena while walls are counted. */
struct told {
    const struct core_ctx *who; /* a child that reaches it */
    bool shared;                /* that child's range says SHARED */
    bool kept;                  /* it is a descriptor or table page of the parent's */
};

static void mark_kept(const struct core *c, const struct core_ctx *parent, struct told *told) {
    for (uint32_t p = 0; p < c->pages; p++)
        for (const struct core_use *u = c->page[p].uses; u; u = u->next)
            told[p].kept |= u->what != USE_PT && u->ctx->parent == parent;
    for (uint32_t i = 0; i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next)
            if (x->parent == parent)
                told[x->desc_page].kept = true;
}

static uint64_t walls_of(const struct core_ctx *x, struct told *told) {
    uint64_t broken = 0;

    for (unsigned mode = 0; mode < 2; mode++) {
        const struct core_cache *k = &x->table[mode].cache;
        for (uint32_t i = 0; i < k->slots; i++) {
            const struct core_entry *e = &k->slot[i];
            if (!e->perm || (e->page & CORE_WINDOW) != 0)
                continue;
            struct told *t = &told[e->page];
            bool says = (e->perm & FROND_SHARED) != 0;
            if (t->who && t->who != x && !(says && t->shared))
                broken++;
            if (!says && t->kept)
                broken++;
            t->who = x;
            t->shared = says;
        }
    }
    return broken;
}

uint64_t core_audit_walls(struct core *c, const struct core_ctx *parent) {
    struct told *told = memory_alloc(&c->isa->memory, c->pages * sizeof *told);
    uint64_t broken = 0;

    if (!told)
        return 0;
    mark_kept(c, parent, told);
    for (uint32_t i = 0; i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next)
            if (x->parent == parent)
                broken += walls_of(x, told);
    memory_free(&c->isa->memory, told, c->pages * sizeof *told);
    return broken;
}
