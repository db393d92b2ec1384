/*
 * resolve_flat.c - where an address leads: the walk down the path, and what is kept of it.
 *
 * A walk is one loop from the access's level to node 0, one search a level. A search reads a table,
 * which lies in the memory of the level below, as that node's issuer sees it: such a read is a
 * resolution of its own. It is put on a stack, done first, and the walk begun anew: everything it
 * found stands in a cache by then. So a walk needs no recursion, and depth costs no C stack.
 */
#include "resolve_priv.h"

enum walk walk_other(struct core_answer *out, enum core_what what, unsigned level) {
    out->what = what;
    out->level = level;
    return WALK_OTHER;
}

enum walk walk_trap(struct core_answer *out, unsigned level, uint32_t cause, uint64_t tval) {
    out->cause = cause;
    out->tval = tval;
    return walk_other(out, CORE_ISSUER, level);
}

bool core_peek(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
               uint32_t *page) {
    const struct core_table *t = &c->path[level].ctx->table[mode];
    const struct core_entry *e = cache_get(&t->cache, addr / FROND_PAGE_SIZE);

    if (!e || (e->perm & need) != need || (e->page & CORE_WINDOW) != 0 ||
        (c->page[e->page].watch & CORE_W_OWNED) != 0)
        return false;
    *page = e->page;
    return true;
}

/* What the issuer at `level` makes of its address `va`. */
enum walk walk_issued(struct core *c, unsigned level, uint64_t va, unsigned access,
                      struct core_issued *is, struct core_frame *need, struct core_answer *out) {
    switch (c->isa->issue(c->isa->opaque, level, va, access, is)) {
    case CORE_ISSUE_TRAP: return walk_trap(out, level, is->cause, va);
    case CORE_ISSUE_NEED:
        *need = (struct core_frame){.level = level,
                                    .mode = CORE_P,
                                    .need = is->need,
                                    .kind = FROND_FAULT_WALK,
                                    .addr = is->pa,
                                    .tval = va};
        return WALK_NEED;
    case CORE_ISSUE_OK: break;
    }
    return WALK_FOUND;
}

enum walk walk_table_read(struct core *c, unsigned level, unsigned mode, uint64_t i, uint32_t page,
                          struct core_answer *out) {
    struct core_ctx *ctx = c->path[level].ctx;
    struct core_table *t = &ctx->table[mode];

    if (cache_get(&t->where, i)) /* and if it lay elsewhere now, that would have been dropped */
        return WALK_FOUND;
    if (!cache_put(c, &t->where, i, page, FROND_R) || !use_add(c, page, ctx, mode, i))
        return walk_other(out, CORE_NOMEM, level);
    core_watch(c, page, CORE_W_MAP);
    if (c->isa->range_read)
        c->isa->range_read(c->isa->opaque, ctx, mode, i, page);
    return WALK_FOUND;
}

/* The arena page of 4 KiB number `i` of a table of the node at `level` (>= 1). */
static enum walk table_page(struct core *c, unsigned level, unsigned mode, uint64_t i, uint64_t va,
                            uint32_t *page, struct core_frame *need, struct core_answer *out) {
    struct core_ctx *ctx = c->path[level].ctx;
    struct core_table *t = &ctx->table[mode];
    const struct core_entry *e = cache_get(&t->where, i);
    struct core_issued is;

    if (e) {
        *page = e->page;
        return WALK_FOUND;
    }
    enum walk w = walk_issued(c, level - 1, va, FROND_R, &is, need, out);
    if (w != WALK_FOUND)
        return w;
    if (c->isa->private_window(is.pa))
        return walk_trap(out, level - 1, 5, va);
    if (!core_peek(c, level - 1, is.mode, is.pa, FROND_R, page)) {
        *need = (struct core_frame){.level = level - 1,
                                    .mode = is.mode,
                                    .need = FROND_R,
                                    .kind = FROND_FAULT_MAP,
                                    .addr = is.pa,
                                    .tval = va};
        return WALK_NEED;
    }
    return walk_table_read(c, level, mode, i, *page, out);
}

