/*
 * timer.c - arithmetic under a timer that ticks 1,000 times a second of the machine's time.
 *
 * Boot argument ticks=N (default 200): the end. The checksum depends on the machine's time alone.
 */
#include "lib.h"

enum { PERIOD = FROND_TIMEBASE_HZ / 1000 };

static volatile uint64_t ticks;

void trap(struct trap *t) {
    if (t->cause != (INTERRUPT | 7)) {
        print("timer: trap %lx\n", t->cause);
        finish(1);
    }
    ticks++;
    write64(CLINT_MTIMECMP, read64(CLINT_MTIMECMP) + PERIOD);
}

int main(uint64_t hart, const void *tree) {
    uint64_t end = bootarg(tree, "ticks", 200), a = hart + 1, sum = 0;

    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + PERIOD);
    csr_set("mie", MIE_MTIE);
    csr_set("mstatus", MSTATUS_MIE);
    while (ticks < end) {
        a ^= a << 13;
        a ^= a >> 7;
        a ^= a << 17;
        sum += a;
    }
    csr_clear("mstatus", MSTATUS_MIE);
    print("timer ticks %lu checksum %016lx\n", end, sum);
    return 0;
}
