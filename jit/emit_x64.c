/* emit_x64.c - the emitter for x86-64: units, jumps, ways out of a unit. See unit.h, emit_x64.h. */
#ifdef __x86_64__
#include "emit_x64.h"

/* ---- Loans ---------------------------------------------------------------------------------------- */

/* What the unit has lent: taken up on its way in, given back on each way out. No other register changes. */
static void take_up(struct emit *e) {
    for (unsigned k = 0; k < e->lends; k++) {
        unsigned reg = x_home[e->lend[k].from];
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(e->lend[k].from));
        op_rm(&e->x, W64, OP_MOV, reg, RBP, X(e->lend[k].to));
    }
}

static void give_up(struct emit *e) {
    for (unsigned k = 0; k < e->lends; k++) {
        unsigned reg = x_home[e->lend[k].from];
        op_rm(&e->x, W64, OP_STORE, reg, RBP, X(e->lend[k].to));
        op_rm(&e->x, W64, OP_MOV, reg, RBP, X(e->lend[k].from));
    }
}

static void choose_lends(struct emit *e) {
    memcpy(e->x_reg, x_home, sizeof x_home);
    e->x_reg[SPARE] = RDX;
    e->lends = unit_lend(e->u, x_home, e->lend);
    for (unsigned k = 0; k < e->lends; k++) {
        e->x_reg[e->lend[k].to] = x_home[e->lend[k].from];
        e->x_reg[e->lend[k].from] = 0;
    }
}

/* ---- Ways out ------------------------------------------------------------------------------------- */

/* To the pc in rax, through the jump cache: its entry is at rcx, or `entry` bytes behind rcx. */
static void through_cache(struct emit *e, int32_t entry) {
    op_rm(&e->x, W64, OP_CMP, RAX, RCX, entry + (int32_t)offsetof(struct jump, pc));
    jcc_to(&e->x, CC_NE, as_written(e, e->c->leave));
    jmp_mem(&e->x, RCX, entry + (int32_t)offsetof(struct jump, code));
}

static bool in_page(int64_t offset) { return offset >= 0 && offset < UNIT_PAGE; }

/* To a pc that is known and begins no instruction of this unit that could be jumped to. */
static void leave_to(struct emit *e, int64_t offset) {
    uint64_t pc = pc_at(e, offset);

    give_up(e);
    if (in_page(offset)) { /* a jump that jit_link may lead elsewhere; until then to what follows */
        uint8_t *place = jmp(&e->x);
        land(&e->x, place);
        mov_imm(&e->x, RAX, pc);
        byte(&e->x, 0x48); /* lea rdx, [rip + place] */
        byte(&e->x, 0x8d);
        byte(&e->x, 0x15);
        word(&e->x, (uint32_t)(place - (e->x.at + 4)), 4);
        jmp_to(&e->x, as_written(e, e->c->leave_link));
        return;
    }
    mov_imm(&e->x, RAX, pc);
    op_rm(&e->x, W64, OP_MOV, RCX, RSP, JUMPS);
    through_cache(e, (int32_t)((pc >> 1 & (JUMP_SIZE - 1)) * sizeof(struct jump)));
}

static void give_back(struct emit *e, int32_t steps) {
    if (steps != 0)
        op_imm(&e->x, W64, N_ADD, R14, steps);
}

static void jump_in_unit(struct emit *e, uint8_t *from, unsigned to) {
    if (to <= e->k) {
        land_at(&e->x, from, e->label[to]);
        return;
    }
    e->fix[e->fixes].from = from;
    e->fix[e->fixes++].to = to;
}

/* Which instruction of the unit is at the offset, or -1. */
static int inside(const struct emit *e, int64_t offset) {
    return in_page(offset) ? e->u->index[offset / 2] : -1;
}

/* The flags are those of r14, the unit from `to` on taken off. */
static void jump_back_if_left(struct emit *e, unsigned to) {
    jump_in_unit(e, jcc(&e->x, CC_NS), to);
    struct stub *s = new_stub(e, STUB_BUDGET, jmp(&e->x));
    s->to = e->u->insn[to].at;
    s->give = (int32_t)(e->u->n - to);
}

/* From instruction k back to `to`, at or before it: the steps in between are taken off again. */
static void jump_back(struct emit *e, unsigned to) {
    int32_t steps = (int32_t)(e->k + 1 - to);

    op_imm(&e->x, W64, N_SUB, R14, steps);
    jump_back_if_left(e, to);
}

