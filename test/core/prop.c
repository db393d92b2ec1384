/*
 * prop.c - core/ against the judge of naive.c, at random.
 *
 * Random trees; then, at random, stores to tables and page tables, nodes left, entered and given other
 * maps, caches dropped; and after each, accesses by every level whose whole answer (where, who takes the
 * fault, with which addresses at which level) must be the judge's. A row is one kind of case; what a row
 * never met fails it too.
 */
#include "rows.h"

/* ---- Answers ---------------------------------------------------------------------------------------- */

enum { SEEN = 64 };
static uint64_t seen[SEEN]; /* by what and kind: the row met it so often */

uint64_t judged;

static const char *const whats[] = {"RAM",     "device", "gap",      "bad",
                                    "refused", "issuer", "no memory"};

static void note_seen(const struct core_answer *a) {
    unsigned i = (unsigned)a->what * 8;

    if (a->what == CORE_GAP)
        i += a->kind == 0                  ? 0
             : a->kind == FROND_FAULT_MAP  ? 1
             : a->kind == FROND_FAULT_DESC ? 2
                                           : 3;
    if (a->what == CORE_ISSUER)
        i += a->cause == 5 ? 0 : a->cause == 7 ? 1 : a->cause == 13 ? 2 : 3;
    seen[i]++;
    judged++;
}

static bool all_seen(uint64_t least) {
    static const uint8_t must[] = {0, 8, 16, 17, 18, 19, 24, 32, 40, 42, 43};

    for (unsigned i = 0; i < sizeof must; i++)
        if (seen[must[i]] < least)
            return wrong(NULL, "%s/%u was met %" PRIu64 " times", whats[must[i] / 8], must[i] % 8,
                         seen[must[i]]);
    return true;
}

/* Which fields of the answer count, by what it is. */
static bool same(const struct world *w, const struct core_answer *a, const struct verdict *v) {
    const struct core_answer *b = &v->a;

    if (a->what != b->what)
        return false;
    switch (a->what) {
    case CORE_RAM:
    case CORE_DEVICE: return a->page == b->page && a->perm == b->perm;
    case CORE_BAD:
        return a->level == b->level && a->mode == b->mode && a->index == b->index &&
               a->maker == b->maker && a->direct == b->direct;
    case CORE_REFUSED:
        return a->level == b->level && a->maker == b->maker && a->direct == b->direct;
    case CORE_ISSUER: return a->level == b->level && a->cause == b->cause && a->tval == b->tval;
    case CORE_GAP:
        return a->level == b->level && a->mode == b->mode && a->addr == b->addr &&
               a->kind == b->kind && a->maker == b->maker && a->direct == b->direct &&
               (a->direct || a->tval == b->tval) &&
               memcmp(&w->core.chain[a->level], &v->chain[a->level],
                      (a->maker - a->level + 1) * sizeof v->chain[0]) == 0;
    default: return false;
    }
}

static bool complain(const struct world *w, const char *who, unsigned level, unsigned mode,
                     uint64_t addr, unsigned need, const struct core_answer *a,
                     const struct core_answer *b) {
    return wrong(w,
                 "%s: level %u mode %u address %" PRIx64 " need %u: %s page %x perm %u level %u "
                 "mode %u maker %u kind %u addr %" PRIx64
                 " direct %d cause %u, naive %s page %x perm "
                 "%u level %u mode %u maker %u kind %u addr %" PRIx64 " direct %d cause %u",
                 who, level, mode, addr, need, whats[a->what], a->page, a->perm, a->level, a->mode,
                 a->maker, a->kind, a->addr, a->direct, a->cause, whats[b->what], b->page, b->perm,
                 b->level, b->mode, b->maker, b->kind, b->addr, b->direct, b->cause);
}

static unsigned some_need(struct world *w) {
    static const uint8_t needs[] = {FROND_R, FROND_W, FROND_X, FROND_R | FROND_W, 0};

    return needs[dice(w, sizeof needs)];
}

/* An access of a node of the path. */
static bool ask(struct world *w) {
    unsigned level = dice(w, 3) ? w->core.top : (unsigned)dice(w, w->core.top + 1);
    unsigned mode = (unsigned)dice(w, 2), need = some_need(w);
    uint64_t addr = some_address(w, level);
    struct core_answer a;
    struct verdict v;

    naive_resolve(w, level, mode, addr, need, &v);
    core_resolve(&w->core, level, mode, addr, need, &a);
    note_seen(&v.a);
    if (!same(w, &a, &v))
        return complain(w, "resolve", level, mode, addr, need, &a, &v.a);
    if (dice(w, 4) != 0)
        return true;
    core_resolve(&w->core, level, mode, addr, need, &a); /* what was found is kept */
    return same(w, &a, &v) || complain(w, "again", level, mode, addr, need, &a, &v.a);
}

