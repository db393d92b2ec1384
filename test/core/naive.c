/*
 * naive.c - see world.h. Nothing is kept, every table is read anew at every access; a 128-bit number
 * stands for an end of a range. It shares with core/ the types only.
 */
#include "world.h"

typedef unsigned __int128 wide;

bool is_private(uint64_t addr) { return addr >= PRIVATE * PAGE && addr < PRIVATE_END * PAGE; }

bool naive_well_formed(const struct frond_range *r) {
    wide top = (wide)1 << 64;

    return r->base % PAGE == 0 && r->size % PAGE == 0 && r->target % PAGE == 0 && r->size != 0 &&
           (wide)r->base + r->size <= top && (wide)r->target + r->size <= top &&
           (r->flags & ~(uint64_t)(FROND_R | FROND_W | FROND_X | FROND_SHARED)) == 0;
}

static bool holds(const struct frond_range *r, uint64_t addr) {
    return r->base <= addr && addr < (wide)r->base + r->size;
}

long naive_scan(const struct frond_range *t, uint64_t count, uint64_t addr) {
    for (uint64_t i = 0; i < count; i++)
        if (holds(&t[i], addr))
            return (long)i;
    return -1;
}

bool naive_ordered(const struct frond_range *t, uint64_t count, uint64_t *bad) {
    for (*bad = 0; *bad < count; ++*bad) {
        const struct frond_range *r = &t[*bad];
        if (!naive_well_formed(r) || (*bad > 0 && (wide)r[-1].base + r[-1].size > r->base))
            return false;
    }
    return true;
}

/* ---- Accesses ---------------------------------------------------------------------------------- */

/* An access: by whom, to what, and for which other access (kind, tval) if it is implied. */
struct access {
    unsigned level, mode;
    uint64_t addr;
    unsigned need;
    uint32_t kind;
    uint64_t tval;
    bool direct;
};

static bool resolve(struct world *w, const struct access *x, struct verdict *v);

static bool ends(struct verdict *v, const struct access *x, enum core_what what, unsigned level) {
    v->a.what = what;
    v->a.level = level;
    v->a.maker = x->level;
    v->a.direct = x->direct;
    v->a.tval = x->tval;
    return false;
}

static bool gap(struct verdict *v, const struct access *x, unsigned level, unsigned mode) {
    v->a.addr = v->chain[level];
    v->a.mode = (uint8_t)mode;
    v->a.kind = x->kind;
    return ends(v, x, CORE_GAP, level);
}

/* The node at `level` takes a trap at its ENTER store. */
static bool issuer_traps(struct verdict *v, const struct access *x, unsigned level, uint32_t cause,
                         uint64_t tval) {
    ends(v, x, CORE_ISSUER, level);
    v->a.cause = cause;
    v->a.tval = tval;
    return false;
}

static uint32_t denied(unsigned need) { return need & FROND_W ? 7 : 5; }

/* The issuer at `level` makes an access to its address va: where, with what permissions, by which map. */
static bool issued(struct world *w, const struct access *x, unsigned level, uint64_t va,
                   unsigned need, uint64_t *pa, unsigned *perm, unsigned *mode, struct verdict *v) {
    const struct frond_desc *d = level_desc(w, level);
    struct access read = {level, CORE_P, 0, FROND_R, FROND_FAULT_WALK, va, false};
    struct verdict pte = {0};
    uint64_t entry;

    *pa = va;
    *perm = 7;
    *mode = d->mode == FROND_MODE_U ? CORE_NP : CORE_P;
    if (d->mode == FROND_MODE_M)
        return true;
    if (va / PAGE >= 512)
        return issuer_traps(v, x, level, need & FROND_W ? 15 : 13, va);
    read.addr = d->csr.satp + va / PAGE * 8;
    if (is_private(read.addr))
        return issuer_traps(v, x, level, denied(need), va);
    if (!resolve(w, &read, &pte)) {
        *v = pte;
        return false;
    }
    memcpy(&entry, w->arena + pte.a.page * PAGE + read.addr % PAGE, 8);
    *perm = entry >> 1 & 7;
    if ((*perm & FROND_R) == 0)
        *perm &= ~(unsigned)FROND_W;
    *pa = entry / PAGE * PAGE + va % PAGE;
    if ((entry & PTE_VALID) == 0 || (*perm & need) != need)
        return issuer_traps(v, x, level, need & FROND_W ? 15 : 13, va);
    return true;
}

