/*
 * nk_priv.h - what the files of nk share.
 *
 *   layout.c  nk_place, nk_init
 *   page.c    page records: which pages a range leads to, who may, counts
 *   table.c   one range table: where a range belongs, to change an entry
 *   step.c    the steps that change tables, and pages' records with them
 *   range.c   grant, revoke, point, find
 *   child.c   create, destroy, reset: descriptors
 *   field.c   nk_child_set
 *   object.c  declare, undeclare, put
 *   call.c    calls by number, names
 *   check.c   the walker
 *
 * Whatever is refused is refused before the first write; what then changes something cannot fail.
 */
#ifndef NK_PRIV_H
#define NK_PRIV_H

#include "logic.h"

#define NK_PAGE ((uint64_t)FROND_PAGE_SIZE)

/* Pages that a record of the area stands for. */
/*@ requires \valid_read(a);
    assigns \nothing;
    ensures \result == (a->unit > 1 ? a->unit : 1); */
static inline uint64_t area_unit(const struct nk_area *a) { return a->unit > 1 ? a->unit : 1; }

/* Records of the area. */
/*@ requires \valid_read(a);
    assigns \nothing;
    ensures \result == a->pages / (a->unit > 1 ? a->unit : 1); */
static inline uint64_t area_records(const struct nk_area *a) { return a->pages / area_unit(a); }

/* What flags say: a permission; W; SHARED. */
/*@ requires flags <= 15;
    assigns \nothing;
    ensures \result <==> allows(flags); */
static inline bool flags_allow(uint64_t flags) { return flags != 0 && flags != FROND_SHARED; }
/*@ requires flags <= 15;
    assigns \nothing;
    ensures \result <==> writes(flags); */
static inline bool flags_write(uint64_t flags) { return flags % FROND_X >= FROND_W; }
/*@ requires flags <= 15;
    assigns \nothing;
    ensures \result <==> shares(flags); */
static inline bool flags_share(uint64_t flags) { return flags >= FROND_SHARED; }

/* Records of pages: n from `first` on, if status is NK_OK. */
struct pages {
    enum nk_status status;
    uint64_t first, n;
};

/* Those of n > 0 pages from page `number` on. NK_OK, NK_OWN, NK_OUTSIDE; NK_BAD_RANGE: not of whole units. */
/*@ requires layout_ok(nk);
    requires number <= 4503599627370496 && 0 < n <= 4503599627370496;
    assigns \nothing;
    ensures \result.status == NK_OK || \result.status == NK_OWN || \result.status == NK_OUTSIDE ||
        \result.status == NK_BAD_RANGE;
    ensures \result.status == NK_OK <==> in_an_area(nk, 4096 * number, 4096 * n);
    ensures \result.status == NK_OK ==> \result.n > 0;
    ensures \result.status == NK_OK ==>
        exactly(nk, \result.first, \result.n, 4096 * number, 4096 * n); */
struct pages page_locate(const struct nk *nk, uint64_t number, uint64_t n);

/* The record whose pages begin with page `number`, if status is NK_OK; else NK_OUTSIDE. */
/*@ requires layout_ok(nk) && number <= 4503599627370496;
    assigns \nothing;
    ensures \result.status == NK_OK || \result.status == NK_OUTSIDE;
    ensures \result.status == NK_OK ==> \result.n == 1 && \result.first < nk->pages &&
        number(nk, \result.first) == number; */
struct pages page_begins(const struct nk *nk, uint64_t number);

/* May a range with these flags lead to n pages, whoever else does? NK_OK, NK_OWN, NK_READ_ONLY. */
/*@ requires arrays(nk) && first + n <= nk->pages && flags <= 15;
    assigns \nothing;
    ensures \result == NK_OK || \result == NK_OWN || \result == NK_READ_ONLY;
    ensures \result == NK_OK <==>
        (\forall integer f; first <= f < first + n ==> nk->page[f].type != NK_KEPT && (writes(flags) ==> nk->page[f].type == NK_FREE)); */
enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, uint64_t flags);

/* Does somebody lead to one of n pages beside whom a range of this child's with these flags may not? One range of the
 * child's own, that leads to the n_but pages from `but` on, is not looked at. */
/*@ requires arrays(nk) && first + n <= nk->pages && but + n_but <= nk->pages && flags <= 15;
    requires \forall integer f; but <= f < but + n_but ==> nk->page[f].maps > 0;
    assigns \nothing;
    ensures !\result <==> \forall integer f; first <= f < first + n ==>
        (nk->page[f].maps == (but <= f < but + n_but ? 1 : 0) || RECORDS(nk, f, child, flags)); */
bool page_taken(const struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags,
                uint64_t but, uint64_t n_but);

/* A range of this child's more leads to n pages. */
/*@ requires arrays(nk) && first + n <= nk->pages && child < nk->children && flags <= 15;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps < UINT32_MAX;
    assigns nk->page[0 .. nk->pages - 1];
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].maps == \old(nk->page[f].maps) + (first <= f < first + n ? 1 : 0);
    ensures \forall integer f; first <= f < first + n && \old(nk->page[f].maps) == 0 ==>
        nk->page[f].owner == child && (nk->page[f].shared != 0 <==> shares(flags));
    ensures \forall integer f; 0 <= f < nk->pages &&
        (f < first || first + n <= f || \old(nk->page[f].maps) != 0) ==>
        nk->page[f].owner == \old(nk->page[f].owner);
    ensures \forall integer f; 0 <= f < nk->pages &&
        (f < first || first + n <= f || \old(nk->page[f].maps) != 0) ==>
        nk->page[f].shared == \old(nk->page[f].shared);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].type == \old(nk->page[f].type);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].pages == \old(nk->page[f].pages);
    behavior objects_end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);
    behavior objects_typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);
    behavior objects_not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);
    behavior objects_apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);
    behavior objects_headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);
    behavior objects_placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk); */
void page_hold(struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags);

/* A range less leads to n pages. */
/*@ requires arrays(nk) && first + n <= nk->pages;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps > 0;
    assigns nk->page[0 .. nk->pages - 1];
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].maps == \old(nk->page[f].maps) - (first <= f < first + n ? 1 : 0);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].owner == \old(nk->page[f].owner);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].shared == \old(nk->page[f].shared);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].type == \old(nk->page[f].type);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].pages == \old(nk->page[f].pages);
    behavior objects_end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);
    behavior objects_typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);
    behavior objects_not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);
    behavior objects_apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);
    behavior objects_headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);
    behavior objects_placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk); */
void page_drop(struct nk *nk, uint64_t first, uint64_t n);

/* Of the entries from `from` up to `to`, the first that does not begin below base: the place of a range that begins there. */
/*@ requires \valid_read(t + (from .. to - 1)) && from <= to;
    requires \forall integer i, j; from <= i < j < to ==> t[i].base < t[j].base;
    assigns \nothing;
    ensures from <= \result <= to;
    ensures \forall integer k; from <= k < \result ==> t[k].base < base;
    ensures \forall integer k; \result <= k < to ==> base <= t[k].base; */
uint64_t table_place(const struct frond_range *t, uint64_t from, uint64_t to, uint64_t base);

/* Does [base, base + size), the place of which is `at`, meet one of these entries? */
/*@ requires \valid_read(t + (from .. to - 1)) && from <= at <= to;
    requires \forall integer k; from <= k < to ==> well_formed(t[k]);
    requires \forall integer i, j; from <= i < j < to ==> end_of(t[i]) <= t[j].base;
    requires \forall integer k; from <= k < at ==> t[k].base < base;
    requires \forall integer k; at <= k < to ==> base <= t[k].base;
    requires size > 0 && base + size <= UINT64_MAX + 1;
    assigns \nothing;
    ensures !\result ==> \forall integer k; from <= k < at ==> end_of(t[k]) <= base;
    ensures !\result ==> \forall integer k; at <= k < to ==> base + size <= t[k].base;
    ensures \result ==> \exists integer k; from <= k < to && t[k].base < base + size && base < end_of(t[k]); */
