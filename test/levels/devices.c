/*
 * devices.c - devices among nodes: transfers that meet gaps, in each answer; input for a node that is
 * off the path; owners that are gone; transfers over what something was derived from.
 */
#include "../../dev/dev.h"
#include "driver.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(f) ((unsigned)offsetof(struct frond_desc, f))
#define FINISH   SW(31, 30, 0)
#define PAGE     ((uint64_t)FROND_PAGE_SIZE)
#define BACK(i)  (OWN(VMM_BACK) + (uint64_t)(i)*PAGE)

enum { RW_ = FROND_R | FROND_W, SEED = 1975 };
enum { RING = 0x2000, AVAIL = 0x3000, USED = 0x4000, BUFFER = 0x5000 }; /* in the leaf's RAM */

/* The windows, handed down as they are. */
static void windows(struct tower *t) {
    for (unsigned l = 1; l <= t->leaf; l++)
        for (unsigned m = 0; m <= t->level[l].np; m++) {
            tower_range(t, l, m, FROND_UART_BASE, PAGE, FROND_UART_BASE, RW_);
            tower_range(t, l, m, FROND_VIRTIO_BASE, 2 * PAGE, FROND_VIRTIO_BASE, RW_);
        }
}

static void finish_code(struct tower *t) { tower_code(t, (uint32_t[]){FINISH}, 1); }

/* ---- Transfers that meet a gap ---------------------------------------------------------------------- */

/* What of a request for random bytes lies in a gap. */
struct part {
    const char *name;
    enum { IN_RING, IN_AVAIL, IN_USED, IN_BUFFER } what;
    unsigned met; /* offset in the part at which it is met first */
    bool write;
};

static const struct part parts[] = {
    {"the descriptors", IN_RING, 0, false},
    {"the available ring", IN_AVAIL, 2, false},
    {"the used ring", IN_USED, 4, true},
    {"the buffer", IN_BUFFER, 0, true},
};

struct dma_run {
    const struct part *k;
    unsigned leaf, owner;
    bool deny, user;
};
static struct dma_run dma_now; /* for the call-back */

/* Address of the part in the gap as `level` has it. */
static uint64_t dma_gap(const struct dma_run *u, unsigned level) {
    return (u->owner == u->leaf ? GAP(0) : THROUGH(level)) + 0x100;
}

static struct request dma_request(const struct dma_run *u) {
    uint64_t gap = dma_gap(u, u->leaf);
    struct request r = {.desc = BASE + RING, .avail = BASE + AVAIL, .used = BASE + USED};

    r.split[0] = (struct split){BASE + BUFFER, 64, 2, 0};
    switch (u->k->what) {
    case IN_RING: r.desc = gap; break;
    case IN_AVAIL: r.avail = gap; break;
    case IN_USED: r.used = gap; break;
    case IN_BUFFER: r.split[0].addr = gap; break;
    }
    return r;
}

static void dma_before(struct tower *t) {
    struct request r = dma_request(&dma_now);

    driver_setup(t, &r);
    if (frond_attach_rng(t->m, 0, SEED))
        exit(2);
}

static void dma_realize(struct tower *t, const struct dma_run *u) {
    struct party *p = tower_parent(t, u->owner);
    uint64_t words[2] = {0, 0};

    if (u->k->what == IN_RING) {
        words[0] = BASE + BUFFER;
        words[1] = 64 | 2ULL << 32;
    } else if (u->k->what == IN_AVAIL) {
        words[0] = 1 << 16;
    }
    if (u->owner == u->leaf) {
        order_realize(t, u->leaf, 0, RW_, 0x100, words[0]);
        order(p, VMM_PUT, (u->leaf == 0 ? GAP(0) : BACK(0)) + 0x108, words[1], 8);
        return;
    }
    uint64_t entry = OWN(VMM_MAP_P) + tower_index(t, u->owner, GAP(3)) * sizeof(struct frond_range);
    order(p, VMM_PUT, BACK(3) + 0x100, words[0], 8);
    order(p, VMM_PUT, BACK(3) + 0x108, words[1], 8);
    order(p, VMM_PUT, entry, THROUGH(u->owner), 8);
    order(p, VMM_PUT, entry + offsetof(struct frond_range, flags), RW_, 8);
}

