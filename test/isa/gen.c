/*
 * gen.c - random programs by the rows of insn.def.
 *
 * A case loads all registers from its record (edge values more often than not), runs some random
 * instructions, and stores all registers back. x3 points to the record, x4 is the link of the
 * routines that load and store, x2, x8 and x9 point into the record's scratch: no generated
 * instruction writes these five. Control only goes forward, over the next instruction.
 */
#include "isa.h"
#include "../../riscv/fp.h"
#include <stdlib.h>
#include <string.h>

struct out {
    struct program *p;
    uint64_t random;
    uint32_t at;           /* in code */
    const uint8_t *record; /* of the case */
};

enum { SP = 2, CONTEXT = 3, LINK = 4, PTR0 = 8, PTR1 = 9 };

static uint32_t pick(struct out *o, uint32_t n) { return (uint32_t)(flat_random(&o->random) % n); }

static void put16(struct out *o, uint32_t v) {
    o->p->code[o->at++] = (uint8_t)v;
    o->p->code[o->at++] = (uint8_t)(v >> 8);
}

static void put32(struct out *o, uint32_t v) {
    put16(o, v & 0xffff);
    put16(o, v >> 16);
}

/* ---- Operands -------------------------------------------------------------------------------- */

static uint64_t edge_x(struct out *o) {
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     UINT64_MAX,
                                     UINT64_MAX - 1,
                                     INT64_MAX,
                                     (uint64_t)INT64_MAX + 1,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     0xffffffff80000000,
                                     0xffffffff7fffffff,
                                     63,
                                     64,
                                     31,
                                     32,
                                     0x8000,
                                     0x7fff,
                                     0x80,
                                     0x7f,
                                     0x0100000000000000,
                                     0x00ff00ff00ff00ff};
    uint64_t r = flat_random(&o->random);
    switch (pick(o, 5)) {
    case 0: return r;
    case 1: return r >> pick(o, 64);
    case 2: return (uint64_t)((int64_t)r >> pick(o, 64));
    case 3: return (UINT64_C(1) << pick(o, 64)) + pick(o, 3) - 1;
    default: return edges[pick(o, sizeof(edges) / sizeof(edges[0]))];
    }
}

/* Bits of a number with `fraction` bits of fraction and `exp` of exponent. */
static uint64_t edge_bits(struct out *o, int fraction, int exp) {
    uint64_t bias = (UINT64_C(1) << (exp - 1)) - 1, most = 2 * bias + 1;
    uint64_t one = UINT64_C(1) << fraction;
    uint64_t exps[] = {0,         0,         1,         2,         bias - 1,  bias,      bias,
                       bias + 1,  bias + 23, bias + 24, bias + 31, bias + 32, bias + 52, bias + 53,
                       bias + 63, bias + 64, most - 1,  most,      most,      bias - 52, bias - 24};
    uint64_t fractions[] = {0, 0, 0, 1, one - 1, one - 2, one / 2, one / 2 + 1, one / 4, 2, 3};
    uint64_t e =
        pick(o, 4) ? exps[pick(o, sizeof(exps) / sizeof(exps[0]))] : flat_random(&o->random) & most;
    uint64_t f = pick(o, 4) ? fractions[pick(o, sizeof(fractions) / sizeof(fractions[0]))]
                            : flat_random(&o->random) & (one - 1);
    if (!pick(o, 3)) /* near one */
        e = bias + pick(o, 7) - 3;
    return (uint64_t)pick(o, 2) << (fraction + exp) | e << fraction | f;
}

static uint64_t edge_f(struct out *o) {
    switch (pick(o, 16)) {
    case 0: return edge_bits(o, 23, 8); /* not boxed */
    case 1: return flat_random(&o->random);
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8: return FP_BOX | edge_bits(o, 23, 8);
    default: return edge_bits(o, 52, 11);
    }
}

static void put_record(struct out *o, uint8_t *record, uint64_t address) {
    uint64_t x[32], f[32];
    for (unsigned n = 0; n < 32; n++) {
        x[n] = edge_x(o);
        f[n] = edge_f(o);
    }
    x[0] = pick(o, 32) | (pick(o, 2) ? 0 : pick(o, 5)) << 5; /* fcsr */
    x[SP] = address + RECORD_SCRATCH;
    x[PTR0] = address + RECORD_SCRATCH + 8 * (16 + pick(o, 24));
    x[PTR1] = address + RECORD_SCRATCH + 4 * (32 + pick(o, 48));
    x[CONTEXT] = x[LINK] = 0;
    memcpy(record, x, sizeof(x));
    memcpy(record + RECORD_F, f, sizeof(f));
    for (unsigned n = RECORD_SCRATCH; n < RECORD; n += 8) {
        uint64_t v = pick(o, 2) ? edge_f(o) : edge_x(o);
        memcpy(record + n, &v, 8);
    }
}

