/*
 * emit_x64.c - the emitter for x86-64: see unit.h.
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
#ifdef __x86_64__
#include "../riscv/fp.h"
#include "unit.h"
#include "x64.h"

enum {
    HART = 0,
    JUMPS = 8,
    FREE = 16,
    MASK = 24,
    BASE = 32,
    LIMIT = 40,
    ADDEND = 48,
    STRETCH = 24,
    FRAME = 88
};
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

static uint8_t *as_written(const struct emit *e, const void *code) {
    return (uint8_t *)(uintptr_t)code - e->to_code;
}

/* ---- Guest registers ------------------------------------------------------------------------------ */

/* op reg, x[n] */
static void op_x(struct emit *e, int w, uint32_t op, unsigned reg, unsigned n) {
    if (e->x_reg[n])
        op_rr(&e->x, w, op, reg, e->x_reg[n]);
    else
        op_rm(&e->x, w, op, reg, RBP, X(n));
}

static void get(struct emit *e, int w, unsigned reg, unsigned n) {
    if (n == 0)
        op_rr(&e->x, W32, OP_XOR, reg, reg);
    else if (reg == RAX || e->x_reg[n] != reg || w == W32)
        op_x(e, w, OP_MOV, reg, n);
}

/* A register that holds x[n]: its own, or `spare`. */
static unsigned in_reg(struct emit *e, unsigned n, unsigned spare) {
    if (e->x_reg[n])
        return e->x_reg[n];
    get(e, W64, spare, n);
    return spare;
}

/* Where a result for x[rd] is best made, if `busy` (a guest's register, or 0) is read after that. */
static unsigned place_for(const struct emit *e, unsigned rd, unsigned busy) {
    return e->x_reg[rd] && rd != busy ? e->x_reg[rd] : RAX;
}

static void put(struct emit *e, unsigned rd, unsigned reg) {
    if (rd == 0)
        return;
    if (!e->x_reg[rd])
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(rd));
    else if (e->x_reg[rd] != reg)
        op_rr(&e->x, W64, OP_MOV, e->x_reg[rd], reg);
}

static void put_imm(struct emit *e, unsigned rd, uint64_t v) {
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

/* The low word of reg, sign-extended, to x[rd]. */
static void put_word(struct emit *e, unsigned rd, unsigned reg) {
    unsigned to = place_for(e, rd, 0);

    op_rr(&e->x, W64, OP_MOVSXD, to, reg);
    put(e, rd, to);
}

/* xmm := f[n], all 64 bits. */
static void get_f(struct emit *e, unsigned xmm, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W32, OP_MOVAPS, xmm, f_reg[n]);
    else
        op_rm(&e->x, W32, OP_MOVSD, xmm, RBP, F(n));
}

static void put_f(struct emit *e, unsigned rd, unsigned xmm) {
    if (f_reg[rd])
        op_rr(&e->x, W32, OP_MOVAPS, f_reg[rd], xmm);
    else
        op_rm(&e->x, W32, OP_MOVSD_ST, xmm, RBP, F(rd));
}

/* op xmm, f[n] */
static void op_f(struct emit *e, uint32_t op, unsigned xmm, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W32, op, xmm, f_reg[n]);
    else
        op_rm(&e->x, W32, op, xmm, RBP, F(n));
}

/* The bits of f[n] in a general register. */
static void bits_f(struct emit *e, unsigned reg, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W64, OP_MOVQ_GX, f_reg[n], reg);
    else
        op_rm(&e->x, W64, OP_MOV, reg, RBP, F(n));
}

static void set_f(struct emit *e, unsigned rd, unsigned reg) {
    if (f_reg[rd])
        op_rr(&e->x, W64, OP_MOVQ_XG, f_reg[rd], reg);
    else
        op_rm(&e->x, W64, OP_STORE, reg, RBP, F(rd));
}

/* What the unit has lent: taken up on its way in, given back on each way out. No other register changes. */
static void take_up(struct emit *e) {
    for (unsigned k = 0; k < e->lends; k++) {
        unsigned reg = x_home[e->lend[k].from];
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(e->lend[k].from));
        op_rm(&e->x, W64, OP_MOV, reg, RBP, X(e->lend[k].to));
    }
}

static void give_up(struct emit *e) {
    for (unsigned k = 0; k < e->lends; k++) {
        unsigned reg = x_home[e->lend[k].from];
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(e->lend[k].to));
        op_rm(&e->x, W64, OP_MOV, reg, RBP, X(e->lend[k].from));
    }
}

static void choose_lends(struct emit *e) {
    memcpy(e->x_reg, x_home, sizeof x_home);
    e->x_reg[SPARE] = RDX;
    e->lends = unit_lend(e->u, x_home, e->lend);
    for (unsigned k = 0; k < e->lends; k++) {
        e->x_reg[e->lend[k].to] = x_home[e->lend[k].from];
        e->x_reg[e->lend[k].from] = 0;
    }
}

/* ---- Ways out ------------------------------------------------------------------------------------- */

static struct stub *new_stub(struct emit *e, int what, uint8_t *from) {
    struct stub *s = &e->stub[e->stubs++];

    *s = (struct stub){.what = what, .from = from, .insn = &e->u->insn[e->k], .index = e->k};
    return s;
}

/* jit_slow at this instruction if the jump `from` is taken; it goes on at what is written next after
 * the instruction: `resume` is set then. */
static struct stub *slow_if(struct emit *e, uint8_t *from, enum site_kind kind) {
    struct stub *s = new_stub(e, STUB_SLOW, from);

    s->kind = kind;
    return s;
}

static uint64_t pc_at(const struct emit *e, int64_t offset) {
    return e->u->base + (uint64_t)offset;
}

/* To the pc in rax, through the jump cache: its entry is at rcx, or `entry` bytes behind rcx. */
static void through_cache(struct emit *e, int32_t entry) {
    op_rm(&e->x, W64, OP_CMP, RAX, RCX, entry + (int32_t)offsetof(struct jump, pc));
    jcc_to(&e->x, CC_NE, as_written(e, e->c->leave));
    jmp_mem(&e->x, RCX, entry + (int32_t)offsetof(struct jump, code));
}

static bool in_page(int64_t offset) { return offset >= 0 && offset < UNIT_PAGE; }

/* To a pc that is known and begins no instruction of this unit that could be jumped to. */
static void leave_to(struct emit *e, int64_t offset) {
    uint64_t pc = pc_at(e, offset);

    give_up(e);
    if (in_page(offset)) { /* a jump that jit_link may lead elsewhere; until then to what follows */
        uint8_t *place = jmp(&e->x);
        land(&e->x, place);
        mov_imm(&e->x, RAX, pc);
        byte(&e->x, 0x48); /* lea rdx, [rip + place] */
        byte(&e->x, 0x8d);
        byte(&e->x, 0x15);
        word(&e->x, (uint32_t)(place - (e->x.at + 4)), 4);
        jmp_to(&e->x, as_written(e, e->c->leave_link));
        return;
    }
    mov_imm(&e->x, RAX, pc);
    op_rm(&e->x, W64, OP_MOV, RCX, RSP, JUMPS);
    through_cache(e, (int32_t)((pc >> 1 & (JUMP_SIZE - 1)) * sizeof(struct jump)));
}

static void give_back(struct emit *e, int32_t steps) {
    if (steps != 0)
        op_imm(&e->x, W64, N_ADD, R14, steps);
}

static void jump_in_unit(struct emit *e, uint8_t *from, unsigned to) {
    if (to <= e->k) {
        land_at(&e->x, from, e->label[to]);
        return;
    }
    e->fix[e->fixes].from = from;
    e->fix[e->fixes++].to = to;
}

/* Which instruction of the unit is at the offset, or -1. */
static int inside(const struct emit *e, int64_t offset) {
    return in_page(offset) ? e->u->index[offset / 2] : -1;
}

