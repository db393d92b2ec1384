/*
 * modes.c - two maps at every level, and issuers with page tables and PMP of their own: which memory
 * each kind of access reaches, and whose fault it is if it reaches none.
 */
#include "driver.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINISH    SW(31, 30, 0)
#define PAGE      ((uint64_t)FROND_PAGE_SIZE)
#define BACK(i)   (OWN(VMM_BACK) + (uint64_t)(i)*PAGE)
#define MPRV      (1ULL << 17)
#define MPP(priv) ((uint64_t)(priv) << 11)

enum { TAG = 0xa0a0, RW_ = FROND_R | FROND_W, DEPTH = 3 };

static void open_pmp(struct frond_desc *d) {
    d->csr.pmpcfg[0] = 0x1f;
    d->csr.pmpaddr[0] = (1ULL << 54) - 1;
}

/* ---- Two maps, apart at every level ------------------------------------------------------------- */

/* By map_p, THROUGH leads straight down to BACK(0) of level 0; map_np of level l goes 2^(l - 1) pages
 * aside. So the number of the page that an access reaches says, bit by bit, whose map_np it used. */
static void apart(struct tower *t) {
    for (unsigned l = 1; l <= t->leaf; l++) {
        uint64_t below = l == 1 ? BACK(0) : THROUGH(l - 1);
        uint64_t rest = t->leaf_ram + (uint64_t)(t->leaf - l) * VMM_OWN;
        tower_range(t, l, 0, THROUGH(l), 8 * PAGE, below, RWX);
        tower_range(t, l, 1, THROUGH(l), 8 * PAGE, below + (PAGE << (l - 1)), RWX);
        tower_range(t, l, 1, BASE, rest, OWN(VMM_OWN), RWX);
        for (unsigned m = 0; m < 2; m++)
            tower_range(t, l, m, FROND_VIRTIO_BASE, PAGE, FROND_VIRTIO_BASE, RW_);
        open_pmp(&t->level[l].d);
    }
    open_pmp(&t->level[0].d);
}

/* Each page: a tag; code that says which page it is, and ends. */
static void apart_pages(struct tower *t) {
    for (unsigned i = 0; i < 8; i++) {
        uint64_t tag = TAG + i;
        const uint32_t code[] = {ADDI(6, 0, i + 0x100), FINISH};
        tower_write(t, 0, BACK(i), &tag, 8);
        tower_write(t, 0, BACK(i) + 0x100, code, sizeof code);
    }
}

enum how { LOAD, STORE, AMO, FETCH };
struct apart {
    const char *name;
    unsigned mode;    /* of the leaf */
    uint64_t mstatus; /* of the leaf */
    enum how how;
    unsigned user; /* the VMM at this level (1..) enters with the privilege of U; 0: none */
    unsigned page; /* reached */
};

enum { M_ = FROND_MODE_M, S_ = FROND_MODE_S, U_ = FROND_MODE_U };

static const struct apart aparts[] = {
    {"a load in M", M_, 0, LOAD, 0, 0},
    {"a load in S", S_, 0, LOAD, 0, 0},
    {"a load in U", U_, 0, LOAD, 0, 7},
    {"a load in M with MPRV as U", M_, MPRV | MPP(0), LOAD, 0, 7},
    {"a load in M with MPRV as S", M_, MPRV | MPP(1), LOAD, 0, 0},
    {"a load in M with MPRV as M", M_, MPRV | MPP(3), LOAD, 0, 0},
    {"a load in S, MPRV set", S_, MPRV | MPP(0), LOAD, 0, 0},
    {"a store in M", M_, 0, STORE, 0, 0},
    {"a store in S", S_, 0, STORE, 0, 0},
    {"a store in U", U_, 0, STORE, 0, 7},
    {"a store in M with MPRV as U", M_, MPRV | MPP(0), STORE, 0, 7},
    {"an AMO in M", M_, 0, AMO, 0, 0},
    {"an AMO in U", U_, 0, AMO, 0, 7},
    {"a fetch in M", M_, 0, FETCH, 0, 0},
    {"a fetch in S", S_, 0, FETCH, 0, 0},
    {"a fetch in U", U_, 0, FETCH, 0, 7},
    {"a fetch in M, MPRV set", M_, MPRV | MPP(0), FETCH, 0, 0},
    {"a load in M below an ENTER of U by level 1", M_, 0, LOAD, 1, 1},
    {"a load in U below an ENTER of U by level 1", U_, 0, LOAD, 1, 7},
    {"a load in M below an ENTER of U by level 2", M_, 0, LOAD, 2, 3},
    {"a store in S below an ENTER of U by level 2", S_, 0, STORE, 2, 3},
    {"a fetch in S below an ENTER of U by level 2", S_, 0, FETCH, 2, 3},
    {"a fetch in U below an ENTER of U by level 2", U_, 0, FETCH, 2, 7},
};

