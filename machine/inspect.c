/*
 * inspect.c - nodes by name: registers, memory, hashes, statistics.
 *
 * Between two enters the path is empty. To look into a node, its path is put together again from the
 * contexts that are known, without running anything, and taken apart afterwards.
 */
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- Names -------------------------------------------------------------------------------------------- */

struct frond_name path_name(const struct frond *m, unsigned level) {
    return (struct frond_name){.label = m->r.core.labels + 1, .depth = level};
}

static struct core_ctx *child_named(const struct core *c, const struct core_ctx *parent,
                                    uint64_t label) {
    struct core_ctx *found = NULL;

    for (uint32_t i = 0; i < c->hash_size; i++)
        for (struct core_ctx *x = c->hash[i]; x; x = x->hash_next)
            if (x->parent == parent && x->desc_page != CORE_NO_PAGE && x->label == label) {
                const struct frond_desc *d =
                    (const struct frond_desc *)(const void *)(c->ram + (size_t)x->desc_page *
                                                                           FROND_PAGE_SIZE);
                if (d->magic == FROND_MAGIC && d->label == label && d->uid == x->uid)
                    found = x;
            }
    return found;
}

static struct frond_desc *desc_of(struct frond *m, const struct core_ctx *x) {
    if (x->desc_page == CORE_NO_PAGE)
        return m->desc;
    return (struct frond_desc *)(void *)(m->ram + (size_t)x->desc_page * FROND_PAGE_SIZE);
}

/* What was read of tables of these nodes, and not told, is to be read again. */
static void forget_untold(struct frond *m) {
    struct core *c = &m->r.core;
    bool stale = c->stale; /* of a path that runs, which this one does not */

    if (!m->untold)
        return;
    for (struct core_ctx *x = c->path[c->top].ctx; x; x = x->parent) {
        core_drop_table(c, x, CORE_P);
        core_drop_table(c, x, CORE_NP);
    }
    m->untold = false;
    c->stale = stale;
}

/* Ends what began with stand_on, and has come to s so far. */
static enum frond_status leave_path(struct frond *m, enum frond_status s) {
    forget_untold(m);
    while (!m->r.core.empty)
        core_pop(&m->r.core);
    m->looking = false;
    if (!m->r.starved)
        return s;
    riscv_give_up_memory(&m->r);
    return no_memory(m);
}

/* Whether the named node is on the active path (in a call-back, during a run). */
static bool on_active_path(const struct frond *m, struct frond_name n) {
    const struct core *c = &m->r.core;

    if (c->empty || n.depth > c->top)
        return false;
    for (unsigned i = 0; i < n.depth; i++)
        if (c->path[i + 1].ctx->label != n.label[i])
            return false;
    return true;
}

/* Puts the named node on top of an otherwise empty path. */
static enum frond_status stand_on(struct frond *m, struct frond_name n) {
    struct core *c = &m->r.core;

    if (!c->empty)
        return fail(m, FROND_E_NODE, "during a run only nodes of the active path can be asked for");
    m->looking = true;
    bool ok = core_push(c, CORE_NO_PAGE, m->desc);

    for (unsigned i = 0; ok && i < n.depth; i++) {
        struct core_ctx *x = child_named(c, c->path[c->top].ctx, n.label[i]);
        if (!x || core_on_path(c, x->desc_page) || desc_check(desc_of(m, x)) >= 0)
            return leave_path(m, fail(m, FROND_E_NODE, "no node with label %llu at depth %u",
                                      (unsigned long long)n.label[i], i + 1));
        ok = core_push(c, x->desc_page, desc_of(m, x));
    }
    return ok ? FROND_OK : leave_path(m, no_memory(m));
}

/* ---- Descriptors and memory ---------------------------------------------------------------------------- */

enum frond_status frond_get_desc(struct frond *m, struct frond_name n, struct frond_desc *out) {
    enum frond_status s = stand_on(m, n);

    if (s != FROND_OK)
        return s;
    *out = *m->r.core.path[m->r.core.top].d;
    return leave_path(m, FROND_OK);
}

enum frond_status frond_set_desc(struct frond *m, struct frond_name n, const struct frond_desc *d) {
    enum frond_status s = stand_on(m, n);

    if (s != FROND_OK)
        return s;
    struct frond_desc *to = m->r.core.path[m->r.core.top].d;
    uint32_t page = m->r.core.path[m->r.core.top].ctx->desc_page;
    trace_write(m, m->r.core.path[m->r.core.top].ctx, 0, 0);
    s = leave_path(m, FROND_OK);
    if (s == FROND_OK && page == CORE_NO_PAGE)
        *to = *d;
    else if (s == FROND_OK)
        core_store(&m->r.core, page, 0, d, sizeof *d);
    return s;
}

