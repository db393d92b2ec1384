/*
 * range.c - grant, revoke, point, find.
 *
 * Four steps do all changes, and each keeps every invariant: a gap is put among the entries of a table, or taken
 * out; a gap comes to lead somewhere, or a range becomes a gap, and the pages' records follow.
 */
#include "nk_priv.h"

/* The table that a call means: its index in child.map. */
static enum nk_status table_of(const struct nk *nk, uint64_t child, uint64_t map, uint64_t *index) {
    if (child >= (uint64_t)nk->children || nk->child[child].lives == 0)
        return NK_NOT_CHILD;
    if (nk->child[child].map[NK_NP].room == 0 ? map != NK_BOTH : map > NK_NP)
        return NK_NOT_MAP;
    *index = map == NK_NP ? NK_NP : NK_P;
    return NK_OK;
}

/* The first record of what a range leads to, and how many; 0 for a gap. NK_OK, NK_OWN, NK_OUTSIDE. */
static enum nk_status pages_of(const struct nk *nk, uint64_t target, uint64_t size, uint64_t flags,
                               uint64_t *first, uint64_t *n) {
    *first = *n = 0;
    if (!flags_allow(flags))
        return NK_OK;
    *n = size / NK_PAGE;
    return page_locate(nk, target / NK_PAGE, *n, first);
}

/* May a child have the range, as far as its pages go but for who else leads there? */
static enum nk_status may_lead(const struct nk *nk, const struct frond_range *r, uint64_t *first,
                               uint64_t *n) {
    enum nk_status status;

    if (!range_ok(r))
        return NK_BAD_RANGE;
    status = pages_of(nk, r->target, r->size, r->flags, first, n);
    return status != NK_OK ? status : page_types(nk, *first, *n, r->flags);
}

/* ---- The four steps -------------------------------------------------------------------------- */

/* A gap at base becomes entry `seat` of the table; those from there on move up by one. */
static void gap_open(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat,
                     const struct frond_range *r) {
    struct nk_table *t = &nk->child[child].map[map];
    uint64_t n = (uint64_t)nk->ranges, at = (uint64_t)t->first + seat;
    struct frond_range gap = {r->base, r->size, r->target, 0};

    for (uint64_t i = (uint64_t)t->first + (uint64_t)t->count; i > at; i--)
        table_put(nk->range, n, i, nk->range[i - 1]);
    table_put(nk->range, n, at, gap);
    t->count++;
    child_publish(nk, child);
}

/* Entry `seat` of the table, a gap, is no more; those above it move down by one. */
static void gap_close(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat) {
    struct nk_table *t = &nk->child[child].map[map];
    uint64_t n = (uint64_t)nk->ranges, last = (uint64_t)t->first + (uint64_t)t->count - 1;
    struct frond_range none = {0, 0, 0, 0};

    for (uint64_t i = (uint64_t)t->first + seat; i < last; i++)
        table_put(nk->range, n, i, nk->range[i + 1]);
    table_put(nk->range, n, last, none);
    t->count--;
    child_publish(nk, child);
}