/* Instruction k goes to `offset`, always. */
static void go_to(struct emit *e, int64_t offset) {
    int to = inside(e, offset);

    if (to < 0) {
        give_back(e, (int32_t)(e->u->n - e->k - 1));
        leave_to(e, offset);
    } else if ((unsigned)to <= e->k) {
        jump_back(e, (unsigned)to);
    } else {
        give_back(e, to - (int32_t)e->k - 1);
        jump_in_unit(e, jmp(&e->x), (unsigned)to);
    }
}

/* Instruction k goes to `offset` if cc. */
static void go_if(struct emit *e, enum cc cc, int64_t offset) {
    int to = inside(e, offset);

    if (to >= 0 && (unsigned)to <= e->k) {
        uint8_t *past = jcc(&e->x, cc ^ 1);
        jump_back(e, (unsigned)to);
        land(&e->x, past);
    } else if (to == (int)e->k + 1) { /* wherever it goes */
    } else {
        struct stub *s = new_stub(e, STUB_JUMP, jcc(&e->x, cc));
        s->to = (int32_t)offset;
        s->give = to < 0 ? (int32_t)(e->u->n - e->k - 1) : to - (int32_t)e->k - 1;
    }
}

/* ---- Jumps ---------------------------------------------------------------------------------------- */

static void link_register(struct emit *e, const struct unit_insn *i) {
    if (i->d.rd)
        put_imm(e, i->d.rd, pc_at(e, i->at + i->d.len));
}

static void jump_far(struct emit *e, const struct unit_insn *i) {
    const struct decoded *d = &i->d;

    if (e->x_reg[d->rs1]) {
        op_rm(&e->x, W64, OP_LEA, RAX, e->x_reg[d->rs1], d->imm);
    } else {
        get(e, W64, RAX, d->rs1);
        if (d->imm)
            op_imm(&e->x, W64, N_ADD, RAX, d->imm);
    }
    op_imm(&e->x, W64, N_AND, RAX, -2);
    if (d->rd) { /* rax is not to be touched */
        uint64_t v = pc_at(e, i->at + d->len);
        unsigned to = e->x_reg[d->rd] ? e->x_reg[d->rd] : RDX;
        mov_imm(&e->x, to, v);
        put(e, d->rd, to);
    }
    give_back(e, (int32_t)(e->u->n - e->k - 1));
    give_up(e);
    op_rr(&e->x, W32, OP_MOV, RCX, RAX);
    shift_imm(&e->x, W32, N_SHL, RCX, 4); /* pc / 2 times 32 bytes */
    op_imm(&e->x, W32, N_AND, RCX, (JUMP_SIZE - 1) * (int32_t)sizeof(struct jump));
    op_rm(&e->x, W64, OP_ADD, RCX, RSP, JUMPS);
    through_cache(e, 0);
}
_Static_assert(sizeof(struct jump) == 32, "jump_far() takes the pc times 16");

/* Whether instruction k could be made and its result dropped: no trap, and nothing but rax and rcx besides. */
static bool is_plain(const struct emit *e, unsigned k) {
    if (k >= e->u->n || e->u->insn[k].target || e->u->insn[k].d.rd == 0)
        return false;
    switch (e->u->insn[k].d.row) {
    case ROW_lui:
    case ROW_auipc:
    case ROW_addi:
    case ROW_xori:
    case ROW_ori:
    case ROW_andi:
    case ROW_slli:
    case ROW_srli:
    case ROW_srai:
    case ROW_add:
    case ROW_sub:
    case ROW_xor:
    case ROW_or:
    case ROW_and:
    case ROW_addiw:
    case ROW_addw:
    case ROW_subw:
    case ROW_sh1add:
    case ROW_sh2add:
    case ROW_sh3add: return true;
    default: return false;
    }
}

/* Branch i with cc, of two registers that are compared, and the next instruction, which is to be done if not cc: both
 * without a jump. al: cc. Many such branches go as data do, and no processor can tell where. */
static void choose_next(struct emit *e, enum cc cc, const struct unit_insn *i) {
    struct unit_insn next = i[1];
    unsigned rd = next.d.rd, to = e->x_reg[rd] ? e->x_reg[rd] : RCX;

    next.d.rd = SPARE;
    emit_integer(e, &next);
    compare(e, i->d.rs1, i->d.rs2);
    setcc(&e->x, cc, RAX);
    if (!e->x_reg[rd])
        op_rm(&e->x, W64, OP_MOV, to, RBP, X(rd));
    op_rr(&e->x, W64, OP_CMOV | (cc ^ 1), to, RDX);
    put(e, rd, to);
    op_rr8(&e->x, W32, OP_MOVZX8, RAX, RAX);
    e->label[++e->k] = e->x.at;
}

