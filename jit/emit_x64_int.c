/* emit_x64_int.c - integer arithmetic. See emit_x64.h. */
#ifdef __x86_64__
#include "emit_x64.h"

void emit_word(struct emit *e, unsigned rd, unsigned reg) {
    unsigned to = place_for(e, rd, 0);

    op_rr(&e->x, W64, OP_MOVSXD, to, reg);
    put(e, rd, to);
}

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
        emit_word(e, d->rd, to);
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
        emit_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

static void shift(struct emit *e, int w, unsigned n, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    get(e, W32, RCX, d->rs2);
    get(e, w, to, d->rs1);
    shift_cl(&e->x, w, n, to);
    if (w == W32)
        emit_word(e, d->rd, to);
    else
        put(e, d->rd, to);
}

static void shift_by(struct emit *e, int w, unsigned n, const struct decoded *d) {
    unsigned to = place_for(e, d->rd, 0);

    get(e, w, to, d->rs1);
    if (d->imm != 0)
        shift_imm(&e->x, w, n, to, (unsigned)d->imm);
    if (w == W32)
        emit_word(e, d->rd, to);
    else
        put(e, d->rd, to);
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
        emit_word(e, d->rd, to);
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
        emit_word(e, d->rd, RAX);
    else
        put(e, d->rd, RAX);
}

/* False: no emitter. */
bool emit_integer(struct emit *e, const struct unit_insn *i) {
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
#endif
