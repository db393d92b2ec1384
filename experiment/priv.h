/* priv.h - what the files of experiment/ share. */
#ifndef FROND_EXPERIMENT_PRIV_H
#define FROND_EXPERIMENT_PRIV_H

#include "experiment.h"
#include "frond.h"

/* ---- item.c: what is run ---------------------------------------------------------------------------------- */

enum class {
    CLASS_ALU,
    CLASS_LOAD,
    CLASS_STORE,
    CLASS_AMO,
    CLASS_FLOAD,
    CLASS_FSTORE,
    CLASS_BRANCH,
    CLASS_JUMP,
    CLASS_SYSTEM,
    CLASS_ILLEGAL,
    CLASS_END,
    CLASS_FHOST,
    CLASS_FSOFT,
    CLASS_FINT,
    CLASS_FMOVE
};
/* A row of insn.def, or a CSR with the six rows that reach it; rows of memory by what they are aimed at. */
struct item {
    char name[32];
    const char *family; /* its name in a description: a row, a CSR without its number */
    enum class class;
    enum { AT_ALIGNED, AT_MISALIGNED, AT_DEVICE } at; /* of those with a width */
    int csr;                                          /* -1: none */
    uint32_t mask, match;
    const char *regs, *format;
};
enum { ITEMS = 4096 + 512, TEXT = 160 };
unsigned item_list(struct item *out); /* rows, then all 4096 CSR numbers */
unsigned item_rows(void);             /* of insn.def, that have an encoding */
/* Bytes that it accesses; 0: none. */
unsigned item_width(const struct item *i);
/* Is this a description's word for it? *exact: for the item, not for its class. */
bool item_called(const struct item *i, const char *word, bool *exact);

/* ---- state.c: states, and changes of them ------------------------------------------------------------------ */

/* What a hart holds besides pc, x, f and memory. A word of `holds`; offset in the descriptor, bytes, bits. */
#define FIELDS(F)                                                                                  \
    F(mode, mode, UINT32_MAX)                                                                      \
    F(mstatus, csr.mstatus, 0x7e19aaULL)                                                           \
    F(FS, csr.mstatus, 0x6000ULL)                                                                  \
    F(satp, csr.satp, ~0ULL)                                                                       \
    F(pmpcfg, csr.pmpcfg, 0)                                                                       \
    F(pmpaddr, csr.pmpaddr, 0)                                                                     \
    F(medeleg, csr.medeleg, 0xb3ffULL)                                                             \
    F(mideleg, csr.mideleg, 0x222ULL)                                                              \
    F(mie, csr.mie, 0xaaaULL)                                                                      \
    F(mip, csr.mip, 0x222ULL)                                                                      \
    F(mtvec, csr.mtvec, ~0ULL)                                                                     \
    F(mscratch, csr.mscratch, ~0ULL)                                                               \
    F(mepc, csr.mepc, ~1ULL)                                                                       \
    F(mcause, csr.mcause, ~0ULL)                                                                   \
    F(mtval, csr.mtval, ~0ULL)                                                                     \
    F(mcounteren, csr.mcounteren, UINT32_MAX)                                                      \
    F(menvcfg, csr.menvcfg, 1ULL << 63 | 1)                                                        \
    F(stvec, csr.stvec, ~2ULL)                                                                     \
    F(sscratch, csr.sscratch, ~0ULL)                                                               \
    F(sepc, csr.sepc, ~1ULL)                                                                       \
    F(scause, csr.scause, ~0ULL)                                                                   \
    F(stval, csr.stval, ~0ULL)                                                                     \
    F(scounteren, csr.scounteren, UINT32_MAX)                                                      \
    F(senvcfg, csr.senvcfg, 1)                                                                     \
    F(stimecmp, csr.stimecmp, ~0ULL)                                                               \
    F(mcountinhibit, csr.mcountinhibit, 5)                                                         \
    F(mcycle, csr.mcycle_offset, ~0ULL)                                                            \
    F(minstret, csr.minstret, ~0ULL)                                                               \
    F(clock, clock, ~0ULL >> 2)                                                                    \
    F(time, clint.time_offset, ~0ULL >> 2)                                                         \
    F(fcsr, csr.fcsr, 255)                                                                         \
    F(wait, wait, UINT32_MAX)                                                                      \
    F(reservation, csr.res_addr, 0)                                                                \
    F(mtimecmp, clint.mtimecmp, ~0ULL >> 2)                                                        \
    F(msip, clint.msip, 1)                                                                         \
    F(plic, plic, 0)