/* One entry of a table, as it stands now. */
static enum walk table_entry(struct core *c, unsigned level, unsigned mode, uint64_t index,
                             struct frond_range *e, struct core_frame *need,
                             struct core_answer *out) {
    uint64_t base = c->path[level].ctx->table[mode].at.addr;
    uint64_t va = base + index * sizeof *e;
    uint64_t i = va / FROND_PAGE_SIZE - base / FROND_PAGE_SIZE;
    uint32_t page;
    enum walk w = table_page(c, level, mode, i, va, &page, need, out);

    if (w != WALK_FOUND)
        return w;
    c->cost.refs++;
    walk_read(c, page, (unsigned)(va % FROND_PAGE_SIZE), e);
    return WALK_FOUND;
}

enum walk walk_gap(const struct core *c, struct core_answer *out, unsigned level, unsigned mode) {
    out->mode = (uint8_t)mode;
    out->addr = c->chain[level];
    return walk_other(out, CORE_GAP, level);
}

/* The range of f[level] that holds chain[level]. */
static enum walk search(struct core *c, unsigned level, unsigned mode, struct frond_range *e,
                        struct core_frame *need, struct core_answer *out) {
    struct map_search s;
    uint64_t index;

    if (level == 0) {
        if (map_find(c->root, c->root_count, c->chain[0], &index) != MAP_FOUND)
            return walk_gap(c, out, 0, mode);
        *e = c->root[index];
        return WALK_FOUND;
    }
    s = map_search_begin(c->path[level].ctx->table[mode].at.count, c->chain[level]);
    while (s.step == MAP_MORE) {
        index = map_search_index(s);
        enum walk w = table_entry(c, level, mode, index, e, need, out);
        if (w != WALK_FOUND)
            return w;
        s = map_search_look(s, e);
    }
    if (s.step == MAP_BAD) {
        out->mode = (uint8_t)mode;
        out->index = index;
        return walk_other(out, CORE_BAD, level);
    }
    return s.step == MAP_FOUND ? WALK_FOUND : walk_gap(c, out, level, mode);
}

bool walk_owned(const struct core *c, uint32_t page) {
    return (page & CORE_WINDOW) == 0 && (c->page[page].watch & CORE_W_OWNED) != 0;
}

/* A page that holds a descriptor of the path: a gap in its node's map, if that lies on the way. */
enum walk walk_descriptor(const struct core *c, const struct core_frame *f, unsigned np,
                          uint32_t page, struct core_answer *out) {
    for (unsigned j = 1; j <= f->level; j++) {
        if (c->path[j].ctx->desc_page == page) {
            out->kind = FROND_FAULT_DESC;
            return walk_gap(c, out, j, j < np ? CORE_NP : CORE_P);
        }
    }
    return walk_other(out, CORE_REFUSED, f->level);
}

/* From a range of f[level] (>= 1), down to the space of the level below: its issuer's translation,
 * then the windows that hide memory there. */
enum walk walk_step_down(struct core *c, unsigned level, unsigned need_perm, uint64_t *addr,
                         unsigned *mode, uint8_t *perm, struct core_frame *need,
                         struct core_answer *out) {
    struct core_issued is;
    unsigned access = need_perm & FROND_W ? FROND_W : FROND_R;
    enum walk w = walk_issued(c, level - 1, *addr, access, &is, need, out);

    if (w != WALK_FOUND)
        return w;
    if (c->isa->private_window(is.pa))
        return walk_gap(c, out, level, *mode);
    *perm &=
        (uint8_t)((is.perm & FROND_R ? FROND_R | FROND_X : 0) | (is.perm & FROND_W) | FROND_SHARED);
    if (is.mode == CORE_NP)
        *mode = CORE_NP; /* what a U-mode issuer has, and no more */
    *addr = is.pa;
    return WALK_FOUND;
}

