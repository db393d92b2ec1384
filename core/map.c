/* map.c - see map.h. */
#include "map.h"

static const uint64_t page_mask = FROND_PAGE_SIZE - 1;

bool range_ok(const struct frond_range *r)
{
    if (((r->base | r->size | r->target) & page_mask) != 0 || r->size == 0)
        return false;
    if (r->size - 1 > UINT64_MAX - r->base || r->size - 1 > UINT64_MAX - r->target)
        return false;
    return (r->flags & ~(uint64_t)FROND_FLAGS) == 0;
}

uint64_t range_last(const struct frond_range *r)
{
    return r->base + (r->size - 1);
}

uint64_t range_target(const struct frond_range *r, uint64_t addr)
{
    return r->target + (addr - r->base);
}

enum map_step map_search_begin(struct map_search *s, uint64_t count, uint64_t addr)
{
    s->addr = addr;
    s->lo = 0;
    s->hi = count;
    s->left = 0;
    s->last = UINT64_MAX;
    return count == 0 ? MAP_GAP : MAP_MORE;
}

uint64_t map_search_index(const struct map_search *s)
{
    return s->lo + (s->hi - s->lo) / 2;
}

enum map_step map_search_look(struct map_search *s, const struct frond_range *e)
{
    uint64_t mid = map_search_index(s);

    if (!range_ok(e) || e->base < s->left || range_last(e) > s->last)
        return MAP_BAD;
    if (s->addr < e->base) {
        s->hi = mid;
        s->last = e->base - 1;
    } else if (s->addr > range_last(e)) {
        s->lo = mid + 1;
        s->left = range_last(e) + 1;
    } else {
        return MAP_FOUND;
    }
    return s->lo < s->hi ? MAP_MORE : MAP_GAP;
}

enum map_step map_find(const struct frond_range *table, uint64_t count, uint64_t addr,
                       uint64_t *index)
{
    struct map_search s;
    enum map_step step = map_search_begin(&s, count, addr);

    while (step == MAP_MORE) {
        *index = map_search_index(&s);
        step = map_search_look(&s, &table[*index]);
    }
    return step;
}

bool map_check(const struct frond_range *table, uint64_t count, uint64_t *bad)
{
    for (uint64_t i = 0; i < count; i++) {
        if (!range_ok(&table[i]) || (i > 0 && table[i].base <= range_last(&table[i - 1]))) {
            *bad = i;
            return false;
        }
    }
    return true;
}
