/*
 * experiment.h - the door of experiment/: a description of isa/ against frond's own machine, by running it.
 *
 * Each instruction of riscv/insn.def and each CSR is run from random states, twice, with one thing changed: the
 * mode, a register, where memory lies, which device, how much memory may be reached. What is different afterwards, and
 * what it has changed itself, is compared with what the description says. docs/isa.md tells what is judged.
 */
#ifndef FROND_EXPERIMENT_H
#define FROND_EXPERIMENT_H

#include "../isa/isa.h"
#include <stdio.h>

enum { EXPERIMENT_TEXT = 600 };

/* An effect on a component that was seen: the smallest states that show it, in words; "" if it was not. */
struct experiment_seen {
    char text[EXPERIMENT_TEXT];
};

/* One instruction of the description. */
struct experiment_row {
    unsigned items;                 /* rows and CSRs of the machine that it is for */
    uint32_t reads, writes;         /* components, as seen */
    uint32_t mapped;                /* 1 << enum isa_kind: found by another map, too */
    bool traps, works;              /* in NP-mode, where it does not trap in P-mode: some did */
    char trapping[64], working[64]; /* an item that did */
    struct experiment_seen *read, *write; /* by component */
};

struct experiment {
    const struct isa *isa;
    uint64_t seed, runs;
    unsigned rows, csrs;            /* of the machine; rows without an encoding are left out */
    unsigned mprv;                  /* pairs without MPRV, and with it and memory elsewhere */
    struct experiment_row *row;     /* as in isa->instructions */
    uint64_t holds[ISA_COMPONENTS]; /* of each component, by field */
    bool trap_to_p, trap_by_mtvec, interrupt_by_mtvec, gap_to_m;
    char **wrong;                     /* where description and machine disagree, a line each */
    unsigned wrong_count, seen_wrong; /* the first of them: whatever the flags */
    bool broken;                      /* no memory for a line */
};

/* Makes all runs. 0; -1: *why is one line (no memory; a description that cannot be put to the test). */
int experiment_run(const struct isa *a, uint64_t seed, struct experiment *e, char *why,
                   size_t size);
/* Lays what was seen to another description, with the same components and instructions but other flags. */
int experiment_compare(struct experiment *e, const struct isa *a, char *why, size_t size);
void experiment_free(struct experiment *e);
void experiment_text(FILE *to, const struct experiment *e);
void experiment_json(FILE *to, const struct experiment *e);

#endif
