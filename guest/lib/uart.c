/* uart.c - the ns16550a that the device tree names, polled. */
#include "lib.h"

enum { RBR = 0, THR = 0, LSR = 5, LSR_DATA = 1, LSR_THRE = 0x20 };

static uint64_t uart; /* base; 0: none */

void console_init(const void *tree) {
    struct tree_prop reg = tree_find(tree, "/soc/serial", "reg");

    uart = tree_u64(reg, 0);
}

bool console_there(void) { return uart != 0; }

void uart_put(char c) {
    if (uart == 0)
        return;
    while ((read8(uart + LSR) & LSR_THRE) == 0)
        continue;
    write8(uart + THR, (uint8_t)c);
}

int uart_get(void) {
    if (uart == 0 || (read8(uart + LSR) & LSR_DATA) == 0)
        return -1;
    return read8(uart + RBR);
}
