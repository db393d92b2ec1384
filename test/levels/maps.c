/*
 * maps.c - tables: what is changed counts for the next access, by whomever and through whatever alias;
 * what the search does not read does not matter; tables and descriptors that are not there; the ends
 * of the address space; 65,536 ranges.
 */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(f) ((unsigned)offsetof(struct frond_desc, f))
#define FINISH   SW(31, 30, 0)
#define PAGE     ((uint64_t)FROND_PAGE_SIZE)
#define BACK(i)  (OWN(VMM_BACK) + (uint64_t)(i)*PAGE)
#define ENTRY(i) (OWN(VMM_MAP_P) + (uint64_t)(i) * sizeof(struct frond_range))

enum { BASE_ = 0, SIZE = 8, TARGET = 16, FLAGS = 24 }; /* of a range */
enum { TAG = 0xa0a0 };                                 /* the first word of BACK(4), and so on */

/* BACK(4) to BACK(7) of every level: a tag each; at 0x100 code that ends. */
static void tags(struct tower *t) {
    const uint32_t code[] = {FINISH};

    for (unsigned l = 0; l < t->leaf; l++)
        for (unsigned i = 4; i < 8; i++) {
            uint64_t tag = TAG + i;
            tower_write(t, l, BACK(i), &tag, 8);
            tower_write(t, l, BACK(i) + 0x100, code, sizeof code);
        }
}

/* ---- Changes by the child itself, through an alias ------------------------------------------------ */

/* The leaf sees, as pages 0 and 1 of its THROUGH window: the table of level `owner`, and what that
 * table's entry of page 1 leads to. It accesses page 1, stores to the entry, accesses again. */
struct edit {
    const char *name;
    uint8_t flags;  /* of the entry before */
    uint8_t field;  /* stored to, by: */
    uint32_t store; /* register 12 to the address in 11 */
    uint64_t value;
    uint32_t access; /* at the address in 10, into register 6 */
    uint16_t page;   /* of the window; tag that is read, or 0: a gap is met */
    uint16_t tag;
    uint8_t kind; /* of the gap */
};

#define R_  FROND_R
#define RW_ (FROND_R | FROND_W)

static const struct edit edits[] = {
    {"target", RW_, TARGET, SD(12, 11, 0), BACK(5), LD(6, 10, 0), 1, TAG + 5, 0},
    {"target, by its second byte", RW_, TARGET + 1, SB(12, 11, 0), BACK(6) >> 8, LD(6, 10, 0), 1,
     TAG + 6, 0},
    {"target, by half a word", RW_, TARGET, SH(12, 11, 0), BACK(5), LD(6, 10, 0), 1, TAG + 5, 0},
    {"target, by a word", RW_, TARGET, SW(12, 11, 0), BACK(7), LD(6, 10, 0), 1, TAG + 7, 0},
    {"target, by an AMO", RW_, TARGET, AMOSWAP_D(0, 11, 12), BACK(5), LD(6, 10, 0), 1, TAG + 5, 0},
    {"target, by FSD", RW_, TARGET, FSD(12, 11, 0), BACK(5), LD(6, 10, 0), 1, TAG + 5, 0},
    {"target, by a misaligned store", RW_, TARGET - 1, SW(12, 11, 0), BACK(5) << 8, LD(6, 10, 0), 1,
     TAG + 5, 0},
    {"target, unchanged", RW_, TARGET, SD(12, 11, 0), BACK(4), LD(6, 10, 0), 1, TAG + 4, 0},
    {"flags to none, a load", RW_, FLAGS, SD(12, 11, 0), 0, LD(6, 10, 0), 1, 0, FROND_FAULT_LOAD},
    {"flags to R, a load", RW_, FLAGS, SD(12, 11, 0), R_, LD(6, 10, 0), 1, TAG + 4, 0},
    {"flags to R, a store", RW_, FLAGS, SD(12, 11, 0), R_, SD(12, 10, 0), 1, 0, FROND_FAULT_STORE},
    {"flags to R, an AMO", RW_, FLAGS, SB(12, 11, 0), R_, AMOADD_D(6, 10, 0), 1, 0,
     FROND_FAULT_AMO},
    {"flags to W, a load", RW_, FLAGS, SB(12, 11, 0), FROND_W, LD(6, 10, 0), 1, 0,
     FROND_FAULT_LOAD},
    {"flags to none, a fetch", RWX, FLAGS, SB(12, 11, 0), 0, JR(13), 1, 0, FROND_FAULT_FETCH},
    {"flags to RW, a fetch", RWX, FLAGS, SB(12, 11, 0), RW_, JR(13), 1, 0, FROND_FAULT_FETCH},
    {"flags from none", 0, FLAGS, SB(12, 11, 0), R_, LD(6, 10, 0), 1, TAG + 4, 0},
    {"size", RW_, SIZE, SD(12, 11, 0), 2 * PAGE, LD(6, 10, 0), 2, TAG + 5, 0},
    {"base, from below", RW_, BASE_ + 1, SB(12, 11, 0), 0x20, LD(6, 10, 0), 1, 0, FROND_FAULT_LOAD},
    {"base, to above", RW_, BASE_ + 1, SB(12, 11, 0), 0x20, LD(6, 10, 0), 2, TAG + 4, 0},
    {"target to a misaligned one", RW_, TARGET, SB(12, 11, 0), 8, LD(6, 10, 0), 1, 0, 0},
    {"size to 0", RW_, SIZE + 1, SB(12, 11, 0), 0, LD(6, 10, 0), 1, 0, 0},
    {"flags to an unknown one", RW_, FLAGS, SB(12, 11, 0), 0x13, LD(6, 10, 0), 1, 0, 0},
    {"base onto the one before, which is not read", RW_, BASE_ + 1, SB(12, 11, 0), 0, LD(6, 10, 0),
     0, TAG + 4, 0},
};

