/* window.c - the private windows of the top: finisher, RTC, CLINT, node controller, PLIC. */
#include "../dev/dev.h"
#include "riscv.h"

enum which { W_NONE, W_FINISHER, W_RTC, W_CLINT, W_CTL, W_PLIC };

static const struct {
    uint64_t base, size;
    enum which which;
} windows[] = {
    {FROND_FINISHER_BASE, FROND_FINISHER_SIZE, W_FINISHER},
    {FROND_RTC_BASE, FROND_RTC_SIZE, W_RTC},
    {FROND_CLINT_BASE, FROND_CLINT_SIZE, W_CLINT},
    {FROND_CTL_BASE, FROND_CTL_SIZE, W_CTL},
    {FROND_PLIC_BASE, FROND_PLIC_SIZE, W_PLIC},
};

static enum which find(uint64_t addr, uint32_t *off) {
    for (unsigned i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        if (addr - windows[i].base < windows[i].size) {
            *off = (uint32_t)(addr - windows[i].base);
            return windows[i].which;
        }
    }
    return W_NONE;
}

bool window_is_private(uint64_t addr) {
    uint32_t off;

    return addr < FROND_PLIC_BASE + FROND_PLIC_SIZE && find(addr, &off) != W_NONE;
}

/* ---- CLINT: one 64-bit register each at 0x4000 and 0xbff8, in one or two halves ------------------- */

static uint64_t clint_register(struct riscv *r, const struct frond_desc *d, uint32_t off) {
    uint64_t clock = level_clock(r, r->core.top);

    switch (off & ~7u) {
    case 0: return d->clint.msip;
    case 0x4000: return d->clint.mtimecmp;
    case 0xbff8: return (clock + d->clint.time_offset) / FROND_STEPS_PER_TICK;
    default: return 0;
    }
}

static uint64_t clint_load(struct riscv *r, const struct frond_desc *d, uint32_t off,
                           unsigned width) {
    uint64_t v = clint_register(r, d, off);

    return width == 8 ? v : v >> (8 * (off & 4)) & UINT32_MAX;
}

static void clint_store(struct riscv *r, struct frond_desc *d, uint32_t off, unsigned width,
                        uint64_t value) {
    uint64_t old = clint_register(r, d, off);
    uint64_t mask = width == 8 ? UINT64_MAX : (uint64_t)UINT32_MAX << (8 * (off & 4));
    uint64_t v = (old & ~mask) | ((value << (width == 8 ? 0 : 8 * (off & 4))) & mask);

    switch (off & ~7u) {
    case 0: d->clint.msip = v & 1; break;
    case 0x4000: d->clint.mtimecmp = v; break;
    case 0xbff8:
        d->clint.time_offset = v * FROND_STEPS_PER_TICK - level_clock(r, r->core.top);
        break;
    }
}

/* ---- Accesses ------------------------------------------------------------------------------------ */

static uint64_t rtc_now(struct riscv *r, const struct frond_desc *d) {
    return d->epoch + level_clock(r, r->core.top);
}

static bool ctl_load(const struct frond_desc *d, uint32_t off, uint64_t *value) {
    switch (off) {
    case FROND_CTL_ID: *value = FROND_CTL_MAGIC | (uint64_t)FROND_ABI_VERSION << 48; return true;
    case FROND_CTL_WHO: *value = d->news - 1; return true;
    case FROND_CTL_STATUS: *value = d->status; return true;
    default: return false;
    }
}

bool window_load(struct riscv *r, uint64_t pa, unsigned width, uint64_t *value) {
    struct frond_desc *d = r->h.d;
    uint32_t off = 0;

    switch (find(pa, &off)) {
    case W_FINISHER: *value = 0; return width == 4 || width == 2;
    case W_RTC:
        if (width != 4)
            return false;
        *value = rtc_read(&d->rtc, off, rtc_now(r, d));
        return true;
    case W_CLINT:
        if (width < 4)
            return false;
        *value = clint_load(r, d, off, width);
        return true;
    case W_CTL: return width == 8 && ctl_load(d, off, value);
    case W_PLIC:
        if (width != 4)
            return false;
        *value = plic_read(&d->plic, off);
        r->h.attention = true; /* a claim changes what is pending */
        return true;
    default: return false;
    }
}

static void finish(struct riscv *r, uint32_t off, uint64_t value, unsigned ilen, bool *changed) {
    unsigned kind = (value & 0xffff) == 0x7777 ? FROND_HALT_RESET : FROND_HALT_EXIT;
    uint64_t code = (value & 0xffff) == 0x3333 ? value >> 16 & 0xffff : 0;

    value &= 0xffff;
    if (off != 0 || (value != 0x5555 && value != 0x3333 && value != 0x7777))
        return;
    r->h.d->pc += ilen; /* the store has retired */
    r->h.left--;
    child_halt(r, kind, code);
    *changed = true;
}

bool window_store(struct riscv *r, uint64_t pa, uint64_t va, struct access a, uint64_t value,
                  bool *changed) {
    struct frond_desc *d = r->h.d;
    uint32_t off = 0;

    (void)va;
    switch (find(pa, &off)) {
    case W_FINISHER:
        if (a.width != 4 && a.width != 2)
            return false;
        finish(r, off, value, a.ilen, changed);
        return true;
    case W_RTC:
        if (a.width != 4)
            return false;
        rtc_write(&d->rtc, off, (uint32_t)value, rtc_now(r, d));
        return true;
    case W_CLINT:
        if (a.width < 4)
            return false;
        clint_store(r, d, off, a.width, value);
        r->h.attention = true;
        return true;
    case W_CTL:
        if (a.width != 8 || (off != FROND_CTL_ENTER && off != FROND_CTL_WHO))
            return false;
        if (off == FROND_CTL_WHO) {
            d->news = 0;
            r->h.attention = true;
            return true;
        }
        child_enter(r, value, a.ilen);
        *changed = true;
        return true;
    case W_PLIC:
        if (a.width != 4)
            return false;
        plic_write(&d->plic, off, (uint32_t)value,
                   r->bus.lines(r->bus.opaque, r->core.top) | d->lines);
        r->h.attention = true;
        return true;
    default: return false;
    }
}
