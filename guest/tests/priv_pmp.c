/*
 * priv_pmp.c - physical memory protection, in regions of whole pages: permissions by mode, matching
 * (OFF, TOR, NAPOT), priority, MPRV, page-table walks, accesses across regions, locks.
 *
 * The last entry opens all memory to S and U (baseline()); rows use the lower ones. After each change
 * an sfence.vma, as the specification wants.
 */
#include "priv.h"

enum { OFF = 0, TOR = 1, NAPOT = 3, LOCK = 0x80 };
#define NAPOT_OF(base, size) ((uint64_t)(base) >> 2 | ((size) / 8 - 1))

static uint64_t config;

static void entry(unsigned i, unsigned cfg, uint64_t address) {
    config = (config & ~((uint64_t)0xff << (8 * i))) | (uint64_t)cfg << (8 * i);
    switch (i) {
    case 0: csr_write("pmpaddr0", address); break;
    case 1: csr_write("pmpaddr1", address); break;
    case 2: csr_write("pmpaddr2", address); break;
    case 3: csr_write("pmpaddr3", address); break;
    case 4: csr_write("pmpaddr4", address); break;
    case 5: csr_write("pmpaddr5", address); break;
    case 6: csr_write("pmpaddr6", address); break;
    default: csr_write("pmpaddr7", address); break;
    }
    csr_write("pmpcfg0", config);
    sfence();
}

static void start(void) {
    baseline();
    config = 0;
    for (uint64_t a = DATA; a < DATA + 8 * 4096; a += 8)
        write64(a, RET_TWICE);
}

/* Each kind of access from each mode, and by M-mode as M, S and U. */
static void all_modes(uint64_t where) {
    static const unsigned modes[] = {M, S, U};

    for (unsigned m = 0; m < 3; m++) {
        word("");
        for (unsigned k = 0; k < KINDS; k++)
            digit(k, access(modes[m], k, where, 0));
    }
    for (unsigned m = 0; m < 3; m++) {
        word("");
        for (unsigned k = 0; k < FETCH; k++)
            digit(k, access_as(modes[m], k, where, 0));
    }
}

static void permissions(void) {
    for (unsigned a = 0; a < 4; a++) {
        for (unsigned p = 0; a != 2 && p < 8; p++) {
            if ((p & 3) == 2)
                continue; /* W without R is reserved */
            start();
            if (a == TOR) {
                entry(0, OFF, (DATA + 4096) >> 2);
                entry(1, p | a << 3, (DATA + 8192) >> 2);
            } else {
                entry(0, p | a << 3, NAPOT_OF(DATA + 4096, 4096));
            }
            row("pmp.a%u.%u", a, p);
            all_modes(DATA + 4096);
            all_modes(DATA + 4096 + 4088);
            word("/");
            all_modes(DATA + 4088);
            all_modes(DATA + 8192);
            end_row();
        }
    }
}

/* The edges of NAPOT regions of all sizes, of TOR regions, empty and wrapped ones. */
static void ranges(void) {
    for (uint64_t size = 4096; size <= 32768; size *= 2) {
        start();
        entry(0, NAPOT << 3, NAPOT_OF(DATA, size));
        row("pmp.napot.%lu", size);
        word("");
        for (uint64_t at = DATA; at < DATA + 65536; at += 4096)
            digit(LOAD, access(S, LOAD, at + 8, 0));
        digit(LOAD, access(S, LOAD, DATA - 8, 0));
        end_row();
    }
    for (uint64_t first = 0; first < 5; first++) {
        for (uint64_t end = 0; end < 5; end++) {
            start();
            entry(2, OFF, (DATA + 4096 * first) >> 2);
            entry(3, TOR << 3, (DATA + 4096 * end) >> 2);
            row("pmp.tor.%lu.%lu", first, end);
            word("");
            for (uint64_t at = 0; at < 6; at++)
                digit(LOAD, access(U, LOAD, DATA + 4096 * at + 16, 0));
            end_row();
        }
    }
    start(); /* the first entry's TOR begins at 0 */
    entry(0, TOR << 3, DATA >> 2);
    row("pmp.tor.first");
    val(access_as(S, LOAD, DATA - 8, 0));
    val(access_as(S, LOAD, DATA, 0));
    end_row();
    start();
    csr_write("pmpcfg2", 0);
    entry(0, NAPOT << 3 | 7, NAPOT_OF(CODE, 65536)); /* all else matches nothing */
    row("pmp.no.match");
    all_modes(DATA);
    end_row();
}

