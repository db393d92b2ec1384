/*
 * vm.h - the virtual machine systems of the first seed as one small machine, and the IRA beside it.
 *
 * A scope fixes a tree of nodes, what memory each has, and which hypotheses hold. Node 0's cells are
 * the only memory there is; a cell holds a datum or one map entry. The maps f and f* of a node lie in
 * cells of its parent, so above level 0 they lie in virtual memory themselves. One hart runs the top
 * of the active path. Leaves run arbitrary programs; VMMs do at any moment anything that a correct
 * VMM may do. Each state carries the IRA that has made the same steps: struct ira, ira.c.
 *
 * vm.c: scopes, states, composition (core/map.c's search, judged by a naive one). vmlist.c: what can
 * happen in a state. vmstep.c: what it does. No function here keeps state of its own.
 */
#ifndef FROND_MODEL_VM_H
#define FROND_MODEL_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VM_NODES = 5, VM_ADDRS = 24, VM_CELLS = 8, VM_STATE_MAX = 160, VM_ACTS = 512 };
enum { VM_RUNS = 9 + 7 * VM_NODES };

/* A cell: a datum below 0x80, or an entry: target and one of four permissions. An entry without any is
 * ω, and so is a cell of 0: memory that nobody has written maps nothing. */
enum { VM_ENTRY = 0x80, VM_OMEGA = 0, VM_R = 1, VM_RW = 2, VM_SHARED = 3 };
static inline uint8_t vm_entry(unsigned target, unsigned perm) {
    return (uint8_t)((VM_ENTRY | target << 2 | perm) & 0xff);
}
static inline unsigned vm_perm(uint8_t e) { return e & 3; }
static inline unsigned vm_target(uint8_t e) { return e >> 2 & 31; }
static inline bool vm_live(uint8_t e) { return e >= VM_ENTRY && vm_perm(e) != 0; }
static inline bool vm_allows(uint8_t e, unsigned write) {
    return e >= VM_ENTRY && vm_perm(e) >= (write ? VM_RW : VM_R);
}

enum { VM_NP, VM_P };

/* Hypotheses that can be dropped: id, name, theorem, what is then so. A number: of seed 1's examples. */
#define VM_DROPS(X)                                                                                \
    X(MAP_REACH, "map-reach", "T1", "a map lies inside a child's reach")                           \
    X(VMM_REACH, "vmm-reach", "T1", "memory of the VMM lies inside a child's reach")               \
    X(GAP_SILENT, "gap-silent", "T1", "an access to ω is not reported")                            \
    X(GAP_HIGH, "gap-high", "T1", "a gap is reported to the parent of the node that runs")         \
    X(GAP_LOW, "gap-low", "T1", "a gap is reported to level 0, whoever's it is")                   \
    X(OVERLAP, "overlap", "T1", "the VMM gives one cell to two children")                          \
    X(ALIAS, "alias", "T1", "the VMM gives one cell to two addresses of one child")                \
    X(CONTENT, "content", "T1", "the VMM gives a cell without its content")                        \
    X(INSTANT, "instant", "T1", "the maps of one composition are read at two instants")            \
    X(IO_ABS, "io-absolute", "T1-io", "4: a device is reached by its absolute address")            \
    X(DMA_ABS, "dma-absolute", "T1-io", "5: a device moves data by absolute address")              \
    X(VECTOR_ABS, "vector-absolute", "T1-io", "6: an interrupt vector has an absolute address")    \
    X(DEFER, "defer", "T1-io", "an interrupt takes the hart from whoever runs")                    \
    X(MASK, "mask", "T1-io", "an interrupt does not heed the mask")                                \
    X(ACK, "acknowledge", "T1-io", "an interrupt stays after it was taken")                        \
    X(MODE_LEVEL, "mode-level", "T2-apart", "level 1 of 3 uses its NP map for P accesses")         \
    X(PSW_SHARED, "psw-shared", "T2", "1: all nodes have one status register")                     \
    X(PSW_OVERLAP, "psw-overlap", "T2", "a status word is mapped onto a sibling's")                \
    X(AUTO_MODE, "auto-mode", "T2-io", "7: an interrupt itself sets an absolute status word")      \
    X(SENS_PSW, "sensitive-psw", "T3", "1: loading the absolute status word does not trap")        \
    X(SENS_ABS, "sensitive-absolute", "T3", "2: an access by absolute address does not trap")      \
    X(SENS_OTHER, "sensitive-other-map", "T3", "2: an access by another map does not trap")        \
    X(SENS_PHYS, "sensitive-physical", "T3", "3: an effect of the physical address, no trap")      \
    X(SENS_MMR, "sensitive-mmr", "T3", "8: writing an absolute map register does not trap")        \
    X(TRAP_MODE, "trap-mode", "T3", "the fault does not change to P-mode")                         \
    X(TRAP_VECTOR, "trap-vector", "T3", "the fault vector lies outside level 0")                   \
    X(SHARED_ONE, "shared-one", "SHARED", "one of the two marks is enough to share")               \
    X(SHARED_MAP, "shared-map", "SHARED", "a cell in which a child keeps its maps is shared")      \
    X(SINK, "sink", "R2", "secondary memory is part of what each child is promised")               \
    X(ROGUE_ROOT, "rogue-root", "ROGUE", "the arbitrary VMM is that of node 0")