static void edit_build(struct tower *t, const struct edit *e, unsigned owner) {
    struct frond_desc *d = &t->level[t->leaf].d;
    struct party *p = tower_parent(t, owner);
    uint64_t window = THROUGH(t->leaf);

    tower_through(t, owner);
    tower_range(t, owner, 0, THROUGH(owner), PAGE, OWN(VMM_MAP_P), RW_);
    tower_range(t, owner, 0, THROUGH(owner) + PAGE, PAGE, BACK(4), e->flags);
    unsigned index = tower_index(t, owner, THROUGH(owner) + PAGE);
    d->x[10] = window + e->page * PAGE;
    d->x[11] = window + index * sizeof(struct frond_range) + e->field;
    d->x[12] = d->f[12] = e->value;
    d->x[13] = window + PAGE + 0x100;
    d->x[14] = window + PAGE;
    d->csr.mstatus = 0x2000;
    if (e->flags & FROND_R)
        tower_code(t, (uint32_t[]){LD(5, 14, 0)}, 1);
    if (e->flags & FROND_W)
        tower_code(t, (uint32_t[]){SD(5, 14, 8)}, 1);
    tower_code(t, (uint32_t[]){e->store, e->access, FINISH}, 3);
    t->before = tags;
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void edit_check(struct tower *t, const struct edit *e, unsigned owner) {
    const struct vmm_record *r = row_record(t, (int)owner - 1, 0);
    struct frond_desc d = tower_desc(t, t->leaf);
    uint64_t index = tower_index(t, owner, THROUGH(owner) + PAGE);

    if (e->flags & FROND_R)
        WANT(t, d.x[5], TAG + 4);
    if (e->tag != 0) {
        WANT(t, r->d.exit.reason, FROND_EXIT_HALT);
        WANT(t, d.x[6], e->tag);
        return;
    }
    WANT(t, d.x[6], 0);
    if (e->kind != 0) {
        WANT(t, r->d.exit.reason, FROND_EXIT_FAULT);
        WANT(t, r->d.exit.kind, e->kind);
        WANT(t, r->d.exit.addr,
             THROUGH(owner) + e->page * PAGE + (e->kind == FROND_FAULT_FETCH ? 0x100 : 0));
    } else {
        WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_BAD, .kind = FROND_BAD_MAP_P,
                    .value = index);
    }
}