/* core_compose, core_peek and core_table_entry say the same. */
static bool ask_others(struct world *w) {
    unsigned level = (unsigned)dice(w, w->core.top + 1), mode = (unsigned)dice(w, 2);
    unsigned need = 1u << dice(w, 3);
    uint64_t addr = some_address(w, level), index = dice(w, 9);
    struct frond_range e, f;
    struct core_entry c;
    struct verdict v;
    uint32_t page;

    naive_resolve(w, level, mode, addr, need, &v);
    bool known = core_peek(&w->core, level, mode, addr, need, &page);
    if (known && (v.a.what != CORE_RAM || v.a.page != page))
        return wrong(w, "peek at %" PRIx64 " finds page %x, naive %s", addr, page, whats[v.a.what]);
    bool composed = core_compose(&w->core, level, mode, addr, need, &c);
    bool should = v.a.what == CORE_RAM || v.a.what == CORE_DEVICE;
    bool owned = composed && (c.page & CORE_WINDOW) == 0 && core_on_path(&w->core, c.page);
    if ((composed && !owned) != should)
        return wrong(w, "compose at %" PRIx64 ": %d, naive %s", addr, composed, whats[v.a.what]);
    if (should && ((c.page & ~CORE_WINDOW) != v.a.page || (c.perm & 7) != v.a.perm ||
                   ((c.perm & FROND_SHARED) != 0) != v.shared))
        return wrong(w, "compose at %" PRIx64 ": page %x perm %u", addr, c.page, c.perm);
    if (level == 0)
        return true;
    bool there = core_table_entry(&w->core, level, mode, index, &e);
    if (there != naive_entry(w, level, mode, index, &f) || (there && memcmp(&e, &f, sizeof e) != 0))
        return wrong(w, "entry %" PRIu64 " of level %u", index, level);
    return true;
}

/* ---- What a hart keeps --------------------------------------------------------------------------------- */

/* An access of the top by its own small cache, as a TLB would: no question asked if it is there. */
static bool keep(struct world *w) {
    struct core_ctx *ctx = w->core.path[w->core.top].ctx;
    struct hart *h = ctx->isa;
    uint64_t addr = some_address(w, w->core.top);
    unsigned mode = (unsigned)dice(w, 2), need = 1u << dice(w, 3);
    const struct kept *again = &h->kept[dice(w, KEPT)];
    struct core_answer a;
    struct verdict v;

    if (again->used && dice(w, 3)) {
        addr = again->number * PAGE + dice(w, PAGE);
        mode = again->mode;
    }
    struct kept *k = &h->kept[(addr / PAGE * 2 + mode) % KEPT];

    naive_resolve(w, w->core.top, mode, addr, need, &v);
    if (k->used && k->number == addr / PAGE && k->mode == mode && (k->perm & need) == need) {
        if (v.a.what != CORE_RAM || v.a.page != k->page)
            return wrong(w, "kept: %" PRIx64 " leads to page %x, naive %s %x", addr, k->page,
                         whats[v.a.what], v.a.page);
        seen[SEEN - 1]++;
        return true;
    }
    core_resolve(&w->core, w->core.top, mode, addr, need, &a);
    if (!same(w, &a, &v))
        return complain(w, "for the hart", w->core.top, mode, addr, need, &a, &v.a);
    if (a.what == CORE_RAM)
        *k = (struct kept){addr / PAGE,   a.page, a.perm,
                           (uint8_t)mode, true,   w->core.page[a.page].watch == 0};
    return true;
}

