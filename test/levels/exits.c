/*
 * exits.c - every exit but a FAULT of a plain access (faults.c): IDLE, BUDGET, INTERRUPT, HALT, and
 * FAULT of kinds MAP, DESC and WALK for what an ENTER implies, with each answer; STATUS of ENTERs that
 * are refused. At levels 0, 1, 2 and 5.
 */
#include "rows.h"
#include <string.h>

#define FIELD(f) ((unsigned)offsetof(struct frond_desc, f))
#define FINISH   SW(31, 30, 0)

static void code(struct tower *t, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    tower_code(t, (uint32_t[]){a, b, c, d}, 4);
}

static void many(struct tower *t, uint32_t insn, unsigned n) {
    while (n-- > 0)
        tower_code(t, &insn, 1);
}

static uint64_t hart_clock(struct tower *t) { return tower_desc(t, t->leaf).clock; }

/* What is left below the subject is quiet. */
static void others_quiet(struct tower *t, unsigned s) {
    for (unsigned l = 0; l + 1 < s; l++)
        row_quiet(t, l);
}

/* ---- HALT -------------------------------------------------------------------------------------- */

static void halt_build(struct tower *t, unsigned s, uint32_t value, uint32_t store) {
    struct party *p = tower_parent(t, s);

    t->level[s].d.x[31] = value;
    code(t, NOP, store, FINISH, SELF);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void halt_check(struct tower *t, unsigned s, unsigned kind, uint64_t value,
                       unsigned retired) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_HALT, .kind = kind, .value = value);
    WANT(t, r->d.pc, BASE + 4 * retired);
    WANT(t, r->d.clock, retired);
    WANT(t, r->d.csr.minstret, retired);
    WANT(t, r->d.deadline, UINT64_MAX);
    WANT(t, tower_log(t, (int)s - 1)->count, 1);
    others_quiet(t, s);
}

static void halt_0(struct tower *t, unsigned s) { halt_build(t, s, 0x5555, FINISH); }
static void halt_0_check(struct tower *t, unsigned s) { halt_check(t, s, FROND_HALT_EXIT, 0, 2); }
static void halt_code(struct tower *t, unsigned s) { halt_build(t, s, 0x12343333, FINISH); }
static void halt_code_check(struct tower *t, unsigned s) {
    halt_check(t, s, FROND_HALT_EXIT, 0x1234, 2);
}
static void halt_reset(struct tower *t, unsigned s) { halt_build(t, s, 0x7777, FINISH); }
static void halt_reset_check(struct tower *t, unsigned s) {
    halt_check(t, s, FROND_HALT_RESET, 0, 2);
}
static void halt_half(struct tower *t, unsigned s) { halt_build(t, s, 0x5555, SH(31, 30, 0)); }
static void halt_other(struct tower *t, unsigned s) {
    halt_build(t, s, 0x5555, SW(29, 30, 0)); /* x29 is 0: no order */
}
static void halt_other_check(struct tower *t, unsigned s) {
    halt_check(t, s, FROND_HALT_EXIT, 0, 3);
}

/* ---- IDLE --------------------------------------------------------------------------------------- */

static void idle_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    t->level[s].d.csr.mie = 8; /* MSIE */
    code(t, NOP, WFI, NOP, FINISH);
    order_enter(p);
    order_enter(p);
    order_field(p, FIELD(clint.msip), 1, 4);
    order_enter(p);
    order_end(p);
}

static void idle_check(struct tower *t, unsigned s) {
    for (unsigned i = 0; i < 2; i++) {
        const struct vmm_record *r = row_record(t, (int)s - 1, i);
        WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_IDLE);
        WANT(t, r->d.clock, 2);
        WANT(t, r->d.csr.minstret, 2);
        WANT(t, r->d.wait, 1);
        WANT(t, r->d.pc, BASE + 8);
        WANT(t, r->d.deadline, UINT64_MAX);
    }
    WANT(t, hart_clock(t), 4);
    WANT(t, tower_desc(t, s).wait, 0);
    others_quiet(t, s);
}

