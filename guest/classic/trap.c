/* trap.c - what the hart's trap means for the guest; the guest's own exceptions and interrupts. */
#include "classic.h"

static uint64_t vector(uint64_t tvec, unsigned cause, bool interrupt) {
    uint64_t base = tvec & ~3ULL;

    return interrupt && (tvec & 1) != 0 ? base + 4 * (uint64_t)cause : base;
}

static void to_s(unsigned cause, uint64_t tval, bool interrupt) {
    struct frond_csr *c = &guest.csr;
    uint64_t s = guest.csr.mstatus, to = s & ~(STATUS_SPIE | STATUS_SPP | STATUS_SIE);

    if (s & STATUS_SIE)
        to |= STATUS_SPIE;
    if (guest.priv == PRIV_S)
        to |= STATUS_SPP;
    c->mstatus = to;
    c->scause = cause | (uint64_t)interrupt << 63;
    c->stval = tval;
    c->sepc = guest.pc;
    guest.pc = vector(c->stvec, cause, interrupt);
    guest.priv = PRIV_S;
}

static void to_m(unsigned cause, uint64_t tval, bool interrupt) {
    struct frond_csr *c = &guest.csr;
    uint64_t s = guest.csr.mstatus, to = s & ~(STATUS_MPIE | STATUS_MPP | STATUS_MIE);

    if (s & STATUS_MIE)
        to |= STATUS_MPIE;
    c->mstatus = to | (uint64_t)guest.priv << 11;
    c->mcause = cause | (uint64_t)interrupt << 63;
    c->mtval = tval;
    c->mepc = guest.pc;
    guest.pc = vector(c->mtvec, cause, interrupt);
    guest.priv = PRIV_M;
}

static void take(unsigned cause, uint64_t tval, bool interrupt) {
    uint64_t delegated = interrupt ? guest.csr.mideleg : guest.csr.medeleg;

    if (guest.priv != PRIV_M && (delegated >> cause & 1) != 0)
        to_s(cause, tval, interrupt);
    else
        to_m(cause, tval, interrupt);
    guest.clock++;
    guest.wait = false;
    shadow_select();
}

void trap_raise(unsigned cause, uint64_t tval) {
    counts[COUNT_exceptions]++;
    take(cause, tval, false);
}

/* Which of the pending interrupts, by the specification's order of priority. */
static unsigned first_of(uint64_t set) {
    static const uint8_t order[] = {11, 3, 7, 9, 1, 5};

    for (unsigned i = 0; i < sizeof order; i++)
        if (set >> order[i] & 1)
            return order[i];
    return 0;
}

bool trap_interrupt(void) {
    uint64_t to_m = guest.pending & ~guest.csr.mideleg, to_s = guest.pending & guest.csr.mideleg;

    guest.wait = false;
    if (guest.priv == PRIV_M && (guest.csr.mstatus & STATUS_MIE) == 0)
        to_m = 0;
    if (guest.priv == PRIV_M || (guest.priv == PRIV_S && (guest.csr.mstatus & STATUS_SIE) == 0))
        to_s = 0;
    if ((to_m | to_s) == 0)
        return false;
    counts[COUNT_interrupts]++;
    take(first_of(to_m ? to_m : to_s), 0, true);
    return true;
}

/* A page fault of the hart's: the shadow lacks the page, or the guest does, or it is no memory. */
static void handle_fault(unsigned need) {
    uint64_t va = guest.value;
    struct walk w;

    if (shadow_fill(va, need, &w))
        return;
    if (w.cause != 0)
        trap_raise(w.cause, va);
    else if (need == FROND_X)
        trap_raise(CAUSE_FETCH_ACCESS, va);
    else
        access_interpret();
}

void trap_handle(void) {
    counts[COUNT_traps]++;
    switch (guest.cause) {
    case CAUSE_ILLEGAL: system_interpret((uint32_t)guest.value); break;
    case CAUSE_ECALL: trap_raise(CAUSE_ECALL + guest.priv, 0); break;
    case CAUSE_FETCH_PAGE: handle_fault(FROND_X); break;
    case CAUSE_LOAD_PAGE: handle_fault(FROND_R); break;
    case CAUSE_STORE_PAGE: handle_fault(FROND_W); break;
    case INTERRUPT | 5: time_fired(); break;
    case INTERRUPT | 11: window_input(); break;
    default: trap_raise((unsigned)guest.cause, guest.value); break; /* the guest's as it is */
    }
}
