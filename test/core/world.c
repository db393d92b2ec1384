/* world.c - see world.h. */
#include "world.h"
#include <stdlib.h>

uint64_t alloc_left = UINT64_MAX, alloc_one, alloc_held;
bool alloc_refused, alloc_wrong;
unsigned harts_held;
const struct core_scheme *world_scheme = &core_flat;

uint64_t dice(struct world *w, uint64_t n) {
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    uint64_t r = w->random >> 33 ^ w->random >> 11;
    return n ? r % n : 0;
}

struct frond_desc *desc_of(struct world *w, unsigned node) {
    if (node == 0)
        return &w->desc0;
    return (struct frond_desc *)(void *)(w->arena + w->page_of[node] * PAGE);
}

struct frond_desc *level_desc(struct world *w, unsigned level) {
    return desc_of(w, w->path[level]);
}

/* ---- The hart that core calls ------------------------------------------------------------------- */

static struct hart *hart_of(struct core_ctx *ctx) {
    if (!ctx->isa) {
        ctx->isa = calloc(1, sizeof(struct hart));
        harts_held++;
    }
    return ctx->isa;
}

static enum core_issue trapped(struct core_issued *out, uint32_t cause) {
    out->cause = cause;
    return CORE_ISSUE_TRAP;
}

static enum core_issue issue(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out) {
    struct world *w = opaque;
    const struct frond_desc *d = level_desc(w, level);
    uint64_t pte, at = d->csr.satp + va / PAGE * 8;
    uint32_t page;

    *out = (struct core_issued){
        .pa = va, .perm = 7, .mode = d->mode == FROND_MODE_U ? CORE_NP : CORE_P};
    if (d->mode == FROND_MODE_M)
        return CORE_ISSUE_OK;
    if (va / PAGE >= 512)
        return trapped(out, access & FROND_W ? 15 : 13);
    if (is_private(at))
        return trapped(out, access & FROND_W ? 7 : 5);
    if (!core_peek(&w->core, level, CORE_P, at, FROND_R, &page)) {
        *out = (struct core_issued){.pa = at, .need = FROND_R};
        return CORE_ISSUE_NEED;
    }
    core_use_pt(&w->core, page, w->core.path[level].ctx, 0);
    memcpy(&pte, w->arena + page * PAGE + at % PAGE, 8);
    out->perm = pte >> 1 & ((pte >> 1 & FROND_R) != 0 ? 7 : FROND_X);
    out->pa = pte / PAGE * PAGE + va % PAGE;
    if ((pte & PTE_VALID) == 0 || (out->perm & access) != access)
        return trapped(out, access & FROND_W ? 15 : 13);
    return CORE_ISSUE_OK;
}

static void issuer_state(void *opaque, unsigned level, uint64_t out[4]) {
    struct world *w = opaque;
    const struct frond_desc *d = level_desc(w, level);

    out[0] = d->csr.satp;
    out[1] = d->mode;
    out[2] = hart_of(w->core.path[level].ctx)->changes;
    out[3] = 0;
}

static uint64_t plain_from(void *opaque, unsigned level) {
    return level_desc(opaque, level)->mode == FROND_MODE_M ? PRIVATE_END * PAGE : UINT64_MAX;
}

static void drop(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last) {
    struct hart *h = hart_of(ctx);

    (void)opaque;
    for (unsigned i = 0; i < KEPT; i++)
        if (h->kept[i].number >= first / PAGE && h->kept[i].number <= last / PAGE)
            h->kept[i].used = false;
    h->stretched = false;
}

static void drop_all(void *opaque, struct core_ctx *ctx) {
    struct world *w = opaque;

    memset(hart_of(ctx)->kept, 0, sizeof hart_of(ctx)->kept);
    hart_of(ctx)->stretched = false;
    core_void_pt(&w->core, ctx);
}

