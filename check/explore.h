/*
 * explore.h - the explicit-state explorer: breadth first, so that what it finds wrong is shortest.
 *
 * It knows states as bytes, and a system as something that tells a state's successors. Every state that
 * can be reached is visited, by one or more threads, up to the first that is wrong. States are kept in
 * order of discovery beside the number of the state each came from; a hash table of numbers finds
 * them again. Nothing is forgotten and nothing is approximate: two states are the same if their bytes are.
 * An explorer that was stopped, or has no memory left, can be saved and loaded again.
 */
#ifndef FROND_CHECK_EXPLORE_H
#define FROND_CHECK_EXPLORE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
    CHECK_STATE_MAX = 160, /* bytes of a state */
    CHECK_ACTS = 512,      /* successors of a state, at most */
    CHECK_COUNTS = 20,
    CHECK_STEPS = 64 /* of a story; none found yet is half as long */
};

/* A step, in the system's own code. */
struct check_act {
    uint8_t b[8];
};

/* What is wrong with a step or with where it leads: the system's own number, and where it shows. */
struct check_wrong {
    uint8_t what; /* 0: nothing */
    uint8_t node, cell;
    bool by_itself; /* the state from which no step was made is wrong */
    struct check_act act;
};

/* Where a system tells what follows one state. */
struct check_sink {
    void *own;       /* the system's, of one worker: NULL at first, given to `done` at last */
    bool no_memory;  /* out: this state could not be expanded */
    bool plain;      /* in: states only, nothing is judged, nothing counted */
    uint64_t *count; /* CHECK_COUNTS numbers of the system's, to add to */
    struct check_wrong wrong;
    /* True: this state was not known (plain: never told). A system calls it once for each step, in an order
     * that depends on the state alone; wrong.what, when set before, is the step's own fault and ends the
     * expansion. */
    bool (*reach)(struct check_sink *, const uint8_t *state, const struct check_act *);
};

struct check_system {
    const void *scope; /* what the functions below are given */
    unsigned size;     /* bytes of a state */
    void (*init)(const void *scope, uint8_t *state);
    /* Returns when a step is wrong: sink->wrong says so. */
    void (*expand)(const void *scope, const uint8_t *state, struct check_sink *);
    void (*done)(void *own); /* NULL: there is none */
};

enum check_end { CHECK_COMPLETE, CHECK_BAD, CHECK_STOPPED, CHECK_NO_MEMORY };

struct check_result {
    enum check_end end;
    uint64_t states, memory; /* memory: bytes */
    unsigned depth;
    double seconds;
    uint64_t digest; /* of the set of states, in whatever order they were found */
    uint64_t count[CHECK_COUNTS];
    /* CHECK_BAD: the story. Its last step leads to what is wrong, or is it. */
    struct check_wrong wrong;
    unsigned steps;
    struct check_act step[CHECK_STEPS];
};

struct check_options {
    unsigned threads;
    uint64_t max_memory; /* bytes for states and their table */
    bool progress;       /* on standard error */
    bool plain;          /* states only: for comparing numbers and speeds */
    const volatile sig_atomic_t *stop;
};

struct explorer;
/* The system and the options stay the caller's, and are used until explorer_free. NULL: no memory. */
struct explorer *explorer_new(const struct check_system *, const struct check_options *);
/* On from what explorer_save wrote. False: the file is cut, or was written for another system. */
bool explorer_load(struct explorer *, FILE *);
/* Until all is visited, something is wrong, *stop is set, or memory is at its end. What is wrong is told
 * alike each time, however many threads found it. */
struct check_result explorer_run(struct explorer *);
bool explorer_save(const struct explorer *, FILE *);
void explorer_free(struct explorer *);

/* Of a state, its size rounded up to a multiple of 8 by bytes of 0. */
uint64_t check_hash(const uint8_t *state, unsigned size);

#endif
