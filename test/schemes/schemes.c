/*
 * schemes.c - the five resolvers: schemes [--only NAME] [--seed N] [--cases N] [--first]
 *
 * For each: the property of test/core/prop.c (random trees, every access and every answer as the judge of
 * naive.c has it, N accesses in all); what an access costs, which must be what docs/schemes.md says to
 * the last reference; and what its registers might give away.
 */
#include "test/core/rows.h"
#include <stdarg.h>

uint64_t first_seed = 1975, cases = 50000;
char why[600];

bool wrong(const struct world *w, const char *format, ...) {
    va_list args;

    (void)w;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return false;
}

/* ---- What an access costs ------------------------------------------------------------------------------
 *
 * The table of f[l] lies in arena page TABLE + l and leads from page x of level l to page x + 1 of level
 * l - 1, so that no two of the pages that a walk passes are one. ranges: 1, found by the first entry
 * read, or 3, of which the last is found by the second. */

enum { TABLE = 40, DATA = 20, DEEPEST = 16 };

static bool tower(struct world *w, unsigned depth, unsigned ranges) {
    if (!world_plain(w))
        return false;
    for (unsigned l = 1; l <= depth; l++) {
        uint64_t at = (TABLE + l - (l - 1)) * PAGE;
        for (unsigned i = 0; i + 1 < ranges; i++)
            plain_range(w, TABLE + l, i, (struct frond_range){i, 1, i, 7});
        plain_range(w, TABLE + l, ranges - 1, (struct frond_range){ranges - 1, 60, ranges, 7});
        if (!plain_enter(w, l, NO_MAP, (struct frond_map){at, ranges}))
            return false;
    }
    return w->core.cost.enters == depth + 1;
}

/* What one read of a page of the top costs now. */
static bool cost_of(struct world *w, unsigned page, struct core_cost *c) {
    struct core_cost was = w->core.cost;
    struct core_answer a;

    core_resolve(&w->core, w->core.top, CORE_P, page * PAGE, FROND_R, &a);
    *c = w->core.cost;
    c->refs -= was.refs;
    c->regs -= was.regs;
    c->loads -= was.loads;
    return c->asks == was.asks + 1 && a.what == CORE_RAM && a.page == page + w->core.top;
}

static bool cost(struct world *w, struct core_cost *c) { return cost_of(w, DATA, c); }

/* The formulas of docs/schemes.md. n: depth; s: entries that a search reads; r: ranges of a table. */
struct formula {
    uint64_t cold, cold_loads, warm; /* memory references */
    uint64_t cold_regs, warm_regs;   /* register operations */
};

static uint64_t below(uint64_t n) { return n * (n + 1) / 2; } /* 1 + ... + n */

static struct formula flat_formula(uint64_t n, uint64_t s, uint64_t r) {
    (void)r;
    return (struct formula){.cold = s * below(n), .cold_regs = 1, .warm_regs = 1};
}

/* R(0) = 0; R(n): s entries of f[n], each found by R(n - 1), and R(n - 1) for where the range leads. */
static struct formula pure_formula(uint64_t n, uint64_t s, uint64_t r) {
    uint64_t refs = 0;

    (void)r;
    for (uint64_t l = 1; l <= n; l++)
        refs = (s + 1) * refs + s;
    return (struct formula){.cold = refs, .warm = refs};
}

static struct formula hv_formula(uint64_t n, uint64_t s, uint64_t r) {
    (void)r;
    return (struct formula){
        .cold = n + s * below(n), .cold_regs = 1 + n + s * below(n), .warm_regs = 1};
}

static struct formula display_formula(uint64_t n, uint64_t s, uint64_t r) {
    uint64_t m = n > CORE_DISPLAY_SIZE ? n - CORE_DISPLAY_SIZE : 0;

    (void)r;
    return (struct formula){.cold = s * (below(n) + below(m) + (n - m) * m),
                            .cold_loads = m,
                            .warm = s * (n + m),
                            .cold_regs = n + s * below(n),
                            .warm_regs = s * n};
}

