/* node.c - see gen.h: handlers of traps, data, page tables, registers to begin with. */
#include "gen.h"

/* ---- Values ------------------------------------------------------------------------------------------ */

static uint64_t edge(struct out *o) {
    static const uint64_t edges[] = {0,
                                     1,
                                     UINT64_MAX,
                                     INT64_MAX,
                                     (uint64_t)INT64_MAX + 1,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0xffffffff80000000,
                                     0x3ff0000000000000,
                                     0x7ff0000000000000,
                                     0xfff0000000000000,
                                     0x7ff8000000000000,
                                     0x7ff0000000000001,
                                     0x000fffffffffffff,
                                     0x7fefffffffffffff,
                                     0xffffffff3f800000,
                                     0xffffffff7f800000,
                                     0xffffffff7fc00000,
                                     0xffffffff7f800001,
                                     0xffffffff00000001,
                                     0xffffffff80000000,
                                     0xffffffff7f7fffff};
    uint64_t r = draw(&o->random);

    switch (pick(o, 6)) {
    case 0: return r;
    case 1: return r >> pick(o, 64);
    case 2: return 0x3f00000000000000 | r >> 8;                      /* a double near 1 */
    case 3: return 0xffffffff3f000000 | (r & 0xffffff);              /* a single near 1 */
    case 4: return (r & 0x800fffffffffffff) | (1000 + r % 48) << 52; /* they cancel */
    default: return ANY(o, edges);
    }
}

/* Mostly near 1, so that not all comes to be infinite or no number. */
static uint64_t number(struct out *o) {
    uint64_t r = draw(&o->random);

    switch (pick(o, 5)) {
    case 0: return edge(o);
    case 1:
    case 2: return 0x3fe0000000000000 | r >> 11;
    default: return 0xffffffff3f000000 | (r & 0x80ffffff);
    }
}

/* ---- Handlers of traps --------------------------------------------------------------------------------- */

/* Timers are set anew, a software interrupt is answered, an external one not enabled any more. */
static void put_interrupt(struct out *o, bool s) {
    const struct level *l = &level_of[s];

    put(o, ANDI(T0, T0, 15));
    put(o, ADDI(T0, T0, -9));
    put(o, enc_b(BLT, T0, 0, 16));
    put(o, LUI(T1, 1));
    put(o, ADDI(T1, T1, -0x600)); /* SEIE and MEIE */
    put(o, enc_i(0x73, 3, 0, T1, (int)l->ie));
    if (!s) {
        put(o, LUI(T0, 0x0200c));
        put(o, LD(T1, T0, -8));
        put(o, LD(T0, T6, SAVE_MTIME));
        put(o, ADD(T1, T1, T0));
        put(o, LUI(T0, 0x02004));
        put(o, SD(T1, T0, 0));
        put(o, LUI(T0, 0x02000));
        put(o, SW(0, T0, 0));
    }
    put(o, CSRR(T1, CSR_TIME));
    put(o, LD(T0, T6, SAVE_STIME));
    put(o, ADD(T1, T1, T0));
    put(o, CSRRW(0, CSR_STIMECMP, T1));
    put(o, enc_i(0x73, 7, 0, 2, (int)l->ip));
}

/* The next of the modes; T1: bits of status. */
static void put_next_mode(struct out *o, const struct level *l) {
    put(o, LD(T1, T6, SAVE_NEXT));
    put(o, ADDI(T1, T1, 1));
    put(o, ANDI(T1, T1, MODES - 1));
    put(o, SD(T1, T6, SAVE_NEXT));
    put(o, enc_r(0x33, 6, 0x10, T1, T1, T6)); /* sh3add */
    put(o, LD(T1, T1, SAVE_MODES));
    put_li(o, T0, (int32_t)l->previous);
    put(o, enc_i(0x73, 3, 0, T0, (int)l->status));
    put(o, enc_i(0x73, 2, 0, T1, (int)l->status));
}

/* epc to where that mode sees the program. */
static void put_alias(struct out *o, const struct level *l) {
    put(o, CSRR(T0, l->status));
    put_li(o, T1, (int32_t)l->previous);
    put(o, enc_r(0x33, 7, 0, T0, T0, T1));
    put(o, CSRR(T1, l->epc));
    put(o, row_info[ROW_bclri].match | T1 << 7 | T1 << 15 | 30 << 20);
    put(o, enc_bne(T0, 0, 8));
    put(o, row_info[ROW_bseti].match | T1 << 7 | T1 << 15 | 30 << 20);
    put(o, CSRRW(0, l->epc, T1));
}

