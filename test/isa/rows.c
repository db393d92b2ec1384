/*
 * rows.c - tests that are tables: what decodes to what, what is reserved, and blocks at their
 * edges.
 */
#include "isa.h"
#include "../../riscv/fp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(unsigned row) { return row_info[row].name; }

/* ---- Decoding -------------------------------------------------------------------------------- */

static bool has_rm(unsigned row) {
    return row_info[row].format == FMT_RM || row_info[row].format == FMT_R4;
}

/* What decode must say of 32 bits, by trying each row. */
static unsigned row_by_search(struct tally *t, uint32_t bits) {
    unsigned found = ROW_illegal, rm = bits >> 12 & 7;
    for (unsigned row = 0; row < ROWS; row++) {
        if (row_info[row].mask == 0 || (bits & row_info[row].mask) != row_info[row].match)
            continue;
        check(t, found == ROW_illegal, "%08x is %s and %s", bits, name_of(found), name_of(row));
        found = row;
    }
    if (has_rm(found) && (rm == 5 || rm == 6))
        return ROW_illegal;
    if (row_info[found].class == CLASS_ALU && row_info[found].regs[0] == 'X' &&
        (bits >> 7 & 31) == 0)
        return ROW_nop;
    return found;
}

/* Each row with each bit flipped, and with random operands. */
static void neighbours(struct tally *t) {
    uint64_t random = 1;
    struct decoded d;
    for (unsigned row = 0; row < ROWS; row++) {
        if (row_info[row].mask == 0)
            continue;
        for (unsigned n = 0; n < 400; n++) {
            uint32_t bits =
                row_info[row].match | (~row_info[row].mask & (uint32_t)flat_random(&random));
            if (n >= 32 && n < 64)
                bits ^= 1u << (n - 32);
            if ((bits & 3) != 3)
                continue;
            decode(bits, &d);
            check(t, d.row == row_by_search(t, bits), "%08x near %s is %s", bits, name_of(row),
                  name_of(d.row));
            check(t, d.len == 4, "%08x has 4 bytes", bits);
        }
    }
}

static void reserved(struct tally *t) {
    static const struct {
        uint32_t bits;
        const char *why;
    } table[] = {
        {0x00000000, "defined illegal"},
        {0xffffffff, "longer than 32 bits"},
        {0x0000001f, "longer than 32 bits"},
        {0x0004, "c.addi4spn with no immediate"},
        {0x8000, "quadrant 0, funct3 100"},
        {0x2001, "c.addiw to x0"},
        {0x6101, "c.addi16sp by 0"},
        {0x6081, "c.lui of 0"},
        {0x6001, "c.lui of 0 to x0"},
        {0x9c41, "c.subw's third neighbour"},
        {0x9c61, "c.subw's fourth neighbour"},
        {0x4002, "c.lwsp to x0"},
        {0x6002, "c.ldsp to x0"},
        {0x8002, "c.jr by x0"},
        {0x0200101b, "slliw by 32"},
        {0x0200501b, "srliw by 32"},
        {0x4200501b, "sraiw by 32"},
        {0x6200501b, "roriw by 32"},
        {0x04001013, "slli by 64"},
        {0x00003067, "jalr, funct3 3"},
        {0x00002063, "branch, funct3 2"},
        {0x00007003, "load, funct3 7"},
        {0x00004023, "store, funct3 4"},
        {0x1010202f, "lr.w with rs2"},
        {0x0000002f, "amo of a byte"},
        {0x00005053, "fadd.s, rounding mode 5"},
        {0x00006053, "fadd.s, rounding mode 6"},
        {0x00005043, "fmadd.s, rounding mode 5"},
        {0x04000053, "fadd.h"},
        {0x06000053, "fadd.q"},
        {0x04000043, "fmadd.h"},
        {0x58100053, "fsqrt.s with rs2"},
        {0x40000053, "fcvt.s.s"},
        {0xe0002053, "fclass, funct3 2"},
        {0xe0100053, "fmv.x.w with rs2"},
        {0xc0400053, "fcvt to no integer"},
        {0x00001007, "flh"},
        {0x0000200f, "cbo"},
        {0x08000033, "no such op"},
        {0x0810403b, "zext.h with rs2"},
        {0x0800403f, "longer than 32 bits"},
        {0x28005013, "orc with another byte"},
        {0x68005013, "rev with another count"},
        {0x60301013, "unary, no such number"},
        {0x00100173, "ebreak with rd"},
        {0x30200173, "mret with rd"},
        {0x120000f3, "sfence.vma with rd"},
        {0x00004073, "SYSTEM, funct3 4"},
    };
    for (size_t n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
        struct decoded d;
        decode(table[n].bits, &d);
        check(t, d.row == ROW_illegal, "%08x, %s, is %s", table[n].bits, table[n].why,
              name_of(d.row));
        check(t, d.ends, "%08x ends its block", table[n].bits);
    }
}

