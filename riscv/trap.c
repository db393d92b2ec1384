/* trap.c - traps, interrupts, and what is pending. */
#include "../dev/dev.h"
#include "riscv.h"

void count_retired(struct riscv *r) {
    struct core_level *top = &r->core.path[r->core.top];
    uint64_t now = riscv_now(r);
    uint64_t retired = now - r->top_since - r->h.retired_not;

    if ((top->d->csr.mcountinhibit & 4) == 0)
        top->d->csr.minstret += retired;
    top->ctx->stat[STAT_RETIRED] += retired;
    r->top_since = now;
    r->h.retired_not = 0;
}

static uint64_t mtime(uint64_t clock, uint64_t offset) {
    return (clock + offset) / FROND_STEPS_PER_TICK;
}

uint64_t hart_mip(struct riscv *r, unsigned level, uint64_t which) {
    const struct frond_desc *d = r->core.path[level].d;
    uint64_t mip = d->csr.mip, time;

    if (which == 0)
        return 0;
    time = mtime(level_clock(r, level), d->clint.time_offset);

    if (d->clint.msip & 1)
        mip |= MIP_MSIP;
    if (time >= d->clint.mtimecmp)
        mip |= MIP_MTIP;
    if (d->csr.menvcfg & MENVCFG_STCE) {
        mip &= ~MIP_STIP;
        if (time >= d->csr.stimecmp)
            mip |= MIP_STIP;
    }
    if ((which & MIP_MEIP) != 0 && plic_interrupt(&d->plic, 0))
        mip |= MIP_MEIP;
    if ((which & MIP_SEIP) != 0 && plic_interrupt(&d->plic, 1))
        mip |= MIP_SEIP;
    return mip & which;
}

/* Least clock >= the given one at which mtime reaches `cmp`, or ~0 if it has or never will. */
static uint64_t reaches(uint64_t cmp, uint64_t offset, uint64_t clock) {
    if (mtime(clock, offset) >= cmp || cmp > UINT64_MAX / FROND_STEPS_PER_TICK)
        return UINT64_MAX;
    uint64_t at = cmp * FROND_STEPS_PER_TICK - offset;
    return at >= clock ? at : UINT64_MAX;
}

uint64_t hart_deadline(const struct frond_desc *d, uint64_t clock) {
    uint64_t least = UINT64_MAX;

    if (d->csr.mie & MIP_MTIP)
        least = reaches(d->clint.mtimecmp, d->clint.time_offset, clock);
    if ((d->csr.mie & MIP_STIP) != 0 && (d->csr.menvcfg & MENVCFG_STCE) != 0) {
        uint64_t s = reaches(d->csr.stimecmp, d->clint.time_offset, clock);
        least = s < least ? s : least;
    }
    return least;
}

static uint64_t vector(uint64_t tvec, unsigned cause, bool interrupt) {
    uint64_t base = tvec & ~3ULL;

    return interrupt && (tvec & 1) != 0 ? base + 4 * (uint64_t)cause : base;
}

static void trap_to_s(struct frond_desc *d, unsigned cause, uint64_t tval, bool interrupt) {
    struct frond_csr *c = &d->csr;
    uint64_t s = c->mstatus & ~(MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SIE);

    if (c->mstatus & MSTATUS_SIE)
        s |= MSTATUS_SPIE;
    if (d->mode == FROND_MODE_S)
        s |= MSTATUS_SPP;
    c->mstatus = s;
    c->scause = cause | (uint64_t)interrupt << 63;
    c->stval = tval;
    c->sepc = d->pc;
    d->pc = vector(c->stvec, cause, interrupt);
    d->mode = FROND_MODE_S;
}

static void trap_to_m(struct frond_desc *d, unsigned cause, uint64_t tval, bool interrupt) {
    struct frond_csr *c = &d->csr;
    uint64_t s = c->mstatus & ~(MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MIE);

    if (c->mstatus & MSTATUS_MIE)
        s |= MSTATUS_MPIE;
    s |= (uint64_t)priv_of_mode(d->mode) << 11;
    c->mstatus = s;
    c->mcause = cause | (uint64_t)interrupt << 63;
    c->mtval = tval;
    c->mepc = d->pc;
    d->pc = vector(c->mtvec, cause, interrupt);
    d->mode = FROND_MODE_M;
}

void trap_take(struct hart *h, unsigned cause, uint64_t tval, bool interrupt) {
    struct riscv *r = riscv_of(h);
    struct frond_desc *d = r->core.path[r->core.top].d;
    uint64_t delegated = interrupt ? d->csr.mideleg : d->csr.medeleg;

    if (d->mode != FROND_MODE_M && (delegated >> cause & 1) != 0)
        trap_to_s(d, cause, tval, interrupt);
    else
        trap_to_m(d, cause, tval, interrupt);
    h->left--;
    h->retired_not++;
    mmu_select(h);
    if (r->trace) {
        const struct riscv_note n = {.what = EV_TRAP,
                                     .level = r->core.top,
                                     .b = tval,
                                     .a = cause | (uint64_t)interrupt << 63};
        r->trace(r->opaque, &n);
    }
}

void trap_raise(struct hart *h, unsigned cause, uint64_t tval) { trap_take(h, cause, tval, false); }

/* Which of the pending interrupts, by the specification's order of priority. */
static unsigned first_of(uint64_t set) {
    static const uint8_t order[] = {11, 3, 7, 9, 1, 5};

    for (unsigned i = 0; i < sizeof order; i++)
        if (set >> order[i] & 1)
            return order[i];
    return 0;
}

bool trap_interrupt(struct riscv *r, uint64_t pending) {
    const struct frond_desc *d = r->core.path[r->core.top].d;
    uint64_t to_m = pending & ~d->csr.mideleg, to_s = pending & d->csr.mideleg;

    if (d->mode == FROND_MODE_M && (d->csr.mstatus & MSTATUS_MIE) == 0)
        to_m = 0;
    if (d->mode == FROND_MODE_M || (d->mode == FROND_MODE_S && (d->csr.mstatus & MSTATUS_SIE) == 0))
        to_s = 0;
    if ((to_m | to_s) == 0)
        return false;
    trap_take(&r->h, first_of(to_m ? to_m : to_s), 0, true);
    return true;
}
