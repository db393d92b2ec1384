/*
 * gen.h - between gen.c, which writes programs, and node.c, which writes what they run in.
 */
#ifndef FROND_TEST_LOCKSTEP_GEN_H
#define FROND_TEST_LOCKSTEP_GEN_H

#include "lockstep.h"
#include "../attack/encode.h"
#include "../isa/isa.h"
#include <string.h>

enum { CODE = 1 * NODE_PAGE, CODE_END = 15 * NODE_PAGE, DATA = 16 * NODE_PAGE, DATA_PAGES = 16 };
enum { TABLES = 32 * NODE_PAGE };
/* Page 0: the handler of M, and what it saves; then those of S. */
enum { HANDLER = 0x000, SAVE = 0x800, OF_S = 0x200 };
enum { SAVE_T0, SAVE_T1 = 8, SAVE_COUNT = 16, SAVE_HOME = 24, SAVE_NEXT = 32, SAVE_MTIME = 40 };
enum { SAVE_STIME = 48, SAVE_MODES = 64, MODES = 16 };
enum { FUNCTIONS = 4, SLOTS = 512, PATCHES = 128, DEPTH = 3 };
enum { CSR_TIME = 0xc01, CSR_STIMECMP = 0x14d, CSR_SATP = 0x180, CSR_PMPADDR0 = 0x3b0 };

/* A handler's CSRs and bits. */
struct level {
    unsigned scratch, status, epc, cause, ie, ip, ret;
    unsigned previous; /* of status: the mode that was left */
};
static const struct level level_of[2] = {
    {0x340, 0x300, 0x341, 0x342, 0x304, 0x344, MRET, 0x1800},
    {0x140, 0x100, 0x141, 0x142, 0x104, 0x144, 0x10200073, 0x100},
};

struct out {
    const struct kind *k;
    uint8_t *image;
    uint64_t random;
    unsigned at;
    unsigned levels;
    unsigned first_f;       /* of four f registers that are used more than the others */
    uint32_t allowed, busy; /* registers that may be written; less those that may not */
    struct {
        unsigned at; /* 0: not written yet */
        uint32_t clobbers;
        uint8_t link;
    } function[FUNCTIONS];
    unsigned slot[SLOTS], slots; /* instructions that may be patched */
    struct {
        unsigned at;
        uint8_t a, b, c;
    } patch[PATCHES];
    unsigned patches;
};

static inline unsigned pick(struct out *o, unsigned n) { return (unsigned)(draw(&o->random) % n); }

#define ANY(o, table) ((table)[pick(o, sizeof(table) / sizeof((table)[0]))])

static inline void put16(struct out *o, uint32_t v) {
    memcpy(o->image + o->at, &v, 2);
    o->at += 2;
}

static inline void put(struct out *o, uint32_t v) {
    memcpy(o->image + o->at, &v, 4);
    o->at += 4;
}

static inline void put64(struct out *o, unsigned at, uint64_t v) { memcpy(o->image + at, &v, 8); }

static inline uint32_t enc_b(unsigned f3, unsigned rs1, unsigned rs2, int off) {
    return (enc_bne(rs1, rs2, off) & ~(7u << 12)) | f3 << 12;
}

enum { BEQ, BNE, BLT = 4, BGE, BLTU, BGEU };

/* rd := v, sign-extended */
static inline void put_li(struct out *o, unsigned rd, int32_t v) {
    put(o, LUI(rd, 0) | ((uint32_t)(v + 0x800) & 0xfffff000));
    put(o, enc_i(0x1b, 0, rd, rd, v & 0xfff));
}

static inline void patch_insn(struct out *o, unsigned at, uint32_t insn) {
    memcpy(o->image + at, &insn, 4);
}

/* Of a page table, of which there are two: its pages. */
enum { ROOT, L1_S, L1_U, L0_S, L0_U, TABLE_PAGES };

/* ---- node.c ------------------------------------------------------------------------------------- */

/* An entry for the page of this node, with any permissions. */
uint64_t node_pte(struct out *o, unsigned page, bool user);
/* The handlers of M and S. `home`: where the program begins. */
void node_handlers(struct out *o, unsigned home);
/* Data and page tables. */
void node_memory(struct out *o);
void node_hart(struct out *o, struct frond_desc *d, unsigned start);

#endif