static void edit_row(const struct edit *e, unsigned leaf, unsigned owner) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 3 && ok; shake++) {
        struct tower *t = tower_new(leaf);
        t->audit = shake == 0;
        edit_build(t, e, owner);
        if (tower_run(t, shake))
            edit_check(t, e, owner);
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "maps: %s, changed by the child, level %u, table of %u", e->name, leaf,
               owner);
}

/* ---- Changes by the parent, between two enters ----------------------------------------------------- */

/* The leaf loads page after page of `base` and ends. */
static void loads(struct tower *t, uint64_t base, unsigned n) {
    t->level[t->leaf].d.x[10] = base;
    t->level[t->leaf].d.x[11] = PAGE;
    for (unsigned i = 0; i < n; i++)
        tower_code(t, (uint32_t[]){LD(16 + i, 10, 0), ADD(10, 10, 11)}, 2);
    tower_code(t, (uint32_t[]){FINISH}, 1);
}

/* Another table, another count: the same loads once more. */
static void count_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_range(t, s, 0, THROUGH(s), PAGE, BACK(4), R_);
    for (unsigned i = 1; i < 4; i++) /* behind RAM */
        tower_range(t, s, 0, 0x100000000 + i * PAGE, PAGE, BACK(4 + i), R_);
    loads(t, 0x100000000 + PAGE, 3);
    t->before = tags;
    order_field(p, FIELD(map_p.count), 8, 8);
    order_enter(p); /* the third load: a gap */
    order_field(p, FIELD(map_p.count), 9, 8);
    order_enter(p);
    order_end(p);
}

static void count_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT(t, r->d.exit.reason, FROND_EXIT_FAULT);
    WANT(t, r->d.exit.addr, 0x100000000 + 3 * PAGE);
    for (unsigned i = 0; i < 3; i++)
        WANT(t, tower_desc(t, s).x[16 + i], TAG + 5 + i);
}

static void move_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);
    uint64_t at = OWN(VMM_FREE) + 0x20; /* across pages: entries 127 and on in the next */

    tower_range(t, s, 0, THROUGH(s), PAGE, BACK(4), R_);
    loads(t, THROUGH(s), 1);
    t->before = tags;
    t->code[t->codes - 1] = ECALL; /* once more, after the handler */
    t->handler[0] = LD(17, 14, 0);
    t->handler[1] = FINISH;
    t->level[s].d.x[14] = THROUGH(s);
    order_field(p, FIELD(budget), 2, 8);
    order_enter(p);
    order(p, VMM_COPY, at, OWN(VMM_MAP_P), 6 * sizeof(struct frond_range));
    order(p, VMM_PUT, at + 4 * sizeof(struct frond_range) + TARGET, BACK(7), 8);
    order_field(p, FIELD(map_p.addr), at, 8);
    order_field(p, FIELD(budget), UINT64_MAX - 2, 8);
    order_enter(p);
    order_end(p);
}

static void move_check(struct tower *t, unsigned s) {
    WANT(t, tower_desc(t, s).x[16], TAG + 4);
    WANT(t, tower_desc(t, s).x[17], TAG + 7);
}

/* ---- BAD ------------------------------------------------------------------------------------------ */

/* Entry 1 or 3 of GAP(0..3), RAM: only a search for GAP(0), GAP(1) reads 1; only one for GAP(3) reads 3. */
struct bad {
    const char *name;
    uint8_t index, field;
    uint64_t value, good;
    uint8_t fine, reads; /* gap page whose search does not, does read it */
};

static const struct bad bads[] = {
    {"a misaligned base", 1, BASE_, GAP(1) + 8, GAP(1), 2, 0},
    {"a misaligned size", 1, SIZE, 0x1001, 0x1000, 2, 0},
    {"a misaligned target", 1, TARGET, BACK(1) + 0x20, BACK(1), 2, 1},
    {"size 0", 1, SIZE, 0, 0x1000, 2, 0},
    {"base + size over 2^64", 3, SIZE, 0xffffffffc0000000, 0x1000, 2, 3},
    {"target + size over 2^64", 3, TARGET, 0xfffffffffffff000, BACK(3), 2, 3},
    {"an unknown flag", 1, FLAGS, 0x11, 1, 2, 1},
    {"a high flag", 3, FLAGS, 1ULL << 63 | 1, 1, 2, 3},
    {"an overlap with the next", 1, SIZE, 2 * PAGE, PAGE, 2, 1},
    {"an overlap with the one before", 3, BASE_, GAP(2), GAP(3), 2, 3},
    {"an entry out of order", 3, BASE_, 0x1000, GAP(3), 2, 3},
};

