/* csr.c - control and status registers, and the SYSTEM instructions. */
#include "riscv.h"
#include <string.h>

#define MSTATUS_WRITE                                                                              \
    (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP | MSTATUS_MPP |         \
     MSTATUS_FS | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW |            \
     MSTATUS_TSR)
#define SSTATUS_WRITE                                                                              \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR)
#define MSTATUS_XL   (2ULL << 32 | 2ULL << 34)
#define SSTATUS_XL   (2ULL << 32)
#define MISA         (2ULL << 62 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 12 | 1 << 18 | 1 << 20)
#define MEDELEG      0xb3ffULL
#define S_INTERRUPTS (MIP_SSIP | MIP_STIP | MIP_SEIP)
#define INTERRUPTS   (S_INTERRUPTS | MIP_MSIP | MIP_MTIP | MIP_MEIP)
#define MENVCFG      (MENVCFG_STCE | 1)
#define PMPADDR      ((1ULL << 54) - 1)
#define SATP_WRITE   (15ULL << 60 | ((1ULL << 44) - 1))

enum {
    CSR_FFLAGS = 0x001,
    CSR_FRM,
    CSR_FCSR,
    CSR_SSTATUS = 0x100,
    CSR_SIE = 0x104,
    CSR_STVEC,
    CSR_SCOUNTEREN,
    CSR_SENVCFG = 0x10a,
    CSR_SSCRATCH = 0x140,
    CSR_SEPC,
    CSR_SCAUSE,
    CSR_STVAL,
    CSR_SIP,
    CSR_STIMECMP = 0x14d,
    CSR_SATP = 0x180,
    CSR_MSTATUS = 0x300,
    CSR_MISA,
    CSR_MEDELEG,
    CSR_MIDELEG,
    CSR_MIE,
    CSR_MTVEC,
    CSR_MCOUNTEREN,
    CSR_MENVCFG = 0x30a,
    CSR_MCOUNTINHIBIT = 0x320,
    CSR_MHPMEVENT3 = 0x323,
    CSR_MHPMEVENT31 = 0x33f,
    CSR_MSCRATCH = 0x340,
    CSR_MEPC,
    CSR_MCAUSE,
    CSR_MTVAL,
    CSR_MIP,
    CSR_PMPCFG0 = 0x3a0,
    CSR_PMPCFG2 = 0x3a2,
    CSR_PMPADDR0 = 0x3b0,
    CSR_PMPADDR15 = 0x3bf,
    CSR_MCYCLE = 0xb00,
    CSR_MINSTRET = 0xb02,
    CSR_MHPMCOUNTER3 = 0xb03,
    CSR_MHPMCOUNTER31 = 0xb1f,
    CSR_CYCLE = 0xc00,
    CSR_TIME,
    CSR_INSTRET,
    CSR_HPMCOUNTER3,
    CSR_HPMCOUNTER31 = 0xc1f,
    CSR_MVENDORID = 0xf11,
    CSR_MCONFIGPTR = 0xf15,
};

/* ---- Reading ------------------------------------------------------------------------------------ */

static uint64_t with_sd(uint64_t status) {
    return (status & MSTATUS_FS) == MSTATUS_FS ? status | 1ULL << 63 : status;
}

static uint64_t cycle(struct riscv *r, const struct frond_csr *c) {
    return c->mcountinhibit & 1 ? c->mcycle_offset : level_clock(r, r->core.top) + c->mcycle_offset;
}

static uint64_t now_time(struct riscv *r) {
    return (level_clock(r, r->core.top) + r->h.d->clint.time_offset) / FROND_STEPS_PER_TICK;
}

/* A pmpaddr reads as its granularity of a page says. */
static uint64_t pmpaddr_read(const struct frond_csr *c, unsigned i) {
    return (c->pmpcfg[i] >> 3 & 3) == 3 ? c->pmpaddr[i] | 0x1ff : c->pmpaddr[i] & ~0x3ffULL;
}

static uint64_t pmpcfg_read(const struct frond_csr *c, unsigned first) {
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)c->pmpcfg[first + i] << (8 * i);
    return v;
}

