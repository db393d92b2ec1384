/* window.c - the guest's devices: finisher, RTC, CLINT, PLIC, and a UART by the source of the machine's own. */
#include "classic.h"
#include <stdlib.h>

enum { W_NONE, W_FINISHER, W_RTC, W_CLINT, W_PLIC, W_UART };
enum {
    OUTPUT = 16,
    PATIENCE = 3,
    UART_IER = 1,
    UART_FCR = 2,
    FCR_FIFO = 1,
    UART_LSR = 5,
    LSR_THRE = 0x20
};
enum { PLIC_ENABLE = FROND_PLIC_BASE + 0x2000, PLIC_CLAIM = FROND_PLIC_BASE + 0x200004 };

static const struct {
    uint64_t base, size;
    unsigned which;
} windows[] = {
    {FROND_UART_BASE, FROND_PAGE_SIZE, W_UART},
    {FROND_CLINT_BASE, FROND_CLINT_SIZE, W_CLINT},
    {FROND_PLIC_BASE, FROND_PLIC_SIZE, W_PLIC},
    {FROND_RTC_BASE, FROND_RTC_SIZE, W_RTC},
    {FROND_FINISHER_BASE, FROND_FINISHER_SIZE, W_FINISHER},
};

static unsigned find(uint64_t pa, uint32_t *off) {
    for (unsigned i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        if (pa - windows[i].base < windows[i].size) {
            *off = (uint32_t)(pa - windows[i].base);
            return windows[i].which;
        }
    }
    return W_NONE;
}

/* ---- The UART: output goes on as much at a time as the hart's own takes ---------------------------- */

static uint8_t output[OUTPUT];
static unsigned output_count;
static unsigned
    asked;        /* loads since the last byte of output: the guest may wait for an answer to it */
static bool deaf; /* our receive interrupt is off: the guest's FIFO is full */

/* dev/ asks for one UART, once. */
void *calloc(size_t n, size_t size) {
    static uint64_t room[64];
    static bool given;

    if (given || n * size > sizeof room)
        return NULL;
    given = true;
    return room;
}

void free(void *p) { (void)p; }

void window_flush(void) {
    if (!console_there())
        output_count = 0;
    if (output_count == 0)
        return;
    while ((read8(FROND_UART_BASE + UART_LSR) & LSR_THRE) == 0)
        continue;
    for (unsigned i = 0; i < output_count; i++)
        write8(FROND_UART_BASE, output[i]);
    output_count = 0;
}

static void write_chars(void *opaque, const uint8_t *buf, size_t n) {
    (void)opaque;
    for (size_t i = 0; i < n; i++) {
        output[output_count++] = buf[i];
        if (buf[i] == '\n' || output_count == OUTPUT)
            window_flush();
    }
}

static long read_chars(void *opaque, uint8_t *buf, size_t n) {
    size_t got = 0;
    int c;

    (void)opaque;
    while (got < n && (c = uart_get()) >= 0)
        buf[got++] = (uint8_t)c;
    deaf = got == n;
    if (console_there())
        write8(FROND_UART_BASE + UART_IER, deaf ? 0 : 1);
    return (long)got;
}

static uint32_t lines(void) {
    return guest.uart != NULL && guest.uart->line ? 1u << FROND_IRQ_UART : 0;
}

static void line(void *opaque, struct dev *d, bool level) {
    (void)opaque;
    (void)d;
    if (level)
        plic_sample(&guest.plic, 1u << FROND_IRQ_UART);
    guest.attention = true;
}

bool window_init(bool there) {
    static const struct dev_char chr = {NULL, read_chars, write_chars};

    if (!there)
        return true;
    guest.uart = uart_new(&chr);
    if (guest.uart == NULL)
        return false;
    guest.uart->bus.line = line;
    if (console_there()) {
        write8(FROND_UART_BASE + UART_FCR, FCR_FIFO);
        write8(FROND_UART_BASE + UART_IER, 1);
        write32(FROND_PLIC_BASE + 4 * FROND_IRQ_UART, 1);
        write32(PLIC_ENABLE, 1u << FROND_IRQ_UART);
    }
    return true;
}