static bool is_fixed(unsigned x) {
    return x == SP || x == CONTEXT || x == LINK || x == PTR0 || x == PTR1;
}

static uint32_t any_rd(struct out *o) {
    uint32_t rd;
    do {
        rd = pick(o, 8) ? pick(o, 32) : 0;
    } while (is_fixed(rd));
    return rd;
}

static uint32_t some_rd(struct out *o) {
    uint32_t rd;
    do {
        rd = any_rd(o);
    } while (rd == 0);
    return rd;
}

/* What x[reg] holds, as an offset in the record. */
static int32_t where(const struct out *o, unsigned reg) {
    uint64_t v, base;
    memcpy(&v, o->record + 8 * reg, 8);
    base = GEN_DATA + (uint64_t)(o->record - o->p->data);
    return (int32_t)(int64_t)(v - base);
}

/* ---- Instructions ---------------------------------------------------------------------------- */

static uint32_t imm_i(int32_t v) { return (uint32_t)v << 20; }
static uint32_t imm_s(int32_t v) {
    return ((uint32_t)v & 31) << 7 | ((uint32_t)v >> 5 & 127) << 25;
}
static uint32_t imm_b(uint32_t v) {
    return (v >> 1 & 15) << 8 | (v >> 5 & 63) << 25 | (v >> 11 & 1) << 7 | (v >> 12 & 1) << 31;
}
static uint32_t imm_j(uint32_t v) {
    return (v >> 1 & 1023) << 21 | (v >> 11 & 1) << 20 | (v >> 12 & 255) << 12 |
           (v >> 20 & 1) << 31;
}

static unsigned width_of(unsigned row) {
    switch (row) {
    case ROW_lb:
    case ROW_lbu:
    case ROW_sb: return 1;
    case ROW_lh:
    case ROW_lhu:
    case ROW_sh: return 2;
    case ROW_lw:
    case ROW_lwu:
    case ROW_sw:
    case ROW_flw:
    case ROW_fsw: return 4;
    default: return 8;
    }
}

/* Registers and free fields: rm, aq, rl, shift amounts, immediates of arithmetic. */
static uint32_t with_operands(struct out *o, unsigned row) {
    static const uint8_t rms[] = {0, 1, 2, 3, 4, 7, 7, 7};
    const struct row_info *r = &row_info[row];
    uint32_t free_bits = ~r->mask & (uint32_t)flat_random(&o->random), insn = r->match | free_bits;
    if (r->regs[0] != '_')
        insn = (insn & ~(31u << 7)) | (r->regs[0] == 'X' ? any_rd(o) : pick(o, 32)) << 7;
    if (r->format == FMT_RM || r->format == FMT_R4)
        insn = (insn & ~(7u << 12)) | (uint32_t)rms[pick(o, 8)] << 12;
    if (!pick(o, 8) && r->regs[1] == r->regs[2] && r->format == FMT_R) /* the same twice */
        insn = (insn & ~(31u << 20)) | (insn >> 15 & 31) << 20;
    return insn;
}

static void put_memory(struct out *o, unsigned row) {
    static const uint8_t pointers[] = {SP, PTR0, PTR1};
    const struct row_info *r = &row_info[row];
    uint32_t width = width_of(row), rs1 = pointers[pick(o, 3)], insn = with_operands(o, row);
    uint32_t to = RECORD_SCRATCH + pick(o, RECORD - RECORD_SCRATCH - width + 1);
    if (pick(o, 4))
        to &= ~(width - 1);
    insn = (insn & ~(31u << 15)) | rs1 << 15;
    if (r->format == FMT_S)
        insn = (insn & ~imm_s(-1)) | imm_s((int32_t)to - where(o, rs1));
    else
        insn = (insn & ~imm_i(-1)) | imm_i((int32_t)to - where(o, rs1));
    put32(o, insn);
}

/* SC comes after an LR of its width, of its address or another: else it is the implementation's
 * choice whether it succeeds. ("An SC may succeed if [...] the address is within the reservation
 * set".) */
static void put_amo(struct out *o, unsigned row) {
    bool wide = row_info[row].match >> 12 & 1;
    uint32_t rs1 = !wide && pick(o, 2) ? PTR1 : PTR0;
    if (row == ROW_sc_w || row == ROW_sc_d)
        put32(o, row_info[wide ? ROW_lr_d : ROW_lr_w].match | any_rd(o) << 7 |
                     (pick(o, 4) ? rs1 : SP) << 15);
    put32(o, (with_operands(o, row) & ~(31u << 15)) | rs1 << 15);
}

