/*
 * mapsystem.c - see check.h: VM systems whose look-ups a resolver of the engine makes (check/cells).
 *
 * In each state every node is entered, and all its accesses go through the resolver, which thus has in its registers
 * what it can have; the steps are made by what it says. Each step that changes an entry of a map is then made in the
 * resolver's memory, too, and all is asked again: what was kept must have been dropped, or be right. The judge is the naive
 * look-up.
 */
#include "cells/cells.h"
#include "check.h"
#include <string.h>

struct lookups { /* sink first: what vmsystem_expand_by is given */
    struct check_sink sink, *outer;
    const struct vm_scope *sc;
    struct cells *cells;
    const struct vm_state *from; /* the state that is expanded */
};

/* ---- By the resolver -------------------------------------------------------------------------------------------- */

static bool ask_node(struct lookups *l, const struct vm_state *s, unsigned k, struct vm_view *v) {
    for (unsigned m = 0; m < l->sc->modes; m++)
        for (unsigned x = 0; x < l->sc->addrs[k]; x++)
            for (unsigned write = 0; write < 2; write++)
                v->res[k][m][write][x] = cells_at(l->cells, k, m, write, x);
    return vm_node_ok(l->sc, s, v, k);
}

static bool no_memory(struct lookups *l) {
    l->outer->no_memory = true;
    return true;
}

/* All accesses in state s, each leaf entered in turn. False: one is wrong, and stands in the view. */
static bool ask(struct lookups *l, const struct vm_state *s, struct vm_view *v) {
    if (!cells_store(l->cells, s))
        return no_memory(l);
    for (unsigned leaf = 1; leaf < l->sc->nodes; leaf++) {
        if (!vm_leaf(l->sc, leaf))
            continue;
        if (!cells_enter(l->cells, leaf))
            return no_memory(l);
        for (unsigned k = leaf; k != 0; k = l->sc->parent[k])
            if (!ask_node(l, s, k, v))
                return false;
    }
    return cells_enter(l->cells, s->run) || no_memory(l);
}

/* The view of a state; vm_search_ok will see what is wrong with it. */
static void compose(struct check_sink *sink, const struct vm_scope *sc, const struct vm_state *s,
                    struct vm_view *v) {
    struct lookups *l = (struct lookups *)sink;

    vm_compose(sc, s, true, v);
    l->from = s;
    ask(l, s, v);
}

/* ---- A step ------------------------------------------------------------------------------------------------------ */

static unsigned last_leaf(const struct vm_scope *sc) {
    unsigned k = sc->nodes - 1u;

    while (!vm_leaf(sc, k))
        k--;
    return k;
}

static bool is_right(struct lookups *l, const struct vm_state *s) {
    struct vm_view v;

    v.sc = l->sc;
    v.naive = NULL;
    return ask(l, s, &v);
}

/* There, from where the step is made, and back, under the path to the last leaf. */
static bool reach(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct lookups *l = (struct lookups *)sink;
    struct vm_state to;

    vm_unpack(l->sc, state, &to);
    if (sink->wrong.what == 0 && cells_differ(l->cells, &to)) {
        sink->count[COUNT_ASKED]++;
        if (!is_right(l, &to) || !cells_enter(l->cells, last_leaf(l->sc)) || !is_right(l, l->from))
            sink->wrong.what = VM_BAD_SEARCH;
    }
    l->outer->wrong.what = sink->wrong.what;
    return l->outer->reach(l->outer, state, a);
}

void mapsystem_init(const void *scope, uint8_t *state) {
    const struct check_run *run = scope;

    vmsystem_init(&run->vm, state);
}

void mapsystem_expand(const void *scope, const uint8_t *state, struct check_sink *sink) {
    const struct check_run *run = scope;
    struct lookups l = {
        .sink = {.count = sink->count, .reach = reach}, .outer = sink, .sc = &run->vm};

    if (sink->plain) {
        vmsystem_expand(&run->vm, state, sink);
        return;
    }
    if (!sink->own)
        sink->own = cells_new(&run->vm, run->maps);
    l.cells = sink->own;
    if (!l.cells) {
        sink->no_memory = true;
        return;
    }
    cells_drop(l.cells); /* what is found wrong follows from this state alone */
    vmsystem_expand_by(&run->vm, state, &l.sink, compose);
    sink->wrong = l.sink.wrong;
}

void mapsystem_done(void *own) { cells_free(own); }