/* A load of the top by the stretch that it keeps; or it looks for one. */
static bool keep_stretch(struct world *w) {
    unsigned top = w->core.top;
    struct hart *h = w->core.path[top].ctx->isa;
    const struct core_stretch *s = &h->stretch;
    uint64_t addr = some_address(w, top);
    struct core_answer a;
    struct verdict v;

    if (!h->stretched) {
        h->stretch_need = 1u << dice(w, 2);
        core_resolve(&w->core, top, CORE_P, addr, dice(w, 4) ? h->stretch_need : some_need(w), &a);
        h->stretched =
            a.what == CORE_RAM && core_stretch(&w->core, top, addr, h->stretch_need, &h->stretch);
        if (h->stretched && (addr < s->first || addr > s->last))
            return wrong(w, "the stretch around %" PRIx64 " is %" PRIx64, addr, s->first);
        return true;
    }
    addr = dice(w, 4) == 0 ? s->last : s->first + dice(w, s->last - s->first + 1);
    naive_resolve(w, top, CORE_P, addr, h->stretch_need, &v);
    if (v.a.what != CORE_RAM || v.a.page != (s->offset + addr - s->first) / PAGE)
        return wrong(w, "stretch: %" PRIx64 " leads to byte %" PRIx64 ", naive %s page %x", addr,
                     s->offset + addr - s->first, whats[v.a.what], v.a.page);
    if (is_private(addr))
        return wrong(w, "stretch: %" PRIx64 " is a private window's", addr);
    if (h->stretch_need == FROND_W && w->core.page[v.a.page].watch != 0)
        return wrong(w, "stretch: %" PRIx64 " is watched", addr);
    seen[h->stretch_need == FROND_W ? SEEN - 4 : SEEN - 3]++;
    return true;
}

/* A store through a kept page, which core is not told of: nothing may have been derived from it. */
static void store_unseen(struct world *w) {
    struct hart *h = w->core.path[w->core.top].ctx->isa;
    struct kept *k = &h->kept[dice(w, KEPT)];

    if (!k->used || !k->write || (k->perm & FROND_W) == 0)
        return;
    struct frond_range e = some_range(w);
    memcpy(w->arena + k->page * PAGE + dice(w, 128) * 32, &e, sizeof e);
    seen[SEEN - 2]++;
}

/* ---- Changes ------------------------------------------------------------------------------------------- */

/* A place in a table of the path that is read now: its page and offset. */
static bool place_of_entry(struct world *w, uint32_t *page, unsigned *off) {
    *page = DESCS + (uint32_t)dice(w, TABLES - DESCS);
    *off = (unsigned)dice(w, PAGE / 8) * 8;
    for (unsigned tries = 0; tries < 40; tries++) {
        uint32_t p = DESCS + (uint32_t)dice(w, TABLES - DESCS);
        if ((w->core.page[p].watch & (CORE_W_MAP | CORE_W_PT)) == 0)
            continue;
        *page = p;
        *off = (unsigned)dice(w, PAGE / 32) * 32;
        while (*off > 0 && dice(w, 6) != 0 &&
               *(uint64_t *)(void *)(w->arena + p * PAGE + *off + 8) == 0)
            *off -= 32;
        return true;
    }
    return false;
}

static void change_entry(struct world *w) {
    struct frond_range e;
    uint32_t page;
    unsigned off;

    place_of_entry(w, &page, &off);
    off &= ~31u;
    memcpy(&e, w->arena + page * PAGE + off, sizeof e);
    switch (dice(w, 7)) {
    case 0: e = some_range(w); break;
    case 1: e.flags ^= 1u << dice(w, 4); break;
    case 2: e.target += PAGE; break;
    case 3: e.size += PAGE; break;
    case 4: e.base += PAGE; break;
    case 5: e.flags = dice(w, 16); break;
    default: e.flags ^= 7; break;
    }
    unsigned from = (unsigned)dice(w, 2) * (unsigned)dice(w, 32), end = 32;
    if (dice(w, 2)) /* in pieces, as a guest stores */
        from &= 24, end = from + 8;
    core_store(&w->core, page, off + from, (uint8_t *)&e + from, end - from);
}

static void change_bytes(struct world *w) {
    uint64_t value = dice(w, SPACE) * PAGE | (dice(w, 4) ? 15 : dice(w, 16));
    unsigned size = 1u << dice(w, 4), off;
    uint32_t page;

    if (!place_of_entry(w, &page, &off))
        return;
    off = (off + (unsigned)dice(w, 32)) & ~(size - 1);
    core_store(&w->core, page, off, &value, size);
}