static enum frond_status copy(struct frond *m, struct frond_name n, uint64_t addr, uint8_t *bytes,
                              size_t size, bool write) {
    enum frond_status s = stand_on(m, n);

    if (s != FROND_OK)
        return s;
    if (write)
        trace_write(m, m->r.core.path[m->r.core.top].ctx, addr, size);
    while (size > 0) {
        size_t piece = FROND_PAGE_SIZE - addr % FROND_PAGE_SIZE;
        struct core_answer a;
        piece = piece < size ? piece : size;
        core_resolve(&m->r.core, m->r.core.top, CORE_P, addr, write ? FROND_W : FROND_R, &a);
        if (a.what != CORE_RAM) {
            s = fail(m, FROND_E_UNREALIZED, "nothing to %s at 0x%llx", write ? "write" : "read",
                     (unsigned long long)addr);
            break;
        }
        unsigned off = addr % FROND_PAGE_SIZE;
        if (write) {
            forget_untold(m);
            core_store(&m->r.core, a.page, off, bytes, (unsigned)piece);
        } else {
            memcpy(bytes, m->ram + (size_t)a.page * FROND_PAGE_SIZE + off, piece);
        }
        addr += piece;
        bytes += piece;
        size -= piece;
    }
    return leave_path(m, s);
}

enum frond_status frond_read(struct frond *m, struct frond_name n, uint64_t addr, void *to,
                             size_t size) {
    return copy(m, n, addr, to, size, false);
}

enum frond_status frond_write(struct frond *m, struct frond_name n, uint64_t addr, const void *from,
                              size_t size) {
    union {
        const void *in;
        void *out;
    } bytes = {.in = from}; /* `write` makes copy() only read it */

    return copy(m, n, addr, bytes.out, size, true);
}

/* ---- Hashes ---------------------------------------------------------------------------------------------- */

static bool page_is_zero(const uint8_t *page) {
    static const uint8_t zero[FROND_PAGE_SIZE];

    return memcmp(page, zero, sizeof zero) == 0;
}

/* A guest chooses how much its maps name: a hash under way ends, worthless, when a stop is asked for. */
static bool stop_asked(struct frond *m) {
    return atomic_load_explicit(&m->r.stop, memory_order_relaxed);
}

/* Pages of one range of a node's map: their hashes' sum; a zero page counts 0. */
static uint64_t hash_range(struct frond *m, unsigned level, unsigned mode,
                           const struct frond_range *r, uint64_t *holes) {
    uint64_t sum = 0;

    for (uint64_t off = 0; off < r->size && !stop_asked(m); off += FROND_PAGE_SIZE) {
        uint64_t addr = r->base + off;
        struct core_answer a;
        core_resolve(&m->r.core, level, mode, addr, 0, &a);
        if (a.what == CORE_DEVICE)
            continue;
        if (a.what != CORE_RAM) {
            ++*holes;
            continue;
        }
        const uint8_t *bytes = m->ram + (size_t)a.page * FROND_PAGE_SIZE;
        if (!page_is_zero(bytes))
            sum += XXH3_64bits_withSeed(bytes, FROND_PAGE_SIZE, addr);
    }
    return sum;
}

/* What of a descriptor is the node's own state, not its parent's orders or the exit record. */
static uint64_t hash_hart(const struct frond_desc *d) {
    uint8_t bytes[sizeof *d];
    size_t n = 0;
    const struct {
        const void *at;
        size_t size;
    } part[] = {{&d->clock, sizeof d->clock},   {&d->epoch, sizeof d->epoch},
                {&d->active, sizeof d->active}, {&d->status, sizeof d->status + sizeof d->news},
                {&d->plic, sizeof d->plic},     {&d->clint, sizeof d->clint},
                {&d->rtc, sizeof d->rtc},       {&d->pc, sizeof *d - FROND_D_HART}};

    for (unsigned i = 0; i < sizeof part / sizeof part[0]; i++) {
        memcpy(bytes + n, part[i].at, part[i].size);
        n += part[i].size;
    }
    return XXH3_64bits(bytes, n);
}

static uint64_t hash_map(struct frond *m, unsigned level, unsigned mode, uint64_t *holes) {
    const struct frond_map *at = &m->r.core.path[level].ctx->table[mode].at;
    uint64_t sum = 0;

    if (level == 0) {
        for (unsigned i = 0; i < m->regions; i++)
            sum += hash_range(m, 0, mode, &m->region[i], holes);
        return sum;
    }
    for (uint64_t i = 0; i < at->count && !stop_asked(m); i++) {
        struct frond_range r;
        if (!core_table_entry(&m->r.core, level, mode, i, &r) || !range_ok(&r)) {
            ++*holes;
            continue;
        }
        sum += hash_range(m, level, mode, &r, holes);
    }
    return sum;
}

uint64_t hash_level(struct frond *m, unsigned level, uint64_t *holes) {
    const struct core_level *l = &m->r.core.path[level];
    const struct core_ctx *x = l->ctx;
    uint64_t h = hash_hart(l->d);

    *holes = 0;
    h += hash_map(m, level, CORE_P, holes);
    if (level != 0 && memcmp(&x->table[CORE_P].at, &x->table[CORE_NP].at, sizeof x->table[0].at))
        h += hash_map(m, level, CORE_NP, holes) * 3;
    return h;
}

