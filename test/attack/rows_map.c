/* rows_map.c - range tables: what a VMM (0.1) may give to 0.1.1, and what 0.1.1 may make of it. */
#include "rig.h"
#include <string.h>

#define AT 0x50000000ull /* where 0.1.1 finds what it was given */

/* 0.1.1's map is these ranges, by hand. */
static void set_table(struct rig *r, const struct frond_range *t, unsigned n) {
    memcpy(r->a1.range, t, n * sizeof *t);
    r->a1.ranges = n;
    write_table(r, &r->a1);
}

static void bad_entry(struct rig *r, const struct frond_range *t, unsigned n, uint64_t index) {
    set_table(r, t, n);
    struct seen s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD && s.exit.kind == FROND_BAD_MAP_P,
         "base 0x%llx size 0x%llx target 0x%llx: how %d reason %u", (unsigned long long)t->base,
         (unsigned long long)t->size, (unsigned long long)t->target, (int)s.how, s.exit.reason);
    WANT(s.exit.value == index, "index %llu", (unsigned long long)s.exit.value);
}

static void entry_fields(struct rig *r) {
    static const struct frond_range bad[] = {
        {RAM + 1, OWN, RAM, RWX},
        {RAM, OWN + 8, RAM, RWX},
        {RAM, OWN, RAM + 0x800, RWX},
        {RAM, 0, RAM, RWX},
        {RAM, OWN, RAM, RWX | 16},
        {RAM, OWN, RAM, RWX | 1ull << 63},
        {RAM, 0 - RAM + PAGE, RAM, 7},
        {RAM, OWN, 0 - PAGE, RWX},
        {RAM, 1ull << 63, 1ull << 63 | PAGE, 7},
        {0 - PAGE, 2 * PAGE, RAM, 7},
        {2 * PAGE, 0 - PAGE, 0, 7},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0] && rig_ok(r); i++)
        bad_entry(r, &bad[i], 1, 0);
}

/* An entry that is read must lie between those that the search has passed. */
static void disorder(struct rig *r) {
    const struct frond_range here = {RAM, OWN, r->a1.ram, RWX};
    const struct frond_range over[] = {here, {RAM + 16 * PAGE, PAGE, RAM, RWX}};
    const struct frond_range under[] = {
        {0, PAGE, RAM, 7}, {AT, 2 * PAGE, RAM, 7}, {AT + PAGE, OWN, RAM, 7}};
    const struct frond_range swapped[] = {here, {AT, PAGE, RAM, RWX}};
    bad_entry(r, over, 2, 0);
    bad_entry(r, under, 3, 2);
    set_table(r, swapped, 2);
    struct seen s = load(r, &r->a1, RAM + DATA); /* [0] is never read: nothing there */
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_FAULT && s.exit.kind == FROND_FAULT_FETCH,
         "how %d reason %u", (int)s.how, s.exit.reason);
}

/* Far more entries than there is table: what the search reads there is zeros, or no memory at all. */
static void enormous(struct rig *r) {
    struct frond_desc d = desc(r, &r->a1);
    d.map_p.count = d.map_np.count = 1000;
    set_desc(r, &r->a1, &d);
    struct seen s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD && s.exit.value == 500, "reason %u",
         s.exit.reason);
    d.map_p.count = d.map_np.count = 1ull << 32;
    set_desc(r, &r->a1, &d);
    s = load(r, &r->a1, RAM + DATA); /* the table's middle is a gap in the map of 0.1 */
    WANT(faulted(&s, FROND_FAULT_MAP, r->a1.table + (16ull << 32)), "how %d kind %u addr 0x%llx",
         (int)s.how, s.exit.kind, (unsigned long long)s.exit.addr);
}

static void no_table(struct rig *r) {
    static const uint64_t at[] = {0x20000000, RAM + OWN, 0 - PAGE};
    for (unsigned i = 0; i < 3; i++) {
        struct frond_desc d = desc(r, &r->a1);
        d.map_p = d.map_np = (struct frond_map){at[i], 1};
        set_desc(r, &r->a1, &d);
        struct seen s = load(r, &r->a1, RAM + DATA);
        WANT(faulted(&s, FROND_FAULT_MAP, at[i]), "0x%llx: how %d kind %u",
             (unsigned long long)at[i], (int)s.how, s.exit.kind);
    }
}

