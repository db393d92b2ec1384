/* checkthm.c - see model.h: the theorems, and the scopes in which they are checked. */
#include "model.h"
#include <string.h>

const struct model_theorem model_theorems[] = {
    {.name = "T1", .title = "Theorem 1: one mode", .modes = 1, .read_only = 1, .trees = TREE_ALL,
     .cells = {8, 3, 1}},
    {.name = "T1-io", .title = "the same with a device: DMA, interrupts (remark 5)", .modes = 1,
     .io = 1, .trees = TREE_COUNTED, .cells = {8, 2, 1}},
    {.name = "T2", .title = "Theorem 2: two modes, P into P, NP into NP", .modes = 2,
     .cells = {8, 2, 1}},
    {.name = "T2-apart", .title = "the same, P and NP memories apart", .modes = 2, .apart = 1,
     .trees = TREE_COUNTED, .cells = {8, 2, 1}},
    {.name = "T2-io", .title = "Theorem 2 with a device", .modes = 2, .io = 2, .cells = {8, 1, 1}},
    {.name = "T3", .title = "Theorem 3: sensitive instructions trap and are interpreted",
     .modes = 1, .sens = 1, .trees = TREE_COUNTED, .cells = {8, 2, 1}},
    {.name = "SHARED", .title = "SHARED gives up what both marked, no more", .modes = 1,
     .shared = 1, .trees = TREE_COUNTED, .cells = {8, 2, 1}},
    {.name = "ROGUE", .title = "an arbitrary VMM harms only what is below it", .modes = 1,
     .rogue = 1, .trees = TREE_COUNTED, .cells = {8, 2, 1}},
    {.name = "R2", .title = "remark 2: two children may each have all the core, in turn",
     .modes = 1, .all_core = 1, .cells = {6, 2, 1}},
};
const unsigned model_theorem_count = sizeof model_theorems / sizeof model_theorems[0];

const struct model_drop model_drops[VM_DROP_COUNT] = {
#define X(id, name, theorem, text) {name, theorem, text},
    VM_DROPS(X)
#undef X
};

const struct model_theorem *model_find(const char *name)
{
    for (unsigned i = 0; i < model_theorem_count; i++)
        if (strcmp(model_theorems[i].name, name) == 0)
            return &model_theorems[i];
    return NULL;
}

bool model_counted(const struct vm_scope *sc)
{
    for (unsigned k = 1; k < sc->nodes; k++)
        if (sc->level[k] == 2 && sc->nodes > 3)
            return true;
    return false;
}

/* Memory of a tree's nodes: as asked, but a VMM has room for its tables, a cell of its own where
 * `own`, and one to give. */
static void furnish(struct vm_scope *sc, const unsigned *cells)
{
    unsigned tables[VM_NODES] = {0}, level[VM_NODES] = {0};

    for (unsigned k = 1; k < sc->nodes; k++)
        level[k] = level[sc->parent[k]] + 1;
    for (unsigned k = sc->nodes; k-- > 0;) {
        unsigned least = tables[k] ? tables[k] + sc->own + 1 : 0;
        bool window = sc->io == 1 || (sc->io == 2 && level[k] == 1 && tables[k] == 0);

        sc->cells[k] = (uint8_t)(k == 0 || cells[level[k]] > least ? cells[level[k]] : least);
        tables[sc->parent[k]] += (sc->cells[k] + window) * (sc->apart ? 1u : sc->modes);
    }
}

/* The same tree with its siblings in another order is left out. */
static bool canonical(const struct vm_scope *sc)
{
    for (unsigned k = 2; k < sc->nodes; k++)
        if (sc->parent[k] == sc->parent[k - 1] && sc->kids[k] > sc->kids[k - 1])
            return false;
    return true;
}

static bool wanted(const struct model_theorem *t, const struct model_size *size, unsigned drop,
                   const struct vm_scope *sc)
{
    if (!canonical(sc) || (t->rogue && sc->kids[1] == 0))
        return false;
    if (t->all_core)
        return sc->nodes == 3 && sc->parent[2] == 0;
    if (model_counted(sc))
        return size->nodes || t->trees != TREE_ONE || sc->kids[0] == 2;
    return (size->nodes || t->trees == TREE_ALL) && drop == VM_DROP_COUNT;
}

static bool make_scope(const struct model_theorem *t, const struct model_size *size, unsigned drop,
                       struct vm_scope *sc)
{
    unsigned cells[CHECK_LEVELS];

    for (unsigned l = 0; l < CHECK_LEVELS; l++)
        cells[l] = size->cells[l] ? size->cells[l] : t->cells[l];
    sc->bits = (uint8_t)(size->bits ? size->bits : 1);
    sc->modes = t->modes;
    sc->apart = t->apart;
    sc->read_only = t->read_only;
    sc->own = t->read_only;
    sc->io = t->io;
    sc->sens = t->sens;
    sc->shared = t->shared;
    sc->rogue = t->rogue ? 1 : VM_NO_ROGUE;
    sc->sink = 0xff;
    sc->drop = drop < VM_DROP_COUNT ? 1ull << drop : 0;
    if (drop == VM_DROP_ROGUE_ROOT)
        sc->rogue = 0;
    if (drop == VM_DROP_SINK) { /* promised: all the core and all secondary memory */
        sc->sink = 1;
        cells[1]++;
    }
    furnish(sc, cells);
    return vm_layout(sc);
}

/* Trees as sequences of parents that do not decrease, up to 3 levels. The next one, or false. */
static bool next_tree(uint8_t *parent, unsigned *nodes, unsigned most)
{
    for (unsigned i = *nodes; i-- > 2;)
        if (parent[i] + 1u < i && (parent[parent[i] + 1] == 0)) {
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

unsigned model_scopes(const struct model_theorem *t, const struct model_size *size, unsigned drop,
                      struct vm_scope *out)
{
    uint8_t parent[VM_NODES + 1] = {0};
    unsigned nodes = 2, most = size->nodes ? size->nodes : 4, n = 0;

    if (most > VM_NODES)
        most = VM_NODES;
    do {
        struct vm_scope sc = {.nodes = (uint8_t)nodes};

        memcpy(sc.parent, parent, VM_NODES);
        if (make_scope(t, size, drop, &sc) && wanted(t, size, drop, &sc) && n < MODEL_SCOPES)
            out[n++] = sc;
    } while (next_tree(parent, &nodes, most));
    return n;
}

const char *model_missing(const struct model_theorem *t, const struct vm_scope *sc,
                          const struct check_result *r)
{
    const struct check_counts *n = &r->n;

    for (unsigned l = 1; l < CHECK_LEVELS && model_counted(sc); l++)
        if (n->map[l] == 0 || n->gap[l] == 0 || n->fault[l - 1] == 0)
            return "a level without a map written, a gap met or a fault delivered";
    for (unsigned c = 1; t->all_core && c < sc->nodes; c++)
        if (n->all_core[c] == 0)
            return "a child that never has all of the core";
    if (t->io && n->irq == 0)
        return "an interrupt";
    if (t->shared && n->shared == 0)
        return "a shared cell";
    if (t->sens != (n->interpreted != 0))
        return t->sens ? "an interpreted instruction" : "no interpretation at all";
    return NULL;
}
