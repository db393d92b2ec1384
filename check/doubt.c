/*
 * doubt.c - see check_priv.h: what is wrong with a state, judged a second time.
 *
 * Written from the definitions for the verifier: no function of model/ that composes, searches or judges is
 * called, only those that say where in a state something stands. Every look-up scans.
 */
#include "check_priv.h"
#include <stdlib.h>
#include <string.h>

/* ---- VM systems ------------------------------------------------------------------------------------- */

static uint8_t content(const struct vm_scope *sc, const struct vm_state *s, unsigned k,
                       unsigned cell);

/* The entry of child c at x, in the map of mode m, as it stands. */
static uint8_t entry(const struct vm_scope *sc, const struct vm_state *s, unsigned c, unsigned m,
                     unsigned x) {
    unsigned p = sc->parent[c];

    return content(sc, s, p, vm_cell(sc, p, vm_space(sc, m), sc->tab[c][m] + x));
}

/* A cell of k: where an entry of its parent's leads, or what its parent keeps of it. */
static uint8_t content(const struct vm_scope *sc, const struct vm_state *s, unsigned k,
                       unsigned cell) {
    unsigned p = sc->parent[k];

    if (k == 0)
        return cell < sc->cells[0] ? s->mem[cell] : 1; /* a device's window is no entry */
    for (unsigned m = 0; m < sc->modes; m++)
        for (unsigned x = 0; x < sc->cells[k]; x++) {
            uint8_t e = vm_cell(sc, k, m, x) == cell ? entry(sc, s, k, m, x) : 0;

            if (e >= VM_ENTRY && vm_perm(e) != 0)
                return vm_target(e) < sc->cells[p]
                           ? content(sc, s, p, vm_cell(sc, p, m, vm_target(e)))
                           : 0x7f;
        }
    return s->sec[k][cell];
}

/* The entry as k's VMM wrote it last: on node 0 it is where it was written, above it stands in the IRA. */
static uint8_t written(const struct vm_scope *sc, const struct vm_state *s, unsigned c, unsigned m,
                       unsigned x) {
    unsigned p = sc->parent[c], cell = vm_cell(sc, p, vm_space(sc, m), sc->tab[c][m] + x);

    return p == 0 ? s->mem[cell] : s->ira.cell[p][cell];
}

/* Has k, which has children, given this cell to one of them? */
static bool given(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned cell) {
    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned m = 0; sc->parent[c] == k && m < sc->modes; m++)
            for (unsigned x = 0; x < sc->cells[c]; x++) {
                uint8_t e = written(sc, s, c, m, x);

                if (e >= VM_ENTRY && vm_perm(e) != 0 && vm_cell(sc, k, m, vm_target(e)) == cell)
                    return true;
            }
    return false;
}

static bool view_wrong(const struct vm_scope *sc, const struct vm_state *s, unsigned k,
                       unsigned cell) {
    bool own = sc->kids[k] == 0 || cell % sc->cells[k] < sc->frame[k];

    if (sc->drop >> VM_DROP_PSW_OVERLAP & 1 && cell % sc->cells[k] == 0)
        return false;
    return content(sc, s, k, cell) != s->ira.cell[k][cell] && (own || !given(sc, s, k, cell));
}

/* One cell of a parent in the hands of two children, of which one did not mark it SHARED; or a VMM's own. */
static enum vm_bad walls_wrong(const struct vm_scope *sc, const struct vm_state *s) {
    struct {
        uint8_t child, parent, cell, perm;
    } seen[VM_NODES * 2 * VM_CELLS];
    unsigned n = 0;

    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned m = 0; m < sc->modes; m++)
            for (unsigned x = 0; x < sc->addrs[c]; x++) {
                unsigned p = sc->parent[c];
                uint8_t e = entry(sc, s, c, m, x);

                if (e < VM_ENTRY || vm_perm(e) == 0 || p == sc->rogue)
                    continue;
                if (vm_target(e) < sc->frame[p])
                    return VM_BAD_MUBAR;
                seen[n].child = (uint8_t)c;
                seen[n].parent = (uint8_t)p;
                seen[n].cell = (uint8_t)vm_cell(sc, p, m, vm_target(e));
                seen[n++].perm = (uint8_t)vm_perm(e);
            }
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < i; j++)
            if (seen[i].parent == seen[j].parent && seen[i].cell == seen[j].cell &&
                seen[i].child != seen[j].child &&
                (seen[i].perm != VM_SHARED || seen[j].perm != VM_SHARED))
                return VM_BAD_DISJOINT;
    return VM_BAD_OK;
}