/* Tables in windows: an access fault of the VMM at its ENTER. */
static void table_in_device(struct rig *r) {
    static const uint64_t at[] = {0x10002000, FROND_CLINT_BASE, FROND_CTL_BASE, FROND_PLIC_BASE};
    grant(r, &r->a, 0x10002000, PAGE, 0x10002000, FROND_R | FROND_W);
    for (unsigned i = 0; i < 4; i++) {
        struct frond_desc d = desc(r, &r->a1);
        d.map_p = d.map_np = (struct frond_map){at[i], 1};
        set_desc(r, &r->a1, &d);
        struct seen s = load(r, &r->a1, RAM + DATA);
        WANT(s.how == TRAPPED && s.cause == 5 && s.tval == at[i], "0x%llx: how %d cause %d",
             (unsigned long long)at[i], (int)s.how, (int)s.cause);
    }
}

static void descriptor_in_device(struct rig *r) {
    static const uint64_t at[] = {0x10001000, FROND_CTL_BASE, FROND_PLIC_BASE, FROND_RTC_BASE};
    grant(r, &r->a, 0x10001000, PAGE, 0x10001000, FROND_R | FROND_W);
    for (unsigned i = 0; i < 4; i++) {
        struct seen s = enter(r, &r->a, at[i]);
        WANT(s.how == TRAPPED && (s.cause == 5 || s.cause == 7) && s.tval == at[i],
             "0x%llx: how %d cause %d", (unsigned long long)at[i], (int)s.how, (int)s.cause);
    }
}

/* Ranges over each private window of the parent, at an address where the child has none. */
static void private_windows(struct rig *r) {
    static const uint64_t at[] = {FROND_FINISHER_BASE, FROND_RTC_BASE, FROND_CLINT_BASE,
                                  FROND_CTL_BASE, FROND_PLIC_BASE};
    for (unsigned i = 0; i < 5; i++) {
        r->a1.ranges = 0;
        grant(r, &r->a1, AT, PAGE, at[i], RWX);
        grant(r, &r->a1, RAM, LEAF_SIZE, r->a1.ram, RWX);
        struct seen s = DO(&r->a1, 0x5555, AT, SW(A0, A1, 0));
        WANT(faulted(&s, FROND_FAULT_STORE, AT), "0x%llx: how %d", (unsigned long long)at[i],
             (int)s.how);
        s = load(r, &r->a1, AT + 8);
        WANT(faulted(&s, FROND_FAULT_LOAD, AT + 8), "0x%llx: how %d", (unsigned long long)at[i],
             (int)s.how);
    }
}

/* A range that hides the child's own windows gives it nothing there. */
static void over_windows(struct rig *r) {
    r->a1.ranges = 0;
    grant(r, &r->a1, 0, 0x10000000, RAM, RWX);
    grant(r, &r->a1, RAM, LEAF_SIZE, r->a1.ram, RWX);
    uint64_t before = get(r, &r->a, RAM + 8);
    struct seen s = load(r, &r->a1, CTL + FROND_CTL_ID);
    WANT(s.how == RETIRED &&
             reg(r, &r->a1, A0) == (FROND_CTL_MAGIC | (uint64_t)FROND_ABI_VERSION << 48),
         "how %d", (int)s.how);
    s = store(r, &r->a1, FROND_CLINT_BASE + 0x4000, 77);
    WANT(s.how == RETIRED && desc(r, &r->a1).clint.mtimecmp == 77, "how %d", (int)s.how);
    WANT(get(r, &r->a, RAM + 8) == before, "0.1's memory changed");
}

static void beyond_parent(struct rig *r) {
    grant(r, &r->a1, AT, PAGE, RAM + OWN, RWX); /* where node 0 has 0.2, and 0.1 nothing */
    struct seen s = load(r, &r->a1, AT);
    WANT(faulted(&s, FROND_FAULT_LOAD, RAM + OWN) && (s.exit.flags & FROND_XF_SELF) == 0,
         "how %d addr 0x%llx", (int)s.how, (unsigned long long)s.exit.addr);
}

