/*
 * rows_dma.c - attacks from the seat of a device: 0.1 drives the disk (slot 1), whose owner it is.
 *
 * The disk's bytes are the row's, so a read puts any bytes to any address that DMA can reach.
 */
#include "rig.h"
#include <string.h>

#define DISK 0x10002000ull /* the window, in node 0 and where 0.1 has it */
enum { RING_DESC = 0x8000, RING_AVAIL = 0x9000, RING_USED = 0xa000, HEADER = 0xb000, NUM = 8 };
enum { NEEDS_RESET = 64 };

/* A node that drives the disk: its window, its rings' memory. */
static uint32_t reg32(struct rig *r, struct node *n, unsigned off) {
    struct seen s = DO(n, 0, DISK + off, LW(A0, A1, 0));
    return s.how == RETIRED ? (uint32_t)reg(r, n, A0) : UINT32_MAX;
}

static struct seen write32(struct rig *r, struct node *n, unsigned off, uint32_t v) {
    return DO(n, v, DISK + off, SW(A0, A1, 0));
}

static void start_driver(struct rig *r, struct node *n, uint64_t desc_at, uint32_t num) {
    write32(r, n, 0x70, 0);
    write32(r, n, 0x70, 1 | 2);
    write32(r, n, 0x24, 1);
    write32(r, n, 0x20, 1);
    write32(r, n, 0x70, 8);
    write32(r, n, 0x30, 0);
    write32(r, n, 0x38, num);
    write32(r, n, 0x80, (uint32_t)desc_at);
    write32(r, n, 0x84, (uint32_t)(desc_at >> 32));
    write32(r, n, 0x90, (uint32_t)(RAM + RING_AVAIL));
    write32(r, n, 0xa0, (uint32_t)(RAM + RING_USED));
    write32(r, n, 0x44, 1);
    write32(r, n, 0x70, 4);
}

static void give_disk(struct rig *r, struct node *n) {
    grant(r, n, DISK, PAGE, DISK, FROND_R | FROND_W);
    start_driver(r, n, RAM + RING_DESC, NUM);
}

struct vring_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

static void set_ring(struct rig *r, const struct node *n, unsigned i, struct vring_desc d) {
    poke(r, n, RAM + RING_DESC + 16 * i, &d, sizeof d);
}

/* A read of `len` bytes of the disk to `to`, as request 0; not rung yet. */
static void ask(struct rig *r, const struct node *n, uint64_t to, uint32_t len) {
    const uint8_t header[16] = {0};
    const uint16_t avail[] = {0, 1, 0};
    poke(r, n, RAM + HEADER, header, sizeof header);
    put(r, n, RAM + RING_USED, 0);
    set_ring(r, n, 0, (struct vring_desc){RAM + HEADER, 16, 1, 1});
    set_ring(r, n, 1, (struct vring_desc){to, len, 3, 2});
    set_ring(r, n, 2, (struct vring_desc){RAM + HEADER + 16, 1, 2, 0});
    poke(r, n, RAM + RING_AVAIL, avail, sizeof avail);
}

static struct seen ring(struct rig *r, struct node *n) { return write32(r, n, 0x50, 0); }

/* Answers a FAULT of n in `resume` and lets it come back. */
static struct seen deny(struct rig *r, struct node *n) {
    struct frond_desc d = desc(r, n);
    d.resume = FROND_DENY;
    set_desc(r, n, &d);
    return run(r, n);
}

static bool broken(struct rig *r, struct node *n) {
    uint32_t status = reg32(r, n, 0x70);
    return status != UINT32_MAX && (status & NEEDS_RESET) != 0;
}

static void fill_disk(struct rig *r, const void *bytes, size_t n) {
    memset(r->disk, 0xdd, sizeof r->disk);
    memcpy(r->disk, bytes, n);
}

/* That all the rest are not contained only because nothing works. */
static void works(struct rig *r) {
    fill_disk(r, "moved", 5);
    give_disk(r, &r->a);
    ask(r, &r->a, RAM + ROOM, 512);
    struct seen s = ring(r, &r->a);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    WANT(memcmp(r->disk, "moved", 5) == 0 && (uint8_t)get(r, &r->a, RAM + ROOM) == 'm',
         "nothing moved");
}