/* A timer: not before its deadline, then at once. */
static void timer_build(struct tower *t, unsigned s, bool stimecmp) {
    struct frond_desc *d = &t->level[s].d;
    struct party *p = tower_parent(t, s);

    if (stimecmp) {
        d->csr.menvcfg = 1ULL << 63;
        d->csr.stimecmp = 50;
        d->clint.mtimecmp = 10; /* is not enabled: no deadline */
        d->csr.mie = 0x20;
    } else {
        d->clint.mtimecmp = 50;
        d->csr.stimecmp = 10;
        d->csr.mie = 0x80;
    }
    d->clint.time_offset = 33;
    code(t, WFI, NOP, NOP, FINISH);
    order_enter(p);
    order_field(p, FIELD(clock), 4966, 8);
    order_enter(p);
    order_field(p, FIELD(clock), 4967, 8);
    order_field(p, FIELD(budget), UINT64_MAX - 4967, 8);
    order_enter(p);
    order_end(p);
}

static void timer_check(struct tower *t, unsigned s) {
    WANT(t, row_record(t, (int)s - 1, 0)->d.deadline, 4967);
    WANT(t, row_record(t, (int)s - 1, 0)->d.clock, 1);
    WANT(t, row_record(t, (int)s - 1, 1)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, row_record(t, (int)s - 1, 1)->d.deadline, 4967);
    WANT(t, row_record(t, (int)s - 1, 1)->d.clock, 4966);
    WANT(t, row_record(t, (int)s - 1, 2)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, hart_clock(t), 4970);
    WANT(t, tower_desc(t, s).csr.minstret, 4);
    t->level[s].skipped = 4966;
}

static void mtimer(struct tower *t, unsigned s) { timer_build(t, s, false); }
static void stimer(struct tower *t, unsigned s) { timer_build(t, s, true); }

/* ---- BUDGET ------------------------------------------------------------------------------------- */

static const unsigned slices[] = {0, 1, 0, 2, 7, 30, 1, 64};

static void budget_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    many(t, NOP, 120);
    tower_code(t, (uint32_t[]){FINISH}, 1);
    for (unsigned i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        order_field(p, FIELD(budget), slices[i], 8);
        order_enter(p);
    }
    order_field(p, FIELD(budget), UINT64_MAX - 105, 8);
    order_enter(p);
    order_end(p);
}

static void budget_check(struct tower *t, unsigned s) {
    uint64_t sum = 0;

    for (unsigned i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        const struct vmm_record *r = row_record(t, (int)s - 1, i);
        sum += slices[i];
        WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_BUDGET);
        WANT(t, r->d.clock, sum);
        WANT(t, r->d.csr.minstret, sum);
        WANT(t, r->d.budget, 0);
        WANT(t, r->d.pc, BASE + 4 * sum);
    }
    WANT(t, hart_clock(t), 121);
    others_quiet(t, s);
}

/* A trap is a step: a loop of traps ends its budget. */
static void traps_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    t->level[s].d.csr.mtvec = BASE;
    tower_code(t, (uint32_t[]){ECALL}, 1);
    order_field(p, FIELD(budget), 1001, 8);
    order_enter(p);
    order(p, VMM_END, 0, 0, 0);
}

static void traps_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT(t, r->d.exit.reason, FROND_EXIT_BUDGET);
    WANT(t, r->d.clock, 1001);
    WANT(t, r->d.csr.minstret, 0);
    t->level[s].own_budget = true;
}

/* ---- INTERRUPT ----------------------------------------------------------------------------------- */

enum { TICK = 30 }; /* of the parent, in units of 100 steps */

static void interrupt_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_code(t, (uint32_t[]){SELF}, 1);
    order(p, VMM_PUT, FROND_CLINT_BASE + 0x4000, TICK, 8);
    order(p, VMM_CSR, 0x304, 0x80, 0);
    order_enter(p);
    order_enter(p); /* still pending: no step is made */
    order(p, VMM_CSR, 0x304, 0, 0);
    order(p, VMM_END, 0, 0, 0);
}

static void interrupt_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_INTERRUPT);
    WANT(t, r->value, FROND_ST_OK);
    WANT(t, r->after, TICK * 100 + 1);
    WANT(t, r->trap, 0);
    const struct vmm_record *again = row_record(t, (int)s - 1, 1);
    WANT_ACCESS(t, &again->d.exit, .reason = FROND_EXIT_INTERRUPT);
    WANT(t, again->d.clock, row_record(t, (int)s - 1, 0)->d.clock);
    others_quiet(t, s);
}

