/* rows_answer.c - a VMM (0.1) forges what it answers to, and what its child had under way. */
#include "rig.h"
#include <string.h>

#define RESUME (FROND_ST_FIELD | (uint64_t)FROND_D_RESUME << 16)

/* 0.1.1 has met a gap with this instruction, and is as it was left. */
static struct frond_desc fault(struct rig *r, uint32_t insn, uint64_t addr) {
    act(r, &r->a1, FROND_MODE_M, &insn, 1, 0x99, addr);
    return desc(r, &r->a1);
}

static void refused(struct rig *r, const struct frond_desc *d, const char *what) {
    struct frond_desc after;
    set_desc(r, &r->a1, d);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(s.how == RETIRED && s.status == RESUME, "%s: how %d status 0x%llx", what, (int)s.how,
         (unsigned long long)s.status);
    after = desc(r, &r->a1);
    WANT(after.pc == d->pc && memcmp(after.x, d->x, sizeof d->x) == 0 && after.resume == 0,
         "%s: the child changed", what);
}

static void done_without_pend(struct rig *r) {
    struct frond_desc d = desc(r, &r->a1);
    d.exit.reason = FROND_EXIT_FAULT;
    d.exit.kind = FROND_FAULT_LOAD;
    d.exit.flags = FROND_XF_DONE;
    d.resume = FROND_DONE;
    refused(r, &d, "DONE");
    d.resume = FROND_DENY;
    refused(r, &d, "DENY");
    d.resume = 0;
    d.held = FROND_DONE;
    refused(r, &d, "held");
}

/* What pend must not say, one by one. */
static void done_forged(struct rig *r) {
    const struct frond_desc good = fault(r, LD(A2, A1, 0), 0x50000000);
    static const struct {
        const char *what;
        unsigned kind, width, reg, ilen, flags, reason;
    } rows[] = {
        {"x32", 1, 8, 32, 4, 1, 1},    {"x255", 1, 8, 255, 4, 1, 1},
        {"f40", 1, 8, 40, 4, 9, 1},    {"width 3", 1, 3, 5, 4, 1, 1},
        {"width 0", 1, 0, 5, 4, 1, 1}, {"width 255", 1, 255, 5, 4, 1, 1},
        {"ilen 0", 1, 8, 5, 0, 1, 1},  {"ilen 3", 1, 8, 5, 3, 1, 1},
        {"amo", 3, 8, 5, 4, 1, 1},     {"fetch", 4, 2, 5, 4, 1, 1},
        {"dma", 8, 8, 5, 4, 1, 1},     {"kind 77", 77, 8, 5, 4, 1, 1},
        {"no flag", 1, 8, 5, 4, 0, 1}, {"reason", 1, 8, 5, 4, 1, 2},
        {"none", 1, 8, 5, 4, 1, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0] && rig_ok(r); i++) {
        struct frond_desc d = good;
        d.pend.kind = rows[i].kind;
        d.pend.width = (uint8_t)rows[i].width;
        d.pend.reg = (uint8_t)rows[i].reg;
        d.pend.ilen = (uint8_t)rows[i].ilen;
        d.pend.flags = (uint8_t)(rows[i].flags | FROND_XF_SELF);
        d.pend.reason = rows[i].reason;
        d.resume = FROND_DONE;
        d.value = UINT64_MAX;
        refused(r, &d, rows[i].what);
    }
}

/* x0 stays 0, a narrow value is cut, whatever `value` says. */
static void done_value(struct rig *r) {
    struct frond_desc d = fault(r, LB(ZERO, A1, 0), 0x50000000);
    d.resume = FROND_DONE;
    d.value = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    struct seen s = run(r, &r->a1);
    WANT(s.how == RETIRED && reg(r, &r->a1, 0) == 0, "x0: how %d", (int)s.how);
    d = fault(r, enc_i(0x03, 4, A2, A1, 0), 0x50000000); /* lbu */
    d.resume = FROND_DONE;
    d.value = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    s = run(r, &r->a1);
    WANT(s.how == RETIRED && reg(r, &r->a1, A2) == 255, "lbu: a2 0x%llx",
         (unsigned long long)reg(r, &r->a1, A2));
}

/* DONE to what has no such answer: the engine did not set the flag, the VMM does. */
static void done_amo(struct rig *r) {
    const uint32_t insn[] = {AMOADD_D(A2, A0, A1), LR_D(A2, A1), SC_D(A2, A0, A1),
                             JALR(ZERO, A1, 0)};
    for (unsigned i = 0; i < 4 && rig_ok(r); i++) {
        struct frond_desc d = fault(r, insn[i], 0x50000000);
        WANT(d.exit.reason == FROND_EXIT_FAULT && (d.exit.flags & FROND_XF_DONE) == 0, "%u", i);
        d.exit.flags |= FROND_XF_DONE;
        d.pend.flags |= FROND_XF_DONE;
        d.resume = FROND_DONE;
        refused(r, &d, "AMO, LR, SC, fetch");
    }
}

