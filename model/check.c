/* check.c - see check.h. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NONE UINT32_MAX        /* as a parent: of the first state */
#define HOLE (UINT32_MAX - 1u) /* a number that was never used */
enum { CHUNK = 64, BATCH = 1 << 16, THREADS = 16, SLACK = CHUNK * VM_ACTS };

struct explorer {
    const struct vm_scope *sc;
    const struct check_options *o;
    unsigned stride, threads;
    uint8_t *state;
    uint32_t *parent;
    _Atomic uint64_t *slot; /* high half of the hash, number + 1 */
    uint64_t slots, room, full; /* full: no chunk may be begun with more states */
    _Atomic uint32_t count, next; /* next: of the batch */
    uint32_t done, limit, level_end, holes;
    unsigned depth;
    _Atomic bool found;
};

struct worker {
    struct explorer *e;
    uint32_t spare; /* a number taken and not used yet */
    struct check_counts n;
    struct vm_act acts[VM_ACTS];
    uint32_t bad_from;
    struct vm_act bad_step;
    enum vm_bad bad;
    unsigned node, cell;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

uint64_t check_hash(const uint8_t *state, unsigned size)
{
    uint64_t h = 0x9e3779b97f4a7c15, w;

    for (unsigned i = 0; i < size; i += 8) {
        memcpy(&w, state + i, 8);
        h = (h ^ w) * 0xd6e8feb86659fd93;
        h ^= h >> 32;
    }
    h *= 0xd6e8feb86659fd93;
    return h ^ h >> 29;
}

/* ---- The set of states ---------------------------------------------------------------------------- */

static bool insert(struct worker *w, const uint8_t *state, uint32_t parent)
{
    struct explorer *e = w->e;
    uint64_t hash = check_hash(state, e->stride), mask = e->slots - 1;
    uint64_t tag = hash >> 32 << 32, seen;

    for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
        seen = atomic_load_explicit(&e->slot[i], memory_order_acquire);
        if (seen == 0) {
            if (w->spare == NONE)
                w->spare = atomic_fetch_add_explicit(&e->count, 1, memory_order_relaxed);
            memcpy(e->state + (size_t)w->spare * e->stride, state, e->stride);
            e->parent[w->spare] = parent;
            if (atomic_compare_exchange_strong_explicit(&e->slot[i], &seen, tag | (w->spare + 1),
                                                        memory_order_acq_rel,
                                                        memory_order_acquire)) {
                w->spare = NONE;
                return true;
            }
        }
        if ((seen & ~0xffffffffull) == tag &&
            memcmp(e->state + ((seen & 0xffffffff) - 1) * e->stride, state, e->stride) == 0)
            return false;
    }
}

static void rehash(struct explorer *e)
{
    for (uint32_t n = 0; n < e->count; n++) {
        uint64_t hash = check_hash(e->state + (size_t)n * e->stride, e->stride);
        uint64_t i = hash & (e->slots - 1);

        if (e->parent[n] == HOLE)
            continue;
        while (e->slot[i] != 0)
            i = (i + 1) & (e->slots - 1);
        e->slot[i] = hash >> 32 << 32 | (n + 1);
    }
}

static uint64_t cost(const struct explorer *e, uint64_t room, uint64_t slots)
{
    return room * (e->stride + sizeof *e->parent) + slots * sizeof *e->slot;
}

static bool grow_states(struct explorer *e, uint64_t room)
{
    void *p;

    if ((p = realloc(e->state, room * e->stride)) == NULL)
        return false;
    e->state = p;
    if ((p = realloc(e->parent, room * sizeof *e->parent)) == NULL)
        return false;
    e->parent = p;
    e->room = room;
    return true;
}

/* Room for `more` states at least. False: the limit, or the host's. */
static bool grow(struct explorer *e, uint64_t more)
{
    uint64_t need = e->count + more, room = e->room, slots = e->slots ? e->slots : 1 << 14;

    if (need >= HOLE)
        return false;
    if (need > room)
        room = need + need / 2;
    while (need > slots / 4 * 3)
        slots *= 2;
    if (cost(e, room, slots) > e->o->max_memory)
        room = need > e->room ? need : e->room;
    if (cost(e, room, slots) > e->o->max_memory || (room > e->room && !grow_states(e, room)))
        return false;
    if (slots != e->slots) {
        free((void *)e->slot);
        e->slot = calloc(slots, sizeof *e->slot);
        e->slots = e->slot ? slots : 0;
        if (e->slot == NULL)
            return false;
        rehash(e);
    }
    e->full = e->room < e->slots / 8 * 7 ? e->room : e->slots / 8 * 7;
    return true;
}

