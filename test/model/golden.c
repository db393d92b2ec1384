// golden.c: the goldens of spec/golden.maude, by the C twin.
//
//     golden FILE
//
// Reads the lines `red TERM == ANSWER .` up to `--- C: skip the rest` and evaluates TERM; its answer must be ANSWER as
// it stands or as it evaluates. The last line is `N passed, N failed`.
#include "term.h"

#include <stdlib.h>
#include <string.h>

static _Noreturn void die(const char *what) {
    fprintf(stderr, "golden: %s\n", what);
    exit(2);
}

// The value of a term as text, to be freed; null if text is no term.
static char *answer(const char *text, struct coverage *c) {
    const struct term *t = term_parse(&text);
    if (!t || *text)
        return NULL;
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);
    if (!f)
        die("no memory");
    struct value v = term_eval(t, c);
    value_print(f, &v);
    fclose(f);
    return out;
}

// Does a line hold? It is cut in two.
static bool holds(char *line, struct coverage *c) {
    char *term = line + strlen("red "), *want = strstr(term, " == "), *end = strstr(term, " .\n");
    if (!want || !end || end < want)
        return false;
    *want = *end = 0;
    want += strlen(" == ");
    char *got = answer(term, c);
    bool same = got && !strcmp(got, want);
    char *other = got && !same ? answer(want, c) : NULL;
    same = same || (other && !strcmp(got, other));
    if (!same)
        printf("FAIL %s\n    C:      %s\n    golden: %s\n", term, got ? got : "no term", want);
    free(got);
    free(other);
    term_reset();
    return same;
}

int main(int argc, char **argv) {
    static struct coverage coverage;
    unsigned long passed = 0, failed = 0;
    char *line = NULL;
    size_t size = 0;
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!f)
        die("usage: golden FILE");
    while (getline(&line, &size, f) >= 0 && strncmp(line, "--- C: skip", 11)) {
        if (strncmp(line, "red ", 4))
            continue;
        bool good = holds(line, &coverage);
        passed += good;
        failed += !good;
    }
    free(line);
    fclose(f);
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed || !passed;
}