static void done_crossing(struct rig *r) {
    struct frond_desc d = fault(r, LD(A2, A1, 0), RAM + LEAF_SIZE - 4);
    WANT(d.exit.kind == FROND_FAULT_LOAD && d.exit.addr == RAM + LEAF_SIZE, "addr 0x%llx",
         (unsigned long long)d.exit.addr);
    d.resume = FROND_DONE;
    refused(r, &d, "a load that crosses");
}

/* DENY with a trap that no access makes: an interrupt, a page fault, an ecall. */
static void deny_cause(struct rig *r) {
    const struct frond_desc good = fault(r, LD(A2, A1, 0), 0x50000000);
    static const uint32_t cause[] = {0, 2, 3, 8, 11, 13, 15, 63, 64, 1u << 31, UINT32_MAX};
    for (unsigned i = 0; i < sizeof cause / sizeof cause[0] && rig_ok(r); i++) {
        struct frond_desc d = good;
        d.pend.cause = cause[i];
        d.resume = FROND_DENY;
        refused(r, &d, "cause");
    }
    struct frond_desc d = good;
    d.resume = FROND_DENY;
    set_desc(r, &r->a1, &d);
    struct seen s = run(r, &r->a1);
    WANT(s.how == TRAPPED && s.cause == 5 && s.tval == 0x50000000, "how %d", (int)s.how);
}

/* DENY for somebody above, where nobody is. */
static void deny_nobody(struct rig *r) {
    struct frond_desc d = fault(r, LD(A2, A1, 0), 0x50000000);
    d.pend.flags &= (uint8_t)~FROND_XF_SELF;
    d.resume = FROND_DENY;
    refused(r, &d, "no child");
}

/* DENY of a DMA that was none: the device must not hear of it unless the node owns it. */
static void deny_dma(struct rig *r) {
    grant(r, &r->b, 0x10001000, PAGE, 0x10001000, FROND_R | FROND_W);
    struct frond_desc good = fault(r, LD(A2, A1, 0), 0x50000000);
    for (unsigned window = 0; window < 256 && rig_ok(r); window += window < 10 ? 1 : 49) {
        struct frond_desc d = good;
        d.pend.kind = FROND_FAULT_DMA;
        d.pend.reg = (uint8_t)window;
        d.resume = FROND_DENY;
        d.budget = 0;
        set_desc(r, &r->a1, &d);
        struct seen s = enter(r, &r->a, r->a1.desc);
        WANT(s.how == RETIRED && s.status == 0, "window %u: how %d", window, (int)s.how);
    }
}

/* A child of 0.1.1 with six pages of its memory; `code` at its RAM. */
static void grandchild(struct rig *r, struct node *c, const uint32_t *code, unsigned count) {
    spawn(r, c, &r->a1, 1);
    c->range[0] = (struct frond_range){RAM, 0x8000, RAM + ROOM, RWX};
    c->ram = RAM + ROOM;
    write_table(r, c);
    poke(r, c, RAM, code, count * sizeof *code);
}

/* Both the node and its child have an answer waiting, both forged. */
static void two_answers(struct rig *r) {
    const uint32_t code[] = {LUI(T6, GATE >> 12), LD(ZERO, T6, 0)};
    struct node c;
    grandchild(r, &c, code, 2);
    grant(r, &c, 0x50000000, PAGE, 0x60000000, RWX); /* a gap of 0.1.1: 0.1 is told */
    struct seen s = load(r, &c, 0x50000008);
    WANT(faulted(&s, FROND_FAULT_LOAD, 0x60000008), "how %d", (int)s.how);
    struct frond_desc d = desc(r, &r->a1), e = desc(r, &c);
    WANT(d.active != 0 && e.pend.reason == FROND_EXIT_FAULT, "not suspended");
    d.resume = FROND_DONE;
    d.value = 1;
    e.exit.reason = FROND_EXIT_FAULT;
    e.resume = FROND_DENY; /* 0.1 may write there too: it is its memory */
    e.pend.cause = 1u << 30;
    set_desc(r, &r->a1, &d);
    set_desc(r, &c, &e);
    s = enter(r, &r->a, r->a1.desc);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
}

/* DENY at one level, for a transfer; at the next what restoring would meet. Each by itself has its way,
 * and no node may run that stands in an ENTER. */
