/*
 * priv_trap.c - synchronous traps: every cause, from every mode, to M-mode and delegated; what they
 * leave in xepc, xcause, xtval and xstatus; traps in traps; LR and SC with traps between.
 */
#include "priv.h"

struct trap_case {
    const char *name;
    uint32_t insn;
    uint64_t a0;
};

static const struct trap_case cases[] = {
    {"none", NOP, 0},
    {"ecall", ECALL, 0},
    {"ebreak", EBREAK, 0},
    {"c.ebreak", 0x00019002, 0},
    {"illegal.0", 0, 0},
    {"illegal.c.0", 0x00010000, 0},
    {"illegal.c.lui.0", 0x00016501, 0},
    {"illegal.c.jr.x0", 0x00018002, 0},
    {"illegal.c.lwsp.x0", 0x00014002, 0},
    {"illegal.c.100", 0x00018000, 0},
    {"illegal.ones", ILLEGAL, 0},
    {"illegal.custom0", 0x0000000b, 0},
    {"illegal.custom3", 0x0000007b, 0},
    {"illegal.op", 0x40001033, 0},
    {"illegal.load.7", I_TYPE(0x03u, 7u, A0, A0, 0), 0},
    {"illegal.store.4", S_TYPE(4u, A0, A0), 0},
    {"illegal.branch.2", 0x00002063, 0},
    {"illegal.jalr.1", I_TYPE(0x67u, 1u, ZERO, RA, 0), 0},
    {"illegal.amo.w.funct", AMO_OP(31u, 2u, A0, A0, A1), DATA},
    {"illegal.amo.width", AMO_OP(0u, 1u, A0, A0, A1), DATA},
    {"illegal.lr.rs2", AMO_OP(2u, 3u, A0, A0, A1), DATA},
    {"illegal.slliw.64", 0x0205151b, 0},
    {"illegal.fence.funct3", 0x0000200f, 0},
    {"illegal.csr", CSRRS(A0, 0x7c0, ZERO), 0},
    {"illegal.fp.off", FADD_D, 0},
    {"fetch.hole", JALR(ZERO, A0), HOLE},
    {"fetch.hole.mid", JALR(ZERO, A0), HOLE + 0x7fe},
    {"fetch.odd", JALR(ZERO, A0), HOLE + 1},
    {"load.hole", LD(A0, A0, 0), HOLE + 8},
    {"load.hole.w", LW(A0, A0, 0), HOLE + 4},
    {"load.hole.top", LD(A0, A0, 0), 0xfffffffffffffff8},
    {"store.hole", SD(A0, A0), HOLE + 16},
    {"store.hole.h", SH(A0, A0), HOLE + 2},
    {"amo.hole", AMOADD_D(A0, A0, A1), HOLE},
    {"lr.hole", LR_D(A0, A0), HOLE},
    {"fld.hole", 0x00053007, HOLE},
    {"load.odd", LD(A0, A0, 0), DATA + 1},
    {"load.odd.h", LH(A0, A0, 0), DATA + 7},
    {"load.crossing", LD(A0, A0, 0), DATA + 4093},
    {"store.odd", SD(A0, A0), DATA + 5},
    {"store.crossing", SW(A0, A0), DATA + 4095},
    {"amo.odd.d", AMOADD_D(A0, A0, A1), DATA + 4},
    {"amo.odd.w", AMOADD_W(A0, A0, A1), DATA + 2},
    {"lr.odd.d", LR_D(A0, A0), DATA + 4},
    {"lr.odd.w", LR_W(A0, A0), DATA + 1},
    {"sc.odd", SC_D(A0, A0, A1), DATA + 4},
    {"sc.hole", SC_D(A0, A0, A1), HOLE},
    {"fence.i", FENCE_I, 0},
    {"fence", 0x0ff0000f, 0},
    {"fence.tso", 0x8330000f, 0},
    {"pause", 0x0100000f, 0},
    {"fence.reserved", 0x1f05050f, 0},
    {"csr.m", CSRRS(A0, 0x340, ZERO), 0},
    {"csr.s", CSRRS(A0, 0x140, ZERO), 0},
    {"csr.ro", CSRRW(ZERO, 0xc00, ZERO), 0},
};

static const unsigned modes[] = {M, S, U};

