/*
 * priv_paging.c - Sv39 and Sv48: every combination of flags, levels, reserved bits, addresses; A and D;
 * accesses and instructions that cross pages; walks through what is no memory.
 */
#include "priv.h"

enum { RWX = PV | PR | PW | PX, MARKED = RWX | PA | PD };
enum { PLAIN = 1 << LOAD | 1 << STORE | 1 << FETCH, ALL = 31 };

static const struct {
    unsigned mode;
    uint64_t status;
} contexts[] = {
    {U, 0},          {U, STATUS_MXR | STATUS_SUM}, {S, 0}, {S, STATUS_SUM},
    {S, STATUS_MXR}, {S, STATUS_SUM | STATUS_MXR},
};

static unsigned bits_of(unsigned levels) { return 12 + 9 * levels; }

static void start(unsigned levels) {
    uint64_t satp;

    baseline();
    satp = new_tables(levels);
    csr_write("satp", satp);
    for (uint64_t a = DATA; a < DATA + 4 * 4096; a += 8)
        write64(a, RET_TWICE);
}

/* What became of an entry: '.' as it was, 'a' A is set, 'd' D too, '!' anything else. */
static char changed(uint64_t before, uint64_t after) {
    return after == before               ? '.'
           : after == (before | PA)      ? 'a'
           : after == (before | PA | PD) ? 'd'
                                         : '!';
}

/* Accesses of the kinds of a set to va by the entry `pte`, in each context: the result, and what became
 * of the entry. */
static void try_kinds(uint64_t va, uint64_t *entry, uint64_t pte, unsigned kinds) {
    for (unsigned c = 0; c < LENGTH(contexts); c++) {
        word("");
        for (unsigned k = 0; k < KINDS; k++) {
            if ((kinds >> k & 1) == 0)
                continue;
            *entry = pte;
            sfence();
            uint64_t r = access(contexts[c].mode, k, va, contexts[c].status);
            digit(k, r);
            if (k == AMO && r != 0 && (pte & PA) == 0 && *entry == (pte | PA)) {
                amo_as_load++; /* its load came first and left A */
                *entry = pte;
            }
            print("%c", changed(pte, *entry));
        }
    }
}

static void flags(unsigned levels) {
    uint64_t *entry;

    start(levels);
    entry = entry_of(WINDOW, 0);
    for (unsigned f = 0; f < 256; f++) {
        row("sv%u.flags.%02x", bits_of(levels), f);
        try_kinds(WINDOW, entry, PTE(DATA, f), f & PA ? PLAIN : ALL);
        *entry = PTE(DATA, f);
        sfence();
        word(""); /* by M-mode with MPRV */
        digit(LOAD, access_as(U, LOAD, WINDOW, 0));
        digit(STORE, access_as(U, STORE, WINDOW, STATUS_MXR));
        digit(LOAD, access_as(S, LOAD, WINDOW, 0));
        digit(STORE, access_as(S, STORE, WINDOW, STATUS_SUM));
        digit(AMO, access_as(S, AMO, WINDOW, 0));
        digit(LR, access_as(S, LR, WINDOW, STATUS_MXR));
        digit(LOAD, access_as(M, LOAD, DATA, 0));
        end_row();
    }
}

/* Leaves at every level; a low bit of the page number set is a misaligned superpage. */
static void superpage(unsigned levels, unsigned level) {
    static const struct {
        const char *name;
        unsigned flags;
    } rows[] = {{"user", RWX | PU}, {"supervisor", RWX}, {"global", PV | PR | PG | PA}};
    uint64_t span = (uint64_t)1 << (12 + 9 * level);
    uint64_t base = DATA & ~(span - 1);
    uint64_t va = (level == 3 ? (uint64_t)5 << 39 : WINDOW + ((uint64_t)1 << 37)) + DATA - base;

    start(levels);
    uint64_t *entry = entry_of(va, level);
    for (unsigned i = 0; i < LENGTH(rows); i++) {
        row("sv%u.super.%u.%s", bits_of(levels), level, rows[i].name);
        try_kinds(va, entry, PTE(base, rows[i].flags), ALL);
        end_row();
    }
    for (unsigned bit = 0; bit < 9 * level; bit++) {
        row("sv%u.super.%u.misaligned.%u", bits_of(levels), level, bit);
        try_kinds(va, entry, PTE(base, RWX) | (uint64_t)1 << (10 + bit), PLAIN);
        end_row();
    }
}

