/* priv_status.c - mstatus, mie, mip and their views from S-mode; Sstc; FS; mret and sret; TVM, TW, TSR. */
#include "priv.h"

#define STATUS_VS ((uint64_t)0x600) /* the vector unit's */

/* ---- Views -------------------------------------------------------------------------------------- */

static void view_enables(void) {
    csr_write("mie", 0xaaa);
    val(csr_read("mie"));
    val(csr_read("sie"));
    csr_write("sie", 0);
    val(csr_read("mie"));
    csr_write("mie", 0);
    csr_write("sie", 0xaaa);
    val(csr_read("mie"));
    csr_write("mie", 0);
}

static void view_pending(void) {
    csr_write("mip", 0xaaa);
    pending();
    val(csr_read("sip") & 0x222);
    csr_write("sip", 0);
    pending();
    csr_write("mip", 0);
    pending();
    csr_write("sip", 0xaaa);
    pending();
    csr_write("mip", 0);
}

static void views(void) {
    static const uint16_t delegations[] = {0, 0x222, 0x002, 0x020, 0x200};

    for (unsigned i = 0; i < LENGTH(delegations); i++) {
        baseline();
        csr_write("mideleg", delegations[i]);
        row("view.mideleg.%x", delegations[i]);
        val(csr_read("mideleg"));
        view_enables();
        end_row();
        row("view.mip.%x", delegations[i]);
        view_pending();
        end_row();
    }
    baseline();
    csr_write("mstatus", STATUS_XL | (0xffffffff & ~STATUS_VS & ~STATUS_MPRV));
    row("view.sstatus.ones");
    val(csr_read("sstatus"));
    csr_write("sstatus", STATUS_UXL);
    val(csr_read("mstatus") & ~(uint64_t)MSTATUS_MPP);
    csr_write("mstatus", STATUS_XL);
    csr_write("sstatus", STATUS_UXL | (0xffffffff & ~STATUS_VS));
    val(csr_read("mstatus"));
    csr_write("mstatus", STATUS_XL);
    val(csr_read("mstatus"));
    end_row();
}

/* Sstc: who drives STIP, and who reaches stimecmp. */
static void sstc(void) {
    for (unsigned i = 0; i < 8; i++) {
        baseline();
        csr_write("0x30a", i & 4 ? STCE : 0);
        csr_write("0x14d", i & 2 ? ~(uint64_t)0 : 0);
        csr_write("mip", i & 1 ? 0x20 : 0);
        row("sstc.stip.%u", i);
        pending();
        csr_clear("mip", 0x20);
        pending();
        csr_write("0x14d", ~(uint64_t)0);
        pending();
        csr_write("0x30a", 0);
        pending(); /* what software drives again, as it left it */
        csr_write("mip", 0);
        pending();
        csr_write("0x30a", i & 4 ? STCE : 0);
        csr_set("mip", 0x20);
        csr_write("0x30a", 0);
        pending();
        csr_write("mip", 0);
        end_row();
    }
    for (unsigned mode = 0; mode < 4; mode++) {
        for (unsigned i = 0; mode != 2 && i < 4; i++) {
            baseline();
            csr_write("0x30a", i & 1 ? STCE : 0);
            csr_write("mcounteren", i & 2 ? ~(uint64_t)0 : ~(uint64_t)2);
            row("sstc.access.mode%u.stce%u.tm%u", mode, i & 1, i >> 1);
            go_word(mode, CSRRS(A0, 0x14d, ZERO), 5, 0, 0);
            traps();
            go_word(mode, CSRRW(ZERO, 0x14d, A0), 0xfffffffffffffff5, 0, 0);
            traps();
            val(csr_read("0x14d"));
            end_row();
        }
    }
}

/* ---- FS ----------------------------------------------------------------------------------------- */

static void fs(void) {
    static const struct {
        const char *name;
        uint32_t insn;
    } rows[] = {
        {"fadd.d", FADD_D},
        {"fadd.s", 0x00107053},
        {"fmv.d.x", 0xf2000053},
        {"fmv.x.d", 0xe2000553},
        {"feq.d", 0xa2102553},
        {"fcvt.d.w", 0xd2000053},
        {"fcvt.w.d", 0xc2001553},
        {"fsgnj.d", 0x22100053},
        {"fclass.d", 0xe2001553},
        {"fld", 0x00053007},
        {"fsd", 0x00053027},
        {"fmadd.d", 0x1a107043},
        {"fadd.d.rm5", 0x02105053},
        {"fadd.d.rm6", 0x02106053},
        {"c.fld", 0x00012100},
        {"c.fsd", 0x0001a100},
        {"csrr.fcsr", CSRRS(A0, 3, ZERO)},
        {"csrw.fcsr", CSRRW(ZERO, 3, ZERO)},
        {"csrr.fflags", CSRRS(A0, 1, ZERO)},
        {"csrsi.fflags", CSRRSI(ZERO, 1, 1)},
        {"csrr.frm", CSRRS(A0, 2, ZERO)},
        {"csrwi.frm", CSRRWI(ZERO, 2, 2)},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        for (uint64_t f = 0; f < 4; f++) {
            baseline();
            csr_write("mstatus", STATUS_XL | 0x6000);
            csr_write("fcsr", 0);
            csr_write("mstatus", STATUS_XL | f << 13);
            go_word(M, rows[i].insn, DATA, 0, 0);
            row("fs.%s.%lu", rows[i].name, f);
            traps();
            val(csr_read("mstatus") >> 13 & 3);
            val(csr_read("mstatus") >> 63);
            end_row();
        }
    }
    baseline();
    for (uint64_t rm = 0; rm < 8; rm++) {
        csr_write("mstatus", STATUS_XL | 0x6000);
        csr_write("frm", rm);
        go_word(M, FADD_D, 0, 0, 0);
        row("fs.dynamic-rm.%lu", rm);
        val(csr_read("frm"));
        traps();
        end_row();
    }
    csr_write("frm", 0);
}

