/*
 * shadow.c - the tables that the hart walks while the guest runs: Sv48, pages of 4 KiB, filled at its faults.
 *
 * A context is what the guest sees by one of its own tables in one of its modes: its addresses, to where its memory
 * lies here, with what its page table, its PMP and its memory allow together. All contexts are U-mode's. Under
 * MPRV the guest's fetches and its loads go different ways, which one table cannot show: in the context for that
 * nothing can be done but fetched, and loads and stores are interpreted.
 *
 * Like a TLB they may show what the guest's tables said before, until its sfence.vma; but what is not there is looked up
 * anew each time. They can be dropped at any time, and are, when their pages run out.
 */
#include "classic.h"

enum { CONTEXTS = 8, NONE = 0, LEVELS = 4, LEAST = 20 };
enum {
    PTE_V = 1,
    PTE_U = 16,
    PTE_A = 64,
    PTE_D = 128,
    PTE_SPLIT = 256 /* holds pieces of a larger page */
};
#define SATP_SV48 (9ULL << 60)
#define PPN       ((1ULL << 44) - 1)

enum class { CLASS_M, CLASS_FETCH, CLASS_S, CLASS_SUM, CLASS_U };

struct context {
    uint64_t satp;  /* the guest's; 0: without paging */
    uint32_t root;  /* NONE: not in use */
    uint32_t pages; /* all its pages: the first of the list; the root is the last */
    enum class class;
    bool mxr;
    bool giant; /* holds pieces of pages of more than 2 MiB */
};

static struct context context[CONTEXTS];
static struct context *now; /* what the hart walks */
static unsigned oldest;     /* to be reused next */
static uint64_t pool;       /* page n lies at pool + 4096 * n; page 0 is NONE */
static uint32_t *next_page; /* [n]: the page after n in its list */
static uint32_t free_pages;
static bool stale; /* pages were given back that the hart may still walk by what it remembers */

static uint64_t *table(uint32_t page) {
    return (uint64_t *)(uintptr_t)(pool + (uint64_t)page * FROND_PAGE_SIZE);
}

void shadow_init(uint64_t base, uint64_t end) {
    uint64_t pages = (end - base) / (FROND_PAGE_SIZE + sizeof *next_page);

    next_page = (uint32_t *)(uintptr_t)base;
    base += (pages * sizeof *next_page + FROND_PAGE_SIZE - 1) & ~(uint64_t)(FROND_PAGE_SIZE - 1);
    pages = base < end ? (end - base) / FROND_PAGE_SIZE : 0;
    if (pages < LEAST)
        give_up("no room for shadow tables: 'pool' of its record should be 128K or more");
    pool = base - FROND_PAGE_SIZE;
    for (uint32_t n = 1; n <= pages; n++)
        next_page[n] = n == pages ? NONE : n + 1;
    free_pages = 1;
}

static void release(struct context *c) {
    uint32_t last = c->root;

    if (c->root == NONE)
        return;
    next_page[last] = free_pages;
    free_pages = c->pages;
    c->root = NONE;
    if (now == c)
        now = NULL;
    stale = true;
    counts[COUNT_flushes]++;
}

/* An empty table for the context; NONE: there is none. */
static uint32_t take_page(struct context *c) {
    uint32_t page = free_pages;

    if (page == NONE)
        return NONE;
    free_pages = next_page[page];
    next_page[page] = c->root == NONE ? NONE : c->pages;
    c->pages = page;
    memset(table(page), 0, FROND_PAGE_SIZE);
    return page;
}

static void fence(void) {
    __asm__ volatile("sfence.vma" ::: "memory");
    stale = false;
}

static void drop(bool paging_only) {
    for (struct context *c = context; c < context + CONTEXTS; c++)
        if (!paging_only || c->satp != 0)
            release(c);
    if (stale)
        fence();
    if (now == NULL)
        shadow_select();
}

void shadow_flush(void) { drop(true); }

void shadow_flush_all(void) { drop(false); }

