/* rows_cache.c - cache.c alone: what is put is there until it is dropped, in bounded room. */
#include "rows.h"

enum { NUMBERS = 600, HIGH = 400 };

struct one {
    uint32_t page;
    uint8_t perm; /* 0: not there */
};

/* The first and the last page numbers of the space. */
static uint64_t number_of(uint64_t i) {
    return i < HIGH ? i : UINT64_MAX / PAGE - (NUMBERS - 1 - i);
}

static bool sound(const struct world *w, const struct core_cache *k) {
    uint32_t used = 0;

    for (uint32_t i = 0; i < k->slots; i++)
        used += k->slot[i].key != 0;
    MUST(used == k->used);
    MUST(2 * k->used <= k->slots);
    MUST(k->slots == 0 || (k->slots >= 32 && (k->slots & (k->slots - 1)) == 0));
    MUST(w->core.cached == k->slots);
    return true;
}

static bool as_put(const struct core_cache *k, const struct one *model, uint64_t i) {
    const struct core_entry *e = cache_get(k, number_of(i));

    if (model[i].perm == 0)
        return e ? wrong(NULL, "%" PRIx64 " is there", number_of(i)) : true;
    MUST(e && e->key == number_of(i) + 1 && e->page == model[i].page && e->perm == model[i].perm);
    return true;
}

static void drop_some(struct world *w, struct core_cache *k, struct one *model) {
    uint64_t i = dice(w, NUMBERS), j = dice(w, 3) ? i + dice(w, 12) : i + dice(w, NUMBERS);

    j = j < NUMBERS ? j : NUMBERS - 1;
    cache_drop(k, number_of(i), number_of(j));
    for (; i <= j; i++)
        model[i].perm = 0;
}

static bool row_random(void) {
    static struct one model[NUMBERS];
    struct core_cache k = {0};
    struct world w;

    MUST(world_plain(&w));
    memset(model, 0, sizeof model);
    for (uint64_t n = 0; n < cases; n++) {
        uint64_t i = dice(&w, n % 4000 < 2000 ? 40 : NUMBERS);
        struct one put = {(uint32_t)dice(&w, 1000), (uint8_t)dice(&w, 8)};
        switch (dice(&w, 60)) {
        case 0:
        case 1:
        case 2:
        case 3: drop_some(&w, &k, model); break;
        case 4: cache_clear(&k), memset(model, 0, sizeof model); break;
        case 5: cache_free(&w.core, &k), memset(model, 0, sizeof model); break;
        default:
            MUST(cache_put(&w.core, &k, number_of(i), put.page, put.perm));
            model[i] = put.perm ? put : model[i];
        }
        for (unsigned look = 0; look < 4; look++)
            if (!as_put(&k, model, dice(&w, NUMBERS)))
                return false;
        if (!as_put(&k, model, i) || (n % 16 == 0 && !sound(&w, &k)))
            return false;
    }
    cache_free(&w.core, &k);
    MUST(w.core.cached == 0 && k.slots == 0 && !cache_get(&k, 1));
    world_free(&w);
    return true;
}

/* In a cache of 32 slots with room: the slot that `number` gets when it is alone. */
static bool home_of(struct world *w, uint64_t number, uint32_t *home) {
    struct core_cache k = {0};

    MUST(cache_put(&w->core, &k, number, 1, 1) && k.slots == 32);
    for (uint32_t i = 0; i < k.slots; i++)
        *home = k.slot[i].key != 0 ? i : *home;
    cache_free(&w->core, &k);
    return true;
}

/* The next number from *number on whose home is in every `step`th slot. */
static bool next_at(struct world *w, uint64_t *number, uint32_t step) {
    uint32_t home = 1;

    while (++*number < 10000) {
        if (!home_of(w, *number, &home))
            return false;
        if (home % step == 0)
            return true;
    }
    return wrong(w, "no number has its home in slot %u n", step);
}

/* The least power of two, from 32 on, that leaves it half empty; grown anew, the least that has four slots
 * for each that lives. */
static bool row_size(void) {
    struct core_cache k = {0};
    struct world w;

    MUST(world_plain(&w));
    MUST(cache_put(&w.core, &k, 5, 5, 0) && k.slots == 0);
    for (uint32_t n = 1, slots = 32; n <= 300; n++) {
        slots *= 2 * n > slots ? 2 : 1;
        MUST(cache_put(&w.core, &k, number_of(n), n, 7));
        MUST(k.slots == slots && k.used == n);
    }
    cache_free(&w.core, &k);
    for (uint64_t live = 0; live <= 32; live++) {
        uint64_t first = 0;
        if (!next_at(&w, &first, 32)) /* in slot 0 of any size */
            return false;
        for (uint64_t n = 0; n < 32; n++)
            MUST(cache_put(&w.core, &k, first + n, 7, 7));
        MUST(k.slots == 64 && k.used == 32);
        cache_drop(&k, first + live, first + 32);
        MUST(cache_put(&w.core, &k, first + 40, 7, 7));
        MUST(k.slots == (live <= 8 ? 32u : live <= 16 ? 64u : 128u) && k.used == live + 1);
        cache_free(&w.core, &k);
    }
    for (unsigned n = 0; n < 16; n++)
        MUST(cache_put(&w.core, &k, n, n, 7));
    cache_drop(&k, 0, 7);
    MUST(cache_put(&w.core, &k, 3, 3, 7) && k.used == 16 && k.slots == 32); /* its own slot */
    cache_free(&w.core, &k);
    world_free(&w);
    return true;
}