static void dma_build(struct tower *t, const struct dma_run *u) {
    struct frond_desc *d = &t->level[u->leaf].d;
    struct party *p = tower_parent(t, u->owner);
    bool used_there = u->k->what != IN_USED || !u->deny;

    if (u->owner != u->leaf)
        tower_through(t, u->owner);
    windows(t);
    d->mode = u->user ? FROND_MODE_U : FROND_MODE_M;
    d->csr.pmpcfg[0] = 0x1f;
    d->csr.pmpaddr[0] = (1ULL << 54) - 1;
    driver_code(t, 0, used_there ? dma_request(u).used : 0);
    finish_code(t);
    t->before = dma_before;
    order_enter(p);
    if (u->deny)
        order_field(p, FROND_D_RESUME, FROND_DENY, 4);
    else
        dma_realize(t, u);
    order_enter(p);
    order_end(p);
    for (unsigned l = u->owner; u->deny && l < u->leaf; l++) {
        struct party *q = &t->level[l].p;
        order_enter(q);
        order_field(q, FROND_D_RESUME, FROND_DENY, 4);
        order_enter(q);
        order_end(q);
    }
}

static void dma_record(struct tower *t, const struct dma_run *u, unsigned level) {
    const struct vmm_record *r = row_record(t, (int)level - 1, 0);
    unsigned flags = (u->k->write ? FROND_XF_WRITE : 0) | (u->user ? FROND_XF_NP : 0) |
                     (level == u->leaf ? FROND_XF_SELF : 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_DMA,
                .addr = dma_gap(u, level) + u->k->met, .reg = 1, .flags = (uint8_t)flags);
    if (level == u->leaf) {
        WANT(t, r->d.clock, DRIVER_STEPS);
        WANT(t, r->d.pc, BASE + 4 * 5);
    }
}

/* The bytes that the device gives, found once in an undisturbed run. */
static uint64_t random_word(void) {
    static uint64_t word;

    if (word == 0) {
        static const struct part none = {"", IN_BUFFER, 0, true};
        struct tower *t = tower_new(0);
        struct dma_run kept = dma_now;
        dma_now = (struct dma_run){.k = &none, .leaf = 0, .owner = 0};
        order(&t->host, VMM_HOST_MAP, GAP(0), RW_, PAGE);
        order_enter(&t->host);
        driver_code(t, 0, BASE + USED);
        finish_code(t);
        t->before = dma_before;
        if (tower_run(t, 0))
            tower_read(t, 0, GAP(0) + 0x100, &word, 8);
        tower_free(t);
        dma_now = kept;
    }
    return word;
}

static void dma_check(struct tower *t, const struct dma_run *u) {
    struct frond_desc d = tower_desc(t, u->leaf);
    uint64_t word = 0, status = u->deny ? 0x4f : 0x0f;

    dma_record(t, u, u->owner);
    for (unsigned l = u->owner; u->deny && l < u->leaf; l++)
        dma_record(t, u, l + 1);
    WANT(t, tower_log(t, (int)u->owner - 1)->count, 2);
    WANT(t, d.exit.reason, FROND_EXIT_HALT);
    WANT(t, d.x[8], status);
    WANT(t, d.csr.mcause, 0);
    if (u->k->what != IN_USED || !u->deny)
        WANT(t, d.x[7] >> 16 & 0xffff, u->deny ? 0 : 1);
    if (u->k->what != IN_BUFFER)
        tower_read(t, u->leaf, BASE + BUFFER, &word, 8);
    else if (u->owner > 0)
        tower_read(t, u->owner - 1, BACK(u->owner == u->leaf ? 0 : 3) + 0x100, &word, 8);
    if (u->k->what == IN_USED || u->owner > 0 || u->k->what != IN_BUFFER)
        WANT(t, word, u->deny && u->k->what != IN_USED ? 0 : random_word());
    for (unsigned l = 0; l < u->leaf; l++)
        if (l + 1 != u->owner && !(u->deny && l >= u->owner))
            row_quiet(t, l);
    row_books(t);
}

