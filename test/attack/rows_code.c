/* rows_code.c - pages with several lives: code, page table, range table, descriptor; reservations. */
#include "rig.h"
#include <malloc.h>
#include <string.h>

#define AT 0x50000000ull

/* Code that rewrites the instruction after itself, for each distance, in one run. */
static void self_modifying(struct rig *r) {
    for (int i = 0; i < 8; i++) {
        uint32_t code[16] = {SW(A0, A1, 0)};
        for (int j = 1; j < 12; j++)
            code[j] = ADDI(A2, A2, 0);
        struct frond_desc d = desc(r, &r->a);
        d.x[A2] = 0;
        set_desc(r, &r->a, &d);
        struct seen s = act(r, &r->a, FROND_MODE_M, code, 12, ADDI(A2, ZERO, 5),
                            RAM + STUB + 4 + 4 * (uint64_t)i);
        WANT(s.how == RETIRED && reg(r, &r->a, A2) == 5, "%d: a2 %d", i, (int)reg(r, &r->a, A2));
    }
}

/* An instruction whose halves lie in two pages that lead to the same page. */
static void crossing_alias(struct rig *r) {
    grant(r, &r->a, AT, PAGE, r->a.ram + ROOM, RWX);
    grant(r, &r->a, AT + PAGE, PAGE, r->a.ram + ROOM, RWX);
    const uint32_t insn = ADDI(A2, ZERO, 9);
    const uint32_t back = JALR(ZERO, RA, 0);
    poke(r, &r->a, RAM + ROOM + 0xffe, &insn, 2);
    poke(r, &r->a, RAM + ROOM, (const uint8_t *)&insn + 2, 2);
    poke(r, &r->a, RAM + ROOM + 2, &back, 4);
    struct seen s = DO(&r->a, 0, AT + 0xffe, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 9, "how %d a2 %d", (int)s.how,
         (int)reg(r, &r->a, A2));
    const uint32_t other = ADDI(A2, ZERO, 11);
    poke(r, &r->a, RAM + ROOM, (const uint8_t *)&other + 2, 2);
    s = DO(&r->a, 0, AT + 0xffe, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 11, "the old half ran");
}

/* One page of 0.1 is code that runs, its page table, and the range table of 0.1.1 at once. */
static void three_lives(struct rig *r) {
    const uint64_t page = RAM + 0x4000;
    const uint32_t code[] = {ADDI(A2, A2, 1), JALR(ZERO, RA, 0)};
    struct frond_range range = {RAM, LEAF_SIZE, r->a1.ram, RWX};
    poke(r, &r->a, page + 0x800, code, sizeof code);
    poke(r, &r->a, page + 0xc00, &range, sizeof range);
    put(r, &r->a, page + 16, RAM >> 12 << 10 | 0xcf); /* Sv39: 1 GiB at RAM, as itself */
    put(r, &r->a, page, 0xcf);                        /* and what is low */
    struct frond_desc d = desc(r, &r->a1);
    d.map_p = d.map_np = (struct frond_map){page + 0xc00, 1};
    set_desc(r, &r->a1, &d);
    d = desc(r, &r->a);
    d.csr.satp = 8ull << 60 | page >> 12;
    d.x[A2] = 0;
    set_desc(r, &r->a, &d);
    for (int i = 0; i < 3; i++) {
        struct seen s = DO_IN(FROND_MODE_S, &r->a, 0, page + 0x800, JALR(RA, A1, 0));
        WANT(s.how == RETIRED && reg(r, &r->a, A2) == (uint64_t)i + 1, "%d: how %d", i, (int)s.how);
        s = load(r, &r->a1, RAM + DATA);
        WANT(s.how == RETIRED, "%d: 0.1.1: how %d", i, (int)s.how);
        put(r, &r->a, page + 0x900, (uint64_t)i); /* a store to the page, to nothing of all that */
    }
    /* a store that is all three: takes the mapping of the code away while it runs */
    const uint64_t entry = page + 16;
    struct seen s = DO_IN(FROND_MODE_S, &r->a, 0, entry, SD(ZERO, A1, 0), ADDI(A2, ZERO, 99));
    WANT(s.how == TRAPPED && s.cause == 12 && reg(r, &r->a, A2) != 99, "how %d cause %d",
         (int)s.how, (int)s.cause);
}

