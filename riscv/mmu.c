/*
 * mmu.c - page tables, PMP, TLBs, and the slow path of every access.
 *
 * A translation that stands in a TLB may be used without a check. So it is made only from what is
 * watched (page-table pages, and through core, map tables), and dropped by the hooks at the end.
 */
#include "../jit/jit.h"
#include "riscv.h"
#include <string.h>

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_A = 64, PTE_D = 128 };
#define PTE_RESERVED 0xffc0000000000000ULL /* N, PBMT and reserved bits: none is implemented */
#define PAGE_MASK    (~(uint64_t)(FROND_PAGE_SIZE - 1))
#define NO_CAUSE     0

static unsigned class_of(const struct frond_desc *d, unsigned mode) {
    if (mode == FROND_MODE_M)
        return CLASS_M;
    if (mode == FROND_MODE_U)
        return CLASS_U;
    return d->csr.mstatus & MSTATUS_SUM ? CLASS_SUM : CLASS_S;
}

unsigned hart_data_mode(const struct frond_desc *d) {
    if (d->mode == FROND_MODE_M && (d->csr.mstatus & MSTATUS_MPRV) != 0)
        return mode_of_priv((d->csr.mstatus & MSTATUS_MPP) >> 11);
    return d->mode;
}

static unsigned map_of_mode(unsigned mode) { return mode == FROND_MODE_U ? CORE_NP : CORE_P; }

/* ---- PMP ---------------------------------------------------------------------------------------- */

/* Page range [*first, *end) of entry i; false if it is off. Granularity is a page. */
static bool pmp_range(const struct frond_csr *c, unsigned i, uint64_t *first, uint64_t *end) {
    uint64_t at = c->pmpaddr[i] >> 10; /* page number */

    switch (c->pmpcfg[i] >> 3 & 3) {
    case 1:
        *first = i == 0 ? 0 : c->pmpaddr[i - 1] >> 10;
        *end = at;
        return *first < *end;
    case 3: {
        uint64_t ones = c->pmpaddr[i] | 0x1ff;
        uint64_t size = (ones ^ (ones + 1)) >> 10; /* pages - 1 */
        *first = at & ~size;
        *end = (at | size) + 1;
        return true;
    }
    default: return false;
    }
}

/* Whether some entry's configuration has one of these bits. */
static bool pmp_some(const struct frond_csr *c, uint64_t bits) {
    uint64_t half[2];

    memcpy(half, c->pmpcfg, sizeof half);
    return ((half[0] | half[1]) & bits * 0x0101010101010101ULL) != 0;
}

unsigned pmp_perm(const struct frond_desc *d, unsigned mode, uint64_t pa) {
    const struct frond_csr *c = &d->csr;
    uint64_t page = pa / FROND_PAGE_SIZE;

    if (mode == FROND_MODE_M &&
        !pmp_some(c, 0x80)) /* nothing is locked: most nodes, all the time */
        return 7;
    if (!pmp_some(c, 0x18)) /* all are off */
        return mode == FROND_MODE_M ? 7 : 0;
    for (unsigned i = 0; i < 16; i++) {
        uint64_t first, end;
        if (!pmp_range(c, i, &first, &end) || page < first || page >= end)
            continue;
        if (mode == FROND_MODE_M && (c->pmpcfg[i] & 0x80) == 0)
            break;
        return c->pmpcfg[i] & 7; /* R, W, X as in FROND_* */
    }
    return mode == FROND_MODE_M ? 7 : 0;
}

/* ---- Page tables -------------------------------------------------------------------------------- */

uint64_t hart_satp(const struct frond_desc *d) { return d->csr.satp; }

static struct walk_result trap(uint32_t cause) {
    return (struct walk_result){.what = XLATE_TRAP, .cause = cause};
}

static uint32_t page_fault(unsigned access) {
    return access & FROND_X   ? CAUSE_FETCH_PAGE
           : access & FROND_W ? CAUSE_STORE_PAGE
                              : CAUSE_LOAD_PAGE;
}

static uint32_t access_fault(unsigned access) {
    return access & FROND_X   ? CAUSE_FETCH_ACCESS
           : access & FROND_W ? CAUSE_STORE_ACCESS
                              : CAUSE_LOAD_ACCESS;
}

/* What a leaf PTE lets `mode` do. */
static unsigned pte_perm(const struct frond_desc *d, unsigned mode, uint64_t pte) {
    unsigned perm = pte >> 1 & 7;

    if ((d->csr.mstatus & MSTATUS_MXR) != 0 && (pte & PTE_X) != 0)
        perm |= FROND_R;
    if (mode == FROND_MODE_U)
        return pte & PTE_U ? perm : 0;
    if ((pte & PTE_U) == 0)
        return perm;
    return d->csr.mstatus & MSTATUS_SUM ? perm & ~(unsigned)FROND_X : 0;
}

/* One PTE's host page at `level` of the path, if it is known; else what must be resolved. */
static bool pte_page(struct riscv *r, unsigned level, uint64_t pa, unsigned need, unsigned access,
                     uint32_t *page, struct walk_result *out) {
    const struct frond_desc *d = r->core.path[level].d;

    if (window_is_private(pa) || (pmp_perm(d, FROND_MODE_S, pa) & need) != need) {
        *out = trap(access_fault(access));
        return false;
    }
    if (core_peek(&r->core, level, CORE_P, pa, need, page))
        return true;
    *out = (struct walk_result){.what = XLATE_NEED, .pa = pa, .need = need};
    return false;
}