static enum vm_bad vm_doubt(const struct vm_scope *sc, const struct vm_state *s) {
    for (unsigned k = 1; k < sc->nodes; k++) {
        if (sc->rogue != 0 && vm_wild(sc, k))
            continue;
        for (unsigned cell = 0; cell < sc->logical[k]; cell++)
            if (view_wrong(sc, s, k, cell))
                return VM_BAD_VIEW;
        if (s->h[k] != s->ira.h[k])
            return VM_BAD_STATUS;
        if (sc->io && s->ira.dev[k] != (s->owner == k ? s->dev : 0))
            return VM_BAD_DEVICE;
    }
    if (sc->drop != 0)
        return VM_BAD_OK;
    if (sc->sens && (s->real_p != 0) != (s->run == 0))
        return VM_BAD_PRIVILEGE;
    return walls_wrong(sc, s);
}

/* ---- A step that nothing lets be made ------------------------------------------------------------- */

enum { SERVED = 1 << 15 }; /* states of service looked at; more than any small scope has */

/* A VMM's step, as opposed to a program's. */
static bool service(const struct vm_act *a) {
    return a->kind == VM_ENTER || a->kind == VM_MAP || a->kind == VM_UNMAP ||
           a->kind == VM_EMULATE || a->kind == VM_PREEMPT;
}

struct shelf { /* states found, without an index: this is for counterexamples of a few steps */
    struct vm_state *at;
    unsigned n;
};

static void put(struct shelf *b, const struct vm_state *s) {
    for (unsigned i = 0; i < b->n; i++)
        if (memcmp(&b->at[i], s, sizeof *s) == 0)
            return;
    if (b->n < SERVED)
        b->at[b->n++] = *s;
}

/* Makes all steps of service from s, and the one that is wanted. True: that was made. */
static bool serve_once(const struct vm_scope *sc, const struct vm_state *s,
                       const struct vm_act *want, struct shelf *b) {
    struct vm_act acts[VM_ACTS];
    struct vm_view v = vm_naive_view(sc, s);
    unsigned n = vm_actions(sc, s, acts);
    bool traps = want->kind == VM_SENS || (want->kind == VM_ENTER && sc->sens);
    struct vm_state t;

    for (unsigned j = 0; j < n; j++) {
        bool same = memcmp(&acts[j], want, sizeof *want) == 0;
        struct vm_out o;

        if (!same && !service(&acts[j]))
            continue;
        o = vm_do(sc, s, &v, &acts[j], &t);
        if (same && o.fate == VM_DONE && !traps)
            return true;
        /* An instruction that traps is made when a VMM has interpreted it, and not passed it on. */
        if (o.fate == VM_DONE && o.interpreted && traps &&
            (want->kind == VM_SENS ? o.ira.kind == VM_SENS : vm_below(sc, t.run, want->child)))
            return true;
        if (o.fate != VM_NONE)
            put(b, &t);
    }
    return false;
}

/* Is the step made from some state to which the VMMs can bring the system? True also where there is no
 * memory to tell: then it has not been shown to be stuck. */
static bool served(const struct vm_scope *sc, const struct vm_state *from,
                   const struct vm_act *want) {
    struct shelf b = {.at = malloc(SERVED * sizeof *b.at)};
    bool made = b.at == NULL;

    if (b.at != NULL)
        put(&b, from);
    for (unsigned i = 0; i < b.n && !made; i++)
        made = serve_once(sc, &b.at[i], want, &b);
    made |= b.n == SERVED;
    free(b.at);
    return made;
}

/* ---- Page tables, frames -------------------------------------------------------------------------- */

/* By entries from every page's side, where the model goes table by table. */
static enum nkt_bad tables_doubt(const struct nkt_scope *sc, const struct nkt_state *s) {
    for (unsigned page = 0; page < sc->pages; page++) {
        unsigned led = s->base == page + 1;

        if (led && s->type[page] != sc->levels)
            return NKT_BAD_BASE;
        for (unsigned t = 0; t < sc->pages; t++)
            for (unsigned i = 0; i < sc->slots; i++) {
                uint8_t e = s->entry[t][i];

                if (s->type[t] == 0 || e == 0 || nkt_target(e) != page)
                    continue;
                led++;
                if (s->type[t] > 1 && s->type[page] + 1 != s->type[t])
                    return NKT_BAD_LEVEL;
                if (s->type[t] == 1 && nkt_writable(e) && s->type[page] != 0)
                    return NKT_BAD_WRITABLE;
            }
        if (led != s->count[page])
            return NKT_BAD_TALLY;
    }
    return NKT_BAD_OK;
}