static void protect(void *opaque, struct core_ctx *ctx, uint32_t page) {
    struct hart *h = hart_of(ctx);

    (void)opaque;
    for (unsigned i = 0; i < KEPT; i++)
        if (page == CORE_NO_PAGE || h->kept[i].page == page)
            h->kept[i].write = false;
    h->stretched &= h->stretch_need != FROND_W ||
                    (page != CORE_NO_PAGE &&
                     page - h->stretch.offset / PAGE > (h->stretch.last - h->stretch.first) / PAGE);
}

static void pt_changed(void *opaque, struct core_ctx *ctx, uint64_t tag, uint64_t old,
                       uint64_t new) {
    struct world *w = opaque;

    (void)tag;
    if ((old & PTE_VALID) == 0 || old == new)
        return;
    hart_of(ctx)->changes++;
    if (ctx->on_path && w->core.path[w->core.top].ctx != ctx)
        w->core.stale = true;
}

static bool code_changed(void *opaque, uint32_t page, unsigned off, unsigned len) {
    (void)opaque, (void)page, (void)off, (void)len;
    return true;
}

static void free_isa(void *opaque, struct core_ctx *ctx) {
    (void)opaque;
    harts_held -= ctx->isa != NULL;
    free(ctx->isa);
}

/* What is allocated has its size before it, and behind it what is no pointer and must stay. */
enum { SIZE_ROOM = 16, GUARD = 64, GUARD_BYTE = 0xff };

static void *allocate(void *opaque, size_t size) {
    (void)opaque;
    bool refuse = alloc_left == 0 || alloc_one == 1;

    alloc_one -= alloc_one != 0;
    alloc_refused |= refuse;
    if (refuse)
        return NULL;
    alloc_left -= alloc_left != UINT64_MAX;
    uint8_t *p = calloc(1, SIZE_ROOM + size + GUARD);
    if (!p)
        return NULL;
    memcpy(p, &size, sizeof size);
    memset(p + SIZE_ROOM + size, GUARD_BYTE, GUARD);
    alloc_held += size;
    return p + SIZE_ROOM;
}

static void release(void *opaque, void *p, size_t size) {
    const uint8_t *bytes = p;
    size_t was;

    (void)opaque;
    if (!p)
        return;
    memcpy(&was, bytes - SIZE_ROOM, sizeof was);
    alloc_wrong |= size != was;
    for (unsigned i = 0; i < GUARD; i++)
        alloc_wrong |= bytes[was + i] != GUARD_BYTE;
    alloc_held -= was;
    free((uint8_t *)p - SIZE_ROOM);
}

/* ---- The path ------------------------------------------------------------------------------------ */

bool world_push(struct world *w, unsigned node) {
    unsigned level = w->core.empty ? 0 : w->core.top + 1;

    w->path[level] = node;
    if (level > 0)
        level_desc(w, level - 1)->active = node * PAGE | 4;
    return core_push(&w->core, w->page_of[node], desc_of(w, node));
}

void world_pop(struct world *w) {
    core_pop(&w->core);
    core_activate(&w->core);
}

void world_reenter(struct world *w) {
    unsigned top = w->core.top;
    do {
        w->core.stale = false;
        while (!w->core.empty)
            core_pop(&w->core);
        for (unsigned l = 0; l <= top; l++)
            world_push(w, w->path[l]);
    } while (w->core.stale);
}

void world_settle(struct world *w) {
    if (w->core.stale)
        world_reenter(w);
}

/* ---- What VMMs write ------------------------------------------------------------------------------ */

static uint64_t some_flags(struct world *w) {
    static const uint8_t flags[] = {7, 7, 7, 7, 15, 3, 1, 5, 2, 4, 6, 0, 8};

    return flags[dice(w, sizeof flags)];
}

struct frond_range some_range(struct world *w) {
    struct frond_range r = {.base = dice(w, SPACE) * PAGE, .flags = some_flags(w)};
    unsigned kind = (unsigned)dice(w, 40);

