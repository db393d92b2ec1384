/* theorem.c - see check.h: the theorems, and the scopes in which they are checked. */
#include "check.h"
#include <string.h>

const struct check_theorem check_theorems[] = {
    {.name = "T1",
     .title = "Theorem 1: one mode",
     .modes = 1,
     .read_only = 1,
     .trees = TREE_ALL,
     .cells = {8, 3, 1, 1}},
    {.name = "T1-io",
     .title = "the same with a device: DMA, interrupts (remark 5)",
     .modes = 1,
     .io = 1,
     .trees = TREE_COUNTED,
     .cells = {8, 2, 1, 1}},
    {.name = "T2",
     .title = "Theorem 2: two modes, P into P, NP into NP",
     .modes = 2,
     .cells = {8, 2, 1, 1}},
    {.name = "T2-apart",
     .title = "the same, P and NP memories apart",
     .modes = 2,
     .apart = 1,
     .trees = TREE_COUNTED,
     .cells = {8, 2, 1, 1}},
    {.name = "T2-io",
     .title = "Theorem 2 with a device",
     .modes = 2,
     .io = 2,
     .cells = {8, 1, 1, 1}},
    {.name = "T3",
     .title = "Theorem 3: sensitive instructions trap and are interpreted",
     .modes = 1,
     .sens = 1,
     .trees = TREE_COUNTED,
     .cells = {8, 2, 1, 1}},
    {.name = "SHARED",
     .title = "SHARED gives up what both marked, no more",
     .modes = 1,
     .shared = 1,
     .trees = TREE_COUNTED,
     .cells = {8, 2, 1, 1}},
    {.name = "ROGUE",
     .title = "an arbitrary VMM harms only what is below it",
     .modes = 1,
     .rogue = 1,
     .trees = TREE_COUNTED,
     .cells = {8, 2, 1, 1}},
    {.name = "R2",
     .title = "remark 2: two children may each have all the core, in turn",
     .modes = 1,
     .all_core = 1,
     .cells = {6, 2, 1, 1}},
    {.name = "NK", .title = "the nested kernel on frames: K1 to K4", .kind = CHECK_NK},
    {.name = "NK-TABLES", .title = "the nested kernel on page tables", .kind = CHECK_TABLES},
};
const unsigned check_theorem_count = sizeof check_theorems / sizeof check_theorems[0];

const struct check_drop check_drops[CHECK_DROPS] = {
#define X(id, name, theorem, text) {name, theorem, text},
    VM_DROPS(X)
#undef X
#define X(id, name, text) {name, "NK-TABLES", text},
        NKT_DROPS(X)
#undef X
            {"nk-around", "NK", "a store of a client's is not asked of the nested kernel"},
};

const struct check_theorem *check_find(const char *name) {
    for (unsigned i = 0; i < check_theorem_count; i++)
        if (strcmp(check_theorems[i].name, name) == 0)
            return &check_theorems[i];
    return NULL;
}

bool check_counted(const struct vm_scope *sc) {
    bool grandchild = false, sibling = false;

    for (unsigned k = 1; k < sc->nodes; k++) {
        grandchild |= sc->level[k] == 2;
        sibling |= sc->kids[sc->parent[k]] > 1;
    }
    return grandchild && sibling;
}

/* Memory of a tree's nodes: as asked, but a VMM has room for its tables, a cell of its own where
 * `own`, and as many to give as one access below may need at once: a leaf's one cell; a VMM's whole table,
 * which a search may read, and what is needed above it. */
static void furnish(struct vm_scope *sc, const unsigned *cells) {
    unsigned tables[VM_NODES] = {0}, give[VM_NODES] = {0}, level[VM_NODES] = {0};

    for (unsigned k = 1; k < sc->nodes; k++)
        level[k] = level[sc->parent[k]] + 1;
    for (unsigned k = sc->nodes; k-- > 0;) {
        unsigned p = sc->parent[k], need = tables[k] ? tables[k] + give[k] : 1;
        unsigned least = tables[k] ? need + (k != 0 && sc->own) : 0;
        bool window = sc->io == 1 || (sc->io == 2 && level[k] == 1 && tables[k] == 0);

        sc->cells[k] = (uint8_t)(cells[level[k]] > least ? cells[level[k]] : least);
        give[p] = give[p] > need ? give[p] : need;
        tables[p] += (sc->cells[k] + window) * (sc->apart && p != 0 ? 1u : sc->modes);
    }
}

/* The same tree with its siblings in another order is left out. */
static bool canonical(const struct vm_scope *sc) {
    for (unsigned k = 2; k < sc->nodes; k++)
        if (sc->parent[k] == sc->parent[k - 1] && sc->kids[k] > sc->kids[k - 1])
            return false;
    return true;
}

