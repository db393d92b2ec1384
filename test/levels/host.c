/*
 * host.c - what the host changes in nodes that are suspended, between two enters: a leaf two levels
 * down finds its registers, its clock and its map as they were set, and all else as it was.
 */
#include "rows.h"
#include <stdio.h>

#define FINISH SW(31, 30, 0)
#define BACK   OWN(VMM_BACK)

enum { LOOPS = 2000, LATER = 1000, SLICE = 5000 }; /* its VMMs take 4,500 steps until it runs */
enum way { SET_DESC, BY_NODE_0, BY_PARENT };

static const uint64_t name[] = {1, 2};
static const struct frond_name parent = {name, 1}, leaf = {name, 2};

static void check(struct tower *t, enum frond_status s) {
    if (s != FROND_OK && t->wrong[0] == 0)
        snprintf(t->wrong, sizeof t->wrong, "harness: %s", frond_error(t->m));
}

static void put(struct tower *t, enum way way, uint64_t addr, uint64_t value) {
    if (way == BY_NODE_0)
        tower_write(t, 1, addr, &value, sizeof value);
    else
        check(t, frond_write(t->m, parent, addr, &value, sizeof value));
}

static void change(struct tower *t, enum way way) {
    struct frond_desc d;
    uint64_t entry = OWN(VMM_MAP_P) + tower_index(t, 2, GAP(0)) * sizeof(struct frond_range);

    check(t, frond_get_desc(t->m, leaf, &d));
    WANT(t, d.label, 2);
    WANT(t, d.clock > 0 && d.clock < LOOPS, true);
    put(t, way, BACK, 0x1976);
    put(t, way, entry + offsetof(struct frond_range, flags), FROND_R);
    d.clock += LATER;
    d.x[5] = 0x1975;
    if (way == SET_DESC)
        check(t, frond_set_desc(t->m, leaf, &d));
    else if (way == BY_NODE_0)
        tower_write(t, 1, OWN(VMM_DESC), &d, sizeof d);
    else
        check(t, frond_write(t->m, parent, OWN(VMM_DESC), &d, sizeof d));
}

static void host_row(const char *how, enum way way, uint64_t shake) {
    struct tower *t = tower_new(2);

    t->level[2].d.x[8] = LOOPS;
    t->level[2].d.x[10] = GAP(0);
    t->level[2].skipped = LATER;
    tower_code(t, (uint32_t[]){ADDI(7, 7, 1), BNE(7, 8, -4), LD(6, 10, 0), FINISH}, 4);
    if (tower_begin(t, shake)) {
        frond_desc(t->m)->budget = SLICE;
        tower_enter(t);
        WANT(t, frond_desc(t->m)->exit.reason, FROND_EXIT_BUDGET);
        change(t, way);
        frond_desc(t->m)->budget = UINT64_MAX;
        tower_enter(t);
        struct frond_desc d = tower_desc(t, 2);
        WANT(t, frond_desc(t->m)->exit.reason, FROND_EXIT_HALT);
        WANT(t, d.exit.reason, FROND_EXIT_HALT);
        WANT(t, d.x[5], 0x1975);
        WANT(t, d.x[6], 0x1976);
        WANT(t, d.clock, 2 * LOOPS + 2 + LATER);
    }
    row_result(t->wrong[0] == 0, t->wrong, "host: a suspended leaf changed %s, shake %u", how,
               (unsigned)shake);
    tower_free(t);
}

void host_rows(void) {
    for (uint64_t shake = 0; shake < 3; shake++) {
        host_row("by frond_set_desc", SET_DESC, shake);
        host_row("in node 0's memory", BY_NODE_0, shake);
        host_row("in its parent's memory", BY_PARENT, shake);
    }
}
