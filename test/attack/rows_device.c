/*
 * rows_device.c - attacks by way of a device that moves data: 0.1 drives the disk, the source of entropy or the console,
 * in both directions, and aims it at what is not its own. What is aimed at holds a mark: a device that writes must
 * not have changed it, one that reads must not have got it.
 */
#include "driver.h"
#include <string.h>

#define V      (r->row->drive)
#define GAP_AT (RAM + OWN + 0x100000) /* where 0.1 has nothing */
#define HEIR   (RAM + 4 * OWN)        /* node 0's page that somebody else has there */

/* That all the rest are not contained only because nothing works. */
static void works(struct rig *r) {
    give(r, &r->a, V);
    clean(r, &r->a, RAM + ROOM);
    ask(r, &r->a, V, RAM + ROOM, 512);
    struct seen s = ring(r, &r->a, V);
    WANT(s.how == RETIRED && moved(r, V, &r->a, RAM + ROOM), "how %d: nothing moved", (int)s.how);
}

static void to_sibling(struct rig *r) {
    give(r, &r->a, V);
    ask(r, &r->a, V, r->b.ram + DATA, 512); /* by node 0's number */
    struct seen s = ring(r, &r->a, V);
    WANT(faulted(&s, FROND_FAULT_DMA, r->b.ram + DATA), "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(s.exit.reg == V->slot + 1, "window %u", s.exit.reg);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a, V), "how %d", (int)s.how);
}

static void ring_nowhere(struct rig *r) {
    grant(r, &r->a, V->window, PAGE, V->window, FROND_R | FROND_W);
    start_driver(r, &r->a, V, RAM + OWN - 16, NUM); /* all but the first descriptor are a gap */
    const uint16_t avail[] = {0, 1, 3};
    poke(r, &r->a, RAM + RING_AVAIL, avail, sizeof avail);
    struct seen s = ring(r, &r->a, V);
    WANT(faulted(&s, FROND_FAULT_DMA, RAM + OWN + 32), "how %d kind %u", (int)s.how, s.exit.kind);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a, V), "how %d", (int)s.how);
}

static void to_windows(struct rig *r) {
    const uint64_t at[] = {CTL, FROND_FINISHER_BASE, FROND_CLINT_BASE + 0x4000, FROND_PLIC_BASE,
                           V->window};
    give(r, &r->a, V);
    for (unsigned i = 0; i < 5; i++) {
        start_driver(r, &r->a, V, RAM + RING_DESC, NUM);
        ask(r, &r->a, V, at[i], 512);
        struct seen s = ring(r, &r->a, V);
        WANT(s.how == RETIRED && broken(r, &r->a, V), "0x%llx: how %d reason %u",
             (unsigned long long)at[i], (int)s.how, s.exit.reason);
        WANT(desc(r, &r->a).clint.mtimecmp == 0, "the CLINT changed");
    }
}

/* Its own descriptor, which its parent mapped into it. */
static void to_own_descriptor(struct rig *r) {
    grant(r, &r->a, 0x90000000, PAGE, r->a.desc, FROND_R | FROND_W);
    give(r, &r->a, V);
    ask(r, &r->a, V, 0x90000000, 4096);
    struct seen s = ring(r, &r->a, V);
    WANT(faulted(&s, FROND_FAULT_DMA, 0x90000000), "how %d kind %u", (int)s.how, s.exit.kind);
    s = deny(r, &r->a);
    WANT(s.how == RETIRED && broken(r, &r->a, V), "how %d", (int)s.how);
}

