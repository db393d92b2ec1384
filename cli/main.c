/* main.c - finds the command. */
#include "cli.h"
#include "frond.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(const char *format, va_list args) {
    fputs("frond: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int complain(const char *format, ...) {
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
    return EXIT_USAGE;
}

void note(const char *format, ...) {
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", cmd_run, "run a machine: an image at any depth, or a tree"},
    {"tree", cmd_tree, "check a tree of nodes and draw it"},
    {"isa", cmd_isa, "which theorems an architecture satisfies, and what is to blame"},
    {"bench", cmd_bench, "what the five schemes that hold maps cost, by depth"},
    {"check", cmd_check, "the theorems, in every state of small systems; traces against the model"},
};

static int usage(FILE *to) {
    fprintf(to, "usage: frond COMMAND [OPTION...]\n"
                "       frond --help | --version\n\n");
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\nfrond COMMAND --help tells its options.\n");
    return to == stdout ? 0 : EXIT_USAGE;
}

/* What was printed must have arrived. */
static int finish(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return complain("standard output cannot be written: %s", strerror(errno));
}

int main(int argc, char **argv) {
    if (argc < 2)
        return usage(stderr);
    if (strcmp(argv[1], "--help") == 0)
        return finish(usage(stdout));
    if (strcmp(argv[1], "--version") == 0) {
        printf("frond %s\n", frond_version());
        return 0;
    }
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return finish(commands[i].run(argc - 1, argv + 1));
    return complain("no command '%s'; frond --help lists them", argv[1]);
}
