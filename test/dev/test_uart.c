/*
 * test_uart.c - each register of the UART, what Linux's probe does, interrupts and FIFO.
 */
#include "rig.h"

enum { THR = 0, RBR = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };

static const struct script scripts[] = {
    {"reset values",
     {{R, IER, 0, 0},
      {R, IIR, 1, 0},
      {R, LCR, 0, 0},
      {R, MCR, 8, 0},
      {R, LSR, 0x60, 0},
      {R, MSR, 0xb0, 0},
      {R, SCR, 0, 0},
      {R, RBR, 0, 0},
      {LINE, 0, 0, 0}}},
    {"scratch keeps a byte",
     {{W, SCR, 0xa5, 0}, {R, SCR, 0xa5, 0}, {W, SCR, 0, 0}, {R, SCR, 0, 0}}},
    {"IER keeps four bits and claims",
     {{CLAIM, IER, 0xff, 0}, {R, IER, 0x0f, 0}, {CLAIM, IER, 0, 0}, {R, IER, 0, 0}}},
    {"probe: loopback turns 0x1a into 0x90",
     {{W, MCR, 0x1a, 0},
      {R, MSR, 0x90, 0},
      {W, MCR, 0x15, 0},
      {R, MSR, 0x60, 0},
      {W, MCR, 0xff, 0},
      {R, MCR, 0x1f, 0}}},
    {"probe: FIFO bits of a 16550A",
     {{W, LCR, 0, 0},
      {W, FCR, 1, 0},
      {R, IIR, 0xc1, 0},
      {W, FCR, 0x21, 0},
      {R, IIR, 0xc1, 0},
      {W, FCR, 0, 0},
      {R, IIR, 1, 0}}},
    {"DLAB shows the divisor",
     {{W, LCR, 0x80, 0},
      {R, 0, 0x0c, 0},
      {W, 0, 0x34, 0},
      {W, 1, 0x12, 0},
      {R, 0, 0x34, 0},
      {R, 1, 0x12, 0},
      {W, LCR, 3, 0},
      {R, IER, 0, 0},
      {SENT, 0, 0, ""},
      {R, LCR, 3, 0}}},
    {"LSR and MSR take no store",
     {{W, LSR, 0xff, 0}, {R, LSR, 0x60, 0}, {W, MSR, 0xff, 0}, {R, MSR, 0xb0, 0}}},
    {"beyond the registers is nothing", {{W, 8, 0xff, 0}, {R, 8, 0, 0}, {R, 0xfff, 0, 0}}},
    {"transmission is immediate",
     {{W, THR, 'h', 0}, {W, THR, 'i', 0}, {SENT, 0, 0, "hi"}, {R, LSR, 0x60, 0}, {LINE, 0, 0, 0}}},
    {"THRI set while empty raises the line",
     {{W, IER, 2, 0}, {LINE, 0, 1, 0}, {R, IIR, 2, 0}, {LINE, 0, 0, 0}, {R, IIR, 1, 0}}},
    {"THRI: a byte sent raises it again",
     {{W, IER, 2, 0},
      {R, IIR, 2, 0},
      {W, THR, 'x', 0},
      {LINE, 0, 1, 0},
      {R, IIR, 2, 0},
      {LINE, 0, 0, 0},
      {SENT, 0, 0, "x"}}},
    {"THRI: set again without a change is no cause",
     {{W, IER, 2, 0},
      {R, IIR, 2, 0},
      {W, IER, 2, 0},
      {LINE, 0, 0, 0},
      {W, IER, 7, 0},
      {LINE, 0, 0, 0}}},
    {"THRI: off and on is a cause",
     {{W, IER, 2, 0},
      {R, IIR, 2, 0},
      {W, IER, 0, 0},
      {W, IER, 2, 0},
      {LINE, 0, 1, 0},
      {R, IIR, 2, 0}}},
    {"THRI off drops the line", {{W, IER, 2, 0}, {LINE, 0, 1, 0}, {W, IER, 0, 0}, {LINE, 0, 0, 0}}},
    {"received byte, no FIFO",
     {{W, FCR, 0x80, 0},
      {W, IER, 1, 0},
      {TYPE, 0, 0, "ab"},
      {POLL, 0, 1, 0},
      {LINE, 0, 1, 0},
      {R, IIR, 4, 0},
      {R, LSR, 0x61, 0},
      {POLL, 0, 0, 0},
      {R, RBR, 'a', 0},
      {LINE, 0, 0, 0},
      {R, LSR, 0x60, 0},
      {POLL, 0, 1, 0},
      {R, RBR, 'b', 0},
      {POLL, 0, 0, 0}}},
    {"received without RDI: no line",
     {{TYPE, 0, 0, "a"}, {POLL, 0, 1, 0}, {LINE, 0, 0, 0}, {W, IER, 1, 0}, {LINE, 0, 1, 0}}},
    {"FIFO below its trigger: timeout",
     {{W, FCR, 0x81, 0},
      {W, IER, 1, 0},
      {TYPE, 0, 0, "abc"},
      {POLL, 0, 1, 0},
      {R, IIR, 0xcc, 0},
      {R, RBR, 'a', 0},
      {R, RBR, 'b', 0},
      {LINE, 0, 1, 0},
      {R, RBR, 'c', 0},
      {LINE, 0, 0, 0},
      {R, RBR, 0, 0},
      {R, LSR, 0x60, 0}}},
    {"FIFO at its trigger: data",
     {{W, FCR, 0x81, 0},
      {W, IER, 1, 0},
      {TYPE, 0, 0, "abcdefgh"},
      {POLL, 0, 1, 0},
      {R, IIR, 0xc4, 0},
      {R, RBR, 'a', 0},
      {R, IIR, 0xcc, 0}}},
    {"FIFO takes 16 and no more",
     {{W, FCR, 1, 0},
      {TYPE, 0, 0, "0123456789abcdefXY"},
      {POLL, 0, 1, 0},
      {POLL, 0, 0, 0},
      {R, RBR, '0', 0},
      {POLL, 0, 1, 0},
      {POLL, 0, 0, 0},
      {R, RBR, '1', 0},
      {R, LSR, 0x61, 0}}},
    {"FIFO cleared by FCR",
     {{W, FCR, 1, 0},
      {TYPE, 0, 0, "ab"},
      {POLL, 0, 1, 0},
      {W, FCR, 3, 0},
      {R, LSR, 0x60, 0},
      {R, RBR, 0, 0}}},
    {"FIFO cleared by switching it",
     {{W, FCR, 1, 0}, {TYPE, 0, 0, "ab"}, {POLL, 0, 1, 0}, {W, FCR, 0, 0}, {R, LSR, 0x60, 0}}},
    {"data before transmitter, by priority",
     {{W, IER, 3, 0},
      {TYPE, 0, 0, "a"},
      {POLL, 0, 1, 0},
      {R, IIR, 4, 0},
      {R, RBR, 'a', 0},
      {LINE, 0, 1, 0},
      {R, IIR, 2, 0},
      {LINE, 0, 0, 0}}},
    {"loopback sends to itself",
     {{W, MCR, 0x10, 0}, {W, THR, 'q', 0}, {SENT, 0, 0, ""}, {R, LSR, 0x61, 0}, {R, RBR, 'q', 0}}},
    {"loopback overrun: line status",
     {{W, IER, 4, 0},
      {W, MCR, 0x10, 0},
      {W, THR, 'q', 0},
      {LINE, 0, 0, 0},
      {W, THR, 'r', 0},
      {LINE, 0, 1, 0},
      {R, IIR, 6, 0},
      {R, LSR, 0x63, 0},
      {LINE, 0, 0, 0},
      {R, LSR, 0x61, 0},
      {R, RBR, 'q', 0}}},
    {"loopback takes no input",
     {{W, MCR, 0x10, 0}, {TYPE, 0, 0, "a"}, {POLL, 0, 0, 0}, {W, MCR, 0, 0}, {POLL, 0, 1, 0}}},
};