static bool canonical(uint64_t va, unsigned bits) {
    int64_t high = (int64_t)va >> (bits - 1);

    return high == 0 || high == -1;
}

/* Walks the page table of the node at `level`. NEED: the page of PTE `pa` is to be resolved (as a
 * walk access) and the walk begun anew. `access` is one of R, W, X, or R|W (both are then checked). */
static struct walk_result walk_tables(struct riscv *r, unsigned level, uint64_t va, unsigned mode,
                                      unsigned access) {
    const struct frond_desc *d = r->core.path[level].d;
    struct core_ctx *ctx = r->core.path[level].ctx;
    uint64_t satp = hart_satp(d);
    struct walk_result out = {.what = XLATE_OK};
    int levels = satp >> 60 == 8 ? 3 : 4;
    if (!canonical(va, 12 + 9 * (unsigned)levels))
        return trap(page_fault(access));
    uint64_t table = (satp & 0xfffffffffffULL) << 12;
    for (int l = levels - 1; l >= 0; l--) {
        unsigned index = va >> (12 + 9 * l) & 511;
        uint64_t at = table + index * 8, pte;
        uint32_t page;
        if (!pte_page(r, level, at, FROND_R, access, &page, &out))
            return out;
        uint64_t span = 1ULL << (9 * (l + 1));
        core_use_pt(&r->core, page, ctx,
                    ((va >> 12 & 0xfffffffffULL) & ~(span - 1)) | (uint64_t)l << 60);
        uint8_t *bytes = r->h.ram + (size_t)page * FROND_PAGE_SIZE;
        memcpy(&pte, bytes + at % FROND_PAGE_SIZE, 8);
        if ((pte & PTE_V) == 0 || (pte & (PTE_R | PTE_W)) == PTE_W || (pte & PTE_RESERVED) != 0)
            return trap(page_fault(access));
        table = (pte >> 10 & 0xfffffffffffULL) << 12;
        if ((pte & (PTE_R | PTE_X)) == 0) {
            if ((pte & (PTE_U | PTE_A | PTE_D)) != 0)
                return trap(page_fault(access));
            continue;
        }
        uint64_t offset = (1ULL << (12 + 9 * l)) - 1;
        unsigned perm = pte_perm(d, mode, pte);
        if ((table & offset) != 0 || (perm & access) != access)
            return trap(page_fault(access));
        uint64_t marked = pte | PTE_A | (access & FROND_W ? PTE_D : 0);
        if (marked != pte) {
            if (!pte_page(r, level, at, FROND_R | FROND_W, access, &page, &out))
                return out;
            core_store(&r->core, page, at % FROND_PAGE_SIZE, &marked, 8);
        }
        out.pa = table | (va & offset);
        out.perm = marked & PTE_D ? perm : perm & ~(unsigned)FROND_W;
        return out;
    }
    return trap(page_fault(access));
}

/* The same for every node, whether it translates or not. */
static inline struct walk_result walk(struct riscv *r, unsigned level, uint64_t va, unsigned mode,
                                      unsigned access) {
    if (mode == FROND_MODE_M || hart_satp(r->core.path[level].d) >> 60 == 0)
        return (struct walk_result){.what = XLATE_OK, .pa = va, .perm = 7};
    return walk_tables(r, level, va, mode, access);
}

/* The hook by which core makes the accesses that an ENTER implies. */
static enum core_issue issue(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out) {
    struct riscv *r = opaque;
    const struct frond_desc *d = r->core.path[level].d;
    unsigned mode = hart_data_mode(d);
    struct walk_result w = walk(r, level, va, mode, access);

    if (w.what == XLATE_NEED) {
        *out = (struct core_issued){.pa = w.pa, .need = (uint8_t)w.need};
        return CORE_ISSUE_NEED;
    }
    if (w.what == XLATE_OK) {
        unsigned perm = w.perm & pmp_perm(d, mode, w.pa);
        *out = (struct core_issued){.pa = w.pa,
                                    .perm = (uint8_t)perm,
                                    .mode = (uint8_t)map_of_mode(mode),
                                    .cause = access_fault(access)};
        return (perm & access) == access ? CORE_ISSUE_OK : CORE_ISSUE_TRAP;
    }
    out->cause = w.cause;
    return CORE_ISSUE_TRAP;
}

/* In M-mode without locked PMP entries, from behind the last private window on. */
static uint64_t plain_from(void *opaque, unsigned level) {
    struct riscv *r = opaque;
    const struct frond_desc *d = r->core.path[level].d;

    if (hart_data_mode(d) != FROND_MODE_M || pmp_some(&d->csr, 0x80))
        return UINT64_MAX;
    return FROND_PLIC_BASE + FROND_PLIC_SIZE;
}

static void issuer_state(void *opaque, unsigned level, uint64_t out[4]) {
    struct riscv *r = opaque;
    const struct frond_desc *d = r->core.path[level].d;
    const struct node *n = r->core.path[level].ctx->isa;

    out[0] = hart_satp(d);
    out[1] = (d->csr.mstatus & (MSTATUS_SUM | MSTATUS_MXR)) | hart_data_mode(d);
    out[2] = n ? n->by_gen : 0;
    out[3] = n ? n->pt_gen : 0;
}

/* ---- TLBs --------------------------------------------------------------------------------------- */