static void deny_elsewhere(struct rig *r) {
    const uint32_t code[] = {ADDI(ZERO, ZERO, 0), LUI(T6, GATE >> 12), LD(ZERO, T6, 0)};
    struct node c;
    grandchild(r, &c, code, 3);
    struct seen s = run(r, &c);
    WANT(s.how == TRAPPED, "how %d", (int)s.how); /* at the gate, without a trap */
    struct frond_desc d = desc(r, &r->a1), e = desc(r, &c);
    e.pc = RAM;
    e.active = (RAM + PAGE) | 4; /* zeros: no descriptor */
    e.pend = (struct frond_access){
        .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_MAP, .flags = FROND_XF_SELF, .cause = 5};
    d.pc = RAM + STUB; /* the ENTER of run() */
    d.mode = FROND_MODE_M;
    d.x[A0] = c.desc;
    d.active = c.desc | 4;
    d.exit.reason = FROND_EXIT_FAULT;
    d.pend = (struct frond_access){
        .reason = FROND_EXIT_FAULT, .kind = FROND_FAULT_DMA, .flags = FROND_XF_SELF, .cause = 5};
    d.resume = FROND_DENY;
    set_desc(r, &c, &e);
    set_desc(r, &r->a1, &d);
    s = enter(r, &r->a, r->a1.desc);
    e = desc(r, &c);
    WANT(s.how == RETIRED && s.status == 0, "how %d", (int)s.how);
    WANT(e.status == FROND_ST_FIELD && e.active == 0 && e.pc == RAM + 8, "status 0x%llx pc 0x%llx",
         (unsigned long long)e.status, (unsigned long long)e.pc);
}

/* WHO and STATUS are the VMM's words to its child, and harm nobody else. */
static void news(struct rig *r) {
    struct frond_desc d = desc(r, &r->a1);
    d.news = UINT64_MAX;
    d.status = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    struct seen s = DO(&r->a1, 0, CTL, LD(A2, A1, FROND_CTL_WHO), LD(A3, A1, FROND_CTL_STATUS));
    WANT(s.how == RETIRED && reg(r, &r->a1, A2) == UINT64_MAX - 1 &&
             reg(r, &r->a1, A3) == UINT64_MAX,
         "how %d", (int)s.how);
    s = store(r, &r->a1, CTL + FROND_CTL_STATUS, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "STATUS: how %d", (int)s.how);
    s = store(r, &r->a1, CTL + FROND_CTL_ID, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "ID: how %d", (int)s.how);
    s = load(r, &r->a1, CTL + FROND_CTL_ENTER);
    WANT(s.how == TRAPPED && s.cause == 5, "ENTER: how %d", (int)s.how);
    s = DO(&r->a1, 0, CTL + FROND_CTL_ENTER, SW(A0, A1, 0));
    WANT(s.how == TRAPPED && s.cause == 7, "4 bytes: how %d", (int)s.how);
    s = store(r, &r->a1, CTL + FROND_CTL_ENTER + 4, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "misaligned: how %d", (int)s.how);
    s = DO(&r->a1, 0, CTL + FROND_CTL_ENTER, AMOSWAP_D(A2, A0, A1));
    WANT(s.how == TRAPPED && s.cause == 7, "AMO: how %d", (int)s.how);
    s = store(r, &r->a1, CTL + 0xff8, 0);
    WANT(s.how == TRAPPED && s.cause == 7, "no register: how %d", (int)s.how);
}

const struct row answer_rows[] = {
    ROW("answer-without-fault", "parent", "a child's answer",
        "DONE, DENY, held for a child that has nothing under way", "answer-check",
        done_without_pend),
    ROW("answer-forged-pend", "parent", "a child's pend",
        "DONE with registers, widths, kinds that are none", "answer-check", done_forged),
    ROW("answer-value", "parent", "a child's registers",
        "DONE into x0; a value wider than the load", "answer-check", done_value),
    ROW("answer-done-amo", "parent", "a child's pend",
        "DONE to AMO, LR, SC, a fetch, with the flag forged", "answer-check", done_amo),
    ROW("answer-done-crossing", "parent", "a child's pend", "DONE to a load that crosses pages",
        "answer-check", done_crossing),
    ROW("answer-deny-cause", "parent", "a child's trap",
        "DENY as an interrupt, a page fault, an ecall", "answer-check", deny_cause),
    ROW("answer-deny-nobody", "parent", "a node that is not there",
        "DENY for a child that is not there", "answer-check", deny_nobody),
    ROW("answer-deny-dma", "parent", "devices of others",
        "DENY of a transfer of each device window, its own or not", "owner", deny_dma),
    ROW("answer-two-levels", "parent", "the answers of two levels",
        "forged answers at two levels at once", "answer-check", two_answers),
    ROW("answer-deny-elsewhere", "parent", "a path that is being restored",
        "DENY of a transfer below an access that is an ENTER's", "answer-check desc-check",
        deny_elsewhere),
    ROW("controller-registers", "child", "the node controller's registers",
        "forged WHO, STATUS; every other use of the controller's page", "register-access", news),
};
const unsigned answer_count = sizeof answer_rows / sizeof answer_rows[0];