/* ---- LLVM's opinion -------------------------------------------------------------------------- */

/* Puts what llvm-mc calls each of `count` instructions in names[]; "" for none. It prints those
 * that it knows, in order, each with its encoding. */
static bool disassemble(const uint32_t *bits, size_t count, char (*names)[16]) {
    char in[] = "/tmp/isa-llvm-XXXXXX", line[512], command[256];
    int fd = mkstemp(in);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    size_t next = 0;
    if (!f)
        return false;
    for (size_t k = 0; k < count; k++) {
        fprintf(f, "%#x %#x", bits[k] & 255, bits[k] >> 8 & 255);
        if ((bits[k] & 3) == 3)
            fprintf(f, " %#x %#x", bits[k] >> 16 & 255, bits[k] >> 24);
        fprintf(f, "\n");
        names[k][0] = 0;
    }
    fclose(f);
    snprintf(command, sizeof(command),
             "llvm-mc --disassemble --triple=riscv64 --show-encoding -M no-aliases "
             "-mattr=+m,+a,+f,+d,+c,+zba,+zbb,+zbs %s 2>/dev/null",
             in);
    f = popen(command, "r");
    while (f && fgets(line, sizeof(line), f)) {
        unsigned byte[4] = {0};
        const char *at = strstr(line, "encoding: [");
        char name[16];
        uint32_t is;
        size_t k = next;
        if (!at || sscanf(line, "%15s", name) != 1 ||
            sscanf(at, "encoding: [%x,%x,%x,%x", &byte[0], &byte[1], &byte[2], &byte[3]) < 2)
            continue;
        is = byte[0] | byte[1] << 8 | byte[2] << 16 | byte[3] << 24;
        while (k < count && bits[k] != is)
            k++;
        if (k < count) {
            memcpy(names[k], name, sizeof(name));
            next = k + 1;
        }
    }
    if (f)
        pclose(f);
    remove(in);
    return next > 0;
}

/* llvm's name of a row: dots, no aq or rl. */
static bool same_name(const char *llvm, const char *row) {
    size_t n = 0;
    for (; row[n]; n++)
        if (llvm[n] != (row[n] == '_' ? '.' : row[n]))
            return false;
    return llvm[n] == 0 || !strncmp(llvm + n, ".aq", 3) || !strncmp(llvm + n, ".rl", 3);
}

static void against_llvm(struct tally *t) {
    enum { EACH = 8 };
    static uint32_t bits[ROWS * EACH];
    static unsigned rows[ROWS * EACH];
    static char names[ROWS * EACH][16];
    uint64_t random = 2;
    size_t count = 0;
    bool ran;
    for (unsigned row = 0; row < ROWS; row++)
        for (unsigned n = 0; n < EACH && row_info[row].mask; n++) {
            uint32_t free_bits = ~row_info[row].mask & (uint32_t)flat_random(&random);
            if (has_rm(row))
                free_bits &= 0xffff8fff;
            if (row == ROW_fence_i || (row == ROW_fence && (free_bits &= 0x0ff00000) < 0x01000000))
                free_bits =
                    row == ROW_fence ? 0x0ff00000 : 0; /* the assembler has no reserved fields */
            rows[count] = row;
            bits[count++] = row_info[row].match | free_bits;
        }
    ran = disassemble(bits, count, names);
    check(t, ran, "llvm-mc runs");
    for (size_t n = 0; ran && n < count; n++)
        check(t, same_name(names[n], name_of(rows[n])), "%08x is %s, llvm says %s", bits[n],
              name_of(rows[n]), names[n]);
}