/* The lowest-numbered entry that matches decides. */
static void priority(void) {
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned j = 0; j < 8; j++) {
            if ((i & 3) == 2 || (j & 3) == 2)
                continue;
            start();
            entry(1, NAPOT << 3 | i, NAPOT_OF(DATA, 4096));
            entry(4, NAPOT << 3 | j, NAPOT_OF(DATA, 16384));
            row("pmp.priority.%u.%u", i, j);
            for (uint64_t at = DATA; at < DATA + 8192; at += 4096) {
                word("");
                for (unsigned k = 0; k < KINDS; k++)
                    digit(k, access(S, k, at, 0));
            }
            end_row();
        }
    }
    start(); /* the wide one first: it hides the other */
    entry(0, NAPOT << 3, NAPOT_OF(DATA, 16384));
    entry(1, NAPOT << 3 | 7, NAPOT_OF(DATA, 4096));
    row("pmp.priority.wide");
    all_modes(DATA);
    end_row();
}

/* Both pages of an access count; the part that is refused is named. */
static void crossing(void) {
    static const uint32_t insn[] = {LD(A1, A0, 0), SD(A0, A1), JALR(ZERO, A0)};

    for (unsigned denied = 0; denied < 4; denied++) {
        for (unsigned k = 0; k < 3; k++) {
            start();
            entry(0, NAPOT << 3 | (denied & 1 ? 0 : 7), NAPOT_OF(DATA, 4096));
            entry(1, NAPOT << 3 | (denied & 2 ? 0 : 7), NAPOT_OF(DATA + 4096, 4096));
            *(volatile uint16_t *)(uintptr_t)(DATA + 4094) = (uint16_t)RET;
            *(volatile uint16_t *)(uintptr_t)(DATA + 4096) = (uint16_t)(RET >> 16);
            fence_i();
            go_word(S, insn[k], k == 2 ? DATA + 4094 : DATA + 4092, 0x77, 0);
            row("pmp.cross.%u.%u", denied, k);
            traps();
            end_row();
        }
    }
}

/* Walks are S-mode's accesses, whoever caused them; what they refuse is an access fault. */
static void walk(unsigned p, bool fresh) {
    uint64_t flags = PV | PR | PW | PX | (fresh ? 0 : PA | PD);

    start();
    csr_write("satp", new_tables(3));
    uint64_t *leaf = entry_of(WINDOW, 0);
    entry(0, NAPOT << 3 | p, NAPOT_OF((uint64_t)(uintptr_t)leaf & ~(uint64_t)4095, 4096));
    row("pmp.walk.%u.%s", p, fresh ? "fresh" : "marked");
    word("");
    for (unsigned k = 0; k < KINDS; k++) {
        *leaf = PTE(DATA, flags);
        sfence();
        digit(k, access(S, k, WINDOW, 0));
        print("%lx", *leaf >> 6 & 3); /* D and A */
    }
    *leaf = PTE(DATA, flags);
    sfence();
    digit(LOAD, access_as(S, LOAD, WINDOW, 0));
    *leaf = PTE(DATA, flags | PU);
    sfence();
    digit(LOAD, access(U, LOAD, WINDOW, 0));
    end_row();
}

static void walks(void) {
    for (unsigned p = 0; p < 8; p++) {
        if ((p & 3) == 2)
            continue;
        walk(p, true);
        walk(p, false);
    }
    /* What a page table leads to is checked with the privilege of the access. */
    start();
    csr_write("satp", new_tables(3));
    *entry_of(WINDOW, 0) = PTE(DATA, PV | PR | PW | PX | PA | PD);
    entry(0, NAPOT << 3 | 1, NAPOT_OF(DATA, 4096));
    row("pmp.translated");
    word("");
    for (unsigned k = 0; k < KINDS; k++)
        digit(k, access(S, k, WINDOW, 0));
    word("");
    for (unsigned k = 0; k < FETCH; k++)
        digit(k, access_as(S, k, WINDOW, 0));
    end_row();
}

