/*
 * riscv.h - the door of riscv/: one hart that runs the top of a tree of nodes.
 *
 * struct riscv binds the ISA (riscv_priv.h) to the core. The machine supplies memory, f[0] and the
 * devices (struct riscv_bus), enters node 0 and gets it back with an exit in its descriptor.
 */
#ifndef FROND_RISCV_H
#define FROND_RISCV_H

#include "../core/core.h"
#include "riscv_priv.h"
#include <stdatomic.h>

struct jit_region;

enum riscv_stored { RISCV_STORED, RISCV_STORE_REFUSED, RISCV_STORE_AGAIN };

/* Devices, as the hart sees them. Windows are numbered as in core's f[0]. */
struct riscv_bus {
    void *opaque;
    /* An access to a device window by the node on top, at `addr` of its space (the page that it
     * used). False, REFUSED: access fault. AGAIN: memory is out (starved), nothing was done, the store
     * is to be executed again. */
    bool (*read)(void *opaque, uint32_t window, unsigned off, unsigned width, uint64_t *value);
    enum riscv_stored (*write)(void *opaque, uint32_t window, uint64_t addr, unsigned off,
                               unsigned width, uint64_t value);
    /* Lines (bit: PLIC source) of the devices that the node at `level` owns, and of WHO. */
    uint32_t (*lines)(void *opaque, unsigned level);
    /* Moves data for devices owned by the node at `level`. False: the path was changed by a gap. */
    bool (*work)(void *opaque, unsigned level);
    /* The transfer of the device at `window` that met a gap was answered DENY. */
    void (*refuse)(void *opaque, unsigned level, unsigned window);
};

/* One event, for --trace: what happened at a level of the path. */
enum riscv_event {
    EV_ENTER,   /* by an ENTER store, or the host */
    EV_AGAIN,   /* the path is restored up to here */
    EV_EXIT,    /* with the record in d->exit; FAULT met on the way: gap */
    EV_ANSWER,  /* a: FROND_DONE or DENY, b: value; pend: the node's */
    EV_TRAP,    /* a: mcause, b: mtval */
    EV_STATUS,  /* its ENTER store ended without an exit. a: STATUS, b: what was stored */
    EV_SUSPEND, /* the whole path, to be restored */
    EV_DMA /* of the device at `window` for `mode`; a: address, b: bytes; done: enum riscv_dma */
};
struct riscv_note {
    enum riscv_event what;
    unsigned level;
    uint64_t a, b;
    const struct core_answer *gap;
    const struct frond_access *pend;
    unsigned window, mode, done;
    bool write;
};

struct riscv {
    struct hart h; /* first: functions that are given a hart find the rest by it */
    struct core core;
    struct core_isa isa;
    struct riscv_bus bus;
    uint64_t end;       /* core.now at which h.left will be 0 */
    uint64_t top_since; /* core.now up to which the top's minstret is counted */
    unsigned check;     /* lowest level that must be looked at before the next step */
    uint64_t pending;   /* mip & mie of the top at the last boundary */
    bool work;          /* some device may have work */
    bool waiting;       /* some device's work waits for its owner */
    bool done;          /* node 0 was left: its exit says why */
    bool stopping;      /* `stop` was seen while the path was being restored */
    enum riscv_why { RISCV_DESC, RISCV_MEMORY, RISCV_NODES, RISCV_AUDIT } why; /* of error */
    const char *error;    /* host error: the run is over */
    struct memory memory; /* the machine's */
    bool starved;         /* it has refused something: relieve() is due before the next step */
    uint64_t relieved; /* core.now when all was dropped for that, and 1; 0: it need not be known */
    atomic_bool stop;  /* set by any thread: return at the next boundary */
    atomic_bool poke;  /* set by any thread: call `poll` at the next boundary */
    uint64_t pause;    /* core.now at which riscv_run returns */
    uint64_t shake;    /* random state of --shake; 0: off */
    uint64_t shake_every; /* steps between two, at most: to 2^24 */
    uint64_t shake_at;
    bool audit;              /* walk every invariant whenever the path has changed */
    bool changed;            /* it has */
    uint64_t walls;          /* pages found that break a VMM's walls, by core_audit_walls */
    const uint64_t *mark_at; /* sorted: step counts at which `mark` is called for the top */
    unsigned marks;
    void (*mark)(void *opaque, unsigned level, uint64_t at);
    struct tlb_ring *ring;
    struct frond_desc *root;    /* node 0's descriptor, while it runs */
    uint64_t polled;            /* core.now of the last poll */
    void (*poll)(void *opaque); /* host input, called now and then */
    void *opaque;
    void (*trace)(void *opaque, const struct riscv_note *n); /* NULL: off */
};

