/* rows_time.c - attacks on time and progress: loops without end, clocks at their edges. */
#include "rig.h"
#include <string.h>

static struct frond_desc with_budget(struct rig *r, uint64_t budget) {
    struct frond_desc d = desc(r, &r->a);
    d.budget = budget;
    d.active = 0;
    d.resume = 0;
    memset(&d.pend, 0, sizeof d.pend);
    set_desc(r, &r->a, &d);
    return d;
}

/* 0.1 runs `insn` from RAM + STUB, its trap handler there too, with `budget`. */
static struct seen loop(struct rig *r, uint32_t insn, uint64_t budget) {
    struct frond_desc d = with_budget(r, budget);
    poke(r, &r->a, RAM + STUB, &insn, sizeof insn);
    d.pc = RAM + STUB;
    d.wait = 0;
    d.csr.mtvec = RAM + STUB;
    set_desc(r, &r->a, &d);
    return run(r, &r->a);
}

#define LEFT_BY(why) (s.how == LEFT && s.exit.reason == (why))

static void trap_loop(struct rig *r) {
    static const uint32_t insn[] = {ILLEGAL, ECALL, 0x00100073, 0xffffffff};
    for (unsigned i = 0; i < 4; i++) {
        for (uint64_t budget = 1; budget < 4; budget++) {
            uint64_t before = desc(r, &r->a).clock;
            struct seen s = loop(r, insn[i], budget);
            WANT(LEFT_BY(FROND_EXIT_BUDGET), "budget %d: how %d", (int)budget, (int)s.how);
            WANT(desc(r, &r->a).clock == before + budget, "budget %d: %d steps", (int)budget,
                 (int)(desc(r, &r->a).clock - before));
        }
        struct seen s = loop(r, insn[i], 100000);
        WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    }
}

/* The handler is where no instruction can be fetched: each trap is a fault, and no step. */
static void fault_loop(struct rig *r) {
    struct frond_desc d = with_budget(r, 1000);
    d.csr.mtvec = 0x50000000;
    d.pc = 0x60000000;
    set_desc(r, &r->a, &d);
    for (unsigned i = 0; i < 300; i++) {
        struct seen s = run(r, &r->a);
        WANT(s.how == LEFT && s.exit.kind == FROND_FAULT_FETCH, "%u: how %d", i, (int)s.how);
        d = desc(r, &r->a);
        d.resume = FROND_DENY;
        set_desc(r, &r->a, &d);
    }
    d = desc(r, &r->a);
    WANT(d.budget == 1000 - 299, "a trap is a step: %d left", (int)d.budget);
}

static void no_budget(struct rig *r) {
    for (unsigned i = 0; i < 100; i++) {
        struct seen s = loop(r, BACK(0), 0);
        WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    }
    struct frond_desc d = desc(r, &r->a);
    d.pend.reason = FROND_EXIT_FAULT; /* not even with an answer, or an interrupt */
    d.csr.mie = d.csr.mip = 0x222;
    d.csr.mstatus = 8;
    set_desc(r, &r->a, &d);
    struct seen s = run(r, &r->a);
    WANT(LEFT_BY(FROND_EXIT_BUDGET) && desc(r, &r->a).clock == d.clock, "how %d", (int)s.how);
}

static void wfi_storm(struct rig *r) {
    struct seen s = loop(r, WFI, 100);
    WANT(LEFT_BY(FROND_EXIT_IDLE), "how %d", (int)s.how);
    uint64_t clock = desc(r, &r->a).clock;
    for (unsigned i = 0; i < 300; i++) {
        s = run(r, &r->a);
        WANT(LEFT_BY(FROND_EXIT_IDLE), "how %d", (int)s.how);
    }
    WANT(desc(r, &r->a).clock == clock, "an IDLE node made steps");
}

/* 0.1.1 loops with all the budget in the world; 0.1 has ten steps. */
static void budget_below(struct rig *r) {
    const uint32_t code[] = {BACK(0)};
    struct frond_desc d = desc(r, &r->a1);
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    d.budget = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    with_budget(r, 10);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    WANT(desc(r, &r->a1).clock <= 10, "%d steps", (int)desc(r, &r->a1).clock);
}

