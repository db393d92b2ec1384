/*
 * bus.c - device windows, who owns them, and what waits.
 *
 * An owner is a path of uids, so that a stale one (killed, cloned, its label used again) matches no
 * path of the present. A device moves data only while its owner's path is a prefix of the active
 * path and the owner's window still leads to it.
 */
#include "machine.h"
#include <string.h>

static unsigned window_source(uint64_t addr) {
    if (addr == FROND_UART_BASE)
        return FROND_IRQ_UART;
    if (addr >= FROND_VIRTIO_BASE &&
        addr < FROND_VIRTIO_BASE + FROND_VIRTIO_SLOTS * FROND_VIRTIO_STRIDE)
        return FROND_IRQ_VIRTIO + (unsigned)((addr - FROND_VIRTIO_BASE) / FROND_VIRTIO_STRIDE);
    return 0; /* a window elsewhere has no line */
}

/* How many levels of the active path agree with the owner's. */
static unsigned agree(const struct frond *m, const struct owner *o) {
    const struct core *c = &m->r.core;
    unsigned n = 0;

    if (c->empty)
        return 0;
    while (n < o->nodes && n <= c->top && c->path[n].ctx->uid == o->uid[n])
        n++;
    return n;
}

static bool owns(const struct frond *m, const struct owner *o, unsigned level) {
    return o->nodes == level + 1 && agree(m, o) == o->nodes;
}

static void owner_free(const struct memory *memory, struct owner *o) {
    memory_free(memory, o->uid, o->room * sizeof *o->uid);
    memory_free(memory, o->label, o->room * sizeof *o->label);
    memory_free(memory, o->told, o->room * sizeof *o->told);
    *o = (struct owner){0};
}

/* Room for an owner of so many nodes, whoever it is now. */
static bool owner_room(struct slot *s, unsigned nodes) {
    const struct memory *memory = &s->m->r.isa.memory;
    struct owner o = s->owner;

    if (nodes <= o.room)
        return true;
    o.room = 2 * nodes;
    o.uid = memory_alloc(memory, o.room * sizeof *o.uid);
    o.label = memory_alloc(memory, o.room * sizeof *o.label);
    o.told = memory_alloc(memory, o.room * sizeof *o.told);
    if (!o.uid || !o.label || !o.told) {
        owner_free(memory, &o);
        return false;
    }
    for (unsigned l = 0; l < o.nodes; l++) {
        o.uid[l] = s->owner.uid[l];
        o.label[l] = s->owner.label[l];
        o.told[l] = s->owner.told[l];
    }
    owner_free(memory, &s->owner);
    s->owner = o;
    return true;
}

/* The node on top, for which there is room, owns the device from now on. */
static void claim(struct slot *s, uint64_t addr) {
    const struct core *c = &s->m->r.core;
    struct owner *o = &s->owner;

    s->m->owned |= 1u << (s - s->m->slot);
    o->nodes = c->top + 1;
    o->addr = addr;
    o->mode = hart_data_mode(c->path[c->top].d);
    o->news = false;
    for (unsigned l = 0; l < o->nodes; l++) {
        o->uid[l] = c->path[l].ctx->uid;
        o->label[l] = c->path[l].ctx->label;
        o->told[l] = false;
    }
}

/* ---- Accesses by the top -------------------------------------------------------------------------- */

static bool width_ok(const struct dev *d, unsigned width) {
    unsigned log = width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3;

    return (d->ops->widths >> log & 1) != 0;
}

static bool bus_read(void *opaque, uint32_t window, unsigned off, unsigned width, uint64_t *value) {
    struct frond *m = opaque;
    struct dev *d = window < WINDOWS ? m->slot[window].d : NULL;

    if (!d || !width_ok(d, width))
        return false;
    *value = d->ops->read(d, off, width);
    return true;
}

static enum riscv_stored bus_write(void *opaque, uint32_t window, uint64_t addr, unsigned off,
                                   unsigned width, uint64_t value) {
    struct frond *m = opaque;
    struct slot *s = window < WINDOWS ? &m->slot[window] : NULL;

    if (!s || !s->d || !width_ok(s->d, width))
        return RISCV_STORE_REFUSED;
    if (!owner_room(s, m->r.core.top + 1))
        return RISCV_STORE_AGAIN;
    unsigned asks = s->d->ops->write(s->d, off, width, value);
    if (asks & DEV_CLAIM)
        claim(s, addr);
    if (asks & DEV_WORK) {
        s->work = true;
        if (owns(m, &s->owner, m->r.core.top))
            s->owner.mode = hart_data_mode(m->r.core.path[m->r.core.top].d);
        m->r.work = true;
    }
    if (asks)
        riscv_attend(&m->r);
    return RISCV_STORED;
}

/* ---- Transfers ------------------------------------------------------------------------------------- */

static enum dma transfer(struct slot *s, uint64_t addr, void *buf, size_t len, bool write) {
    struct frond *m = s->m;

    if (s->refuse) {
        s->refuse = false;
        return DMA_REFUSED;
    }
    if (atomic_load_explicit(&m->r.stop, memory_order_relaxed))
        return DMA_WAIT;
    switch (
        riscv_dma(&m->r, s->level, addr, buf, len, write, s->owner.mode, (unsigned)(s - m->slot))) {
    case RISCV_DMA_OK: return DMA_OK;
    case RISCV_DMA_REFUSED: return DMA_REFUSED;
    default: m->path_changed = true; return DMA_WAIT;
    }
}

