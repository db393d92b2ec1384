/*
 * decode.c - what some bits mean, by the rows of insn.def.
 *
 * Compressed instructions are spelled out as the 32-bit instruction that they abbreviate, which is
 * then decoded as any other: there is one row, and one meaning, for both. Whatever is not in
 * insn.def, or is reserved, is the row `illegal`.
 */
#include "riscv_priv.h"

enum format {
    FMT_N,
    FMT_R,
    FMT_I,
    FMT_S,
    FMT_B,
    FMT_U,
    FMT_P,
    FMT_J,
    FMT_SH,
    FMT_RF,
    FMT_RM,
    FMT_R4,
    FMT_AMO,
    FMT_RAW
};
enum regs { REG_USED_RD = 1, REG_USED_RS1 = 2, REG_USED_RS2 = 4 };
enum class {
    CLASS_ALU,
    CLASS_LOAD,
    CLASS_STORE,
    CLASS_AMO,
    CLASS_FLOAD,
    CLASS_FSTORE,
    CLASS_FHOST,
    CLASS_FSOFT,
    CLASS_FINT,
    CLASS_FMOVE,
    CLASS_END,
    CLASS_BRANCH, /* this and all that follow end a block */
    CLASS_JUMP,
    CLASS_SYSTEM,
    CLASS_ILLEGAL
};

struct row {
    uint8_t format, class;
    char regs[3];
};

static const struct row rows[ROWS] = {
#define ROW(name, mask, match, format, regs, class, ...) {FMT_##format, CLASS_##class, #regs},
#include "insn.def"
#undef ROW
};

/* ---- Compressed instructions ----------------------------------------------------------------- */

enum { X0, RA, SP };

/* Bits hi..lo of c, moved to `to`. */
static inline uint32_t bits(uint32_t c, unsigned hi, unsigned lo, unsigned to) {
    return (c >> lo & ((1u << (hi - lo + 1)) - 1)) << to;
}

static inline uint32_t sign(uint32_t value, unsigned width) {
    uint32_t top = 1u << (width - 1);
    return ((value & (2 * top - 1)) ^ top) - top;
}

static uint32_t enc_i(uint32_t match, unsigned rd, unsigned rs1, uint32_t imm) {
    return match | rd << 7 | rs1 << 15 | imm << 20;
}

static uint32_t enc_r(uint32_t match, unsigned rd, unsigned rs1, unsigned rs2) {
    return match | rd << 7 | rs1 << 15 | rs2 << 20;
}

static uint32_t enc_s(uint32_t match, unsigned rs1, unsigned rs2, uint32_t imm) {
    return match | bits(imm, 4, 0, 7) | rs1 << 15 | rs2 << 20 | bits(imm, 11, 5, 25);
}

static uint32_t enc_b(uint32_t match, unsigned rs1, uint32_t imm) {
    return match | bits(imm, 11, 11, 7) | bits(imm, 4, 1, 8) | rs1 << 15 | bits(imm, 10, 5, 25) |
           bits(imm, 12, 12, 31);
}

static uint32_t enc_j(unsigned rd, uint32_t imm) {
    return 0x6f | rd << 7 | bits(imm, 19, 12, 12) | bits(imm, 11, 11, 20) | bits(imm, 10, 1, 21) |
           bits(imm, 20, 20, 31);
}

/* The encodings that compressed instructions abbreviate, by insn.def. */
enum {
#define ROW(name, mask, match, ...) MATCH_##name = (int32_t)(match),
#include "insn.def"
#undef ROW
    MATCH_none
};

/* Quadrant 0: loads and stores of x8 to x15, f8 to f15. */
static uint32_t expand0(uint32_t c) {
    unsigned rs1 = 8 + bits(c, 9, 7, 0), r = 8 + bits(c, 4, 2, 0);
    uint32_t word = bits(c, 12, 10, 3) | bits(c, 6, 6, 2) | bits(c, 5, 5, 6);
    uint32_t twin = bits(c, 12, 10, 3) | bits(c, 6, 5, 6);
    uint32_t wide = bits(c, 12, 11, 4) | bits(c, 10, 7, 6) | bits(c, 6, 6, 2) | bits(c, 5, 5, 3);
    switch (c >> 13) {
    case 0: /* c.addi4spn */ return wide ? enc_i(MATCH_addi, r, SP, wide) : 0;
    case 1: return enc_i(MATCH_fld, r, rs1, twin);
    case 2: return enc_i(MATCH_lw, r, rs1, word);
    case 3: return enc_i(MATCH_ld, r, rs1, twin);
    case 5: return enc_s(MATCH_fsd, rs1, r, twin);
    case 6: return enc_s(MATCH_sw, rs1, r, word);
    case 7: return enc_s(MATCH_sd, rs1, r, twin);
    default: return 0;
    }
}

