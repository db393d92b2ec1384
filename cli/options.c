/* options.c - see options.h. */
#include "options.h"
#include "cli.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned digit_value(char c) {
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A' + 10);
    return 16;
}

/* Digits and at most one letter that multiplies by a power of `kilo`. */
static bool parse(const char *s, uint64_t kilo, uint64_t *out) {
    static const char letters[] = "KkMmGg";
    unsigned base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
    const char *p = base == 16 ? s + 2 : s, *first = p, *letter;
    uint64_t n = 0;

    for (; digit_value(*p) < base; p++)
        if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit_value(*p), &n))
            return false;
    if (p == first)
        return false;
    if (*p != 0 && (letter = strchr(letters, *p)) != NULL) {
        for (long power = (letter - letters) / 2; power >= 0; power--)
            if (__builtin_mul_overflow(n, kilo, &n))
                return false;
        p++;
    }
    *out = n;
    return *p == 0;
}

bool number_parse(const char *s, uint64_t *out) { return parse(s, 1000, out); }

bool size_parse(const char *s, uint64_t *out) { return parse(s, 1024, out); }

const char *size_text(uint64_t bytes, char to[SIZE_TEXT]) {
    unsigned unit = 0;

    while (unit < 3 && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(to, SIZE_TEXT, "%" PRIu64 "%.1s", bytes, &"\0KMG"[unit]);
    return to;
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static bool add_number(struct option_list *l, const char *text) {
    uint64_t *more = realloc(l->number, (l->count + 1) * sizeof *more);

    if (more)
        l->number = more;
    return more && number_parse(text, &more[l->count++]);
}

static bool list_parse(struct option_list *l, const char *text) {
    char *copy = strdup(text), *rest = copy, *word;
    bool ok = copy != NULL;

    while (ok && (word = strsep(&rest, ",")) != NULL)
        ok = add_number(l, word);
    free(copy);
    if (ok)
        qsort(l->number, l->count, sizeof *l->number, compare);
    return ok;
}

static bool add_text(struct option_list *l, const char *text) {
    const char **more = realloc(l->text, (l->count + 1) * sizeof *more);

    if (!more)
        return false;
    l->text = more;
    more[l->count++] = text;
    return true;
}

static bool choose(const struct option *o, const char *text) {
    for (unsigned i = 0; o->words[i]; i++) {
        if (strcmp(o->words[i], text) == 0) {
            *o->to.number = i;
            return true;
        }
    }
    return false;
}

static bool in_limits(const struct option *o, uint64_t n) {
    if (n < o->least || n > o->most)
        return false;
    *o->to.number = n;
    return true;
}

static bool take(const struct option *o, const char *text) {
    uint64_t n;

    switch (o->kind) {
    case OPTION_FLAG: *o->to.flag = true; return true;
    case OPTION_TEXT: *o->to.text = text; return *text != 0;
    case OPTION_NUMBER: return number_parse(text, &n) && in_limits(o, n);
    case OPTION_SIZE: return size_parse(text, &n) && n % 4096 == 0 && in_limits(o, n);
    case OPTION_CHOICE: return choose(o, text);
    case OPTION_LIST: return list_parse(o->to.list, text);
    case OPTION_TEXTS: return *text != 0 && add_text(o->to.list, text);
    }
    return false;
}

/* What would be right. */
static void describe(const struct option *o, char *to, size_t room) {
    size_t at = 0;

    switch (o->kind) {
    case OPTION_NUMBER:
        snprintf(to, room, "a number from %" PRIu64 " to %" PRIu64 ", K, M or G for thousands",
                 o->least, o->most);
        break;
    case OPTION_SIZE:
        snprintf(to, room,
                 "a multiple of 4096 from %" PRIu64 "K to %" PRIu64 "G, as in 4096, 64K, 256M, 2G",
                 o->least >> 10, o->most >> 30);
        break;
    case OPTION_LIST: snprintf(to, room, "numbers with commas between, as in 1000,2M"); break;
    case OPTION_CHOICE:
        for (unsigned i = 0; o->words[i] && at < room; i++)
            at += (size_t)snprintf(to + at, room - at, "%s%s", i ? " or " : "", o->words[i]);
        break;
    default: snprintf(to, room, "%s", o->value ? o->value : "nothing"); break;
    }
}

static struct option *find(struct option *row, const char *name, size_t length) {
    for (; row->name; row++)
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            return row;
    return NULL;
}

/* One option, its value in the same word or the next. Number of words taken; 0 after a complaint. */
static int one_option(const char *command, struct option *row, int left, char **argv) {
    const char *name = argv[0] + 2, *equals = strchr(name, '='),
               *value = equals ? equals + 1 : NULL;
    struct option *o = find(row, name, equals ? (size_t)(equals - name) : strlen(name));
    char right[160];
    int words = 1;

    if (!o) {
        complain("%s: no option '%s'; frond %s --help lists them", command, argv[0], command);
        return 0;
    }
    if (o->given && o->kind != OPTION_TEXTS) {
        complain("%s: --%s is given twice; once is right", command, o->name);
        return 0;
    }
    describe(o, right, sizeof right);
    if (o->kind == OPTION_FLAG && value) {
        complain("%s: --%s takes no value, not '%s'", command, o->name, value);
        return 0;
    }
    if (o->kind != OPTION_FLAG && !value) {
        if (left < 2) {
            complain("%s: --%s needs a value: %s", command, o->name, right);
            return 0;
        }
        value = argv[1];
        words = 2;
    }
    if (!take(o, value)) {
        complain("%s: --%s '%s': should be %s", command, o->name, value, right);
        return 0;
    }
    o->given = true;
    return words;
}

int options_parse(const char *command, struct option *row, int argc, char **argv, const char **word,
                  unsigned most) {
    bool only_words = false;
    unsigned taken = 0;
    int words;

    for (int i = 1; i < argc; i += words) {
        words = 1;
        if (!only_words && strcmp(argv[i], "--help") == 0)
            return -1;
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] == '-') {
            words = one_option(command, row, argc - i, argv + i);
            if (words == 0)
                return EXIT_USAGE;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != 0) {
            return complain("%s: no option '%s'; options begin with two dashes: frond %s --help",
                            command, argv[i], command);
        } else if (taken == most && most == 1) {
            return complain("%s: one file only, not also '%s'", command, argv[i]);
        } else if (taken == most) {
            return complain("%s: '%s' is one word too many; %u at most", command, argv[i], most);
        } else {
            word[taken++] = argv[i];
        }
    }
    return 0;
}

void options_help(const struct option *row) {
    char left[64];

    for (; row->name; row++) {
        snprintf(left, sizeof left, "--%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        printf("  %-26s %s\n", left, row->help);
    }
}

void options_free(struct option *row) {
    for (; row->name; row++) {
        if (row->kind == OPTION_LIST || row->kind == OPTION_TEXTS) {
            free(row->to.list->number);
            free(row->to.list->text);
            *row->to.list = (struct option_list){0};
        }
    }
}