/* What was found, walking down. */
struct found {
    uint8_t perm;
    unsigned np; /* in the maps of levels below this one it was map_np */
    uint32_t page;
    uint64_t behind; /* so many bytes behind it are found by the same steps */
};

/* Down from f->level; `shortcut`: what lower levels keep may end the walk. */
static enum walk walk_down(struct core *c, const struct core_frame *f, bool shortcut,
                           struct found *res, struct core_frame *need, struct core_answer *out) {
    uint64_t addr = f->addr;

    res->perm = FROND_R | FROND_W | FROND_X;
    res->np = f->mode == CORE_NP ? f->level + 1 : 0;
    res->behind = UINT64_MAX;
    for (unsigned l = f->level, mode = f->mode;; l--) {
        struct frond_range e;
        const struct core_entry *k = NULL;

        c->chain[l] = addr;
        if (shortcut && l != f->level)
            k = cache_get(&c->path[l].ctx->table[mode].cache, addr / FROND_PAGE_SIZE);
        uint8_t both = k ? k->perm & res->perm & 7 : 0;
        if (both != 0 && (both & f->need) == f->need && !walk_owned(c, k->page)) {
            res->perm &= k->perm | FROND_SHARED;
            res->page = k->page;
            res->behind = 0;
            return WALK_FOUND;
        }
        enum walk w = search(c, l, mode, &e, need, out);
        if (w != WALK_FOUND)
            return w;
        if (l == f->level)
            res->perm |= (uint8_t)(e.flags & FROND_SHARED);
        res->perm &= (uint8_t)e.flags | FROND_SHARED;
        if ((res->perm & 7) == 0 || (res->perm & f->need) != f->need)
            return walk_gap(c, out, l, mode);
        if (range_last(&e) - addr < res->behind)
            res->behind = range_last(&e) - addr;
        addr = range_target(&e, addr);
        if (l == 0)
            break;
        if (addr < c->isa->plain_from(c->isa->opaque, l - 1))
            res->behind = 0;
        w = walk_step_down(c, l, f->need, &addr, &mode, &res->perm, need, out);
        if (w != WALK_FOUND)
            return w;
        if (mode == CORE_NP && res->np < l)
            res->np = l;
    }
    uint64_t number = (addr & ~CORE_ROOT_WINDOW) / FROND_PAGE_SIZE;
    res->page = (uint32_t)number | ((addr & CORE_ROOT_WINDOW) ? CORE_WINDOW : 0);
    return WALK_FOUND;
}

enum walk walk_answer(const struct core_frame *f, uint8_t perm, uint32_t page,
                      struct core_answer *out) {
    out->what = page & CORE_WINDOW ? CORE_DEVICE : CORE_RAM;
    out->perm = perm & 7;
    out->page = page & ~CORE_WINDOW;
    if (f->kind != 0 && out->what == CORE_DEVICE)
        return walk_trap(out, f->level, f->need & FROND_W ? 7 : 5, f->tval);
    return WALK_FOUND;
}

/* A page that is touched first costs a walk down all levels: the next ones, if the same steps lead there, are kept with it. */
static void keep_behind(struct core *c, const struct core_frame *f, const struct found *res) {
    enum { MOST = 15 };
    uint64_t number = f->addr / FROND_PAGE_SIZE, last = (f->addr + res->behind) / FROND_PAGE_SIZE;

    for (uint32_t n = 1; n <= MOST && n <= last - number; n++)
        if (walk_owned(c, res->page + n) ||
            !cache_put(c, &c->path[f->level].ctx->table[f->mode].cache, number + n, res->page + n,
                       res->perm))
            return;
}