static bool counter_ok(const struct frond_desc *d, unsigned n) {
    const struct frond_csr *c = &d->csr;

    if (d->mode != FROND_MODE_M && (c->mcounteren >> n & 1) == 0)
        return false;
    return d->mode != FROND_MODE_U || (c->scounteren >> n & 1) != 0;
}

static bool stimecmp_ok(const struct frond_desc *d) {
    return d->mode == FROND_MODE_M ||
           ((d->csr.mcounteren & 2) != 0 && (d->csr.menvcfg & MENVCFG_STCE) != 0);
}

/* User-level CSRs: floating point and counters. */
static bool read_user(struct riscv *r, unsigned csr, uint64_t *v) {
    struct frond_desc *d = r->h.d;

    if (csr >= CSR_FFLAGS && csr <= CSR_FCSR) {
        *v = csr == CSR_FFLAGS ? d->csr.fcsr & 31 : csr == CSR_FRM ? d->csr.fcsr >> 5 : d->csr.fcsr;
        return (d->csr.mstatus & MSTATUS_FS) != 0;
    }
    if (csr < CSR_CYCLE || csr > CSR_HPMCOUNTER31 || !counter_ok(d, csr - CSR_CYCLE))
        return false;
    count_retired(r);
    *v = csr == CSR_CYCLE     ? cycle(r, &d->csr)
         : csr == CSR_TIME    ? now_time(r)
         : csr == CSR_INSTRET ? d->csr.minstret
                              : 0;
    return true;
}

static bool read_supervisor(struct riscv *r, unsigned csr, uint64_t *v) {
    struct frond_desc *d = r->h.d;
    const struct frond_csr *c = &d->csr;

    switch (csr) {
    case CSR_SSTATUS: *v = with_sd((c->mstatus & SSTATUS_WRITE) | SSTATUS_XL); return true;
    case CSR_SIE: *v = c->mie & c->mideleg; return true;
    case CSR_SIP: *v = hart_mip(r, r->core.top, c->mideleg); return true;
    case CSR_SCOUNTEREN: *v = c->scounteren; return true;
    case CSR_SENVCFG: *v = c->senvcfg; return true;
    case CSR_STIMECMP: *v = c->stimecmp; return stimecmp_ok(d);
    case CSR_SATP: *v = c->satp; return d->mode != FROND_MODE_S || (c->mstatus & MSTATUS_TVM) == 0;
    default: return false;
    }
}

static bool read_machine(struct riscv *r, unsigned csr, uint64_t *v) {
    const struct frond_csr *c = &r->h.d->csr;

    *v = 0;
    if ((csr >= CSR_MVENDORID && csr <= CSR_MCONFIGPTR) ||
        (csr >= CSR_MHPMCOUNTER3 && csr <= CSR_MHPMCOUNTER31) ||
        (csr >= CSR_MHPMEVENT3 && csr <= CSR_MHPMEVENT31))
        return true;
    if (csr >= CSR_PMPADDR0 && csr <= CSR_PMPADDR15) {
        *v = pmpaddr_read(c, csr - CSR_PMPADDR0);
        return true;
    }
    switch (csr) {
    case CSR_MSTATUS: *v = with_sd(c->mstatus | MSTATUS_XL); return true;
    case CSR_MISA: *v = MISA; return true;
    case CSR_MEDELEG: *v = c->medeleg; return true;
    case CSR_MIDELEG: *v = c->mideleg; return true;
    case CSR_MIE: *v = c->mie; return true;
    case CSR_MIP: *v = hart_mip(r, r->core.top, ~0ULL); return true;
    case CSR_MCOUNTEREN: *v = c->mcounteren; return true;
    case CSR_MENVCFG: *v = c->menvcfg; return true;
    case CSR_MCOUNTINHIBIT: *v = c->mcountinhibit; return true;
    case CSR_PMPCFG0: *v = pmpcfg_read(c, 0); return true;
    case CSR_PMPCFG2: *v = pmpcfg_read(c, 8); return true;
    case CSR_MCYCLE: *v = cycle(r, c); return true;
    case CSR_MINSTRET:
        count_retired(r);
        *v = c->minstret;
        return true;
    default: return false;
    }
}

