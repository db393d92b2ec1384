/*
 * virtio.c - virtio-mmio, version 2: the registers.
 *
 * Registers are 4 bytes wide, the configuration space takes any width up to 4. A register access of
 * another width, and any to a register that does not exist, reads 0 and stores nothing. A driver
 * that does not accept VIRTIO_F_VERSION_1 is served all the same (xv6 never does), by the same
 * rules. What a driver breaks sets DEVICE_NEEDS_RESET; then only Status and InterruptACK listen.
 */
#include "virtio_priv.h"

#include <string.h>

#define MAGIC   0x74726976 /* "virt" */
#define VENDOR  0x554d4551 /* "QEMU": some drivers look for it */
#define VERSION 2

enum {
    MAGIC_VALUE = 0x000,
    VERSION_VALUE = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC_LOW = 0x080,
    QUEUE_DESC_HIGH = 0x084,
    QUEUE_DRIVER_LOW = 0x090,
    QUEUE_DRIVER_HIGH = 0x094,
    QUEUE_DEVICE_LOW = 0x0a0,
    QUEUE_DEVICE_HIGH = 0x0a4,
    SHM_LEN_LOW = 0x0b0,
    SHM_BASE_HIGH = 0x0bc,
    CONFIG = 0x100,
};

#define STATUS_KEPT                                                                                \
    (VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK | VIRTIO_FEATURES_OK | VIRTIO_FAILED)

static struct virtio *virtio_of(struct dev *d) { return (struct virtio *)d; }

static struct virtq *selected(struct virtio *v) {
    return v->queue_sel < v->type->queues ? &v->queue[v->queue_sel] : NULL;
}

static void update_line(struct virtio *v) { dev_set_line(&v->dev, v->irq != 0); }

void virtio_raise(struct virtio *v, uint32_t irq) {
    v->irq |= irq;
    update_line(v);
}

void virtio_fail(struct virtio *v) {
    v->status |= VIRTIO_NEEDS_RESET;
    virtio_raise(v, VIRTIO_IRQ_CONFIG);
}

void virtio_reset(struct virtio *v) {
    v->accepted = 0;
    v->status = v->irq = 0;
    v->offered_sel = v->accepted_sel = v->queue_sel = 0;
    memset(v->queue, 0, sizeof v->queue);
    memset(&v->req, 0, sizeof v->req);
    memset(v->chain, 0, sizeof v->chain);
    if (v->type->reset)
        v->type->reset(v);
    update_line(v);
}

void virtio_init(struct virtio *v, const struct dev_ops *ops, const struct virtio_type *type,
                 uint64_t features) {
    v->dev.ops = ops;
    v->type = type;
    v->offered = features | VIRTIO_F_VERSION_1;
}

/* ---- Reads ----------------------------------------------------------------------------------- */

static uint64_t read_config(const struct virtio *v, uint32_t off, unsigned width) {
    if (off > VIRTIO_CONFIG_MAX - width)
        return 0;
    return le_get(v->config + off, width);
}

static uint32_t read_queue(struct virtio *v, uint32_t off) {
    const struct virtq *q = selected(v);
    if (!q)
        return 0;
    return off == QUEUE_NUM_MAX ? VIRTIO_QUEUE_MAX : q->ready;
}

static uint32_t half(uint64_t v, uint32_t sel) { return sel < 2 ? (uint32_t)(v >> (32 * sel)) : 0; }

uint64_t virtio_read(struct dev *d, uint32_t off, unsigned width) {
    struct virtio *v = virtio_of(d);
    if (off >= CONFIG)
        return read_config(v, off - CONFIG, width);
    if (width != 4)
        return 0;
    if (off >= SHM_LEN_LOW && off <= SHM_BASE_HIGH)
        return UINT32_MAX; /* no shared memory */
    switch (off) {
    case MAGIC_VALUE: return MAGIC;
    case VERSION_VALUE: return VERSION;
    case DEVICE_ID: return v->type->id;
    case VENDOR_ID: return VENDOR;
    case DEVICE_FEATURES: return half(v->offered, v->offered_sel);
    case QUEUE_NUM_MAX:
    case QUEUE_READY: return read_queue(v, off);
    case INTERRUPT_STATUS: return v->irq;
    case STATUS: return v->status;
    default: return 0;
    }
}

