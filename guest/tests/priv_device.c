/* priv_device.c - CLINT and PLIC: registers, widths, claim and complete (by the UART's transmitter). */
#include "priv.h"

enum { UART = 0x10000000, UART_IER = 1, SOURCE = 10 };
#define PLIC(off)         (FROND_PLIC_BASE + (uint64_t)(off))
#define PLIC_PRIORITY     PLIC(4 * SOURCE)
#define PLIC_PENDING      PLIC(0x1000)
#define PLIC_ENABLE(c)    PLIC(0x2000 + 0x80 * (c))
#define PLIC_THRESHOLD(c) PLIC(0x200000 + 0x1000 * (c))
#define PLIC_CLAIM(c)     PLIC(0x200004 + 0x1000 * (c))
#define BIT               (1u << SOURCE)

/* ---- CLINT -------------------------------------------------------------------------------------- */

static void clint_registers(void) {
    static const uint64_t pattern[] = {1, 0, 0xffffffff, 2, 0xfffffffe, 0x80000001};

    for (unsigned i = 0; i < LENGTH(pattern); i++) {
        baseline();
        row("clint.msip.%u", i);
        write32(CLINT_MSIP, (uint32_t)pattern[i]);
        val(read32(CLINT_MSIP));
        pending();
        end_row();
    }
    for (unsigned i = 0; i < LENGTH(pattern); i++) {
        baseline();
        row("clint.mtimecmp.%u", i);
        write64(CLINT_MTIMECMP, pattern[i] << 33 | 0x123456789);
        val(read64(CLINT_MTIMECMP));
        val(read32(CLINT_MTIMECMP));
        val(read32(CLINT_MTIMECMP + 4));
        write32(CLINT_MTIMECMP, 0xdeadbeef);
        val(read64(CLINT_MTIMECMP));
        write32(CLINT_MTIMECMP + 4, 0x7eadbee0);
        val(read64(CLINT_MTIMECMP));
        pending();
        end_row();
    }
}

static void clint_time(void) {
    baseline();
    row("clint.mtip");
    write64(CLINT_MTIMECMP, 0);
    pending();
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME));
    pending(); /* greater than or equal to */
    write64(CLINT_MTIMECMP, ~(uint64_t)0);
    pending();
    end_row();
    row("clint.mtime.write");
    write64(CLINT_MTIME, 0);
    val(read64(CLINT_MTIME) < 100000000);
    val(csr_read("time") < 100000000);
    write64(CLINT_MTIMECMP, (uint64_t)1 << 40);
    pending();
    write64(CLINT_MTIME, (uint64_t)1 << 40);
    pending();
    val(read64(CLINT_MTIME) >> 40);
    write32(CLINT_MTIME + 4, 0);
    pending();
    val(read64(CLINT_MTIME) < 100000000);
    end_row();
    row("clint.hart1");
    write32(CLINT_MSIP + 4, 1);
    val(read32(CLINT_MSIP + 4));
    val(read32(CLINT_MTIMECMP + 8));
    pending();
    end_row();
}

/* ---- Widths: of CLINT, PLIC, and accesses that no register takes -------------------------------- */

static void print_access(bool ok) {
    word(ok ? "ok" : "fault");
    val(ok ? 0 : last_trap()->cause);
}

static void widths(void) {
    static const struct {
        const char *name;
        uint64_t where;
    } at[] = {
        {"msip", CLINT_MSIP},
        {"msip.4", CLINT_MSIP + 4},
        {"mtimecmp", CLINT_MTIMECMP},
        {"mtimecmp.4", CLINT_MTIMECMP + 4},
        {"mtimecmp.2", CLINT_MTIMECMP + 2},
        {"mtime", CLINT_MTIME},
        {"priority", PLIC_PRIORITY},
        {"pending", PLIC_PENDING},
        {"enable", PLIC_ENABLE(0)},
        {"threshold", PLIC_THRESHOLD(0)},
        {"enable.2", PLIC_ENABLE(0) + 2},
    };
    static const char *const width[] = {"b", "h", "w", "d"};

    for (unsigned i = 0; i < LENGTH(at); i++) {
        for (uint32_t w = 0; w < 4; w++) {
            baseline();
            row("width.%s.%s", at[i].name, width[w]);
            print_access(go_word(M, I_TYPE(0x03u, w, A1, A0, 0), at[i].where, 0, 0));
            print_access(go_word(M, S_TYPE(w, A0, A1), at[i].where, 0, 0));
            end_row();
        }
    }
    for (unsigned k = AMO; k < KINDS; k++) {
        row("width.atomic-fetch.%u", k);
        val(access(M, k, CLINT_MSIP, 0));
        val(access(M, k, PLIC_PRIORITY, 0));
        end_row();
    }
}

/* ---- PLIC --------------------------------------------------------------------------------------- */

static void line(bool up) { write8(UART + UART_IER, up ? 2 : 0); }

/* Printing moves the very line that is looked at: a row's values are kept until it is done. */
static uint64_t values[40];
static unsigned kept;

static void keep(uint64_t v) { values[kept++ % LENGTH(values)] = v; }

static void keep_mip(void) { keep(csr_read("mip") & 0xaaa); }

static void keep_pending(void) {
    keep(read32(PLIC_PENDING));
    keep_mip();
}

static void end_kept(void) {
    line(false);
    for (unsigned i = 0; i < kept; i++)
        val(values[i]);
    kept = 0;
    end_row();
}

