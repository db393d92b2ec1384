/* emit_x64_mem.c - loads and stores. See emit_x64.h. */
#ifdef __x86_64__
#include "emit_x64.h"

/* The guest's address of an access in rax. */
static void address(struct emit *e, const struct decoded *d) {
    if (e->x_reg[d->rs1]) {
        if (d->imm)
            op_rm(&e->x, W64, OP_LEA, RAX, e->x_reg[d->rs1], d->imm);
        else
            get(e, W64, RAX, d->rs1);
    } else {
        get(e, W64, RAX, d->rs1);
        if (d->imm)
            op_imm(&e->x, W64, N_ADD, RAX, d->imm);
    }
}

uint8_t *emit_look_up(struct emit *e, unsigned width, unsigned which) {
    op_rr(&e->x, W32, OP_MOV, RCX, RAX);
    shift_imm(&e->x, W32, N_SHR, RCX, 7);
    op_rm(&e->x, W32, OP_AND, RCX, RSP, MASK);
    op_rr(&e->x, W64, OP_MOV, RDX, RAX);
    op_imm(&e->x, W64, N_AND, RDX, -4096 | (int32_t)(width - 1));
    op_rx(&e->x, W64, OP_CMP, RDX, R15, RCX, 0, (int32_t)(8 * which));
    uint8_t *missed = jcc(&e->x, CC_NE);
    op_rx(&e->x, W64, OP_MOV, RCX, R15, RCX, 0, (int32_t)offsetof(struct tlb_entry, addend));
    return missed;
}

/* The same, by the stretch; the TLB is looked at behind the unit. */
static struct stub *look_at_stretch(struct emit *e, unsigned which) {
    int32_t at = STRETCH * (int32_t)which;

    op_rr(&e->x, W64, OP_MOV, RCX, RAX);
    op_rm(&e->x, W64, OP_SUB, RCX, RSP, BASE + at);
    op_rm(&e->x, W64, OP_CMP, RCX, RSP, LIMIT + at);
    struct stub *s = new_stub(e, STUB_LOOK, jcc(&e->x, CC_AE));
    op_rm(&e->x, W64, OP_MOV, RCX, RSP, ADDEND + at);
    s->resume = e->x.at;
    return s;
}

/* The host's address of an access in rcx + rax, rax the guest's; else the slow way. */
static struct stub *find(struct emit *e, const struct decoded *d, unsigned width, unsigned which,
                         enum site_kind kind) {
    struct stub *look = NULL, *s;

    address(e, d);
    if (e->u->stretch[which])
        look = look_at_stretch(e, which);
    s = slow_if(e, look ? NULL : emit_look_up(e, width, which), kind);
    s->width = width;
    if (look) {
        look->slow = s;
        look->which = which;
    }
    return s;
}

static void load(struct emit *e, int w, uint32_t op, unsigned width, bool is_signed,
                 const struct decoded *d) {
    struct stub *s = find(e, d, width, TLB_R, SITE_LOAD);
    unsigned to = place_for(e, d->rd, 0);

    s->flags = is_signed ? FROND_XF_SIGNED : 0;
    op_rx(&e->x, w, op, to, RCX, RAX, 0, 0);
    put(e, d->rd, to);
    s->resume = e->x.at;
}

static void store(struct emit *e, int w, unsigned width, const struct decoded *d) {
    struct stub *s = find(e, d, width, TLB_W, SITE_STORE);
    unsigned from = in_reg(e, d->rs2, RDX);

    if (width == 2)
        byte(&e->x, 0x66);
    op_rx(&e->x, w, width == 1 ? OP_STORE8 : OP_STORE, from, RCX, RAX, 0, 0);
    s->resume = e->x.at;
}

static void load_f(struct emit *e, unsigned width, const struct decoded *d) {
    want_dirty(e);
    struct stub *s = find(e, d, width, TLB_R, SITE_LOAD);
    unsigned to = f_reg[d->rd] ? f_reg[d->rd] : 1;

    s->flags = FROND_XF_FP;
    if (width == 8) {
        op_rx(&e->x, W32, OP_MOVSD, to, RCX, RAX, 0, 0);
        e->boxed &= ~(1u << d->rd);
    } else {
        op_rx(&e->x, W32, 0xf30f10, 0, RCX, RAX, 0, 0); /* movss xmm0, [] */
        op_rr(&e->x, W32, 0x660f76, to, to);            /* pcmpeqd: all ones */
        op_rr(&e->x, W32, 0xf30f10, to, 0);             /* movss: the low word */
        e->boxed |= 1u << d->rd;
    }
    if (!f_reg[d->rd])
        put_f(e, d->rd, to);
    s->resume = e->x.at;
}

static void store_f(struct emit *e, unsigned width, const struct decoded *d) {
    want_dirty(e);
    struct stub *s = find(e, d, width, TLB_W, SITE_STORE);

    s->flags = FROND_XF_FP;
    if (f_reg[d->rs2]) {
        op_rx(&e->x, W32, width == 8 ? OP_MOVSD_ST : 0xf30f11, f_reg[d->rs2], RCX, RAX, 0, 0);
    } else {
        op_rm(&e->x, width == 8 ? W64 : W32, OP_MOV, RDX, RBP, F(d->rs2));
        op_rx(&e->x, width == 8 ? W64 : W32, OP_STORE, RDX, RCX, RAX, 0, 0);
    }
    s->resume = e->x.at;
}

bool emit_memory(struct emit *e, const struct decoded *d) {
    switch (d->row) {
    case ROW_lb: load(e, W64, OP_MOVSX8, 1, true, d); return true;
    case ROW_lh: load(e, W64, OP_MOVSX16, 2, true, d); return true;
    case ROW_lw: load(e, W64, OP_MOVSXD, 4, true, d); return true;
    case ROW_ld: load(e, W64, OP_MOV, 8, true, d); return true;
    case ROW_lbu: load(e, W32, OP_MOVZX8, 1, false, d); return true;
    case ROW_lhu: load(e, W32, OP_MOVZX16, 2, false, d); return true;
    case ROW_lwu: load(e, W32, OP_MOV, 4, false, d); return true;
    case ROW_sb: store(e, W32, 1, d); return true;
    case ROW_sh: store(e, W32, 2, d); return true;
    case ROW_sw: store(e, W32, 4, d); return true;
    case ROW_sd: store(e, W64, 8, d); return true;
    case ROW_flw: load_f(e, 4, d); return true;
    case ROW_fld: load_f(e, 8, d); return true;
    case ROW_fsw: store_f(e, 4, d); return true;
    case ROW_fsd: store_f(e, 8, d); return true;
    default: return false;
    }
}
#endif
