/*
 * virtio_ring.c - split rings: takes requests, has the device serve them, gives them back.
 *
 * A request passes the phases of enum phase in order. Each phase is one transfer through the bus
 * (or the device's own serve), and a transfer is cut at 4 KiB boundaries into pieces; when a piece
 * has to wait, virtio_work returns and, called again, goes on with that piece. A ring is looked at
 * only after a notification, once for each, so one call serves at most twice a ring's length.
 */
#include "virtio_priv.h"

#include <string.h>

#define DESC_SIZE          16
#define DESC_NEXT          1
#define DESC_WRITE         2
#define DESC_INDIRECT      4
#define AVAIL_NO_INTERRUPT 1
#define AVAIL_IDX          2
#define AVAIL_RING         4
#define USED_IDX           2
#define USED_RING          4
#define USED_SIZE          8

/* ---- Transfers ------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* As much of n bytes as lies before the end of addr's page. */
static size_t in_page(uint64_t addr, size_t n) {
    return least(n, FROND_PAGE_SIZE - (size_t)(addr % FROND_PAGE_SIZE));
}

static enum dma bus_piece(struct virtio *v, uint64_t addr, uint8_t *buf, size_t n, bool write) {
    struct dev_bus *b = &v->dev.bus;
    return write ? b->write(b->opaque, &v->dev, addr, buf, n)
                 : b->read(b->opaque, &v->dev, addr, buf, n);
}

/* A part of a ring, by way of req.word. */
static enum dma ring_move(struct virtio *v, uint64_t addr, size_t n, bool write) {
    struct virtio_request *q = &v->req;
    while (q->moved < n) {
        size_t piece = in_page(addr + q->moved, n - q->moved);
        enum dma r = bus_piece(v, addr + q->moved, q->word + q->moved, piece, write);
        if (r != DMA_OK)
            return r;
        q->moved += piece;
    }
    q->moved = 0;
    return DMA_OK;
}

static void cursor_advance(struct virtio *v, uint32_t n) {
    struct virtio_request *q = &v->req;
    q->seg_off += n;
    if (q->seg_off == v->chain[q->seg].len) {
        q->seg++;
        q->seg_off = 0;
    }
}

static enum dma chain_move(struct virtio *v, uint8_t *buf, size_t n, bool write) {
    struct virtio_request *q = &v->req;
    while (q->moved < n) {
        if (q->seg >= q->count || (q->seg >= q->readable) != write)
            return DMA_REFUSED;
        const struct segment *s = &v->chain[q->seg];
        uint64_t addr = s->addr + q->seg_off;
        size_t piece = in_page(addr, least(n - q->moved, s->len - q->seg_off));
        enum dma r = bus_piece(v, addr, buf + q->moved, piece, write);
        if (r != DMA_OK)
            return r;
        q->moved += piece;
        cursor_advance(v, (uint32_t)piece);
    }
    q->moved = 0;
    return DMA_OK;
}

enum dma chain_read(struct virtio *v, void *buf, size_t n) { return chain_move(v, buf, n, false); }

enum dma chain_write(struct virtio *v, const void *buf, size_t n) {
    return chain_move(v, (uint8_t *)buf, n, true);
}

