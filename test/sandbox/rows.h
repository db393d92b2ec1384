/*
 * rows.h - what a guest that has taken over the engine's process tries, a row each.
 *
 * An attempt runs in the process that runs the machine, called from a device while frond_enter is
 * under way, once in the sandbox and once without it. It returns what its last system call did: less
 * than 0 with errno set, or not. Without the sandbox it must come through (`sure`), or at least end
 * otherwise than in it: so each row could fail.
 */
#ifndef SANDBOX_ROWS_H
#define SANDBOX_ROWS_H

#include <stdbool.h>
#include <stdio.h>

enum wall {
    KILLED, /* by SIGSYS */
    REFUSED /* EPERM */
};

/* What an attempt finds: opened before the sandbox was entered. */
struct loot {
    int drive;        /* open to read and write, kept */
    int archive;      /* open to read only, kept */
    int forgotten;    /* open, not kept */
    FILE *trace;      /* a stream, kept */
    int victim;       /* another process */
    const char *path; /* a file that may be opened, but is not */
    void *ram;        /* a page that may be written */
};

struct row {
    const char *name;
    long (*attempt)(const struct loot *l);
    enum wall wall;
    bool sure;
};

extern const struct row rows[];
extern const unsigned row_count;

#endif