/* The flags are those of r14, the unit from `to` on taken off. */
static void jump_back_if_left(struct emit *e, unsigned to) {
    jump_in_unit(e, jcc(&e->x, CC_NS), to);
    struct stub *s = new_stub(e, STUB_BUDGET, jmp(&e->x));
    s->to = e->u->insn[to].at;
    s->give = (int32_t)(e->u->n - to);
}

/* From instruction k back to `to`, at or before it: the steps in between are taken off again. */
static void jump_back(struct emit *e, unsigned to) {
    int32_t steps = (int32_t)(e->k + 1 - to);

    op_imm(&e->x, W64, N_SUB, R14, steps);
    jump_back_if_left(e, to);
}

/* Instruction k goes to `offset`, always. */
static void go_to(struct emit *e, int64_t offset) {
    int to = inside(e, offset);

    if (to < 0) {
        give_back(e, (int32_t)(e->u->n - e->k - 1));
        leave_to(e, offset);
    } else if ((unsigned)to <= e->k) {
        jump_back(e, (unsigned)to);
    } else {
        give_back(e, to - (int32_t)e->k - 1);
        jump_in_unit(e, jmp(&e->x), (unsigned)to);
    }
}

/* Instruction k goes to `offset` if cc. */
static void go_if(struct emit *e, enum cc cc, int64_t offset) {
    int to = inside(e, offset);

    if (to >= 0 && (unsigned)to <= e->k) {
        uint8_t *past = jcc(&e->x, cc ^ 1);
        jump_back(e, (unsigned)to);
        land(&e->x, past);
    } else if (to == (int)e->k + 1) { /* wherever it goes */
    } else {
        struct stub *s = new_stub(e, STUB_JUMP, jcc(&e->x, cc));
        s->to = (int32_t)offset;
        s->give = to < 0 ? (int32_t)(e->u->n - e->k - 1) : to - (int32_t)e->k - 1;
    }
}

/* ---- Integers ------------------------------------------------------------------------------------- */