enum riscv_end { RISCV_EXIT, RISCV_STOP, RISCV_PAUSE, RISCV_ERROR };

/* ram: the arena. translate: hot code, if the host lets; code: where to, or NULL (jit.h). False: no memory; riscv_done is due all the same. From then on, when `memory` has
 * refused something, everything that was derived is dropped and the run goes on; if that does not
 * help, it ends with an error, in a state from which it may go on later. */
bool riscv_init(struct riscv *r, uint8_t *ram, uint32_t pages, const struct memory *memory,
                bool translate, struct jit_region *code);
void riscv_done(struct riscv *r);

/* Enters node 0: `d` is its descriptor, in host memory. Runs until it is left (EXIT), the host asks
 * (STOP: node 0 and the path are suspended, as by an exit without a reason), core.now reaches
 * r->pause, or a host error. A descriptor that may not be entered: ERROR, r->error says the field. */
enum riscv_end riscv_run(struct riscv *r, struct frond_desc *d);

/* child.c: offset of the first field that may not be so, or -1. */
int desc_check(const struct frond_desc *d);

/* For the machine: a piece of a device's transfer by the node at `level` of the path. */
enum riscv_dma { RISCV_DMA_OK, RISCV_DMA_EXIT, RISCV_DMA_REFUSED };
enum riscv_dma riscv_dma(struct riscv *r, unsigned level, uint64_t addr, void *buf, size_t len,
                         bool write, unsigned mode, unsigned window);
/* Privilege (FROND_MODE_*) of data accesses of a node as it stands. */
unsigned hart_data_mode(const struct frond_desc *d);

/* A line or owner changed: look at all levels before the next step. */
void riscv_attend(struct riscv *r);
/* Steps made, exact between instructions. */
static inline uint64_t riscv_now(const struct riscv *r) { return r->end - (uint64_t)r->h.left; }
/* Makes the descriptors of all nodes of the path say what is so now (clock, budget, minstret). */
void riscv_sync(struct riscv *r);
/* Drops everything derived. */
void riscv_drop_all(struct riscv *r);
/* The same between two runs, with the memory that it lay in: nothing is starved any more. */
void riscv_give_up_memory(struct riscv *r);

/* Numbers of core_ctx.stat. */
enum {
    STAT_ENTERS, /* of this node by its parent */
    STAT_STEPS,
    STAT_RETIRED,
    STAT_EXIT,                     /* + FROND_EXIT_*: 7 */
    STAT_FAULT = STAT_EXIT + 8,    /* + FROND_FAULT_* */
    STAT_ANSWER = STAT_FAULT + 10, /* + resume */
};

/* ---- shared by the files of riscv/ that know struct riscv -------------------------------------- */

enum { CLASS_M, CLASS_S, CLASS_SUM, CLASS_U, CLASSES };

/* What of a descriptor its TLBs were made by, besides the class. */
struct made_by {
    uint64_t satp, mxr;
    uint64_t pmpaddr[16];
    uint8_t pmpcfg[16];
};

/* Where the descriptor that a node entered last was found, and everything of which that was derived, as it was then. */
struct entered {
    uint64_t va; /* 0: nothing is known */
    uint64_t issuer[4], gen, pt_seq;
    uint32_t page;
};

struct node { /* core_ctx.isa */
    struct tlb *tlb[CLASSES];
    struct made_by by;
    uint64_t by_gen;    /* changes of `by` */
    uint64_t pt_gen;    /* changes of page tables that were read for it */
    unsigned mark_next; /* of riscv.mark_at */
    struct entered entered;
};

static inline struct riscv *riscv_of(struct hart *h) { return (struct riscv *)(void *)h; }

/* Cause numbers and CSR bits, by the privileged specification. */
enum {
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_S = 9,
    CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};