struct csr_word csr_word(unsigned csr) {
#define WORD(field, keeps)                                                                         \
    (struct csr_word) { offsetof(struct frond_desc, csr.field), keeps }
    switch (csr) {
    case CSR_STVEC: return WORD(stvec, ~2ULL);
    case CSR_SSCRATCH: return WORD(sscratch, ~0ULL);
    case CSR_SEPC: return WORD(sepc, ~1ULL);
    case CSR_SCAUSE: return WORD(scause, ~0ULL);
    case CSR_STVAL: return WORD(stval, ~0ULL);
    case CSR_MTVEC: return WORD(mtvec, ~2ULL);
    case CSR_MSCRATCH: return WORD(mscratch, ~0ULL);
    case CSR_MEPC: return WORD(mepc, ~1ULL);
    case CSR_MCAUSE: return WORD(mcause, ~0ULL);
    case CSR_MTVAL: return WORD(mtval, ~0ULL);
    default: return (struct csr_word){0, 0};
    }
#undef WORD
}

static uint64_t *word_in(struct frond_desc *d, struct csr_word w) {
    return (uint64_t *)(void *)((char *)d + w.offset);
}

/* Whether the register is there and may be read now. */
static bool csr_read(struct riscv *r, unsigned csr, uint64_t *v) {
    struct csr_word w = csr_word(csr);

    if (w.keeps != 0) {
        *v = *word_in(r->h.d, w);
        return true;
    }
    switch (csr >> 8 & 3) {
    case 0: return read_user(r, csr, v);
    case 1: return read_supervisor(r, csr, v);
    case 3: return read_machine(r, csr, v);
    default: return false;
    }
}

/* ---- Writing (the read has succeeded, the register is writable) ----------------------------------- */

static void write_status(struct riscv *r, uint64_t v, uint64_t mask) {
    struct frond_csr *c = &r->h.d->csr;
    uint64_t old = c->mstatus;
    uint64_t s = (old & ~mask) | (v & mask);

    if ((s & MSTATUS_MPP) == 2ULL << 11)
        s = (s & ~MSTATUS_MPP) | (old & MSTATUS_MPP);
    c->mstatus = s;
    if ((s ^ old) & MSTATUS_MXR)
        mmu_adopt(r, r->core.top);
    if ((s ^ old) & (MSTATUS_SUM | MSTATUS_MPRV | MSTATUS_MPP))
        mmu_select(&r->h);
    if ((s & ~old & (MSTATUS_SIE | MSTATUS_MIE)) != 0 && r->pending != 0)
        r->h.attention = true;
}

static void write_fcsr(struct frond_csr *c, unsigned csr, uint64_t v) {
    if (csr == CSR_FFLAGS)
        c->fcsr = (c->fcsr & ~31ULL) | (v & 31);
    else if (csr == CSR_FRM)
        c->fcsr = (c->fcsr & 31) | (v & 7) << 5;
    else
        c->fcsr = v & 255;
    c->mstatus |= MSTATUS_FS;
}

static void write_supervisor(struct riscv *r, unsigned csr, uint64_t v) {
    struct frond_csr *c = &r->h.d->csr;
    uint64_t d = c->mideleg;

    switch (csr) {
    case CSR_SSTATUS: write_status(r, v, SSTATUS_WRITE); break;
    case CSR_SIE:
        c->mie = (c->mie & ~d) | (v & d);
        r->h.attention = true;
        break;
    case CSR_SIP:
        d &= MIP_SSIP;
        c->mip = (c->mip & ~d) | (v & d);
        r->h.attention = true;
        break;
    case CSR_SCOUNTEREN: c->scounteren = v & UINT32_MAX; break;
    case CSR_SENVCFG: c->senvcfg = v & 1; break;
    case CSR_STIMECMP:
        c->stimecmp = v;
        r->h.attention = true;
        break;
    case CSR_SATP:
        if (v >> 60 != 0 && v >> 60 != 8 && v >> 60 != 9)
            break;
        if (c->satp != (v & SATP_WRITE)) {
            c->satp = v & SATP_WRITE;
            mmu_adopt(r, r->core.top);
        }
        break;
    }
}

