/* vmlist.c - see vm.h: what can happen in a state, and what a correct VMM may do in it. */
#include "vm.h"

/* May the VMM let address x of child c lead to y? The disjointness of f(r_i) and f(r_j) is made here. */
static bool may_map(const struct vm_view *v, const struct vm_state *s, const struct vm_act *a) {
    const struct vm_scope *sc = v->sc;
    uint8_t e = vm_known(sc, s, a->child, a->mode, a->x);
    bool shared = a->perm == VM_SHARED;
    struct vm_use u;

    if (vm_live(e)) /* other permissions for the same place */
        return vm_target(e) == a->v && vm_perm(e) != a->perm && (vm_perm(e) == VM_SHARED) == shared;
    u = vm_use_of(v, a->child, a->mode, a->x, a->v);
    if (u.mine && (vm_target(u.entry) != a->v || (vm_perm(u.entry) == VM_SHARED) != shared))
        return false;
    if (shared && !vm_leaf(sc, a->child) && a->x < sc->frame[a->child] &&
        !vm_dropped(sc, VM_DROP_SHARED_MAP))
        return false;
    if (u.alias && !vm_dropped(sc, VM_DROP_ALIAS))
        return false;
    if (!u.others || vm_dropped(sc, VM_DROP_OVERLAP))
        return true;
    if (vm_dropped(sc, VM_DROP_PSW_OVERLAP) && a->x == 0 && !u.elsewhere)
        return true;
    if (vm_dropped(sc, VM_DROP_SHARED_ONE))
        return !u.unshared || shared;
    return !u.unshared && shared;
}

static bool may_unmap(const struct vm_scope *sc, const struct vm_state *s, const struct vm_act *a) {
    if (!vm_live(vm_known(sc, s, a->child, a->mode, a->x)))
        return false;
    if (a->x >= sc->cells[a->child]) /* a window is not taken from a device at work */
        return (s->dev & DEV_PHASE) == DEV_IDLE || !vm_below(sc, s->owner, a->child);
    return true;
}

bool vm_enabled(const struct vm_view *v, const struct vm_state *s, const struct vm_act *a) {
    switch (a->kind) {
    case VM_MAP: return may_map(v, s, a);
    case VM_UNMAP: return may_unmap(v->sc, s, a);
    case VM_ENTER: return s->trap[a->node][1] == SENS_NONE;
    case VM_DMA: return vm_below(v->sc, s->run, s->owner);
    case VM_IRQ: return vm_below(v->sc, s->run, s->owner) || vm_dropped(v->sc, VM_DROP_DEFER);
    }
    return true;
}

/* ---- The list ------------------------------------------------------------------------------------- */

struct list {
    struct vm_act *out;
    unsigned n;
};
static void add(struct list *l, struct vm_act a) {
    if (l->n < VM_ACTS)
        l->out[l->n++] = a;
}
#define ADD(...) add(l, (struct vm_act){__VA_ARGS__})

/* Accesses of arbitrary programs of node k in one mode. Data are data; but where a program may have come
 * into reach of a map, it also writes what looks like an entry. */
static void list_accesses(const struct vm_scope *sc, uint8_t k, uint8_t m, struct list *l) {
    unsigned room = vm_wild(sc, k)                      ? sc->addrs[sc->rogue] + (sc->rogue != 0)
                    : vm_dropped(sc, VM_DROP_MAP_REACH) ? sc->cells[0]
                                                        : 0;

    for (uint8_t x = 0; x < sc->addrs[k]; x++) {
        if (x < sc->cells[k])
            ADD(.kind = VM_READ, .node = k, .mode = m, .x = x);
        for (unsigned d = 0; d < 1u << sc->bits; d++)
            ADD(.kind = VM_WRITE, .node = k, .mode = m, .x = x, .v = (uint8_t)d);
        for (unsigned d = 0; x < sc->cells[k] && d < room; d++)
            ADD(.kind = VM_WRITE, .node = k, .mode = m, .x = x, .v = vm_entry(d, VM_RW));
    }
}

static void list_sensitive(const struct vm_scope *sc, uint8_t k, struct list *l) {
    for (uint8_t e = SENS_PSW; e < SENS_ENTER; e++)
        for (uint8_t i = 0; i < (e == SENS_PHYS ? sc->cells[k] : 2); i++)
            for (uint8_t x = 0; x < (e == SENS_ABS || e == SENS_OTHER ? sc->cells[k] : 1); x++)
                ADD(.kind = VM_SENS, .node = k, .x = e,
                    .v = (uint8_t)(e == SENS_ABS || e == SENS_OTHER ? i << 3 | x : i));
}