static enum dma dma_read(void *opaque, struct dev *d, uint64_t addr, void *buf, size_t len) {
    (void)d;
    return transfer(opaque, addr, buf, len, false);
}

static enum dma dma_write(void *opaque, struct dev *d, uint64_t addr, const void *buf, size_t len) {
    uint8_t copy[FROND_PAGE_SIZE]; /* the shared path takes a plain pointer */

    (void)d;
    memcpy(copy, buf, len);
    return transfer(opaque, addr, copy, len, true);
}

/* Whether the owner's window still leads to the device. True too if looking changed the path. */
static bool window_leads(struct slot *s, unsigned level) {
    struct core_answer a;

    core_resolve(&s->m->r.core, level, s->owner.mode == FROND_MODE_U ? CORE_NP : CORE_P,
                 s->owner.addr, FROND_W, &a);
    return a.what == CORE_DEVICE && a.page == (uint32_t)(s - s->m->slot);
}

static bool bus_work(void *opaque, unsigned level) {
    struct frond *m = opaque;
    bool waiting = false;

    for (unsigned w = 0; w < WINDOWS; w++) {
        struct slot *s = &m->slot[w];
        if (!s->d || !s->work)
            continue;
        if (!owns(m, &s->owner, level) || !window_leads(s, level)) {
            waiting = true;
            continue;
        }
        s->level = level;
        m->path_changed = false;
        s->work = !s->d->ops->work(s->d);
        waiting |= s->work;
        if (m->path_changed) {
            m->r.waiting = true;
            return false;
        }
    }
    m->r.waiting = waiting;
    return true;
}

static void bus_refuse(void *opaque, unsigned level, unsigned window) {
    struct frond *m = opaque;

    if (window < WINDOWS && m->slot[window].d && owns(m, &m->slot[window].owner, level)) {
        m->slot[window].refuse = true;
        m->slot[window].work = true;
        m->r.work = true;
        m->r.check = 0;
    }
}

/* ---- Lines and news --------------------------------------------------------------------------------- */

/* Tells the node at `level` that a device of a subtree off the path has news, if it was not told. */
static void tell(struct frond *m, struct slot *s, unsigned level) {
    struct owner *o = &s->owner;
    struct frond_desc *d = m->r.core.path[level].d;
    unsigned n = agree(m, o);

    if (n == o->nodes) {
        o->news = false; /* the owner is here and sees its line */
        return;
    }
    if (level + 1 != n || o->told[level] || d->news != 0)
        return;
    d->news = o->label[n] + 1;
    o->told[level] = true;
}

static uint32_t bus_lines(void *opaque, unsigned level) {
    struct frond *m = opaque;
    uint32_t lines = 0;

    for (uint32_t left = m->owned; left != 0; left &= left - 1) {
        struct slot *s = &m->slot[__builtin_ctz(left)];
        if (s->owner.news)
            tell(m, s, level);
        if (s->d->line && owns(m, &s->owner, level))
            lines |= 1u << window_source(s->owner.addr);
    }
    return lines & ~1u;
}

/* A line rose or input came. */
static void rouse(struct slot *s) {
    struct owner *o = &s->owner;

    if (o->nodes != 0 && agree(s->m, o) != o->nodes) {
        o->news = true;
        memset(o->told, 0, o->nodes * sizeof *o->told);
    }
    riscv_attend(&s->m->r);
}

static void line_changed(void *opaque, struct dev *d, bool level) {
    (void)d;
    if (level)
        rouse(opaque);
    else
        riscv_attend(&((struct slot *)opaque)->m->r);
}

bool bus_poll(struct frond *m) {
    bool any = false;

    for (unsigned w = 0; w < WINDOWS; w++) {
        struct slot *s = &m->slot[w];
        if (!s->d || !s->poll || !s->poll(s->d))
            continue;
        s->work = true;
        m->r.work = true;
        rouse(s);
        any = true;
    }
    return any;
}

/* ---- Set-up ------------------------------------------------------------------------------------------ */

void bus_init(struct frond *m) {
    m->r.bus = (struct riscv_bus){.opaque = m,
                                  .read = bus_read,
                                  .write = bus_write,
                                  .lines = bus_lines,
                                  .work = bus_work,
                                  .refuse = bus_refuse};
}

void bus_free(struct frond *m) {
    for (unsigned w = 0; w < WINDOWS; w++) {
        if (m->slot[w].d)
            m->slot[w].d->ops->free(m->slot[w].d);
        owner_free(&m->r.isa.memory, &m->slot[w].owner);
    }
}

enum frond_status bus_attach(struct frond *m, unsigned window, struct dev *d,
                             bool (*poll)(struct dev *)) {
    struct slot *s = &m->slot[window];

    if (!d)
        return fail(m, FROND_E_MEMORY, "no memory for a device");
    if (s->d || m->regions == REGIONS) {
        d->ops->free(d);
        return fail(m, FROND_E_ARGUMENT, "device window %u is taken", window);
    }
    *s = (struct slot){.m = m, .d = d, .poll = poll};
    d->bus =
        (struct dev_bus){.opaque = s, .read = dma_read, .write = dma_write, .line = line_changed};
    return FROND_OK;
}
