/*
 * fuzz_nodes.c - libFuzzer: descriptors, range tables, page tables and code of a small tree, all of
 * it from the input, and all of it in reach of every node.
 *
 * 64 pages of RAM; node 0 enters eight descriptors in turn, whose nodes have all of that RAM (and the
 * disk's window) until the input says otherwise, and enter each other. The input is a list of edits.
 * Every input is run three times: interpreted; translated from each block's first entry on; and, one or the
 * other, with the path dropped and restored at random steps. What node 0 and all its memory come to must be
 * equal; for a quarter of the inputs every invariant is walked (audit) in the first run or the second; the model
 * follows the second.
 */
#include "../../dev/dev.h"
#include "../attack/encode.h"
#include "../replay/follow.h"
#include "frond.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES = 64, NODES = 8, DESC = 8, TABLE = 16, CODE = 24, PT = 40, STEPS = 1500, PAGE = 4096 };
#define RAM               FROND_RAM_BASE_UL
#define FROND_RAM_BASE_UL 0x80000000ul

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned byte(struct input *in) {
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static uint64_t page_at(unsigned page) { return RAM + PAGE * (uint64_t)(page % PAGES); }

/* A value that may matter: a page of RAM, an edge, a few bytes. */
static uint64_t value(struct input *in) {
    static const uint64_t edge[] = {0,          1,          ~0ull,      1ull << 63,
                                    0x07000000, 0x0c000000, 0x02000000, 0x10001000};
    unsigned kind = byte(in), n = byte(in);
    switch (kind % 6) {
    case 0: return page_at(n);
    case 1: return page_at(n) | kind >> 3;
    case 2: return edge[n % 8];
    case 3: return n;
    case 4: return (uint64_t)byte(in) << (n % 64);
    default: return page_at(n) + 8 * (uint64_t)byte(in);
    }
}

static void put(uint8_t *ram, uint64_t at, const void *from, size_t n) {
    if (at % (PAGES * PAGE) + n <= PAGES * PAGE)
        memcpy(ram + at % (PAGES * PAGE), from, n);
}

/* One edit of the memory that the machine starts with. */
static void edit(uint8_t *ram, struct input *in) {
    /* registers: a0 the controller's ENTER, a1..a5 descriptors, s0.. tables, t0.. values */
    const uint32_t insn[] = {SD(A1, A0, 0),
                             SD(A2, A0, 0),
                             SD(A3, A0, 0),
                             SD(T0, S0, 0),
                             SD(T0, S1, 16),
                             LD(T0, S0, 0),
                             AMOSWAP_D(T0, A4, S0),
                             LR_D(T0, S0),
                             SC_D(T3, T0, S0),
                             SD(ZERO, S1, 24),
                             WFI,
                             MRET,
                             ECALL,
                             ILLEGAL,
                             BACK(1),
                             CSRRW(ZERO, 0x180, S2),
                             CSRRW(ZERO, 0x300, T0),
                             CSRRW(ZERO, 0x304, T0),
                             CSRRW(ZERO, 0x305, S2),
                             CSRRW(ZERO, 0x341, A5),
                             SD(A4, A3, 0x78),
                             SD(S2, A1, 0x30),
                             JALR(ZERO, A5, 0),
                             ADDI(S0, S0, 32),
                             SW(T3, S2, 0),
                             CSRRW(ZERO, 0x3a0, T0),
                             CSRRW(ZERO, 0x3b0, T0),
                             FLD(3, S0, 0),
                             LW(T0, S3, 0x70),
                             SW(T0, S3, 0x50),
                             SD(T0, S2, -4),
                             ADDI(T3, ZERO, 1),
                             ADDI(T3, ZERO, 2),
                             SW(T3, A1, FROND_D_RESUME)};
    struct frond_range r;
    uint64_t v;
    uint32_t w;
    unsigned op = byte(in), page = byte(in) % PAGES, off = byte(in);
    switch (op % 7) {
    case 0: /* bytes */
        v = byte(in) | byte(in) << 8;
        put(ram, (uint64_t)PAGE * page + off * 16, &v, 2);
        break;
    case 1: /* a field of a descriptor: 8 bytes anywhere in what is not reserved */
        v = value(in);
        put(ram, (uint64_t)PAGE * (DESC + page % NODES) + 8 * (off % 34), &v, 8);
        break;
    case 2: /* a field of its hart */
        v = value(in);
        put(ram, (uint64_t)PAGE * (DESC + page % NODES) + 0x400 + 8 * (off % 128), &v, 8);
        break;
    case 3: /* an entry of a table */
        r.base = byte(in) & 1 ? value(in) : page_at(byte(in));
        r.size = PAGE * (uint64_t)byte(in);
        r.target = value(in);
        r.flags = byte(in) % 18;
        put(ram, (uint64_t)PAGE * (TABLE + page % NODES) + 32 * (off % 8), &r, sizeof r);
        break;
    case 4: /* an instruction */
        w = insn[byte(in) % (sizeof insn / sizeof insn[0])];
        put(ram, (uint64_t)PAGE * (CODE + page % NODES) + 4 * (off % 64), &w, 4);
        break;
    case 5: /* a page-table entry */
        v = page_at(byte(in)) >> 12 << 10 | byte(in);
        put(ram, (uint64_t)PAGE * (PT + page % 2) + 8 * (off % 8), &v, 8);
        break;
    default: /* a node that translates, all or by MPRV, in some mode */
        v = 8ull << 60 | page_at(PT + off % 2) >> 12;
        put(ram, (uint64_t)PAGE * (DESC + page % NODES) + offsetof(struct frond_desc, csr.satp), &v,
            8);
        v = off & 4 ? 1 << 17 | (off >> 3 & 3) << 11 | (off & 32) << 13 : (off & 32) << 13;
        put(ram, (uint64_t)PAGE * (DESC + page % NODES) + offsetof(struct frond_desc, csr.mstatus),
            &v, 8);
        w = off >> 6;
        put(ram, (uint64_t)PAGE * (DESC + page % NODES) + FROND_D_MODE, &w, 4);
        break;
    }
}

static void start_node(uint8_t *ram, unsigned i) {
    struct frond_range all[] = {{FROND_VIRTIO_BASE, PAGE, FROND_VIRTIO_BASE, 3},
                                {RAM, PAGES * PAGE, RAM, 7}};
    struct frond_desc d = {.magic = FROND_MAGIC,
                           .version = FROND_ABI_VERSION,
                           .label = i,
                           .uid = i,
                           .budget = 400,
                           .clock = i * 999};
    uint32_t code[64];
    d.map_p = d.map_np = (struct frond_map){page_at(TABLE + i), 2};
    d.pc = page_at(CODE + i);
    d.csr.mtvec = d.pc;
    d.csr.pmpaddr[0] = (1ull << 54) - 1;
    d.csr.pmpcfg[0] = 0x1f;
    d.x[A0] = FROND_CTL_BASE + FROND_CTL_ENTER;
    for (unsigned k = 1; k < 6; k++)
        d.x[A0 + k] = page_at(DESC + (i + k) % NODES);
    d.x[S0] = page_at(TABLE + i);
    d.x[S1] = page_at(TABLE + i + 1);
    d.x[S2] = page_at(PT + i % 2);
    d.x[S3] = FROND_VIRTIO_BASE;
    d.x[T0] = page_at(40 + i);
    for (unsigned k = 0; k < 64; k++)
        code[k] = k == 63 ? BACK(63) : k % 9 == 8 ? SD(A1, A0, 0) : ADDI(T3, T3, 1);
    put(ram, (uint64_t)PAGE * (DESC + i), &d, sizeof d);
    put(ram, (uint64_t)PAGE * (TABLE + i), all, sizeof all);
    put(ram, (uint64_t)PAGE * (CODE + i), code, sizeof code);
}

static void start(uint8_t *ram, struct input *in) {
    /* node 0: enters each descriptor, for ever; at any trap it begins anew */
    uint32_t code[3 * NODES + 1];
    memset(ram, 0, PAGES * PAGE);
    for (unsigned i = 0; i < NODES; i++) {
        code[2 * i] = SD(A1, A0, 0);
        code[2 * i + 1] = ADD(A1, A1, A2);
        start_node(ram, i);
    }
    for (unsigned i = 0; i < 2;
         i++) { /* two page tables: what is low, and 1 GiB of RAM, as themselves */
        const uint64_t low = i ? 0xdf : 0xcf, high = RAM >> 12 << 10 | (i ? 0xdf : 0xcf);
        put(ram, (uint64_t)PAGE * (PT + i), &low, 8);
        put(ram, (uint64_t)PAGE * (PT + i) + 16, &high, 8);
    }
    code[2 * NODES] = ADDI(A1, A3, 0);
    code[2 * NODES + 1] = BACK(2 * NODES + 1);
    put(ram, 0, code, 4 * (2 * NODES + 2));
    while (in->left > 0)
        edit(ram, in);
}

static uint64_t outcome(const uint8_t *ram, bool translate, bool audit, uint64_t shake) {
    struct frond_options o;
    uint64_t hash = 0, holes;
    frond_options_default(&o);
    o.memory = PAGES * PAGE;
    o.interpret = !translate;
    o.hot = 1;
    o.audit = audit;
    o.shake = shake;
    struct frond *m = frond_new(&o);
    struct follower follower = {.observer = NULL};
    if (!m || (translate && shake == 0 && !follow(&follower, m)) || frond_attach_rng(m, 0, 5) ||
        frond_load(m, RAM, ram, PAGES * PAGE))
        abort();
    struct frond_desc *d = frond_desc(m);
    d->budget = STEPS;
    d->csr.mtvec = RAM;
    d->x[A0] = FROND_CTL_BASE + FROND_CTL_ENTER;
    d->x[A1] = d->x[A3] = page_at(DESC);
    d->x[A2] = PAGE;
    for (unsigned i = 0; i < 64 && d->exit.reason != FROND_EXIT_BUDGET; i++) {
        enum frond_status s = frond_enter(m);
        if (s != FROND_OK) {
            fprintf(stderr, "frond_enter: %s: %s\n", frond_status_text(s), frond_error(m));
            abort();
        }
        if (d->exit.reason == FROND_EXIT_HALT || d->exit.reason == FROND_EXIT_IDLE)
            break;
    }
    const char *forbidden = follow_end(&follower);
    if (forbidden)
        fprintf(stderr, "forbidden: %s\n", forbidden);
    if (forbidden || frond_hash(m, (struct frond_name){0}, &hash, &holes))
        abort();
    frond_free(m);
    follow_free(&follower);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t ram[PAGES * PAGE];
    struct input in = {data, size < 2048 ? size : 2048};
    uint64_t seed = 1 + byte(&in);
    start(ram, &in);
    uint64_t still = outcome(ram, false, seed % 4 == 0, 0);
    if (still != outcome(ram, true, seed % 4 == 1, 0)) {
        fprintf(stderr, "translated it comes to something else\n");
        abort();
    }
    if (still != outcome(ram, seed % 2 == 0, false, seed)) {
        fprintf(stderr, "shaken by %llu it comes to something else\n", (unsigned long long)seed);
        abort();
    }
    return 0;
}