/* Node 0's own gap: the host denies, and the fault goes up to where the range was made. */
static void beyond_root(struct rig *r) {
    grant(r, &r->a, AT, PAGE, RAM + ROOT_SIZE, RWX);
    struct seen s = store(r, &r->a, AT, 1);
    WANT(faulted(&s, FROND_FAULT_STORE, AT) && (s.exit.flags & FROND_XF_SELF) != 0, "how %d",
         (int)s.how);
    grant(r, &r->a, AT + PAGE, PAGE, CTL, RWX);
    s = store(r, &r->a, AT + PAGE + FROND_CTL_ENTER, r->b.desc);
    WANT(faulted(&s, FROND_FAULT_STORE, AT + PAGE + FROND_CTL_ENTER), "how %d", (int)s.how);
}

/* Everything, to everything: it is the VMM's own everything. */
static void whole_space(struct rig *r) {
    static const struct frond_range all[] = {{0, 0 - PAGE, 0, RWX}};
    const uint64_t v = get(r, &r->a, RAM + DATA);
    set_table(r, all, 1);
    poke(r, &r->a, RAM + DATA + 0x800, &(uint32_t){LD(A0, A1, 0)}, 4);
    struct frond_desc d = desc(r, &r->a1);
    d.pc = RAM + DATA + 0x800;
    d.x[A1] = RAM + OWN;
    set_desc(r, &r->a1, &d);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(faulted(&s, FROND_FAULT_LOAD, RAM + OWN), "how %d", (int)s.how);
    WANT(get(r, &r->a, RAM + DATA) == v, "0.1's data changed");
}

/* No right comes back that a level below did not give. */
static void rights(struct rig *r) {
    const struct {
        uint32_t insn, kind;
        unsigned needs;
    } try[] = {{LD(A2, A1, 0), FROND_FAULT_LOAD, FROND_R},
               {SD(A0, A1, 0), FROND_FAULT_STORE, FROND_W},
               {LR_D(A2, A1), FROND_FAULT_AMO, FROND_R},
               {AMOADD_D(A2, A0, A1), FROND_FAULT_AMO, FROND_R | FROND_W},
               {SC_D(A2, A0, A1), FROND_FAULT_AMO, FROND_R | FROND_W},
               {JALR(ZERO, A1, 0), FROND_FAULT_FETCH, FROND_X}};
    grant(r, &r->a, AT, PAGE, RAM + 0x3000, 0);
    grant(r, &r->a1, AT, PAGE, AT, 0);
    poke(r, &r->root, RAM + 0x3000, &(uint32_t){ECALL}, 4);
    for (unsigned both = 0; both < 64 && rig_ok(r); both++) {
        unsigned low = both & 7, high = both >> 3;
        r->a.range[0].flags = low;
        r->a1.range[0].flags = high;
        write_table(r, &r->a);
        write_table(r, &r->a1);
        for (unsigned i = 0; i < 6; i++) {
            if ((low & high & try[i].needs) == try[i].needs)
                continue;
            uint64_t word = get(r, &r->root, RAM + 0x3000);
            struct seen s = act(r, &r->a1, FROND_MODE_M, &try[i].insn, 1, 5, AT);
            WANT(faulted(&s, try[i].kind, AT), "rights %u and %u, try %u: how %d kind %u", low,
                 high, i, (int)s.how, s.exit.kind);
            bool self = (s.exit.flags & FROND_XF_SELF) != 0;
            WANT(self == ((high & try[i].needs) != try[i].needs || high == 0),
                 "rights %u and %u, try %u: the wrong level", low, high, i);
            WANT(get(r, &r->root, RAM + 0x3000) == word, "it was stored to");
        }
    }
}

/* 0.1.1 has its own table in reach and writes entry 0 while it runs: a store, an AMO, a store that
 * crosses into the table, each seen by the next access, and never more than 0.1 has. */
