// vmtwin.c: see vmtwin.h.
#include "vmtwin.h"

#include <string.h>

const uint8_t vm_words[VM_WORDS] = {0, 1, VM_TO | 3 << 4};
const uint8_t vm_perms[3] = {3, 0, 1};

enum { READ = 1, WRITE = 2, REAL = 0xff };

// A place is a real cell (node REAL, its number in at) or a gap in a node's map.
struct place {
    uint8_t node, at, need;
};

struct run {
    const struct vm_scope *sc;
    const struct vm_state *st;
    struct states *to;
    bool memory; // there was enough
};

struct vm_state vm_start(const struct vm_scope *sc) {
    struct vm_state st = {0};
    for (unsigned k = 0; k < sc->nodes; k++)
        st.cpu[k].mode = sc->kind != VM_ONE;
    return st;
}

static bool is_real(struct place p) { return p.node == REAL; }

static unsigned modes(const struct vm_scope *sc) { return sc->kind == VM_TWO ? 2 : 1; }

static bool child_of(const struct vm_scope *sc, unsigned j, unsigned k) {
    return j != 0 && sc->node[j].parent == k;
}

// The mode in which entries of a map are read.
static unsigned reading(const struct vm_scope *sc, unsigned mode) {
    return sc->kind == VM_TWO && !sc->apart ? 1 : mode;
}

static struct place resolve(const struct vm_scope *sc, const uint8_t *cell, unsigned k, unsigned x,
                            unsigned mode, unsigned need) {
    while (k != 0) {
        const struct vm_node *n = &sc->node[k];
        struct place e = resolve(sc, cell, n->parent, n->base[mode] + x, reading(sc, mode), READ);
        if (!is_real(e))
            return e;
        uint8_t word = cell[e.at];
        if (!(word & VM_TO) || !(word >> 4 & 3 & need))
            return (struct place){(uint8_t)k, (uint8_t)x, (uint8_t)need};
        x = word & 15;
        k = n->parent;
    }
    return (struct place){REAL, (uint8_t)x, 0};
}

// An access of the node in its mode.
static struct place at(const struct run *r, unsigned k, unsigned x, unsigned need) {
    unsigned mode = r->sc->kind == VM_TWO ? r->st->cpu[k].mode : 0;
    return resolve(r->sc, r->st->cell, k, x, mode, need);
}

static void emit(struct run *r, const struct vm_state *st) {
    r->memory = r->memory && states_add(r->to, st);
}

// Node k is left by what it was running, and sees an exit.
static struct vm_state leave(const struct run *r, unsigned k, enum vm_exit exit,
                             struct place args) {
    struct vm_state st = *r->st;
    st.top = (uint8_t)k;
    st.cpu[k].act = 0;
    st.cpu[k].exit = exit;
    st.cpu[k].arg[0] = args.node;
    st.cpu[k].arg[1] = args.at;
    st.cpu[k].arg[2] = args.need;
    return st;
}

static void fault(struct run *r, struct place gap) {
    unsigned mode = r->st->cpu[r->st->top].mode, owner = r->sc->node[gap.node].parent;
    struct vm_state st = leave(r, owner, VM_GAP, gap);
    if (r->sc->kind != VM_ONE)
        st.cpu[owner].mode = (uint8_t)(r->sc->kind == VM_TWO && r->sc->apart ? mode : 1);
    emit(r, &st);
}

static void put(struct run *r, struct place where, uint8_t word) {
    if (!is_real(where)) {
        fault(r, where);
        return;
    }
    struct vm_state st = *r->st;
    st.cell[where.at] = word;
    emit(r, &st);
}

// Address x of node k is part of a child's map of the mode.
static bool in_map(const struct vm_scope *sc, unsigned k, unsigned x, unsigned mode) {
    for (unsigned j = 1; j < sc->nodes; j++) {
        unsigned base = sc->node[j].base[mode];
        if (child_of(sc, j, k) && x >= base && x < base + sc->node[j].size)
            return true;
    }
    return false;
}

static bool in_maps(const struct vm_scope *sc, unsigned k, unsigned x) {
    return in_map(sc, k, x, 0) || (modes(sc) == 2 && in_map(sc, k, x, 1));
}

// ---- programs ----