/* Every TLB there is, so that their number is bounded: the oldest is taken from its owner. */
enum { RING_SIZE = 8192 };
struct tlb_ring {
    unsigned next, used;
    struct {
        struct core_ctx *ctx;
        unsigned class;
    } slot[RING_SIZE];
};

static void tlb_clear_jumps(struct tlb *t) {
    for (unsigned i = 0; i < JUMP_SIZE; i++)
        t->jump[i] = (struct jump){.pc = 1};
}

/* Where maps change again and again it is not worth it to look each time. */
static void forget_stretch(struct stretch *s) {
    enum { WAIT_MOST = 1023 };

    s->limit = 0;
    s->until = s->wait + 1;
    s->wait = s->wait < WAIT_MOST ? 2 * s->wait + 1 : WAIT_MOST;
}

/* What it knows of [first, last]; that it has found nothing does not hold any more in any case. */
static void forget_in_stretch(struct stretch *s, uint64_t first, uint64_t last) {
    if (s->limit == 0 || (last >= s->base && first <= s->base + s->limit + 6))
        forget_stretch(s);
}

/* Entries for `size` pages in place of those that it has. False: no memory, nothing has changed. */
static bool tlb_resize(const struct memory *memory, struct tlb *t, uint32_t size) {
    struct tlb_entry *e = memory_alloc(memory, size * sizeof *e);
    uint64_t *pa = memory_alloc(memory, size * sizeof *pa);

    if (!e || !pa) {
        memory_free(memory, e, size * sizeof *e);
        memory_free(memory, pa, size * sizeof *pa);
        return false;
    }
    memset(e, 0xff, size * sizeof *e);
    if (t->e) {
        memory_free(memory, t->e, tlb_size(t) * sizeof *t->e);
        memory_free(memory, t->pa, tlb_size(t) * sizeof *t->pa);
    }
    t->e = e;
    t->pa = pa;
    t->mask = (size - 1) * sizeof *e;
    t->filled = t->pushed = 0;
    return true;
}

static void tlb_free(struct riscv *r, struct tlb *t) {
    if (!t)
        return;
    memory_free(&r->memory, t->e, tlb_size(t) * sizeof *t->e);
    memory_free(&r->memory, t->pa, tlb_size(t) * sizeof *t->pa);
    memory_free(&r->memory, t, sizeof *t);
}

static struct tlb *tlb_alloc(struct riscv *r) {
    struct tlb *t = memory_alloc(&r->isa.memory, sizeof *t);

    if (t && !tlb_resize(&r->isa.memory, t, TLB_LEAST)) {
        memory_free(&r->isa.memory, t, sizeof *t);
        return NULL;
    }
    return t;
}

/* One that was hardly used for what it is shrinks: it is to be cleared often. Another size is never needed, so
 * memory that is not there for it starves nothing. */
static void tlb_clear(struct riscv *r, struct tlb *t) {
    uint32_t size = tlb_size(t);

    if (size > TLB_LEAST && t->filled < size / 8 && tlb_resize(&r->memory, t, size / 2))
        size = tlb_size(t);
    else
        memset(t->e, 0xff, size * sizeof *t->e);
    t->filled = t->pushed = 0;
    for (unsigned k = TLB_R; k <= TLB_W; k++)
        forget_stretch(&t->stretch[k]);
    tlb_clear_jumps(t);
}

static struct node *node_of(struct riscv *r, struct core_ctx *ctx) {
    if (!ctx->isa)
        ctx->isa = memory_alloc(&r->isa.memory, sizeof(struct node));
    return ctx->isa;
}

/* A TLB for ctx, new or taken from the node that has had its own for longest and is not the top. */
static struct tlb *tlb_new(struct riscv *r, struct core_ctx *ctx, unsigned class) {
    struct tlb_ring *ring = r->ring;
    struct tlb *t = NULL;

    for (unsigned tries = 0; ring->used == RING_SIZE && tries < RING_SIZE && !t; tries++) {
        unsigned i = ring->next;
        ring->next = (i + 1) % RING_SIZE;
        if (ring->slot[i].ctx == ctx)
            continue;
        struct node *n = ring->slot[i].ctx ? ring->slot[i].ctx->isa : NULL;
        if (n) {
            t = n->tlb[ring->slot[i].class];
            n->tlb[ring->slot[i].class] = NULL;
        }
        ring->slot[i].ctx = ctx;
        ring->slot[i].class = class;
        if (t)
            break;
        t = tlb_alloc(r);
        if (!t)
            return NULL;
    }
    if (!t) {
        t = tlb_alloc(r);
        if (!t)
            return NULL;
        if (ring->used < RING_SIZE) {
            ring->slot[ring->used].ctx = ctx;
            ring->slot[ring->used++].class = class;
        }
    }
    tlb_clear(r, t);
    for (unsigned k = TLB_R; k <= TLB_W; k++)
        t->stretch[k] = (struct stretch){.until = 1};
    return t;
}

static struct tlb *tlb_get(struct riscv *r, struct core_ctx *ctx, unsigned class) {
    struct node *n = node_of(r, ctx);

    if (!n)
        return NULL;
    if (!n->tlb[class])
        n->tlb[class] = tlb_new(r, ctx, class);
    return n->tlb[class];
}

