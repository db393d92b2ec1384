/* memory.c - loads that wait for loads. */
#include "work.h"

struct place {
    uint32_t next;
    uint32_t rest[15];
};

/* One cycle through 64 MiB, a place a cache line, in random order (Sattolo); n steps. */
uint64_t work_chase(uint64_t n, uint8_t *pool) {
    enum { COUNT = (64 << 20) / sizeof(struct place) };
    struct place *p = (struct place *)(void *)pool;
    uint64_t seed = 17, sum = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < COUNT; i++)
        p[i].next = i;
    for (uint32_t i = COUNT - 1; i > 0; i--) {
        uint32_t j = work_random(&seed) % i, t = p[i].next;
        p[i].next = p[j].next;
        p[j].next = t;
    }
    for (uint64_t r = 0; r < n; r++) {
        at = p[at].next;
        sum += at;
    }
    return sum;
}

struct link {
    struct link *next;
    uint64_t key;
};

static struct link *merge(struct link *a, struct link *b) {
    struct link head, *last = &head;

    while (a != NULL && b != NULL) {
        struct link **from = a->key <= b->key ? &a : &b;
        last->next = *from;
        last = *from;
        *from = last->next;
    }
    last->next = a != NULL ? a : b;
    return head.next;
}

/* A list of 4,096, sorted by merging: bin[b] holds 2^b or none. */
uint64_t work_lists(uint64_t n, uint8_t *pool) {
    enum { COUNT = 1 << 12, BINS = 16 };
    struct link *p = (struct link *)(void *)pool;
    uint64_t seed = 9, sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        struct link *bin[BINS] = {NULL}, *all = NULL;

        for (uint32_t i = 0; i < COUNT; i++) {
            struct link *one = &p[i];
            unsigned b = 0;

            *one = (struct link){NULL, work_random(&seed)};
            for (; bin[b] != NULL; b++) {
                one = merge(bin[b], one);
                bin[b] = NULL;
            }
            bin[b] = one;
        }
        for (unsigned b = 0; b < BINS; b++)
            all = merge(bin[b], all);
        for (uint32_t i = 0; i < COUNT / 2; i++)
            all = all->next;
        sum = sum * 31 + all->key;
    }
    return sum;
}