/* 0.1.1 has the window too and rings while its own descriptor is active: the device is 0.1's. */
static void to_active_descriptor(struct rig *r) {
    give(r, &r->a, V);
    grant(r, &r->a1, V->window, PAGE, V->window, FROND_R | FROND_W);
    ask(r, &r->a, V, r->a1.desc, 4096);
    struct seen s = ring(r, &r->a1, V);
    WANT(s.how == RETIRED, "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(broken(r, &r->a, V), "the transfer was not refused");
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
    grant(r, &r->a, V->window, PAGE, V->window, FROND_R | FROND_W);
    for (unsigned i = 0; i < 6; i++) {
        start_driver(r, &r->a, V, rows[i].desc_at, rows[i].num);
        WANT(broken(r, &r->a, V), "%s", rows[i].what);
    }
}

static void bad_chains(struct rig *r) {
    const uint16_t last = data_flags(V) & 2, more = last | 1, data = (uint16_t)data_at(V);
    const struct {
        const char *what;
        struct vring_desc d;
    } rows[] = {{"a loop", {RAM + ROOM, 512, more, data}},
                {"out of the ring", {RAM + ROOM, 512, more, NUM}},
                {"length 0", {RAM + ROOM, 0, last, 0}},
                {"wraps", {UINT64_MAX - 255, 512, last, 0}},
                {"indirect", {RAM + ROOM, 16, 4, 0}},
                {"to read after to write", {RAM + ROOM, 512, 3, (uint16_t)(data + 1)}},
                {"too long a piece", {RAM + ROOM, V->most + 1, last, 0}}};
    give(r, &r->a, V);
    for (unsigned i = 0; i < (V->most ? 7 : 6); i++) {
        start_driver(r, &r->a, V, RAM + RING_DESC, NUM);
        ask(r, &r->a, V, RAM + ROOM, 512);
        set_ring(r, &r->a, NUM,
                 (struct vring_desc){RAM + ROOM + 512, 1, last, 0}); /* past the ring */
        set_ring(r, &r->a, data + 1u, (struct vring_desc){RAM + ROOM, 16, 0, 0});
        set_ring(r, &r->a, data, rows[i].d);
        struct seen s = ring(r, &r->a, V);
        WANT(s.how == RETIRED && broken(r, &r->a, V), "%s: how %d", rows[i].what, (int)s.how);
    }
}

static void ring_ahead(struct rig *r) {
    give(r, &r->a, V);
    ask(r, &r->a, V, RAM + ROOM, 512);
    put(r, &r->a, RAM + RING_AVAIL, 0xfff00000); /* idx far ahead: rings without end */
    struct seen s = ring(r, &r->a, V);
    WANT(s.how == RETIRED && broken(r, &r->a, V), "idx: how %d", (int)s.how);
}

/* The rings lie over each other, and the data over the rings: it ends, somehow, inside 0.1. */
static void rings_over_rings(struct rig *r) {
    const struct vring_desc over = {RAM + RING_AVAIL, 64, data_flags(V) | 1, 0};
    grant(r, &r->a, V->window, PAGE, V->window, FROND_R | FROND_W);
    for (unsigned i = 0; i < 16; i++) {
        start_driver(r, &r->a, V, RAM + RING_AVAIL - 16 * i, NUM);
        ask(r, &r->a, V, RAM + RING_AVAIL - 8 * i, 512);
        poke(r, &r->a, RAM + RING_AVAIL - 16 * i, &over, sizeof over);
        struct seen s = ring(r, &r->a, V);
        WANT(s.how == RETIRED || s.how == LEFT, "%u: how %d", i, (int)s.how);
        if (s.how == LEFT)
            deny(r, &r->a);
    }
}

/* ---- Who owns it --------------------------------------------------------------------------------- */

/* n's transfer has met a gap and waits. */
static void wait_in_gap(struct rig *r, struct node *n) {
    clean(r, &r->root, HEIR);
    ask(r, n, V, GAP_AT, 512);
    struct seen s = ring(r, n, V);
    WANT(faulted(&s, FROND_FAULT_DMA, GAP_AT), "how %d", (int)s.how);
}

/* What an heir of 0.1 is: where its descriptor lies, and what of 0.1's it has. */
enum { SAME_PAGE, OTHER_LABEL, OTHER_PAGE, COPY };

/* 0.1's place is taken, by a node with memory of its own at which 0.1's gap is filled. */
static void heir(struct rig *r, struct node *c, unsigned how) {
    struct frond_desc was = desc(r, &r->a);
    const uint64_t page = r->a.desc;
    spawn(r, c, &r->root, 3);
    grant(r, c, V->window, PAGE, V->window, FROND_R | FROND_W);
    grant(r, c, GAP_AT, PAGE, HEIR, RWX);
    struct frond_desc d = desc(r, c);
    if (how == COPY) {
        was.map_p = was.map_np = d.map_p;
        was.uid = 778; /* as a VMM does that copies */
        set_desc(r, c, &was);
        return;
    }
    d.uid = 777;
    d.label = how == OTHER_LABEL ? 3 : 1;
    if (how != OTHER_PAGE)
        c->desc = page;
    set_desc(r, c, &d);
}

static void another_in_its_place(struct rig *r) {
    struct node c;
    give(r, &r->a, V);
    wait_in_gap(r, &r->a);
    heir(r, &c, r->row->how);
    struct seen s = load(r, &c, RAM + DATA);
    WANT(s.how == RETIRED, "how %d kind %u", (int)s.how, s.exit.kind);
    WANT(!moved(r, V, &r->root, HEIR), "a transfer of another's was made");
}

/* The VMM takes the window back: the transfer that waits does not go on. */
static void window_withdrawn(struct rig *r) {
    give(r, &r->a, V);
    wait_in_gap(r, &r->a);
    r->a.ranges = 1; /* all but RAM (the window lies first) */
    r->a.range[0] = (struct frond_range){RAM, OWN, r->a.ram, RWX};
    grant(r, &r->a, GAP_AT, PAGE, HEIR, RWX);
    struct seen s = load(r, &r->a, RAM + DATA);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    WANT(!moved(r, V, &r->root, HEIR), "it went on");
}

/* An honest node 0.3 whose device it is. */
static void honest_owner(struct rig *r, struct node *c) {
    spawn(r, c, &r->root, 3);
    give(r, c, V);
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
        d.pend.reg = (uint8_t)(V->slot + 1);
        d.resume = FROND_DENY;
        d.budget = 1;
        set_desc(r, &r->a1, &d);
        enter(r, &r->a, r->a1.desc);
    }
    clean(r, &c, RAM + ROOM);
    ask(r, &c, V, RAM + ROOM, 512);
    struct seen s = ring(r, &c, V);
    WANT(s.how == RETIRED && !broken(r, &c, V) && moved(r, V, &c, RAM + ROOM),
         "the owner's transfer: how %d", (int)s.how);
}

