/* console.c - see console.h. */
#include "console.h"
#include <stdio.h>

static const uint64_t second = 1000000000;

void console_clear(struct console *c) {
    if (c->shown)
        fputs("\r\033[K", stderr);
    c->shown = false;
}

/* Called when the machine looks for input, which it does all the time. */
static void tell(struct console *c) {
    uint64_t now = host_now(), steps;

    if (!c->progress || !c->m || c->in_line || now - c->quiet_since < 2 * second ||
        now - c->told < second / 2)
        return;
    steps = frond_now(c->m);
    fprintf(stderr, "\r\033[Kfrond: %.2f G steps, %.0f M a second%s", (double)steps * 1e-9,
            (double)(steps - c->told_steps) / (double)(now - c->told) * 1e3,
            c->host.terminal ? "; Ctrl-A x leaves" : "");
    c->told = now;
    c->told_steps = steps;
    c->shown = true;
}

static long read_chars(void *opaque, uint8_t *buf, size_t n) {
    struct console *c = opaque;

    tell(c);
    return c->below.read(c->below.opaque, buf, n);
}

static void write_chars(void *opaque, const uint8_t *buf, size_t n) {
    struct console *c = opaque;

    console_clear(c);
    c->quiet_since = host_now();
    if (n > 0)
        c->in_line = buf[n - 1] != '\n' && buf[n - 1] != '\r';
    c->below.write(c->below.opaque, buf, n);
}

static void leave(void *opaque) {
    struct console *c = opaque;

    c->left = true;
    if (c->m)
        frond_stop(c->m);
}

void console_open(struct console *c) {
    *c = (struct console){.quiet_since = host_now()};
    c->host.leave = leave;
    c->host.opaque = c;
    host_console(&c->host, &c->below);
    c->chr = (struct dev_char){.opaque = c, .read = read_chars, .write = write_chars};
    c->progress = host_is_terminal(2);
    c->host.terminal = host_raw(true);
}

void console_close(struct console *c) {
    console_clear(c);
    if (c->host.terminal)
        host_raw(false);
    c->host.terminal = false;
    c->m = NULL;
}

bool console_interactive(const struct console *c) { return c->host.terminal; }
