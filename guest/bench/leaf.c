/*
 * leaf.c - the smallest useful program: about 10,000 instructions, its own checksum, the end.
 *
 * The checksum depends on the word salt=N of its boot arguments, so that siblings can differ. With
 * sleep=1 there is no end: it waits for an interrupt that nobody sends.
 */
#include "lib.h"

int main(uint64_t hart, const void *tree) {
    uint64_t a = bootarg(tree, "salt", 1) + hart, sum = 0;

    for (int i = 0; i < 1000; i++) {
        a ^= a << 13;
        a ^= a >> 7;
        a ^= a << 17;
        sum += a;
    }
    print("leaf %016lx\n", sum);
    while (bootarg(tree, "sleep", 0) != 0)
        __asm__ volatile("wfi");
    return 0;
}
