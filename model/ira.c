/*
 * ira.c - the Infinite Recursive Architecture: every node with hart, memory and device of its own.
 *
 * It knows no map: a step of a node changes that node and no other. A VMM's own memory (its tables
 * among it) is a node's memory like any; what it has given away is its children's and is not
 * looked at here. Judging a VM system by it uses vm_logical only, no search.
 */
#include "vm.h"
#include <string.h>

void ira_init(const struct vm_scope *sc, struct ira *g) {
    memset(g, 0, sizeof *g);
    for (unsigned k = 1; k < sc->nodes; k++) /* at reset: all memory 0 */
        g->h[k] = sc->modes == 2 && vm_leaf(sc, k) ? VM_P : 0;
}

static bool sensitive(const struct vm_scope *sc, struct ira *g, const struct vm_act *a) {
    unsigned k = a->node;

    if (a->x == SENS_ABS || a->x == SENS_OTHER) { /* on this machine, addresses are absolute */
        g->cell[k][a->v & 7] = a->v >> 3;
        return (a->v & 7) < sc->cells[k];
    }
    g->h[k] = a->v & 1; /* a register of the hart: status, physical address, map register */
    return true;
}

static bool write(const struct vm_scope *sc, struct ira *g, const struct vm_act *a, unsigned mode) {
    unsigned k = a->node;

    if (a->x < sc->cells[k])
        g->cell[k][vm_cell(sc, k, a->mode, a->x)] = a->v;
    else if ((g->dev[k] & DEV_PHASE) == DEV_IDLE)
        g->dev[k] = vm_armed(sc, k, a->v, mode);
    return !vm_leaf(sc, k) || a->mode == mode;
}

bool ira_step(const struct vm_scope *sc, struct ira *g, const struct vm_act *a) {
    unsigned k = a->node, mode = sc->modes == 2 ? g->h[k] & 1 : VM_NP;

    if (k == 0)
        return true; /* the real machine is its own */
    switch (a->kind) {
    case VM_WRITE: return write(sc, g, a, mode); /* a leaf's, or a VMM's to memory of its own */
    case VM_LPSW: g->h[k] = g->cell[k][vm_cell(sc, k, a->mode, a->x)]; return a->mode == mode;
    case VM_SENS: return sensitive(sc, g, a);
    case VM_DMA:
        if ((g->dev[k] & DEV_PHASE) != DEV_ARMED)
            return false;
        g->cell[k][vm_cell(sc, k, g->dev[k] >> 5, g->dev[k] >> 2 & 7u)] = a->v;
        g->dev[k]++;
        return true;
    case VM_IRQ: /* masked by a 1 in the last cell; vector in the first */
        if ((g->dev[k] & DEV_PHASE) != DEV_DONE ||
            g->cell[k][vm_cell(sc, k, mode, sc->cells[k] - 1u)] == 1)
            return false;
        g->h[k] = g->cell[k][vm_cell(sc, k, mode, 0)];
        g->dev[k] = DEV_IDLE;
    }
    return true;
}

/* ---- Judgement ------------------------------------------------------------------------------------ */

/* A cell that node k has given to a child, by what its VMM remembers. */
static bool lent(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned cell) {
    for (unsigned c = k + 1; c < sc->nodes; c++)
        for (unsigned m = 0; sc->parent[c] == k && m < sc->modes; m++)
            for (unsigned x = 0; x < sc->cells[c]; x++) {
                uint8_t e = vm_known(sc, s, c, m, x);

                if (vm_live(e) && vm_cell(sc, k, m, vm_target(e)) == cell)
                    return true;
            }
    return false;
}

static bool own_memory(const struct vm_scope *sc, unsigned k, unsigned cell) {
    return vm_leaf(sc, k) || cell % sc->cells[k] < sc->frame[k];
}

/* f(r_i) and f(r_j) disjoint over all pairs of modes, ω and what both mark SHARED aside; no image of a
 * child meets its VMM's memory. The entries are read as they stand. */
static enum vm_bad walls(const struct vm_scope *sc, const struct vm_state *s, unsigned *node) {
    uint8_t who[VM_NODES][VM_ADDRS] = {{0}}, entry[VM_NODES][VM_ADDRS] = {{0}};

    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned m = 0; m < sc->modes; m++)
            for (unsigned x = 0; x < sc->addrs[c]; x++) {
                unsigned p = sc->parent[c], cell;
                uint8_t e = vm_mapped(sc, s, c, m, x);

                if (!vm_live(e) || p == sc->rogue)
                    continue;
                *node = c;
                cell = vm_cell(sc, p, m, vm_target(e));
                if (vm_target(e) < sc->frame[p])
                    return VM_BAD_MUBAR;
                if (who[p][cell] != 0 && who[p][cell] != c &&
                    (vm_perm(entry[p][cell]) != VM_SHARED || vm_perm(e) != VM_SHARED))
                    return VM_BAD_DISJOINT;
                who[p][cell] = (uint8_t)c;
                entry[p][cell] = e;
            }
    return VM_BAD_OK;
}