static void run_step(struct rig *r, const struct step *s) {
    struct dev *d = r->d;
    switch (s->op) {
    case W: d->ops->write(d, s->off, 1, s->val); break;
    case CLAIM: CHECK(d->ops->write(d, s->off, 1, s->val) == DEV_CLAIM); break;
    case R: CHECK(d->ops->read(d, s->off, 1) == s->val); break;
    case LINE: CHECK(r->line == (s->val != 0) && d->line == r->line); break;
    case TYPE: r->in = s->text; break;
    case POLL: CHECK(uart_poll(d) == (s->val != 0)); break;
    case SENT:
        CHECK(r->out_len == strlen(s->text) && !memcmp(r->out, s->text, r->out_len));
        r->out_len = 0;
        break;
    case END: break;
    }
}

static void reset_row(struct rig *r) {
    rig_attach(r, uart_new(&r->chr));
    struct step before[] = {
        {W, IER, 2, 0}, {W, SCR, 1, 0}, {W, FCR, 1, 0}, {W, LCR, 0x83, 0}, {LINE, 0, 1, 0}};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        run_step(r, &before[i]);
    r->d->ops->reset(r->d);
    for (size_t i = 0; scripts[0].steps[i].op != END; i++)
        run_step(r, &scripts[0].steps[i]);
}

static void mute_row(struct rig *r) {
    struct dev_char none = {0};
    rig_attach(r, uart_new(&none));
    r->d->ops->write(r->d, THR, 1, 'x');
    CHECK(!uart_poll(r->d));
    CHECK(r->d->ops->work(r->d));
}

void test_uart(void) {
    static struct rig r;
    static const struct row rows[] = {{"reset", reset_row}, {"no back end", mute_row}};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        begin_row("uart", scripts[i].name);
        rig_init(&r);
        rig_attach(&r, uart_new(&r.chr));
        for (const struct step *s = scripts[i].steps; s->op != END; s++)
            run_step(&r, s);
        rig_free(&r);
        end_row();
    }
    run_rows(rows, sizeof rows / sizeof *rows, "uart");
}