static void write_pmpcfg(struct frond_csr *c, unsigned first, uint64_t v) {
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *cfg = &c->pmpcfg[first + i];
        uint8_t b = (uint8_t)(v >> (8 * i)) & 0x9f;
        if ((*cfg & 0x80) != 0 || (b & 3) == 2)
            continue; /* locked, or W without R: reserved */
        if ((b >> 3 & 3) == 2)
            b = (uint8_t)((b & ~0x18) | (*cfg & 0x18)); /* NA4 is finer than a page */
        *cfg = b;
    }
}

static void write_pmpaddr(struct frond_csr *c, unsigned i, uint64_t v) {
    bool next_locks = i < 15 && (c->pmpcfg[i + 1] & 0x98) == 0x88; /* locked TOR */

    if ((c->pmpcfg[i] & 0x80) == 0 && !next_locks)
        c->pmpaddr[i] = v & PMPADDR;
}

static void write_countinhibit(struct riscv *r, struct frond_csr *c, uint64_t v) {
    uint64_t now = level_clock(r, r->core.top) + 1; /* when this instruction has retired */

    count_retired(r);
    if (((c->mcountinhibit ^ v) & 1) != 0)
        c->mcycle_offset += v & 1 ? now : 0 - now;
    if (((c->mcountinhibit ^ v) & 4) != 0)
        c->minstret +=
            v & 4 ? 1 : UINT64_MAX; /* so does this one count, or not, as it was before */
    c->mcountinhibit = v & 5;
}

static void write_machine(struct riscv *r, unsigned csr, uint64_t v) {
    struct frond_csr *c = &r->h.d->csr;
    uint64_t mip = MIP_SSIP | MIP_SEIP | (c->menvcfg & MENVCFG_STCE ? 0 : MIP_STIP);

    if (csr >= CSR_PMPADDR0 && csr <= CSR_PMPADDR15) {
        write_pmpaddr(c, csr - CSR_PMPADDR0, v);
        mmu_adopt(r, r->core.top);
        return;
    }
    switch (csr) {
    case CSR_MSTATUS: write_status(r, v, MSTATUS_WRITE); break;
    case CSR_MEDELEG: c->medeleg = v & MEDELEG; break;
    case CSR_MIDELEG:
        c->mideleg = v & S_INTERRUPTS;
        r->h.attention = true;
        break;
    case CSR_MIE:
        c->mie = v & INTERRUPTS;
        r->h.attention = true;
        break;
    case CSR_MIP:
        c->mip = (c->mip & ~mip) | (v & mip);
        r->h.attention = true;
        break;
    case CSR_MCOUNTEREN: c->mcounteren = v & UINT32_MAX; break;
    case CSR_MENVCFG:
        c->menvcfg = v & MENVCFG;
        r->h.attention = true;
        break;
    case CSR_MCOUNTINHIBIT: write_countinhibit(r, c, v); break;
    case CSR_PMPCFG0:
        write_pmpcfg(c, 0, v);
        mmu_adopt(r, r->core.top);
        break;
    case CSR_PMPCFG2:
        write_pmpcfg(c, 8, v);
        mmu_adopt(r, r->core.top);
        break;
    case CSR_MCYCLE:
        c->mcycle_offset = c->mcountinhibit & 1 ? v : v - (level_clock(r, r->core.top) + 1);
        break;
    case CSR_MINSTRET:
        count_retired(r);
        c->minstret = c->mcountinhibit & 4 ? v : v - 1; /* this instruction will count */
        break;
    default: break; /* read-only zero */
    }
}

static void csr_write(struct riscv *r, unsigned csr, uint64_t v) {
    struct csr_word w = csr_word(csr);

    if (w.keeps != 0)
        *word_in(r->h.d, w) = v & w.keeps;
    else if (csr <= CSR_FCSR)
        write_fcsr(&r->h.d->csr, csr, v);
    else if ((csr >> 8 & 3) == 1)
        write_supervisor(r, csr, v);
    else
        write_machine(r, csr, v);
}