/* Quadrant 1, funct3 4: arithmetic on x8 to x15. */
static uint32_t expand1_alu(uint32_t c) {
    static const uint32_t two[8] = {MATCH_sub,  MATCH_xor,  MATCH_or, MATCH_and,
                                    MATCH_subw, MATCH_addw, 0,        0};
    unsigned rd = 8 + bits(c, 9, 7, 0), rs2 = 8 + bits(c, 4, 2, 0);
    uint32_t imm = bits(c, 12, 12, 5) | bits(c, 6, 2, 0), match;
    switch (bits(c, 11, 10, 0)) {
    case 0: return enc_i(MATCH_srli, rd, rd, imm);
    case 1: return enc_i(MATCH_srai, rd, rd, imm);
    case 2: return enc_i(MATCH_andi, rd, rd, sign(imm, 6));
    default:
        match = two[bits(c, 12, 12, 2) | bits(c, 6, 5, 0)];
        return match ? enc_r(match, rd, rd, rs2) : 0;
    }
}

/* Quadrant 1: immediates, jumps and branches. */
static uint32_t expand1(uint32_t c) {
    unsigned rd = bits(c, 11, 7, 0), rs1 = 8 + bits(c, 9, 7, 0);
    uint32_t imm = sign(bits(c, 12, 12, 5) | bits(c, 6, 2, 0), 6);
    uint32_t jump =
        sign(bits(c, 12, 12, 11) | bits(c, 11, 11, 4) | bits(c, 10, 9, 8) | bits(c, 8, 8, 10) |
                 bits(c, 7, 7, 6) | bits(c, 6, 6, 7) | bits(c, 5, 3, 1) | bits(c, 2, 2, 5),
             12);
    uint32_t branch = sign(bits(c, 12, 12, 8) | bits(c, 11, 10, 3) | bits(c, 6, 5, 6) |
                               bits(c, 4, 3, 1) | bits(c, 2, 2, 5),
                           9);
    uint32_t sp = sign(bits(c, 12, 12, 9) | bits(c, 6, 6, 4) | bits(c, 5, 5, 6) | bits(c, 4, 3, 7) |
                           bits(c, 2, 2, 5),
                       10);
    switch (c >> 13) {
    case 0: return enc_i(MATCH_addi, rd, rd, imm);
    case 1: return rd ? enc_i(MATCH_addiw, rd, rd, imm) : 0;
    case 2: return enc_i(MATCH_addi, rd, X0, imm);
    case 3:
        if (imm == 0)
            return 0;
        return rd == SP ? enc_i(MATCH_addi, SP, SP, sp) : (uint32_t)MATCH_lui | rd << 7 | imm << 12;
    case 4: return expand1_alu(c);
    case 5: return enc_j(X0, jump);
    case 6: return enc_b(MATCH_beq, rs1, branch);
    default: return enc_b(MATCH_bne, rs1, branch);
    }
}

/* Quadrant 2: by the stack pointer, and between any two registers. */
static uint32_t expand2(uint32_t c) {
    unsigned rd = bits(c, 11, 7, 0), rs2 = bits(c, 6, 2, 0);
    uint32_t lw = bits(c, 12, 12, 5) | bits(c, 6, 4, 2) | bits(c, 3, 2, 6);
    uint32_t ld = bits(c, 12, 12, 5) | bits(c, 6, 5, 3) | bits(c, 4, 2, 6);
    uint32_t sw = bits(c, 12, 9, 2) | bits(c, 8, 7, 6);
    uint32_t sd = bits(c, 12, 10, 3) | bits(c, 9, 7, 6);
    switch (c >> 13) {
    case 0: return enc_i(MATCH_slli, rd, rd, bits(c, 12, 12, 5) | rs2);
    case 1: return enc_i(MATCH_fld, rd, SP, ld);
    case 2: return rd ? enc_i(MATCH_lw, rd, SP, lw) : 0;
    case 3: return rd ? enc_i(MATCH_ld, rd, SP, ld) : 0;
    case 4:
        if (rs2)
            return enc_r(MATCH_add, rd, c & 0x1000 ? rd : X0, rs2);
        if (rd)
            return enc_i(MATCH_jalr, c & 0x1000 ? RA : X0, rd, 0);
        return c & 0x1000 ? (uint32_t)MATCH_ebreak : 0;
    case 5: return enc_s(MATCH_fsd, SP, rs2, sd);
    case 6: return enc_s(MATCH_sw, SP, rs2, sw);
    default: return enc_s(MATCH_sd, SP, rs2, sd);
    }
}

