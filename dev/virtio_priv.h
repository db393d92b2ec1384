/*
 * virtio_priv.h - shared by the virtio transport (virtio.c: registers, virtio_ring.c: rings) and
 * the devices on it.
 *
 * One request is under way at a time, whatever the number of queues. All that it needs to go on
 * after a wait stands in struct virtio_request, so dropping it is one memset, and a chain is copied
 * before it is looked at, so the guest cannot change it under way.
 */
#ifndef FROND_VIRTIO_PRIV_H
#define FROND_VIRTIO_PRIV_H

#include "dev.h"

#define VIRTIO_QUEUES      2   /* the most that a device here has */
#define VIRTIO_QUEUE_MAX   128 /* QueueNumMax */
#define VIRTIO_CONFIG_MAX  64
#define VIRTIO_SEGMENT_MAX 65536 /* size_max of those that bound it */

#define VIRTIO_F_VERSION_1 (1ull << 32)

/* Status. */
#define VIRTIO_ACKNOWLEDGE 1
#define VIRTIO_DRIVER      2
#define VIRTIO_DRIVER_OK   4
#define VIRTIO_FEATURES_OK 8
#define VIRTIO_NEEDS_RESET 64
#define VIRTIO_FAILED      128

/* InterruptStatus. */
#define VIRTIO_IRQ_USED   1
#define VIRTIO_IRQ_CONFIG 2

struct virtio;

struct virtio_type {
    uint32_t id;        /* DeviceID */
    unsigned queues;    /* at most VIRTIO_QUEUES */
    uint32_t size_max;  /* a longer segment breaks the device; 0: no limit */
    unsigned chain_max; /* so does a longer chain; at most VIRTIO_QUEUE_MAX */
    /* Serves the chain of v->req. DMA_OK: done, req.used_len is set. DMA_WAIT: comes again; `step`
     * and what follows it in req are the device's to remember by (all 0 at first).
     * DMA_REFUSED: the request is malformed. Must bound its own length where size_max is 0. */
    enum dma (*serve)(struct virtio *v);
    /* Whether an available buffer of this queue is to be taken now; NULL: always. */
    bool (*wants)(const struct virtio *v, unsigned queue);
    void (*reset)(struct virtio *v); /* Status was set to 0; may be NULL */
};

struct virtq {
    uint64_t desc, avail, used; /* ring addresses */
    uint32_t num;
    bool ready;
    bool kicked;    /* notified, avail.idx not read since */
    uint16_t seen;  /* avail.idx as last read */
    uint16_t taken; /* requests taken from the ring */
    uint16_t put;   /* used.idx */
};

struct segment {
    uint64_t addr;
    uint32_t len;
};

/* What is done next for the request under way. */
enum phase { REQ_NONE, REQ_AVAIL, REQ_HEAD, REQ_DESC, REQ_SERVE, REQ_ELEM, REQ_INDEX, REQ_FLAGS };

struct virtio_request {
    enum phase phase;
    unsigned queue;
    uint16_t head, next;
    unsigned count, readable; /* segments; those that the device reads come first */
    uint64_t out_len, in_len; /* bytes it may read; bytes it may write */
    uint32_t used_len;        /* bytes it has written */

    unsigned seg;     /* cursor: segment of the chain */
    uint32_t seg_off; /* cursor: byte in it */
    size_t moved;     /* of the transfer under way */
    uint8_t word[16]; /* a piece of a ring, on its way */

    unsigned step;  /* of the device */
    uint64_t at;    /* of the device */
    uint64_t left;  /* of the device */
    size_t staged;  /* of the device: bytes in its buffer */
    uint8_t status; /* of the device */
};

struct virtio {
    struct dev dev;
    const struct virtio_type *type;
    uint64_t offered, accepted; /* features */
    uint32_t status, irq;
    uint32_t offered_sel, accepted_sel, queue_sel;
    struct virtq queue[VIRTIO_QUEUES];
    struct virtio_request req;
    struct segment chain[VIRTIO_QUEUE_MAX]; /* of req */
    uint8_t config[VIRTIO_CONFIG_MAX];
};

/* ---- virtio.c: registers --------------------------------------------------------------------- */
void virtio_init(struct virtio *v, const struct dev_ops *ops, const struct virtio_type *type,
                 uint64_t features);
uint64_t virtio_read(struct dev *d, uint32_t off, unsigned width);
unsigned virtio_write(struct dev *d, uint32_t off, unsigned width, uint64_t value);
/* As a store of 0 to Status. */
void virtio_reset(struct virtio *v);
void virtio_raise(struct virtio *v, uint32_t irq);
/* The guest broke a rule: DEVICE_NEEDS_RESET, and nothing more until it is reset. */
void virtio_fail(struct virtio *v);

/* ---- virtio_ring.c: rings -------------------------------------------------------------------- */
bool virtio_work(struct dev *d);
/* Whether the rings' place is one a queue may have. */
bool virtq_valid(const struct virtq *q);
/* Empties the queue; drops its request if that is the one under way. */
void virtq_clear(struct virtio *v, unsigned queue);
/* Buffers known to be there and not taken yet. */
unsigned virtq_waiting(const struct virtio *v, unsigned queue);

/* Moves n bytes from or to the chain at the cursor and advances it. After DMA_WAIT the same call is
 * to be made again. Past the end, or against a segment's direction: DMA_REFUSED. */
enum dma chain_read(struct virtio *v, void *buf, size_t n);
enum dma chain_write(struct virtio *v, const void *buf, size_t n);
/* Sets the cursor to a byte of the writable part. */
void chain_seek_in(struct virtio *v, uint64_t pos);

/* ---- Little endian --------------------------------------------------------------------------- */
static inline uint64_t le_get(const uint8_t *p, unsigned n) {
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline void le_put(uint8_t *p, unsigned n, uint64_t v) {
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

#endif
