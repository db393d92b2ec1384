/*
 * resolve_walk.c - the walk of the schemes that keep no composed pages: pure, hv, display, rmr.
 *
 * One loop from the access's level to node 0, one search a level. An entry comes from the scheme's
 * registers, or its page is found by a walk of its own at the level below, on a stack: a frame stands where it
 * stopped until that is done. So the references are those that the scheme makes, none is made twice for
 * want of a place to keep it, and depth costs no C stack.
 *
 * Every page that an entry is read from is watched as in resolve_flat.c, and the answers are put where core_peek
 * looks: that is the look-aside of the harts above, not the scheme's.
 */
#include "resolve_priv.h"

enum stage { SEARCH_BEGIN, SEARCH, DOWN };

struct core_walk {
    struct core_frame f; /* what is asked */
    enum stage stage;
    unsigned level, mode; /* where the walk stands */
    uint64_t addr;        /* SEARCH: in the space of `level`; DOWN: of the issuer below */
    struct map_search s;
    uint8_t perm;
    unsigned np;   /* in the maps of levels below this one it was map_np */
    bool located;  /* the page of the entry that the search wants is `page` */
    uint32_t page; /* also: what the finished walk found */
};

enum { RETRIES = 64 }; /* things dropped during one resolution, past which `flat` does it */

void walk_read(const struct core *c, uint32_t page, unsigned off, struct frond_range *e) {
    memcpy(e, c->ram + (size_t)page * FROND_PAGE_SIZE + off, sizeof *e);
}

bool pointer_get(struct core *c, const struct core_place *p, uint32_t *page) {
    const struct core_entry *e =
        cache_get(&c->path[p->level].ctx->table[p->mode].pointer, p->piece);

    if (e)
        *page = e->page;
    return e != NULL;
}

bool pointer_put(struct core *c, const struct core_place *p, uint32_t page) {
    return cache_put(c, &c->path[p->level].ctx->table[p->mode].pointer, p->piece, page, FROND_R);
}

void registers_empty(struct core *c, struct core_table *t) {
    c->cost.emptied += t->pointer.used != 0 || t->copy != NULL;
    cache_clear(&t->pointer);
    copies_free(c, t);
}

/* The page of the entry at `va` of the issuer below: known by an earlier frame, or that is needed. */
static enum walk locate(struct core *c, struct core_walk *k, uint64_t va, struct core_frame *need,
                        struct core_answer *out) {
    struct core_issued is;

    if (k->located)
        return WALK_FOUND;
    enum walk w = walk_issued(c, k->level - 1, va, FROND_R, &is, need, out);
    if (w != WALK_FOUND)
        return w;
    if (c->isa->private_window(is.pa))
        return walk_trap(out, k->level - 1, 5, va);
    *need = (struct core_frame){.level = k->level - 1,
                                .mode = is.mode,
                                .need = FROND_R,
                                .kind = FROND_FAULT_MAP,
                                .addr = is.pa,
                                .tval = va};
    return WALK_NEED;
}

/* The entry that the search looks at next. */
static enum walk entry(struct core *c, struct core_walk *k, uint64_t index, struct frond_range *e,
                       struct core_frame *need, struct core_answer *out) {
    uint64_t base = c->path[k->level].ctx->table[k->mode].at.addr;
    uint64_t va = base + index * sizeof *e;
    struct core_place p = {.level = k->level,
                           .mode = k->mode,
                           .piece = va / FROND_PAGE_SIZE - base / FROND_PAGE_SIZE,
                           .off = (unsigned)(va % FROND_PAGE_SIZE)};

    if (!k->located && c->scheme->held && c->scheme->held(c, &p, e))
        return WALK_FOUND;
    enum walk w = locate(c, k, va, need, out);
    if (w != WALK_FOUND)
        return w;
    k->located = false;
    w = walk_table_read(c, k->level, k->mode, p.piece, k->page, out);
    if (w == WALK_FOUND && !c->scheme->found(c, &p, k->page, e))
        return walk_other(out, CORE_NOMEM, k->level);
    return w;
}

/* f[0] lies in the machine itself. */
static enum walk search_root(struct core *c, const struct core_walk *k, struct frond_range *e,
                             struct core_answer *out) {
    uint64_t index;

    if (map_find(c->root, c->root_count, k->addr, &index) != MAP_FOUND)
        return walk_gap(c, out, 0, k->mode);
    *e = c->root[index];
    return WALK_FOUND;
}

static enum walk search(struct core *c, struct core_walk *k, struct frond_range *e,
                        struct core_frame *need, struct core_answer *out) {
    if (k->level == 0)
        return search_root(c, k, e, out);
    while (k->s.step == MAP_MORE) {
        uint64_t index = map_search_index(k->s);
        enum walk w = entry(c, k, index, e, need, out);
        if (w != WALK_FOUND)
            return w;
        k->s = map_search_look(k->s, e);
        if (k->s.step == MAP_BAD) {
            out->mode = (uint8_t)k->mode;
            out->index = index;
            return walk_other(out, CORE_BAD, k->level);
        }
    }
    return k->s.step == MAP_FOUND ? WALK_FOUND : walk_gap(c, out, k->level, k->mode);
}

