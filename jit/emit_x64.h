/*
 * emit_x64.h - what the files of the emitter for x86-64 share.
 *
 *   emit_x64.c      units, jumps, ways out; code that all units use     emit_x64_mem.c  loads and stores
 *   emit_x64_int.c  integer arithmetic                                  emit_x64_fp.c   floating point
 *
 * Registers while a unit runs:
 *
 *   rbx rsi rdi r8-r13     s0 s1 sp a0-a5 between units; within one, some may be lent to other x; the rest of x
 *                          stands in the descriptor
 *   xmm3-xmm15             fa0-fa7 fs0 fs1 ft0-ft2, if mstatus.FS is dirty; the other f in the descriptor
 *   rbp                    the descriptor, so that x[0..31] are within a byte of it
 *   r14                    steps left, all instructions of the unit from this one on taken off
 *   r15                    the data TLB's entries
 *   rax rcx rdx xmm0-xmm2  between instructions free
 *   [rsp]                  the hart; [rsp + 8]: its jump cache; [rsp + 16]: free; [rsp + 24]: the TLB's mask; [rsp + 32]:
 *                          base, limit and addend of the data TLB's stretches, for loads and for stores
 *
 * At each instruction's beginning these hold what exec_run would have, so the slow way out is the
 * same everywhere: put them back, call jit_slow, fetch them again.
 */
#ifndef FROND_JIT_EMIT_X64_H
#define FROND_JIT_EMIT_X64_H

#include "unit.h"
#include "x64.h"

/* At rsp; of the two stretches the second is STRETCH bytes behind the first. */
enum { HART = 0, JUMPS = 8, FREE = 16, MASK = 24, FRAME = 88 };
enum { BASE = 32, LIMIT = 40, ADDEND = 48, STRETCH = 24 };
enum { BIAS = offsetof(struct frond_desc, x) + 128 };
#define FIELD(member) ((int32_t)offsetof(struct frond_desc, member) - BIAS)
#define X(n)          ((int32_t)(8 * (n)) - 128)
#define F(n)          (FIELD(f) + (int32_t)(8 * (n)))
#define FS_DIRTY      ((int32_t)MSTATUS_FS)

/* Host register of x[n] or f[n]; 0: none (rax and xmm0 are none's). */
static const uint8_t x_home[32] = {[2] = RBX,  [8] = RSI,  [9] = RDI,  [10] = R8, [11] = R9,
                                   [12] = R10, [13] = R11, [14] = R12, [15] = R13};
static const uint8_t f_reg[32] = {
    [10] = 3,  [11] = 4, [12] = 5, [13] = 6, [14] = 7, [15] = 8, [16] = 9,
    [17] = 10, [8] = 11, [9] = 12, [0] = 13, [1] = 14, [2] = 15};

enum { STUBS = 1 + 5 * JIT_UNIT_MAX }; /* of an instruction at most 5: a fused one of singles */

/* A number of an x that there is not, for a result that may not be wanted. */
enum { SPARE = 32 };

/* Code that is written behind the unit's, for what seldom happens. */
struct stub {
    enum { STUB_SLOW, STUB_JUMP, STUB_BUDGET, STUB_HEAD, STUB_LOOK } what;
    uint8_t *from; /* the jump that leads there */
    const struct unit_insn *insn;
    unsigned index;        /* of insn */
    const uint8_t *resume; /* SLOW, LOOK, as it is written */
    enum site_kind kind;
    unsigned width, flags; /* SLOW, of an access */
    struct stub *slow;     /* LOOK: what is taken if the TLB has nothing */
    unsigned which;        /* LOOK: TLB_R or TLB_W */
    int32_t to;            /* else: offset in the page, perhaps not of this one */
    int32_t give;          /* else: steps given back */
};

struct emit {
    struct x64 x;
    ptrdiff_t to_code;
    const struct common *c;
    const struct unit *u;
    unsigned k; /* index of the instruction that is written */
    uint8_t *head;
    uint8_t *label[JIT_UNIT_MAX], *seldom; /* instructions; what is written behind them */
    struct {
        uint8_t *from;
        unsigned to;
    } fix[2 * JIT_UNIT_MAX];
    struct stub stub[STUBS];
    unsigned fixes, stubs;
    uint8_t x_reg[SPARE + 1]; /* x_home, but for what the unit has lent */
    struct lend lend[LENDS];
    unsigned lends;
    uint8_t *take,
        *slow; /* if it has: code that takes it up and returns; that gives it back and is c->slow then */
    /* What is known where control has come from above. */
    bool dirty;     /* mstatus.FS */
    bool ready;     /* h->fp_ready */
    uint32_t boxed; /* f[n] holds a single */
};

static inline uint8_t *as_written(const struct emit *e, const void *code) {
    return (uint8_t *)(uintptr_t)code - e->to_code;
}

/* ---- Guest registers ------------------------------------------------------------------------------ */

/* op reg, x[n] */
static inline void op_x(struct emit *e, int w, uint32_t op, unsigned reg, unsigned n) {
    if (e->x_reg[n])
        op_rr(&e->x, w, op, reg, e->x_reg[n]);
    else
        op_rm(&e->x, w, op, reg, RBP, X(n));
}