static void bad_build(struct tower *t, const struct bad *b, unsigned owner, bool user) {
    struct frond_desc *d = &t->level[t->leaf].d;
    struct party *p = tower_parent(t, owner);
    uint64_t at = ENTRY(b->index) + b->field;

    for (unsigned l = owner; l <= t->leaf; l++)
        for (unsigned i = 0; i < GAPS; i++) {
            t->level[l].range[0][i].flags = R_;
            if (l > owner)
                t->level[l].range[0][i].target = GAP(i);
        }
    if (b->field == TARGET && b->index == 3) {
        t->level[owner].range[0][3].size = 2 * PAGE;
        for (unsigned l = owner + 1; l <= t->leaf; l++)
            t->level[l].range[0][3].size = PAGE;
    }
    d->mode = user ? FROND_MODE_U : FROND_MODE_M;
    d->csr.pmpcfg[0] = 0x1f;
    d->csr.pmpaddr[0] = (1ULL << 54) - 1;
    d->x[10] = GAP(b->fine);
    d->x[11] = GAP(b->reads);
    tower_code(t, (uint32_t[]){LD(5, 10, 0), LD(6, 11, 0), FINISH}, 3);
    order(p, VMM_PUT, at, b->value, 8);
    order_enter(p);
    order(p, VMM_PUT, at, b->good, 8);
    order_enter(p);
    order_end(p);
}

static void bad_gaps(struct tower *t) {
    for (unsigned l = 0; l < t->leaf; l++)
        for (unsigned i = 0; i < GAPS; i++) {
            uint64_t tag = TAG + i;
            tower_write(t, l, BACK(i), &tag, 8);
        }
}

static void bad_row(const struct bad *b, unsigned leaf, unsigned owner, bool user) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 2 && ok; shake++) {
        struct tower *t = tower_new(leaf);
        bad_build(t, b, owner, user);
        t->before = bad_gaps;
        t->audit = shake == 0;
        if (tower_run(t, shake)) {
            const struct vmm_record *r = row_record(t, (int)owner - 1, 0);
            struct frond_desc d = tower_desc(t, leaf);
            WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_BAD,
                        .kind = user ? FROND_BAD_MAP_NP : FROND_BAD_MAP_P, .value = b->index);
            WANT(t, d.x[5], TAG + b->fine);
            WANT(t, d.x[6], TAG + b->reads);
            WANT(t, d.clock, 3);
            row_books(t);
        }
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "maps: BAD, %s, %s, level %u, table of %u", b->name, user ? "U" : "M", leaf,
               owner);
}

/* ---- Ends of the address space ---------------------------------------------------------------------- */

static void ends_build(struct tower *t, unsigned s) {
    struct frond_desc *d = &t->level[s].d;

    tower_range(t, s, 0, 0, PAGE, BACK(4), R_);
    tower_range(t, s, 0, 0 - PAGE, PAGE, BACK(5), R_ | FROND_W);
    d->x[10] = 0 - PAGE;
    tower_code(t,
               (uint32_t[]){LD(5, 0, 0), LD(6, 10, 0), LD(7, 0, -8), SD(6, 0, -4), LW(8, 0, -4),
                            LW(9, 0, 0), FINISH},
               7);
    t->level[s].range[0][0].flags |= FROND_W;
    t->before = tags;
}

static void ends_check(struct tower *t, unsigned s) {
    struct frond_desc d = tower_desc(t, s);

    WANT(t, d.x[5], TAG + 4);
    WANT(t, d.x[6], TAG + 5);
    WANT(t, d.x[7], 0);
    WANT(t, d.x[8], TAG + 5); /* a store around the end of the address space */
    WANT(t, d.x[9], 0);
}

