/* slow.c - see unit.h: what a unit asks C for. */
#include "../riscv/slow.h"
#include "unit.h"
#include <string.h>

/* Not retired, and not counted in h->left. */
static void sync_at(struct hart *h, const struct site *s) {
    h->d->pc = s->pc;
    h->left += s->rest;
    if (h->fp_ready)
        fp_settle(h);
}

/* The hart's state was changed: it trapped, or another node is the top. On in the unit of its pc, if the jump cache
 * has one and exec_run need not look. */
static const void *elsewhere(struct hart *h) {
    const struct jump *j;

    if (h->attention && !child_go_on(h))
        return NULL;
    if (h->left <= 0 || h->fetch->jump_drops != code_drops(h->code))
        return NULL;
    j = &h->fetch->jump[h->d->pc >> 1 & (JUMP_SIZE - 1)];
    return j->pc == h->d->pc && j->code != jit_none(h->jit) ? j->code : NULL;
}

/* The instruction is done: on in the unit, if nothing has changed that exec_run must look at. */
static const void *retired(struct hart *h, const struct site *s, bool fp_ready) {
    if (h->attention || h->left < s->rest) {
        h->d->pc += s->ilen;
        h->left--;
        return NULL;
    }
    h->left -= s->rest;
    if (fp_ready)
        fp_prepare(h);
    return s->resume;
}

static void loaded(struct hart *h, const struct site *s, unsigned slow, uint64_t value) {
    if (s->flags & FROND_XF_FP)
        h->d->f[s->reg] = extend(value, slow);
    else if (s->reg != 0)
        h->d->x[s->reg] = extend(value, slow);
}

static const void *load(struct hart *h, uint64_t va, const struct site *s) {
    unsigned slow = s->width | (unsigned)s->flags << 8;
    const void *p = inside_page(h->data, TLB_R, va, s->width);
    bool ready = h->fp_ready;
    uint64_t value = 0;

    if (p) {
        memcpy(&value, p, s->width);
        loaded(h, s, slow, value);
        return s->resume;
    }
    sync_at(h, s);
    if (!mem_load(h, va, access_of(FROND_FAULT_LOAD, slow, s->reg, s->ilen), &value))
        return elsewhere(h);
    loaded(h, s, slow, value);
    return retired(h, s, ready);
}

static const void *store(struct hart *h, uint64_t va, uint64_t value, const struct site *s) {
    unsigned slow = s->width | (unsigned)s->flags << 8;
    void *p = inside_page(h->data, TLB_W, va, s->width);
    bool ready = h->fp_ready;

    if (p) {
        memcpy(p, &value, s->width);
        return s->resume;
    }
    sync_at(h, s);
    if (s->width < 8)
        value &= (UINT64_C(1) << 8 * s->width) - 1;
    if (!mem_store(h, va, access_of(FROND_FAULT_STORE, slow, s->reg, s->ilen), value))
        return elsewhere(h);
    return retired(h, s, ready);
}

/* CSRs, ecall, mret and the like: on behind it, if nothing has changed but the hart's registers. */
static const void *system_done(struct hart *h, const struct site *s) {
    const struct tlb *fetch = h->fetch;

    sync_at(h, s);
    sys_exec(h, s->raw, s->ilen);
    if (h->attention || h->fetch != fetch || h->d->pc != s->pc + s->ilen || h->left < s->rest - 1)
        return elsewhere(h);
    h->left -= s->rest - 1;
    return s->resume;
}

const void *jit_slow(struct hart *h, uint64_t va, uint64_t value, const struct site *s) {
    switch ((enum site_kind)s->kind) {
    case SITE_LOAD: return load(h, va, s);
    case SITE_STORE: return store(h, va, value, s);
    case SITE_FSTART:
        if (fp_begin(h) == FP_HOST)
            return s->resume;
        break;
    case SITE_FSOFT:
        if (fp_exec(h->d, s->row, s->raw))
            return s->resume;
        break;
    case SITE_SYSTEM: return system_done(h, s);
    case SITE_EXEC: break;
    }
    sync_at(h, s);
    h->refused = true;
    return NULL;
}
