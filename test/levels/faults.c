/*
 * faults.c - FAULT of kinds LOAD, STORE, AMO, FETCH, WALK: met at levels 0, 1, 2 and 5, in each mode,
 * owned by the node itself or by one below it, with each answer: every field of the record, who gets
 * it, what the answer does to registers, steps, traps, and that nobody else notices.
 */
#include "rows.h"
#include <stdio.h>
#include <string.h>

enum { DATA = 5, GOT = 6, ADDR = 10 };
enum {
    L_ = FROND_FAULT_LOAD,
    S_ = FROND_FAULT_STORE,
    A_ = FROND_FAULT_AMO,
    F_ = FROND_FAULT_FETCH,
    W_ = FROND_FAULT_WALK
};
enum { DONE = FROND_XF_DONE, WR = FROND_XF_WRITE, SG = FROND_XF_SIGNED, FP = FROND_XF_FP };

#define WAS      0x8877665594838281ULL /* what a realized page holds at the address */
#define ANSWERED 0xf1e2d3c4b5a69788ULL /* what DONE says */
#define STORED   0x1122334455667788ULL /* what stores store */
#define BEFORE   0x0bad0bad0bad0badULL /* in the destination */

struct row {
    const char *name;
    uint32_t code; /* the instruction; two 16-bit ones if the low is compressed */
    uint8_t kind, width, reg, ilen, flags;
    uint16_t off;         /* of the address in the page; met: where the gap was met */
    uint64_t value;       /* of the record */
    uint64_t done, retry; /* in the destination after DONE, RETRY */
    enum { PLAIN, CROSS, WALK, WALK_MARK, JUMP, JUMP_CROSS } how;
};

#define LOADS(n, c, w, f, d, r)                                                                    \
    { n, c, L_, w, GOT, 4, DONE | (f), 0x40, 0, d, r, PLAIN }
#define STORES(n, c, w, f, v)                                                                      \
    { n, c, S_, w, DATA, 4, DONE | WR | (f), 0x40, v, 0, 0, PLAIN }