/* A branch over one instruction. */
static bool skips_one(struct emit *e, enum cc cc, const struct unit_insn *i) {
    if (inside(e, i->at + (int64_t)i->d.imm) != (int)e->k + 2 || !is_plain(e, e->k + 1))
        return false;
    choose_next(e, cc, i);
    op_rr(&e->x, W64, OP_ADD, R14, RAX);
    return true;
}

/* A branch back to where the loop begins, one instruction, a jump to there. */
static bool loops_both_ways(struct emit *e, enum cc cc, const struct unit_insn *i) {
    int to = inside(e, i->at + (int64_t)i->d.imm);

    if (to < 0 || (unsigned)to > e->k || !is_plain(e, e->k + 1) || e->k + 2 >= e->u->n ||
        i[2].target || i[2].d.row != ROW_jal || i[2].d.rd != 0 ||
        inside(e, i[2].at + (int64_t)i[2].d.imm) != to)
        return false;
    choose_next(e, cc, i);
    e->label[++e->k] = e->x.at;
    op_rx(&e->x, W64, OP_LEA, RAX, RAX, RAX, 0, -(int32_t)(e->k + 1 - (unsigned)to));
    op_rr(&e->x, W64, OP_ADD, R14, RAX);
    jump_back_if_left(e, (unsigned)to);
    return true;
}

static void branch(struct emit *e, enum cc cc, const struct unit_insn *i) {
    if (skips_one(e, cc, i) || loops_both_ways(e, cc, i))
        return;
    compare(e, i->d.rs1, i->d.rs2);
    go_if(e, cc, i->at + (int64_t)i->d.imm);
}

static bool jump(struct emit *e, const struct unit_insn *i) {
    switch (i->d.row) {
    case ROW_beq: branch(e, CC_E, i); return true;
    case ROW_bne: branch(e, CC_NE, i); return true;
    case ROW_blt: branch(e, CC_L, i); return true;
    case ROW_bge: branch(e, CC_GE, i); return true;
    case ROW_bltu: branch(e, CC_B, i); return true;
    case ROW_bgeu: branch(e, CC_AE, i); return true;
    case ROW_jal:
        link_register(e, i);
        go_to(e, i->at + (int64_t)i->d.imm);
        return true;
    case ROW_jalr: jump_far(e, i); return true;
    default: return false;
    }
}

/* ---- A unit ----------------------------------------------------------------------------------------- */

enum class {
    CLASS_ALU,
    CLASS_LOAD,
    CLASS_STORE,
    CLASS_AMO,
    CLASS_FLOAD,
    CLASS_FSTORE,
    CLASS_BRANCH,
    CLASS_JUMP,
    CLASS_SYSTEM,
    CLASS_ILLEGAL,
    CLASS_END,
    CLASS_FHOST,
    CLASS_FSOFT,
    CLASS_FINT,
    CLASS_FMOVE
};
static const uint8_t class_of[ROWS] = {
#define ROW(name, mask, match, format, regs, class, ...) CLASS_##class,
#include "../riscv/insn.def"
#undef ROW
};

static bool is_fused(unsigned row) {
    return (row >= ROW_fmadd_s && row <= ROW_fnmadd_s) ||
           (row >= ROW_fmadd_d && row <= ROW_fnmadd_d);
}

/* Not: what is rare, and where a rounding mode is named. */
bool emit_knows(const struct decoded *d) {
    switch (d->row) {
    case ROW_orc_b:
    case ROW_fclass_s:
    case ROW_fclass_d: return false;
    case ROW_ctz:
    case ROW_ctzw: return __builtin_cpu_supports("bmi");
    case ROW_cpop:
    case ROW_cpopw: return __builtin_cpu_supports("popcnt");
    default: break;
    }
    switch (class_of[d->row]) {
    case CLASS_AMO:
    case CLASS_ILLEGAL:
    case CLASS_END: return false;
    case CLASS_FHOST: return !d->alt && (!is_fused(d->row) || __builtin_cpu_supports("fma"));
    default: return true;
    }
}