static enum class class_now(void) {
    if (guest.priv == PRIV_M) return walk_data_priv() == PRIV_M ? CLASS_M : CLASS_FETCH;
    if (guest.priv == PRIV_U) return CLASS_U;
    return guest.csr.mstatus & STATUS_SUM ? CLASS_SUM : CLASS_S;
}

static struct context *find(enum class class, uint64_t satp, bool mxr) {
    for (struct context *c = context; c < context + CONTEXTS; c++)
        if (c->root != NONE && c->class == class && c->satp == satp && c->mxr == mxr)
            return c;
    return NULL;
}

static struct context *make(enum class class, uint64_t satp, bool mxr) {
    struct context *c = &context[oldest];

    oldest = (oldest + 1) % CONTEXTS;
    release(c);
    while (free_pages == NONE)
        for (unsigned i = 0; i < CONTEXTS; i++)
            release(&context[i]);
    if (stale)
        fence();
    *c = (struct context){.class = class, .satp = satp, .mxr = mxr};
    c->root = take_page(c);
    return c;
}

void shadow_select(void) {
    enum class class = class_now();
    uint64_t satp = guest.priv == PRIV_M || guest.csr.satp >> 60 == 0 ? 0 : guest.csr.satp;
    bool mxr = satp != 0 && (guest.csr.mstatus & STATUS_MXR) != 0;
    struct context *c = now;

    if (c != NULL && c->class == class && c->satp == satp && c->mxr == mxr)
        return;
    c = find(class, satp, mxr);
    if (c == NULL)
        c = make(class, satp, mxr);
    now = c;
    counts[COUNT_switches]++;
    csr_write("satp", SATP_SV48 | (uint64_t)(uintptr_t)table(c->root) >> 12);
}

/* The entry for va at the lowest level, or NULL: there is no table for it, and no page for one if `made`. */
static uint64_t *entry(struct context *c, uint64_t va, bool made, uint64_t **above) {
    uint64_t *t = table(c->root);

    for (unsigned l = LEVELS - 1; l > 0; l--) {
        uint64_t *e = &t[va >> (12 + 9 * l) & 511];

        if (*e == 0) {
            uint32_t page = made ? take_page(c) : NONE;

            if (page == NONE)
                return NULL;
            *e = (uint64_t)(uintptr_t)table(page) >> 2 | PTE_V;
        }
        *above = e;
        t = (uint64_t *)(uintptr_t)((*e >> 10 & PPN) << 12);
    }
    return &t[va >> 12 & 511];
}

static void install(uint64_t va, uint64_t at, const struct walk *w) {
    uint64_t *above, *e = entry(now, va, true, &above);

    if (e == NULL) { /* out of pages: all anew */
        shadow_flush_all();
        e = entry(now, va, true, &above);
    }
    if (w->level == 1)
        *above |= PTE_SPLIT;
    now->giant |= w->level > 1;
    *e = at >> 12 << 10 | (uint64_t)w->perm << 1 | PTE_V | PTE_U | PTE_A | PTE_D;
}

bool shadow_fill(uint64_t va, unsigned need, struct walk *w) {
    unsigned perm;
    const void *at;

    if (need != FROND_X && now->class == CLASS_FETCH) {
        w->cause = 0;
        return false;
    }
    *w = walk(guest.priv, va, need);
    if (w->cause != 0)
        return false;
    at = memory_at(w->pa, need, &perm);
    if (at == NULL)
        return false;
    w->perm &= now->class == CLASS_FETCH ? FROND_X : perm;
    install(va, (uint64_t)(uintptr_t)at, w);
    counts[COUNT_fills]++;
    return true;
}

void shadow_flush_page(uint64_t va) {
    for (struct context *c = context; c < context + CONTEXTS; c++) {
        uint64_t *above = NULL, *e;

        if (c->root == NONE || c->satp == 0)
            continue;
        e = c->giant ? NULL : entry(c, va, false, &above);
        if (c->giant)
            release(c);
        else if (e != NULL && (*above & PTE_SPLIT) != 0)
            memset((void *)((uintptr_t)e & ~(uintptr_t)(FROND_PAGE_SIZE - 1)), 0, FROND_PAGE_SIZE);
        else if (e != NULL)
            *e = 0;
    }
    fence();
    shadow_select();
}
