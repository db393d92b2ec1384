/*
 * pages.c - stores to one word of each page of an area, in turn, again and again: below a pager with fewer
 * frames than that, each store is a fault. Boot arguments pages=N (64), rounds=N (10).
 */
#include "lib.h"

int main(uint64_t hart, const void *tree) {
    uint64_t pages = bootarg(tree, "pages", 64), rounds = bootarg(tree, "rounds", 10), sum = 0;
    uint64_t first = ((uint64_t)(uintptr_t)program_end + 4095) & ~(uint64_t)4095;

    (void)hart;
    for (uint64_t r = 0; r < rounds; r++) {
        for (uint64_t i = 0; i < pages; i++) {
            uint64_t at = first + i * 4096;

            sum = sum * 5 + read64(at);
            write64(at, sum + r + i);
        }
    }
    print("pages %lu rounds %lu checksum %016lx\n", pages, rounds, sum);
    return 0;
}