static const struct row rows[] = {
    LOADS("lb", LB(GOT, ADDR, 0), 1, SG, 0xffffffffffffff88, 0xffffffffffffff81),
    LOADS("lbu", LBU(GOT, ADDR, 0), 1, 0, 0x88, 0x81),
    LOADS("lh", LH(GOT, ADDR, 0), 2, SG, 0xffffffffffff9788, 0xffffffffffff8281),
    LOADS("lhu", LHU(GOT, ADDR, 0), 2, 0, 0x9788, 0x8281),
    LOADS("lw", LW(GOT, ADDR, 0), 4, SG, 0xffffffffb5a69788, 0xffffffff94838281),
    LOADS("lwu", LWU(GOT, ADDR, 0), 4, 0, 0xb5a69788, 0x94838281),
    {"ld", LD(GOT, ADDR, 0), L_, 8, GOT, 4, DONE | SG, 0x40, 0, ANSWERED, WAS, PLAIN},
    LOADS("flw", FLW(GOT, ADDR, 0), 4, FP, 0xffffffffb5a69788, 0xffffffff94838281),
    LOADS("fld", FLD(GOT, ADDR, 0), 8, FP, ANSWERED, WAS),
    {"lw to x0", LW(0, ADDR, 0), L_, 4, 0, 4, DONE | SG, 0x40, 0, 0, 0, PLAIN},
    {"c.lw", PAIR(C_LW(9, ADDR), C_NOP), L_, 4, 9, 2, DONE | SG, 0x40, 0, 0xffffffffb5a69788,
     0xffffffff94838281, PLAIN},
    {"c.ld", PAIR(C_LD(9, ADDR), C_NOP), L_, 8, 9, 2, DONE | SG, 0x40, 0, ANSWERED, WAS, PLAIN},
    {"c.fld", PAIR(C_FLD(9, ADDR), C_NOP), L_, 8, 9, 2, DONE | FP, 0x40, 0, ANSWERED, WAS, PLAIN},
    {"lw in its own address register", LW(ADDR, ADDR, 0), L_, 4, ADDR, 4, DONE | SG, 0x40, 0,
     0xffffffffb5a69788, 0xffffffff94838281, PLAIN},
    {"lw at the page's end", LW(GOT, ADDR, 0), L_, 4, GOT, 4, DONE | SG, 0xffc, 0,
     0xffffffffb5a69788, 0xffffffff88776655, PLAIN},
    {"lw misaligned", LW(GOT, ADDR, 0), L_, 4, GOT, 4, SG, 0x41, 0, 0, 0x55948382, PLAIN},
    {"lh across pages", LH(GOT, ADDR, 0), L_, 2, GOT, 4, SG, 0xfff, 0, 0, 0xffffffffffff8120,
     CROSS},
    {"ld across pages", LD(GOT, ADDR, 0), L_, 8, GOT, 4, SG, 0xffe, 0, 0, 0x6655948382812023,
     CROSS},
    STORES("sb", SB(DATA, ADDR, 0), 1, 0, 0x88),
    STORES("sh", SH(DATA, ADDR, 0), 2, 0, 0x7788),
    STORES("sw", SW(DATA, ADDR, 0), 4, 0, 0x55667788),
    STORES("sd", SD(DATA, ADDR, 0), 8, 0, STORED),
    STORES("fsw", FSW(DATA, ADDR, 0), 4, FP, 0x55667788),
    STORES("fsd", FSD(DATA, ADDR, 0), 8, FP, STORED),
    {"c.sw", PAIR(C_SW(9, ADDR), C_NOP), S_, 4, 9, 2, DONE | WR, 0x40, 0x0bad0bad, 0, 0, PLAIN},
    {"c.sd", PAIR(C_SD(9, ADDR), C_NOP), S_, 8, 9, 2, DONE | WR, 0x40, BEFORE, 0, 0, PLAIN},
    {"c.fsd", PAIR(C_FSD(9, ADDR), C_NOP), S_, 8, 9, 2, DONE | WR | FP, 0x40, BEFORE, 0, 0, PLAIN},
    {"sw misaligned", SW(DATA, ADDR, 0), S_, 4, DATA, 4, WR, 0x42, 0x55667788, 0, 0, PLAIN},
    {"sd across pages", SD(DATA, ADDR, 0), S_, 8, DATA, 4, WR, 0xffc, STORED, 0, 0, CROSS},
    {"amoadd.w", AMOADD_W(GOT, ADDR, DATA), A_, 4, GOT, 4, WR, 0x40, 0, 0, 0xffffffff94838281,
     PLAIN},
    {"amoadd.d", AMOADD_D(GOT, ADDR, DATA), A_, 8, GOT, 4, WR, 0x40, 0, 0, WAS, PLAIN},
    {"amoswap.d", AMOSWAP_D(GOT, ADDR, DATA), A_, 8, GOT, 4, WR, 0x40, 0, 0, WAS, PLAIN},
    {"lr.w", LR_W(GOT, ADDR), A_, 4, GOT, 4, 0, 0x40, 0, 0, 0xffffffff94838281, PLAIN},
    {"lr.d", LR_D(GOT, ADDR), A_, 8, GOT, 4, 0, 0x40, 0, 0, WAS, PLAIN},
    {"sc.w", SC_W(GOT, ADDR, DATA), A_, 4, GOT, 4, WR, 0x40, 0, 0, 1, PLAIN},
    {"sc.d", SC_D(GOT, ADDR, DATA), A_, 8, GOT, 4, WR, 0x40, 0, 0, 1, PLAIN},
    {"fetch", JR(ADDR), F_, 2, 0, 0, 0, 0x40, 0, 0, 0, JUMP},
    {"fetch at the page's end", JR(ADDR), F_, 2, 0, 0, 0, 0xffc, 0, 0, 0, JUMP},
    {"fetch across pages", JR(ADDR), F_, 2, 0, 0, 0, 0xffe, 0, 0, 0, JUMP_CROSS},
    {"walk for a load", LD(GOT, ADDR, 0), W_, 8, 0, 4, 0, 0, 0, 0, 0, WALK},
    {"walk for a store", SD(DATA, ADDR, 0), W_, 8, 0, 4, 0, 0, 0, 0, 0, WALK},
    {"walk for a 2-byte load", PAIR(C_LD(9, ADDR), C_NOP), W_, 8, 0, 2, 0, 0, 0, 0, 0, WALK},
    {"walk for an amo", AMOADD_D(GOT, ADDR, DATA), W_, 8, 0, 4, 0, 0, 0, 0, 0, WALK},
    {"walk for a fetch", JR(ADDR), W_, 8, 0, 0, 0, 0, 0, 0, 0, WALK},
    {"walk that marks A", LD(GOT, ADDR, 0), W_, 8, 0, 4, WR, 0, 0, 0, 0, WALK_MARK},
    {"walk that marks D", SD(DATA, ADDR, 0), W_, 8, 0, 4, WR, 0, 0, 0, 0, WALK_MARK},
};