/* 0.1 runs code out of the page of 0.1.1's descriptor; while 0.1.1 runs, 0.1.1 may not. */
static void code_in_descriptor(struct rig *r) {
    struct frond_desc d = desc(r, &r->a1);
    const uint32_t code[] = {ADDI(A2, ZERO, 3), JALR(ZERO, RA, 0)};
    memcpy(&d.f[4], code, sizeof code); /* f registers are free */
    set_desc(r, &r->a1, &d);
    uint64_t at = r->a1.desc + FROND_D_F + 32;
    struct seen s = DO(&r->a, 0, at, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 3, "how %d", (int)s.how);
    grant(r, &r->a1, AT, PAGE, r->a1.desc, RWX);
    s = DO(&r->a1, 0, AT + FROND_D_F + 32, JALR(RA, A1, 0));
    WANT(faulted(&s, FROND_FAULT_DESC, AT + FROND_D_F + 32), "how %d kind %u", (int)s.how,
         s.exit.kind);
    /* 0.1.1 changes f4 by running: the code in 0.1's eyes is another */
    s = DO(&r->a1, ADDI(A2, ZERO, 4) | (uint64_t)code[1] << 32, 0, 0xf2050253 /* fmv.d.x f4, a0 */);
    d = desc(r, &r->a1);
    d.csr.mstatus = 0x6000;
    set_desc(r, &r->a1, &d);
    s = DO(&r->a1, ADDI(A2, ZERO, 4) | (uint64_t)code[1] << 32, 0, 0xf2050253);
    WANT(s.how == RETIRED, "fmv: how %d cause %d", (int)s.how, (int)s.cause);
    s = DO(&r->a, 0, at, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 4, "stale code: a2 %d", (int)reg(r, &r->a, A2));
}

/* A page table whose entries but one lead to itself: 2^18 tables by name, in one page. What is
 * kept of them is bounded, and a store to it is not slow. */
static void cyclic_page_table(struct rig *r) {
    const uint64_t page = RAM + 0x4000;
    for (uint64_t i = 0; i < 511; i++)
        put(r, &r->a, page + 8 * i, page >> 12 << 10 | 1);
    put(r, &r->a, page + 8 * 511, RAM >> 12 << 10 | 0xcf); /* a leaf, in order at each level */
    grant(r, &r->a, RAM + OWN, OWN, RAM + 3 * OWN, FROND_R);
    struct frond_desc d = desc(r, &r->a);
    d.csr.satp = 8ull << 60 | page >> 12;
    d.csr.mstatus = 1 << 17 | 1 << 11; /* MPRV: data accesses as S */
    d.budget = 400000;
    set_desc(r, &r->a, &d);
    size_t before = mallinfo2().uordblks;
    struct frond_desc e = desc(r, &r->a);
    e.x[A3] = 1 << 21;
    e.x[A4] = 1ull << 37;
    set_desc(r, &r->a, &e);
    struct seen s = DO(&r->a, 0, 511 << 12, LD(A2, A1, 0), ADD(A1, A1, A3), enc_bne(A1, A4, -8));
    WANT(s.how == LEFT || s.how == TRAPPED || s.how == RETIRED, "how %d", (int)s.how);
    size_t grown = mallinfo2().uordblks - before;
    WANT(grown < 8u << 20, "%zu bytes of host memory are kept", grown);
    WANT(desc(r, &r->a).clock > 100000, "only %d steps, how %d cause %d", (int)desc(r, &r->a).clock,
         (int)s.how, (int)s.cause);
}

/* A and D bits are set in a page that is the table of 0.1.1, by 0.1's own walker. */
static void walker_marks_table(struct rig *r) {
    struct frond_range range = {RAM, LEAF_SIZE, r->a1.ram, RWX};
    const uint64_t page = RAM + 0x4000;
    /* entry [2] of the page table is `target` of the range: its PTE, a leaf without A and D */
    range.target = RAM >> 12 << 10 | 0x0f;
    poke(r, &r->a, page, &range, sizeof range);
    struct frond_desc d = desc(r, &r->a1);
    d.map_p = d.map_np = (struct frond_map){page, 1};
    set_desc(r, &r->a1, &d);
    struct seen s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD, "how %d", (int)s.how);
    d = desc(r, &r->a);
    d.csr.satp = 8ull << 60 | page >> 12;
    d.csr.mstatus = 1 << 17 | 1 << 11;
    set_desc(r, &r->a, &d);
    s = store(r, &r->a, RAM + DATA, 1);
    WANT(s.how == RETIRED && (get(r, &r->a, page + 16) & 0xc0) == 0xc0, "how %d cause %d",
         (int)s.how, (int)s.cause);
    d = desc(r, &r->a);
    d.csr.mstatus = 0;
    d.csr.satp = 0;
    set_desc(r, &r->a, &d);
    s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD, "how %d", (int)s.how);
}

