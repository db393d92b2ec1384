/*
 * bench_maps.c - frond bench maps: what the five resolvers cost by depth. It asks the resolvers of core/ directly, for a
 * harts' TLBs would answer most accesses; the world is a tower of nodes of one range each, as in docs/schemes.md.
 */
#include "../core/core.h"
#include "../host/host.h"
#include "bench.h"
#include "cli.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pages of the arena: descriptors from 1 on, tables from TABLE on; page x of level l is page x + l of the arena. */
enum {
    DEEPEST = 64,
    DATA = 100,
    TABLE = 200,
    NEW = 400,
    CHILDREN = 64,
    PAGES = 512,
    SPAN = 300,
    GAP = 301
};
enum { ROUNDS = 64 };
#define SECOND 1000000000u
#define PAGE   ((uint64_t)FROND_PAGE_SIZE)

/* ---- The tower ------------------------------------------------------------------------------------------ */

struct tower {
    struct core core;
    struct core_isa isa;
    struct frond_range root;
    struct frond_desc desc0;
    uint8_t *arena;
};

static enum core_issue issue(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out) {
    (void)opaque, (void)level, (void)access;
    *out = (struct core_issued){.pa = va, .perm = 7, .mode = CORE_P};
    return CORE_ISSUE_OK;
}

static void issuer_state(void *opaque, unsigned level, uint64_t out[4]) {
    (void)opaque, (void)level;
    memset(out, 0, 4 * sizeof *out);
}

static void drop(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last) {
    (void)opaque, (void)ctx, (void)first, (void)last;
}

static void drop_all(void *opaque, struct core_ctx *ctx) { (void)opaque, (void)ctx; }

static void protect(void *opaque, struct core_ctx *ctx, uint32_t page) {
    (void)opaque, (void)ctx, (void)page;
}

static bool no_window(uint64_t addr) {
    (void)addr;
    return false;
}
/* Each page is looked up by itself. */
static uint64_t plain_from(void *opaque, unsigned level) {
    (void)opaque, (void)level;
    return UINT64_MAX;
}

static void *take(void *opaque, size_t size) {
    (void)opaque;
    return host_alloc(size);
}

static void give(void *opaque, void *p, size_t size) {
    (void)opaque, (void)size;
    host_free(p);
}

static struct frond_desc *desc_at(struct tower *t, uint32_t page) {
    return (struct frond_desc *)(void *)(t->arena + page * PAGE);
}

/* Enters a child of the top, whose table lies in arena page `table` and whose descriptor in `page`. */
static bool enter(struct tower *t, uint32_t page, uint32_t table) {
    const struct frond_range r = {0, SPAN * PAGE, PAGE, 7};
    struct frond_desc *d = desc_at(t, page);

    core_store(&t->core, table, 0, &r, sizeof r);
    d->map_p = (struct frond_map){.addr = (table - t->core.top) * PAGE, .count = 1};
    return core_push(&t->core, page, d);
}

static bool tower_make(struct tower *t, const struct core_scheme *scheme, unsigned depth) {
    memset(t, 0, sizeof *t);
    t->isa = (struct core_isa){.issue = issue,
                               .issuer_state = issuer_state,
                               .drop = drop,
                               .drop_all = drop_all,
                               .protect = protect,
                               .free_isa = drop_all,
                               .private_window = no_window,
                               .plain_from = plain_from,
                               .memory = {NULL, take, give}};
    t->root = (struct frond_range){0, PAGES * PAGE, 0, 7};
    t->arena = host_reserve(PAGES * PAGE);
    if (!t->arena || !core_init(&t->core, &t->isa, t->arena, PAGES))
        return false;
    t->core.scheme = scheme;
    t->core.root = &t->root;
    t->core.root_count = 1;
    bool ok = core_push(&t->core, CORE_NO_PAGE, &t->desc0);
    for (unsigned l = 1; ok && l <= depth; l++)
        ok = enter(t, l, TABLE + l);
    return ok;
}

static void tower_free(struct tower *t) {
    if (t->core.isa)
        core_done(&t->core);
    if (t->arena)
        host_release(t->arena, PAGES * PAGE);
}

/* The whole path left and entered again, as the machine does after a change below the top. */
static bool again(struct tower *t) {
    unsigned top = t->core.top;

    t->core.stale = false;
    while (!t->core.empty)
        core_pop(&t->core);
    bool ok = core_push(&t->core, CORE_NO_PAGE, &t->desc0);
    for (unsigned l = 1; ok && l <= top; l++)
        ok = core_push(&t->core, l, desc_at(t, l));
    return ok;
}

/* ---- What is measured --------------------------------------------------------------------------------------- */

enum { COLD, WARM, FAULT, CHILD, CHANGE, KINDS };

