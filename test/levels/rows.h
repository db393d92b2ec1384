/*
 * rows.h - what the files of rows share. Each file has one function that runs its rows; a row runs a
 * tower and notes the first thing that is not as it must be in tower.wrong.
 */
#ifndef LEVELS_ROWS_H
#define LEVELS_ROWS_H

#include "tower.h"

/* What the tower says must be `want`; only the first that is not is kept. */
#define WANT(t, got, want) row_want(t, #got, __LINE__, (uint64_t)(got), (uint64_t)(want))
void row_want(struct tower *t, const char *what, int line, uint64_t got, uint64_t want);

/* The test VMM at `level` did what one does whose child halts at once: no step more. */
void row_quiet(struct tower *t, unsigned level);
/* The books of all levels: a VMM's clock is its child's and its own instructions (and traps: 0);
 * nothing is left under way. */
void row_books(struct tower *t);

void fault_rows(void);

#endif
