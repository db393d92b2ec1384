/*
 * deep.c - 256 and 1,000 levels, on a host stack of 64 KiB: enter, exits across all of them, answers that
 * walk up them, slices, re-entry from nothing.
 */
#include "rows.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINISH SW(31, 30, 0)

enum { STACK = 64 << 10 };

struct deep {
    unsigned levels;
    enum { PLAIN, SLICES, SHAKEN, GAP_OF_1, GAP_OF_LEAF, DENIED } what;
    struct tower *t;
};

static void *deep_run(void *opaque) {
    struct deep *k = opaque;
    struct frond_desc *d = frond_desc(k->t->m);

    d->budget = k->what == SLICES ? 50000 : UINT64_MAX;
    while (tower_enter(k->t) && d->exit.reason == FROND_EXIT_BUDGET)
        d->budget = 50000;
    return NULL;
}

static void on_small_stack(struct deep *k) {
    pthread_attr_t attr;
    pthread_t thread;

    if (pthread_attr_init(&attr) || pthread_attr_setstacksize(&attr, STACK) ||
        pthread_create(&thread, &attr, deep_run, k) || pthread_join(thread, NULL))
        exit(2);
    pthread_attr_destroy(&attr);
}

static void deep_build(struct deep *k) {
    struct tower *t = k->t;
    struct frond_desc *d = &t->level[k->levels].d;
    unsigned owner = k->what == GAP_OF_LEAF ? k->levels : 1;
    struct party *p = tower_parent(t, owner);
    bool denied = k->what == DENIED;

    d->x[10] = k->what == GAP_OF_LEAF ? GAP(0) : THROUGH(k->levels);
    if (k->what < GAP_OF_1) {
        tower_code(t, (uint32_t[]){NOP, FINISH}, 2);
        return;
    }
    tower_code(t, (uint32_t[]){NOP, LD(6, 10, 0), FINISH}, 3);
    if (k->what != GAP_OF_LEAF)
        tower_through(t, owner);
    order_enter(p);
    order_field(p, FROND_D_VALUE, 0x1975, 8);
    order_field(p, FROND_D_RESUME, denied ? FROND_DENY : FROND_DONE, 4);
    order_enter(p);
    order_end(p);
    for (unsigned l = 1; denied && l < k->levels; l++) {
        struct party *q = &t->level[l].p;
        order_enter(q);
        order_field(q, FROND_D_RESUME, FROND_DENY, 4);
        order_enter(q);
        order_end(q);
    }
}

static void deep_check(struct deep *k) {
    struct tower *t = k->t;
    struct frond_desc d = tower_desc(t, k->levels);
    bool gap = k->what == GAP_OF_1 || k->what == GAP_OF_LEAF;

    WANT(t, frond_desc(t->m)->exit.reason, FROND_EXIT_HALT);
    WANT(t, frond_desc(t->m)->exit.value, 0);
    WANT(t, d.clock, k->what < GAP_OF_1 ? 2 : k->what == DENIED ? 3 : 3);
    WANT(t, d.x[6], gap ? 0x1975 : 0);
    WANT(t, d.csr.mcause, k->what == DENIED ? 5 : 0);
    WANT(t, d.csr.mtval, k->what == DENIED ? THROUGH(k->levels) : 0);
    if (k->what == GAP_OF_1 || k->what == DENIED)
        WANT(t, row_record(t, 0, 0)->d.exit.addr, THROUGH(1));
    if (k->what != SLICES)
        row_books(t);
}

static void deep_row(const char *name, unsigned levels, unsigned what) {
    struct deep k = {.levels = levels, .what = what, .t = tower_new(levels)};

    deep_build(&k);
    k.t->unfollowed = what == DENIED && levels == 1000; /* half a million lines of 5 KB */
    if (tower_begin(k.t, what == SHAKEN ? 1975 : 0)) {
        on_small_stack(&k);
        if (k.t->wrong[0] == 0)
            deep_check(&k);
    }
    row_result(k.t->wrong[0] == 0, k.t->wrong, "deep: %s, %u levels", name, levels);
    tower_free(k.t);
}

void deep_rows(void) {
    static const unsigned levels[] = {256, 1000};

    for (unsigned i = 0; i < 2; i++) {
        deep_row("enter and halt", levels[i], PLAIN);
        deep_row("in slices", levels[i], SLICES);
        if (levels[i] < 1000)
            deep_row("shaken", levels[i], SHAKEN);
        deep_row("a gap of node 0.1, DONE", levels[i], GAP_OF_1);
        deep_row("a gap of the leaf, DONE", levels[i], GAP_OF_LEAF);
        deep_row("a gap of node 0.1, denied by all", levels[i], DENIED);
    }
}