static enum walk walk(struct core *c, const struct core_frame *f, struct core_frame *need,
                      struct core_answer *out) {
    struct core_cache *cache = &c->path[f->level].ctx->table[f->mode].cache;
    struct found res;
    uint64_t drops;
    enum walk w;

    do { /* a new use of a page may drop what was read before: then it would be kept unwatched */
        drops = c->drops;
        w = walk_down(c, f, true, &res, need, out);
    } while (w == WALK_FOUND && c->drops != drops);
    if (w != WALK_FOUND)
        return w;
    if (walk_owned(c,
                   res.page)) /* no shortcut leads there: the whole chain of addresses is known */
        return walk_descriptor(c, f, res.np, res.page, out);
    keep_behind(c, f, &res);
    if (!cache_put(c, cache, f->addr / FROND_PAGE_SIZE, res.page, res.perm)) /* last: it stays */
        return walk_other(out, CORE_NOMEM, f->level);
    return walk_answer(f, res.perm, res.page, out);
}

static bool push_frame(struct core *c, unsigned depth, const struct core_frame *f) {
    if (depth == c->stack_room) {
        unsigned room = c->stack_room * 2 + 16;
        struct core_frame *bigger = memory_alloc(&c->isa->memory, room * sizeof *bigger);
        if (!bigger)
            return false;
        if (c->stack) {
            memcpy(bigger, c->stack, depth * sizeof *bigger);
            memory_free(&c->isa->memory, c->stack, c->stack_room * sizeof *c->stack);
        }
        c->stack = bigger;
        c->stack_room = room;
    }
    c->stack[depth] = *f;
    return true;
}

void walk_ended(const struct core_frame *f, bool direct, struct core_answer *out) {
    out->maker = f->level;
    out->direct = direct;
    if (out->what == CORE_GAP && out->kind == 0)
        out->kind = f->kind;
    if (out->what != CORE_ISSUER)
        out->tval = f->tval;
    if (out->what == CORE_REFUSED && f->kind != 0)
        walk_trap(out, f->level, f->need & FROND_W ? 7 : 5, f->tval);
}

/* What a gap hangs on, as it is now. */
static struct core_gap gap_now(const struct core *c, const struct core_frame *f) {
    return (struct core_gap){.key = f->addr / FROND_PAGE_SIZE + 1,
                             .edits = c->edits,
                             .gen = c->path[f->level].ctx->gen,
                             .need = f->need};
}

/* A device is a gap that is met again and again. Whether it is the one that was met last. */
static bool same_gap(struct core *c, const struct core_frame *f, struct core_answer *out) {
    const struct core_gap *k = &c->path[f->level].ctx->table[f->mode].gap;
    const struct core_gap now = gap_now(c, f);

    if (k->key != now.key || k->need != now.need || k->edits != now.edits || k->gen != now.gen)
        return false;
    c->chain[f->level] = f->addr;
    walk_gap(c, out, f->level, f->mode);
    walk_ended(f, true, out);
    return true;
}

static void keep_gap(struct core *c, const struct core_frame *f, const struct core_answer *out) {
    if (out->what == CORE_GAP && out->kind == 0 && out->level == f->level) /* of no table's walk */
        c->path[f->level].ctx->table[f->mode].gap = gap_now(c, f);
}

/* Does what is on the stack, last first, each of which what is before it needs. */
static void resolve_stack(struct core *c, struct core_answer *out) {
    unsigned depth = 1;

    while (depth > 0) {
        struct core_frame f = c->stack[depth - 1], next;
        switch (walk(c, &f, &next, out)) {
        case WALK_FOUND: depth--; break;
        case WALK_NEED:
            if (push_frame(c, depth, &next)) {
                depth++;
                break;
            }
            out->what = CORE_NOMEM;
            return;
        case WALK_OTHER: walk_ended(&f, depth == 1, out); return;
        }
    }
}

bool core_compose(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                  struct core_entry *out) {
    struct core_frame next,
        f = {.level = level, .mode = (uint8_t)mode, .need = (uint8_t)need, .addr = addr};
    struct core_answer a = {0};
    struct found res;
    enum walk w;

    while ((w = walk_down(c, &f, false, &res, &next, &a)) == WALK_NEED) {
        if (!push_frame(c, 0, &next))
            return false;
        resolve_stack(c, &a);
        if (a.what != CORE_RAM)
            return false;
    }
    *out = (struct core_entry){.page = res.page, .perm = res.perm};
    return w == WALK_FOUND;
}