void window_input(void) {
    uint32_t source = read32(PLIC_CLAIM);

    if (source == 0)
        return;
    window_flush();
    if (!uart_poll(guest.uart)) {
        deaf = true;
        write8(FROND_UART_BASE + UART_IER, 0);
    }
    write32(PLIC_CLAIM, source);
}

static bool uart_access(uint32_t off, unsigned width, uint64_t *value, bool store) {
    if (guest.uart == NULL || width != 1)
        return false;
    asked = store ? 0 : asked + 1;
    if (asked == PATIENCE)
        window_flush();
    if (store)
        guest.uart->ops->write(guest.uart, off, 1, *value);
    else
        *value = guest.uart->ops->read(guest.uart, off, 1);
    if (deaf)
        uart_poll(guest.uart);
    return true;
}

/* ---- CLINT ---------------------------------------------------------------------------------------- */

static uint64_t clint_register(uint32_t off) {
    switch (off & ~7u) {
    case 0: return guest.clint.msip;
    case 0x4000: return guest.clint.mtimecmp;
    case 0xbff8: return time_now();
    default: return 0;
    }
}

static uint64_t clint_load(uint32_t off, unsigned width) {
    uint64_t v = clint_register(off);

    return width == 8 ? v : v >> (8 * (off & 4)) & UINT32_MAX;
}

static void clint_store(uint32_t off, unsigned width, uint64_t value) {
    uint64_t mask = width == 8 ? UINT64_MAX : (uint64_t)UINT32_MAX << (8 * (off & 4));
    uint64_t v = (clint_register(off) & ~mask) | (value << (8 * (off & 4)) & mask);

    switch (off & ~7u) {
    case 0: guest.clint.msip = v & 1; break;
    case 0x4000: guest.clint.mtimecmp = v; break;
    case 0xbff8: guest.clint.time_offset = v * FROND_STEPS_PER_TICK - guest.clock; break;
    }
}

/* ---- Accesses ------------------------------------------------------------------------------------- */

/* The guest ends its machine, so do we; or asks for it anew. */
static void finisher(uint32_t off, unsigned width, uint64_t value) {
    unsigned kind = value & 0xffff;

    if (off != 0 || (kind != 0x5555 && kind != 0x3333 && kind != 0x7777))
        return;
    window_flush();
    guest.reset = kind == 0x7777;
    if (guest.reset)
        return;
    counts[width == 2 ? COUNT_sh : COUNT_sw]++;
    retire(0);
    at_end();
    finish(kind == 0x3333 ? (int)(value >> 16 & 0xffff) : 0);
}

bool window_load(uint64_t pa, unsigned width, uint64_t *value) {
    uint32_t off = 0;

    *value = 0;
    switch (find(pa, &off)) {
    case W_FINISHER: return width == 4 || width == 2;
    case W_RTC:
        if (width != 4)
            return false;
        *value = rtc_read(&guest.rtc, off, guest.epoch + guest.clock);
        return true;
    case W_CLINT:
        if (width < 4)
            return false;
        *value = clint_load(off, width);
        return true;
    case W_PLIC:
        if (width != 4)
            return false;
        *value = plic_read(&guest.plic, off);
        guest.attention = true; /* a claim changes what is pending */
        return true;
    case W_UART: return uart_access(off, width, value, false);
    default: return false;
    }
}

bool window_store(uint64_t pa, unsigned width, uint64_t value) {
    uint32_t off = 0;
    unsigned which = find(pa, &off);

    if (which == W_UART)
        return uart_access(off, width, &value, true);
    if (which == W_NONE || width < 2 || (which == W_CLINT ? width == 2 : width == 8) ||
        (width == 2 && which != W_FINISHER))
        return false;
    guest.attention = true;
    if (which == W_FINISHER)
        finisher(off, width, value);
    else if (which == W_RTC)
        rtc_write(&guest.rtc, off, (uint32_t)value, guest.epoch + guest.clock);
    else if (which == W_CLINT)
        clint_store(off, width, value);
    else
        plic_write(&guest.plic, off, (uint32_t)value, lines());
    return true;
}