/* Entry `index` becomes what target and flags say; pages are not looked at. */
/*@ requires arrays(nk) && 0 <= index < nk->ranges;
    assigns nk->range[index].target, nk->range[index].flags;
    ensures nk->range[index].target == target && nk->range[index].flags == flags;
    ensures \forall integer i; 0 <= i < nk->ranges && i != index ==>
        nk->range[i].target == \old(nk->range[i].target);
    ensures \forall integer i; 0 <= i < nk->ranges && i != index ==>
        nk->range[i].flags == \old(nk->range[i].flags);
    ensures \forall integer i; 0 <= i < nk->ranges ==>
        nk->range[i].size == \old(nk->range[i].size);
    ensures \forall integer p; leading(nk->range, nk->ranges, p) ==
        \old(leading(nk->range, nk->ranges, p)) - \old(ONE(nk->range[index], p)) +
        ONE(nk->range[index], p);
    behavior rest:
        assumes REST_BLANK(nk);
        assumes nk->range[index].size > 0;
        ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior formed:
        assumes FORMED(nk);
        assumes aligned(target) && flags <= 15;
        assumes target + nk->range[index].size <= UINT64_MAX + 1;
        ensures FORMED(nk);
    behavior inside:
        assumes INSIDE(nk);
        assumes allows(flags) ==> in_an_area(nk, target, nk->range[index].size);
        ensures INSIDE(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void set_entry(struct nk *nk, uint64_t index, uint64_t target, uint64_t flags) {
    table_lead(nk->range, (uint64_t)nk->ranges, index, target, flags);
}

/* Entry `index`, a gap of the child's, leads to target from now on: to n pages, where it may. */
/*@ requires arrays(nk) && 0 <= index < nk->ranges && live(nk, child) && reserves(nk, child, index);
    requires !allows(nk->range[index].flags) && flags <= 15;
    requires allows(flags) ==> exactly(nk, first, n, target) && 4096 * n == nk->range[index].size;
    requires !allows(flags) ==> n == 0 && first == 0;
    requires COUNTED(nk);
    assigns nk->range[index].target, nk->range[index].flags, nk->page[first .. first + n - 1];
    ensures COUNTED(nk);
    behavior rest:
        assumes REST_BLANK(nk);
        assumes nk->range[index].size > 0;
        ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior formed:
        assumes FORMED(nk);
        assumes aligned(target);
        assumes target + nk->range[index].size <= UINT64_MAX + 1;
        ensures FORMED(nk);
    behavior inside:
        assumes INSIDE(nk);
        assumes allows(flags) ==> in_an_area(nk, target, nk->range[index].size);
        ensures INSIDE(nk);
    behavior allowed:
        assumes ALLOWED(nk);
        assumes \forall integer f; first <= f < first + n ==>
            nk->page[f].type != NK_KEPT && (writes(flags) ==> nk->page[f].type == NK_FREE);
        ensures ALLOWED(nk);
    behavior sharing:
        assumes SHARING(nk);
        assumes \forall integer f; first <= f < first + n ==>
            nk->page[f].maps == 0 || RECORDS(nk, f, child, flags);
        ensures SHARING(nk);
    behavior owned:
        assumes OWNED(nk);
        assumes \forall integer f; first <= f < first + n ==>
            nk->page[f].maps == 0 || RECORDS(nk, f, child, flags);
        ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void lead(struct nk *nk, uint64_t child, uint64_t index, uint64_t target, uint64_t flags,
                 uint64_t first, uint64_t n) {
    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    set_entry(nk, index, target, flags);
    /*@ assert \forall integer f; LEADS(nk, index, f) ==> first <= f < first + n; */
    page_hold(nk, first, n, child, flags);
}

/* Entry `index` becomes a gap. */
static void leave(struct nk *nk, uint64_t index) {
    uint64_t first, n;

    const struct frond_range *r = &nk->range[index];

    pages_of(nk, r->target, r->size, r->flags, &first, &n);
    set_entry(nk, index, r->target, 0);
    page_drop(nk, first, n);
}

void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat) {
    leave(nk, (uint64_t)nk->child[child].map[map].first + seat);
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
    seat = table_seat(nk->range + t->first, (uint64_t)t->count, range->base);
    if (table_meets(nk->range + t->first, (uint64_t)t->count, seat, range->base, range->size))
        return NK_OVERLAP;
    if (page_taken(nk, first, n, child, range->flags, 0, 0))
        return NK_TAKEN;
    if (t->count == t->room)
        return NK_FULL;
    gap_open(nk, child, m, seat, range);
    lead(nk, child, (uint64_t)t->first + seat, range->target, range->flags, first, n);
    return NK_OK;
}

/* The index of the entry that starts at base. */
static enum nk_status entry_of(const struct nk *nk, uint64_t child, uint64_t m, uint64_t base,
                               uint64_t *seat) {
    const struct nk_table *t = &nk->child[child].map[m];

    *seat = table_seat(nk->range + t->first, (uint64_t)t->count, base);
    return *seat < (uint64_t)t->count && nk->range[(uint64_t)t->first + *seat].base == base
               ? NK_OK
               : NK_UNMAPPED;
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
    index = (uint64_t)nk->child[child].map[m].first + seat;
    r = (struct frond_range){base, nk->range[index].size, target, flags};
    status = may_lead(nk, &r, &first, &n);
    if (status != NK_OK)
        return status;
    pages_of(nk, nk->range[index].target, nk->range[index].size, nk->range[index].flags,
             &first_before, &n_before);
    if (page_taken(nk, first, n, child, flags, first_before, n_before))
        return NK_TAKEN;
    leave(nk, index);
    lead(nk, child, index, target, flags, first, n);
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
    if (map_find(nk->range + t->first, (uint64_t)t->count, addr, &i) != MAP_FOUND)
        return NK_UNMAPPED;
    *index = (uint64_t)t->first + i;
    return NK_OK;
}
