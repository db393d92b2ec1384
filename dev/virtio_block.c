/*
 * virtio_block.c - a disk: IN, OUT, FLUSH, GET_ID.
 *
 * A request is a stream of bytes to read (header, data to write) and one to fill (data read, the
 * last byte being the status), however cut into segments. Without the flush feature accepted, each
 * write is flushed. A bad range, or an error of the back end, is the guest's I/O error; a request
 * without room for header or status breaks the device.
 */
#include "virtio_priv.h"

#include <stdlib.h>
#include <string.h>

#define ID_BLOCK   2
#define F_SIZE_MAX (1u << 1)
#define F_SEG_MAX  (1u << 2)
#define F_RO       (1u << 5)
#define F_BLK_SIZE (1u << 6)
#define F_FLUSH    (1u << 9)

#define SEG_MAX     62 /* of data; header and status come to it */
#define SECTOR      512
#define HEADER_SIZE 16
#define SERIAL_SIZE 20
#define STAGE_SIZE  65536

enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8 };
enum { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2 };
enum { STEP_HEADER, STEP_IN, STEP_OUT, STEP_ID, STEP_STATUS };

/* In the request under way: at: byte of the disk; left: bytes of data to go; staged: bytes read
 * from the disk and not yet in the guest; used_len: data bytes in the guest. */
struct virtio_block {
    struct virtio v;
    struct dev_block blk;
    uint8_t header[HEADER_SIZE];
    uint8_t stage[STAGE_SIZE];
};

static const uint8_t serial[SERIAL_SIZE] = "frond";

static struct virtio_block *block_of(struct virtio *v) { return (struct virtio_block *)v; }

static void to_status(struct virtio_block *b, uint8_t status) {
    b->v.req.status = status;
    b->v.req.step = STEP_STATUS;
}

static void start_data(struct virtio_block *b, bool out) {
    struct virtio_request *q = &b->v.req;
    uint64_t sectors = b->blk.size / SECTOR;
    uint64_t first = le_get(b->header + 8, 8);
    uint64_t len = out ? q->out_len - HEADER_SIZE : q->in_len - 1;
    bool bad = len % SECTOR || first > sectors || len / SECTOR > sectors - first;
    if (bad || (out && b->blk.read_only)) {
        to_status(b, S_IOERR);
        return;
    }
    q->at = first * SECTOR;
    q->left = len;
    q->step = out ? STEP_OUT : STEP_IN;
    if (!out)
        chain_seek_in(&b->v, 0);
}

static void start_flush(struct virtio_block *b) {
    bool failed = b->blk.flush && b->blk.flush(b->blk.opaque);
    to_status(b, failed ? S_IOERR : S_OK);
}

static void start_id(struct virtio_block *b) {
    chain_seek_in(&b->v, 0);
    b->v.req.step = STEP_ID;
}

static enum dma serve_header(struct virtio_block *b) {
    struct virtio_request *q = &b->v.req;
    if (q->out_len < HEADER_SIZE || q->in_len < 1)
        return DMA_REFUSED;
    enum dma r = chain_read(&b->v, b->header, HEADER_SIZE);
    if (r != DMA_OK)
        return r;
    switch (le_get(b->header, 4)) {
    case T_IN: start_data(b, false); break;
    case T_OUT: start_data(b, true); break;
    case T_FLUSH: start_flush(b); break;
    case T_GET_ID: start_id(b); break;
    default: to_status(b, S_UNSUPP); break;
    }
    return DMA_OK;
}

static size_t next_part(const struct virtio_request *q) {
    return q->left < STAGE_SIZE ? (size_t)q->left : STAGE_SIZE;
}

static enum dma serve_in(struct virtio_block *b) {
    struct virtio_request *q = &b->v.req;
    size_t n = next_part(q);
    if (n == 0) {
        to_status(b, S_OK);
        return DMA_OK;
    }
    if (!q->staged && b->blk.read(b->blk.opaque, q->at, b->stage, n)) {
        to_status(b, S_IOERR);
        return DMA_OK;
    }
    q->staged = n;
    enum dma r = chain_write(&b->v, b->stage, n);
    if (r != DMA_OK)
        return r;
    q->staged = 0;
    q->at += n;
    q->left -= n;
    q->used_len += (uint32_t)n;
    return DMA_OK;
}

static void end_out(struct virtio_block *b) {
    if (b->v.accepted & F_FLUSH)
        to_status(b, S_OK);
    else
        start_flush(b);
}

static enum dma serve_out(struct virtio_block *b) {
    struct virtio_request *q = &b->v.req;
    size_t n = next_part(q);
    if (n == 0) {
        end_out(b);
        return DMA_OK;
    }
    enum dma r = chain_read(&b->v, b->stage, n);
    if (r != DMA_OK)
        return r;
    if (b->blk.write(b->blk.opaque, q->at, b->stage, n))
        to_status(b, S_IOERR);
    q->at += n;
    q->left -= n;
    return DMA_OK;
}

static enum dma serve_id(struct virtio_block *b) {
    struct virtio_request *q = &b->v.req;
    size_t n = q->in_len - 1 < SERIAL_SIZE ? (size_t)q->in_len - 1 : SERIAL_SIZE;
    enum dma r = chain_write(&b->v, serial, n);
    if (r != DMA_OK)
        return r;
    q->used_len = (uint32_t)n;
    to_status(b, S_OK);
    return DMA_OK;
}

/* used_len counts from the first byte on, so the status only where no hole lies before it. */
static enum dma serve_status(struct virtio_block *b) {
    struct virtio_request *q = &b->v.req;
    chain_seek_in(&b->v, q->in_len - 1);
    enum dma r = chain_write(&b->v, &q->status, 1);
    if (r == DMA_OK && q->used_len == q->in_len - 1)
        q->used_len++;
    return r;
}

static enum dma block_serve(struct virtio *v) {
    struct virtio_block *b = block_of(v);
    enum dma r = DMA_OK;
    while (r == DMA_OK) {
        switch (v->req.step) {
        case STEP_HEADER: r = serve_header(b); break;
        case STEP_IN: r = serve_in(b); break;
        case STEP_OUT: r = serve_out(b); break;
        case STEP_ID: r = serve_id(b); break;
        default: return serve_status(b);
        }
    }
    return r;
}

static void block_reset(struct dev *d) { virtio_reset((struct virtio *)d); }

static void block_free(struct dev *d) { free(block_of((struct virtio *)d)); }

static const struct virtio_type block_type = {
    .id = ID_BLOCK,
    .queues = 1,
    .size_max = VIRTIO_SEGMENT_MAX,
    .chain_max = SEG_MAX + 2,
    .serve = block_serve,
};

static const struct dev_ops block_ops = {
    .name = "virtio-block",
    .widths = 7,
    .read = virtio_read,
    .write = virtio_write,
    .work = virtio_work,
    .reset = block_reset,
    .free = block_free,
};

struct dev *virtio_block_new(const struct dev_block *blk) {
    struct virtio_block *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->blk = *blk;
    uint64_t features = F_SIZE_MAX | F_SEG_MAX | F_BLK_SIZE | F_FLUSH;
    virtio_init(&b->v, &block_ops, &block_type, features | (blk->read_only ? F_RO : 0));
    le_put(b->v.config, 8, blk->size / SECTOR);
    le_put(b->v.config + 8, 4, VIRTIO_SEGMENT_MAX);
    le_put(b->v.config + 12, 4, SEG_MAX);
    le_put(b->v.config + 20, 4, SECTOR);
    return &b->v.dev;
}