/* ---- What an ENTER implies, in a gap --------------------------------------------------------------- */

/* The subject's child has its table (MAP) or descriptor (DESC) in the subject's gap page 0. */
static void table_build(struct tower *t, unsigned s, bool deny) {
    struct party *p = tower_parent(t, s), *own = &t->level[s].p;
    const struct frond_range ram = {BASE, LEAF_RAM, OWN(VMM_OWN), RWX};
    uint64_t words[4];

    tower_code(t, (uint32_t[]){FINISH}, 1);
    t->level[s + 1].d.map_p = t->level[s + 1].d.map_np = (struct frond_map){GAP(0) + 64, 1};
    order_enter(p);
    memcpy(words, &ram, sizeof words);
    if (deny)
        order_field(p, FROND_D_RESUME, FROND_DENY, 4);
    else
        order_realize(t, s, 0, FROND_R | FROND_W, 64, words[0]);
    for (unsigned i = 1; i < 4 && !deny; i++) {
        uint64_t page = s == 0 ? GAP(0) : OWN(VMM_BACK);
        order(p, VMM_PUT, page + 64 + 8 * i, words[i], 8);
    }
    order_enter(p);
    order_end(p);
    order_enter(own);
    order(own, VMM_END, deny ? 0 : UINT64_MAX, 0, 0);
}

static void map_retry(struct tower *t, unsigned s) { table_build(t, s, false); }
static void map_deny(struct tower *t, unsigned s) { table_build(t, s, true); }

static void map_record(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_MAP,
                .addr = GAP(0) + 64, .flags = FROND_XF_SELF);
    WANT(t, r->d.active, OWN(VMM_DESC) | 4);
    others_quiet(t, s);
}

static void map_retry_check(struct tower *t, unsigned s) {
    map_record(t, s);
    WANT(t, row_record(t, (int)s - 1, 1)->d.exit.reason, FROND_EXIT_HALT);
    row_quiet(t, s);
}

/* The issuer's own fault at its ENTER store; its child never ran. */
static void denied(struct tower *t, unsigned s, unsigned cause, uint64_t tval) {
    const struct vmm_record *r = row_record(t, (int)s, 0);
    struct frond_desc child = tower_desc(t, s + 1);
    uint32_t store = 0;

    WANT(t, r->trap, cause + 1);
    WANT(t, r->tval, tval);
    tower_read(t, s, r->epc, &store, 4);
    WANT(t, store & 0x707f, 0x3023); /* sd */
    WANT(t, child.clock, 0);
    WANT(t, child.exit.reason, FROND_EXIT_NONE);
    WANT(t, child.pc, BASE);
    t->level[s].traps = 1;
}

static void map_deny_check(struct tower *t, unsigned s) {
    map_record(t, s);
    denied(t, s, 5, GAP(0) + 64);
}

/* DESC: the descriptor itself. */
static void desc_build(struct tower *t, unsigned s, bool deny) {
    struct party *p = tower_parent(t, s), *own = &t->level[s].p;

    tower_code(t, (uint32_t[]){FINISH}, 1);
    order_enter(p);
    if (deny) {
        order_field(p, FROND_D_RESUME, FROND_DENY, 4);
    } else {
        order_realize(t, s, 0, FROND_R | FROND_W, 0, 0);
        order(p, VMM_COPY, s == 0 ? GAP(0) : OWN(VMM_BACK), OWN(VMM_DESC) + (s == 0 ? 0 : VMM_OWN),
              FROND_PAGE_SIZE);
    }
    order_enter(p);
    order_end(p);
    order(own, VMM_ENTER, GAP(0), 0, deny ? VMM_BLIND : 0);
    order(own, VMM_END, 0, 0, 0);
}

static void desc_retry(struct tower *t, unsigned s) { desc_build(t, s, false); }
static void desc_deny(struct tower *t, unsigned s) { desc_build(t, s, true); }