static void programs(struct run *r) {
    unsigned k = r->st->top;
    for (unsigned x = r->sc->node[k].pool; x < r->sc->node[k].size; x++) {
        if (in_maps(r->sc, k, x))
            continue;
        struct place load = at(r, k, x, READ);
        if (!is_real(load))
            fault(r, load);
        for (unsigned w = 0; w < r->sc->words; w++)
            put(r, at(r, k, x, WRITE), vm_words[w]);
    }
}

static void leave_by_itself(struct run *r) {
    if (r->st->top == 0)
        return;
    struct vm_state st = leave(r, r->sc->node[r->st->top].parent, VM_IDLE, (struct place){0});
    emit(r, &st);
}

static void status_word(struct run *r) {
    unsigned k = r->st->top, x = r->sc->node[k].status;
    if (r->sc->kind != VM_TWO || x == VM_NONE)
        return;
    struct place where = at(r, k, x, WRITE);
    if (!is_real(where)) {
        fault(r, where);
        return;
    }
    for (uint8_t mode = 0; mode < 2; mode++) {
        struct vm_state st = *r->st;
        st.cell[where.at] = mode;
        st.cpu[k].mode = mode;
        emit(r, &st);
    }
}

// ---- VMMs ----

static bool acting(const struct run *r) {
    return r->sc->kind == VM_ONE || (r->sc->kind == VM_TWO && r->sc->apart) ||
           r->st->cpu[r->st->top].mode == 1;
}

// The VMM that runs looks after the maps of this mode.
static bool cares(const struct run *r, unsigned mode) {
    return mode < modes(r->sc) &&
           (r->sc->kind != VM_TWO || !r->sc->apart || r->st->cpu[r->st->top].mode == mode);
}

// The first of its maps' cells that the VMM cannot read; else a real place.
static struct place survey(const struct run *r) {
    unsigned k = r->st->top;
    for (unsigned x = 0; x < r->sc->node[k].size; x++)
        if ((cares(r, 0) && in_map(r->sc, k, x, 0)) || (cares(r, 1) && in_map(r->sc, k, x, 1))) {
            struct place p = at(r, k, x, READ);
            if (!is_real(p))
                return p;
        }
    return (struct place){REAL, 0, 0};
}

// The entry as its owner, which runs and has surveyed, reads it.
static uint8_t entry(const struct run *r, unsigned j, unsigned x, unsigned mode) {
    return r->st->cell[at(r, r->st->top, r->sc->node[j].base[mode] + x, READ).at];
}

static bool leads(uint8_t word, unsigned target) { return word & VM_TO && (word & 15u) == target; }

static bool may_give(const struct run *r, unsigned j, unsigned x, unsigned mode, unsigned target) {
    uint8_t old = entry(r, j, x, mode);
    if (r->sc->kind == VM_TWO && r->sc->apart && target % 2 != mode)
        return false;
    if (old & VM_TO)
        return leads(old, target);
    for (unsigned i = 1; i < r->sc->nodes; i++)
        for (unsigned y = 0; child_of(r->sc, i, r->st->top) && y < r->sc->node[i].size; y++)
            for (unsigned m = 0; m < 2; m++)
                if ((i != j || y != x) && cares(r, m) && leads(entry(r, i, y, m), target))
                    return false;
    return true;
}

static void give(struct run *r, unsigned j, unsigned x, unsigned mode) {
    unsigned k = r->st->top;
    for (unsigned t = 0; t < r->sc->node[k].pool; t++)
        for (unsigned p = 0; p < r->sc->perms && may_give(r, j, x, mode, t); p++)
            put(r, at(r, k, r->sc->node[j].base[mode] + x, WRITE),
                (uint8_t)(VM_TO | vm_perms[p] << 4 | t));
}

static void enter(struct run *r, unsigned j) {
    struct vm_state st = leave(r, r->st->top, VM_QUIET, (struct place){0});
    st.cpu[st.top].act = (uint8_t)j;
    for (st.top = (uint8_t)j; st.cpu[st.top].act; st.top = st.cpu[st.top].act)
        ;
    emit(r, &st);
}

