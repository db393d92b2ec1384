/* room.c - memory from one end to the other, given out once: first the nucleus's own, then its children's. */
#include "nucleus.h"
#include <stdlib.h>

static uint64_t next, end;

void room_init(uint64_t base, uint64_t last) {
    next = base;
    end = last;
}

static void *take(uint64_t bytes, uint64_t align) {
    uint64_t at = (next + align - 1) & ~(align - 1);

    if (at > end || bytes > end - at)
        return NULL;
    next = at + bytes;
    return (void *)(uintptr_t)at; /* RAM is zero at reset */
}

void *room_pages(uint64_t bytes) {
    uint64_t size = (bytes + FROND_PAGE_SIZE - 1) & ~(uint64_t)(FROND_PAGE_SIZE - 1);

    return size < bytes ? NULL : take(size, FROND_PAGE_SIZE);
}

uint64_t room_rest(uint64_t *last) {
    *last = end;
    return (next + FROND_PAGE_SIZE - 1) & ~(uint64_t)(FROND_PAGE_SIZE - 1);
}

/* For dev/ and whoever needs less than a page. */
void *calloc(size_t n, size_t size) { return take(n * size, 16); }

void free(void *p) { (void)p; }
