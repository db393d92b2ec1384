/*
 * nucleus.h - the nucleus from inside: one struct per child, and which file does what to it.
 *
 *   main.c      boot: the archive, the children, the loop
 *   child.c     makes a child out of its record; makes it again after a reset
 *   maps.c      what it asks of nk: every change of a descriptor or table, and ENTER
 *   exits.c     what an exit means and how it is answered
 *   schedule.c  whose turn it is, for how long; time that nobody needs is skipped
 *   console.c   the UART that the nucleus plays, and its own
 *   pager.c     pages of children that are shared, or not there
 *   room.c      the nucleus's own RAM, given out once
 *   gate/       nk's side of it, in M-mode; the rest is the client, in S-mode
 */
#ifndef NUCLEUS_H
#define NUCLEUS_H

#include "dev.h"
#include "image.h"
#include "lib.h"
#include "maps.h"

enum { LINE = 160 };

enum state {
    RUNS,
    WAITS,  /* for its deadline: until `wake` */
    SLEEPS, /* for something from outside */
    ENDED
};

struct child {
    struct maps maps;
    struct child *next; /* all children, in a ring */
    uint32_t record;
    uint64_t label;
    uint64_t first, ranges; /* of its table: in nk's */
    const struct image_node *node;
    struct image_boot boot;
    uint64_t ram; /* where its RAM lies; of a paged child: where its pages are kept */
    enum state state;
    uint64_t wake;                      /* in the nucleus's time */
    int code;                           /* how it ended */
    uint64_t last_clock, still, denied; /* to notice that it gets nowhere */
    struct dev *uart;                   /* the one played for it; NULL: none */
    unsigned line_at;
    bool line_begun; /* the prefix of a line has been printed */
    char line[LINE];
};

extern const struct image *archive;
extern const struct image_node *own; /* this nucleus's record */
extern struct child *children;       /* one of the ring */

/* main.c: the end of a machine that cannot start. */
_Noreturn void give_up(const char *why);

/* room.c: pages and smaller pieces of [base, end), zeroed; NULL: no room. Nothing is given back. */
void room_init(uint64_t base, uint64_t end);
void *room_pages(uint64_t bytes);
/* The first page of what is left; *end: where it ends. */
uint64_t room_rest(uint64_t *end);

/* child.c: first what is the nucleus's own, then, of each child, what is nk's and what is in its reach. Its
 * table begins with nk's range `first`. */
struct child *child_new(uint32_t record, uint64_t label, uint64_t ram_size, uint64_t first);
bool child_build(struct child *c);
void child_reset(struct child *c);

/* exits.c: false: another child's turn. */
bool exit_answer(struct child *c);
/* What has come for the nucleus itself: news of children, input. */
void interrupts_init(bool input);
void interrupts_serve(void);

/* schedule.c: the child to run, its budget set; NULL: all have ended. */
struct child *schedule(void);
void child_idle(struct child *c);
void child_wake(uint64_t label);
void child_end(struct child *c, int code, const char *why);

/* console.c */
bool console_new(struct child *c);
void console_flush(struct child *c);
bool console_access(struct child *c, const struct frond_access *e, uint64_t *value);
void console_input(void);
void report(struct child *c, const char *what, uint64_t number);

/* pager.c: a fault in the child's RAM; false: none of the pager's. */
bool pager_new(uint64_t bytes);           /* the account of the pool */
bool pager_frames(void);                  /* the pool itself, of children's memory */
bool pager_pages(const struct child *c);  /* whether its pages change one by one */
bool pager_shares(const struct child *c); /* whether the payload's pages are the archive's own */
bool pager_map(struct child *c);
void pager_reset(struct child *c); /* its RAM as it was at first: zero, and what is shared */
bool pager_fault(struct child *c, const struct frond_access *e);
/* Where an address of the child's RAM is kept before its first instruction; all of it lies in one piece. */
void *pager_home(const struct child *c, uint64_t addr);

#endif