/* Both words of x86's two-operand arithmetic. */
static void arith(struct emit *e, int w, uint32_t op, const struct decoded *d) {
    unsigned a = d->rs1, b = d->rs2;

    if (a == 0 && op == OP_ADD && w == W64) { /* c.mv */
        unsigned from = in_reg(e, b, place_for(e, d->rd, 0));
        put(e, d->rd, from);
        return;
    }
    if (op != OP_SUB && e->x_reg[b] && b == d->rd) {
        unsigned t = a;
        a = b, b = t;
    }
    unsigned to = place_for(e, d->rd, a == d->rd ? 0 : b);
    if (op == OP_ADD && e->x_reg[a] && e->x_reg[b] && e->x_reg[a] != to) {
        op_rx(&e->x, w, OP_LEA, to, e->x_reg[a], e->x_reg[b], 0, 0);
    } else {
        get(e, w, to, a);
        op_x(e, w, op, to, b);
    }
    if (w == W32)
        put_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

static void arith_imm(struct emit *e, int w, unsigned n, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    if (d->rs1 == 0) {
        put_imm(e, d->rd, n == N_AND ? 0 : (uint64_t)(int64_t)d->imm);
        return;
    }
    if (n == N_ADD && d->imm != 0 && e->x_reg[d->rs1] && e->x_reg[d->rs1] != to) {
        op_rm(&e->x, w, OP_LEA, to, e->x_reg[d->rs1], d->imm);
    } else {
        get(e, w, to, d->rs1);
        if (n == N_AND || d->imm != 0)
            op_imm(&e->x, w, n, to, d->imm);
    }
    if (w == W32)
        put_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

static void shift(struct emit *e, int w, unsigned n, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    get(e, W32, RCX, d->rs2);
    get(e, w, to, d->rs1);
    shift_cl(&e->x, w, n, to);
    if (w == W32)
        put_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

static void shift_by(struct emit *e, int w, unsigned n, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    get(e, w, to, d->rs1);
    if (d->imm != 0)
        shift_imm(&e->x, w, n, to, (unsigned)d->imm);
    if (w == W32)
        put_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

/* Flags of x[a] - x[b]. */
static void compare(struct emit *e, unsigned a, unsigned b) {
    if (b == 0) {
        unsigned reg = in_reg(e, a, RCX);
        op_rr(&e->x, W64, OP_TEST, reg, reg);
    } else if (!e->x_reg[a] && e->x_reg[b] && a != 0) {
        op_rm(&e->x, W64, OP_CMP_MEM, e->x_reg[b], RBP, X(a));
    } else {
        op_x(e, W64, OP_CMP, in_reg(e, a, RCX), b);
    }
}

static void set_if(struct emit *e, enum cc cc, unsigned rd) {
    unsigned to = place_for(e, rd, 0);

    setcc(&e->x, cc, RAX);
    op_rr8(&e->x, W32, OP_MOVZX8, to, RAX);
    put(e, rd, to);
}

static void set_less_imm(struct emit *e, enum cc cc, const struct decoded *d) {
    op_imm(&e->x, W64, N_CMP, in_reg(e, d->rs1, RCX), d->imm);
    set_if(e, cc, d->rd);
}

/* The greater or less: x[rs1] stays if cc. */
static void choose(struct emit *e, enum cc cc, const struct decoded *d) {
    get(e, W64, RAX, d->rs1);
    op_x(e, W64, OP_CMP, RAX, d->rs2);
    op_x(e, W64, OP_CMOV | (cc ^ 1), RAX, d->rs2);
    put(e, d->rd, RAX);
}

/* rs1 << by, of its low word if w is W32, plus rs2. */
static void shift_add(struct emit *e, int w, unsigned by, const struct decoded *d) {
    get(e, w, RAX, d->rs1);
    if (e->x_reg[d->rs2]) {
        unsigned to = place_for(e, d->rd, 0);
        op_rx(&e->x, W64, OP_LEA, to, e->x_reg[d->rs2], RAX, by, 0);
        put(e, d->rd, to);
        return;
    }
    if (by)
        shift_imm(&e->x, W64, N_SHL, RAX, by);
    op_x(e, W64, OP_ADD, RAX, d->rs2);
    put(e, d->rd, RAX);
}

/* rs1 op not rs2 */
static void with_not(struct emit *e, uint32_t op, const struct decoded *d) {
    get(e, W64, RAX, d->rs2);
    group3(&e->x, W64, 2, RAX);
    op_x(e, W64, op, RAX, d->rs1);
    put(e, d->rd, RAX);
}

/* x[rd] := op x[rs1] */
static void unary(struct emit *e, int w, uint32_t op, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    if (op == OP_MOVSX8 || op == OP_MOVZX8)
        op_rr8(&e->x, w, op, to, in_reg(e, d->rs1, RCX));
    else
        op_x(e, w, op, to, d->rs1);
    put(e, d->rd, to);
}

static void leading_zeros(struct emit *e, int w, const struct decoded *d) {
    unsigned top = w == W64 ? 63 : 31; /* the place of the highest bit, from above */

    mov_imm(&e->x, RCX, 2 * top + 1); /* of no bit: what makes top + 1 of it */
    op_x(e, w, OP_BSR, RAX, d->rs1);
    op_rr(&e->x, w, OP_CMOV | CC_E, RAX, RCX);
    op_imm(&e->x, W32, N_XOR, RAX, (int32_t)top);
    put(e, d->rd, RAX);
}

static void bit(struct emit *e, uint32_t op, const struct decoded *d) {
    get(e, W64, RAX, d->rs1);
    get(e, W64, RCX, d->rs2);
    op_rr(&e->x, W64, op, RCX, RAX);
    if (op == OP_BT)
        set_if(e, CC_B, d->rd);
    else
        put(e, d->rd, RAX);
}

static void bit_by(struct emit *e, unsigned n, const struct decoded *d) {
    get(e, W64, RAX, d->rs1);
    bit_imm(&e->x, n, RAX, (unsigned)d->imm);
    if (n == 4)
        set_if(e, CC_B, d->rd);
    else
        put(e, d->rd, RAX);
}

static void multiply(struct emit *e, int w, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, d->rs2);

    get(e, w, to, d->rs1);
    op_x(e, w, OP_IMUL, to, d->rs2);
    if (w == W32)
        put_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

/* The upper half; n of group3. */
static void multiply_high(struct emit *e, unsigned n, bool signed_first, const struct decoded *d) {
    get(e, W64, RAX, d->rs1);
    group3(&e->x, W64, n, in_reg(e, d->rs2, RCX));
    if (signed_first) { /* less rs2 if rs1 < 0 */
        get(e, W64, RAX, d->rs1);
        shift_imm(&e->x, W64, N_SAR, RAX, 63);
        op_x(e, W64, OP_AND, RAX, d->rs2);
        op_rr(&e->x, W64, OP_SUB, RDX, RAX);
    }
    put(e, d->rd, RDX);
}

static void divide(struct emit *e, int w, bool is_signed, bool remainder, const struct decoded *d) {
    uint8_t *minus = NULL, *done[2];

    get(e, w, RAX, d->rs1);
    get(e, w, RCX, d->rs2);
    op_rr(&e->x, w, OP_TEST, RCX, RCX);
    uint8_t *zero = jcc(&e->x, CC_E);
    if (is_signed) {
        op_imm(&e->x, w, N_CMP, RCX, -1);
        minus = jcc(&e->x, CC_E);
        opcode(&e->x, w, 0x99, 0, 0, 0, false); /* cdq, cqo */
    } else {
        op_rr(&e->x, W32, OP_XOR, RDX, RDX);
    }
    group3(&e->x, w, is_signed ? 7 : 6, RCX);
    if (remainder)
        op_rr(&e->x, w, OP_MOV, RAX, RDX);
    done[0] = jmp(&e->x);
    done[1] = NULL;
    if (is_signed) {
        land(&e->x, minus);
        if (remainder)
            op_rr(&e->x, W32, OP_XOR, RAX, RAX);
        else
            group3(&e->x, w, 3, RAX);
        done[1] = jmp(&e->x);
    }
    land(&e->x, zero);
    if (!remainder)
        mov_imm(&e->x, RAX, UINT64_MAX);
    land(&e->x, done[0]);
    if (done[1])
        land(&e->x, done[1]);
    if (w == W32)
        put_word(e, d->rd, RAX);
    else
        put(e, d->rd, RAX);
}

/* False: no emitter. */
static bool integer(struct emit *e, const struct unit_insn *i) {
    const struct decoded *d = &i->d;

    switch (d->row) {
    case ROW_nop:
    case ROW_fence:
    case ROW_fence_i: return true;
    case ROW_lui: put_imm(e, d->rd, (uint64_t)(int64_t)d->imm); return true;
    case ROW_auipc: put_imm(e, d->rd, pc_at(e, i->at + (int64_t)d->imm)); return true;
    case ROW_addi: arith_imm(e, W64, N_ADD, d); return true;
    case ROW_addiw: arith_imm(e, W32, N_ADD, d); return true;
    case ROW_xori: arith_imm(e, W64, N_XOR, d); return true;
    case ROW_ori: arith_imm(e, W64, N_OR, d); return true;
    case ROW_andi: arith_imm(e, W64, N_AND, d); return true;
    case ROW_slti: set_less_imm(e, CC_L, d); return true;
    case ROW_sltiu: set_less_imm(e, CC_B, d); return true;
    case ROW_slli: shift_by(e, W64, N_SHL, d); return true;
    case ROW_srli: shift_by(e, W64, N_SHR, d); return true;
    case ROW_srai: shift_by(e, W64, N_SAR, d); return true;
    case ROW_rori: shift_by(e, W64, N_ROR, d); return true;
    case ROW_slliw: shift_by(e, W32, N_SHL, d); return true;
    case ROW_srliw: shift_by(e, W32, N_SHR, d); return true;
    case ROW_sraiw: shift_by(e, W32, N_SAR, d); return true;
    case ROW_roriw: shift_by(e, W32, N_ROR, d); return true;
    case ROW_add: arith(e, W64, OP_ADD, d); return true;
    case ROW_sub: arith(e, W64, OP_SUB, d); return true;
    case ROW_xor: arith(e, W64, OP_XOR, d); return true;
    case ROW_or: arith(e, W64, OP_OR, d); return true;
    case ROW_and: arith(e, W64, OP_AND, d); return true;
    case ROW_addw: arith(e, W32, OP_ADD, d); return true;
    case ROW_subw: arith(e, W32, OP_SUB, d); return true;
    case ROW_slt:
        compare(e, d->rs1, d->rs2);
        set_if(e, CC_L, d->rd);
        return true;
    case ROW_sltu:
        compare(e, d->rs1, d->rs2);
        set_if(e, CC_B, d->rd);
        return true;
    case ROW_sll: shift(e, W64, N_SHL, d); return true;
    case ROW_srl: shift(e, W64, N_SHR, d); return true;
    case ROW_sra: shift(e, W64, N_SAR, d); return true;
    case ROW_rol: shift(e, W64, N_ROL, d); return true;
    case ROW_ror: shift(e, W64, N_ROR, d); return true;
    case ROW_sllw: shift(e, W32, N_SHL, d); return true;
    case ROW_srlw: shift(e, W32, N_SHR, d); return true;
    case ROW_sraw: shift(e, W32, N_SAR, d); return true;
    case ROW_rolw: shift(e, W32, N_ROL, d); return true;
    case ROW_rorw: shift(e, W32, N_ROR, d); return true;
    case ROW_mul: multiply(e, W64, d); return true;
    case ROW_mulw: multiply(e, W32, d); return true;
    case ROW_mulh: multiply_high(e, 5, false, d); return true;
    case ROW_mulhu: multiply_high(e, 4, false, d); return true;
    case ROW_mulhsu: multiply_high(e, 4, true, d); return true;
    case ROW_div: divide(e, W64, true, false, d); return true;
    case ROW_divu: divide(e, W64, false, false, d); return true;
    case ROW_rem: divide(e, W64, true, true, d); return true;
    case ROW_remu: divide(e, W64, false, true, d); return true;
    case ROW_divw: divide(e, W32, true, false, d); return true;
    case ROW_divuw: divide(e, W32, false, false, d); return true;
    case ROW_remw: divide(e, W32, true, true, d); return true;
    case ROW_remuw: divide(e, W32, false, true, d); return true;
    case ROW_add_uw: shift_add(e, W32, 0, d); return true;
    case ROW_sh1add: shift_add(e, W64, 1, d); return true;
    case ROW_sh2add: shift_add(e, W64, 2, d); return true;
    case ROW_sh3add: shift_add(e, W64, 3, d); return true;
    case ROW_sh1add_uw: shift_add(e, W32, 1, d); return true;
    case ROW_sh2add_uw: shift_add(e, W32, 2, d); return true;
    case ROW_sh3add_uw: shift_add(e, W32, 3, d); return true;
    case ROW_slli_uw:
        get(e, W32, RAX, d->rs1);
        shift_imm(&e->x, W64, N_SHL, RAX, (unsigned)d->imm);
        put(e, d->rd, RAX);
        return true;
    case ROW_andn: with_not(e, OP_AND, d); return true;
    case ROW_orn: with_not(e, OP_OR, d); return true;
    case ROW_xnor: with_not(e, OP_XOR, d); return true;
    case ROW_max: choose(e, CC_GE, d); return true;
    case ROW_maxu: choose(e, CC_AE, d); return true;
    case ROW_min: choose(e, CC_L, d); return true;
    case ROW_minu: choose(e, CC_B, d); return true;
    case ROW_sext_b: unary(e, W64, OP_MOVSX8, d); return true;
    case ROW_sext_h: unary(e, W64, OP_MOVSX16, d); return true;
    case ROW_zext_h: unary(e, W32, OP_MOVZX16, d); return true;
    case ROW_clz: leading_zeros(e, W64, d); return true;
    case ROW_ctz: unary(e, W64, OP_TZCNT, d); return true;
    case ROW_cpop: unary(e, W64, OP_POPCNT, d); return true;
    case ROW_clzw: leading_zeros(e, W32, d); return true;
    case ROW_ctzw: unary(e, W32, OP_TZCNT, d); return true;
    case ROW_cpopw: unary(e, W32, OP_POPCNT, d); return true;
    case ROW_rev8:
        get(e, W64, RAX, d->rs1);
        byte(&e->x, 0x48); /* bswap rax */
        byte(&e->x, 0x0f);
        byte(&e->x, 0xc8);
        put(e, d->rd, RAX);
        return true;
    case ROW_bset: bit(e, OP_BTS, d); return true;
    case ROW_bclr: bit(e, OP_BTR, d); return true;
    case ROW_binv: bit(e, OP_BTC, d); return true;
    case ROW_bext: bit(e, OP_BT, d); return true;
    case ROW_bseti: bit_by(e, 5, d); return true;
    case ROW_bclri: bit_by(e, 6, d); return true;
    case ROW_binvi: bit_by(e, 7, d); return true;
    case ROW_bexti: bit_by(e, 4, d); return true;
    default: return false;
    }
}

/* ---- Jumps ---------------------------------------------------------------------------------------- */

static void link_register(struct emit *e, const struct unit_insn *i) {
    if (i->d.rd)
        put_imm(e, i->d.rd, pc_at(e, i->at + i->d.len));
}

static void jump_far(struct emit *e, const struct unit_insn *i) {
    const struct decoded *d = &i->d;

    if (e->x_reg[d->rs1]) {
        op_rm(&e->x, W64, OP_LEA, RAX, e->x_reg[d->rs1], d->imm);
    } else {
        get(e, W64, RAX, d->rs1);
        if (d->imm)
            op_imm(&e->x, W64, N_ADD, RAX, d->imm);
    }
    op_imm(&e->x, W64, N_AND, RAX, -2);
    if (d->rd) { /* rax is not to be touched */
        uint64_t v = pc_at(e, i->at + d->len);
        unsigned to = e->x_reg[d->rd] ? e->x_reg[d->rd] : RDX;
        mov_imm(&e->x, to, v);
        put(e, d->rd, to);
    }
    give_back(e, (int32_t)(e->u->n - e->k - 1));
    give_up(e);
    op_rr(&e->x, W32, OP_MOV, RCX, RAX);
    shift_imm(&e->x, W32, N_SHL, RCX, 4); /* pc / 2 times 32 bytes */
    op_imm(&e->x, W32, N_AND, RCX, (JUMP_SIZE - 1) * (int32_t)sizeof(struct jump));
    op_rm(&e->x, W64, OP_ADD, RCX, RSP, JUMPS);
    through_cache(e, 0);
}
_Static_assert(sizeof(struct jump) == 32, "jump_far() takes the pc times 16");

/* Whether instruction k could be made and its result dropped: no trap, and nothing but rax and rcx besides. */
static bool is_plain(const struct emit *e, unsigned k) {
    if (k >= e->u->n || e->u->insn[k].target || e->u->insn[k].d.rd == 0)
        return false;
    switch (e->u->insn[k].d.row) {
    case ROW_lui:
    case ROW_auipc:
    case ROW_addi:
    case ROW_xori:
    case ROW_ori:
    case ROW_andi:
    case ROW_slli:
    case ROW_srli:
    case ROW_srai:
    case ROW_add:
    case ROW_sub:
    case ROW_xor:
    case ROW_or:
    case ROW_and:
    case ROW_addiw:
    case ROW_addw:
    case ROW_subw:
    case ROW_sh1add:
    case ROW_sh2add:
    case ROW_sh3add: return true;
    default: return false;
    }
}

/* Branch i with cc, of two registers that are compared, and the next instruction, which is to be done if not cc: both
 * without a jump. al: cc. Many such branches go as data do, and no processor can tell where. */
static void choose_next(struct emit *e, enum cc cc, const struct unit_insn *i) {
    struct unit_insn next = i[1];
    unsigned rd = next.d.rd, to = e->x_reg[rd] ? e->x_reg[rd] : RCX;

    next.d.rd = SPARE;
    integer(e, &next);
    compare(e, i->d.rs1, i->d.rs2);
    setcc(&e->x, cc, RAX);
    if (!e->x_reg[rd])
        op_rm(&e->x, W64, OP_MOV, to, RBP, X(rd));
    op_rr(&e->x, W64, OP_CMOV | (cc ^ 1), to, RDX);
    put(e, rd, to);
    op_rr8(&e->x, W32, OP_MOVZX8, RAX, RAX);
    e->label[++e->k] = e->x.at;
}

/* A branch over one instruction. */
static bool skips_one(struct emit *e, enum cc cc, const struct unit_insn *i) {
    if (inside(e, i->at + (int64_t)i->d.imm) != (int)e->k + 2 || !is_plain(e, e->k + 1))
        return false;
    choose_next(e, cc, i);
    op_rr(&e->x, W64, OP_ADD, R14, RAX);
    return true;
}

/* A branch back to where the loop begins, one instruction, a jump to there. */
static bool loops_both_ways(struct emit *e, enum cc cc, const struct unit_insn *i) {
    int to = inside(e, i->at + (int64_t)i->d.imm);

    if (to < 0 || (unsigned)to > e->k || !is_plain(e, e->k + 1) || e->k + 2 >= e->u->n ||
        i[2].target || i[2].d.row != ROW_jal || i[2].d.rd != 0 ||
        inside(e, i[2].at + (int64_t)i[2].d.imm) != to)
        return false;
    choose_next(e, cc, i);
    e->label[++e->k] = e->x.at;
    op_rx(&e->x, W64, OP_LEA, RAX, RAX, RAX, 0, -(int32_t)(e->k + 1 - (unsigned)to));
    op_rr(&e->x, W64, OP_ADD, R14, RAX);
    jump_back_if_left(e, (unsigned)to);
    return true;
}

static void branch(struct emit *e, enum cc cc, const struct unit_insn *i) {
    if (skips_one(e, cc, i) || loops_both_ways(e, cc, i))
        return;
    compare(e, i->d.rs1, i->d.rs2);
    go_if(e, cc, i->at + (int64_t)i->d.imm);
}

static bool jump(struct emit *e, const struct unit_insn *i) {
    switch (i->d.row) {
    case ROW_beq: branch(e, CC_E, i); return true;
    case ROW_bne: branch(e, CC_NE, i); return true;
    case ROW_blt: branch(e, CC_L, i); return true;
    case ROW_bge: branch(e, CC_GE, i); return true;
    case ROW_bltu: branch(e, CC_B, i); return true;
    case ROW_bgeu: branch(e, CC_AE, i); return true;
    case ROW_jal:
        link_register(e, i);
        go_to(e, i->at + (int64_t)i->d.imm);
        return true;
    case ROW_jalr: jump_far(e, i); return true;
    default: return false;
    }
}

/* ---- Memory --------------------------------------------------------------------------------------- */

/* The guest's address of an access in rax. */
static void address(struct emit *e, const struct decoded *d) {
    if (e->x_reg[d->rs1]) {
        if (d->imm)
            op_rm(&e->x, W64, OP_LEA, RAX, e->x_reg[d->rs1], d->imm);
        else
            get(e, W64, RAX, d->rs1);
    } else {
        get(e, W64, RAX, d->rs1);
        if (d->imm)
            op_imm(&e->x, W64, N_ADD, RAX, d->imm);
    }
}

/* For the address in rax: the addend in rcx, by the TLB. What is returned is taken if it has none. */
static uint8_t *look_up(struct emit *e, unsigned width, unsigned which) {
    op_rr(&e->x, W32, OP_MOV, RCX, RAX);
    shift_imm(&e->x, W32, N_SHR, RCX, 7);
    op_rm(&e->x, W32, OP_AND, RCX, RSP, MASK);
    op_rr(&e->x, W64, OP_MOV, RDX, RAX);
    op_imm(&e->x, W64, N_AND, RDX, -4096 | (int32_t)(width - 1));
    op_rx(&e->x, W64, OP_CMP, RDX, R15, RCX, 0, (int32_t)(8 * which));
    uint8_t *missed = jcc(&e->x, CC_NE);
    op_rx(&e->x, W64, OP_MOV, RCX, R15, RCX, 0, (int32_t)offsetof(struct tlb_entry, addend));
    return missed;
}

/* The same, by the stretch; the TLB is looked at behind the unit. */
static struct stub *look_at_stretch(struct emit *e, unsigned which) {
    int32_t at = STRETCH * (int32_t)which;

    op_rr(&e->x, W64, OP_MOV, RCX, RAX);
    op_rm(&e->x, W64, OP_SUB, RCX, RSP, BASE + at);
    op_rm(&e->x, W64, OP_CMP, RCX, RSP, LIMIT + at);
    struct stub *s = new_stub(e, STUB_LOOK, jcc(&e->x, CC_AE));
    op_rm(&e->x, W64, OP_MOV, RCX, RSP, ADDEND + at);
    s->resume = e->x.at;
    return s;
}

/* The host's address of an access in rcx + rax, rax the guest's; else the slow way. */
static struct stub *find(struct emit *e, const struct decoded *d, unsigned width, unsigned which,
                         enum site_kind kind) {
    struct stub *look = NULL, *s;

    address(e, d);
    if (e->u->stretch[which])
        look = look_at_stretch(e, which);
    s = slow_if(e, look ? NULL : look_up(e, width, which), kind);
    s->width = width;
    if (look) {
        look->slow = s;
        look->which = which;
    }
    return s;
}

static void load(struct emit *e, int w, uint32_t op, unsigned width, bool is_signed,
                 const struct decoded *d) {
    struct stub *s = find(e, d, width, TLB_R, SITE_LOAD);
    unsigned to = place_for(e, d->rd, 0);

    s->flags = is_signed ? FROND_XF_SIGNED : 0;
    op_rx(&e->x, w, op, to, RCX, RAX, 0, 0);
    put(e, d->rd, to);
    s->resume = e->x.at;
}

static void store(struct emit *e, int w, unsigned width, const struct decoded *d) {
    struct stub *s = find(e, d, width, TLB_W, SITE_STORE);
    unsigned from = in_reg(e, d->rs2, RDX);

    if (width == 2)
        byte(&e->x, 0x66);
    op_rx(&e->x, w, width == 1 ? OP_STORE8 : OP_STORE, from, RCX, RAX, 0, 0);
    s->resume = e->x.at;
}

/* An instruction that wants mstatus.FS dirty: exec_run makes it so. */
static void want_dirty(struct emit *e) {
    if (!e->dirty && !e->ready) {
        op_rm(&e->x, W32, OP_MOV, RAX, RBP, FIELD(csr.mstatus));
        op_imm(&e->x, W32, N_AND, RAX, FS_DIRTY);
        op_imm(&e->x, W32, N_CMP, RAX, FS_DIRTY);
        slow_if(e, jcc(&e->x, CC_NE), SITE_EXEC);
    }
    e->dirty = true;
}

static void load_f(struct emit *e, unsigned width, const struct decoded *d) {
    want_dirty(e);
    struct stub *s = find(e, d, width, TLB_R, SITE_LOAD);
    unsigned to = f_reg[d->rd] ? f_reg[d->rd] : 1;

    s->flags = FROND_XF_FP;
    if (width == 8) {
        op_rx(&e->x, W32, OP_MOVSD, to, RCX, RAX, 0, 0);
        e->boxed &= ~(1u << d->rd);
    } else {
        op_rx(&e->x, W32, 0xf30f10, 0, RCX, RAX, 0, 0); /* movss xmm0, [] */
        op_rr(&e->x, W32, 0x660f76, to, to);            /* pcmpeqd: all ones */
        op_rr(&e->x, W32, 0xf30f10, to, 0);             /* movss: the low word */
        e->boxed |= 1u << d->rd;
    }
    if (!f_reg[d->rd])
        put_f(e, d->rd, to);
    s->resume = e->x.at;
}

static void store_f(struct emit *e, unsigned width, const struct decoded *d) {
    want_dirty(e);
    struct stub *s = find(e, d, width, TLB_W, SITE_STORE);

    s->flags = FROND_XF_FP;
    if (f_reg[d->rs2]) {
        op_rx(&e->x, W32, width == 8 ? OP_MOVSD_ST : 0xf30f11, f_reg[d->rs2], RCX, RAX, 0, 0);
    } else {
        op_rm(&e->x, width == 8 ? W64 : W32, OP_MOV, RDX, RBP, F(d->rs2));
        op_rx(&e->x, width == 8 ? W64 : W32, OP_STORE, RDX, RCX, RAX, 0, 0);
    }
    s->resume = e->x.at;
}

static bool memory(struct emit *e, const struct decoded *d) {
    switch (d->row) {
    case ROW_lb: load(e, W64, OP_MOVSX8, 1, true, d); return true;
    case ROW_lh: load(e, W64, OP_MOVSX16, 2, true, d); return true;
    case ROW_lw: load(e, W64, OP_MOVSXD, 4, true, d); return true;
    case ROW_ld: load(e, W64, OP_MOV, 8, true, d); return true;
    case ROW_lbu: load(e, W32, OP_MOVZX8, 1, false, d); return true;
    case ROW_lhu: load(e, W32, OP_MOVZX16, 2, false, d); return true;
    case ROW_lwu: load(e, W32, OP_MOV, 4, false, d); return true;
    case ROW_sb: store(e, W32, 1, d); return true;
    case ROW_sh: store(e, W32, 2, d); return true;
    case ROW_sw: store(e, W32, 4, d); return true;
    case ROW_sd: store(e, W64, 8, d); return true;
    case ROW_flw: load_f(e, 4, d); return true;
    case ROW_fld: load_f(e, 8, d); return true;
    case ROW_fsw: store_f(e, 4, d); return true;
    case ROW_fsd: store_f(e, 8, d); return true;
    default: return false;
    }
}

/* ---- Floating point -------------------------------------------------------------------------------- */

enum { SINGLE = 0xf3, DOUBLE = 0xf2 };

/* Arithmetic: the host's flags must be gathered. */
static void want_ready(struct emit *e) {
    if (!e->ready) {
        op_rm(&e->x, W64, OP_MOV, RAX, RSP, HART);
        op_rm(&e->x, W32, 0x80, 7, RAX, (int32_t)offsetof(struct hart, fp_ready)); /* cmp byte */
        byte(&e->x, 0);
        struct stub *s = slow_if(e, jcc(&e->x, CC_E), SITE_FSTART);
        s->resume = e->x.at;
    }
    e->ready = true;
}

/* exec_run does the instruction if f[n] is no single. */
static void want_boxed(struct emit *e, unsigned n) {
    if (e->boxed >> n & 1)
        return;
    if (f_reg[n]) {
        bits_f(e, RAX, n);
        shift_imm(&e->x, W64, N_SHR, RAX, 32);
        op_imm(&e->x, W32, N_CMP, RAX, -1);
    } else {
        op_rm(&e->x, W32, 0x83, 7, RBP, F(n) + 4); /* cmp dword, -1 */
        byte(&e->x, 0xff);
    }
    slow_if(e, jcc(&e->x, CC_NE), SITE_EXEC);
    e->boxed |= 1u << n;
}

static void want_number(struct emit *e, unsigned p, unsigned n) {
    if (p == SINGLE)
        want_boxed(e, n);
}

static void now_holds(struct emit *e, unsigned p, unsigned rd) {
    e->boxed &= ~(1u << rd);
    if (p == SINGLE)
        e->boxed |= 1u << rd;
}

/* xmm0 to f[rd]; if it is a NaN, fp.c makes the result. */
static void put_number(struct emit *e, unsigned p, unsigned rd) {
    op_rr(&e->x, W32, p == DOUBLE ? PREFIX(0x66, OP_UCOMIS) : OP_UCOMIS, 0, 0);
    struct stub *s = slow_if(e, jcc(&e->x, CC_P), SITE_FSOFT);
    put_f(e, rd, 0);
    s->resume = e->x.at;
    now_holds(e, p, rd);
}

/* xmm0 := all ones, so that a single put into it is boxed; or zero, for what it depended on. */
static void fresh(struct emit *e, unsigned p) {
    op_rr(&e->x, W32, p == SINGLE ? 0x660f76 : OP_XORPS, 0, 0);
}

/* f[rs1] op f[rs2]: the first's upper half, ones in a single, stays. */
static void arith_f(struct emit *e, unsigned p, uint32_t op, const struct decoded *d) {
    want_ready(e);
    want_number(e, p, d->rs1);
    want_number(e, p, d->rs2);
    get_f(e, 0, d->rs1);
    op_f(e, PREFIX(p, op), 0, d->rs2);
    put_number(e, p, d->rd);
}

static void root(struct emit *e, unsigned p, const struct decoded *d) {
    want_ready(e);
    want_number(e, p, d->rs1);
    fresh(e, p);
    op_f(e, PREFIX(p, OP_SQRTS), 0, d->rs1);
    put_number(e, p, d->rd);
}

/* To precision p. */
static void convert(struct emit *e, unsigned p, const struct decoded *d) {
    unsigned from = p ^ SINGLE ^ DOUBLE;

    want_ready(e);
    want_number(e, from, d->rs1);
    fresh(e, p);
    op_f(e, PREFIX(from, OP_CVTS), 0, d->rs1);
    put_number(e, p, d->rd);
}

/* xmm0 = f[rs1] * f[rs2] +- f[rs3], perhaps of the negative product. */
static void fused(struct emit *e, unsigned p, uint8_t op, const struct decoded *d) {
    unsigned rs3 = (uint32_t)d->imm >> 27;

    want_ready(e);
    want_number(e, p, d->rs1);
    want_number(e, p, d->rs2);
    want_number(e, p, rs3);
    get_f(e, 0, d->rs1);
    if (!f_reg[d->rs2])
        get_f(e, 1, d->rs2);
    if (!f_reg[rs3])
        get_f(e, 2, rs3);
    vex38(&e->x, p == DOUBLE, 1, op, 0, f_reg[d->rs2] ? f_reg[d->rs2] : 1,
          f_reg[rs3] ? f_reg[rs3] : 2);
    put_number(e, p, d->rd);
}

/* x[rd] := whether f[a] is cc of f[b], as ucomis has it; a NaN is fp.c's. */
static void test_f(struct emit *e, unsigned p, enum cc cc, unsigned a, unsigned b,
                   const struct decoded *d) {
    want_ready(e);
    want_number(e, p, a);
    want_number(e, p, b);
    get_f(e, 0, a);
    op_f(e, p == DOUBLE ? PREFIX(0x66, OP_UCOMIS) : OP_UCOMIS, 0, b);
    struct stub *s = slow_if(e, jcc(&e->x, CC_P), SITE_FSOFT);
    set_if(e, cc, d->rd);
    s->resume = e->x.at;
}

/* Of an integer; one of 32 bits without a sign as one of 64. */
static void from_integer(struct emit *e, unsigned p, int w, bool is_signed,
                         const struct decoded *d) {
    want_ready(e);
    get(e, is_signed ? w : W32, RAX, d->rs1);
    fresh(e, p);
    op_rr(&e->x, is_signed ? w : W64, PREFIX(p, OP_CVTSI2S), 0, RAX);
    put_f(e, d->rd, 0);
    now_holds(e, p, d->rd);
}

/* Toward zero; the least integer may stand for what does not fit. */
static void to_integer(struct emit *e, unsigned p, int w, const struct decoded *d) {
    want_ready(e);
    want_number(e, p, d->rs1);
    get_f(e, 0, d->rs1);
    op_rr(&e->x, w, PREFIX(p, OP_CVTTS2SI), RAX, 0);
    mov_imm(&e->x, RCX, w == W64 ? UINT64_C(1) << 63 : UINT64_C(1) << 31);
    op_rr(&e->x, w, OP_CMP, RAX, RCX);
    struct stub *s = slow_if(e, jcc(&e->x, CC_E), SITE_FSOFT);
    if (w == W32)
        put_word(e, d->rd, RAX);
    else
        put(e, d->rd, RAX);
    s->resume = e->x.at;
}

enum sign { SIGN_OF, SIGN_NOT_OF, SIGN_PRODUCT };

static void sign(struct emit *e, unsigned p, enum sign what, const struct decoded *d) {
    int w = p == DOUBLE ? W64 : W32;
    unsigned top = p == DOUBLE ? 63 : 31;

    want_dirty(e);
    want_number(e, p, d->rs1);
    want_number(e, p, d->rs2);
    bits_f(e, RAX, d->rs1);
    if (d->rs1 != d->rs2 || what != SIGN_OF) {
        bits_f(e, RCX, d->rs2);
        shift_imm(&e->x, w, N_SHR, RCX, top);
        shift_imm(&e->x, w, N_SHL, RCX, top);
        if (what != SIGN_PRODUCT) {
            shift_imm(&e->x, w, N_SHL, RAX, 1);
            shift_imm(&e->x, w, N_SHR, RAX, 1);
        }
        op_rr(&e->x, w, OP_XOR, RAX, RCX);
        if (what == SIGN_NOT_OF) {
            mov_imm(&e->x, RCX, UINT64_C(1) << top);
            op_rr(&e->x, w, OP_XOR, RAX, RCX);
        }
        if (p == SINGLE) {
            mov_imm(&e->x, RCX, FP_BOX);
            op_rr(&e->x, W64, OP_OR, RAX, RCX);
        }
    }
    set_f(e, d->rd, RAX);
    now_holds(e, p, d->rd);
}

/* fp.c, always. */
static void soft(struct emit *e) {
    want_ready(e);
    struct stub *s = slow_if(e, jmp(&e->x), SITE_FSOFT);

    s->resume = e->x.at;
    e->boxed = 0;
}

/* The rows of D that have a twin in F come in the same order. */
#define TWINS (ROW_fld - ROW_flw)
_Static_assert(ROW_fmadd_d - ROW_fmadd_s == TWINS && ROW_fcvt_d_lu - ROW_fcvt_s_lu == TWINS &&
                   ROW_feq_d - ROW_feq_s == TWINS && ROW_fcvt_w_d - ROW_fcvt_w_s == TWINS,
               "rows of D");

static bool moving(struct emit *e, const struct decoded *d) {
    switch (d->row) {
    case ROW_fmv_x_w:
    case ROW_fmv_x_d:
        want_dirty(e);
        bits_f(e, RAX, d->rs1);
        if (d->row == ROW_fmv_x_w)
            put_word(e, d->rd, RAX);
        else
            put(e, d->rd, RAX);
        return true;
    case ROW_fmv_w_x:
        want_dirty(e);
        get(e, W32, RAX, d->rs1);
        mov_imm(&e->x, RCX, FP_BOX);
        op_rr(&e->x, W64, OP_OR, RAX, RCX);
        set_f(e, d->rd, RAX);
        now_holds(e, SINGLE, d->rd);
        return true;
    case ROW_fmv_d_x:
        want_dirty(e);
        get(e, W64, RAX, d->rs1);
        set_f(e, d->rd, RAX);
        now_holds(e, DOUBLE, d->rd);
        return true;
    case ROW_fcvt_s_d: convert(e, SINGLE, d); return true;
    case ROW_fcvt_d_s: convert(e, DOUBLE, d); return true;
    default: return false;
    }
}

static bool floating(struct emit *e, const struct decoded *d) {
    unsigned p = SINGLE, row = d->row;

    if (moving(e, d))
        return true;
    if (row >= ROW_fld && row <= ROW_fcvt_d_lu) {
        p = DOUBLE;
        row -= TWINS;
    }
    switch (row) {
    case ROW_fadd_s: arith_f(e, p, OP_ADDS, d); return true;
    case ROW_fsub_s: arith_f(e, p, OP_SUBS, d); return true;
    case ROW_fmul_s: arith_f(e, p, OP_MULS, d); return true;
    case ROW_fdiv_s: arith_f(e, p, OP_DIVS, d); return true;
    case ROW_fsqrt_s: root(e, p, d); return true;
    case ROW_fmadd_s: fused(e, p, 0xa9, d); return true;
    case ROW_fmsub_s: fused(e, p, 0xab, d); return true;
    case ROW_fnmsub_s: fused(e, p, 0xad, d); return true;
    case ROW_fnmadd_s: fused(e, p, 0xaf, d); return true;
    case ROW_flt_s: test_f(e, p, CC_A, d->rs2, d->rs1, d); return true;
    case ROW_fle_s: test_f(e, p, CC_AE, d->rs2, d->rs1, d); return true;
    case ROW_feq_s: test_f(e, p, CC_E, d->rs1, d->rs2, d); return true;
    case ROW_fsgnj_s: sign(e, p, SIGN_OF, d); return true;
    case ROW_fsgnjn_s: sign(e, p, SIGN_NOT_OF, d); return true;
    case ROW_fsgnjx_s: sign(e, p, SIGN_PRODUCT, d); return true;
    case ROW_fcvt_w_s: d->alt ? to_integer(e, p, W32, d) : soft(e); return true;
    case ROW_fcvt_l_s: d->alt ? to_integer(e, p, W64, d) : soft(e); return true;
    case ROW_fcvt_s_w: from_integer(e, p, W32, true, d); return true;
    case ROW_fcvt_s_wu: from_integer(e, p, W32, false, d); return true;
    case ROW_fcvt_s_l: from_integer(e, p, W64, true, d); return true;
    case ROW_fmin_s:
    case ROW_fmax_s:
    case ROW_fcvt_wu_s:
    case ROW_fcvt_lu_s:
    case ROW_fcvt_s_lu: soft(e); return true;
    default: return false;
    }
}

/* ---- A unit ----------------------------------------------------------------------------------------- */

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
static const uint8_t class_of[ROWS] = {
#define ROW(name, mask, match, format, regs, class, ...) CLASS_##class,
#include "../riscv/insn.def"
#undef ROW
};

static bool is_fused(unsigned row) {
    return (row >= ROW_fmadd_s && row <= ROW_fnmadd_s) ||
           (row >= ROW_fmadd_d && row <= ROW_fnmadd_d);
}

/* Not: what is rare, and where a rounding mode is named. */
bool emit_knows(const struct decoded *d) {
    switch (d->row) {
    case ROW_orc_b:
    case ROW_fclass_s:
    case ROW_fclass_d: return false;
    case ROW_ctz:
    case ROW_ctzw: return __builtin_cpu_supports("bmi");
    case ROW_cpop:
    case ROW_cpopw: return __builtin_cpu_supports("popcnt");
    default: break;
    }
    switch (class_of[d->row]) {
    case CLASS_AMO:
    case CLASS_ILLEGAL:
    case CLASS_END: return false;
    case CLASS_FHOST: return !d->alt && (!is_fused(d->row) || __builtin_cpu_supports("fma"));
    default: return true;
    }
}

/* Whatever it does to mstatus.FS and fcsr is not known behind it. */
static void leave_to_system(struct emit *e) {
    struct stub *s = slow_if(e, jmp(&e->x), SITE_SYSTEM);

    s->resume = e->x.at;
    e->dirty = e->ready = false;
}

static void instruction(struct emit *e, const struct unit_insn *i) {
    if (class_of[i->d.row] == CLASS_SYSTEM)
        leave_to_system(e);
    else if (!integer(e, i) && !jump(e, i) && !memory(e, &i->d) && !floating(e, &i->d))
        e->x.full = true; /* emit_knows says otherwise */
}

/* The call of jit_slow, and behind it what it is told. */
static void slow_stub(struct emit *e, const struct stub *s) {
    const struct decoded *d = &s->insn->d;
    struct site site = {.pc = pc_at(e, s->insn->at),
                        .resume = s->resume ? s->resume + e->to_code : NULL,
                        .raw = (uint32_t)d->imm,
                        .row = d->row,
                        .rest = (uint16_t)(e->u->n - s->index),
                        .kind = (uint8_t)s->kind,
                        .width = (uint8_t)s->width,
                        .reg = s->kind == SITE_STORE ? d->rs2 : d->rd,
                        .ilen = d->len,
                        .flags = (uint8_t)s->flags};
    uint8_t bytes[sizeof site];

    if (s->kind == SITE_STORE && (s->flags & FROND_XF_FP))
        bits_f(e, RDX, d->rs2);
    else if (s->kind == SITE_STORE)
        get(e, W64, RDX, d->rs2);
    while (((uintptr_t)e->x.at + 5) % _Alignof(struct site) != 0 && !e->x.full)
        byte(&e->x, 0x90);     /* nop: the call has 5 bytes */
    if (s->resume && e->lends) /* behind the site */
        site.resume = e->x.at + 5 + sizeof site + e->to_code;
    call_to(&e->x, e->slow);
    memcpy(bytes, &site, sizeof site);
    for (unsigned k = 0; k < sizeof site; k++)
        byte(&e->x, bytes[k]);
    if (s->resume && e->lends) {
        call_to(&e->x, e->take);
        jmp_to(&e->x, s->resume);
    }
}

/* What slow_stub wants of a unit that has lent something. */
static void write_loans(struct emit *e) {
    e->slow = as_written(e, e->c->slow);
    if (e->lends == 0)
        return;
    uint8_t *slow = e->x.at;
    give_up(e);
    jmp_to(&e->x, e->slow);
    e->slow = slow;
    e->take = e->x.at;
    take_up(e);
    byte(&e->x, 0xc3); /* ret */
}

static void write_stub(struct emit *e, const struct stub *s) {
    land(&e->x, s->from);
    if (s->what == STUB_LOOK) {
        s->slow->from = look_up(e, s->slow->width, s->which);
        jmp_to(&e->x, s->resume);
        return;
    }
    if (s->what == STUB_SLOW) {
        slow_stub(e, s);
        return;
    }
    give_back(e, s->give);
    if (s->what == STUB_BUDGET)
        give_up(e);
    if (s->what == STUB_BUDGET || s->what == STUB_HEAD) {
        mov_imm(&e->x, RAX, pc_at(e, s->to));
        jmp_to(&e->x, as_written(e, e->c->leave));
        return;
    }
    int to = inside(e, s->to);
    if (to >= 0)
        jmp_to(&e->x, e->label[to]);
    else
        leave_to(e, s->to);
}

static void write_all(struct emit *e) {
    const struct unit *u = e->u;

    op_imm(&e->x, W64, N_SUB, R14, (int32_t)u->n);
    struct stub *s = new_stub(e, STUB_HEAD, jcc(&e->x, CC_S));
    s->to = u->insn[0].at;
    s->give = (int32_t)u->n;
    take_up(e);
    for (e->k = 0; e->k < u->n; e->k++) {
        if (u->insn[e->k].target) {
            e->dirty = e->ready = false;
            e->boxed = 0;
        }
        e->label[e->k] = e->x.at;
        instruction(e, &u->insn[e->k]);
    }
    const struct decoded *last = &u->insn[u->n - 1].d;
    if (last->row != ROW_jal && last->row != ROW_jalr)
        leave_to(e, u->end);
    e->seldom = e->x.at;
    write_loans(e);
    for (unsigned k = 0; k < e->fixes && !e->x.full; k++)
        land_at(&e->x, e->fix[k].from, e->label[e->fix[k].to]);
    for (unsigned k = 0; k < e->stubs && !e->x.full; k++)
        write_stub(e, &e->stub[k]);
}

size_t emit_size(void) { return sizeof(struct emit); }

bool emit_unit(struct emit *e, struct room *room, const struct common *c, struct unit *u) {
    e->x = (struct x64){.at = room->at, .end = room->end};
    e->to_code = room->to_code;
    e->c = c;
    e->u = u;
    e->k = e->fixes = e->stubs = 0;
    e->dirty = e->ready = false;
    e->boxed = 0;
    choose_lends(e);
    write_all(e);
    for (unsigned k = 0; k < u->n; k++) {
        u->insn[k].begins = (uint32_t)(e->label[k] - room->at);
        u->insn[k].ends = (uint32_t)((k + 1 < u->n ? e->label[k + 1] : e->seldom) - room->at);
    }
    if (!e->x.full)
        room->at = e->x.at;
    return !e->x.full;
}

void emit_link(uint8_t *place, ptrdiff_t to_code, const void *code) {
    int32_t d = (int32_t)((const uint8_t *)code - (place + 4 + to_code));

    memcpy(place, &d, 4);
}

/* ---- Common code -------------------------------------------------------------------------------------- */

static void push(struct x64 *x, unsigned reg) {
    if (reg >= R8)
        byte(x, 0x41);
    byte(x, 0x50 | (reg & 7));
}

static void pop(struct x64 *x, unsigned reg) {
    if (reg >= R8)
        byte(x, 0x41);
    byte(x, 0x58 | (reg & 7));
}

/* All of the guest's registers that stand in the host's: to the descriptor, or from there. rax goes. */
static void move_registers(struct x64 *x, bool save) {
    for (unsigned n = 0; n < 32; n++)
        if (x_home[n])
            op_rm(x, W64, save ? OP_STORE : OP_MOV, x_home[n], RBP, X(n));
    op_rm(x, W32, OP_MOV, RAX, RBP, FIELD(csr.mstatus));
    op_imm(x, W32, N_AND, RAX, FS_DIRTY);
    op_imm(x, W32, N_CMP, RAX, FS_DIRTY);
    uint8_t *past = jcc(x, CC_NE);
    for (unsigned n = 0; n < 32; n++)
        if (f_reg[n])
            op_rm(x, W32, save ? OP_MOVSD_ST : OP_MOVSD, f_reg[n], RBP, F(n));
    land(x, past);
}

static const uint8_t saved[] = {RBX, RBP, R12, R13, R14, R15};

/* Of the hart in rdi: its descriptor, what is left, its TLBs. rax goes. */
static void write_hart(struct x64 *x) {
    op_rm(x, W64, OP_MOV, RBP, RDI, (int32_t)offsetof(struct hart, d));
    op_imm(x, W64, N_ADD, RBP, BIAS);
    op_rm(x, W64, OP_MOV, R14, RDI, (int32_t)offsetof(struct hart, left));
    op_rm(x, W64, OP_MOV, RAX, RDI, (int32_t)offsetof(struct hart, fetch));
    op_imm(x, W64, N_ADD, RAX, (int32_t)offsetof(struct tlb, jump));
    op_rm(x, W64, OP_STORE, RAX, RSP, JUMPS);
    op_rm(x, W64, OP_MOV, R15, RDI, (int32_t)offsetof(struct hart, data));
    op_rm(x, W64, OP_MOV, RAX, R15, (int32_t)offsetof(struct tlb, mask));
    op_rm(x, W64, OP_STORE, RAX, RSP, MASK);
    for (unsigned k = TLB_R; k <= TLB_W; k++) {
        int32_t from = (int32_t)(offsetof(struct tlb, stretch) + k * sizeof(struct stretch));
        int32_t to = BASE + STRETCH * (int32_t)k;
        for (int32_t n = 0; n < STRETCH; n += 8) {
            op_rm(x, W64, OP_MOV, RAX, R15, from + n);
            op_rm(x, W64, OP_STORE, RAX, RSP, to + n);
        }
    }
    op_rm(x, W64, OP_MOV, R15, R15, (int32_t)offsetof(struct tlb, e));
}

_Static_assert(offsetof(struct stretch, limit) == LIMIT - BASE &&
                   offsetof(struct stretch, addend) == ADDEND - BASE,
               "write_hart() copies them as they lie");

/* void *run(h, code) */
static void write_run(struct x64 *x) {
    for (unsigned k = 0; k < sizeof saved; k++)
        push(x, saved[k]);
    op_imm(x, W64, N_SUB, RSP, FRAME);
    op_rm(x, W64, OP_STORE, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, RSI, RSP, FREE);
    write_hart(x);
    move_registers(x, false);
    jmp_mem(x, RSP, FREE);
}

static void write_return(struct x64 *x) {
    op_imm(x, W64, N_ADD, RSP, FRAME);
    for (unsigned k = sizeof saved; k-- > 0;)
        pop(x, saved[k]);
    byte(x, 0xc3);
}

/* To C, at the pc in rax; rdx: what run() returns. */
static void write_leave(struct x64 *x) {
    op_rm(x, W64, OP_STORE, RAX, RBP, FIELD(pc));
    op_rm(x, W64, OP_STORE, RDX, RSP, FREE);
    move_registers(x, true);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, R14, RDI, (int32_t)offsetof(struct hart, left));
    op_rm(x, W64, OP_MOV, RAX, RSP, FREE);
    write_return(x);
}

/* rax: an access's address; rdx: what is stored; the call's return address: struct site. */
static void write_slow(struct x64 *x) {
    pop(x, RCX);
    op_rm(x, W64, OP_STORE, RAX, RSP, FREE);
    move_registers(x, true);
    op_rm(x, W64, OP_MOV, RSI, RSP, FREE);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, R14, RDI, (int32_t)offsetof(struct hart, left));
    mov_imm(x, RAX, (uint64_t)(uintptr_t)jit_slow);
    byte(x, 0xff); /* call rax */
    byte(x, 0xd0);
    op_rr(x, W64, OP_TEST, RAX, RAX);
    uint8_t *gone = jcc(x, CC_E);
    op_rm(x, W64, OP_STORE, RAX, RSP, FREE);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    write_hart(x); /* a TLB may have grown, another node may be the top */
    move_registers(x, false);
    jmp_mem(x, RSP, FREE);
    land(x, gone);
    write_return(x);
}

bool emit_common(struct room *room, struct common *c) {
    struct x64 x = {.at = room->at, .end = room->end};
    const uint8_t *run = x.at, *leave, *leave_link, *slow;

    write_run(&x);
    leave = x.at;
    op_rr(&x, W32, OP_XOR, RDX, RDX);
    leave_link = x.at;
    write_leave(&x);
    slow = x.at;
    write_slow(&x);
    if (x.full)
        return false;
    c->run = (void *(*)(struct hart *, const void *))(uintptr_t)(run + room->to_code);
    c->none = c->leave = leave + room->to_code;
    c->leave_link = leave_link + room->to_code;
    c->slow = slow + room->to_code;
    room->at = x.at;
    return true;
}
#endif