/* 0.3 rings, meets a gap, and is left; 0.1, with everything mapped there, runs: nothing moves. */
static void while_others_run(struct rig *r) {
    struct node c;
    honest_owner(r, &c);
    wait_in_gap(r, &c);
    grant(r, &r->a, V->window, PAGE, V->window, FROND_R | FROND_W);
    grant(r, &r->a, GAP_AT, PAGE, HEIR, RWX);
    struct seen s = load(r, &r->a, RAM + DATA);
    WANT(s.how == RETIRED && !moved(r, V, &r->root, HEIR), "0.3's transfer was made in 0.1");
    grant(r, &c, GAP_AT, PAGE, RAM + 5 * OWN, RWX); /* the gap is filled: it goes on */
    clean(r, &r->root, RAM + 5 * OWN);
    s = load(r, &c, RAM + DATA);
    WANT(s.how == RETIRED && moved(r, V, &r->root, RAM + 5 * OWN), "how %d", (int)s.how);
}

/* The doorbell is rung in U, whose PMP has no memory: DMA has no more. */
static void user_doorbell(struct rig *r) {
    give(r, &r->a, V);
    ask(r, &r->a, V, RAM + ROOM, 512);
    clean(r, &r->a, RAM + ROOM);
    struct frond_desc d = desc(r, &r->a);
    d.csr.pmpaddr[0] = (RAM + ROOM) >> 2 | 0x1ff;
    d.csr.pmpcfg[0] = 0x18;
    d.csr.pmpaddr[1] = (1ull << 54) - 1;
    d.csr.pmpcfg[1] = 0x1f;
    set_desc(r, &r->a, &d);
    struct seen s = DO_IN(FROND_MODE_U, &r->a, V->queue, V->window + 0x50, SW(A0, A1, 0));
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    if (V->waits && frond_poll(r->m))
        load(r, &r->a, RAM + DATA);
    WANT(broken(r, &r->a, V) && !moved(r, V, &r->a, RAM + ROOM), "it was made");
}

/* Widths and places that no register has. */
static void registers(struct rig *r) {
    grant(r, &r->a, V->window, PAGE, V->window, FROND_R | FROND_W);
    for (unsigned off = 0; off < 4096 && rig_ok(r); off += off < 0x120 ? 4 : 252) {
        struct seen s = write32(r, &r->a, V, off, UINT32_MAX);
        WANT(s.how == RETIRED, "0x%x: how %d", off, (int)s.how);
    }
    struct seen s = store(r, &r->a, V->window + 0x70, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "8 bytes: how %d", (int)s.how);
    s = DO(&r->a, 0, V->window + 0x72, SW(A0, A1, 0));
    WANT(s.how == TRAPPED && s.cause == 7, "misaligned: how %d", (int)s.how);
    s = DO(&r->a, 0, V->window + 0xffe, LW(A0, A1, 0));
    WANT(s.how == TRAPPED || s.how == LEFT, "crossing: how %d", (int)s.how);
    s = DO(&r->a, 0, V->window + 0x70, AMOSWAP_D(A2, A0, A1));
    WANT(s.how == TRAPPED && s.cause == 7, "AMO: how %d", (int)s.how);
}

