/* vm.c - see vm.h: scopes, states, composition. */
#include "vm.h"
#include "../core/map.h"
#include <stdlib.h>
#include <string.h>

static void add_live(struct vm_scope *sc, size_t at, unsigned bytes) {
    for (unsigned n; bytes != 0; bytes -= n, at += n, sc->size += n) {
        struct vm_run *r = &sc->live[sc->runs++];

        n = bytes < 8 ? bytes : 8;
        *r = (struct vm_run){.at = (uint8_t)at, .to = (uint8_t)sc->size};
        memset(&r->mask, 0xff, n);
    }
}

/* Which bytes of struct vm_state the scope uses; the rest stays 0. */
static void layout_state(struct vm_scope *sc) {
#define LIVE(field, count) add_live(sc, offsetof(struct vm_state, field), (unsigned)(count))
    sc->runs = sc->size = 0;
    LIVE(mem, sc->cells[0]);
    LIVE(run, 1);
    for (unsigned k = 1; k < sc->nodes; k++) {
        bool leaf = vm_leaf(sc, k), hart = leaf && (sc->modes == 2 || sc->io || sc->sens);

        LIVE(sec[k], sc->logical[k]);
        LIVE(ira.cell[k], sc->logical[k]);
        LIVE(act[k], !leaf);
        LIVE(h[k], hart);
        LIVE(ira.h[k], hart);
        LIVE(ira.dev[k], leaf && sc->addrs[k] > sc->cells[k]);
    }
    LIVE(owner, sc->io ? 2 : 0);
    LIVE(latch, vm_dropped(sc, VM_DROP_INSTANT) ? 3 : 0);
    LIVE(real_p, sc->sens);
    for (unsigned k = 0; k < sc->nodes; k++)
        LIVE(trap[k], sc->sens && !vm_leaf(sc, k) ? 3 : 0);
#undef LIVE
}

bool vm_layout(struct vm_scope *sc) {
    _Static_assert(sizeof(struct vm_state) <= VM_STATE_MAX, "vm_pack writes whole words");
    unsigned next[VM_NODES][2] = {{0}}, frames = 2;

    memset(sc->kids, 0, sizeof sc->kids);
    for (unsigned k = 1; k < sc->nodes; k++) {
        sc->level[k] = (uint8_t)(sc->level[sc->parent[k]] + 1);
        sc->kids[sc->parent[k]]++;
    }
    for (unsigned k = 1; k < sc->nodes; k++) {
        unsigned p = sc->parent[k];
        bool window = sc->io == 1 || (sc->io == 2 && vm_leaf(sc, k) && sc->level[k] == 1);

        sc->addrs[k] = (uint8_t)(sc->cells[k] + window);
        sc->logical[k] = (uint8_t)(sc->cells[k] * (sc->apart ? 2 : 1));
        if (sc->logical[k] > VM_CELLS || sc->addrs[k] > VM_CELLS)
            return false;
        for (unsigned m = 0; m < sc->modes; m++) {
            unsigned *at = &next[p][sc->apart && p != 0 ? m : 0];

            sc->tab[k][m] = (uint8_t)*at;
            *at += sc->addrs[k];
        }
    }
    /* One access of a grandchild may need all of a table and a cell at once. */
    for (unsigned k = 1; k < sc->nodes; k++)
        frames = next[k][0] >= frames ? next[k][0] + 1 : frames;
    if (next[0][0] + frames + (sc->io != 0) > VM_ADDRS)
        return false;
    for (unsigned k = 0; k < sc->nodes; k++) {
        sc->frame[k] = (uint8_t)(next[k][0] + (sc->own && k != 0));
        if (k == 0 && sc->cells[0] < sc->frame[0] + frames)
            sc->cells[0] = (uint8_t)(sc->frame[0] + frames);
        if (!vm_leaf(sc, k) && sc->frame[k] >= sc->cells[k])
            return false;
    }
    sc->addrs[0] = (uint8_t)(sc->cells[0] + (sc->io != 0));
    if (sc->addrs[0] > VM_ADDRS)
        return false;
    layout_state(sc);
    return true;
}