/* ---- Instructions -------------------------------------------------------------------------------- */

static void retire(struct riscv *r, unsigned ilen) {
    r->h.d->pc += ilen;
    r->h.left--;
}

static void illegal(struct riscv *r, uint32_t raw) { trap_raise(&r->h, CAUSE_ILLEGAL, raw); }

static void csr_instruction(struct riscv *r, uint32_t raw, unsigned ilen) {
    struct frond_desc *d = r->h.d;
    unsigned csr = raw >> 20, rs1 = raw >> 15 & 31, rd = raw >> 7 & 31, op = raw >> 12 & 3;
    uint64_t operand = raw >> 14 & 1 ? rs1 : d->x[rs1];
    bool writes = op == 1 || rs1 != 0;
    uint64_t old, seen;

    if ((csr >> 8 & 3) > priv_of_mode(d->mode) || (writes && csr >> 10 == 3) ||
        !csr_read(r, csr, &old)) {
        illegal(r, raw);
        return;
    }
    seen = old;
    if (csr == CSR_MIP || csr == CSR_SIP) /* set and clear work on the bits software drives */
        old = (old & ~(uint64_t)MIP_SEIP) | (d->csr.mip & MIP_SEIP);
    if (writes)
        csr_write(r, csr, op == 1 ? operand : op == 2 ? old | operand : old & ~operand);
    if (rd != 0)
        d->x[rd] = seen;
    retire(r, ilen);
}

static void mret(struct riscv *r) {
    struct frond_desc *d = r->h.d;
    uint64_t s = d->csr.mstatus;
    unsigned to = (s & MSTATUS_MPP) >> 11;

    s &= ~(MSTATUS_MIE | MSTATUS_MPP | (to == 3 ? 0 : MSTATUS_MPRV));
    if (s & MSTATUS_MPIE)
        s |= MSTATUS_MIE;
    d->csr.mstatus = s | MSTATUS_MPIE;
    d->mode = mode_of_priv(to);
    d->pc = d->csr.mepc;
}

static void sret(struct riscv *r) {
    struct frond_desc *d = r->h.d;
    uint64_t s = d->csr.mstatus;
    bool to_s = (s & MSTATUS_SPP) != 0;

    s &= ~(MSTATUS_SIE | MSTATUS_SPP | MSTATUS_MPRV);
    if (s & MSTATUS_SPIE)
        s |= MSTATUS_SIE;
    d->csr.mstatus = s | MSTATUS_SPIE;
    d->mode = to_s ? FROND_MODE_S : FROND_MODE_U;
    d->pc = d->csr.sepc;
}

static void returned(struct riscv *r) {
    r->h.left--;
    mmu_select(&r->h);
    if (r->pending != 0)
        r->h.attention = true;
}

static void privileged(struct riscv *r, uint32_t raw, unsigned ilen) {
    struct frond_desc *d = r->h.d;
    uint64_t s = d->csr.mstatus;
    bool is_m = d->mode == FROND_MODE_M, is_s = d->mode == FROND_MODE_S;

    if (raw == 0x00000073) {
        trap_raise(&r->h, CAUSE_ECALL_U + priv_of_mode(d->mode), 0);
    } else if (raw == 0x00100073) {
        trap_raise(&r->h, CAUSE_BREAKPOINT, d->pc);
    } else if (raw == 0x30200073 && is_m) {
        mret(r);
        returned(r);
    } else if (raw == 0x10200073 && (is_m || (is_s && (s & MSTATUS_TSR) == 0))) {
        sret(r);
        returned(r);
    } else if (raw == 0x10500073 && (is_m || (is_s && (s & MSTATUS_TW) == 0))) {
        d->wait = 1;
        r->h.attention = true;
        retire(r, ilen);
    } else if ((raw & 0xfe007fff) == 0x12000073 && (is_m || (is_s && (s & MSTATUS_TVM) == 0))) {
        retire(r, ilen); /* sfence.vma: page tables are read as if at every access */
    } else {
        illegal(r, raw);
    }
}

