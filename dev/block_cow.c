/*
 * block_cow.c - copy on write: a disk over another, with the chunks written so far in host memory.
 *
 * Chunks of 4 KiB, found by an open-addressed hash table that is at most half full. A write makes
 * room for all of its chunks before it changes the first, so a failed one has changed nothing.
 */
#include "dev.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK          4096
#define SECTOR         512
#define SLOTS_AT_FIRST 64

struct chunk {
    uint64_t number;
    uint8_t bytes[CHUNK];
};

struct block_cow {
    struct dev_block block; /* first: what the caller holds */
    struct dev_block below;
    size_t slots, used; /* slots: a power of two */
    struct chunk **table;
};

static size_t slot_of(uint64_t number, size_t slots) {
    return (size_t)((number * 0x9e3779b97f4a7c15) >> 20) & (slots - 1);
}

/* Where the chunk is, or the empty slot where it would be. */
static struct chunk **cow_find(struct chunk **table, size_t slots, uint64_t number) {
    size_t i = slot_of(number, slots);
    while (table[i] && table[i]->number != number)
        i = (i + 1) & (slots - 1);
    return &table[i];
}

static int cow_grow(struct block_cow *c) {
    size_t slots = c->slots * 2;
    struct chunk **table = calloc(slots, sizeof *table);
    if (!table)
        return -1;
    for (size_t i = 0; i < c->slots; i++)
        if (c->table[i])
            *cow_find(table, slots, c->table[i]->number) = c->table[i];
    free(c->table);
    c->table = table;
    c->slots = slots;
    return 0;
}

/* The chunk as it is below. */
static int chunk_load(struct block_cow *c, struct chunk *k) {
    uint64_t off = k->number * CHUNK;
    uint64_t rest = c->below.size - off;
    return c->below.read(c->below.opaque, off, k->bytes, rest < CHUNK ? (size_t)rest : CHUNK);
}

static int cow_make(struct block_cow *c, uint64_t number) {
    if (*cow_find(c->table, c->slots, number))
        return 0;
    if (2 * (c->used + 1) > c->slots && cow_grow(c))
        return -1;
    struct chunk *k = calloc(1, sizeof *k);
    if (!k)
        return -1;
    k->number = number;
    if (chunk_load(c, k)) {
        free(k);
        return -1;
    }
    *cow_find(c->table, c->slots, number) = k;
    c->used++;
    return 0;
}

static size_t in_chunk(uint64_t off, size_t n) {
    size_t room = CHUNK - (size_t)(off % CHUNK);
    return n < room ? n : room;
}

static int cow_read(void *opaque, uint64_t off, void *buf, size_t n) {
    struct block_cow *c = opaque;
    uint8_t *to = buf;
    while (n) {
        size_t part = in_chunk(off, n);
        const struct chunk *k = *cow_find(c->table, c->slots, off / CHUNK);
        if (k)
            memcpy(to, k->bytes + off % CHUNK, part);
        else if (c->below.read(c->below.opaque, off, to, part))
            return -1;
        off += part;
        to += part;
        n -= part;
    }
    return 0;
}

static int cow_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    struct block_cow *c = opaque;
    const uint8_t *from = buf;
    if (n == 0)
        return 0;
    for (uint64_t k = off / CHUNK; k <= (off + n - 1) / CHUNK; k++)
        if (cow_make(c, k))
            return -1;
    while (n) {
        size_t part = in_chunk(off, n);
        struct chunk *k = *cow_find(c->table, c->slots, off / CHUNK);
        memcpy(k->bytes + off % CHUNK, from, part);
        off += part;
        from += part;
        n -= part;
    }
    return 0;
}

static int cow_flush(void *opaque) {
    (void)opaque;
    return 0;
}

struct dev_block *block_cow_new(const struct dev_block *below) {
    struct block_cow *c = calloc(1, sizeof *c);
    struct chunk **table = calloc(SLOTS_AT_FIRST, sizeof *table);
    if (!c || !table) {
        free(c);
        free(table);
        return NULL;
    }
    c->below = *below;
    c->below.size -= below->size % SECTOR;
    c->slots = SLOTS_AT_FIRST;
    c->table = table;
    c->block = (struct dev_block){
        .opaque = c,
        .size = c->below.size,
        .read = cow_read,
        .write = cow_write,
        .flush = cow_flush,
    };
    return &c->block;
}

void block_cow_free(struct dev_block *b) {
    struct block_cow *c = (struct block_cow *)b;
    if (!c)
        return;
    for (size_t i = 0; i < c->slots; i++)
        free(c->table[i]);
    free(c->table);
    free(c);
}
