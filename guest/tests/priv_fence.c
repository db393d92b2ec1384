/*
 * priv_fence.c - changes of satp and of page tables: by S-mode, in place and through aliases, by stores
 * of every kind, with sfence.vma in each of its forms; and without any (frond: they count for the next
 * access; the rows are named as those with, after `nofence.`).
 */
#include "priv.h"

enum { RWX = PV | PR | PW | PX | PA | PD, RW = PV | PR | PW | PA | PD };

static const char *how; /* the first part of each name */
static uint32_t fence;  /* instruction in the place of the fence */

static void start(void) {
    uint64_t satp;

    baseline();
    satp = new_tables(3);
    csr_write("satp", satp);
    for (uint64_t i = 0; i < 4; i++)
        for (uint64_t a = 0; a < 64; a += 8)
            write64(DATA + 4096 * i + a, 0xda7a0 + i);
}

static uint64_t address(const uint64_t *entry) { return (uint64_t)(uintptr_t)entry; }

/* ... with one page mapped at WINDOW. */
static uint64_t *start_page(unsigned flags) {
    start();
    *entry_of(WINDOW, 0) = PTE(DATA, flags);
    return entry_of(WINDOW, 0);
}

/* S-mode: ld a2 from a0; store a1 to a3 (an entry); fence; ld a4 from a0. */
static void change(const char *name, uint64_t va, uint64_t entry, uint64_t now) {
    const uint32_t words[] = {LD(A2, A0, 0), SD(A3, A1), fence, LD(A4, A0, 0), RET};

    put_code(0, words, LENGTH(words));
    probe.x[A2] = probe.x[A4] = 0;
    probe.x[A3] = entry;
    sfence();
    go(S, CODE, va, now, 0);
    row("%s.%s", how, name);
    val(probe.x[A2]);
    val(probe.x[A4]);
    traps();
    end_row();
}

static void leaves(void) {
    change("page", WINDOW, address(start_page(RWX)), PTE(DATA + 4096, RWX));
    change("invalid", WINDOW, address(start_page(RWX)), 0);
    change("user", WINDOW, address(start_page(RWX)), PTE(DATA, RWX | PU));
    change("unreadable", WINDOW, address(start_page(RWX)), PTE(DATA, PV | PX | PA));
    /* A table that two places share. */
    uint64_t *e = start_page(RWX);
    *entry_of(WINDOW + 0x200000, 1) = *entry_of(WINDOW, 1);
    change("shared", WINDOW + 0x200000, address(e), PTE(DATA + 4096, RWX));
    /* The table is a page of its own space: the entry is stored through itself. */
    e = start_page(RWX);
    *entry_of(WINDOW + 4096, 0) = PTE(address(e) & ~(uint64_t)4095, RWX);
    change("alias", WINDOW, WINDOW + 4096, PTE(DATA + 4096, RWX));
}

static void pointers(void) {
    uint64_t other;

    /* Another table under the same pointer. */
    start_page(RWX);
    other = new_table();
    write64(other, PTE(DATA + 8192, RWX));
    change("table", WINDOW, address(entry_of(WINDOW, 1)), PTE(other, PV));
    /* Pointer to leaf, leaf to pointer. */
    start_page(RWX);
    write64(0x80200000 + 0x8000, 0x5ee0);
    change("superpage", WINDOW, address(entry_of(WINDOW, 1)), PTE(0x80200000, RWX));
    start();
    *entry_of(WINDOW, 1) = PTE(0x80200000, RWX);
    other = new_table();
    write64(other + 8 * 16, PTE(DATA + 4096, RWX));
    change("split", WINDOW + (DATA & 0x1fffff), address(entry_of(WINDOW, 1)), PTE(other, PV));
    /* In the root. */
    start_page(RWX);
    change("root", WINDOW, address(entry_of(WINDOW, 2)), 0);
    start();
    *entry_of(WINDOW, 2) = PTE(0x80000000, RWX);
    change("gigapage", WINDOW + (DATA & 0x3fffffff), address(entry_of(WINDOW, 2)),
           PTE(0, RWX)); /* where no memory is */
}

