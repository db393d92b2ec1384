/* explore.c - see explore.h. */
#include "explore.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#define NONE UINT32_MAX        /* as a parent: of the first state */
#define HOLE (UINT32_MAX - 1u) /* a number that was never used */
enum { CHUNK = 64, BATCH = 1 << 16, THREADS = 16, SLACK = CHUNK * CHECK_ACTS };
enum { PENDING = 32, AHEAD = 16 }; /* look-ups under way at once */

struct explorer {
    const struct check_system *sys;
    const struct check_options *o;
    unsigned stride, threads;
    struct worker *worker; /* THREADS of them */
    uint8_t *state;
    uint32_t *parent;
    _Atomic uint64_t *slot;       /* high half of the hash, number + 1 */
    uint64_t slots, room, full;   /* full: no chunk may be begun with more states */
    _Atomic uint32_t count, next; /* next: of the batch */
    uint32_t done, limit, level_end, holes;
    unsigned depth;
    double seconds;
    _Atomic bool found, starved; /* starved: a system has no memory */
};

struct worker {
    struct check_sink sink; /* first: what a system is given */
    struct explorer *e;
    uint32_t spare; /* a number taken and not used yet */
    uint32_t from;  /* the state at hand */
    /* Plain: found and not yet looked for in the table, whose lines are on their way. */
    unsigned pending;
    uint64_t hash[PENDING];
    uint32_t parent[PENDING];
    uint8_t state[PENDING][CHECK_STATE_MAX];
    uint64_t count[CHECK_COUNTS];
    struct check_wrong wrong;
    uint32_t wrong_from;
};

