/* field.c - nk_child_set: the child's own state, field by field. */
#include "nk_priv.h"

static const uint8_t indices[NK_FIELD_END] = {
#define X(id, n) [NK_FIELD_##id] = n,
    NK_FIELDS(X)
#undef X
};

/* The field exists, and takes the value. */
static bool may_set(uint64_t field, uint64_t index, uint64_t value) {
    if (field >= NK_FIELD_END || index >= indices[field])
        return false;
    switch (field) {
    case NK_FIELD_LINES: return value <= UINT32_MAX;
    case NK_FIELD_X: return index > 0;
    case NK_FIELD_PMPCFG: return value <= UINT8_MAX;
    default: return true;
    }
}

static void set_csr(struct frond_csr *c, uint64_t field, uint64_t index, uint64_t value) {
    switch (field) {
    case NK_FIELD_FCSR: c->fcsr = value; break;
    case NK_FIELD_MEDELEG: c->medeleg = value; break;
    case NK_FIELD_MIDELEG: c->mideleg = value; break;
    case NK_FIELD_MIE: c->mie = value; break;
    case NK_FIELD_MIP: c->mip = value; break;
    case NK_FIELD_MTVEC: c->mtvec = value; break;
    case NK_FIELD_MSCRATCH: c->mscratch = value; break;
    case NK_FIELD_MEPC: c->mepc = value; break;
    case NK_FIELD_MCAUSE: c->mcause = value; break;
    case NK_FIELD_MTVAL: c->mtval = value; break;
    case NK_FIELD_MCOUNTEREN: c->mcounteren = value; break;
    case NK_FIELD_MCOUNTINHIBIT: c->mcountinhibit = value; break;
    case NK_FIELD_MENVCFG: c->menvcfg = value; break;
    case NK_FIELD_STVEC: c->stvec = value; break;
    case NK_FIELD_SSCRATCH: c->sscratch = value; break;
    case NK_FIELD_SEPC: c->sepc = value; break;
    case NK_FIELD_SCAUSE: c->scause = value; break;
    case NK_FIELD_STVAL: c->stval = value; break;
    case NK_FIELD_SCOUNTEREN: c->scounteren = value; break;
    case NK_FIELD_SENVCFG: c->senvcfg = value; break;
    case NK_FIELD_SATP: c->satp = value; break;
    case NK_FIELD_STIMECMP: c->stimecmp = value; break;
    case NK_FIELD_MCYCLE_OFFSET: c->mcycle_offset = value; break;
    case NK_FIELD_MINSTRET: c->minstret = value; break;
    case NK_FIELD_PMPADDR: c->pmpaddr[index] = value; break;
    case NK_FIELD_PMPCFG: c->pmpcfg[index] = (uint8_t)value; break;
    default: break;
    }
}

static void set_answer(struct frond_desc *d, uint64_t resume, uint64_t value) {
    d->resume = (uint32_t)resume;
    d->value = value;
}

enum nk_status nk_child_set(struct nk *nk, uint64_t child, uint64_t field, uint64_t index,
                            uint64_t value) {
    struct frond_desc *d;

    if (child >= (uint64_t)nk->children || nk->child[child].lives == 0)
        return NK_NOT_CHILD;
    if (!may_set(field, index, value))
        return NK_BAD_FIELD;
    d = &nk->desc[child];
    switch (field) {
    case NK_FIELD_ANSWER: set_answer(d, index, value); break;
    case NK_FIELD_BUDGET: d->budget = value; break;
    case NK_FIELD_CLOCK: d->clock = value; break;
    case NK_FIELD_EPOCH: d->epoch = value; break;
    case NK_FIELD_LINES: d->lines = (uint32_t)value; break;
    case NK_FIELD_PC: d->pc = value; break;
    case NK_FIELD_X: d->x[index] = value; break;
    case NK_FIELD_F: d->f[index] = value; break;
    default: set_csr(&d->csr, field, index, value); break;
    }
    return NK_OK;
}