static void to_sibling(struct rig *r) {
    give_disk(r, &r->a);
    ask(r, &r->a, r->b.ram + DATA, 512); /* by node 0's number */
    struct seen s = ring(r, &r->a);
    WANT(faulted(&s, FROND_FAULT_DMA, r->b.ram + DATA), "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(s.exit.reg == 2, "window %u", s.exit.reg);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a), "how %d", (int)s.how);
}

static void ring_nowhere(struct rig *r) {
    grant(r, &r->a, DISK, PAGE, DISK, FROND_R | FROND_W);
    start_driver(r, &r->a, RAM + OWN - 16, NUM); /* all but the first descriptor are a gap */
    const uint16_t avail[] = {0, 1, 3};
    poke(r, &r->a, RAM + RING_AVAIL, avail, sizeof avail);
    struct seen s = ring(r, &r->a);
    WANT(faulted(&s, FROND_FAULT_DMA, RAM + OWN + 32), "how %d kind %u", (int)s.how, s.exit.kind);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a), "how %d", (int)s.how);
}

static void to_windows(struct rig *r) {
    static const uint64_t at[] = {CTL, FROND_FINISHER_BASE, FROND_CLINT_BASE + 0x4000,
                                  FROND_PLIC_BASE, DISK};
    give_disk(r, &r->a);
    for (unsigned i = 0; i < 5; i++) {
        start_driver(r, &r->a, RAM + RING_DESC, NUM);
        ask(r, &r->a, at[i], 512);
        struct seen s = ring(r, &r->a);
        WANT(s.how == RETIRED && broken(r, &r->a), "0x%llx: how %d reason %u",
             (unsigned long long)at[i], (int)s.how, s.exit.reason);
        WANT(desc(r, &r->a).clint.mtimecmp == 0, "the CLINT changed");
    }
}

/* Its own descriptor, which its parent mapped into it. */
static void to_own_descriptor(struct rig *r) {
    grant(r, &r->a, 0x90000000, PAGE, r->a.desc, FROND_R | FROND_W);
    give_disk(r, &r->a);
    ask(r, &r->a, 0x90000000, 4096);
    struct seen s = ring(r, &r->a);
    WANT(faulted(&s, FROND_FAULT_DMA, 0x90000000), "how %d kind %u", (int)s.how, s.exit.kind);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a), "how %d", (int)s.how);
}

/* 0.1.1 has the window too and rings while its own descriptor is active: the disk is 0.1's. */
static void to_active_descriptor(struct rig *r) {
    give_disk(r, &r->a);
    grant(r, &r->a1, DISK, PAGE, DISK, FROND_R | FROND_W);
    ask(r, &r->a, r->a1.desc, 4096);
    struct seen s = ring(r, &r->a1);
    WANT(s.how == RETIRED, "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(broken(r, &r->a), "the transfer was not refused");
    WANT(desc(r, &r->a1).magic == FROND_MAGIC, "the descriptor was overwritten");
}

static void bad_rings(struct rig *r) {
    static const struct {
        const char *what;
        uint64_t desc_at;
        uint32_t num;
    } rows[] = {{"wraps", UINT64_MAX - 15, NUM},     {"no power of two", RAM + RING_DESC, 3},
                {"too long", RAM + RING_DESC, 256},  {"empty", RAM + RING_DESC, 0},
                {"huge", RAM + RING_DESC, 1u << 31}, {"unaligned", RAM + RING_DESC + 8, NUM}};
    grant(r, &r->a, DISK, PAGE, DISK, FROND_R | FROND_W);
    for (unsigned i = 0; i < 6; i++) {
        start_driver(r, &r->a, rows[i].desc_at, rows[i].num);
        WANT(broken(r, &r->a), "%s", rows[i].what);
    }
}

static void bad_chains(struct rig *r) {
    static const struct {
        const char *what;
        struct vring_desc d;
    } rows[] = {{"a loop", {RAM + ROOM, 512, 3, 1}},
                {"out of the ring", {RAM + ROOM, 512, 3, NUM}},
                {"length 0", {RAM + ROOM, 0, 3, 2}},
                {"over size_max", {RAM + ROOM, 65537, 3, 2}},
                {"wraps", {UINT64_MAX - 255, 512, 3, 2}},
                {"indirect", {RAM + ROOM, 16, 4, 0}},
                {"to read after to write", {RAM + ROOM, UINT32_MAX, 3, 2}}};
    give_disk(r, &r->a);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_driver(r, &r->a, RAM + RING_DESC, NUM);
        ask(r, &r->a, RAM + ROOM, 512);
        set_ring(r, &r->a, NUM, (struct vring_desc){RAM + ROOM + 512, 1, 2, 0}); /* past the ring */
        set_ring(r, &r->a, 1, rows[i].d);
        struct seen s = ring(r, &r->a);
        WANT(s.how == RETIRED && broken(r, &r->a), "%s: how %d", rows[i].what, (int)s.how);
    }
    start_driver(r, &r->a, RAM + RING_DESC, NUM);
    ask(r, &r->a, RAM + ROOM, 512);
    put(r, &r->a, RAM + RING_AVAIL, 0xfff00000); /* idx far ahead: rings without end */
    struct seen s = ring(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a), "idx: how %d", (int)s.how);
}