static inline void get(struct emit *e, int w, unsigned reg, unsigned n) {
    if (n == 0)
        op_rr(&e->x, W32, OP_XOR, reg, reg);
    else if (reg == RAX || e->x_reg[n] != reg || w == W32)
        op_x(e, w, OP_MOV, reg, n);
}

/* A register that holds x[n]: its own, or `spare`. */
static inline unsigned in_reg(struct emit *e, unsigned n, unsigned spare) {
    if (e->x_reg[n])
        return e->x_reg[n];
    get(e, W64, spare, n);
    return spare;
}

/* Where a result for x[rd] is best made, if `busy` (a guest's register, or 0) is read after that. */
static inline unsigned place_for(const struct emit *e, unsigned rd, unsigned busy) {
    return e->x_reg[rd] && rd != busy ? e->x_reg[rd] : RAX;
}

static inline void put(struct emit *e, unsigned rd, unsigned reg) {
    if (rd == 0)
        return;
    if (!e->x_reg[rd])
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(rd));
    else if (e->x_reg[rd] != reg)
        op_rr(&e->x, W64, OP_MOV, e->x_reg[rd], reg);
}

static inline void put_imm(struct emit *e, unsigned rd, uint64_t v) {
    if (e->x_reg[rd]) {
        mov_imm(&e->x, e->x_reg[rd], v);
    } else if (fits32((int64_t)v)) {
        op_rm(&e->x, W64, 0xc7, 0, RBP, X(rd));
        word(&e->x, v, 4);
    } else {
        mov_imm(&e->x, RAX, v);
        put(e, rd, RAX);
    }
}

static inline void put_f(struct emit *e, unsigned rd, unsigned xmm) {
    if (f_reg[rd])
        op_rr(&e->x, W32, OP_MOVAPS, f_reg[rd], xmm);
    else
        op_rm(&e->x, W32, OP_MOVSD_ST, xmm, RBP, F(rd));
}

/* The bits of f[n] in a general register. */
static inline void bits_f(struct emit *e, unsigned reg, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W64, OP_MOVQ_GX, f_reg[n], reg);
    else
        op_rm(&e->x, W64, OP_MOV, reg, RBP, F(n));
}

static inline uint64_t pc_at(const struct emit *e, int64_t offset) {
    return e->u->base + (uint64_t)offset;
}

/* ---- Ways to C --------------------------------------------------------------------------------- */

static inline struct stub *new_stub(struct emit *e, int what, uint8_t *from) {
    struct stub *s = &e->stub[e->stubs++];

    *s = (struct stub){.what = what, .from = from, .insn = &e->u->insn[e->k], .index = e->k};
    return s;
}

/* jit_slow at this instruction if the jump `from` is taken; it goes on at what is written next after
 * the instruction: `resume` is set then. */
static inline struct stub *slow_if(struct emit *e, uint8_t *from, enum site_kind kind) {
    struct stub *s = new_stub(e, STUB_SLOW, from);

    s->kind = kind;
    return s;
}

/* An instruction that wants mstatus.FS dirty: exec_run makes it so. */
static inline void want_dirty(struct emit *e) {
    if (!e->dirty && !e->ready) {
        op_rm(&e->x, W32, OP_MOV, RAX, RBP, FIELD(csr.mstatus));
        op_imm(&e->x, W32, N_AND, RAX, FS_DIRTY);
        op_imm(&e->x, W32, N_CMP, RAX, FS_DIRTY);
        slow_if(e, jcc(&e->x, CC_NE), SITE_EXEC);
    }
    e->dirty = true;
}

/* ---- What several of them need ---------------------------------------------------------------- */

/* Flags of x[a] - x[b]. */
static inline void compare(struct emit *e, unsigned a, unsigned b) {
    if (b == 0) {
        unsigned reg = in_reg(e, a, RCX);
        op_rr(&e->x, W64, OP_TEST, reg, reg);
    } else if (!e->x_reg[a] && e->x_reg[b] && a != 0) {
        op_rm(&e->x, W64, OP_CMP_MEM, e->x_reg[b], RBP, X(a));
    } else {
        op_x(e, W64, OP_CMP, in_reg(e, a, RCX), b);
    }
}

static inline void set_if(struct emit *e, enum cc cc, unsigned rd) {
    unsigned to = place_for(e, rd, 0);

    setcc(&e->x, cc, RAX);
    op_rr8(&e->x, W32, OP_MOVZX8, to, RAX);
    put(e, rd, to);
}

/* ---- Instructions: false, it is none of theirs ------------------------------------------------ */

bool emit_integer(struct emit *e, const struct unit_insn *i);
bool emit_memory(struct emit *e, const struct decoded *d);
bool emit_floating(struct emit *e, const struct decoded *d);

/* emit_x64_int.c: the low word of reg, sign-extended, to x[rd]. */
void emit_word(struct emit *e, unsigned rd, unsigned reg);
/* emit_x64_mem.c: for the address in rax, which stays, the addend in rcx, by the TLB. The jump that is returned is taken if it has
 * none. */
uint8_t *emit_look_up(struct emit *e, unsigned width, unsigned which);

#endif
