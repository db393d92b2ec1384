/*
 * clock.c - commands measured side by side: round after round, one after the other, in CPU time.
 *
 * usage: clock [-n ROUNDS] [-u UNITS] [-r FILE] NAME COMMAND [ARG...] [-- NAME COMMAND [ARG...]]...
 *
 * A line per command: median, least and most of its user time, the median of its system time, and the
 * median, least and most over rounds of its user time divided by the first command's in the same round,
 * so that a slow minute of the machine hits both; every second round goes backwards, so that neither is always
 * the one behind the other. With -u, also UNITS divided by the median: a rate. With -r, FILE gets a line per run:
 * round, name, user and system time, with tabs between. Standard
 * output of the commands goes to ours in the first round (it is part of what is measured that it is
 * right) and must be the same in the others; input is empty. Ends with 1 when a command fails or says
 * something else than before.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMANDS = 64, ROUNDS = 101, TEXT = 1 << 20 };

struct command {
    char *name;
    char **argv;
    double user[ROUNDS], system[ROUNDS], ratio[ROUNDS];
    char *said;
};

static struct command command[COMMANDS];

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts. */
static double median(double *v, unsigned n) {
    qsort(v, n, sizeof *v, compare);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void child(char **argv, int out) {
    int in = open("/dev/null", O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

static char *read_all(int fd) {
    char *text = calloc(1, TEXT + 1);
    size_t n = 0;
    ssize_t got;
    while (text && n < TEXT && (got = read(fd, text + n, TEXT - n)) > 0)
        n += (size_t)got;
    return text;
}

/* One run. False: it failed, or said something else than the first time. */
static bool run(struct command *c, unsigned round) {
    struct rusage use;
    int status, out[2];
    char *said;
    bool same;
    if (pipe(out))
        return false;
    pid_t pid = fork();
    if (pid < 0)
        return false;
    if (pid == 0) {
        close(out[0]);
        child(c->argv, out[1]);
    }
    close(out[1]);
    said = read_all(out[0]);
    close(out[0]);
    if (wait4(pid, &status, 0, &use) != pid || !said)
        return false;
    c->user[round] = (double)use.ru_utime.tv_sec + 1e-6 * (double)use.ru_utime.tv_usec;
    c->system[round] = (double)use.ru_stime.tv_sec + 1e-6 * (double)use.ru_stime.tv_usec;
    same = !c->said || strcmp(said, c->said) == 0;
    if (!c->said)
        printf("  %-28s says: %s", c->name, said);
    if (c->said)
        free(said);
    else
        c->said = said;
    if (status != 0 || !same)
        fprintf(stderr, "clock: %s: %s\n", c->name, same ? "failed" : "said something else");
    fflush(stdout);
    return status == 0 && same;
}

static void report(unsigned n, unsigned rounds, double units) {
    printf("  %-28s %8s %8s %8s %8s %8s %8s %8s", "", "user s", "least", "most", "system",
           "to first", "least", "most");
    printf(units > 0 ? " %12s\n" : "\n", "per second");
    for (unsigned r = 0; r < rounds; r++)
        for (unsigned i = 0; i < n; i++)
            command[i].ratio[r] = command[i].user[r] / command[0].user[r];
    for (unsigned i = 0; i < n; i++) {
        struct command *c = &command[i];
        double m = median(c->user, rounds), ratio = median(c->ratio, rounds);
        printf("  %-28s %8.3f %8.3f %8.3f %8.3f %8.4f %8.4f %8.4f", c->name, m, c->user[0],
               c->user[rounds - 1], median(c->system, rounds), ratio, c->ratio[0],
               c->ratio[rounds - 1]);
        printf(units > 0 ? " %12.4g\n" : "\n", units / m);
    }
}

/* Every run, in the order of rounds, before report() sorts. False: not written. */
static bool write_runs(const char *path, unsigned n, unsigned rounds) {
    FILE *f = fopen(path, "w");
    bool good = f != NULL;

    for (unsigned r = 0; good && r < rounds; r++)
        for (unsigned i = 0; i < n; i++)
            fprintf(f, "%u\t%s\t%.6f\t%.6f\n", r, command[i].name, command[i].user[r],
                    command[i].system[r]);
    if (f == NULL || fclose(f) != 0) {
        perror(path);
        return false;
    }
    return true;
}

/* Commands out of argv from `at`. Their number; 0: none, or too many. */
static unsigned parse(int argc, char **argv, int at) {
    unsigned n = 0;
    while (at + 1 < argc && n < COMMANDS) {
        command[n] = (struct command){.name = argv[at], .argv = &argv[at + 1]};
        n++;
        while (at < argc && strcmp(argv[at], "--") != 0)
            at++;
        if (at < argc)
            argv[at++] = NULL;
    }
    return at < argc ? 0 : n;
}

int main(int argc, char **argv) {
    unsigned rounds = 5, n;
    double units = 0;
    const char *runs = NULL;
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-' && argv[at][1] != '-'; at += 2) {
        if (argv[at][1] == 'n')
            rounds = (unsigned)strtoul(argv[at + 1], NULL, 10);
        else if (argv[at][1] == 'r')
            runs = argv[at + 1];
        else
            units = strtod(argv[at + 1], NULL);
    }
    n = parse(argc, argv, at);
    if (n == 0 || rounds == 0 || rounds > ROUNDS) {
        fputs("usage: clock [-n ROUNDS] [-u UNITS] [-r FILE] NAME COMMAND... [-- NAME "
              "COMMAND...]...\n",
              stderr);
        return 2;
    }
    for (unsigned r = 0; r < rounds; r++)
        for (unsigned i = 0; i < n; i++)
            if (!run(&command[r % 2 ? n - 1 - i : i], r))
                return 1;
    if (runs && !write_runs(runs, n, rounds))
        return 1;
    report(n, rounds, units);
    return 0;
}