/* Bits 54 to 63 and the two for software, in leaf and pointer; D, A, U, G, W in a pointer; a pointer
 * at the last level. */
static void reserved(unsigned levels) {
    start(levels);
    uint64_t *leaf = entry_of(WINDOW, 0), *pointer = entry_of(WINDOW, 1), p = *pointer;

    for (unsigned bit = 0; bit < 64; bit++) {
        if (bit >= 10 && bit < 54)
            continue;
        if (bit > 3) { /* R, W, X make another kind of entry: `flags` and below */
            row("sv%u.bit.leaf.%u", bits_of(levels), bit);
            try_kinds(WINDOW, leaf, PTE(DATA, MARKED) ^ (uint64_t)1 << bit, PLAIN);
            end_row();
        }
        *leaf = PTE(DATA, MARKED);
        row("sv%u.bit.pointer.%u", bits_of(levels), bit);
        try_kinds(WINDOW, pointer, p ^ (uint64_t)1 << bit, PLAIN);
        end_row();
        *pointer = p;
    }
    row("sv%u.pointer.last", bits_of(levels));
    try_kinds(WINDOW, leaf, PTE(DATA, PV), ALL);
    end_row();
}

/* Addresses beyond the sign: page faults; the halves that are there are not confused. */
static void canonical(unsigned levels) {
    unsigned bits = bits_of(levels);

    start(levels);
    uint64_t high = ~(uint64_t)0 << (bits - 1), low = ((uint64_t)1 << (bits - 1)) - 4096;
    const uint64_t at[] = {low,
                           low + 4096,
                           high - 4096,
                           high,
                           high + WINDOW,
                           ~(uint64_t)4095,
                           (uint64_t)1 << 63,
                           (uint64_t)1 << bits,
                           ((uint64_t)1 << bits) + WINDOW};

    *entry_of(low, 0) = PTE(DATA, MARKED);
    *entry_of(high, 0) = PTE(DATA + 4096, MARKED);
    *entry_of(~(uint64_t)4095, 0) = PTE(DATA + 8192, MARKED);
    *entry_of(WINDOW, 0) = PTE(DATA, MARKED);
    sfence();
    for (unsigned i = 0; i < LENGTH(at); i++) {
        row("sv%u.address.%lx", bits, at[i]);
        word("");
        for (unsigned k = 0; k < KINDS; k++)
            digit(k, access(S, k, at[i], 0));
        word("");
        digit(LOAD, access_as(S, LOAD, at[i], 0));
        end_row();
    }
}

/* ---- Across pages ------------------------------------------------------------------------------- */

enum { END = DATA + 4096, NEXT = DATA + 3 * 4096 }; /* the first page's end, the second page */

static const struct pages {
    const char *name;
    uint8_t first, second;
} pages[] = {
    {"both", MARKED, MARKED},
    {"fresh", RWX, RWX},
    {"second.absent", MARKED, 0},
    {"first.absent", 0, MARKED},
    {"none", 0, 0},
    {"second.readonly", RWX, PV | PR},
    {"first.readonly", PV | PR, RWX},
    {"second.user", RWX, RWX | PU},
    {"second.execute", RWX, PV | PX},
};

static const struct crossing {
    const char *name;
    uint32_t insn;
    unsigned before; /* the edge */
} crossings[] = {
    {"ld", LD(A1, A0, 0), 4},       {"ld7", LD(A1, A0, 0), 7},
    {"lw", LW(A1, A0, 0), 3},       {"lh", LH(A1, A0, 0), 1},
    {"sd", SD(A0, A1), 4},          {"sd1", SD(A0, A1), 1},
    {"sw", SW(A0, A1), 2},          {"sh", SH(A0, A1), 1},
    {"fetch", JALR(ZERO, A0), 2},   /* of an instruction that lies across */
    {"fetch.c", JALR(ZERO, A0), 2}, /* of one that ends there */
};

static void put_half(uint64_t at, uint32_t v) { *(volatile uint16_t *)(uintptr_t)at = (uint16_t)v; }

