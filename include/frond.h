/*
 * frond.h - frond as a library: a machine whose programs can create machines.
 *
 * The program that calls this library is the parent of node 0, as any VMM is of its children: it has
 * node 0's descriptor (struct frond_desc of frond_abi.h) in its hands, enters it, looks at the exit,
 * answers it, and enters again. What node 0 does below it is its own affair.
 *
 *     struct frond_options o;
 *     frond_options_default(&o);
 *     struct frond *m = frond_new(&o);
 *     frond_load_elf(m, image, size);
 *     while (frond_enter(m) == FROND_OK && frond_desc(m)->exit.reason != FROND_EXIT_HALT)
 *         ...
 *     frond_free(m);
 *
 * There is no global state: machines do not know of each other. A machine is used by one thread at
 * a time; only frond_stop may be called from another. No guest can make these functions abort.
 */
#ifndef FROND_H
#define FROND_H

#include "frond_abi.h"
#include "frond_backend.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

struct frond;
struct frond_code;

enum frond_status {
    FROND_OK = 0,
    FROND_STOPPED,  /* frond_stop was called: enter again to go on */
    FROND_E_MEMORY, /* the host has no memory left: nothing is lost, the same call goes on later */
    FROND_E_ARGUMENT,   /* an argument is out of range; frond_error says which */
    FROND_E_IMAGE,      /* not an image for this machine; frond_error says why */
    FROND_E_DESC,       /* node 0's descriptor has a field with a value it may not have */
    FROND_E_NODE,       /* no such node */
    FROND_E_UNREALIZED, /* the node's memory is not there */
    FROND_E_LIMIT,      /* a limit of the options; frond_error says which. Else as E_MEMORY */
    FROND_E_AUDIT       /* with `audit`: an invariant does not hold, a defect of the engine */
};

/* How the maps of the path are held and asked: docs/schemes.md. What guests see is the same; the others are there
 * to be measured. `pure` takes time that doubles with each level. */
enum frond_maps {
    FROND_MAPS_FLAT,    /* compositions are kept: the engine's own */
    FROND_MAPS_PURE,    /* in virtual memory, by virtual memory */
    FROND_MAPS_HV,      /* Goldberg: found by the path */
    FROND_MAPS_DISPLAY, /* Lauer & Wyeth: a stack of pointers to them */
    FROND_MAPS_RMR      /* Belpaire & Hsu: a stack of copies of them */
};

/* At a limit of host memory what can be derived again is dropped first, at a cost of time only. */
struct frond_options {
    uint64_t memory;   /* bytes of RAM at FROND_RAM_BASE, a multiple of 4096 */
    uint64_t extra;    /* bytes that frond_map may give out besides */
    uint64_t nodes;    /* how many nodes, node 0 among them, may ever be entered; 0: any number */
    uint64_t overhead; /* most bytes of host memory besides RAM (frond_overhead); 0: any number */
    uint64_t shake; /* not 0: drop all caches and re-enter the path at random steps, by this seed */
    uint32_t shake_every; /* steps between two at most, up to 2^24; 0: as usual, 5,000 */
    enum frond_maps maps;
    bool audit;     /* check every invariant at each enter and exit (slow) */
    bool interpret; /* do not translate hot code; the guest cannot tell */
    uint16_t hot;   /* times that code is entered before it is translated; 0: as usual, 64 */
    struct frond_code *code; /* where translated code goes; NULL: to memory of the machine's own */
    bool keep_gaps;          /* give the caller FAULTs of node 0; else they are answered DENY */
};

void frond_options_default(struct frond_options *o);

/* Memory for translated code, 32 MiB, whose pages cost when they are used and are not counted in `overhead`.
 * It must outlive the machine and serves one at a time: for a process that may not map executable memory
 * any more when it makes a machine. NULL: the host does not give it. */
struct frond_code *frond_code_new(void);
void frond_code_free(struct frond_code *c);

/* NULL: the options are out of range, or the host has no memory, or `overhead` is too little to begin. */
struct frond *frond_new(const struct frond_options *o);
void frond_free(struct frond *m);
/* What went wrong last, for people; valid until the next call. */
const char *frond_error(const struct frond *m);
const char *frond_status_text(enum frond_status s);
const char *frond_version(void);

/* Gives node 0 `size` bytes of zeroed RAM at `base` (multiples of 4096), with FROND_R/W/X. */
enum frond_status frond_map(struct frond *m, uint64_t base, uint64_t size, unsigned perm);

/* ---- Devices: back ends are the caller's and must outlive the machine ---------------------------- */

enum frond_status frond_attach_uart(struct frond *m, const struct dev_char *c);
enum frond_status frond_attach_block(struct frond *m, unsigned slot, const struct dev_block *b);
enum frond_status frond_attach_rng(struct frond *m, unsigned slot, uint64_t seed);
enum frond_status frond_attach_console(struct frond *m, unsigned slot, const struct dev_char *c);
/* Bit n: virtio slot n is taken. */
uint32_t frond_virtio_slots(const struct frond *m);
bool frond_has_uart(const struct frond *m);
/* Takes what input the back ends have now. True if there was some. Only between two enters. */
bool frond_poll(struct frond *m);
/* How often frond_enter looks for input by itself; the default does. */
void frond_poll_input(struct frond *m, bool on);
/* Calls `tick` now and then during frond_enter, many times a second, just before it looks for input; it
 * may call frond_now and frond_stop, nothing else. */
