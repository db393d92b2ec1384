/*
 * options.h - a command's options as a table: one row is the name, the value's kind and limits, the
 * line of --help, and where the value goes. Everything that may be wrong with an option is found here
 * and told in one line.
 */
#ifndef FROND_CLI_OPTIONS_H
#define FROND_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,   /* no value */
    OPTION_TEXT,   /* any text but "" */
    OPTION_NUMBER, /* decimal or 0x..., with K, M, G for thousands */
    OPTION_SIZE,   /* bytes: with K, M, G for powers of 1024; a multiple of 4096 */
    OPTION_CHOICE, /* one of the words of `words`: its number */
    OPTION_LIST,   /* numbers with commas between: sorted */
    OPTION_TEXTS   /* as TEXT, but may be given again */
};

struct option_list {
    uint64_t *number;  /* OPTION_LIST */
    const char **text; /* OPTION_TEXTS */
    unsigned count;
};

struct option {
    const char *name;  /* without the dashes */
    const char *value; /* what --help calls it; NULL for a flag */
    const char *help;
    enum option_kind kind;
    uint64_t least, most;     /* NUMBER, SIZE */
    const char *const *words; /* CHOICE: ended by NULL */
    union {                   /* where it goes */
        bool *flag;
        const char **text;
        uint64_t *number; /* NUMBER, SIZE, CHOICE */
        struct option_list *list;
    } to;
    bool given;
};

/* Takes what argv[1...] holds; words that are no options go to `word`, at most `most`, the others stay
 * NULL. `row` is ended by a row without a name. 0; -1: --help was asked for; EXIT_USAGE after a complaint. */
int options_parse(const char *command, struct option *row, int argc, char **argv, const char **word,
                  unsigned most);
void options_help(const struct option *row);
void options_free(struct option *row);

/* A number or size (see above) out of a text. */
bool number_parse(const char *s, uint64_t *out);
bool size_parse(const char *s, uint64_t *out);
/* A size as --memory takes it. */
enum { SIZE_TEXT = 24 };
const char *size_text(uint64_t bytes, char to[SIZE_TEXT]);

#endif
