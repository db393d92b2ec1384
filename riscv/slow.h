/*
 * slow.h - what exec.c and the code that jit/ makes both do when the fast way is not open.
 */
#ifndef FROND_RISCV_SLOW_H
#define FROND_RISCV_SLOW_H

#include "fp.h"
#include "riscv_priv.h"
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* ---- The host's floating point ---------------------------------------------------------------- *
 *
 * Rounding to nearest, the operations of SSE2 and FMA3 give RISC-V's results and flags, but for
 * NaNs (which fp.c then makes). Flags gather in the host's own register while h->fp_ready;
 * fp_settle moves them to fcsr and must be called before anybody can see fcsr, or do arithmetic
 * of his own. On other hosts fp.c does all: h->fp_ready is never set. */

#ifdef __x86_64__
static inline bool fp_prepare(struct hart *h) {
    h->fp_saved = _mm_getcsr();
    _mm_setcsr(0x1f80); /* nearest, all masked, no flag */
    h->fp_ready = true;
    return true;
}

static inline void fp_settle(struct hart *h) {
    unsigned m = _mm_getcsr();
    _mm_setcsr(h->fp_saved);
    h->fp_ready = false;
    h->d->csr.fcsr |= (m & 1 ? FP_NV : 0) | (m & 4 ? FP_DZ : 0) | (m & 8 ? FP_OF : 0) |
                      (m & 16 ? FP_UF : 0) | (m & 32 ? FP_NX : 0);
}

#else
static inline bool fp_prepare(struct hart *h) { return h->fp_ready; }
static inline void fp_settle(struct hart *h) { h->fp_ready = false; }
#endif

/* What an instruction of class FHOST finds when h->fp_ready is not set. */
enum fp_start { FP_ILLEGAL, FP_SOFT, FP_HOST };
static inline enum fp_start fp_begin(struct hart *h) {
    struct frond_csr *c = &h->d->csr;

    if (!(c->mstatus & MSTATUS_FS))
        return FP_ILLEGAL;
    if (c->fcsr >> 5 != FP_RNE || !fp_prepare(h))
        return FP_SOFT;
    c->mstatus |= MSTATUS_FS;
    return FP_HOST;
}

/* ---- Memory ------------------------------------------------------------------------------------- */

/* A load or store of the words below, as slow_load and slow_store want it. */
enum { SLOW_WIDTH = 15, SLOW_SIGNED = FROND_XF_SIGNED << 8, SLOW_FP = FROND_XF_FP << 8 };

static inline struct access access_of(unsigned kind, unsigned slow, unsigned reg, unsigned ilen) {
    return (struct access){.kind = (uint8_t)kind,
                           .width = slow & SLOW_WIDTH,
                           .reg = (uint8_t)reg,
                           .ilen = (uint8_t)ilen,
                           .flags = (uint8_t)(slow >> 8)};
}

static inline uint64_t extend(uint64_t v, unsigned slow) {
    unsigned unused = 64 - 8 * (slow & SLOW_WIDTH);
    if (slow & SLOW_SIGNED)
        return (uint64_t)((int64_t)(v << unused) >> unused);
    if (slow & SLOW_FP)
        return unused ? v | FP_BOX : v;
    return v;
}

/* The host address of a misaligned access that stays in a page of the TLB; NULL: not so. */
static inline void *inside_page(const struct tlb *t, unsigned what, uint64_t va, unsigned width) {
    const struct tlb_entry *e = tlb_entry(t, va);
    if (e->tag[what] != (va & ~UINT64_C(4095)) || (va + width - 1) >> 12 != va >> 12)
        return NULL;
    return (void *)(e->addend + va);
}

#endif
