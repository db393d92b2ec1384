/*
 * priv_interrupt.c - which interrupt is taken, where to, and when: enabling, delegation, priority,
 * vectors, and that a change made by a CSR instruction counts for the very next one.
 *
 * MEI comes from the PLIC by the UART's transmitter being empty; MSI and MTI from the CLINT; those
 * of S-mode from mip. Nothing is printed while the UART's line is looked at.
 */
#include "priv.h"

enum { UART = 0x10000000, UART_IER = 1, SOURCE = 10 };
#define PLIC_PRIORITY(n)  (FROND_PLIC_BASE + 4 * (uint64_t)(n))
#define PLIC_ENABLE(c)    (FROND_PLIC_BASE + 0x2000 + 0x80 * (uint64_t)(c))
#define PLIC_THRESHOLD(c) (FROND_PLIC_BASE + 0x200000 + 0x1000 * (uint64_t)(c))
#define PLIC_CLAIM(c)     (PLIC_THRESHOLD(c) + 4)

static const unsigned lines[] = {11, 3, 7, 9, 1, 5};
static const unsigned modes[] = {M, S, U};

static void pend(uint64_t mask) {
    if (mask >> 3 & 1)
        write32(CLINT_MSIP, 1);
    if (mask >> 7 & 1)
        write64(CLINT_MTIMECMP, 0);
    csr_write("mip", mask & 0x222);
    if (mask >> 11 & 1) {
        write32(PLIC_PRIORITY(SOURCE), 1);
        write32(PLIC_THRESHOLD(0), 0);
        write32(PLIC_ENABLE(0), 1 << SOURCE);
        write8(UART + UART_IER, 2);
    }
}

static void quiet(void) {
    uint32_t n;

    baseline();
    write8(UART + UART_IER, 0);
    while ((n = read32(PLIC_CLAIM(0))) != 0)
        write32(PLIC_CLAIM(0), n);
    write32(PLIC_ENABLE(0), 0);
    write32(PLIC_PRIORITY(SOURCE), 0);
}

static void one_line(unsigned mode, unsigned mideleg, uint64_t status, unsigned line) {
    uint64_t mip;

    quiet();
    csr_write("mideleg", mideleg);
    pend((uint64_t)1 << line);
    csr_write("mie", (uint64_t)1 << line);
    mip = csr_read("mip") & 0xaaa;
    go(mode, CODE, 0, 0, status);
    row("irq.mode%u.deleg%x.st%lx.line%u", mode, mideleg, status, line);
    val(mip);
    traps();
    end_row();
}

static void matrix(void) {
    static const uint64_t status[] = {0, STATUS_SIE, STATUS_MPIE, STATUS_SIE | STATUS_MPIE};

    put(0, NOP, NOP, NOP, RET);
    for (unsigned m = 0; m < 3; m++)
        for (unsigned d = 0; d < 0x444; d += 0x222)
            for (unsigned s = 0; s < 4; s++)
                for (unsigned i = 0; i < 6; i++)
                    one_line(modes[m], d, status[s], lines[i]);
}

static uint64_t mask_of(unsigned set) {
    uint64_t mask = 0;

    for (unsigned i = 0; i < 6; i++)
        mask |= (uint64_t)(set >> i & 1) << lines[i];
    return mask;
}

static void print_taken(struct log l) {
    word(l.mode == M ? "M" : "S");
    val(l.cause);
}

/* Every set of the six, all pending and enabled: which is first. */
static void priority(void) {
    static const unsigned deleg[] = {0, 0x222, 0x200, 0x022};

    put(0, NOP, RET);
    for (unsigned d = 0; d < LENGTH(deleg); d++) {
        for (unsigned set = 1; set < 64; set++) {
            quiet();
            csr_write("mideleg", deleg[d]);
            pend(mask_of(set));
            csr_write("mie", mask_of(set));
            go(U, CODE, 0, 0, 0);
            struct log from_u = *last_trap();
            go(S, CODE, 0, 0, STATUS_SIE);
            row("irq.first.deleg%x.%lx", deleg[d], mask_of(set));
            print_taken(from_u);
            print_taken(*last_trap());
            end_row();
        }
    }
    quiet();
}

static void vectored(void) {
    put(0, NOP, RET);
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned d = 0; d < 0x444; d += 0x222) {
            quiet();
            csr_write("mtvec", (uint64_t)(uintptr_t)m_vectors | 1);
            csr_write("stvec", (uint64_t)(uintptr_t)s_vectors | 1);
            csr_write("mideleg", d);
            pend((uint64_t)1 << lines[i]);
            csr_write("mie", (uint64_t)1 << lines[i]);
            go(U, CODE, 0, 0, 0);
            row("irq.vector.deleg%x.line%u", d, lines[i]);
            traps();
            end_row();
        }
    }
    quiet();
}

/* ---- When --------------------------------------------------------------------------------------- */

