/* table.c - one range table, sorted and disjoint: see nk_priv.h. Nothing here looks at a page. */
#include "nk_priv.h"

uint64_t table_seat(const struct frond_range *t, uint64_t count, uint64_t base) {
    uint64_t lo = 0, hi = count;

    if (count == 0 || t[count - 1].base < base) /* above all: how a pager lays out its pages */
        return count;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;

        if (t[mid].base < base)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool table_meets(const struct frond_range *t, uint64_t count, uint64_t seat, uint64_t base,
                 uint64_t size) {
    if (seat > 0 && range_last(&t[seat - 1]) >= base)
        return true;
    return seat < count && t[seat].base - base < size;
}