/* Nodes leave; others, or the same, are entered, perhaps with new maps or another issuer's state. */
static bool move(struct world *w) {
    unsigned up = (unsigned)dice(w, 3);

    while (w->core.top > 0 && up-- > 0)
        world_pop(w);
    for (unsigned tries = 0; tries < 6 && w->core.top < DEPTH - 1; tries++) {
        unsigned node = 1 + (unsigned)dice(w, w->nodes - 1);
        unsigned at = w->path[w->core.top];
        if (w->parent[node] != at)
            continue;
        if (dice(w, 12) == 0)
            new_maps(w, node);
        world_settle(w);
        if (!world_push(w, node))
            return wrong(w, "push");
        world_settle(w);
    }
    if (dice(w, 20) == 0) {
        struct frond_desc *d = level_desc(w, w->core.top);
        d->mode = d->mode == FROND_MODE_U ? FROND_MODE_M : FROND_MODE_U;
    }
    return true;
}

static bool audit(struct world *w) {
    const char *says = core_audit(&w->core);

    return says ? wrong(w, "audit: %s", says) : true;
}

static bool step(struct world *w) {
    bool ok = true;

    switch (dice(w, 24)) {
    case 0:
    case 1: change_entry(w); break;
    case 2: change_bytes(w); break;
    case 3: store_unseen(w); break;
    case 4:
    case 5: ok = move(w); break;
    case 6: ok = dice(w, 8) ? ask_others(w) : audit(w); break;
    case 7:
        if (dice(w, 30) == 0)
            core_drop_all(&w->core);
        break;
    case 8: ok = ask_others(w); break;
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
        for (unsigned i = 0; ok && i < 5; i++)
            ok = dice(w, 5) ? keep(w) : keep_stretch(w);
        break;
    default: ok = ask(w); break;
    }
    world_settle(w);
    return ok;
}

static bool row_trees(void) {
    struct world w;

    memset(seen, 0, sizeof seen);
    for (uint64_t seed = first_seed, done = 0; done < cases; seed++) {
        if (!world_new(&w, seed))
            return wrong(&w, "seed %" PRIu64 ": no world", seed);
        for (unsigned i = 0; i < 400; i++, done++) {
            if (!step(&w)) {
                char text[600];
                memcpy(text, why, sizeof text);
                return wrong(NULL, "seed %" PRIu64 " step %u: %.500s", seed, i, text);
            }
        }
        world_free(&w);
    }
    if (seen[SEEN - 1] < cases / 100 || seen[SEEN - 2] < cases / 1000 ||
        seen[SEEN - 3] < cases / 1000 || seen[SEEN - 4] < cases / 2000)
        return wrong(NULL, "the hart kept little: %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
                     seen[SEEN - 1], seen[SEEN - 2], seen[SEEN - 3], seen[SEEN - 4]);
    for (unsigned i = 0; i < SEEN; i++)
        if (seen[i] && i / 8 < 7)
            printf("%s/%u %" PRIu64 "  ", whats[i / 8], i % 8, seen[i]);
    printf("hart %" PRIu64 " unseen stores %" PRIu64 " stretches %" PRIu64 " %" PRIu64 "\n",
           seen[SEEN - 1], seen[SEEN - 2], seen[SEEN - 3], seen[SEEN - 4]);
    return all_seen(cases / 50000);
}

/* ---- Tables alone --------------------------------------------------------------------------------------- */

/* One step of the search, as map.h promises it; stays as it is where the search ends. */
static bool searches(const struct map_search *was, const struct map_search *s,
                     const struct frond_range *e, uint64_t mid) {
    uint64_t end = e->base + e->size; /* 0: 2^64 */
    bool in_place = naive_well_formed(e) && e->base >= was->left && end - 1 <= was->last;

    if (!in_place || (s->addr >= e->base && s->addr <= end - 1))
        return s->step == (in_place ? MAP_FOUND : MAP_BAD) && s->lo == was->lo &&
               s->hi == was->hi && s->left == was->left && s->last == was->last;
    if (s->step != (s->lo < s->hi ? MAP_MORE : MAP_GAP))
        return false;
    if (s->addr < e->base)
        return s->lo == was->lo && s->left == was->left && s->hi == mid && s->last == e->base - 1;
    return s->hi == was->hi && s->last == was->last && s->lo == mid + 1 && s->left == end;
}

static bool search_by_step(const struct frond_range *t, uint64_t n, uint64_t addr) {
    struct map_search s = map_search_begin(n, addr);

    MUST(s.step == (n == 0 ? MAP_GAP : MAP_MORE) && s.addr == addr && s.lo == 0 && s.hi == n);
    MUST(s.left == 0 && s.last == UINT64_MAX);
    while (s.step == MAP_MORE) {
        struct map_search was = s;
        uint64_t mid = map_search_index(s);
        MUST(mid == s.lo + (s.hi - s.lo) / 2 && mid < n);
        s = map_search_look(s, &t[mid]);
        MUST(s.addr == addr && searches(&was, &s, &t[mid], mid));
    }
    return true;
}