/* Reads entry `index` for the access x. */
static bool entry(struct world *w, const struct access *x, unsigned level, unsigned mode,
                  uint64_t index, struct frond_range *e, struct verdict *v) {
    const struct frond_desc *d = level_desc(w, level);
    uint64_t va = (mode == CORE_P ? d->map_p.addr : d->map_np.addr) + 32 * index;
    struct access read = {level - 1, 0, 0, FROND_R, FROND_FAULT_MAP, va, false};
    struct verdict found = {0};
    unsigned perm;

    if (!issued(w, x, level - 1, va, FROND_R, &read.addr, &perm, &read.mode, v))
        return false;
    if (is_private(read.addr))
        return issuer_traps(v, x, level - 1, 5, va);
    if (!resolve(w, &read, &found)) {
        *v = found;
        return false;
    }
    memcpy(e, w->arena + found.a.page * PAGE + va % PAGE, sizeof *e);
    return true;
}

bool naive_entry(struct world *w, unsigned level, unsigned mode, uint64_t index,
                 struct frond_range *e) {
    struct verdict v = {0};
    const struct access x = {level, mode, 0, FROND_R, 0, 0, true};

    return entry(w, &x, level, mode, index, e, &v);
}

/* 2.2, as it is written there. */
static bool search(struct world *w, const struct access *x, unsigned level, unsigned mode,
                   uint64_t addr, struct frond_range *e, struct verdict *v) {
    const struct frond_desc *d = level_desc(w, level);
    uint64_t lo = 0, hi = mode == CORE_P ? d->map_p.count : d->map_np.count;
    wide left = 0, right = (wide)1 << 64;

    if (level == 0) {
        long i = naive_scan(w->root, w->core.root_count, addr);
        if (i < 0)
            return gap(v, x, 0, mode);
        *e = w->root[i];
        return true;
    }
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (!entry(w, x, level, mode, mid, e, v))
            return false;
        wide end = (wide)e->base + e->size;
        if (!naive_well_formed(e) || left > e->base || end > right) {
            v->a.index = mid;
            v->a.mode = (uint8_t)mode;
            return ends(v, x, CORE_BAD, level);
        }
        if (holds(e, addr))
            return true;
        if (addr < e->base) {
            hi = mid;
            right = e->base;
        } else {
            lo = mid + 1;
            left = end;
        }
    }
    return gap(v, x, level, mode);
}

/* Rule 6. */
static bool is_descriptor(struct world *w, const struct access *x, const unsigned *modes,
                          uint32_t page, struct verdict *v) {
    for (unsigned l = 1; l <= w->core.top; l++) {
        if (w->page_of[w->path[l]] != page)
            continue;
        if (l <= x->level) {
            gap(v, x, l, modes[l]);
            v->a.kind = FROND_FAULT_DESC;
        } else if (x->kind != 0) {
            issuer_traps(v, x, x->level, denied(x->need), x->tval);
        } else {
            ends(v, x, CORE_REFUSED, x->level);
        }
        return true;
    }
    return false;
}

static bool resolve(struct world *w, const struct access *x, struct verdict *v) {
    unsigned perm = 7, mode = x->mode, shared = 0, modes[LEVELS];
    uint64_t addr = x->addr;
    struct frond_range e;

    for (unsigned l = x->level;; l--) {
        modes[l] = mode;
        v->chain[l] = addr;
        if (!search(w, x, l, mode, addr, &e, v))
            return false;
        if (l == x->level)
            shared = e.flags & FROND_SHARED;
        perm &= (unsigned)e.flags;
        if (perm == 0 || (x->need & ~perm) != 0)
            return gap(v, x, l, mode);
        addr = e.target + (addr - e.base);
        if (l == 0)
            break;
        unsigned theirs, below;
        uint64_t pa;
        if (!issued(w, x, l - 1, addr, x->need & FROND_W ? FROND_W : FROND_R, &pa, &theirs, &below,
                    v))
            return false;
        if (is_private(pa))
            return gap(v, x, l, mode);
        if ((theirs & FROND_R) == 0)
            perm &= ~(unsigned)(FROND_R | FROND_X);
        if ((theirs & FROND_W) == 0)
            perm &= ~(unsigned)FROND_W;
        mode = below == CORE_NP ? CORE_NP : mode;
        addr = pa;
    }
    bool device = (addr & CORE_ROOT_WINDOW) != 0;
    uint32_t page = (uint32_t)((addr & ~CORE_ROOT_WINDOW) / PAGE);
    if (!device && is_descriptor(w, x, modes, page, v))
        return false;
    if (device && x->kind != 0)
        return issuer_traps(v, x, x->level, denied(x->need), x->tval);
    v->a.what = device ? CORE_DEVICE : CORE_RAM;
    v->a.page = page;
    v->a.perm = (uint8_t)perm;
    v->shared = shared != 0;
    return true;
}

void naive_resolve(struct world *w, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                   struct verdict *v) {
    const struct access x = {level, mode, addr, need, 0, 0, true};

    memset(v, 0, sizeof *v);
    resolve(w, &x, v);
}