void mmu_select(struct hart *h) {
    struct riscv *r = riscv_of(h);
    struct core_level *top = &r->core.path[r->core.top];

    h->d = top->d;
    h->data = tlb_get(r, top->ctx, class_of(h->d, hart_data_mode(h->d)));
    h->fetch = tlb_get(r, top->ctx, class_of(h->d, h->d->mode));
}

static void drop_all(void *opaque, struct core_ctx *ctx) {
    struct riscv *r = opaque;
    struct node *n = ctx->isa;

    for (unsigned c = 0; n && c < CLASSES; c++)
        if (n->tlb[c])
            tlb_clear(r, n->tlb[c]);
    core_void_pt(&r->core, ctx);
    r->h.attention = true;
}

void mmu_adopt(struct riscv *r, unsigned level) {
    const struct frond_csr *c = &r->core.path[level].d->csr;
    struct core_ctx *ctx = r->core.path[level].ctx;
    struct node *n = node_of(r, ctx);

    if (!n)
        return;
    bool paging_only = memcmp(n->by.pmpaddr, c->pmpaddr, sizeof n->by.pmpaddr) == 0 &&
                       memcmp(n->by.pmpcfg, c->pmpcfg, sizeof n->by.pmpcfg) == 0;
    if (paging_only && n->by.satp == c->satp && n->by.mxr == (c->mstatus & MSTATUS_MXR))
        return;
    for (unsigned k = paging_only ? CLASS_S : CLASS_M; k < CLASSES; k++)
        if (n->tlb[k])
            tlb_clear(r, n->tlb[k]);
    core_void_pt(&r->core, ctx);
    n->by.satp = c->satp;
    n->by.mxr = c->mstatus & MSTATUS_MXR;
    memcpy(n->by.pmpaddr, c->pmpaddr, sizeof n->by.pmpaddr);
    memcpy(n->by.pmpcfg, c->pmpcfg, sizeof n->by.pmpcfg);
    n->by_gen++;
    r->h.attention = true;
}

static void drop_range(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last) {
    struct riscv *r = opaque;
    struct node *n = ctx->isa;

    for (unsigned c = 0; n && c < CLASSES; c++) {
        struct tlb *t = n->tlb[c];
        if (!t)
            continue;
        for (unsigned i = 0; i < tlb_size(t); i++)
            if (t->pa[i] >= first && t->pa[i] <= last)
                t->e[i] = (struct tlb_entry){{TLB_NONE, TLB_NONE, TLB_NONE}, 0};
        for (unsigned k = TLB_R; k <= TLB_W; k++)
            forget_in_stretch(&t->stretch[k], first, last);
        tlb_clear_jumps(t);
    }
    r->h.attention = true;
}

static void protect(void *opaque, struct core_ctx *ctx, uint32_t page) {
    struct riscv *r = opaque;
    struct node *n = ctx->isa;
    uintptr_t at = (uintptr_t)r->h.ram + (uintptr_t)page * FROND_PAGE_SIZE;

    for (unsigned c = 0; n && c < CLASSES; c++) {
        struct tlb *t = n->tlb[c];
        for (unsigned i = 0; t && i < tlb_size(t); i++)
            if (page == CORE_NO_PAGE || t->e[i].addend + t->e[i].tag[TLB_W] == at)
                t->e[i].tag[TLB_W] = TLB_NONE;
        if (t && t->stretch[TLB_W].limit != 0 &&
            (page == CORE_NO_PAGE || at - (t->stretch[TLB_W].addend + t->stretch[TLB_W].base) <
                                         t->stretch[TLB_W].limit + 7))
            forget_stretch(&t->stretch[TLB_W]);
    }
}

static void drop_va_page(struct tlb *t, uint64_t vpn, bool executable) {
    struct tlb_entry *e = tlb_entry(t, vpn * FROND_PAGE_SIZE);

    for (unsigned k = 0; k < 3; k++)
        if (e->tag[k] != TLB_NONE && (e->tag[k] >> 12 & 0xfffffffffULL) == vpn)
            e->tag[k] = TLB_NONE;
    for (unsigned i = 0; executable && i < JUMP_SIZE; i++)
        if ((t->jump[i].pc >> 12 & 0xfffffffffULL) == vpn)
            t->jump[i] = (struct jump){.pc = 1};
}

static void pt_changed(void *opaque, struct core_ctx *ctx, uint64_t tag, uint64_t old,
                       uint64_t new) {
    struct riscv *r = opaque;
    struct node *n = ctx->isa;
    unsigned level = tag >> 60 & 7;
    uint64_t vpn = (tag & 0xffffffe00ULL) | (tag & 511);

    if (!n || (old & PTE_V) == 0)
        return;
    if ((new | PTE_A | PTE_D) == (old | PTE_A | PTE_D) && (old & ~new) == 0)
        return; /* only A or D was set: nothing that was derived says otherwise */
    n->pt_gen++;
    if (ctx->on_path && r->core.path[r->core.top].ctx != ctx)
        r->core.stale = true;
    r->h.attention = true;
    if (tag != UINT64_MAX && level == 0 && (old & (PTE_R | PTE_X)) != 0) {
        for (unsigned c = CLASS_M; c < CLASSES; c++)
            if (n->tlb[c] && c != CLASS_M)
                drop_va_page(n->tlb[c], vpn, (old & PTE_X) != 0);
        return;
    }
    for (unsigned c = CLASS_S; c < CLASSES; c++)
        if (n->tlb[c])
            tlb_clear(r, n->tlb[c]);
    core_void_pt(&r->core, ctx);
}

