/* memory.h - where the engine's host memory comes from: one door, so that it can be counted and refused. */
#ifndef FROND_CORE_MEMORY_H
#define FROND_CORE_MEMORY_H

#include <stddef.h>

struct memory {
    void *opaque;
    void *(*alloc)(void *opaque, size_t size); /* zeroed; NULL if there is none */
    /* p may be NULL; size: as it was asked for. */
    void (*free)(void *opaque, void *p, size_t size);
};

static inline void *memory_alloc(const struct memory *m, size_t size) {
    return m->alloc(m->opaque, size);
}

static inline void memory_free(const struct memory *m, void *p, size_t size) {
    m->free(m->opaque, p, size);
}

#endif
