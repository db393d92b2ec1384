/*
 * hashme.c - one hart exercised in bare metal: everything whose state could be lost or bent when a
 * node is suspended, nested or moved.
 *
 * What it prints is a function of the boot argument rounds=N (default 2) alone, wherever it runs;
 * what depends on time (when interrupts came, what the cycle counter was) goes to `journal` in its
 * memory, which a hash of the machine sees: equal on equal machines only.
 *
 *   timer      CLINT timer and software interrupts into a loop of LR/SC, AMO and arithmetic
 *   reserve    traps between LR and SC
 *   code       functions written, called, rewritten
 *   floats     every rounding mode, flags, boxing, in a loop that the timer interrupts
 *   idle       WFI with and without interrupts enabled
 *   paging     Sv39: a user program behind demand-filled page tables; its traps in S-mode, with
 *              stimecmp ticking; A and D bits; SUM, MXR, MPRV; PMP
 */
#include "hashme.h"

uint64_t hash = 0xcbf29ce484222325;
uint64_t journal[JOURNAL];
static uint64_t journal_at;

static volatile uint64_t ticks, calls, breaks, faults, last_cause, last_value;
static uint64_t period; /* of the machine timer, in ticks of mtime; 0: it is off */

void mix(uint64_t v) {
    for (int i = 0; i < 8; i++, v >>= 8)
        hash = (hash ^ (v & 255)) * 0x100000001b3;
}

void note(uint64_t v) {
    journal[journal_at++ % JOURNAL] = v;
    journal[journal_at++ % JOURNAL] = csr_read("cycle");
}

void timer_on(uint64_t every) {
    period = every;
    ticks = 0;
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + period);
    csr_set("mie", MIE_MTIE | MIE_MSIE);
    csr_set("mstatus", MSTATUS_MIE);
}

void timer_off(void) {
    csr_clear("mstatus", MSTATUS_MIE);
    csr_clear("mie", MIE_MTIE | MIE_MSIE);
    write64(CLINT_MTIMECMP, ~(uint64_t)0);
    period = 0;
}

static void interrupt(const struct trap *t) {
    note(t->cause ^ t->pc);
    if (t->cause == (INTERRUPT | 7)) {
        ticks++;
        write64(CLINT_MTIMECMP, period == 0 ? ~(uint64_t)0 : read64(CLINT_MTIME) + period);
        if (period != 0)
            write32(CLINT_MSIP, 1);
    } else if (t->cause == (INTERRUPT | 3)) {
        calls++;
        write32(CLINT_MSIP, 0);
    } else {
        print("hashme: interrupt %lx\n", t->cause);
        finish(3);
    }
}

void trap(struct trap *t) {
    uint16_t at;

    if ((int64_t)t->cause < 0) {
        interrupt(t);
        return;
    }
    last_cause = t->cause;
    last_value = t->value;
    note(t->cause ^ t->value);
    if (t->cause == 9) { /* the S-mode kernel is done: back to paging_run's caller */
        paging_done(t);
        return;
    }
    if (t->cause == 3)
        breaks++;
    else
        faults++;
    if (t->cause == 1) { /* a fetch: back to who called */
        t->pc = t->x[1];
        return;
    }
    at = *(const uint16_t *)t->pc;
    t->pc += (at & 3) == 3 ? 4 : 2;
}

/* ---- Timer, software interrupts, atomics ----------------------------------------------------- */

static uint64_t cell;
static uint32_t cell32;

static void add_lr_sc(uint64_t *p, uint64_t n) {
    uint64_t old, failed;

    do {
        __asm__ volatile("lr.d %0, (%2)\n\tadd %0, %0, %3\n\tsc.d %1, %0, (%2)"
                         : "=&r"(old), "=&r"(failed)
                         : "r"(p), "r"(n)
                         : "memory");
    } while (failed != 0);
}

static uint32_t amo32(uint32_t *p, uint32_t v) {
    uint32_t r;

    __asm__ volatile("amoadd.w %0, %1, (%2)" : "=r"(r) : "r"(v), "r"(p) : "memory");
    __asm__ volatile("amoxor.w %0, %1, (%2)" : "=r"(r) : "r"(v << 3), "r"(p) : "memory");
    __asm__ volatile("amomax.w %0, %1, (%2)" : "=r"(r) : "r"(v * 5), "r"(p) : "memory");
    return r;
}