bool core_table_entry(struct core *c, unsigned level, unsigned mode, uint64_t index,
                      struct frond_range *out) {
    struct core_frame need;
    struct core_answer a = {0};
    enum walk w;

    while ((w = table_entry(c, level, mode, index, out, &need, &a)) == WALK_NEED) {
        if (!push_frame(c, 0, &need))
            return false;
        resolve_stack(c, &a);
        if (a.what != CORE_RAM)
            return false;
    }
    return w == WALK_FOUND;
}

/* Whether a descriptor of the path, up to `level`, lies in pages [first, last] of the arena. */
static bool has_descriptor(const struct core *c, unsigned level, uint64_t first, uint64_t last) {
    for (unsigned l = 1; l <= level; l++)
        if (c->path[l].ctx->desc_page >= first && c->path[l].ctx->desc_page <= last)
            return true;
    return false;
}

/* Narrows [*first, *last] to pages around `page` that nobody watches. False: it is watched itself. */
static bool quiet_around(const struct core *c, uint64_t page, uint64_t *first, uint64_t *last) {
    enum { MOST = 8192 }; /* to each side */
    uint64_t low = page, high = page;

    if (c->page[page].watch != 0)
        return false;
    while (low > *first && page - low < MOST && c->page[low - 1].watch == 0)
        low--;
    while (high < *last && high - page < MOST && c->page[high + 1].watch == 0)
        high++;
    *first = low;
    *last = high;
    return true;
}

bool core_stretch(struct core *c, unsigned level, uint64_t addr, unsigned need,
                  struct core_stretch *out) {
    uint64_t below = UINT64_MAX, above = UINT64_MAX, at = addr, drops = c->drops, first, last;

    for (unsigned l = level;; l--) {
        uint64_t from = c->isa->plain_from(c->isa->opaque, l);
        struct core_frame below_it;
        struct core_answer a;
        struct frond_range e;

        if (at < from)
            return false;
        below = at - from < below ? at - from : below;
        c->chain[l] = at;
        if (search(c, l, CORE_P, &e, &below_it, &a) != WALK_FOUND || (e.flags & need) == 0)
            return false;
        below = at - e.base < below ? at - e.base : below;
        above = range_last(&e) - at < above ? range_last(&e) - at : above;
        at = range_target(&e, at);
        if (l == 0)
            break;
    }
    first = (at - below) / FROND_PAGE_SIZE;
    last = (at + above) / FROND_PAGE_SIZE;
    if (need == FROND_W && !quiet_around(c, at / FROND_PAGE_SIZE, &first, &last))
        return false;
    if (c->drops != drops || has_descriptor(c, level, first, last))
        return false;
    out->offset = first * FROND_PAGE_SIZE;
    out->first = addr - (at - out->offset);
    out->last = out->first + (last - first + 1) * FROND_PAGE_SIZE - 1;
    return true;
}

void core_resolve(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                  struct core_answer *out) {
    struct core_frame f = {
        .level = level, .mode = (uint8_t)mode, .need = (uint8_t)need, .addr = addr};
    const struct core_entry *e =
        cache_get(&c->path[level].ctx->table[mode].cache, addr / FROND_PAGE_SIZE);

    memset(out, 0, sizeof *out);
    c->cost.asks++;
    c->cost.regs += c->scheme->associative;
    if (c->scheme->associative && e && (e->perm & need) == need && !walk_owned(c, e->page))
        walk_answer(&f, e->perm, e->page, out);
    else if (!c->scheme->flat && walk_by_scheme(c, &f, out))
        return;
    else if (c->scheme->flat && same_gap(c, &f, out))
        return;
    else if (push_frame(c, 0, &f)) {
        resolve_stack(c, out);
        keep_gap(c, &f, out);
    } else
        out->what = CORE_NOMEM;
}

const struct core_scheme core_flat = {.name = "flat", .flat = true, .associative = true};