static bool code_changed(void *opaque, uint32_t page, unsigned off, unsigned len) {
    struct riscv *r = opaque;
    bool gone = code_touch(r->h.code, page, off, len);

    r->h.attention |= gone;
    return gone;
}

static void free_isa(void *opaque, struct core_ctx *ctx) {
    struct riscv *r = opaque;
    struct node *n = ctx->isa;

    for (unsigned i = 0; i < r->ring->used; i++)
        if (r->ring->slot[i].ctx == ctx)
            r->ring->slot[i].ctx = NULL;
    for (unsigned c = 0; n && c < CLASSES; c++)
        tlb_free(r, n->tlb[c]);
    memory_free(&r->isa.memory, n, sizeof *n);
}

static void watch_code(void *opaque, uint32_t page) {
    struct riscv *r = opaque;

    core_watch(&r->core, page, CORE_W_CODE);
}

void mmu_hooks(struct riscv *r) {
    r->isa.opaque = r;
    r->isa.issue = issue;
    r->isa.issuer_state = issuer_state;
    r->isa.drop = drop_range;
    r->isa.drop_all = drop_all;
    r->isa.protect = protect;
    r->isa.pt_changed = pt_changed;
    r->isa.code_changed = code_changed;
    r->isa.free_isa = free_isa;
    r->isa.private_window = window_is_private;
    r->isa.plain_from = plain_from;
    r->ring = memory_alloc(&r->isa.memory, sizeof *r->ring);
    r->h.code = code_new(&r->memory, r->core.pages, watch_code, r);
    if (r->h.code && r->h.jit)
        code_count_entries(r->h.code);
}

void mmu_free_tlbs(struct riscv *r) {
    for (unsigned i = 0; i < r->ring->used; i++) {
        struct core_ctx *ctx = r->ring->slot[i].ctx;
        struct node *n = ctx ? ctx->isa : NULL;
        if (!n)
            continue;
        struct tlb **t = &n->tlb[r->ring->slot[i].class];
        tlb_free(r, *t);
        *t = NULL;
    }
    r->ring->used = r->ring->next = 0;
    r->h.data = r->h.fetch = NULL;
}

void mmu_done(struct riscv *r) {
    memory_free(&r->isa.memory, r->ring, sizeof *r->ring);
    code_free(r->h.code);
    jit_free(r->h.jit);
}

/* ---- The slow path ------------------------------------------------------------------------------ */

/* Where one page of an access leads. */
struct place {
    bool ok; /* else the hart's state was changed (trap or exit) */
    bool private;
    bool device;
    uint32_t page; /* arena page, or window number */
    uint64_t pa;
    unsigned perm; /* what may be done there without asking again */
};

static struct place failed(void) { return (struct place){.ok = false}; }

static struct place raise(struct hart *h, unsigned cause, uint64_t tval) {
    trap_raise(h, cause, tval);
    return failed();
}

/* The page table's part of an access by the top. False: the hart's state was changed. */
static bool translate(struct hart *h, uint64_t va, unsigned mode, unsigned need, struct access a,
                      struct walk_result *w) {
    struct riscv *r = riscv_of(h);
    unsigned cause = access_fault(need);
    struct core_answer ans;

    while ((*w = walk(r, r->core.top, va, mode, need)).what == XLATE_NEED) {
        core_resolve(&r->core, r->core.top, CORE_P, w->pa, w->need, &ans);
        if (ans.what == CORE_DEVICE) {
            trap_raise(h, cause, va);
            return false;
        }
        if (ans.what != CORE_RAM) {
            struct access pte = {.kind = FROND_FAULT_WALK,
                                 .width = 8,
                                 .ilen = a.ilen,
                                 .flags = w->need & FROND_W ? FROND_XF_WRITE : 0};
            child_answer(r, &ans, pte, va, 0, cause);
            return false;
        }
    }
    if (w->what == XLATE_TRAP)
        trap_raise(h, w->cause, va);
    return w->what != XLATE_TRAP;
}

/* Translation and maps for one page of an access by the top: `need` of R, W, X. */
static struct place locate(struct hart *h, uint64_t va, unsigned mode, unsigned need,
                           struct access a, uint64_t value) {
    struct riscv *r = riscv_of(h);
    const struct core_ctx *ctx = r->core.path[r->core.top].ctx;
    unsigned cause = access_fault(need), pmp;
    struct core_answer ans;
    struct walk_result w;
    uint64_t seq;

    do { /* again, if resolving voided what the walk has read: its use would be unwatched */
        seq = ctx->pt_seq;
        if (!translate(h, va, mode, need, a, &w))
            return failed();
        pmp = pmp_perm(h->d, mode, w.pa);
        if ((pmp & need) != need)
            return raise(h, cause, va);
        if (window_is_private(w.pa))
            return (struct place){.ok = true, .private = true, .pa = w.pa};
        core_resolve(&r->core, r->core.top, map_of_mode(mode), w.pa, need, &ans);
        if (ans.what != CORE_RAM && ans.what != CORE_DEVICE) {
            child_answer(r, &ans, a, va, value, cause);
            return failed();
        }
    } while (ctx->pt_seq != seq);
    return (struct place){.ok = true,
                          .device = ans.what == CORE_DEVICE,
                          .page = ans.page,
                          .pa = w.pa,
                          .perm = w.perm & pmp & ans.perm};
}

