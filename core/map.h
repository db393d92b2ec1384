/*
 * map.h - ranges and the search: the part of core that a nucleus links too.
 *
 * A map is a sorted, disjoint table of struct frond_range. All here are functions of their
 * arguments: no state, no allocation, no call-backs. docs/machine.md, section 2.
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
    uint64_t addr;
    uint64_t lo, hi;
    uint64_t left, last;
};

/* Aligned, not empty, no wrap, no unknown flag. */
bool range_ok(const struct frond_range *r);
/* Last byte of the range; the range must be ok. */
uint64_t range_last(const struct frond_range *r);
/* Where `addr` of the range leads. */
uint64_t range_target(const struct frond_range *r, uint64_t addr);

/* The search of machine.md 2.2, entry by entry, for tables that are read piecemeal. */
enum map_step map_search_begin(struct map_search *s, uint64_t count, uint64_t addr);
uint64_t map_search_index(const struct map_search *s);
enum map_step map_search_look(struct map_search *s, const struct frond_range *e);

/* The same over a table in memory: FOUND or BAD with the index, or GAP. */
enum map_step map_find(const struct frond_range *table, uint64_t count, uint64_t addr,
                       uint64_t *index);

/* Whether the whole table is in order; if not, *bad is the first index that is not. */
bool map_check(const struct frond_range *table, uint64_t count, uint64_t *bad);

#endif
