// vmcount.c: how many states the explorer reaches in systems of virtual machines, and Maude's searches for the same.
//
//     vmcount [--long] I/N counts   a line a search: its name, the states that it meets, 1 if it ends at a bad one
//     vmcount [--long] I/N maude    the same scopes as modules, and the searches in spec/vm.maude, in the same order
//
// I/N: each N-th scope, from number I on.
// A scope with all hypotheses has no bad state, which both judge. With one dropped, both count all states without
// judging any, and then both find the shortest story: no bad state in a step less, one in as many steps.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../check/check.h"

struct row {
    const char *name;
    const char *tree;  // a digit a node: its parent
    const char *cells; // a digit or letter (a is 10) a node: its cells; see vm_layout
    uint8_t modes, apart, read_only, own, io, sens, shared;
    uint8_t rogue;    // node, or 0: none
    uint8_t sink;     // with the hypothesis "sink"
    const char *drop; // NULL: none
    bool forth;       // without the way back, which takes Maude as long as all the rest
    bool slow;        // all states only with --long
};

// clang-format off
static const struct row rows[] = {
    {"one mode, a child, read-only", "00", "52", .modes = 1, .read_only = 1},
    {"one mode, each of two may have all", "000", "522", .modes = 1},
    {"one mode, a grandchild, a VMM's own cell", "001", "531", .modes = 1, .read_only = 1, .own = 1},
    {"one mode, a grandchild and a sibling", "0001", "8211", .modes = 1},
    {"one mode, the same as in Theorem 1", "0001", "8331", .modes = 1, .read_only = 1, .own = 1, .forth = true},
    {"one mode, two grandchildren", "0011", "8411", .modes = 1, .read_only = 1, .own = 1, .forth = true, .slow = true},
    {"a device", "000", "611", .modes = 1, .io = 1},
    {"a device, a grandchild", "001", "631", .modes = 1, .io = 1},
    {"a device, a grandchild and a sibling", "0001", "6311", .modes = 1, .io = 1, .slow = true},
    {"two modes, two children", "000", "611", .modes = 2},
    {"two modes, a grandchild", "001", "631", .modes = 2, .forth = true},
    {"two modes apart, two children", "000", "611", .modes = 2, .apart = 1},
    {"two modes apart, a grandchild", "001", "621", .modes = 2, .apart = 1},
    {"two modes apart, and a sibling", "0001", "6321", .modes = 2, .apart = 1, .forth = true, .slow = true},
    {"two modes, a device", "00", "61", .modes = 2, .io = 2},
    {"two modes apart, a device", "00", "61", .modes = 2, .io = 2, .apart = 1},
    {"sensitive, a grandchild", "001", "421", .modes = 1, .sens = 1},
    {"sensitive, a grandchild and a sibling", "0001", "4211", .modes = 1, .sens = 1, .slow = true},
    {"SHARED, two children", "000", "422", .modes = 1, .shared = 1},
    {"SHARED, a grandchild and a sibling", "0001", "4211", .modes = 1, .shared = 1},
    {"an arbitrary VMM", "0001", "4211", .modes = 1, .rogue = 1},
    {"an arbitrary VMM, two grandchildren", "0011", "4311", .modes = 1, .rogue = 1, .slow = true},

    {.drop = "map-reach", .tree = "00", "41", .modes = 1},
    {.drop = "map-reach", .tree = "000", "411", .modes = 1, .slow = true},
    {.drop = "vmm-reach", .tree = "001", "531", .modes = 1, .own = 1},
    {.drop = "gap-silent", .tree = "001", "521", .modes = 1},
    {.drop = "gap-high", .tree = "001", "521", .modes = 1},
    {.drop = "gap-low", .tree = "001", "521", .modes = 1},
    {.drop = "overlap", .tree = "000", "411", .modes = 1},
    {.drop = "alias", .tree = "00", "42", .modes = 1},
    {.drop = "content", .tree = "001", "521", .modes = 1},
    {.drop = "instant", .tree = "001", "521", .modes = 1},
    {.drop = "io-absolute", .tree = "000", "611", .modes = 1, .io = 1},
    {.drop = "dma-absolute", .tree = "00", "61", .modes = 1, .io = 1},
    {.drop = "vector-absolute", .tree = "00", "61", .modes = 1, .io = 1},
    {.drop = "defer", .tree = "001", "431", .modes = 1, .io = 1},
    {.drop = "mask", .tree = "00", "61", .modes = 1, .io = 1},
    {.drop = "acknowledge", .tree = "001", "431", .modes = 1, .io = 1},
    {.drop = "mode-level", .tree = "001", "621", .modes = 2, .apart = 1},
    {.drop = "psw-shared", .tree = "000", "611", .modes = 2},
    {.drop = "psw-overlap", .tree = "000", "611", .modes = 2},
    {.drop = "auto-mode", .tree = "00", "61", .modes = 2, .io = 2},
    {.drop = "sensitive-psw", .tree = "00", "41", .modes = 1, .sens = 1},
    {.drop = "sensitive-absolute", .tree = "001", "421", .modes = 1, .sens = 1},
    {.drop = "sensitive-other-map", .tree = "001", "421", .modes = 1, .sens = 1},
    {.drop = "sensitive-physical", .tree = "001", "421", .modes = 1, .sens = 1},
    {.drop = "sensitive-mmr", .tree = "00", "41", .modes = 1, .sens = 1},
    {.drop = "trap-mode", .tree = "000", "411", .modes = 1, .sens = 1},
    {.drop = "trap-vector", .tree = "001", "421", .modes = 1, .sens = 1},
    {.drop = "shared-one", .tree = "000", "411", .modes = 1, .shared = 1},
    {.drop = "shared-map", .tree = "0001", "4211", .modes = 1, .shared = 1, .slow = true},
    {.drop = "sink", .tree = "000", "522", .modes = 1, .sink = 1},
    {.drop = "rogue-root", .tree = "00", "31", .modes = 1},
};
// clang-format on