/* ---- One state ------------------------------------------------------------------------------------ */

/* Steps of programs on their own machines that must be possible at once there. A write asks for all
 * that a read does, and the datum is all one. A device's window is left out: a device is not
 * preemptible, as secondary memory is not. */
static bool own_step(const struct vm_scope *sc, const struct vm_act *a)
{
    if (vm_wild(sc, a->node))
        return false;
    switch (a->kind) {
    case VM_WRITE: return a->v == 0 && a->x < sc->cells[a->node];
    case VM_MAP: case VM_UNMAP: return a->x < sc->cells[a->child];
    case VM_SENS: return true;
    }
    return false;
}

enum vm_bad check_step(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                       const struct vm_act *a, struct vm_state *t, struct vm_out *o,
                       unsigned *node, unsigned *cell)
{
    *node = a->node;
    *cell = a->x;
    *o = vm_do(sc, s, v, a, t);
    if (o->fate == VM_NONE || o->bad != VM_BAD_OK)
        return o->bad;
    if ((o->fate == VM_FAULT || a->kind == VM_SENS) && own_step(sc, a) && !ira_served(sc, s, a))
        return VM_BAD_STUCK;
    return memcmp(s, t, sizeof *s) == 0 ? VM_BAD_OK : ira_judge(sc, t, node, cell);
}

static void count_state(struct check_counts *n, const struct vm_scope *sc, const struct vm_state *s)
{
    bool map[CHECK_LEVELS] = {false}, shared = false;
    unsigned has[VM_NODES] = {0};
    uint64_t taken[VM_NODES] = {0};

    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned x = 0; x < sc->cells[c]; x++)
            for (unsigned m = 0; m < sc->modes; m++) {
                unsigned p = sc->parent[c];
                uint8_t e = vm_mapped(sc, s, c, m, x);
                uint64_t bit = 1ull << vm_cell(sc, p, m, vm_target(e));

                if (!vm_live(e))
                    continue;
                map[sc->level[c]] = true;
                shared |= vm_perm(e) == VM_SHARED && (taken[p] & bit);
                taken[p] |= bit;
                has[c] += m == 0;
            }
    for (unsigned l = 0; l < CHECK_LEVELS; l++)
        n->map[l] += map[l];
    for (unsigned c = 1; c < sc->nodes; c++)
        n->all_core[c] += has[c] + sc->frame[sc->parent[c]] == sc->cells[sc->parent[c]];
    n->shared += shared;
}

struct seen { /* in the steps of one state */
    bool gap[CHECK_LEVELS], fault[CHECK_LEVELS], emulated, irq;
};

static void count_steps(struct check_counts *n, const struct seen *seen)
{
    for (unsigned l = 0; l < CHECK_LEVELS; l++) {
        n->gap[l] += seen->gap[l];
        n->fault[l] += seen->fault[l];
    }
    n->interpreted += seen->emulated;
    n->irq += seen->irq;
}