/* The instruction that the 16 bits of c abbreviate; 0 (which is none) if they are reserved. */
static uint32_t expand(uint32_t c) {
    switch (c & 3) {
    case 0: return expand0(c);
    case 1: return expand1(c);
    default: return expand2(c);
    }
}

/* ---- 32 bits --------------------------------------------------------------------------------- */

/* The row of an instruction whose opcode is known to the compiler: only that opcode's rows are
 * tried. */
static inline __attribute__((always_inline)) unsigned find(uint32_t insn, uint32_t opcode) {
#define ROW(name, mask, match, ...)                                                                \
    if ((mask) != 0 && ((match)&0x7f) == opcode && (insn & (mask)) == (match))                     \
        return ROW_##name;
#include "insn.def"
#undef ROW
    return ROW_illegal;
}

static unsigned find_row(uint32_t insn) {
#define OPCODE(n)                                                                                  \
    case n: return find(insn, n);
    switch (insn & 0x7f) {
        OPCODE(0x03)
        OPCODE(0x07)
        OPCODE(0x0f)
        OPCODE(0x13)
        OPCODE(0x17)
        OPCODE(0x1b)
        OPCODE(0x23)
        OPCODE(0x27)
        OPCODE(0x2f)
        OPCODE(0x33)
        OPCODE(0x37)
        OPCODE(0x3b)
        OPCODE(0x43)
        OPCODE(0x47)
        OPCODE(0x4b)
        OPCODE(0x4f)
        OPCODE(0x53)
        OPCODE(0x63)
        OPCODE(0x67)
        OPCODE(0x6f)
        OPCODE(0x73)
    default: return ROW_illegal;
    }
#undef OPCODE
}

static int32_t immediate(uint32_t i, unsigned format) {
    switch (format) {
    case FMT_I: return (int32_t)sign(bits(i, 31, 20, 0), 12);
    case FMT_S: return (int32_t)sign(bits(i, 31, 25, 5) | bits(i, 11, 7, 0), 12);
    case FMT_B:
        return (int32_t)sign(
            bits(i, 31, 31, 12) | bits(i, 7, 7, 11) | bits(i, 30, 25, 5) | bits(i, 11, 8, 1), 13);
    case FMT_U:
    case FMT_P: return (int32_t)(i & 0xfffff000);
    case FMT_J:
        return (int32_t)sign(bits(i, 31, 31, 20) | bits(i, 19, 12, 12) | bits(i, 20, 20, 11) |
                                 bits(i, 30, 21, 1),
                             21);
    case FMT_SH: return (int32_t)bits(i, 25, 20, 0);
    case FMT_RF:
    case FMT_RM:
    case FMT_R4:
    case FMT_RAW: return (int32_t)i;
    default: return 0;
    }
}

/* Whether the second form of the row's class is wanted (see struct decoded). */
static bool wants_alt(const struct row *row, uint32_t insn) {
    unsigned rd = bits(insn, 11, 7, 0), rm = bits(insn, 14, 12, 0);
    switch (row->class) {
    case CLASS_LOAD:
    case CLASS_JUMP: return rd == 0;
    case CLASS_BRANCH: return bits(insn, 24, 20, 0) == 0;
    case CLASS_FHOST: return (row->format == FMT_RM || row->format == FMT_R4) && rm != 0 && rm != 7;
    case CLASS_FINT: return rm == 1;
    default: return false;
    }
}

void decode(uint32_t fetched, struct decoded *out) {
    bool compressed = (fetched & 3) != 3;
    uint32_t insn = compressed ? expand(fetched & 0xffff) : fetched;
    unsigned n = find_row(insn);
    const struct row *row = &rows[n];
    bool rounds = row->format == FMT_RM || row->format == FMT_R4;
    unsigned rm = bits(insn, 14, 12, 0);
    if (rounds && (rm == 5 || rm == 6))
        row = &rows[n = ROW_illegal];
    if (row->class == CLASS_ALU && row->regs[0] == 'X' && bits(insn, 11, 7, 0) == 0)
        row = &rows[n = ROW_nop];
    out->row = (uint16_t)n;
    out->len = compressed ? 2 : 4;
    out->rd = row->regs[0] == '_' ? 0 : (uint8_t)bits(insn, 11, 7, 0);
    out->rs1 = row->regs[1] == '_' ? 0 : (uint8_t)bits(insn, 19, 15, 0);
    out->rs2 = row->regs[2] == '_' ? 0 : (uint8_t)bits(insn, 24, 20, 0);
    out->imm = immediate(insn, row->format);
    out->ends = row->class >= CLASS_BRANCH;
    out->relative = row->format == FMT_P || row->format == FMT_J || row->format == FMT_B;
    out->alt = wants_alt(row, insn);
}