/* The entry for a page. A TLB in which as many were pushed out as it has entries is too small. */
static struct tlb_entry *place_in(struct riscv *r, struct tlb *t, uint64_t page) {
    struct tlb_entry *e = tlb_entry(t, page);
    bool same = e->tag[TLB_R] == page || e->tag[TLB_W] == page || e->tag[TLB_X] == page;
    bool empty = (e->tag[TLB_R] & e->tag[TLB_W] & e->tag[TLB_X]) == TLB_NONE;

    t->filled += !same;
    t->pushed += !same && !empty;
    if (t->pushed < tlb_size(t) || tlb_size(t) == TLB_MOST)
        return e;
    t->pushed = 0;
    tlb_resize(&r->memory, t, 2 * tlb_size(t));
    return tlb_entry(t, page);
}

/* Puts a page of RAM into a TLB. Watched pages get no write tag: stores to them come here. */
static void fill(struct hart *h, struct tlb *t, uint64_t va, const struct place *p) {
    struct riscv *r = riscv_of(h);
    uint64_t page = va & PAGE_MASK;
    struct tlb_entry *e = place_in(r, t, page);
    bool quiet = r->core.page[p->page].watch == 0;

    e->tag[TLB_R] = p->perm & FROND_R ? page : TLB_NONE;
    e->tag[TLB_W] = (p->perm & FROND_W) && quiet ? page : TLB_NONE;
    e->tag[TLB_X] = p->perm & FROND_X ? page : TLB_NONE;
    e->addend = (uintptr_t)h->ram + (uintptr_t)p->page * FROND_PAGE_SIZE - (uintptr_t)page;
    t->pa[e - t->e] = p->pa & PAGE_MASK;
}

/* What lies around va, for the class of M-mode: elsewhere page tables or PMP have a say in each page. */
static void look_for_stretch(struct riscv *r, struct tlb *t, uint64_t va, unsigned which) {
    const struct node *n = r->core.path[r->core.top].ctx->isa;
    struct stretch *to = &t->stretch[which];
    struct core_stretch s;

    if (!n || t != n->tlb[CLASS_M] || !r->core.scheme->flat ||
        !core_stretch(&r->core, r->core.top, va, which == TLB_R ? FROND_R : FROND_W, &s) ||
        s.last - s.first < 8)
        return;
    to->base = s.first;
    to->limit = s.last - s.first - 6; /* the last byte of 8 is in it, too */
    to->addend = (uintptr_t)r->h.ram + s.offset - s.first;
}

/* A load or store (TLB_R, TLB_W) needs no TLB (the class may just have been given up): by h->data of the moment. */
static void fill_data(struct hart *h, uint64_t va, const struct place *p, unsigned which) {
    if (!h->data)
        return;
    fill(h, h->data, va, p);
    if (h->data->stretch[which].until > 0 && --h->data->stretch[which].until == 0)
        look_for_stretch(riscv_of(h), h->data, va, which);
}

static uint8_t *bytes_at(const struct hart *h, uint32_t page, uint64_t va) {
    return h->ram + (size_t)page * FROND_PAGE_SIZE + va % FROND_PAGE_SIZE;
}

static bool crosses(uint64_t va, unsigned width) {
    return va % FROND_PAGE_SIZE + width > FROND_PAGE_SIZE;
}

static void describe(struct access *a, uint64_t va) {
    if ((a->kind == FROND_FAULT_LOAD || a->kind == FROND_FAULT_STORE) && va % a->width == 0)
        a->flags |= FROND_XF_DONE;
    if (a->kind == FROND_FAULT_STORE)
        a->flags |= FROND_XF_WRITE;
}

static bool device_load(struct hart *h, const struct place *p, uint64_t va, unsigned width,
                        uint64_t *value) {
    struct riscv *r = riscv_of(h);
    bool ok = va % width == 0;

    if (ok && p->private)
        ok = window_load(r, p->pa, width, value);
    else if (ok)
        ok = r->bus.read(r->bus.opaque, p->page, p->pa % FROND_PAGE_SIZE, width, value);
    if (!ok)
        trap_raise(h, CAUSE_LOAD_ACCESS, va);
    return ok;
}

bool mem_load(struct hart *h, uint64_t va, struct access a, uint64_t *value) {
    unsigned mode = hart_data_mode(h->d);
    unsigned first = a.width;

    describe(&a, va);
    struct place p = locate(h, va, mode, FROND_R, a, 0);
    if (!p.ok)
        return false;
    *value = 0;
    if (p.private || p.device) {
        if (crosses(va, a.width)) {
            trap_raise(h, CAUSE_LOAD_ACCESS, va);
            return false;
        }
        return device_load(h, &p, va, a.width, value);
    }
    struct place q = p;
    if (crosses(va, a.width)) {
        uint64_t second = (va | (FROND_PAGE_SIZE - 1)) + 1;
        first = (unsigned)(second - va);
        q = locate(h, second, mode, FROND_R, a, 0);
        if (!q.ok)
            return false;
        if (q.private || q.device) {
            trap_raise(h, CAUSE_LOAD_ACCESS, second);
            return false;
        }
    } else {
        fill_data(h, va, &p, TLB_R);
    }
    memcpy(value, bytes_at(h, p.page, va), first);
    if (first < a.width) {
        uint64_t rest = 0;
        memcpy(&rest, bytes_at(h, q.page, 0), a.width - first);
        *value |= rest << (8 * first);
    }
    return true;
}

