/* text.c - see unit.h: an instruction of the guest as the decoder has understood it, in the assembler's form. */
#include "unit.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum format { I, S, B, U, J, SH, P, R, AMO, RM, R4, RF, RAW, N };
static const struct {
    const char *name, *registers;
    enum format format;
} row_of[ROWS] = {
#define ROW(name, mask, match, format, registers, ...) {#name, #registers, format},
#include "../riscv/insn.def"
#undef ROW
};

static const char *const x_name[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                       "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                       "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                       "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
static const char *const f_name[32] = {"ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6",  "ft7",
                                       "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
                                       "fa6", "fa7", "fs2",  "fs3",  "fs4", "fs5", "fs6",  "fs7",
                                       "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

struct text {
    char *to;
    size_t at;
    const char *between; /* what comes before the next operand */
};

static void operand(struct text *t, const char *what) {
    t->at += (size_t)snprintf(t->to + t->at, UNIT_TEXT - t->at, "%s%s", t->between, what);
    t->between = ", ";
}

static void number(struct text *t, const char *format, int64_t v) {
    char digits[24];

    snprintf(digits, sizeof digits, format, v);
    operand(t, digits);
}

static void registers(struct text *t, const struct decoded *d) {
    const char *files = row_of[d->row].registers;
    const unsigned n[3] = {d->rd, d->rs1, d->rs2};

    for (unsigned i = 0; i < 3; i++)
        if (files[i] != '_')
            operand(t, files[i] == 'F' ? f_name[n[i] & 31] : x_name[n[i] & 31]);
    if (row_of[d->row].format == R4)
        operand(t, f_name[(uint32_t)d->imm >> 27]);
}

/* The immediate; of what is relative to the pc, where it leads. */
static void immediate(struct text *t, const struct decoded *d, uint64_t pc) {
    switch (row_of[d->row].format) {
    case I:
    case S:
    case SH: number(t, "%" PRId64, d->imm); break;
    case U: number(t, "0x%" PRIx64, (int64_t)((uint32_t)d->imm >> 12)); break;
    case B:
    case J:
    case P: number(t, "0x%" PRIx64, (int64_t)(pc + (uint64_t)(int64_t)d->imm)); break;
    default: break;
    }
}

void unit_text(const struct decoded *d, uint64_t pc, char to[UNIT_TEXT]) {
    struct text t = {to, 0, " "};

    t.at = (size_t)snprintf(to, UNIT_TEXT, "%s", row_of[d->row].name);
    for (char *c = strchr(to, '_'); c; c = strchr(c, '_'))
        *c = '.';
    registers(&t, d);
    immediate(&t, d, pc);
}