static struct formula rmr_formula(uint64_t n, uint64_t s, uint64_t r) {
    return (struct formula){.cold_loads = n * r, .cold_regs = s * below(n), .warm_regs = s * n};
}

static struct formula (*formula_of(void))(uint64_t n, uint64_t s, uint64_t r) {
    return world_scheme == &core_flat      ? flat_formula
           : world_scheme == &core_pure    ? pure_formula
           : world_scheme == &core_hv      ? hv_formula
           : world_scheme == &core_display ? display_formula
                                           : rmr_formula;
}

static bool one_cost(struct world *w, unsigned n, unsigned ranges) {
    struct formula f = formula_of()(n, ranges == 1 ? 1 : 2, ranges);
    struct core_cost cold, warm;

    if (!tower(w, n, ranges))
        return wrong(w, "no tower of %u", n);
    if (!cost(w, &cold) || !cost(w, &warm))
        return wrong(w, "depth %u: another page", n);
    for (unsigned again = 0; again < 2;
         again++) { /* what is dropped comes back, at the same cost */
        if (cold.refs != f.cold || cold.loads != f.cold_loads || cold.regs != f.cold_regs)
            return wrong(
                w,
                "depth %u, %u ranges, cold: %" PRIu64 " references, %" PRIu64 " loads, %" PRIu64
                " register operations; formula %" PRIu64 ", %" PRIu64 ", %" PRIu64,
                n, ranges, cold.refs, cold.loads, cold.regs, f.cold, f.cold_loads, f.cold_regs);
        if (warm.refs != f.warm || warm.loads != 0 || warm.regs != f.warm_regs)
            return wrong(w,
                         "depth %u, %u ranges, warm: %" PRIu64 " references, %" PRIu64
                         " loads, %" PRIu64 " register operations; formula %" PRIu64
                         ", 0, %" PRIu64,
                         n, ranges, warm.refs, warm.loads, warm.regs, f.warm, f.warm_regs);
        core_drop_all(&w->core);
        world_reenter(w);
        if (!cost(w, &cold) || !cost(w, &warm))
            return wrong(w, "depth %u: another page after a drop", n);
    }
    return true;
}

/* After an access, one of another page: what was located for the first still is, but for pure and hv. */
static bool row_next_page(void) {
    enum { N = 6 };
    const struct formula f = formula_of()(N, 1, 1);
    const uint64_t refs = world_scheme == &core_flat ? N
                          : world_scheme == &core_hv ? f.cold
                                                     : f.warm;
    struct core_cost first, next;
    struct world w;

    MUST(tower(&w, N, 1) && cost(&w, &first) && cost_of(&w, DATA + 1, &next));
    MUST(next.refs == refs && next.loads == 0);
    world_free(&w);
    return true;
}

/* Where a table should be there is a window of its parent's: the parent's access fault at its ENTER. */
static bool row_table_in_window(void) {
    const uint64_t at = (PRIVATE + 1) * PAGE;
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w) && plain_enter(&w, 1, NO_MAP, (struct frond_map){at, 1}));
    core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_ISSUER && a.level == 0 && a.cause == 5 && a.tval == at);
    world_free(&w);
    return true;
}

static bool row_cost(void) {
    unsigned deepest = world_scheme == &core_pure ? 10 : DEEPEST;

    for (unsigned n = 0; n <= deepest; n++) {
        for (unsigned ranges = 1; ranges <= 3; ranges += 2) {
            struct world w;
            bool ok = one_cost(&w, n, ranges);
            world_free(&w);
            if (!ok)
                return false;
        }
    }
    return true;
}

