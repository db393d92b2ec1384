/* cli.h - the commands of `frond`: one file each. They see the library only through frond.h. */
#ifndef FROND_CLI_H
#define FROND_CLI_H

int cmd_run(int argc, char **argv);

/* "frond: what, where, what would be right" on standard error; returns 2. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
