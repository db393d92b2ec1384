/*
 * steps.c - time: budgets, timers and priorities exact to the step at every depth, plain and shaken.
 */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(f) ((unsigned)offsetof(struct frond_desc, f))
#define FINISH   SW(31, 30, 0)

enum { MIE_M = 8, MTIE = 0x80, STIE = 0x20, CYCLE = 0xc00, TIME = 0xc01 };

static void many(struct tower *t, uint32_t insn, unsigned n) {
    while (n-- > 0)
        tower_code(t, &insn, 1);
}

/* ---- One step at a time ------------------------------------------------------------------------- */

/* A leaf with timer interrupts, traps, LR and SC, page crossings; it ends after 12 timers. */
static void busy_leaf(struct tower *t) {
    struct frond_desc *d = &t->level[t->leaf].d;
    const uint32_t code[] = {
        LR_D(5, 10),  ADDI(5, 5, 1), ECALL,        SC_D(6, 10, 5),    ADD(7, 7, 6),
        LD(8, 13, 0), ADD(8, 8, 5),  SD(8, 13, 0), BLTU(20, 22, -32), FINISH,
    };
    const uint32_t handler[] = {
        CSRRS(28, 0x342, 0),
        BLT(28, 0, 24),
        ADDI(21, 21, 1),
        CSRRS(29, 0x341, 0),
        ADDI(29, 29, 4),
        CSRRW(0, 0x341, 29),
        MRET,
        ADDI(20, 20, 1),
        ADDI(12, 12, 3),
        SD(12, 11, 0),
        CSRRS(27, CYCLE, 0),
        ADD(26, 26, 27),
        MRET,
    };

    /* the branch is over six instructions, to `timer` */
    tower_code(t, code, sizeof code / sizeof code[0]);
    memcpy(t->handler, handler, sizeof handler);
    t->handler[1] = BLT(28, 0, 24);
    d->x[10] = BASE + 0x1000;
    d->x[11] = FROND_CLINT_BASE + 0x4000;
    d->x[12] = d->clint.mtimecmp = 1;
    d->x[13] = BASE + 0x1ffc;
    d->x[22] = 12;
    d->csr.mie = MTIE;
    d->csr.mstatus = MIE_M;
}

/* What a run leaves in all levels: descriptors and the first pages of RAM. */
static uint64_t mix(uint64_t h, const void *bytes, size_t n) {
    const uint8_t *b = bytes;

    while (n-- > 0)
        h = (h ^ *b++) * 0x100000001b3ULL;
    return h;
}

static uint64_t remains(struct tower *t) {
    uint64_t h = 0xcbf29ce484222325ULL;
    static uint8_t ram[0x4000];

    for (unsigned l = 0; l <= t->leaf; l++) {
        struct frond_desc d = tower_desc(t, l);
        if (l == 0)
            d.budget = 0;
        h = mix(h, &d, sizeof d);
        tower_read(t, l, BASE, ram, sizeof ram);
        h = mix(h, ram, sizeof ram);
    }
    return h;
}

/* Node 0 in slices of `slice` steps (0: at once). Each makes exactly so many; one more if the slice ends
 * between a HALT and the ENTER that ends with it, which happens at most once a level. */
static uint64_t sliced(unsigned leaf, uint64_t slice, uint64_t shake, char *why, size_t size) {
    struct tower *t = tower_new(leaf);
    uint64_t n = 0, halts = 0;

    busy_leaf(t);
    t->audit = slice == 0 && shake == 0;
    if (!tower_begin(t, shake))
        exit(2);
    struct frond_desc *d = frond_desc(t->m);
    do {
        d->budget = slice ? slice : UINT64_MAX;
        if (!tower_enter(t))
            break;
        n += slice;
        if (d->exit.reason == FROND_EXIT_BUDGET) {
            halts += d->clock - n;
            WANT(t, halts <= leaf, true);
            WANT(t, d->clock - n <= 1, true);
            n = d->clock;
        }
    } while (d->exit.reason == FROND_EXIT_BUDGET && t->wrong[0] == 0);
    WANT(t, d->exit.reason, FROND_EXIT_HALT);
    WANT(t, d->exit.value, 0);
    WANT(t, slice != 1 || halts == leaf, true);
    uint64_t h = t->wrong[0] ? 0 : remains(t);
    snprintf(why, size, "slices of %u, shake %u: %s", (unsigned)slice, (unsigned)shake, t->wrong);
    tower_free(t);
    return h;
}

