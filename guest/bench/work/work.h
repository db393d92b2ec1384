/*
 * work.h - kinds of work to compare engines and machines by. Each is a function of its size and of
 * nothing else; the same source is a bare-metal program (bare.c), one of Linux on RISC-V (user.c) and one
 * of the host (native.c).
 */
#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_SIZE = 72 << 20 };

/* The result is the checksum. `pool`: POOL_SIZE bytes of any content, on a page boundary. */
typedef uint64_t work_run(uint64_t n, uint8_t *pool);

struct work {
    const char *name;
    uint64_t n; /* usual size: about a second of the host's */
    work_run *run;
};

/* Up to a row without name. */
extern const struct work works[];

work_run work_sha256, work_bytes, work_sieve, work_geo;     /* integer.c */
work_run work_fib, work_bytecode, work_indirect, work_sort; /* control.c */
work_run work_chase, work_lists;                            /* memory.c */
work_run work_matmul;                                       /* matmul.c */
work_run work_mix;                                          /* list.c */

/* Of a line "work=NAME n=N" or "work=NAME percent=P": what follows `key=`, and a number there. NULL, or `otherwise`: not there. */
const char *word_after(const char *line, const char *key);
uint64_t number_after(const char *line, const char *key, uint64_t otherwise);
/* How much work a line asks for: n=N, or percent=P of the usual size, or that; at least 1 without n=. */
uint64_t work_size(const char *line, uint64_t usual);
/* Whether the word at `text` is `name`. */
bool word_is(const char *text, const char *name);
/* The row that work=NAME names; NULL: none. */
const struct work *work_find(const char *line);

/* Pseudo-random, 31 bits. */
static inline uint32_t work_random(uint64_t *s) {
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*s >> 33);
}

#endif