/* pmpaddr as it reads, by mode, in regions of pages. */
static void readback(void) {
    static const uint64_t address[] = {NAPOT_OF(DATA, 4096),    NAPOT_OF(DATA, 65536), DATA >> 2,
                                       ((uint64_t)1 << 54) - 1, DATA >> 2 | 0xff,      0x3ff};

    start();
    for (unsigned a = 0; a < 4; a++) {
        for (unsigned i = 0; a != 2 && i < LENGTH(address); i++) {
            entry(0, 0, 0);
            entry(0, a << 3, address[i]);
            row("pmp.readback.%u.%lx", a, address[i]);
            val(csr_read("pmpaddr0"));
            val(csr_read("pmpcfg0"));
            entry(0, TOR << 3, address[i]); /* the bits below the granularity are not lost */
            val(csr_read("pmpaddr0"));
            csr_write("pmpcfg0", NAPOT << 3);
            val(csr_read("pmpaddr0"));
            end_row();
        }
    }
    entry(0, 0, 0);
}

/* No entry at all: S and U have nothing. mret to there is to fail at the first fetch. */
static void nothing(void) {
    start();
    csr_write("pmpcfg2", 0);
    sfence();
    put(0, RET);
    for (unsigned mode = 0; mode < 2; mode++) {
        bool ended = go(mode, CODE, 0, 0, 0);
        const struct log *l = last_trap();

        row("pmp.none.mode%u", mode);
        word(ended ? "ended" : l->pc == CODE ? "code" : "mret"); /* where it trapped */
        val(l == NULL ? 0 : l->cause);
        end_row();
    }
    row("pmp.none.mprv");
    val(access_as(S, LOAD, DATA, 0));
    val(access_as(U, STORE, DATA, 0));
    end_row();
    baseline();
}

void pmp_rows(void) {
    permissions();
    ranges();
    priority();
    crossing();
    walks();
    readback();
    nothing();
    amo_row("pmp");
}

/* ---- Locks: for ever, so these rows are the last ------------------------------------------------- */

static void locked_writes(void) {
    row("lock.cfg.write");
    val(csr_read("pmpcfg0"));
    csr_write("pmpcfg0", 0);
    val(csr_read("pmpcfg0"));
    csr_write("pmpcfg0", 0x1f1f1f1f1f1f1f1f);
    val(csr_read("pmpcfg0"));
    csr_write("pmpcfg0", 0);
    end_row();
    row("lock.addr.write");
    val(csr_read("pmpaddr0"));
    csr_write("pmpaddr0", 0);
    val(csr_read("pmpaddr0"));
    val(csr_read("pmpaddr5"));
    csr_write("pmpaddr5", ~(uint64_t)0);
    val(csr_read("pmpaddr5"));
    end_row();
}

/* A locked TOR entry locks the address below it, and that entry's configuration not. */
static void locked_tor(void) {
    config = csr_read("pmpcfg0");
    entry(6, 0, (DATA + 6 * 4096) >> 2);
    entry(7, LOCK | TOR << 3 | 1, (DATA + 7 * 4096) >> 2);
    row("lock.tor");
    csr_write("pmpaddr6", 0);
    val(csr_read("pmpaddr6"));
    csr_write("pmpaddr7", 0);
    val(csr_read("pmpaddr7"));
    all_modes(DATA + 6 * 4096);
    end_row();
    row("lock.tor.below");
    csr_write("pmpcfg0", (uint64_t)(NAPOT << 3) << 48);
    val(csr_read("pmpcfg0"));
    csr_write("pmpcfg0", 0);
    val(csr_read("pmpcfg0"));
    end_row();
}

/* Entries 0 to 5 lock pages of DATA for M-mode too. */
void lock_rows(void) {
    static const unsigned rwx[] = {0, 1, 3, 4, 5, 7};

    start();
    for (unsigned i = 0; i < 6; i++)
        entry(i, LOCK | NAPOT << 3 | rwx[i], NAPOT_OF(DATA + 4096 * i, 4096));
    for (unsigned i = 0; i < 6; i++) {
        row("lock.%u", rwx[i]);
        all_modes(DATA + 4096 * i);
        end_row();
    }
    locked_writes();
    locked_tor();
    csr_write("pmpcfg2", (uint64_t)0x1f << 56 | LOCK); /* locked while off */
    row("lock.off");
    val(csr_read("pmpcfg2"));
    csr_write("pmpcfg2", (uint64_t)0x1f << 56 | 0x1f);
    val(csr_read("pmpcfg2"));
    csr_write("pmpaddr8", 0x12345400);
    val(csr_read("pmpaddr8"));
    end_row();
    put(0, RET); /* a walk whose root may not be read */
    csr_write("satp", (uint64_t)8 << 60 | DATA >> 12);
    sfence();
    go(S, CODE, 0, 0, 0);
    row("lock.walk");
    traps();
    end_row();
    csr_write("satp", 0);
    sfence();
    amo_row("lock");
}
