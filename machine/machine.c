/* machine.c - frond.h: a machine made, run, and taken apart. */
#include "machine.h"
#include "../jit/jit.h"
#include "../host/host.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef FROND_VERSION
#define FROND_VERSION "0"
#endif

const char *frond_version(void) { return FROND_VERSION; }

const char *frond_status_text(enum frond_status s) {
    static const char *const text[] = {
        "done",
        "stopped",
        "out of host memory",
        "argument out of range",
        "not an image for this machine",
        "bad descriptor of node 0",
        "no such node",
        "memory that is not realized",
        "limit reached",
        "broken invariant",
    };

    return (unsigned)s < sizeof text / sizeof text[0] ? text[s] : "unknown status";
}

const char *frond_error(const struct frond *m) { return m->error; }

enum frond_status fail(struct frond *m, enum frond_status s, const char *format, ...) {
    va_list args;

    va_start(args, format);
    vsnprintf(m->error, sizeof m->error, format, args);
    va_end(args);
    return s;
}

void frond_options_default(struct frond_options *o) {
    *o = (struct frond_options){.memory = 128u << 20};
}

struct frond_code *frond_code_new(void) {
    return (struct frond_code *)jit_region_new(JIT_REGION);
}

void frond_code_free(struct frond_code *c) { jit_region_free((struct jit_region *)c); }

static bool page_aligned(uint64_t n) { return n % FROND_PAGE_SIZE == 0; }

static void poll_hook(void *opaque) {
    struct frond *m = opaque;

    if (m->tick)
        m->tick(m->tick_opaque);
    if (m->poll_input)
        bus_poll(m);
}

static void *take(void *opaque, size_t size) {
    struct frond *m = opaque;
    bool over = m->o.overhead != 0 && size > m->o.overhead - m->held;
    void *p = over ? NULL : host_alloc(size);

    m->held += p ? size : 0;
    m->limited = p ? m->limited : over;
    return p;
}

enum frond_status no_memory(struct frond *m) {
    if (m->limited)
        return fail(m, FROND_E_LIMIT, "limit of %llu bytes of host memory besides RAM is reached",
                    (unsigned long long)m->o.overhead);
    return fail(m, FROND_E_MEMORY, "out of host memory");
}

static void give_back(void *opaque, void *p, size_t size) {
    struct frond *m = opaque;

    m->held -= p ? size : 0;
    host_free(p);
}

void frond_cost(const struct frond *m, struct frond_cost *out) {
    const struct core_cost *c = &m->r.core.cost;

    *out =
        (struct frond_cost){c->asks, c->refs, c->regs, c->loads, c->enters, c->changes, c->emptied};
}

uint64_t frond_overhead(const struct frond *m) { return m->held; }

struct frond_translated frond_translated(const struct frond *m) {
    return m->r.h.jit ? jit_made(m->r.h.jit) : (struct frond_translated){0};
}

void frond_on_unit(struct frond *m, void (*made)(void *opaque, const struct frond_unit *u),
                   void *opaque) {
    if (m->r.h.jit)
        jit_on_unit(m->r.h.jit, made, opaque);
}

static void point_root(struct frond *m) {
    m->r.core.root = m->region;
    m->r.core.root_count = m->regions;
}

struct frond *frond_new(const struct frond_options *o) {
    static const struct core_scheme *const schemes[] = {&core_flat, &core_pure, &core_hv,
                                                        &core_display, &core_rmr};
    const uint64_t most = 1ULL << 42;