void vm_init(const struct vm_scope *sc, struct vm_state *s) {
    memset(s, 0, sizeof *s);
    ira_init(sc, &s->ira);
    memcpy(s->h, s->ira.h, sizeof s->h);
    s->real_p = sc->sens;
}

bool vm_symmetric(const struct vm_scope *sc) {
    return !sc->io && !sc->sens && sc->rogue == VM_NO_ROGUE && sc->drop == 0;
}

/* The frames that node 0's tables lead to, as they come; to: where each goes. How many. */
static unsigned frames_named(const struct vm_scope *sc, struct vm_state *s, uint8_t *to) {
    unsigned n = 0;

    for (unsigned at = 0; at < sc->frame[0]; at++) {
        uint8_t e = s->mem[at], y = vm_target(e);

        if (!vm_live(e))
            continue;
        if (to[y] == 0)
            to[y] = (uint8_t)(sc->frame[0] + n++);
        s->mem[at] = vm_entry(to[y], vm_perm(e));
    }
    return n;
}

static int by_content(const void *a, const void *b) {
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

void vm_canonical(const struct vm_scope *sc, struct vm_state *s) {
    uint8_t to[1 << 5] = {0}, mem[VM_ADDRS]; /* to: 0, no table leads there */
    unsigned first = sc->frame[0], free = first + frames_named(sc, s, to);

    memcpy(mem, s->mem, sizeof mem);
    for (unsigned y = first, next = free; y < sc->cells[0]; y++)
        s->mem[to[y] ? to[y] : next++] = mem[y];
    qsort(s->mem + free, sc->cells[0] - free, 1, by_content);
}

void vm_pack(const struct vm_scope *sc, const struct vm_state *s, uint8_t *restrict to) {
    /* What a word has too much is overwritten by the next. */
    for (const struct vm_run *r = sc->live, *end = r + sc->runs; r < end; r++)
        memcpy(to + r->to, (const uint8_t *)s + r->at, 8);
    memset(to + sc->size, 0, 8);
}

void vm_unpack(const struct vm_scope *sc, const uint8_t *from, struct vm_state *s) {
    uint8_t packed[VM_STATE_MAX + 8];
    uint64_t word, old;

    memset(s, 0, sizeof *s);
    memcpy(packed, from, sc->size);
    for (const struct vm_run *r = sc->live, *end = r + sc->runs; r < end; r++) {
        memcpy(&old, (uint8_t *)s + r->at, 8);
        memcpy(&word, packed + r->to, 8);
        word = old | (word & r->mask);
        memcpy((uint8_t *)s + r->at, &word, 8);
    }
}

/* ---- Composition ---------------------------------------------------------------------------------- */

/* An entry as core's search wants it; what is no entry has an unknown flag. */
static struct frond_range range_of(uint8_t cell, unsigned index) {
    return (struct frond_range){
        .base = (uint64_t)index * FROND_PAGE_SIZE,
        .size = FROND_PAGE_SIZE,
        .target = (uint64_t)vm_target(cell) * FROND_PAGE_SIZE,
        .flags = cell < VM_ENTRY && cell != VM_OMEGA
                     ? ~0ull
                     : (vm_allows(cell, 0) ? FROND_R : 0u) | (vm_allows(cell, 1) ? FROND_W : 0u),
    };
}

static struct vm_res gap(unsigned node, unsigned m, unsigned x) {
    return (struct vm_res){.node = node & 0xff, .mode = m & 1, .addr = x & 0xff};
}

/* MODE_LEVEL: which map node k uses for an access of mode m. */
static unsigned map_of(const struct vm_scope *sc, unsigned k, unsigned m) {
    return vm_dropped(sc, VM_DROP_MODE_LEVEL) && sc->level[k] == 1 && !vm_leaf(sc, k) ? VM_NP : m;
}

/* A cell of node 0 by its address; a device window holds no entry. */
static uint8_t cell_at(const struct vm_scope *sc, const struct vm_state *s, unsigned real) {
    return real < sc->cells[0] ? s->mem[real] : 1;
}

struct vm_res vm_at(const struct vm_view *v, unsigned k, unsigned m, unsigned write, unsigned x) {
    if (k == 0)
        return (struct vm_res){.ok = true, .real = x & 0xff};
    if (v->naive)
        return vm_naive(v->sc, v->naive, k, m, write, x);
    return x < v->sc->addrs[k] ? v->res[k][m][write][x] : gap(k, m, x);
}

/* Address x of node k, read and written: one search for both. */
static void look_up(const struct vm_scope *sc, const struct vm_state *s, struct vm_view *v,
                    unsigned k, unsigned mode, unsigned x) {
    unsigned p = sc->parent[k], m = map_of(sc, k, mode), t;
    struct map_search f = map_search_begin(sc->addrs[k], (uint64_t)x * FROND_PAGE_SIZE + 8);
    struct frond_range r = {0};

    while (f.step == MAP_MORE) {
        unsigned i = (unsigned)map_search_index(f);
        struct vm_res at = vm_at(v, p, vm_space(sc, m), 0, sc->tab[k][m] + i);

        if (!at.ok) {
            at.table = true;
            v->res[k][mode][0][x] = v->res[k][mode][1][x] = at;
            return;
        }
        r = range_of(cell_at(sc, s, at.real), i);
        f = map_search_look(f, &r);
    }
    for (unsigned write = 0; write < 2; write++) {
        v->res[k][mode][write][x] = gap(k, m, x);
        if (f.step != MAP_FOUND || !(r.flags & (write ? FROND_W : FROND_R)))
            continue;
        t = (unsigned)(range_target(&r, f.addr) / FROND_PAGE_SIZE);
        v->res[k][mode][write][x] = t < sc->addrs[p] ? vm_at(v, p, m, write, t) : gap(p, m, t);
    }
}

/* `of`: of the children of this node only; VM_NODES: of all. */
static void list_entries(const struct vm_scope *sc, const struct vm_state *s, unsigned of,
                         struct vm_view *v) {
    v->entries = 0;
    for (unsigned c = 1; c < sc->nodes; c++)
        for (unsigned m = 0; (of == VM_NODES || sc->parent[c] == of) && m < sc->modes; m++)
            for (unsigned x = 0; x < sc->addrs[c]; x++) {
                uint8_t e = vm_known(sc, s, c, m, x);
                unsigned cell = vm_cell(sc, sc->parent[c], m, vm_target(e));

                if (!vm_live(e))
                    continue;
                v->entry[v->entries++] =
                    (struct vm_entry_at){(uint8_t)c, (uint8_t)m, (uint8_t)x, e, (uint8_t)cell};
            }
}

void vm_compose(const struct vm_scope *sc, const struct vm_state *s, bool all, struct vm_view *v) {
    v->sc = sc;
    v->naive = NULL;
    list_entries(sc, s, all ? VM_NODES : s->run, v);
    for (unsigned k = 1; k < sc->nodes; k++) {
        if (!all && !vm_below(sc, s->run, k) && !vm_below(sc, s->owner, k))
            continue;
        for (unsigned m = 0; m < sc->modes; m++)
            for (unsigned x = 0; x < sc->addrs[k]; x++)
                look_up(sc, s, v, k, m, x);
    }
}

struct vm_view vm_naive_view(const struct vm_scope *sc, const struct vm_state *s) {
    struct vm_view v;

    v.sc = sc;
    v.naive = s;
    list_entries(sc, s, VM_NODES, &v);
    return v;
}

struct vm_res vm_naive(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned m,
                       unsigned write, unsigned x) {
    unsigned p = sc->parent[k];

    if (k == 0)
        return (struct vm_res){.ok = true, .real = x & 0xff};
    m = map_of(sc, k, m);
    for (unsigned i = 0; i < sc->addrs[k]; i++) {
        struct vm_res at;
        uint8_t e;

        if (i != x)
            continue;
        at = vm_naive(sc, s, p, vm_space(sc, m), 0, sc->tab[k][m] + i);
        if (!at.ok)
            return at;
        e = cell_at(sc, s, at.real);
        if (!vm_allows(e, write))
            break;
        return vm_target(e) < sc->addrs[p] ? vm_naive(sc, s, p, m, write, vm_target(e))
                                           : gap(p, m, vm_target(e));
    }
    return gap(k, m, x);
}

static bool same(struct vm_res a, struct vm_res b) {
    if (a.ok || b.ok)
        return a.ok == b.ok && a.real == b.real;
    return a.node == b.node && a.mode == b.mode && a.addr == b.addr;
}

/* A search may end at an entry that the linear scan has no need to read: then that entry must be where
 * no read reaches it, or be no entry. It may be of any level on the way down. */
static bool excused(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned m,
                    struct vm_res got) {
    unsigned p = sc->parent[k];

    if (k == 0)
        return false;
    m = map_of(sc, k, m);
    for (unsigned i = 0; i < sc->addrs[k]; i++) {
        struct vm_res at = vm_naive(sc, s, p, vm_space(sc, m), 0, sc->tab[k][m] + i);
        uint8_t e = at.ok ? cell_at(sc, s, at.real) : 0;

        if (at.ok ? !got.table && e < VM_ENTRY && e != VM_OMEGA : got.table && same(at, got))
            return true;
    }
    return excused(sc, s, p, m, got) ||
           (vm_space(sc, m) != m && excused(sc, s, p, vm_space(sc, m), got));
}

bool vm_node_ok(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v,
                unsigned k) {
    for (unsigned m = 0; m < sc->modes; m++)
        for (unsigned write = 0; write < 2; write++)
            for (unsigned x = 0; x < sc->addrs[k]; x++) {
                struct vm_res got = v->res[k][m][write][x];

                if (!same(got, vm_naive(sc, s, k, m, write, x)) &&
                    (got.ok || !excused(sc, s, k, m, got)))
                    return false;
            }
    return true;
}

bool vm_search_ok(const struct vm_scope *sc, const struct vm_state *s, const struct vm_view *v) {
    for (unsigned k = 1; k < sc->nodes; k++)
        if (!vm_node_ok(sc, s, v, k))
            return false;
    return true;
}

/* ---- Cells wherever they are ---------------------------------------------------------------------- */

uint8_t vm_mapped(const struct vm_scope *sc, const struct vm_state *s, unsigned child, unsigned m,
                  unsigned x) {
    unsigned p = sc->parent[child];

    return vm_logical(sc, s, p, vm_cell(sc, p, vm_space(sc, m), sc->tab[child][m] + x));
}

uint8_t vm_logical(const struct vm_scope *sc, const struct vm_state *s, unsigned k, unsigned cell) {
    unsigned p = sc->parent[k];

    if (k == 0)
        return cell_at(sc, s, cell);
    for (unsigned m = 0; m < sc->modes; m++) {
        unsigned x = sc->apart && m == VM_P ? cell - sc->cells[k] : cell;
        uint8_t e = x < sc->cells[k] ? vm_mapped(sc, s, k, m, x) : 0;

        if (vm_live(e))
            return vm_target(e) < sc->cells[p]
                       ? vm_logical(sc, s, p, vm_cell(sc, p, m, vm_target(e)))
                       : 0x7f;
    }
    return s->sec[k][cell];
}

uint8_t vm_known(const struct vm_scope *sc, const struct vm_state *s, unsigned child, unsigned m,
                 unsigned x) {
    unsigned p = sc->parent[child];
    unsigned cell = vm_cell(sc, p, vm_space(sc, m), sc->tab[child][m] + x);

    return p == 0 ? s->mem[cell] : s->ira.cell[p][cell];
}

struct vm_use vm_use_of(const struct vm_view *v, unsigned c, unsigned m, unsigned x, unsigned y) {
    const struct vm_scope *sc = v->sc;
    unsigned k = sc->parent[c], cell = vm_cell(sc, k, m, y), own = vm_cell(sc, c, m, x);
    struct vm_use u = {0};

    for (unsigned i = 0; i < v->entries; i++) {
        struct vm_entry_at w = v->entry[i];
        bool same = w.child == c;

        if (sc->parent[w.child] != k || (same && w.mode == m && w.x == x))
            continue;
        if (same && vm_cell(sc, c, w.mode, w.x) == own) {
            u.mine = true;
            u.entry = w.e;
        } else if (w.cell == cell) {
            u.alias |= same;
            u.others |= !same;
            u.elsewhere |= !same && w.x != 0;
            u.unshared |= !same && vm_perm(w.e) != VM_SHARED;
        }
    }
    return u;
}
