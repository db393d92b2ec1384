/*
 * gen.c - see lockstep.h: structured programs of endless loops, all of whose accesses are relative to the pc.
 *
 * Any x register may count a loop, hold an address or be written, but those that are `busy`: what an
 * enclosing loop counts with. A trap goes to a handler that steps over the instruction (or, if that was
 * not to be fetched, begins anew), and returns to another mode if it was an ecall.
 */
#include "gen.h"

uint64_t draw(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- Operands ------------------------------------------------------------------------------------ */

/* A register to write; 0 if there is none. */
static unsigned some_rd(struct out *o) {
    uint32_t free_now = o->allowed & ~o->busy & ~1u;
    unsigned n = pick(o, 32);

    if (free_now == 0)
        return 0;
    while (!(free_now >> n & 1))
        n = (n + 1) % 32;
    return n;
}

static unsigned any_rd(struct out *o) { return pick(o, 16) ? some_rd(o) : 0; }

/* rd := an address of this node, as an offset in RAM */
static void put_la_at(struct out *o, unsigned rd, unsigned to) {
    int32_t by = (int32_t)(to - o->at);

    put(o, 0x17 | rd << 7 | ((uint32_t)(by + 0x800) & 0xfffff000));
    put(o, ADDI(rd, rd, by & 0xfff));
}

/* ---- Instructions --------------------------------------------------------------------------------- */

/* Row's instruction with random operands, which writes rd (of its file). */
static uint32_t with_operands(struct out *o, unsigned row) {
    static const uint8_t rms[] = {0, 1, 2, 3, 4, 5};
    const struct row_info *r = &row_info[row];
    uint32_t insn = r->match | (~r->mask & (uint32_t)draw(&o->random));

    if (r->regs[0] == 'X')
        insn = (insn & ~(31u << 7)) | any_rd(o) << 7;
    if (r->format == FMT_RM || r->format == FMT_R4)
        insn = (insn & ~(7u << 12)) | (pick(o, 16) ? 7u : ANY(o, rms)) << 12;
    if (r->class == CLASS_FINT && pick(o, 2)) /* as C does it: to zero */
        insn = (insn & ~(7u << 12)) | 1u << 12;
    return insn;
}

/* Most instructions on f use few of them, so that results are operands. */
static uint32_t with_few_f(struct out *o, unsigned row) {
    static const uint8_t fields[] = {7, 15, 20, 27};
    const struct row_info *r = &row_info[row];
    uint32_t insn = with_operands(o, row);

    for (unsigned n = 0; n < 4 && pick(o, 6); n++) {
        char file = n == 3 ? (r->format == FMT_R4 ? 'F' : '_') : r->regs[n];
        uint32_t reg = (o->first_f + 7 * (insn >> fields[n] & 3)) % 32;
        if (file == 'F')
            insn = (insn & ~(31u << fields[n])) | reg << fields[n];
    }
    return insn;
}

/* A row of one of the classes. */
static unsigned row_of(struct out *o, uint32_t classes) {
    unsigned row;

    do
        row = pick(o, ROWS);
    while (row_info[row].mask == 0 || !(classes >> row_info[row].class & 1));
    return row;
}

static uint32_t alu_insn(struct out *o) {
    static const uint16_t plain[] = {ROW_addi, ROW_addi, ROW_addiw,  ROW_add,    ROW_sub,
                                     ROW_xor,  ROW_slli, ROW_sh1add, ROW_sh3add, ROW_lui,
                                     ROW_addw, ROW_srai, ROW_and,    ROW_ori,    ROW_subw};

    return with_operands(o, pick(o, 2) ? ANY(o, plain) : row_of(o, 1u << CLASS_ALU));
}

static bool is_alu(const struct out *o, uint32_t c) {
    struct decoded d;

    if ((c & 3) == 3)
        return false;
    decode(c, &d);
    return row_info[d.row].class == CLASS_ALU && (o->allowed & ~o->busy & ~1u) >> d.rd & 1;
}

static void put_alu(struct out *o) {
    uint32_t c = pick(o, 65536);

    if (pick(o, 4) == 0 && is_alu(o, c)) {
        put16(o, c);
        return;
    }
    if (o->slots < SLOTS && pick(o, 4) == 0)
        o->slot[o->slots++] = o->at;
    put(o, alu_insn(o));
}

static uint32_t fp_insn(struct out *o) {
    static const uint32_t of_fp =
        1u << CLASS_FHOST | 1u << CLASS_FSOFT | 1u << CLASS_FINT | 1u << CLASS_FMOVE;
    static const uint16_t plain[] = {ROW_fadd_s,   ROW_fsub_s,   ROW_fmul_s,  ROW_fmadd_s,
                                     ROW_fcvt_s_d, ROW_fcvt_d_s, ROW_fadd_d,  ROW_fmul_d,
                                     ROW_fsgnj_s,  ROW_fcvt_s_w, ROW_fmv_w_x, ROW_fmv_d_x,
                                     ROW_flt_s,    ROW_fsgnj_d};

    return with_few_f(o, pick(o, 3) ? ANY(o, plain) : row_of(o, of_fp));
}

static void put_fp(struct out *o) {
    if (pick(o, 2)) {
        unsigned base = some_rd(o);
        put_la_at(o, base, DATA + 8 * pick(o, DATA_PAGES * NODE_PAGE / 8 - 64));
        for (unsigned n = 0; n < 4; n++) {
            uint32_t insn = with_few_f(o, pick(o, 3) ? ROW_fld : ROW_flw);
            put(o, (insn & 0x7fff) | base << 15 | 8 * pick(o, 64) << 20);
        }
    }
    for (unsigned n = 1 + pick(o, 4); n > 0; n--)
        put(o, fp_insn(o));
}

static unsigned width_of(unsigned row) {
    static const uint8_t by_f3[] = {1, 2, 4, 8, 1, 2, 4, 8};

    return by_f3[row_info[row].match >> 12 & 7];
}

/* base := a page of NODE_FAR by what some register holds */
static void put_far(struct out *o, unsigned base) {
    unsigned keep = o->busy, b;

    o->busy |= 1u << base;
    b = some_rd(o);
    o->busy = keep;
    put_li(o, b, (int32_t)draw(&o->random) | 1);
    put(o, MUL(b, b, pick(o, 32)));
    put(o, enc_i(0x13, 5, b, b, 63 - 32)); /* to bits 12 to 20 */
    put(o, LUI(base, (NODE_FAR - 1) >> 12));
    put(o, enc_r(0x33, 7, 0, b, b, base));
    put_la_at(o, base, NODE_SIZE);
    put(o, ADD(base, base, b));
}

/* base := where the next accesses go, mostly to data; how far from its edge they may go */
static int put_base(struct out *o, unsigned base) {
    unsigned page = pick(o, DATA_PAGES);

    if (o->k->far && pick(o, 2)) {
        put_far(o, base);
        return 2047;
    }
    switch (pick(o, 16)) {
    case 0: put(o, LUI(base, 0x90000)); return 64; /* nothing is there */
    case 1: put(o, LUI(base, 0x0200c)); return 16; /* mtime, and a reserved page */
    case 2: return 2047;                           /* wherever it leads */
    case 6:                                        /* the end of its memory */
        put_la_at(o, base, (o->levels + 1) * NODE_SIZE - 8);
        return 12;
    case 3:
    case 4:
    case 5:
        put_la_at(o, base, DATA + page * NODE_PAGE);
        return 12; /* both sides of a page's edge */
    default: put_la_at(o, base, DATA + page * NODE_PAGE + 256 + 8 * pick(o, 400)); return 128;
    }
}

/* c.fld to c.sd, if the base can be one's. */
static bool put_compressed_access(struct out *o, unsigned base) {
    static const uint8_t f3s[] = {1, 2, 3, 5, 6, 7};
    unsigned f3 = ANY(o, f3s), reg = pick(o, 8);

    if (base < 8 || base > 15 || pick(o, 2))
        return false;
    if ((f3 == 2 || f3 == 3) && !((o->allowed & ~o->busy) >> (8 + reg) & 1))
        return false;
    put16(o, f3 << 13 | pick(o, 8) << 10 | (base - 8) << 7 | pick(o, 4) << 5 | reg << 2);
    return true;
}

static void put_memory(struct out *o) {
    static const uint32_t of_memory =
        1u << CLASS_LOAD | 1u << CLASS_STORE | 1u << CLASS_FLOAD | 1u << CLASS_FSTORE;
    unsigned base = some_rd(o), keep = o->busy;
    int reach = put_base(o, base);

    o->busy |= 1u << base;
    for (unsigned n = 1 + pick(o, 6); n > 0; n--) {
        if (put_compressed_access(o, base))
            continue;
        unsigned row = row_of(o, of_memory);
        int imm = (int)pick(o, 2 * (unsigned)reach) - reach;
        uint32_t insn = with_few_f(o, row) & ~(31u << 15);
        if (pick(o, 4))
            imm &= -(int)width_of(row);
        if (row_info[row].format == FMT_S)
            insn = (insn & ~enc_s(0, 0, 0, -1)) | 0x23 | (insn & 0x7f) | enc_s(0, 0, 0, imm);
        else
            insn = (insn & 0xfffff) | (uint32_t)imm << 20;
        put(o, insn | base << 15);
    }
    o->busy = keep;
}

static void put_amo(struct out *o) {
    unsigned base = some_rd(o), keep = o->busy;
    int near = pick(o, 8) == 0 ? 2 : 0; /* misaligned */

    put_la_at(o, base, DATA + 8 * pick(o, DATA_PAGES * NODE_PAGE / 8 - 1) + (unsigned)near);
    o->busy |= 1u << base;
    for (unsigned n = 1 + pick(o, 3); n > 0; n--) {
        uint32_t insn = with_operands(o, row_of(o, 1u << CLASS_AMO)) & ~(31u << 15);
        if (row_info[ROW_sc_w].match == (insn & row_info[ROW_sc_w].mask & ~(1u << 12)))
            put(o, LR_D(any_rd(o), base) & ~(uint32_t)(pick(o, 2) << 12));
        put(o, insn | base << 15);
    }
    o->busy = keep;
}

/* ---- The machine's state --------------------------------------------------------------------------- */

static void put_csr(struct out *o) {
    static const uint16_t reads[] = {0xc00, 0xc01, 0xc02, 0xb00, 0xb02, 0x300, 0x344, 0x144, 0x304,
                                     0x104, 0x100, 0x180, 0x342, 0x341, 0x343, 0x142, 0x141, 0x143,
                                     0x003, 0x001, 0x002, 0x320, 0x306, 0x14d, 0x301, 0xf14, 0x7a0};
    static const uint16_t flags[] = {1, 1, 1, 3, 0xb00, 0xb02, 0x320};
    static const uint16_t words[] = {0x341, 0x342, 0x343, 0x141, 0x142, 0x143};
    static const uint32_t fs[] = {0x6000, 0x2000, 0x4000};
    unsigned r = some_rd(o);

    switch (pick(o, 10)) {
    case 0:
    case 1: put(o, enc_i(0x73, 1 + pick(o, 3), any_rd(o), pick(o, 32), ANY(o, flags))); break;
    case 2: put(o, enc_i(0x73, 5 + pick(o, 3), any_rd(o), pick(o, 32), ANY(o, flags))); break;
    case 3: /* frm, mostly to nearest */
        put(o, enc_i(0x73, 5, any_rd(o), pick(o, 8) ? 0 : pick(o, 6), 2));
        break;
    case 4: /* FS */
        put(o, LUI(r, ANY(o, fs) >> 12));
        put(o, enc_i(0x73, 2 + pick(o, 2), any_rd(o), r, pick(o, 2) ? 0x300 : 0x100));
        break;
    case 5: put(o, enc_i(0x73, 1 + pick(o, 3), any_rd(o), pick(o, 32), ANY(o, words))); break;
    case 6: put(o, enc_i(0x73, 1 + 4 * pick(o, 2), any_rd(o), pick(o, 32), ANY(o, words))); break;
    default: put(o, CSRR(any_rd(o), ANY(o, reads)));
    }
}

/* Room for what put_patches writes when all instructions are known. */
static void put_patch(struct out *o) {
    unsigned keep = o->busy, r[3];

    if (o->patches == PATCHES)
        return;
    for (unsigned n = 0; n < 3; n++) {
        r[n] = some_rd(o);
        o->busy |= 1u << r[n];
    }
    o->busy = keep;
    if (r[2] == 0)
        return;
    o->patch[o->patches].at = o->at;
    o->patch[o->patches].a = (uint8_t)r[0];
    o->patch[o->patches].b = (uint8_t)r[1];
    o->patch[o->patches++].c = (uint8_t)r[2];
    for (unsigned n = 0; n < 7; n++)
        put(o, ADDI(0, 0, 0));
    if (pick(o, 2))
        put(o, row_info[ROW_fence_i].match);
}

/* Each changes one instruction into another that writes the same register, and back the next time. */
static void put_patches(struct out *o) {
    for (unsigned n = 0; n < o->patches && o->slots > 0; n++) {
        unsigned s = pick(o, o->slots), at = o->slot[s], a = o->patch[n].a, b = o->patch[n].b,
                 c = o->patch[n].c;
        uint32_t old, insn;
        o->slot[s] = o->slot[--o->slots];
        memcpy(&old, o->image + at, 4);
        insn = (alu_insn(o) & ~(31u << 7)) | (old & 31u << 7);
        o->at = o->patch[n].at;
        put_la_at(o, a, at);
        put(o, LW(b, a, 0));
        put_li(o, c, (int32_t)(old ^ insn));
        put(o, XOR(b, b, c));
        put(o, SW(b, a, 0));
    }
}

static void put_pmp(struct out *o, unsigned r) {
    static const uint16_t cfg[] = {0x1f18, 0x1f19, 0x1f1b, 0x1f1d, 0x1f1f, 0x1f00};
    uint64_t page = (NODE_RAM + DATA) / NODE_PAGE + pick(o, DATA_PAGES);

    put_li(o, r, (int32_t)(page << 10 | 0x1ff));
    put(o, CSRRW(0, CSR_PMPADDR0, r));
    put_li(o, r, ANY(o, cfg));
    put(o, CSRRW(0, 0x3a0, r));
}

/* A page of data gets other permissions, or leads to another one. */
static void put_pte(struct out *o) {
    unsigned a = some_rd(o), keep = o->busy, table, page = 16 + pick(o, DATA_PAGES), b;

    o->busy |= 1u << a;
    b = some_rd(o);
    o->busy = keep;
    if (pick(o, 5) == 0) {
        put_pmp(o, a);
        return;
    }
    if (pick(o, 5) == 0) {
        put_la_at(o, a, TABLES + pick(o, 2) * TABLE_PAGES * NODE_PAGE);
        put(o, enc_i(0x13, 5, a, a, 12));
        put(o, ADDI(b, 0, pick(o, 4) ? 8 : 0));
        put(o, enc_i(0x13, 1, b, b, 60));
        put(o, ADD(a, a, b));
        put(o, CSRRW(any_rd(o), CSR_SATP, a));
    } else {
        table = TABLES + (pick(o, 2) * TABLE_PAGES + L0_S + pick(o, 2)) * NODE_PAGE;
        put_la_at(o, a, table + 8 * page);
        put_li(o, b,
               (int32_t)node_pte(o, pick(o, 4) ? page : 16 + pick(o, DATA_PAGES), pick(o, 2)));
        put(o, SD(b, a, 0));
    }
    if (pick(o, 4))
        put(o, row_info[ROW_sfence_vma].match | (pick(o, 3) ? 0 : pick(o, 32) << 15));
}

/* A trap that leads to the next instruction, if it is one of this mode's own. */
static void put_trap_to_next(struct out *o, const struct level *l) {
    const uint32_t traps[] = {CSRR(0, 0x340), CSRRW(0, 0x341, 0), ILLEGAL, ECALL};
    unsigned tvec = (l->epc & 0x300) | 5, r = some_rd(o);

    if (o->at % 4 != 0)
        put16(o, 1);       /* c.nop */
    put(o, 0x17 | r << 7); /* auipc */
    put(o, ADDI(r, r, 16));
    put(o, CSRRW(r, tvec, r));
    put(o, traps[pick(o, l == level_of ? 4 : 3)]);
    put(o, CSRRW(0, tvec, r));
}

static void put_mode(struct out *o) {
    static const uint32_t bits[] = {0x8, 0x2, 0x20, 0x80, 0x20000, 0x40000, 0x80000};
    const struct level *l = &level_of[pick(o, 2)];
    unsigned r = some_rd(o);

    switch (pick(o, 6)) {
    case 0:
    case 1: put(o, ECALL); break;
    case 2: /* a return to what is next */
        put(o, LUI(r, l->previous >> 12));
        put(o, enc_i(0x73, 3, 0, r, (int)l->status));
        put(o, LUI(r, 1));
        put(o, enc_i(0x13, 5, r, r, pick(o, 2) ? 1 : 4)); /* 0x800: MPP is S; or 0x100: SPP */
        put(o, enc_i(0x73, 2, 0, r, (int)l->status));
        put_la_at(o, r, o->at + 16);
        put(o, CSRRW(0, l->epc, r));
        put(o, l->ret);
        break;
    case 3: put(o, pick(o, 2) ? 0x00100073 : ILLEGAL); break;
    case 4: pick(o, 6) ? put(o, ECALL) : put_trap_to_next(o, l); break;
    default:
        put_li(o, r, (int32_t)ANY(o, bits));
        put(o, enc_i(0x73, 2 + pick(o, 2), any_rd(o), r, pick(o, 2) ? 0x300 : 0x100));
    }
}

/* sw (f3 2) or sd (3) of x[b] to 0(x[a]), compressed if it can be. */
static void put_to_clint(struct out *o, unsigned b, unsigned a, unsigned f3) {
    if (a >= 8 && a < 16 && b >= 8 && b < 16)
        put16(o, (4 | f3) << 13 | (a - 8) << 7 | (b - 8) << 2);
    else
        put(o, enc_s(f3, b, a, 0));
}

static void put_timer(struct out *o) {
    static const uint16_t ies[] = {0x304, 0x104, 0x344, 0x144};
    unsigned a = some_rd(o), keep = o->busy, b;

    o->busy |= 1u << a;
    b = some_rd(o);
    o->busy = keep;
    switch (pick(o, 9)) {
    case 0:
    case 1:
        put(o, CSRR(a, CSR_TIME));
        put(o, ADDI(a, a, (int)pick(o, 12) - 1));
        put(o, CSRRW(0, CSR_STIMECMP, a));
        break;
    case 2:
        put(o, LUI(a, 0x0200c));
        put(o, LD(b, a, -8));
        put(o, ADDI(b, b, (int)pick(o, 12) - 1));
        put(o, LUI(a, 0x02004));
        put_to_clint(o, b, a, 3);
        break;
    case 3: /* msip */
        put(o, LUI(a, 0x02000));
        put(o, ADDI(b, 0, 1));
        put_to_clint(o, b, a, 2);
        break;
    case 4: put(o, WFI); break;
    case 6: put(o, enc_i(0x73, 6, any_rd(o), 2, pick(o, 2) ? 0x344 : 0x144)); break; /* SSIP */
    case 5:
        put(o, enc_i(0x73, 6 + (pick(o, 3) == 0), any_rd(o), 8 >> 2 * pick(o, 2), 0x300));
        break;
    default:
        put_li(o, a, 1 << (1 + pick(o, 11)));
        put(o, enc_i(0x73, 2 + (pick(o, 4) == 0), any_rd(o), a, ANY(o, ies)));
    }
}

/* Enters the child, answers DENY to what it asks for, and wakes it. */
static void put_enter(struct out *o) {
    unsigned a = some_rd(o), keep = o->busy, b, c;

    o->busy |= 1u << a;
    b = some_rd(o);
    o->busy |= 1u << b;
    c = some_rd(o);
    o->busy = keep;
    put_la_at(o, a, NODE_CHILD);
    put(o, ADDI(b, 0, 1 + (int)pick(o, 1500)));
    put(o, SD(b, a, FROND_D_BUDGET));
    put(o, LUI(b, FROND_CTL_BASE >> 12));
    put(o, SD(a, b, FROND_CTL_ENTER));
    put(o, LW(b, a, FROND_D_EXIT));
    put(o, ADDI(c, 0, FROND_EXIT_FAULT));
    put(o, enc_bne(b, c, 12));
    put(o, ADDI(c, 0, pick(o, 3) ? FROND_DENY : FROND_DONE));
    put(o, SW(c, a, FROND_D_RESUME));
    put(o, SW(0, a, FROND_D_PC + 12)); /* wait */
    if (pick(o, 3) == 0)
        put(o, SD(pick(o, 32), a, FROND_D_VALUE));
    if (pick(o, 8) == 0) { /* its map allows less, or all again */
        static const uint8_t flags[] = {7, 7, 7, 5, 3, 4};
        put_la_at(o, a, NODE_CHILD_MAP + offsetof(struct frond_range, flags));
        put(o, ADDI(b, 0, ANY(o, flags)));
        put(o, SD(b, a, 0));
    }
    if (pick(o, 4) ==
        0) { /* an instruction of its program, perhaps, names another register; next time as it was */
        unsigned at =
            pick(o, 2) ? CODE + 4 * pick(o, NODE_PAGE / 2) : HANDLER + 12 + 4 * pick(o, 8);

        put_la_at(o, a, NODE_SIZE + at);
        put_li(o, c, 0x80);
        put(o, LW(b, a, 0));
        put(o, XOR(b, b, c));
        put(o, SW(b, a, 0));
    }
}

/* ---- Control ----------------------------------------------------------------------------------------- */

static void put_piece(struct out *o, unsigned depth);

/* Nothing but what may stand between a branch and its target. */
static void put_simple(struct out *o) {
    unsigned what = pick(o, 8);

    if (what > 4 && o->k->weight[P_FP] > 4)
        put_fp(o);
    else if (what == 0 && o->k->weight[P_FP])
        put_fp(o);
    else if (what == 1 && o->k->weight[P_MEMORY])
        put_memory(o);
    else
        put_alu(o);
}

static unsigned any_test(struct out *o) {
    static const uint8_t tests[] = {BEQ, BNE, BLT, BGE, BLTU, BGEU};

    return ANY(o, tests);
}

static uint32_t any_branch(struct out *o, int by) {
    return enc_b(any_test(o), pick(o, 32), pick(o, 32), by);
}

/* To the one instruction that another branch is over. */
static void put_skip_into(struct out *o) {
    unsigned at = o->at;

    put(o, 0);
    put_alu(o);
    put(o, any_branch(o, 8));
    patch_insn(o, at, any_branch(o, (int)(o->at - at)));
    put(o, alu_insn(o));
}

/* What an f holds behind it depends on the way. */
static void put_skip_f(struct out *o) {
    unsigned at = o->at;

    put(o, 0);
    for (unsigned n = 1 + pick(o, 2); n > 0; n--)
        put(o, fp_insn(o));
    patch_insn(o, at, any_branch(o, (int)(o->at - at)));
    for (unsigned n = pick(o, 4); n > 0; n--)
        put(o, fp_insn(o));
}

static void put_skip(struct out *o) {
    unsigned at = o->at;

    if (o->k->weight[P_FP] > 4 && pick(o, 2)) {
        put_skip_f(o);
        return;
    }

    if (pick(o, 6) == 0) {
        put_skip_into(o);
        return;
    }

    if (pick(o, 4) == 0) { /* c.beqz or c.bnez */
        put16(o, 0);
        put_alu(o);
        uint32_t by = o->at - at;
        uint32_t c = 0xc001 | pick(o, 2) << 13 | pick(o, 8) << 7 | (by >> 1 & 3) << 3;
        memcpy(o->image + at, &c, 2);
        return;
    }
    put(o, 0);
    put_alu(o);
    while (pick(o, 2) == 0)
        put_simple(o);
    patch_insn(o, at,
               pick(o, 6) ? any_branch(o, (int)(o->at - at))
                          : enc_j((int)(o->at - at)) | any_rd(o) << 7);
}

/* From here back to `top` while x[count] has not come to 0. */
static void put_loop_end(struct out *o, unsigned top, unsigned count) {
    int back = (int)top - (int)o->at;

    if (back < -3900) {
        put(o, enc_b(BEQ, count, 0, 8));
        put(o, enc_j(back - 4));
        return;
    }
    switch (pick(o, 3)) {
    case 0: /* both ways back */
        put(o, enc_b(BEQ, count, 0, 16));
        put(o, any_branch(o, back - 4));
        put(o, with_operands(o, pick(o, 2) ? ROW_addi : ROW_xor));
        put(o, enc_j(back - 12));
        break;
    case 1: put(o, enc_b(BLT, 0, count, back)); break;
    default: put(o, enc_bne(count, 0, back));
    }
}

static void put_loop(struct out *o, unsigned depth) {
    unsigned count = some_rd(o), keep = o->busy, top;

    put(o, ADDI(count, 0, 1 + (int)pick(o, depth == DEPTH ? 40 : 6)));
    o->busy |= 1u << count;
    top = o->at;
    for (unsigned n = 1 + pick(o, 4); n > 0; n--) {
        put_piece(o, depth - 1);
        for (unsigned m = pick(o, 6); m > 0; m--)
            put_alu(o);
    }
    put(o, ADDI(count, count, -1));
    put_loop_end(o, top, count);
    o->busy = keep;
}

/* One of the functions whose registers are free. */
static void put_call(struct out *o) {
    uint32_t free_now = o->allowed & ~o->busy;

    for (unsigned n = pick(o, FUNCTIONS); n < FUNCTIONS; n++) {
        if (o->function[n].at == 0 || o->function[n].clobbers & ~free_now)
            continue;
        unsigned link = o->function[n].link, by = pick(o, 3) == 0 ? some_rd(o) : 0;
        if (by)
            put_la_at(o, by, o->function[n].at);
        if (pick(o, 2))
            put(o, any_branch(o, 8));
        put(o,
            by ? JALR(link, by, 0) : enc_j((int)(o->function[n].at - o->at)) | (uint32_t)link << 7);
        return;
    }
}

/* auipc, and a jump to one of four stretches of four instructions. */
static void put_table(struct out *o) {
    unsigned a = some_rd(o), keep = o->busy, b, link, at;

    o->busy |= 1u << a;
    b = some_rd(o);
    o->busy = keep;
    link = pick(o, 2) ? some_rd(o) : 0;
    at = o->at, put(o, 0);
    put(o, 0x17 | a << 7);
    put(o, ANDI(b, pick(o, 32), 3));
    put(o, enc_i(0x13, 1, b, b, 4));
    put(o, ADD(a, a, b));
    if (pick(o, 2)) {
        put(o, JALR(link, a, 20));
    } else { /* c.jr or c.jalr */
        bool call = o->allowed & ~o->busy & 1u << RA;
        put(o, ADDI(a, a, 22));
        put16(o, (call ? 0x9002 : 0x8002) | a << 7);
    }
    patch_insn(o, at, any_branch(o, (int)(o->at - at))); /* to the first at once */
    for (int n = 0; n < 4; n++) {
        for (unsigned m = 0; m < 3; m++)
            put(o, alu_insn(o));
        put(o, enc_j(4 + 16 * (3 - n)));
    }
}

static void put_functions(struct out *o) {
    uint32_t clobbers = (uint32_t)draw(&o->random) & ~1u;

    while (__builtin_popcount(clobbers) > 20)
        clobbers &= ~(1u << pick(o, 32));
    for (unsigned n = FUNCTIONS, at; n-- > 0;) {
        uint32_t mine = n == 0 ? clobbers : clobbers & (uint32_t)(draw(&o->random) | 0xffff << n);
        unsigned link = 31 - (unsigned)__builtin_clz(mine | 2);
        o->allowed = (mine | 2) & ~(1u << link);
        at = o->at;
        if (__builtin_popcount(o->allowed) > 4)
            for (unsigned k = 2 + pick(o, 4); k > 0; k--)
                pick(o, 3) ? put_piece(o, 1) : put_alu(o);
        put(o, any_branch(o, 8));
        put(o, JALR(0, link, 0));
        put_alu(o);
        put(o, JALR(0, link, 0));
        o->function[n].clobbers = mine | 2;
        o->function[n].link = (uint8_t)link;
        o->function[n].at = at;
    }
    o->allowed = ~1u;
}

static void put_kind(struct out *o, enum piece what, unsigned depth) {
    switch (what) {
    case P_LOOP: depth > 0 ? put_loop(o, depth) : put_alu(o); break;
    case P_SKIP: put_skip(o); break;
    case P_CALL: put_call(o); break;
    case P_TABLE: put_table(o); break;
    case P_FP: put_fp(o); break;
    case P_MEMORY: put_memory(o); break;
    case P_AMO: put_amo(o); break;
    case P_CSR: put_csr(o); break;
    case P_PATCH: put_patch(o); break;
    case P_PTE: put_pte(o); break;
    case P_MODE: put_mode(o); break;
    case P_TIMER: put_timer(o); break;
    case P_ENTER:
        if (o->levels > 0)
            put_enter(o);
        break;
    default: put_alu(o);
    }
}

static void put_piece(struct out *o, unsigned depth) {
    unsigned sum = 0, at;

    if (__builtin_popcount(o->allowed & ~o->busy & ~1u) < 4) {
        put(o, ADDI(0, 0, 0));
        return;
    }
    for (unsigned n = 0; n < PIECES; n++)
        sum += o->k->weight[n];
    at = pick(o, sum);
    for (unsigned n = 0; n < PIECES; n++) {
        if (at < o->k->weight[n]) {
            put_kind(o, n, depth);
            return;
        }
        at -= o->k->weight[n];
    }
}

/* ---- The node ------------------------------------------------------------------------------------------- */

void generate(uint8_t *image, struct frond_desc *d, const struct kind *k, unsigned levels,
              uint64_t seed) {
    struct out o = {.k = k, .image = image, .random = seed, .levels = levels, .at = CODE};
    unsigned start, pieces = 12 + pick(&o, 60);

    o.first_f = pick(&o, 32);
    o.at += 2 * pick(&o, NODE_PAGE / 2);
    put_functions(&o);
    start = o.at;
    for (unsigned n = 0; n < pieces && o.at < CODE_END - 2 * NODE_PAGE; n++)
        put_piece(&o, DEPTH);
    put(&o, enc_j((int)start - (int)o.at));
    put_patches(&o);
    node_handlers(&o, start);
    node_memory(&o);
    node_hart(&o, d, start);
}