/* One range for everything, where it is: the child sees what its parent has, but for the windows. */
static void whole_build(struct tower *t, unsigned s) {
    struct level *v = &t->level[s];

    v->ranges[0] = 0;
    tower_range(t, s, 0, 0, 0 - PAGE, 0, RWX);
    v->d.map_p = v->d.map_np = (struct frond_map){OWN(VMM_MAP_P), 1};
    v->d.pc = BASE + VMM_OWN;
    v->d.x[10] = BACK(6);
    v->d.x[11] = FROND_CLINT_BASE + 0x4000;
    v->d.x[12] = 0x1234;
    v->d.csr.mtvec = BASE + VMM_OWN + HANDLER;
    tower_code(t, (uint32_t[]){LD(5, 10, 0), SD(12, 11, 0), LD(6, 11, 0), FINISH}, 4);
    t->before = tags;
}

static void whole_check(struct tower *t, unsigned s) {
    struct frond_desc d = tower_desc(t, s);

    WANT(t, d.x[5], TAG + 6);
    WANT(t, d.x[6], 0x1234);
    WANT(t, tower_desc(t, s - 1).clint.mtimecmp, 0); /* the child's own window, not its parent's */
}

/* A range onto the parent's private window is a gap of the child's. */
static void private_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_range(t, s, 0, THROUGH(s), PAGE, FROND_CTL_BASE, RWX);
    t->level[s].d.x[10] = THROUGH(s);
    tower_code(t, (uint32_t[]){LD(5, 10, 0), FINISH}, 2);
    order_enter(p);
    order_field(p, FROND_D_RESUME, FROND_DENY, 4);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void private_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_LOAD,
                .addr = THROUGH(s), .width = 8, .reg = 5, .ilen = 4,
                .flags = FROND_XF_DONE | FROND_XF_SIGNED | FROND_XF_SELF);
}

/* ---- Tables and descriptors that are taken away, and moved ------------------------------------------ */

/* The subject's child has its table in the subject's GAP(0), its descriptor in GAP(1), realized by
 * the subject's parent in BACK(0) and BACK(1). The child counts for a while. */
static void guest_pages(struct tower *t) {
    unsigned s = t->leaf - 1;
    const struct frond_range ram = {BASE, LEAF_RAM, OWN(VMM_OWN), RWX};
    struct frond_desc d = tower_desc(t, t->leaf);

    tower_write(t, s - 1, BACK(0), &ram, sizeof ram);
    tower_write(t, s - 1, BACK(1), &d, sizeof d);
}

static void taken_build(struct tower *t, unsigned s, unsigned which, bool move) {
    struct party *p = tower_parent(t, s), *own = &t->level[s].p;
    struct frond_desc *d = &t->level[t->leaf].d;
    uint64_t entry = ENTRY(which);

    t->level[s].range[0][0].flags = R_;
    t->level[s].range[0][1].flags = RW_;
    d->map_p = d->map_np = (struct frond_map){GAP(0), 1};
    d->x[6] = 20000;
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), BNE(5, 6, -4), FINISH}, 3);
    t->before = guest_pages;
    order_field(p, FIELD(budget), 5000, 8);
    order_enter(p);
    if (move) { /* the page's bytes elsewhere, nothing sensible where they were */
        order(p, VMM_COPY, BACK(4), BACK(which), PAGE);
        order(p, VMM_FILL, BACK(which), 0x5a, PAGE);
        order(p, VMM_PUT, entry + TARGET, BACK(4), 8);
    } else {
        order(p, VMM_PUT, entry + FLAGS, 0, 8);
        order_field(p, FIELD(budget), 20000, 8);
        order_enter(p); /* FAULT */
        order(p, VMM_PUT, entry + FLAGS, which ? RW_ : R_, 8);
    }
    order_field(p, FIELD(budget), UINT64_MAX / 2, 8);
    order_enter(p);
    order_end(p);
    order(own, VMM_ENTER, GAP(1), 0, VMM_BLIND);
    order(own, VMM_COPY, OWN(VMM_DESC), GAP(1), PAGE);
    t->level[s].own_budget = true;
}