/* The rings lie over each other, and the data over the rings: it ends, somehow, inside 0.1. */
static void rings_over_rings(struct rig *r) {
    grant(r, &r->a, DISK, PAGE, DISK, FROND_R | FROND_W);
    for (unsigned i = 0; i < 16; i++) {
        start_driver(r, &r->a, RAM + RING_AVAIL - 16 * i, NUM);
        ask(r, &r->a, RAM + RING_AVAIL - 8 * i, 512);
        poke(r, &r->a, RAM + RING_AVAIL - 16 * i, &(struct vring_desc){RAM + RING_AVAIL, 64, 3, 0},
             16);
        struct seen s = ring(r, &r->a);
        WANT(s.how == RETIRED || s.how == LEFT, "%u: how %d", i, (int)s.how);
        if (s.how == LEFT)
            deny(r, &r->a);
    }
}

/* DMA into code that has run: the new code runs. */
static void into_code(struct rig *r) {
    const uint32_t old[] = {ADDI(A2, ZERO, 1), JALR(ZERO, RA, 0)};
    const uint32_t new[] = {ADDI(A2, ZERO, 2), JALR(ZERO, RA, 0)};
    fill_disk(r, new, sizeof new);
    give_disk(r, &r->a);
    poke(r, &r->a, RAM + ROOM, old, sizeof old);
    struct seen s = DO(&r->a, 0, RAM + ROOM, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 1, "how %d", (int)s.how);
    ask(r, &r->a, RAM + ROOM, 512);
    ring(r, &r->a);
    s = DO(&r->a, 0, RAM + ROOM, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 2, "old code ran");
}

/* DMA into the range table of 0.1.1: seen at its next access, and no more than 0.1 has. */
static void into_table(struct rig *r) {
    struct frond_range to_sibling = {RAM, LEAF_SIZE, r->b.ram, RWX};
    struct seen s = load(r, &r->a1, RAM + DATA);
    fill_disk(r, &to_sibling, sizeof to_sibling);
    give_disk(r, &r->a);
    ask(r, &r->a, r->a1.table, 512);
    s = ring(r, &r->a);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = load(r, &r->a1, RAM + DATA);
    WANT(faulted(&s, FROND_FAULT_FETCH, r->b.ram + STUB), "how %d kind %u", (int)s.how,
         s.exit.kind);
}