static void vmm(struct run *r) {
    if (!acting(r))
        return;
    struct place gap = survey(r);
    if (!is_real(gap))
        fault(r, gap);
    for (unsigned j = 1; j < r->sc->nodes; j++) {
        if (!child_of(r->sc, j, r->st->top))
            continue;
        enter(r, j);
        for (unsigned x = 0; is_real(gap) && x < r->sc->node[j].size; x++)
            for (unsigned m = 0; m < 2; m++)
                if (cares(r, m))
                    give(r, j, x, m);
    }
}

// ---- interrupts ----

static void take(struct run *r) {
    unsigned k = r->st->top;
    if (!r->st->cpu[k].line || r->sc->node[k].vector == VM_NONE)
        return;
    struct place p = at(r, k, r->sc->node[k].vector, READ);
    if (!is_real(p)) {
        fault(r, p);
        return;
    }
    struct vm_state st = *r->st;
    st.cpu[k].line = 0;
    if (r->sc->kind != VM_ONE)
        st.cpu[k].mode = r->sc->itself || st.cell[p.at] == 1;
    emit(r, &st);
}

static void interrupts(struct run *r) {
    for (unsigned k = 0; k < r->sc->nodes; k++)
        if (r->sc->node[k].vector != VM_NONE && !r->st->cpu[k].line) {
            struct vm_state st = *r->st;
            st.cpu[k].line = 1;
            emit(r, &st);
        }
    take(r);
    for (unsigned k = r->st->top; k != 0;) {
        k = r->sc->node[k].parent;
        if (r->st->cpu[k].line) {
            struct vm_state st = leave(r, k, VM_INTERRUPT, (struct place){0});
            emit(r, &st);
        }
    }
}

// ---- sensitive instructions ----

static void sensitive(struct run *r) {
    if (r->sc->kind != VM_SENS || r->st->top == 0)
        return;
    for (uint8_t mode = 0; mode < 2; mode++) {
        struct vm_state st = leave(r, 0, VM_SENSITIVE, (struct place){r->st->top, mode, 0});
        st.cpu[0].mode = 1;
        emit(r, &st);
    }
}

static void interpret(struct run *r) {
    unsigned k = r->st->top;
    if (r->st->cpu[k].exit != VM_SENSITIVE || r->st->cpu[k].mode != 1)
        return;
    unsigned j = r->st->cpu[k].arg[0];
    struct vm_state st = leave(r, k, VM_QUIET, (struct place){0});
    if (r->sc->node[j].parent == k) {
        st.cpu[j].mode = st.cpu[j].mode == 1 ? r->st->cpu[k].arg[1] : 1;
    } else {
        while (r->sc->node[j].parent != k)
            j = r->sc->node[j].parent;
        st.cpu[k].act = st.top = (uint8_t)j;
        st.cpu[j] = r->st->cpu[k]; // the exit
        st.cpu[j].act = 0;
        st.cpu[j].mode = 1;
        st.cpu[j].line = r->st->cpu[j].line;
    }
    emit(r, &st);
}

bool vm_step(const struct vm_scope *sc, const struct vm_state *st, struct states *to) {
    struct run r = {sc, st, to, true};
    programs(&r);
    leave_by_itself(&r);
    status_word(&r);
    vmm(&r);
    interrupts(&r);
    sensitive(&r);
    interpret(&r);
    return r.memory;
}

// ---- what must hold ----

// The real cells of node k's addresses, or of those among them that hold maps, as a set of bits.
static uint32_t image(const struct vm_scope *sc, const struct vm_state *st, unsigned k, bool map) {
    uint32_t set = 0;
    for (unsigned x = 0; x < sc->node[k].size; x++)
        for (unsigned m = 0; m < modes(sc); m++) {
            struct place p = resolve(sc, st->cell, k, x, map ? reading(sc, m) : m, READ);
            if (is_real(p) && (!map || in_maps(sc, k, x)))
                set |= 1u << p.at;
        }
    return set;
}

bool vm_ok(const struct vm_scope *sc, const struct vm_state *st) {
    for (unsigned k = 0; k < sc->nodes; k++) {
        uint32_t taken = image(sc, st, k, true);
        for (unsigned j = 1; j < sc->nodes; j++)
            if (child_of(sc, j, k)) {
                uint32_t cells = image(sc, st, j, false);
                if (cells & taken)
                    return false;
                taken |= cells;
            }
    }
    return true;
}
