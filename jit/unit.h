/*
 * unit.h - between jit.c, which decides what is translated, and an emitter, which writes it.
 *
 * An emitter for another host is a file with the functions of the last section.
 */
#ifndef FROND_JIT_UNIT_H
#define FROND_JIT_UNIT_H

#include "jit.h"

enum { UNIT_PAGE = 4096 };

struct unit_insn {
    struct decoded d;
    uint16_t at;           /* offset in the page */
    bool target;           /* of a branch of this unit */
    uint32_t begins, ends; /* its part of the unit's code; the emitter's to say */
};

/* What is to be translated: insn[0] to insn[n - 1] lie one behind the other. Control may jump between
 * them; it comes from outside to the first only, and when at least n steps are left. */
struct unit {
    uint64_t base; /* virtual address of the page */
    unsigned n;
    uint16_t end;    /* offset behind the last */
    bool stretch[2]; /* of TLB_R, TLB_W: such accesses look at struct tlb's stretch first */
    struct unit_insn insn[JIT_UNIT_MAX];
    int16_t index[UNIT_PAGE / 2]; /* by offset / 2: which instruction starts there, or -1 */
};

/* What a piece of code that leaves the unit for C has to say: jit_slow's argument. */
enum site_kind {
    SITE_LOAD,
    SITE_STORE,
    SITE_FSTART, /* FP arithmetic, before the host's is prepared */
    SITE_FSOFT,  /* FP arithmetic that fp.c does */
    SITE_SYSTEM, /* csr.c does it */
    SITE_EXEC,   /* exec_run is to go on at the instruction */
};
struct site {
    uint64_t pc;        /* of the instruction */
    const void *resume; /* code behind it */
    uint32_t raw;       /* FSOFT, SYSTEM: decoded.imm */
    uint16_t row;       /* FSOFT */
    uint16_t rest;      /* instructions of the unit from this one on */
    uint8_t kind;
    uint8_t width, reg, ilen, flags; /* LOAD, STORE: as in struct access */
};

/* slow.c: what a unit cannot do itself. The registers are in h->d; h->left is what the unit has it to be:
 * what is left behind the unit's last instruction. The code to go on with, of this unit or another's first: all
 * that it needs it takes from h once more, and h->left is as that code wants it. NULL: the hart is as exec_run
 * wants it, which goes on. */
const void *jit_slow(struct hart *h, uint64_t va, uint64_t value, const struct site *s);

/* text.c: the instruction at pc in the assembler's form, but that compressed ones have their long names. */
enum { UNIT_TEXT = 64 };
void unit_text(const struct decoded *d, uint64_t pc, char to[UNIT_TEXT]);

/* lend.c: home[x] is not 0 for those of x that stand in the host's registers between units. Within this unit the host's
 * register of x[from] is better x[to]'s, which has none. How many such. */
enum { LENDS = 6 };
struct lend {
    uint8_t from, to;
};
unsigned unit_lend(const struct unit *u, const uint8_t home[32], struct lend out[LENDS]);

/* ---- An emitter -------------------------------------------------------------------------------- */

/* Where it writes: what is written at `at` is executed at at + to_code. */
struct room {
    uint8_t *at, *end;
    ptrdiff_t to_code;
};

/* Code that all units use, by where it is executed. */
struct common {
    void *(*run)(struct hart *h, const void *code); /* jit_run */
    const void *none;                               /* jit_none */
    const void *leave;                              /* the rest: the emitter's own */
    const void *leave_link;
    const void *slow;
};

/* Writes the common code; room->at moves. False: it does not fit, or this host lacks something. */
bool emit_common(struct room *room, struct common *c);
/* Whether there is an emitter for the row in this form. */
bool emit_knows(const struct decoded *d);
/* Writes a unit, with emit_size() bytes to note things in. False: it does not fit. room->at moves behind it. */
struct emit;
size_t emit_size(void);
bool emit_unit(struct emit *e, struct room *room, const struct common *c, struct unit *u);
/* Leads the jump at `place` (where it is written) to code. */
void emit_link(uint8_t *place, ptrdiff_t to_code, const void *code);

#endif
