/*
 * bench_depth.c - frond bench depth: the nucleus beside guest/classic, a monitor of the classical kind, with the same
 * guests: times by depth, what is interpreted, and how large each of the two is. It runs `frond run`, round by round.
 */
#define _GNU_SOURCE /* wait4 */
#include "../host/host.h"
#include "bench.h"
#include "cli.h"
#include <elf.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { DEEPEST = 16, MOST = 99, WORDS = 24, OUTPUT = 1 << 16 };

static const struct monitor {
    const char *name, *elf,
        *counting;     /* counting: prints what it interpreted; NULL: it interprets nothing */
    unsigned depth[8]; /* after 0, ended by 0 */
} monitors[] = {{"nucleus", "nucleus.elf", NULL, {1, 2, 3, 8, 16}},
                {"classic", "classic.elf", "classic-counts.elf", {1, 2, 3}}};
enum { MONITORS = sizeof monitors / sizeof monitors[0] };

static const struct payload {
    const char *name, *elf, *arguments, *does;
} payloads[] = {{"compute", "cpuloop.elf", "iterations=60000", "arithmetic"},
                {"calls", "work.elf", "work=fib percent=10", "a recursive function"},
                {"bytes", "work.elf", "work=bytes percent=10", "loads and stores"},
                {"tlb", "tlb.elf", "rounds=60000 pages=1024", "paging, a TLB miss at each load"},
                {"timer", "timer.elf", "ticks=2000", "a timer of 1 kHz"}};
enum { PAYLOADS = sizeof payloads / sizeof payloads[0] };

struct place {
    char self[PATH_MAX], guests[PATH_MAX];
};

/* What a run said, and how long it computed. */
struct result {
    char out[OUTPUT];
    size_t said;
    int status;
    double seconds;
};

/* Times by payload, monitor and depth; 0: not run. [..][..][0] is the real machine. */
struct times {
    double seconds[PAYLOADS][MONITORS][DEEPEST + 1];
};

/* ---- One run ------------------------------------------------------------------------------------------- */

static bool read_all(int fd, struct result *r) {
    ssize_t n;

    r->said = 0;
    while ((n = read(fd, r->out + r->said, sizeof r->out - 1 - r->said)) > 0)
        r->said += (size_t)n;
    r->out[r->said] = 0;
    return n == 0;
}

