/*
 * uart.c - ns16550a with 16-byte receive FIFO, one register a byte.
 *
 * Transmission takes no time: a byte stored in THR has left at once, so THRE and TEMT are always
 * set and the "transmitter empty" interrupt is a latch: set by IER.THRI becoming 1, by each byte
 * sent and by a FIFO reset, cleared by reading IIR while it is the cause named there. Received
 * bytes below the FIFO's trigger level are reported at once as a timeout. Modem lines never
 * change. Input waits in the back end until uart_poll finds room: nothing from outside overruns.
 */
#include "dev.h"

#include <stdlib.h>
#include <string.h>

enum { RBR_THR = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };

#define IER_RDI      0x01 /* received data */
#define IER_THRI     0x02
#define IER_RLSI     0x04 /* receiver line status */
#define IER_MASK     0x0f
#define IIR_NONE     0x01
#define IIR_THRI     0x02
#define IIR_RDI      0x04
#define IIR_RLSI     0x06
#define IIR_TIMEOUT  0x0c
#define IIR_FIFO     0xc0
#define FCR_FIFO     0x01
#define FCR_CLEAR_RX 0x02
#define FCR_CLEAR_TX 0x04
#define FCR_KEPT     0xc9 /* enable, DMA mode, trigger level */
#define LCR_DLAB     0x80
#define MCR_LOOP     0x10
#define MCR_MASK     0x1f
#define LSR_DR       0x01
#define LSR_OE       0x02
#define LSR_EMPTY    0x60 /* THRE and TEMT */
#define MSR_LINES    0xb0 /* carrier, data set ready, clear to send */

#define FIFO_SIZE 16

struct uart {
    struct dev dev;
    struct dev_char chr;
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    bool overrun;
    bool thr_latch; /* the transmitter-empty interrupt waits */
    uint8_t head, count;
    uint8_t fifo[FIFO_SIZE];
};

static const uint8_t trigger_level[4] = {1, 4, 8, 14};

static struct uart *uart_of(struct dev *d) { return (struct uart *)d; }

static unsigned uart_room(const struct uart *u) {
    unsigned size = u->fcr & FCR_FIFO ? FIFO_SIZE : 1;
    return size > u->count ? size - u->count : 0;
}

/* The cause of highest priority, as IIR names it. */
static uint8_t uart_cause(const struct uart *u) {
    if ((u->ier & IER_RLSI) && u->overrun)
        return IIR_RLSI;
    if ((u->ier & IER_RDI) && u->count) {
        bool full = !(u->fcr & FCR_FIFO) || u->count >= trigger_level[u->fcr >> 6];
        return full ? IIR_RDI : IIR_TIMEOUT;
    }
    if ((u->ier & IER_THRI) && u->thr_latch)
        return IIR_THRI;
    return IIR_NONE;
}

static void uart_update(struct uart *u) { dev_set_line(&u->dev, uart_cause(u) != IIR_NONE); }

static void fifo_clear(struct uart *u) {
    u->head = 0;
    u->count = 0;
}

static void fifo_push(struct uart *u, uint8_t byte) {
    if (!uart_room(u)) {
        u->overrun = true;
        return;
    }
    u->fifo[(u->head + u->count) % FIFO_SIZE] = byte;
    u->count++;
}

static uint8_t fifo_pop(struct uart *u) {
    if (!u->count)
        return 0;
    uint8_t byte = u->fifo[u->head];
    u->head = (uint8_t)((u->head + 1) % FIFO_SIZE);
    u->count--;
    return byte;
}

