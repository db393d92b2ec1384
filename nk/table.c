/* table.c - one range table, sorted and disjoint: see nk_priv.h. Nothing here looks at a page. */
#define LOGIC_COUNTS
#include "nk_priv.h"

uint64_t table_place(const struct frond_range *t, uint64_t from, uint64_t to, uint64_t base) {
    uint64_t lo = from, hi = to;

    if (from == to || t[to - 1].base < base) /* above all: how a pager lays out its pages */
        return to;
    /*@ loop assigns lo, hi;
        loop invariant from <= lo <= hi <= to;
        loop invariant \forall integer k; from <= k < lo ==> t[k].base < base;
        loop invariant \forall integer k; hi <= k < to ==> base <= t[k].base;
        loop variant hi - lo; */
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;

        if (t[mid].base < base)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool table_meets(const struct frond_range *t, uint64_t from, uint64_t to, uint64_t at,
                 uint64_t base, uint64_t size) {
    if (at > from && range_last(&t[at - 1]) >= base)
        return true;
    return at < to && t[at].base - base < size;
}

/*@ ghost
    void table_count(const struct frond_range *t, uint64_t n) {
        uint64_t i = 0;
        /@ loop assigns i;
           loop invariant 0 <= i <= n;
           loop invariant \forall integer a; 0 <= leading(t, i, a) <= i;
           loop invariant \forall integer a, k; 0 <= k < i && allows(t[k].flags) &&
               t[k].target <= 4096 * a < t[k].target + t[k].size ==> leading(t, i, a) > 0;
           loop variant n - i; @/
        while (i < n) i++;
    }
*/

void table_put(struct frond_range *t, uint64_t n, uint64_t i, struct frond_range r) {
    (void)n; /* for the contract */
    t[i] = r;
    /*@ ghost uint64_t k = 0; */
    /*@ ghost
        /@ loop assigns k;
           loop invariant 0 <= k <= n;
           loop invariant \forall integer a, j; j == k ==> leading(t, j, a) ==
               \at(leading(t, j, a), Pre) + (i < j ? ONE(r, a) - \at(ONE(t[i], a), Pre) : 0);
           loop variant n - k; @/
        while (k < n) k++;
    */
}