struct figures {
    uint64_t refs[2], loads; /* of one access, COLD and WARM; loads: cold */
    double ns[KINDS];        /* of one, the median of the rounds */
};

static bool ask(struct tower *t, uint64_t page, enum core_what what) {
    struct core_answer a;

    core_resolve(&t->core, t->core.top, CORE_P, page * PAGE, FROND_R, &a);
    return a.what == what;
}

static bool child_made(struct tower *t, unsigned i) {
    bool ok = enter(t, NEW + i, TABLE + DEEPEST + 1) && ask(t, DATA, CORE_RAM);

    core_pop(&t->core);
    core_activate(&t->core);
    return ok;
}

/* The top's own range gets other rights, and the next access sees them. */
static bool map_changed(struct tower *t, unsigned i) {
    const struct frond_range r = {0, SPAN * PAGE, PAGE, i % 2 ? 7 : 3};

    if (t->core.top > 0)
        core_store(&t->core, TABLE + t->core.top, 0, &r, sizeof r);
    return ask(t, DATA, CORE_RAM);
}

static bool one(struct tower *t, unsigned kind, unsigned i) {
    switch (kind) {
    case FAULT: return ask(t, t->core.top ? GAP : PAGES, CORE_GAP);
    case CHILD: return child_made(t, i);
    case CHANGE: return map_changed(t, i);
    default: return ask(t, DATA, CORE_RAM);
    }
}

/* Rounds of one kind, `limit` ns at most; their median, as the machine may have other work. */
static bool measure(struct tower *t, unsigned kind, uint64_t limit, double *ns) {
    double took[ROUNDS];
    uint64_t spent = 0;
    unsigned n = 0;

    for (; n < ROUNDS && (n == 0 || spent < limit); n++) {
        if (kind == COLD) {
            core_drop_all(&t->core);
            if (!again(t))
                return false;
        }
        uint64_t start = host_now();
        if (!one(t, kind, n))
            return false;
        uint64_t ns_once = host_now() - start;
        took[n] = (double)ns_once;
        spent += ns_once;
    }
    *ns = bench_median(took, n);
    return true;
}

static bool count(struct tower *t, struct figures *f) {
    core_drop_all(&t->core);
    bool ok = again(t);
    for (unsigned kind = COLD; ok && kind <= WARM; kind++) {
        const struct core_cost was = t->core.cost;
        ok = ask(t, DATA, CORE_RAM);
        f->refs[kind] = t->core.cost.refs - was.refs;
        f->loads += t->core.cost.loads - was.loads;
    }
    return ok;
}

static bool figures_of(const struct core_scheme *scheme, unsigned depth, uint64_t limit,
                       struct figures *f) {
    struct tower t;

    *f = (struct figures){0};
    bool ok = tower_make(&t, scheme, depth) && count(&t, f);
    for (unsigned kind = 0; ok && kind < KINDS; kind++)
        ok = measure(&t, kind, limit, &f->ns[kind]);
    tower_free(&t);
    return ok;
}

/* ---- Tables, fits, plots -------------------------------------------------------------------------------------- */

static const unsigned depths[] = {0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 26, 32, 48, 64};
enum { ROWS = sizeof depths / sizeof depths[0] };
static const char *const kinds[KINDS] = {"cold", "warm", "fault", "child", "change"};

/* What a time grows with: n, T(n) = n(n + 1)/2, or (its logarithm with) n. */
enum shape { LINEAR, SQUARE, EXPONENTIAL };

static enum shape shape_of(const struct core_scheme *scheme, unsigned kind) {
    if (scheme == &core_pure)
        return EXPONENTIAL;
    return kind == COLD || (scheme == &core_hv && kind != WARM) ? SQUARE : LINEAR;
}

/* Least squares: y = a + b x. An exponential is fitted from depth 4 on, where it is what is seen. */
static void fit(const struct figures *f, unsigned rows, unsigned kind, enum shape shape, double *a,
                double *b) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;

    for (unsigned i = shape == EXPONENTIAL ? 4 : 0; i < rows; i++) {
        double d = depths[i], u = shape == SQUARE ? d * (d + 1) / 2 : d;
        double v = shape == EXPONENTIAL ? log2(f[i].ns[kind]) : f[i].ns[kind];
        n++, x += u, y += v, xx += u * u, xy += u * v;
    }
    *b = n * xx == x * x ? 0 : (n * xy - x * y) / (n * xx - x * x);
    *a = n > 0 ? (y - *b * x) / n : 0;
}

