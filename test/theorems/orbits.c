/*
 * orbits.c - `frond check --symmetry` reaches one state of each class: in every scope of the table, the states reached
 * without it, each made canonical, are the states reached with it. The search is its own, a tree of libc's.
 */
#include "../../check/check.h"
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *theorem;
    uint8_t nodes, parent[VM_NODES], cells[VM_NODES];
    uint64_t states; /* without --symmetry, at least */
};

static const struct row rows[] = {
    {"T1", 2, {0, 0}, {8, 3}, 100},
    {"T1", 3, {0, 0, 0}, {8, 3, 3}, 10000},
    {"T1", 3, {0, 0, 1}, {8, 3, 1}, 1000},
    {"T1", 4, {0, 0, 1, 2}, {8, 4, 2, 1}, 1000},
    {"T2", 2, {0, 0}, {8, 3}, 2000},
    {"T2", 3, {0, 0, 1}, {9, 3, 1}, 20000},
    {"T2-apart", 3, {0, 0, 1}, {8, 3, 1}, 9000},
    {"SHARED", 4, {0, 0, 1, 1}, {8, 3, 1, 1}, 30000},
    {"R2", 3, {0, 0, 0}, {8, 3, 3}, 1000},
};

static unsigned size; /* of what the trees below hold */

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, size); }

/* A set that can be walked: a tree for membership, an array in order of coming. */
struct set {
    void *root;
    uint8_t *state; /* count times size, room for `room` */
    size_t count, room;
};

/* True: it was not there. */
static bool put(struct set *s, const uint8_t *state) {
    uint8_t *own = malloc(size), *more;
    const void *const *at;

    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 1024;
        more = realloc(s->state, s->room * size);
        if (!more)
            exit(2);
        s->state = more;
    }
    if (!own)
        exit(2);
    memcpy(own, state, size);
    at = tsearch(own, &s->root, by_bytes);
    if (!at)
        exit(2);
    if (*at != own) {
        free(own);
        return false;
    }
    memcpy(s->state + s->count++ * size, state, size);
    return true;
}

static bool has(struct set *s, const uint8_t *state) { return tfind(state, &s->root, by_bytes); }

static void forget(struct set *s) {
    tdestroy(s->root, free);
    free(s->state);
}

static void put_state(struct set *s, const struct vm_scope *sc, const struct vm_state *t) {
    uint8_t packed[VM_STATE_MAX + 8] = {0};

    vm_pack(sc, t, packed);
    put(s, packed);
}

static void reach(const struct vm_scope *sc, struct set *all) {
    struct vm_act acts[VM_ACTS];
    struct vm_state s, t;
    struct vm_view v;

    vm_init(sc, &s);
    put_state(all, sc, &s);
    for (size_t i = 0; i < all->count; i++) {
        vm_unpack(sc, all->state + i * size, &s);
        vm_compose(sc, &s, true, &v);
        unsigned n = vm_actions(sc, &s, acts);
        for (unsigned a = 0; a < n; a++)
            if (vm_do(sc, &s, &v, &acts[a], &t).fate != VM_NONE)
                put_state(all, sc, &t);
    }
}

static void canonical(const struct vm_scope *sc, const struct set *all, struct set *classes) {
    struct vm_state s;

    for (size_t i = 0; i < all->count; i++) {
        vm_unpack(sc, all->state + i * size, &s);
        vm_canonical(sc, &s);
        put_state(classes, sc, &s);
    }
}

static bool same(struct set *a, struct set *b) {
    for (size_t i = 0; i < a->count; i++)
        if (!has(b, a->state + i * size))
            return false;
    return a->count == b->count;
}

static bool row_holds(const struct row *row) {
    struct check_scope given = {.theorem = row->theorem,
                                .nodes = row->nodes,
                                .bits = 1,
                                .parent = row->parent,
                                .cells = row->cells};
    struct set all = {0}, classes = {0}, reduced = {0};
    struct check_run run;
    char text[CHECK_TEXT];

    if (!check_rebuild(&given, &run))
        return printf("FAIL %s: no such scope\n", row->theorem), false;
    size = run.vm.size;
    reach(&run.vm, &all);
    canonical(&run.vm, &all, &classes);
    given.symmetry = true;
    if (!check_rebuild(&given, &run))
        return printf("FAIL %s: no symmetry\n", row->theorem), false;
    reach(&run.vm, &reduced);
    bool ok = all.count >= row->states && classes.count < all.count && same(&classes, &reduced);
    printf("%s %-8s %s: %zu states, %zu classes, %zu reached\n", ok ? "ok  " : "FAIL", row->theorem,
           check_scope_text(&run, text), all.count, classes.count, reduced.count);
    forget(&all), forget(&classes), forget(&reduced);
    return ok;
}

/* Where a frame can be told from another there is no such run. */
static bool row_refused(const char *theorem) {
    struct check_run run[16];
    unsigned left_out = 0,
             n = check_runs(check_find(theorem), &(struct check_size){.symmetry = true},
                            CHECK_NO_DROP, run, 16, &left_out);
    bool ok = n > 0;

    for (unsigned i = 0; i < n; i++) {
        struct check_scope given = {.theorem = theorem,
                                    .nodes = run[i].vm.nodes,
                                    .bits = 1,
                                    .symmetry = true,
                                    .parent = run[i].vm.parent,
                                    .cells = run[i].vm.cells};
        struct check_run again;
        ok &= !run[i].vm.alike && !check_rebuild(&given, &again);
    }
    printf("%s %-8s has frames that can be told apart\n", ok ? "ok  " : "FAIL", theorem);
    return ok;
}

int main(void) {
    static const char *const apart[] = {"T1-io", "T2-io", "T3", "ROGUE"};
    unsigned passed = 0, rows_in_all = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++, rows_in_all++)
        passed += row_holds(&rows[i]);
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++, rows_in_all++)
        passed += row_refused(apart[i]);
    printf("%u passed, %u failed\n", passed, rows_in_all - passed);
    return passed != rows_in_all;
}