static void timer_work(void) {
    uint64_t seen = 0, i = 0;

    cell = cell32 = 0;
    timer_on(20);
    while (i < 20000) {
        add_lr_sc(&cell, i * i);
        seen += amo32(&cell32, (uint32_t)i);
        seen = seen << 7 | seen >> 57;
        i++;
    }
    while (ticks < 5 || calls < 5)
        continue;
    timer_off();
    mix(cell);
    mix(cell32);
    mix(seen);
    note(ticks);
}

/* ---- Traps between LR and SC ----------------------------------------------------------------- */

static void reserve_work(void) {
    uint64_t v = 41, failed;

    breaks = 0;
    __asm__ volatile("lr.d t0, (%2)\n\tebreak\n\taddi t0, t0, 1\n\tsc.d %0, t0, (%2)"
                     : "=&r"(failed), "+m"(v)
                     : "r"(&v)
                     : "t0", "memory");
    note(failed); /* the specification allows both */
    if (failed != 0)
        add_lr_sc(&v, 1);
    mix(v);
    mix(breaks);
    /* Two stores around: SC to another address fails whatever was reserved. */
    uint64_t w = 7;
    __asm__ volatile("lr.d t0, (%1)\n\tsc.d %0, t0, (%2)"
                     : "=&r"(failed)
                     : "r"(&v), "r"(&w)
                     : "t0", "memory");
    mix(failed != 0);
    mix(w);
}

/* ---- Code that is written -------------------------------------------------------------------- */

static uint32_t code[8] __attribute__((aligned(64)));

static void code_work(void) {
    uint64_t (*f)(uint64_t) = (uint64_t(*)(uint64_t))(uintptr_t)code;
    uint64_t sum = 0;

    for (uint32_t i = 1; i < 200; i++) {
        code[0] = i << 20 | 10 << 15 | 10 << 7 | 0x13;                  /* addi a0, a0, i */
        code[1] = (i & 63) << 20 | 10 << 15 | 1 << 12 | 11 << 7 | 0x13; /* slli a1, a0, i & 63 */
        code[2] = 11 << 20 | 10 << 15 | (i & 1 ? 4u : 0u) << 12 | 10 << 7 | 0x33; /* xor or add */
        code[3] = 1 << 15 | 0x67;                                                 /* ret */
        __asm__ volatile("fence.i" ::: "memory");
        sum = f(sum);
    }
    mix(sum);
}

/* ---- Floating point -------------------------------------------------------------------------- */

static uint64_t bits(double d) {
    uint64_t u;

    __asm__ volatile("fmv.x.d %0, %1" : "=r"(u) : "f"(d));
    return u;
}

static void float_ops(double a, double b) {
    double r;
    float s;
    int64_t n;

    for (uint64_t mode = 0; mode < 5; mode++) {
        __asm__ volatile("fsrm %0" ::"r"(mode));
        __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(r) : "f"(a), "f"(b));
        mix(bits(r));
        __asm__ volatile("fmadd.d %0, %1, %2, %1" : "=f"(r) : "f"(a), "f"(b));
        mix(bits(r));
        __asm__ volatile("fsqrt.d %0, %1" : "=f"(r) : "f"(b));
        mix(bits(r));
        __asm__ volatile("fcvt.s.d %0, %1" : "=f"(s) : "f"(r));
        __asm__ volatile("fadd.s %0, %0, %0" : "+f"(s));
        __asm__ volatile("fmv.x.d %0, %1" : "=r"(n) : "f"(s)); /* boxed */
        mix((uint64_t)n);
        __asm__ volatile("fcvt.l.d %0, %1" : "=r"(n) : "f"(a));
        mix((uint64_t)n);
        __asm__ volatile("fcvt.wu.d %0, %1" : "=r"(n) : "f"(b));
        mix((uint64_t)n);
        mix(csr_read("fflags"));
        csr_write("fflags", 0);
    }
}