static void slice_rows(void) {
    static const unsigned levels[] = {0, 1, 2, 5};
    static const uint64_t slices[] = {1, 2, 7, 100, 331};
    char why[WHY];

    for (unsigned i = 0; i < 4; i++) {
        uint64_t whole = sliced(levels[i], 0, 0, why, sizeof why);
        row_result(whole != 0, why, "steps: a busy leaf, level %u", levels[i]);
        for (unsigned k = 0; k < 5; k++) {
            uint64_t h = sliced(levels[i], slices[k], 0, why, sizeof why);
            row_result(h == whole && h, why, "steps: the same in slices of %u, level %u",
                       (unsigned)slices[k], levels[i]);
        }
        for (uint64_t seed = 1; seed <= 5; seed++) {
            uint64_t h = sliced(levels[i], 0, seed, why, sizeof why);
            row_result(h == whole && h, why, "steps: the same shaken by %u, level %u",
                       (unsigned)seed, levels[i]);
        }
    }
}

/* ---- Timers ------------------------------------------------------------------------------------- */

struct timer {
    unsigned compare, offset, clock; /* mtimecmp or stimecmp, time_offset, clock at the start */
    bool s;                          /* stimecmp, delegated to S-mode */
};

/* The trap comes at the very step; the handler reads the clock after it. */
static bool timer(const struct timer *k, unsigned leaf, uint64_t shake, char *why, size_t size) {
    struct tower *t = tower_new(leaf);
    struct frond_desc *d = &t->level[leaf].d;
    uint64_t at = (uint64_t)k->compare * 100 - k->offset;

    if ((k->clock + k->offset) / 100 >= k->compare)
        at = k->clock;
    d->clock = k->clock;
    d->budget -= k->clock;
    d->clint.time_offset = k->offset;
    d->clint.mtimecmp = d->csr.stimecmp = k->compare;
    d->csr.mcounteren = 7;
    d->csr.mie = k->s ? STIE : MTIE;
    if (k->s) {
        d->mode = FROND_MODE_S;
        d->csr.mideleg = STIE;
        d->csr.menvcfg = 1ULL << 63;
        d->csr.stvec = BASE + HANDLER;
        d->csr.pmpcfg[0] = 0x1f;
        d->csr.pmpaddr[0] = (1ULL << 54) - 1;
        d->csr.mtvec = 0;
    }
    d->csr.mstatus = k->s ? 2 : MIE_M;
    many(t, NOP, 30);
    tower_code(t, (uint32_t[]){ADDI(9, 9, 1), ADDI(9, 9, 1), ADDI(9, 9, 1), BEQ(0, 0, -12)}, 4);
    memcpy(t->handler, (uint32_t[]){CSRRS(7, CYCLE, 0), FINISH}, 8);
    t->level[leaf].skipped = k->clock;
    t->audit = shake == 0;
    if (tower_run(t, shake)) {
        struct frond_desc e = tower_desc(t, leaf);
        uint64_t made = at - k->clock;
        WANT(t, e.x[7], at + 1);
        WANT(t, k->s ? e.csr.scause : e.csr.mcause, 1ULL << 63 | (k->s ? 5 : 7));
        WANT(t, k->s ? e.csr.sepc : e.csr.mepc,
             BASE + 4 * (made < 30 ? made : 30 + (made - 30) % 4));
        WANT(t, e.csr.minstret, made + 2);
        WANT(t, e.clock, at + 3);
        row_books(t);
    }
    bool ok = t->wrong[0] == 0;
    snprintf(why, size, "%s%s", shake ? "shaken: " : "", t->wrong);
    tower_free(t);
    return ok;
}