static void list_leaf(const struct vm_scope *sc, const struct vm_state *s, uint8_t k,
                      struct list *l) {
    uint8_t m = (uint8_t)vm_mode(sc, s, k);

    list_accesses(sc, k, m, l);
    for (uint8_t x = 0; x < sc->cells[k]; x++) {
        if (sc->modes == 2)
            ADD(.kind = VM_LPSW, .node = k, .mode = m, .x = x);
        if (vm_dropped(sc, VM_DROP_INSTANT) && sc->level[k] > 1)
            ADD(.kind = VM_LATCH, .node = k, .mode = m, .x = x);
    }
    if (sc->sens && !s->real_p)
        list_sensitive(sc, k, l);
    for (uint8_t i = 0; i < 2; i++) {
        if (s->latch[0] == k)
            ADD(.kind = VM_LATCHED, .node = k, .mode = m, .x = s->latch[1], .v = i);
        if (vm_dropped(sc, VM_DROP_IO_ABS))
            ADD(.kind = VM_IO, .node = k, .mode = m, .v = i);
    }
}

static void list_maps(const struct vm_scope *sc, uint8_t k, uint8_t c, uint8_t m, uint8_t x,
                      struct list *l) {
    uint8_t first = sc->frame[k], last = sc->cells[k];

    if (x >= sc->cells[c]) /* the device window: to one's own */
        first = last++;
    else if (vm_dropped(sc, VM_DROP_MAP_REACH) && vm_leaf(sc, c))
        first = 0;
    else if (vm_dropped(sc, VM_DROP_VMM_REACH) && sc->own && k != 0)
        first--;
    for (uint8_t y = first; y < last; y++)
        for (uint8_t perm = sc->read_only && y >= sc->frame[k] ? VM_R : VM_RW;
             perm <= (sc->shared ? VM_SHARED : VM_RW); perm++)
            if (x < sc->cells[c] || perm == VM_RW)
                ADD(.kind = VM_MAP, .node = k, .child = c, .mode = m, .x = x, .v = y, .perm = perm);
}

static void list_vmm(const struct vm_scope *sc, const struct vm_state *s, uint8_t k,
                     struct list *l) {
    for (uint8_t c = 1; c < sc->nodes; c++)
        if (sc->parent[c] == k)
            ADD(.kind = VM_ENTER, .node = k, .child = c);
    if (s->trap[k][1] != SENS_NONE)
        ADD(.kind = VM_EMULATE, .node = k);
    for (uint8_t m = 0; m < sc->modes; m++) {
        if (sc->rogue == k) {
            list_accesses(sc, k, m, l);
            continue;
        }
        for (uint8_t d = 0; sc->own && k != 0 && vm_space(sc, m) == m && d < 1u << sc->bits; d++)
            ADD(.kind = VM_WRITE, .node = k, .mode = m, .x = (uint8_t)(sc->frame[k] - 1), .v = d);
        for (uint8_t c = 1; c < sc->nodes; c++)
            for (uint8_t x = 0; sc->parent[c] == k && x < sc->addrs[c]; x++) {
                if (vm_live(vm_known(sc, s, c, m, x)))
                    ADD(.kind = VM_UNMAP, .node = k, .child = c, .mode = m, .x = x);
                list_maps(sc, k, c, m, x, l);
            }
    }
}

unsigned vm_actions(const struct vm_scope *sc, const struct vm_state *s, struct vm_act *out) {
    struct list list = {.out = out}, *l = &list;

    if (vm_leaf(sc, s->run) && s->run != 0)
        list_leaf(sc, s, s->run, l);
    else
        list_vmm(sc, s, s->run, l);
    for (unsigned j = s->run; j != 0; j = sc->parent[j])
        ADD(.kind = VM_PREEMPT, .node = s->run, .child = sc->parent[j]);
    if ((s->dev & DEV_PHASE) == DEV_ARMED)
        ADD(.kind = VM_DMA, .node = s->owner, .v = (uint8_t)((1u << sc->bits) - 1));
    if ((s->dev & DEV_PHASE) == DEV_DONE)
        ADD(.kind = VM_IRQ, .node = s->owner);
    return l->n;
}