/* addi a1, a1, 0x123 across the edge, or c.li a1, 5 before it; then ret. */
static void code_across(bool across) {
    uint32_t w = across ? ADDI(A1, A1, 0x123) : 0x4595;
    uint64_t at = NEXT;

    put_half(END - 2, w);
    if (across) {
        put_half(at, w >> 16);
        at += 2;
    }
    put_half(at, RET);
    put_half(at + 2, RET >> 16);
    fence_i();
}

static void cross(unsigned levels, const struct crossing *c, const struct pages *p) {
    const uint32_t words[] = {c->insn, RET};

    start(levels);
    uint64_t *first = entry_of(WINDOW, 0), *second = entry_of(WINDOW + 4096, 0);

    write64(END - 8, 0x1122334455667788);
    write64(NEXT, 0x99aabbccddeeff00);
    if (c->insn == JALR(ZERO, A0))
        code_across(c->name[5] == 0);
    *first = PTE(DATA, p->first);
    *second = PTE(NEXT, p->second);
    sfence();
    put_code(0, words, 2);
    go(S, CODE, WINDOW + 4096 - c->before, 0xa1a2a3a4a5a6a7a8, 0);
    row("sv%u.cross.%s.%s", bits_of(levels), c->name, p->name);
    traps();
    val(probe.x[A1]);
    val(read64(END - 8));
    val(read64(NEXT));
    print(" %c%c", changed(PTE(DATA, p->first), *first), changed(PTE(NEXT, p->second), *second));
    end_row();
}

/* ---- No memory ---------------------------------------------------------------------------------- */

static void missing(unsigned levels) {
    static const struct {
        const char *name;
        uint64_t pa;
        unsigned level;
        unsigned flags;
    } rows[] = {
        {"leaf", HOLE, 0, MARKED},
        {"leaf.far", (uint64_t)1 << 55, 0, MARKED},
        {"leaf.highest", ((uint64_t)1 << 56) - 4096, 0, MARKED},
        {"table", HOLE, 1, PV},
        {"table.far", (uint64_t)1 << 55, 1, PV},
        {"table.above", HOLE, 2, PV},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        start(levels);
        *entry_of(WINDOW, rows[i].level) = PTE(rows[i].pa, rows[i].flags);
        sfence();
        row("sv%u.missing.%s", bits_of(levels), rows[i].name);
        word("");
        for (unsigned k = 0; k < KINDS; k++)
            digit(k, access(S, k, WINDOW + 8, 0));
        word("");
        digit(LOAD, access_as(S, LOAD, WINDOW + 8, 0));
        end_row();
    }
    baseline();
    csr_write("satp", (uint64_t)(levels + 5) << 60 | HOLE >> 12); /* the root is nowhere */
    sfence();
    put(0, RET);
    go(S, CODE, 0, 0, 0);
    row("sv%u.missing.root", bits_of(levels));
    traps();
    val(access_as(S, LOAD, DATA, 0));
    val(access_as(S, STORE, DATA, 0));
    end_row();
    baseline();
}

/* Page faults and access faults under translation, delegated: what S-mode gets to know. */
static void delegated(unsigned levels, unsigned mode, enum kind k) {
    start(levels);
    csr_write("medeleg", 0xb000);
    *entry_of(WINDOW + 4096, 0) = PTE(HOLE, MARKED | (mode == U ? PU : 0));
    sfence();
    row("sv%u.delegated.mode%u.%u", bits_of(levels), mode, k);
    access(mode, k, WINDOW + 16, STATUS_SPIE);
    traps();
    csr_write("medeleg", 0xa2);
    access(mode, k, WINDOW + 4096 + 16, STATUS_SPIE);
    traps();
    end_row();
}

void paging_rows(void) {
    for (unsigned levels = 3; levels < 5; levels++) {
        flags(levels);
        for (unsigned level = 1; level < levels; level++)
            superpage(levels, level);
        reserved(levels);
        canonical(levels);
        for (unsigned i = 0; i < LENGTH(pages); i++)
            for (unsigned c = 0; c < LENGTH(crossings); c++)
                cross(levels, &crossings[c], &pages[i]);
        missing(levels);
        for (unsigned k = 0; k < KINDS; k++) {
            delegated(levels, U, k);
            delegated(levels, S, k);
        }
        amo_row(levels == 3 ? "sv39" : "sv48");
    }
    baseline();
}
