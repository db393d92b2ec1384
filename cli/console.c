/* console.c - see console.h. */
#include "console.h"
#include <stdio.h>
#include <string.h>

static const uint64_t second = 1000000000;

void console_clear(struct console *c) {
    if (c->shown)
        fputs("\r\033[K", stderr);
    c->shown = false;
}

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

/* What is typed on a terminal beyond the room is lost: Ctrl-A x must be seen. */
void console_pump(struct console *c) {
    uint8_t lost[64];

    if (c->typed_at > 0)
        memmove(c->typed, c->typed + c->typed_at, c->typed_count);
    c->typed_at = 0;
    bool full = c->typed_count == sizeof c->typed;
    if (c->ended || (full && !c->host.terminal))
        return;
    long got = full ? c->below.read(c->below.opaque, lost, sizeof lost)
                    : c->below.read(c->below.opaque, c->typed + c->typed_count,
                                    sizeof c->typed - c->typed_count);
    if (got < 0)
        c->ended = true;
    else if (!full)
        c->typed_count += (size_t)got;
}

static void tick(void *opaque) {
    console_pump(opaque);
    tell(opaque);
}

static long read_chars(void *opaque, uint8_t *buf, size_t n) {
    struct console *c = opaque;

    if (c->typed_count == 0)
        return c->ended ? -1 : 0;
    n = n < c->typed_count ? n : c->typed_count;
    memcpy(buf, c->typed + c->typed_at, n);
    c->typed_at += n;
    c->typed_count -= n;
    return (long)n;
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

void console_serve(struct console *c, struct frond *m) {
    c->m = m;
    if (m)
        frond_on_tick(m, tick, c);
}

void console_close(struct console *c) {
    console_clear(c);
    if (c->host.terminal)
        host_raw(false);
    c->host.terminal = false;
    c->m = NULL;
}

bool console_interactive(const struct console *c) { return c->host.terminal; }