enum field {
#define FIELD(name, ...) FIELD_##name,
    FIELDS(FIELD)
#undef FIELD
        FIELD_COUNT
};
struct field_info {
    const char *name;
    unsigned at, size;
    uint64_t mask; /* bits that may be set, of at most 8 bytes; 0: as state.c says */
};
extern const struct field_info fields[FIELD_COUNT];

/* Bytes of memory that an instruction may touch, on both sides of a page's end. */
enum { DATA = 128 };
#define DATA_AT (FROND_RAM_BASE + 0x11000 - DATA / 2)
#define CODE_AT (FROND_RAM_BASE + 0x1000)

/* Where memory lies for U-mode, and for M-mode with MPRV: page tables of rig.c, by satp. */
enum place { PLACE_BARE, PLACE_SAME, PLACE_MOVED };

struct state {
    struct frond_desc d; /* csr.res_addr: a virtual address, csr.satp in M-mode: as it is */
    uint32_t insn;
    uint8_t data[DATA];
    bool trapped, strayed; /* after a run: strayed, memory that is not the program's has changed */
};

/* Sets of fields, and: */
#define MEMORY  (1ULL << FIELD_COUNT)       /* what memory holds */
#define THROUGH (1ULL << (FIELD_COUNT + 1)) /* of `but`: a trap is a run like any other */
_Static_assert(FIELD_COUNT + 1 < 64, "fields");

struct random {
    uint64_t at;
};
uint64_t random_bits(struct random *r);
unsigned dice(struct random *r, unsigned n);

/* In M-mode, or (careful) one from which U-mode can be entered: no interrupt, all traps go to M-mode, counters are
 * off, memory lies where it does by `place`. */
void state_random(struct random *r, const struct item *i, bool careful, struct state *out);
/* Another value of the field, or of memory. False: there is none. */
bool state_change(struct random *r, enum field f, bool careful, struct state *s);
void state_place(struct state *s, enum place p);
/* How much may be reached: all, or what is there. */
void state_reach(struct state *s, bool all);
bool field_same(enum field f, const struct state *a, const struct state *b);
uint64_t field_value(enum field f, const struct state *s); /* its first 8 bytes */
bool field_clear(enum field f, struct state *s);           /* false: it was 0 */
void field_copy(enum field f, struct state *to, const struct state *from);
/* What is to be seen of two runs is different, besides `but` (below): in words, TEXT bytes. */
bool state_differ(const struct state *a, const struct state *b, uint64_t but, char *text);
/* Has the run from `before` changed it? A step is counted, that is no change. */
bool field_written(enum field f, const struct state *before, const struct state *after);

/* ---- rig.c: one machine ------------------------------------------------------------------------------------ */

struct rig {
    struct frond *m;
    uint64_t shift; /* from an address of the program to one of node 0 */
    bool child;     /* the program is in a child of node 0 */
    uint64_t runs;
};
bool rig_init(struct rig *g, bool child);
void rig_free(struct rig *g);
/* One step. False: the machine did not make it. */
bool rig_run(struct rig *g, const struct state *before, struct state *after);
/* satp of a place. */
uint64_t rig_satp(enum place p);

/* ---- witness.c ------------------------------------------------------------------------------------------------ */

struct witness {
    const struct item *item;
    struct state a, b, after_a, after_b;
    bool pair; /* what differs after a and b, but in the fields of `but`; else: */
    uint64_t but;
    uint64_t fields; /* what a run from `a` changes of these */
    bool ok;         /* the machine made all steps */
    char text[TEXT];
};
/* Makes it as small as may be, and puts it in words. False: the machine did not make a step, or it is none. */
bool witness_text(struct rig *g, struct witness *w, char *text, size_t size);
bool component_written(uint64_t holds, const struct state *before, const struct state *after);

/* ---- experiment.c, compare.c, events.c ------------------------------------------------------------------------------------ */

struct lab {
    struct experiment *e;
    const struct isa *a;
    struct rig rig, child;
    struct random random;
    uint64_t holds[ISA_COMPONENTS]; /* fields of each component */
    struct item *items;             /* all */
    const struct item *item;
    unsigned insn; /* of the description, that the item is laid to */
    bool always;   /* it traps in P-mode, too, whatever the state */
    bool broken;   /* the machine did not make a step */
};

/* A line about where description and machine disagree. */
__attribute__((format(printf, 2, 3))) void wrong(struct experiment *e, const char *format, ...);
/* Interrupts, gaps and traps. */
void events(struct lab *l);

#endif