    r.size = (1 + dice(w, kind < 20 ? 4 : 60)) * PAGE;
    r.target = kind % 4 ? (r.base + dice(w, 4) * PAGE) % (SPACE * PAGE) : dice(w, SPACE) * PAGE;
    switch (kind) {
    case 0: r.base += 8; break;
    case 1: r.size += 1; break;
    case 2: r.target += 2048; break;
    case 3: r.flags |= 16ull << dice(w, 59); break;
    case 4: r.size = 0; break;
    case 5: r.size = UINT64_MAX - r.base + 1 + dice(w, 3) * PAGE - PAGE; break;
    case 6: r.target = UINT64_MAX - r.size + 1 + dice(w, 3) * PAGE - PAGE; break;
    case 7:
    case 8: r.base = LAST, r.size = 8 * PAGE; break;
    default: break;
    }
    return r;
}

static int by_base(const void *a, const void *b) {
    const struct frond_range *x = a, *y = b;

    return x->base < y->base ? -1 : x->base > y->base;
}

/* A table as a VMM would write it: everything, cut into n pieces, some of them changed. */
static unsigned make_table(struct world *w, struct frond_range *t, unsigned n) {
    uint64_t shift = dice(w, 3), at = dice(w, 3) * dice(w, 4), piece = SPACE / n;
    unsigned count = 0;

    for (unsigned i = 0; i < n && at < SPACE; i++) {
        uint64_t size = piece ? piece + dice(w, 3) : 1;
        t[count++] = (struct frond_range){at * PAGE, size * PAGE, (at + shift) * PAGE, 7};
        if (dice(w, 6) == 0)
            t[count - 1].flags = some_flags(w);
        if (dice(w, 10) == 0)
            t[count - 1].target = dice(w, SPACE) * PAGE;
        at += size + (dice(w, 5) == 0);
    }
    if (dice(w, 4) == 0)
        t[count++] = (struct frond_range){LAST, 8 * PAGE, dice(w, SPACE) * PAGE, 7};
    if (dice(w, 12) == 0) {
        t[dice(w, count)] = some_range(w);
        if (dice(w, 2))
            qsort(t, count, sizeof *t, by_base);
    }
    return count;
}

/* Where the issuer at the top of the path sees a page of the arena that may hold tables. */
static bool place_for_table(struct world *w, uint64_t *va) {
    uint64_t first = dice(w, SPACE);

    for (unsigned i = 0; i < SPACE; i++) {
        uint64_t number = (first + i) % SPACE;
        const struct frond_desc *d = level_desc(w, w->core.top);
        uint64_t pa = number * PAGE;
        struct verdict v;
        if (d->mode != FROND_MODE_M) {
            uint64_t pte;
            naive_resolve(w, w->core.top, CORE_P, d->csr.satp + number * 8, FROND_R, &v);
            if (v.a.what != CORE_RAM)
                return false;
            memcpy(&pte, w->arena + v.a.page * PAGE + number * 8, 8);
            if ((pte & 3) != 3)
                continue;
            pa = pte / PAGE * PAGE;
        }
        naive_resolve(w, w->core.top, d->mode == FROND_MODE_U ? CORE_NP : CORE_P, pa, FROND_R, &v);
        if (v.a.what == CORE_RAM && v.a.page >= DESCS && v.a.page < TABLES && !is_private(pa)) {
            *va = number * PAGE;
            return true;
        }
    }
    return false;
}

/* Bytes to where the child of the path's top would read its table. */
static void put_entry(struct world *w, uint64_t va, const struct frond_range *e) {
    uint64_t pa = va;
    const struct frond_desc *issuer = level_desc(w, w->core.top);
    struct verdict v;

    if (issuer->mode != FROND_MODE_M) {
        uint64_t pte;
        naive_resolve(w, w->core.top, CORE_P, issuer->csr.satp + va / PAGE * 8, FROND_R, &v);
        if (v.a.what != CORE_RAM || va / PAGE >= 512)
            return;
        memcpy(&pte, w->arena + v.a.page * PAGE + va / PAGE * 8, 8);
        pa = pte / PAGE * PAGE + va % PAGE;
    }
    naive_resolve(w, w->core.top, issuer->mode == FROND_MODE_U ? CORE_NP : CORE_P, pa, FROND_R, &v);
    if (v.a.what == CORE_RAM)
        core_store(&w->core, v.a.page, pa % PAGE, e, sizeof *e);
}