/* Code in which one CSR instruction makes an interrupt possible: it is taken before the next one. */
static const struct exact_case {
    const char *name;
    unsigned mode;
    uint64_t mip, mie, mideleg, status, a0;
    uint32_t insn;
} exact_cases[] = {
    {"m.mip.csrsi", M, 0, 2, 0, STATUS_MPIE, 2, CSRRSI(ZERO, 0x344, 2)},
    {"m.mip.csrw", M, 0, 0x20, 0, STATUS_MPIE, 0x20, CSRRW(ZERO, 0x344, A0)},
    {"m.mip.csrs.seip", M, 0, 0x200, 0, STATUS_MPIE, 0x200, CSRRS(ZERO, 0x344, A0)},
    {"m.mie", M, 2, 0, 0, STATUS_MPIE, 2, CSRRS(ZERO, 0x304, A0)},
    {"m.mstatus", M, 2, 2, 0, 0, 8, CSRRS(ZERO, 0x300, A0)},
    {"m.mstatus.off", M, 2, 0, 0, STATUS_MPIE, 8, CSRRC(ZERO, 0x300, A0)},
    {"m.mideleg", M, 2, 2, 2, STATUS_MPIE, 2, CSRRC(ZERO, 0x303, A0)},
    {"s.sip", S, 0, 2, 2, STATUS_SIE, 2, CSRRSI(ZERO, 0x144, 2)},
    {"s.sie", S, 2, 0, 2, STATUS_SIE, 2, CSRRSI(ZERO, 0x104, 2)},
    {"s.sstatus", S, 2, 2, 2, 0, 2, CSRRSI(ZERO, 0x100, 2)},
    {"s.sip.off", S, 0, 2, 0, STATUS_SIE, 2, CSRRSI(ZERO, 0x144, 2)},
    {"s.stimecmp", S, 0, 0x20, 0x20, STATUS_SIE, 0, CSRRW(ZERO, 0x14d, A0)},
    {"m.stimecmp", M, 0, 0x20, 0, STATUS_MPIE, 0, CSRRW(ZERO, 0x14d, A0)},
};

static void finish_row(const char *name) {
    row("irq.%s", name);
    traps();
    end_row();
}

static void exact(const struct exact_case *c) {
    const uint32_t words[] = {NOP, c->insn, NOP, NOP, RET};

    quiet();
    put_code(0, words, LENGTH(words));
    csr_write("0x30a", STCE);
    csr_write("mideleg", c->mideleg);
    csr_write("mip", c->mip);
    csr_write("mie", c->mie);
    go(c->mode, CODE, c->a0, 0, c->status);
    row("irq.exact.%s", c->name);
    traps();
    end_row();
}

static void exact_more(void) {
    /* STCE itself: time is past stimecmp, the bit is what was missing. */
    quiet();
    put(0, CSRRW(ZERO, 0x30a, A0), NOP, NOP, RET);
    csr_write("0x14d", 0);
    csr_write("mie", 0x20);
    go(M, CODE, STCE, 0, STATUS_MPIE);
    finish_row("exact.m.menvcfg");
    /* mret and sret that enable. */
    quiet();
    put(0, CSRRW(ZERO, 0x341, A0), CSRRW(ZERO, 0x300, A1), MRET);
    put(0x40, NOP, RET);
    csr_write("mip", 2);
    csr_write("mie", 2);
    go(M, CODE, CODE + 0x40, STATUS_XL | MSTATUS_MPP | STATUS_MPIE, 0);
    finish_row("exact.mret");
    quiet();
    put(0, CSRRW(ZERO, 0x141, A0), CSRRW(ZERO, 0x100, A1), SRET);
    csr_write("mideleg", 2);
    csr_write("mip", 2);
    csr_write("mie", 2);
    go(S, CODE, CODE + 0x40, STATUS_UXL | 0x120, 0);
    finish_row("exact.sret");
    /* An interrupt comes before the exception of the instruction it stands at. */
    quiet();
    put(0, ILLEGAL, RET);
    csr_write("mip", 2);
    csr_write("mie", 2);
    go(U, CODE, 0, 0, 0);
    finish_row("before.exception");
}

/* WFI: it ends when mip & mie is not 0, whatever mstatus and mideleg say. */
static void waiting(void) {
    static const struct {
        const char *name;
        unsigned mode;
        uint64_t mideleg, status;
    } rows[] = {
        {"m.disabled", M, 0, 0},
        {"m.enabled", M, 0, STATUS_MPIE},
        {"m.delegated", M, 0x222, STATUS_MPIE},
        {"s.disabled", S, 0x222, 0},
        {"s.enabled", S, 0x222, STATUS_SIE},
        {"s.to.m", S, 0, 0},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        for (unsigned later = 0; later < 2; later++) {
            quiet();
            put(0, NOP, WFI, NOP, RET);
            csr_write("0x30a", STCE);
            csr_write("mideleg", rows[i].mideleg);
            csr_write("mie", 0x20);
            csr_write("0x14d", later ? csr_read("time") + 100000 : 0);
            go(rows[i].mode, CODE, 0, 0, rows[i].status);
            row("wfi.%s.%s", rows[i].name, later ? "later" : "now");
            traps();
            val(csr_read("time") >= csr_read("0x14d"));
            end_row();
        }
    }
    quiet();
}

void interrupt_rows(void) {
    matrix();
    priority();
    vectored();
    for (unsigned i = 0; i < LENGTH(exact_cases); i++)
        exact(&exact_cases[i]);
    exact_more();
    waiting();
}
