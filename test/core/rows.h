/* rows.h - the rows of test/core: each file has a table of its own, rows.c runs them all. */
#ifndef TEST_CORE_ROWS_H
#define TEST_CORE_ROWS_H

#include "world.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    const char *name;
    bool (*run)(void);
};
struct rows {
    const struct row *row;
    unsigned count;
};
#define ROWS(name, ...)                                                                            \
    static const struct row name##_table[] = {__VA_ARGS__};                                        \
    const struct rows name = {name##_table, sizeof name##_table / sizeof name##_table[0]}

extern const struct rows cache_rows, path_rows, kept_rows, uses_rows, store_rows, issue_rows,
    audit_rows, prop_rows;

/* --seed and --cases. */
extern uint64_t first_seed, cases;

/* prop.c: accesses whose answer was compared with the judge's. */
extern uint64_t judged;

/* Says why a row fails; w or NULL: how deep its path is. Returns false. */
bool wrong(const struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern char why[600];

/* In a row: `condition` must hold. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return wrong(NULL, "%s:%d: %s", __FILE__, __LINE__, #condition);                       \
    } while (0)

#endif
