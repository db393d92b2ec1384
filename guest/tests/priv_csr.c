/*
 * priv_csr.c - which CSRs there are, who may read and write them, what they keep of what is written.
 */
#include "priv.h"

/* `bits`: those that this architecture defines, and that hold what is written. What becomes of the
 * others is a row of its own: machines have more extensions than the rows know. */
static const struct {
    uint16_t csr;
    const char *name;
    uint64_t bits;
} names[] = {
    {0x001, "fflags", 0x1f},
    {0x002, "frm", 7},
    {0x003, "fcsr", 0xff},
    {0x100, "sstatus", 0xc6122},
    {0x104, "sie", 0x222},
    {0x105, "stvec", ~(uint64_t)2},
    {0x106, "scounteren", 0xffffffff},
    {0x10a, "senvcfg", 1},
    {0x140, "sscratch", ~(uint64_t)0},
    {0x141, "sepc", ~(uint64_t)1},
    {0x142, "scause", ~(uint64_t)0},
    {0x143, "stval", ~(uint64_t)0},
    {0x144, "sip", 0x222},
    {0x14d, "stimecmp", ~(uint64_t)0},
    {0x180, "satp", (uint64_t)9 << 60 | 0xfffffffffff},
    {0x300, "mstatus", 0x7e79aa},
    {0x301, "misa", ~(uint64_t)0},
    {0x302, "medeleg", 0xb3ff},
    {0x303, "mideleg", 0x222},
    {0x304, "mie", 0xaaa},
    {0x305, "mtvec", ~(uint64_t)2},
    {0x306, "mcounteren", 0xffffffff},
    {0x30a, "menvcfg", STCE | 1},
    {0x320, "mcountinhibit", 5},
    {0x323, "mhpmevent3", 0},
    {0x340, "mscratch", ~(uint64_t)0},
    {0x341, "mepc", ~(uint64_t)1},
    {0x342, "mcause", ~(uint64_t)0},
    {0x343, "mtval", ~(uint64_t)0},
    {0x344, "mip", 0xaaa},
    {0x3a0, "pmpcfg0", 0},
    {0x3b0, "pmpaddr0", 0x3ffffffffffc00},
    {0x3b7, "pmpaddr7", 0x3ffffffffffc00},
    {0x3be, "pmpaddr14", 0x3ffffffffffc00},
    {0xb03, "mhpmcounter3", 0},
};

/* Before anything is written. crt0.S has written mtvec and mscratch. */
void reset_rows(void) {
#define AT_RESET(name)                                                                             \
    do {                                                                                           \
        uint64_t v = csr_read(name);                                                               \
        row("reset." name);                                                                        \
        val(v);                                                                                    \
        end_row();                                                                                 \
    } while (0)
    AT_RESET("mstatus");
    AT_RESET("misa");
    AT_RESET("mcause");
    AT_RESET("mie");
    AT_RESET("satp");
    AT_RESET("pmpcfg0");
    AT_RESET("pmpcfg2");
    AT_RESET("mideleg");
    AT_RESET("medeleg");
    AT_RESET("mvendorid");
    AT_RESET("mhartid");
    AT_RESET("0xf15");
    AT_RESET("0x30a");
}

/* ---- Presence ----------------------------------------------------------------------------------- */

/* 'y', or '-' for an illegal instruction that says so in mtval; else '?'. */
static char attempt(unsigned mode, uint32_t insn, uint64_t a0) {
    const struct log *l;

    if (go_word(mode, insn, a0, 0, 0x2000))
        return 'y';
    l = last_trap();
    return l->mode == M && l->cause == 2 && l->value == insn && l->pc == CODE ? '-' : '?';
}

/* Reads, and writes of what was read, by every mode: true if nobody may do either. */
static bool absent_csr(unsigned csr, char found[6]) {
    static const unsigned modes[] = {M, S, U};
    uint64_t now = go_word(M, CSRRS(A0, csr, ZERO), 0, 0, 0x2000) ? probe.x[A0] : 0;
    unsigned none = 0;

    for (unsigned i = 0; i < 3; i++) {
        found[2 * i] = attempt(modes[i], CSRRS(A0, csr, ZERO), 0);
        found[2 * i + 1] = attempt(modes[i], CSRRW(ZERO, csr, A0), now);
        none += (found[2 * i] == '-') + (found[2 * i + 1] == '-');
    }
    return none == 6;
}