bool table_meets(const struct frond_range *t, uint64_t from, uint64_t to, uint64_t at,
                 uint64_t base, uint64_t size);

/* What counting says of any state: for provers. */
/*@ ghost
    /@ requires \valid_read(t + (0 .. n - 1));
       assigns \nothing;
       ensures \forall integer a; 0 <= leading(t, n, a) <= n;
       ensures \forall integer a, k; 0 <= k < n && allows(t[k].flags) &&
           t[k].target <= 4096 * a < t[k].target + t[k].size ==> leading(t, n, a) > 0;
    @/
    void table_count(const struct frond_range *t, uint64_t n);
*/

/* Entry i of n becomes r. */
/*@ requires \valid(t + (0 .. n - 1)) && i < n;
    assigns t[i];
    ensures SAME_RANGE(t[i], r);
    ensures STAYED(t, 0, i);
    ensures STAYED(t, i + 1, n);
    ensures \forall integer a;
        leading(t, n, a) == \old(leading(t, n, a)) - \old(ONE(t[i], a)) + ONE(r, a); */
void table_put(struct frond_range *t, uint64_t n, uint64_t i, struct frond_range r);

/* The records of what a range leads to, none for a gap. As page_locate. */
/*@ requires layout_ok(nk);
    requires aligned(target) && aligned(size) && size > 0 && target + size <= UINT64_MAX + 1 && flags <= 15;
    assigns \nothing;
    ensures \result.status == NK_OK || \result.status == NK_OWN || \result.status == NK_OUTSIDE ||
        \result.status == NK_BAD_RANGE;
    ensures !allows(flags) ==> \result.status == NK_OK && \result.first == 0 && \result.n == 0;
    ensures allows(flags) ==> (\result.status == NK_OK <==> in_an_area(nk, target, size));
    ensures allows(flags) && \result.status == NK_OK ==>
        exactly(nk, \result.first, \result.n, target, size); */
struct pages range_pages(const struct nk *nk, uint64_t target, uint64_t size, uint64_t flags);

/* A gap becomes entry `at`, which is one of the table's or next to its last; those from there on move up by one. */
/*@ NEEDS_TABLES(nk)
    requires live(nk, child) && map <= 1 && nk->child[child].map[map].first <= at <=
        nk->child[child].map[map].first + nk->child[child].map[map].count;
    requires nk->child[child].map[map].count < nk->child[child].map[map].room;
    requires gap.size > 0 && WELL_FORMED(gap) && !allows(gap.flags);
    requires FITS_BELOW(nk, child, map, at, -1, gap);
    requires FITS_ABOVE(nk, child, map, at, -1, gap);
    assigns nk->child[child], nk->range[0 .. nk->ranges - 1];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS_UNSORTED(nk)
    ensures COUNT_CHANGED(nk, child, map, 1);
    ensures SAME_RANGE(nk->range[at], gap);
    ensures STAYED(nk->range, 0, at);
    ensures STAYED(nk->range, \old(nk->child[child].map[map].first) +
        \old(nk->child[child].map[map].count) + 1, nk->ranges);
    behavior fits: ensures SORTED(nk); */
void gap_open(struct nk *nk, uint64_t child, uint64_t map, uint64_t at, struct frond_range gap);

