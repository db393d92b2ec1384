/* encode.h - the few instructions that attacks are written in. Registers are numbers. */
#ifndef ATTACK_ENCODE_H
#define ATTACK_ENCODE_H

#include <stdint.h>

enum {
    ZERO,
    RA,
    T0 = 5,
    T1,
    S0 = 8,
    S1,
    A0,
    A1,
    A2,
    A3,
    A4,
    A5,
    A6,
    A7,
    S2,
    S3,
    T3 = 28,
    T4,
    T5,
    T6
};

static inline uint32_t enc_r(unsigned op, unsigned f3, unsigned f7, unsigned rd, unsigned rs1,
                             unsigned rs2) {
    return op | rd << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | f7 << 25;
}
static inline uint32_t enc_i(unsigned op, unsigned f3, unsigned rd, unsigned rs1, int imm) {
    return op | rd << 7 | f3 << 12 | rs1 << 15 | (uint32_t)imm << 20;
}
static inline uint32_t enc_s(unsigned f3, unsigned rs2, unsigned rs1, int imm) {
    uint32_t u = (uint32_t)imm;
    return 0x23 | (u & 31) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | (u >> 5 & 127) << 25;
}

#define ADDI(rd, rs1, imm)   enc_i(0x13, 0, rd, rs1, imm)
#define ANDI(rd, rs1, imm)   enc_i(0x13, 7, rd, rs1, imm)
#define ADD(rd, rs1, rs2)    enc_r(0x33, 0, 0, rd, rs1, rs2)
#define XOR(rd, rs1, rs2)    enc_r(0x33, 4, 0, rd, rs1, rs2)
#define MUL(rd, rs1, rs2)    enc_r(0x33, 0, 1, rd, rs1, rs2)
#define LUI(rd, page)        (0x37u | (rd) << 7 | (uint32_t)(page) << 12)
#define LB(rd, rs1, imm)     enc_i(0x03, 0, rd, rs1, imm)
#define LW(rd, rs1, imm)     enc_i(0x03, 2, rd, rs1, imm)
#define LD(rd, rs1, imm)     enc_i(0x03, 3, rd, rs1, imm)
#define FLD(fd, rs1, imm)    enc_i(0x07, 3, fd, rs1, imm)
#define SB(rs2, rs1, imm)    enc_s(0, rs2, rs1, imm)
#define SW(rs2, rs1, imm)    enc_s(2, rs2, rs1, imm)
#define SD(rs2, rs1, imm)    enc_s(3, rs2, rs1, imm)
#define AMOADD_D(rd, v, at)  enc_r(0x2f, 3, 0, rd, at, v)
#define AMOSWAP_D(rd, v, at) enc_r(0x2f, 3, 4, rd, at, v)
#define LR_D(rd, at)         enc_r(0x2f, 3, 8, rd, at, 0)
#define SC_D(rd, v, at)      enc_r(0x2f, 3, 12, rd, at, v)
#define JALR(rd, rs1, imm)   enc_i(0x67, 0, rd, rs1, imm)
#define FCVT_D_L(fd, rs1)    enc_r(0x53, 0, 0x69, fd, rs1, 2)
#define FADD_D(fd, a, b)     enc_r(0x53, 0, 1, fd, a, b)
#define CSRRW(rd, csr, rs1)  enc_i(0x73, 1, rd, rs1, (int)(csr))
#define CSRR(rd, csr)        enc_i(0x73, 2, rd, 0, (int)(csr))
#define ECALL                0x00000073u
#define WFI                  0x10500073u
#define MRET                 0x30200073u
#define ILLEGAL              0x00000000u
#define BACK(n)              enc_j(-4 * (int)(n)) /* j to n instructions before */

static inline uint32_t enc_j(int off) {
    uint32_t u = (uint32_t)off;
    return 0x6f | (u >> 12 & 255) << 12 | (u >> 11 & 1) << 20 | (u >> 1 & 1023) << 21 |
           (u >> 20 & 1) << 31;
}
static inline uint32_t enc_bne(unsigned rs1, unsigned rs2, int off) {
    uint32_t u = (uint32_t)off;
    return 0x63 | 1 << 12 | rs1 << 15 | rs2 << 20 | (u >> 11 & 1) << 7 | (u >> 1 & 15) << 8 |
           (u >> 5 & 63) << 25 | (u >> 12 & 1) << 31;
}

#endif
