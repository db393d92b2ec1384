/*
 * x64.h - writes instructions of x86-64. Names are Intel's; operands in its order, too.
 *
 * An opcode is a number 0xPPEEOO: mandatory prefix or 0, 0x0f for the two-byte map or 0, the opcode.
 */
#ifndef FROND_JIT_X64_H
#define FROND_JIT_X64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
enum { W32 = 0, W64 = 1 };

/* Conditions, as in jcc, setcc, cmovcc. */
enum cc { CC_B = 2, CC_AE, CC_E, CC_NE, CC_A = 7, CC_S, CC_NS, CC_P, CC_L = 12, CC_GE };

/* op reg, reg/mem. */
enum {
    OP_ADD = 0x03,
    OP_OR = 0x0b,
    OP_AND = 0x23,
    OP_SUB = 0x2b,
    OP_XOR = 0x33,
    OP_CMP = 0x3b,
    OP_MOV = 0x8b,
    OP_LEA = 0x8d,
    OP_MOVSXD = 0x63,
    OP_TEST = 0x85,
    OP_IMUL = 0x0faf,
    OP_MOVZX8 = 0x0fb6,
    OP_MOVZX16 = 0x0fb7,
    OP_MOVSX8 = 0x0fbe,
    OP_MOVSX16 = 0x0fbf,
    OP_BT = 0x0fa3,
    OP_BTS = 0x0fab,
    OP_BTR = 0x0fb3,
    OP_BTC = 0x0fbb,
    OP_CMOV = 0x0f40, /* + cc */
    OP_POPCNT = 0xf30fb8,
    OP_TZCNT = 0xf30fbc,
    OP_BSR = 0x0fbd,
};
/* op mem, reg. */
enum { OP_STORE8 = 0x88, OP_STORE = 0x89, OP_CMP_MEM = 0x39 };
/* /n of 0x81 and 0x83. */
enum { N_ADD = 0, N_OR = 1, N_AND = 4, N_SUB = 5, N_XOR = 6, N_CMP = 7 };
/* /n of 0xc1 and 0xd3. */
enum { N_ROL = 0, N_ROR = 1, N_SHL = 4, N_SHR = 5, N_SAR = 7 };

/* Scalars, op xmm, xmm/mem: 0xf2 double, 0xf3 single where not said otherwise. */
enum {
    OP_MOVAPS = 0x0f28,
    OP_SQRTS = 0x0f51,
    OP_XORPS = 0x0f57,
    OP_ADDS = 0x0f58,
    OP_MULS = 0x0f59,
    OP_CVTS = 0x0f5a, /* from its own precision to the other */
    OP_SUBS = 0x0f5c,
    OP_DIVS = 0x0f5e,
    OP_CVTSI2S = 0x0f2a,
    OP_CVTTS2SI = 0x0f2c,
    OP_UCOMIS = 0x0f2e,     /* no prefix: single; 0x66: double */
    OP_MOVSD = 0xf20f10,    /* from memory: upper half zero */
    OP_MOVSD_ST = 0xf20f11, /* to memory */
    OP_MOVQ_XG = 0x660f6e,  /* xmm, reg (W64) */
    OP_MOVQ_GX = 0x660f7e,  /* reg/mem, xmm: xmm in the reg field */
};
#define PREFIX(p, op) ((uint32_t)(p) << 16 | (op))

/* Where code is written. Past `end` nothing is written any more: `full` says so. */
struct x64 {
    uint8_t *at, *end;
    bool full;
};

static inline void byte(struct x64 *x, unsigned v) {
    if (x->at < x->end)
        *x->at++ = (uint8_t)v;
    else
        x->full = true;
}

static inline void word(struct x64 *x, uint64_t v, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        byte(x, (unsigned)(v >> 8 * i) & 0xff);
}

static inline bool fits8(int64_t v) { return v == (int8_t)v; }
static inline bool fits32(int64_t v) { return v == (int32_t)v; }

/* Prefix, REX (also where only a byte register asks for it), opcode. */
static inline void opcode(struct x64 *x, int w, uint32_t op, unsigned reg, unsigned index,
                          unsigned base, bool byte_reg) {
    unsigned rex = (unsigned)w << 3 | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1);

    if (op >> 16)
        byte(x, op >> 16);
    if (rex || byte_reg)
        byte(x, 0x40 | rex);
    if (op >> 8 & 0xff)
        byte(x, 0x0f);
    byte(x, op & 0xff);
}