/* 0.1 says that an interrupt is pending and never takes it: its child never runs, and 0.1 ends. */
static void interrupt_storm(struct rig *r) {
    const uint32_t code[] = {SD(A0, A1, 0), BACK(1)};
    struct frond_desc d = with_budget(r, 5000);
    poke(r, &r->a, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    d.csr.mie = 2;
    d.csr.mip = 2;
    d.x[A0] = r->a1.desc;
    d.x[A1] = CTL + FROND_CTL_ENTER;
    set_desc(r, &r->a, &d);
    struct seen s = run(r, &r->a);
    WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    WANT(desc(r, &r->a1).clock == 0, "the child ran");
    WANT(desc(r, &r->a1).exit.reason == FROND_EXIT_INTERRUPT, "reason %u",
         desc(r, &r->a1).exit.reason);
}

/* Each pair of edges of clock, mtimecmp, time_offset: 0.1 waits, and is left by IDLE or goes on. */
static void clock_edges(struct rig *r) {
    static const uint64_t edge[] = {
        0, 1, 99, 100, 1ull << 63, UINT64_MAX / 100, UINT64_MAX - 1, UINT64_MAX};
    const uint32_t code[] = {WFI, BACK(1)};
    poke(r, &r->a, RAM + STUB, code, sizeof code);
    for (unsigned i = 0; i < 8 * 8 * 8; i++) {
        struct frond_desc d = with_budget(r, 50);
        d.clock = edge[i % 8];
        d.clint.mtimecmp = edge[i / 8 % 8];
        d.csr.stimecmp = edge[i / 64];
        d.clint.time_offset = edge[(i + 3) / 8 % 8];
        d.csr.menvcfg = 1ull << 63;
        d.csr.mie = 0xa0;
        d.csr.mstatus = i & 1 ? 8 : 0;
        d.wait = 0;
        d.pc = RAM + STUB;
        d.csr.mtvec = RAM + CODE;
        set_desc(r, &r->a, &d);
        struct seen s = run(r, &r->a);
        struct frond_desc e = desc(r, &r->a);
        WANT(s.how != REFUSED, "%u: how %d", i, (int)s.how);
        WANT(e.clock - d.clock == d.budget - e.budget, "%u: clock and budget disagree", i);
        WANT(e.deadline == UINT64_MAX || e.deadline >= e.clock, "%u: a deadline in the past", i);
    }
}

/* The budget of a parent, at the edge where sums with it wrap. */
static void budget_edges(struct rig *r) {
    static const uint64_t edge[] = {UINT64_MAX, UINT64_MAX - 1, 1ull << 63, (1ull << 63) - 1};
    for (unsigned i = 0; i < 4; i++) {
        struct frond_desc d = with_budget(r, edge[i]);
        d.clock = UINT64_MAX - 2;
        set_desc(r, &r->a, &d);
        struct seen s =
            DO(&r->a, 1, 2, ADD(A0, A0, A1), ADD(A0, A0, A1), ADD(A0, A0, A1), ADD(A0, A0, A1));
        WANT(s.how == RETIRED && reg(r, &r->a, A0) == 9, "how %d", (int)s.how);
        WANT(desc(r, &r->a).clock < 100, "clock 0x%llx", (unsigned long long)desc(r, &r->a).clock);
    }
}

static void halt_and_reset(struct rig *r) {
    static const uint64_t code[] = {0x5555, 0x7777, 0x3333 | 77 << 16};
    for (unsigned i = 0; i < 3; i++) {
        struct seen s = DO_IN(i == 1 ? FROND_MODE_U : FROND_MODE_M, &r->a1, code[i],
                              FROND_FINISHER_BASE, SW(A0, A1, 0));
        WANT(LEFT_BY(FROND_EXIT_HALT) && s.exit.kind == (i == 1 ? 2 : 1), "how %d", (int)s.how);
        s = load(r, &r->a, RAM + DATA);
        WANT(s.how == RETIRED, "0.1: how %d", (int)s.how);
        s = load(r, &r->a2, RAM + DATA);
        WANT(s.how == RETIRED, "0.1.2: how %d", (int)s.how);
    }
}

/* The child writes its own clock, counters and timers; its parent's stand. */
static void child_clocks(struct rig *r) {
    struct frond_desc before = desc(r, &r->a);
    store(r, &r->a1, FROND_CLINT_BASE + 0xbff8, UINT64_MAX);
    store(r, &r->a1, FROND_CLINT_BASE + 0x4000, 0);
    DO(&r->a1, 1, FROND_CLINT_BASE, SW(A0, A1, 0));
    DO(&r->a1, UINT64_MAX, 0, CSRRW(ZERO, 0xb00, A0), CSRRW(ZERO, 0xb02, A0));
    DO(&r->a1, UINT64_MAX, FROND_RTC_BASE, SW(A0, A1, 4), SW(A0, A1, 0));
    DO(&r->a1, 7, FROND_PLIC_BASE, SW(A0, A1, 4));
    struct frond_desc after = desc(r, &r->a);
    WANT(memcmp(&after.clint, &before.clint, sizeof after.clint) == 0 &&
             memcmp(&after.rtc, &before.rtc, sizeof after.rtc) == 0 &&
             memcmp(&after.plic, &before.plic, sizeof after.plic) == 0 &&
             after.csr.mcycle_offset == before.csr.mcycle_offset,
         "0.1's own clocks changed");
    WANT(after.clock > before.clock && after.clock < before.clock + 1000, "clock");
}

/* Timers that are over before 0.1 begins, and a handler that never moves them: each interrupt is a step. */
static void timers_past(struct rig *r) {
    const uint32_t code[] = {MRET};
    for (unsigned i = 0; i < 2; i++) {
        struct frond_desc d = with_budget(r, 500);
        poke(r, &r->a, RAM + STUB, code, sizeof code);
        d.clock = 1ull << 40;
        d.clint.mtimecmp = 0;
        d.csr.stimecmp = 0;
        d.csr.menvcfg = 1ull << 63;
        d.csr.mie = i == 0 ? 0x80 : 0x20;
        d.csr.mstatus = 0x1888; /* MIE, MPIE, MPP = M */
        d.csr.mtvec = RAM + STUB;
        d.csr.mepc = RAM + STUB;
        d.pc = RAM + STUB;
        set_desc(r, &r->a, &d);
        struct seen s = run(r, &r->a);
        WANT(LEFT_BY(FROND_EXIT_BUDGET), "%u: how %d", i, (int)s.how);
        WANT(desc(r, &r->a).clock == (1ull << 40) + 500, "%u: the clock", i);
        WANT(desc(r, &r->a).deadline == UINT64_MAX, "%u: a deadline in the past", i);
    }
}

/* 0.1 has one step each time; its child, in which it stands, has any number: no more than that one is made. */
static void budget_one(struct rig *r) {
    const uint32_t code[] = {BACK(0)};
    struct frond_desc d = desc(r, &r->a1);
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    set_desc(r, &r->a1, &d);
    with_budget(r, 20);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    for (unsigned i = 0; i < 200 && rig_ok(r); i++) {
        const uint64_t before = desc(r, &r->a).clock, below = desc(r, &r->a1).clock;
        d = desc(r, &r->a);
        d.budget = i % 2;
        set_desc(r, &r->a, &d);
        s = run(r, &r->a);
        WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
        WANT(desc(r, &r->a).clock == before + i % 2 && desc(r, &r->a1).clock == below + i % 2,
             "%u: the clock", i);
    }
}

/* A fault at every access of 0.1.1, each answered RETRY by 0.1, whose budget is what ends it. */
static void retry_loop(struct rig *r) {
    const uint32_t code[] = {SD(A0, A1, 0), BACK(1)};
    struct frond_desc d = desc(r, &r->a1);
    poke(r, &r->a1, RAM + STUB, (const uint32_t[]){LD(A2, A1, 0)}, 4);
    d.pc = RAM + STUB;
    d.x[A1] = 0x50000000;
    set_desc(r, &r->a1, &d);
    d = with_budget(r, 3000);
    poke(r, &r->a, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    d.x[A0] = r->a1.desc;
    d.x[A1] = CTL + FROND_CTL_ENTER;
    set_desc(r, &r->a, &d);
    struct seen s = run(r, &r->a);
    WANT(LEFT_BY(FROND_EXIT_BUDGET), "how %d", (int)s.how);
    WANT(desc(r, &r->a1).clock == 0, "0.1.1 made steps");
}

const struct row time_rows[] = {
    ROW("time-trap-loop", "child", "its parent's time", "trap loops at budgets 1, 2, 3",
        "trap-step", trap_loop),
    ROW("time-fault-loop", "child", "its parent's time", "faults for ever, handler included",
        "trap-step gap", fault_loop),
    ROW("time-no-budget", "child", "its parent's time",
        "runs with budget 0, with answers and interrupts pending", "budget", no_budget),
    ROW("time-wfi-storm", "child", "its parent's time", "WFI for ever with nothing to wait for",
        "idle", wfi_storm),
    ROW("time-budget-below", "grandchild", "its grandparent's time",
        "more budget than its parent has", "budget", budget_below),
    ROW("time-interrupt-storm", "parent", "its own parent's time",
        "an interrupt that it never takes", "interrupt", interrupt_storm),
    ROW("time-clock-edges", "parent", "clocks",
        "512 corners of clock, mtimecmp, stimecmp, time_offset", "idle", clock_edges),
    ROW("time-budget-edges", "parent", "clocks", "budgets and clocks at 2^64-1", "budget",
        budget_edges),
    ROW("time-halt-reset", "grandchild", "its parent's run", "HALT and RESET, from U as well",
        "own-registers", halt_and_reset),
    ROW("time-child-clocks", "grandchild", "its parent's clocks",
        "writes every clock, timer and counter it can", "own-registers", child_clocks),
    ROW("time-timers-past", "child", "its parent's time",
        "timers in the past, never served: an interrupt at every step", "trap-step", timers_past),
    ROW("time-budget-one", "child", "its parent's time", "budgets of 0 and 1, in an ENTER",
        "budget", budget_one),
    ROW("time-retry-loop", "parent", "its own parent's time",
        "a fault of its child, answered RETRY for ever", "budget gap", retry_loop),
};
const unsigned time_count = sizeof time_rows / sizeof time_rows[0];