static void taken_check(struct tower *t, unsigned s, unsigned which, bool move) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);
    struct frond_desc d = tower_desc(t, s + 1);

    WANT(t, r->d.exit.reason, FROND_EXIT_BUDGET);
    WANT(t, r->d.active, GAP(1) | 4);
    r = row_record(t, (int)s - 1, 1);
    if (!move) {
        WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT,
                    .kind = which ? FROND_FAULT_DESC : FROND_FAULT_MAP, .addr = GAP(which),
                    .flags = FROND_XF_SELF | (which ? FROND_XF_WRITE : 0));
        WANT(t, r->d.active, GAP(1) | 4);
        r = row_record(t, (int)s - 1, 2);
    }
    WANT(t, r->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, d.exit.reason, FROND_EXIT_HALT);
    WANT(t, d.x[5], 20000);
    WANT(t, d.clock, 40001);
}

static void table_taken(struct tower *t, unsigned s) { taken_build(t, s, 0, false); }
static void table_taken_check(struct tower *t, unsigned s) { taken_check(t, s, 0, false); }
static void desc_taken(struct tower *t, unsigned s) { taken_build(t, s, 1, false); }
static void desc_taken_check(struct tower *t, unsigned s) { taken_check(t, s, 1, false); }
static void table_moved(struct tower *t, unsigned s) { taken_build(t, s, 0, true); }
static void table_moved_check(struct tower *t, unsigned s) { taken_check(t, s, 0, true); }
static void desc_moved(struct tower *t, unsigned s) { taken_build(t, s, 1, true); }
static void desc_moved_check(struct tower *t, unsigned s) { taken_check(t, s, 1, true); }

/* The child itself turns the page of its own descriptor, by an alias of its parent's table: it is
 * suspended into the page where it was, and what goes on is what the other page holds. */
static void turned_pages(struct tower *t) {
    unsigned s = t->leaf - 1;
    struct frond_desc d = tower_desc(t, t->leaf);

    guest_pages(t);
    d.pc = BASE + 0x40;
    d.x[5] = 0x1975;
    tower_write(t, s - 1, BACK(4), &d, sizeof d);
}

static void turned_build(struct tower *t, unsigned s) {
    struct party *own = &t->level[s].p;
    struct frond_desc *d = &t->level[t->leaf].d;

    t->level[s].range[0][0].flags = R_;
    t->level[s].range[0][1].flags = RW_;
    tower_range(t, s, 0, THROUGH(s), PAGE, OWN(VMM_MAP_P), RW_);
    tower_range(t, s + 1, 0, THROUGH(s + 1), PAGE, THROUGH(s), RW_);
    d->x[10] = THROUGH(s + 1) + sizeof(struct frond_range) + TARGET;
    d->x[11] = BACK(4);
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), SD(11, 10, 0), ADDI(5, 5, 2), SELF}, 4);
    while (t->codes < 16)
        tower_code(t, (uint32_t[]){NOP}, 1);
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), FINISH}, 2);
    t->before = turned_pages;
    order(own, VMM_ENTER, GAP(1), 0, VMM_BLIND);
    order(own, VMM_COPY, OWN(VMM_DESC), GAP(1), PAGE);
}

static void turned_check(struct tower *t, unsigned s) {
    struct frond_desc was, d = tower_desc(t, s + 1);

    tower_read(t, s - 1, BACK(1), &was, sizeof was);
    WANT(t, d.x[5], 0x1976);
    WANT(t, d.exit.reason, FROND_EXIT_HALT);
    WANT(t, was.x[5], 1);
    WANT(t, was.pc, BASE + 8);
    WANT(t, was.clock, 2);
    WANT(t, was.exit.reason, 0);
    t->level[s + 1].skipped = UINT64_MAX - 1; /* 2 steps of the one, 2 of the other */
}

/* A table whose page a level below has not realized: FAULT MAP there, at that level's address. */
static void below_build(struct tower *t, unsigned s, bool deny) {
    struct party *p = tower_parent(t, s - 1);
    const struct frond_range ram = {BASE, LEAF_RAM, OWN(VMM_OWN), RWX};
    uint64_t words[4];

    tower_range(t, s, 0, THROUGH(s), PAGE, GAP(0), R_ | FROND_W);
    t->level[s + 1].d.map_p = t->level[s + 1].d.map_np = (struct frond_map){THROUGH(s), 1};
    tower_code(t, (uint32_t[]){FINISH}, 1);
    memcpy(words, &ram, sizeof words);
    order_enter(p);
    if (deny) {
        order_field(p, FROND_D_RESUME, FROND_DENY, 4);
        order_enter(&t->level[s - 1].p);
        order_field(&t->level[s - 1].p, FROND_D_RESUME, FROND_DENY, 4);
        order_enter(&t->level[s - 1].p);
    } else {
        order_realize(t, s - 1, 0, RW_, 0, words[0]);
        for (unsigned i = 1; i < 4; i++)
            order(p, VMM_PUT, (s == 1 ? GAP(0) : BACK(0)) + 8 * i, words[i], 8);
    }
    order_enter(p);
    order_end(p);
    if (deny) {
        order_enter(&t->level[s].p);
        order(&t->level[s].p, VMM_END, 0, 0, 0);
    }
}