    if (!page_aligned(o->memory) || !page_aligned(o->extra) || o->memory > most ||
        o->extra > most || (unsigned)o->maps >= sizeof schemes / sizeof schemes[0])
        return NULL;
    struct frond *m = host_alloc(sizeof *m);
    if (!m)
        return NULL;
    m->o = *o;
    m->arena = o->memory + o->extra;
    m->memory = (struct memory){m, take, give_back};
    m->ram = host_reserve(m->arena);
    m->desc = memory_alloc(&m->memory, sizeof *m->desc);
    if (!m->ram || !m->desc ||
        !riscv_init(&m->r, m->ram, (uint32_t)(m->arena / FROND_PAGE_SIZE), &m->memory,
                    !o->interpret, (struct jit_region *)o->code)) {
        frond_free(m);
        return NULL;
    }
    bus_init(m);
    m->desc->magic = FROND_MAGIC;
    m->desc->version = FROND_ABI_VERSION;
    m->desc->pc = FROND_RAM_BASE;
    m->desc->budget = UINT64_MAX;
    m->r.core.contexts_max = o->nodes > UINT32_MAX ? UINT32_MAX : (uint32_t)o->nodes;
    if (o->hot != 0)
        m->r.h.hot = o->hot;
    m->r.core.scheme = schemes[o->maps];
    m->r.shake = o->shake;
    m->r.shake_every = o->shake_every ? o->shake_every : 5000;
    m->r.audit = o->audit;
    m->r.poll = poll_hook;
    m->r.opaque = m;
    m->poll_input = true;
    point_root(m);
    if (o->memory && frond_map(m, FROND_RAM_BASE, o->memory, FROND_R | FROND_W | FROND_X)) {
        frond_free(m);
        return NULL;
    }
    return m;
}

void frond_free(struct frond *m) {
    if (!m)
        return;
    if (m->r.core.isa) {
        bus_free(m);
        riscv_done(&m->r);
    }
    host_release(m->ram, m->arena);
    memory_free(&m->memory, m->desc, sizeof *m->desc);
    text_free(&m->text);
    host_free(m);
}

/* One more range of f[0], kept in order. */
static enum frond_status add_region(struct frond *m, const struct frond_range *r) {
    unsigned i = m->regions;

    if (m->regions == REGIONS)
        return fail(m, FROND_E_ARGUMENT, "more than %u regions of memory and devices", REGIONS);
    while (i > 0 && m->region[i - 1].base > r->base)
        i--;
    if ((i > 0 && range_last(&m->region[i - 1]) >= r->base) ||
        (i < m->regions && m->region[i].base <= range_last(r)))
        return fail(m, FROND_E_ARGUMENT, "0x%llx overlaps what is mapped already",
                    (unsigned long long)r->base);
    memmove(&m->region[i + 1], &m->region[i], (m->regions - i) * sizeof *r);
    m->region[i] = *r;
    m->regions++;
    point_root(m);
    core_drop_all(&m->r.core);
    return FROND_OK;
}

enum frond_status frond_map(struct frond *m, uint64_t base, uint64_t size, unsigned perm) {
    struct frond_range r = {.base = base, .size = size, .target = m->given, .flags = perm};

    if (!range_ok(&r) || perm > 7)
        return fail(m, FROND_E_ARGUMENT,
                    "base and size must be multiples of 4096, size not 0, perm of R, W, X");
    if (size > m->arena - m->given)
        return fail(m, FROND_E_ARGUMENT, "%llu bytes are left to map",
                    (unsigned long long)(m->arena - m->given));
    enum frond_status s = add_region(m, &r);
    if (s == FROND_OK)
        m->given += size;
    return s;
}

/* ---- Devices ----------------------------------------------------------------------------------------- */

static enum frond_status attach(struct frond *m, unsigned window, struct dev *d,
                                bool (*poll)(struct dev *)) {
    uint64_t base = window == UART_WINDOW
                        ? FROND_UART_BASE
                        : FROND_VIRTIO_BASE + (uint64_t)(window - 1) * FROND_VIRTIO_STRIDE;
    struct frond_range r = {.base = base,
                            .size = FROND_PAGE_SIZE,
                            .target = CORE_ROOT_WINDOW | (uint64_t)window * FROND_PAGE_SIZE,
                            .flags = FROND_R | FROND_W};
    enum frond_status s = bus_attach(m, window, d, poll);

    return s == FROND_OK ? add_region(m, &r) : s;
}

