/*
 * virtio_console.c - one port: queue 0 receives, queue 1 transmits.
 *
 * Input is taken from the back end only when the driver is known to have a buffer for it; what one
 * buffer cannot hold waits here for the next. A reset drops it: the next owner must not read what
 * was typed for the last.
 */
#include "virtio_priv.h"

#include <stdlib.h>
#include <string.h>

#define ID_CONSOLE  3
#define RX          0
#define TX          1
#define INPUT_SIZE  256
#define OUTPUT_SIZE 4096

struct virtio_console {
    struct virtio v;
    struct dev_char chr;
    size_t waiting; /* bytes of input */
    uint8_t input[INPUT_SIZE];
    uint8_t output[OUTPUT_SIZE];
};

static struct virtio_console *console_of(struct virtio *v) { return (struct virtio_console *)v; }

static enum dma serve_rx(struct virtio_console *c) {
    struct virtio_request *q = &c->v.req;
    if (q->step == 0) {
        q->staged = q->in_len < c->waiting ? (size_t)q->in_len : c->waiting;
        chain_seek_in(&c->v, 0);
        q->step = 1;
    }
    enum dma r = chain_write(&c->v, c->input, q->staged);
    if (r != DMA_OK)
        return r;
    q->used_len = (uint32_t)q->staged;
    c->waiting -= q->staged;
    memmove(c->input, c->input + q->staged, c->waiting);
    return DMA_OK;
}

static enum dma serve_tx(struct virtio_console *c) {
    struct virtio_request *q = &c->v.req;
    while (q->at < q->out_len) {
        uint64_t left = q->out_len - q->at;
        size_t n = left < OUTPUT_SIZE ? (size_t)left : OUTPUT_SIZE;
        enum dma r = chain_read(&c->v, c->output, n);
        if (r != DMA_OK)
            return r;
        if (c->chr.write)
            c->chr.write(c->chr.opaque, c->output, n);
        q->at += n;
    }
    return DMA_OK;
}

static enum dma console_serve(struct virtio *v) {
    struct virtio_console *c = console_of(v);
    return v->req.queue == RX ? serve_rx(c) : serve_tx(c);
}

static bool console_wants(const struct virtio *v, unsigned queue) {
    return queue == TX || ((const struct virtio_console *)v)->waiting;
}

static void console_drop(struct virtio *v) { console_of(v)->waiting = 0; }

static void console_reset(struct dev *d) { virtio_reset((struct virtio *)d); }

static void console_free(struct dev *d) { free(console_of((struct virtio *)d)); }

static const struct virtio_type console_type = {
    .id = ID_CONSOLE,
    .queues = 2,
    .size_max = VIRTIO_SEGMENT_MAX,
    .chain_max = VIRTIO_QUEUE_MAX,
    .serve = console_serve,
    .wants = console_wants,
    .reset = console_drop,
};

static const struct dev_ops console_ops = {
    .name = "virtio-console",
    .widths = 7,
    .read = virtio_read,
    .write = virtio_write,
    .work = virtio_work,
    .reset = console_reset,
    .free = console_free,
};

struct dev *virtio_console_new(const struct dev_char *chr) {
    struct virtio_console *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    if (chr)
        c->chr = *chr;
    virtio_init(&c->v, &console_ops, &console_type, 0);
    return &c->v.dev;
}

bool virtio_console_poll(struct dev *d) {
    struct virtio_console *c = console_of((struct virtio *)d);
    if (!c->chr.read || c->waiting || !virtq_waiting(&c->v, RX))
        return false;
    if (c->v.status & VIRTIO_NEEDS_RESET)
        return false;
    long n = c->chr.read(c->chr.opaque, c->input, INPUT_SIZE);
    if (n <= 0)
        return false;
    c->waiting = (size_t)n;
    return true;
}
