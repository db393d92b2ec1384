/* walk.c - the guest's page tables and PMP, as the hart would read them (docs/machine.md). */
#include "classic.h"

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_A = 64, PTE_D = 128 };
#define PTE_RESERVED (0x3ffULL << 54)
#define PPN          ((1ULL << 44) - 1)

_Static_assert(PTE_R >> 1 == FROND_R && PTE_W >> 1 == FROND_W && PTE_X >> 1 == FROND_X, "perm");

unsigned walk_data_priv(void) {
    uint64_t s = guest.csr.mstatus;

    return guest.priv == PRIV_M && (s & STATUS_MPRV) != 0 ? (s & STATUS_MPP) >> 11 : guest.priv;
}

void *memory_at(uint64_t pa, unsigned need, unsigned *perm) {
    uint64_t offset = pa - FROND_RAM_BASE;

    *perm = FROND_R | FROND_W | FROND_X;
    if (offset < guest.size)
        return (void *)(uintptr_t)(guest.ram + offset);
    *perm = FROND_R | FROND_X;
    if (archive_given && offset - guest.size < archive->size && (need & FROND_W) == 0)
        return (uint8_t *)(uintptr_t)archive + (offset - guest.size);
    return NULL;
}

/* Pages [*first, *end) of a PMP entry; false if it is off. */
static bool pmp_range(unsigned i, uint64_t *first, uint64_t *end) {
    const struct frond_csr *c = &guest.csr;
    uint64_t at = c->pmpaddr[i] >> 10;

    switch (c->pmpcfg[i] >> 3 & 3) {
    case 1:
        *first = i == 0 ? 0 : c->pmpaddr[i - 1] >> 10;
        *end = at;
        return *first < *end;
    case 3: {
        uint64_t ones = c->pmpaddr[i] | 0x1ff, size = (ones ^ (ones + 1)) >> 10;

        *first = at & ~size;
        *end = (at | size) + 1;
        return true;
    }
    default: return false;
    }
}

/* Whether some entry's configuration has one of these bits. */
static bool pmp_some(uint64_t bits) {
    uint64_t half[2];

    __builtin_memcpy(half, guest.csr.pmpcfg, sizeof half);
    return ((half[0] | half[1]) & bits * 0x0101010101010101) != 0;
}

static unsigned pmp_perm(unsigned priv, uint64_t pa) {
    uint64_t page = pa / FROND_PAGE_SIZE, first, end;

    if (priv == PRIV_M && !pmp_some(0x80)) /* nothing is locked: most guests, all the time */
        return 7;
    for (unsigned i = 0; i < 16; i++) {
        uint8_t cfg = guest.csr.pmpcfg[i];

        if (!pmp_range(i, &first, &end) || page < first || page >= end)
            continue;
        return priv == PRIV_M && (cfg & 0x80) == 0 ? 7 : cfg & 7;
    }
    return priv == PRIV_M ? 7 : 0;
}

static unsigned page_fault(unsigned need) {
    return need & FROND_X ? CAUSE_FETCH_PAGE : need & FROND_W ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE;
}

static unsigned access_fault(unsigned need) {
    return need & FROND_X   ? CAUSE_FETCH_ACCESS
           : need & FROND_W ? CAUSE_STORE_ACCESS
                            : CAUSE_LOAD_ACCESS;
}

/* What a leaf PTE lets `priv` do. */
static unsigned pte_perm(unsigned priv, uint64_t pte) {
    unsigned perm = pte >> 1 & 7;

    if ((guest.csr.mstatus & STATUS_MXR) != 0 && (pte & PTE_X) != 0)
        perm |= FROND_R;
    if (priv == PRIV_U)
        return pte & PTE_U ? perm : 0;
    if ((pte & PTE_U) == 0)
        return perm;
    return guest.csr.mstatus & STATUS_SUM ? perm & ~(unsigned)FROND_X : 0;
}

/* A PTE, here; NULL: no memory, or PMP forbids it. */
static uint64_t *pte_at(uint64_t pa, unsigned need) {
    unsigned perm;

    if ((pmp_perm(PRIV_S, pa) & need) != need)
        return NULL;
    return memory_at(pa, need, &perm);
}

static struct walk failed(unsigned cause) { return (struct walk){.cause = cause}; }

static struct walk leaf(unsigned priv, uint64_t va, unsigned need, uint64_t at, uint64_t pte,
                        unsigned level) {
    uint64_t offset = (1ULL << (12 + 9 * level)) - 1, page = (pte >> 10 & PPN) << 12;
    uint64_t marked = pte | PTE_A | (need & FROND_W ? PTE_D : 0);
    unsigned perm = pte_perm(priv, pte);

    if ((page & offset) != 0 || (perm & need) != need)
        return failed(page_fault(need));
    if (marked != pte) {
        uint64_t *p = pte_at(at, FROND_R | FROND_W);

        if (p == NULL)
            return failed(access_fault(need));
        *p = marked;
    }
    return (struct walk){.pa = page | (va & offset),
                         .perm = marked & PTE_D ? perm : perm & ~(unsigned)FROND_W,
                         .level = level};
}

static struct walk walk_tables(unsigned priv, uint64_t va, unsigned need) {
    uint64_t satp = guest.csr.satp, table = (satp & PPN) << 12;
    unsigned levels = satp >> 60 == 8 ? 3 : 4;
    int64_t high = (int64_t)va >> (11 + 9 * levels);

    if (high != 0 && high != -1)
        return failed(page_fault(need));
    for (unsigned l = levels; l-- > 0;) {
        uint64_t at = table + (va >> (12 + 9 * l) & 511) * 8, pte;
        const uint64_t *p = pte_at(at, FROND_R);

        if (p == NULL)
            return failed(access_fault(need));
        pte = *p;
        if ((pte & PTE_V) == 0 || (pte & (PTE_R | PTE_W)) == PTE_W || (pte & PTE_RESERVED) != 0)
            break;
        if ((pte & (PTE_R | PTE_X)) != 0)
            return leaf(priv, va, need, at, pte, l);
        if ((pte & (PTE_U | PTE_A | PTE_D)) != 0)
            break;
        table = (pte >> 10 & PPN) << 12;
    }
    return failed(page_fault(need));
}

struct walk walk(unsigned priv, uint64_t va, unsigned need) {
    bool bare = priv == PRIV_M || guest.csr.satp >> 60 == 0;
    struct walk w = bare ? (struct walk){.pa = va, .perm = 7} : walk_tables(priv, va, need);

    if (w.cause != 0)
        return w;
    w.perm &= pmp_perm(priv, w.pa);
    return (w.perm & need) == need ? w : failed(access_fault(need));
}