static bool wanted(const struct check_theorem *t, const struct check_size *size, unsigned drop,
                   const struct vm_scope *sc) {
    bool siblings = false;

    for (unsigned k = 0; k < sc->nodes; k++)
        siblings |= sc->kids[k] > 1;
    if (!canonical(sc) || (t->rogue && sc->kids[1] == 0) || (t->shared && !siblings))
        return false;
    if (t->all_core)
        return sc->nodes == 3 && sc->parent[2] == 0;
    if (check_counted(sc))
        return size->nodes || t->trees != TREE_ONE || sc->kids[0] == 2;
    return (size->nodes || t->trees == TREE_ALL) && drop == CHECK_NO_DROP;
}

static unsigned deepest(const struct vm_scope *sc) {
    unsigned level[VM_NODES] = {0}, most = 0;

    for (unsigned k = 1; k < sc->nodes; k++) {
        level[k] = level[sc->parent[k]] + 1;
        most = level[k] > most ? level[k] : most;
    }
    return most;
}

/* What the theorem and the dropped hypothesis say of a scope. */
static void set_flags(const struct check_theorem *t, unsigned drop, struct vm_scope *sc) {
    bool rich = t->read_only && deepest(sc) < 3; /* below, it would be too many states */

    sc->modes = t->modes;
    sc->apart = t->apart;
    sc->read_only = rich;
    sc->own = rich;
    sc->io = t->io;
    sc->sens = t->sens;
    sc->shared = t->shared;
    sc->rogue = drop == VM_DROP_ROGUE_ROOT ? 0 : t->rogue ? 1 : VM_NO_ROGUE;
    /* What every child is promised besides the core, and one cell to exchange through. */
    sc->sink = drop == VM_DROP_SINK ? 2 : 0xff;
    sc->drop = drop < (unsigned)VM_DROP_COUNT ? 1ull << drop : 0;
}

static bool make_scope(const struct check_theorem *t, const struct check_size *size, unsigned drop,
                       struct vm_scope *sc) {
    unsigned cells[CHECK_LEVELS];

    for (unsigned l = 0; l < CHECK_LEVELS; l++)
        cells[l] = size->cells[l] ? size->cells[l] : t->cells[l];
    sc->bits = (uint8_t)(size->bits ? size->bits : 1);
    set_flags(t, drop, sc);
    if (drop == VM_DROP_SINK) /* promised: all the core and all secondary memory */
        cells[1]++;
    furnish(sc, cells);
    sc->alike = size->symmetry && vm_symmetric(sc);
    return vm_layout(sc);
}

bool check_rebuild(const struct check_scope *given, struct check_run *run) {
    const struct check_theorem *t = check_find(given->theorem);
    struct vm_scope *sc = &run->vm;
    struct check_run all[8];
    unsigned n, left_out = 0;

    run->drop = CHECK_NO_DROP;
    for (unsigned i = 0; i < CHECK_DROPS; i++)
        if (given->drop != NULL && strcmp(check_drops[i].name, given->drop) == 0)
            run->drop = i;
    if (t == NULL || (given->drop != NULL && run->drop == CHECK_NO_DROP))
        return false;
    run->theorem = t;
    if (t->kind != CHECK_VM) {
        n = check_runs(t, &(struct check_size){0}, run->drop, all, 8, &left_out);
        if (given->number < n)
            *run = all[given->number];
        return given->number < n;
    }
    memset(sc, 0, sizeof *sc);
    if (given->nodes < 2 || given->nodes > VM_NODES || given->bits < 1 || given->bits > 3)
        return false;
    sc->nodes = (uint8_t)given->nodes;
    sc->bits = (uint8_t)given->bits;
    for (unsigned k = 0; k < sc->nodes; k++) {
        if ((k != 0 && given->parent[k] >= k) || given->cells[k] == 0 ||
            given->cells[k] > (k == 0 ? VM_ADDRS : VM_CELLS))
            return false;
        sc->parent[k] = k == 0 ? 0 : given->parent[k];
        sc->cells[k] = given->cells[k];
    }
    set_flags(t, run->drop, sc);
    sc->alike = given->symmetry;
    if (sc->alike && !vm_symmetric(sc))
        return false;
    return deepest(sc) < CHECK_LEVELS && vm_layout(sc) && sc->cells[0] == given->cells[0];
}