/* ---- Reservations ----------------------------------------------------------------------------- */

/* 0.1.1 reserves; 0.1 changes the word between two budgets; SC must fail. And what 0.1 forges. */
static void reservations(struct rig *r) {
    struct seen s = DO(&r->a1, 5, RAM + DATA, LR_D(A2, A1));
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    put(r, &r->a1, RAM + DATA, 1);
    s = DO(&r->a1, 5, RAM + DATA, SC_D(A2, A0, A1));
    WANT(s.how == RETIRED && reg(r, &r->a1, A2) == 1 && get(r, &r->a1, RAM + DATA) == 1, "sc done");
    struct frond_desc d = desc(r, &r->a1);
    d.csr.res_addr = FROND_CTL_BASE + FROND_CTL_ENTER;
    d.csr.res_width = 8;
    set_desc(r, &r->a1, &d);
    s = DO(&r->a1, r->a2.desc, FROND_CTL_BASE + FROND_CTL_ENTER, SC_D(A2, A0, A1));
    WANT(s.how == TRAPPED && s.cause == 7, "controller: how %d", (int)s.how);
    d = desc(r, &r->a1);
    d.csr.res_addr = 0x7000000000000000;
    d.csr.res_width = 8;
    set_desc(r, &r->a1, &d);
    s = DO(&r->a1, 5, 0x7000000000000000, SC_D(A2, A0, A1));
    WANT(faulted(&s, FROND_FAULT_AMO, 0x7000000000000000), "nowhere: how %d", (int)s.how);
}

/* AMO, LR, SC, misaligned stores on the entries of its own child's table. */
static void watched_amo(struct rig *r) {
    struct seen s = load(r, &r->a1, RAM + DATA);
    put(r, &r->a, RAM + ROOM + DATA, 0x66);
    /* target: the child's memory is now ROOM and on */
    s = DO(&r->a, RAM + ROOM, r->a1.table + 16, AMOSWAP_D(A2, A0, A1));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == r->a1.ram, "how %d", (int)s.how);
    poke(r, &r->a, RAM + ROOM, (const uint32_t[]){LUI(T6, GATE >> 12), LD(ZERO, T6, 0)}, 8);
    r->a1.ram = RAM + ROOM;
    s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == RETIRED && reg(r, &r->a1, A0) == 0x66, "amo: how %d", (int)s.how);
    s = DO(&r->a, 0, r->a1.table + 8, LR_D(A2, A1), SC_D(A3, A0, A1));
    WANT(s.how == RETIRED && reg(r, &r->a, A3) == 0, "sc: how %d", (int)s.how);
    s = load(r, &r->a1, RAM + DATA); /* size is 0 */
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_BAD, "sc: how %d", (int)s.how);
    s = store(r, &r->a, r->a1.table + 5, 0x0000300000000000); /* over base and size */
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == RETIRED, "misaligned: how %d", (int)s.how); /* size 0x300000 */
}

const struct row code_rows[] = {
    ROW("code-self-modifying", "child", "decoded code",
        "rewrites instructions that follow in the same block", "watch-code", self_modifying),
    ROW("code-crossing-alias", "child", "decoded code",
        "an instruction over two aliases of one page, one half rewritten", "watch-code",
        crossing_alias),
    ROW("code-three-lives", "child", "a page with three uses",
        "one page as code, page table and range table",
        "watch-table watch-page-table watch-code watch-store", three_lives),
    ROW("code-in-descriptor", "parent", "a descriptor's page as code",
        "runs code out of its child's descriptor, which the child rewrites", "own-page",
        code_in_descriptor),
    ROW("code-cyclic-page-table", "S-mode", "the host's memory",
        "a page table that leads to itself, walked by 65,536 names", "bounded", cyclic_page_table),
    ROW("code-walker-marks-table", "S-mode", "its child's range table",
        "its walker sets A and D inside a range table", "watch-table", walker_marks_table),
    ROW("code-reservations", "parent", "its child's reservation",
        "reservations forged, and broken by its parent", "sc-check", reservations),
    ROW("code-watched-amo", "parent", "its child's range table",
        "AMO, LR, SC, misaligned stores on a range table", "watch-table watch-store", watched_amo),
};
const unsigned code_count = sizeof code_rows / sizeof code_rows[0];