static double now(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

uint64_t check_hash(const uint8_t *state, unsigned size) {
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

static uint64_t tag_of(uint64_t hash) { return hash >> 32 << 32; }
static uint8_t *state_of(const struct explorer *e, uint64_t slot) {
    return e->state + ((slot & 0xffffffff) - 1) * e->stride;
}

static bool equal(const uint8_t *a, const uint8_t *b, unsigned size) {
    uint64_t v, w;

    for (unsigned i = 0; i < size; i += 8) {
        memcpy(&v, a + i, 8);
        memcpy(&w, b + i, 8);
        if (v != w)
            return false;
    }
    return true;
}

/* True: it was not there. */
static bool insert(struct worker *w, const uint8_t *state, uint64_t hash, uint32_t parent) {
    struct explorer *e = w->e;
    uint64_t mask = e->slots - 1, tag = tag_of(hash), seen;

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
        if (tag_of(seen) == tag && equal(state_of(e, seen), state, e->stride))
            return false;
    }
}

/* All that is pending, in the order in which it was found. */
static void insert_pending(struct worker *w) {
    struct explorer *e = w->e;

    for (unsigned i = 0; i < w->pending; i++) {
        uint64_t seen =
            atomic_load_explicit(&e->slot[w->hash[i] & (e->slots - 1)], memory_order_acquire);

        if (seen != 0 && tag_of(seen) == tag_of(w->hash[i]))
            __builtin_prefetch(state_of(e, seen));
    }
    for (unsigned i = 0; i < w->pending; i++)
        insert(w, w->state[i], w->hash[i], w->parent[i]);
    w->pending = 0;
}

/* Each state's slot is on its way to the cache while those of AHEAD others before it are filled. */
static void rehash(struct explorer *e) {
    uint64_t hash[AHEAD] = {0}, mask = e->slots - 1;

    for (uint64_t n = 0; n < (uint64_t)e->count + AHEAD; n++) {
        uint64_t *h = &hash[n % AHEAD], i = *h & mask;

        if (n >= AHEAD && e->parent[n - AHEAD] != HOLE) {
            while (e->slot[i] != 0)
                i = (i + 1) & mask;
            atomic_store_explicit(&e->slot[i], tag_of(*h) | (n - AHEAD + 1), memory_order_relaxed);
        }
        if (n < e->count) {
            *h = check_hash(e->state + n * e->stride, e->stride);
            __builtin_prefetch((const void *)&e->slot[*h & mask]);
        }
    }
}

static uint64_t cost(const struct explorer *e, uint64_t room, uint64_t slots) {
    return room * (e->stride + sizeof *e->parent) + slots * sizeof *e->slot;
}

static bool grow_states(struct explorer *e, uint64_t room) {
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
static bool grow(struct explorer *e, uint64_t more) {
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

/* Plain: nobody asks at once whether a state was known, so that many are looked for together. Steps that
 * lead nowhere, or where the step before led, need no search. */
static bool found(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct worker *w = (struct worker *)sink;
    const struct explorer *e = w->e;
    unsigned i = w->pending;
    uint8_t *padded = w->state[i];

    (void)a;
    memcpy(padded, state, e->sys->size);
    if (equal(padded, e->state + (size_t)w->from * e->stride, e->stride) ||
        (i != 0 && equal(padded, w->state[i - 1], e->stride)))
        return false;
    w->hash[i] = check_hash(padded, e->stride);
    if (!sink->plain)
        return insert(w, padded, w->hash[i], w->from);
    __builtin_prefetch((const void *)&e->slot[w->hash[i] & (e->slots - 1)]);
    w->parent[i] = w->from;
    if (++w->pending == PENDING)
        insert_pending(w);
    return false;
}

static void expand(struct worker *w, uint32_t from) {
    struct explorer *e = w->e;

    w->from = from;
    w->sink.wrong.what = 0;
    e->sys->expand(e->sys->scope, e->state + (size_t)from * e->stride, &w->sink);
    if (w->sink.no_memory)
        e->starved = true;
    if (w->sink.wrong.what != 0 && w->wrong.what == 0) {
        w->wrong = w->sink.wrong;
        w->wrong_from = from;
        e->found = true;
    }
}

static void *work(void *arg) {
    struct worker *w = arg;
    struct explorer *e = w->e;

    /* Every chunk begun is ended: SLACK is what the threads' chunks may find. */
    while (!e->found && !e->starved && e->next < e->limit &&
           e->count + e->threads * SLACK < e->full) {
        uint32_t first = atomic_fetch_add(&e->next, CHUNK);

        for (uint32_t i = first; i < first + CHUNK && i < e->limit && !e->found; i++)
            if (e->parent[i] != HOLE)
                expand(w, i);
        insert_pending(w);
    }
    return NULL;
}

/* ---- All states ----------------------------------------------------------------------------------- */

static void run_batch(struct explorer *e) {
    struct worker *w = e->worker;
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
    if (!e->starved) /* else the batch is to be done again */
        e->done = e->next < e->limit ? e->next : e->limit;
}

/* Visited: states in `seconds`. */
static void show(const struct explorer *e, uint32_t visited, double seconds, bool last) {
    fprintf(stderr, "\r%u states, %u to do, depth %u, %.0f states/s, %.0f MiB   ",
            e->count - e->holes, e->count - e->done, e->depth, visited / seconds,
            (double)cost(e, e->room, e->slots) / 1048576);
    if (last)
        fputs("\r\33[K", stderr);
}

/* ---- The story ------------------------------------------------------------------------------------ */

struct search { /* for the step that leads to a state */
    struct check_sink sink;
    const uint8_t *to;
    unsigned size;
    bool met;
    struct check_act act;
};

static bool compare(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct search *s = (struct search *)sink;

    if (!s->met && memcmp(state, s->to, s->size) == 0) {
        s->met = true;
        s->act = *a;
    }
    return false;
}

/* The steps from the first state to the one that was wrong, found again along the parents. */
static void tell(struct explorer *e, const struct worker *w, struct check_result *r) {
    uint32_t chain[CHECK_STEPS];
    unsigned n = 0;

    r->end = CHECK_BAD;
    r->wrong = w->wrong;
    for (uint32_t i = w->wrong_from; i != NONE && n < CHECK_STEPS - 1; i = e->parent[i])
        chain[n++] = i;
    while (n-- > 1) {
        struct search s = {.sink = {.plain = true, .count = e->worker[0].count, .reach = compare},
                           .to = e->state + (size_t)chain[n - 1] * e->stride,
                           .size = e->sys->size};

        e->sys->expand(e->sys->scope, e->state + (size_t)chain[n] * e->stride, &s.sink);
        r->step[r->steps++] = s.act;
    }
    if (!w->wrong.by_itself)
        r->step[r->steps++] = w->wrong.act;
}

/* ---- All states ----------------------------------------------------------------------------------- */

static void conclude(struct explorer *e, struct check_result *r) {
    r->states = e->count - e->holes;
    r->memory = cost(e, e->room, e->slots);
    r->depth = e->depth;
    r->seconds = e->seconds;
    for (unsigned i = 0; i < e->threads; i++)
        for (unsigned j = 0; j < CHECK_COUNTS; j++)
            r->count[j] += e->worker[i].count[j];
    for (unsigned i = 0; i < e->threads && r->end != CHECK_BAD && e->found; i++)
        if (e->worker[i].wrong.what != 0)
            tell(e, &e->worker[i], r);
    for (uint32_t i = 0; i < e->count; i++)
        if (e->parent[i] != HOLE)
            r->digest += check_hash(e->state + (size_t)i * e->stride, e->stride);
}

static enum check_end explore(struct explorer *e) {
    double start = now(), shown = start, before = e->seconds;
    enum check_end end = CHECK_COMPLETE;
    uint32_t first = e->done;

    while (e->done < e->count && !e->found && end == CHECK_COMPLETE) {
        if (e->done == e->level_end) {
            e->level_end = e->count;
            e->depth++;
        }
        e->limit = e->level_end - e->done < BATCH ? e->level_end : e->done + BATCH;
        if (e->o->stop && *e->o->stop)
            end = CHECK_STOPPED;
        else if (!grow(e, 2ull * e->threads * SLACK))
            end = CHECK_NO_MEMORY;
        else
            run_batch(e);
        if (e->starved)
            end = CHECK_NO_MEMORY;
        if (e->o->progress && now() - shown > 0.3) {
            shown = now();
            show(e, e->done - first, shown - start, false);
        }
    }
    if (shown != start)
        show(e, e->done - first, now() - start, true);
    e->seconds = before + (now() - start);
    return end;
}

static void free_own(struct explorer *e) {
    for (unsigned i = 0; e->worker != NULL && i < THREADS; i++)
        if (e->worker[i].sink.own != NULL)
            e->sys->done(e->worker[i].sink.own);
}

static bool begin(struct explorer *e) {
    uint8_t first[CHECK_STATE_MAX] = {0};

    e->count = e->next = e->done = e->limit = e->level_end = e->holes = 0;
    e->depth = 0;
    e->found = false;
    if (e->slot)
        memset((void *)e->slot, 0, e->slots * sizeof *e->slot);
    free_own(e);
    for (unsigned i = 0; i < THREADS; i++) {
        memset(&e->worker[i], 0, sizeof e->worker[i]);
        e->worker[i].e = e;
        e->worker[i].spare = NONE;
        e->worker[i].sink.plain = e->o->plain;
        e->worker[i].sink.count = e->worker[i].count;
        e->worker[i].sink.reach = found;
    }
    if (!grow(e, 2ull * e->threads * SLACK))
        return false;
    e->sys->init(e->sys->scope, first);
    insert(&e->worker[0], first, check_hash(first, e->stride), NONE);
    return true;
}

struct explorer *explorer_new(const struct check_system *sys, const struct check_options *o) {
    struct explorer *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->sys = sys;
    e->o = o;
    e->stride = (sys->size + 7) & ~7u;
    e->threads = o->threads < 1 ? 1 : o->threads < THREADS ? o->threads : THREADS;
    e->worker = calloc(THREADS, sizeof *e->worker);
    if (e->worker == NULL || !begin(e)) {
        explorer_free(e);
        return NULL;
    }
    return e;
}

void explorer_free(struct explorer *e) {
    if (e == NULL)
        return;
    free_own(e);
    free(e->state);
    free(e->parent);
    free((void *)e->slot);
    free(e->worker);
    free(e);
}

struct check_result explorer_run(struct explorer *e) {
    struct check_result r = {.end = explore(e)};

    /* With more threads than one, which of several wrong steps is met first is chance: once more. */
    if (e->found && e->threads > 1) {
        e->threads = 1;
        r.end = begin(e) ? explore(e) : CHECK_NO_MEMORY;
    }
    conclude(e, &r);
    return r;
}

/* ---- Saved and loaded ----------------------------------------------------------------------------- */

struct saved {
    char magic[16];
    uint32_t size, count, done, level_end, holes, depth;
    double seconds;
    uint64_t n[CHECK_COUNTS];
    uint64_t sum; /* of all states and parents: what lies on a disk may rot */
};
static const char magic[16] = "frond states 1\n";

static uint64_t sum_of(const struct explorer *e, uint32_t count) {
    return XXH3_64bits_withSeed(e->parent, count * sizeof *e->parent,
                                XXH3_64bits(e->state, (size_t)count * e->stride));
}

bool explorer_save(const struct explorer *e, FILE *f) {
    struct saved h = {.size = e->sys->size,
                      .count = e->count,
                      .done = e->done,
                      .level_end = e->level_end,
                      .holes = e->holes,
                      .depth = e->depth,
                      .seconds = e->seconds};

    memcpy(h.magic, magic, sizeof magic);
    h.sum = sum_of(e, e->count);
    for (unsigned i = 0; i < e->threads; i++)
        for (unsigned j = 0; j < CHECK_COUNTS; j++)
            h.n[j] += e->worker[i].count[j];
    return fwrite(&h, sizeof h, 1, f) == 1 &&
           fwrite(e->state, e->stride, e->count, f) == e->count &&
           fwrite(e->parent, sizeof *e->parent, e->count, f) == e->count;
}

/* What explorer_save can have written: numbers in order, each state after the one that it came from. */
static bool sound(const struct explorer *e, const struct saved *h) {
    if (h->done > h->count || h->level_end > h->count || h->done > h->level_end)
        return false;
    for (uint32_t i = 0; i < h->count; i++)
        if (e->parent[i] != HOLE && (i == 0) != (e->parent[i] == NONE))
            return false;
    for (uint32_t i = 1; i < h->count; i++)
        if (e->parent[i] != HOLE && e->parent[i] >= h->count)
            return false;
    return true;
}

bool explorer_load(struct explorer *e, FILE *f) {
    struct saved h;

    if (fread(&h, sizeof h, 1, f) != 1 || memcmp(h.magic, magic, sizeof magic) != 0 ||
        h.size != e->sys->size || h.count == 0 ||
        !grow(e, (uint64_t)h.count + 2ull * e->threads * SLACK) ||
        fread(e->state, e->stride, h.count, f) != h.count ||
        fread(e->parent, sizeof *e->parent, h.count, f) != h.count || !sound(e, &h) ||
        h.sum != sum_of(e, h.count))
        return false;
    memset((void *)e->slot, 0, e->slots * sizeof *e->slot);
    e->count = h.count;
    e->done = h.done;
    e->level_end = h.level_end;
    e->holes = h.holes;
    e->depth = h.depth;
    e->seconds = h.seconds;
    memcpy(e->worker[0].count, h.n, sizeof h.n);
    rehash(e);
    return true;
}
