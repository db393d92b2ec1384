/* room.c - the nucleus's own RAM: pages from one end to the other, given out once. */
#include "nucleus.h"
#include <stdlib.h>

static uint64_t next, end;
static uint64_t small, small_end; /* rest of the page that calloc gives from */

void room_init(uint64_t base, uint64_t last) {
    next = base;
    end = last;
}

void *room_pages(uint64_t bytes) {
    uint64_t size = (bytes + FROND_PAGE_SIZE - 1) & ~(uint64_t)(FROND_PAGE_SIZE - 1);
    uint64_t at = next;

    if (size < bytes || size > end - next)
        return NULL;
    next += size;
    return (void *)(uintptr_t)at; /* RAM is zero at reset */
}

bool room_to_children(void) {
    small = small_end = 0;
    return maps_give(next, end - next, FROND_R | FROND_W | FROND_X);
}

/* For dev/ and whoever needs less than a page. */
void *calloc(size_t n, size_t size) {
    uint64_t bytes = (n * size + 15) & ~(uint64_t)15;
    uint64_t at;

    if (small_end - small < bytes) {
        void *p = room_pages(bytes);

        if (p == NULL)
            return NULL;
        small = (uint64_t)(uintptr_t)p;
        small_end = small + ((bytes + FROND_PAGE_SIZE - 1) & ~(uint64_t)(FROND_PAGE_SIZE - 1));
    }
    at = small;
    small += bytes;
    return (void *)(uintptr_t)at;
}

void free(void *p) { (void)p; }
