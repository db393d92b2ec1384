/* cli.h - the commands of `frond`: one file each. They see the library only through frond.h. */
#ifndef FROND_CLI_H
#define FROND_CLI_H

/* Exit status besides the guest's own codes. */
enum {
    EXIT_USAGE = 2,    /* bad input: what, where, what would be right stands on standard error */
    EXIT_LIMIT = 124,  /* --max-insns, --max-nodes or --max-memory was reached */
    EXIT_MACHINE = 125 /* the machine cannot go on: host memory, or nothing can wake it */
};

int cmd_run(int argc, char **argv);
int cmd_tree(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_isa(int argc, char **argv);
int cmd_bench(int argc, char **argv);

/* `frond check --replay`: 0, or 1 if the model forbids an event; both are told. */
int check_replay(const char *path);

/* "frond: what, where, what would be right" on standard error; returns EXIT_USAGE. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Besides, a line that is no complaint. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