static void timer_rows(void) {
    static const struct timer timers[] = {
        {0, 0, 0, 0},   {0, 0, 7, 1},   {1, 0, 0, 0},  {1, 99, 0, 0},
        {1, 100, 0, 0}, {1, 70, 0, 0},  {1, 69, 0, 0}, {2, 37, 63, 0},
        {2, 0, 199, 0}, {2, 0, 200, 0}, {3, 1, 5, 0},  {1, 0, 0, 1},
        {2, 41, 63, 1}, {1, 71, 28, 1}, {9, 0, 0, 0},  {50, 13, 17, 1},
    };
    static const unsigned levels[] = {0, 1, 2, 5};
    char why[WHY];

    for (unsigned i = 0; i < sizeof timers / sizeof timers[0]; i++)
        for (unsigned l = 0; l < 4; l++) {
            bool ok = true;
            for (uint64_t shake = 0; shake < 4 && ok; shake++)
                ok = timer(&timers[i], levels[l], shake, why, sizeof why);
            row_result(ok, why, "steps: %s %u, offset %u, from clock %u, level %u",
                       timers[i].s ? "stimecmp" : "mtimecmp", timers[i].compare, timers[i].offset,
                       timers[i].clock, levels[l]);
        }
}

/* What a program reads of the time. */
static void reads_build(struct tower *t, unsigned s) {
    struct frond_desc *d = &t->level[s].d;

    d->clock = 99;
    d->budget -= 99;
    d->csr.mcounteren = 7;
    d->x[10] = FROND_CLINT_BASE + 0xbff8;
    d->x[12] = 777;
    tower_code(t,
               (uint32_t[]){CSRRS(5, TIME, 0), CSRRS(6, TIME, 0), CSRRS(7, CYCLE, 0), LD(8, 10, 0),
                            SD(12, 10, 0), LD(9, 10, 0), CSRRS(13, TIME, 0), CSRRW(0, 0xb00, 12),
                            CSRRS(14, 0xb00, 0), CSRRW(0, 0xb02, 12), CSRRS(15, 0xb02, 0), FINISH},
               12);
    t->level[s].skipped = 99;
}

static void reads_check(struct tower *t, unsigned s) {
    struct frond_desc d = tower_desc(t, s);

    WANT(t, d.x[5], 0);
    WANT(t, d.x[6], 1);
    WANT(t, d.x[7], 101);
    WANT(t, d.x[8], 1);
    WANT(t, d.x[9], 777);
    WANT(t, d.x[13], 777);
    WANT(t, d.clint.time_offset, 77700 - 103);
    WANT(t, d.x[14], 777);
    WANT(t, d.x[15], 777);
    WANT(t, d.csr.minstret, 779);
    WANT(t, d.clock, 99 + 12);
}

/* mtime written forth over mtimecmp, and back: MTIP follows at once. */
static void warp_build(struct tower *t, unsigned s) {
    struct frond_desc *d = &t->level[s].d;

    d->clint.mtimecmp = 1000;
    d->x[10] = FROND_CLINT_BASE + 0xbff8;
    d->x[12] = 1000;
    tower_code(t,
               (uint32_t[]){CSRRS(5, 0x344, 0), SD(12, 10, 0), CSRRS(6, 0x344, 0), SD(0, 10, 0),
                            CSRRS(7, 0x344, 0), FINISH},
               6);
}

static void warp_check(struct tower *t, unsigned s) {
    struct frond_desc d = tower_desc(t, s);

    WANT(t, d.x[5], 0);
    WANT(t, d.x[6], MTIE);
    WANT(t, d.x[7], 0);
}

/* ---- Priorities ----------------------------------------------------------------------------------- */

/* Node 0's clock when the leaf has made n steps, in a tower whose leaf makes NOPs. */
static uint64_t clock_when(void (*build)(struct tower *, uint64_t), uint64_t arg, uint64_t n) {
    struct tower *t = tower_new(2);
    uint64_t at = 0;

    build(t, arg);
    if (!tower_begin(t, 0))
        exit(2);
    struct frond_desc *d = frond_desc(t->m);
    while (at < 100000 && tower_desc(t, 2).clock < n) {
        d->budget = 1;
        if (!tower_enter(t))
            break;
        at = d->clock;
    }
    tower_free(t);
    return at;
}

