/*
 * watch.c - pages that something was derived from, and what a store to one drops.
 *
 * The rule is "as if read at every access". A store that changes only target and flags of an entry
 * that stays in order drops the pages of that entry's range; any other change of an entry drops the
 * whole table's; a change of an entry that gave nothing drops nothing.
 */
#include "core_priv.h"

enum { USES_MAX = 64 }; /* of one page; past that its users lose what they derived */

/* The tag of a use that stands for all of its context's of that kind: a page table that leads to
 * itself, or a table whose pages are one, would need one for each of its names. */
#define ALL_TAGS UINT64_MAX

void core_watch(struct core *c, uint32_t page, uint32_t why) {
    struct core_ctx *top = c->path[c->top].ctx;

    if ((c->page[page].watch & why) == why)
        return;
    bool was_current = top->watch_seq == c->watch_seq;
    c->page[page].watch |= why;
    c->watch_seq++;
    c->isa->protect(c->isa->opaque, top, page);
    if (was_current)
        top->watch_seq = c->watch_seq;
}

static bool use_valid(const struct core_use *u, uint32_t page) {
    if (u->what == USE_PT)
        return u->seq == u->ctx->pt_seq;
    if (u->tag == ALL_TAGS)
        return u->ctx->table[u->what].where.used != 0;
    const struct core_entry *e = cache_get(&u->ctx->table[u->what].where, u->tag);
    return e && e->page == page;
}

static void unlink_void(struct core *c, uint32_t page) {
    struct core_use **link = &c->page[page].uses;
    uint32_t watch = c->page[page].watch & ~(uint32_t)(CORE_W_PT | CORE_W_MAP);

    while (*link) {
        struct core_use *u = *link;
        if (use_valid(u, page)) {
            watch |= u->what == USE_PT ? CORE_W_PT : CORE_W_MAP;
            link = &u->next;
        } else {
            *link = u->next;
            memory_free(&c->isa->memory, u, sizeof *u);
        }
    }
    c->page[page].watch = watch;
}

static void use_drop(struct core *c, struct core_use *u) {
    if (u->what == USE_PT) {
        c->isa->pt_changed(c->isa->opaque, u->ctx, UINT64_MAX, 1, 0);
        core_void_pt(c, u->ctx);
    } else {
        core_drop_table(c, u->ctx, u->what);
    }
}

static bool same_user(const struct core_use *u, const struct core_ctx *ctx, unsigned what) {
    return u->ctx == ctx && u->what == what;
}

static unsigned count_uses(const struct core *c, uint32_t page) {
    unsigned n = 0;

    for (const struct core_use *u = c->page[page].uses; u; u = u->next)
        n++;
    return n;
}

/* Makes room in a page's list. True: ctx has so many uses that one has to stand for all. */
static bool make_room(struct core *c, uint32_t page, struct core_ctx *ctx, unsigned what) {
    struct core_use **link = &c->page[page].uses;
    unsigned own = 0;

    unlink_void(c, page);
    if (count_uses(c, page) < USES_MAX)
        return false;
    for (struct core_use *u = *link; u; u = u->next) {
        if (same_user(u, ctx, what))
            own++;
        else
            use_drop(c, u);
    }
    if (own < USES_MAX / 2)
        return false;
    while (*link) {
        struct core_use *u = *link;
        if (same_user(u, ctx, what)) {
            *link = u->next;
            memory_free(&c->isa->memory, u, sizeof *u);
        } else {
            link = &u->next;
        }
    }
    return true;
}

bool use_add(struct core *c, uint32_t page, struct core_ctx *ctx, unsigned what, uint64_t tag) {
    unsigned n = 0;

    for (struct core_use *u = c->page[page].uses; u; u = u->next, n++) {
        if (same_user(u, ctx, what) && (u->tag == tag || u->tag == ALL_TAGS)) {
            u->seq = ctx->pt_seq;
            return true;
        }
    }
    if (n >= USES_MAX && make_room(c, page, ctx, what))
        tag = ALL_TAGS;
    struct core_use *u = memory_alloc(&c->isa->memory, sizeof *u);
    if (!u)
        return false;
    *u = (struct core_use){
        .next = c->page[page].uses, .ctx = ctx, .tag = tag, .seq = ctx->pt_seq, .what = what};
    c->page[page].uses = u;
    return true;
}

void uses_free_all(struct core *c) {
    for (uint32_t p = 0; p < c->pages; p++) {
        while (c->page[p].uses) {
            struct core_use *u = c->page[p].uses;
            c->page[p].uses = u->next;
            memory_free(&c->isa->memory, u, sizeof *u);
        }
        c->page[p].watch &= ~(uint32_t)(CORE_W_PT | CORE_W_MAP);
    }
}

void core_use_pt(struct core *c, uint32_t page, struct core_ctx *ctx, uint64_t tag) {
    const struct core_use *u = c->page[page].uses;

    if (u && same_user(u, ctx, USE_PT) && (u->tag == tag || u->tag == ALL_TAGS) &&
        u->seq == ctx->pt_seq && (c->page[page].watch & CORE_W_PT) != 0)
        return;
    use_add(c, page, ctx, USE_PT, tag);
    core_watch(c, page, CORE_W_PT);
}