/* Whatever it does to mstatus.FS and fcsr is not known behind it. */
static void leave_to_system(struct emit *e) {
    struct stub *s = slow_if(e, jmp(&e->x), SITE_SYSTEM);

    s->resume = e->x.at;
    e->dirty = e->ready = false;
}

/* csrrw, or csrrs that only reads, of a register that is a word of the descriptor's. */
static bool csr_in_place(struct emit *e, const struct decoded *d) {
    uint32_t raw = (uint32_t)d->imm;
    unsigned csr = raw >> 20, rs1 = raw >> 15 & 31, rd = raw >> 7 & 31;
    struct csr_word w = csr_word(csr);
    int32_t at = (int32_t)w.offset - BIAS;

    if (w.keeps == 0 || (d->row != ROW_csrrw && (d->row != ROW_csrrs || rs1 != 0)))
        return false;
    op_rm(&e->x, W32, OP_MOV, RAX, RBP, FIELD(mode));
    op_imm(&e->x, W32, N_CMP, RAX, csr >> 8 & 2 ? FROND_MODE_M : FROND_MODE_S);
    struct stub *s = slow_if(e, jcc(&e->x, CC_A), SITE_SYSTEM);
    if (d->row == ROW_csrrw) {
        get(e, W64, RDX, rs1);
        if (~w.keeps != 0)
            op_imm(&e->x, W64, N_AND, RDX, (int32_t)w.keeps);
    }
    op_rm(&e->x, W64, OP_MOV, RCX, RBP, at);
    if (d->row == ROW_csrrw)
        op_rm(&e->x, W64, OP_STORE, RDX, RBP, at);
    put(e, rd, RCX);
    s->resume = e->x.at; /* its trap may lead there */
    return true;
}

static void instruction(struct emit *e, const struct unit_insn *i) {
    if (class_of[i->d.row] == CLASS_SYSTEM) {
        if (!csr_in_place(e, &i->d))
            leave_to_system(e);
    } else if (!emit_integer(e, i) && !jump(e, i) && !emit_memory(e, &i->d) &&
               !emit_floating(e, &i->d)) {
        e->x.full = true; /* emit_knows says otherwise */
    }
}

/* The call of jit_slow, and behind it what it is told. */
static void slow_stub(struct emit *e, const struct stub *s) {
    const struct decoded *d = &s->insn->d;
    struct site site = {.pc = pc_at(e, s->insn->at),
                        .resume = s->resume ? s->resume + e->to_code : NULL,
                        .raw = (uint32_t)d->imm,
                        .row = d->row,
                        .rest = (uint16_t)(e->u->n - s->index),
                        .kind = (uint8_t)s->kind,
                        .width = (uint8_t)s->width,
                        .reg = s->kind == SITE_STORE ? d->rs2 : d->rd,
                        .ilen = d->len,
                        .flags = (uint8_t)s->flags};
    uint8_t bytes[sizeof site];

    if (s->kind == SITE_STORE && (s->flags & FROND_XF_FP))
        bits_f(e, RDX, d->rs2);
    else if (s->kind == SITE_STORE)
        get(e, W64, RDX, d->rs2);
    while (((uintptr_t)e->x.at + 5) % _Alignof(struct site) != 0 && !e->x.full)
        byte(&e->x, 0x90);     /* nop: the call has 5 bytes */
    if (s->resume && e->lends) /* behind the site */
        site.resume = e->x.at + 5 + sizeof site + e->to_code;
    call_to(&e->x, e->slow);
    memcpy(bytes, &site, sizeof site);
    for (unsigned k = 0; k < sizeof site; k++)
        byte(&e->x, bytes[k]);
    if (s->resume && e->lends) {
        call_to(&e->x, e->take);
        jmp_to(&e->x, s->resume);
    }
}

/* What slow_stub wants of a unit that has lent something. */
static void write_loans(struct emit *e) {
    e->slow = as_written(e, e->c->slow);
    if (e->lends == 0)
        return;
    uint8_t *slow = e->x.at;
    give_up(e);
    jmp_to(&e->x, e->slow);
    e->slow = slow;
    e->take = e->x.at;
    take_up(e);
    byte(&e->x, 0xc3); /* ret */
}