void sys_exec(struct hart *h, uint32_t raw, unsigned ilen) {
    struct riscv *r = riscv_of(h);

    if (ilen == 2) /* c.ebreak */
        trap_raise(h, CAUSE_BREAKPOINT, h->d->pc);
    else if ((raw >> 12 & 7) == 0)
        privileged(r, raw, ilen);
    else if ((raw >> 12 & 7) == 4)
        illegal(r, raw);
    else
        csr_instruction(r, raw, ilen);
}

/* ---- What a descriptor may hold -------------------------------------------------------------------- */

/* Registers of which some bits do not exist, in the descriptor's order. */
#define CSR_BITS(ROW)                                                                              \
    ROW(fcsr, 255)                                                                                 \
    ROW(mstatus, MSTATUS_WRITE)                                                                    \
    ROW(medeleg, MEDELEG)                                                                          \
    ROW(mideleg, S_INTERRUPTS)                                                                     \
    ROW(mie, INTERRUPTS)                                                                           \
    ROW(mip, S_INTERRUPTS)                                                                         \
    ROW(mtvec, ~2ULL)                                                                              \
    ROW(mepc, ~1ULL)                                                                               \
    ROW(mcounteren, UINT32_MAX)                                                                    \
    ROW(mcountinhibit, 5)                                                                          \
    ROW(menvcfg, MENVCFG)                                                                          \
    ROW(stvec, ~2ULL)                                                                              \
    ROW(sepc, ~1ULL)                                                                               \
    ROW(scounteren, UINT32_MAX)                                                                    \
    ROW(senvcfg, 1)                                                                                \
    ROW(satp, SATP_WRITE)

/* The offset of the first of them with such a bit, or -1. */
static int csr_bits_check(const struct frond_csr *c) {
#define FORBIDDEN(field, allowed) | (c->field & ~(uint64_t)(allowed))
    if ((0 CSR_BITS(FORBIDDEN)) == 0)
        return -1;
#define FIND(field, allowed)                                                                       \
    if ((c->field & ~(uint64_t)(allowed)) != 0)                                                    \
        return (int)offsetof(struct frond_desc, csr.field);
    CSR_BITS(FIND)
    return -1;
}

/* The offset of the first PMP register with a value it may not have, or -1. */
static int pmp_check(const struct frond_csr *c) {
    uint64_t high = 0, config[2];

    for (int i = 0; i < 16; i++)
        high |= c->pmpaddr[i] & ~PMPADDR;
    memcpy(config, c->pmpcfg, sizeof config);
    if ((high | config[0] | config[1]) == 0)
        return -1;
    for (int i = 0; i < 16; i++)
        if (c->pmpaddr[i] > PMPADDR)
            return (int)offsetof(struct frond_desc, csr.pmpaddr) + 8 * i;
    for (int i = 0; i < 16; i++)
        if ((c->pmpcfg[i] & 0x60) != 0 || (c->pmpcfg[i] & 3) == 2 || (c->pmpcfg[i] & 0x18) == 0x10)
            return (int)offsetof(struct frond_desc, csr.pmpcfg) + i;
    return -1;
}

bool csr_value_ok(const struct frond_desc *d, int *offset) {
    const struct frond_csr *c = &d->csr;

    *offset = csr_bits_check(c);
    if (*offset >= 0)
        return false;
    *offset = (int)offsetof(struct frond_desc, csr.mstatus);
    if ((c->mstatus & MSTATUS_MPP) == 2ULL << 11)
        return false;
    *offset = (int)offsetof(struct frond_desc, csr.satp);
    if (c->satp >> 60 != 0 && c->satp >> 60 != 8 && c->satp >> 60 != 9)
        return false;
    *offset = pmp_check(c);
    if (*offset >= 0)
        return false;
    *offset = (int)offsetof(struct frond_desc, csr.res_width);
    return c->res_width == 0 || c->res_width == 4 || c->res_width == 8;
}