static void expand(struct worker *w, uint32_t from)
{
    struct explorer *e = w->e;
    const struct vm_scope *sc = e->sc;
    struct vm_state s, t;
    struct vm_view v;
    uint8_t packed[VM_STATE_MAX + 8] = {0};
    struct seen seen = {0};
    unsigned acts, node = 0, cell = 0;
    enum vm_bad bad;

    vm_unpack(sc, e->state + (size_t)from * e->stride, &s);
    vm_compose(sc, &s, &v);
    bad = e->o->plain || vm_search_ok(sc, &s, &v) ? VM_BAD_OK : VM_BAD_SEARCH;
    acts = vm_actions(sc, &s, w->acts);
    for (unsigned i = 0; i < acts && bad == VM_BAD_OK; i++) {
        struct vm_act *a = &w->acts[i];
        struct vm_out o = vm_do(sc, &s, &v, a, &t);
        bool fresh;

        if (o.fate == VM_NONE)
            continue;
        w->n.steps++;
        seen.emulated |= o.interpreted;
        seen.irq |= o.fate == VM_DONE && a->kind == VM_IRQ;
        if (o.fate == VM_FAULT) {
            seen.gap[sc->level[o.at.node]] = true;
            seen.fault[sc->level[t.run]] = true;
        }
        vm_pack(sc, &t, packed);
        fresh = insert(w, packed, from);
        if (e->o->plain)
            continue;
        /* A state that was there before has been judged; a step that leads there may still be wrong. */
        if (fresh || o.bad != VM_BAD_OK || o.fate == VM_FAULT || a->kind == VM_SENS)
            bad = check_step(sc, &s, &v, a, &t, &o, &node, &cell);
        if (bad != VM_BAD_OK)
            w->bad_step = *a;
    }
    count_state(&w->n, sc, &s);
    count_steps(&w->n, &seen);
    if (bad != VM_BAD_OK && w->bad == VM_BAD_OK) {
        w->bad = bad;
        w->bad_from = from;
        w->node = node;
        w->cell = cell;
        e->found = true;
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct explorer *e = w->e;

    /* Every chunk begun is ended: SLACK is what the threads' chunks may find. */
    while (!e->found && e->next < e->limit && e->count + e->threads * SLACK < e->full) {
        uint32_t first = atomic_fetch_add(&e->next, CHUNK);

        for (uint32_t i = first; i < first + CHUNK && i < e->limit && !e->found; i++)
            if (e->parent[i] != HOLE)
                expand(w, i);
    }
    return NULL;
}

/* ---- All states ----------------------------------------------------------------------------------- */

static void run_batch(struct explorer *e, struct worker *w)
{
    pthread_t id[THREADS];
    bool started[THREADS] = {false};

    e->next = e->done;
    for (unsigned i = 1; i < e->threads && e->limit - e->done >= 8 * CHUNK; i++)
        started[i] = pthread_create(&id[i], NULL, work, &w[i]) == 0;
    work(&w[0]);
    for (unsigned i = 0; i < e->threads; i++) {
        if (started[i])
            pthread_join(id[i], NULL);
        if (w[i].spare != NONE) {
            e->parent[w[i].spare] = HOLE;
            e->holes++;
            w[i].spare = NONE;
        }
    }
    e->done = e->next < e->limit ? e->next : e->limit;
}

static void show(const struct explorer *e, double seconds, bool last)
{
    fprintf(stderr, "\r%u states, %u to do, depth %u, %.0f states/s, %.0f MiB   ",
            e->count - e->holes, e->count - e->done, e->depth, e->done / seconds,
            (double)cost(e, e->room, e->slots) / 1048576);
    if (last)
        fputs("\r\33[K", stderr);
}

/* The steps from the first state to the one that was wrong, found again along the parents. */
static void tell(struct explorer *e, const struct worker *w, struct check_result *r)
{
    uint32_t chain[CHECK_STEPS];
    unsigned n = 0;
    struct vm_state s, t;
    struct vm_view v;
    struct vm_act acts[VM_ACTS];
    uint8_t packed[VM_STATE_MAX + 8] = {0};

    r->end = CHECK_BAD;
    r->bad = w->bad;
    r->node = w->node;
    r->cell = w->cell;
    for (uint32_t i = w->bad_from; i != NONE && n < CHECK_STEPS - 1; i = e->parent[i])
        chain[n++] = i;
    vm_init(e->sc, &s);
    while (n-- > 1) {
        unsigned k = vm_actions(e->sc, &s, acts), i = 0;

        vm_compose(e->sc, &s, &v);
        for (; i < k; i++) {
            if (vm_do(e->sc, &s, &v, &acts[i], &t).fate == VM_NONE)
                continue;
            vm_pack(e->sc, &t, packed);
            if (memcmp(packed, e->state + (size_t)chain[n - 1] * e->stride, e->stride) == 0)
                break;
        }
        r->step[r->steps++] = acts[i];
        s = t;
    }
    if (w->bad != VM_BAD_SEARCH)
        r->step[r->steps++] = w->bad_step;
}

static bool save(const struct explorer *e, const struct check_result *r);

static void add_counts(struct check_counts *to, const struct check_counts *n)
{
    uint64_t *a = (uint64_t *)to;
    const uint64_t *b = (const uint64_t *)n;

    for (size_t i = 0; i < sizeof *to / sizeof *a; i++)
        a[i] += b[i];
}

static void conclude(struct explorer *e, struct worker *w, struct check_result *r)
{
    for (unsigned i = 0; i < e->threads; i++)
        add_counts(&r->n, &w[i].n);
    r->states = e->count - e->holes;
    r->memory = cost(e, e->room, e->slots);
    r->depth = e->depth;
    for (unsigned i = 0; i < e->threads && e->found && r->end != CHECK_BAD; i++)
        if (w[i].bad != VM_BAD_OK)
            tell(e, &w[i], r);
    for (uint32_t i = 0; i < e->count; i++)
        if (e->parent[i] != HOLE)
            r->digest += check_hash(e->state + (size_t)i * e->stride, e->stride);
    if (r->end == CHECK_STOPPED && e->o->save && !save(e, r))
        fprintf(stderr, "frond: cannot write %s\n", e->o->save);
}

static void explore(struct explorer *e, struct worker *w, struct check_result *r)
{
    double start = now(), shown = start;

    r->end = CHECK_COMPLETE;
    while (e->done < e->count && !e->found) {
        if (e->done == e->level_end) {
            e->level_end = e->count;
            e->depth++;
        }
        e->limit = e->level_end - e->done < BATCH ? e->level_end : e->done + BATCH;
        if (e->o->stop && *e->o->stop)
            r->end = CHECK_STOPPED;
        else if (!grow(e, 2 * e->threads * SLACK))
            r->end = CHECK_NO_MEMORY;
        if (r->end != CHECK_COMPLETE)
            break;
        run_batch(e, w);
        if (e->o->progress && now() - shown > 0.3) {
            shown = now();
            show(e, shown - start, false);
        }
    }
    if (shown != start)
        show(e, now() - start, true);
    r->seconds += now() - start;
    conclude(e, w, r);
}

static void finish(struct explorer *e, struct worker *w)
{
    free(e->state);
    free(e->parent);
    free((void *)e->slot);
    free(w);
}

static struct worker *prepare(struct explorer *e)
{
    struct worker *w = calloc(THREADS, sizeof *w);

    for (unsigned i = 0; w && i < THREADS; i++) {
        w[i].e = e;
        w[i].spare = NONE;
    }
    e->stride = (e->sc->size + 7) & ~7u;
    e->threads = e->o->threads < 1 ? 1 : e->o->threads < THREADS ? e->o->threads : THREADS;
    return w;
}

struct check_result check_run(const struct vm_scope *sc, const struct check_options *o)
{
    struct check_result r = {.end = CHECK_NO_MEMORY};
    struct check_options one = *o;
    struct explorer e = {.sc = sc, .o = o};
    struct worker *w = prepare(&e);
    struct vm_state s;
    uint8_t packed[VM_STATE_MAX + 8] = {0};

    if (w && grow(&e, 2 * e.threads * SLACK)) {
        vm_init(sc, &s);
        vm_pack(sc, &s, packed);
        insert(w, packed, NONE);
        explore(&e, w, &r);
    }
    finish(&e, w);
    if (r.end != CHECK_BAD || e.threads == 1)
        return r;
    one.threads = 1; /* the same story each time */
    return check_run(sc, &one);
}

/* ---- Stopped and resumed -------------------------------------------------------------------------- */

struct saved {
    char magic[16];
    uint32_t scope_size, count, done, level_end, holes, depth;
    double seconds;
    struct check_counts n;
};
static const char magic[16] = "frond check 1\n";

static bool save(const struct explorer *e, const struct check_result *r)
{
    struct saved h = {.scope_size = sizeof *e->sc, .count = e->count, .done = e->done,
                      .level_end = e->level_end, .holes = e->holes, .depth = e->depth,
                      .seconds = r->seconds, .n = r->n};
    FILE *f = fopen(e->o->save, "wb");
    bool ok;

    if (f == NULL)
        return false;
    memcpy(h.magic, magic, sizeof magic);
    ok = fwrite(&h, sizeof h, 1, f) == 1 && fwrite(e->sc, sizeof *e->sc, 1, f) == 1 &&
         fwrite(e->state, e->stride, e->count, f) == e->count &&
         fwrite(e->parent, sizeof *e->parent, e->count, f) == e->count;
    return fclose(f) == 0 && ok;
}

bool check_resume(const char *file, struct vm_scope *sc, const struct check_options *o,
                  struct check_result *r)
{
    struct explorer e = {.sc = sc, .o = o};
    struct worker *w = NULL;
    struct saved h;
    FILE *f = fopen(file, "rb");
    bool ok = f != NULL && fread(&h, sizeof h, 1, f) == 1 &&
              memcmp(h.magic, magic, sizeof magic) == 0 && h.scope_size == sizeof *sc &&
              fread(sc, sizeof *sc, 1, f) == 1 && vm_layout(sc) && (w = prepare(&e)) != NULL &&
              grow(&e, (uint64_t)h.count + 2 * e.threads * SLACK) &&
              fread(e.state, e.stride, h.count, f) == h.count &&
              fread(e.parent, sizeof *e.parent, h.count, f) == h.count;

    memset(r, 0, sizeof *r);
    if (f != NULL)
        fclose(f);
    if (ok) {
        e.count = h.count;
        e.done = h.done;
        e.level_end = h.level_end;
        e.holes = h.holes;
        e.depth = h.depth;
        rehash(&e);
        r->seconds = h.seconds;
        r->n = h.n;
        explore(&e, w, r);
    }
    finish(&e, w);
    return ok;
}
