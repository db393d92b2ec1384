/* replay_answer.c - answers, traps and STATUS. */
#include "replay_priv.h"
#include <inttypes.h>
#include <string.h>

/* The answer of level k does not fit: a STATUS for the parent that gave it; the host is told otherwise. */
static bool does_not_fit(struct replay *r, unsigned k) {
    r->due.what = k > 0 ? STATUS_OF : SUSPEND;
    r->due.level = k > 0 ? k - 1 : 0;
    r->free = true;
    return true;
}

/* A step, at once. */
static bool done(struct replay *r, unsigned k) {
    struct node *t = replay_top(r);
    const struct pending *p = &t->pend;
    bool sized = p->width == 1 || p->width == 2 || p->width == 4 || p->width == 8;

    if (!p->here || (p->flags & FROND_XF_DONE) == 0 || !sized || p->reg > 31 ||
        (p->kind != FROND_FAULT_LOAD && p->kind != FROND_FAULT_STORE) ||
        (p->ilen != 2 && p->ilen != 4))
        return does_not_fit(r, k);
    memset(&t->pend, 0, sizeof t->pend);
    r->step++;
    t->made++;
    return true;
}

static bool deny(struct replay *r, unsigned k) {
    struct pending p = r->path[k]->pend;

    memset(&r->path[k]->pend, 0, sizeof p);
    if (!p.here)
        return does_not_fit(r, k);
    if ((p.flags & FROND_XF_SELF) != 0 && p.kind == FROND_FAULT_DMA)
        return true;
    r->due.what = (p.flags & FROND_XF_SELF) != 0 ? TRAP_OF : EXIT_OF;
    r->due.level = r->due.what == TRAP_OF ? k : k + 1;
    r->due.pend = r->due.what == TRAP_OF ? p
                  : k < r->top           ? r->path[k + 1]->pend
                                         : (struct pending){.here = false};
    r->free = true;
    if (r->due.what == TRAP_OF
            ? p.cause != 1 && p.cause != 5 && p.cause != 7
            : !r->due.pend.here || r->due.pend.kind == 0 || r->due.pend.kind >= KINDS)
        return does_not_fit(r, k);
    return true;
}

bool replay_on_answer(struct replay *r, unsigned k) {
    struct node *n = r->path[k];
    bool is_done = replay_text(r, "DONE") != NULL, early = replay_top(r)->active != 0;
    struct pending p = {0};

    if (!is_done && !replay_text(r, "DENY"))
        return replay_no(r, "4.3", "no such answer");
    if (!r->restoring || n->answer != (is_done ? FROND_DONE : FROND_DENY))
        return replay_no(r, "4.3", "no such answer stands in #%" PRIu64, n->id);
    if (early && (is_done || !replay_met_again(r, k)))
        return replay_no(r, "4.3", "the path is restored first");
    for (unsigned l = 0; l < k; l++)
        if (r->path[l]->answer == FROND_DENY || (!early && r->path[l]->answer != 0))
            return replay_no(r, "4.3", "the answer of level %u comes first", l);
    if (!replay_get_record(r, &p))
        return false;
    if (!replay_same_access(&p, &n->pend))
        return replay_no(r, "4.3", "under way was %s at %" PRIx64,
                         n->pend.kind < KINDS ? replay_kinds[n->pend.kind] : "nothing",
                         n->pend.addr);
    n->answer = 0;
    return is_done ? done(r, k) : deny(r, k);
}

/* By the specification's order, of those for M first: which of `pending` comes, and may be masked in M. */
static bool is_first(uint64_t number, uint64_t pending, uint64_t deleg) {
    static const uint8_t order[] = {11, 3, 7, 9, 1, 5};
    uint64_t same = deleg >> number & 1 ? pending & deleg : pending & ~deleg;

    for (unsigned i = 0; i < sizeof order; i++)
        if (same >> order[i] & 1)
            return order[i] == number;
    return false;
}

static bool on_interrupt(struct replay *r, unsigned k, uint64_t number, uint64_t tval) {
    uint64_t pending, deleg;

    if (!replay_get(r, "pending", 16, &pending) || !replay_get(r, "deleg", 16, &deleg))
        return false;
    if (k < r->top || replay_top(r)->active != 0 || r->due.what != NOTHING)
        return replay_no(r, "5.2", "only the top takes an interrupt, when it has been restored");
    if (tval != 0 || (pending & ~(uint64_t)0xaaa) != 0 || (deleg & ~(uint64_t)0x222) != 0)
        return replay_no(r, "1.1", "no such interrupt");
    if (number > 11 || !is_first(number, pending, deleg))
        return replay_no(r, "1.1", "it is not the first of those that are pending");
    return replay_budgets(r, k);
}

static bool on_exception(struct replay *r, unsigned k, uint64_t cause, uint64_t tval) {
    const struct pending *due = &r->due.pend;

    if (r->due.what == TRAP_OF) {
        if (r->due.level != k || cause != due->cause || tval != due->tval)
            return replay_no(r, "4.3", "the DENY was cause %" PRIx64 ", tval %" PRIx64, due->cause,
                             due->tval);
        r->due.what = NOTHING;
        return true;
    }
    if (cause > 15 || (0xbbff >> cause & 1) == 0)
        return replay_no(r, "1.1", "no such cause");
    if ((k < r->top || replay_top(r)->active != 0) && cause != 5 && cause != 7 && cause != 13 &&
        cause != 15)
        return replay_no(r, "3.1", "the only trap of a suspended node is its ENTER's own fault");
    return true;
}

bool replay_on_trap(struct replay *r, unsigned k, uint64_t step) {
    uint64_t cause, tval, number;
    bool enters = k < r->top || replay_top(r)->active != 0 || r->due.what == TRAP_OF;

    if (!replay_get(r, "cause", 16, &cause) || !replay_get(r, "tval", 16, &tval))
        return false;
    if (step != r->step + 1)
        return replay_no(r, "5.1", "a trap is a step");
    number = cause & ~(1ULL << 63);
    if (cause >> 63 ? !on_interrupt(r, k, number, tval) : !on_exception(r, k, cause, tval))
        return false;
    if (enters) {
        replay_drop_answers(r, k + 1);
        r->free |= r->restoring;
    }
    return true;
}

bool replay_on_status(struct replay *r, unsigned k) {
    uint64_t status, stored;

    if (!replay_get(r, "status", 16, &status) || !replay_get(r, "stored", 16, &stored))
        return false;
    uint64_t code = status & 0xffff, field = status >> 16;
    bool unaligned = MASK(stored) != (stored & ~(uint64_t)7);
    bool refused = r->due.what == STATUS_OF;
    if (code != FROND_ST_ALIGN && code != FROND_ST_ONPATH && code != FROND_ST_FIELD)
        return replay_no(r, "3", "no such STATUS");
    if ((field != 0 && code != FROND_ST_FIELD) || field >= FROND_PAGE_SIZE)
        return replay_no(r, "3.1", "a field at %" PRIx64, field);
    if (code == FROND_ST_ONPATH && unaligned)
        return replay_no(r, "3.1", "not aligned: that comes first");
    if (refused && (r->due.level != k || code != FROND_ST_FIELD || field != FROND_D_RESUME))
        return replay_no(r, "4.3", "level %u is told that its answer does not fit", r->due.level);
    if (k < r->top && !refused)
        return replay_no(r, "3.1",
                         "only an answer that does not fit ends the ENTER of a suspended node");
    r->due.what = NOTHING;
    replay_drop_answers(r, k + 1);
    r->free |= r->restoring;
    return true;
}
