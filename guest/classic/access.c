/* access.c - loads and stores that the hart cannot do for the guest: of devices, and of M-mode under MPRV. */
#include "classic.h"

enum {
    AMO_ADD,
    AMO_SWAP,
    LR,
    SC,
    AMO_XOR,
    AMO_OR = 8,
    AMO_AND = 12,
    AMO_MIN = 16,
    AMO_MAX = 20,
    AMO_MINU = 24,
    AMO_MAXU = 28
};

/* One page of an access. */
struct place {
    uint8_t *at; /* NULL: a device */
    uint64_t pa;
};

static bool fault(unsigned cause, uint64_t va) {
    trap_raise(cause, va);
    return false;
}

static bool locate(uint64_t va, unsigned need, struct place *p) {
    struct walk w = walk(walk_data_priv(), va, need);
    unsigned perm;

    if (w.cause != 0)
        return fault(w.cause, va);
    p->pa = w.pa;
    p->at = memory_at(w.pa, need, &perm);
    return true;
}

/* Both pages of an access, the second of which may be the first; false: a trap was taken. */
static bool locate_both(uint64_t va, unsigned width, unsigned need, struct place p[2]) {
    unsigned cause = need == FROND_R ? CAUSE_LOAD_ACCESS : CAUSE_STORE_ACCESS;
    uint64_t second = (va | (FROND_PAGE_SIZE - 1)) + 1;

    if (!locate(va, need, &p[0]))
        return false;
    if (va % FROND_PAGE_SIZE + width <= FROND_PAGE_SIZE)
        return p[0].at != NULL || va % width == 0 || fault(cause, va);
    if (p[0].at == NULL)
        return fault(cause, va);
    return locate(second, need, &p[1]) && (p[1].at != NULL || fault(cause, second));
}

/* Where byte i of the access lies. */
static uint8_t *byte(const struct place p[2], uint64_t va, unsigned i) {
    unsigned first = (unsigned)(FROND_PAGE_SIZE - va % FROND_PAGE_SIZE);

    return i < first ? p[0].at + i : p[1].at + (i - first);
}

static bool load(uint64_t va, unsigned width, uint64_t *value) {
    struct place p[2];

    if (!locate_both(va, width, FROND_R, p))
        return false;
    *value = 0;
    if (p[0].at == NULL)
        return window_load(p[0].pa, width, value) || fault(CAUSE_LOAD_ACCESS, va);
    for (unsigned i = 0; i < width; i++)
        *value |= (uint64_t)*byte(p, va, i) << (8 * i);
    return true;
}

static bool store(uint64_t va, unsigned width, uint64_t value) {
    struct place p[2];

    if (!locate_both(va, width, FROND_W, p))
        return false;
    if (p[0].at == NULL)
        return window_store(p[0].pa, width, value) || fault(CAUSE_STORE_ACCESS, va);
    for (unsigned i = 0; i < width; i++)
        *byte(p, va, i) = (uint8_t)(value >> (8 * i));
    return true;
}

static uint64_t extend(uint64_t v, const struct insn *i) {
    unsigned shift = 64 - 8 * i->width;

    if (i->fp)
        return i->width == 4 ? v | 0xffffffff00000000 : v;
    return i->is_signed ? (uint64_t)((int64_t)(v << shift) >> shift) : v << shift >> shift;
}

static uint64_t combine(unsigned op, uint64_t old, uint64_t by, const struct insn *i) {
    int64_t a = (int64_t)extend(old, i), b = (int64_t)extend(by, i);

    switch (op) {
    case AMO_ADD: return old + by;
    case AMO_SWAP: return by;
    case AMO_XOR: return old ^ by;
    case AMO_OR: return old | by;
    case AMO_AND: return old & by;
    case AMO_MIN: return a < b ? old : by;
    case AMO_MAX: return a > b ? old : by;
    case AMO_MINU: return (uint64_t)a < (uint64_t)b ? old : by;
    default: return (uint64_t)a > (uint64_t)b ? old : by;
    }
}

/* Aligned: else the hart has said so. Devices take none. */
static bool atomic(const struct insn *i) {
    uint64_t va = guest.x[i->base], by = guest.x[i->source], old = 0;
    struct place p;

    if (!locate(va, i->op == LR ? FROND_R : FROND_R | FROND_W, &p))
        return false;
    if (p.at == NULL)
        return fault(i->op == LR ? CAUSE_LOAD_ACCESS : CAUSE_STORE_ACCESS, va);
    if (i->op == LR) {
        old = guest_lr((uint64_t)(uintptr_t)p.at, i->width);
    } else if (i->op == SC) {
        guest.x[i->reg] = guest_sc((uint64_t)(uintptr_t)p.at, i->width, by);
        return true;
    } else {
        memcpy(&old, p.at, i->width);
        by = combine(i->op, old, by, i);
        memcpy(p.at, &by, i->width);
    }
    guest.x[i->reg] = extend(old, i);
    return true;
}

static bool plain(const struct insn *i) {
    uint64_t va = guest.x[i->base] + (uint64_t)i->offset, v;

    if (i->kind == INSN_STORE)
        return store(va, i->width, i->fp ? guest_f(i->reg) : guest.x[i->reg]);
    if (!load(va, i->width, &v))
        return false;
    if (i->fp)
        guest_set_f(extend(v, i), i->reg);
    else
        guest.x[i->reg] = extend(v, i);
    return true;
}

/* Halves of an instruction at `va`, which are on one page; false: a trap was taken. */
static bool fetch(uint64_t va, unsigned halves, uint32_t *raw) {
    struct walk w = walk(guest.priv, va, FROND_X);
    const uint16_t *at;
    unsigned perm;

    if (w.cause != 0)
        return fault(w.cause, va);
    at = memory_at(w.pa, FROND_X, &perm);
    if (at == NULL)
        return fault(CAUSE_FETCH_ACCESS, va);
    *raw = at[0];
    if (halves == 2)
        *raw |= (uint32_t)at[1] << 16;
    return true;
}

/* The instruction at pc; what follows a compressed one does not matter. */
static bool fetch_insn(uint32_t *raw) {
    uint32_t high;

    if (guest.pc % FROND_PAGE_SIZE != FROND_PAGE_SIZE - 2)
        return fetch(guest.pc, 2, raw);
    if (!fetch(guest.pc, 1, raw) || ((*raw & 3) == 3 && !fetch(guest.pc + 2, 1, &high)))
        return false;
    if ((*raw & 3) == 3)
        *raw |= high << 16;
    return true;
}

static void count(const struct insn *i) {
    unsigned log = (unsigned)__builtin_ctz(i->width);

    if (i->kind == INSN_AMO)
        counts[i->op == LR ? COUNT_lr : i->op == SC ? COUNT_sc : COUNT_amo]++;
    else if (i->fp)
        counts[(i->kind == INSN_LOAD ? COUNT_flw : COUNT_fsw) + log - 2]++;
    else if (i->kind == INSN_STORE)
        counts[COUNT_sb + log]++;
    else
        counts[(i->is_signed ? COUNT_lb : COUNT_lbu) + log]++;
}

void access_interpret(void) {
    uint32_t raw;
    struct insn i;
    bool done;

    if (!fetch_insn(&raw))
        return;
    i = insn_decode(raw);
    if (i.kind == INSN_OTHER) /* the guest has changed it since */
        return;
    done = i.kind == INSN_AMO ? atomic(&i) : plain(&i);
    guest.x[0] = 0;
    if (done) {
        count(&i);
        retire(i.length);
    }
}