static void write_stub(struct emit *e, const struct stub *s) {
    land(&e->x, s->from);
    if (s->what == STUB_LOOK) {
        s->slow->from = emit_look_up(e, s->slow->width, s->which);
        jmp_to(&e->x, s->resume);
        return;
    }
    if (s->what == STUB_SLOW) {
        slow_stub(e, s);
        return;
    }
    give_back(e, s->give);
    if (s->what == STUB_BUDGET)
        give_up(e);
    if (s->what == STUB_BUDGET || s->what == STUB_HEAD) {
        mov_imm(&e->x, RAX, pc_at(e, s->to));
        jmp_to(&e->x, as_written(e, e->c->leave));
        return;
    }
    int to = inside(e, s->to);
    if (to >= 0)
        jmp_to(&e->x, e->label[to]);
    else
        leave_to(e, s->to);
}

static void write_all(struct emit *e) {
    const struct unit *u = e->u;

    op_imm(&e->x, W64, N_SUB, R14, (int32_t)u->n);
    struct stub *s = new_stub(e, STUB_HEAD, jcc(&e->x, CC_S));
    s->to = u->insn[0].at;
    s->give = (int32_t)u->n;
    take_up(e);
    for (e->k = 0; e->k < u->n; e->k++) {
        if (u->insn[e->k].target) {
            e->dirty = e->ready = false;
            e->boxed = 0;
        }
        e->label[e->k] = e->x.at;
        instruction(e, &u->insn[e->k]);
    }
    const struct decoded *last = &u->insn[u->n - 1].d;
    if (last->row != ROW_jal && last->row != ROW_jalr)
        leave_to(e, u->end);
    e->seldom = e->x.at;
    write_loans(e);
    for (unsigned k = 0; k < e->fixes && !e->x.full; k++)
        land_at(&e->x, e->fix[k].from, e->label[e->fix[k].to]);
    for (unsigned k = 0; k < e->stubs && !e->x.full; k++)
        write_stub(e, &e->stub[k]);
}

size_t emit_size(void) { return sizeof(struct emit); }

bool emit_unit(struct emit *e, struct room *room, const struct common *c, struct unit *u) {
    e->x = (struct x64){.at = room->at, .end = room->end};
    e->to_code = room->to_code;
    e->c = c;
    e->u = u;
    e->k = e->fixes = e->stubs = 0;
    e->dirty = e->ready = false;
    e->boxed = 0;
    choose_lends(e);
    write_all(e);
    for (unsigned k = 0; k < u->n; k++) {
        u->insn[k].begins = (uint32_t)(e->label[k] - room->at);
        u->insn[k].ends = (uint32_t)((k + 1 < u->n ? e->label[k + 1] : e->seldom) - room->at);
    }
    if (!e->x.full)
        room->at = e->x.at;
    return !e->x.full;
}

void emit_link(uint8_t *place, ptrdiff_t to_code, const void *code) {
    int32_t d = (int32_t)((const uint8_t *)code - (place + 4 + to_code));

    memcpy(place, &d, 4);
}

/* ---- Common code -------------------------------------------------------------------------------------- */

static void push(struct x64 *x, unsigned reg) {
    if (reg >= R8)
        byte(x, 0x41);
    byte(x, 0x50 | (reg & 7));
}

static void pop(struct x64 *x, unsigned reg) {
    if (reg >= R8)
        byte(x, 0x41);
    byte(x, 0x58 | (reg & 7));
}

/* All of the guest's registers that stand in the host's: to the descriptor, or from there. rax goes. */
static void move_registers(struct x64 *x, bool save) {
    for (unsigned n = 0; n < 32; n++)
        if (x_home[n])
            op_rm(x, W64, save ? OP_STORE : OP_MOV, x_home[n], RBP, X(n));
    op_rm(x, W32, OP_MOV, RAX, RBP, FIELD(csr.mstatus));
    op_imm(x, W32, N_AND, RAX, FS_DIRTY);
    op_imm(x, W32, N_CMP, RAX, FS_DIRTY);
    uint8_t *past = jcc(x, CC_NE);
    for (unsigned n = 0; n < 32; n++)
        if (f_reg[n])
            op_rm(x, W32, save ? OP_MOVSD_ST : OP_MOVSD, f_reg[n], RBP, F(n));
    land(x, past);
}

static const uint8_t saved[] = {RBX, RBP, R12, R13, R14, R15};

