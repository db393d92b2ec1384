/*
 * faults.c - round trips: a leaf loads from a gap, the VMM that owns the gap answers DONE.
 *
 * Boot arguments: trips=N (default 1,000,000), levels=L (default 1): the leaf is L levels below
 * this program, and the gap is in the map of the first of them, so that each exit suspends L nodes
 * and each ENTER restores them. alone=1: the VMM's own loop only, with a store to memory for the
 * store to ENTER, so that its instructions' time can be told from the trip's. The sum is that of the
 * values as the leaf has loaded them.
 *
 * All levels lie in this program's memory, mapped onto themselves: what the levels in the middle
 * execute is their one store to ENTER, made once.
 */
#include "lib.h"

enum { LEVELS = 256, GAP = 0x40000000 };

static struct frond_desc node[LEVELS + 1] __attribute__((aligned(4096)));
static struct {
    struct frond_range first[1]; /* of the first level: no gap page */
    struct frond_range inner[2];
    uint64_t rest[512 - 12]; /* a page of their own: nothing else there is written */
} table __attribute__((aligned(4096)));

/* a0: where; a1: what. */
__asm__(".balign 4\n"
        "enter_for_ever: sd a1, 0(a0)\n"
        " j enter_for_ever\n"
        "load_for_ever: ld a2, 0(a0)\n"
        " add a3, a3, a2\n"
        " j load_for_ever\n");
extern const char enter_for_ever[], load_for_ever[];

static void build(uint64_t levels) {
    const uint64_t all = FROND_R | FROND_W | FROND_X;
    uint64_t size = (uint64_t)(program_end - program_start);

    table.inner[0] = (struct frond_range){GAP, FROND_PAGE_SIZE, GAP, all};
    table.first[0] = (struct frond_range){FROND_RAM_BASE, size, FROND_RAM_BASE, all};
    table.inner[1] = table.first[0];
    for (uint64_t l = 0; l < levels; l++) {
        struct frond_desc *d = &node[l];
        bool leaf = l == levels - 1;

        d->magic = FROND_MAGIC;
        d->version = FROND_ABI_VERSION;
        d->label = d->uid = 1;
        d->budget = UINT64_MAX;
        d->map_p.addr = (uint64_t)(uintptr_t)(l == 0 ? table.first : table.inner);
        d->map_p.count = l == 0 ? 1 : 2;
        d->map_np = d->map_p;
        d->pc = (uint64_t)(uintptr_t)(leaf ? load_for_ever : enter_for_ever);
        d->x[10] = leaf ? GAP : FROND_CTL_BASE + FROND_CTL_ENTER;
        d->x[11] = (uint64_t)(uintptr_t)&node[l + 1];
    }
}

/* Enters node[0] by a store to `enter`, answers each FAULT DONE. Returns how many were otherwise. */
static uint64_t serve(volatile uint64_t *enter, uint64_t trips) {
    volatile struct frond_desc *d = &node[0];
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < trips; i++) {
        *enter = (uint64_t)(uintptr_t)d;
        wrong += d->exit.reason != FROND_EXIT_FAULT;
        d->value = i;
        d->resume = FROND_DONE;
    }
    return wrong;
}

int main(uint64_t hart, const void *tree) {
    static uint64_t nowhere;
    uint64_t trips = bootarg(tree, "trips", 1000000), levels = bootarg(tree, "levels", 1);
    uint64_t alone = bootarg(tree, "alone", 0), wrong;

    (void)hart;
    if (levels < 1 || levels > LEVELS || trips < 1)
        return 1;
    build(levels);
    if (alone)
        node[0].exit.reason = FROND_EXIT_FAULT;
    wrong =
        serve(alone ? &nowhere : (volatile uint64_t *)(FROND_CTL_BASE + FROND_CTL_ENTER), trips);
    print("faults levels %lu trips %lu wrong %lu sum %016lx\n", levels, trips, wrong,
          node[levels - 1].x[13]);
    return wrong != 0;
}
