/*
 * map.h - ranges and the search: the part of core that a nucleus links too.
 *
 * A map is a sorted, disjoint table of struct frond_range. All here are functions of their
 * arguments: no state, no allocation, no call-backs. docs/machine.md, section 2. The contracts are
 * proved (make prove); what they say of a range is seed 1's f_t: an address of the child, an address
 * of the parent, or ω.
 */
#ifndef FROND_MAP_H
#define FROND_MAP_H

#include "frond_abi.h"
#include <stdbool.h>

enum map_step {
    MAP_MORE,  /* read the entry map_search_index() and call map_search_look() */
    MAP_FOUND, /* the entry just read holds the address */
    MAP_GAP,   /* no range holds it */
    MAP_BAD    /* the entry just read is not in order */
};

/* A search under way: entries [lo, hi) are left, and must lie within [left, last]. */
struct map_search {
    enum map_step step;
    uint64_t addr;
    uint64_t lo, hi;
    uint64_t left, last;
};

/*@ logic integer end_of(struct frond_range r) = r.base + r.size;

    predicate well_formed(struct frond_range r) =
        r.base % 4096 == 0 && r.size % 4096 == 0 && r.target % 4096 == 0 && r.size > 0 &&
        end_of(r) <= UINT64_MAX + 1 && r.target + r.size <= UINT64_MAX + 1 && r.flags <= 15;

    predicate holds(struct frond_range r, integer addr) = r.base <= addr < end_of(r);

    predicate ordered(struct frond_range *t, integer n) =
        (\forall integer i; 0 <= i < n ==> well_formed(t[i])) &&
        (\forall integer i, j; 0 <= i < j < n ==> end_of(t[i]) <= t[j].base);

    predicate searching(struct map_search s) =
        s.step == MAP_MORE && s.lo < s.hi && s.left <= s.addr <= s.last;

    logic integer middle(struct map_search s) = s.lo + (s.hi - s.lo) / 2;

    predicate in_place(struct map_search s, struct frond_range e) =
        well_formed(e) && s.left <= e.base && end_of(e) <= s.last + 1;
*/

/* Aligned, not empty, no wrap, no unknown flag. */
/*@ requires \valid_read(r);
    assigns \nothing;
    ensures \result <==> well_formed(*r); */
bool range_ok(const struct frond_range *r);

/* Last byte of the range; the range must be ok. */
/*@ requires \valid_read(r) && well_formed(*r);
    assigns \nothing;
    ensures \result == end_of(*r) - 1; */
uint64_t range_last(const struct frond_range *r);

/* Where `addr` of the range leads. */
/*@ requires \valid_read(r) && well_formed(*r) && holds(*r, addr);
    assigns \nothing;
    ensures \result == r->target + (addr - r->base);
    ensures r->target <= \result < r->target + r->size; */
uint64_t range_target(const struct frond_range *r, uint64_t addr);

/* The search of machine.md 2.2, entry by entry, for tables that are read piecemeal. */
/*@ assigns \nothing;
    ensures \result.step == (count == 0 ? MAP_GAP : MAP_MORE);
    ensures \result.addr == addr && \result.lo == 0 && \result.hi == count;
    ensures \result.left == 0 && \result.last == UINT64_MAX; */
struct map_search map_search_begin(uint64_t count, uint64_t addr);

/* Which entry is to be looked at next. */
/*@ requires searching(s);
    assigns \nothing;
    ensures \result == middle(s) && s.lo <= \result < s.hi; */
uint64_t map_search_index(struct map_search s);

/* The search after entry map_search_index(s), which is *e. */
/*@ requires \valid_read(e) && searching(s);
    assigns \nothing;
    ensures \result.addr == s.addr;
    ensures \result.step == MAP_BAD <==> !in_place(s, *e);
    ensures \result.step == MAP_FOUND <==> in_place(s, *e) && holds(*e, s.addr);
    ensures \result.step == MAP_MORE || \result.step == MAP_GAP || \result.step == MAP_FOUND ||
        \result.step == MAP_BAD;
    ensures \result.step == MAP_FOUND || \result.step == MAP_BAD ==>
        \result.lo == s.lo && \result.hi == s.hi &&
        \result.left == s.left && \result.last == s.last;
    ensures \result.step == MAP_MORE || \result.step == MAP_GAP ==>
        (s.addr < e->base && \result.lo == s.lo && \result.left == s.left &&
         \result.hi == middle(s) && \result.last == e->base - 1) ||
        (s.addr >= end_of(*e) && \result.hi == s.hi && \result.last == s.last &&
         \result.lo == middle(s) + 1 && \result.left == end_of(*e));
    ensures \result.left <= \result.addr <= \result.last;
    ensures \result.step == MAP_MORE ==> \result.lo < \result.hi;
    ensures \result.step == MAP_GAP ==> \result.lo == \result.hi; */
struct map_search map_search_look(struct map_search s, const struct frond_range *e);

/* The same over a table in memory: FOUND or BAD with the index, or GAP. */
/*@ requires \valid_read(table + (0 .. count - 1)) && \valid(index);
    requires \separated(table + (0 .. count - 1), index);
    assigns *index;
    ensures \result == MAP_FOUND || \result == MAP_GAP || \result == MAP_BAD;
    ensures \result == MAP_FOUND ==>
        *index < count && well_formed(table[*index]) && holds(table[*index], addr);
    ensures \result == MAP_BAD ==> *index < count && !ordered(table, count);
    ensures \result == MAP_GAP && ordered(table, count) ==>
        \forall integer i; 0 <= i < count ==> !holds(table[i], addr); */
enum map_step map_find(const struct frond_range *table, uint64_t count, uint64_t addr,
                       uint64_t *index);

/* Whether the whole table is in order; if not, *bad is the first index that is not. */
/*@ requires \valid_read(table + (0 .. count - 1)) && \valid(bad);
    requires \separated(table + (0 .. count - 1), bad);
    assigns *bad;
    ensures \result <==> ordered(table, count);
    ensures !\result ==> *bad < count && ordered(table, *bad) && !ordered(table, *bad + 1); */
bool map_check(const struct frond_range *table, uint64_t count, uint64_t *bad);

#endif