static void write_map(struct world *w, struct frond_map *m) {
    struct frond_range t[SPACE + 2];
    unsigned n = dice(w, 8) ? 1 + (unsigned)dice(w, 7) : 1 + (unsigned)dice(w, SPACE);
    uint64_t va = dice(w, SPACE) * PAGE;

    m->count = make_table(w, t, n);
    if (!place_for_table(w, &va) && dice(w, 8))
        m->count = 0;
    m->addr = va + dice(w, 128) * 32 * dice(w, 2);
    for (unsigned i = 0; i < m->count; i++)
        put_entry(w, m->addr + 32 * i, &t[i]);
}

/* ---- Making one ------------------------------------------------------------------------------------- */

/* f[0]: the arena from page 0 on, in pieces, now and then askew; a device behind page 110. */
static void make_root(struct world *w) {
    uint64_t at = 0;
    unsigned n = 0;

    while (n < ROOTS - 1 && at < PRIVATE) {
        uint64_t size = 10 + dice(w, 60);
        size = at + size > 110 ? 110 - at : size;
        w->root[n++] = (struct frond_range){at * PAGE, size * PAGE, at * PAGE,
                                            dice(w, 6) ? 7 : some_flags(w) & 7};
        at += size;
    }
    w->root[n++] = (struct frond_range){110 * PAGE, PAGE, CORE_ROOT_WINDOW | 3 * PAGE, 3};
    w->root[n++] = (struct frond_range){112 * PAGE, 16 * PAGE, 120 * PAGE, 7};
    w->core.root = w->root;
    w->core.root_count = n;
}

/* How a node issues: in M, or by a page table in a page of its own space. */
static void make_issuer(struct world *w, unsigned node) {
    struct frond_desc *d = desc_of(w, node);
    unsigned level = w->core.top;
    struct verdict v;

    d->mode = dice(w, 2) ? FROND_MODE_M : dice(w, 2) ? FROND_MODE_S : FROND_MODE_U;
    for (unsigned tries = 0; tries < 100 && d->mode != FROND_MODE_M; tries++) {
        d->csr.satp = dice(w, SPACE) * PAGE;
        naive_resolve(w, level, CORE_P, d->csr.satp, FROND_R, &v);
        if (is_private(d->csr.satp) || v.a.what != CORE_RAM || v.a.page < DESCS ||
            v.a.page >= TABLES)
            continue;
        static const uint8_t rights[] = {7, 7, 7, 7, 7, 7, FROND_R, FROND_R | FROND_W};
        uint64_t askew = dice(w, 3);
        for (uint64_t i = 0; i < 512; i++) {
            uint64_t to = dice(w, 12) ? i + askew : dice(w, SPACE);
            uint64_t pte = to * PAGE | (uint64_t)rights[dice(w, sizeof rights)] << 1 |
                           (dice(w, 20) ? PTE_VALID : 0);
            core_store(&w->core, v.a.page, (unsigned)i * 8, &pte, 8);
        }
        return;
    }
    d->mode = FROND_MODE_M;
}

void new_maps(struct world *w, unsigned node) {
    struct frond_desc d = *desc_of(w, node);

    write_map(w, &d.map_p);
    d.map_np = d.map_p;
    if (dice(w, 2))
        write_map(w, &d.map_np);
    core_store(&w->core, w->page_of[node], FROND_D_MAP_NP, &d.map_np, 2 * sizeof d.map_np);
}

/* A node below the one on top, put on the path. */
static bool grow(struct world *w, unsigned parent) {
    unsigned node = w->nodes++;
    const struct frond_desc d = {
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .label = node, .uid = node};

    w->parent[node] = parent;
    w->page_of[node] = node;
    core_store(&w->core, node, 0, &d, sizeof d);
    new_maps(w, node);
    world_settle(w);
    if (!world_push(w, node))
        return false;
    make_issuer(w, node);
    world_settle(w);
    return true;
}