static inline void op_rr(struct x64 *x, int w, uint32_t op, unsigned reg, unsigned rm) {
    opcode(x, w, op, reg, 0, rm, false);
    byte(x, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* The same with an 8-bit register in rm (movzx, movsx), or in reg (setcc has none). */
static inline void op_rr8(struct x64 *x, int w, uint32_t op, unsigned reg, unsigned rm) {
    opcode(x, w, op, reg, 0, rm, true);
    byte(x, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

static inline void displacement(struct x64 *x, unsigned reg, unsigned rm, int32_t disp) {
    bool none = disp == 0 && (rm & 7) != RBP;

    byte(x, (none ? 0u : fits8(disp) ? 0x40u : 0x80u) | (reg & 7) << 3 | (rm & 7));
}

static inline void op_rm(struct x64 *x, int w, uint32_t op, unsigned reg, unsigned base,
                         int32_t disp) {
    opcode(x, w, op, reg, 0, base, false);
    displacement(x, reg, base, disp);
    if ((base & 7) == RSP)
        byte(x, 0x24);
    if (disp != 0 || (base & 7) == RBP)
        word(x, (uint32_t)disp, fits8(disp) ? 1 : 4);
}

/* [base + index << scale + disp] */
static inline void op_rx(struct x64 *x, int w, uint32_t op, unsigned reg, unsigned base,
                         unsigned index, unsigned scale, int32_t disp) {
    opcode(x, w, op, reg, index, base, op == OP_STORE8);
    displacement(x, reg, RSP, disp == 0 && (base & 7) == RBP ? 1 : disp);
    byte(x, scale << 6 | (index & 7) << 3 | (base & 7));
    if (disp != 0 || (base & 7) == RBP)
        word(x, (uint32_t)disp, fits8(disp) ? 1 : 4);
}

static inline void op_imm(struct x64 *x, int w, unsigned n, unsigned rm, int32_t imm) {
    opcode(x, w, fits8(imm) ? 0x83 : 0x81, 0, 0, rm, false);
    byte(x, 0xc0 | n << 3 | (rm & 7));
    word(x, (uint32_t)imm, fits8(imm) ? 1 : 4);
}

static inline void shift_imm(struct x64 *x, int w, unsigned n, unsigned rm, unsigned by) {
    opcode(x, w, 0xc1, 0, 0, rm, false);
    byte(x, 0xc0 | n << 3 | (rm & 7));
    byte(x, by);
}

static inline void shift_cl(struct x64 *x, int w, unsigned n, unsigned rm) {
    opcode(x, w, 0xd3, 0, 0, rm, false);
    byte(x, 0xc0 | n << 3 | (rm & 7));
}

/* not 2, neg 3, mul 4, imul 5, div 6, idiv 7 */
static inline void group3(struct x64 *x, int w, unsigned n, unsigned rm) {
    opcode(x, w, 0xf7, 0, 0, rm, false);
    byte(x, 0xc0 | n << 3 | (rm & 7));
}

/* bt 4, bts 5, btr 6, btc 7 */
static inline void bit_imm(struct x64 *x, unsigned n, unsigned rm, unsigned bit) {
    opcode(x, W64, 0x0fba, 0, 0, rm, false);
    byte(x, 0xc0 | n << 3 | (rm & 7));
    byte(x, bit);
}

static inline void mov_imm(struct x64 *x, unsigned reg, uint64_t v) {
    if (v <= UINT32_MAX) {
        if (reg >= R8)
            byte(x, 0x41);
        byte(x, 0xb8 | (reg & 7));
        word(x, v, 4);
    } else if (fits32((int64_t)v)) {
        opcode(x, W64, 0xc7, 0, 0, reg, false);
        byte(x, 0xc0 | (reg & 7));
        word(x, v, 4);
    } else {
        byte(x, 0x48 | reg >> 3);
        byte(x, 0xb8 | (reg & 7));
        word(x, v, 8);
    }
}

static inline void setcc(struct x64 *x, enum cc cc, unsigned reg) {
    opcode(x, W32, 0x0f90 | cc, 0, 0, reg, true);
    byte(x, 0xc0 | (reg & 7));
}

/* A VEX instruction of map 0f38: prefix 1 is 66. */
static inline void vex38(struct x64 *x, int w, unsigned pp, uint8_t op, unsigned reg, unsigned vvvv,
                         unsigned rm) {
    byte(x, 0xc4);
    byte(x, (reg < 8 ? 0x80u : 0) | 0x40 | (rm < 8 ? 0x20u : 0) | 2);
    byte(x, (unsigned)w << 7 | (~vvvv & 15) << 3 | pp);
    byte(x, op);
    byte(x, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* Jumps whose displacement is to be written by `land`: the place of it. */
static inline uint8_t *jcc(struct x64 *x, enum cc cc) {
    byte(x, 0x0f);
    byte(x, 0x80 | cc);
    word(x, 0, 4);
    return x->at - 4;
}

static inline uint8_t *jmp(struct x64 *x) {
    byte(x, 0xe9);
    word(x, 0, 4);
    return x->at - 4;
}

static inline void land_at(struct x64 *x, uint8_t *place, const uint8_t *target) {
    int32_t d = (int32_t)(target - (place + 4));

    if (!x->full)
        memcpy(place, &d, 4);
}

static inline void land(struct x64 *x, uint8_t *place) { land_at(x, place, x->at); }

static inline void jmp_to(struct x64 *x, const uint8_t *target) { land_at(x, jmp(x), target); }

static inline void jcc_to(struct x64 *x, enum cc cc, const uint8_t *target) {
    land_at(x, jcc(x, cc), target);
}

static inline void call_to(struct x64 *x, const uint8_t *target) {
    byte(x, 0xe8);
    word(x, 0, 4);
    land_at(x, x->at - 4, target);
}

/* jmp [base + disp] */
static inline void jmp_mem(struct x64 *x, unsigned base, int32_t disp) {
    op_rm(x, W32, 0xff, 4, base, disp);
}

#endif