static void desc_record(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_DESC, .addr = GAP(0),
                .flags = FROND_XF_SELF | FROND_XF_WRITE);
    WANT(t, r->d.active, 0); /* the store has not begun */
    others_quiet(t, s);
}

static void desc_retry_check(struct tower *t, unsigned s) {
    desc_record(t, s);
    const struct vmm_record *r = row_record(t, (int)s, 0);
    WANT(t, r->value, FROND_ST_OK);
    WANT(t, r->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, r->d.clock, 1);
    t->level[s + 1].skipped = UINT64_MAX; /* it ran elsewhere, one step */
}

static void desc_deny_check(struct tower *t, unsigned s) {
    desc_record(t, s);
    denied(t, s, 5, GAP(0));
}

/* ---- Refused ENTERs ------------------------------------------------------------------------------ */

static void refused_build(struct tower *t, unsigned s) {
    struct party *own = &t->level[s].p;

    tower_code(t, (uint32_t[]){FINISH}, 1);
    order(own, VMM_ENTER, OWN(VMM_DESC) + 8, 0, VMM_BLIND);
    order(own, VMM_PUT, OWN(VMM_DESC) + FIELD(wait), 2, 4);
    order(own, VMM_ENTER, OWN(VMM_DESC), 0, VMM_BLIND);
    order(own, VMM_PUT, OWN(VMM_DESC) + FIELD(wait), 0, 4);
    order(own, VMM_ENTER, FROND_CLINT_BASE, 0, VMM_BLIND);
    order_enter(own);
    order(own, VMM_END, 0, 0, 0);
}

static void refused_check(struct tower *t, unsigned s) {
    WANT(t, row_record(t, (int)s, 0)->value, FROND_ST_ALIGN);
    WANT(t, row_record(t, (int)s, 1)->value, FROND_ST_FIELD | (uint64_t)FIELD(wait) << 16);
    WANT(t, row_record(t, (int)s, 2)->trap, 5 + 1);
    WANT(t, row_record(t, (int)s, 2)->tval, FROND_CLINT_BASE);
    WANT(t, row_record(t, (int)s, 3)->value, FROND_ST_OK);
    WANT(t, row_record(t, (int)s, 3)->d.clock, 1);
    t->level[s].traps = 1;
    for (unsigned l = 0; l < s; l++)
        row_quiet(t, l);
}

/* The 2-byte store: active says so, and the pc goes on by 2. */
static void short_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s), *own = &t->level[s].p;

    tower_code(t, (uint32_t[]){LD(6, 10, 0), FINISH}, 2);
    t->level[s + 1].d.x[10] = GAP(0);
    t->level[s + 1].range[0][0].target = GAP(1); /* a gap of the subject's own parent */
    t->level[s + 1].range[0][0].flags = RWX;
    order_enter(p);
    order_field(p, FROND_D_VALUE, 0x77, 8);
    order_field(p, FROND_D_RESUME, FROND_DONE, 4);
    order_enter(p);
    order_end(p);
    order(own, VMM_ENTER, OWN(VMM_DESC), 0, VMM_SHORT);
    order(own, VMM_END, 0, 0, 0);
}

static void short_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_LOAD, .addr = GAP(1),
                .width = 8, .reg = 6, .ilen = 4, .flags = FROND_XF_DONE | FROND_XF_SIGNED);
    WANT(t, r->d.active, OWN(VMM_DESC) | 2);
    WANT(t, tower_desc(t, s + 1).x[6], 0x77);
    WANT(t, row_record(t, (int)s, 0)->value, FROND_ST_OK);
}

/* ---- Answers that cannot be given ------------------------------------------------------------------ */

#define FIELD_RESUME (FROND_ST_FIELD | (uint64_t)FIELD(resume) << 16)

/* The child reaches for its own descriptor, while it is on the path. */
static void own_desc_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_range(t, s, 0, THROUGH(s), FROND_PAGE_SIZE, OWN(VMM_DESC), FROND_R | FROND_W);
    t->level[s].d.x[10] = THROUGH(s) + FIELD(budget);
    tower_code(t, (uint32_t[]){LD(6, 10, 0), FINISH}, 2);
    order_enter(p);
    order_field(p, FROND_D_RESUME, FROND_DONE, 4);
    order_enter(p);
    order_field(p, FROND_D_RESUME, FROND_DENY, 4);
    order_enter(p);
    order_end(p);
}