void core_void_pt(struct core *c, struct core_ctx *ctx) {
    (void)c;
    ctx->pt_seq++;
}

/* Nodes below ctx hold what was derived through it. */
static void tell_below(struct core *c, struct core_ctx *ctx) {
    ctx->gen++;
    c->drops++;
    if (ctx->on_path && c->path[c->top].ctx != ctx)
        c->stale = true;
}

void core_drop_table(struct core *c, struct core_ctx *ctx, unsigned mode) {
    cache_clear(&ctx->table[mode].cache);
    cache_clear(&ctx->table[mode].where);
    registers_empty(c, &ctx->table[mode]);
    c->isa->drop_all(c->isa->opaque, ctx);
    tell_below(c, ctx);
}

static void entry_changed(struct core *c, struct core_ctx *ctx, unsigned mode,
                          const struct frond_range *old, const struct frond_range *new) {
    if (old->base != new->base || old->size != new->size || !range_ok(old) || !range_ok(new)) {
        core_drop_table(c, ctx, mode);
    } else if ((old->flags & (FROND_R | FROND_W | FROND_X)) != 0) {
        cache_drop(&ctx->table[mode].cache, old->base / FROND_PAGE_SIZE,
                   range_last(old) / FROND_PAGE_SIZE);
        c->isa->drop(c->isa->opaque, ctx, old->base, range_last(old));
        tell_below(c, ctx);
    }
}

/* The bytes of 4 KiB number `tag` of a table were old[] and are new[], in [off, off + len). */
static void table_changed(struct core *c, const struct core_use *u, const uint8_t *old,
                          const uint8_t *new, unsigned off, unsigned len) {
    const struct core_table *t = &u->ctx->table[u->what];
    uint64_t start = t->at.addr % FROND_PAGE_SIZE; /* entries begin here in 4 KiB number 0 */

    if (u->tag == ALL_TAGS) {
        if (memcmp(old + off, new + off, len) != 0)
            core_drop_table(c, u->ctx, u->what);
        return;
    }

    for (unsigned o = off & ~31u; o < off + len; o += sizeof(struct frond_range)) {
        struct frond_range was, is;
        uint64_t at = u->tag * FROND_PAGE_SIZE + o;

        if (at < start || (at - start) / sizeof was >= t->at.count)
            continue;
        memcpy(&was, old + o, sizeof was);
        memcpy(&is, new + o, sizeof is);
        if (memcmp(&was, &is, sizeof is) == 0)
            continue;
        if (c->isa->range_changed)
            c->isa->range_changed(c->isa->opaque, u->ctx, u->what, (at - start) / sizeof is, &was,
                                  &is);
        c->cost.changes++;
        c->edits++;
        copies_free(c, &u->ctx->table[u->what]);
        entry_changed(c, u->ctx, u->what, &was, &is);
    }
}

static void page_table_changed(struct core *c, const struct core_use *u, const uint8_t *old,
                               const uint8_t *new, unsigned off, unsigned len) {
    for (unsigned o = off & ~7u; o < off + len; o += 8) {
        uint64_t was, is;

        memcpy(&was, old + o, sizeof was);
        memcpy(&is, new + o, sizeof is);
        if (was != is)
            c->isa->pt_changed(c->isa->opaque, u->ctx, u->tag | o / 8, was, is);
    }
}

void core_store(struct core *c, uint32_t page, unsigned off, const void *from, unsigned len) {
    struct core_page *p = &c->page[page];
    uint8_t *to = c->ram + (size_t)page * FROND_PAGE_SIZE;
    uint8_t old[FROND_PAGE_SIZE];

    if ((p->watch & (CORE_W_PT | CORE_W_MAP)) == 0) {
        memcpy(to + off, from, len);
    } else {
        unsigned first = off & ~31u;
        unsigned end = (off + len + 31) & ~31u;
        memcpy(old + first, to + first, end - first);
        memcpy(to + off, from, len);
        for (struct core_use *u = p->uses; u; u = u->next) {
            if (!use_valid(u, page))
                continue;
            if (u->what == USE_PT)
                page_table_changed(c, u, old, to, off, len);
            else
                table_changed(c, u, old, to, off, len);
        }
        unlink_void(c, page);
    }
    if ((p->watch & CORE_W_CODE) != 0 && c->isa->code_changed(c->isa->opaque, page, off, len))
        p->watch &= ~(uint32_t)CORE_W_CODE;
    if (p->watch & CORE_W_HOST)
        c->host_store = true;
}

void core_drop_page(struct core *c, uint32_t page) {
    struct core_page *p = &c->page[page];

    for (struct core_use *u = p->uses; u; u = u->next)
        if (use_valid(u, page))
            use_drop(c, u);
    unlink_void(c, page);
    if ((p->watch & CORE_W_CODE) != 0 &&
        c->isa->code_changed(c->isa->opaque, page, 0, FROND_PAGE_SIZE))
        p->watch &= ~(uint32_t)CORE_W_CODE;
}
