/*
 * code.h - instructions for the programs of rows, as numbers: CODE_* gives 32 bits, or 16 for C_*.
 */
#ifndef LEVELS_CODE_H
#define LEVELS_CODE_H

#include <stdint.h>

#define CODE_I(op, f3, rd, rs1, imm)                                                               \
    ((uint32_t)(op) | (uint32_t)(rd) << 7 | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 |         \
     ((uint32_t)(imm)&0xfff) << 20)
#define CODE_S(op, f3, rs2, rs1, imm)                                                              \
    ((uint32_t)(op) | ((uint32_t)(imm)&31) << 7 | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 |   \
     (uint32_t)(rs2) << 20 | ((uint32_t)(imm) >> 5 & 127) << 25)
#define CODE_B(f3, rs1, rs2, imm)                                                                  \
    (0x63u | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 | (uint32_t)(rs2) << 20 |                \
     ((uint32_t)(imm) >> 11 & 1) << 7 | ((uint32_t)(imm) >> 1 & 15) << 8 |                         \
     ((uint32_t)(imm) >> 5 & 63) << 25 | ((uint32_t)(imm) >> 12 & 1) << 31)
#define CODE_A(f5, f3, rd, rs1, rs2)                                                               \
    (0x2fu | (uint32_t)(rd) << 7 | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 |                  \
     (uint32_t)(rs2) << 20 | (uint32_t)(f5) << 27)

#define LB(rd, rs1, imm)   CODE_I(0x03, 0, rd, rs1, imm)
#define LH(rd, rs1, imm)   CODE_I(0x03, 1, rd, rs1, imm)
#define LW(rd, rs1, imm)   CODE_I(0x03, 2, rd, rs1, imm)
#define LD(rd, rs1, imm)   CODE_I(0x03, 3, rd, rs1, imm)
#define LBU(rd, rs1, imm)  CODE_I(0x03, 4, rd, rs1, imm)
#define LHU(rd, rs1, imm)  CODE_I(0x03, 5, rd, rs1, imm)
#define LWU(rd, rs1, imm)  CODE_I(0x03, 6, rd, rs1, imm)
#define FLW(rd, rs1, imm)  CODE_I(0x07, 2, rd, rs1, imm)
#define FLD(rd, rs1, imm)  CODE_I(0x07, 3, rd, rs1, imm)
#define SB(rs2, rs1, imm)  CODE_S(0x23, 0, rs2, rs1, imm)
#define SH(rs2, rs1, imm)  CODE_S(0x23, 1, rs2, rs1, imm)
#define SW(rs2, rs1, imm)  CODE_S(0x23, 2, rs2, rs1, imm)
#define SD(rs2, rs1, imm)  CODE_S(0x23, 3, rs2, rs1, imm)
#define FSW(rs2, rs1, imm) CODE_S(0x27, 2, rs2, rs1, imm)
#define FSD(rs2, rs1, imm) CODE_S(0x27, 3, rs2, rs1, imm)

#define ADDI(rd, rs1, imm)  CODE_I(0x13, 0, rd, rs1, imm)
#define ADD(rd, rs1, rs2)   CODE_I(0x33, 0, rd, rs1, rs2)
#define BNE(rs1, rs2, imm)  CODE_B(1, rs1, rs2, imm)
#define BEQ(rs1, rs2, imm)  CODE_B(0, rs1, rs2, imm)
#define BLT(rs1, rs2, imm)  CODE_B(4, rs1, rs2, imm)
#define BLTU(rs1, rs2, imm) CODE_B(6, rs1, rs2, imm)
#define JR(rs1)             CODE_I(0x67, 0, 0, rs1, 0)
#define CSRRS(rd, csr, rs)  CODE_I(0x73, 2, rd, rs, csr)
#define CSRRW(rd, csr, rs)  CODE_I(0x73, 1, rd, rs, csr)
#define CSRRC(rd, csr, rs)  CODE_I(0x73, 3, rd, rs, csr)
#define NOP                 ADDI(0, 0, 0)
#define SELF                0x0000006fu /* j . */
#define WFI                 0x10500073u
#define ECALL               0x00000073u
#define MRET                0x30200073u

#define LR_W(rd, rs1)           CODE_A(2, 2, rd, rs1, 0)
#define LR_D(rd, rs1)           CODE_A(2, 3, rd, rs1, 0)
#define SC_W(rd, rs1, rs2)      CODE_A(3, 2, rd, rs1, rs2)
#define SC_D(rd, rs1, rs2)      CODE_A(3, 3, rd, rs1, rs2)
#define AMOADD_W(rd, rs1, rs2)  CODE_A(0, 2, rd, rs1, rs2)
#define AMOADD_D(rd, rs1, rs2)  CODE_A(0, 3, rd, rs1, rs2)
#define AMOSWAP_D(rd, rs1, rs2) CODE_A(1, 3, rd, rs1, rs2)

/* Two halves of a word: registers are x8 to x15 (f8 to f15). */
#define C_NOP           0x0001u
#define C_LW(rd, rs1)   (0x4000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rd)-8) << 2)
#define C_LD(rd, rs1)   (0x6000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rd)-8) << 2)
#define C_FLD(rd, rs1)  (0x2000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rd)-8) << 2)
#define C_SW(rs2, rs1)  (0xc000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rs2)-8) << 2)
#define C_SD(rs2, rs1)  (0xe000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rs2)-8) << 2)
#define C_FSD(rs2, rs1) (0xa000u | ((uint32_t)(rs1)-8) << 7 | ((uint32_t)(rs2)-8) << 2)
#define PAIR(low, high) ((uint32_t)(low) | (uint32_t)(high) << 16)

#endif