static void apart_build(struct tower *t, const struct apart *a) {
    struct frond_desc *d = &t->level[DEPTH].d;

    apart(t);
    t->before = apart_pages;
    d->mode = a->mode;
    d->csr.mstatus = a->mstatus;
    d->x[10] = THROUGH(DEPTH) + (a->how == FETCH ? 0x100 : 0);
    d->x[5] = 0x77;
    switch (a->how) {
    case LOAD: tower_code(t, (uint32_t[]){LD(6, 10, 0)}, 1); break;
    case STORE: tower_code(t, (uint32_t[]){SD(5, 10, 0)}, 1); break;
    case AMO: tower_code(t, (uint32_t[]){AMOADD_D(6, 10, 5)}, 1); break;
    case FETCH: tower_code(t, (uint32_t[]){JR(10)}, 1); break;
    }
    /* The finisher by M again: MPRV must not matter for it, PMP is open and it is no map's. */
    tower_code(t, (uint32_t[]){FINISH}, 1);
    if (a->user) {
        struct party *p = &t->level[a->user].p;
        order(p, VMM_ENTER, OWN(VMM_DESC), MPRV, 0);
        order_end(p);
    }
}

static void apart_check(struct tower *t, const struct apart *a) {
    struct frond_desc d = tower_desc(t, DEPTH);

    for (unsigned i = 0; i < 8; i++) {
        uint64_t tag = 0, want = TAG + i;
        tower_read(t, 0, BACK(i), &tag, 8);
        if (i == a->page && a->how == STORE)
            want = 0x77;
        if (i == a->page && a->how == AMO)
            want += 0x77;
        WANT(t, tag, want);
    }
    if (a->how == LOAD || a->how == AMO)
        WANT(t, d.x[6], TAG + a->page);
    if (a->how == FETCH)
        WANT(t, d.x[6], 0x100 + a->page);
    row_books(t);
}

static void apart_row(const struct apart *a) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(DEPTH);
        t->audit = shake == 0;
        apart_build(t, a);
        if (tower_run(t, shake))
            apart_check(t, a);
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "modes: %s, level %u", a->name, (unsigned)DEPTH);
}

/* Page tables are read as S whatever the access: the root lies in the window. Root i leads the page at
 * 0x40000000 to gigapage i + 2: only root 0 to RAM. */
static void walk_pages(struct tower *t) {
    uint64_t mark = 0x1975, pte = t->level[DEPTH].d.mode == S_ ? 0xcf : 0xdf;

    for (unsigned i = 0; i < 8; i++) {
        uint64_t root[3] = {pte, ((uint64_t)(i + 2) << 18) << 10 | pte, (BASE >> 12) << 10 | pte};
        tower_write(t, 0, BACK(i), root, sizeof root);
    }
    tower_write(t, DEPTH, BASE + 0x1000, &mark, 8);
}

static void walk_build(struct tower *t, unsigned mode, uint64_t mstatus) {
    struct frond_desc *d = &t->level[DEPTH].d;

    apart(t);
    t->before = walk_pages;
    d->mode = mode;
    d->csr.mstatus = mstatus;
    d->csr.satp = 8ULL << 60 | THROUGH(DEPTH) >> 12;
    d->x[10] = 0x40001000;
    tower_code(t, (uint32_t[]){LD(6, 10, 0), FINISH}, 2);
}

static void walk_check(struct tower *t) {
    WANT(t, tower_desc(t, DEPTH).x[6], 0x1975);
    WANT(t, tower_desc(t, DEPTH).csr.mcause, 0);
    row_books(t);
}