enum { STEPS = 200 };

/* Level 1 gives the leaf a budget; level 0 has a timer at `tick` (0: none). */
static void tie_build(struct tower *t, uint64_t budget, uint64_t tick) {
    struct party *bottom = &t->level[1].p, *low = &t->level[0].p;

    many(t, NOP, STEPS);
    tower_code(t, (uint32_t[]){FINISH}, 1);
    order_field(bottom, FIELD(budget), budget, 8);
    order_enter(bottom);
    order_field(bottom, FIELD(budget), UINT64_MAX - budget, 8);
    order_enter(bottom);
    order(low, VMM_PUT, FROND_CLINT_BASE + 0x4000, tick ? tick : UINT64_MAX, 8);
    order(low, VMM_CSR, 0x304, MTIE, 0);
    order_enter(low);
    order(low, VMM_CSR, 0x304, 0, 0);
    order_enter(low);
}

static void tie_plain(struct tower *t, uint64_t budget) { tie_build(t, budget, 0); }

/* The budget at which the leaf's and `tick` of level 0 come at the same step. */
static uint64_t tie_of(uint64_t *tick) {
    uint64_t first = clock_when(tie_plain, 150, 1);

    *tick = (first + 99) / 100 + 1;
    return *tick * 100 - first + 1;
}

static void tie_row(const char *name, int64_t later, bool interrupted) {
    uint64_t tick, budget = tie_of(&tick) + (uint64_t)later;
    struct tower *t = tower_new(2);

    tie_build(t, budget, tick);
    if (tower_run(t, 0)) {
        const struct vmm_record *low = row_record(t, 0, 0);
        WANT(t, low->d.exit.reason, FROND_EXIT_INTERRUPT);
        WANT(t, low->after, tick * 100 + 1);
        WANT(t, low->d.active != 0, interrupted);
        const struct vmm_record *r = row_record(t, 1, 0);
        WANT(t, r->d.exit.reason, FROND_EXIT_BUDGET);
        WANT(t, r->d.clock, budget);
        WANT(t, row_record(t, 1, 1)->d.exit.reason, FROND_EXIT_HALT);
        WANT(t, row_record(t, 0, 1)->d.exit.reason, FROND_EXIT_HALT);
        WANT(t, tower_desc(t, 2).clock, STEPS + 1);
        row_books(t);
    }
    row_result(t->wrong[0] == 0, t->wrong, "steps: %s", name);
    tower_free(t);
}

/* Node 0's budget ends with the leaf's, and with node 0's own timer. */
static void root_first(const char *name, uint64_t tick_too) {
    uint64_t tick, budget = tie_of(&tick);
    struct tower *t = tower_new(2);

    tie_build(t, budget, tick_too ? tick : 0);
    if (tower_begin(t, 0)) {
        struct frond_desc *d = frond_desc(t->m);
        d->budget = tick * 100;
        tower_enter(t);
        WANT(t, d->exit.reason, FROND_EXIT_BUDGET);
        WANT(t, d->clock, tick * 100);
        WANT(t, d->budget, 0);
        WANT(t, d->active, OWN(VMM_DESC) | 4);
        struct frond_desc one = tower_desc(t, 1), two = tower_desc(t, 2);
        WANT(t, one.active, OWN(VMM_DESC) | 4);
        WANT(t, one.exit.reason, 0);
        WANT(t, two.exit.reason, 0);
        WANT(t, two.clock, budget);
        WANT(t, two.budget, 0);
        d->budget = UINT64_MAX - d->clock;
        tower_enter(t);
        WANT(t, d->exit.reason, FROND_EXIT_HALT);
        WANT(t, row_record(t, 0, 0)->d.exit.reason,
             tick_too ? FROND_EXIT_INTERRUPT : FROND_EXIT_HALT);
        WANT(t, row_record(t, 1, 0)->d.exit.reason, FROND_EXIT_BUDGET);
        row_books(t);
    }
    row_result(t->wrong[0] == 0, t->wrong, "steps: %s", name);
    tower_free(t);
}

