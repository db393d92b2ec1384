/*
 * rows_reach.c - what lies beyond a node's map, reached for by each means that there is.
 *
 * From two seats: 0.1 itself, behind the end of its memory, where node 0 has its own and the victim's; and
 * 0.1.1, to which 0.1 gave all that it has, and more: every address. An object is where it is
 * in node 0, counted from the attacker's own memory on: there is a gap in 0.1's map, and node 0 must be told of it.
 */
#include "driver.h"
#include <string.h>

enum object { SIBLING, PARENT, OWN_DESC, OWN_TABLE, SIBLING_DESC, SIBLING_TABLE, CONSOLE };
enum means {
    LOADS,
    STORES,
    AMOS,
    RESERVES,
    FETCHES,
    CROSSES,
    WALKS,
    ENTERS,
    TABLES,
    LENDS,
    TRANSFERS
};

#define AT 0x50000000ull

/* Where it would be for 0.1, if its memory went on as node 0's does. */
static uint64_t beyond(const struct rig *r, uint64_t in_root) { return in_root - r->a.ram + RAM; }

static uint64_t object_at(const struct rig *r) {
    switch ((enum object)r->row->what) {
    case SIBLING: return beyond(r, r->b.ram + DATA);
    case PARENT: return beyond(r, RAM + 0x2000);
    case OWN_DESC: return beyond(r, r->a.desc);
    case OWN_TABLE: return beyond(r, r->a.table);
    case SIBLING_DESC: return beyond(r, r->b.desc);
    case SIBLING_TABLE: return beyond(r, r->b.table);
    default: return FROND_UART_BASE;
    }
}

/* The gap at `at` is node 0's to answer, whoever has met it. */
static void told(struct rig *r, struct seen s, uint32_t kind, uint64_t at) {
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_FAULT && s.exit.kind == kind &&
             s.exit.addr == at,
         "how %d reason %u kind %u addr 0x%llx", (int)s.how, s.exit.reason, s.exit.kind,
         (unsigned long long)s.exit.addr);
}

static void access(struct rig *r, struct node *n, uint32_t insn, uint32_t kind, uint64_t at) {
    told(r, act(r, n, FROND_MODE_M, &insn, 1, UINT64_MAX, at), kind, at);
}

/* A store that begins in the page before, which is the attacker's: none of it is made. */
static void crosses(struct rig *r, struct node *n, uint64_t at) {
    const uint64_t page = at & ~(PAGE - 1);
    put(r, &r->a, RAM + ROOM + PAGE - 8, 0x1111);
    grant(r, &r->a, page - PAGE, PAGE, r->a.ram + ROOM, RWX);
    told(r, store(r, n, page - 4, UINT64_MAX), FROND_FAULT_STORE, page);
    WANT(get(r, &r->a, RAM + ROOM + PAGE - 8) == 0x1111, "the first half was stored");
}

/* Data accesses go by a page table there. */
static void walks(struct rig *r, struct node *n, uint64_t at) {
    struct frond_desc d = desc(r, n);
    d.csr.satp = 8ull << 60 | at >> 12;
    d.csr.mstatus = 1 << 17 | 1 << 11; /* MPRV, MPP = S */
    set_desc(r, n, &d);
    told(r, load(r, n, RAM + DATA), FROND_FAULT_WALK, (at & ~(PAGE - 1)) + 16);
}

/* A child of the attacker's: its range table, or the memory that it is lent, is there. */
static void by_child(struct rig *r, struct node *n, uint64_t at) {
    struct node c;
    spawn(r, &c, n, n == &r->a ? 3 : 1);
    c.range[0] = (struct frond_range){RAM, 0x8000, RAM + ROOM, RWX};
    c.ram = RAM + ROOM;
    write_table(r, &c);
    poke(r, &c, RAM, (const uint32_t[]){LUI(T6, GATE >> 12), LD(ZERO, T6, 0)}, 8);
    if (r->row->how == LENDS) {
        grant(r, &c, AT, PAGE, at & ~(PAGE - 1), RWX);
        told(r, load(r, &c, AT), FROND_FAULT_LOAD, at & ~(PAGE - 1));
        return;
    }
    struct frond_desc d = desc(r, &c);
    d.map_p = d.map_np = (struct frond_map){at, 1};
    set_desc(r, &c, &d);
    told(r, run(r, &c), FROND_FAULT_MAP, at);
}

static void transfers(struct rig *r, struct node *n, uint64_t at) {
    grant(r, &r->a, disk_in.window, PAGE, disk_in.window, FROND_R | FROND_W);
    start_driver(r, n, &disk_in, RAM + RING_DESC, NUM);
    ask(r, n, &disk_in, at, 512);
    told(r, ring(r, n, &disk_in), FROND_FAULT_DMA, at);
}

