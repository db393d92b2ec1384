/*
 * chars.c - writes to the UART and nothing else; boot argument chars=N (default 10,000), in lines
 * of 64.
 *
 * Where a UART is played by the level right above, each costs a round trip to the direct parent;
 * where it is handed down by n levels and played below them, each suspends and restores n levels. polls=N: loads
 * of its line status instead, so that nothing is printed.
 */
#include "lib.h"

int main(uint64_t hart, const void *tree) {
    uint64_t polls = bootarg(tree, "polls", 0);
    uint64_t n = bootarg(tree, "chars", polls == 0 ? 10000 : 0);

    (void)hart;
    for (uint64_t i = 0; i < polls; i++)
        (void)read8(FROND_UART_BASE + 5);
    for (uint64_t i = 1; i <= n; i++)
        write8(FROND_UART_BASE, i % 64 == 0 ? '\n' : (uint8_t)('a' + i % 26));
    print("\nchars %lu\n", n);
    return 0;
}
