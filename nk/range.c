/*
 * range.c - grant, revoke, point, find.
 *
 * Four steps do all changes, and each keeps every invariant: a gap is put among the entries of a table, or taken
 * out; a gap comes to lead somewhere, or a range becomes a gap, and the pages' records follow.
 */
#include "nk_priv.h"

/* The table that a call means: its index in child.map. */
static enum nk_status table_of(const struct nk *nk, uint64_t child, uint64_t map, uint64_t *index) {
    if (child >= nk->layout.children || nk->child[child].lives == 0)
        return NK_NOT_CHILD;
    if (nk->child[child].map[NK_NP].room == 0 ? map != NK_BOTH : map > NK_NP)
        return NK_NOT_MAP;
    *index = map == NK_NP ? NK_NP : NK_P;
    return NK_OK;
}

/* The first page of what a range leads to, and how many; 0 for a gap. NK_OK, NK_OWN, NK_OUTSIDE. */
static enum nk_status pages_of(const struct nk *nk, const struct frond_range *r, uint64_t *first,
                               uint64_t *n) {
    *first = *n = 0;
    if (!flags_allow(r->flags))
        return NK_OK;
    *n = r->size / NK_PAGE;
    return page_locate(nk, r->target, r->size, first);
}

/* May a child have the range, as far as its pages go but for who else leads there? */
static enum nk_status may_lead(const struct nk *nk, const struct frond_range *r, uint64_t *first,
                               uint64_t *n) {
    enum nk_status status;

    if (!range_ok(r))
        return NK_BAD_RANGE;
    status = pages_of(nk, r, first, n);
    return status != NK_OK ? status : page_types(nk, *first, *n, r->flags);
}

/* ---- The four steps -------------------------------------------------------------------------- */

/* A gap at base becomes entry `seat` of the table; those from there on move up by one. */
static void gap_open(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat,
                     const struct frond_range *r) {
    struct nk_table *t = &nk->child[child].map[map];
    uint64_t at = t->first + seat, end = (uint64_t)t->first + t->count;

    for (uint64_t i = end; i > at; i--)
        nk->range[i] = nk->range[i - 1];
    nk->range[at] = (struct frond_range){r->base, r->size, r->target, 0};
    t->count++;
    child_publish(nk, child);
}

/* Entry `seat` of the table, a gap, is no more; those above it move down by one. */
static void gap_close(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat) {
    struct nk_table *t = &nk->child[child].map[map];
    uint64_t last = (uint64_t)t->first + t->count - 1;

    t->count--;
    child_publish(nk, child);
    for (uint64_t i = t->first + seat; i < last; i++)
        nk->range[i] = nk->range[i + 1];
    nk->range[last] = (struct frond_range){0, 0, 0, 0};
}

/* Entry `seat` of the table, a gap, leads to target from now on: to n pages, where it may. */
/*@ requires nk_ok(nk) && live(nk, child) && map <= 1;
    requires has(nk, child, map, nk->child[child].map[map].first + seat);
    requires !allows(nk->range[nk->child[child].map[map].first + seat].flags);
    requires may_lead(nk, child, map, seat, target, flags, first, n);
    assigns nk->range[nk->child[child].map[map].first + seat].target,
        nk->range[nk->child[child].map[map].first + seat].flags,
        nk->page[first .. first + n - 1].maps, nk->page[first .. first + n - 1].owner,
        nk->page[first .. first + n - 1].shared;
    ensures arrays(nk);
    ensures ascending(nk);
    ensures areas_there(nk);
    ensures own_there(nk);
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures rest_blank(nk);
    ensures formed(nk);
    ensures sorted(nk);
    ensures counted(nk);
    ensures agreed(nk);
    ensures all_described(nk); */
