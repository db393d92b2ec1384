/* vmstep.c - see vm.h: what a step does. */
#include "vm.h"
#include <string.h>

struct step {
    const struct vm_scope *sc;
    const struct vm_state *s;
    const struct vm_view *v;
    const struct vm_act *a;
    struct vm_state *t;
    struct vm_out out;
};

static void come_to(struct step *p, unsigned node) {
    p->t->run = (uint8_t)node;
    p->t->act[node] = 0;
    p->t->real_p = p->sc->sens && node == 0;
}

/* A gap ends the step, which has changed nothing yet: control goes to the VMM that owns it. */
static void fault(struct step *p, struct vm_res at, unsigned write) {
    const struct vm_scope *sc = p->sc;
    unsigned owner = sc->parent[at.node];

    if (vm_dropped(sc, VM_DROP_GAP_HIGH))
        owner = sc->parent[p->a->node];
    if (vm_dropped(sc, VM_DROP_GAP_LOW))
        owner = 0;
    p->out.fate = VM_FAULT;
    p->out.at = at;
    p->out.ira.kind = VM_KINDS;
    if (vm_dropped(sc, VM_DROP_GAP_SILENT)) { /* the access is lost, and nobody told */
        p->out.fate = VM_DONE;
        p->out.ira = *p->a;
        return;
    }
    come_to(p, owner);
    if (at.node != 0 && owner != sc->parent[at.node])
        p->out.bad = VM_BAD_FAULT;
    else if (at.node != 0 && at.addr < sc->addrs[at.node] && !vm_wild(sc, owner) &&
             vm_allows(vm_known(sc, p->s, at.node, at.mode, at.addr), write && !at.table))
        p->out.bad = VM_BAD_FAULT;
}

/* An access of a node through its maps: the cell of node 0, or a fault. To be made before all changes. */
static bool reach(struct step *p, unsigned k, unsigned m, unsigned write, unsigned x,
                  uint8_t *real) {
    struct vm_res r = vm_at(p->v, k, m, write, x);

    if (p->s->real_p && k != 0)
        r = (struct vm_res){.ok = true, .real = x & 0xff};
    if (!r.ok)
        fault(p, r, write);
    *real = (uint8_t)r.real;
    return r.ok;
}

static void enter(struct step *p, unsigned k, unsigned c) {
    if (k != 0)
        p->t->act[k] = (uint8_t)c;
    while (p->t->act[c] != 0)
        c = p->t->act[c];
    p->t->run = (uint8_t)c;
    p->t->real_p = false;
}

static void trap(struct step *p, unsigned who, unsigned kind, unsigned arg) {
    if (vm_dropped(p->sc, VM_DROP_TRAP_VECTOR) && kind != SENS_ENTER) {
        p->t->real_p = true; /* the handler is a location of the child's */
        return;
    }
    come_to(p, 0);
    p->t->real_p = !vm_dropped(p->sc, VM_DROP_TRAP_MODE);
    p->t->trap[0][0] = (uint8_t)who;
    p->t->trap[0][1] = (uint8_t)kind;
    p->t->trap[0][2] = (uint8_t)arg;
}

/* ---- A VMM's steps -------------------------------------------------------------------------------- */

/* The VMM's store to its table, as its own machine sees it. */
static struct vm_act store(const struct vm_scope *sc, const struct vm_act *a, uint8_t e) {
    return (struct vm_act){.kind = VM_WRITE,
                           .node = a->node,
                           .mode = (uint8_t)vm_space(sc, a->mode),
                           .x = (uint8_t)(sc->tab[a->child][a->mode] + a->x),
                           .v = e};
}

static void do_map(struct step *p) {
    const struct vm_act *a = p->a;
    const struct vm_scope *sc = p->sc;
    unsigned k = a->node, c = a->child, space = vm_space(sc, a->mode);
    unsigned cell = vm_cell(sc, c, a->mode, a->x);
    struct vm_use u = vm_use_of(p->v, c, a->mode, a->x, a->v);
    bool fresh = !vm_live(vm_known(sc, p->s, c, a->mode, a->x)) && a->x < sc->cells[c] && !u.mine;
    uint8_t at, to = 0;

    p->out.ira = store(sc, a, vm_entry(a->v, a->perm));
    if (!reach(p, k, space, 1, sc->tab[c][a->mode] + a->x, &at) ||
        (fresh && !reach(p, k, space, 1, a->v, &to)))
        return;
    if (fresh && a->v < sc->frame[k]) /* REACH: given as it is */
        p->t->ira.cell[c][cell] = p->s->mem[to];
    else if (fresh && !u.others && !u.alias && !u.unshared)
        p->t->mem[to] = vm_dropped(sc, VM_DROP_CONTENT) ? 0 : p->s->sec[c][cell];
    if (fresh)
        p->t->sec[c][cell] = 0;
    p->t->mem[at] = vm_entry(a->v, a->perm);
}