/* All compressed instructions: the same are legal, but for one of LLVM 14's own. The
 * specification: "C.LUI is valid only when rd is not x0 or x2 and when the immediate is not
 * equal to zero. The code points with imm=0 are reserved; the remaining code points with rd=x0
 * are HINTs". */
static void compressed_against_llvm(struct tally *t) {
    static uint32_t bits[49152];
    static char names[49152][16];
    size_t count = 0;
    bool ran;
    for (uint32_t c = 0; c < 65536; c++)
        if ((c & 3) != 3)
            bits[count++] = c;
    ran = disassemble(bits, count, names);
    check(t, ran, "llvm-mc runs");
    for (size_t n = 0; ran && n < count; n++) {
        struct decoded d;
        bool legal = names[n][0] && strcmp(names[n], "c.unimp");
        decode(bits[n], &d);
        if ((bits[n] & 0xf07f) == 0x6001) /* c.lui of 0 */
            legal = false;
        check(t, (d.row != ROW_illegal) == legal, "%04x is %s, llvm says %s", bits[n],
              name_of(d.row), names[n]);
        check(t, d.len == 2, "%04x has 2 bytes", bits[n]);
    }
}

void rows_test(struct tally *t) {
    neighbours(t);
    reserved(t);
    against_llvm(t);
    compressed_against_llvm(t);
}

/* ---- Blocks at their edges ------------------------------------------------------------------- */

static void put(struct flat *m, uint64_t va, uint32_t bits) {
    memcpy(flat_at(m, va), &bits, (bits & 3) == 3 ? 4 : 2);
}

/* One instruction that must trap. */
static void traps(struct tally *t, struct flat *m, uint64_t pc, uint32_t bits, uint64_t fcsr,
                  bool fs_off) {
    put(m, pc, bits);
    flat_reset(m, pc, 0);
    m->desc.csr.fcsr = fcsr;
    if (fs_off)
        m->desc.csr.mstatus = 0;
    flat_run(m, 1);
    check(t,
          m->ended && m->cause == CAUSE_ILLEGAL && m->tval == bits && m->desc.pc == pc &&
              m->steps == 1,
          "%08x traps: cause %u, tval %#llx, steps %llu", bits, m->cause,
          (unsigned long long)m->tval, (unsigned long long)m->steps);
}

static void illegal_ones(struct tally *t, struct flat *m) {
    static const uint32_t plain[] = {0, 0x8000, 0x9c41, 0x00005053, 0xffffffff, 0x00004073};
    /* c.fld, c.fsdsp, fld, fsw, fadd.s, fmin.d, fmv.x.d, fsgnj.s, feq.d */
    static const uint32_t fp[] = {0x2008,     0xa002,     0x00053007, 0x00052027, 0x00007053,
                                  0x2a000053, 0xe2000053, 0x20000053, 0xa2002053};
    for (uint64_t pc = FLAT_BASE + 2 * 4096 - 4; pc <= FLAT_BASE + 2 * 4096; pc += 2) {
        for (size_t n = 0; n < sizeof(plain) / sizeof(plain[0]); n++)
            traps(t, m, pc, plain[n], 0, false);
        for (size_t n = 0; n < sizeof(fp) / sizeof(fp[0]); n++)
            traps(t, m, pc, fp[n], 0, true);
        for (uint64_t frm = 5; frm < 8; frm++)
            traps(t, m, pc, 0x00007053, frm << 5, false);
    }
}

/* A 32-bit instruction whose second half cannot be fetched. */
static void crossing(struct tally *t, struct flat *m) {
    uint64_t end = FLAT_BASE + FLAT_SIZE;
    put(m, end - 4, 0x0505); /* c.addi a0, 1 */
    flat_at(m, end - 2)[0] = 0x13;
    flat_at(m, end - 2)[1] = 0x05;
    flat_reset(m, end - 4, 0);
    flat_run(m, 10);
    check(t,
          m->cause == FLAT_FETCH && m->tval == end && m->desc.pc == end - 2 && m->desc.x[10] == 1,
          "a fetch that crosses into nothing: tval %#llx, pc %#llx", (unsigned long long)m->tval,
          (unsigned long long)m->desc.pc);
}