/* satp: another root, another mode, off; by S-mode, from pages that all of them have. */
static void change_satp(const char *name, uint64_t va, uint64_t now) {
    const uint32_t words[] = {LD(A2, A0, 0), CSRRW(ZERO, 0x180, A1), fence,
                              LD(A4, A0, 0), CSRRS(A5, 0x180, ZERO), RET};

    put_code(0, words, LENGTH(words));
    probe.x[A2] = probe.x[A4] = 0;
    sfence();
    go(S, CODE, va, now, 0);
    row("%s.satp.%s", how, name);
    val(probe.x[A2]);
    val(probe.x[A4]);
    val(probe.x[A5] >> 60);
    traps();
    end_row();
}

/* A second root, which has another page at WINDOW. */
static uint64_t second_root(void) {
    start_page(RWX);
    uint64_t root = (csr_read("satp") & 0xfffffffffff) << 12;
    uint64_t two = new_table(), l1 = new_table(), l0 = new_table();

    memcpy((void *)(uintptr_t)two, (void *)(uintptr_t)root, 4096);
    write64(two + 8 * (WINDOW >> 30), PTE(l1, PV));
    write64(l1, PTE(l0, PV));
    write64(l0, PTE(DATA + 4096, RWX));
    return two;
}

static void satps(void) {
    uint64_t two = second_root();

    change_satp("root", WINDOW, (uint64_t)8 << 60 | two >> 12);
    second_root();
    change_satp("off", DATA, 0);
    two = second_root();
    uint64_t top = new_table();
    write64(top, PTE(two, PV));
    change_satp("sv48", WINDOW, (uint64_t)9 << 60 | top >> 12);
    two = second_root();
    change_satp("reserved", WINDOW, (uint64_t)11 << 60 | two >> 12);
    baseline();
}

/* An entry that becomes valid, or gains rights, after it was seen without. */
static void gains(void) {
    const uint32_t words[] = {LD(A2, A0, 0), SD(A3, A1), fence, LD(A4, A0, 0), RET};

    for (unsigned i = 0; i < 2; i++) {
        uint64_t *e = start_page(i ? PV | PX | PA : 0);

        put_code(0, words, LENGTH(words));
        probe.skip = 1;
        probe.x[A2] = probe.x[A4] = 0;
        probe.x[A3] = address(e);
        sfence();
        go(S, CODE, WINDOW, PTE(DATA + 4096, RWX), 0);
        row("%s.gain.%s", how, i ? "read" : "valid");
        val(probe.x[A4]);
        traps();
        end_row();
    }
}

/* Code through a page that comes to lead elsewhere, between two calls. */
static void code_moves(void) {
    const uint32_t words[] = {ADDI(A4, RA, 0), JALR(RA, A0),    SD(A3, A2), fence,
                              JALR(RA, A0),    ADDI(RA, A4, 0), RET};

    uint64_t *e = start_page(RWX);
    write64(DATA, (uint64_t)RET << 32 | ADDI(A1, A1, 1));
    write64(DATA + 4096, (uint64_t)RET << 32 | ADDI(A1, A1, 0x100));
    put_code(0, words, LENGTH(words));
    probe.x[A2] = PTE(DATA + 4096, RWX);
    probe.x[A3] = address(e);
    sfence();
    go(S, CODE, WINDOW, 0, 0);
    row("%s.code", how);
    val(probe.x[A1]);
    traps();
    end_row();
}

/* A and D taken away are set again by the next access; what the entry is then is in a4. */
static void marks(void) {
    static const struct {
        const char *name;
        uint32_t first, second;
        unsigned without;
    } rows[] = {
        {"dirty", SD(A0, ZERO), SD(A0, ZERO), PD},
        {"accessed", LD(A2, A0, 0), LD(A2, A0, 0), PA},
        {"both", SD(A0, ZERO), LD(A2, A0, 0), PA | PD},
        {"amo", SD(A0, ZERO), AMOADD_D(A2, A0, ZERO), PA | PD},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        const uint32_t words[] = {rows[i].first,  SD(A3, A1),    fence,
                                  rows[i].second, LD(A4, A3, 0), RET};
        uint64_t *e = start_page(PV | PR | PW);

        put_code(0, words, LENGTH(words));
        probe.x[A3] = address(e);
        sfence();
        go(S, CODE, WINDOW, PTE(DATA, RW & ~rows[i].without), 0);
        row("%s.marks.%s", how, rows[i].name);
        val(probe.x[A4]);
        traps();
        end_row();
    }
}