/* Both ends of what is dropped, number by number and slot by slot, belong to it. */
static bool row_ends(void) {
    for (uint64_t pages = 1; pages <= 100; pages++) {
        struct core_cache k = {0};
        struct world w;
        const uint64_t first = 500, last = first + pages - 1;
        const uint64_t put[] = {first - 1, first, last, last + 1};
        MUST(world_plain(&w));
        for (unsigned n = 0; n < 4; n++)
            MUST(cache_put(&w.core, &k, put[n], n, 7));
        MUST(k.slots == 32);
        cache_drop(&k, first, last);
        for (unsigned n = 0; n < 4; n++)
            MUST((cache_get(&k, put[n]) != NULL) == (n == 0 || n == 3));
        cache_free(&w.core, &k);
        world_free(&w);
    }
    return true;
}

/* Every other slot is taken, or the first of a row that all want: one that is not there is not found. */
static bool row_crowded(void) {
    for (uint32_t step = 2; step <= 32; step *= 2) {
        struct core_cache k = {0};
        struct world w;
        uint64_t number = 0, put[16];
        MUST(world_plain(&w));
        for (unsigned n = 0; n < 16; n++) {
            if (!next_at(&w, &number, step))
                return false;
            put[n] = number;
            MUST(cache_put(&w.core, &k, number, n, 7));
        }
        MUST(k.slots == 32 && k.used == 16);
        for (unsigned n = 0; n < 16; n++)
            MUST(cache_get(&k, put[n]) && cache_get(&k, put[n])->page == n);
        for (unsigned n = 0; n < 32; n++)
            MUST(next_at(&w, &number, step) && !cache_get(&k, number));
        cache_free(&w.core, &k);
        world_free(&w);
    }
    return true;
}

static bool row_no_memory(void) {
    struct core_cache k = {0};
    struct world w;

    MUST(world_plain(&w));
    alloc_left = 0;
    MUST(!cache_put(&w.core, &k, 1, 1, 7));
    alloc_left = UINT64_MAX;
    for (unsigned n = 0; n < 16; n++)
        MUST(cache_put(&w.core, &k, n, n, 7));
    alloc_left = 0;
    MUST(!cache_put(&w.core, &k, 16, 16, 7) && cache_put(&w.core, &k, 15, 3, 5));
    alloc_left = UINT64_MAX;
    for (unsigned n = 0; n < 17; n++)
        MUST((cache_get(&k, n) != NULL) == (n < 16));
    cache_free(&w.core, &k);
    world_free(&w);
    return true;
}

/* 2^21 slots, 32 MiB, at most; past 2^20 pages it begins anew. */
static bool row_largest(void) {
    enum { MOST = 1 << 20 };
    struct core_cache k = {0};
    struct world w;

    MUST(world_plain(&w));
    for (uint32_t n = 0; n < MOST; n++)
        MUST(cache_put(&w.core, &k, n, n, 7));
    MUST(k.slots == 2 * MOST && k.used == MOST);
    MUST(cache_get(&k, 0) && cache_get(&k, MOST - 1)->page == MOST - 1);
    cache_drop(&k, 7, 7); /* room for one */
    MUST(cache_put(&w.core, &k, MOST + 1, 1, 7));
    MUST(k.slots == 2 * MOST && k.used == MOST && cache_get(&k, 0) && !cache_get(&k, 7));
    MUST(cache_put(&w.core, &k, MOST, 1, 7));
    MUST(k.slots == 2 * MOST && k.used == 1 && w.core.cached == 2 * MOST);
    MUST(cache_get(&k, MOST)->page == 1 && !cache_get(&k, 0) && !cache_get(&k, MOST - 1));
    cache_free(&w.core, &k);
    world_free(&w);
    return true;
}

ROWS(cache_rows, {"cache, what is put is there until it is dropped", row_random},
     {"cache, its size", row_size}, {"cache, many want the same slots", row_crowded},
     {"cache, both ends of what is dropped", row_ends}, {"cache, no memory to grow", row_no_memory},
     {"cache, at its largest", row_largest});
