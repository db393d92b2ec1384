/*
 * check.h - the explicit-state explorer: breadth first, so that what it finds wrong is shortest.
 *
 * check_run visits every state of a scope that can be reached, by one or more threads, and stops at the
 * first that is wrong. States are the live bytes of struct vm_state, kept in order of discovery beside
 * the number of the state each came from; a hash table of numbers finds them again. Nothing is
 * forgotten: with `stop` set, check_run returns after the states at hand; what it has is written to
 * `save`, and check_resume goes on from there in another process.
 */
#ifndef FROND_MODEL_CHECK_H
#define FROND_MODEL_CHECK_H

#include "vm.h"
#include <signal.h>

enum { CHECK_LEVELS = 3, CHECK_STEPS = 64 };

/* How many reachable states have ... */
struct check_counts {
    uint64_t map[CHECK_LEVELS];   /* a map of a node of this level written */
    uint64_t gap[CHECK_LEVELS];   /* ω met in the map of a node of this level */
    uint64_t fault[CHECK_LEVELS]; /* a fault delivered to the VMM at this level */
    uint64_t all_core[VM_NODES];  /* all that the parent can give in the hands of this child */
    uint64_t shared;              /* a cell in the hands of two */
    uint64_t interpreted;         /* an instruction interpreted */
    uint64_t irq;                 /* an interrupt taken */
    uint64_t steps;               /* steps in all */
};

enum check_end { CHECK_COMPLETE, CHECK_BAD, CHECK_STOPPED, CHECK_NO_MEMORY };

struct check_result {
    enum check_end end;
    uint64_t states, memory;
    unsigned depth;
    double seconds;
    uint64_t digest; /* of the set of states, in whatever order they were found */
    struct check_counts n;
    /* CHECK_BAD: the story. Its last step leads to what is wrong, or is it. */
    enum vm_bad bad;
    unsigned node, cell; /* VIEW: whose */
    unsigned steps;
    struct vm_act step[CHECK_STEPS];
};

struct check_options {
    unsigned threads;
    uint64_t max_memory;
    bool progress; /* on standard error */
    bool plain;    /* states only, nothing judged: for comparing speeds */
    const volatile sig_atomic_t *stop;
    const char *save; /* NULL: nowhere */
};

struct check_result check_run(const struct vm_scope *sc, const struct check_options *o);
/* False: no such file, or not of this program. *sc: its scope. */
bool check_resume(const char *file, struct vm_scope *sc, const struct check_options *o,
                  struct check_result *r);

/* All that can be wrong with a step and with where it leads: shared with the verifier. */
enum vm_bad check_step(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                       const struct vm_act *a, struct vm_state *t, struct vm_out *o,
                       unsigned *node, unsigned *cell);
uint64_t check_hash(const uint8_t *state, unsigned size);

#endif
