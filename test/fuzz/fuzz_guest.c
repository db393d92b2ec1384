/*
 * fuzz_guest.c - libFuzzer: any bytes as a program with interrupts, page tables and devices of the
 * hart in reach, interpreted at depth 0, and at depth 1 translated from each block's first entry on:
 * every register and every byte must be equal.
 *
 * The input is the first bytes of RAM (code, data, page tables at will) behind a few registers. At
 * depth 1 node 0 answers every fault by DENY, as the host does at depth 0.
 */
#include "../attack/encode.h"
#include "../replay/follow.h"
#include "frond.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, SIZE = 32 * PAGE, BELOW = 64 * PAGE, STEPS = 20000 };
#define RAM 0x80000000ull

static void fail(const char *what, uint64_t a, uint64_t b) {
    fprintf(stderr, "%s: 0x%llx at depth 0, 0x%llx at depth 1\n", what, (unsigned long long)a,
            (unsigned long long)b);
    abort();
}

/* The registers that the program starts with, by the first bytes. */
static void set_hart(struct frond_desc *d, const uint8_t *head) {
    d->pc = RAM;
    d->budget = STEPS;
    d->mode = head[0] % 3;
    d->csr.mtvec = RAM + 256 * (head[1] & ~3ull) / 4 * 4;
    d->csr.stvec = RAM + 128;
    d->csr.mstatus = 0x6000 | (head[2] & 0x0a);
    d->csr.mie = head[2] & 0xaa;
    d->csr.medeleg = head[3] | (uint64_t)(head[3] & 0xb0) << 8;
    d->csr.mideleg = head[4] & 0x22;
    d->csr.satp = head[5] & 1 ? 8ull << 60 | (RAM + PAGE * (head[5] >> 3)) >> 12 : 0;
    d->csr.menvcfg = head[6] & 1 ? 1ull << 63 : 0;
    d->csr.stimecmp = head[6] >> 1;
    d->clint.mtimecmp = head[7];
    d->csr.pmpaddr[0] = (1ull << 54) - 1;
    d->csr.pmpcfg[0] = 0x1f;
    for (unsigned i = 1; i < 32; i++)
        d->x[i] = i % 4 == 0 ? i * 0x123456789abcdefull : RAM + 0x400 * (uint64_t)i;
    d->x[2] = FROND_CLINT_BASE + 0x4000;
    d->x[3] = FROND_PLIC_BASE;
    d->x[4] = FROND_RTC_BASE;
}

static struct frond *machine(uint64_t memory, bool translate) {
    struct frond_options o;
    frond_options_default(&o);
    o.memory = memory;
    o.interpret = !translate;
    o.hot = 1;
    struct frond *m = frond_new(&o);
    if (!m)
        abort();
    return m;
}

static void run(struct frond *m) {
    enum frond_status s = frond_enter(m);
    if (s != FROND_OK) {
        fprintf(stderr, "frond_enter: %s\n", frond_error(m));
        abort();
    }
}

/* Node 0: enters its child until that is left for another reason than a fault, each of which it
 * denies; then halts. */
static struct frond *above(const uint8_t *head, const uint8_t *ram) {
    const uint32_t code[] = {SD(A1, A0, 0),
                             LW(T0, A1, FROND_D_EXIT),
                             enc_bne(T0, A2, 12),
                             SW(A3, A1, FROND_D_RESUME),
                             BACK(4),
                             SW(A4, A5, 0)};
    const struct frond_range range = {RAM, SIZE, RAM + BELOW, 7};
    struct frond *m = machine(BELOW + SIZE, true);
    struct frond_desc *d = frond_desc(m), c = {.magic = FROND_MAGIC, .version = FROND_ABI_VERSION};
    set_hart(&c, head);
    c.map_p = c.map_np = (struct frond_map){RAM + 2 * PAGE, 1};
    frond_load(m, RAM, code, sizeof code);
    frond_load(m, RAM + PAGE, &c, sizeof c);
    frond_load(m, RAM + 2 * PAGE, &range, sizeof range);
    frond_load(m, RAM + BELOW, ram, SIZE);
    d->x[A0] = FROND_CTL_BASE + FROND_CTL_ENTER;
    d->x[A1] = RAM + PAGE;
    d->x[A2] = FROND_EXIT_FAULT;
    d->x[A3] = FROND_DENY;
    d->x[A4] = 0x5555;
    d->x[A5] = FROND_FINISHER_BASE;
    struct follower follower;
    if (!follow(&follower, m))
        abort();
    run(m);
    const char *forbidden = follow_end(&follower);
    if (forbidden) {
        fprintf(stderr, "forbidden: %s\n", forbidden);
        abort();
    }
    frond_on_event(m, NULL, NULL);
    follow_free(&follower);
    if (d->exit.reason != FROND_EXIT_HALT)
        fail("node 0 is left by", FROND_EXIT_HALT, d->exit.reason);
    return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t ram[SIZE], got[2][SIZE];
    const struct frond_name root = {0};
    struct frond_desc c;
    uint8_t head[8] = {0};
    size_t n = size < 8 ? size : 8;
    memcpy(head, data, n);
    memset(ram, 0, sizeof ram);
    memcpy(ram, data + n, size - n < SIZE ? size - n : SIZE);

    struct frond *m = machine(SIZE, false);
    set_hart(frond_desc(m), head);
    frond_load(m, RAM, ram, SIZE);
    run(m);
    struct frond *up = above(head, ram);
    const struct frond_desc *d = frond_desc(m);
    if (frond_read(m, root, RAM, got[0], SIZE) || frond_read(up, root, RAM + BELOW, got[1], SIZE) ||
        frond_read(up, root, RAM + PAGE, &c, sizeof c))
        abort();
    if (d->exit.reason != c.exit.reason)
        fail("reason", d->exit.reason, c.exit.reason);
    if (d->clock != c.clock)
        fail("clock", d->clock, c.clock);
    for (unsigned at = FROND_D_STATUS; at < sizeof c; at += 8) {
        uint64_t a, b;
        memcpy(&a, (const uint8_t *)d + at, 8);
        memcpy(&b, (const uint8_t *)&c + at, 8);
        if (a != b) {
            fprintf(stderr, "offset 0x%x of the descriptor\n", at);
            fail("state", a, b);
        }
    }
    for (unsigned at = 0; at < SIZE; at++)
        if (got[0][at] != got[1][at])
            fail("memory", got[0][at], got[1][at]);
    frond_free(m);
    frond_free(up);
    return 0;
}