static void float_work(void) {
    static const uint64_t odd[] = {0,
                                   0x8000000000000000, /* -0 */
                                   1,                  /* least subnormal */
                                   0x3ff0000000000001,
                                   0x400921fb54442d18, /* pi */
                                   0x7fefffffffffffff, /* largest */
                                   0xfff0000000000000, /* -inf */
                                   0x7ff0000000000001, /* signalling NaN */
                                   0x43e0000000000000, /* 2^63 */
                                   0xc1e0000000000001};
    enum { N = sizeof odd / sizeof odd[0] };

    csr_write("fcsr", 0);
    timer_on(100);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            double a, b;

            __asm__ volatile("fmv.d.x %0, %1" : "=f"(a) : "r"(odd[i]));
            __asm__ volatile("fmv.d.x %0, %1" : "=f"(b) : "r"(odd[j]));
            float_ops(a, b);
        }
    }
    timer_off();
    csr_write("fcsr", 0);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void idle_work(void) {
    uint64_t before;

    for (int i = 0; i < 3; i++) { /* disabled in mstatus: WFI ends, no trap */
        before = read64(CLINT_MTIME);
        write64(CLINT_MTIMECMP, before + 500);
        csr_set("mie", MIE_MTIE);
        while ((csr_read("mip") & MIE_MTIE) == 0)
            __asm__ volatile("wfi");
        mix(read64(CLINT_MTIME) - before >= 500);
        csr_clear("mie", MIE_MTIE);
        write64(CLINT_MTIMECMP, ~(uint64_t)0);
    }
    timer_on(300);
    while (ticks < 4)
        __asm__ volatile("wfi");
    timer_off();
    mix(ticks >= 4);
}

/* ---- PMP ------------------------------------------------------------------------------------- */

static uint64_t guarded[512] __attribute__((aligned(4096)));

/* A load of M-mode with MPRV, as U would do it without paging. */
static uint64_t load_as_user(const uint64_t *p) {
    uint64_t v = 0, mprv = MSTATUS_MPRV;

    csr_clear("mstatus", MSTATUS_MPP);
    __asm__ volatile("csrs mstatus, %2\n\tld %0, (%1)\n\tcsrc mstatus, %2"
                     : "+r"(v)
                     : "r"(p), "r"(mprv)
                     : "memory");
    return v;
}

static void pmp_work(void) {
    uint64_t here = (uint64_t)(uintptr_t)guarded;

    guarded[3] = 0x5eed;
    csr_write("pmpaddr0", here >> 2 | (4096 >> 3) - 1); /* NAPOT 4 KiB, nothing allowed */
    csr_write("pmpaddr1", ~(uint64_t)0 >> 10);
    csr_write("pmpcfg0", 0x1f18);
    faults = 0;
    mix(load_as_user(&guarded[3]));
    mix(faults);
    mix(last_cause);
    mix(last_value == here + 24);
    csr_write("pmpcfg0", 0x1f19); /* readable now */
    mix(load_as_user(&guarded[3]));
    mix(faults);
    csr_write("pmpcfg0", 0x1f00); /* entry 1 lets everything pass */
}

static void faults_work(void) {
    static const uint64_t nowhere[] = {0x08000000, 0x00200ff8};
    uint64_t v;

    faults = 0;
    for (unsigned i = 0; i < 2; i++) {
        __asm__ volatile("ld %0, (%1)" : "=r"(v) : "r"(nowhere[i]) : "memory");
        mix(last_cause);
        mix(last_value);
        __asm__ volatile("sd zero, (%0)" ::"r"(nowhere[i]) : "memory");
        mix(last_cause);
        __asm__ volatile("jalr ra, 0(%0)" ::"r"(nowhere[i]) : "ra", "memory");
        mix(last_cause);
        mix(last_value);
    }
    __asm__ volatile(".word 0xffffffff");
    mix(last_cause);
    __asm__ volatile("csrw 0x7ff, zero"); /* no such CSR */
    mix(last_cause);
    __asm__ volatile("ecall");
    mix(last_cause);
    mix(faults);
    /* Misaligned, within a page and across two. */
    memset(guarded, 0x3c, sizeof guarded);
    __asm__ volatile("ld %0, 5(%1)" : "=r"(v) : "r"(guarded) : "memory");
    mix(v);
    __asm__ volatile("sw %0, -2(%1)\n\tlh %0, -1(%1)" : "+r"(v) : "r"(guarded + 256) : "memory");
    mix(v);
}

int main(uint64_t hart, const void *tree) {
    uint64_t rounds = bootarg(tree, "rounds", 2);

    csr_set("mstatus", MSTATUS_FS & (MSTATUS_FS - 1));
    csr_write("medeleg", 0);
    csr_write("mideleg", 0);
    csr_write("mcounteren", 7);
    mix(hart);
    for (uint64_t i = 0; i < rounds; i++) {
        timer_work();
        reserve_work();
        code_work();
        float_work();
        idle_work();
        pmp_work();
        faults_work();
        paging_work(i);
        print("hashme: round %lu %016lx\n", i, hash);
    }
    print("hashme: %016lx\n", hash);
    return 0;
}
