/* hashme.h - between hashme.c and hashme_paging.c. */
#ifndef GUEST_HASHME_H
#define GUEST_HASHME_H

#include "lib.h"

enum { JOURNAL = 4096 };

void mix(uint64_t v);  /* into what is printed */
void note(uint64_t v); /* into the journal, with the time */

void timer_on(uint64_t every); /* the machine timer, in ticks of mtime */
void timer_off(void);

/* Runs the user program of round `round` under the S-mode kernel, and mixes what it made. */
void paging_work(uint64_t round);
/* The kernel's call to M-mode: it is done. */
void paging_done(struct trap *t);

#endif