#define MSTATUS_SIE  (1ULL << 1)
#define MSTATUS_MIE  (1ULL << 3)
#define MSTATUS_SPIE (1ULL << 5)
#define MSTATUS_MPIE (1ULL << 7)
#define MSTATUS_SPP  (1ULL << 8)
#define MSTATUS_MPP  (3ULL << 11)
#define MSTATUS_MPRV (1ULL << 17)
#define MSTATUS_SUM  (1ULL << 18)
#define MSTATUS_MXR  (1ULL << 19)
#define MSTATUS_TVM  (1ULL << 20)
#define MSTATUS_TW   (1ULL << 21)
#define MSTATUS_TSR  (1ULL << 22)
#define MIP_SSIP     (1ULL << 1)
#define MIP_MSIP     (1ULL << 3)
#define MIP_STIP     (1ULL << 5)
#define MIP_MTIP     (1ULL << 7)
#define MIP_SEIP     (1ULL << 9)
#define MIP_MEIP     (1ULL << 11)
#define MENVCFG_STCE (1ULL << 63)

/* The architecture's numbers: 0 U, 1 S, 3 M. */
static inline unsigned priv_of_mode(unsigned mode) {
    return mode == FROND_MODE_M ? 3 : mode == FROND_MODE_S ? 1 : 0;
}
static inline unsigned mode_of_priv(unsigned priv) {
    return priv == 3 ? FROND_MODE_M : priv == 1 ? FROND_MODE_S : FROND_MODE_U;
}

/* mmu.c */
struct walk_result {
    enum { XLATE_OK, XLATE_TRAP, XLATE_ANSWER, XLATE_NEED } what;
    uint64_t pa;
    unsigned perm; /* FROND_R/W/X of the page for this class */
    uint32_t cause;
    unsigned need;
};
/* A node has come on the path, or its CSRs have changed: what its TLBs hold goes if it was made by
 * another satp, MXR or PMP. */
void mmu_adopt(struct riscv *r, unsigned level);
void mmu_select(struct hart *h); /* sets h->data and h->fetch for the top as it stands */
void mmu_hooks(struct riscv *r); /* and what they need: r->ring, r->h.code, NULL without memory */
/* No node has a TLB any more, h's neither: for an empty path. */
void mmu_free_tlbs(struct riscv *r);
void mmu_done(struct riscv *r);
uint64_t hart_satp(const struct frond_desc *d);
/* PMP: what `mode` may do in the page of pa. */
unsigned pmp_perm(const struct frond_desc *d, unsigned mode, uint64_t pa);

/* The top's TLBs against its page tables and maps: NULL, or what is wrong. */
const char *mmu_audit(struct riscv *r);

/* trap.c */
uint64_t hart_mip(struct riscv *r, unsigned level, uint64_t which); /* those bits of it */
bool trap_interrupt(struct riscv *r, uint64_t pending);             /* takes one if enabled */
void trap_take(struct hart *h, unsigned cause, uint64_t tval, bool interrupt);
static inline uint64_t level_clock(const struct riscv *r, unsigned level) {
    const struct core_level *l = &r->core.path[level];

    return l->clock0 + (riscv_now(r) - l->since);
}
/* Least clock at which a timer fires that is not pending and enabled in mie; ~0. */
uint64_t hart_deadline(const struct frond_desc *d, uint64_t clock);

/* csr.c */
bool csr_value_ok(const struct frond_desc *d, int *offset);
void count_retired(struct riscv *r); /* brings the top's minstret up to now */

/* window.c: private windows. False: access fault. *left: the node was left or the path changed. */
bool window_is_private(uint64_t addr);
bool window_load(struct riscv *r, uint64_t pa, unsigned width, uint64_t *value);
bool window_store(struct riscv *r, uint64_t pa, uint64_t va, struct access a, uint64_t value,
                  bool *changed);

/* child.c */
/* The top's store of `va` to ENTER (synced). */
void child_enter(struct riscv *r, uint64_t va, unsigned ilen);
/* Node at level k is left: record filled by the caller in d->exit of path[k]. */
void child_leave(struct riscv *r, unsigned k);
/* A resolution by the node at `maker` of the path did not find memory: leaves to whom it concerns,
 * or traps. a, va, cause: the access of the top, for kind 0 answers. */
void child_answer(struct riscv *r, const struct core_answer *ans, struct access a, uint64_t va,
                  uint64_t value, uint32_t cause);
void child_halt(struct riscv *r, unsigned kind, uint64_t code);
/* Looks at everything that must be looked at before the next step. False: the run is over. */
bool child_boundary(struct riscv *r);

#endif