static void dma_row(struct dma_run u) {
    char why[320] = "";
    bool ok = true;

    for (unsigned user = 0; user < 2 && ok; user++)
        for (uint64_t shake = 0; shake < 3 && ok; shake++) {
            struct tower *t = tower_new(u.leaf);
            u.user = user;
            dma_now = u;
            t->audit = shake == 0;
            dma_build(t, &u);
            if (tower_run(t, shake))
                dma_check(t, &u);
            ok = t->wrong[0] == 0;
            snprintf(why, sizeof why, "%s%s%s", user ? "user: " : "", shake ? "shaken: " : "",
                     t->wrong);
            tower_free(t);
        }
    row_result(ok, why, "devices: DMA, %s in a gap of %u, level %u, %s", u.k->name, u.owner, u.leaf,
               u.deny ? "DENY" : "RETRY");
}

static void dma_rows(void) {
    static const struct {
        unsigned leaf, owner;
    } where[] = {{0, 0}, {1, 1}, {2, 2}, {5, 5}, {2, 1}, {5, 4}, {5, 1}, {1, 0}, {5, 0}};

    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (unsigned w = 0; w < sizeof where / sizeof where[0]; w++)
            for (unsigned deny = 0; deny < 2; deny++)
                if (deny || where[w].owner > 0 || where[w].leaf == 0)
                    dma_row(
                        (struct dma_run){&parts[i], where[w].leaf, where[w].owner, deny, false});
}

/* ---- Owners that are gone ---------------------------------------------------------------------------- */

/* A request of the leaf waits at a gap. Its parent puts another node into the descriptor (KILLED), or
 * runs a copy of it with a uid of its own before it goes on with it (CLONED). */
enum fate { KILLED, CLONED };
enum { OTHER = 0x800 }; /* the other's code */

static void fate_before(struct tower *t) {
    const uint32_t code[] = {NOP, NOP, LW(7, 12, 0), FINISH};
    struct frond_desc d = tower_desc(t, t->leaf);

    dma_before(t);
    tower_write(t, t->leaf, BASE + OTHER, code, sizeof code);
    d.uid = 777;
    d.pc = BASE + OTHER;
    tower_write(t, t->leaf - 1, OWN(VMM_FREE), &d, sizeof d);
}

static void fate_build(struct tower *t, enum fate f) {
    struct party *p = tower_parent(t, t->leaf);
    uint64_t copy = OWN(VMM_FREE);

    dma_now = (struct dma_run){&parts[IN_BUFFER], t->leaf, t->leaf, false, false};
    windows(t);
    driver_code(t, 0, BASE + USED);
    finish_code(t);
    t->before = fate_before;
    order_enter(p);
    if (f == KILLED) {
        order(p, VMM_COPY, OWN(VMM_DESC), copy, PAGE);
        dma_realize(t, &dma_now);
        order_enter(p);
    } else {
        order(p, VMM_COPY, copy, OWN(VMM_DESC), PAGE);
        order(p, VMM_PUT, copy + FIELD(uid), 778, 8);
        dma_realize(t, &dma_now);
        order(p, VMM_ENTER, copy, 0, 0);
        order(p, VMM_GET, BACK(0) + 0x100, 0, 8);
        order_enter(p);
    }
    order_end(p);
    t->level[t->leaf].skipped = UINT64_MAX; /* two nodes had this page: books of their own */
}

static void fate_check(struct tower *t, enum fate f) {
    int s = (int)t->leaf;
    uint64_t word = 0, used = 0;

    WANT(t, row_record(t, s - 1, 0)->d.exit.kind, FROND_FAULT_DMA);
    tower_read(t, t->leaf - 1, BACK(0) + 0x100, &word, 8);
    tower_read(t, t->leaf, BASE + USED, &used, 8);
    if (f == KILLED) {
        WANT(t, row_record(t, s - 1, 1)->d.exit.reason, FROND_EXIT_HALT);
        WANT(t, word, 0);
        WANT(t, used, 0);
        return;
    }
    WANT(t, row_record(t, s - 1, 1)->d.uid, 778);
    WANT(t, row_record(t, s - 1, 1)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, row_record(t, s - 1, 1)->d.x[7], 0);
    WANT(t, row_record(t, s - 1, 2)->value, 0);
    WANT(t, row_record(t, s - 1, 3)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, row_record(t, s - 1, 3)->d.x[7] >> 16, 1);
    WANT(t, word, random_word());
}

static void fate_row(const char *name, enum fate f, unsigned leaf) {
    char why[320] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(leaf);
        t->audit = shake == 0;
        fate_build(t, f);
        if (tower_run(t, shake))
            fate_check(t, f);
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "devices: %s, level %u", name, leaf);
}

/* ---- Transfers over what something was derived from ---------------------------------------------------- */