static void edits_own_table(struct rig *r) {
    const uint64_t there = AT + (r->a1.table & (PAGE - 1));
    grant(r, &r->a1, AT + PAGE, PAGE, RAM + ROOM, RWX);
    grant(r, &r->a1, AT, PAGE, r->a1.table & ~(PAGE - 1), RWX);
    grant(r, &r->a1, AT - PAGE, PAGE, r->a1.ram + DATA, RWX); /* [0], before the table's page */
    put(r, &r->a, RAM + ROOM, 0xaaaa);
    put(r, &r->a, RAM + ROOM + 0x1000, 0xbbbb);
    /* entry 2 (AT + PAGE) leads to the next page at once */
    struct seen s = DO(&r->a1, RAM + ROOM + PAGE, there, LD(A2, A1, 0), SD(A0, A1, 2 * 32 + 16),
                       LUI(A3, (AT + PAGE) >> 12), LD(A3, A3, 0));
    WANT(s.how == RETIRED && reg(r, &r->a1, A3) == 0xbbbb, "store: how %d a3 0x%llx", (int)s.how,
         (unsigned long long)reg(r, &r->a1, A3));
    s = DO(&r->a1, 0 - PAGE, there + 2 * 32 + 16, AMOADD_D(A2, A0, A1), LUI(A3, (AT + PAGE) >> 12),
           LD(A3, A3, 0));
    WANT(s.how == RETIRED && reg(r, &r->a1, A3) == 0xaaaa, "amo: how %d", (int)s.how);
    s = DO(&r->a1, RAM + OWN, there + 2 * 32 + 16, SD(A0, A1, 0), LUI(A3, (AT + PAGE) >> 12),
           LD(A3, A3, 0));
    WANT(faulted(&s, FROND_FAULT_LOAD, RAM + OWN), "past 0.1's memory: how %d", (int)s.how);
    s = store(r, &r->a1, AT - 4, 0xdeadbeef00000000); /* crosses: entry 0's base becomes odd */
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD, "crossing: how %d reason %u", (int)s.how,
         s.exit.reason);
}

/* The VMM edits the table of a child that is suspended with a grandchild above it. */
static void edits_below(struct rig *r) {
    struct node c;
    spawn(r, &c, &r->a1, 1);
    c.ram = RAM + ROOM;
    c.range[0] = (struct frond_range){RAM, 0x8000, RAM + ROOM, RWX};
    write_table(r, &c);
    poke(r, &c, RAM, (const uint32_t[]){LUI(T6, GATE >> 12), LD(ZERO, T6, 0)}, 8);
    struct seen s = store(r, &c, RAM + DATA, 0x77);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    r->a1.range[0].size = ROOM; /* 0.1 takes the memory of 0.1.1.1 away */
    write_table(r, &r->a1);
    s = store(r, &c, RAM + DATA, 0x78);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_FAULT && s.exit.addr >= RAM + ROOM,
         "how %d addr 0x%llx", (int)s.how, (unsigned long long)s.exit.addr);
    WANT(get(r, &c, RAM + DATA) == 0x77, "a store to memory that was taken away");
}

/* Two ranges lead to one page; code stored through one runs through the other. */
static void aliases(struct rig *r) {
    grant(r, &r->a1, AT, PAGE, RAM + ROOM, FROND_R | FROND_W);
    grant(r, &r->a1, AT + PAGE, PAGE, RAM + ROOM, FROND_X);
    for (int i = 1; i < 4; i++) {
        uint64_t code = (uint64_t)JALR(ZERO, RA, 0) << 32 | ADDI(A2, ZERO, i);
        struct seen s = DO(&r->a1, code, AT, SD(A0, A1, 0), LUI(A3, (AT + PAGE) >> 12),
                           JALR(RA, A3, 0), SD(A0, A1, 8));
        WANT(s.how == RETIRED && reg(r, &r->a1, A2) == (uint64_t)i, "%d: how %d, a2 %d", i,
             (int)s.how, (int)reg(r, &r->a1, A2));
    }
}

/* U-mode, MPRV included, goes by map_np at every level; M and S by map_p. */
static void two_maps(struct rig *r) {
    const struct frond_range np[] = {{RAM, DATA, r->a1.ram, RWX}}; /* code, but no data */
    poke(r, &r->a, r->a1.table + 0x400, np, sizeof np);
    struct frond_desc d = desc(r, &r->a1);
    d.map_np = (struct frond_map){r->a1.table + 0x400, 1};
    set_desc(r, &r->a1, &d);
    struct seen s = DO_IN(FROND_MODE_U, &r->a1, 1, RAM + DATA, SD(A0, A1, 0));
    WANT(faulted(&s, FROND_FAULT_STORE, RAM + DATA) && (s.exit.flags & FROND_XF_NP) != 0,
         "U: how %d flags %u", (int)s.how, s.exit.flags);
    s = DO_IN(FROND_MODE_S, &r->a1, 1, RAM + DATA, SD(A0, A1, 0));
    WANT(s.how == RETIRED, "S: how %d", (int)s.how);
    d = desc(r, &r->a1);
    d.csr.mstatus = 1 << 17; /* MPRV, MPP = U */
    set_desc(r, &r->a1, &d);
    s = store(r, &r->a1, RAM + DATA, 2);
    WANT(faulted(&s, FROND_FAULT_STORE, RAM + DATA) && (s.exit.flags & FROND_XF_NP) != 0,
         "MPRV: how %d flags %u", (int)s.how, s.exit.flags);
}

