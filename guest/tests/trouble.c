/*
 * trouble.c - programs that misbehave, each chosen by the boot argument do=N:
 *
 *   1 ends with code 7              5 sleeps for ever          9 a child with a bad table
 *   2 faults for ever               6 spins for ever          10 a bad descriptor
 *   3 asks for a reset, once        7 probes what is not there
 *   4 waits for timers, then ends   8 echoes three characters of input
 */
#include "lib.h"

static uint64_t passed; /* traps skipped */

void trap(struct trap *t) {
    passed = passed * 31 + t->cause + t->value;
    t->pc += (*(const uint16_t *)(uintptr_t)t->pc & 3) == 3 ? 4 : 2;
}

static uint64_t rtc(void) {
    uint64_t low = read32(FROND_RTC_BASE);

    return (uint64_t)read32(FROND_RTC_BASE + 4) << 32 | low;
}

static int fault_for_ever(void) {
    csr_write("mtvec", 0x08000000);
    __asm__ volatile("jr %0" ::"r"((uint64_t)0x08000000));
    return 1;
}

/* The RTC goes on over a reset, memory does not. */
static int reset_once(void) {
    volatile uint64_t *seen = (void *)program_end; /* what no start-up code clears */
    uint64_t then = rtc();

    if (*seen != 0)
        return 2;
    *seen = 1;
    if (then > 1000000) {
        print("trouble: after the reset\n");
        return 0;
    }
    while (rtc() < 2000000)
        continue;
    finish_reset();
}

static int wait_for_timers(void) {
    uint64_t start = read64(CLINT_MTIME);

    csr_set("mie", MIE_MTIE);
    for (int i = 1; i <= 5; i++) {
        write64(CLINT_MTIMECMP, start + 1000 * (uint64_t)i);
        while ((csr_read("mip") & MIE_MTIE) == 0)
            __asm__ volatile("wfi");
        print("trouble: timer %d\n", i);
    }
    return 0;
}

static int probe(void) {
    static const uint64_t place[] = {0x0,        0x1000,     0x04000000,  0x10100000,
                                     0x20000000, 0x7ffff000, 0x4000000000};

    for (unsigned i = 0; i < sizeof place / sizeof place[0]; i++) {
        (void)*(volatile uint32_t *)(uintptr_t)place[i];
        *(volatile uint8_t *)(uintptr_t)(place[i] + 1) = 1;
    }
    print("trouble: probed %016lx\n", passed);
    return 0;
}

static int echo(void) {
    for (int i = 0; i < 3; i++) {
        int c;

        while ((c = uart_get()) < 0)
            continue;
        print("trouble: heard %c\n", c);
    }
    return 0;
}

static uint64_t enter(struct frond_desc *d) {
    __asm__ volatile("sd %0, 8(%1)" ::"r"(d), "r"((uint64_t)FROND_CTL_BASE) : "memory");
    return read64(FROND_CTL_BASE + FROND_CTL_STATUS);
}

static int bad_child(bool bad_desc) {
    static struct frond_desc d __attribute__((aligned(4096)));
    static struct frond_range map[3] __attribute__((aligned(32)));

    d.magic = FROND_MAGIC;
    d.version = FROND_ABI_VERSION;
    d.budget = 1000;
    d.map_p = d.map_np = (struct frond_map){(uint64_t)(uintptr_t)map, 3};
    d.pc = FROND_RAM_BASE;
    map[1] = (struct frond_range){FROND_RAM_BASE, 4096, (uint64_t)(uintptr_t)&d + 5, FROND_X};
    if (bad_desc)
        d.x[0] = 1;
    print("trouble: status %lx", enter(&d));
    print(" reason %u kind %u value %lu\n", d.exit.reason, d.exit.kind, d.exit.value);
    return 0;
}

int main(uint64_t hart, const void *tree) {
    (void)hart;
    switch (bootarg(tree, "do", 0)) {
    case 1: return 7;
    case 2: return fault_for_ever();
    case 3: return reset_once();
    case 4: return wait_for_timers();
    case 5:
        csr_write("mie", 0);
        for (;;)
            __asm__ volatile("wfi");
    case 6:
        for (;;)
            continue;
    case 7: return probe();
    case 8: return echo();
    case 9: return bad_child(false);
    case 10: return bad_child(true);
    default: print("trouble: none\n"); return 0;
    }
}