/* One run of a row. owner: level whose map has the gap; leaf: where the instruction is. */
struct run {
    const struct row *r;
    unsigned leaf, owner, mode;
    enum { RETRY, DONE_, DENY, REFUSED } answer; /* REFUSED: DONE, which may not be; then RETRY */
    struct tower *t;
    uint64_t page;   /* the gap, as the leaf has it */
    uint64_t met;    /* offset in it where the gap is met */
    unsigned before; /* steps before */
    uint64_t fault_pc;
    uint64_t tval;
};

static bool is_jump(const struct run *u) { return (u->r->code & 0x7f) == 0x67; }

static bool crosses(const struct run *u) { return u->r->how == CROSS || u->r->how == JUMP_CROSS; }

static bool walks(const struct run *u) { return u->r->how == WALK || u->r->how == WALK_MARK; }

/* Page tables of a WALK row: code and windows as they are; 1 GiB from the address leads by the gap. */
static void add_tables(struct run *u) {
    struct frond_desc *d = &u->t->level[u->leaf].d;
    const uint32_t user = u->mode == FROND_MODE_U ? 0x10 : 0;
    const uint64_t root[3] = {0xcf | user, (u->page >> 12) << 10 | 1,
                              (BASE >> 12) << 10 | 0xcf | user};

    memcpy(u->t->code + CODE / 2, root, sizeof root); /* kept there for put_bytes */
    d->csr.satp = 8ULL << 60 | (BASE + 0x2000) >> 12;
}

static void put_bytes(struct tower *t) {
    uint64_t root[3];
    uint32_t half = SW(31, 30, 0);
    uint64_t marked = (BASE >> 12) << 10 | 0xf | 0x10; /* not A, not D; U set by row */

    memcpy(root, t->code + CODE / 2, sizeof root);
    tower_write(t, t->leaf, BASE + 0x2000, root, sizeof root);
    tower_write(t, t->leaf, BASE + 0x3000, &half, sizeof half);
    if (t->leaf == 0)
        return;
    uint16_t low = (uint16_t)half;
    tower_write(t, t->leaf - 1, OWN(VMM_BACK) + 0xffe, &low, 2);
    if ((root[0] & 0x10) == 0)
        marked &= ~0x10ULL;
    tower_write(t, t->leaf - 1, OWN(VMM_BACK) + 2 * FROND_PAGE_SIZE, &marked, 8);
}