static void one_cause(const struct trap_case *c, unsigned mode, const char *to, uint64_t medeleg) {
    baseline(); /* FS is off: "illegal.fp.off" */
    memset((void *)(uintptr_t)DATA, 0x5a, 64);
    csr_write("medeleg", medeleg);
    go_word(mode, c->insn, c->a0, 1, mode == M ? STATUS_MPIE : STATUS_SPIE | STATUS_SIE);
    row("trap.%s.mode%u.%s", c->name, mode, to);
    traps();
    end_row();
}

static void each_cause(void) {
    static const struct trap_case breakpoint = {"ebreak", EBREAK, 0};

    for (unsigned i = 0; i < LENGTH(cases); i++) {
        for (unsigned m = 0; m < 3; m++) {
            one_cause(&cases[i], modes[m], "m", 0);
            one_cause(&cases[i], modes[m], "s", 0xb3f7); /* but for ebreak: priv_entry.S */
        }
    }
    for (unsigned m = 0; m < 3; m++) /* ebreak, and S-mode's ecall not */
        one_cause(&breakpoint, modes[m], "delegated", 0xb1ff);
}

/* Whatever the stacks of privileges and enables held before: what a trap leaves of them. */
static void stacks(void) {
    for (unsigned m = 0; m < 3; m++) {
        for (unsigned i = 0; i < 32; i++) {
            uint64_t status = (i & 1 ? 0x100 : 0) | (i & 2 ? STATUS_SPIE : 0) |
                              (i & 4 ? STATUS_SIE : 0) | (i & 8 ? STATUS_MPIE : 0);

            baseline();
            csr_write("medeleg", i & 16 ? 4 : 0);
            go_word(modes[m], ILLEGAL, 0, 0, status);
            row("stack.mode%u.%s.%lx", modes[m], i & 16 ? "s" : "m", status);
            traps();
            val(csr_read("mstatus") & 0x1ff);
            end_row();
        }
    }
}

/* Each bit of medeleg alone: it moves its own cause only. */
static void each_delegation(void) {
    static const struct {
        uint32_t insn;
        uint64_t a0;
    } by_cause[16] = {
        [1] = {JALR(ZERO, A0), HOLE},
        [2] = {ILLEGAL, 0},
        [3] = {EBREAK, 0},
        [4] = {LR_D(A0, A0), DATA + 4},
        [5] = {LD(A0, A0, 0), HOLE},
        [6] = {AMOADD_D(A0, A0, A1), DATA + 4},
        [7] = {SD(A0, A1), HOLE},
        [8] = {ECALL, 0},
    };

    for (unsigned bit = 0; bit < 16; bit++) {
        row("medeleg.%u", bit);
        for (unsigned c = 0; c < 16; c++) {
            if (by_cause[c].insn == 0)
                continue;
            baseline();
            csr_write("medeleg", (uint64_t)1 << bit);
            go_word(U, by_cause[c].insn, by_cause[c].a0, 0, 0);
            const struct log *l = last_trap();
            word(l == NULL ? "-" : l->mode == M ? "M" : "S");
        }
        go_word(S, ECALL, 0, 0, 0);
        val(probe.log[0].mode);
        end_row();
    }
}

/* A trap of U to S whose handler traps in turn; what S had is kept, M says it was S. */
static void nested_in_s(const char *name, uint32_t insn) {
    const uint32_t words[] = {insn, insn};

    baseline();
    put_code(0x800, words, 2);
    csr_write("medeleg", 0x100);
    csr_write("stvec", CODE + 0x800);
    go_word(U, ECALL, 0, 0, STATUS_SPIE | STATUS_SIE);
    row("nested.%s.to.m", name);
    traps();
    val(csr_read("sepc"));
    val(csr_read("scause"));
    val(csr_read("stval"));
    val(csr_read("sstatus"));
    end_row();
}

static void nested(void) {
    nested_in_s("illegal", ILLEGAL);
    nested_in_s("ebreak", EBREAK);
    nested_in_s("load", LD(A0, ZERO, 0x7f8));
    nested_in_s("ecall", ECALL);
    /* M-mode in M-mode: MPP says M, the older mepc is gone. */
    baseline();
    put(0, EBREAK, ILLEGAL, ECALL, RET);
    probe.skip = 3;
    go(M, CODE, 0, 0, STATUS_MPIE);
    row("nested.m.in.m");
    traps();
    end_row();
    /* S-mode's own exceptions, delegated, thrice; interrupts enabled before are so again after sret. */
    baseline();
    csr_write("medeleg", 0x4);
    put(0, ILLEGAL, ILLEGAL, ILLEGAL, CSRRS(A0, 0x100, ZERO), RET);
    probe.skip = 3;
    go(S, CODE, 0, 0, STATUS_SIE);
    row("nested.s.in.s");
    traps();
    end_row();
}

