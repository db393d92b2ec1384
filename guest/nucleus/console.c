/*
 * console.c - the UART that the nucleus plays for a child, by the same source as the machine's own;
 * and the nucleus's, which carries all of them.
 *
 * Output goes line by line, each begun with [label] of the child: what a child's own nucleus
 * printed has its labels in front already, so that a line names its node level by level. Input
 * goes to the first child that has such a UART and still lives.
 */
#include "nucleus.h"

enum { INPUT = 64, UART_IER = 1 };

static uint8_t input[INPUT];
static unsigned input_at, input_count;
static bool deaf; /* our receive interrupt is off: there is no room */

static void out(const char *s, unsigned n) {
    while (n-- > 0)
        uart_put(*s++);
}

static void prefix(const struct child *c) { print("[%lu] ", c->label); }

void console_flush(struct child *c) {
    unsigned at = 0;

    while (at < c->line_at) {
        unsigned n = at;

        while (n < c->line_at && c->line[n] != '\n')
            n++;
        n += n < c->line_at;
        if (!c->line_begun)
            prefix(c);
        out(c->line + at, n - at);
        c->line_begun = c->line[n - 1] != '\n';
        at = n;
    }
    c->line_at = 0;
}

static void write_chars(void *opaque, const uint8_t *buf, size_t n) {
    struct child *c = opaque;

    for (size_t i = 0; i < n; i++) {
        c->line[c->line_at++] = (char)buf[i];
        if (buf[i] == '\n' || c->line_at == LINE)
            console_flush(c);
    }
}

/* The child to whom input goes; NULL: nobody listens. */
static const struct child *listener(void) {
    const struct child *c = children;

    do {
        if (c->uart != NULL && c->state != ENDED)
            return c;
        c = c->next;
    } while (c != children);
    return NULL;
}

static long read_chars(void *opaque, uint8_t *buf, size_t n) {
    size_t got = 0;

    if (opaque != listener())
        return 0;
    while (got < n && input_count > 0) {
        buf[got++] = input[input_at];
        input_at = (input_at + 1) % INPUT;
        input_count--;
    }
    return (long)got;
}

static void line(void *opaque, struct dev *d, bool level) {
    struct child *c = opaque;

    (void)d;
    maps_line(&c->maps, FROND_IRQ_UART, level);
    if (level)
        child_wake(c->label);
}

bool console_new(struct child *c) {
    struct dev_char chr = {c, read_chars, write_chars};

    if ((c->node->flags & IMAGE_UART) == 0 || (c->node->flags & IMAGE_UART_PASS) != 0)
        return true;
    c->uart = uart_new(&chr);
    if (c->uart == NULL)
        return false;
    c->uart->bus.opaque = c;
    c->uart->bus.line = line;
    return true;
}

/* Takes what has come, as far as there is room; gives on what the child can take. */
void console_input(void) {
    struct child *c = (struct child *)(uintptr_t)listener();
    int ch;

    while (input_count < INPUT && (ch = uart_get()) >= 0) {
        input[(input_at + input_count) % INPUT] = (uint8_t)ch;
        input_count++;
    }
    if (c == NULL)
        input_count = 0;
    else
        uart_poll(c->uart);
    if (deaf != (input_count == INPUT)) {
        deaf = !deaf;
        write8(FROND_UART_BASE + UART_IER, deaf ? 0 : 1);
    }
}

bool console_access(struct child *c, const struct frond_access *e, uint64_t *value) {
    uint32_t off = (uint32_t)(e->addr - FROND_UART_BASE);

    if (c->uart == NULL || e->addr < FROND_UART_BASE || off >= FROND_PAGE_SIZE || e->width != 1 ||
        (e->flags & FROND_XF_DONE) == 0)
        return false;
    *value = 0;
    if (e->kind == FROND_FAULT_STORE)
        c->uart->ops->write(c->uart, off, 1, e->value & 255);
    else
        *value = c->uart->ops->read(c->uart, off, 1);
    if (input_count > 0 || deaf)
        console_input();
    return true;
}

void report(struct child *c, const char *what, uint64_t number) {
    console_flush(c);
    if (c->line_begun)
        print("\n");
    c->line_begun = false;
    prefix(c);
    print("%s %lx\n", what, number);
}
