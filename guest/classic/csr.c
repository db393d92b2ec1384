/* csr.c - the guest's CSRs: those of the machine (docs/machine.md, 1.1). */
#include "classic.h"

#define STATUS_ALL                                                                                 \
    (STATUS_SIE | STATUS_MIE | STATUS_SPIE | STATUS_MPIE | STATUS_SPP | STATUS_MPP | STATUS_FS |   \
     STATUS_MPRV | STATUS_SUM | STATUS_MXR | STATUS_TVM | STATUS_TW | STATUS_TSR)
#define SSTATUS_ALL  (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_FS | STATUS_SUM | STATUS_MXR)
#define STATUS_XL    (2ULL << 32 | 2ULL << 34)
#define SSTATUS_XL   (2ULL << 32)
#define MISA         (2ULL << 62 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 12 | 1 << 18 | 1 << 20)
#define MEDELEG      0xb3ffULL
#define S_INTERRUPTS (IP_SSIP | IP_STIP | IP_SEIP)
#define INTERRUPTS   (S_INTERRUPTS | IP_MSIP | IP_MTIP | IP_MEIP)
#define PMPADDR      ((1ULL << 54) - 1)
#define SATP_ALL     (15ULL << 60 | ((1ULL << 44) - 1))

enum {
    SSTATUS = 0x100,
    SIE = 0x104,
    STVEC,
    SCOUNTEREN,
    SENVCFG = 0x10a,
    SSCRATCH = 0x140,
    SEPC,
    SCAUSE,
    STVAL,
    SIP,
    STIMECMP = 0x14d,
    SATP = 0x180,
    MSTATUS = 0x300,
    MISA_CSR,
    MEDELEG_CSR,
    MIDELEG,
    MIE,
    MTVEC,
    MCOUNTEREN,
    MENVCFG = 0x30a,
    MCOUNTINHIBIT = 0x320,
    MHPMEVENT3 = 0x323,
    MHPMEVENT31 = 0x33f,
    MSCRATCH = 0x340,
    MEPC,
    MCAUSE,
    MTVAL,
    MIP,
    PMPCFG0 = 0x3a0,
    PMPCFG2 = 0x3a2,
    PMPADDR0 = 0x3b0,
    PMPADDR15 = 0x3bf,
    MCYCLE = 0xb00,
    MINSTRET = 0xb02,
    MHPMCOUNTER3 = 0xb03,
    MHPMCOUNTER31 = 0xb1f,
    CYCLE = 0xc00,
    TIME,
    INSTRET,
    HPMCOUNTER31 = 0xc1f,
    MVENDORID = 0xf11,
    MCONFIGPTR = 0xf15
};

/* ---- Reading ------------------------------------------------------------------------------------ */

static uint64_t with_sd(uint64_t status) {
    return (status & STATUS_FS) == STATUS_FS ? status | 1ULL << 63 : status;
}

static uint64_t status(void) {
    guest.csr.mstatus = (guest.csr.mstatus & ~STATUS_FS) | (csr_read("mstatus") & STATUS_FS);
    return guest.csr.mstatus;
}

static uint64_t cycle(void) {
    return guest.csr.mcountinhibit & 1 ? guest.csr.mcycle_offset
                                       : guest.clock + guest.csr.mcycle_offset;
}

uint64_t csr_mip(void) {
    uint64_t time = time_now(), mip = guest.csr.mip;

    if (guest.clint.msip & 1)
        mip |= IP_MSIP;
    if (time >= guest.clint.mtimecmp)
        mip |= IP_MTIP;
    if (guest.csr.menvcfg & ENVCFG_STCE) {
        mip &= ~IP_STIP;
        if (time >= guest.csr.stimecmp)
            mip |= IP_STIP;
    }
    if (plic_interrupt(&guest.plic, 0))
        mip |= IP_MEIP;
    if (plic_interrupt(&guest.plic, 1))
        mip |= IP_SEIP;
    return mip;
}

/* Granularity is a page. */
static uint64_t pmpaddr(unsigned i) {
    uint64_t v = guest.csr.pmpaddr[i];

    return (guest.csr.pmpcfg[i] >> 3 & 3) == 3 ? v | 0x1ff : v & ~0x3ffULL;
}

static uint64_t pmpcfg(unsigned first) {
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)guest.csr.pmpcfg[first + i] << (8 * i);
    return v;
}

static bool counter_ok(unsigned n) {
    if (guest.priv != PRIV_M && (guest.csr.mcounteren >> n & 1) == 0)
        return false;
    return guest.priv != PRIV_U || (guest.csr.scounteren >> n & 1) != 0;
}

