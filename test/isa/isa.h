/*
 * isa.h - what the parts of the instruction tests share.
 *
 *   gen.c   writes random programs by insn.def     flat.c  runs them on exec.c
 *   isa.c   runs them on qemu-riscv64 too, compares; the command
 *   rows.c  decoding (neighbours, reserved encodings, LLVM) and blocks (steps, self-modification)
 */
#ifndef FROND_TEST_ISA_H
#define FROND_TEST_ISA_H

#include "flat.h"

struct row_info {
    const char *name;
    uint32_t mask, match;
    uint8_t format, class;
    char regs[4];
};

enum {
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
enum {
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
    CLASS_BRANCH,
    CLASS_JUMP,
    CLASS_SYSTEM,
    CLASS_ILLEGAL
};
extern const struct row_info row_info[ROWS];

/* A generated program: CASES records in memory, each loaded into all registers, changed by some
 * random instructions, and stored in its place. */
enum { RECORD = 1024, RECORD_FCSR = 0, RECORD_F = 256, RECORD_SCRATCH = 512, CASE_INSNS = 18 };
#define GEN_CODE      FLAT_BASE
#define GEN_DATA      (FLAT_BASE + (8 << 20))
#define GEN_CODE_MAX  (8 << 20)
#define GEN_CASES_MAX 16384

struct program {
    unsigned cases;
    unsigned insns;     /* generated */
    uint32_t code_size; /* bytes */
    uint32_t *starts;   /* of the cases, in code; [cases]: end of the last */
    uint8_t *code;
    uint8_t *data; /* cases records */
};

void gen_program(struct program *p, unsigned cases, uint64_t seed);
void gen_free(struct program *p);

/* Runs a static ELF in FLAT_BASE and up; the command's exit status. */
int bench(const char *path);

/* Runs tests, counts. */
struct tally {
    unsigned passed, failed;
};
void check(struct tally *t, bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)));
void rows_test(struct tally *t);
void blocks_test(struct tally *t, bool translate);
void fp_test_host(struct tally *t, uint64_t seed, bool translate);

#endif