/* Of older or other architectures, debuggers, extensions that this one lacks, 32 bits, custom. */
static const uint16_t not_there[] = {
    0x000, 0x004, 0x005, 0x008, 0x015, 0x041, 0x044, 0x102, 0x103, 0x10c, 0x15d,
    0x200, 0x24d, 0x280, 0x310, 0x31a, 0x350, 0x380, 0x3a1, 0x3a3, 0x3a4, 0x3c0,
    0x5a8, 0x5c0, 0x600, 0x680, 0x740, 0x744, 0x747, 0x7a0, 0x7a1, 0x7a5, 0x7a8,
    0x7b0, 0x7b2, 0x7c0, 0x800, 0x9c0, 0xb01, 0xb80, 0xb82, 0xb83, 0xbc0, 0xc20,
    0xc80, 0xc81, 0xcc0, 0xda0, 0xdb0, 0xe12, 0xf10, 0xf16, 0xfb0, 0xfc0, 0xfff,
};

static void presence(void) {
    unsigned absent = 0;

    baseline();
    csr_write("0x30a", STCE);
    for (unsigned csr = 0; csr < 4096; csr++) {
        char f[6];

        if (absent_csr(csr, f))
            absent++;
        else
            row("csr.access.%03x M:%c%c S:%c%c U:%c%c\n", csr, f[0], f[1], f[2], f[3], f[4], f[5]);
    }
    row("csr.absent");
    val(absent);
    end_row();
    for (unsigned i = 0; i < LENGTH(not_there); i++) {
        go_word(M, CSRRS(A0, not_there[i], ZERO), 0, 0, 0);
        row("csr.absent.%03x", not_there[i]);
        traps();
        end_row();
    }
}

/* The forms of CSR instructions: which of them count as a write (0xf14 is read-only), what they do. */
static void forms(void) {
    static const struct {
        const char *name;
        uint32_t insn;
    } rows[] = {
        {"rw", CSRRW(A0, 0x340, A1)},
        {"rs", CSRRS(A0, 0x340, A1)},
        {"rc", CSRRC(A0, 0x340, A1)},
        {"rwi", CSRRWI(A0, 0x340, 21)},
        {"rsi", CSRRSI(A0, 0x340, 21)},
        {"rci", CSRRCI(A0, 0x340, 21)},
        {"rw.rd0", CSRRW(ZERO, 0x340, A1)},
        {"rs.same", CSRRS(A1, 0x340, A1)},
        {"rw.same", CSRRW(A1, 0x340, A1)},
        {"rs.x0", CSRRS(A0, 0x340, ZERO)},
        {"rwi.0", CSRRWI(A0, 0x340, 0)},
        {"ro.rs.x0", CSRRS(A0, 0xf14, ZERO)},
        {"ro.rc.x0", CSRRC(A0, 0xf14, ZERO)},
        {"ro.rsi.0", CSRRSI(A0, 0xf14, 0)},
        {"ro.rci.0", CSRRCI(A0, 0xf14, 0)},
        {"ro.rw", CSRRW(A0, 0xf14, A1)},
        {"ro.rw.x0", CSRRW(ZERO, 0xf14, ZERO)},
        {"ro.rwi.0", CSRRWI(A0, 0xf14, 0)},
        {"ro.rs.zero", CSRRS(A0, 0xf14, A3)}, /* not x0, but 0 */
        {"ro.rs", CSRRS(A0, 0xf14, A1)},
        {"ro.rci.1", CSRRCI(A0, 0xf14, 1)},
        {"funct3.4", CSR_OP(4u, A0, 0x340, A1)},
        {"funct3.4.ro", CSR_OP(4u, A0, 0xf14, ZERO)},
    };

    baseline();
    for (unsigned i = 0; i < LENGTH(rows); i++) {
        const uint32_t words[] = {CSRRW(ZERO, 0x340, A2), rows[i].insn, CSRRS(A2, 0x340, ZERO),
                                  RET};

        put_code(0, words, LENGTH(words));
        probe.x[A2] = 0x123456789abcdef0;
        probe.x[A3] = 0;
        go(M, CODE, 7, 0xff00ff00ff00ff0f, 0);
        row("csr.form.%s", rows[i].name);
        traps();
        val(probe.x[A1]);
        val(probe.x[A2]);
        end_row();
    }
}