/* IDLE is last: the budget that ends with the WFI, the parent's interrupt. */
static void idle_budget_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_code(t, (uint32_t[]){NOP, WFI, FINISH}, 3);
    order_field(p, FIELD(budget), 2, 8);
    order_enter(p);
    order_field(p, FIELD(budget), UINT64_MAX - 2, 8);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void idle_budget_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT(t, r->d.exit.reason, FROND_EXIT_BUDGET);
    WANT(t, r->d.wait, 1);
    WANT(t, row_record(t, (int)s - 1, 1)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, tower_desc(t, s).clock, 2);
}

static void idle_interrupt_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_code(t, (uint32_t[]){NOP, WFI, FINISH}, 3);
    order_enter(p);
    order(p, VMM_PUT, FROND_CLINT_BASE, 1, 4);
    order(p, VMM_CSR, 0x304, 8, 0);
    order_enter(p);
    order(p, VMM_CSR, 0x304, 0, 0);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void idle_interrupt_check(struct tower *t, unsigned s) {
    WANT(t, row_record(t, (int)s - 1, 0)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, row_record(t, (int)s - 1, 1)->d.exit.reason, FROND_EXIT_INTERRUPT);
    WANT(t, row_record(t, (int)s - 1, 2)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, tower_desc(t, s).clock, 2);
}

/* However a child is left, its ENTER is one step more: the VMM's loop costs the same around each. */
static void ends_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_code(t, (uint32_t[]){NOP, NOP, WFI, NOP, LD(6, 10, 0), FINISH}, 6);
    t->level[s].d.x[10] = GAP(0);
    order_field(p, FIELD(budget), 2, 8);
    order_enter(p);
    order_field(p, FIELD(budget), UINT64_MAX - 2, 8);
    order_enter(p);
    order_field(p, FIELD(wait), 0, 4);
    order_enter(p);
    order_field(p, FROND_D_RESUME, FROND_DONE, 4);
    order_enter(p);
}

static void ends_check(struct tower *t, unsigned s) {
    static const unsigned reason[] = {FROND_EXIT_BUDGET, FROND_EXIT_IDLE, FROND_EXIT_FAULT,
                                      FROND_EXIT_HALT};
    uint64_t clock = 0, cost = 0;

    for (unsigned i = 0; i < 4; i++) {
        const struct vmm_record *r = row_record(t, (int)s - 1, i);
        uint64_t now = r->after - r->time - (r->d.clock - clock);
        WANT(t, r->d.exit.reason, reason[i]);
        WANT(t, i > 0 && now != cost, false);
        clock = r->d.clock;
        cost = now;
    }
}

/* An answer comes before the interrupt of the parent that gives it, and before budget 0. */
static void answer_first_build(struct tower *t, unsigned s, unsigned answer, bool budget) {
    struct party *p = tower_parent(t, s);

    t->level[s].d.x[10] = GAP(0);
    tower_code(t, (uint32_t[]){LD(6, 10, 0), NOP, FINISH}, 3);
    order_enter(p);
    order_field(p, FROND_D_VALUE, 0x1975, 8);
    order_field(p, FROND_D_RESUME, answer, 4);
    if (budget) {
        order_field(p, FIELD(budget), 0, 8);
    } else {
        order(p, VMM_PUT, FROND_CLINT_BASE, 1, 4);
        order(p, VMM_CSR, 0x304, 8, 0);
    }
    order_enter(p);
    if (budget)
        order_field(p, FIELD(budget), UINT64_MAX - 1, 8);
    else
        order(p, VMM_CSR, 0x304, 0, 0);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void answer_first_check(struct tower *t, unsigned s, unsigned answer, bool budget) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 1);
    bool deny = answer == FROND_DENY;

    WANT(t, r->d.exit.reason, budget ? FROND_EXIT_BUDGET : FROND_EXIT_INTERRUPT);
    WANT(t, r->d.clock, 1);
    WANT(t, r->d.budget, budget ? 0 : UINT64_MAX - 1);
    WANT(t, r->d.x[6], deny ? 0 : 0x1975);
    WANT(t, r->d.csr.mcause, deny ? 5 : 0);
    WANT(t, r->d.csr.minstret, deny ? 0 : 1);
    WANT(t, r->d.pc, deny ? BASE + HANDLER : BASE + 4);
    WANT(t, row_record(t, (int)s - 1, 2)->d.exit.reason, FROND_EXIT_HALT);
}