/* Every table of more than one page of registers: a set is filled piece by piece, and each once. */
static bool row_large_table(void) {
    enum { RANGES = 160, FIRST = 128 }; /* entries in the first page of the table */
    const uint64_t last_piece = 20 * PAGE;
    struct core_cost was;
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (unsigned i = 0; i < RANGES; i++) {
        struct frond_range r = {(i < RANGES - 1 ? i : 400) * PAGE, PAGE, i % 90 * PAGE, 7};
        core_store(&w.core, 50 + i / FIRST, i % FIRST * 32, &r, sizeof r);
    }
    MUST(plain_enter(&w, 1, NO_MAP, (struct frond_map){50 * PAGE, RANGES}));
    core_resolve(&w.core, 1, CORE_P, 400 * PAGE, FROND_R, &a); /* reads both pages of the table */
    MUST(a.what == CORE_RAM && a.page == (RANGES - 1) % 90);
    uint64_t all = world_scheme == &core_rmr ? RANGES : 0;
    MUST(w.core.cost.loads == all);
    was = w.core.cost;
    core_resolve(&w.core, 1, CORE_P, last_piece, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 20);
    MUST(w.core.cost.loads == was.loads);
    world_free(&w);
    return true;
}

/* ---- What a map change costs, and that it is seen ---------------------------------------------------------- */

/* Each level's map is changed in turn, in place and by moving the range: the next access sees it. */
static bool row_change(void) {
    enum { N = 5 };

    for (unsigned level = 1; level <= N; level++) {
        struct core_cost c;
        struct core_answer a;
        struct world w;
        MUST(tower(&w, N, 1) && cost(&w, &c));
        uint64_t changes = w.core.cost.changes;
        plain_range(&w, TABLE + level, 0, (struct frond_range){0, 60, 2, 7});
        world_settle(&w);
        MUST(w.core.cost.changes == changes + 1);
        core_resolve(&w.core, N, CORE_P, DATA * PAGE, FROND_R, &a);
        /* levels above `level` find their tables one page on, too: what lies there is no table */
        struct verdict v;
        naive_resolve(&w, N, CORE_P, DATA * PAGE, FROND_R, &v);
        MUST(a.what == v.a.what &&
             (a.what == CORE_RAM ? a.page == v.a.page : a.level == v.a.level));
        plain_range(&w, TABLE + level, 0, (struct frond_range){0, 60, 1, FROND_R});
        world_settle(&w);
        core_resolve(&w.core, N, CORE_P, DATA * PAGE, FROND_W, &a);
        MUST(a.what == CORE_GAP && a.level == level && a.addr == (DATA + N - level) * PAGE);
        world_free(&w);
    }
    return true;
}

/* A range that gave nothing is given rights: nothing was derived from it, but a register may hold it. */
static bool row_grant(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    plain_range(&w, 41, 0, (struct frond_range){20, 1, 30, 0});
    MUST(plain_enter(&w, 1, NO_MAP, (struct frond_map){41 * PAGE, 1}));
    core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_GAP && a.level == 1);
    plain_range(&w, 41, 0, (struct frond_range){20, 1, 30, 1});
    world_settle(&w);
    core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 30);
    world_free(&w);
    return true;
}

/* ---- Attacks: what registers might give away ------------------------------------------------------------------ */

/* Two siblings with the same label, uid and addresses, entered in turn: neither has what the other has. */
static bool row_siblings(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (unsigned i = 0; i < 2; i++)
        plain_range(&w, 41 + i, 0, (struct frond_range){20, 1, 60 + i, 7});
    for (unsigned turn = 0; turn < 6; turn++) {
        unsigned i = turn % 2;
        MUST(plain_enter(&w, 1 + i, NO_MAP, (struct frond_map){(41 + i) * PAGE, 1}));
        core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
        MUST(a.what == CORE_RAM && a.page == 60 + i);
        world_pop(&w);
    }
    world_free(&w);
    return true;
}

/* A node that was left leaves nothing on the level that another now has: not its registers (display,
 * rmr), not its syllable (hv). The other has no map at all. */
static bool row_level_left(void) {
    struct core_answer a;
    struct world w;

    MUST(tower(&w, 3, 1));
    core_resolve(&w.core, 3, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM);
    world_pop(&w);
    MUST(plain_enter(&w, 9, NO_MAP, NO_MAP));
    core_resolve(&w.core, 3, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_GAP && a.level == 3 && a.addr == DATA * PAGE);
    core_resolve(&w.core, 3, CORE_NP, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_GAP && a.level == 3);
    world_free(&w);
    return true;
}