static void walk_row(const char *name, unsigned mode, uint64_t mstatus) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(DEPTH);
        walk_build(t, mode, mstatus);
        if (tower_run(t, shake))
            walk_check(t);
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "modes: %s, level %u", name, (unsigned)DEPTH);
}

/* DMA has the privilege of the store that rang the doorbell. */
static void dma_pages(struct tower *t) {
    const struct request one = {.desc = BASE + 0x2000,
                                .avail = BASE + 0x3000,
                                .used = BASE + 0x4000,
                                .split = {{THROUGH(DEPTH), 64, 2, 0}}};

    apart_pages(t);
    driver_setup(t, &one);
    if (frond_attach_rng(t->m, 0, 1975))
        exit(2);
}

static void dma_row(const char *name, unsigned mode, uint64_t mstatus, unsigned page) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(DEPTH);
        struct frond_desc *d = &t->level[DEPTH].d;
        apart(t);
        t->before = dma_pages;
        d->mode = mode;
        d->csr.mstatus = mstatus;
        driver_code(t, 0, BASE + 0x4000);
        tower_code(t, (uint32_t[]){FINISH}, 1);
        if (tower_run(t, shake)) {
            WANT(t, tower_desc(t, DEPTH).x[7] >> 16, 1); /* the used ring's index */
            for (unsigned i = 0; i < 8; i++) {
                uint64_t tag = 0;
                tower_read(t, 0, BACK(i), &tag, 8);
                WANT(t, tag != TAG + i, i == page);
            }
            row_books(t);
        }
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "modes: %s, level %u", name, (unsigned)DEPTH);
}

/* ---- Issuers with page tables and PMP --------------------------------------------------------------- */

enum { V = 1, PR = 2, PW = 4, PX = 8, PU = 16, PA = 64, PD = 128, RWAD = V | PR | PW | PA | PD };
enum { ROOT = VMM_FREE, MIDDLE = VMM_FREE + 0x1000, LAST = VMM_FREE + 0x2000 };
#define WINDOW 0x40000000ULL /* virtual: page i leads to BACK(4 + i) as the row says */

/* The VMM below the leaf enters with the privilege of S or U. The leaf's THROUGH window leads to WINDOW,
 * whose page 0 is as `pte` says; page 1 holds the leaf's table, page 2 its descriptor. */
struct issued {
    const char *name;
    uint16_t pte[3];                     /* of pages 0 to 2, without U */
    enum { PLAIN, OTHER, SUM, MXR } how; /* OTHER: page 0 is of the other mode; SUM: with SUM set */
    uint8_t pmp;                         /* 1 + what PMP leaves of page 0; 0: open */
    uint32_t access;                     /* by the leaf, at 10, into 6 */
    uint8_t cause;                       /* of the issuer's trap; 0: none */
    uint64_t tval;
};