/* What the range found says: the rights, and where it leads. */
static enum walk take_range(struct core *c, struct core_walk *k, const struct frond_range *e,
                            struct core_answer *out) {
    if (k->level == k->f.level)
        k->perm |= (uint8_t)(e->flags & FROND_SHARED);
    k->perm &= (uint8_t)e->flags | FROND_SHARED;
    if ((k->perm & 7) == 0 || (k->perm & k->f.need) != k->f.need)
        return walk_gap(c, out, k->level, k->mode);
    k->addr = range_target(e, k->addr);
    k->stage = DOWN;
    return WALK_FOUND;
}

static enum walk one_level(struct core *c, struct core_walk *k, struct core_frame *need,
                           struct core_answer *out) {
    struct frond_range e;
    enum walk w;

    if (k->stage == SEARCH_BEGIN) {
        c->chain[k->level] = k->addr;
        k->s = map_search_begin(c->path[k->level].ctx->table[k->mode].at.count, k->addr);
        k->stage = SEARCH;
    }
    if (k->stage == SEARCH) {
        w = search(c, k, &e, need, out);
        if (w == WALK_FOUND)
            w = take_range(c, k, &e, out);
        if (w != WALK_FOUND || k->level == 0)
            return w;
    }
    w = walk_step_down(c, k->level, k->f.need, &k->addr, &k->mode, &k->perm, need, out);
    if (w != WALK_FOUND)
        return w;
    if (k->mode == CORE_NP && k->np < k->level)
        k->np = k->level;
    k->level--;
    k->stage = SEARCH_BEGIN;
    return WALK_FOUND;
}

static enum walk finish(struct core *c, struct core_walk *k, struct core_answer *out) {
    struct core_cache *cache = &c->path[k->f.level].ctx->table[k->f.mode].cache;
    uint64_t number = (k->addr & ~CORE_ROOT_WINDOW) / FROND_PAGE_SIZE;

    k->page = (uint32_t)number | ((k->addr & CORE_ROOT_WINDOW) ? CORE_WINDOW : 0);
    if (walk_owned(c, k->page))
        return walk_descriptor(c, &k->f, k->np, k->page, out);
    if (!cache_put(c, cache, k->f.addr / FROND_PAGE_SIZE, k->page, k->perm))
        return walk_other(out, CORE_NOMEM, k->f.level);
    return walk_answer(&k->f, k->perm, k->page, out);
}

/* On from where it stands, to node 0 or to what it needs. */
static enum walk go_on(struct core *c, struct core_walk *k, struct core_frame *need,
                       struct core_answer *out) {
    while (k->level > 0 || k->stage != DOWN) {
        enum walk w = one_level(c, k, need, out);
        if (w != WALK_FOUND)
            return w;
    }
    return finish(c, k, out);
}

static bool push(struct core *c, unsigned depth, const struct core_frame *f) {
    if (depth == c->walks_room) {
        unsigned room = c->walks_room * 2 + 16;
        struct core_walk *bigger = memory_alloc(&c->isa->memory, room * sizeof *bigger);
        if (!bigger)
            return false;
        if (c->walks)
            memcpy(bigger, c->walks, depth * sizeof *bigger);
        walks_free(c);
        c->walks = bigger;
        c->walks_room = room;
    }
    c->walks[depth] = (struct core_walk){.f = *f,
                                         .level = f->level,
                                         .mode = f->mode,
                                         .addr = f->addr,
                                         .perm = FROND_R | FROND_W | FROND_X,
                                         .np = f->mode == CORE_NP ? f->level + 1 : 0};
    return true;
}

void walks_free(struct core *c) {
    memory_free(&c->isa->memory, c->walks, c->walks_room * sizeof *c->walks);
    c->walks = NULL;
    c->walks_room = 0;
}

/* A frame is done: the one that needed it has its page, if it was an entry's. */
static void hand_down(struct core *c, unsigned depth) {
    const struct core_walk *done = &c->walks[depth];

    if (depth == 0 || done->f.kind != FROND_FAULT_MAP)
        return;
    c->walks[depth - 1].page = done->page;
    c->walks[depth - 1].located = true;
}

/* Does what is on the stack. False: too much was dropped meanwhile. */
static bool run(struct core *c, uint64_t drops, struct core_answer *out) {
    unsigned depth = 1;

    while (depth > 0) {
        struct core_frame next;
        struct core_walk *k = &c->walks[depth - 1];
        switch (go_on(c, k, &next, out)) {
        case WALK_FOUND: hand_down(c, --depth); break;
        case WALK_NEED:
            if (!push(c, depth++, &next)) {
                out->what = CORE_NOMEM;
                return true;
            }
            break;
        case WALK_OTHER: walk_ended(&k->f, depth == 1, out); return true;
        }
        if (c->drops - drops > RETRIES)
            return false;
    }
    return true;
}

bool walk_by_scheme(struct core *c, const struct core_frame *f, struct core_answer *out) {
    uint64_t first = c->drops, drops;

    do { /* a new use of a page may drop what was read before: then it would be kept unwatched */
        drops = c->drops;
        memset(out, 0, sizeof *out);
        if (c->scheme->begin)
            c->scheme->begin(c, f->level);
        if (!push(c, 0, f)) {
            out->what = CORE_NOMEM;
            return true;
        }
        if (!run(c, first, out)) {
            memset(out, 0, sizeof *out);
            return false;
        }
    } while ((out->what == CORE_RAM || out->what == CORE_DEVICE) && c->drops != drops);
    return true;
}