enum vm_drop {
#define X(id, name, theorem, text) VM_DROP_##id,
    VM_DROPS(X)
#undef X
        VM_DROP_COUNT
};
#define VM_NO_ROGUE 0xff

struct vm_scope {
    uint8_t nodes, parent[VM_NODES], cells[VM_NODES]; /* parents before children; cells: memory */
    uint8_t bits;                                     /* of a datum */
    uint8_t modes;                                    /* 1 or 2 */
    uint8_t apart;                                    /* μ and μ* are two memories, not one */
    uint8_t read_only;                                /* entries may also be read-only */
    uint8_t own; /* VMMs above level 0 keep a cell for themselves */
    uint8_t io;  /* a device; 1: every node may get its window; 2: leaves of level 1 */
    uint8_t sens, shared;
    uint8_t rogue; /* node whose VMM is arbitrary, or VM_NO_ROGUE */
    uint8_t sink;  /* SINK: how many cells secondary memory holds */
    uint8_t alike; /* states that differ by an exchange of node 0's frames are one: vm_canonical */
    uint64_t drop; /* 1 << enum vm_drop */

    /* From vm_layout. */
    uint8_t level[VM_NODES], kids[VM_NODES];
    uint8_t addrs[VM_NODES];   /* addresses: memory, then the device window */
    uint8_t logical[VM_NODES]; /* cells of the node, both memories counted */
    uint8_t tab[VM_NODES][2];  /* where in the parent's space the map begins */
    uint8_t frame[VM_NODES];   /* first address that the VMM may give away */
    /* The bytes of struct vm_state that can change, in runs of up to 8: where, and where when packed. */
    struct vm_run {
        uint8_t at, to;
        uint64_t mask;
    } live[VM_RUNS];
    unsigned runs, size; /* size: bytes of a packed state */
};

/* The same programs, each on hardware of its own. Cells by number, not by address. */
struct ira {
    uint8_t cell[VM_NODES][VM_CELLS];
    uint8_t h[VM_NODES];   /* hart: the status word, or vector, fetched last */
    uint8_t dev[VM_NODES]; /* device: as vm_state.dev */
};

struct vm_state {
    uint8_t mem[VM_ADDRS]; /* node 0's cells */
    uint8_t sec[VM_NODES]
               [VM_CELLS];     /* content of cells that are not realized; kept by the parent */
    uint8_t run;               /* top of the active path */
    uint8_t act[VM_NODES];     /* the child in whose ENTER a node above level 0 stands, or 0 */
    uint8_t h[VM_NODES];       /* as in the IRA */
    uint8_t owner, dev;        /* device: whose; phase, address << 2, mode << 5 */
    uint8_t latch[3];          /* INSTANT: node, address, what its own map said */
    uint8_t real_p;            /* sens: the real machine is in P-mode */
    uint8_t trap[VM_NODES][3]; /* sens: at handler: node, enum vm_sens, argument */
    struct ira ira;
    uint8_t none[8]; /* 0; vm_pack reads whole words */
};
enum { DEV_IDLE, DEV_ARMED, DEV_DONE, DEV_PHASE = 3 };