enum vm_bad ira_judge(const struct vm_scope *sc, const struct vm_state *s, unsigned *node,
                      unsigned *cell) {
    for (unsigned k = 1; k < sc->nodes; k++) {
        *node = k;
        if (sc->rogue != 0 && vm_wild(sc, k))
            continue;
        for (*cell = 0; *cell < sc->logical[k]; ++*cell) {
            if (vm_dropped(sc, VM_DROP_PSW_OVERLAP) && *cell % sc->cells[k] == 0)
                continue; /* what follows for the status itself is the point */
            if (vm_logical(sc, s, k, *cell) != s->ira.cell[k][*cell] &&
                (own_memory(sc, k, *cell) || !lent(sc, s, k, *cell)))
                return VM_BAD_VIEW;
        }
        if (s->h[k] != s->ira.h[k])
            return VM_BAD_STATUS;
        if (sc->io && s->ira.dev[k] != (s->owner == k ? s->dev : 0))
            return VM_BAD_DEVICE;
    }
    if (sc->drop != 0) /* then only what follows from its loss counts */
        return VM_BAD_OK;
    if (sc->sens && s->real_p != (s->run == 0))
        return VM_BAD_PRIVILEGE;
    return walls(sc, s, node);
}

/* ---- The way back --------------------------------------------------------------------------------- */

static bool serve(const struct vm_scope *sc, struct vm_state *s, const struct vm_act *a,
                  unsigned fuel);

/* The VMM that owns a gap makes the entry lead to y, taking y from whoever has it. */
static bool repair(const struct vm_scope *sc, struct vm_state *s, struct vm_res at, unsigned y,
                   unsigned fuel) {
    unsigned o = sc->parent[at.node];
    struct vm_act map = {.kind = VM_MAP,
                         .node = (uint8_t)o,
                         .child = (uint8_t)at.node,
                         .mode = at.mode,
                         .x = (uint8_t)at.addr,
                         .v = (uint8_t)y,
                         .perm = VM_RW};

    for (uint8_t c = 1; c < sc->nodes; c++)
        for (uint8_t m = 0; sc->parent[c] == o && m < sc->modes; m++)
            for (uint8_t x = 0; x < sc->addrs[c]; x++) {
                uint8_t e = vm_known(sc, s, c, m, x);
                struct vm_act un = {
                    .kind = VM_UNMAP, .node = (uint8_t)o, .child = c, .mode = m, .x = x};

                if (!vm_live(e) || vm_cell(sc, o, m, vm_target(e)) != vm_cell(sc, o, at.mode, y))
                    continue;
                if (c == at.node && vm_cell(sc, c, m, x) == vm_cell(sc, c, at.mode, at.addr))
                    map.perm = vm_perm(e) == VM_SHARED ? VM_SHARED : VM_RW;
                else if (!serve(sc, s, &un, fuel))
                    return false;
            }
    return serve(sc, s, &map, fuel);
}

/* One step that must change something. */
static bool move(const struct vm_scope *sc, struct vm_state *s, const struct vm_act *a,
                 unsigned fuel) {
    struct vm_state before = *s;

    return serve(sc, s, a, fuel) && memcmp(&before, s, sizeof before) != 0;
}

/* From whoever runs back to node k. */
static bool back(const struct vm_scope *sc, struct vm_state *s, unsigned k, unsigned fuel) {
    while (s->run != k) {
        unsigned c = k;

        if (!vm_below(sc, k, s->run))
            return false;
        while (sc->parent[c] != s->run)
            c = sc->parent[c];
        if (!move(sc, s, &(struct vm_act){.kind = VM_ENTER, .node = s->run, .child = (uint8_t)c},
                  fuel))
            return false;
    }
    return true;
}

static bool serve(const struct vm_scope *sc, struct vm_state *s, const struct vm_act *a,
                  unsigned fuel) {
    struct vm_state t;
    struct vm_view v = vm_naive_view(sc, s);
    struct vm_out o;
    unsigned up;
    uint8_t e;

    if (fuel == 0)
        return false;
    o = vm_do(sc, s, &v, a, &t);
    if (o.bad != VM_BAD_OK) /* wrong there, and told there */
        return true;
    if (o.fate == VM_DONE) {
        *s = t;
        while (a->kind != VM_EMULATE && s->trap[s->run][1] != SENS_NONE)
            if (!move(sc, s, &(struct vm_act){.kind = VM_EMULATE, .node = s->run}, fuel - 1))
                return false;
        return true;
    }
    if (o.fate == VM_NONE || o.at.addr >= sc->cells[o.at.node])
        return false;
    up = sc->parent[o.at.node];
    e = vm_known(sc, s, o.at.node, o.at.mode, o.at.addr);
    for (unsigned y = sc->frame[up]; y < sc->cells[up]; y++) {
        struct vm_state u = t;

        if (vm_live(e) && vm_target(e) != y)
            continue;
        if (repair(sc, &u, o.at, y, fuel - 1) && back(sc, &u, s->run, fuel - 1) &&
            serve(sc, &u, a, fuel - 1)) {
            *s = u;
            return true;
        }
    }
    return false;
}

bool ira_served(const struct vm_scope *sc, const struct vm_state *s, const struct vm_act *a) {
    struct vm_state t = *s;

    return serve(sc, &t, a, 12);
}