/* Runs words[0] with its standard output read to the end. */
static bool run(const char *const *words, struct result *r) {
    posix_spawn_file_actions_t actions;
    struct rusage used;
    int ends[2], status;
    pid_t child;

    if (pipe(ends) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    bool ok = posix_spawn(&child, words[0], &actions, NULL, (char *const *)(uintptr_t)words,
                          environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    ok = ok && read_all(ends[0], r);
    close(ends[0]);
    if (!ok || wait4(child, &status, 0, &used) != child)
        return false;
    r->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    r->seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    return true;
}

/* `frond run` of a payload below `depth` monitors; monitor: a file's name. False after a complaint. */
static bool run_payload(const struct place *at, const char *monitor, const struct payload *p,
                        unsigned depth, struct result *r) {
    char levels[16], nucleus[PATH_MAX + 32], image[PATH_MAX + 32];
    const char *words[WORDS] = {at->self, "run", "--memory", "8M", "--append", p->arguments};
    unsigned n = 6;

    snprintf(levels, sizeof levels, "%u", depth);
    snprintf(nucleus, sizeof nucleus, "%s/%s", at->guests, monitor);
    snprintf(image, sizeof image, "%s/%s", at->guests, p->elf);
    if (depth > 0) {
        const char *more[] = {"--depth", levels, "--pool", "4M", "--nucleus", nucleus};
        memcpy(words + n, more, sizeof more);
        n += sizeof more / sizeof more[0];
    }
    words[n] = image;
    if (!run(words, r)) {
        complain("bench: %s cannot be run", at->self);
        return false;
    }
    if (r->status != 0)
        complain("bench: frond run --depth %u --nucleus %s %s: exit status %d, should be 0", depth,
                 nucleus, image, r->status);
    return r->status == 0;
}

/* ---- All runs -------------------------------------------------------------------------------------------- */

struct job {
    unsigned payload, monitor, depth;
    double took[MOST];
};

static unsigned list_jobs(struct job *job) {
    unsigned n = 0;

    for (unsigned p = 0; p < PAYLOADS; p++) {
        job[n++] = (struct job){.payload = p};
        for (unsigned m = 0; m < MONITORS; m++)
            for (const unsigned *d = monitors[m].depth; *d != 0; d++)
                job[n++] = (struct job){.payload = p, .monitor = m, .depth = *d};
    }
    return n;
}

/* One round: each job once; what a payload prints is at every depth what it prints at depth 0. */
static bool round_of(const struct place *at, struct job *job, unsigned jobs, unsigned round) {
    static struct result r, first;

    for (unsigned i = 0; i < jobs; i++) {
        const struct payload *p = &payloads[job[i].payload];
        if (!run_payload(at, monitors[job[i].monitor].elf, p, job[i].depth, &r))
            return false;
        if (job[i].depth == 0)
            first = r;
        if (first.said != r.said || memcmp(first.out, r.out, r.said) != 0) {
            complain("bench: %s at depth %u under %s: prints other than at depth 0", p->name,
                     job[i].depth, monitors[job[i].monitor].name);
            return false;
        }
        job[i].took[round] = r.seconds;
    }
    return true;
}

static bool measure(const struct place *at, unsigned rounds, struct times *t) {
    static struct job job[PAYLOADS * (1 + MONITORS * 8)];
    unsigned jobs = list_jobs(job);

    for (unsigned round = 0; round < rounds; round++)
        if (!round_of(at, job, jobs, round))
            return false;
    for (unsigned i = 0; i < jobs; i++) {
        double seconds = bench_median(job[i].took, rounds);
        t->seconds[job[i].payload][job[i].monitor][job[i].depth] = seconds;
        if (job[i].depth == 0)
            for (unsigned m = 0; m < MONITORS; m++)
                t->seconds[job[i].payload][m][0] = seconds;
    }
    return true;
}

/* ---- Tables ---------------------------------------------------------------------------------------------- */

/* Least squares through depth 0: how much of the time there a level adds. */
static double slope_of(const double *seconds) {
    double xy = 0, xx = 0;

    for (unsigned d = 1; d <= DEEPEST; d++)
        if (seconds[d] > 0)
            xy += d * (seconds[d] / seconds[0] - 1), xx += d * d;
    return xx > 0 ? xy / xx : 0;
}

static void print_times(const struct times *t) {
    for (unsigned p = 0; p < PAYLOADS; p++) {
        printf("%s: %s (%s %s)\n", payloads[p].name, payloads[p].does, payloads[p].elf,
               payloads[p].arguments);
        printf("  %-8s depth %2u %9.3f s\n", "none", 0, t->seconds[p][0][0]);
        for (unsigned m = 0; m < MONITORS; m++) {
            const double *s = t->seconds[p][m];
            for (unsigned d = 1; d <= DEEPEST; d++)
                if (s[d] > 0)
                    printf("  %-8s depth %2u %9.3f s  %8.3f of depth 0\n", monitors[m].name, d,
                           s[d], s[d] / s[0]);
            printf("  %-8s a level adds %.2f%% of depth 0, fitted\n", monitors[m].name,
                   100 * slope_of(s));
        }
    }
}

/* Functions of an ELF for the machine, and the bytes of their code. */
static bool elf_functions(const char *path, unsigned *functions, uint64_t *bytes) {
    size_t size;
    uint8_t *file = host_map_file(path, &size);

    *functions = 0, *bytes = 0;
    if (!file)
        return false;
    const Elf64_Ehdr *e = (const void *)file;
    bool ok = size >= sizeof *e && memcmp(e->e_ident, ELFMAG, SELFMAG) == 0 &&
              e->e_shoff % 8 == 0 && e->e_shoff <= size &&
              (size - e->e_shoff) / sizeof(Elf64_Shdr) >= e->e_shnum;
    const Elf64_Shdr *s = ok ? (const void *)(file + e->e_shoff) : NULL;
    for (unsigned i = 0; ok && i < e->e_shnum; i++) {
        if (s[i].sh_type != SHT_SYMTAB)
            continue;
        ok = s[i].sh_offset % 8 == 0 && s[i].sh_offset <= size &&
             s[i].sh_size <= size - s[i].sh_offset;
        const Elf64_Sym *y = ok ? (const void *)(file + s[i].sh_offset) : NULL;
        for (uint64_t k = 0; ok && k < s[i].sh_size / sizeof *y; k++)
            if (ELF64_ST_TYPE(y[k].st_info) == STT_FUNC && y[k].st_size > 0)
                ++*functions, *bytes += y[k].st_size;
    }
    host_unmap(file, size);
    return ok && *functions > 0;
}

/* Lines of its sources: what the build counted. 0: not known. */
static unsigned lines_of(const struct place *at, const char *name) {
    char path[PATH_MAX + 32], what[32];
    unsigned lines = 0, n;

    snprintf(path, sizeof path, "%s/lines", at->guests);
    FILE *f = fopen(path, "r");
    while (f && fscanf(f, "%31s %u", what, &n) == 2)
        lines = strcmp(what, name) == 0 ? n : lines;
    if (f)
        fclose(f);
    return lines;
}

/* "classic: NAME COUNT" of what a counting monitor prints; kinds: those that were interpreted at all. */
static uint64_t interpreted(const char *out, unsigned *kinds) {
    uint64_t all = 0, n;
    char name[32];

    *kinds = 0;
    for (const char *line = strstr(out, "classic: "); line; line = strstr(line + 1, "classic: ")) {
        if (sscanf(line, "classic: %31s %" SCNu64, name, &n) != 2)
            continue;
        if (strcmp(name, "interpreted") == 0)
            all = n;
        else if (strcmp(name, "native") != 0)
            *kinds += n != 0;
    }
    return all;
}

static bool print_interpreted(const struct place *at, const struct monitor *m) {
    static struct result r;

    for (unsigned p = 0; p < PAYLOADS; p++) {
        unsigned kinds;
        if (!m->counting) {
            printf(" %14s", "none");
            continue;
        }
        if (!run_payload(at, m->counting, &payloads[p], 1, &r))
            return false;
        printf(" %14" PRIu64, interpreted(r.out, &kinds));
    }
    return true;
}

static bool print_complexity(const struct place *at) {
    bool ok = true;

    printf("\n%-8s %9s %7s %8s   interpreted at depth 1:", "monitor", "functions", "lines",
           "bytes");
    for (unsigned p = 0; p < PAYLOADS; p++)
        printf(" %*s", p ? 14 : 0, payloads[p].name);
    putchar('\n');
    for (unsigned m = 0; ok && m < MONITORS; m++) {
        char path[PATH_MAX + 32];
        unsigned functions;
        uint64_t bytes;

        snprintf(path, sizeof path, "%s/%s", at->guests, monitors[m].elf);
        if (!elf_functions(path, &functions, &bytes))
            return complain("bench: %s: should be an ELF with its symbols", path), false;
        printf("%-8s %9u %7u %8" PRIu64 "  ", monitors[m].name, functions,
               lines_of(at, monitors[m].name), bytes);
        ok = print_interpreted(at, &monitors[m]);
        putchar('\n');
    }
    return ok;
}

/* ---- The plot -------------------------------------------------------------------------------------------- */

static int plot(const char *path, const struct times *t) {
    FILE *to = plot_open(path, "time by depth, as a multiple of that at depth 0", PAYLOADS, 1);

    if (!to)
        return EXIT_USAGE;
    fputs("set logscale y\nset xlabel 'depth'\n", to);
    for (unsigned p = 0; p < PAYLOADS; p++) {
        for (unsigned m = 0; m < MONITORS; m++) {
            fprintf(to, "$%s << END\n", monitors[m].name);
            for (unsigned d = 0; d <= DEEPEST; d++)
                if (t->seconds[p][m][d] > 0)
                    fprintf(to, "%u %.5f\n", d, t->seconds[p][m][d] / t->seconds[p][m][0]);
            fputs("END\n", to);
        }
        fprintf(to, "set title '%s: %s'\nplot", payloads[p].name, payloads[p].does);
        for (unsigned m = 0; m < MONITORS; m++)
            fprintf(to, "%s $%s using 1:2 with linespoints title '%s'", m ? "," : "",
                    monitors[m].name, monitors[m].name);
        fputc('\n', to);
    }
    return plot_close(to, path);
}

static bool find_place(struct place *at, const char *guests) {
    ssize_t n = readlink("/proc/self/exe", at->self, sizeof at->self - 1);

    if (n <= 0)
        return false;
    at->self[n] = 0;
    if (guests)
        snprintf(at->guests, sizeof at->guests, "%s", guests);
    else
        snprintf(at->guests, sizeof at->guests, "%.*s/guest",
                 (int)(strrchr(at->self, '/') - at->self), at->self);
    return true;
}

int bench_depth(const char *path, const char *guests, unsigned rounds) {
    static struct times t;
    struct place at;

    if (!find_place(&at, guests))
        return note("bench: the program's own file is not known"), EXIT_MACHINE;
    if (access(at.guests, R_OK | X_OK) != 0)
        return complain(
            "bench: --guests %s: should be the folder of classic.elf and the other guests, as "
            "`make guest` builds it",
            at.guests);
    if (!measure(&at, rounds, &t))
        return EXIT_USAGE;
    print_times(&t);
    if (!print_complexity(&at))
        return EXIT_USAGE;
    return path ? plot(path, &t) : 0;
}