/* A sector is read over the table of level `owner` (through the leaf's window), or over the leaf's code. */
static uint8_t disk[512];
static unsigned over_owner; /* 0: code */

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    (void)opaque;
    memset(buf, 0, n);
    if (off < sizeof disk)
        memcpy(buf, disk + off, n < sizeof disk - off ? n : sizeof disk - off);
    return 0;
}

static void over_before(struct tower *t) {
    static const struct dev_block block = {.size = 4096, .read_only = true, .read = disk_read};
    const struct split head[3] = {{BASE + BUFFER, 16, 1, 1},
                                  {over_owner ? THROUGH(t->leaf) : BASE + OTHER, 512, 3, 2},
                                  {BASE + BUFFER + 0x100, 1, 2, 0}};
    struct request r = {.desc = BASE + RING, .avail = BASE + AVAIL, .used = BASE + USED};

    memcpy(r.split, head, sizeof head);
    driver_setup(t, &r);
    memset(disk, 0, sizeof disk);
    if (over_owner) {
        struct frond_range *e = (struct frond_range *)(void *)disk;
        tower_read(t, over_owner - 1, OWN(VMM_MAP_P), disk, sizeof disk);
        for (unsigned i = 0; i < sizeof disk / sizeof *e; i++)
            if (e[i].target == BACK(4))
                e[i].target = BACK(5);
        for (uint64_t i = 4; i < 6; i++)
            tower_write(t, over_owner - 1, BACK(i), &i, 8);
    } else {
        const uint32_t before[] = {ADDI(9, 9, 1), JR(1)}, after[] = {ADDI(9, 9, 0x100), JR(1)};
        tower_write(t, t->leaf, BASE + OTHER, before, sizeof before);
        memcpy(disk, after, sizeof after);
    }
    if (frond_attach_block(t->m, 1, &block))
        exit(2);
}

static void over_build(struct tower *t) {
    struct frond_desc *d = &t->level[t->leaf].d;

    windows(t);
    if (over_owner) {
        tower_through(t, over_owner);
        tower_range(t, over_owner, 0, THROUGH(over_owner), PAGE, OWN(VMM_MAP_P), RW_);
        tower_range(t, over_owner, 0, THROUGH(over_owner) + PAGE, PAGE, BACK(4), RW_);
        d->x[20] = THROUGH(t->leaf) + PAGE;
        tower_code(t, (uint32_t[]){LD(21, 20, 0)}, 1);
        driver_code(t, 1, BASE + USED);
        tower_code(t, (uint32_t[]){LD(22, 20, 0), FINISH}, 2);
    } else {
        const uint32_t call = 0x000a00e7; /* jalr x1, x20 */
        d->x[20] = BASE + OTHER;
        tower_code(t, (uint32_t[]){call}, 1);
        driver_code(t, 1, BASE + USED);
        tower_code(t, (uint32_t[]){call, FINISH}, 2);
    }
    t->before = over_before;
}

static void over_row(unsigned leaf, unsigned owner) {
    char why[320] = "";
    bool ok = true;

    over_owner = owner;
    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(leaf);
        t->audit = shake == 0;
        over_build(t);
        if (tower_run(t, shake)) {
            struct frond_desc d = tower_desc(t, leaf);
            WANT(t, d.exit.reason, FROND_EXIT_HALT);
            WANT(t, d.x[7] >> 16, 1);
            WANT(t, owner ? d.x[21] : d.x[9], owner ? 4 : 0x101);
            WANT(t, d.x[22], owner ? 5 : 0);
            row_books(t);
        }
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    if (owner)
        row_result(ok, why, "devices: a sector over the table of %u, level %u", owner, leaf);
    else
        row_result(ok, why, "devices: a sector over code that was run, level %u", leaf);
}

/* ---- Input for a node that is off the path --------------------------------------------------------------- */

/* Level 0 has two children: label 1 counts; label 2 owns the UART and waits for input, with its
 * descriptor in VMM_FREE, its table behind, its RAM behind the other's. Input comes while 1 runs. */
enum {
    SECOND_DESC = VMM_FREE,
    SECOND_MAP = VMM_FREE + 0x1000,
    SECOND_RAM = 0x10000,
    COUNT = 20000
};