enum vm_kind {
    VM_READ,
    VM_WRITE,
    VM_LPSW,
    VM_LATCH,
    VM_LATCHED,
    VM_SENS,
    VM_IO, /* a program's */
    VM_ENTER,
    VM_MAP,
    VM_UNMAP,
    VM_EMULATE, /* a VMM's */
    VM_PREEMPT,
    VM_DMA,
    VM_IRQ, /* nobody's */
    VM_KINDS
};
enum vm_sens { SENS_NONE, SENS_PSW, SENS_ABS, SENS_OTHER, SENS_PHYS, SENS_MMR, SENS_ENTER };

struct vm_act {
    uint8_t kind, node;
    uint8_t mode, x; /* address, in which space; SENS: x is enum vm_sens */
    uint8_t v;       /* datum, cell or target; SENS: argument */
    uint8_t child;   /* MAP, UNMAP, ENTER; PREEMPT: by whom */
    uint8_t perm;
};

/* What an address leads to: a cell of node 0, or a fault of one map. */
struct vm_res {
    uint32_t ok : 1, table : 1; /* table: met while the map of some level was read */
    uint32_t real : 8;
    uint32_t node : 8, mode : 1, addr : 8; /* fault: the map of this node, at this address of it */
};
struct vm_view {
    const struct vm_scope *sc;
    /* Entries that are not ω, as the VMMs that wrote them remember them. */
    unsigned entries;
    struct vm_entry_at {
        uint8_t child, mode, x, e, cell; /* cell: of the parent, which it leads to */
    } entry[2 * VM_NODES * VM_CELLS];
    const struct vm_state *naive; /* not NULL: look up in this state, one by one; res is not used */
    struct vm_res res[VM_NODES][2][2][VM_CELLS]; /* node above level 0, mode, write, address */
};
/* An access of node k: mode, write, address. */
struct vm_res vm_at(const struct vm_view *v, unsigned k, unsigned m, unsigned write, unsigned x);

enum vm_fate { VM_NONE, VM_DONE, VM_FAULT };

/* What is wrong: id, text. */
#define VM_BADS(X)                                                                                 \
    X(OK, "nothing")                                                                               \
    X(SEARCH, "the search and the naive look-up differ")                                           \
    X(VIEW, "a cell differs from what the node's own machine holds")                               \
    X(STATUS, "a status differs from that of the node's own machine")                              \
    X(DEVICE, "a device differs from that of the node's own machine")                              \
    X(FORBIDDEN, "the node's own machine cannot make this step")                                   \
    X(ROOT, "memory of node 0's VMM was changed by another")                                       \
    X(FAULT, "a VMM was told of a gap that is not in its maps")                                    \
    X(CONTROL, "a node was started or stopped by one that is not its ancestor")                    \
    X(DISJOINT, "two children have one cell")                                                      \
    X(MUBAR, "a child's image meets its VMM's memory")                                             \
    X(PRIVILEGE, "the real machine is in P-mode, and not in level 0's VMM")                        \
    X(INTERPRETED, "a VMM interpreted an instruction")                                             \
    X(STUCK, "a step of the node's own machine that no service by VMMs lets it make")

enum vm_bad {
#define X(id, text) VM_BAD_##id,
    VM_BADS(X)
#undef X
        VM_BAD_COUNT
};

struct vm_out {
    enum vm_fate fate;
    struct vm_res at;  /* FAULT */
    struct vm_act ira; /* the step that the IRA makes; kind VM_KINDS: none */
    bool interpreted;
    enum vm_bad bad;
};

static inline bool vm_dropped(const struct vm_scope *sc, enum vm_drop d) {
    return sc->drop >> d & 1;
}
/* The space in which the table of a mode lies and its VMM works on it. */
static inline unsigned vm_space(const struct vm_scope *sc, unsigned m) {
    return sc->modes == 2 && !sc->apart ? VM_P : m;
}
/* The cell that an address of a node names. A window is none of its memories', and one in both modes. */
static inline unsigned vm_cell(const struct vm_scope *sc, unsigned k, unsigned m, unsigned x) {
    return k != 0 && sc->apart && (m == VM_P || x >= sc->cells[k]) ? x + sc->cells[k] : x;
}
/* A device of k that was told to store at address v of it: of its memory, however large v is. */
static inline uint8_t vm_armed(const struct vm_scope *sc, unsigned k, unsigned v, unsigned mode) {
    return (uint8_t)(DEV_ARMED | v % sc->cells[k] << 2 | mode << 5);
}
static inline unsigned vm_mode(const struct vm_scope *sc, const struct vm_state *s, unsigned k) {
    return sc->modes == 2 ? s->h[k] & 1 : VM_NP;
}
static inline bool vm_leaf(const struct vm_scope *sc, unsigned k) { return sc->kids[k] == 0; }
/* Or the same. */
static inline bool vm_below(const struct vm_scope *sc, unsigned node, unsigned ancestor) {
    while (node > ancestor)
        node = sc->parent[node];
    return node == ancestor;
}
/* Of the arbitrary VMM's subtree. */
static inline bool vm_wild(const struct vm_scope *sc, unsigned k) {
    return sc->rogue != VM_NO_ROGUE && vm_below(sc, k, sc->rogue);
}