/* A machine with no range in f[0], and no node on the path. */
static bool begin(struct world *w, uint64_t seed) {
    memset(w, 0, sizeof *w);
    w->random = seed;
    w->arena = aligned_alloc(PAGE, PAGES * PAGE);
    w->isa = (struct core_isa){.opaque = w,
                               .issue = issue,
                               .issuer_state = issuer_state,
                               .drop = drop,
                               .drop_all = drop_all,
                               .protect = protect,
                               .pt_changed = pt_changed,
                               .code_changed = code_changed,
                               .free_isa = free_isa,
                               .private_window = is_private,
                               .plain_from = plain_from,
                               .memory = {w, allocate, release}};
    w->page_of[0] = CORE_NO_PAGE;
    w->nodes = 1;
    if (!w->arena)
        return false;
    memset(w->arena, 0, PAGES * PAGE);
    bool ok = core_init(&w->core, &w->isa, w->arena, PAGES);
    w->core.scheme = world_scheme;
    return ok;
}

bool world_plain(struct world *w) {
    bool ok = begin(w, 0);

    w->root[0] = (struct frond_range){0, PRIVATE * PAGE, 0, 7};
    w->root[1] = (struct frond_range){110 * PAGE, PAGE, CORE_ROOT_WINDOW | 3 * PAGE, 3};
    w->root[2] = (struct frond_range){112 * PAGE, 16 * PAGE, (PAGES - 16) * PAGE, 7};
    w->core.root = w->root;
    w->core.root_count = 3;
    return ok && world_push(w, 0);
}

void plain_range(struct world *w, uint32_t table, unsigned index, struct frond_range pages) {
    pages.base *= PAGE, pages.size *= PAGE, pages.target *= PAGE;
    core_store(&w->core, table, index * sizeof pages, &pages, sizeof pages);
}

bool plain_enter(struct world *w, unsigned node, struct frond_map np, struct frond_map p) {
    const struct frond_desc d = {.magic = FROND_MAGIC,
                                 .version = FROND_ABI_VERSION,
                                 .label = (uint64_t)node << 33,
                                 .uid = node,
                                 .map_np = np,
                                 .map_p = p};

    w->page_of[node] = node;
    w->parent[node] = w->path[w->core.top];
    w->nodes = node < w->nodes ? w->nodes : node + 1;
    core_store(&w->core, node, 0, &d, sizeof d);
    return world_push(w, node);
}

bool world_new(struct world *w, uint64_t seed) {
    if (!begin(w, seed))
        return false;
    make_root(w);
    if (!world_push(w, 0))
        return false;
    make_issuer(w, 0);
    for (unsigned i = 0; i < 3 + dice(w, NODES - 4); i++) {
        while (w->core.top > 0 && (w->core.top == DEPTH - 1 || dice(w, 3) == 0))
            world_pop(w);
        if (!grow(w, w->path[w->core.top]))
            return false;
    }
    return true;
}

void world_free(struct world *w) {
    core_done(&w->core);
    free(w->arena);
}

uint64_t some_address(struct world *w, unsigned level) {
    struct frond_range e = w->root[dice(w, w->core.root_count)];
    uint64_t addr = dice(w, SPACE) * PAGE + dice(w, PAGE);

    if (level > 0) {
        unsigned mode = (unsigned)dice(w, 2);
        const struct frond_desc *d = level_desc(w, level);
        uint64_t count = mode == CORE_P ? d->map_p.count : d->map_np.count;
        if (!naive_entry(w, level, mode, dice(w, count), &e))
            return addr;
    }
    switch (dice(w, 9)) {
    case 0: return e.base;
    case 1: return e.base - 1;
    case 2: return e.base + e.size;
    case 3: return e.base + e.size - 1;
    case 4: return LAST + dice(w, 8 * PAGE);
    case 5: return e.base + dice(w, e.size);
    default: return addr;
    }
}