static const struct issued issueds[] = {
    {"a load", {RWAD, RWAD, RWAD}, PLAIN, 0, LD(6, 10, 0), 0, 0},
    {"a store", {RWAD, RWAD, RWAD}, PLAIN, 0, SD(5, 10, 0), 0, 0},
    {"a load, the page is not there", {0, RWAD, RWAD}, PLAIN, 0, LD(6, 10, 0), 13, WINDOW},
    {"a store, the page is not there", {0, RWAD, RWAD}, PLAIN, 0, SD(5, 10, 0), 15, WINDOW},
    {"a fetch, the page is not there", {0, RWAD, RWAD}, PLAIN, 0, JR(10), 13, WINDOW},
    {"a fetch, readable is enough", {V | PR | PA, RWAD, RWAD}, PLAIN, 0, JR(10), 0, 0},
    {"an AMO, the page is not there", {0, RWAD, RWAD}, PLAIN, 0, AMOADD_D(6, 10, 0), 15, WINDOW},
    {"a load, the page is read only", {V | PR | PA, RWAD, RWAD}, PLAIN, 0, LD(6, 10, 0), 0, 0},
    {"a store, the page is read only",
     {V | PR | PA, RWAD, RWAD},
     PLAIN,
     0,
     SD(5, 10, 0),
     15,
     WINDOW},
    {"a load, the page is execute only",
     {V | PX | PA, RWAD, RWAD},
     PLAIN,
     0,
     LD(6, 10, 0),
     13,
     WINDOW},
    {"a load, execute only, with MXR", {V | PX | PA, RWAD, RWAD}, MXR, 0, LD(6, 10, 0), 0, 0},
    {"a store marks A and D", {V | PR | PW, V | PR, V | PR | PW}, PLAIN, 0, SD(5, 10, 0), 0, 0},
    {"a load, the page is of the other mode",
     {RWAD, RWAD, RWAD},
     OTHER,
     0,
     LD(6, 10, 0),
     13,
     WINDOW},
    {"a store, of the other mode, with SUM", {RWAD, RWAD, RWAD}, SUM, 0, SD(5, 10, 0), 0, 0},
    {"the table is not there", {RWAD, 0, RWAD}, PLAIN, 0, LD(6, 10, 0), 13, WINDOW + 0x1040},
    {"the descriptor is not there", {RWAD, RWAD, 0}, PLAIN, 0, LD(6, 10, 0), 13, WINDOW + 0x2000},
    {"the descriptor is read only",
     {RWAD, RWAD, V | PR | PA},
     PLAIN,
     0,
     LD(6, 10, 0),
     15,
     WINDOW + 0x2000},
    {"a load, PMP refuses", {RWAD, RWAD, RWAD}, PLAIN, 1, LD(6, 10, 0), 5, WINDOW},
    {"a store, PMP lets read", {RWAD, RWAD, RWAD}, PLAIN, 1 + FROND_R, SD(5, 10, 0), 7, WINDOW},
    {"a load, PMP lets read", {RWAD, RWAD, RWAD}, PLAIN, 1 + FROND_R, LD(6, 10, 0), 0, 0},
};

static const struct issued *issuing; /* the row under way, for the call-back */
static unsigned issuing_priv;

static uint64_t pte_of(unsigned page, uint64_t bits) {
    return bits ? (BACK(4 + page) >> 12) << 10 | bits | (issuing_priv == 0 ? PU : 0) : 0;
}

static bool is_jump(const struct issued *k) { return (k->access & 0x7f) == 0x67; }

static void issuer_pages(struct tower *t) {
    unsigned s = t->leaf;
    const uint64_t user = issuing_priv == 0 ? PU : 0, tag = TAG;
    const uint64_t root[3] = {0xcf | user, (OWN(MIDDLE) >> 12) << 10 | V,
                              (BASE >> 12) << 10 | 0xcf | user};
    const uint64_t middle = (OWN(LAST) >> 12) << 10 | V;
    const uint32_t code[] = {NOP, ADDI(6, 0, 0x123), FINISH};
    const struct frond_range map[] = {{THROUGH(s), PAGE, WINDOW, RWX},
                                      {BASE, LEAF_RAM, OWN(VMM_OWN), RWX}};
    struct frond_desc d = tower_desc(t, s);
    uint64_t last[3];

    for (unsigned i = 0; i < 3; i++)
        last[i] = pte_of(i, issuing->pte[i]);
    if (issuing->how == OTHER || issuing->how == SUM)
        last[0] ^= PU;
    tower_write(t, s - 1, OWN(ROOT), root, sizeof root);
    tower_write(t, s - 1, OWN(MIDDLE), &middle, 8);
    tower_write(t, s - 1, OWN(LAST), last, sizeof last);
    tower_write(t, s - 1, BACK(5) + 0x20, map, sizeof map);
    tower_write(t, s - 1, BACK(6), &d, sizeof d);
    if (is_jump(issuing))
        tower_write(t, s - 1, BACK(4), code, sizeof code);
    else
        tower_write(t, s - 1, BACK(4), &tag, 8);
}

