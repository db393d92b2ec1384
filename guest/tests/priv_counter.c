/* priv_counter.c - counters: who may read them, inhibition, and that they count. */
#include "priv.h"

static void permissions(void) {
    for (unsigned n = 0; n < 32; n = n == 3 ? 31 : n + 1) {
        for (unsigned i = 0; i < 4; i++) {
            uint64_t bit = (uint64_t)1 << n;

            baseline();
            csr_write("mcounteren", i & 1 ? bit : 0xffffffff & ~bit);
            csr_write("scounteren", i & 2 ? bit : 0xffffffff & ~bit);
            row("counter.%u.m%u.s%u", n, i & 1, i >> 1);
            for (unsigned mode = 0; mode < 4; mode++) {
                if (mode == 2)
                    continue;
                bool ok = go_word(mode, CSRRS(A0, 0xc00 + n, ZERO), 0, 0, 0);

                word(ok ? "ok" : last_trap()->cause == 2 ? "illegal" : "?");
            }
            end_row();
        }
    }
}

static void counting(void) {
    uint64_t a, b;

    baseline();
    row("counter.mcycle.counts");
    csr_write("mcycle", 1000);
    a = csr_read("mcycle");
    b = csr_read("cycle");
    val(a >= 1000 && b > a);
    end_row();
    row("counter.minstret.counts");
    csr_write("minstret", 1000);
    a = csr_read("minstret");
    b = csr_read("instret");
    val(a >= 1000 && b > a);
    end_row();
    row("counter.time");
    a = read64(CLINT_MTIME);
    b = csr_read("time");
    val(b >= a && read64(CLINT_MTIME) >= b);
    end_row();
    row("counter.readonly");
    for (unsigned n = 0; n < 3; n++) {
        go_word(M, CSRRW(ZERO, 0xc00 + n, A0), 0, 0, 0);
        traps();
    }
    end_row();
}

static void inhibition(void) {
    uint64_t a, b;

    baseline();
    row("counter.inhibited");
    csr_write("mcountinhibit", 5);
    csr_write("mcycle", 1234);
    csr_write("minstret", 5678);
    for (int i = 0; i < 10; i++)
        go_word(M, NOP, 0, 0, 0);
    val(csr_read("mcycle"));
    val(csr_read("minstret"));
    val(csr_read("cycle"));
    val(csr_read("instret"));
    end_row();
    row("counter.resumed");
    csr_write("mcountinhibit", 0);
    a = csr_read("mcycle");
    b = csr_read("mcycle");
    val(a >= 1234 && b > a);
    a = csr_read("minstret");
    b = csr_read("minstret");
    val(a >= 5678 && b > a);
    end_row();
    row("counter.mcountinhibit");
    csr_write("mcountinhibit", ~(uint64_t)0);
    val(csr_read("mcountinhibit") & 7);
    csr_write("mcountinhibit", 2);
    val(csr_read("mcountinhibit") & 7);
    csr_write("mcountinhibit", 0);
    end_row();
}

void counter_rows(void) {
    permissions();
    counting();
    inhibition();
}