/* Counters. The floating-point registers trap only if FS forbids them. */
static bool get_user(unsigned csr, uint64_t *v) {
    if (csr < CYCLE || csr > HPMCOUNTER31 || !counter_ok(csr - CYCLE))
        return false;
    *v = csr == CYCLE     ? cycle()
         : csr == TIME    ? time_now()
         : csr == INSTRET ? guest.csr.minstret
                          : 0;
    return true;
}

static bool get_supervisor(unsigned csr, uint64_t *v) {
    const struct frond_csr *c = &guest.csr;

    switch (csr) {
    case SSTATUS: *v = with_sd((status() & SSTATUS_ALL) | SSTATUS_XL); return true;
    case SIE: *v = c->mie & c->mideleg; return true;
    case SIP: *v = csr_mip() & c->mideleg; return true;
    case STVEC: *v = c->stvec; return true;
    case SCOUNTEREN: *v = c->scounteren; return true;
    case SENVCFG: *v = c->senvcfg; return true;
    case SSCRATCH: *v = c->sscratch; return true;
    case SEPC: *v = c->sepc; return true;
    case SCAUSE: *v = c->scause; return true;
    case STVAL: *v = c->stval; return true;
    case STIMECMP:
        *v = c->stimecmp;
        return guest.priv == PRIV_M ||
               ((c->mcounteren & 2) != 0 && (c->menvcfg & ENVCFG_STCE) != 0);
    case SATP: *v = c->satp; return guest.priv != PRIV_S || (c->mstatus & STATUS_TVM) == 0;
    default: return false;
    }
}

static bool get_machine(unsigned csr, uint64_t *v) {
    const struct frond_csr *c = &guest.csr;

    *v = 0;
    if ((csr >= MVENDORID && csr <= MCONFIGPTR) || (csr >= MHPMCOUNTER3 && csr <= MHPMCOUNTER31) ||
        (csr >= MHPMEVENT3 && csr <= MHPMEVENT31))
        return true;
    if (csr >= PMPADDR0 && csr <= PMPADDR15) {
        *v = pmpaddr(csr - PMPADDR0);
        return true;
    }
    switch (csr) {
    case MSTATUS: *v = with_sd(status() | STATUS_XL); return true;
    case MISA_CSR: *v = MISA; return true;
    case MEDELEG_CSR: *v = c->medeleg; return true;
    case MIDELEG: *v = c->mideleg; return true;
    case MIE: *v = c->mie; return true;
    case MIP: *v = csr_mip(); return true;
    case MTVEC: *v = c->mtvec; return true;
    case MCOUNTEREN: *v = c->mcounteren; return true;
    case MENVCFG: *v = c->menvcfg; return true;
    case MCOUNTINHIBIT: *v = c->mcountinhibit; return true;
    case MSCRATCH: *v = c->mscratch; return true;
    case MEPC: *v = c->mepc; return true;
    case MCAUSE: *v = c->mcause; return true;
    case MTVAL: *v = c->mtval; return true;
    case PMPCFG0: *v = pmpcfg(0); return true;
    case PMPCFG2: *v = pmpcfg(8); return true;
    case MCYCLE: *v = cycle(); return true;
    case MINSTRET: *v = c->minstret; return true;
    default: return false;
    }
}

bool csr_get(unsigned csr, uint64_t *v) {
    switch (csr >> 8 & 3) {
    case 0: return get_user(csr, v);
    case 1: return get_supervisor(csr, v);
    case 3: return get_machine(csr, v);
    default: return false;
    }
}

/* ---- Writing (the read has succeeded, the register is writable) ----------------------------------- */

static void put_status(uint64_t v, uint64_t mask) {
    uint64_t old = guest.csr.mstatus, s = (old & ~mask) | (v & mask);

    if ((s & STATUS_MPP) == 2ULL << 11)
        s = (s & ~STATUS_MPP) | (old & STATUS_MPP);
    guest.csr.mstatus = s;
    if ((s ^ old) & STATUS_FS) {
        csr_clear("mstatus", STATUS_FS);
        csr_set("mstatus", s & STATUS_FS);
    }
    if ((s ^ old) & (STATUS_MXR | STATUS_SUM | STATUS_MPRV | STATUS_MPP))
        shadow_select();
}

static void put_satp(uint64_t v) {
    if (v >> 60 != 0 && v >> 60 != 8 && v >> 60 != 9)
        return;
    guest.csr.satp = v & SATP_ALL;
    shadow_select();
}