/* epc to behind the instruction; T0 and T1: cause. Only that of an access is looked at: it has been fetched. */
static void put_step_over(struct out *o, const struct level *l) {
    unsigned past;

    put_li(o, T1, 0xa0f0); /* causes of loads and stores */
    put(o, row_info[ROW_bext].match | T1 << 7 | T1 << 15 | T0 << 20);
    past = o->at, put(o, 0);
    put(o, CSRR(T1, l->epc));
    if (o->k->paging)
        put(o, row_info[ROW_bclri].match | T1 << 7 | T1 << 15 | 30 << 20);
    put(o, enc_i(0x03, 5, T0, T1, 0));
    put(o, ANDI(T0, T0, 3));
    put(o, enc_i(0x13, 3, T0, T0, 3));
    put(o, ADD(T0, T0, T0)); /* 2 if it is compressed */
    put(o, CSRR(T1, l->epc));
    put(o, enc_r(0x33, 0, 0x20, T1, T1, T0));
    put(o, CSRRW(0, l->epc, T1));
    patch_insn(o, past, enc_b(BEQ, T1, 0, (int)(o->at - past)));
    put(o, CSRR(T0, l->cause));
    put(o, CSRR(T1, l->epc));
    put(o, ADDI(T1, T1, 4));
    put(o, CSRRW(0, l->epc, T1));
}

/* T0: cause. Where the jumps to an ecall's and a fetch's way are is written when those are. */
static void put_exception(struct out *o, const struct level *l) {
    unsigned fetch[2], ecall, past;

    put_step_over(o, l);
    put(o, LD(T1, T6, SAVE_COUNT));
    put(o, ADDI(T1, T1, 1));
    put(o, SD(T1, T6, SAVE_COUNT));
    put(o, ADDI(T1, T0, -2)); /* illegal: perhaps FS was off, or frm is no mode */
    put(o, enc_bne(T1, 0, 16));
    put(o, LUI(T1, 2));
    put(o, enc_i(0x73, 2, 0, T1, (int)l->status));
    put(o, enc_i(0x73, 5, 0, 0, 2));
    put(o, ADDI(T1, T0, -1));
    fetch[0] = o->at, put(o, 0);
    put(o, ADDI(T1, T0, -12));
    fetch[1] = o->at, put(o, 0);
    put(o, ADDI(T1, T0, -8));
    put(o, enc_i(0x13, 3, T1, T1, 4));
    ecall = o->at, put(o, 0);
    past = o->at, put(o, 0);
    for (unsigned n = 0; n < 2; n++)
        patch_insn(o, fetch[n], enc_b(BEQ, T1, 0, (int)(o->at - fetch[n])));
    put(o, LD(T1, T6, SAVE_HOME));
    put(o, CSRRW(0, l->epc, T1));
    patch_insn(o, ecall, enc_bne(T1, 0, (int)(o->at - ecall)));
    put_next_mode(o, l);
    patch_insn(o, past, enc_j((int)(o->at - past)));
    if (o->k->paging)
        put_alias(o, l);
}

static void put_handler(struct out *o, bool s, unsigned home) {
    const struct level *l = &level_of[s];
    unsigned save = SAVE + s * OF_S, interrupt, out;

    o->at = HANDLER + 2 * s * OF_S;
    put(o, CSRRW(T6, l->scratch, T6));
    put(o, SD(T0, T6, SAVE_T0));
    put(o, SD(T1, T6, SAVE_T1));
    put(o, CSRR(T0, l->cause));
    interrupt = o->at, put(o, 0);
    put_exception(o, l);
    out = o->at, put(o, 0);
    patch_insn(o, interrupt, enc_b(BLT, T0, 0, (int)(o->at - interrupt)));
    put_interrupt(o, s);
    patch_insn(o, out, enc_j((int)(o->at - out)));
    put(o, LD(T0, T6, SAVE_T0));
    put(o, LD(T1, T6, SAVE_T1));
    put(o, CSRRW(T6, l->scratch, T6));
    put(o, l->ret);
    put64(o, save + SAVE_HOME, NODE_RAM + home);
    put64(o, save + SAVE_MTIME, 1 + pick(o, 20));
    put64(o, save + SAVE_STIME, 1 + pick(o, 20));
    for (unsigned n = 0; n < MODES; n++)
        put64(o, save + SAVE_MODES + 8 * n,
              s ? pick(o, 2) * 0x100u : (pick(o, 4) ? pick(o, 2) * 0x800u : 0x1800));
}