/* Trees as sequences of parents that do not decrease, up to CHECK_LEVELS levels. The next one, or false. */
static bool next_tree(uint8_t *parent, unsigned *nodes, unsigned most) {
    uint8_t level[VM_NODES + 1] = {0};

    for (unsigned i = 1; i < *nodes; i++)
        level[i] = level[parent[i]] + 1;
    for (unsigned i = *nodes; i-- > 2;)
        if (parent[i] + 1u < i && level[parent[i] + 1] < CHECK_LEVELS - 1) {
            uint8_t p = (uint8_t)(parent[i] + 1);

            for (unsigned j = i; j < *nodes; j++)
                parent[j] = p;
            return true;
        }
    if (++*nodes > most)
        return false;
    memset(parent, 0, *nodes);
    return true;
}

static unsigned vm_runs(const struct check_theorem *t, const struct check_size *size, unsigned drop,
                        struct check_run *out, unsigned room, unsigned *left_out) {
    uint8_t parent[VM_NODES + 1] = {0};
    unsigned nodes = 2, most = size->nodes ? size->nodes : 4, n = 0;

    do {
        struct vm_scope sc = {.nodes = (uint8_t)nodes};

        memcpy(sc.parent, parent, VM_NODES);
        bool fits = make_scope(t, size, drop, &sc) && n < room;

        if (!wanted(t, size, drop, &sc))
            continue;
        if (fits)
            out[n++] = (struct check_run){.theorem = t, .drop = drop, .vm = sc};
        else
            ++*left_out;
    } while (next_tree(parent, &nodes, most < VM_NODES ? most : VM_NODES));
    return n;
}

/* A page more than levels, at least: a chain of tables, and a page to map. */
static unsigned tables_runs(const struct check_theorem *t, unsigned drop, struct check_run *out,
                            unsigned room) {
    static const struct nkt_scope scopes[] = {{3, 2, 1, 0}, {4, 1, 2, 0}, {4, 1, 3, 0}};
    unsigned n = 0;

    for (unsigned i = drop == CHECK_NO_DROP ? 0 : 2; i < 3 && n < room; i++) {
        out[n] = (struct check_run){.theorem = t, .drop = drop, .number = n, .tables = scopes[i]};
        if (drop != CHECK_NO_DROP)
            out[n].tables.drop = 1u << (drop - VM_DROP_COUNT);
        n++;
    }
    return n;
}

unsigned check_runs(const struct check_theorem *t, const struct check_size *size, unsigned drop,
                    struct check_run *out, unsigned room, unsigned *left_out) {
    unsigned n = 0;

    switch (t->kind) {
    case CHECK_VM: return vm_runs(t, size, drop, out, room, left_out);
    case CHECK_TABLES: return tables_runs(t, drop, out, room);
    case CHECK_NK:
        for (; n < NK_SCOPES && n < room; n++)
            out[n] = (struct check_run){.theorem = t, .drop = drop, .number = n};
    }
    return n;
}

bool check_has_maps(const struct check_theorem *t) {
    return t->kind == CHECK_VM && !t->apart && !t->io && !t->sens && !t->rogue;
}

struct check_system check_system_of(const struct check_run *run) {
    switch (run->theorem->kind) {
    case CHECK_NK: return nk_system(run->number, run->drop != CHECK_NO_DROP);
    case CHECK_TABLES: return nkt_system(&run->tables);
    case CHECK_VM: break;
    }
    if (run->maps != CELLS_NONE)
        return (struct check_system){.scope = run,
                                     .size = run->vm.size,
                                     .init = mapsystem_init,
                                     .expand = mapsystem_expand,
                                     .done = mapsystem_done};
    return (struct check_system){
        .scope = &run->vm, .size = run->vm.size, .init = vmsystem_init, .expand = vmsystem_expand};
}

const char *check_missing(const struct check_run *run, const struct check_result *r) {
    const struct check_theorem *t = run->theorem;
    const struct vm_scope *sc = &run->vm;
    const uint64_t *n = r->count;

    if (n[COUNT_STEPS] == 0)
        return "a step";
    if (t->kind != CHECK_VM)
        return NULL;
    if (run->maps != CELLS_NONE && n[COUNT_ASKED] == 0)
        return "a step after which the resolver is asked";
    for (unsigned l = 1; l <= deepest(sc); l++)
        if (n[COUNT_MAP + l] == 0 || n[COUNT_GAP + l] == 0 || n[COUNT_FAULT + l - 1] == 0)
            return "a level without a map written, a gap met or a fault delivered";
    if (t->all_core && (n[COUNT_FULL] == 0 || n[COUNT_FULL + 1] == 0))
        return "a child that never has all of the core";
    if (t->io && n[COUNT_IRQ] == 0)
        return "an interrupt";
    if (t->shared && n[COUNT_SHARED] == 0)
        return "a shared cell";
    if (t->sens != (n[COUNT_INTERPRETED] != 0))
        return t->sens ? "an interpreted instruction" : "no interpretation at all";
    return NULL;
}
