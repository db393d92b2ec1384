/* events.c - see priv.h: where an interrupt goes by, who is told of a gap, and what a trap changes. */
#include "priv.h"
#include <string.h>

#define HOLE (FROND_RAM_BASE + 0x100000) /* no page table of rig.c leads there */
#define MSIP 8ULL
enum { LOAD_PAGE_FAULT = 13 };

/* A state in U-mode, of what is named so. */
static struct state user(struct lab *l, const char *name, enum place p) {
    struct item *items = l->items;
    unsigned i = 0;
    struct state s;

    while (strcmp(items[i].name, name) != 0)
        i++;
    state_random(&l->random, &items[i], true, &s);
    s.d.mode = FROND_MODE_U;
    state_place(&s, p);
    return s;
}

static struct state after(struct lab *l, const struct state *s) {
    struct state end = *s;

    l->broken |= !rig_run(l->a->machine == ISA_NODE ? &l->child : &l->rig, s, &end);
    return end;
}

static bool by_mtvec(const struct state *s) { return s->d.pc == (s->d.csr.mtvec & ~3ULL); }

static void trap(struct lab *l) {
    struct state s = user(l, "illegal", PLACE_MOVED), end = after(l, &s);

    l->e->trap_to_p = end.d.mode == FROND_MODE_M;
    l->e->trap_by_mtvec = by_mtvec(&end);
}

static void interrupt(struct lab *l) {
    struct state s = user(l, "add", PLACE_MOVED), end;

    s.d.csr.mie = MSIP;
    s.d.clint.msip = 1;
    s.d.csr.mtvec &= ~3ULL;
    end = after(l, &s);
    l->e->interrupt_by_mtvec = by_mtvec(&end) && end.d.csr.mcause >> 63 != 0;
}

/* A gap in a hart's page tables. Who is told of one in a node's map is for test/nest. */
static void gap(struct lab *l) {
    struct state s = user(l, "lb", PLACE_MOVED), end;

    s.insn = s.insn & 0xfffff; /* no offset */
    s.d.x[s.insn >> 15 & 31] = HOLE;
    end = after(l, &s);
    l->e->gap_to_m = end.trapped && end.d.csr.mcause == LOAD_PAGE_FAULT;
}

void events(struct lab *l) {
    trap(l);
    interrupt(l);
    gap(l);
}