static bool device_store(struct hart *h, const struct place *p, uint64_t va, struct access a,
                         uint64_t value) {
    struct riscv *r = riscv_of(h);
    bool ok = va % a.width == 0, changed = false;

    if (a.width < 8)
        value &= (1ULL << (8 * a.width)) - 1;
    if (ok && p->private) {
        ok = window_store(r, p->pa, va, a, value, &changed);
    } else if (ok) {
        enum riscv_stored s = r->bus.write(r->bus.opaque, p->page, p->pa & PAGE_MASK,
                                           p->pa % FROND_PAGE_SIZE, a.width, value);
        ok = s != RISCV_STORE_REFUSED;
        changed = s == RISCV_STORE_AGAIN;
    }
    if (!ok)
        trap_raise(h, CAUSE_STORE_ACCESS, va);
    return ok && !changed;
}

bool mem_store(struct hart *h, uint64_t va, struct access a, uint64_t value) {
    struct riscv *r = riscv_of(h);
    unsigned mode = hart_data_mode(h->d);
    unsigned first = a.width;

    describe(&a, va);
    if (a.width < 8)
        value &= (1ULL << (8 * a.width)) - 1;
    struct place p = locate(h, va, mode, FROND_W, a, value);
    if (!p.ok)
        return false;
    if (p.private || p.device) {
        if (crosses(va, a.width)) {
            trap_raise(h, CAUSE_STORE_ACCESS, va);
            return false;
        }
        return device_store(h, &p, va, a, value);
    }
    struct place q = p;
    if (crosses(va, a.width)) {
        uint64_t second = (va | (FROND_PAGE_SIZE - 1)) + 1;
        first = (unsigned)(second - va);
        q = locate(h, second, mode, FROND_W, a, value);
        if (!q.ok)
            return false;
        if (q.private || q.device) {
            trap_raise(h, CAUSE_STORE_ACCESS, second);
            return false;
        }
    } else {
        fill_data(h, va, &p, TLB_W);
    }
    core_store(&r->core, p.page, va % FROND_PAGE_SIZE, &value, first);
    if (first < a.width) {
        uint64_t rest = value >> (8 * first);
        core_store(&r->core, q.page, 0, &rest, a.width - first);
    }
    h->attention |= r->core.host_store;
    return true;
}

bool mem_amo(struct hart *h, uint64_t va, struct access a, void **p) {
    if (va % a.width != 0) {
        trap_raise(h, CAUSE_STORE_MISALIGNED, va);
        return false;
    }
    a.flags |= FROND_XF_WRITE;
    struct place l = locate(h, va, hart_data_mode(h->d), FROND_R | FROND_W, a, 0);
    if (!l.ok)
        return false;
    if (l.private || l.device) {
        trap_raise(h, CAUSE_STORE_ACCESS, va);
        return false;
    }
    fill_data(h, va, &l, TLB_W);
    *p = bytes_at(h, l.page, va);
    return true;
}

void mem_amo_store(struct hart *h, void *p, unsigned width, uint64_t value) {
    struct riscv *r = riscv_of(h);
    size_t at = (size_t)((uint8_t *)p - h->ram);

    core_store(&r->core, (uint32_t)(at / FROND_PAGE_SIZE), at % FROND_PAGE_SIZE, &value, width);
    h->attention |= r->core.host_store;
}

bool mem_lr(struct hart *h, uint64_t va, struct access a, uint64_t *value) {
    if (va % a.width != 0) {
        trap_raise(h, CAUSE_LOAD_MISALIGNED, va);
        return false;
    }
    struct place l = locate(h, va, hart_data_mode(h->d), FROND_R, a, 0);
    if (!l.ok)
        return false;
    if (l.private || l.device) {
        trap_raise(h, CAUSE_LOAD_ACCESS, va);
        return false;
    }
    fill_data(h, va, &l, TLB_R);
    *value = 0;
    memcpy(value, bytes_at(h, l.page, va), a.width);
    h->d->csr.res_addr = l.pa;
    h->d->csr.res_value = *value;
    h->d->csr.res_width = a.width;
    return true;
}

bool mem_sc(struct hart *h, uint64_t va, struct access a, uint64_t value, bool *ok) {
    struct frond_csr *c = &h->d->csr;
    uint64_t now = 0;
    void *p;

    if (!mem_amo(h, va, a, &p))
        return false;
    uint64_t pa = h->data->pa[tlb_entry(h->data, va) - h->data->e] | va % FROND_PAGE_SIZE;
    memcpy(&now, p, a.width);
    *ok = c->res_width == a.width && c->res_addr == pa && c->res_value == now;
    c->res_width = c->res_addr = c->res_value = 0;
    if (*ok)
        mem_amo_store(h, p, a.width, value);
    return true;
}

const uint8_t *mem_fetch(struct hart *h, uint64_t va, uint32_t *page) {
    struct access a = {.kind = FROND_FAULT_FETCH, .width = 2};
    struct place p = locate(h, va, h->d->mode, FROND_X, a, 0);

    if (!p.ok)
        return NULL;
    if (p.private || p.device) {
        trap_raise(h, CAUSE_FETCH_ACCESS, va);
        return NULL;
    }
    fill(h, h->fetch, va, &p);
    *page = p.page;
    return h->ram + (size_t)p.page * FROND_PAGE_SIZE;
}

