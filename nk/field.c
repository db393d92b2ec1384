/* field.c - nk_child_set: the child's own state, field by field. */
#define LOGIC_COUNTS
#include "nk_priv.h"

/* Of the CSRs these stay as they were: mstatus, from which the mode of an access derives, and the reservation. */
#define ENGINES_SAME(nk, child)                                                                    \
    ((nk)->desc[child].csr.mstatus == \old((nk)->desc[child].csr.mstatus) &&                       \
     (nk)->desc[child].csr.res_addr == \old((nk)->desc[child].csr.res_addr) &&                     \
     (nk)->desc[child].csr.res_value == \old((nk)->desc[child].csr.res_value) &&                   \
     (nk)->desc[child].csr.res_width == \old((nk)->desc[child].csr.res_width))

/*@ predicate settable(integer field, integer index, integer value) = field < NK_FIELD_END &&
        index < (field == NK_FIELD_X || field == NK_FIELD_F ? 32 :
            field == NK_FIELD_PMPADDR || field == NK_FIELD_PMPCFG ? 16 :
            field == NK_FIELD_ANSWER ? 3 : 1) &&
        (field == NK_FIELD_LINES ==> value <= UINT32_MAX) && (field == NK_FIELD_X ==> index > 0) &&
        (field == NK_FIELD_PMPCFG ==> value <= UINT8_MAX);
*/

static const uint8_t indices[NK_FIELD_END] = {
#define X(id, n) [NK_FIELD_##id] = n,
    NK_FIELDS(X)
#undef X
};

/* The field exists, and takes the value. */
/*@ assigns \nothing;
    ensures \result <==> settable(field, index, value); */
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

/*@ requires arrays(nk) && 0 <= child < nk->children;
    requires field == NK_FIELD_PMPADDR || field == NK_FIELD_PMPCFG ==> index < 16;
    assigns nk->desc[child].csr;
    ensures ENGINES_SAME(nk, child);
    ensures ENTRIES_SAME(nk);
    ensures PAGES_SAME(nk);
    ensures MAPS_SAME(nk, \true); */
static void set_csr(struct nk *nk, uint64_t child, uint64_t field, uint64_t index, uint64_t value) {
    struct frond_csr *c = &nk->desc[child].csr;

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

/*@ requires \valid(d) && resume < 3;
    assigns d->resume, d->value;
    ensures d->resume == resume && d->value == value; */
static void set_answer(struct frond_desc *d, uint64_t resume, uint64_t value) {
    d->resume = (uint32_t)resume;
    d->value = value;
}

/* clang-format off */
/* What these write. */
#define FIELDS_ASSIGNED(nk, child)                                                                 \
    assigns (nk)->desc[child].resume, (nk)->desc[child].value, (nk)->desc[child].budget;           \
    assigns (nk)->desc[child].clock, (nk)->desc[child].epoch, (nk)->desc[child].lines;             \
    assigns (nk)->desc[child].pc, (nk)->desc[child].x[1 .. 31], (nk)->desc[child].f[0 .. 31];      \
    assigns (nk)->desc[child].csr;

/* The invariants, each for itself: what speaks of pages or descriptors; all. */
#define KEEPS_PAGES_EACH(nk)                                                                       \
    behavior end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);                                \
    behavior typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);                          \
    behavior not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);                 \
    behavior apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);                          \
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);                       \
    behavior placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk);                       \
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
#define KEEPS_ALL_EACH(nk)                                                                         \
    behavior layout: assumes layout_ok(nk); ensures layout_ok(nk);                                 \
    behavior objects: assumes objects_ok(nk); ensures objects_ok(nk);                              \
    behavior own: assumes own_apart(nk); ensures own_apart(nk);                                    \
    behavior addresses: assumes addresses_ok(nk); ensures addresses_ok(nk);                        \
    behavior tables: assumes tables_there(nk); ensures tables_there(nk);                           \
    behavior tables_apart: assumes tables_apart(nk); ensures tables_apart(nk);                     \
    KEEPS_EACH(nk)                                                                                 \
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);                                    \
    KEEPS_PAGES_EACH(nk)
/* clang-format on */

/* The child's field becomes value: no other, and no other child's. */
/*@ requires arrays(nk) && 0 <= child < nk->children && settable(field, index, value);
    FIELDS_ASSIGNED(nk, child)
    ensures ENGINES_SAME(nk, child);
    ensures ENTRIES_SAME(nk);
    ensures PAGES_SAME(nk);
    KEEPS_PAGES_EACH(nk) */
static void write_field(struct nk *nk, uint64_t child, uint64_t field, uint64_t index,
                        uint64_t value) {
    struct frond_desc *d = &nk->desc[child];

    switch (field) {
    case NK_FIELD_ANSWER: set_answer(d, index, value); break;
    case NK_FIELD_BUDGET: d->budget = value; break;
    case NK_FIELD_CLOCK: d->clock = value; break;
    case NK_FIELD_EPOCH: d->epoch = value; break;
    case NK_FIELD_LINES: d->lines = (uint32_t)value; break;
    case NK_FIELD_PC: d->pc = value; break;
    case NK_FIELD_X: d->x[index] = value; break;
    case NK_FIELD_F: d->f[index] = value; break;
    default: set_csr(nk, child, field, index, value); break;
    }
}

/*@ requires arrays(nk) && 0 <= child < nk->children && settable(field, index, value);
    FIELDS_ASSIGNED(nk, child)
    ensures ENGINES_SAME(nk, child);
    KEEPS_ALL_EACH(nk) */
static void set_field(struct nk *nk, uint64_t child, uint64_t field, uint64_t index,
                      uint64_t value) {
    write_field(nk, child, field, index, value);
    /*@ for allowed, sharing, owned: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ for owned: assert owns: \forall integer i, f; LEADS(nk, i, f) && nk->page[f].shared == 0 ==>
          \at(owns(nk, nk->page[f].owner, i), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/*@ requires arrays(nk);
    FIELDS_ASSIGNED(nk, child)
    ensures ENGINES_SAME(nk, child);
    ensures \result == NK_OK || \result == NK_NOT_CHILD || \result == NK_BAD_FIELD;
    KEEPS_ALL_EACH(nk)
    behavior set: assumes live(nk, child) && settable(field, index, value); ensures \result == NK_OK;
    behavior refused:
        assumes !(live(nk, child) && settable(field, index, value));
        assigns \nothing;
        ensures \result != NK_OK; */
enum nk_status nk_child_set(struct nk *nk, uint64_t child, uint64_t field, uint64_t index,
                            uint64_t value) {
    if (child >= (uint64_t)nk->children || nk->child[child].lives == 0)
        return NK_NOT_CHILD;
    if (!may_set(field, index, value))
        return NK_BAD_FIELD;
    set_field(nk, child, field, index, value);
    return NK_OK;
}