static const char *const drops[] = {
#define X(id, name, theorem, text) name,
    VM_DROPS(X)
#undef X
};

static uint8_t digit(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static uint64_t drop_of(const char *name) {
    for (unsigned d = 0; name && d < VM_DROP_COUNT; d++)
        if (strcmp(drops[d], name) == 0)
            return 1ull << d;
    return 0;
}

static struct vm_scope scope_of(const struct row *r) {
    struct vm_scope sc = {.nodes = (uint8_t)strlen(r->tree),
                          .bits = 1,
                          .modes = r->modes,
                          .apart = r->apart,
                          .read_only = r->read_only,
                          .own = r->own,
                          .io = r->io,
                          .sens = r->sens,
                          .shared = r->shared,
                          .rogue = r->rogue ? r->rogue : VM_NO_ROGUE,
                          .sink = r->sink,
                          .drop = drop_of(r->drop)};
    for (unsigned k = 0; k < sc.nodes; k++) {
        sc.parent[k] = digit(r->tree[k]);
        sc.cells[k] = digit(r->cells[k]);
    }
    if (vm_dropped(&sc, VM_DROP_ROGUE_ROOT))
        sc.rogue = 0;
    if ((r->drop && !sc.drop) || !vm_layout(&sc)) {
        fprintf(stderr, "%s: no such hypothesis, or the scope does not fit\n",
                r->name ? r->name : r->drop);
        exit(2);
    }
    return sc;
}

static struct check_result run(const struct row *r, const struct vm_scope *sc, bool plain) {
    struct check_system system = {
        .scope = sc, .size = sc->size, .init = vmsystem_init, .expand = vmsystem_expand};
    struct check_options o = {.threads = 2, .max_memory = 4ull << 30, .plain = plain};
    struct explorer *e = explorer_new(&system, &o);
    struct check_result got = {.end = CHECK_NO_MEMORY};
    if (e)
        got = explorer_run(e);
    explorer_free(e);
    if (got.end == CHECK_NO_MEMORY) {
        fprintf(stderr, "%s: out of memory\n", r->name ? r->name : r->drop);
        exit(2);
    }
    return got;
}

// ---- counts ----

// The length of the shortest story of a row with a hypothesis dropped.
static unsigned story_of(const struct row *r, const struct vm_scope *sc) {
    struct check_result got = run(r, sc, false);
    if (got.end == CHECK_BAD)
        return got.steps;
    fprintf(stderr, "%s: nothing is wrong without it\n", r->drop);
    exit(1);
}

static void print_counts(const struct row *r, const struct vm_scope *sc, bool all) {
    if (!r->drop) {
        struct check_result got = run(r, sc, false);
        printf("vm: %s|%llu%s|0\n", r->name, (unsigned long long)got.states,
               got.end == CHECK_COMPLETE ? "" : ", the last bad");
        return;
    }
    unsigned steps = story_of(r, sc);
    if (all)
        printf("vm: without %s|%llu|0\n", r->drop, (unsigned long long)run(r, sc, true).states);
    if (steps > 1)
        printf("vm: without %s, nothing bad in %u|-|0\n", r->drop, steps - 1);
    printf("vm: without %s, a bad state in %u|-|1\n", r->drop, steps);
}

// ---- Maude ----

static void print_number(const char *name, unsigned n) { printf("    eq %s = %u .\n", name, n); }

static void print_truth(const char *name, bool b) {
    printf("    eq %s = %s .\n", name, b ? "true" : "false");
}

static void print_nodes(const char *name, const struct vm_scope *sc, const uint8_t *of) {
    for (unsigned k = 0; k < sc->nodes; k++)
        printf("    eq %s(%u) = %u .\n", name, k, of[k]);
}

// struct vm_scope as equations of VM-SCOPE.
static void print_module(unsigned id, const struct vm_scope *sc) {
    printf("mod VM-%u is\n    including VM .\n", id);
    print_number("nodes", sc->nodes);
    print_number("bits", sc->bits);
    print_number("modes", sc->modes);
    print_number("sinkSize", sc->sink);
    print_number("rogue", sc->rogue);
    print_truth("apart", sc->apart);
    print_truth("readOnly", sc->read_only);
    print_truth("own", sc->own);
    print_truth("sens", sc->sens);
    print_truth("shared", sc->shared);
    print_truth("anyDropped", sc->drop != 0);
    for (unsigned d = 0; d < VM_DROP_COUNT; d++)
        printf("    eq dropped(%s) = %s .\n", drops[d],
               vm_dropped(sc, (enum vm_drop)d) ? "true" : "false");
    print_nodes("parent", sc, sc->parent);
    print_nodes("level", sc, sc->level);
    print_nodes("cells", sc, sc->cells);
    print_nodes("addrs", sc, sc->addrs);
    print_nodes("logical", sc, sc->logical);
    print_nodes("frame", sc, sc->frame);
    for (unsigned k = 0; k < sc->nodes; k++)
        printf("    eq leaf(%u) = %s .\n", k, vm_leaf(sc, k) ? "true" : "false");
    for (unsigned k = 1; k < sc->nodes; k++)
        for (unsigned m = 0; m < sc->modes; m++)
            printf("    eq tab(%u, %u) = %u .\n", k, m, sc->tab[k][m]);
    printf("endm\n");
}

static void print_searches(const struct row *r, unsigned id, const struct vm_scope *sc, bool all) {
    static const char search[] =
        "search [1, %u] in VM-%u : start =>* S:State such that bad(S:State) .\n";
    if (!r->drop) {
        printf("search [1] in VM-%u : %s =>* S:State such that bad(S:State) .\n", id,
               r->forth ? "forth" : "start");
        return;
    }
    unsigned steps = story_of(r, sc);
    if (all)
        printf("search [1] in VM-%u : plainly =>* S:State such that false .\n", id);
    if (steps > 1)
        printf(search, steps - 1, id);
    printf(search, steps, id);
}

static void print_row(unsigned id, bool slow, bool maude) {
    const struct row *r = &rows[id];
    struct vm_scope sc = scope_of(r);
    bool all = slow || !r->slow;
    if (!all && !r->drop)
        return;
    if (maude) {
        print_module(id, &sc);
        print_searches(r, id, &sc, all);
    } else {
        print_counts(r, &sc, all);
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    bool slow = argc > 1 && strcmp(argv[1], "--long") == 0;
    unsigned part, parts;
    if (argc == 3 + slow && sscanf(argv[1 + slow], "%u/%u", &part, &parts) == 2 && part < parts &&
        (strcmp(argv[2 + slow], "counts") == 0 || strcmp(argv[2 + slow], "maude") == 0)) {
        for (unsigned i = part; i < sizeof rows / sizeof *rows; i += parts)
            print_row(i, slow, strcmp(argv[2 + slow], "maude") == 0);
        return 0;
    }
    fprintf(stderr, "usage: vmcount [--long] I/N counts | maude\n");
    return 2;
}
