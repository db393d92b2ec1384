/*
 * rows_suspend.c - a VMM (0.1) rewrites what its child is made of while that is suspended: each word of its descriptor,
 * of its range table, of the page table that it issues by; and the same of the grandchild above it. 0.1 has few
 * steps for each try, so what it made runs and is left. Afterwards what was there before must still run.
 */
#include "rig.h"
#include <string.h>

#define AT 0x50000000ull

enum { STEPS = 150 };

static const uint64_t edges[] = {0, 1, UINT64_MAX, 1ull << 63, RAM, (RAM + DESC + PAGE) | 4, CTL};
enum { EDGES = sizeof edges / sizeof edges[0] };

/* A child of 0.1.1's with six pages of its memory. */
static void grandchild(struct rig *r, struct node *c) {
    const uint32_t handler[] = {LUI(T6, GATE >> 12), LD(ZERO, T6, 0)};
    spawn(r, c, &r->a1, 1);
    c->range[0] = (struct frond_range){RAM, 0x8000, RAM + ROOM, RWX};
    c->ram = RAM + ROOM;
    grant(r, c, AT, PAGE, RAM + LEAF_SIZE, RWX); /* behind what 0.1.1 has: 0.1 is told */
    poke(r, c, RAM, handler, sizeof handler);
}

/* 0.1.1.1 has met a gap in the map of 0.1.1, which stands in its ENTER. */
static void suspend(struct rig *r, struct node *c) {
    grandchild(r, c);
    struct seen s = load(r, c, AT);
    WANT(faulted(&s, FROND_FAULT_LOAD, RAM + LEAF_SIZE), "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(desc(r, &r->a1).active != 0, "not suspended");
}

static void few_steps(struct rig *r, uint64_t budget) {
    struct frond_desc d = desc(r, &r->a);
    d.budget = budget;
    set_desc(r, &r->a, &d);
}

/* 0.1 has rewritten something: it enters its child with few steps, and puts back what `all` has. */
static void go_on(struct rig *r, const uint8_t *all, const char *what) {
    few_steps(r, STEPS);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(s.how != REFUSED, "%s: 0.1 itself was refused", what);
    poke(r, &r->a, r->a1.desc, all + (r->a1.desc - RAM), PAGE);
    poke(r, &r->a, r->a1.table, all + (r->a1.table - RAM), PAGE);
    poke(r, &r->a, r->a1.ram, all + (r->a1.ram - RAM), LEAF_SIZE);
}

/* As it was, all of it runs. */
static void unharmed(struct rig *r) {
    few_steps(r, UINT64_MAX);
    struct seen s = load(r, &r->a2, RAM + DATA);
    WANT(s.how == RETIRED, "0.1.2: how %d", (int)s.how);
    s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == RETIRED, "0.1.1: how %d", (int)s.how);
}

static uint8_t *memory_of(struct rig *r) {
    static uint8_t all[OWN];
    peek(r, &r->a, RAM, all, OWN);
    return all;
}

/* Each word from `at` on, in the memory of `in`, with each edge. */
static void rewrite(struct rig *r, const struct node *in, uint64_t at, unsigned words) {
    const uint8_t *all = memory_of(r);
    for (unsigned i = 0; i < words && rig_ok(r); i++) {
        for (unsigned e = 0; e < EDGES && rig_ok(r); e++) {
            put(r, in, at + 8 * (uint64_t)i, edges[e]);
            go_on(r, all, "a word");
        }
    }
    unharmed(r);
}

static void faulted_descriptor(struct rig *r) {
    struct seen s = load(r, &r->a1, AT);
    WANT(faulted(&s, FROND_FAULT_LOAD, AT), "how %d", (int)s.how);
    rewrite(r, &r->a, r->a1.desc, 512);
}

static void standing_descriptor(struct rig *r) {
    struct node c;
    suspend(r, &c);
    rewrite(r, &r->a, r->a1.desc, 512);
}

static void grandchild_descriptor(struct rig *r) {
    struct node c;
    suspend(r, &c);
    rewrite(r, &r->a1, c.desc, 512);
}

static void table(struct rig *r) {
    struct node c;
    grant(r, &r->a1, AT, PAGE, RAM + ROOM, RWX);
    suspend(r, &c);
    rewrite(r, &r->a, r->a1.table, r->a1.ranges * 4);
}

static void grandchild_table(struct rig *r) {
    struct node c;
    suspend(r, &c);
    rewrite(r, &r->a1, c.table, c.ranges * 4);
}

