/* priv_run.c - probes and the lines that rows print; see priv.h. */
#include "priv.h"

struct probe probe;
bool fences = true;
uint64_t amo_as_load;

#define STATUS_SHOWN 0x219aau /* MPRV, MPP, SPP, MPIE, SPIE, MIE, SIE */

static uint64_t address(const void *p) { return (uint64_t)(uintptr_t)p; }

void baseline(void) {
    csr_write("mstatus", STATUS_XL);
    csr_write("mtvec", address(m_entry));
    csr_write("stvec", address(s_entry));
    csr_write("mie", 0);
    csr_write("mip", 0);
    csr_write("medeleg", 0);
    csr_write("mideleg", 0);
    csr_write("satp", 0);
    csr_write("0x14d", ~(uint64_t)0); /* stimecmp */
    csr_write("0x30a", 0);            /* menvcfg */
    csr_write("0x10a", 0);            /* senvcfg */
    csr_write("mcounteren", 0xffffffff);
    csr_write("scounteren", 0xffffffff);
    csr_write("mcountinhibit", 0);
    csr_write("sepc", 0);
    csr_write("scause", 0);
    csr_write("stval", 0);
    csr_write("pmpaddr15", ~(uint64_t)0);
    csr_write("pmpcfg0", 0);
    csr_write("pmpcfg2", (uint64_t)0x1f << 56);
    write32(CLINT_MSIP, 0);
    write64(CLINT_MTIMECMP, ~(uint64_t)0);
    sfence();
    probe.skip = 0;
}

void put_code(unsigned offset, const uint32_t *word, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        write32(CODE + offset + 4 * (uint64_t)i, word[i]);
    fence_i();
}

static uint64_t view(unsigned mode) {
    return mode == U && csr_read("satp") >> 60 != 0 ? U_VIEW - (uint64_t)0x80000000 : 0;
}

/* The call that ends a probe, in either view. */
static bool at_end(const struct log *l) {
    uint64_t end = address((void *)(uintptr_t)probe_end);

    return (l->pc == end || l->pc == end + U_VIEW - 0x80000000) && l->cause >= 8 && l->cause <= 11;
}

bool go(unsigned mode, uint64_t pc, uint64_t a0, uint64_t a1, uint64_t status) {
    uint64_t shift = view(mode);

    probe.x[RA] = address((void *)(uintptr_t)probe_end) + shift;
    probe.x[A0] = a0;
    probe.x[A1] = a1;
    probe.pc = pc + shift;
    probe.status = (csr_read("mstatus") & 0x6000) | STATUS_XL | status | (uint64_t)mode << 11;
    probe_run();
    if (!at_end(&probe.log[probe.logs - 1]))
        return false;
    probe.logs--;
    return true;
}

bool go_word(unsigned mode, uint32_t w, uint64_t a0, uint64_t a1, uint64_t status) {
    const uint32_t words[] = {w, RET};

    put_code(0, words, 2);
    return go(mode, CODE, a0, a1, status);
}

const struct log *last_trap(void) { return probe.logs == 0 ? NULL : &probe.log[probe.logs - 1]; }

/* ---- Accesses ----------------------------------------------------------------------------------- */

static const uint32_t access_words[KINDS] = {
    [LOAD] = LD(A3, A0, 0), [STORE] = SD(A0, A1),     [AMO] = AMOSWAP_D(A3, A0, A1),
    [LR] = LR_D(A3, A0),    [FETCH] = JALR(ZERO, A0),
};

/* Address of the instruction that makes the access, with what returns behind it. */
static uint64_t snippet(enum kind k) {
    if (read32(SNIPS) == access_words[0])
        return SNIPS + 32 * (uint64_t)k;
    for (unsigned i = 0; i < KINDS; i++) {
        const uint32_t plain[] = {access_words[i], RET};
        const uint32_t as[] = {CSRRS(ZERO, 0x300, A2), access_words[i], CSRRC(ZERO, 0x300, A2),
                               RET};

        put_code((unsigned)(SNIPS - CODE) + 32 * i, plain, LENGTH(plain));
        put_code((unsigned)(SNIPS - CODE) + 0x200 + 32 * i, as, LENGTH(as));
    }
    return SNIPS + 32 * (uint64_t)k;
}

static uint64_t result(bool ended, uint64_t where) {
    const struct log *l = last_trap();

    if (ended && l == NULL)
        return 0;
    return (l->value == where ? 0x80 : 0x100) | (l->cause & 15) | (l->mode == S ? 0x200 : 0);
}

uint64_t access(unsigned mode, enum kind k, uint64_t where, uint64_t status) {
    return result(go(mode, snippet(k), where, RET_TWICE, status), where);
}

uint64_t access_as(unsigned mode, enum kind k, uint64_t where, uint64_t status) {
    probe.x[A2] = STATUS_MPRV | (uint64_t)mode << 11 | status;
    return result(go(M, snippet(k) + 0x200, where, RET_TWICE, 0), where);
}

/* ---- Lines -------------------------------------------------------------------------------------- */

void val(uint64_t v) { print(" %lx", v); }

void word(const char *s) { print(" %s", s); }

void digit(enum kind k, uint64_t r) {
    if (k == AMO && (r & 0x80) != 0) {
        r &= 15;
        amo_as_load += r == 4 || r == 5 || r == 13;
        print("%c", r == 4 || r == 6     ? 'M'
                    : r == 5 || r == 7   ? 'A'
                    : r == 13 || r == 15 ? 'P'
                                         : '?');
    } else if (r == 0) {
        print(".");
    } else if (r & 0x100) {
        print("?%lx", last_trap()->value);
    } else {
        print("%s%lx", r & 0x200 ? "s" : "", r & 15);
    }
}

void amo_row(const char *group) {
    row("%s.amo.as.load", group);
    val(amo_as_load);
    end_row();
    amo_as_load = 0;
}

void traps(void) {
    for (uint64_t i = 0; i < probe.logs; i++) {
        const struct log *l = &probe.log[i];

        print(" [%c %s%lu val %lx pc ", l->mode == M ? 'M' : 'S', (int64_t)l->cause < 0 ? "i" : "",
              l->cause & ~INTERRUPT, l->value);
        if (at_end(l))
            print("end");
        else
            print("%lx", l->pc);
        print(" st %lx", l->status & STATUS_SHOWN);
        if (l->vector != VECTOR_DIRECT)
            print(" vec %lu", l->vector);
        print("]");
    }
    print(" a0 %lx", probe.x[A0]);
}

void pending(void) { val(csr_read("mip") & 0xaaa); /* other bits belong to extensions */ }

void end_row(void) { print("\n"); }
