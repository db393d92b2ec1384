/* priv_tables.c - the page tables of the paging rows; see priv.h. */
#include "priv.h"

enum { POOL = 64 };
static uint64_t root, used;
static unsigned depth;

static uint64_t *at(uint64_t pa) { return (uint64_t *)(uintptr_t)pa; }

uint64_t new_table(void) {
    uint64_t pa = TABLES + 4096 * (used++ % POOL);

    memset(at(pa), 0, 4096);
    return pa;
}

uint64_t new_tables(unsigned levels) {
    uint64_t low;

    used = 0;
    depth = levels;
    root = low = new_table();
    if (levels == 4) {
        low = new_table();
        at(root)[0] = PTE(low, PV);
    }
    at(low)[1] = PTE(0x80000000, PV | PR | PW | PX | PU | PA | PD);
    at(low)[2] = PTE(0x80000000, PV | PR | PW | PX | PA | PD);
    sfence();
    return (uint64_t)(levels == 4 ? 9 : 8) << 60 | root >> 12;
}

uint64_t *entry_of(uint64_t va, unsigned level) {
    uint64_t table = root;

    for (unsigned l = depth - 1;; l--) {
        uint64_t *e = &at(table)[va >> (12 + 9 * l) & 511];

        if (l == level)
            return e;
        if ((*e & PV) == 0)
            *e = PTE(new_table(), PV);
        table = (*e >> 10 & 0xfffffffffff) << 12;
    }
}
