// states.c: see states.h.
#include "states.h"

#include <stdlib.h>
#include <string.h>

bool states_init(struct states *s, size_t size) {
    *s = (struct states){.size = size, .cap = 1024, .slots = 4096};
    s->bytes = malloc(s->cap * size);
    s->slot = calloc(s->slots, sizeof *s->slot);
    return s->bytes && s->slot;
}

void states_free(struct states *s) {
    free(s->bytes);
    free(s->slot);
    *s = (struct states){0};
}

const void *states_get(const struct states *s, size_t i) { return s->bytes + i * s->size; }

// FNV-1a, with its high half folded in.
static uint64_t hash(const unsigned char *bytes, size_t size) {
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        h = (h ^ bytes[i]) * 0x100000001b3;
    return h ^ h >> 32;
}

// The slot that holds the state, or the free one where it belongs.
static uint32_t *find(const struct states *s, const void *state) {
    for (size_t i = hash(state, s->size);; i++) {
        uint32_t *slot = s->slot + (i & (s->slots - 1));
        if (!*slot || memcmp(states_get(s, *slot - 1), state, s->size) == 0)
            return slot;
    }
}

static bool grow(struct states *s) {
    unsigned char *bytes = realloc(s->bytes, 2 * s->cap * s->size);
    if (!bytes)
        return false;
    s->bytes = bytes;
    uint32_t *slot = calloc(2 * s->slots, sizeof *slot);
    if (!slot)
        return false;
    free(s->slot);
    s->slot = slot;
    s->slots *= 2;
    s->cap *= 2;
    for (size_t i = 0; i < s->n; i++)
        *find(s, states_get(s, i)) = (uint32_t)(i + 1);
    return true;
}

bool states_add(struct states *s, const void *state) {
    uint32_t *slot = find(s, state);
    if (*slot)
        return true;
    if (s->n == s->cap) {
        if (s->cap > UINT32_MAX / 2 || !grow(s))
            return false;
        slot = find(s, state);
    }
    memcpy(s->bytes + s->n * s->size, state, s->size);
    *slot = (uint32_t)++s->n;
    return true;
}