/* ---- Memory and registers ------------------------------------------------------------------------- */

uint64_t node_pte(struct out *o, unsigned page, bool user) {
    static const uint8_t perms[] = {0xc7, 0xc7, 0xc7, 0xc3, 0x47, 0x07, 0xcf, 0xc0, 0xd7, 0xc9};

    return ((NODE_RAM >> 12) + page) << 10 | ANY(o, perms) | (user ? 0x10 : 0);
}

static uint64_t satp(unsigned which) {
    return 8ull << 60 | (((NODE_RAM + TABLES) >> 12) + which * TABLE_PAGES);
}

/* Of the program's address space: pages 0-47 for S, the program and its data for U. */
static void put_page_tables(struct out *o) {
    for (unsigned which = 0; which < 2; which++) {
        unsigned t = TABLES + which * TABLE_PAGES * NODE_PAGE;
        uint64_t ppn = (NODE_RAM + t) >> 12;
        put64(o, t + 8 * 2, (ppn + L1_S) << 10 | 1);
        put64(o, t + 8 * 3, (ppn + L1_U) << 10 | 1);
        put64(o, t + L1_S * NODE_PAGE, (ppn + L0_S) << 10 | 1);
        put64(o, t + L1_U * NODE_PAGE, (ppn + L0_U) << 10 | 1);
        for (unsigned page = 0; page < NODE_SIZE / NODE_PAGE; page++) {
            uint64_t leaf = ((NODE_RAM >> 12) + page) << 10 | 0xcf;
            bool data = page >= 16 && page<32, code = page> 0 && page < 16;
            put64(o, t + L0_S * NODE_PAGE + 8 * page, data ? node_pte(o, page, false) : leaf);
            put64(o, t + L0_U * NODE_PAGE + 8 * page,
                  data   ? node_pte(o, page, true)
                  : code ? leaf | 0x10
                         : 0);
        }
    }
}

void node_hart(struct out *o, struct frond_desc *d, unsigned start) {
    d->pc = NODE_RAM + start;
    d->mode = o->k->mode;
    d->csr.mtvec = NODE_RAM + HANDLER;
    d->csr.stvec = NODE_RAM + HANDLER + 2 * OF_S;
    d->csr.mscratch = NODE_RAM + SAVE;
    d->csr.sscratch = NODE_RAM + SAVE + OF_S;
    d->csr.mstatus = 0x2000u * pick(o, 4) | (pick(o, 2) ? 0x8 : 0) | (pick(o, 2) ? 0x2 : 0);
    d->csr.mie = draw(&o->random) & 0xaaa;
    d->csr.medeleg = draw(&o->random) & 0xb1ff;
    d->csr.mideleg = draw(&o->random) & 0x222;
    d->csr.menvcfg = 1ull << 63;
    d->csr.mcounteren = d->csr.scounteren = 7;
    d->csr.satp = o->k->paging ? satp(0) : 0;
    d->csr.stimecmp = o->k->weight[P_TIMER] ? pick(o, 50) : UINT64_MAX;
    d->clint.mtimecmp = o->k->weight[P_TIMER] ? pick(o, 50) : UINT64_MAX;
    d->clint.time_offset = pick(o, 100);
    d->csr.pmpaddr[0] = d->csr.pmpaddr[1] = (1ull << 54) - 1;
    d->csr.pmpcfg[0] = d->csr.pmpcfg[1] = 0x1f;
    d->plic.enable[0] = d->plic.enable[1] = 1u << FROND_IRQ_UART;
    d->plic.priority[FROND_IRQ_UART] = 1;
    for (unsigned n = 1; n < 32; n++)
        d->x[n] = edge(o);
    for (unsigned n = 0; n < 32; n++)
        d->f[n] = number(o);
}

void node_handlers(struct out *o, unsigned home) {
    put_handler(o, false, home);
    put_handler(o, true, home);
}

void node_memory(struct out *o) {
    for (unsigned n = 0; n < DATA_PAGES * NODE_PAGE; n += 8)
        put64(o, DATA + n, number(o));
    put_page_tables(o);
}