/* SINK: room for the content of one more cell. */
static bool sink_full(const struct vm_scope *sc, const struct vm_state *s) {
    unsigned n = 0;

    for (unsigned k = 1; k < sc->nodes; k++)
        for (unsigned i = 0; i < sc->logical[k]; i++)
            n += s->sec[k][i] != 0;
    return vm_dropped(sc, VM_DROP_SINK) && n >= sc->sink;
}

static void do_unmap(struct step *p) {
    const struct vm_act *a = p->a;
    const struct vm_scope *sc = p->sc;
    unsigned k = a->node, c = a->child, space = vm_space(sc, a->mode);
    unsigned y = vm_target(vm_known(sc, p->s, c, a->mode, a->x));
    struct vm_use u = vm_use_of(p->v, c, a->mode, a->x, y);
    bool last = a->x < sc->cells[c] && !u.mine;
    uint8_t at, from = 0;

    p->out.ira = store(sc, a, VM_OMEGA);
    if (!reach(p, k, space, 1, sc->tab[c][a->mode] + a->x, &at) ||
        (last && !reach(p, k, space, 1, y, &from)))
        return;
    if (last && p->s->mem[from] != 0 && sink_full(sc, p->s)) {
        p->out.fate = VM_NONE;
        return;
    }
    if (last)
        p->t->sec[c][vm_cell(sc, c, a->mode, a->x)] = p->s->mem[from];
    if (last && !u.others && !u.alias && y >= sc->frame[k]) {
        p->t->mem[from] = 0;
        if (k != 0) /* on its own machine too */
            p->t->ira.cell[k][vm_cell(sc, k, a->mode, y)] = 0;
    }
    p->t->mem[at] = VM_OMEGA;
}

/* ---- A program's steps ---------------------------------------------------------------------------- */

/* A device at work takes no order. */
static void start_device(struct step *p) {
    const struct vm_act *a = p->a;

    if ((p->s->dev & DEV_PHASE) != DEV_IDLE)
        return;
    p->t->owner = a->node;
    p->t->dev = vm_armed(p->sc, a->node, a->v, vm_mode(p->sc, p->s, a->node));
}

/* The same step on its own machine, whatever this one does. */
static void do_access(struct step *p) {
    const struct vm_act *a = p->a;
    uint8_t real;

    p->out.ira = *a;
    if (!reach(p, a->node, a->mode, a->kind == VM_WRITE, a->x, &real))
        return;
    if (a->kind == VM_LPSW) {
        for (unsigned k = 1; k < p->sc->nodes; k++)
            if (k == a->node || (vm_dropped(p->sc, VM_DROP_PSW_SHARED) && vm_leaf(p->sc, k)))
                p->t->h[k] = p->s->mem[real];
    } else if (a->kind == VM_WRITE && real >= p->sc->cells[0])
        start_device(p);
    else if (a->kind == VM_WRITE)
        p->t->mem[real] = a->v;
}

static void do_latch(struct step *p) {
    const struct vm_act *a = p->a;
    const struct vm_scope *sc = p->sc;
    unsigned k = a->node, up = sc->parent[k];
    uint8_t real, e;

    if (a->kind == VM_LATCH) {
        if (!reach(p, up, vm_space(sc, a->mode), 0, sc->tab[k][a->mode] + a->x, &real))
            return;
        e = p->s->mem[real];
        if (!vm_allows(e, 1)) {
            fault(p, vm_at(p->v, k, a->mode, 1, a->x), 1);
            return;
        }
        p->t->latch[0] = (uint8_t)k;
        p->t->latch[1] = a->x;
        p->t->latch[2] = (uint8_t)vm_target(e);
        return;
    }
    p->out.ira = *a;
    p->out.ira.kind = VM_WRITE;
    if (!reach(p, up, a->mode, 1, p->s->latch[2], &real))
        return;
    p->t->mem[real] = a->v;
    memset(p->t->latch, 0, sizeof p->t->latch);
}

/* ---- Sensitive instructions ----------------------------------------------------------------------- */