/* ---- Writes ---------------------------------------------------------------------------------- */

static void set_half(uint64_t *v, unsigned which, uint32_t value) {
    unsigned shift = 32 * which;
    *v = (*v & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

/* Bits are only ever added, but by a reset. FEATURES_OK stays clear when the driver accepted what
 * was not offered, and without it there is no DRIVER_OK. */
static unsigned write_status(struct virtio *v, uint32_t value) {
    uint32_t before = v->status;
    if (value == 0) {
        virtio_reset(v);
        return 0;
    }
    value &= STATUS_KEPT;
    if (v->accepted & ~v->offered)
        value &= ~(uint32_t)VIRTIO_FEATURES_OK;
    if (!((before | value) & VIRTIO_FEATURES_OK))
        value &= ~(uint32_t)VIRTIO_DRIVER_OK;
    v->status |= value;
    unsigned claim = !before && v->status ? DEV_CLAIM : 0;
    unsigned work = value & ~before & VIRTIO_DRIVER_OK ? DEV_WORK : 0;
    return claim | work;
}

static void write_ready(struct virtio *v, struct virtq *q, bool ready) {
    if (ready == q->ready)
        return;
    if (ready && !virtq_valid(q)) {
        virtio_fail(v);
        return;
    }
    virtq_clear(v, v->queue_sel);
    q->ready = ready;
}

/* A ready queue keeps its place. */
static void write_queue(struct virtio *v, uint32_t off, uint32_t value) {
    struct virtq *q = selected(v);
    if (!q)
        return;
    if (off == QUEUE_READY)
        write_ready(v, q, value & 1);
    if (q->ready)
        return;
    switch (off) {
    case QUEUE_NUM: q->num = value; break;
    case QUEUE_DESC_LOW: set_half(&q->desc, 0, value); break;
    case QUEUE_DESC_HIGH: set_half(&q->desc, 1, value); break;
    case QUEUE_DRIVER_LOW: set_half(&q->avail, 0, value); break;
    case QUEUE_DRIVER_HIGH: set_half(&q->avail, 1, value); break;
    case QUEUE_DEVICE_LOW: set_half(&q->used, 0, value); break;
    case QUEUE_DEVICE_HIGH: set_half(&q->used, 1, value); break;
    }
}

static unsigned write_notify(struct virtio *v, uint32_t queue) {
    if (queue >= v->type->queues || !v->queue[queue].ready)
        return 0;
    v->queue[queue].kicked = true;
    return DEV_WORK;
}

unsigned virtio_write(struct dev *d, uint32_t off, unsigned width, uint64_t wide) {
    struct virtio *v = virtio_of(d);
    uint32_t value = (uint32_t)wide;
    if (width != 4)
        return 0;
    if (off == STATUS)
        return write_status(v, value);
    if (off == INTERRUPT_ACK) {
        v->irq &= ~value;
        update_line(v);
        return 0;
    }
    if (v->status & VIRTIO_NEEDS_RESET)
        return 0;
    switch (off) {
    case DEVICE_FEATURES_SEL: v->offered_sel = value; break;
    case DRIVER_FEATURES_SEL: v->accepted_sel = value; break;
    case DRIVER_FEATURES:
        if (v->accepted_sel < 2 && !(v->status & VIRTIO_FEATURES_OK))
            set_half(&v->accepted, v->accepted_sel, value);
        break;
    case QUEUE_SEL: v->queue_sel = value; break;
    case QUEUE_NOTIFY: return write_notify(v, value);
    default: write_queue(v, off, value); break;
    }
    return 0;
}
