/* cells.c - see cells.h. Built with page.h in front. */
#include "cells.h"
#include "../../core/core.h"
#include <stdlib.h>
#include <string.h>

enum { LEVELS = VM_NODES, PAGES = VM_ADDRS + VM_NODES, NOT_ONE = 0xff };

struct cells {
    const struct vm_scope *sc;
    struct core core;
    struct core_isa isa;
    struct frond_range root,
        ram[PAGES]; /* cells of node 0; then a page for each descriptor, in no map */
    struct frond_desc desc[VM_NODES];
    unsigned path[LEVELS], levels;
    bool no_memory;
};

/* ---- What core asks of an ISA: nothing ------------------------------------------------------------------------- */

static enum core_issue issue(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out) {
    (void)opaque, (void)level, (void)access;
    *out = (struct core_issued){.pa = va, .perm = FROND_R | FROND_W | FROND_X, .mode = CORE_P};
    return CORE_ISSUE_OK;
}

static void issuer_state(void *opaque, unsigned level, uint64_t out[4]) {
    (void)opaque, (void)level;
    memset(out, 0, 4 * sizeof *out);
}

static void drop(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last) {
    (void)opaque, (void)ctx, (void)first, (void)last;
}
static void nothing(void *opaque, struct core_ctx *ctx) { (void)opaque, (void)ctx; }
static void protect(void *opaque, struct core_ctx *ctx, uint32_t page) {
    (void)opaque, (void)ctx, (void)page;
}
static bool is_private(uint64_t addr) {
    (void)addr;
    return false;
}
/* Each page is looked up by itself. */
static uint64_t plain_from(void *opaque, unsigned level) {
    (void)opaque, (void)level;
    return UINT64_MAX;
}
static void *take(void *opaque, size_t size) {
    (void)opaque;
    return calloc(1, size);
}
static void give_back(void *opaque, void *p, size_t size) {
    (void)opaque, (void)size;
    free(p);
}

static const struct core_isa no_isa = {.issue = issue,
                                       .issuer_state = issuer_state,
                                       .drop = drop,
                                       .drop_all = nothing,
                                       .protect = protect,
                                       .free_isa = nothing,
                                       .private_window = is_private,
                                       .plain_from = plain_from,
                                       .memory = {NULL, take, give_back}};

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* An entry, the index-th of its table; what is no entry is not well formed. */
static struct frond_range entry(uint8_t cell, unsigned index) {
    uint64_t flags = vm_allows(cell, 0) ? FROND_R | (vm_allows(cell, 1) ? FROND_W : 0) : 0;

    if (cell < VM_ENTRY && cell != VM_OMEGA)
        return (struct frond_range){.flags = cell};
    return (struct frond_range){.base = (uint64_t)index * FROND_PAGE_SIZE,
                                .size = FROND_PAGE_SIZE,
                                .target = (uint64_t)vm_target(cell) * FROND_PAGE_SIZE,
                                .flags = flags};
}

/* Node 0's cells as pages: entries where they are reached as such, else what they hold. */
static void picture(const struct vm_scope *sc, const struct vm_state *s, struct frond_range *ram) {
    for (unsigned i = 0; i < sc->cells[0]; i++)
        ram[i] = (struct frond_range){.flags = s->mem[i]};
    for (unsigned k = 1; k < sc->nodes; k++)
        for (unsigned m = 0; m < sc->modes; m++)
            for (unsigned x = 0; x < sc->addrs[k]; x++) {
                struct vm_res at =
                    vm_naive(sc, s, sc->parent[k], vm_space(sc, m), 0, sc->tab[k][m] + x);

                if (at.ok)
                    ram[at.real] = entry(s->mem[at.real], x);
            }
}

static void store(struct cells *c, const struct frond_range *ram) {
    for (unsigned i = 0; i < c->sc->cells[0]; i++)
        if (memcmp(&c->ram[i], &ram[i], sizeof *ram) != 0)
            core_store(&c->core, i, 0, &ram[i], sizeof *ram);
}

/* ---- The path -------------------------------------------------------------------------------------------------- */

static unsigned path_to(const struct vm_scope *sc, unsigned run, unsigned *path) {
    for (unsigned k = run, l = sc->level[run];; k = sc->parent[k], l--) {
        path[l] = k;
        if (l == 0)
            return sc->level[run] + 1u;
    }
}

static void push(struct cells *c, unsigned k) {
    uint32_t page = k == 0 ? CORE_NO_PAGE : c->sc->cells[0] + k;

    if (!core_push(&c->core, page, &c->desc[k]))
        c->no_memory = true;
    else
        c->path[c->levels++] = k;
}

static void pop(struct cells *c) {
    core_pop(&c->core);
    c->levels--;
    if (!c->core.empty)
        core_activate(&c->core);
}