/* 0.1.1 has entered as a kernel, by a page table of 1 GiB pages; 0.1 rewrites that. */
static void page_table(struct rig *r) {
    static const uint64_t pte[] = {
        0, 1, 0xcf, 0xc7, 0xdf, UINT64_MAX, 0x80000000 >> 2 | 1, 1ull << 54 | 0xcf};
    const uint64_t root = RAM + 0x4000;
    struct node c;
    grandchild(r, &c);
    put(r, &r->a1, root, 0xcf);
    put(r, &r->a1, root + 16, RAM >> 12 << 10 | 0xcf);
    struct frond_desc d = desc(r, &c);
    poke(r, &c, RAM + STUB, (const uint32_t[]){LD(A0, A1, 0), ECALL}, 8);
    d.pc = RAM + STUB;
    d.x[A1] = AT;
    set_desc(r, &c, &d);
    d = desc(r, &r->a1);
    d.csr.satp = 8ull << 60 | root >> 12;
    set_desc(r, &r->a1, &d);
    struct seen s = DO_IN(FROND_MODE_S, &r->a1, c.desc, CTL + FROND_CTL_ENTER, SD(A0, A1, 0));
    WANT(faulted(&s, FROND_FAULT_LOAD, RAM + LEAF_SIZE), "how %d cause %d", (int)s.how,
         (int)s.cause);
    const uint8_t *all = memory_of(r);
    for (unsigned i = 0; i < 4 * 8 && rig_ok(r); i++) {
        put(r, &r->a1, root + 8 * (uint64_t)(i / 8), pte[i % 8]);
        go_on(r, all, "an entry");
    }
    unharmed(r);
}

/* Random words over all of the descriptor at once. */
static void random_descriptor(struct rig *r) {
    uint64_t x = 1975;
    struct node c;
    suspend(r, &c);
    const uint8_t *all = memory_of(r);
    for (unsigned i = 0; i < 600 && rig_ok(r); i++) {
        for (unsigned n = 0; n <= i % 5; n++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            uint64_t v = x >> 33 & 1 ? x * x : edges[x >> 34 & 3];
            put(r, &r->a, r->a1.desc + 8 * (x >> 40 & 255), v);
        }
        go_on(r, all, "random words");
    }
    unharmed(r);
}

/* The code of a child that was left by its budget. */
static void code(struct rig *r) {
    const uint32_t loop[] = {ADDI(A2, A2, 1), BACK(1)},
                   end[] = {LUI(T6, GATE >> 12), LD(ZERO, T6, 0)};
    struct frond_desc d = desc(r, &r->a1);
    poke(r, &r->a1, RAM + STUB, loop, sizeof loop);
    d.pc = RAM + STUB;
    d.budget = 1000;
    set_desc(r, &r->a1, &d);
    struct seen s = run(r, &r->a1);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BUDGET, "how %d", (int)s.how);
    poke(r, &r->a1, RAM + STUB, end, sizeof end);
    put(r, &r->a, r->a1.desc + FROND_D_PC, RAM + STUB);
    put(r, &r->a, r->a1.desc + FROND_D_BUDGET, 1000);
    s = run(r, &r->a1);
    WANT(s.how == TRAPPED, "the old code ran: how %d reason %u", (int)s.how, s.exit.reason);
}

const struct row suspend_rows[] = {
    ROW("suspend-descriptor", "parent", "its child's descriptor, each word",
        "edges, while the child waits for an answer", "desc-check answer-check",
        faulted_descriptor),
    ROW("suspend-standing-descriptor", "parent", "its child's descriptor, each word",
        "edges, while the child stands in its ENTER", "desc-check answer-check on-path gap",
        standing_descriptor),
    ROW("suspend-grandchild-descriptor", "parent", "its grandchild's descriptor, each word",
        "edges, while the grandchild waits", "desc-check answer-check gap", grandchild_descriptor),
    ROW("suspend-table", "parent", "its child's range table, each word",
        "edges, while the child stands in its ENTER", "map-order gap watch-table", table),
    ROW("suspend-grandchild-table", "parent", "its grandchild's range table, each word",
        "edges, while the grandchild waits", "map-order gap watch-table", grandchild_table),
    ROW("suspend-page-table", "parent", "the page table of its child, a kernel",
        "entries, while that stands in its ENTER", "issuer gap watch-page-table", page_table),
    ROW("suspend-random", "parent", "its child's descriptor",
        "600 times random words, while it stands in its ENTER", "desc-check answer-check on-path",
        random_descriptor),
    ROW("suspend-code", "parent", "its child's code", "rewritten while the child is off the path",
        "watch-code", code),
};
const unsigned suspend_count = sizeof suspend_rows / sizeof suspend_rows[0];