enum frond_status frond_hash(struct frond *m, struct frond_name n, uint64_t *hash,
                             uint64_t *holes) {
    if (on_active_path(m, n)) {
        bool starved = m->r.starved; /* already: the call-back may ask again */
        m->r.starved = false;
        *hash = hash_level(m, n.depth, holes);
        enum frond_status s = m->r.starved ? no_memory(m) : FROND_OK;
        m->r.starved |= starved;
        return s;
    }
    enum frond_status s = stand_on(m, n);

    if (s != FROND_OK)
        return s;
    *hash = hash_level(m, m->r.core.top, holes);
    return leave_path(m, FROND_OK);
}

/* ---- Statistics ------------------------------------------------------------------------------------------ */

/* A context and what it is called. A node whose descriptor was moved has several contexts. */
struct known {
    const struct core_ctx *ctx;
    uint64_t *label;
    unsigned depth;
};

static int compare_known(const void *a, const void *b) {
    const struct known *x = a, *y = b;

    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    for (unsigned i = 0; i < x->depth; i++)
        if (x->label[i] != y->label[i])
            return x->label[i] < y->label[i] ? -1 : 1;
    return 0;
}

/* One of a node's contexts; its descriptor, if it still lies there, tells the clock. */
static void add_stats(struct frond *m, const struct core_ctx *x, struct frond_stats *s) {
    const struct frond_desc *d = desc_of(m, x);

    if (x->desc_page == CORE_NO_PAGE ||
        (d->magic == FROND_MAGIC && d->label == x->label && d->uid == x->uid))
        s->clock = d->clock;
    s->enters += x->stat[STAT_ENTERS];
    s->steps += x->stat[STAT_STEPS];
    s->retired += x->stat[STAT_RETIRED];
    s->pages += (uint64_t)x->table[0].cache.used + x->table[1].cache.used;
    for (unsigned i = 0; i < 8; i++)
        s->exits[i] += x->stat[STAT_EXIT + i];
    for (unsigned i = 0; i < 10; i++)
        s->faults[i] += x->stat[STAT_FAULT + i];
    for (unsigned i = 0; i < 3; i++)
        s->answers[i] += x->stat[STAT_ANSWER + i];
}

static unsigned depth_of(const struct core_ctx *x) {
    unsigned depth = 0;

    for (; x->parent; x = x->parent)
        depth++;
    return depth;
}

/* All contexts by name, and the words of their names: each of as many as there are. */
struct known_all {
    struct known *known;
    uint64_t *labels;
    size_t count, words;
};

static void count_known(const struct core *c, struct known_all *all) {
    for (uint32_t i = 0; i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next) {
            all->count++;
            all->words += depth_of(x);
        }
}

/* Sorted: parents first. */
static void name_known(const struct core *c, struct known_all *all) {
    struct known *k = all->known;
    uint64_t *label = all->labels;

    for (uint32_t i = 0; i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next, k++) {
            *k = (struct known){.ctx = x, .label = label, .depth = depth_of(x)};
            label += k->depth;
            for (const struct core_ctx *y = x; y->parent; y = y->parent)
                *--label = y->label;
            label += k->depth;
        }
    qsort(all->known, all->count, sizeof *all->known, compare_known);
}

enum frond_status frond_each_node(struct frond *m,
                                  void (*each)(void *opaque, struct frond_name n,
                                               const struct frond_stats *s),
                                  void *opaque) {
    struct known_all all = {0};

    count_known(&m->r.core, &all);
    all.words++; /* never none */
    all.known = memory_alloc(&m->memory, all.count * sizeof *all.known);
    all.labels = memory_alloc(&m->memory, all.words * sizeof *all.labels);
    enum frond_status status = all.known && all.labels ? FROND_OK : no_memory(m);
    if (status == FROND_OK)
        name_known(&m->r.core, &all);
    for (size_t i = 0; status == FROND_OK && i < all.count;) {
        struct frond_stats s = {0};
        const struct known *first = &all.known[i];
        for (; i < all.count && compare_known(first, &all.known[i]) == 0; i++)
            add_stats(m, all.known[i].ctx, &s);
        each(opaque, (struct frond_name){first->label, first->depth}, &s);
    }
    memory_free(&m->memory, all.known, all.count * sizeof *all.known);
    memory_free(&m->memory, all.labels, all.words * sizeof *all.labels);
    return status;
}

/* ---- Watching ---------------------------------------------------------------------------------------------- */

static void marked(void *opaque, unsigned level, uint64_t at) {
    struct frond *m = opaque;

    m->hit(m->hit_opaque, m, path_name(m, level), at);
}

void frond_on_step(struct frond *m, const uint64_t *at, unsigned count,
                   void (*hit)(void *opaque, struct frond *m, struct frond_name n, uint64_t at),
                   void *opaque) {
    m->r.mark_at = at;
    m->r.marks = count;
    m->r.mark = marked;
    m->hit = hit;
    m->hit_opaque = opaque;
}
