/*
 * mapsystem.c - see check.h: VM systems whose look-ups a resolver of the engine makes (check/cells).
 *
 * In each state all accesses of the path go through the resolver, which thus has in its registers what it can have; the
 * steps are made by what it says. Each step that changes an entry or the path is then made in the resolver's memory, too, and
 * all is asked again: what was kept must have been dropped, or be right. The judge is the naive look-up.
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

static bool on_path(const struct vm_scope *sc, const struct vm_state *s, unsigned k) {
    return k != 0 && vm_below(sc, s->run, k);
}

static void ask_node(struct lookups *l, unsigned k, struct vm_view *v) {
    for (unsigned m = 0; m < l->sc->modes; m++)
        for (unsigned x = 0; x < l->sc->addrs[k]; x++)
            for (unsigned write = 0; write < 2; write++)
                v->res[k][m][write][x] = cells_at(l->cells, k, m, write, x);
}

/* All accesses of the path to s, which the resolver is brought to. */
static bool ask(struct lookups *l, const struct vm_state *s, struct vm_view *v) {
    if (!cells_move(l->cells, s)) {
        l->outer->no_memory = true;
        return false;
    }
    for (unsigned k = 1; k < l->sc->nodes; k++)
        if (on_path(l->sc, s, k))
            ask_node(l, k, v);
    return true;
}

/* The view of a state: of nodes that do not run, by the search as it stands. */
static void compose(struct check_sink *sink, const struct vm_scope *sc, const struct vm_state *s,
                    struct vm_view *v) {
    struct lookups *l = (struct lookups *)sink;

    vm_compose(sc, s, true, v);
    l->from = s;
    ask(l, s, v);
}

/* ---- A step ------------------------------------------------------------------------------------------------------ */

static bool is_right(struct lookups *l, const struct vm_state *s) {
    struct vm_view v;

    v.sc = l->sc;
    v.naive = NULL;
    if (!ask(l, s, &v))
        return true; /* told as no memory */
    for (unsigned k = 1; k < l->sc->nodes; k++)
        if (on_path(l->sc, s, k) && !vm_node_ok(l->sc, s, &v, k))
            return false;
    return true;
}

/* There and back. */
static bool reach(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct lookups *l = (struct lookups *)sink;
    struct vm_state to;
    bool fresh;

    vm_unpack(l->sc, state, &to);
    if (sink->wrong.what == 0 && cells_differ(l->cells, &to)) {
        sink->count[COUNT_ASKED]++;
        if (!is_right(l, &to) || !is_right(l, l->from))
            sink->wrong.what = VM_BAD_SEARCH;
    }
    l->outer->wrong.what = sink->wrong.what;
    fresh = l->outer->reach(l->outer, state, a);
    return fresh;
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
    if (l.cells)
        vmsystem_expand_by(&run->vm, state, &l.sink, compose);
    else
        sink->no_memory = true;
    sink->wrong = l.sink.wrong;
}

void mapsystem_done(void *own) { cells_free(own); }