#define D(name, drive_, seat, ...) ROW("dma-" name, seat, __VA_ARGS__, .drive = &drive_)
#define DRIVEN(x, v, seat)                                                                         \
    D("works" x, v, seat, "nothing", "an honest transfer: the base of the others", "", works),     \
        D("to-sibling" x, v, seat, "its sibling's memory", "a transfer by node 0's number",        \
          "gap dma-map", to_sibling),                                                              \
        D("ring-nowhere" x, v, seat, "memory behind its own", "rings that run out of memory",      \
          "gap dma-map", ring_nowhere),                                                            \
        D("to-windows" x, v, seat, "controller, finisher, CLINT, PLIC, the device itself",         \
          "transfers", "private-window dma-map", to_windows),                                      \
        D("own-descriptor" x, v, seat, "its own descriptor", "a transfer", "own-page",             \
          to_own_descriptor),                                                                      \
        D("bad-rings" x, v, seat, "the device's rings",                                            \
          "unaligned, wrapping, enormous, of no power of two", "ring-check", bad_rings),           \
        D("bad-chains" x, v, seat, "the device's rings",                                           \
          "chains that loop, leave the ring, wrap, turn around", "ring-check", bad_chains),        \
        D("ring-ahead" x, v, seat, "the host's time", "a ring without end", "ring-check",          \
          ring_ahead),                                                                             \
        D("rings-over-rings" x, v, seat, "the device's rings",                                     \
          "rings, tables and data over each other", "ring-check", rings_over_rings),               \
        D("stale-owner" x, v, seat, "the next node in its descriptor's page, with its label",      \
          "a transfer that waits", "owner", another_in_its_place, .how = SAME_PAGE),               \
        D("stale-owner-label" x, v, seat, "the next node in its descriptor's page",                \
          "a transfer that waits", "owner", another_in_its_place, .how = OTHER_LABEL),             \
        D("label-reused" x, v, seat, "the next node with its label", "a transfer that waits",      \
          "owner", another_in_its_place, .how = OTHER_PAGE),                                       \
        D("clone" x, v, seat, "a copy of itself", "a transfer that waits", "owner",                \
          another_in_its_place, .how = COPY),                                                      \
        D("window-withdrawn" x, v, seat, "memory that it was given later",                         \
          "a transfer that waits; the window is taken back", "owner", window_withdrawn),           \
        D("forged-uid" x, v, "parent", "another's device: " seat,                                  \
          "a child with the uid of its owner, and a DENY", "owner", forged_uid),                   \
        D("while-others-run" x, v, "child", "another's transfer: " seat,                           \
          "has the window, and memory at its address", "owner", while_others_run),                 \
        D("user-doorbell" x, v, "user mode", "its kernel's memory: " seat,                         \
          "rings; PMP keeps the memory from it", "pmp dma-map", user_doorbell),                    \
        D("registers" x, v, seat, "the device's registers", "every register, every bit; widths",   \
          "register-access", registers)

#define ACTIVE(x, v, seat)                                                                         \
    D("active-descriptor" x, v, seat, "its child's descriptor",                                    \
      "a transfer that the child asks for while it runs", "own-page", to_active_descriptor)

const struct row device_rows[] = {
    DRIVEN("", disk_in, "disk read"),
    DRIVEN("-disk-write", disk_out, "disk write"),
    DRIVEN("-rng", rng_in, "entropy"),
    DRIVEN("-console-in", console_in, "console input"),
    DRIVEN("-console-out", console_out, "console output"),
    ACTIVE(
        "", disk_in,
        "disk read"), /* what waits for input is served when 0.1 goes on, before its child is there */
    ACTIVE("-disk-write", disk_out, "disk write"),
    ACTIVE("-rng", rng_in, "entropy"),
    ACTIVE("-console-out", console_out, "console output"),
};
const unsigned device_count = sizeof device_rows / sizeof device_rows[0];
