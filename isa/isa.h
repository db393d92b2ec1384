/*
 * isa.h - architectures described in YAML, and which of the seed's theorems they satisfy.
 *
 * A description says what state a machine has and how it is reached: through the realization map, by a register
 * of which every level has its own, by one of which one virtual level has its own, or absolutely. It says
 * what each instruction does to that state, and whether it traps in NP-mode. From that follow, by rules
 * (rules.c), verdicts by Theorems 1 to 3 of Belpaire and Hsu; and, by running small programs on the bare machine
 * and in a VM (run.c), witnesses: two states that a program can tell apart and should not. docs/isa.md is
 * the reference of the format.
 */
#ifndef FROND_ISA_H
#define FROND_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ISA_COMPONENTS = 32, ISA_EFFECTS = 4, ISA_TEXT = 200 };

/* What a component is. STATUS holds the execution mode, MAP what selects or makes up the map. */
enum isa_kind { ISA_MEMORY, ISA_ADDRESS, ISA_STATUS, ISA_MAP, ISA_DEVICE, ISA_REGISTER };

/* How it is reached. MAPPED: by virtual addresses, or it is each program's own. LEVEL: every level has its own.
 * BANKED: one virtual level has its own. OTHER: memory by another map than the current. ABSOLUTE: one for all. */
enum isa_where { ISA_MAPPED, ISA_LEVEL, ISA_BANKED, ISA_OTHER, ISA_ABSOLUTE };

enum isa_do { ISA_READ, ISA_WRITE };
/* TRAPS_IN_VM: in a VM's P-mode too, to whoever runs it; in NP-mode to its own operating system. */
enum isa_np { ISA_WORKS, ISA_TRAPS, ISA_TRAPS_IN_VM, ISA_IGNORED };

struct isa_component {
    char *name;
    enum isa_kind kind;
    enum isa_where where;
    char **holds; /* what of a hart of frond's it stands for: experiment/ */
    unsigned holds_count;
};
struct isa_effect {
    char *read, *write; /* one of them: a component's name */
    bool hidden;        /* frond's own machine does not show it */
    enum isa_do act;    /* these two: isa_load fills them in */
    unsigned index;
};
struct isa_insn {
    char *name, *note; /* note: may be NULL */
    enum isa_np in_np;
    struct isa_effect *effects;
    unsigned effects_count;
    char **of; /* rows of insn.def, their classes, CSRs that it stands for: experiment/ */
    unsigned of_count;
};

struct isa {
    char *name, *title, *source;
    uint8_t modes;                                                   /* 1: one mode; 2: P and NP */
    enum isa_machine { ISA_NO_MACHINE, ISA_HART, ISA_NODE } machine; /* of frond's own */
    struct isa_component *components;
    unsigned components_count;
    struct isa_insn *instructions;
    unsigned instructions_count;
    /* Where its vector is; it also changes the status, be it by fetching one or by itself. */
    enum { VECTOR_NONE, VECTOR_MAPPED, VECTOR_LEVEL, VECTOR_BANKED, VECTOR_ABSOLUTE } interrupt;
    enum { DMA_NONE, DMA_MAPPED, DMA_BANKED, DMA_ABSOLUTE } dma;
    enum { GAP_VMM, GAP_LEVEL_0, GAP_NOBODY } gap; /* who is told of a gap in a map */
    enum { RHO_VMM, RHO_REACHED } maps; /* they lie in the VMM's reach alone, or in others' too */
    struct isa_trap {
        enum { TRAP_P, TRAP_SAME } mode;
        enum { TRAP_LEVEL_0, TRAP_VIRTUAL } vector;
    } trap;
};

/* Which question: a VM on the real machine, or VMs on VMs. */
enum isa_depth { ISA_ONE_LEVEL, ISA_RECURSION };

/* What may be to blame besides an instruction. */
enum isa_event { EVENT_INTERRUPT, EVENT_DMA, EVENT_GAP, EVENT_RHO, EVENT_TRAP, EVENTS };

/* The description in a file. 0, or -1: *why is one line: file, line, what, what would be right. */
int isa_load(const char *file, struct isa **out, char *why, size_t size);
void isa_free(struct isa *a);
/* "works", ...: as a description says it. */
const char *isa_np_word(enum isa_np n);

/* ---- rules.c ------------------------------------------------------------------------------------------ */

/* To the VMM, when a VM executes it in its P-mode. */
bool isa_traps(const struct isa *a, const struct isa_insn *i, enum isa_depth d);
/* Does not behave in a virtual manner: bypasses the accesses made through the realization maps. */
bool isa_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d);
/* Popek and Goldberg's narrower classes: changes mode or resources; depends on mode or place. */
bool isa_control_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d);
bool isa_behaviour_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d);

struct isa_verdict {
    unsigned theorem;    /* the first that is met; 0: none */
    bool virtual_events; /* no event stands against Theorems 1 and 2 */
    bool trapping;       /* none against Theorem 3 */
    unsigned sensitive,
        untrapped; /* instructions: sensitive; those of them that do not trap in NP */
};
struct isa_verdict isa_judge(const struct isa *a, enum isa_depth d);
/* Does the event stand against Theorems 1 and 2, or (trapping) against Theorem 3? */
bool isa_event_wrong(const struct isa *a, enum isa_event e, enum isa_depth d, bool trapping);
const char *isa_event_text(enum isa_event e);
/* Of a level of this depth, has a VM its own of it? */
bool isa_virtual(enum isa_where where, enum isa_depth d);
/* Has it its own status? With one mode there is none to have. */
bool isa_own_status(const struct isa *a, enum isa_depth d);

/* ---- run.c -------------------------------------------------------------------------------------------- */

/* One instruction, or one event, and how its run in a VM differs from that on the bare machine. */
struct isa_witness {
    bool found;
    bool is_event;
    unsigned what;          /* instruction or enum isa_event */
    uint8_t address, value; /* operands: 0 or 1 */
    uint8_t mode;           /* of the machine, and of the VM: 1 P, 0 NP */
    uint32_t own, others;   /* components, a bit each: the VM's, and those of the level below */
    char text[ISA_TEXT];    /* what differs */
};
struct isa_witness isa_witness(const struct isa *a, unsigned insn, enum isa_depth d);
struct isa_witness isa_event_witness(const struct isa *a, enum isa_event e, enum isa_depth d);
/* Makes both runs again from the states in w. True: they differ; w->text says how. */
bool isa_replay(const struct isa *a, struct isa_witness *w, enum isa_depth d);

#endif
