/*
 * lockstep.c - generated programs on the interpreter and on the translator: lockstep-test [--kind NAME]
 * [--seed N] [--seeds N] [--first].
 *
 * Both machines are entered with the same budgets, lines, clocks and data; after each slice the whole
 * descriptor of node 0 (registers, CSRs, devices, exit) and the hash of everything must be equal.
 * What differs is reduced to the least budget of that slice that shows it. --first: up to the first failure.
 */
#include "lockstep.h"
#include "../../jit/unit.h"
#include "../replay/follow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 60000, SLICES = 600, SEEDS = 120, LEAST = 1000000 };
enum { FOLLOWED = 8 }; /* of so many programs with children the model follows one */
enum { LEVELS = 3, SIZE = LEVELS * NODE_SIZE + NODE_FAR };

static const struct kind kinds[] = {
    {.name = "integers",
     .weight = {[P_ALU] = 12, [P_LOOP] = 6, [P_SKIP] = 8, [P_CALL] = 1, [P_TABLE] = 1}},
    {.name = "loops", .weight = {[P_ALU] = 4, [P_LOOP] = 8, [P_SKIP] = 6, [P_MEMORY] = 2}},
    {.name = "calls",
     .weight = {[P_ALU] = 4, [P_LOOP] = 4, [P_SKIP] = 4, [P_CALL] = 8, [P_TABLE] = 6}},
    {.name = "floating",
     .weight = {[P_ALU] = 2, [P_LOOP] = 4, [P_SKIP] = 8, [P_FP] = 16, [P_CSR] = 1, [P_MEMORY] = 1}},
    {.name = "memory", .weight = {[P_ALU] = 2, [P_LOOP] = 4, [P_SKIP] = 2, [P_MEMORY] = 14}},
    {.name = "far",
     .weight = {[P_ALU] = 1, [P_LOOP] = 4, [P_SKIP] = 1, [P_MEMORY] = 14},
     .far = true},
    {.name = "atomics",
     .weight = {[P_ALU] = 4, [P_LOOP] = 4, [P_SKIP] = 2, [P_MEMORY] = 2, [P_AMO] = 8}},
    {.name = "csrs", .weight = {[P_ALU] = 6, [P_LOOP] = 4, [P_SKIP] = 2, [P_FP] = 4, [P_CSR] = 6}},
    {.name = "patches",
     .weight = {[P_ALU] = 8, [P_LOOP] = 5, [P_SKIP] = 4, [P_CALL] = 2, [P_PATCH] = 3}},
    {.name = "interrupts",
     .weight =
         {[P_ALU] = 6, [P_LOOP] = 6, [P_SKIP] = 4, [P_FP] = 2, [P_MEMORY] = 3, [P_TIMER] = 3}},
    {.name = "paging",
     .weight = {[P_ALU] = 4, [P_LOOP] = 5, [P_SKIP] = 2, [P_MEMORY] = 8, [P_FP] = 2, [P_PTE] = 4},
     .paging = true,
     .mode = FROND_MODE_S},
    {.name = "modes-bare",
     .weight = {[P_ALU] = 4,
                [P_LOOP] = 5,
                [P_SKIP] = 2,
                [P_MEMORY] = 4,
                [P_FP] = 2,
                [P_CSR] = 1,
                [P_MODE] = 4}},
    {.name = "modes",
     .weight = {[P_ALU] = 4,
                [P_LOOP] = 5,
                [P_SKIP] = 2,
                [P_MEMORY] = 4,
                [P_CALL] = 2,
                [P_MODE] = 4,
                [P_PTE] = 1},
     .paging = true},
    {.name = "children",
     .weight = {[P_ALU] = 6,
                [P_LOOP] = 6,
                [P_SKIP] = 4,
                [P_MEMORY] = 3,
                [P_FP] = 2,
                [P_TIMER] = 1,
                [P_ENTER] = 3},
     .levels = 1},
    {.name = "grandchildren",
     .weight =
         {[P_ALU] = 6, [P_LOOP] = 6, [P_SKIP] = 4, [P_MEMORY] = 2, [P_PATCH] = 1, [P_ENTER] = 4},
     .levels = 2},
    {.name = "everything",
     .weight = {8, 7, 5, 2, 2, 4, 4, 2, 2, 2, 2, 2, 2, 2},
     .paging = true,
     .levels = 2},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* What has failed once, with the mutant (test/mutants/jit) that brings the defect back. A change of gen.c makes other
 * programs of the seeds: then those go here that the mutant fails on. */
static const struct {
    const char *kind;
    uint64_t seed;
} failed_once[] = {
    {"children", 20}, /* store-f: a store of f that faults was told without FROND_XF_FP */
};

/* One machine of the two, and where it is in its run. */
struct run {
    struct frond *m;
    uint64_t random;
    uint64_t budget; /* of the last slice */
    unsigned slices;
    bool over;
};

/* Stretches of node 0's memory that it is to change itself. */
enum { PART_CODE, PART_TABLES, PARTS };
static const struct {
    const char *name;
    unsigned first, pages;
} parts[PARTS] = {{"code", 1, 15}, {"page tables", 32, 10}};

static struct {
    uint64_t programs, slices, steps, retired;
    uint64_t looks,
        translated; /* slices that ended with node 0's own code; at what had been translated */
    uint64_t units, reasons[8];
    uint64_t traps[2][16];       /* exceptions and interrupts, by cause, of all nodes */
    uint64_t enters, own[PARTS]; /* of children; programs that have stored to these */
    uint64_t followed;           /* programs that the model has followed */
} total;

static struct frond_code *code;
static uint8_t seen[NODE_SIZE / 2]; /* what has been translated, by pc / 2 */
static const struct frond_name root;

static void stop(const char *what) {
    fprintf(stderr, "lockstep-test: %s\n", what);
    exit(2);
}

static void mark_unit(void *opaque, const struct frond_unit *u) {
    (void)opaque;
    for (unsigned n = 0; n < u->insns; n++)
        seen[u->insn[n].pc % NODE_SIZE / 2] = 1;
}

/* Bytes of the machine's RAM. */
static size_t size_of(const struct kind *k) {
    return (k->levels + 1u) * NODE_SIZE + (k->far ? NODE_FAR : 0);
}

/* ---- A machine --------------------------------------------------------------------------------------- */

static void build(struct frond *m, const struct kind *k, uint64_t seed) {
    static uint8_t memory[SIZE];
    uint64_t random = seed;

    memset(memory, 0, sizeof memory);
    for (unsigned n = 0; n <= k->levels; n++) {
        struct frond_desc d = {.magic = FROND_MAGIC, .version = FROND_ABI_VERSION};
        uint8_t *above = memory + (n == 0 ? 0 : n - 1) * NODE_SIZE;
        uint64_t size = (uint64_t)(k->levels + 1 - n) * NODE_SIZE;
        struct frond_range range = {NODE_RAM, size, NODE_RAM + NODE_SIZE, 7};
        generate(memory + n * NODE_SIZE, n == 0 ? frond_desc(m) : &d, k, k->levels - n,
                 draw(&random));
        if (n == 0)
            continue;
        d.map_p = d.map_np = (struct frond_map){NODE_RAM + NODE_CHILD_MAP, 1};
        memcpy(above + NODE_CHILD, &d, sizeof d);
        memcpy(above + NODE_CHILD_MAP, &range, sizeof range);
    }
    if (frond_load(m, NODE_RAM, memory, (k->levels + 1u) * NODE_SIZE) != FROND_OK)
        stop(frond_error(m));
}

static struct run begin(const struct kind *k, uint64_t seed, bool translate) {
    struct run r = {.random = ~seed};
    struct frond_options o;

    frond_options_default(&o);
    o.memory = size_of(k);
    o.interpret = !translate;
    o.hot = seed % 4 == 3 ? 64 : 1;
    o.shake = translate && seed % 3 == 2 ? seed : 0;
    o.shake_every = 500;
    o.code = translate ? code : NULL;
    r.m = frond_new(&o);
    if (!r.m)
        stop("no memory for a machine");
    build(r.m, k, seed);
    return r;
}

/* What the host does before a slice: budgets of all sizes, and now and then a line, the clock, some data. */
static void prepare(struct run *r) {
    static const unsigned most[] = {8, 200, 2000, 2000, 4000};
    struct frond_desc *d = frond_desc(r->m);
    uint64_t n = draw(&r->random), data = draw(&r->random);

    d->budget = r->budget = 1 + draw(&r->random) % most[n % 5];
    if (d->exit.reason == FROND_EXIT_IDLE && d->deadline != UINT64_MAX && n >> 8 & 1)
        d->clock = d->deadline;
    else if (d->exit.reason == FROND_EXIT_IDLE)
        d->wait = 0;
    if ((n >> 16) % 8 == 0)
        d->lines ^= 1u << FROND_IRQ_UART;
    if ((n >> 24) % 16 == 0)
        d->clock += data % 300;
    if ((n >> 32) % 16 == 0)
        frond_write(r->m, root, NODE_RAM + NODE_SIZE / 4 + data % (NODE_SIZE / 4 - 8), &data, 8);
}

/* One slice, of `budget` steps if that is not 0. */
static void slice(struct run *r, uint64_t budget) {
    prepare(r);
    if (budget != 0)
        frond_desc(r->m)->budget = budget;
    if (frond_enter(r->m) != FROND_OK)
        stop(frond_error(r->m));
    uint32_t reason = frond_desc(r->m)->exit.reason;
    r->slices++;
    r->over = (reason != FROND_EXIT_BUDGET && reason != FROND_EXIT_IDLE) || r->slices == SLICES ||
              frond_now(r->m) >= STEPS;
}

static uint64_t hash(struct frond *m) {
    uint64_t h = 0, holes;

    if (frond_hash(m, root, &h, &holes) != FROND_OK)
        stop(frond_error(m));
    return h;
}

static bool equal(struct run *a, struct run *b) {
    return memcmp(frond_desc(a->m), frond_desc(b->m), sizeof(struct frond_desc)) == 0 &&
           frond_now(a->m) == frond_now(b->m) && hash(a->m) == hash(b->m);
}

/* ---- What differs -------------------------------------------------------------------------------------- */

#define CSR(name)                                                                                  \
    { offsetof(struct frond_desc, csr.name), #name }
static const struct {
    size_t at;
    const char *name;
} fields[] = {
    {FROND_D_BUDGET, "budget"},
    {FROND_D_CLOCK, "clock"},
    {FROND_D_EXIT, "exit"},
    {FROND_D_PEND, "pend"},
    {FROND_D_STATUS, "status"},
    {FROND_D_PLIC, "plic"},
    {FROND_D_CLINT, "clint"},
    {FROND_D_PC, "pc"},
    {FROND_D_MODE, "mode"},
    {FROND_D_X, "x"},
    {FROND_D_F, "f"},
    CSR(fcsr),
    CSR(mstatus),
    CSR(medeleg),
    CSR(mideleg),
    CSR(mie),
    CSR(mip),
    CSR(mtvec),
    CSR(mscratch),
    CSR(mepc),
    CSR(mcause),
    CSR(mtval),
    CSR(mcounteren),
    CSR(mcountinhibit),
    CSR(menvcfg),
    CSR(stvec),
    CSR(sscratch),
    CSR(sepc),
    CSR(scause),
    CSR(stval),
    CSR(scounteren),
    CSR(senvcfg),
    CSR(satp),
    CSR(stimecmp),
    CSR(mcycle_offset),
    CSR(minstret),
    CSR(pmpaddr),
    CSR(pmpcfg),
    CSR(res_addr),
    CSR(res_value),
    CSR(res_width),
};

static void tell_desc(struct run *a, struct run *b) {
    for (size_t at = 0; at < sizeof(struct frond_desc); at += 8) {
        uint64_t va, vb;
        unsigned f = 0;
        memcpy(&va, (const uint8_t *)frond_desc(a->m) + at, 8);
        memcpy(&vb, (const uint8_t *)frond_desc(b->m) + at, 8);
        while (f + 1 < sizeof fields / sizeof fields[0] && fields[f + 1].at <= at)
            f++;
        if (va != vb)
            printf("    %s + %zu: 0x%llx interpreted, 0x%llx translated\n", fields[f].name,
                   (at - fields[f].at) / 8, (unsigned long long)va, (unsigned long long)vb);
    }
}

static void tell_memory(struct run *a, struct run *b, const struct kind *k) {
    static uint8_t of[2][SIZE];
    size_t size = size_of(k);

    if (frond_read(a->m, root, NODE_RAM, of[0], size) ||
        frond_read(b->m, root, NODE_RAM, of[1], size))
        stop("node 0's memory cannot be read");
    for (size_t at = 0; at < size; at++) {
        if (of[0][at] == of[1][at])
            continue;
        printf("    memory at 0x%llx: 0x%02x interpreted, 0x%02x translated\n",
               (unsigned long long)(NODE_RAM + at), of[0][at], of[1][at]);
        return;
    }
}

/* The instruction at node 0's pc, as far as that is in its program. */
static void tell_insn(struct run *r) {
    uint64_t pc = frond_desc(r->m)->pc;
    char text[UNIT_TEXT];
    struct decoded d;
    uint32_t bits = 0;

    if (frond_read(r->m, root, NODE_RAM + pc % NODE_SIZE, &bits, 4) != FROND_OK)
        return;
    decode(bits, &d);
    unit_text(&d, pc, text);
    printf("    before it pc 0x%llx, mode %u: %s\n", (unsigned long long)pc, frond_desc(r->m)->mode,
           text);
}

/* Both machines, from the beginning to the slice `n`, that with this budget. */
static void again(struct run pair[2], const struct kind *k, uint64_t seed, unsigned n,
                  uint64_t budget) {
    for (unsigned i = 0; i < 2; i++) {
        pair[i] = begin(k, seed, i == 1);
        while (pair[i].slices < n)
            slice(&pair[i], 0);
        if (budget > 0)
            slice(&pair[i], budget);
    }
}

static void end(struct run pair[2]) {
    frond_free(pair[0].m);
    frond_free(pair[1].m);
}

/* Slice n, of `budget` steps, ends differently: prints how after the least budget that shows it. */
static void reduce(const struct kind *k, uint64_t seed, unsigned n, uint64_t budget) {
    uint64_t good = 0;
    struct run pair[2];

    while (budget - good > 1) {
        uint64_t middle = good + (budget - good) / 2;
        again(pair, k, seed, n, middle);
        if (equal(&pair[0], &pair[1]))
            good = middle;
        else
            budget = middle;
        end(pair);
    }
    printf("    slice %u, step %llu of it:\n", n, (unsigned long long)budget);
    again(pair, k, seed, n, good);
    tell_insn(&pair[0]);
    end(pair);
    again(pair, k, seed, n, budget);
    tell_desc(&pair[0], &pair[1]);
    tell_memory(&pair[0], &pair[1], k);
    end(pair);
}

/* ---- A row ---------------------------------------------------------------------------------------------- */

static void add_node(void *opaque, struct frond_name n, const struct frond_stats *s) {
    (void)opaque;
    (void)n;
    total.retired += s->retired;
}

/* An event of the interpreter's. */
static void count_event(void *opaque, const char *text) {
    const char *cause = strstr(text, " trap #");
    unsigned long long n;

    (void)opaque;
    if (strstr(text, " enter #") && !strstr(text, " 0 enter #"))
        total.enters++;
    cause = cause ? strstr(cause, "cause=") : NULL;
    if (cause && sscanf(cause + 6, "%llx", &n) == 1)
        total.traps[n >> 63][n % 16]++;
}

/* What the parts of node 0 come to. */
static void sum_parts(struct run *r, uint64_t sum[PARTS]) {
    static uint64_t words[NODE_SIZE / 8];

    for (unsigned n = 0; n < PARTS; n++) {
        size_t size = parts[n].pages * NODE_PAGE;
        if (frond_read(r->m, root, NODE_RAM + parts[n].first * NODE_PAGE, words, size) != FROND_OK)
            stop("node 0's memory cannot be read");
        sum[n] = 0;
        for (size_t k = 0; k < size / 8; k++)
            sum[n] = (sum[n] ^ words[k]) * 0x9e3779b97f4a7c15;
    }
}

static void count(struct run pair[2], const uint64_t sum_before[PARTS]) {
    uint64_t sum[PARTS];

    sum_parts(&pair[0], sum);
    for (unsigned n = 0; n < PARTS; n++)
        total.own[n] += sum[n] != sum_before[n];
    total.programs++;
    total.steps += frond_now(pair[0].m);
    total.units += frond_translated(pair[1].m).units;
    if (frond_each_node(pair[0].m, add_node, NULL) != FROND_OK)
        stop(frond_error(pair[0].m));
}

/* Where a slice ended, if that is node 0's own code: its pc is in a unit or not. */
static void look(struct run *r, const struct kind *k) {
    const struct frond_desc *d = frond_desc(r->m);

    total.slices++;
    total.reasons[d->exit.reason % 8]++;
    if (k->levels > 0)
        return;
    total.looks++;
    total.translated += seen[d->pc % NODE_SIZE / 2];
}

/* Ends what follow began; false, with a line, if the model forbids an event. */
static bool allowed(struct follower *f, const struct kind *k, uint64_t seed) {
    const char *forbidden = follow_end(f);

    if (forbidden)
        printf("FAIL %s %llu: the model forbids: %s\n", k->name, (unsigned long long)seed,
               forbidden);
    total.followed += f->observer != NULL;
    return !forbidden;
}

static bool run_program(const struct kind *k, uint64_t seed) {
    struct run pair[2];
    struct follower follower = {.observer = NULL};
    unsigned before = 0;
    uint64_t budget = 0, sum[PARTS];
    bool same = true;

    again(pair, k, seed, 0, 0);
    memset(seen, 0, sizeof seen);
    frond_on_unit(pair[1].m, mark_unit, NULL);
    frond_on_event(pair[0].m, count_event, NULL);
    if (k->levels > 0 && seed % FOLLOWED == 0 && !follow(&follower, pair[1].m))
        stop("no memory for the model");
    sum_parts(&pair[0], sum);
    while (same && !pair[0].over) {
        before = pair[0].slices;
        slice(&pair[0], 0);
        slice(&pair[1], 0);
        budget = pair[0].budget;
        same = equal(&pair[0], &pair[1]);
        look(&pair[0], k);
    }
    count(pair, sum);
    bool legal = allowed(&follower, k, seed);
    end(pair);
    follow_free(&follower);
    if (!same) {
        printf("FAIL %s %llu: see --kind %s --seed %llu\n", k->name, (unsigned long long)seed,
               k->name, (unsigned long long)seed);
        reduce(k, seed, before, budget);
    }
    return same && legal;
}

/* ---- The command ---------------------------------------------------------------------------------------- */

static struct {
    const char *kind;
    uint64_t seed, seeds;
    bool first;
} options = {.seed = 1, .seeds = SEEDS};

static unsigned passed, failed;

static bool run_row(const struct kind *k, uint64_t seed) {
    bool ok = run_program(k, seed);

    ok ? passed++ : failed++;
    return ok || !options.first;
}

static bool run_kind(const struct kind *k) {
    if (options.kind && strcmp(options.kind, k->name) != 0)
        return true;
    printf("run %s\n", k->name);
    for (uint64_t n = 0; n < options.seeds; n++)
        if (!run_row(k, options.seed + n))
            return false;
    return true;
}

static const struct kind *kind_of(const char *name) {
    for (unsigned n = 0; n < KINDS; n++)
        if (strcmp(kinds[n].name, name) == 0)
            return &kinds[n];
    return NULL;
}

static void run_all(void) {
    for (unsigned n = 0; n < sizeof failed_once / sizeof failed_once[0]; n++)
        if (!options.kind && !run_row(kind_of(failed_once[n].kind), failed_once[n].seed))
            return;
    for (unsigned n = 0; n < KINDS; n++)
        if (!run_kind(&kinds[n]))
            return;
}

static void usage(const char *why, const char *what) {
    fprintf(stderr,
            "lockstep-test: %s%s\nusage: lockstep-test [--kind NAME] [--seed N] [--seeds N] "
            "[--first]\nkinds:",
            why, what);
    for (unsigned n = 0; n < KINDS; n++)
        fprintf(stderr, " %s", kinds[n].name);
    fprintf(stderr, "\n");
    exit(2);
}

static void parse(int argc, char **argv) {
    for (int n = 1; n < argc; n++) {
        const char *name = argv[n], *value = n + 1 < argc ? argv[n + 1] : NULL;
        char *rest = "";
        if (strcmp(name, "--first") == 0) {
            options.first = true;
            continue;
        }
        if (!value)
            usage("no such option, or no value: ", name);
        if (strcmp(name, "--kind") == 0)
            options.kind = value;
        else if (strcmp(name, "--seed") == 0)
            options.seed = strtoull(value, &rest, 0),
            options.seeds = options.seeds == SEEDS ? 1 : options.seeds;
        else if (strcmp(name, "--seeds") == 0)
            options.seeds = strtoull(value, &rest, 0);
        else
            usage("no such option: ", name);
        if (*rest)
            usage("not a number: ", value);
        n++;
    }
    if (options.kind && !kind_of(options.kind))
        usage("no such kind: ", options.kind);
}

/* What a run must have met: causes of exceptions and of interrupts. */
static const uint16_t causes[2] = {0xbbfe, 0x0aaa};

static void print_traps(void) {
    static const char *const names[2] = {"exceptions", "interrupts"};

    for (unsigned i = 0; i < 2; i++) {
        printf("%s by cause:", names[i]);
        for (unsigned n = 0; n < 16; n++)
            if (total.traps[i][n])
                printf(" %u: %llu", n, (unsigned long long)total.traps[i][n]);
        printf("\n");
    }
    printf(
        "%llu enters of children, %llu programs followed by the model; programs that changed their",
        (unsigned long long)total.enters, (unsigned long long)total.followed);
    for (unsigned n = 0; n < PARTS; n++)
        printf("%s %s: %llu", n ? ", their" : "", parts[n].name, (unsigned long long)total.own[n]);
    printf("\n");
}

static void print_totals(void) {
    uint64_t others =
        total.slices - total.reasons[FROND_EXIT_IDLE] - total.reasons[FROND_EXIT_BUDGET];

    printf("%llu programs, %llu steps, %llu instructions retired, %llu units\n",
           (unsigned long long)total.programs, (unsigned long long)total.steps,
           (unsigned long long)total.retired, (unsigned long long)total.units);
    printf("%llu slices: %llu ended idle, %llu otherwise but by budget\n",
           (unsigned long long)total.slices, (unsigned long long)total.reasons[FROND_EXIT_IDLE],
           (unsigned long long)others);
    printf("of %llu places where a slice ended %llu had been translated\n",
           (unsigned long long)total.looks, (unsigned long long)total.translated);
    print_traps();
}

/* One row of a whole run. */
static void check_total(bool ok, const char *what) {
    ok ? passed++ : failed++;
    if (!ok)
        printf("FAIL totals: %s\n", what);
}

static void check_totals(void) {
    bool met = total.enters > 0 && total.followed > 0;

    for (unsigned i = 0; i < 2; i++)
        for (unsigned n = 0; n < 16; n++)
            met &= !(causes[i] >> n & 1) || total.traps[i][n] > 0;
    for (unsigned n = 0; n < PARTS; n++)
        met &= total.own[n] > 0;
    check_total(total.retired >= LEAST, "fewer than a million instructions");
    check_total(4 * total.translated > 3 * total.looks,
                "less than three quarters of the places translated");
    check_total(met, "a cause, an enter or a change that no program has met");
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    parse(argc, argv);
    code = frond_code_new();
    if (!code)
        stop("no memory for translated code");
    run_all();
    print_totals();
    if (!options.kind && !options.first && options.seeds == SEEDS)
        check_totals();
    frond_code_free(code);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
