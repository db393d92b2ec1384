/* map.c - see map.h. */
#include "map.h"

bool range_ok(const struct frond_range *r) {
    if (r->base % FROND_PAGE_SIZE != 0 || r->size % FROND_PAGE_SIZE != 0 ||
        r->target % FROND_PAGE_SIZE != 0 || r->size == 0)
        return false;
    if (r->size - 1 > UINT64_MAX - r->base || r->size - 1 > UINT64_MAX - r->target)
        return false;
    return r->flags <= FROND_FLAGS;
}

uint64_t range_last(const struct frond_range *r) { return r->base + (r->size - 1); }

uint64_t range_target(const struct frond_range *r, uint64_t addr) {
    return r->target + (addr - r->base);
}

struct map_search map_search_begin(uint64_t count, uint64_t addr) {
    struct map_search s = {.step = count == 0 ? MAP_GAP : MAP_MORE,
                           .addr = addr,
                           .lo = 0,
                           .hi = count,
                           .left = 0,
                           .last = UINT64_MAX};

    return s;
}

uint64_t map_search_index(struct map_search s) { return s.lo + (s.hi - s.lo) / 2; }

struct map_search map_search_look(struct map_search s, const struct frond_range *e) {
    uint64_t mid = map_search_index(s);

    if (!range_ok(e) || e->base < s.left || range_last(e) > s.last) {
        s.step = MAP_BAD;
    } else if (s.addr < e->base) {
        s.hi = mid;
        s.last = e->base - 1;
        s.step = s.lo < s.hi ? MAP_MORE : MAP_GAP;
    } else if (s.addr > range_last(e)) {
        s.lo = mid + 1;
        s.left = range_last(e) + 1;
        s.step = s.lo < s.hi ? MAP_MORE : MAP_GAP;
    } else {
        s.step = MAP_FOUND;
    }
    return s;
}

enum map_step map_find(const struct frond_range *table, uint64_t count, uint64_t addr,
                       uint64_t *index) {
    struct map_search s = map_search_begin(count, addr);
    uint64_t i = 0;

    /*@ loop assigns s, i;
        loop invariant s.addr == addr && 0 <= s.lo <= s.hi <= count;
        loop invariant s.step == MAP_MORE || s.step == MAP_GAP || s.step == MAP_FOUND ||
            s.step == MAP_BAD;
        loop invariant s.left <= addr <= s.last;
        loop invariant s.step == MAP_MORE ==> s.lo < s.hi;
        loop invariant s.step == MAP_GAP ==> s.lo == s.hi;
        loop invariant s.step == MAP_FOUND ==>
            i < count && well_formed(table[i]) && holds(table[i], addr);
        loop invariant s.step == MAP_BAD ==> i < count && !ordered(table, count);
        loop invariant ordered(table, count) && (s.step == MAP_MORE || s.step == MAP_GAP) ==>
            \forall integer k; 0 <= k < s.lo ==> end_of(table[k]) <= s.left;
        loop invariant ordered(table, count) && (s.step == MAP_MORE || s.step == MAP_GAP) ==>
            \forall integer k; s.hi <= k < count ==> s.last < table[k].base;
        loop invariant ordered(table, count) && s.step == MAP_MORE ==>
            \forall integer k; s.lo <= k < s.hi ==>
                s.left <= table[k].base && end_of(table[k]) <= s.last + 1;
        loop variant s.hi - s.lo + (s.step == MAP_MORE ? 1 : 0); */
    while (s.step == MAP_MORE) {
        i = map_search_index(s);
        /*@ assert ordered(table, count) ==> in_place(s, table[i]); */
        s = map_search_look(s, &table[i]);
    }
    /*@ assert s.step == MAP_GAP && ordered(table, count) ==>
          \forall integer k; 0 <= k < s.lo ==> !holds(table[k], addr); */
    /*@ assert s.step == MAP_GAP && ordered(table, count) ==>
          \forall integer k; s.lo <= k < count ==> !holds(table[k], addr); */
    *index = i;
    return s.step;
}

bool map_check(const struct frond_range *table, uint64_t count, uint64_t *bad) {
    /*@ loop assigns i, *bad;
        loop invariant 0 <= i <= count;
        loop invariant ordered(table, i);
        loop variant count - i; */
    for (uint64_t i = 0; i < count; i++) {
        if (!range_ok(&table[i]) || (i > 0 && table[i].base <= range_last(&table[i - 1]))) {
            *bad = i;
            return false;
        }
    }
    return true;
}
