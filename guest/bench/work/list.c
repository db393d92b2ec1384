/* list.c - the kinds of work, and which one a line of text names. */
#include "work.h"
#include "../mix.h"

uint64_t work_mix(uint64_t n, uint8_t *pool) {
    (void)pool;
    return mix(n, 0x1975);
}

const struct work works[] = {
    {"sha256", 5000000, work_sha256},
    {"qsort", 15, work_sort},
    {"matmul", 200, work_matmul},
    {"chase", 6000000, work_chase},
    {"sieve", 1000, work_sieve},
    {"fib", 4500, work_fib},
    {"bytes", 180000, work_bytes},
    {"bytecode", 70000000, work_bytecode},
    {"indirect", 650000000, work_indirect},
    {"geo", 1700, work_geo},
    {"lists", 3600, work_lists},
    {"mix", 150000, work_mix},
    {NULL, 0, NULL},
};

const char *word_after(const char *line, const char *key) {
    for (bool starts = true; *line != 0; starts = *line++ == ' ') {
        size_t i = 0;

        while (starts && key[i] != 0 && line[i] == key[i])
            i++;
        if (starts && key[i] == 0 && line[i] == '=')
            return line + i + 1;
    }
    return NULL;
}

uint64_t number_after(const char *line, const char *key, uint64_t otherwise) {
    const char *at = word_after(line, key);
    uint64_t v = 0;

    if (at == NULL)
        return otherwise;
    for (; *at >= '0' && *at <= '9'; at++)
        v = v * 10 + (uint64_t)(*at - '0');
    return v;
}

uint64_t work_size(const char *line, uint64_t usual) {
    uint64_t part = usual * number_after(line, "percent", 100) / 100;

    return number_after(line, "n", part > 0 ? part : 1);
}

bool word_is(const char *text, const char *name) {
    while (*name != 0 && *text == *name)
        text++, name++;
    return *name == 0 && (*text == 0 || *text == ' ');
}

const struct work *work_find(const char *line) {
    const char *name = word_after(line, "work");

    for (const struct work *w = works; name != NULL && w->name != NULL; w++) {
        if (word_is(name, w->name))
            return w;
    }
    return NULL;
}