/* The second of two entries comes to lead one page further, by stores of every kind: a5 to a3. */
static void parts(void) {
    static const uint64_t now = PTE(DATA + 4096, RW);
    static const struct {
        const char *name;
        int at;
        int shift; /* of the new entry, to be stored: right, or left */
        uint32_t store;
    } rows[] = {
        {"d", 0, 0, SD(A3, A5)},
        {"w", 0, 0, SW(A3, A5)},
        {"h", 0, 0, SH(A3, A5)},
        {"b", 1, 8, SB(A3, A5)},
        {"w.odd", 1, 8, SW(A3, A5)},
        {"d.over", -4, -32, SD(A3, A5)},
        {"w.over", -2, -16, SW(A3, A5)},
        {"amoswap.d", 0, 0, AMOSWAP_D(ZERO, A3, A5)},
        {"amoswap.w", 0, 0, AMOSWAP_W(ZERO, A3, A5)},
        {"sc", 0, 0, SC_D(ZERO, A3, A5)},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        bool sc = rows[i].store == SC_D(ZERO, A3, A5);
        const uint32_t words[] = {LD(A2, A0, 0), sc ? LR_D(A4, A3) : NOP, rows[i].store,
                                  fence,         LD(A4, A0, 0),           RET};

        start();
        *entry_of(WINDOW, 0) = 0;
        *entry_of(WINDOW + 4096, 0) = PTE(DATA, RW);
        put_code(0, words, LENGTH(words));
        probe.x[A2] = probe.x[A4] = 0;
        probe.x[A3] = address(entry_of(WINDOW + 4096, 0)) + (uint64_t)(int64_t)rows[i].at;
        probe.x[A5] = rows[i].shift < 0 ? now << -rows[i].shift : now >> rows[i].shift;
        sfence();
        go(S, CODE, WINDOW + 4096, 0, 0);
        row("%s.part.%s", how, rows[i].name);
        val(probe.x[A2]);
        val(probe.x[A4]);
        traps();
        end_row();
    }
}

static void all(const char *name, uint32_t insn) {
    how = name;
    fence = insn;
    leaves();
    pointers();
    satps();
    gains();
    code_moves();
    marks();
    parts();
}

/* SUM and MXR take effect at once, by the specification too. */
static void sum_mxr(void) {
    static const struct {
        const char *name;
        unsigned flags;
        uint64_t set, clear;
    } rows[] = {
        {"sum.on", PV | PR | PU | PA, STATUS_SUM, 0},
        {"sum.off", PV | PR | PU | PA, 0, STATUS_SUM},
        {"mxr.on", PV | PX | PA, STATUS_MXR, 0},
        {"mxr.off", PV | PX | PA, 0, STATUS_MXR},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        start_page(rows[i].flags);
        put(0, CSRRS(ZERO, 0x100, A1), CSRRC(ZERO, 0x100, A2), LD(A4, A0, 0),
            CSRRC(ZERO, 0x100, A1), CSRRS(ZERO, 0x100, A2), LD(A5, A0, 0), RET);
        sfence();
        probe.skip = 1;
        probe.x[A2] = rows[i].clear;
        probe.x[A4] = probe.x[A5] = 0;
        go(S, CODE, WINDOW, rows[i].set, rows[i].clear);
        row("at.once.%s", rows[i].name);
        traps();
        val(probe.x[A4]);
        val(probe.x[A5]);
        end_row();
    }
}

void fence_rows(void) {
    all("sfence.all", SFENCE(ZERO, ZERO));
    all("sfence.va", SFENCE(A0, ZERO));
    all("sfence.asid", SFENCE(ZERO, T2)); /* t2 is 0 */
    sum_mxr();
    if (on_frond) {
        fences = false;
        all("sfence.all", NOP);
        fences = true;
    }
    baseline();
}