/* Fills the lower half of a scope. False: it does not fit. Node 0 gets what it needs, at least. */
bool vm_layout(struct vm_scope *sc);
void vm_init(const struct vm_scope *sc, struct vm_state *s);
/* Nothing in the scope tells one of node 0's frames from another: no device, no absolute address, no program that
 * may write entries. Then a state and the same with its frames exchanged have the same future but for the exchange. */
bool vm_symmetric(const struct vm_scope *sc);
/* Frames are the cells from frame[0] on that node 0 gives away. Exchanges them, with what leads to them, so that those
 * in use stand in the order in which node 0's tables name them, the others behind by content: of all
 * states that differ by an exchange the same one. vm_do ends with it where sc->alike. */
void vm_canonical(const struct vm_scope *sc, struct vm_state *s);
/* To VM_STATE_MAX bytes: sc->size of the state, and some of 0, to a multiple of 8 at least. */
void vm_pack(const struct vm_scope *sc, const struct vm_state *s, uint8_t *to);
void vm_unpack(const struct vm_scope *sc, const uint8_t *from, struct vm_state *s);

/* Compositions of a state by core's search: all, or those that a step may need (of the path to the node
 * that runs, and to the device's owner). And the same by need, naively. */
void vm_compose(const struct vm_scope *sc, const struct vm_state *s, bool all, struct vm_view *v);
struct vm_view vm_naive_view(const struct vm_scope *sc, const struct vm_state *s);
/* One, by a linear scan. */
struct vm_res vm_naive(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned m,
                       unsigned write, unsigned x);
/* The one judged by the other: accesses of node k, and of all. */
bool vm_node_ok(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                unsigned k);
bool vm_search_ok(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v);
/* A cell of a node wherever it is: realized, or kept by its parent. */
uint8_t vm_logical(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned cell);
/* An entry as it stands, and as the VMM that wrote it remembers it. */
uint8_t vm_mapped(const struct vm_scope *sc, const struct vm_state *s, unsigned child, unsigned m,
                  unsigned x);
uint8_t vm_known(const struct vm_scope *sc, const struct vm_state *s, unsigned child, unsigned m,
                 unsigned x);

struct vm_use { /* who else has cell y of a VMM, as asked for address x of a child */
    bool others, unshared, elsewhere; /* other children; one without SHARED, one not at its 0 */
    bool alias;                       /* another cell of this child */
    bool mine;                        /* the same cell of this child, in the other mode */
    uint8_t entry;                    /* mine */
};
struct vm_use vm_use_of(const struct vm_view *v, unsigned c, unsigned m, unsigned x, unsigned y);
/* What might happen; at most VM_ACTS. Some may turn out VM_NONE. */
unsigned vm_actions(const struct vm_scope *sc, const struct vm_state *s, struct vm_act *out);
/* Whether a correct VMM may do it, and a device, now. */
bool vm_enabled(const struct vm_view *v, const struct vm_state *s, const struct vm_act *a);
/* Makes one; v: of s. The IRA in t has made its step as well. */
struct vm_out vm_do(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                    const struct vm_act *a, struct vm_state *t);

/* ira.c. False: the machine cannot make this step. */
bool ira_step(const struct vm_scope *sc, struct ira *g, const struct vm_act *a);
void ira_init(const struct vm_scope *sc, struct ira *g);
/* Is the state what the IRA in it says, for all nodes, and are the walls up? *node, *cell: whose. */
enum vm_bad ira_judge(const struct vm_scope *sc, const struct vm_state *s, unsigned *node,
                      unsigned *cell);
/* Whether some service by VMMs lets `a` be made: the way back of the bisimulation. */
bool ira_served(const struct vm_scope *sc, const struct vm_state *s, const struct vm_act *a);

#endif
