/* cache.c - page number -> page and permissions, sized by use; may forget at any time. */
#include "core_priv.h"

enum { SLOTS_MIN = 32, SLOTS_MAX = 1 << 21 };

static uint32_t slot_of(const struct core_cache *k, uint64_t number) {
    uint64_t h = number * 0x9e3779b97f4a7c15u;

    return (uint32_t)(h >> 32) & (k->slots - 1);
}

static struct core_entry *find(const struct core_cache *k, uint64_t number) {
    uint32_t i = slot_of(k, number);

    while (k->slot[i].key != 0 && k->slot[i].key != number + 1)
        i = (i + 1) & (k->slots - 1);
    return &k->slot[i];
}

/* An entry without permission has been dropped, it only keeps its slot; or it is empty. */
struct core_entry *cache_get(const struct core_cache *k, uint64_t number) {
    if (k->slots == 0)
        return NULL;
    struct core_entry *e = find(k, number);
    return e->perm != 0 ? e : NULL;
}

static bool grow(struct core *c, struct core_cache *k) {
    struct core_cache bigger = {0};
    uint32_t live = 0;

    for (uint32_t i = 0; i < k->slots; i++)
        live += k->slot[i].perm != 0;
    bigger.slots = SLOTS_MIN;
    while (bigger.slots < 4 * live && bigger.slots < SLOTS_MAX)
        bigger.slots *= 2;
    bigger.slot = memory_alloc(&c->isa->memory, bigger.slots * sizeof *bigger.slot);
    if (!bigger.slot)
        return false;
    for (uint32_t i = 0; i < k->slots; i++) {
        const struct core_entry *e = &k->slot[i];
        if (e->perm != 0) {
            *find(&bigger, e->key - 1) = *e;
            bigger.used++;
        }
    }
    if (2 * (bigger.used + 1) > bigger.slots) { /* at its largest and full: begin anew */
        memset(bigger.slot, 0, bigger.slots * sizeof *bigger.slot);
        bigger.used = 0;
    }
    cache_free(c, k);
    *k = bigger;
    c->cached += bigger.slots;
    return true;
}

bool cache_put(struct core *c, struct core_cache *k, uint64_t number, uint32_t page, uint8_t perm) {
    struct core_entry *e = k->slots ? find(k, number) : NULL;

    if (perm == 0)
        return true;
    if (!e || (e->key == 0 && 2 * (k->used + 1) > k->slots)) {
        if (!grow(c, k))
            return false;
        e = find(k, number);
    }
    k->used += e->key == 0;
    *e = (struct core_entry){.key = number + 1, .page = page, .perm = perm};
    return true;
}

void cache_drop(struct core_cache *k, uint64_t first, uint64_t last) {
    if (last - first < k->slots) {
        for (uint64_t n = first; n <= last; n++)
            find(k, n)->perm = 0;
        return;
    }
    for (uint32_t i = 0; i < k->slots; i++)
        if (k->slot[i].key - 1 >= first && k->slot[i].key - 1 <= last)
            k->slot[i].perm = 0;
}

void cache_clear(struct core_cache *k) {
    if (k->used)
        memset(k->slot, 0, k->slots * sizeof *k->slot);
    k->used = 0;
}

void cache_free(struct core *c, struct core_cache *k) {
    c->cached -= k->slots;
    memory_free(&c->isa->memory, k->slot, k->slots * sizeof *k->slot);
    *k = (struct core_cache){0};
}
