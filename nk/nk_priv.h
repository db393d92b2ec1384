/*
 * nk_priv.h - what the files of nk share.
 *
 *   layout.c  nk_place, nk_init
 *   page.c    page records: which pages a range leads to, who may, counts
 *   table.c   one range table: where a range belongs, to make and to close a gap in the entries
 *   range.c   grant, revoke, point, find: tables and pages together
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

/* What flags say; for well-formed ranges. In arithmetic: provers know that. */
/*@ assigns \nothing; ensures \result <==> allows(flags); */
static inline bool flags_allow(uint64_t flags) { return flags % FROND_SHARED != 0; }
/*@ assigns \nothing; ensures \result <==> writes(flags); */
static inline bool flags_write(uint64_t flags) { return flags % FROND_X >= FROND_W; }
/*@ assigns \nothing; ensures \result <==> shares(flags); */
static inline bool flags_share(uint64_t flags) { return flags >= FROND_SHARED; }

/* Page aligned, not empty, no wrap. */
/*@ assigns \nothing;
    ensures \result <==> base % 4096 == 0 && size % 4096 == 0 && size > 0 && base + size <= UINT64_MAX + 1; */
bool page_span(uint64_t base, uint64_t size);
/* The index of the first page record of [base, base + size), a span. NK_OK, NK_OWN, NK_OUTSIDE. */
/*@ requires arrays(nk) && ascending(nk) && areas_there(nk) && own_there(nk);
    requires base % 4096 == 0 && size % 4096 == 0 && size > 0;
    requires \valid(first) && \separated(first, nk, nk->page + (0 .. nk->pages - 1));
    assigns *first;
    ensures \result == NK_OK || \result == NK_OWN || \result == NK_OUTSIDE;
    ensures \result == NK_OK <==> in_an_area(nk, base, size);
    ensures \result == NK_OK ==> exactly(nk, *first, size / 4096, base); */
enum nk_status page_locate(const struct nk *nk, uint64_t base, uint64_t size, uint64_t *first);
/* May n pages be led to, with flags that allow something? NK_OK, NK_OWN, NK_READ_ONLY. */
/*@ requires arrays(nk) && first + n <= nk->pages;
    assigns \nothing;
    ensures \result == NK_OK || \result == NK_OWN || \result == NK_READ_ONLY;
    ensures \result == NK_OK <==>
        (\forall integer f; first <= f < first + n ==> may_lead_to(nk->page[f], flags)); */
enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, uint64_t flags);

/* Does somebody lead to one of n pages who does not share it with a range of this child's? One range of
 * this child's that leads to the n_but pages from `but` on is not looked at. */
/*@ requires arrays(nk) && first + n <= nk->pages && but + n_but <= nk->pages;
    requires \forall integer f; but <= f < but + n_but ==> nk->page[f].maps > 0;
    assigns \nothing;
    ensures !\result <==> \forall integer f; first <= f < first + n ==>
        may_join(nk->page[f], nk->page[f].maps - (but <= f < but + n_but ? 1 : 0), child, flags); */
bool page_taken(const struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags,
                uint64_t but, uint64_t n_but);

/* A range more, or less, leads to n pages. */
/*@ requires arrays(nk) && first + n <= nk->pages && child < nk->layout.children;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps < UINT32_MAX;
    assigns nk->page[first .. first + n - 1].maps, nk->page[first .. first + n - 1].owner,
        nk->page[first .. first + n - 1].shared;
    ensures \forall integer f; first <= f < first + n ==>
        nk->page[f].maps == \old(nk->page[f].maps) + 1;
    ensures \forall integer f; first <= f < first + n ==>
        (\old(nk->page[f].maps) == 0 ==> nk->page[f].owner == child && (nk->page[f].shared != 0 <==> shares(flags)));
    ensures \forall integer f; first <= f < first + n ==>
        (\old(nk->page[f].maps) != 0 ==> nk->page[f].owner == \old(nk->page[f].owner) &&
            nk->page[f].shared == \old(nk->page[f].shared)); */
void page_hold(struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags);
/*@ requires arrays(nk) && first + n <= nk->pages;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps > 0;
    assigns nk->page[first .. first + n - 1].maps;
    ensures \forall integer f; first <= f < first + n ==>
        nk->page[f].maps == \old(nk->page[f].maps) - 1; */
void page_drop(struct nk *nk, uint64_t first, uint64_t n);

/* How many of the entries begin below base: the place of a range that begins there. */
/*@ requires \valid_read(t + (0 .. count - 1)) && ordered(t, count);
    assigns \nothing;
    ensures seat_of(t, count, base, \result); */
uint64_t table_seat(const struct frond_range *t, uint64_t count, uint64_t base);

/* Does [base, base + size) meet an entry? seat as above. */
/*@ requires \valid_read(t + (0 .. count - 1)) && ordered(t, count) && seat_of(t, count, base, seat);
    requires size > 0 && base + size <= UINT64_MAX + 1;
    assigns \nothing;
    ensures !\result <==>
        \forall integer k; 0 <= k < count ==> end_of(t[k]) <= base || base + size <= t[k].base; */
bool table_meets(const struct frond_range *t, uint64_t count, uint64_t seat, uint64_t base,
                 uint64_t size);

/* What counting says of any state: for provers. */
/*@ ghost
    /@ requires \valid_read(t + (0 .. n - 1));
       assigns \nothing;
       ensures \forall integer a; 0 <= leading(t, n, a) <= n;
       ensures \forall integer a, k; 0 <= k < n ==> one(t[k], a) <= leading(t, n, a);
    @/
    void table_count(const struct frond_range *t, uint64_t n);
*/

/* Entry i of n becomes r. */
/*@ requires \valid(t + (0 .. n - 1)) && i < n;
    assigns t[i];
    ensures t[i] == r;
    ensures \forall integer a;
        leading(t, n, a) == \old(leading(t, n, a)) - \old(one(t[i], a)) + one(r, a); */
void table_put(struct frond_range *t, uint64_t n, uint64_t i, struct frond_range r);

/* Entry i of n leads to target from now on. */
/*@ requires \valid(t + (0 .. n - 1)) && i < n;
    assigns t[i].target, t[i].flags;
    ensures t[i].target == target && t[i].flags == flags;
    ensures \forall integer a;
        leading(t, n, a) == \old(leading(t, n, a)) - \old(one(t[i], a)) + one(t[i], a); */
void table_lead(struct frond_range *t, uint64_t n, uint64_t i, uint64_t target, uint64_t flags);

/* Takes entry `seat` out of table `map` (NK_P or NK_NP) of a child that lives. */
void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat);
/* The descriptor says where the child's tables are and how many entries they have. */
void child_publish(struct nk *nk, uint64_t child);

#endif