/* A table is cut short by a new ENTER: the entry past its end, though once in a register, is out of reach. */
static bool row_past_count(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    plain_range(&w, 41, 0, (struct frond_range){19, 1, 30, 7});
    plain_range(&w, 41, 1, (struct frond_range){20, 1, 31, 7});
    MUST(plain_enter(&w, 1, NO_MAP, (struct frond_map){41 * PAGE, 2}));
    core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == 31);
    world_pop(&w);
    MUST(plain_enter(&w, 1, NO_MAP, (struct frond_map){41 * PAGE, 1}));
    core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_GAP && a.level == 1);
    world_free(&w);
    return true;
}

/* The map of the mode that an access does not have is not used, though its register is full. */
static bool row_other_mode(void) {
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    plain_range(&w, 41, 0, (struct frond_range){20, 1, 30, 7});
    plain_range(&w, 42, 0, (struct frond_range){20, 1, 31, 7});
    MUST(plain_enter(&w, 1, (struct frond_map){42 * PAGE, 1}, (struct frond_map){41 * PAGE, 1}));
    for (unsigned turn = 0; turn < 2; turn++) {
        core_resolve(&w.core, 1, CORE_P, DATA * PAGE, FROND_R, &a);
        MUST(a.what == CORE_RAM && a.page == 30);
        core_resolve(&w.core, 1, CORE_NP, DATA * PAGE, FROND_R, &a);
        MUST(a.what == CORE_RAM && a.page == 31);
    }
    world_free(&w);
    return true;
}

/* A child's range leads to its parent's own descriptor: a gap in the map that the way there has gone by, which is
 * map_np from an issuer in U-mode on. */
static bool row_gap_mode(void) {
    enum { PT = 45 };

    for (unsigned user = 0; user < 2; user++) {
        struct core_answer a;
        struct world w;

        MUST(world_plain(&w));
        for (uint64_t i = 0; i < SPACE; i++) {
            uint64_t pte = i * PAGE | 7 << 1 | PTE_VALID;
            core_store(&w.core, PT, (unsigned)i * 8, &pte, sizeof pte);
        }
        plain_range(&w, 41, 0, (struct frond_range){0, 60, 0, 7});
        plain_range(&w, 42, 0, (struct frond_range){0, 60, 0, 7});
        plain_range(&w, 43, 0, (struct frond_range){20, 1, 1, 7}); /* page 1: node 1's descriptor */
        MUST(
            plain_enter(&w, 1, (struct frond_map){42 * PAGE, 1}, (struct frond_map){41 * PAGE, 1}));
        level_desc(&w, 1)->mode = user ? FROND_MODE_U : FROND_MODE_M;
        level_desc(&w, 1)->csr.satp = PT * PAGE;
        MUST(plain_enter(&w, 2, NO_MAP, (struct frond_map){43 * PAGE, 1}));
        core_resolve(&w.core, 2, CORE_P, DATA * PAGE, FROND_R, &a);
        MUST(a.what == CORE_GAP && a.kind == FROND_FAULT_DESC && a.level == 1 && a.addr == PAGE);
        MUST(a.mode == (user ? CORE_NP : CORE_P));
        world_free(&w);
    }
    return true;
}

/* A parent's map moves the page that a child's table lies in: the registers that pointed at the old one, or
 * hold what stood there, are void. */
static bool row_table_moved(void) {
    struct core_answer a;
    struct world w;

    MUST(tower(&w, 2, 1));
    core_resolve(&w.core, 2, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == DATA + 2);
    const uint64_t emptied = w.core.cost.emptied;
    plain_range(&w, 70, 0, (struct frond_range){0, 60, 5, 7}); /* the table in its new place */
    plain_range(&w, TABLE + 1, 0, (struct frond_range){0, 60, 70 - 41, 7});
    world_settle(&w);
    core_resolve(&w.core, 2, CORE_P, DATA * PAGE, FROND_R, &a);
    MUST(a.what == CORE_RAM && a.page == DATA + 5 + 70 - 41);
    MUST((w.core.cost.emptied > emptied) == (!world_scheme->flat && world_scheme->held));
    world_free(&w);
    return true;
}