static void print_fits(const struct core_scheme *scheme, const struct figures *f, unsigned rows) {
    printf("fitted, ns:");
    for (unsigned kind = 0; kind < KINDS; kind++) {
        enum shape shape = shape_of(scheme, kind);
        double a, b;
        fit(f, rows, kind, shape, &a, &b);
        if (shape == EXPONENTIAL)
            printf("  %s %.1f * %.2f^n", kinds[kind], exp2(a), exp2(b));
        else
            printf("  %s %.0f + %.1f %s", kinds[kind], a, b, shape == SQUARE ? "T(n)" : "n");
    }
    putchar('\n');
}

static void print_row(unsigned depth, const struct figures *f) {
    printf("%5u %12" PRIu64 " %6" PRIu64 " %12" PRIu64, depth, f->refs[COLD], f->loads,
           f->refs[WARM]);
    for (unsigned kind = 0; kind < KINDS; kind++)
        printf(" %12.0f", f->ns[kind]);
    putchar('\n');
}

/* The table of one scheme; how many rows were run, or -1: no memory. A depth that would take more than what is left
 * of a minute is not run. */
static int table(const struct core_scheme *scheme, struct figures f[ROWS]) {
    uint64_t begun = host_now(), took = 0;
    bool pure = scheme == &core_pure;
    unsigned rows = 0;

    printf("%s\ndepth    cold refs  loads    warm refs      cold ns      warm ns     fault ns"
           "     child ns    change ns\n",
           scheme->name);
    for (; rows < ROWS; rows++) {
        uint64_t start = host_now();
        unsigned deeper = rows ? depths[rows] - depths[rows - 1] : 0;
        if (pure && (took << deeper) > 60ull * SECOND - (start - begun))
            break;
        if (!figures_of(scheme, depths[rows], SECOND / 50, &f[rows]))
            return -1;
        took = host_now() - start;
        print_row(depths[rows], &f[rows]);
    }
    for (unsigned i = rows; i < ROWS; i++)
        printf("%5u not run\n", depths[i]);
    print_fits(scheme, f, rows);
    putchar('\n');
    return (int)rows;
}

/* What is drawn of it, each in a picture of its own. References are drawn with one added, as 0 has no place on such a
 * scale. */
static const struct picture {
    const char *title;
    unsigned column; /* of plot_data */
} pictures[] = {{"references of a cold access, + 1", 2},
                {"references of a warm access, + 1", 3},
                {"loads of a cold access, + 1", 4},
                {"ns of a cold access", 5},
                {"ns of a warm access", 6},
                {"ns of a fault", 7},
                {"ns of a child made", 8},
                {"ns of a map change", 9}};
enum { PICTURES = sizeof pictures / sizeof pictures[0], COLUMNS = 4 };

static void plot_data(FILE *to, const char *name, const struct figures *f, int rows) {
    fprintf(to, "$%s << END\n", name);
    for (int i = 0; i < rows; i++) {
        fprintf(to, "%u %" PRIu64 " %" PRIu64 " %" PRIu64, depths[i], f[i].refs[COLD] + 1,
                f[i].refs[WARM] + 1, f[i].loads + 1);
        for (unsigned kind = 0; kind < KINDS; kind++)
            fprintf(to, " %.1f", f[i].ns[kind]);
        fputc('\n', to);
    }
    fputs("END\n", to);
}

static int plot(const char *path, const struct core_scheme *const *all, struct figures (*f)[ROWS],
                const int *rows, unsigned schemes) {
    FILE *to = plot_open(path, "five schemes, by depth", COLUMNS, PICTURES / COLUMNS);

    if (!to)
        return EXIT_USAGE;
    fputs("set logscale y\nset xlabel 'depth'\n", to);
    for (unsigned i = 0; i < schemes; i++)
        plot_data(to, all[i]->name, f[i], rows[i]);
    for (unsigned p = 0; p < PICTURES; p++) {
        fprintf(to, "set title '%s'\nplot", pictures[p].title);
        for (unsigned i = 0; i < schemes; i++)
            fprintf(to, "%s $%s using 1:%u with linespoints title '%s'", i ? "," : "", all[i]->name,
                    pictures[p].column, all[i]->name);
        fputc('\n', to);
    }
    return plot_close(to, path);
}

int bench_maps(const char *path) {
    static const struct core_scheme *const all[] = {&core_flat, &core_hv, &core_display, &core_rmr,
                                                    &core_pure};
    enum { SCHEMES = sizeof all / sizeof all[0] };
    static struct figures f[SCHEMES][ROWS];
    int rows[SCHEMES];

    for (unsigned i = 0; i < SCHEMES; i++) {
        rows[i] = table(all[i], f[i]);
        if (rows[i] < 0)
            return note("bench: the host has no memory for it"), EXIT_MACHINE;
    }
    return path ? plot(path, all, f, rows, SCHEMES) : 0;
}