static void prepare(struct run *u) {
    const struct row *r = u->r;
    struct tower *t = u->t;
    struct frond_desc *d = &t->level[u->leaf].d;
    const uint32_t finish = SW(31, 30, 0);
    unsigned gap = r->how == CROSS || r->how == JUMP_CROSS ? 1 : r->how == WALK_MARK ? 2 : 0;

    u->page = u->owner == u->leaf ? GAP(gap) : THROUGH(u->leaf);
    u->met = crosses(u) ? 0 : r->off;
    u->before = 1 + (is_jump(u) ? 1 : 0);
    u->fault_pc = is_jump(u) ? u->page + r->off - (crosses(u) ? FROND_PAGE_SIZE : 0) : BASE + 4;
    d->x[ADDR] = u->page + r->off - (crosses(u) ? FROND_PAGE_SIZE : 0);
    if (walks(u)) {
        d->x[ADDR] = 0x40000000 + 0x3000; /* leads to BASE + 0x3000 */
        u->fault_pc = is_jump(u) ? d->x[ADDR] : BASE + 4;
        add_tables(u);
    }
    u->tval = walks(u) ? d->x[ADDR] : u->page + u->met;
    d->x[DATA] = d->f[DATA] = STORED;
    d->x[GOT] = d->f[GOT] = d->x[9] = d->f[9] = BEFORE;
    d->mode = u->mode;
    d->csr.mstatus = 0x2000;
    d->csr.pmpcfg[0] = 0x1f;
    d->csr.pmpaddr[0] = (1ULL << 54) - 1;
    tower_code(t, (uint32_t[]){NOP, r->code, finish}, 3);
    if (u->owner != u->leaf)
        tower_through(t, u->owner);
    for (unsigned i = 0; i < t->level[u->leaf].ranges[0]; i++) {
        struct frond_range *e = &t->level[u->leaf].range[0][i];
        if (crosses(u) && e->base == GAP(0))
            e->flags = RWX;
        if (r->how == WALK_MARK && e->base == GAP(2))
            e->flags = FROND_R;
    }
    t->before = put_bytes;
}

/* What the gap's page holds once it is realized. */
static uint64_t content(const struct run *u) {
    const uint64_t user = u->mode == FROND_MODE_U ? 0x10 : 0;

    switch (u->r->how) {
    case JUMP: return SW(31, 30, 0);
    case JUMP_CROSS: return SW(31, 30, 0) >> 16;
    case WALK: return (BASE >> 12) << 10 | 0xcf | user;
    case WALK_MARK: return (BASE >> 12) << 10 | 0xf | user;
    default: return WAS;
    }
}

/* Where in the page the 8 bytes of content() go, and what they are there. */
static uint64_t place_content(const struct run *u, unsigned *off) {
    bool at_end = u->r->off == 0xffc && u->r->how != CROSS;

    *off = at_end ? 0xff8 : u->met & ~7u;
    return at_end && u->r->how == JUMP ? content(u) << 32 : content(u);
}

static void realize(struct run *u) {
    unsigned off;
    uint64_t v = place_content(u, &off);

    if (u->owner == u->leaf) {
        order_realize(u->t, u->leaf, (unsigned)((u->page - GAP(0)) / FROND_PAGE_SIZE), RWX, off, v);
        return;
    }
    /* The owner's THROUGH window has no range: its parent makes it one, of the entry of GAP(3). */
    struct party *p = tower_parent(u->t, u->owner);
    uint64_t entry = OWN(VMM_MAP_P) + 3 * sizeof(struct frond_range);
    uint64_t back = OWN(VMM_BACK) + 3 * FROND_PAGE_SIZE;
    order(p, VMM_PUT, back + off, v, 8);
    order(p, VMM_PUT, entry + offsetof(struct frond_range, base), THROUGH(u->owner), 8);
    order(p, VMM_PUT, entry + offsetof(struct frond_range, target), back, 8);
    order(p, VMM_PUT, entry + offsetof(struct frond_range, flags), RWX, 8);
}

static void answer(struct party *p, uint64_t resume) {
    order(p, VMM_PUT, OWN(VMM_DESC) + FROND_D_VALUE, ANSWERED, 8);
    order(p, VMM_PUT, OWN(VMM_DESC) + FROND_D_RESUME, resume, 4);
    order_enter(p);
}

static void give_orders(struct run *u) {
    struct party *p = tower_parent(u->t, u->owner);

    order_enter(p);
    switch (u->answer) {
    case RETRY:
        realize(u);
        order_enter(p);
        break;
    case DONE_: answer(p, FROND_DONE); break;
    case DENY:
        answer(p, FROND_DENY);
        for (unsigned l = u->owner; l < u->leaf; l++) {
            order_enter(&u->t->level[l].p);
            answer(&u->t->level[l].p, FROND_DENY);
        }
        break;
    case REFUSED:
        answer(p, FROND_DONE);
        realize(u);
        order_enter(p);
        break;
    }
    order_end(p);
}

/* ---- What must be so ------------------------------------------------------------------------------- */

