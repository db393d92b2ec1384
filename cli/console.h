/*
 * console.h - the machine's terminal: standard input and output, raw if they are a terminal, Ctrl-A x
 * to leave, whether the guest takes input or not. While a guest works and says nothing, a line on
 * standard error, if that is a terminal, tells how far it is; it goes away before the guest's next
 * character.
 */
#ifndef FROND_CLI_CONSOLE_H
#define FROND_CLI_CONSOLE_H

#include "../dev/dev.h"
#include "../host/host.h"
#include "frond.h"

struct console {
    struct host_console host;
    struct dev_char chr; /* for the machine */
    struct dev_char below;
    struct frond *m;     /* whose steps are told; NULL: none yet */
    bool left;           /* Ctrl-A x was typed */
    bool ended;          /* there will be no more input from below */
    uint8_t typed[4096]; /* what the guest has not taken yet */
    size_t typed_at, typed_count;
    bool progress; /* may be shown at all */
    bool shown;
    bool in_line; /* the guest's last character was no end of a line */
    uint64_t quiet_since, told, told_steps;
};

void console_open(struct console *c);
void console_close(struct console *c);
/* Sets the machine that is told of Ctrl-A x, and whose progress is shown; NULL: none. */
void console_serve(struct console *c, struct frond *m);
/* Takes what was typed. To be called while the machine does not run; while it does, it happens by itself. */
void console_pump(struct console *c);
/* Whether somebody sits there. */
bool console_interactive(const struct console *c);
/* Takes the line of progress away. */
void console_clear(struct console *c);

#endif