struct input {
    const char *name;
    bool masked;   /* level 0 does not take source 12 */
    bool none;     /* no input comes */
    bool reset;    /* 1 ends by a reset */
    bool replaced; /* 2 is another node by then: same label, page and program, another uid */
};

static bool input_there;

static long input_give(void *opaque, uint8_t *buf, size_t n) {
    (void)opaque;
    if (!input_there || n == 0)
        return 0;
    input_there = false;
    buf[0] = 'x';
    return 1;
}

static void input_before(struct tower *t) {
    static const struct dev_char chr = {.read = input_give};
    /* claims, enables, waits; then takes what is there, and waits again; ends after the second */
    const uint32_t code[] = {SB(12, 10, 1),
                             SW(12, 11, 40),
                             SW(13, 14, 0),
                             NOP,
                             WFI,
                             LW(5, 15, 4),
                             LBU(6, 10, 0),
                             SW(5, 15, 4),
                             ADDI(20, 20, 1),
                             ADD(21, 21, 6),
                             BEQ(0, 0, 4 - 28),
                             NOP};
    const struct frond_range map[] = {
        {FROND_UART_BASE, PAGE, FROND_UART_BASE, RW_},
        {BASE, LEAF_RAM, OWN(VMM_OWN) + SECOND_RAM, RWX},
    };
    struct frond_desc d = {
        .magic = FROND_MAGIC, .label = 2, .uid = 202, .budget = UINT64_MAX, .pc = BASE};

    d.map_p = d.map_np = (struct frond_map){OWN(SECOND_MAP), 2};
    d.x[10] = FROND_UART_BASE;
    d.x[11] = FROND_PLIC_BASE;
    d.x[12] = 1;
    d.x[13] = 1 << FROND_IRQ_UART;
    d.x[14] = FROND_PLIC_BASE + 0x2000;
    d.x[15] = FROND_PLIC_BASE + 0x200000;
    d.csr.mie = 0x800;
    tower_write(t, 0, OWN(SECOND_DESC), &d, sizeof d);
    tower_write(t, 0, OWN(SECOND_MAP), map, sizeof map);
    tower_write(t, 1, BASE + SECOND_RAM, code, sizeof code);
    if (frond_attach_uart(t->m, &chr))
        exit(2);
    frond_poll_input(t->m, false);
}

static bool ends_undisturbed(const struct input *k) { return k->masked || k->none; }

static void input_build(struct tower *t, const struct input *k) {
    struct frond_desc *d = &t->level[1].d;
    struct party *p = &t->level[0].p;

    t->leaf_ram = 2 * SECOND_RAM;
    t->leaf_sees = SECOND_RAM;
    d->x[6] = COUNT;
    if (k->reset)
        d->x[31] = 0x7777;
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), BNE(5, 6, -4), FINISH}, 3);
    t->before = input_before;
    order(p, VMM_PUT, FROND_PLIC_BASE + 4 * FROND_IRQ_CTL, 1, 4);
    order(p, VMM_PUT, FROND_PLIC_BASE + 0x2000, 1 << FROND_IRQ_CTL, 4);
    if (!k->masked)
        order(p, VMM_CSR, 0x304, 0x800, 0);
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 0: IDLE */
    if (k->replaced)
        order(p, VMM_PUT, OWN(SECOND_DESC) + FIELD(uid), 203, 8);
    order_enter(p); /* 1: INTERRUPT; or the end of 1 */
    order(p, VMM_GET, FROND_PLIC_BASE + 0x200004, 0, 4);
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 3: it has its input */
    order(p, VMM_PUT, FROND_PLIC_BASE + 0x200004, FROND_IRQ_CTL, 4);
    order(p, VMM_GET, FROND_PLIC_BASE + 0x200004, 0, 4);
    if (!ends_undisturbed(k))
        order_enter(p); /* 5: the end of 1, not interrupted again */
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0);
    order(p, VMM_END, 0, 0, 0);
}

/* Node 0 until it ends; input after some steps of 1. */
static void input_go(struct tower *t, const struct input *k) {
    struct frond_desc *d = frond_desc(t->m);

    d->budget = 30000;
    if (!tower_enter(t))
        return;
    WANT(t, d->exit.reason, FROND_EXIT_BUDGET);
    WANT(t, tower_desc(t, 1).clock > 1000, true);
    WANT(t, tower_desc(t, 1).clock < 2 * COUNT - 1000, true);
    WANT(t, d->active, OWN(VMM_DESC) | 4);
    input_there = !k->none;
    WANT(t, frond_poll(t->m), !k->none);
    d->budget = UINT64_MAX / 2;
    tower_enter(t);
    WANT(t, d->exit.reason, FROND_EXIT_HALT);
    WANT(t, d->exit.value, 0);
}