/* Stores over the next instruction of its own block, with the store's page watched. */
static void modified(struct tally *t, struct flat *m) {
    uint64_t pc = FLAT_BASE + 4096;
    for (unsigned budget = 1; budget <= 4; budget++) {
        put(m, pc, 0x00a5a223);     /* sw a0, 4(a1): over the next */
        put(m, pc + 4, 0x00100613); /* li a2, 1 */
        put(m, pc + 8, 0x00000073);
        flat_reset(m, pc, 0);
        m->desc.x[11] = pc;
        m->desc.x[10] = 0x00200613; /* li a2, 2 */
        while (!m->ended)
            flat_run(m, budget);
        check(t, m->desc.x[12] == 2 && m->desc.pc == pc + 8,
              "a store to the next instruction: a2 = %llu", (unsigned long long)m->desc.x[12]);
    }
}

/* Stores beside the code of its page drop nothing. */
static void beside(struct tally *t, struct flat *m) {
    uint64_t pc = FLAT_BASE + 4096, drops;
    put(m, pc, 0x00a5a623);     /* sw a0, 12(a1): after the loop */
    put(m, pc + 4, 0x00150513); /* addi a0, a0, 1 */
    put(m, pc + 8, 0xfe000ce3); /* beqz zero, -8 */
    put(m, pc + 12, 0x00000073);
    flat_reset(m, pc, 0);
    m->desc.x[11] = pc;
    flat_run(m, 3);
    drops = code_drops(m->hart.code);
    flat_run(m, 300);
    check(t, m->steps == 303 && code_drops(m->hart.code) == drops,
          "a store beside code drops nothing");
}

/* Blocks at every offset of every page: what is held stays bounded. */
static void bounded(struct tally *t, struct flat *m) {
    struct code *c = m->hart.code;
    const size_t most = ((size_t)64 << 20) + ((size_t)2 << 20);
    size_t held = 0;
    uint64_t drops;
    for (size_t n = 0; n < FLAT_SIZE; n += 2)
        put(m, FLAT_BASE + n, 0x0001); /* c.nop */
    flat_reset(m, FLAT_BASE, 0);
    drops = code_drops(c);
    for (uint32_t page = 0; page < 200; page++)
        for (unsigned offset = 0; offset < 4096 - 2; offset += 2) {
            code_block(c, page, offset, m->hart.ram + 4096 * (size_t)page);
            code_sweep(c);
            held = m->held > held ? m->held : held;
        }
    check(t, held < most && code_drops(c) > drops, "%zu bytes of blocks are held", held);
    code_drop_all(c);
    code_sweep(c);
}

/* Random bytes as code, and registers that point into them: nothing but a trap, an ecall or the
 * end of the steps comes of it. */
static void garbage(struct tally *t, struct flat *m) {
    uint64_t random = 3, ended = 0;
    for (unsigned run = 0; run < 3000; run++) {
        uint64_t pc = FLAT_BASE + 4096 - 2 * (flat_random(&random) % 64);
        for (unsigned n = 0; n < 8192; n += 8) {
            uint64_t v = flat_random(&random);
            memcpy(flat_at(m, FLAT_BASE + n), &v, 8);
        }
        flat_reset(m, pc, run % 2 ? run : 0);
        for (unsigned n = 1; n < 32; n++)
            m->desc.x[n] = FLAT_BASE + flat_random(&random) % 8192;
        flat_run(m, 1000);
        ended += m->ended;
        check(t, m->desc.x[0] == 0 && m->steps <= 1000, "garbage %u: x0, steps", run);
    }
    check(t, ended > 2000, "garbage ends by traps: %llu of 3000", (unsigned long long)ended);
}

/* Exact budgets over a loop: 1 + 3 * n steps, whatever the slices. */
static void budgets(struct tally *t, struct flat *m) {
    uint64_t pc = FLAT_BASE + 4096;
    put(m, pc, 0x00000513);      /* li a0, 0 */
    put(m, pc + 4, 0x00150513);  /* addi a0, a0, 1 */
    put(m, pc + 8, 0x00250593);  /* addi a1, a0, 2 */
    put(m, pc + 12, 0xfe000ce3); /* beqz zero, -8 */
    for (uint64_t slice = 1; slice < 8; slice++) {
        flat_reset(m, pc, 0);
        for (unsigned n = 0; n < 100; n++)
            flat_run(m, slice);
        check(t,
              m->steps == 100 * slice && m->desc.x[10] == (100 * slice - 2) / 3 + (100 * slice > 1),
              "slices of %llu: %llu steps, a0 %llu", (unsigned long long)slice,
              (unsigned long long)m->steps, (unsigned long long)m->desc.x[10]);
    }
}