static void lead(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat, uint64_t target,
                 uint64_t flags, uint64_t first, uint64_t n) {
    uint64_t index = nk->child[child].map[map].first + seat;

    /*@ assert table_there(nk, child); */
    /*@ assert index < nk->layout.ranges; */
    /*@ ghost table_count(nk->range, nk->layout.ranges); */
    table_lead(nk->range, nk->layout.ranges, index, target, flags);
    page_hold(nk, first, n, child, flags);
}

/* Entry `index` becomes a gap. */
static void leave(struct nk *nk, uint64_t index) {
    uint64_t first, n;

    pages_of(nk, &nk->range[index], &first, &n);
    nk->range[index].flags = 0;
    page_drop(nk, first, n);
}

void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat) {
    leave(nk, nk->child[child].map[map].first + seat);
    gap_close(nk, child, map, seat);
}

/* ---- The calls ------------------------------------------------------------------------------- */

enum nk_status nk_grant(struct nk *nk, uint64_t child, uint64_t map,
                        const struct frond_range *range) {
    const struct nk_table *t;
    uint64_t m, first, n, seat;
    enum nk_status status = table_of(nk, child, map, &m);

    if (status == NK_OK)
        status = may_lead(nk, range, &first, &n);
    if (status != NK_OK)
        return status;
    t = &nk->child[child].map[m];
    seat = table_seat(nk->range + t->first, t->count, range->base);
    if (table_meets(nk->range + t->first, t->count, seat, range->base, range->size))
        return NK_OVERLAP;
    if (page_taken(nk, first, n, child, range->flags, 0, 0))
        return NK_TAKEN;
    if (t->count == t->room)
        return NK_FULL;
    gap_open(nk, child, m, seat, range);
    lead(nk, child, m, seat, range->target, range->flags, first, n);
    return NK_OK;
}

/* The index of the entry that starts at base. */
static enum nk_status entry_of(const struct nk *nk, uint64_t child, uint64_t m, uint64_t base,
                               uint64_t *seat) {
    const struct nk_table *t = &nk->child[child].map[m];

    *seat = table_seat(nk->range + t->first, t->count, base);
    return *seat < t->count && nk->range[t->first + *seat].base == base ? NK_OK : NK_UNMAPPED;
}

enum nk_status nk_revoke(struct nk *nk, uint64_t child, uint64_t map, uint64_t base) {
    uint64_t m, seat;
    enum nk_status status = table_of(nk, child, map, &m);

    if (status == NK_OK)
        status = entry_of(nk, child, m, base, &seat);
    if (status != NK_OK)
        return status;
    range_remove(nk, child, m, seat);
    return NK_OK;
}

enum nk_status nk_point(struct nk *nk, uint64_t child, uint64_t map, uint64_t base, uint64_t target,
                        uint64_t flags) {
    struct frond_range r;
    uint64_t m, seat, index, first, n, first_before, n_before;
    enum nk_status status = table_of(nk, child, map, &m);

    if (status == NK_OK)
        status = entry_of(nk, child, m, base, &seat);
    if (status != NK_OK)
        return status;
    index = nk->child[child].map[m].first + seat;
    r = (struct frond_range){base, nk->range[index].size, target, flags};
    status = may_lead(nk, &r, &first, &n);
    if (status != NK_OK)
        return status;
    pages_of(nk, &nk->range[index], &first_before, &n_before);
    if (page_taken(nk, first, n, child, flags, first_before, n_before))
        return NK_TAKEN;
    leave(nk, index);
    lead(nk, child, m, seat, target, flags, first, n);
    return NK_OK;
}

enum nk_status nk_find(const struct nk *nk, uint64_t child, uint64_t map, uint64_t addr,
                       uint64_t *index) {
    const struct nk_table *t;
    uint64_t m, i;
    enum nk_status status = table_of(nk, child, map, &m);

    if (status != NK_OK)
        return status;
    t = &nk->child[child].map[m];
    if (map_find(nk->range + t->first, t->count, addr, &i) != MAP_FOUND)
        return NK_UNMAPPED;
    *index = t->first + i;
    return NK_OK;
}