/* Frames: cell by cell, who reaches it. Header: width, type, cells of the table; the table: bounds of objects;
 * an object: a header of its own, then, if it is a map, entries of 4: virtual, length, target, permission. */
enum { CELLS = 32, HEADER = 3, ENTRY = 4, MAP = 1, W = 2, ANY = 3, SHARED = 4 };

static unsigned frames_doubt(const uint8_t *c, unsigned n) {
    unsigned objects = c[2] / 2u, metadata = HEADER + c[2], owner[CELLS] = {0}, by[CELLS] = {0};
    bool shared[CELLS] = {false};

    if (c[0] != n || c[2] % 2u != 0 || metadata > n)
        return NK_BROKEN;
    for (unsigned i = 0; i < metadata; i++)
        owner[i] = 1;
    for (unsigned i = 0; i < objects; i++) {
        unsigned lo = c[HEADER + 2 * i], hi = c[HEADER + 2 * i + 1];

        if (lo + HEADER > hi || hi > n || c[lo] != hi - lo || c[lo + 1] < MAP || c[lo + 1] > 5 ||
            c[lo + 2] != 0)
            return NK_BROKEN;
        for (unsigned x = lo; x < hi; x++) {
            if (owner[x] != 0)
                return NK_BROKEN;
            owner[x] = i + 2;
        }
    }
    for (unsigned i = 0; i < objects; i++) {
        unsigned lo = c[HEADER + 2 * i], hi = c[HEADER + 2 * i + 1];
        bool taken[256] = {false};

        for (unsigned e = lo + HEADER; c[lo + 1] == MAP && e + ENTRY <= hi; e += ENTRY) {
            unsigned virtual = c[e], length = c[e + 1], target = c[e + 2], perm = c[e + 3];

            if (length == 0)
                continue;
            if (virtual + length > 256 || target + length > n || perm > (ANY | SHARED))
                return NK_BROKEN;
            for (unsigned x = 0; x < length; x++) {
                unsigned to = target + x;

                if (taken[virtual + x] || (perm & W && owner[to] != 0))
                    return NK_BROKEN;
                taken[virtual + x] = true;
                if (!(perm & ANY))
                    continue;
                if (by[to] != 0 && by[to] != i + 1 && !(shared[to] && perm & SHARED))
                    return NK_BROKEN;
                shared[to] = (by[to] == 0 || shared[to]) && perm & SHARED;
                by[to] = i + 1;
            }
        }
    }
    return 0;
}

/* ---- All together --------------------------------------------------------------------------------- */

unsigned doubt_state(const struct check_run *run, const uint8_t *state) {
    struct vm_state s;
    struct nkt_state t;

    switch (run->theorem->kind) {
    case CHECK_VM: vm_unpack(&run->vm, state, &s); return vm_doubt(&run->vm, &s);
    case CHECK_TABLES: memcpy(&t, state, sizeof t); return tables_doubt(&run->tables, &t);
    case CHECK_NK: break;
    }
    return frames_doubt(state, check_system_of(run).size);
}

static bool vm_doubt_wrong(const struct vm_scope *sc, const struct check_wrong *w,
                           const struct vm_state *s, const struct vm_state *t) {
    struct vm_act a;

    switch (w->what) {
    case VM_BAD_VIEW:
        return w->node < sc->nodes && w->cell < sc->logical[w->node] &&
               view_wrong(sc, t, w->node, w->cell);
    case VM_BAD_STATUS: return w->node < sc->nodes && t->h[w->node] != t->ira.h[w->node];
    case VM_BAD_DEVICE:
        return w->node < sc->nodes && t->ira.dev[w->node] != (t->owner == w->node ? t->dev : 0);
    case VM_BAD_STUCK: memcpy(&a, w->act.b, sizeof a); return !served(sc, s, &a);
    }
    return vm_doubt(sc, t) == w->what;
}

bool doubt_wrong(const struct check_run *run, const struct check_wrong *w, const uint8_t *s,
                 const uint8_t *t, unsigned fault) {
    struct vm_state from, to;

    if (w->what != 0 && w->what == fault)
        return true;
    if (run->theorem->kind != CHECK_VM)
        return doubt_state(run, t) == w->what;
    vm_unpack(&run->vm, s, &from);
    vm_unpack(&run->vm, t, &to);
    return vm_doubt_wrong(&run->vm, w, &from, &to);
}
