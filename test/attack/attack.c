/*
 * attack.c - runs the table of attacks: attack [--only TEXT] [--wall NAME] [--nucleus ELF] [--table] [--quick] [--first]
 * [--apart]
 *
 * Each row is run three times on a new machine: as it is, with every invariant walked whenever the
 * path changes (frond_options.audit), and with --shake. Each time the victim, 0.2, must come to the
 * hash that it has on a machine where nobody attacks, and node 0's own memory must be as its host
 * wrote it. --wall: only rows that this wall stops. --table: the attacks, not run: name, seat, object, means, walls.
 * --quick: the first run only. --first: up to the first failure, each row named before it is run. --apart: each
 * row in a process of its own, that may crash or hang. --nucleus: for rows_nucleus.c. (These three: for mutants.)
 */
#include "rig.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 15, BYTES = 2000000000 }; /* for a row apart */

static const struct {
    const struct row *rows;
    const unsigned *count;
} files[] = {
    {desc_rows, &desc_count},     {path_rows, &path_count},       {map_rows, &map_count},
    {issuer_rows, &issuer_count}, {answer_rows, &answer_count},   {dma_rows, &dma_count},
    {device_rows, &device_count}, {time_rows, &time_count},       {code_rows, &code_count},
    {reach_rows, &reach_count},   {suspend_rows, &suspend_count}, {nucleus_rows, &nucleus_count},
};

static void nothing(struct rig *r) { (void)r; }

/* One run; what is wrong, or NULL. */
static bool once(const struct row *row, const struct rig_options *how, uint64_t *hash, char *why,
                 size_t size) {
    struct rig r;
    if (rig_begin(&r, how)) {
        r.row = row;
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
    printf("ok   %-30s %-10s %s: %s: %s\n", row->name, row->seat, row->object, row->means,
           row->walls);
    return true;
}

/* The same in a process of its own. */
static bool contained_apart(const struct row *row, uint64_t alone, bool quick) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
        setrlimit(RLIMIT_AS, &(struct rlimit){BYTES, BYTES});
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        alarm(10 * SECONDS);
        bool ok = contained(row, alone, quick);
        fflush(stdout);
        _exit(!ok);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return false;
    if (WIFSIGNALED(status))
        printf("FAIL %s: signal %d\n", row->name, WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Whether `walls`, words, has this one. */
static bool names(const char *walls, const char *wall) {
    size_t n = strlen(wall);
    for (const char *p = walls; (p = strstr(p, wall)) != NULL; p += n)
        if ((p == walls || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0))
            return true;
    return false;
}

static struct {
    const char *only, *wall;
    bool table, quick, first, apart, bad;
} option = {.only = ""};

static void read_options(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            option.only = argv[++i];
        else if (strcmp(argv[i], "--wall") == 0 && i + 1 < argc)
            option.wall = argv[++i];
        else if (strcmp(argv[i], "--nucleus") == 0 && i + 1 < argc)
            option.bad |= !nucleus_image(argv[++i]);
        option.table |= strcmp(argv[i], "--table") == 0;
        option.quick |= strcmp(argv[i], "--quick") == 0;
        option.first |= strcmp(argv[i], "--first") == 0;
        option.apart |= strcmp(argv[i], "--apart") == 0;
    }
}

static void print_table(const struct row *row) {
    if (row->walls[0])
        printf("%s\t%s\t%s\t%s\t%s\n", row->name, row->seat, row->object, row->means, row->walls);
}

int main(int argc, char **argv) {
    const struct row bystander = {.name = "nobody", .attack = nothing};
    unsigned passed = 0, failed = 0;
    uint64_t alone = 0;
    char why[400];

    read_options(argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (option.bad)
        return 2;
    if (!option.table &&
        !once(&bystander, &(struct rig_options){.audit = true}, &alone, why, sizeof why)) {
        printf("FAIL without any attack: %s\n0 passed, 1 failed\n", why);
        return 1;
    }
    for (unsigned f = 0; f < sizeof files / sizeof files[0]; f++) {
        for (unsigned i = 0; i < *files[f].count; i++) {
            const struct row *row = &files[f].rows[i];
            if (!strstr(row->name, option.only) || (option.first && failed != 0) ||
                (option.wall && !names(row->walls, option.wall)))
                continue;
            if (option.table) {
                print_table(row);
                continue;
            }
            if (option.first)
                printf("run  %s\n", row->name);
            if (option.apart ? contained_apart(row, alone, option.quick)
                             : contained(row, alone, option.quick))
                passed++;
            else
                failed++;
        }
    }
    if (!option.table)
        printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
