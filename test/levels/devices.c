/*
 * devices.c - transfers among nodes: at gaps, with each answer; of owners that are gone; over what
 * something was derived from.
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
    char why[WHY] = "";
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
    char why[WHY] = "";
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
    char why[WHY] = "";
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
}
