/* emit_x64_fp.c - floating point, with the rules of exec.c. See emit_x64.h. */
#ifdef __x86_64__
#include "../riscv/fp.h"
#include "emit_x64.h"

/* xmm := f[n], all 64 bits. */
static void get_f(struct emit *e, unsigned xmm, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W32, OP_MOVAPS, xmm, f_reg[n]);
    else
        op_rm(&e->x, W32, OP_MOVSD, xmm, RBP, F(n));
}

/* op xmm, f[n] */
static void op_f(struct emit *e, uint32_t op, unsigned xmm, unsigned n) {
    if (f_reg[n])
        op_rr(&e->x, W32, op, xmm, f_reg[n]);
    else
        op_rm(&e->x, W32, op, xmm, RBP, F(n));
}

static void set_f(struct emit *e, unsigned rd, unsigned reg) {
    if (f_reg[rd])
        op_rr(&e->x, W64, OP_MOVQ_XG, f_reg[rd], reg);
    else
        op_rm(&e->x, W64, OP_STORE, reg, RBP, F(rd));
}

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
        emit_word(e, d->rd, RAX);
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
            emit_word(e, d->rd, RAX);
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

bool emit_floating(struct emit *e, const struct decoded *d) {
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
#endif