static void put_supervisor(unsigned csr, uint64_t v) {
    struct frond_csr *c = &guest.csr;
    uint64_t d = c->mideleg;

    switch (csr) {
    case SSTATUS: put_status(v, SSTATUS_ALL); break;
    case SIE: c->mie = (c->mie & ~d) | (v & d); break;
    case SIP:
        d &= IP_SSIP;
        c->mip = (c->mip & ~d) | (v & d);
        break;
    case STVEC: c->stvec = v & ~2ULL; break;
    case SCOUNTEREN: c->scounteren = v & UINT32_MAX; break;
    case SENVCFG: c->senvcfg = v & 1; break;
    case SSCRATCH: c->sscratch = v; break;
    case SEPC: c->sepc = v & ~1ULL; break;
    case SCAUSE: c->scause = v; break;
    case STVAL: c->stval = v; break;
    case STIMECMP: c->stimecmp = v; break;
    case SATP: put_satp(v); break;
    }
}

static void put_pmpcfg(unsigned first, uint64_t v) {
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *cfg = &guest.csr.pmpcfg[first + i];
        uint8_t b = (uint8_t)(v >> (8 * i)) & 0x9f;

        if ((*cfg & 0x80) != 0 || (b & 3) == 2)
            continue; /* locked, or W without R: reserved */
        if ((b >> 3 & 3) == 2)
            b = (uint8_t)((b & ~0x18) | (*cfg & 0x18)); /* NA4 is finer than a page */
        *cfg = b;
    }
    shadow_flush_all();
}

static void put_pmpaddr(unsigned i, uint64_t v) {
    const uint8_t *cfg = guest.csr.pmpcfg;
    bool next_locks = i < 15 && (cfg[i + 1] & 0x98) == 0x88; /* locked TOR */

    if ((cfg[i] & 0x80) == 0 && !next_locks)
        guest.csr.pmpaddr[i] = v & PMPADDR;
    shadow_flush_all();
}

/* The instruction itself counts, or not, as it was before. */
static void put_countinhibit(uint64_t v) {
    struct frond_csr *c = &guest.csr;
    uint64_t now = guest.clock + 1;

    if (((c->mcountinhibit ^ v) & 1) != 0)
        c->mcycle_offset += v & 1 ? now : 0 - now;
    if (((c->mcountinhibit ^ v) & 4) != 0)
        c->minstret += v & 4 ? 1 : UINT64_MAX;
    c->mcountinhibit = v & 5;
}

static void put_machine(unsigned csr, uint64_t v) {
    struct frond_csr *c = &guest.csr;
    uint64_t mip = IP_SSIP | IP_SEIP | (c->menvcfg & ENVCFG_STCE ? 0 : IP_STIP);

    if (csr >= PMPADDR0 && csr <= PMPADDR15) {
        put_pmpaddr(csr - PMPADDR0, v);
        return;
    }
    switch (csr) {
    case MSTATUS: put_status(v, STATUS_ALL); break;
    case MEDELEG_CSR: c->medeleg = v & MEDELEG; break;
    case MIDELEG: c->mideleg = v & S_INTERRUPTS; break;
    case MIE: c->mie = v & INTERRUPTS; break;
    case MIP: c->mip = (c->mip & ~mip) | (v & mip); break;
    case MTVEC: c->mtvec = v & ~2ULL; break;
    case MCOUNTEREN: c->mcounteren = v & UINT32_MAX; break;
    case MENVCFG: c->menvcfg = v & (ENVCFG_STCE | 1); break;
    case MCOUNTINHIBIT: put_countinhibit(v); break;
    case MSCRATCH: c->mscratch = v; break;
    case MEPC: c->mepc = v & ~1ULL; break;
    case MCAUSE: c->mcause = v; break;
    case MTVAL: c->mtval = v; break;
    case PMPCFG0: put_pmpcfg(0, v); break;
    case PMPCFG2: put_pmpcfg(8, v); break;
    case MCYCLE: c->mcycle_offset = c->mcountinhibit & 1 ? v : v - (guest.clock + 1); break;
    case MINSTRET: c->minstret = c->mcountinhibit & 4 ? v : v - 1; break;
    default: break; /* read-only zero */
    }
}

static bool interrupts_hang_on(unsigned csr) {
    return csr == MIE || csr == MIP || csr == SIE || csr == SIP || csr == STIMECMP ||
           csr == MENVCFG;
}

void csr_put(unsigned csr, uint64_t v) {
    guest.attention |= interrupts_hang_on(csr);
    if ((csr >> 8 & 3) == 1)
        put_supervisor(csr, v);
    else
        put_machine(csr, v);
}