static uint8_t flags_of(const struct run *u) {
    uint8_t f = u->r->flags;

    if (u->mode == FROND_MODE_U && !walks(u))
        f |= FROND_XF_NP;
    return f;
}

/* The record that the parent of `level` is given. */
static void check_record(struct run *u, unsigned level, const struct frond_desc *d) {
    struct tower *t = u->t;
    const struct frond_access *e = &d->exit;
    uint64_t base = u->owner == u->leaf ? u->page : THROUGH(level);

    WANT(t, e->reason, FROND_EXIT_FAULT);
    WANT(t, e->kind, u->r->kind);
    WANT(t, e->addr, base + u->met);
    WANT(t, e->value, u->r->value);
    WANT(t, e->tval, 0);
    WANT(t, e->width, u->r->width);
    WANT(t, e->reg, u->r->reg);
    WANT(t, e->ilen, u->r->ilen);
    WANT(t, e->flags, flags_of(u) | (level == u->leaf ? FROND_XF_SELF : 0));
    WANT(t, e->cause, 0);
    WANT(t, d->resume, 0);
    WANT(t, d->held, 0);
    WANT(t, d->active, level == u->leaf ? 0 : OWN(VMM_DESC) | 4);
    if (level == u->leaf) {
        WANT(t, d->clock, u->before);
        WANT(t, d->csr.minstret, u->before);
        WANT(t, d->budget, UINT64_MAX - u->before);
        WANT(t, d->pc, u->fault_pc);
    }
}

static uint64_t cause_of(const struct run *u) {
    if (u->r->kind == F_ || (walks(u) && is_jump(u)))
        return 1;
    if (u->r->kind == L_ || (u->r->code & 0x7f) == 0x03 || (u->r->code & 0xe003) == 0x6000)
        return 5;
    return (u->r->code & 0x7f) == 0x2f && u->r->code >> 27 == 2 ? 5 : 7; /* LR is a load */
}

static void check_registers(struct run *u, const struct frond_desc *d) {
    const struct row *r = u->r;
    struct tower *t = u->t;
    bool load = r->kind == L_ || r->kind == A_;
    bool fp = (r->flags & FP) != 0;
    uint64_t want = u->answer == DONE_ ? r->done : r->retry;

    if (u->answer == DENY) {
        WANT(t, d->csr.mcause, cause_of(u));
        WANT(t, d->csr.mtval, u->tval);
        WANT(t, d->csr.mepc, u->fault_pc);
        WANT(t, d->csr.mstatus >> 11 & 3,
             u->mode == FROND_MODE_M   ? 3u
             : u->mode == FROND_MODE_S ? 1u
                                       : 0u);
        WANT(t, d->csr.mstatus >> 13 & 3, 1);
        WANT(t, d->x[GOT], BEFORE);
        WANT(t, d->f[GOT], BEFORE);
        return;
    }
    WANT(t, d->csr.mcause, 0);
    if (load && r->reg != 0)
        WANT(t, fp ? d->f[r->reg] : d->x[r->reg], want);
    if (load && fp)
        WANT(t, d->x[r->reg], BEFORE);
    WANT(t, d->x[0], 0);
    WANT(t, d->csr.mstatus >> 13 & 3, load && fp ? 3 : 1);
}

/* What a store left in the page. */
static void check_memory(struct run *u) {
    const struct row *r = u->r;
    unsigned shift = (r->off & 7) * 8;
    uint64_t mask = r->width == 8 ? UINT64_MAX : (1ULL << 8 * r->width) - 1, v = 0;
    uint64_t want = (WAS & ~(mask << shift)) | (r->value & mask) << shift;
    unsigned gap = u->owner == u->leaf ? 0 : 3;

    if (r->kind != S_ || r->how != PLAIN || u->answer == DENY || u->owner == 0)
        return;
    if (u->answer == DONE_)
        want = 0; /* never realized, never written */
    tower_read(u->t, u->owner - 1, OWN(VMM_BACK) + gap * FROND_PAGE_SIZE + (r->off & ~7u), &v, 8);
    WANT(u->t, v, want);
}

