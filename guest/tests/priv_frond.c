/*
 * priv_frond.c - what only this machine promises: counters and timers exact to the instruction,
 * interrupts from stores taken before the next instruction, changes of PMP at once.
 */
#include "priv.h"

enum { MCYCLE = 0xb00, MINSTRET = 0xb02, INHIBIT = 0x320, V = 1000000 };

/* "the instruction after a write of v to mcycle or minstret reads v"; each step in between adds one.
 * Returns what it counted over an ebreak and its handler. */
static uint64_t counter(const char *name, unsigned csr) {
    const uint32_t plain[] = {CSRRW(ZERO, csr, A0),
                              CSRRS(A1, csr, ZERO),
                              NOP,
                              NOP,
                              NOP,
                              CSRRS(A2, csr, ZERO),
                              EBREAK,
                              CSRRS(A3, csr, ZERO),
                              RET};
    const uint32_t stop[] = {CSRRWI(ZERO, INHIBIT, 0),
                             CSRRW(ZERO, csr, A0),
                             NOP,
                             CSRRWI(ZERO, INHIBIT, 5),
                             NOP,
                             CSRRS(A1, csr, ZERO),
                             NOP,
                             CSRRWI(ZERO, INHIBIT, 0),
                             CSRRS(A2, csr, ZERO),
                             RET};
    const uint32_t set_clear[] = {CSRRW(ZERO, csr, A0), CSRRSI(A1, csr, 1),   CSRRS(A2, csr, ZERO),
                                  CSRRC(A3, csr, A0),   CSRRS(A4, csr, ZERO), RET};
    uint64_t through;

    put_code(0, plain, LENGTH(plain));
    probe.skip = 1;
    go(M, CODE, V, 0, 0);
    through = probe.x[A3];
    row("exact.%s", name);
    val(probe.x[A1] - V);
    val(probe.x[A2] - V);
    end_row();
    put_code(0, stop, LENGTH(stop));
    go(M, CODE, V, 0, 0);
    row("exact.inhibit.%s", name);
    val(probe.x[A1] - V);
    val(probe.x[A2] - V);
    end_row();
    put_code(0, set_clear, LENGTH(set_clear));
    go(M, CODE, V, 0, 0);
    row("exact.set.clear.%s", name);
    val(probe.x[A1]);
    val(probe.x[A2]);
    val(probe.x[A3]);
    val(probe.x[A4]);
    end_row();
    return through;
}

static void counters(void) {
    baseline();
    uint64_t steps = counter("mcycle", MCYCLE), retired = counter("minstret", MINSTRET);

    row("exact.trap.is.a.step"); /* and no instruction retired; the handler is the same in both */
    val(steps - retired);
    end_row();
}

/* mtime = (clock + offset) / 100; a timer at v fires before the step at which mtime is v. */
static void timer(bool supervisor) {
    uint32_t words[400] = {SD(A0, ZERO)}; /* mtime = 0 */

    baseline();
    csr_write("mie", supervisor ? 0x20 : 0x80);
    csr_write("0x30a", STCE);
    for (unsigned i = 1; i < 399; i++)
        words[i] = NOP;
    words[399] = RET;
    put_code(0, words, 400);
    write64(CLINT_MTIME, 0);
    csr_write("0x14d", supervisor ? 3 : ~(uint64_t)0);
    write64(CLINT_MTIMECMP, supervisor ? ~(uint64_t)0 : 3);
    write64(CLINT_MTIME, 0);
    go(M, CODE, CLINT_MTIME, 0, STATUS_MPIE);
    row("exact.timer.%s", supervisor ? "stimecmp" : "mtimecmp");
    val((last_trap()->pc - CODE) / 4);
    val(last_trap()->cause & 15);
    end_row();
}

/* The store itself makes the interrupt: the instruction after it is not executed. */
static void stores(void) {
    static const struct {
        const char *name;
        uint64_t where, value;
        unsigned line;
        uint32_t insn;
    } rows[] = {
        {"msip", CLINT_MSIP, 1, 3, SW(A0, A1)},
        {"mtimecmp", CLINT_MTIMECMP, 0, 7, SD(A0, A1)},
        {"mtime", CLINT_MTIME, (uint64_t)1 << 50, 7, SD(A0, A1)},
        {"uart", 0x10000001, 2, 11, SB(A0, A1)},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        const uint32_t words[] = {rows[i].insn, ADDI(A2, A2, 1), RET};

        baseline();
        uint64_t before = read64(CLINT_MTIME);
        write64(CLINT_MTIMECMP, (uint64_t)1 << 50);
        csr_write("mie", (uint64_t)1 << rows[i].line);
        write32(FROND_PLIC_BASE + 40, 1);
        write32(FROND_PLIC_BASE + 0x2000, 1 << 10);
        put_code(0, words, LENGTH(words));
        probe.x[A2] = 0;
        go(M, CODE, rows[i].where, rows[i].value, STATUS_MPIE);
        write64(CLINT_MTIME, before);
        write8(0x10000001, 0);
        write32(FROND_PLIC_BASE + 0x200004, read32(FROND_PLIC_BASE + 0x200004));
        write32(FROND_PLIC_BASE + 0x2000, 0);
        row("exact.store.%s", rows[i].name);
        traps();
        val(probe.x[A2]);
        end_row();
    }
    baseline();
}

/* PMP without sfence.vma: a write counts for the next access. */
static void pmp(bool by_address) {
    static const uint64_t region = DATA >> 2 | 0x1ff;
    const uint32_t words[] = {CSRRS(ZERO, 0x300, A1),
                              LD(A2, A0, 0),
                              by_address ? CSRRW(ZERO, 0x3b0, A3) : CSRRW(ZERO, 0x3a0, A3),
                              LD(A4, A0, 0),
                              CSRRC(ZERO, 0x300, A1),
                              RET};

    baseline();
    write64(DATA, 0xda7a);
    csr_write("pmpaddr0", by_address ? 0x1ff : region);
    csr_write("pmpcfg0", by_address ? 0x18 : 0);
    put_code(0, words, LENGTH(words));
    probe.x[A2] = probe.x[A4] = 0;
    probe.x[A3] = by_address ? region : 0x18;
    go(M, CODE, DATA, STATUS_MPRV | (uint64_t)S << 11, 0);
    row("at.once.pmp.%s", by_address ? "addr" : "cfg");
    val(probe.x[A2]);
    val(probe.x[A4]);
    traps();
    end_row();
    baseline();
}

void frond_rows(void) {
    counters();
    timer(false);
    timer(true);
    stores();
    pmp(false);
    pmp(true);
}
