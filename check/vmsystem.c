/* vmsystem.c - see check.h: the virtual machine systems of model/vm.h for the explorer. */
#include "check.h"
#include <string.h>

void vmsystem_init(const void *scope, uint8_t *state) {
    struct vm_state s;

    vm_init(scope, &s);
    vm_pack(scope, &s, state);
}

/* Steps of programs on their own machines that must be possible at once there. A write asks for all
 * that a read does, and the datum is all one. A device's window is left out: a device is not
 * preemptible, as secondary memory is not. */
static bool own_step(const struct vm_scope *sc, const struct vm_act *a) {
    if (vm_wild(sc, a->node))
        return false;
    switch (a->kind) {
    case VM_WRITE: return a->v == 0 && a->x < sc->cells[a->node];
    case VM_MAP:
    case VM_UNMAP: return a->x < sc->cells[a->child];
    case VM_SENS: return true;
    case VM_ENTER: return sc->sens && a->node != 0;
    }
    return false;
}

/* ---- Counts --------------------------------------------------------------------------------------- */

static void count_state(uint64_t *n, const struct vm_scope *sc, const struct vm_state *s) {
    bool map[CHECK_LEVELS] = {false}, shared = false;
    unsigned has[VM_NODES] = {0};
    uint64_t taken[VM_NODES] = {0};

    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned x = 0; x < sc->cells[c]; x++)
            for (unsigned m = 0; m < sc->modes; m++) {
                unsigned p = sc->parent[c];
                uint8_t e = vm_mapped(sc, s, c, m, x);
                uint64_t bit = 1ull << vm_cell(sc, p, m, vm_target(e));

                if (!vm_live(e))
                    continue;
                map[sc->level[c]] = true;
                shared |= vm_perm(e) == VM_SHARED && (taken[p] & bit);
                taken[p] |= bit;
                has[c] += m == 0;
            }
    for (unsigned l = 0; l < CHECK_LEVELS; l++)
        n[COUNT_MAP + l] += map[l];
    for (unsigned c = 1; c <= 2 && c < sc->nodes; c++)
        n[COUNT_FULL + c - 1] += has[c] + sc->frame[sc->parent[c]] == sc->cells[sc->parent[c]];
    n[COUNT_SHARED] += shared;
}

struct seen { /* in the steps of one state */
    bool gap[CHECK_LEVELS], fault[CHECK_LEVELS], emulated, irq;
    unsigned steps;
};

static void see(struct seen *seen, const struct vm_scope *sc, const struct vm_act *a,
                const struct vm_out *o, const struct vm_state *t) {
    seen->steps++;
    seen->emulated |= o->interpreted;
    seen->irq |= o->fate == VM_DONE && a->kind == VM_IRQ;
    if (o->fate == VM_FAULT) {
        seen->gap[sc->level[o->at.node]] = true;
        seen->fault[sc->level[t->run]] = true;
    }
}

static void count_steps(uint64_t *n, const struct seen *seen) {
    for (unsigned l = 0; l < CHECK_LEVELS; l++) {
        n[COUNT_GAP + l] += seen->gap[l];
        n[COUNT_FAULT + l] += seen->fault[l];
    }
    n[COUNT_INTERPRETED] += seen->emulated;
    n[COUNT_IRQ] += seen->irq;
    n[COUNT_STEPS] += seen->steps;
}

/* ---- Successors ----------------------------------------------------------------------------------- */

/* What is wrong with a step that was done, or with where it leads. A state that was known has been judged;
 * a step that leads there may still be wrong. */
static enum vm_bad judge(const struct vm_scope *sc, const struct vm_state *s,
                         const struct vm_act *a, const struct vm_out *o, const struct vm_state *t,
                         bool fresh, unsigned *node, unsigned *cell) {
    *node = a->node;
    *cell = a->x;
    if (o->bad != VM_BAD_OK)
        return o->bad;
    if ((o->fate == VM_FAULT || a->kind == VM_SENS || a->kind == VM_ENTER) && own_step(sc, a) &&
        !ira_served(sc, s, a))
        return VM_BAD_STUCK;
    return fresh ? ira_judge(sc, t, node, cell) : VM_BAD_OK;
}

static void by_search(struct check_sink *sink, const struct vm_scope *sc, const struct vm_state *s,
                      struct vm_view *v) {
    vm_compose(sc, s, !sink->plain, v);
}

void vmsystem_expand(const void *scope, const uint8_t *state, struct check_sink *sink) {
    vmsystem_expand_by(scope, state, sink, by_search);
}

void vmsystem_expand_by(const struct vm_scope *sc, const uint8_t *state, struct check_sink *sink,
                        vmsystem_compose *compose) {
    struct vm_state s, t;
    struct vm_view v;
    struct vm_act acts[VM_ACTS];
    struct seen seen = {0};
    uint8_t packed[VM_STATE_MAX];
    unsigned n, node = 0, cell = 0;

    vm_unpack(sc, state, &s);
    compose(sink, sc, &s, &v);
    if (!sink->plain && !vm_search_ok(sc, &s, &v)) {
        sink->wrong = (struct check_wrong){.what = VM_BAD_SEARCH, .by_itself = true};
        return;
    }
    n = vm_actions(sc, &s, acts);
    for (unsigned i = 0; i < n; i++) {
        struct vm_out o = vm_do(sc, &s, &v, &acts[i], &t);
        struct check_act act = {{0}};
        bool fresh;

        if (o.fate == VM_NONE)
            continue;
        memcpy(act.b, &acts[i], sizeof acts[i]);
        see(&seen, sc, &acts[i], &o, &t);
        vm_pack(sc, &t, packed);
        sink->wrong.what = (uint8_t)o.bad;
        fresh = sink->reach(sink, packed, &act);
        o.bad = sink->wrong.what; /* `reach` may have found it wrong itself */
        sink->wrong.what = 0;
        if (sink->plain)
            continue;
        sink->wrong.what = (uint8_t)judge(sc, &s, &acts[i], &o, &t, fresh, &node, &cell);
        if (sink->wrong.what != 0) {
            sink->wrong.act = act;
            sink->wrong.node = (uint8_t)node;
            sink->wrong.cell = (uint8_t)cell;
            sink->wrong.by_itself = false;
            return;
        }
    }
    if (!sink->plain) {
        count_state(sink->count, sc, &s);
        count_steps(sink->count, &seen);
    }
}