/* QEMU before 8.0 counts up to 64. The specification: "If the least-significant word is 0, the
 * result of the operation is 32", which rows.c tests. */
static void put_ctzw(struct out *o) {
    uint32_t rs1 = some_rd(o);
    put32(o, row_info[ROW_bseti].match | rs1 << 7 | rs1 << 15 | pick(o, 32) << 20);
    put32(o, row_info[ROW_ctzw].match | any_rd(o) << 7 | rs1 << 15);
}

static void put_any(struct out *o);

static void patch32(struct out *o, uint32_t at, uint32_t insn) {
    uint32_t end = o->at;
    o->at = at;
    put32(o, insn);
    o->at = end;
}

/* A branch or jump over whatever comes next. */
static void put_over(struct out *o, unsigned row) {
    uint32_t at = o->at, insn = with_operands(o, row), rb;
    if (row != ROW_jalr) {
        put32(o, 0);
        put_any(o);
        if (row == ROW_jal)
            patch32(o, at, (insn & 0xfff) | imm_j(o->at - at));
        else
            patch32(o, at, (insn & ~imm_b(~0u)) | imm_b(o->at - at));
        return;
    }
    rb = some_rd(o);
    put32(o, row_info[ROW_auipc].match | rb << 7);
    put32(o, 0);
    put_any(o);
    insn = (insn & 0x7fff) | rb << 15 | imm_i((int32_t)(o->at - at + pick(o, 2)));
    patch32(o, at + 4, insn);
}

static void put_csr(struct out *o, unsigned row) {
    uint32_t insn = (with_operands(o, row) & 0xfffff) | 1u << 20; /* fflags */
    if (row == ROW_csrrwi && pick(o, 2))
        insn = (insn & 0x7fff) | pick(o, 5) << 15 | 2u << 20; /* frm */
    else if (!pick(o, 3))
        insn = (insn & 0xfff) | 2u << 12 | 3u << 20; /* csrr of fcsr */
    put32(o, insn);
}

/* c.j, c.beqz or c.bnez over what comes next; or c.jr, c.jalr. */
static void put_compressed_over(struct out *o) {
    uint32_t at = o->at, kind = pick(o, 5), by, c, rb = some_rd(o);
    if (kind < 2) {
        put32(o, row_info[ROW_auipc].match | rb << 7);
        put32(o, 0);
        put16(o, 0x8002 | kind << 12 | rb << 7);
        put_any(o);
        patch32(o, at + 4,
                row_info[ROW_addi].match | rb << 7 | rb << 15 | imm_i((int32_t)(o->at - at)));
        return;
    }
    put16(o, 0);
    put_any(o);
    by = o->at - at;
    if (kind == 2)
        c = 0xa001 | (by >> 4 & 1) << 11 | (by >> 1 & 7) << 3 | (by >> 5 & 1) << 2 |
            (by >> 6 & 1) << 7;
    else
        c = (kind == 3 ? 0xc001 : 0xe001) | pick(o, 8) << 7 | (by >> 3 & 3) << 10 |
            (by >> 1 & 3) << 3 | (by >> 5 & 1) << 2 | (by >> 6 & 1) << 5;
    o->p->code[at] = (uint8_t)c;
    o->p->code[at + 1] = (uint8_t)(c >> 8);
}

/* Whether a compressed instruction may stand anywhere. */
static bool harmless(const struct out *o, const struct decoded *d) {
    const struct row_info *r = &row_info[d->row];
    int32_t to;
    switch (r->class) {
    case CLASS_ALU: return d->row == ROW_nop || !is_fixed(d->rd);
    case CLASS_LOAD:
    case CLASS_STORE:
    case CLASS_FLOAD:
    case CLASS_FSTORE:
        if ((r->class == CLASS_LOAD && is_fixed(d->rd)) ||
            (d->rs1 != SP && d->rs1 != PTR0 && d->rs1 != PTR1))
            return false;
        to = where(o, d->rs1) + d->imm;
        return to >= RECORD_SCRATCH && to + (int32_t)width_of(d->row) <= RECORD;
    default: return false;
    }
}

static void put_compressed(struct out *o) {
    struct decoded d;
    uint32_t c;
    if (!pick(o, 5)) {
        put_compressed_over(o);
        return;
    }
    do {
        c = pick(o, 65536);
        decode(c, &d);
    } while ((c & 3) == 3 || !harmless(o, &d));
    put16(o, c);
}