static void check_end(struct run *u) {
    struct tower *t = u->t;
    struct frond_desc d = tower_desc(t, u->leaf);
    unsigned two_halves = (u->r->code & 3) != 3 ? 1 : 0; /* the C_NOP behind it */
    unsigned steps = u->before + 2, retired = steps - (u->answer == DENY ? 1 : 0);

    if (is_jump(u))
        steps = retired = u->before + (u->answer == DENY ? 2 : 1);
    if (is_jump(u) && u->answer == DENY)
        retired--;
    if (u->answer != DENY)
        steps += two_halves, retired += two_halves;
    WANT(t, d.exit.reason, FROND_EXIT_HALT);
    WANT(t, d.clock, steps);
    WANT(t, d.csr.minstret, retired);
    WANT(t, d.budget, UINT64_MAX - steps);
    check_registers(u, &d);
    check_memory(u);
}

static void check_logs(struct run *u) {
    struct tower *t = u->t;
    const struct vmm_log *log = tower_log(t, (int)u->owner - 1);
    unsigned n = u->answer == REFUSED ? 3 : 2;

    WANT(t, log->count, n);
    check_record(u, u->owner, &log->at[0].d);
    if (u->answer == REFUSED)
        WANT(t, log->at[1].value,
             FROND_ST_FIELD | (uint64_t)offsetof(struct frond_desc, resume) << 16);
    for (unsigned l = u->owner; u->answer == DENY && l < u->leaf; l++) {
        log = tower_log(t, (int)l);
        WANT(t, log->count, 2);
        check_record(u, l + 1, &log->at[0].d);
        WANT(t, log->at[0].value, FROND_ST_OK);
    }
    for (unsigned l = 0; l < u->leaf; l++) {
        bool spoken = l + 1 == u->owner || (u->answer == DENY && l >= u->owner);
        if (!spoken)
            row_quiet(t, l);
    }
}

/* False: `why` says what is wrong. */
static bool one(struct run u, uint64_t shake, char *why, size_t size) {
    bool ok;

    u.t = tower_new(u.leaf);
    u.t->audit = shake == 0;
    prepare(&u);
    give_orders(&u);
    if (tower_run(u.t, shake)) {
        check_logs(&u);
        check_end(&u);
        row_books(u.t);
    }
    ok = u.t->wrong[0] == 0;
    if (!ok)
        snprintf(why, size, "mode %c%s: %s", "MSU"[u.mode], shake ? ", shaken" : "", u.t->wrong);
    tower_free(u.t);
    return ok;
}

static bool makes_sense(const struct run *u) {
    bool done = (u->r->flags & DONE) != 0;

    if ((crosses(u) || u->r->how == WALK_MARK) && (u->owner != u->leaf || u->leaf == 0))
        return false;
    if (walks(u) && u->mode == FROND_MODE_M)
        return false;
    if (u->owner == 0 && u->leaf > 0 && u->answer == RETRY)
        return false; /* the host gives memory where it lies, not elsewhere */
    if (u->answer == DONE_)
        return done;
    return u->answer != REFUSED || (!done && u->owner > 0);
}

/* One row: in each mode, and shaken. */
static void row(struct run u) {
    static const char *const answers[] = {"RETRY", "DONE", "DENY", "DONE refused"};
    char why[WHY] = "";
    bool ok = true, any = false;

    for (u.mode = 0; u.mode < 3 && ok; u.mode++) {
        if (!makes_sense(&u))
            continue;
        any = true;
        ok = one(u, 0, why, sizeof why) && one(u, 1975, why, sizeof why);
    }
    if (any)
        row_result(ok, why, "fault: %s, level %u, gap of %u, %s", u.r->name, u.leaf, u.owner,
                   answers[u.answer]);
}

void fault_rows(void) {
    static const struct {
        unsigned leaf, owner;
    } where[] = {
        {0, 0}, {1, 1}, {2, 2}, {5, 5}, {1, 0}, {2, 1}, {5, 4}, {5, 2}, {5, 1}, {5, 0},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned w = 0; w < sizeof where / sizeof where[0]; w++)
            for (unsigned a = RETRY; a <= REFUSED; a++)
                row((struct run){
                    .r = &rows[i], .leaf = where[w].leaf, .owner = where[w].owner, .answer = a});
}