void chain_seek_in(struct virtio *v, uint64_t pos) {
    struct virtio_request *q = &v->req;
    q->seg = q->readable;
    while (q->seg < q->count && pos >= v->chain[q->seg].len)
        pos -= v->chain[q->seg++].len;
    q->seg_off = (uint32_t)pos;
    q->moved = 0;
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static bool area_valid(uint64_t addr, uint64_t size, uint64_t align) {
    return addr % align == 0 && addr + (size - 1) >= addr;
}

bool virtq_valid(const struct virtq *q) {
    uint64_t n = q->num;
    if (n == 0 || n > VIRTIO_QUEUE_MAX || (n & (n - 1)))
        return false;
    return area_valid(q->desc, DESC_SIZE * n, 16) && area_valid(q->avail, AVAIL_RING + 2 * n, 2) &&
           area_valid(q->used, USED_RING + USED_SIZE * n, 4);
}

void virtq_clear(struct virtio *v, unsigned queue) {
    struct virtq *q = &v->queue[queue];
    q->kicked = false;
    q->seen = q->taken = q->put = 0;
    if (v->req.phase != REQ_NONE && v->req.queue == queue)
        memset(&v->req, 0, sizeof v->req);
}

unsigned virtq_waiting(const struct virtio *v, unsigned queue) {
    const struct virtq *q = &v->queue[queue];
    return q->ready ? (uint16_t)(q->seen - q->taken) : 0;
}

/* ---- Phases: each returns as a transfer does ------------------------------------------------- */

static enum dma take_avail(struct virtio *v, struct virtq *q) {
    enum dma r = ring_move(v, q->avail + AVAIL_IDX, 2, false);
    if (r != DMA_OK)
        return r;
    uint16_t seen = (uint16_t)le_get(v->req.word, 2);
    if ((uint16_t)(seen - q->taken) > q->num)
        return DMA_REFUSED;
    q->seen = seen;
    q->kicked = false;
    v->req.phase = REQ_NONE;
    return DMA_OK;
}

static enum dma take_head(struct virtio *v, struct virtq *q) {
    uint64_t slot = q->taken & (q->num - 1);
    enum dma r = ring_move(v, q->avail + AVAIL_RING + 2 * slot, 2, false);
    if (r != DMA_OK)
        return r;
    v->req.head = v->req.next = (uint16_t)le_get(v->req.word, 2);
    v->req.phase = REQ_DESC;
    return v->req.next < q->num ? DMA_OK : DMA_REFUSED;
}

/* The first rule that a descriptor breaks refuses the chain. A loop shows as a chain longer than
 * the queue. */
static bool segment_allowed(const struct virtio *v, const struct virtq *q, const struct segment *s,
                            unsigned flags) {
    const struct virtio_request *req = &v->req;
    if (req->count == least(q->num, v->type->chain_max))
        return false;
    if (s->len == 0 || s->addr + (s->len - 1) < s->addr)
        return false;
    if (v->type->size_max && s->len > v->type->size_max)
        return false;
    if (flags & DESC_INDIRECT)
        return false;
    return (flags & DESC_WRITE) || req->readable == req->count;
}

static void segment_add(struct virtio *v, const struct segment *s, bool writable) {
    struct virtio_request *req = &v->req;
    v->chain[req->count++] = *s;
    if (writable) {
        req->in_len += s->len;
    } else {
        req->out_len += s->len;
        req->readable = req->count;
    }
}

static enum dma take_desc(struct virtio *v, struct virtq *q) {
    struct virtio_request *req = &v->req;
    enum dma r = ring_move(v, q->desc + DESC_SIZE * (uint64_t)req->next, DESC_SIZE, false);
    if (r != DMA_OK)
        return r;
    struct segment s = {le_get(req->word, 8), (uint32_t)le_get(req->word + 8, 4)};
    unsigned flags = (unsigned)le_get(req->word + 12, 2);
    uint16_t next = (uint16_t)le_get(req->word + 14, 2);
    if (!segment_allowed(v, q, &s, flags))
        return DMA_REFUSED;
    if ((flags & DESC_NEXT) && next >= q->num)
        return DMA_REFUSED;
    segment_add(v, &s, flags & DESC_WRITE);
    req->next = next;
    if (!(flags & DESC_NEXT))
        req->phase = REQ_SERVE;
    return DMA_OK;
}

static enum dma serve(struct virtio *v) {
    enum dma r = v->type->serve(v);
    if (r == DMA_OK)
        v->req.phase = REQ_ELEM;
    return r;
}

static enum dma put_elem(struct virtio *v, struct virtq *q) {
    uint64_t slot = q->put & (q->num - 1);
    le_put(v->req.word, 4, v->req.head);
    le_put(v->req.word + 4, 4, v->req.used_len);
    enum dma r = ring_move(v, q->used + USED_RING + USED_SIZE * slot, USED_SIZE, true);
    if (r == DMA_OK)
        v->req.phase = REQ_INDEX;
    return r;
}

static enum dma put_index(struct virtio *v, struct virtq *q) {
    le_put(v->req.word, 2, (uint16_t)(q->put + 1));
    enum dma r = ring_move(v, q->used + USED_IDX, 2, true);
    if (r != DMA_OK)
        return r;
    q->put++;
    q->taken++;
    v->req.phase = REQ_FLAGS;
    return DMA_OK;
}

static enum dma end_request(struct virtio *v, struct virtq *q) {
    enum dma r = ring_move(v, q->avail, 2, false);
    if (r != DMA_OK)
        return r;
    if (!(le_get(v->req.word, 2) & AVAIL_NO_INTERRUPT))
        virtio_raise(v, VIRTIO_IRQ_USED);
    v->req.phase = REQ_NONE;
    return DMA_OK;
}

/* ---- Work ------------------------------------------------------------------------------------ */

/* Starts what is to be done next; false: nothing. */
static bool pick(struct virtio *v) {
    for (unsigned i = 0; i < v->type->queues; i++) {
        struct virtq *q = &v->queue[i];
        bool take = virtq_waiting(v, i) && (!v->type->wants || v->type->wants(v, i));
        if (!q->ready || (!q->kicked && !take))
            continue;
        memset(&v->req, 0, sizeof v->req);
        v->req.queue = i;
        v->req.phase = q->kicked ? REQ_AVAIL : REQ_HEAD;
        return true;
    }
    return false;
}

static enum dma advance(struct virtio *v) {
    struct virtq *q = &v->queue[v->req.queue];
    switch (v->req.phase) {
    case REQ_AVAIL: return take_avail(v, q);
    case REQ_HEAD: return take_head(v, q);
    case REQ_DESC: return take_desc(v, q);
    case REQ_SERVE: return serve(v);
    case REQ_ELEM: return put_elem(v, q);
    case REQ_INDEX: return put_index(v, q);
    case REQ_FLAGS: return end_request(v, q);
    case REQ_NONE: break;
    }
    return DMA_OK;
}

bool virtio_work(struct dev *d) {
    struct virtio *v = (struct virtio *)d;
    while ((v->status & VIRTIO_DRIVER_OK) && !(v->status & VIRTIO_NEEDS_RESET)) {
        if (v->req.phase == REQ_NONE && !pick(v))
            return true;
        enum dma r = advance(v);
        if (r == DMA_WAIT)
            return false;
        if (r == DMA_REFUSED)
            virtio_fail(v);
    }
    return true;
}
