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

#define WANT_ACCESS(t, got, ...) row_access(t, __LINE__, got, (struct frond_access){__VA_ARGS__})
void row_access(struct tower *t, int line, const struct frond_access *got,
                struct frond_access want);

/* Record i of the log of a level (-1: of the host); NULL, and wrong: there is none. */
const struct vmm_record *row_record(struct tower *t, int level, uint64_t i);

/* A row with a subject: run at each of levels 0, 1, 2 and 5, plain and shaken. */
struct scene {
    const char *name;
    void (*build)(struct tower *t, unsigned subject);
    void (*check)(struct tower *t, unsigned subject); /* after a run to the end */
    unsigned above;                                   /* levels above the subject */
    unsigned from;                                    /* least level of the subject */
};
void row_scenes(const char *group, const struct scene *scene, unsigned n);
#define SCENES(group, table) row_scenes(group, table, sizeof(table) / sizeof((table)[0]))

void fault_rows(void);
void exit_rows(void);
void step_rows(void);
void map_rows(void);
void mode_rows(void);
void device_rows(void);
void input_rows(void);
void flip_rows(void);
void host_rows(void);
void deep_rows(void);

#endif