/* One that does not trap does to the real machine what it says. */
static bool silent(struct step *p) {
    const struct vm_scope *sc = p->sc;
    const struct vm_act *a = p->a;
    unsigned k = a->node, first = k;
    static const uint8_t drop[] = {[SENS_PSW] = VM_DROP_SENS_PSW,
                                   [SENS_ABS] = VM_DROP_SENS_ABS,
                                   [SENS_OTHER] = VM_DROP_SENS_OTHER,
                                   [SENS_PHYS] = VM_DROP_SENS_PHYS,
                                   [SENS_MMR] = VM_DROP_SENS_MMR};
    uint8_t real;

    if (!vm_dropped(sc, drop[a->x]))
        return false;
    p->out.ira = *a;
    switch (a->x) {
    case SENS_PSW: /* Figure 6: it is the status of all */
        p->t->real_p = a->v & 1;
        for (unsigned j = 1; j < sc->nodes; j++)
            if (vm_leaf(sc, j))
                p->t->h[j] = a->v & 1;
        break;
    case SENS_ABS: p->t->mem[a->v & 7] = a->v >> 3; break;
    case SENS_OTHER: /* the map one level down */
        if (reach(p, sc->parent[k], VM_NP, 1, a->v & 7, &real))
            p->t->mem[real] = a->v >> 3;
        break;
    case SENS_PHYS:
        if (reach(p, k, VM_NP, 0, a->v, &real))
            p->t->h[k] = real & 1;
        break;
    case SENS_MMR: /* the map register of level 1, address 0 */
        while (sc->level[first] > 1)
            first = sc->parent[first];
        p->t->mem[sc->tab[first][0]] = vm_entry(sc->frame[0] + a->v, VM_RW);
        p->t->h[k] = a->v & 1;
    }
    return true;
}

/* The VMM at `run` does what the trapped instruction would have done on its node's own machine. */
static void do_emulate(struct step *p) {
    const struct vm_scope *sc = p->sc;
    unsigned at = p->s->run, who = p->s->trap[at][0], kind = p->s->trap[at][1],
             arg = p->s->trap[at][2], up = sc->parent[who];
    uint8_t e, real;

    p->out.interpreted = true;
    if (kind == SENS_ENTER) {
        memset(p->t->trap[at], 0, 3);
        enter(p, who, arg);
        return;
    }
    if (up != at) { /* the trap belongs to a VMM above: reflect it */
        memcpy(p->t->trap[up], p->s->trap[at], 3);
        memset(p->t->trap[at], 0, 3);
        come_to(p, up);
        return;
    }
    p->out.ira = (struct vm_act){
        .kind = VM_SENS, .node = (uint8_t)who, .x = (uint8_t)kind, .v = (uint8_t)arg};
    if (kind == SENS_ABS || kind == SENS_OTHER) {
        e = vm_known(sc, p->s, who, VM_NP, arg & 7);
        if (vm_live(e) && !reach(p, at, VM_NP, 1, vm_target(e), &real))
            return;
        if (vm_live(e))
            p->t->mem[real] = (uint8_t)(arg >> 3);
        else
            p->t->sec[who][arg & 7] = (uint8_t)(arg >> 3);
    } else
        p->t->h[who] = arg & 1;
    memset(p->t->trap[at], 0, 3);
}

/* ---- The device ----------------------------------------------------------------------------------- */

static void do_dma(struct step *p) {
    unsigned k = p->a->node, x = p->s->dev >> 2 & 7u;
    uint8_t real = (uint8_t)x;

    p->out.ira = *p->a;
    if (!vm_dropped(p->sc, VM_DROP_DMA_ABS) && !reach(p, k, p->s->dev >> 5, 1, x, &real))
        return;
    p->t->mem[real] = p->a->v;
    p->t->dev++;
}

static void do_irq(struct step *p) {
    const struct vm_scope *sc = p->sc;
    unsigned k = p->a->node, m = vm_mode(sc, p->s, k);
    uint8_t mask, vector = 0;

    p->out.ira = *p->a;
    if (!reach(p, k, m, 0, sc->cells[k] - 1u, &mask))
        return;
    if (p->s->mem[mask] == 1 && !vm_dropped(sc, VM_DROP_MASK)) {
        p->out.fate = VM_NONE;
        return;
    }
    if (!vm_dropped(sc, VM_DROP_VECTOR_ABS) && !reach(p, k, m, 0, 0, &vector))
        return;
    come_to(p, k);
    p->t->h[k] = p->s->mem[vector];
    for (unsigned j = 1; vm_dropped(sc, VM_DROP_AUTO_MODE) && j < sc->nodes; j++)
        if (vm_leaf(sc, j))
            p->t->h[j] = VM_P;
    if (!vm_dropped(sc, VM_DROP_ACK))
        p->t->dev = p->t->owner = 0;
}

/* ---- All together --------------------------------------------------------------------------------- */