static uint64_t input_hash(struct tower *t) {
    const uint64_t label = 1;
    uint64_t hash = 0, holes;

    if (frond_hash(t->m, (struct frond_name){&label, 1}, &hash, &holes))
        snprintf(t->wrong, sizeof t->wrong, "no hash");
    return hash;
}

static void input_check(struct tower *t, const struct input *k) {
    const struct vmm_record *r = row_record(t, 0, 0);
    bool heard = !k->none && !k->replaced;
    bool ended = ends_undisturbed(k);

    WANT(t, r->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, r->d.x[20], 0);
    r = row_record(t, 0, 1);
    WANT(t, r->d.exit.reason, ended ? FROND_EXIT_HALT : FROND_EXIT_INTERRUPT);
    WANT(t, r->who, k->none ? UINT64_MAX : 2);
    WANT(t, row_record(t, 0, 2)->value, k->none ? 0 : FROND_IRQ_CTL);
    r = row_record(t, 0, 3);
    WANT(t, r->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, r->who, UINT64_MAX);
    WANT(t, r->d.x[20], heard);
    WANT(t, r->d.x[21], heard ? 'x' : 0);
    WANT(t, r->d.plic.pending, 0);
    WANT(t, row_record(t, 0, 4)->value, 0); /* told once */
    r = row_record(t, 0, ended ? 1 : 5);
    WANT(t, r->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, r->d.exit.kind, k->reset ? FROND_HALT_RESET : FROND_HALT_EXIT);
    WANT(t, row_record(t, 0, ended ? 5 : 6)->d.x[20], heard);
}

/* The hash of 0.1 in the end; 0: something was wrong. */
static uint64_t input_run(const struct input *k, uint64_t shake, char *why, size_t size) {
    struct tower *t = tower_new(1);
    uint64_t hash = 0;

    t->audit = shake == 0;
    input_build(t, k);
    if (tower_begin(t, shake)) {
        input_go(t, k);
        if (t->wrong[0] == 0)
            input_check(t, k);
        hash = input_hash(t);
    }
    snprintf(why, size, "%s%s", shake ? "shaken: " : "", t->wrong);
    if (t->wrong[0])
        hash = 0;
    tower_free(t);
    return hash;
}

static void input_rows(void) {
    static const struct input inputs[] = {
        {"no input", false, true, false, false},
        {"input for 0.2 while 0.1 runs, source 12 taken", false, false, false, false},
        {"input for 0.2 while 0.1 runs, source 12 masked", true, false, false, false},
        {"input for a 0.2 that was replaced, source 12 taken", false, false, false, true},
        {"input for a 0.2 that was replaced, source 12 masked", true, false, false, true},
        {"no input, 0.1 resets itself", false, true, true, false},
        {"input for 0.2, 0.1 resets itself", false, false, true, false},
        {"input for 0.2, masked, 0.1 resets itself", true, false, true, false},
    };
    uint64_t quiet[2] = {0, 0}; /* hash of 0.1 without input; with its reset */

    for (unsigned i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const struct input *k = &inputs[i];
        char why[400] = "";
        bool ok = true;
        for (uint64_t shake = 0; shake < 4 && ok; shake++) {
            uint64_t hash = input_run(k, shake, why, sizeof why);
            if (k->none && shake == 0)
                quiet[k->reset] = hash;
            ok = hash != 0 && hash == quiet[k->reset];
        }
        row_result(ok, why[0] ? why : "the hash of 0.1 is another", "devices: %s", k->name);
    }
}

void device_rows(void) {
    static const unsigned levels[] = {1, 2, 5};

    dma_rows();
    for (unsigned l = 0; l < 3; l++) {
        fate_row("a request of a node that was killed, page and label used again", KILLED,
                 levels[l]);
        fate_row("a request of a node that was cloned", CLONED, levels[l]);
        over_row(levels[l], 0);
        over_row(levels[l], levels[l]);
        if (levels[l] > 1)
            over_row(levels[l], 1);
    }
    over_row(0, 0);
    input_rows();
}