static void issuer_build(struct tower *t) {
    const struct issued *k = issuing;
    struct frond_desc *d = &t->level[t->leaf].d, *v = &t->level[t->leaf - 1].d;
    struct party *own = &t->level[t->leaf - 1].p;
    uint64_t bits = MPRV | MPP(issuing_priv);

    v->csr.satp = 8ULL << 60 | OWN(ROOT) >> 12;
    v->csr.mstatus = k->how == SUM ? 1ULL << 18 : k->how == MXR ? 1ULL << 19 : 0;
    v->csr.pmpcfg[1] = 0x1f;
    v->csr.pmpaddr[1] = (1ULL << 54) - 1;
    v->csr.pmpcfg[0] = k->pmp ? (uint8_t)(0x18 | (k->pmp - 1)) : 0;
    v->csr.pmpaddr[0] = BACK(4) >> 2 | 0x1ff;
    d->map_p = d->map_np = (struct frond_map){WINDOW + 0x1020, 2};
    d->x[10] = THROUGH(t->leaf);
    d->x[5] = 0x77;
    tower_code(t, (uint32_t[]){k->access, FINISH}, 2);
    t->before = issuer_pages;
    order(own, VMM_ENTER, WINDOW + 0x2000, bits, VMM_BLIND);
    if (k->cause != 0) { /* what was at fault is mended, the store executed again */
        unsigned page = (unsigned)((k->tval - WINDOW) / PAGE);
        order(own, VMM_PUT, OWN(LAST) + 8 * page, pte_of(page, RWAD), 8);
        order(own, VMM_CSR, 0x3a0, 0x1f00, 0);
        order(own, VMM_ENTER, WINDOW + 0x2000, bits, VMM_BLIND);
    }
    order(own, VMM_COPY, OWN(VMM_DESC), BACK(6), PAGE);
}

static void issuer_check(struct tower *t) {
    const struct issued *k = issuing;
    int s = (int)t->leaf;
    struct frond_desc d = tower_desc(t, t->leaf);
    uint64_t word = 0, pte = 0;

    if (k->cause != 0) {
        const struct vmm_record *r = row_record(t, s - 1, 0);
        WANT(t, r->trap, k->cause + 1);
        WANT(t, r->tval, k->tval);
        WANT(t, row_record(t, s - 1, 1)->trap, 0);
        t->level[s - 1].traps = 1;
    }
    WANT(t, d.exit.reason, FROND_EXIT_HALT);
    WANT(t, d.clock, is_jump(k) ? 4 : 2);
    tower_read(t, t->leaf - 1, BACK(4), &word, 8);
    tower_read(t, t->leaf - 1, OWN(LAST), &pte, 8);
    if (is_jump(k)) {
        WANT(t, d.x[6], 0x123);
    } else if ((k->access & 0x7f) == 0x23) {
        WANT(t, word, 0x77);
        WANT(t, pte & (PA | PD), PA | PD);
    } else {
        WANT(t, d.x[6], TAG);
        WANT(t, pte & PA, PA);
    }
    row_books(t);
}

static void issuer_row(const struct issued *k, unsigned leaf, unsigned priv) {
    char why[WHY] = "";
    bool ok = true;

    if (k->how == SUM && priv == 0)
        return; /* SUM says nothing about U */
    issuing = k;
    issuing_priv = priv;
    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(leaf);
        t->audit = shake == 0;
        issuer_build(t);
        if (tower_run(t, shake))
            issuer_check(t);
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "modes: issuer in %c: %s, level %u", priv ? 'S' : 'U', k->name, leaf);
}

void mode_rows(void) {
    static const unsigned levels[] = {1, 2, 5};

    for (unsigned i = 0; i < sizeof aparts / sizeof aparts[0]; i++)
        apart_row(&aparts[i]);
    walk_row("a walk for a load in S", S_, 0);
    walk_row("a walk for a load in U", U_, 0);
    walk_row("a walk for a load in M with MPRV as U", M_, MPRV | MPP(0));
    dma_row("DMA, doorbell in M", M_, 0, 0);
    dma_row("DMA, doorbell in S", S_, 0, 0);
    dma_row("DMA, doorbell in U", U_, 0, 7);
    dma_row("DMA, doorbell in M with MPRV as U", M_, MPRV | MPP(0), 7);
    for (unsigned i = 0; i < sizeof issueds / sizeof issueds[0]; i++)
        for (unsigned l = 0; l < 3; l++)
            for (unsigned priv = 0; priv < 2; priv++)
                issuer_row(&issueds[i], levels[l], priv);
}