static uint8_t read_iir(struct uart *u) {
    uint8_t cause = uart_cause(u);
    if (cause == IIR_THRI)
        u->thr_latch = false;
    return cause | (u->fcr & FCR_FIFO ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct uart *u) {
    uint8_t v = LSR_EMPTY | (u->count ? LSR_DR : 0) | (u->overrun ? LSR_OE : 0);
    u->overrun = false;
    return v;
}

/* In loopback the modem outputs come back as inputs: RTS as CTS, DTR as DSR, OUT1 as RI, OUT2 as
 * DCD. */
static uint8_t read_msr(const struct uart *u) {
    if (!(u->mcr & MCR_LOOP))
        return MSR_LINES;
    return (uint8_t)((u->mcr & 0x0c) << 4 | (u->mcr & 0x02) << 3 | (u->mcr & 0x01) << 5);
}

static uint64_t uart_read(struct dev *d, uint32_t off, unsigned width) {
    struct uart *u = uart_of(d);
    bool dlab = u->lcr & LCR_DLAB;
    uint8_t v = 0;
    (void)width;
    switch (off) {
    case RBR_THR: v = dlab ? u->dll : fifo_pop(u); break;
    case IER: v = dlab ? u->dlm : u->ier; break;
    case IIR_FCR: v = read_iir(u); break;
    case LCR: v = u->lcr; break;
    case MCR: v = u->mcr; break;
    case LSR: v = read_lsr(u); break;
    case MSR: v = read_msr(u); break;
    case SCR: v = u->scr; break;
    }
    uart_update(u);
    return v;
}

static void write_thr(struct uart *u, uint8_t byte) {
    if (u->mcr & MCR_LOOP)
        fifo_push(u, byte);
    else if (u->chr.write)
        u->chr.write(u->chr.opaque, &byte, 1);
    u->thr_latch = true;
}

static void write_ier(struct uart *u, uint8_t v) {
    if ((u->ier ^ v) & IER_THRI)
        u->thr_latch = v & IER_THRI;
    u->ier = v & IER_MASK;
}

static void write_fcr(struct uart *u, uint8_t v) {
    if ((u->fcr ^ v) & FCR_FIFO)
        v |= FCR_CLEAR_RX | FCR_CLEAR_TX;
    if (v & FCR_CLEAR_RX)
        fifo_clear(u);
    if (v & FCR_CLEAR_TX)
        u->thr_latch = true;
    u->fcr = v & FCR_KEPT;
}

static unsigned uart_write(struct dev *d, uint32_t off, unsigned width, uint64_t value) {
    struct uart *u = uart_of(d);
    bool dlab = u->lcr & LCR_DLAB;
    uint8_t v = (uint8_t)value;
    (void)width;
    if (dlab && off == RBR_THR)
        u->dll = v;
    else if (dlab && off == IER)
        u->dlm = v;
    else if (off == RBR_THR)
        write_thr(u, v);
    else if (off == IER)
        write_ier(u, v);
    else if (off == IIR_FCR)
        write_fcr(u, v);
    else if (off == LCR)
        u->lcr = v;
    else if (off == MCR)
        u->mcr = v & MCR_MASK;
    else if (off == SCR)
        u->scr = v;
    uart_update(u);
    return off == IER && !dlab ? DEV_CLAIM : 0;
}

static bool uart_work(struct dev *d) {
    (void)d;
    return true;
}

static void uart_reset(struct dev *d) {
    struct uart *u = uart_of(d);
    u->ier = u->fcr = u->lcr = u->scr = u->dlm = 0;
    u->mcr = 0x08;
    u->dll = 0x0c;
    u->overrun = u->thr_latch = false;
    fifo_clear(u);
    uart_update(u);
}

static void uart_free(struct dev *d) { free(uart_of(d)); }

static const struct dev_ops uart_ops = {
    .name = "ns16550a",
    .widths = 1,
    .read = uart_read,
    .write = uart_write,
    .work = uart_work,
    .reset = uart_reset,
    .free = uart_free,
};

struct dev *uart_new(const struct dev_char *chr) {
    struct uart *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->dev.ops = &uart_ops;
    if (chr)
        u->chr = *chr;
    uart_reset(&u->dev);
    return &u->dev;
}

bool uart_poll(struct dev *d) {
    struct uart *u = uart_of(d);
    uint8_t buf[FIFO_SIZE];
    unsigned room = uart_room(u);
    if (!u->chr.read || !room || (u->mcr & MCR_LOOP))
        return false;
    long n = u->chr.read(u->chr.opaque, buf, room);
    for (long i = 0; i < n; i++)
        fifo_push(u, buf[i]);
    uart_update(u);
    return n > 0;
}