/* "ctzw: [...] If the least-significant word is 0, the result of the operation is 32." */
static void count_words(struct tally *t, struct flat *m) {
    static const uint64_t table[][3] = {{0x6015151b, 0, 32}, /* ctzw a0, a0 */
                                        {0x6015151b, UINT64_C(1) << 32, 32},
                                        {0x6015151b, UINT64_C(1) << 63, 32},
                                        {0x6015151b, 0x80000000, 31},
                                        {0x6005151b, 0, 32}, /* clzw a0, a0 */
                                        {0x6005151b, UINT64_MAX << 32, 32}};
    for (size_t n = 0; n < sizeof(table) / sizeof(table[0]); n++) {
        put(m, FLAT_BASE, (uint32_t)table[n][0]);
        flat_reset(m, FLAT_BASE, 0);
        m->desc.x[10] = table[n][1];
        flat_run(m, 1);
        check(t, m->desc.x[10] == table[n][2], "%llx of %llx is %llu",
              (unsigned long long)table[n][0], (unsigned long long)table[n][1],
              (unsigned long long)m->desc.x[10]);
    }
}

void blocks_test(struct tally *t, bool translate) {
    struct flat *m = flat_new(translate);
    illegal_ones(t, m);
    crossing(t, m);
    modified(t, m);
    beside(t, m);
    budgets(t, m);
    count_words(t, m);
    garbage(t, m);
    bounded(t, m);
    flat_free(m);
}

/* ---- The host's arithmetic against fp.c ------------------------------------------------------ */

static uint64_t operand(uint64_t *random) {
    uint64_t r = flat_random(random), e = flat_random(random);
    switch (e % 8) {
    case 0: return FP_BOX | r;
    case 1: return FP_BOX | (r & 0xff800000) | (r >> 32 & 3);
    case 2: return FP_BOX | (0x3f000000 + (r & 0x81ffffff));
    case 3: return r;
    case 4: return (r & ~(UINT64_MAX >> 12)) | (r >> 20 & 3);
    case 5: return 0x3fe0000000000000 + (r & 0x803fffffffffffff);
    case 6: return r & 0x800fffffffffffff;
    default: return (r & 0x8000000000000000) | (UINT64_C(0x7ff) << 52) | (r >> (e >> 58));
    }
}

void fp_test_host(struct tally *t, uint64_t seed, bool translate) {
    struct flat *m = flat_new(translate);
    uint64_t random = seed, pc = FLAT_BASE;
    for (unsigned row = 0; row < ROWS; row++) {
        const struct row_info *r = &row_info[row];
        /* row(f11, f12, f13) or row(x11): dynamic rounding, integers toward zero */
        uint32_t bits = r->match | 10 << 7 | 11 << 15 | (~r->mask & (12u << 20 | 13u << 27)) |
                        (r->class == CLASS_FINT ? 1 << 12
                         : has_rm(row)          ? 7 << 12
                                                : 0);
        unsigned wrong = 0;
        if (r->class != CLASS_FHOST && r->class != CLASS_FINT)
            continue;
        put(m, pc, bits);
        flat_reset(m, pc, 0);
        for (unsigned n = 0; n < 20000; n++) {
            struct frond_desc soft;
            for (unsigned k = 10; k < 14; k++) {
                m->desc.f[k] = operand(&random);
                m->desc.x[k] = operand(&random) >> (random & 63);
            }
            m->desc.csr.fcsr = 0;
            m->desc.pc = pc;
            soft = m->desc;
            fp_exec(&soft, row, bits);
            flat_run(m, 1);
            wrong += soft.f[10] != m->desc.f[10] || soft.x[10] != m->desc.x[10] ||
                     soft.csr.fcsr != m->desc.csr.fcsr;
        }
        check(t, wrong == 0, "%s by the host%s is not that of fp.c, %u times of 20000", r->name,
              translate ? ", translated," : "", wrong);
    }
    flat_free(m);
}
