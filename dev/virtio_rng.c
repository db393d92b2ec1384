/*
 * virtio_rng.c - entropy source whose bytes are a function of its seed (splitmix64).
 *
 * It keeps its place in the sequence over a driver's reset; power-on starts it again.
 */
#include "virtio_priv.h"

#include <stdlib.h>

#define ID_RNG 4
#define MOST   4096 /* bytes for one request; the used length tells */

struct virtio_rng {
    struct virtio v;
    uint64_t seed, state;
    uint8_t bytes[MOST];
};

static struct virtio_rng *rng_of(struct virtio *v) { return (struct virtio_rng *)v; }

static uint64_t rng_next(struct virtio_rng *g) {
    uint64_t z = g->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void rng_fill(struct virtio_rng *g, size_t n) {
    for (size_t i = 0; i < n; i += 8)
        le_put(g->bytes + i, 8, rng_next(g));
}

static enum dma rng_serve(struct virtio *v) {
    struct virtio_rng *g = rng_of(v);
    struct virtio_request *q = &v->req;
    if (q->step == 0) {
        q->staged = q->in_len < MOST ? (size_t)q->in_len : MOST;
        rng_fill(g, q->staged);
        chain_seek_in(v, 0);
        q->step = 1;
    }
    q->used_len = (uint32_t)q->staged;
    return chain_write(v, g->bytes, q->staged);
}

static void rng_reset(struct dev *d) {
    struct virtio_rng *g = rng_of((struct virtio *)d);
    virtio_reset(&g->v);
    g->state = g->seed;
}

static void rng_free(struct dev *d) { free(rng_of((struct virtio *)d)); }

static const struct virtio_type rng_type = {
    .id = ID_RNG,
    .queues = 1,
    .chain_max = VIRTIO_QUEUE_MAX,
    .serve = rng_serve,
};

static const struct dev_ops rng_ops = {
    .name = "virtio-rng",
    .widths = 7,
    .read = virtio_read,
    .write = virtio_write,
    .work = virtio_work,
    .reset = rng_reset,
    .free = rng_free,
};

struct dev *virtio_rng_new(uint64_t seed) {
    struct virtio_rng *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    virtio_init(&g->v, &rng_ops, &rng_type, 0);
    g->seed = g->state = seed;
    return &g->v.dev;
}