static void below_check(struct tower *t, unsigned s, bool deny) {
    const struct vmm_record *r = row_record(t, (int)s - 2, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_MAP, .addr = GAP(0));
    WANT(t, r->d.active, OWN(VMM_DESC) | 4);
    if (!deny) {
        WANT(t, tower_desc(t, s + 1).clock, 1);
        row_quiet(t, s - 1);
        row_quiet(t, s);
        return;
    }
    r = row_record(t, (int)s - 1, 0);
    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_MAP,
                .addr = THROUGH(s), .flags = FROND_XF_SELF);
    r = row_record(t, (int)s, 0);
    WANT(t, r->trap, 5 + 1);
    WANT(t, r->tval, THROUGH(s));
    WANT(t, tower_desc(t, s + 1).clock, 0);
    t->level[s].traps = 1;
}

static void below_retry(struct tower *t, unsigned s) { below_build(t, s, false); }
static void below_retry_check(struct tower *t, unsigned s) { below_check(t, s, false); }
static void below_deny(struct tower *t, unsigned s) { below_build(t, s, true); }
static void below_deny_check(struct tower *t, unsigned s) { below_check(t, s, true); }

/* ---- 65,536 ranges ----------------------------------------------------------------------------------- */

enum { MANY = 65536, MANY_AT = 0x80000 }; /* the table: in the leaf's RAM */
#define MANY_BASE 0x100000000ULL

static void many_table(struct tower *t) {
    struct frond_range *r = calloc(MANY, sizeof *r);

    if (!r)
        exit(2);
    r[0] = (struct frond_range){BASE, t->leaf_ram, OWN(VMM_OWN), RWX};
    for (unsigned i = 1; i < MANY; i++)
        r[i] = (struct frond_range){MANY_BASE + i * 2 * PAGE, PAGE, BACK(4 + i % 4), R_};
    tower_write(t, t->leaf, BASE + MANY_AT, r, MANY * sizeof *r);
    free(r);
    tags(t);
}

static void many_build(struct tower *t, unsigned s) {
    struct frond_desc *d = &t->level[s].d;
    struct party *p = tower_parent(t, s);
    uint64_t table = OWN(VMM_OWN) + MANY_AT;

    t->leaf_ram = MANY_AT + MANY * sizeof(struct frond_range);
    t->audit = false;
    d->map_p = d->map_np = (struct frond_map){table, MANY};
    d->x[10] = MANY_BASE + 2 * PAGE;
    d->x[11] = 2 * PAGE;
    d->x[12] = MANY_BASE + MANY * 2 * PAGE;
    d->x[13] = MANY_BASE + 500 * 2 * PAGE;
    tower_code(t,
               (uint32_t[]){LD(5, 10, 0), ADD(6, 6, 5), ADD(10, 10, 11), BNE(10, 12, -12),
                            LD(7, 13, 0), LD(8, 12, 0), FINISH},
               7);
    t->before = many_table;
    order_enter(p); /* a gap behind the last */
    order(p, VMM_PUT, table + 500 * sizeof(struct frond_range) + TARGET, BACK(7), 8);
    order_field(p, FIELD(x[12]), MANY_BASE + 500 * 2 * PAGE, 8);
    order_enter(p);
    order_end(p);
}

static void many_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);
    struct frond_desc d = tower_desc(t, s);
    uint64_t sum = 0;

    for (unsigned i = 1; i < MANY; i++)
        sum += TAG + 4 + i % 4;
    WANT(t, r->d.exit.reason, FROND_EXIT_FAULT);
    WANT(t, r->d.exit.addr, MANY_BASE + MANY * 2 * PAGE);
    WANT(t, d.x[6], sum);
    WANT(t, d.x[7], TAG + 4);
    WANT(t, d.x[8], TAG + 7);
}