static void done_interrupt(struct tower *t, unsigned s) {
    answer_first_build(t, s, FROND_DONE, false);
}
static void done_interrupt_check(struct tower *t, unsigned s) {
    answer_first_check(t, s, FROND_DONE, false);
}
static void deny_interrupt(struct tower *t, unsigned s) {
    answer_first_build(t, s, FROND_DENY, false);
}
static void deny_interrupt_check(struct tower *t, unsigned s) {
    answer_first_check(t, s, FROND_DENY, false);
}
static void done_budget(struct tower *t, unsigned s) { answer_first_build(t, s, FROND_DONE, true); }
static void done_budget_check(struct tower *t, unsigned s) {
    answer_first_check(t, s, FROND_DONE, true);
}
static void deny_budget(struct tower *t, unsigned s) { answer_first_build(t, s, FROND_DENY, true); }
static void deny_budget_check(struct tower *t, unsigned s) {
    answer_first_check(t, s, FROND_DENY, true);
}

/* The finisher's store and the ENTER that ends with it are one event: a budget that ends between them
 * stays 0 and does not wrap. */
static void halt_budget_row(void) {
    char why[WHY] = "";
    bool met = false, ok = true;

    for (uint64_t budget = 1; budget < 20000 && !met && ok; budget++) {
        struct tower *t = tower_new(1);
        tower_code(t, (uint32_t[]){FINISH}, 1);
        if (!tower_begin(t, 0))
            exit(2);
        struct frond_desc *d = frond_desc(t->m);
        struct frond_desc leaf;
        d->budget = budget;
        tower_enter(t);
        leaf = tower_desc(t, 1);
        if (leaf.clock == 1) { /* the first budget that sees it end */
            met = true;
            WANT(t, d->exit.reason, FROND_EXIT_BUDGET);
            WANT(t, d->budget, 0);
            WANT(t, d->active, 0);
            WANT(t, leaf.exit.reason, FROND_EXIT_HALT);
            WANT(t, d->clock, budget + 1);
        }
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s", t->wrong);
        tower_free(t);
    }
    row_result(ok && met, why,
               "steps: a budget that ends between a HALT and its ENTER does not wrap");
}

static const struct scene scenes[] = {
    {"time, mtime, mcycle, minstret as read", reads_build, reads_check, 0, 0},
    {"mtime written forth and back", warp_build, warp_check, 0, 0},
    {"BUDGET before IDLE", idle_budget_build, idle_budget_check, 0, 0},
    {"ENTER is one step however it ends", ends_build, ends_check, 0, 1},
    {"INTERRUPT before IDLE", idle_interrupt_build, idle_interrupt_check, 0, 1},
    {"DONE before INTERRUPT", done_interrupt, done_interrupt_check, 0, 1},
    {"DENY before INTERRUPT", deny_interrupt, deny_interrupt_check, 0, 1},
    {"DONE with a budget of 0, which does not wrap", done_budget, done_budget_check, 0, 0},
    {"DENY with a budget of 0, which does not wrap", deny_budget, deny_budget_check, 0, 0},
};

void step_rows(void) {
    slice_rows();
    timer_rows();
    SCENES("steps", scenes);
    tie_row("INTERRUPT of node 0 before BUDGET of 0.1.1 at the same step", 0, true);
    tie_row("BUDGET of 0.1.1 one step before INTERRUPT of node 0", -1, false);
    tie_row("BUDGET of 0.1.1 one step after INTERRUPT of node 0", 1, true);
    root_first("BUDGET of node 0 before BUDGET of 0.1.1 at the same step", 0);
    root_first("BUDGET of node 0 before INTERRUPT of node 0 at the same step", 1);
    halt_budget_row();
}