/* A transfer that waits (its gap is not answered) and another node in the same descriptor page. */
static void stale_owner(struct rig *r) {
    fill_disk(r, "stale", 5);
    give_disk(r, &r->a);
    ask(r, &r->a, RAM + OWN + 0x100000, 512);
    struct seen s = ring(r, &r->a);
    WANT(faulted(&s, FROND_FAULT_DMA, RAM + OWN + 0x100000), "how %d", (int)s.how);
    struct node c;
    spawn(r, &c, &r->root, 1); /* 0.1 is no more; the new 0.1 has 0.3's memory */
    c.range[0].target = c.ram = RAM + 3 * OWN;
    grant(r, &c, DISK, PAGE, DISK, FROND_R | FROND_W);
    grant(r, &c, RAM + OWN + 0x100000, PAGE, RAM + 4 * OWN, RWX);
    poke(r, &c, RAM, (const uint32_t[]){LUI(T6, GATE >> 12), LD(ZERO, T6, 0)}, 8);
    struct frond_desc d = desc(r, &c);
    d.uid = 777;
    set_desc(r, &c, &d);
    s = load(r, &c, RAM + DATA);
    WANT(s.how == RETIRED, "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(get(r, &r->root, RAM + 4 * OWN) == 0, "a transfer of the dead reached the living");
}

/* The VMM takes the window back: the transfer that waits does not go on. */
static void window_withdrawn(struct rig *r) {
    fill_disk(r, "withdrawn", 9);
    give_disk(r, &r->a);
    ask(r, &r->a, 0x90000000, 512);
    struct seen s = ring(r, &r->a);
    WANT(faulted(&s, FROND_FAULT_DMA, 0x90000000), "how %d", (int)s.how);
    r->a.ranges = 1; /* all but RAM (the window lies first) */
    r->a.range[0] = (struct frond_range){RAM, OWN, r->a.ram, RWX};
    grant(r, &r->a, 0x90000000, PAGE, RAM + 4 * OWN, RWX);
    s = load(r, &r->a, RAM + DATA);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    WANT(get(r, &r->root, RAM + 4 * OWN) == 0, "it went on");
}

/* An honest node 0.3 whose disk it is. */
static void honest_owner(struct rig *r, struct node *c) {
    fill_disk(r, "honest", 6);
    spawn(r, c, &r->root, 3);
    give_disk(r, c);
}

/* Whether a transfer of its still arrives. */
static void still_served(struct rig *r, struct node *c) {
    ask(r, c, RAM + ROOM, 512);
    struct seen s = ring(r, c);
    WANT(s.how == RETIRED && !broken(r, c) && (uint8_t)get(r, c, RAM + ROOM) == 'h',
         "the owner's transfer: how %d", (int)s.how);
}

/* 0.1 forges 0.3's uid in its own child, and denies it a transfer that was 0.3's. */
static void forged_uid(struct rig *r) {
    struct node c;
    honest_owner(r, &c);
    for (uint64_t uid = 100; uid <= 103; uid++) {
        act(r, &r->a1, FROND_MODE_M, &(uint32_t){LD(A2, A1, 0)}, 1, 0, 0x50000000);
        struct frond_desc d = desc(r, &r->a1);
        d.uid = uid;
        d.pend.kind = FROND_FAULT_DMA;
        d.pend.reg = 2;
        d.resume = FROND_DENY;
        d.budget = 1;
        set_desc(r, &r->a1, &d);
        enter(r, &r->a, r->a1.desc);
    }
    still_served(r, &c);
}

/* 0.3 rings, meets a gap, and is left; 0.1, with everything mapped there, runs: nothing moves. */
static void while_others_run(struct rig *r) {
    struct node c;
    honest_owner(r, &c);
    ask(r, &c, 0x90000000, 512);
    struct seen s = ring(r, &c);
    WANT(faulted(&s, FROND_FAULT_DMA, 0x90000000), "how %d", (int)s.how);
    grant(r, &r->a, DISK, PAGE, DISK, FROND_R | FROND_W);
    grant(r, &r->a, 0x90000000, PAGE, RAM + 4 * OWN, RWX);
    s = load(r, &r->a, RAM + DATA);
    WANT(s.how == RETIRED && get(r, &r->root, RAM + 4 * OWN) == 0, "0.3's bytes reached 0.1");
    grant(r, &c, 0x90000000, PAGE, RAM + 5 * OWN, RWX); /* the gap is filled: it goes on */
    s = load(r, &c, RAM + DATA);
    WANT(s.how == RETIRED && (uint8_t)get(r, &r->root, RAM + 5 * OWN) == 'h', "how %d", (int)s.how);
}

/* The doorbell is rung in U, whose PMP has no memory: DMA has no more. */
static void user_doorbell(struct rig *r) {
    give_disk(r, &r->a);
    ask(r, &r->a, RAM + ROOM, 512);
    struct frond_desc d = desc(r, &r->a);
    d.csr.pmpaddr[0] = (RAM + ROOM) >> 2 | 0x1ff;
    d.csr.pmpcfg[0] = 0x18;
    d.csr.pmpaddr[1] = (1ull << 54) - 1;
    d.csr.pmpcfg[1] = 0x1f;
    set_desc(r, &r->a, &d);
    put(r, &r->a, RAM + ROOM, 0x77);
    struct seen s = DO_IN(FROND_MODE_U, &r->a, 0, DISK + 0x50, SW(A0, A1, 0));
    WANT(s.how == RETIRED && broken(r, &r->a), "how %d", (int)s.how);
    WANT(get(r, &r->a, RAM + ROOM) == 0x77, "it was moved there");
}

/* Widths and places that no register has. */
static void registers(struct rig *r) {
    grant(r, &r->a, DISK, PAGE, DISK, FROND_R | FROND_W);
    for (unsigned off = 0; off < 4096 && rig_ok(r); off += off < 0x120 ? 4 : 252) {
        struct seen s = write32(r, &r->a, off, UINT32_MAX);
        WANT(s.how == RETIRED, "0x%x: how %d", off, (int)s.how);
    }
    struct seen s = store(r, &r->a, DISK + 0x70, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "8 bytes: how %d", (int)s.how);
    s = DO(&r->a, 0, DISK + 0x72, SW(A0, A1, 0));
    WANT(s.how == TRAPPED && s.cause == 7, "misaligned: how %d", (int)s.how);
    s = DO(&r->a, 0, DISK + 0xffe, LW(A0, A1, 0));
    WANT(s.how == TRAPPED || s.how == LEFT, "crossing: how %d", (int)s.how);
}

const struct row dma_rows[] = {
    ROW("dma-works", "dma", "an honest read (no attack: the base of the next)", "nothing should",
        works),
    ROW("dma-to-sibling", "dma", "a transfer to its sibling's memory by node 0's number",
        "the owner's map: FAULT DMA", to_sibling),
    ROW("dma-ring-nowhere", "dma", "rings that run out of memory", "FAULT DMA", ring_nowhere),
    ROW("dma-to-windows", "dma",
        "transfers to the controller, finisher, CLINT, PLIC, the device itself",
        "windows are no memory", to_windows),
    ROW("dma-own-descriptor", "dma", "a transfer over its own descriptor",
        "owned pages are no memory", to_own_descriptor),
    ROW("dma-active-descriptor", "grandchild",
        "rings its parent's device for a transfer over its own descriptor",
        "owned pages are no memory", to_active_descriptor),
    ROW("dma-bad-rings", "dma", "rings unaligned, wrapping, enormous, of no power of two",
        "virtq_valid", bad_rings),
    ROW("dma-bad-chains", "dma", "chains that loop, leave the ring, wrap; rings without end",
        "segment_allowed, the ring's length", bad_chains),
    ROW("dma-rings-over-rings", "dma", "rings, tables and data over each other",
        "a chain is copied before it is used", rings_over_rings),
    ROW("dma-into-code", "dma", "code replaced by DMA after it ran", "core_store: code is watched",
        into_code),
    ROW("dma-into-table", "dma", "its child's range table replaced by DMA",
        "core_store: tables are watched", into_table),
    ROW("dma-stale-owner", "dma", "a transfer waits; its owner is replaced by another node",
        "owners are paths of uids", stale_owner),
    ROW("dma-window-withdrawn", "dma", "a transfer waits; the window is taken back",
        "the owner's window must still lead to the device", window_withdrawn),
    ROW("dma-forged-uid", "parent", "a child with the uid of a device's owner elsewhere",
        "the whole path of uids counts", forged_uid),
    ROW("dma-while-others-run", "child",
        "another's transfer waits, and its addresses are memory here",
        "a device moves data while its owner is on the path", while_others_run),
    ROW("dma-user-doorbell", "user mode", "DMA to what PMP keeps from U",
        "PMP with the doorbell's privilege", user_doorbell),
    ROW("dma-registers", "child", "every register, every bit; wrong widths",
        "the transport's own state", registers),
};
const unsigned dma_count = sizeof dma_rows / sizeof dma_rows[0];