static void plic_reset(void) {
    uint32_t n;

    baseline();
    line(false);
    write32(PLIC_PRIORITY, 1);
    for (unsigned c = 0; c < 2; c++) {
        write32(PLIC_ENABLE(c), BIT);
        write32(PLIC_THRESHOLD(c), 0);
        while ((n = read32(PLIC_CLAIM(c))) != 0)
            write32(PLIC_CLAIM(c), n);
    }
    write32(PLIC_CLAIM(0), SOURCE);
    write32(PLIC_ENABLE(0), 0);
    write32(PLIC_ENABLE(1), 0);
}

static void plic_registers(void) {
    static const uint32_t pattern[] = {0xffffffff, 0, 5, 8, 0x55555555, 0xaaaaaaaa};

    for (unsigned i = 0; i < LENGTH(pattern); i++) {
        plic_reset();
        row("plic.write.%u", i);
        write32(PLIC_PRIORITY, pattern[i]);
        keep(read32(PLIC_PRIORITY));
        write32(PLIC(0), pattern[i]); /* there is no source 0 */
        keep(read32(PLIC(0)));
        write32(PLIC(4 * 31), pattern[i]);
        keep(read32(PLIC(4 * 31)));
        write32(PLIC(4 * 31), 0);
        write32(PLIC_PENDING, pattern[i]);
        keep(read32(PLIC_PENDING));
        for (unsigned c = 0; c < 2; c++) {
            write32(PLIC_ENABLE(c), pattern[i]);
            keep(read32(PLIC_ENABLE(c)));
            write32(PLIC_ENABLE(c), 0);
            write32(PLIC_THRESHOLD(c), pattern[i]);
            keep(read32(PLIC_THRESHOLD(c)));
        }
        end_kept();
    }
}

static void claim(unsigned c) {
    plic_reset();
    row("plic.claim.context%u", c);
    keep(read32(PLIC_CLAIM(c)));
    write32(PLIC_ENABLE(c), BIT);
    keep_pending();
    line(true);
    keep_pending();
    keep(read32(PLIC_CLAIM(1 - c))); /* not enabled there */
    keep(read32(PLIC_CLAIM(c)));
    keep_pending();
    keep(read32(PLIC_CLAIM(c)));    /* served: nothing more until it is completed */
    write32(PLIC_CLAIM(c), SOURCE); /* the line is still high */
    keep_pending();
    keep(read32(PLIC_CLAIM(c)));
    line(false);
    write32(PLIC_CLAIM(c), SOURCE);
    keep_pending();
    keep(read32(PLIC_CLAIM(c)));
    end_kept();
}

static void priorities(void) {
    for (uint32_t p = 0; p < 4; p++) {
        for (uint32_t t = 0; t < 4; t++) {
            plic_reset();
            write32(PLIC_PRIORITY, p);
            write32(PLIC_THRESHOLD(0), t);
            write32(PLIC_ENABLE(0), BIT);
            row("plic.priority%u.threshold%u", p, t);
            line(true);
            keep_pending();
            end_kept();
        }
    }
    plic_reset();
    row("plic.claim.below.threshold");
    write32(PLIC_THRESHOLD(0), 7);
    write32(PLIC_ENABLE(0), BIT);
    line(true);
    keep_pending();
    keep(read32(PLIC_CLAIM(0)));
    end_kept();
}

static void completions(void) {
    plic_reset();
    row("plic.complete.not.enabled");
    write32(PLIC_ENABLE(0), BIT);
    line(true);
    keep(read32(PLIC_CLAIM(0)));
    write32(PLIC_ENABLE(0), 0);
    write32(PLIC_CLAIM(0), SOURCE); /* ignored */
    write32(PLIC_ENABLE(0), BIT);
    keep_pending();
    write32(PLIC_CLAIM(0), SOURCE);
    keep_pending();
    end_kept();
    plic_reset();
    row("plic.complete.other");
    write32(PLIC_ENABLE(0), BIT);
    line(true);
    keep(read32(PLIC_CLAIM(0)));
    write32(PLIC_CLAIM(0), SOURCE + 1);
    keep_pending();
    write32(PLIC_CLAIM(0), 0);
    keep_pending();
    write32(PLIC_CLAIM(0), SOURCE);
    keep_pending();
    end_kept();
}

static void pending_rows(void) {
    plic_reset();
    row("plic.line.drops");
    line(true);
    keep(read32(PLIC_PENDING));
    line(false);
    keep(read32(PLIC_PENDING));
    end_kept();
    plic_reset();
    row("plic.both.contexts");
    write32(PLIC_ENABLE(0), BIT);
    write32(PLIC_ENABLE(1), BIT);
    line(true);
    keep_pending();
    keep(read32(PLIC_CLAIM(1)));
    keep_pending();
    keep(read32(PLIC_CLAIM(0)));
    end_kept();
}

/* mip.SEIP is the PLIC's line or'ed with the bit that software writes; set and clear see only the latter. */
static void external(void) {
    for (unsigned software = 0; software < 2; software++) {
        plic_reset();
        write32(PLIC_ENABLE(1), BIT);
        csr_write("mip", software ? 0x200 : 0);
        row("plic.seip.software%u", software);
        keep_mip();
        line(true);
        keep_mip();
        csr_set("mip", 2); /* must not make the line's level the software's bit */
        line(false);
        write32(PLIC_CLAIM(1), read32(PLIC_CLAIM(1)));
        keep_mip();
        csr_clear("mip", 0x200);
        keep_mip();
        line(true);
        csr_clear("mip", 0x200);
        keep_mip();
        end_kept();
    }
    plic_reset();
}

void device_rows(void) {
    clint_registers();
    clint_time();
    widths();
    plic_registers();
    claim(0);
    claim(1);
    priorities();
    completions();
    pending_rows();
    external();
}