static void put_any(struct out *o) {
    unsigned row;
    o->p->insns++;
    if (!pick(o, 4)) {
        put_compressed(o);
        return;
    }
    do {
        row = pick(o, ROWS);
    } while (row_info[row].mask == 0 || row_info[row].class == CLASS_SYSTEM);
    if (!pick(o, 40))
        row = ROW_csrrw + pick(o, 6);
    switch (row_info[row].class) {
    case CLASS_LOAD:
    case CLASS_STORE:
    case CLASS_FLOAD:
    case CLASS_FSTORE: put_memory(o, row); break;
    case CLASS_AMO: put_amo(o, row); break;
    case CLASS_BRANCH:
    case CLASS_JUMP: put_over(o, row); break;
    case CLASS_SYSTEM: put_csr(o, row); break;
    default:
        if (row == ROW_ctzw)
            put_ctzw(o);
        else
            put32(o, with_operands(o, row));
    }
}

/* ---- The frame ------------------------------------------------------------------------------- */

/* Loads (or stores) all registers from the record; back to x4. */
static uint32_t put_routine(struct out *o, bool load) {
    uint32_t at = o->at, fcsr = 3u << 20, t = 5;
    uint32_t x = row_info[load ? ROW_ld : ROW_sd].match,
             f = row_info[load ? ROW_fld : ROW_fsd].match;
    if (load) {
        put32(o, x | t << 7 | CONTEXT << 15 | imm_i(RECORD_FCSR));
        put32(o, row_info[ROW_csrrw].match | t << 15 | fcsr);
    }
    for (uint32_t n = 1; n < 32; n++)
        if (n != CONTEXT && n != LINK)
            put32(o, x | CONTEXT << 15 |
                         (load ? n << 7 | imm_i((int32_t)(8 * n))
                               : n << 20 | imm_s((int32_t)(8 * n))));
    for (uint32_t n = 0; n < 32; n++) {
        int32_t to = RECORD_F + (int32_t)(8 * n);
        put32(o, f | CONTEXT << 15 | (load ? n << 7 | imm_i(to) : n << 20 | imm_s(to)));
    }
    if (!load) {
        put32(o, row_info[ROW_csrrs].match | t << 7 | fcsr);
        put32(o, x | CONTEXT << 15 | t << 20 | imm_s(RECORD_FCSR));
        put32(o, row_info[ROW_addi].match | CONTEXT << 7 | CONTEXT << 15 | imm_i(RECORD));
    }
    put32(o, row_info[ROW_jalr].match | LINK << 15);
    return at;
}

static void put_li(struct out *o, uint32_t rd, uint32_t v) {
    put32(o, row_info[ROW_lui].match | rd << 7 | ((v + 0x800) & 0xfffff000));
    put32(o, row_info[ROW_addiw].match | rd << 7 | rd << 15 | v << 20);
}

static void put_call(struct out *o, uint32_t routine) {
    uint32_t by = routine - o->at;
    put32(o, row_info[ROW_auipc].match | LINK << 7 | ((by + 0x800) & 0xfffff000));
    put32(o, row_info[ROW_jalr].match | LINK << 7 | LINK << 15 | by << 20);
}

static void put_syscall(struct out *o, uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2) {
    put_li(o, 10, a0);
    put_li(o, 11, a1);
    put_li(o, 12, a2);
    put_li(o, 17, number);
    put32(o, row_info[ROW_ecall].match);
}

void gen_program(struct program *p, unsigned cases, uint64_t seed) {
    struct out o = {.p = p, .random = seed};
    uint32_t jump, load, store;
    *p = (struct program){.cases = cases};
    p->code = calloc(1, GEN_CODE_MAX);
    p->data = calloc(cases, RECORD);
    p->starts = calloc(cases + 1, sizeof(p->starts[0]));
    jump = o.at;
    put32(&o, 0);
    load = put_routine(&o, true);
    store = put_routine(&o, false);
    patch32(&o, jump, row_info[ROW_jal].match | imm_j(o.at));
    put_li(&o, CONTEXT, (uint32_t)GEN_DATA);
    for (unsigned n = 0; n < cases; n++) {
        uint8_t *record = p->data + (size_t)n * RECORD;
        put_record(&o, record, GEN_DATA + (uint64_t)n * RECORD);
        o.record = record;
        put_call(&o, load);
        p->starts[n] = o.at;
        for (unsigned k = 0; k < CASE_INSNS; k++)
            put_any(&o);
        p->starts[n + 1] = o.at;
        put_call(&o, store);
    }
    put_syscall(&o, 64, 1, (uint32_t)GEN_DATA, cases * RECORD);
    put_syscall(&o, 93, 0, 0, 0);
    p->code_size = o.at;
}

void gen_free(struct program *p) {
    free(p->code);
    free(p->data);
    free(p->starts);
}
