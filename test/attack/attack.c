/*
 * attack.c - runs the table of attacks: attack [--only TEXT] [--list] [--quick] [--first]
 *
 * Each row is run three times on a new machine: as it is, with every invariant walked whenever the
 * path changes (frond_options.audit), and with --shake. Each time the victim, 0.2, must come to the
 * hash that it has on a machine where nobody attacks, and node 0's own memory must be as its host
 * wrote it. --quick: the first run only. --first: up to the first failure, each row named before it is
 * run (for test/mutants).
 */
#include "rig.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const struct row *rows;
    const unsigned *count;
} files[] = {
    {desc_rows, &desc_count},     {path_rows, &path_count},     {map_rows, &map_count},
    {issuer_rows, &issuer_count}, {answer_rows, &answer_count}, {dma_rows, &dma_count},
    {time_rows, &time_count},     {code_rows, &code_count},
};

static void nothing(struct rig *r) { (void)r; }

/* One run; what is wrong, or NULL. */
static bool once(const struct row *row, const struct rig_options *how, uint64_t *hash, char *why,
                 size_t size) {
    struct rig r;
    if (rig_begin(&r, how)) {
        if (rig_ok(&r))
            row->attack(&r);
        rig_end(&r, hash);
    } else {
        rig_fail(&r, "a machine", __LINE__, "no memory?");
    }
    snprintf(why, size, "%s", r.why);
    bool ok = rig_ok(&r);
    rig_free(&r);
    return ok;
}

static bool contained(const struct row *row, uint64_t alone, bool quick) {
    static const struct {
        const char *how;
        struct rig_options options;
    } runs[] = {{"plain", {.audit = false}},
                {"audit", {.audit = true, .followed = true}},
                {"shake", {.shake = 5, .followed = true}}};
    for (unsigned i = 0; i < (quick ? 1 : 3); i++) {
        uint64_t hash = 0;
        char why[400];
        if (runs[i].options.audit && row->no_audit)
            continue;
        if (!once(row, &runs[i].options, &hash, why, sizeof why)) {
            printf("FAIL %s (%s): %s\n", row->name, runs[i].how, why);
            return false;
        }
        if (hash != alone) {
            printf("FAIL %s (%s): the victim came to %016llx, alone to %016llx\n", row->name,
                   runs[i].how, (unsigned long long)hash, (unsigned long long)alone);
            return false;
        }
    }
    printf("ok   %-28s %-10s %s: %s\n", row->name, row->seat, row->means, row->stop);
    return true;
}

int main(int argc, char **argv) {
    const struct row bystander = {.name = "nobody", .attack = nothing};
    const char *only = "";
    unsigned passed = 0, failed = 0;
    bool list = false, quick = false, first = false;
    uint64_t alone = 0;
    char why[400];

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
        list |= strcmp(argv[i], "--list") == 0;
        quick |= strcmp(argv[i], "--quick") == 0;
        first |= strcmp(argv[i], "--first") == 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!once(&bystander, &(struct rig_options){.audit = true}, &alone, why, sizeof why)) {
        printf("FAIL without any attack: %s\n0 passed, 1 failed\n", why);
        return 1;
    }
    for (unsigned f = 0; f < sizeof files / sizeof files[0]; f++) {
        for (unsigned i = 0; i < *files[f].count; i++) {
            const struct row *row = &files[f].rows[i];
            if (!strstr(row->name, only) || (first && failed != 0))
                continue;
            if (first)
                printf("run  %s\n", row->name);
            if (list)
                printf("%s\t%s\t%s\t%s\n", row->name, row->seat, row->means, row->stop);
            else if (contained(row, alone, quick))
                passed++;
            else
                failed++;
        }
    }
    if (!list)
        printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