static bool one_table(struct world *w) {
    struct frond_range t[9];
    uint64_t n = dice(w, 9), index = 99, bad = 99, naive_bad, at = dice(w, 3) * PAGE;

    for (uint64_t i = 0; i < n; i++) {
        t[i] = some_range(w);
        if (dice(w, 8)) {
            t[i] = (struct frond_range){at, (1 + dice(w, 3)) * PAGE, 0, 7};
            at += t[i].size + dice(w, 2) * PAGE;
        }
    }
    if (n && dice(w, 3) == 0)
        t[n - 1] = (struct frond_range){LAST, 8 * PAGE, LAST, 7};
    for (uint64_t i = 0; i < n; i++)
        if (range_ok(&t[i]) != naive_well_formed(&t[i]))
            return wrong(NULL, "range_ok of base %" PRIx64 " size %" PRIx64, t[i].base, t[i].size);
    bool ordered = naive_ordered(t, n, &naive_bad);
    if (map_check(t, n, &bad) != ordered || (!ordered && bad != naive_bad))
        return wrong(NULL, "map_check: entry %" PRIu64 " of %" PRIu64, bad, n);
    for (unsigned k = 0; k < 12; k++) {
        struct frond_range e = n ? t[dice(w, n)] : (struct frond_range){0};
        uint64_t ends[] = {e.base, e.base - 1, e.base + e.size, e.base + e.size - 1, 0, UINT64_MAX};
        uint64_t addr = k < 6 ? ends[k] : dice(w, 40 * PAGE);
        enum map_step s = map_find(t, n, addr, &index);
        long i = naive_scan(t, n, addr);
        if (!search_by_step(t, n, addr))
            return false;
        if (s == MAP_BAD ? ordered || index >= n : ordered && (s == MAP_FOUND) != (i >= 0))
            return wrong(NULL, "map_find of %" PRIx64 ": %d", addr, (int)s);
        if (s != MAP_FOUND)
            continue;
        struct frond_range f = t[index];
        if ((ordered && index != (uint64_t)i) || addr < f.base || addr - f.base >= f.size ||
            range_target(&f, addr) - f.target != addr - f.base ||
            range_last(&f) - f.base != f.size - 1)
            return wrong(NULL, "map_find of %" PRIx64 " finds %" PRIu64, addr, index);
    }
    return true;
}

static bool row_tables(void) {
    static struct world w;

    w.random = first_seed;
    for (uint64_t i = 0; i < cases; i++)
        if (!one_table(&w))
            return false;
    return true;
}

/* ---- Memory, room, limits --------------------------------------------------------------------------------- */

/* Each allocation fails in turn: the answer says so, or is the right one; afterwards all is well. */
static bool row_no_memory(void) {
    struct world w;
    uint64_t refused = 0;

    for (uint64_t seed = first_seed; seed < first_seed + 20; seed++) {
        if (!world_new(&w, seed))
            return wrong(&w, "no world");
        for (unsigned i = 0; i < 60; i++) {
            unsigned level = (unsigned)dice(&w, w.core.top + 1), mode = (unsigned)dice(&w, 2);
            uint64_t addr = some_address(&w, level);
            struct core_answer a;
            struct verdict v;
            naive_resolve(&w, level, mode, addr, FROND_R, &v);
            core_drop_all(&w.core);
            world_reenter(&w);
            for (unsigned n = 0; n < 40; n++) {
                alloc_left = n;
                alloc_refused = false;
                core_resolve(&w.core, level, mode, addr, FROND_R, &a);
                alloc_left = UINT64_MAX;
                refused += alloc_refused;
                if (!(alloc_refused && a.what == CORE_NOMEM) && !same(&w, &a, &v))
                    return complain(&w, "out of memory", level, mode, addr, FROND_R, &a, &v.a);
            }
        }
        world_free(&w);
    }
    return refused > 100 ? true : wrong(NULL, "memory ran out %" PRIu64 " times", refused);
}

ROWS(prop_rows, {"tables are well formed, in order, searched", row_tables},
     {"random trees, every access as the judge has it", row_trees},
     {"host memory runs out at every allocation", row_no_memory});