/* A DONE whose access cannot be come to again: the subject, which is answered, finds its child left for
 * a descriptor that is gone. It runs on, the answer is gone with the access; the leaf makes it anew. */
static void lost_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s), *own = &t->level[s].p;
    uint64_t flags =
        ENTRY(t->level[s + 1].ranges[0] + 1) + FLAGS; /* of the child's RAM, behind THROUGH */

    tower_through(t, s);
    t->level[s + 2].d.x[10] = THROUGH(s + 2);
    tower_code(t, (uint32_t[]){LD(6, 10, 0), FINISH}, 2);
    order_enter(p);
    order_field(p, FROND_D_VALUE, 0x1975, 8);
    order_field(p, FROND_D_RESUME, FROND_DONE, 4);
    order(p, VMM_PUT, flags + (s == 0 ? 0 : VMM_OWN), 0, 8);
    order_enter(p);
    order_field(p, FROND_D_VALUE, 0x1976, 8);
    order_field(p, FROND_D_RESUME, FROND_DONE, 4);
    order_enter(p);
    order_end(p);
    order_enter(own);
    order(own, VMM_SPIN, 20000, 0, 0);
    order(own, VMM_PUT, flags, RWX, 8);
    order_enter(own);
}

static void lost_check(struct tower *t, unsigned s) {
    for (unsigned i = 0; i < 2; i++) {
        const struct vmm_record *r = row_record(t, (int)s - 1, i);
        WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_LOAD,
                    .addr = THROUGH(s), .width = 8, .reg = 6, .ilen = 4,
                    .flags = FROND_XF_DONE | FROND_XF_SIGNED);
        WANT(t, r->d.held, 0);
    }
    WANT_ACCESS(t, &row_record(t, (int)s, 0)->d.exit, .reason = FROND_EXIT_FAULT,
                .kind = FROND_FAULT_DESC, .addr = OWN(VMM_DESC),
                .flags = FROND_XF_WRITE | FROND_XF_SELF);
    WANT(t, tower_desc(t, s + 2).x[6], 0x1976);
    WANT(t, tower_desc(t, s + 2).clock, 2);
}

static const struct scene scenes[] = {
    {"count of ranges", count_build, count_check, 0, 1},
    {"a table moved by its descriptor", move_build, move_check, 0, 1},
    {"ranges at both ends, an access around them", ends_build, ends_check, 0, 1},
    {"one range for all", whole_build, whole_check, 0, 1},
    {"a range onto a private window", private_build, private_check, 0, 1},
    {"a table's page taken away and given back", table_taken, table_taken_check, 1, 1},
    {"a descriptor's page taken away and given back", desc_taken, desc_taken_check, 1, 1},
    {"a table's page moved", table_moved, table_moved_check, 1, 1},
    {"a descriptor's page moved", desc_moved, desc_moved_check, 1, 1},
    {"a descriptor's page turned by its own node", turned_build, turned_check, 1, 1},
    {"a table not realized one level below, RETRY", below_retry, below_retry_check, 1, 1},
    {"a table not realized one level below, DENY", below_deny, below_deny_check, 1, 1},
    {"an answer whose access cannot be come to again", lost_build, lost_check, 2, 0},
    {"65,536 ranges", many_build, many_check, 0, 1},
};

void map_rows(void) {
    static const struct {
        unsigned leaf, owner;
    } where[] = {{1, 1}, {2, 2}, {2, 1}, {5, 5}, {5, 1}, {5, 3}};

    for (unsigned w = 0; w < sizeof where / sizeof where[0]; w++) {
        for (unsigned i = 0; i < sizeof edits / sizeof edits[0]; i++)
            edit_row(&edits[i], where[w].leaf, where[w].owner);
        for (unsigned i = 0; i < sizeof bads / sizeof bads[0]; i++)
            for (unsigned user = 0; user < 2; user++)
                bad_row(&bads[i], where[w].leaf, where[w].owner, user);
    }
    SCENES("maps", scenes);
}