/* Of the hart in rdi: its descriptor, what is left, its TLBs. rax goes. */
static void write_hart(struct x64 *x) {
    op_rm(x, W64, OP_MOV, RBP, RDI, (int32_t)offsetof(struct hart, d));
    op_imm(x, W64, N_ADD, RBP, BIAS);
    op_rm(x, W64, OP_MOV, R14, RDI, (int32_t)offsetof(struct hart, left));
    op_rm(x, W64, OP_MOV, RAX, RDI, (int32_t)offsetof(struct hart, fetch));
    op_imm(x, W64, N_ADD, RAX, (int32_t)offsetof(struct tlb, jump));
    op_rm(x, W64, OP_STORE, RAX, RSP, JUMPS);
    op_rm(x, W64, OP_MOV, R15, RDI, (int32_t)offsetof(struct hart, data));
    op_rm(x, W64, OP_MOV, RAX, R15, (int32_t)offsetof(struct tlb, mask));
    op_rm(x, W64, OP_STORE, RAX, RSP, MASK);
    for (unsigned k = TLB_R; k <= TLB_W; k++) {
        int32_t from = (int32_t)(offsetof(struct tlb, stretch) + k * sizeof(struct stretch));
        int32_t to = BASE + STRETCH * (int32_t)k;
        for (int32_t n = 0; n < STRETCH; n += 8) {
            op_rm(x, W64, OP_MOV, RAX, R15, from + n);
            op_rm(x, W64, OP_STORE, RAX, RSP, to + n);
        }
    }
    op_rm(x, W64, OP_MOV, R15, R15, (int32_t)offsetof(struct tlb, e));
}

_Static_assert(offsetof(struct stretch, limit) == LIMIT - BASE &&
                   offsetof(struct stretch, addend) == ADDEND - BASE,
               "write_hart() copies them as they lie");

/* void *run(h, code) */
static void write_run(struct x64 *x) {
    for (unsigned k = 0; k < sizeof saved; k++)
        push(x, saved[k]);
    op_imm(x, W64, N_SUB, RSP, FRAME);
    op_rm(x, W64, OP_STORE, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, RSI, RSP, FREE);
    write_hart(x);
    move_registers(x, false);
    jmp_mem(x, RSP, FREE);
}

static void write_return(struct x64 *x) {
    op_imm(x, W64, N_ADD, RSP, FRAME);
    for (unsigned k = sizeof saved; k-- > 0;)
        pop(x, saved[k]);
    byte(x, 0xc3);
}

/* To C, at the pc in rax; rdx: what run() returns. */
static void write_leave(struct x64 *x) {
    op_rm(x, W64, OP_STORE, RAX, RBP, FIELD(pc));
    op_rm(x, W64, OP_STORE, RDX, RSP, FREE);
    move_registers(x, true);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, R14, RDI, (int32_t)offsetof(struct hart, left));
    op_rm(x, W64, OP_MOV, RAX, RSP, FREE);
    write_return(x);
}

/* rax: an access's address; rdx: what is stored; the call's return address: struct site. */
static void write_slow(struct x64 *x) {
    pop(x, RCX);
    op_rm(x, W64, OP_STORE, RAX, RSP, FREE);
    move_registers(x, true);
    op_rm(x, W64, OP_MOV, RSI, RSP, FREE);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    op_rm(x, W64, OP_STORE, R14, RDI, (int32_t)offsetof(struct hart, left));
    mov_imm(x, RAX, (uint64_t)(uintptr_t)jit_slow);
    byte(x, 0xff); /* call rax */
    byte(x, 0xd0);
    op_rr(x, W64, OP_TEST, RAX, RAX);
    uint8_t *gone = jcc(x, CC_E);
    op_rm(x, W64, OP_STORE, RAX, RSP, FREE);
    op_rm(x, W64, OP_MOV, RDI, RSP, HART);
    write_hart(x); /* a TLB may have grown, another node may be the top */
    move_registers(x, false);
    jmp_mem(x, RSP, FREE);
    land(x, gone);
    write_return(x);
}

bool emit_common(struct room *room, struct common *c) {
    struct x64 x = {.at = room->at, .end = room->end};
    const uint8_t *run = x.at, *leave, *leave_link, *slow;

    write_run(&x);
    leave = x.at;
    op_rr(&x, W32, OP_XOR, RDX, RDX);
    leave_link = x.at;
    write_leave(&x);
    slow = x.at;
    write_slow(&x);
    if (x.full)
        return false;
    c->run = (void *(*)(struct hart *, const void *))(uintptr_t)(run + room->to_code);
    c->none = c->leave = leave + room->to_code;
    c->leave_link = leave_link + room->to_code;
    c->slow = slow + room->to_code;
    room->at = x.at;
    return true;
}
#endif
