/*
 * fp.h - IEEE 754 arithmetic with RISC-V's rules, in integers: any rounding mode, exact flags.
 *
 * exec.c does by the host's arithmetic what that does exactly, and comes here for all else.
 */
#ifndef FROND_FP_H
#define FROND_FP_H

#include "frond_abi.h"
#include <stdbool.h>
#include <stdint.h>

enum { FP_NX = 1, FP_UF = 2, FP_OF = 4, FP_DZ = 8, FP_NV = 16 }; /* fflags */
enum { FP_RNE, FP_RTZ, FP_RDN, FP_RUP, FP_RMM, FP_DYN = 7 };     /* rm */

#define FP_SIGN32 UINT64_C(0x80000000)
#define FP_SIGN64 UINT64_C(0x8000000000000000)
#define FP_NAN32  UINT64_C(0x7fc00000)
#define FP_NAN64  UINT64_C(0x7ff8000000000000)
#define FP_BOX    UINT64_C(0xffffffff00000000)

/* A register's 32-bit number: the canonical NaN if it is not boxed. */
static inline uint64_t fp_unbox(uint64_t f) { return f >= FP_BOX ? f & UINT32_MAX : FP_NAN32; }

/* The result of fclass. */
uint64_t fp_class32(uint64_t a);
uint64_t fp_class64(uint64_t a);

/* Executes row `row` of class FHOST or FSOFT on d's registers, by the raw bits of the
 * instruction, and gathers its flags in fcsr. False: its rounding mode is reserved, and nothing
 * was done. mstatus.FS is the caller's. */
bool fp_exec(struct frond_desc *d, unsigned row, uint32_t raw);

#endif