/* ---- mret, sret --------------------------------------------------------------------------------- */

/* Runs the code in place; the end is logged too: it says in what mode that was. The row is named. */
static void go_and_end(unsigned mode, uint64_t a0, uint64_t a1, uint64_t status) {
    put(0x40, RET);
    go(mode, CODE, a0, a1, status);
    probe.logs++;
    traps();
    end_row();
}

static void machine_returns(void) {
    static const uint64_t mpp[] = {U, S, M};

    put(0, CSRRW(ZERO, 0x341, A0), CSRRW(ZERO, 0x300, A1), MRET);
    for (unsigned i = 0; i < 24; i++) {
        uint64_t s = mpp[i % 3] << 11 | (i / 3 & 1 ? 0x80 : 0) | (i / 6 & 1 ? STATUS_MPRV : 0) |
                     (i / 12 & 1 ? 0x8 : 0);

        row("mret.%lx", s);
        go_and_end(M, CODE + 0x40, STATUS_XL | s, 0);
    }
}

static void supervisor_returns(void) {
    put(0, CSRRW(ZERO, 0x141, A0), CSRRW(ZERO, 0x100, A1), SRET);
    for (unsigned i = 0; i < 16; i++) {
        unsigned mode = i & 8 ? S : M;
        uint64_t s = (i & 1 ? 0x100 : 0) | (i & 2 ? 0x20 : 0) | (i & 4 ? 2 : 0);

        row("sret.mode%u.%lx", mode, s);
        go_and_end(mode, CODE + 0x40, STATUS_UXL | s, 0);
    }
    put(0, CSRRW(ZERO, 0x141, A0), CSRRS(ZERO, 0x300, A1), SRET);
    row("sret.mprv");
    go_and_end(M, CODE + 0x40, STATUS_MPRV | MSTATUS_MPP | 0x100, 0);
}

/* An odd address is made even: by the write of xepc. */
static void odd_returns(void) {
    put(0, CSRRW(ZERO, 0x341, A0), CSRRS(ZERO, 0x300, A1), CSRRS(A0, 0x341, ZERO), MRET);
    row("xret.odd.m");
    go_and_end(M, CODE + 0x41, MSTATUS_MPP, 0);
    put(0, CSRRW(ZERO, 0x141, A0), CSRRS(ZERO, 0x100, A1), CSRRS(A0, 0x141, ZERO), SRET);
    row("xret.odd.s");
    go_and_end(S, CODE + 0x41, 0x100, 0);
}

/* ---- TVM, TW, TSR, and what is illegal where ---------------------------------------------------- */

static void guarded_word(const char *name, uint32_t insn, unsigned mode) {
    static const uint64_t bits[] = {0, STATUS_TVM, STATUS_TW, STATUS_TSR};

    for (unsigned b = 0; b < LENGTH(bits); b++) {
        baseline();
        if (mode !=
            U) { /* wfi ends at once: a wake-up is pending, disabled (in U-mode it cannot be) */
            csr_write("mie", 2);
            csr_write("mideleg", 2);
            csr_write("mip", 2);
        }
        go_word(mode, insn, 0, 0, bits[b]);
        row("guard.%s.mode%u.%lx", name, mode, bits[b] >> 20);
        traps();
        end_row();
    }
}

static void guarded(void) {
    static const struct {
        const char *name;
        uint32_t insn;
    } rows[] = {
        {"satp.read", CSRRS(A0, 0x180, ZERO)},
        {"satp.write", CSRRW(ZERO, 0x180, ZERO)},
        {"sfence", SFENCE(ZERO, ZERO)},
        {"sfence.va", SFENCE(A0, ZERO)},
        {"sfence.asid", SFENCE(ZERO, A0)},
        {"sfence.both", SFENCE(A0, A1)},
        {"wfi", WFI},
        {"mret", MRET},
        {"sinval.vma", 0x16000073},
        {"sfence.w.inval", 0x18000073},
        {"dret", 0x7b200073},
        {"uret", 0x00200073},
        {"hfence.vvma", 0x22000073},
        {"sfence.rd", SFENCE(ZERO, ZERO) | 0x80},
        {"wfi.rd", WFI | 0x80},
        {"ecall.rd", ECALL | 0x80},
        {"ebreak.rs1", EBREAK | 0x8000},
        {"mnret", 0x70200073},
    };

    for (unsigned i = 0; i < LENGTH(rows); i++) {
        if (rows[i].insn != MRET) /* it would leave for mepc: machine_returns has it */
            guarded_word(rows[i].name, rows[i].insn, M);
        guarded_word(rows[i].name, rows[i].insn, S);
        guarded_word(rows[i].name, rows[i].insn, U);
    }
    for (unsigned tsr = 0; tsr < 2; tsr++) {
        baseline();
        put(0, CSRRW(ZERO, 0x141, A0), SRET);
        row("guard.sret.mode1.tsr%u", tsr);
        go_and_end(S, CODE + 0x40, 0, tsr ? STATUS_TSR : 0);
        go_word(U, SRET, 0, 0, tsr ? STATUS_TSR : 0);
        row("guard.sret.mode0.tsr%u", tsr);
        traps();
        end_row();
    }
}

void status_rows(void) {
    views();
    sstc();
    fs();
    baseline();
    machine_returns();
    supervisor_returns();
    odd_returns();
    guarded();
}