static void reach(struct rig *r, struct node *n) {
    const uint64_t at = object_at(r);
    switch ((enum means)r->row->how) {
    case LOADS: access(r, n, LD(A2, A1, 0), FROND_FAULT_LOAD, at); break;
    case STORES: access(r, n, SD(A0, A1, 0), FROND_FAULT_STORE, at); break;
    case AMOS: access(r, n, AMOSWAP_D(A2, A0, A1), FROND_FAULT_AMO, at); break;
    case RESERVES:
        access(r, n, LR_D(A2, A1), FROND_FAULT_AMO, at);
        access(r, n, SC_D(A2, A0, A1), FROND_FAULT_AMO, at);
        break;
    case FETCHES: access(r, n, JALR(ZERO, A1, 0), FROND_FAULT_FETCH, at); break;
    case CROSSES: crosses(r, n, at); break;
    case WALKS: walks(r, n, at); break;
    case ENTERS: told(r, enter(r, n, at & ~(PAGE - 1)), FROND_FAULT_DESC, at & ~(PAGE - 1)); break;
    case TABLES:
    case LENDS: by_child(r, n, at); break;
    case TRANSFERS: transfers(r, n, at); break;
    }
}

static void child(struct rig *r) { reach(r, &r->a); }

/* 0.1.1 has everything, by 0.1's numbers, but where its own memory lies. */
static void grandchild(struct rig *r) {
    const uint64_t end = RAM + LEAF_SIZE;
    grant(r, &r->a1, 0, RAM, 0, RWX);
    grant(r, &r->a1, end, 0 - PAGE - end, end, RWX);
    reach(r, &r->a1);
}

#define ONE(seat, f, o, object, x, m, means, y, wall)                                              \
    ROW("reach-" seat "-" o "-" m, seat, object, means, wall, f, .what = x, .how = y)
#define ALL(seat, f, o, object, x)                                                                 \
    ONE(seat, f, o, object, x, "load", "loads", LOADS, "gap"),                                     \
        ONE(seat, f, o, object, x, "store", "stores", STORES, "gap"),                              \
        ONE(seat, f, o, object, x, "amo", "an AMO", AMOS, "gap"),                                  \
        ONE(seat, f, o, object, x, "reserve", "LR and SC", RESERVES, "gap"),                       \
        ONE(seat, f, o, object, x, "fetch", "executes it", FETCHES, "gap"),                        \
        ONE(seat, f, o, object, x, "walk", "as a page table", WALKS, "gap"),                       \
        ONE(seat, f, o, object, x, "enter", "as a descriptor", ENTERS, "gap"),                     \
        ONE(seat, f, o, object, x, "table", "as a child's range table", TABLES, "gap"),            \
        ONE(seat, f, o, object, x, "lend", "as a child's memory", LENDS, "gap"),                   \
        ONE(seat, f, o, object, x, "transfer", "by a disk's DMA", TRANSFERS, "gap dma-map")
#define CROSS(seat, f, o, object, x)                                                               \
    ONE(seat, f, o, object, x, "cross", "a store that ends in it", CROSSES, "gap both-pages")

const struct row reach_rows[] = {
    ALL("child", child, "sibling", "its sibling's memory", SIBLING),
    CROSS("child", child, "sibling", "its sibling's memory", SIBLING),
    ALL("child", child, "parent", "its parent's memory", PARENT),
    CROSS("child", child, "parent", "its parent's memory", PARENT),
    ALL("child", child, "descriptor", "its own descriptor", OWN_DESC),
    ALL("child", child, "table", "its own range table", OWN_TABLE),
    ALL("child", child, "sibling-descriptor", "its sibling's descriptor", SIBLING_DESC),
    ALL("child", child, "sibling-table", "its sibling's range table", SIBLING_TABLE),
    ALL("child", child, "console", "its parent's console", CONSOLE),
    ALL("grandchild", grandchild, "uncle", "its parent's sibling's memory", SIBLING),
    ALL("grandchild", grandchild, "grandparent", "its grandparent's memory", PARENT),
    CROSS("grandchild", grandchild, "grandparent", "its grandparent's memory", PARENT),
    ALL("grandchild", grandchild, "parent-descriptor", "its parent's descriptor", OWN_DESC),
    ALL("grandchild", grandchild, "parent-table", "its parent's range table", OWN_TABLE),
    ALL("grandchild", grandchild, "console", "its grandparent's console", CONSOLE),
};
const unsigned reach_count = sizeof reach_rows / sizeof reach_rows[0];
