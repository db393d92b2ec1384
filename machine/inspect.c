/*
 * inspect.c - nodes by name: registers, memory, hashes, statistics.
 *
 * Between two enters the path is empty. To look into a node, its path is put together again from the
 * contexts that are known, without running anything, and taken apart afterwards.
 */
#include "../host/host.h"
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- Names -------------------------------------------------------------------------------------------- */

static bool labels_room(struct frond *m, unsigned n) {
    if (n <= m->labels_room)
        return true;
    uint64_t *bigger = host_alloc(2 * n * sizeof *bigger);
    if (!bigger)
        return false;
    host_free(m->labels);
    m->labels = bigger;
    m->labels_room = 2 * n;
    return true;
}

struct frond_name path_name(struct frond *m, unsigned level) {
    if (!labels_room(m, level))
        return (struct frond_name){0};
    for (unsigned l = 1; l <= level; l++)
        m->labels[l - 1] = m->r.core.path[l].ctx->label;
    return (struct frond_name){.label = m->labels, .depth = level};
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

static void leave_path(struct frond *m) {
    forget_untold(m);
    while (!m->r.core.empty)
        core_pop(&m->r.core);
    m->looking = false;
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
        if (!x || core_on_path(c, x->desc_page) || desc_check(desc_of(m, x)) >= 0) {
            leave_path(m);
            return fail(m, FROND_E_NODE, "no node with label %llu at depth %u",
                        (unsigned long long)n.label[i], i + 1);
        }
        ok = core_push(c, x->desc_page, desc_of(m, x));
    }
    if (!ok) {
        leave_path(m);
        return fail(m, FROND_E_MEMORY, "out of host memory");
    }
    return FROND_OK;
}

/* ---- Descriptors and memory ---------------------------------------------------------------------------- */

enum frond_status frond_get_desc(struct frond *m, struct frond_name n, struct frond_desc *out) {
    enum frond_status s = stand_on(m, n);

    if (s == FROND_OK) {
        *out = *m->r.core.path[m->r.core.top].d;
        leave_path(m);
    }
    return s;
}

enum frond_status frond_set_desc(struct frond *m, struct frond_name n, const struct frond_desc *d) {
    enum frond_status s = stand_on(m, n);

    if (s != FROND_OK)
        return s;
    struct frond_desc *to = m->r.core.path[m->r.core.top].d;
    uint32_t page = m->r.core.path[m->r.core.top].ctx->desc_page;
    trace_write(m, m->r.core.path[m->r.core.top].ctx, 0, 0);
    leave_path(m);
    if (page == CORE_NO_PAGE)
        *to = *d;
    else
        core_store(&m->r.core, page, 0, d, sizeof *d);
    return FROND_OK;
}

static enum frond_status copy(struct frond *m, struct frond_name n, uint64_t addr, uint8_t *bytes,
                              size_t size, bool write) {
    enum frond_status s = stand_on(m, n);

    if (s == FROND_OK && write)
        trace_write(m, m->r.core.path[m->r.core.top].ctx, addr, size);
    while (s == FROND_OK && size > 0) {
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
    leave_path(m);
    return s;
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
    XXH3_state_t *s = XXH3_createState();
    uint64_t h;

    if (!s)
        return 0;
    XXH3_64bits_reset(s);
    XXH3_64bits_update(s, &d->clock, sizeof d->clock);
    XXH3_64bits_update(s, &d->epoch, sizeof d->epoch);
    XXH3_64bits_update(s, &d->active, sizeof d->active);
    XXH3_64bits_update(s, &d->status, sizeof d->status + sizeof d->news);
    XXH3_64bits_update(s, &d->plic, sizeof d->plic);
    XXH3_64bits_update(s, &d->clint, sizeof d->clint);
    XXH3_64bits_update(s, &d->rtc, sizeof d->rtc);
    XXH3_64bits_update(s, &d->pc, sizeof *d - FROND_D_HART);
    h = XXH3_64bits_digest(s);
    XXH3_freeState(s);
    return h;
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
        *hash = hash_level(m, n.depth, holes);
        return FROND_OK;
    }
    enum frond_status s = stand_on(m, n);

    if (s == FROND_OK) {
        *hash = hash_level(m, m->r.core.top, holes);
        leave_path(m);
    }
    return s;
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

static bool name_of(const struct core_ctx *x, struct known *k) {
    *k = (struct known){.ctx = x};
    for (const struct core_ctx *y = x; y->parent; y = y->parent)
        k->depth++;
    k->label = host_alloc((k->depth + 1) * sizeof *k->label);
    unsigned n = k->depth;
    for (const struct core_ctx *y = x; k->label && y->parent; y = y->parent)
        k->label[--n] = y->label;
    return k->label != NULL;
}

/* All contexts by name, sorted: parents first. */
static struct known *all_known(const struct core *c, uint32_t *count) {
    struct known *k = host_alloc((c->contexts + 1) * sizeof *k);
    uint32_t n = 0;

    for (uint32_t i = 0; k && i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next)
            n += name_of(x, &k[n]);
    *count = n;
    if (k)
        qsort(k, n, sizeof *k, compare_known);
    return k;
}

void frond_each_node(struct frond *m,
                     void (*each)(void *opaque, struct frond_name n, const struct frond_stats *s),
                     void *opaque) {
    uint32_t count = 0;
    struct known *k = all_known(&m->r.core, &count);

    for (uint32_t i = 0; i < count;) {
        struct frond_stats s = {0};
        uint32_t first = i;
        for (; i < count && compare_known(&k[first], &k[i]) == 0; i++)
            add_stats(m, k[i].ctx, &s);
        each(opaque, (struct frond_name){k[first].label, k[first].depth}, &s);
    }
    for (uint32_t i = 0; i < count; i++)
        host_free(k[i].label);
    host_free(k);
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

static uint64_t node_bytes(const struct node *n) {
    uint64_t bytes = sizeof *n;

    for (unsigned i = 0; i < CLASSES; i++)
        bytes += n->tlb[i] ? sizeof *n->tlb[i] : 0;
    return bytes;
}

uint64_t frond_overhead(const struct frond *m) {
    const struct core *c = &m->r.core;
    uint64_t bytes = code_bytes(m->r.h.code) + core_bytes(c);

    for (uint32_t i = 0; i < c->hash_size; i++)
        for (const struct core_ctx *x = c->hash[i]; x; x = x->hash_next)
            bytes += x->isa ? node_bytes(x->isa) : 0;
    return bytes;
}