/* Entry `index`, a gap of the child's, leads to target from now on: to n pages, where it may. */
/*@ requires layout_ok(nk) && index < nk->ranges && child < nk->children && owns(nk, child, index);
    requires !allows(nk->range[index].flags) && flags <= 15 && nk->range[index].size > 0;
    requires allows(flags) ==> exactly(nk, first, n, target, nk->range[index].size);
    requires !allows(flags) ==> n == 0 && first == 0;
    requires COUNTED(nk);
    assigns nk->range[0 .. nk->ranges - 1], nk->page[0 .. nk->pages - 1];
    ensures COUNTED(nk);
    ensures TYPES_SAME(nk);
    ensures nk->range[index].target == target && nk->range[index].flags == flags;
    ensures nk->range[index].base == \old(nk->range[index].base);
    ensures nk->range[index].size == \old(nk->range[index].size);
    ensures STAYED(nk->range, 0, index);
    ensures STAYED(nk->range, index + 1, nk->ranges);
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
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
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior objects_end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);
    behavior objects_typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);
    behavior objects_not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);
    behavior objects_apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);
    behavior objects_headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);
    behavior objects_placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk); */
void range_lead(struct nk *nk, uint64_t child, uint64_t index, uint64_t target, uint64_t flags,
                uint64_t first, uint64_t n);

/* Entry `index` becomes a gap. */
/*@ requires layout_ok(nk) && index < nk->ranges && nk->range[index].size > 0;
    requires FORMED(nk);
    requires INSIDE(nk);
    requires COUNTED(nk);
    assigns nk->range[0 .. nk->ranges - 1], nk->page[0 .. nk->pages - 1];
    ensures !allows(nk->range[index].flags);
    ensures STAYED(nk->range, 0, index);
    ensures STAYED(nk->range, index + 1, nk->ranges);
    ensures nk->range[index].base == \old(nk->range[index].base);
    ensures nk->range[index].size == \old(nk->range[index].size);
    ensures FORMED(nk);
    ensures INSIDE(nk);
    ensures COUNTED(nk);
    ensures TYPES_SAME(nk);
    ensures \forall integer f; 0 <= f < nk->pages && \old(LEADS(nk, index, f)) ==>
        nk->page[f].maps == \old(nk->page[f].maps) - 1;
    ensures \forall integer f; 0 <= f < nk->pages && !\old(LEADS(nk, index, f)) ==>
        nk->page[f].maps == \old(nk->page[f].maps);
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].owner == \old(nk->page[f].owner);
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].shared == \old(nk->page[f].shared);
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior objects_end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);
    behavior objects_typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);
    behavior objects_not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);
    behavior objects_apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);
    behavior objects_headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);
    behavior objects_placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk); */
void range_leave(struct nk *nk, uint64_t index);

/* nk_grant. */
/*@ NEEDS(nk)
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    REFUSED_SAME(nk)
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> COUNT_CHANGED(nk, child, meant(map), 1);
    ensures \result == NK_OK ==> live(nk, child);
    ensures \result == NK_OK ==> lists(nk, child, meant(map), r.base, r.size, r.target, r.flags);
    ensures \result == NK_OK ==> OTHERS_STAY(nk, child, meant(map), 1); */
enum nk_status range_grant(struct nk *nk, uint64_t child, uint64_t map, struct frond_range r);
/* Takes entry `at` out of table `map` (NK_P or NK_NP) of a child that lives: it is one of the table's. */
/*@ NEEDS(nk)
    requires live(nk, child) && 0 <= map <= 1 && has(nk, child, map, at);
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    ensures TYPES_SAME(nk);
    ensures COUNT_CHANGED(nk, child, map, -1);
    ensures OTHERS_STAY(nk, child, map, 0); */
void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t at);
/* The descriptor says where the child's tables are and how many entries they have. */
/*@ requires arrays(nk) && 0 <= child < nk->children && table_there(nk, child);
    requires addresses_ok(nk);
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    ensures DESCRIBED_AT(nk, child);
    ensures ENTRIES_SAME(nk);
    ensures STAYED(nk->range, 0, nk->ranges);
    COUNTS_SAME(nk)
    KEEPS_EACH(nk)
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);
    behavior described: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED(nk); */
void child_publish(struct nk *nk, uint64_t child);

#endif