/* More levels share one page for their tables than the watch has room for: an end, and the right answer. */
static bool row_one_page(void) {
    enum { LONG = LEVELS - 1, USERS = 4 };
    struct core_answer a;
    struct world w;

    MUST(world_plain(&w));
    for (unsigned l = 1; l <= LONG; l++) {
        for (unsigned m = 0; m < USERS; m++)
            plain_range(&w, 41, USERS * (l - 1) + m, (struct frond_range){0, 60, 0, 7});
        MUST(plain_enter(&w, l, (struct frond_map){41 * PAGE + (USERS * (l - 1) + 1) * 32, 1},
                         (struct frond_map){41 * PAGE + USERS * (l - 1) * 32, 1}));
    }
    for (unsigned l = world_scheme == &core_pure ? 12 : LONG; l > 0; l -= 1) {
        core_resolve(&w.core, l, CORE_P, 30 * PAGE, FROND_R, &a);
        MUST(a.what == CORE_RAM && a.page == 30);
        core_resolve(&w.core, l, CORE_NP, 30 * PAGE, FROND_R, &a);
        MUST(a.what == CORE_RAM && a.page == 30);
    }
    world_free(&w);
    return true;
}

/* `cases` accesses, of which a step of the property makes one in three. */
static bool row_property(void) {
    const uint64_t asked = cases;

    cases = 3 * asked;
    judged = 0;
    bool ok = prop_rows.row[1].run();
    cases = asked;
    return ok && (judged >= asked || wrong(NULL, "%" PRIu64 " accesses were judged", judged));
}

static bool row_no_memory(void) { return prop_rows.row[2].run(); }

/* ---- Running ------------------------------------------------------------------------------------------------------ */

static const struct row rows[] = {
    {"what an access costs, by the formulas", row_cost},
    {"what the next page costs", row_next_page},
    {"a table of more than a page", row_large_table},
    {"attack: a table in a private window", row_table_in_window},
    {"a change is seen at each level", row_change},
    {"a range that gave nothing is granted", row_grant},
    {"attack: a sibling's entry under the same name", row_siblings},
    {"attack: what the last node of a level left", row_level_left},
    {"attack: past the end of the table", row_past_count},
    {"attack: the other mode's map", row_other_mode},
    {"the map of a descriptor's gap", row_gap_mode},
    {"attack: a table that its parent has moved", row_table_moved},
    {"attack: all tables in one page", row_one_page},
    {"random trees, every access as the judge has it", row_property},
    {"host memory runs out at every allocation", row_no_memory},
};

static bool passes(const struct row *row) {
    alloc_held = 0;
    if (!row->run())
        return false;
    if (alloc_held != 0 || alloc_wrong)
        return wrong(NULL, "%" PRIu64 " bytes are left, or one was freed wrongly", alloc_held);
    return true;
}

int main(int argc, char **argv) {
    static const struct core_scheme *const all[] = {&core_flat, &core_pure, &core_hv, &core_display,
                                                    &core_rmr};
    unsigned passed = 0, failed = 0;
    const char *only = NULL;
    bool first = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first_seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--cases") == 0 && i + 1 < argc)
            cases = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
        first |= strcmp(argv[i], "--first") == 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("schemes: seed %" PRIu64 ", %" PRIu64 " cases each\n", first_seed, cases);
    for (unsigned s = 0; s < sizeof all / sizeof all[0]; s++) {
        world_scheme = all[s];
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            if ((only && strcmp(only, world_scheme->name) != 0) || (first && failed))
                continue;
            if (first)
                printf("run  %s, %s\n", world_scheme->name, rows[i].name);
            bool ok = passes(&rows[i]);
            printf("%s %s, %s%s%s\n", ok ? "ok  " : "FAIL", world_scheme->name, rows[i].name,
                   ok ? "" : ": ", ok ? "" : why);
            passed += ok;
            failed += !ok;
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
