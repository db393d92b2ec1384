/* rows_path.c - attacks on the active path: who may enter what, and who owns a descriptor's page. */
#include "rig.h"
#include <malloc.h>
#include <string.h>

#define GIVEN 0x90000000ull /* where a page that should not be there is mapped */

/* 0.1 finds its own descriptor at GIVEN: its parent was careless. */
static void give_own(struct rig *r) { grant(r, &r->a, GIVEN, PAGE, r->a.desc, FROND_R | FROND_W); }

static void own_descriptor(struct rig *r) {
    give_own(r);
    const uint32_t tries[] = {LD(A2, A1, 0),        SD(A0, A1, 0), SB(A0, A1, 0),
                              AMOADD_D(A2, A0, A1), LR_D(A2, A1),  SC_D(A2, A0, A1)};
    static const uint32_t kind[] = {FROND_FAULT_DESC};
    for (unsigned i = 0; i < 6; i++) {
        struct seen s = act(r, &r->a, FROND_MODE_M, &tries[i], 1, 7, GIVEN + FROND_D_BUDGET);
        WANT(faulted(&s, kind[0], GIVEN + FROND_D_BUDGET), "try %u: how %d kind %u", i, (int)s.how,
             s.exit.kind);
    }
}

/* A store whose first bytes lie in the page before. */
static void own_descriptor_crossing(struct rig *r) {
    give_own(r);
    grant(r, &r->a, GIVEN - PAGE, PAGE, r->a.ram + DATA, RWX);
    put(r, &r->a, RAM + DATA + 0xff8, 0x1111);
    struct seen s = store(r, &r->a, GIVEN - 4, UINT64_MAX);
    WANT(faulted(&s, FROND_FAULT_DESC, GIVEN), "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(get(r, &r->a, RAM + DATA + 0xff8) == 0x1111, "the first half was stored");
}

static void own_descriptor_code(struct rig *r) {
    grant(r, &r->a, GIVEN, PAGE, r->a.desc, RWX);
    struct seen s = DO(&r->a, 0, GIVEN + 0x400, JALR(ZERO, A1, 0));
    WANT(faulted(&s, FROND_FAULT_DESC, GIVEN + 0x400), "how %d kind %u", (int)s.how, s.exit.kind);
}

static void own_entry(struct rig *r) {
    give_own(r);
    struct seen s = enter(r, &r->a, GIVEN);
    WANT(s.how == RETIRED && s.status == FROND_ST_ONPATH, "how %d status %d", (int)s.how,
         (int)s.status);
}

/* The page goes down two levels, to 0.1.1. */
static void give_grandchild(struct rig *r) {
    give_own(r);
    grant(r, &r->a1, GIVEN, PAGE, GIVEN, FROND_R | FROND_W);
}

static void grandparent_entry(struct rig *r) {
    give_grandchild(r);
    struct seen s = enter(r, &r->a1, GIVEN);
    WANT(s.how == RETIRED && s.status == FROND_ST_ONPATH, "how %d status %d", (int)s.how,
         (int)s.status);
}

/* 0.1.1 writes the descriptor of its parent: a gap in the map of 0.1, for node 0. */
static void parent_descriptor(struct rig *r) {
    give_grandchild(r);
    struct seen s = store(r, &r->a1, GIVEN + FROND_D_PC, 0);
    WANT(faulted(&s, FROND_FAULT_DESC, GIVEN + FROND_D_PC), "how %d kind %u", (int)s.how,
         s.exit.kind);
    WANT((s.exit.flags & (FROND_XF_SELF | FROND_XF_DONE)) == 0, "flags %u", s.exit.flags);
}

static void child_own_descriptor(struct rig *r) {
    grant(r, &r->a1, GIVEN, PAGE, r->a1.desc, RWX);
    struct seen s = store(r, &r->a1, GIVEN + FROND_D_MAP_P, 0);
    WANT(faulted(&s, FROND_FAULT_DESC, GIVEN + FROND_D_MAP_P), "how %d kind %u", (int)s.how,
         s.exit.kind);
}

/* 0.1.1 rewrites 0.1.2's descriptor, which 0.1 maps into it: 0.1's own folly, and 0.1's only. */
static void sibling_descriptor(struct rig *r) {
    grant(r, &r->a1, GIVEN, PAGE, r->a2.desc, RWX);
    struct seen s = store(r, &r->a1, GIVEN, 0);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = enter(r, &r->a, r->a2.desc);
    WANT(s.status == FROND_ST_FIELD, "status 0x%llx", (unsigned long long)s.status);
}

/* 0.1 uses the number that node 0 uses for 0.2's descriptor. */
static void sibling_start(struct rig *r) {
    uint64_t clock = get(r, &r->root, r->b.desc + FROND_D_CLOCK);
    struct frond_desc d = desc(r, &r->a2);
    d.magic = 0;
    set_desc(r, &r->a2, &d);
    struct seen s = enter(r, &r->a, r->b.desc); /* the same number: 0.1.2's, here */
    WANT(s.how == RETIRED && s.status == FROND_ST_FIELD, "status 0x%llx",
         (unsigned long long)s.status);
    s = enter(r, &r->a, r->b.ram - RAM + RAM); /* node 0's number of 0.2's memory: a gap */
    WANT(faulted(&s, FROND_FAULT_DESC, r->b.ram), "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(get(r, &r->root, r->b.desc + FROND_D_CLOCK) == clock, "the sibling has run");
}

static void sibling_stop(struct rig *r) {
    put(r, &r->a, r->b.desc + FROND_D_BUDGET, 1); /* 0.1's own page of that number */
    struct seen s = store(r, &r->a, r->b.desc + FROND_D_BUDGET, 0);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = DO(&r->a, 0x5555, FROND_FINISHER_BASE, SW(A0, A1, 0));
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_HALT, "how %d reason %u", (int)s.how,
         s.exit.reason);
    victim_slice(r);
}

/* ---- A forged `active` ------------------------------------------------------------------------ */

/* 0.1.1 is said to stand in an ENTER of `active`; then it goes on by itself. */
static struct seen stand_in(struct rig *r, uint64_t active) {
    const uint32_t code[] = {SD(A0, A1, 0), ECALL};
    struct frond_desc d = desc(r, &r->a1);
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    d.active = active;
    d.status = 99;
    d.csr.mcause = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    return run(r, &r->a1);
}

static void active_self(struct rig *r) {
    grant(r, &r->a1, GIVEN, PAGE, r->a1.desc, FROND_R | FROND_W);
    struct seen s = stand_in(r, GIVEN | 4);
    WANT(s.how == RETIRED && desc(r, &r->a1).status == FROND_ST_ONPATH, "how %d status %d",
         (int)s.how, (int)desc(r, &r->a1).status);
}

static void active_parent(struct rig *r) {
    give_grandchild(r);
    struct seen s = stand_in(r, GIVEN | 4);
    WANT(s.how == RETIRED && desc(r, &r->a1).status == FROND_ST_ONPATH, "how %d status %d",
         (int)s.how, (int)desc(r, &r->a1).status);
}

/* The page of 0.1.2's descriptor is in 0.1.1's reach: it becomes a child of 0.1.1, with 0.1.1's
 * memory under it and nothing of 0.1.2's. */
static void active_sibling(struct rig *r) {
    grant(r, &r->a1, GIVEN, PAGE, r->a2.desc, FROND_R | FROND_W);
    put(r, &r->a2, RAM + DATA, 0x1122334455667788);
    struct seen s = stand_in(r, GIVEN | 2);
    /* its table, by 0.1.1's addresses, is zeros: BAD(0), and 0.1.1 goes on at pc + 2 */
    struct frond_desc d = desc(r, &r->a2);
    WANT(d.exit.reason == FROND_EXIT_BAD, "reason %u, how %d", d.exit.reason, (int)s.how);
    WANT(get(r, &r->a2, RAM + DATA) == 0x1122334455667788, "its memory changed");
}

static void active_device(struct rig *r) {
    grant(r, &r->a, 0x10001000, PAGE, 0x10001000, FROND_R | FROND_W);
    grant(r, &r->a1, GIVEN, PAGE, 0x10001000, FROND_R | FROND_W);
    struct seen s = stand_in(r, GIVEN | 4);
    WANT(s.how == TRAPPED && s.cause == 5 && s.tval == GIVEN, "how %d cause %d", (int)s.how,
         (int)s.cause);
    s = stand_in(r, FROND_PLIC_BASE | 4);
    WANT(s.how == TRAPPED && s.cause == 5, "private: how %d cause %d", (int)s.how, (int)s.cause);
}

static void active_nowhere(struct rig *r) {
    struct seen s = stand_in(r, 0x7fff000 << 4 | 4);
    WANT(faulted(&s, FROND_FAULT_DESC, 0x7fff000 << 4), "how %d kind %u", (int)s.how, s.exit.kind);
    s = stand_in(r, (UINT64_MAX & ~(PAGE - 1)) | 4);
    WANT(faulted(&s, FROND_FAULT_DESC, UINT64_MAX & ~(PAGE - 1)), "how %d", (int)s.how);
}

/* ---- Pages with two lives ---------------------------------------------------------------------- */

/*
 * 0.1's range table stands inside the page that 0.1.1 uses as the descriptor of 0.1.1.1 (in its x
 * registers). While that is on the path node 0 cannot read the table: its own access fault.
 */
static void table_is_descriptor(struct rig *r) {
    const uint64_t page = RAM + DATA + 0x4000; /* in 0.1; there is 0.1.1.1's descriptor */
    struct node c;
    grant(r, &r->a1, GIVEN, PAGE, page, FROND_R | FROND_W);
    spawn(r, &c, &r->a1, 1);
    struct frond_desc d = desc(r, &c);
    memcpy(&d.x[2], &r->a.range[0], sizeof r->a.range[0]); /* 32-byte aligned: 0x420 */
    poke(r, &r->a, page, &d, sizeof d);
    struct frond_desc a = desc(r, &r->a);
    a.map_p = a.map_np =
        (struct frond_map){.addr = place(&r->a, page) + FROND_D_X + 16, .count = 1};
    set_desc(r, &r->a, &a);
    struct seen s = enter(r, &r->a1, GIVEN);
    WANT(s.how == TRAPPED && (s.cause == 5 || s.cause == 7), "how %d cause %d", (int)s.how,
         (int)s.cause);
    a.map_p = a.map_np = (struct frond_map){.addr = r->a.table, .count = r->a.ranges};
    set_desc(r, &r->a, &a);
    WANT(load(r, &r->a, RAM + DATA).how == RETIRED, "0.1 cannot go on");
}

/*
 * Depth 120, and every range table in one page: each level runs on the memory of node 0.1 itself
 * and enters the next one, whose descriptor lies there. The last halts.
 */
static void one_table_page(struct rig *r) {
    enum { DEPTH = 120 };
    const uint64_t code = RAM + ROOM, tables = RAM + 0x40000, descs = RAM + 0x50000;
    const uint32_t enters[] = {SD(A0, A1, 0), SW(S1, S0, 0)};
    poke(r, &r->a, code, enters, sizeof enters);
    for (unsigned i = 0; i < DEPTH; i++) {
        struct frond_range all = {RAM, OWN, RAM, RWX};
        struct frond_desc d = {.magic = FROND_MAGIC,
                               .version = FROND_ABI_VERSION,
                               .label = i,
                               .uid = i,
                               .budget = UINT64_MAX,
                               .pc = code};
        d.map_p = d.map_np = (struct frond_map){tables + sizeof all * i, 1};
        d.x[A0] = descs + PAGE * (i + 1);
        d.x[A1] = i + 1 < DEPTH ? CTL + FROND_CTL_ENTER : RAM + 0x3f000;
        d.x[S0] = FROND_FINISHER_BASE;
        d.x[S1] = 0x5555;
        poke(r, &r->a, tables + sizeof all * i, &all, sizeof all);
        poke(r, &r->a, descs + PAGE * i, &d, sizeof d);
    }
    struct seen s = enter(r, &r->a, descs);
    WANT(s.how == RETIRED && s.status == 0, "how %d status %d", (int)s.how, (int)s.status);
    for (unsigned i = 0; i < DEPTH; i++) {
        uint32_t reason = (uint32_t)get(r, &r->a, descs + PAGE * i + 0x80);
        WANT(reason == FROND_EXIT_HALT, "level %u: reason %u", i + 2, reason);
    }
}

/*
 * Depth 250 below node 0, each level on node 0's memory, entered by the one before. The last halts, and so does each
 * that it leaves. What the engine keeps grows with the path and no faster.
 */
static void depth(struct rig *r) {
    enum { DEPTH = 250 };
    const uint64_t descs = RAM + 0x500000, code = RAM + DATA;
    const uint32_t insn[] = {SD(A0, A1, 0), SW(S1, S0, 0)};
    const struct frond_range all = {RAM, ROOT_SIZE, RAM, RWX};
    poke(r, &r->root, code, insn, sizeof insn);
    poke(r, &r->root, RAM + TABLE, &all, sizeof all);
    struct frond_desc d = {
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .budget = UINT64_MAX, .pc = code};
    d.map_p = d.map_np = (struct frond_map){RAM + TABLE, 1};
    d.x[S0] = FROND_FINISHER_BASE;
    d.x[S1] = 0x5555;
    for (unsigned i = 0; i < DEPTH; i++) {
        d.uid = d.label = i;
        d.x[A0] = descs + PAGE * (i + 1);
        d.x[A1] = i + 1 < DEPTH ? CTL + FROND_CTL_ENTER : RAM + 0x400000;
        poke(r, &r->root, descs + PAGE * i, &d, sizeof d);
    }
    size_t before = mallinfo2().uordblks;
    struct seen s = enter(r, &r->root, descs);
    size_t grown = mallinfo2().uordblks - before;
    WANT(s.how == RETIRED && s.status == 0, "how %d status %d", (int)s.how, (int)s.status);
    WANT(grown < DEPTH * (40u << 10), "%zu bytes of host memory are kept", grown);
    for (unsigned i = 0; i < DEPTH; i++) {
        uint32_t reason = (uint32_t)get(r, &r->root, descs + PAGE * i + 0x80);
        WANT(reason == FROND_EXIT_HALT, "level %u: reason %u", i + 1, reason);
    }
}

/* 0.1's children i = 0..259 each enter pages j = 0..259 as descriptors: 67,600 nodes, each known by
 * its parent and page. What the engine keeps of them is bounded. */
static void many_nodes(struct rig *r) {
    enum { N = 260 };
    const uint64_t inner = RAM + 0x500000, outer = RAM + 0x700000;
    struct frond_range all = {RAM, ROOT_SIZE, RAM, RWX};
    struct frond_desc d = {
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .budget = UINT64_MAX, .pc = RAM + DATA};
    /* outer: enters each inner page, then halts. An inner node has no budget: left at once. */
    const uint32_t code[] = {SD(A0, A1, 0), ADD(A0, A0, A2), enc_bne(A0, A3, -8), SW(S1, S0, 0)};
    struct seen s = {.how = RETIRED};
    poke(r, &r->root, RAM + DATA, code, sizeof code);
    poke(r, &r->root, RAM + TABLE, &all, sizeof all);
    d.map_p = d.map_np = (struct frond_map){RAM + TABLE, 1};
    d.x[A0] = inner;
    d.x[A1] = CTL + FROND_CTL_ENTER;
    d.x[A2] = PAGE;
    d.x[A3] = inner + N * PAGE;
    d.x[S0] = FROND_FINISHER_BASE;
    d.x[S1] = 0x5555;
    for (unsigned i = 0; i < N; i++)
        poke(r, &r->root, outer + PAGE * i, &d, sizeof d);
    d.budget = 0;
    for (unsigned i = 0; i < N; i++)
        poke(r, &r->root, inner + PAGE * i, &d, sizeof d);
    size_t before = mallinfo2().uordblks;
    for (unsigned i = 0; i < N && rig_ok(r); i++) {
        s = enter(r, &r->root, outer + PAGE * i);
        WANT(s.how == RETIRED && s.status == 0, "%u: how %d", i, (int)s.how);
    }
    size_t grown = mallinfo2().uordblks - before;
    WANT(grown < 160u << 20, "%zu bytes of host memory are kept", grown);
    WANT(get(r, &r->root, inner + 0x80) << 32 >> 32 == FROND_EXIT_BUDGET, "not entered");
}

const struct row path_rows[] = {
    ROW("path-own-descriptor", "child", "its own descriptor",
        "loads, stores, AMO, LR, SC to its own descriptor", "own-page", own_descriptor),
    ROW("path-own-descriptor-crossing", "child", "its own descriptor",
        "a store that only ends in its own descriptor", "own-page both-pages",
        own_descriptor_crossing),
    ROW("path-own-descriptor-code", "child", "its own descriptor", "executes its own descriptor",
        "own-page", own_descriptor_code),
    ROW("path-enter-self", "child", "its own descriptor", "enters its own descriptor", "on-path",
        own_entry),
    ROW("path-enter-parent", "grandchild", "its parent's descriptor",
        "enters its parent's descriptor", "on-path", grandparent_entry),
    ROW("path-write-parent-descriptor", "grandchild", "its parent's descriptor",
        "stores to its parent's descriptor", "own-page", parent_descriptor),
    ROW("path-own-child-descriptor", "grandchild", "its own descriptor",
        "a descriptor mapped into its own child", "own-page", child_own_descriptor),
    ROW("path-sibling-descriptor", "grandchild", "its sibling's descriptor",
        "rewrites its sibling's descriptor through a careless VMM", "desc-check",
        sibling_descriptor),
    ROW("path-start-sibling", "child", "its sibling", "enters its sibling by its parent's numbers",
        "gap desc-check", sibling_start),
    ROW("path-stop-sibling", "child", "its sibling",
        "stops its sibling: budget by number, finisher", "own-registers", sibling_stop),
    ROW("active-self", "parent", "the active path", "a child said to stand in an ENTER of itself",
        "on-path", active_self),
    ROW("active-parent", "parent", "the active path",
        "a child said to stand in an ENTER of its parent", "on-path", active_parent),
    ROW("active-sibling", "parent", "its other child",
        "a child said to stand in an ENTER of its sibling", "map-order", active_sibling),
    ROW("active-device", "parent", "windows",
        "a child said to stand in an ENTER of a device or private window", "register-access",
        active_device),
    ROW("active-nowhere", "parent", "the active path", "a child said to stand in an ENTER of a gap",
        "gap", active_nowhere),
    ROW("path-table-is-descriptor", "grandchild", "the range table of its parent",
        "a descriptor in the page of its grandparent's table", "own-page", table_is_descriptor),
    ROW("path-one-table-page", "child", "the host's time",
        "120 levels with all their tables in one page", "own-page", one_table_page),
    ROW("path-many-nodes", "parent", "the host's memory", "67,600 nodes over 520 pages", "bounded",
        many_nodes, .no_audit = true),
    ROW("path-depth", "child", "the host's memory", "250 levels, each of which makes the next",
        "bounded", depth, .no_audit = true),
};
const unsigned path_count = sizeof path_rows / sizeof path_rows[0];