static void dispatch(struct step *p) {
    const struct vm_act *a = p->a;

    switch (a->kind) {
    case VM_READ:
    case VM_WRITE:
    case VM_LPSW: do_access(p); break;
    case VM_LATCH:
    case VM_LATCHED: do_latch(p); break;
    case VM_SENS:
        if (!silent(p))
            trap(p, a->node, a->x, a->v);
        break;
    case VM_IO:
        p->out.ira = (struct vm_act){.kind = VM_WRITE,
                                     .node = a->node,
                                     .mode = a->mode,
                                     .x = p->sc->cells[a->node],
                                     .v = a->v};
        start_device(p);
        break;
    case VM_ENTER:
        if (p->sc->sens && a->node != 0)
            trap(p, a->node, SENS_ENTER, a->child);
        else
            enter(p, a->node, a->child);
        break;
    case VM_MAP: do_map(p); break;
    case VM_UNMAP: do_unmap(p); break;
    case VM_EMULATE: do_emulate(p); break;
    case VM_PREEMPT: come_to(p, a->child); break;
    case VM_DMA: do_dma(p); break;
    case VM_IRQ: do_irq(p); break;
    }
}

/* While two children have a cell and both are marked so, neither can claim to have it alone, nor can what
 * is realized in it. With a map in a child's reach the child may see it change: that is not the point. */
static void give_up_shared(const struct vm_scope *sc, struct vm_state *t) {
    bool given[VM_NODES][VM_ADDRS] = {{false}};
    struct vm_view v = vm_naive_view(sc, t);

    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned m = 0; m < sc->modes; m++)
            for (unsigned x = 0; x < sc->cells[c]; x++) {
                unsigned p = sc->parent[c], cell = vm_cell(sc, c, m, x);
                uint8_t e = vm_known(sc, t, c, m, x);
                struct vm_use u = vm_use_of(&v, c, m, x, vm_target(e));

                if (!vm_live(e) ||
                    !((vm_perm(e) == VM_SHARED && u.others && !u.unshared) ||
                      (vm_dropped(sc, VM_DROP_MAP_REACH) && vm_target(e) < sc->frame[p]) ||
                      given[p][vm_cell(sc, p, m, vm_target(e))]))
                    continue;
                given[c][cell] = true;
                t->ira.cell[c][cell] = vm_logical(sc, t, c, cell);
                v = vm_naive_view(sc, t); /* it may have been an entry */
            }
}

/* Who may be started and stopped, and who may write to node 0's VMM. */
static enum vm_bad bounds(const struct step *p) {
    const struct vm_scope *sc = p->sc;
    const struct vm_state *s = p->s, *t = p->t;
    bool start = p->a->kind == VM_ENTER || p->a->kind == VM_EMULATE;

    if (!vm_below(sc, s->run, t->run) && !(start && vm_below(sc, t->run, s->run)))
        return VM_BAD_CONTROL;
    for (unsigned k = 1; memcmp(s->act, t->act, sizeof s->act) != 0 && k < sc->nodes; k++)
        if (s->act[k] != t->act[k] && t->run != k && s->run != k && p->a->kind != VM_EMULATE)
            return VM_BAD_CONTROL;
    if (p->out.fate == VM_DONE && s->run != 0 && !vm_dropped(sc, VM_DROP_MAP_REACH) &&
        memcmp(s->mem, t->mem, sc->frame[0]) != 0)
        return VM_BAD_ROOT;
    return VM_BAD_OK;
}

struct vm_out vm_do(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                    const struct vm_act *a, struct vm_state *t) {
    struct step p;

    if (!vm_enabled(v, s, a))
        return (struct vm_out){.fate = VM_NONE, .ira = {.kind = VM_KINDS}};
    p = (struct step){sc, s, v, a, t, {.fate = VM_DONE, .ira = {.kind = VM_KINDS}}};
    *t = *s;
    /* Without P-mode, node 0's VMM cannot do a thing: its instructions trap to itself. */
    if (sc->sens && s->run == 0 && !s->real_p)
        return p.out;
    dispatch(&p);
    if (p.out.fate == VM_NONE)
        return p.out;
    if (p.out.fate == VM_DONE && p.out.ira.kind != VM_KINDS && !ira_step(sc, &t->ira, &p.out.ira) &&
        (sc->rogue == 0 || !vm_wild(sc, p.out.ira.node)))
        p.out.bad = VM_BAD_FORBIDDEN;
    if (p.out.fate == VM_DONE && p.out.interpreted && !sc->sens)
        p.out.bad = VM_BAD_INTERPRETED;
    if (sc->rogue != 0 && sc->rogue != VM_NO_ROGUE)
        for (unsigned k = 1; k < sc->nodes; k++)
            if (vm_wild(sc, k)) /* whatever they do to each other */
                memset(t->ira.cell[k], 0, sizeof t->ira.cell[k]);
    if (sc->shared || vm_dropped(sc, VM_DROP_MAP_REACH))
        give_up_shared(sc, t);
    if (p.out.bad == VM_BAD_OK)
        p.out.bad = bounds(&p);
    if (sc->alike)
        vm_canonical(sc, t);
    return p.out;
}
