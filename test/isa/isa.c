/*
 * isa.c - the instruction tests: isa-test [--seed N] [--programs N] [--cases N] [--keep DIR], or
 * isa-test --bench ELF: how fast exec.c runs it.
 *
 * A generated program runs four times: step by step (which counts what was executed), at full
 * speed, shaken, and on qemu-riscv64; all must leave the same bytes. Then the tests of rows.c.
 */
#include "isa.h"
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void check(struct tally *t, bool ok, const char *format, ...) {
    va_list args;
    if (ok) {
        t->passed++;
        return;
    }
    if (t->failed++ > 40)
        return;
    va_start(args, format);
    printf("FAIL ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

/* ---- Running --------------------------------------------------------------------------------- */

static void put_segment(FILE *f, uint64_t address, uint64_t offset, uint64_t size, uint32_t flags) {
    Elf64_Phdr h = {.p_type = PT_LOAD,
                    .p_flags = flags,
                    .p_offset = offset,
                    .p_vaddr = address,
                    .p_paddr = address,
                    .p_filesz = size,
                    .p_memsz = size,
                    .p_align = 4096};
    fwrite(&h, sizeof(h), 1, f);
}

static bool write_elf(const struct program *p, const char *path) {
    Elf64_Ehdr h = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_RISCV,
        .e_version = EV_CURRENT,
        .e_entry = GEN_CODE,
        .e_phoff = sizeof(h),
        .e_flags = 5, /* RVC, double-float ABI */
        .e_ehsize = sizeof(h),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2};
    FILE *f = fopen(path, "wb");
    if (!f)
        return false;
    fwrite(&h, sizeof(h), 1, f);
    put_segment(f, GEN_CODE, 4096, GEN_CODE_MAX, PF_R | PF_X);
    put_segment(f, GEN_DATA, 4096 + GEN_CODE_MAX, (uint64_t)p->cases * RECORD, PF_R | PF_W);
    fseek(f, 4096, SEEK_SET);
    fwrite(p->code, 1, GEN_CODE_MAX, f);
    fwrite(p->data, RECORD, p->cases, f);
    return fclose(f) == 0;
}

/* What qemu leaves; NULL: it did not run to the end. */
static uint8_t *run_qemu(const struct program *p, const char *dir) {
    char command[1024], path[512];
    uint8_t *out = calloc(p->cases, RECORD);
    FILE *f;
    bool ok;
    snprintf(path, sizeof(path), "%s/isa.elf", dir);
    if (!write_elf(p, path))
        return NULL;
    snprintf(command, sizeof(command),
             "chmod +x %s/isa.elf && qemu-riscv64 -cpu rv64,zba=true,zbb=true,zbs=true %s/isa.elf "
             "> %s/isa.out",
             dir, dir, dir);
    ok = system(command) == 0;
    snprintf(path, sizeof(path), "%s/isa.out", dir);
    f = ok ? fopen(path, "rb") : NULL;
    ok = f && fread(out, RECORD, p->cases, f) == p->cases;
    if (f)
        fclose(f);
    if (ok)
        return out;
    free(out);
    return NULL;
}

/* Runs p; with `count`, one step at a time, counting rows and their compressed forms. Returns
 * whether it came to its ecall. */
static bool run_flat(const struct program *p, struct flat *m, uint64_t shake,
                     uint64_t count[2][ROWS]) {
    memcpy(flat_at(m, GEN_CODE), p->code, p->code_size);
    memcpy(flat_at(m, GEN_DATA), p->data, (size_t)p->cases * RECORD);
    flat_reset(m, GEN_CODE, shake);
    while (count && !m->ended) {
        uint32_t bits;
        struct decoded d;
        memcpy(&bits, flat_at(m, m->desc.pc), 4);
        decode(bits, &d);
        count[d.len == 2][d.row]++;
        flat_run(m, 1);
    }
    flat_run(m, UINT64_C(1) << 40);
    if (m->cause != FLAT_ECALL)
        printf("ended by cause %u, tval %#llx, pc %#llx\n", m->cause, (unsigned long long)m->tval,
               (unsigned long long)m->desc.pc);
    return m->cause == FLAT_ECALL;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void print_code(const struct program *p, unsigned n) {
    for (uint32_t at = p->starts[n]; at < p->starts[n + 1] - 8;) {
        uint32_t bits;
        struct decoded d;
        memcpy(&bits, p->code + at, 4);
        decode(bits, &d);
        printf("    %08llx  %08x  %-10s rd %2u rs1 %2u rs2 %2u imm %d\n",
               (unsigned long long)(GEN_CODE + at), d.len == 2 ? bits & 0xffff : bits,
               row_info[d.row].name, d.rd, d.rs1, d.rs2, d.imm);
        at += d.len;
    }
}

static void print_difference(const struct program *p, unsigned n, const uint8_t *a,
                             const uint8_t *b) {
    for (unsigned at = 0; at < RECORD; at += 8) {
        uint64_t before, x, y;
        memcpy(&before, p->data + (size_t)n * RECORD + at, 8);
        memcpy(&x, a + at, 8);
        memcpy(&y, b + at, 8);
        if (x != y)
            printf("    %s%u: %016llx, not %016llx (was %016llx)\n",
                   at == 0               ? "fcsr "
                   : at < RECORD_F       ? "x"
                   : at < RECORD_SCRATCH ? "f"
                                         : "memory ",
                   at < RECORD_F         ? at / 8
                   : at < RECORD_SCRATCH ? (at - RECORD_F) / 8
                                         : at,
                   (unsigned long long)x, (unsigned long long)y, (unsigned long long)before);
    }
    print_code(p, n);
}

static void compare(struct tally *t, const struct program *p, const char *what, const uint8_t *got,
                    const uint8_t *want) {
    unsigned shown = 0;
    for (unsigned n = 0; n < p->cases; n++) {
        const uint8_t *a = got + (size_t)n * RECORD, *b = want + (size_t)n * RECORD;
        bool same = !memcmp(a, b, RECORD);
        check(t, same, "%s: case %u", what, n);
        if (!same && shown++ < 4)
            print_difference(p, n, a, b);
    }
}

/* Rows that no generated program holds: what goes to csr.c is tested on the whole machine. */
static bool is_exempt(unsigned row) {
    return row_info[row].mask == 0 || (row_info[row].class == CLASS_SYSTEM &&
                                       !strstr(row_info[row].name, "csr") && row != ROW_ecall);
}

static void coverage(struct tally *t, uint64_t count[2][ROWS]) {
    bool compressed[ROWS] = {false};
    struct decoded d;
    for (uint32_t c = 0; c < 65536; c++)
        if ((c & 3) != 3) {
            decode(c, &d);
            compressed[d.row] = d.row != ROW_illegal && d.row != ROW_ebreak;
        }
    for (unsigned row = 0; row < ROWS; row++) {
        printf("%-11s %8llu", row_info[row].name, (unsigned long long)count[0][row]);
        if (compressed[row])
            printf(" + c %6llu", (unsigned long long)count[1][row]);
        else
            printf("           ");
        printf(row % 4 == 3 || row == ROWS - 1 ? "\n" : "  ");
    }
    for (unsigned row = 0; row < ROWS; row++) {
        check(t, is_exempt(row) || count[0][row], "%s was never executed", row_info[row].name);
        check(t, !compressed[row] || count[1][row], "c. form of %s never executed",
              row_info[row].name);
    }
}

/* One program; adds to `count` what it executed. */
static void generated(struct tally *t, unsigned cases, uint64_t seed, const char *dir,
                      uint64_t count[2][ROWS]) {
    struct flat *m = flat_new(false), *j = flat_new(true);
    struct program p;
    size_t size = (size_t)cases * RECORD;
    uint8_t *first = malloc(size), *other;
    gen_program(&p, cases, seed);
    check(t, run_flat(&p, m, 0, count), "step by step: came to the end");
    memcpy(first, flat_at(m, GEN_DATA), size);
    check(t, run_flat(&p, m, 0, NULL), "at full speed: came to the end");
    compare(t, &p, "full speed against step by step", flat_at(m, GEN_DATA), first);
    check(t, run_flat(&p, m, seed | 1, NULL), "shaken: came to the end");
    compare(t, &p, "shaken against step by step", flat_at(m, GEN_DATA), first);
    check(t, j->hart.jit != NULL, "there is a translator for this host");
    check(t, run_flat(&p, j, 0, NULL), "translated: came to the end");
    compare(t, &p, "translated against step by step", flat_at(j, GEN_DATA), first);
    check(t, run_flat(&p, j, seed | 1, NULL), "translated, shaken: came to the end");
    compare(t, &p, "translated, shaken against step by step", flat_at(j, GEN_DATA), first);
    check(t, jit_made(j->hart.jit).flushes > 0, "code memory was never full");
    other = run_qemu(&p, dir);
    check(t, other != NULL, "qemu-riscv64 ran to the end");
    if (other)
        compare(t, &p, "frond against qemu", first, other);
    printf("program of seed %llu: %u generated instructions\n", (unsigned long long)seed, p.insns);
    free(other);
    free(first);
    gen_free(&p);
    flat_free(m);
    flat_free(j);
}

/* ---- The command ----------------------------------------------------------------------------- */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* `programs` of them, of seeds from `seed` on. */
static bool all_generated(struct tally *t, unsigned programs, unsigned cases, uint64_t seed,
                          const char *keep) {
    static uint64_t count[2][ROWS];
    char dir[] = "/tmp/isa-test-XXXXXX", command[64];
    double start = now();
    if (!keep && !mkdtemp(dir))
        return false;
    printf("seed %llu\n", (unsigned long long)seed);
    for (unsigned n = 0; n < programs; n++)
        generated(t, cases, seed + n, keep ? keep : dir, count);
    printf("generated programs: %.1f s\n", now() - start);
    coverage(t, count);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return keep || system(command) == 0;
}

int main(int argc, char **argv) {
    unsigned programs = 8, cases = 7000;
    uint64_t seed = (uint64_t)time(NULL);
    const char *keep = NULL;
    struct tally t = {0};
    for (int n = 1; n + 1 < argc; n += 2) {
        const char *value = argv[n + 1];
        if (!strcmp(argv[n], "--seed"))
            seed = strtoull(value, NULL, 0);
        else if (!strcmp(argv[n], "--programs"))
            programs = (unsigned)strtoul(value, NULL, 0);
        else if (!strcmp(argv[n], "--cases"))
            cases = (unsigned)strtoul(value, NULL, 0);
        else if (!strcmp(argv[n], "--keep"))
            keep = value;
        else if (!strcmp(argv[n], "--bench"))
            return bench(value);
    }
    if (cases < 1 || cases > GEN_CASES_MAX || !all_generated(&t, programs, cases, seed, keep))
        return 2;
    rows_test(&t);
    blocks_test(&t, false);
    blocks_test(&t, true);
    fp_test_host(&t, seed, false);
    fp_test_host(&t, seed, true);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed != 0;
}