void frond_on_tick(struct frond *m, void (*tick)(void *opaque), void *opaque);

/* ---- Images --------------------------------------------------------------------------------------- */

/* An ELF64 for RISC-V: its segments go to their physical addresses, pc to the entry. With a symbol
 * `tohost`, frond_enter also ends when the guest asks for it there: see frond_htif. */
enum frond_status frond_load_elf(struct frond *m, const void *image, size_t size);
/* Bytes to an address of node 0; pc is left alone. */
enum frond_status frond_load(struct frond *m, uint64_t addr, const void *bytes, size_t size);

/* ---- Running -------------------------------------------------------------------------------------- */

/* Node 0's descriptor. It belongs to the caller except during frond_enter. */
struct frond_desc *frond_desc(struct frond *m);

/* Enters node 0 until it is left: FROND_OK, and frond_desc(m)->exit says why. budget, clock, lines,
 * resume and value are the caller's to set before. */
enum frond_status frond_enter(struct frond *m);
/* From any thread: the frond_enter under way, or the next, returns FROND_STOPPED soon. */
void frond_stop(struct frond *m);

/* HTIF: whether a program loaded from an ELF with `tohost` has ended, and its code. */
bool frond_htif(const struct frond *m, uint64_t *code);

/* ---- Looking into nodes, between two enters -------------------------------------------------------- */

/* A node is named by the labels from node 0's child down; none: node 0. */
struct frond_name {
    const uint64_t *label;
    unsigned depth;
};

/* A copy of the node's descriptor. */
enum frond_status frond_get_desc(struct frond *m, struct frond_name n, struct frond_desc *out);
/* Replaces it. What may not be so is found out when the node is entered. */
enum frond_status frond_set_desc(struct frond *m, struct frond_name n, const struct frond_desc *d);
/* Node-physical memory, through the node's maps (map_p). UNREALIZED: not all of it is there; what is
 * before that was copied. */
enum frond_status frond_read(struct frond *m, struct frond_name n, uint64_t addr, void *to,
                             size_t size);
enum frond_status frond_write(struct frond *m, struct frond_name n, uint64_t addr, const void *from,
                              size_t size);
/* 64-bit hash of the whole hart and memory; *holes: pages of its maps that are not realized. */
enum frond_status frond_hash(struct frond *m, struct frond_name n, uint64_t *hash, uint64_t *holes);

struct frond_stats {
    uint64_t enters, steps, retired;
    uint64_t clock;      /* of its descriptor; 0 if another node's lies there by now */
    uint64_t exits[8];   /* by FROND_EXIT_* */
    uint64_t faults[10]; /* by FROND_FAULT_* */
    uint64_t answers[3]; /* by FROND_RETRY ... DENY */
    uint64_t pages;      /* composed pages kept at the moment */
};
/* Calls `each` for every node that is known, parents before children, or (E_MEMORY) for none. `label` is
 * valid in the call. */
enum frond_status frond_each_node(struct frond *m,
                                  void (*each)(void *opaque, struct frond_name n,
                                               const struct frond_stats *s),
                                  void *opaque);
/* What the maps have cost, in what the scheme's own processor would do. */
struct frond_cost {
    uint64_t asks;    /* accesses that no TLB knew */
    uint64_t refs;    /* memory references that they made for maps */
    uint64_t regs;    /* register operations */
    uint64_t loads;   /* memory references that filled registers */
    uint64_t enters;  /* nodes put on the path */
    uint64_t changes; /* entries of maps in use that were stored to */
    uint64_t emptied; /* maps whose registers were emptied */
};
void frond_cost(const struct frond *m, struct frond_cost *out);
/* Bytes of host memory that the machine holds besides RAM, its devices' own state not counted. */
uint64_t frond_overhead(const struct frond *m);
uint64_t frond_now(const struct frond *m); /* steps made in all */

/* What the translator has made since the machine was. */
struct frond_translated {
    uint64_t units, insns,
        bytes;            /* stretches of code, the guest's instructions in them, their code */
    uint64_t flushes;     /* times that code memory was full */
    uint64_t nanoseconds; /* spent */
};
struct frond_translated frond_translated(const struct frond *m);

/* A unit of translated code, for whoever lists it. All of it is valid during the call only. */
struct frond_unit {
    const uint8_t *host; /* its code, `size` bytes; it is executed at `code` */
    uint64_t code;
    size_t size;
    const struct frond_unit_insn {
        uint64_t pc;
        const char *text;      /* the guest's instruction as it was decoded */
        uint32_t begins, ends; /* its part of the code; behind the last's are the seldom ways out */
    } * insn;
    unsigned insns;
};
/* Calls `made` for each unit once it is made; NULL: no more. */
void frond_on_unit(struct frond *m, void (*made)(void *opaque, const struct frond_unit *u),
                   void *opaque);

/* ---- Watching a run -------------------------------------------------------------------------------- */

/* Calls `hit` when a node that executes has made `at[i]` steps (sorted), before its next one. */
void frond_on_step(struct frond *m, const uint64_t *at, unsigned count,
                   void (*hit)(void *opaque, struct frond *m, struct frond_name n, uint64_t at),
                   void *opaque);
/* One line of text per event: enter, exit, answer, trap. NULL: off. */
void frond_on_event(struct frond *m, void (*line)(void *opaque, const char *text), void *opaque);

#pragma GCC visibility pop

#endif