static void enter(struct cells *c, unsigned run) {
    unsigned path[LEVELS], n = path_to(c->sc, run, path);

    while (c->levels > n || (c->levels > 0 && c->path[c->levels - 1] != path[c->levels - 1]))
        pop(c);
    while (c->levels < n && !c->no_memory)
        push(c, path[c->levels]);
}

/* As the engine does: what is stale is suspended and entered again. */
static void settle(struct cells *c, unsigned run) {
    while (c->core.stale && !c->no_memory) {
        c->core.stale = false;
        while (c->levels > 0)
            pop(c);
        enter(c, run);
    }
}

void cells_drop(struct cells *c) { core_drop_all(&c->core); }

bool cells_store(struct cells *c, const struct vm_state *s) {
    struct frond_range ram[VM_ADDRS];

    picture(c->sc, s, ram);
    store(c, ram);
    settle(c, c->path[c->levels - 1]);
    return !c->no_memory;
}

bool cells_enter(struct cells *c, unsigned k) {
    enter(c, k);
    settle(c, k);
    return !c->no_memory;
}

/* What is no entry has no size. */
bool cells_differ(const struct cells *c, const struct vm_state *s) {
    struct frond_range ram[VM_ADDRS];

    picture(c->sc, s, ram);
    for (unsigned i = 0; i < c->sc->cells[0]; i++)
        if (memcmp(&ram[i], &c->ram[i], sizeof ram[i]) != 0 && (ram[i].size || c->ram[i].size))
            return true;
    return false;
}

/* ---- One access ------------------------------------------------------------------------------------------------ */

/* With one mode both maps of a descriptor are the one table. */
static unsigned mode_of(const struct vm_scope *sc, unsigned core_mode) {
    return sc->modes == 2 && core_mode == CORE_P ? VM_P : VM_NP;
}

struct vm_res cells_at(struct cells *c, unsigned k, unsigned m, unsigned write, unsigned x) {
    unsigned need = write ? FROND_W : FROND_R;
    struct core_answer a;
    struct vm_res none = {.node = NOT_ONE};

    core_resolve(&c->core, c->sc->level[k], m == VM_P ? CORE_P : CORE_NP,
                 (uint64_t)x * FROND_PAGE_SIZE + 8, need, &a);
    if (a.what == CORE_RAM)
        return (struct vm_res){.ok = true, .real = a.page & 0xff};
    if (a.what != CORE_GAP && a.what != CORE_BAD)
        return none;
    none.node = c->path[a.level] & 0xff;
    none.mode = mode_of(c->sc, a.mode) & 1;
    none.addr = (a.what == CORE_GAP ? a.addr : c->core.chain[a.level]) / FROND_PAGE_SIZE & 0xff;
    none.table = a.what == CORE_GAP && a.kind == FROND_FAULT_MAP;
    return none;
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

bool cells_fit(const struct vm_scope *sc) {
    return !sc->apart && !sc->io && !sc->sens && sc->rogue == VM_NO_ROGUE && sc->drop == 0;
}

static struct frond_map table_of(const struct vm_scope *sc, unsigned k, unsigned m) {
    return (struct frond_map){(uint64_t)sc->tab[k][m] * FROND_PAGE_SIZE, sc->addrs[k]};
}

struct cells *cells_new(const struct vm_scope *sc, enum cells_maps maps) {
    static const struct core_scheme *const schemes[] = {[CELLS_FLAT] = &core_flat,
                                                        [CELLS_PURE] = &core_pure,
                                                        [CELLS_HV] = &core_hv,
                                                        [CELLS_DISPLAY] = &core_display,
                                                        [CELLS_RMR] = &core_rmr};
    struct cells *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->sc = sc;
    c->isa = no_isa;
    c->root = (struct frond_range){0, (uint64_t)sc->cells[0] * FROND_PAGE_SIZE, 0,
                                   FROND_R | FROND_W | FROND_X};
    for (unsigned k = 1; k < sc->nodes; k++) {
        c->desc[k].label = c->desc[k].uid = k;
        c->desc[k].map_np = table_of(sc, k, VM_NP);
        c->desc[k].map_p = table_of(sc, k, sc->modes == 2 ? VM_P : VM_NP);
    }
    if (!core_init(&c->core, &c->isa, (uint8_t *)c->ram, PAGES)) {
        cells_free(c);
        return NULL;
    }
    c->core.scheme = schemes[maps];
    c->core.root = &c->root;
    c->core.root_count = 1;
    push(c, 0);
    if (!c->no_memory)
        return c;
    cells_free(c);
    return NULL;
}

void cells_free(struct cells *c) {
    if (!c)
        return;
    core_done(&c->core);
    free(c);
}