static void own_desc_check(struct tower *t, unsigned s) {
    const struct vmm_record *r = row_record(t, (int)s - 1, 0);

    WANT_ACCESS(t, &r->d.exit, .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_DESC,
                .addr = THROUGH(s) + FIELD(budget), .width = 8, .reg = 6, .ilen = 4,
                .flags = FROND_XF_SIGNED | FROND_XF_SELF);
    WANT(t, row_record(t, (int)s - 1, 1)->value, FIELD_RESUME);
    WANT(t, tower_desc(t, s).x[6], 0);
    WANT(t, tower_desc(t, s).csr.mcause, 5);
    WANT(t, tower_desc(t, s).csr.mtval, THROUGH(s) + FIELD(budget));
}

/* DONE and DENY with nothing to answer, and with an access that somebody else made. */
static void forged_build(struct tower *t, unsigned s) {
    struct party *p = tower_parent(t, s);

    tower_code(t, (uint32_t[]){NOP, NOP, FINISH}, 3);
    order_field(p, FIELD(budget), 1, 8);
    order_enter(p); /* 0: BUDGET */
    order_field(p, FIELD(budget), UINT64_MAX - 1, 8);
    order_field(p, FIELD(exit.reason), FROND_EXIT_FAULT, 4);
    for (unsigned i = 1; i <= 4; i++) {
        if (i == 3) {
            order_field(p, FIELD(pend.reason), FROND_EXIT_FAULT, 4);
            order_field(p, FIELD(pend.kind), FROND_FAULT_LOAD, 4);
        }
        order_field(p, FROND_D_RESUME, i % 2 ? FROND_DONE : FROND_DENY, 4);
        order_enter(p);
    }
    order_enter(p); /* 5: the end */
    order_end(p);
}

static void forged_check(struct tower *t, unsigned s) {
    for (unsigned i = 1; i <= 4; i++) {
        WANT(t, row_record(t, (int)s - 1, i)->value, FIELD_RESUME);
        WANT(t, row_record(t, (int)s - 1, i)->d.clock, 1);
    }
    WANT(t, row_record(t, (int)s - 1, 5)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, tower_desc(t, s).clock, 3);
    others_quiet(t, s);
}

static const struct scene scenes[] = {
    {"HALT, code 0", halt_0, halt_0_check, 0, 0},
    {"HALT with a code", halt_code, halt_code_check, 0, 0},
    {"HALT for a reset", halt_reset, halt_reset_check, 0, 0},
    {"HALT by a 2-byte store", halt_half, halt_0_check, 0, 0},
    {"a store to the finisher that is no order", halt_other, halt_other_check, 0, 0},
    {"IDLE, again, until something is pending", idle_build, idle_check, 0, 0},
    {"IDLE until mtimecmp, not a step before", mtimer, timer_check, 0, 0},
    {"IDLE until stimecmp, not a step before", stimer, timer_check, 0, 0},
    {"BUDGET: 0, 1 and n steps", budget_build, budget_check, 0, 0},
    {"BUDGET ends a loop of traps", traps_build, traps_check, 0, 0},
    {"INTERRUPT of the parent, at its step", interrupt_build, interrupt_check, 0, 1},
    {"FAULT MAP, RETRY", map_retry, map_retry_check, 1, 0},
    {"FAULT MAP, DENY", map_deny, map_deny_check, 1, 0},
    {"FAULT DESC, RETRY", desc_retry, desc_retry_check, 1, 0},
    {"FAULT DESC, DENY", desc_deny, desc_deny_check, 1, 0},
    {"ENTERs refused: ALIGN, FIELD, no memory", refused_build, refused_check, 1, 0},
    {"ENTER by a 2-byte store, suspended and gone on", short_build, short_check, 1, 0},
    {"FAULT DESC, its own descriptor: not DONE", own_desc_build, own_desc_check, 0, 1},
    {"answers to nothing, and to another's access", forged_build, forged_check, 0, 1},
};

void exit_rows(void) { SCENES("exit", scenes); }