/* ---- Audit -------------------------------------------------------------------------------------- */

/* One TLB entry of the top, in the class that its `mode` uses now, against the walk. */
static const char *audit_entry(struct riscv *r, const struct tlb *t, unsigned i, unsigned mode,
                               unsigned kind) {
    static const uint8_t needs[] = {FROND_R, FROND_W, FROND_X};
    uint64_t va = t->e[i].tag[kind];
    struct core_entry e;
    struct walk_result w;

    while ((w = walk(r, r->core.top, va, mode, needs[kind])).what == XLATE_NEED) {
        struct core_answer a;
        core_resolve(&r->core, r->core.top, CORE_P, w.pa, w.need, &a);
        if (a.what != CORE_RAM)
            return "a translation is kept whose page table cannot be read";
    }
    if (w.what != XLATE_OK || w.pa != t->pa[i])
        return "a translation differs from the page table";
    if ((w.perm & pmp_perm(r->h.d, mode, w.pa) & needs[kind]) == 0)
        return "a translation allows what page table or PMP do not";
    if (!core_compose(&r->core, r->core.top, map_of_mode(mode), w.pa, needs[kind], &e))
        return "a translation leads where no map does";
    if (t->e[i].addend + va != (uintptr_t)r->h.ram + (uintptr_t)e.page * FROND_PAGE_SIZE)
        return "a translation leads to another page than the maps";
    if (kind == TLB_W && r->core.page[e.page].watch != 0)
        return "a watched page can be written without notice";
    return NULL;
}

/* The ends of a stretch, and pages in between. */
static const char *audit_stretch(struct riscv *r, const struct stretch *s, unsigned need) {
    enum { LOOKS = 16 };
    struct core_entry e;

    for (unsigned i = 0; i <= LOOKS && s->limit != 0; i++) {
        uint64_t va = s->base + (s->limit + 6) / LOOKS * i;
        uintptr_t host;
        if (!core_compose(&r->core, r->core.top, CORE_P, va, need, &e))
            return "an address of the stretch leads where no map does";
        host = (uintptr_t)r->h.ram + (uintptr_t)e.page * FROND_PAGE_SIZE + va % FROND_PAGE_SIZE;
        if (s->addend + va != host)
            return "an address of the stretch leads to another page than the maps";
        if ((r->core.page[e.page].watch & (need == FROND_W ? UINT32_MAX : CORE_W_OWNED)) != 0)
            return "a page of the stretch is watched";
    }
    return NULL;
}

const char *mmu_audit(struct riscv *r) {
    static const uint8_t modes[] = {FROND_MODE_M, FROND_MODE_S, FROND_MODE_U};
    static const uint8_t needs[] = {FROND_R, FROND_W};
    const struct node *n = r->core.path[r->core.top].ctx->isa;
    const char *wrong = NULL;

    for (unsigned m = 0; n && m < 3; m++) {
        const struct tlb *t = n->tlb[class_of(r->h.d, modes[m])];
        for (unsigned i = 0; t && i < tlb_size(t); i++)
            for (unsigned k = 0; k < 3 && !wrong; k++)
                if (t->e[i].tag[k] != TLB_NONE)
                    wrong = audit_entry(r, t, i, modes[m], k);
    }
    for (unsigned k = TLB_R; k <= TLB_W && !wrong && n && n->tlb[CLASS_M]; k++)
        wrong = audit_stretch(r, &n->tlb[CLASS_M]->stretch[k], needs[k]);
    return wrong;
}

/* ---- DMA ---------------------------------------------------------------------------------------- */

static enum riscv_dma dma(struct riscv *r, unsigned level, uint64_t addr, void *buf, size_t len,
                          bool write, unsigned mode, unsigned window) {
    unsigned need = write ? FROND_W : FROND_R;
    struct core_answer ans;

    if ((pmp_perm(r->core.path[level].d, mode, addr) & need) != need || window_is_private(addr))
        return RISCV_DMA_REFUSED;
    core_resolve(&r->core, level, map_of_mode(mode), addr, need, &ans);
    switch (ans.what) {
    case CORE_RAM: break;
    case CORE_DEVICE:
    case CORE_REFUSED: return RISCV_DMA_REFUSED;
    default:
        child_answer(r, &ans,
                     (struct access){.kind = FROND_FAULT_DMA,
                                     .reg = (uint8_t)window,
                                     .flags = write ? FROND_XF_WRITE : 0},
                     addr, 0, access_fault(need));
        return RISCV_DMA_EXIT;
    }
    if (write)
        core_store(&r->core, ans.page, addr % FROND_PAGE_SIZE, buf, (unsigned)len);
    else
        memcpy(buf, r->h.ram + (size_t)ans.page * FROND_PAGE_SIZE + addr % FROND_PAGE_SIZE, len);
    return RISCV_DMA_OK;
}

enum riscv_dma riscv_dma(struct riscv *r, unsigned level, uint64_t addr, void *buf, size_t len,
                         bool write, unsigned mode, unsigned window) {
    struct riscv_note n = {.what = EV_DMA,
                           .level = level,
                           .a = addr,
                           .b = len,
                           .window = window,
                           .mode = mode,
                           .write = write};
    enum riscv_dma done = dma(r, level, addr, buf, len, write, mode, window);

    n.done = done;
    if (r->trace && done != RISCV_DMA_EXIT) /* an exit has been told */
        r->trace(r->opaque, &n);
    return done;
}