static enum frond_status slot_ok(struct frond *m, unsigned slot) {
    if (slot < FROND_VIRTIO_SLOTS)
        return FROND_OK;
    return fail(m, FROND_E_ARGUMENT, "virtio slot %u: slots are 0 to %u", slot,
                FROND_VIRTIO_SLOTS - 1);
}

enum frond_status frond_attach_uart(struct frond *m, const struct dev_char *c) {
    return attach(m, UART_WINDOW, uart_new(c), uart_poll);
}

enum frond_status frond_attach_block(struct frond *m, unsigned slot, const struct dev_block *b) {
    enum frond_status s = slot_ok(m, slot);

    return s ? s : attach(m, 1 + slot, virtio_block_new(b), NULL);
}

enum frond_status frond_attach_rng(struct frond *m, unsigned slot, uint64_t seed) {
    enum frond_status s = slot_ok(m, slot);

    return s ? s : attach(m, 1 + slot, virtio_rng_new(seed), NULL);
}

enum frond_status frond_attach_console(struct frond *m, unsigned slot, const struct dev_char *c) {
    enum frond_status s = slot_ok(m, slot);

    return s ? s : attach(m, 1 + slot, virtio_console_new(c), virtio_console_poll);
}

uint32_t frond_virtio_slots(const struct frond *m) {
    uint32_t mask = 0;

    for (unsigned i = 0; i < FROND_VIRTIO_SLOTS; i++)
        mask |= m->slot[1 + i].d ? 1u << i : 0;
    return mask;
}

bool frond_has_uart(const struct frond *m) { return m->slot[UART_WINDOW].d != NULL; }

bool frond_poll(struct frond *m) { return bus_poll(m); }

void frond_poll_input(struct frond *m, bool on) { m->poll_input = on; }

void frond_on_tick(struct frond *m, void (*tick)(void *opaque), void *opaque) {
    m->tick = tick;
    m->tick_opaque = opaque;
}

/* ---- Running ----------------------------------------------------------------------------------------- */

struct frond_desc *frond_desc(struct frond *m) {
    return m->desc;
}

void frond_stop(struct frond *m) { atomic_store(&m->r.stop, true); }

uint64_t frond_now(const struct frond *m) { return m->r.core.now; }

bool frond_htif(const struct frond *m, uint64_t *code) {
    *code = m->code;
    return m->ended;
}

/* The status for r.error. */
static enum frond_status run_error(struct frond *m) {
    const char *error = m->r.error;

    m->r.error = NULL;
    switch (m->r.why) {
    case RISCV_NODES:
        return fail(m, FROND_E_LIMIT, "limit of %llu nodes is reached",
                    (unsigned long long)m->o.nodes);
    case RISCV_MEMORY: return no_memory(m);
    case RISCV_AUDIT: return fail(m, FROND_E_AUDIT, "%s", error);
    case RISCV_DESC: break;
    }
    return fail(m, FROND_E_DESC, "%s", error);
}

enum frond_status frond_enter(struct frond *m) {
    struct frond_desc *d = m->desc;

    for (;;) {
        int bad = desc_check(d);
        if (bad >= 0)
            return fail(m, FROND_E_DESC,
                        "node 0's descriptor: the field at offset 0x%x has a "
                        "value that it may not have",
                        (unsigned)bad);
        enum riscv_end end = riscv_run(&m->r, d);
        if (m->tohost && (m->r.core.host_store || m->r.pause != UINT64_MAX))
            htif_poll(m, end == RISCV_EXIT);
        if (end == RISCV_ERROR)
            return run_error(m);
        if (m->ended || end == RISCV_STOP)
            return FROND_STOPPED;
        if (end != RISCV_EXIT)
            continue;
        if (d->exit.reason != FROND_EXIT_FAULT || m->o.keep_gaps)
            return FROND_OK;
        d->resume = FROND_DENY;
    }
}