/* Synchronous traps go to the base, vectored or not. */
static void vectors(void) {
    for (unsigned m = 0; m < 3; m++) {
        baseline();
        csr_write("mtvec", (uint64_t)(uintptr_t)m_vectors | 1);
        csr_write("stvec", (uint64_t)(uintptr_t)s_vectors | 1);
        go_word(modes[m], ILLEGAL, 0, 0, 0);
        row("vector.exception.mode%u", modes[m]);
        traps();
        csr_write("medeleg", 4);
        go_word(modes[m], ILLEGAL, 0, 0, 0);
        traps();
        end_row();
    }
}

/* ---- LR and SC ---------------------------------------------------------------------------------- */

/* a0: DATA, holding 41. The result of SC is in a2, then memory. */
static void reservation(const char *name, unsigned mode, uint64_t medeleg, unsigned skip) {
    baseline();
    csr_write("medeleg", medeleg);
    probe.skip = skip;
    write64(DATA, 41);
    write64(DATA + 8, 41);
    probe.x[A2] = probe.x[A3] = 0x77;
    go(mode, CODE, DATA, 99, 0);
    row("lrsc.%s.mode%u", name, mode);
    val(probe.x[A2] != 0); /* any value but 0 is a failure */
    val(probe.x[A3]);
    val(read64(DATA));
    val(read64(DATA + 8));
    traps();
    end_row();
}

static void reservations(unsigned mode) {
    put(0, LR_D(A3, A0), SC_D(A2, A0, A1), RET);
    reservation("plain", mode, 0, 0);
    put(0, LR_W(A3, A0), SC_W(A2, A0, A1), RET);
    reservation("plain.w", mode, 0, 0);
    put(0, LR_D(A3, A0), SC_D(A2, A0, A1), ADDI(A1, A1, 1), SC_D(A2, A0, A1), RET);
    reservation("twice", mode, 0, 0);
    put(0, LR_D(A3, A0), ADDI(A0, A0, 8), SC_D(A2, A0, A1), RET);
    reservation("elsewhere", mode, 0, 0);
    put(0, LR_D(A3, A0), SD(A0, A1), SC_D(A2, A0, A3), RET);
    reservation("own.store", mode, 0, 0);
    put(0, LR_D(A3, A0), AMOADD_D(ZERO, A0, A1), SC_D(A2, A0, A3), RET);
    reservation("own.amo", mode, 0, 0);
    put(0, LR_W(A3, A0), SC_D(A2, A0, A1), RET);
    reservation("widths", mode, 0, 0);
    put(0, LR_D(A3, A0), SC_W(A2, A0, A1), RET);
    reservation("widths.w", mode, 0, 0);
    put(0, LR_D(A3, A0), EBREAK, SC_D(A2, A0, A1), RET);
    reservation("trap.m", mode, 0, 1);
    put(0, LR_D(A3, A0), EBREAK, EBREAK, SC_D(A2, A0, A1), RET);
    reservation("traps.m", mode, 0, 2);
    put(0, LR_D(A3, A0), ILLEGAL, SC_D(A2, A0, A1), RET);
    reservation("trap.s", mode, 4, 1);
    put(0, LR_D(A3, A0), ADDI(A4, A0, 8), LR_D(A4, A4), SC_D(A2, A0, A1), RET);
    reservation("second.lr", mode, 0, 0);
}

/* An SC, wherever it is to, ends what an LR began. */
static void reservation_ended(void) {
    baseline();
    write64(DATA, 5);
    put(0, LR_D(A3, A0), RET);
    go(M, CODE, DATA, 0, 0);
    put(0, SC_D(A2, A0, A1), RET);
    go(M, CODE, DATA + 64, 99, 0);
    row("lrsc.ended");
    val(probe.x[A2] != 0);
    go(M, CODE, DATA, 99, 0);
    val(probe.x[A2] != 0);
    val(read64(DATA));
    end_row();
}

void trap_rows(void) {
    each_cause();
    stacks();
    each_delegation();
    nested();
    vectors();
    for (unsigned m = 0; m < 3; m++)
        reservations(modes[m]);
    reservation_ended();
}
