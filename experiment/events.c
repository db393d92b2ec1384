/* events.c - see priv.h: where an interrupt goes by, who is told of a gap, and what a trap changes. */
#include "priv.h"
#include <string.h>

#define HOLE (FROND_RAM_BASE + 0x100000) /* no page table of rig.c leads there */
#define MSIP 8ULL

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

/* A trap goes to M-mode, by a register of the hart's. */
static void trap(struct lab *l) {
    struct state s = user(l, "illegal", PLACE_MOVED), end = after(l, &s);

    if (!end.trapped || l->a->trap.mode != TRAP_P)
        wrong(l, "trap: 'mode' is %s; after a trap in U-mode the machine is in %s-mode",
              l->a->trap.mode == TRAP_P ? "p" : "same", end.trapped ? "M" : "another");
    if (!end.trapped || l->a->trap.vector != TRAP_LEVEL_0)
        wrong(l, "trap: 'vector' is %s; it goes to 0x%llx, where mtvec says",
              l->a->trap.vector == TRAP_LEVEL_0 ? "level 0" : "virtual",
              (unsigned long long)end.d.pc);
}

/* An interrupt goes by mtvec: one for all programs of a hart; each node has its own. */
static void interrupt(struct lab *l) {
    bool own = l->a->machine == ISA_NODE;
    struct state s = user(l, "add", PLACE_MOVED), end;

    s.d.csr.mie = MSIP;
    s.d.clint.msip = 1;
    s.d.csr.mtvec &= ~3ULL;
    end = after(l, &s);
    if (!end.trapped || end.d.csr.mcause >> 63 == 0 ||
        l->a->interrupt != (own ? VECTOR_LEVEL : VECTOR_ABSOLUTE))
        wrong(l, "interrupt: it goes to 0x%llx, where %s mtvec says; the description says otherwise",
              (unsigned long long)end.d.pc, own ? "the child's own" : "the hart's one");
}

/* A gap in a hart's page tables is told to M-mode. Who is told of a node's is for test/nest. */
static void gap(struct lab *l) {
    struct state s = user(l, "lb", PLACE_MOVED), end;

    if (l->a->machine == ISA_NODE)
        return;
    s.insn = s.insn & 0xfffff; /* no offset */
    s.d.x[s.insn >> 15 & 31] = HOLE;
    end = after(l, &s);
    if (!end.trapped || l->a->gap != GAP_LEVEL_0)
        wrong(l, "gap: a load from a hole goes to M-mode, cause %llu; the description says otherwise",
              (unsigned long long)end.d.csr.mcause);
}

void events(struct lab *l) {
    trap(l);
    interrupt(l);
    gap(l);
}
