/*
 * rows.c - core/ by rows: rows [--seed N] [--cases N] [--first]
 *
 * N cases of what is random, N/10 of what is dear. --first: up to the first failure, each row named
 * before it is run. A row that leaves memory allocated has failed.
 */
#include "rows.h"
#include <stdarg.h>

uint64_t first_seed = 1975, cases = 200000;
char why[600];

bool wrong(const struct world *w, const char *format, ...) {
    va_list args;
    size_t n;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    n = strlen(why);
    if (w)
        snprintf(why + n, sizeof why - n, " (path of %u)", w->core.top + 1);
    return false;
}

static bool passes(const struct row *row) {
    alloc_held = 0;
    harts_held = 0;
    if (!row->run())
        return false;
    if (alloc_held != 0 || harts_held != 0)
        return wrong(NULL, "%" PRIu64 " bytes and %u harts are left", alloc_held, harts_held);
    if (alloc_wrong)
        return wrong(NULL, "an allocation was written behind, or is given back as of another size");
    return true;
}

int main(int argc, char **argv) {
    static const struct rows *const all[] = {&cache_rows, &path_rows,  &kept_rows,  &uses_rows,
                                             &store_rows, &issue_rows, &audit_rows, &prop_rows};
    unsigned passed = 0, failed = 0;
    bool first = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first_seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--cases") == 0 && i + 1 < argc)
            cases = strtoull(argv[++i], NULL, 0);
        first |= strcmp(argv[i], "--first") == 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("core: seed %" PRIu64 ", %" PRIu64 " cases\n", first_seed, cases);
    for (unsigned f = 0; f < sizeof all / sizeof all[0]; f++) {
        for (unsigned i = 0; i < all[f]->count && !(first && failed != 0); i++) {
            const struct row *row = &all[f]->row[i];
            if (first)
                printf("run  %s\n", row->name);
            bool ok = passes(row);
            printf("%s %s%s%s\n", ok ? "ok  " : "FAIL", row->name, ok ? "" : ": ", ok ? "" : why);
            passed += ok;
            failed += !ok;
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