/* A child with no range to any device. */
static void no_device(struct rig *r) {
    static const uint64_t at[] = {0x10000000, 0x10001000, 0x10002000, 0x10008000};
    for (unsigned i = 0; i < 4; i++) {
        struct seen s = DO(&r->a, 1, at[i] + 0x70, SW(A0, A1, 0));
        WANT(faulted(&s, FROND_FAULT_STORE, at[i] + 0x70), "0x%llx: how %d",
             (unsigned long long)at[i], (int)s.how);
    }
    grant(r, &r->a, 0x10001000, PAGE, 0x10001000, FROND_R | FROND_X); /* read-only window */
    struct seen s = DO(&r->a, 1, 0x10001070, SW(A0, A1, 0));
    WANT(faulted(&s, FROND_FAULT_STORE, 0x10001070), "read-only: how %d", (int)s.how);
    s = DO(&r->a, 1, 0x10001000, JALR(ZERO, A1, 0));
    WANT(faulted(&s, FROND_FAULT_FETCH, 0x10001000), "fetch: how %d", (int)s.how);
    s = DO(&r->a, 1, 0x10001000, LR_D(A0, A1));
    WANT(s.how == TRAPPED && s.cause == 5, "lr: how %d cause %d", (int)s.how, (int)s.cause);
}

const struct row map_rows[] = {
    ROW("map-entry-fields", "parent", "its child's range table",
        "base, size, target, flags of a range illegal one by one; wraps past 2^64", "map-order",
        entry_fields),
    ROW("map-disorder", "parent", "its child's range table",
        "ranges out of order, twice, overlapping", "map-order", disorder),
    ROW("map-enormous-count", "parent", "memory behind its child's table",
        "1,000 and 2^32 entries in a table of one", "map-order gap", enormous),
    ROW("map-table-nowhere", "parent", "a table in a gap", "a table in a gap of its owner", "gap",
        no_table),
    ROW("map-table-in-window", "parent", "a table in a window",
        "a table in a device or private window", "private-window", table_in_device),
    ROW("map-descriptor-in-window", "parent", "a descriptor in a window",
        "a descriptor in a device or private window", "private-window", descriptor_in_device),
    ROW("map-private-windows", "parent", "its own private windows",
        "ranges that lead to the parent's controller, CLINT, PLIC, finisher", "private-window",
        private_windows),
    ROW("map-over-windows", "parent", "its child's private windows",
        "ranges laid over the child's own private windows", "private-window", over_windows),
    ROW("map-beyond-parent", "parent", "its sibling's memory",
        "targets outside the parent's memory", "gap", beyond_parent),
    ROW("map-beyond-root", "parent", "node 0's controller",
        "targets outside node 0's memory, and node 0's controller", "gap", beyond_root),
    ROW("map-whole-space", "parent", "its sibling's memory", "one range over all 2^64 bytes", "gap",
        whole_space),
    ROW("map-rights", "parent", "a page with fewer rights",
        "all pairs of rights at two levels, each kind of access", "rights", rights),
    ROW("map-edits-own-table", "grandchild", "its own range table",
        "rewrites its own table while it runs on it", "watch-table watch-store both-pages gap",
        edits_own_table),
    ROW("map-edits-below", "parent", "memory taken from its parent",
        "takes memory away under a suspended grandchild", "watch-table", edits_below),
    ROW("map-aliases", "grandchild", "decoded code",
        "code stored through one range, run through another", "watch-code", aliases),
    ROW("map-two-modes", "user mode", "memory of map_p",
        "reaches what only map_p has from U, and by MPRV", "two-maps", two_maps),
    ROW("map-no-device", "child", "devices of its parent",
        "devices it was not given, or given read-only", "gap rights register-access", no_device),
};
const unsigned map_count = sizeof map_rows / sizeof map_rows[0];
