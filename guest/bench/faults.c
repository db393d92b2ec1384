/*
 * faults.c - round trips: a child that loads from a gap, again and again, each load answered DONE.
 *
 * Boot argument trips=N (default 1,000,000). Divide the run's time by N: what it costs to leave a
 * child and to enter it again, the eleven or so instructions of both sides included.
 */
#include "lib.h"

static struct frond_desc child __attribute__((aligned(4096)));
static struct frond_range map[1] __attribute__((aligned(32)));
static uint32_t code[1024] __attribute__((aligned(4096)));

int main(uint64_t hart, const void *tree) {
    uint64_t trips = bootarg(tree, "trips", 1000000), done = 0;

    (void)hart;
    code[0] = 0x0005b503; /* ld a0, 0(a1) */
    code[1] = 0x00a60633; /* add a2, a2, a0 */
    code[2] = 0xff9ff06f; /* j back */
    map[0] =
        (struct frond_range){FROND_RAM_BASE, 4096, (uint64_t)(uintptr_t)code, FROND_R | FROND_X};
    child.magic = FROND_MAGIC;
    child.label = child.uid = 1;
    child.budget = UINT64_MAX;
    child.map_p = child.map_np = (struct frond_map){(uint64_t)(uintptr_t)map, 1};
    child.pc = FROND_RAM_BASE;
    child.x[11] = 0x40000000;
    while (done < trips) {
        __asm__ volatile("sd %0, 8(%1)" ::"r"(&child), "r"((uint64_t)FROND_CTL_BASE) : "memory");
        if (child.exit.reason != FROND_EXIT_FAULT)
            return 1;
        child.value = ++done;
        child.resume = FROND_DONE;
    }
    print("faults trips %lu sum %016lx\n", trips, child.x[12]);
    return 0;
}
