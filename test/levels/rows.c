/*
 * rows.c - rows about exits, answers, maps, time, devices: main.
 *
 * usage: levels-test [-v] VMM [START OF ROWS' NAMES]: VMM is vmm.c as a raw image; -v names every row.
 */
#include "rows.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const void *vmm_image;
size_t vmm_size;

static unsigned passed, failed, said;
static bool verbose;
static const char *only;

void row_result(bool ok, const char *why, const char *format, ...) {
    char name[256];
    va_list args;

    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (only && strncmp(name, only, strlen(only)) != 0)
        return;
    passed += ok;
    failed += !ok;
    if (verbose || (!ok && said++ < 40))
        printf("%s %s%s%s\n", ok ? "ok  " : "FAIL", name, ok ? "" : ": ", ok ? "" : why);
}

void row_want(struct tower *t, const char *what, int line, uint64_t got, uint64_t want) {
    if (got != want && t->wrong[0] == 0)
        snprintf(t->wrong, sizeof t->wrong, "line %d: %s is 0x%llx, must be 0x%llx", line, what,
                 (unsigned long long)got, (unsigned long long)want);
}

void row_quiet(struct tower *t, unsigned level) {
    static uint64_t retired;

    if (retired == 0) {
        struct tower *q = tower_new(1);
        tower_code(q, (uint32_t[]){SW(31, 30, 0)}, 1);
        tower_run(q, 0);
        retired = tower_desc(q, 0).csr.minstret;
        tower_free(q);
    }
    struct frond_desc d = tower_desc(t, level);
    WANT(t, tower_log(t, (int)level)->count, 1);
    WANT(t, d.csr.minstret, retired);
}

void row_books(struct tower *t) {
    static const struct frond_access none;
    struct frond_desc d = tower_desc(t, t->leaf);

    for (unsigned l = t->leaf;; l--) {
        WANT(t, d.resume, 0);
        WANT(t, d.held, 0);
        WANT(t, d.active, 0);
        if (!t->level[l].own_budget)
            WANT(t, d.budget, UINT64_MAX - d.clock);
        WANT(t, memcmp(&d.pend, &none, sizeof none), 0);
        if (l == 0)
            break;
        struct frond_desc below = tower_desc(t, l - 1);
        WANT(t, below.clock,
             d.clock - t->level[l].skipped + below.csr.minstret + t->level[l - 1].traps);
        d = below;
    }
    WANT(t, frond_now(t->m), d.clock - t->level[0].skipped);
}

void row_access(struct tower *t, int line, const struct frond_access *got,
                struct frond_access want) {
    row_want(t, "reason", line, got->reason, want.reason);
    row_want(t, "kind", line, got->kind, want.kind);
    row_want(t, "addr", line, got->addr, want.addr);
    row_want(t, "value", line, got->value, want.value);
    row_want(t, "tval", line, got->tval, want.tval);
    row_want(t, "width", line, got->width, want.width);
    row_want(t, "reg", line, got->reg, want.reg);
    row_want(t, "ilen", line, got->ilen, want.ilen);
    row_want(t, "flags", line, got->flags, want.flags);
    row_want(t, "cause", line, got->cause, want.cause);
}

const struct vmm_record *row_record(struct tower *t, int level, uint64_t i) {
    static const struct vmm_record none;
    const struct vmm_log *log = tower_log(t, level);

    if (i < log->count && i < VMM_LOGS)
        return &log->at[i];
    if (t->wrong[0] == 0)
        snprintf(t->wrong, sizeof t->wrong, "level %d has %d records", level, (int)log->count);
    return &none;
}

static bool play(const struct scene *s, unsigned subject, uint64_t shake, char *why, size_t size) {
    struct tower *t = tower_new(subject + s->above);
    bool ok;

    t->audit = shake == 0;
    s->build(t, subject);
    if (tower_run(t, shake)) {
        s->check(t, subject);
        row_books(t);
    }
    ok = t->wrong[0] == 0;
    if (!ok)
        snprintf(why, size, "%s%s", shake ? "shaken: " : "", t->wrong);
    tower_free(t);
    return ok;
}

void row_scenes(const char *group, const struct scene *scene, unsigned n) {
    static const unsigned levels[] = {0, 1, 2, 5};

    for (unsigned i = 0; i < n; i++) {
        for (unsigned l = 0; l < 4; l++) {
            const struct scene *s = &scene[i];
            char why[WHY] = "";
            if (levels[l] < s->from)
                continue;
            bool ok = true;
            for (uint64_t shake = 0; shake < 3 && ok; shake++)
                ok = play(s, levels[l], shake, why, sizeof why);
            row_result(ok, why, "%s: %s, level %u", group, s->name, levels[l]);
        }
    }
}

static void read_image(const char *path) {
    static char image[VMM_ORDERS];
    FILE *f = fopen(path, "rb");

    vmm_size = f ? fread(image, 1, sizeof image, f) : 0;
    vmm_image = image;
    if (vmm_size == 0 || vmm_size == sizeof image) {
        fprintf(stderr, "%s: cannot be read, or too big\n", path);
        exit(2);
    }
    fclose(f);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {
        {"fault", fault_rows}, {"exit", exit_rows},      {"steps", step_rows},  {"maps", map_rows},
        {"modes", mode_rows},  {"devices", device_rows}, {"input", input_rows}, {"hash", flip_rows},
        {"host", host_rows},   {"deep", deep_rows},
    };

    verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    argc -= verbose;
    argv += verbose;
    if (argc < 2)
        return 2;
    only = argc > 2 ? argv[2] : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_image(argv[1]);
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (!only || strncmp(only, groups[i].name, strlen(groups[i].name)) == 0)
            groups[i].run();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