/* ---- What is kept ------------------------------------------------------------------------------- */

/* Value read after v was written; the old value is put back. */
static uint64_t kept(unsigned csr, uint64_t v) {
    const uint32_t words[] = {CSRRW(A1, csr, A0), CSRRS(A2, csr, ZERO), CSRRW(ZERO, csr, A1), RET};

    put_code(0, words, LENGTH(words));
    if (!go(M, CODE, v, 0, 0x2000))
        return last_trap()->cause | (uint64_t)0xbad << 52;
    return csr == 0x344 && (v & ~(uint64_t)0xaaa) == 0 ? probe.x[A2] & 0xaaa : probe.x[A2];
}

/* ... and printed: xtvec is where the program's handlers are. */
static void print_kept(unsigned csr, uint64_t v) {
    uint64_t now = kept(csr, v);

    if ((csr == 0x305 && now == (uint64_t)(uintptr_t)m_entry) ||
        (csr == 0x105 && now == (uint64_t)(uintptr_t)s_entry))
        word("unchanged");
    else
        val(now);
}

/* Bits that are to stay whatever is written. */
static uint64_t others(unsigned csr) {
    return csr == 0x300 ? STATUS_XL : csr == 0x100 ? STATUS_UXL : 0;
}

static void patterns(void) {
    static const uint64_t pattern[] = {~(uint64_t)0,       0,
                                       0x5555555555555555, 0xaaaaaaaaaaaaaaaa,
                                       0x0123456789abcdef, 0x8000000000000000};

    baseline();
    for (unsigned i = 0; i < LENGTH(names); i++) {
        unsigned csr = names[i].csr;
        uint64_t bits = names[i].bits;

        for (unsigned p = 0; bits != 0 && p < LENGTH(pattern); p++) {
            row("csr.write.%s.%u", names[i].name, p);
            print_kept(csr, others(csr) | (pattern[p] & bits));
            end_row();
        }
        if (~bits == 0)
            continue;
        /* Of pmpcfg without the locks, which are for ever: lock_rows. */
        row("csr.beyond.%s", names[i].name);
        print_kept(csr, others(csr) | (~bits & (csr == 0x3a0 ? 0x7f7f7f7f7f7f7f7f : ~(uint64_t)0)));
        end_row();
    }
}

/* Fields with few legal values, each value in turn. */
static void fields(void) {
    baseline();
    for (unsigned i = 0; i < 4; i++) {
        row("csr.mtvec.mode.%u", i);
        print_kept(0x305, 0x80001000 + i);
        print_kept(0x105, 0x80001000 + i);
        end_row();
        row("csr.mstatus.mpp.%u", i);
        print_kept(0x300, STATUS_XL | (uint64_t)i << 11);
        end_row();
        row("csr.mstatus.fs.%u", i);
        print_kept(0x300, STATUS_XL | (uint64_t)i << 13);
        print_kept(0x100, STATUS_UXL | (uint64_t)i << 13);
        end_row();
        row("csr.mstatus.xs-vs.%u", i);
        print_kept(0x300, STATUS_XL | (uint64_t)i << 15 | (uint64_t)i << 9);
        end_row();
        row("csr.mstatus.xl.%u", i);
        print_kept(0x300, (uint64_t)i << 32 | (uint64_t)i << 34);
        print_kept(0x100, (uint64_t)i << 32);
        end_row();
    }
    for (uint64_t i = 0; i < 16; i++) {
        row("csr.satp.mode.%lu", i);
        print_kept(0x180, i << 60 | 0x80300);
        end_row();
    }
    for (uint64_t i = 0; i < 32; i++) {
        row("csr.pmpcfg.%lx", i);
        print_kept(0x3a0, i);
        end_row();
    }
    for (unsigned i = 0; i < 64; i++) {
        row("csr.mstatus.bit.%u", i);
        print_kept(0x300, STATUS_XL ^ (uint64_t)1 << i);
        print_kept(0x100, STATUS_UXL ^ (uint64_t)1 << i);
        end_row();
    }
}

void csr_rows(void) {
    presence();
    forms();
    patterns();
    fields();
}
