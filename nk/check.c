/*
 * check.c - the walker: every invariant of docs/nk.md, one after the other, from the tables and records alone.
 *
 * It trusts nothing but the layout, and is slow: for tests and fuzzers.
 */
#include "nk_priv.h"

/* A range of a child's table. */
struct entry {
    const struct frond_range *range;
    uint64_t child;
};

/* Entry k of the tables of all children, in order; false: there are not so many. */
static bool entry_at(const struct nk *nk, uint64_t k, struct entry *e) {
    for (uint64_t c = 0; c < (uint64_t)nk->children; c++) {
        for (int m = NK_P; m <= NK_NP && nk->child[c].lives != 0; m++) {
            const struct nk_table *t = &nk->child[c].map[m];

            if (k < (uint64_t)t->count) {
                *e = (struct entry){&nk->range[t->first + k], c};
                return true;
            }
            k -= (uint64_t)t->count;
        }
    }
    return false;
}

static bool leads(const struct frond_range *r, uint64_t page) {
    return (r->flags & (FROND_R | FROND_W | FROND_X)) != 0 && page >= r->target &&
           page - r->target < r->size;
}

/* The number of the first page of record f, from the areas alone; ~0: there is no such record. */
static uint64_t number_of(const struct nk *nk, uint64_t f) {
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_span *a = &nk->area[k];

        if (f < (uint64_t)(a->pages / a->unit))
            return (uint64_t)a->number + f * (uint64_t)a->unit;
        f -= (uint64_t)(a->pages / a->unit);
    }
    return UINT64_MAX;
}

static const char *check_pages(const struct nk *nk) {
    int64_t records = 0;

    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_span *a = &nk->area[k];

        if (a->unit < 1 || a->records != a->pages / a->unit)
            return "an area has not as many records as units";
        if (a->first != records)
            return "an area's first record is another's";
        records += a->records;
    }
    return nk->pages == records ? NULL : "there are not as many records as pages";
}

static const char *check_objects(const struct nk *nk) {
    uint64_t left = 0;
    uint8_t type = NK_FREE;

    for (uint64_t i = 0; i < (uint64_t)nk->pages; i++) {
        const struct nk_page *p = &nk->page[i];
        bool object = p->type == NK_NO_WRITE || p->type == NK_WRITE_ONCE ||
                      p->type == NK_APPEND_ONLY || p->type == NK_LOGGED;

        if (p->pages > 0 && left > 0)
            return "an object begins within another";
        if (p->pages > 0) {
            left = p->pages;
            type = p->type;
        }
        if (p->type >= NK_TYPES || p->type != (left > 0 ? type : NK_FREE))
            return "a page is not of its object's type";
        if (left > 0 && p->type == NK_FREE)
            return "an object is free";
        if (object && (i < (uint64_t)nk->objects.first ||
                       i - (uint64_t)nk->objects.first >= (uint64_t)nk->objects.pages))
            return "an object is not where objects may be";
        left -= left > 0;
    }
    return left == 0 ? NULL : "an object has more pages than there are";
}

static const char *check_child(const struct nk *nk, uint64_t c) {
    const struct nk_table *p = &nk->child[c].map[NK_P], *np = &nk->child[c].map[NK_NP];
    const struct frond_desc *d = &nk->desc[c];
    uint64_t bad;

    if (p->room == 0 || p->first < 0 || p->room < 0 || np->room < 0 || p->count < 0 ||
        np->count < 0 || np->first != (int64_t)p->first + p->room ||
        (int64_t)np->first + np->room > nk->ranges || p->count > p->room || np->count > np->room)
        return "a table does not lie within the entries";
    if (!map_check(nk->range + p->first, (uint64_t)p->count, &bad) ||
        !map_check(nk->range + np->first, (uint64_t)np->count, &bad))
        return "a table is not in order";
    if (d->map_p.addr != (uint64_t)nk->range_at + (uint64_t)p->first * sizeof(struct frond_range) ||
        d->map_p.count != (uint64_t)p->count)
        return "a descriptor's map_p is not its table";
    if (np->room == 0)
        np = p;
    if (d->map_np.addr !=
            (uint64_t)nk->range_at + (uint64_t)np->first * sizeof(struct frond_range) ||
        d->map_np.count != (uint64_t)np->count)
        return "a descriptor's map_np is not its table";
    return d->magic == FROND_MAGIC ? NULL : "a child has no descriptor";
}

/* Who uses entry i of the ranges: the number of tables that say so. */
static unsigned users(const struct nk *nk, uint64_t i) {
    unsigned n = 0;

    for (uint64_t c = 0; c < (uint64_t)nk->children; c++) {
        for (int m = NK_P; m <= NK_NP && nk->child[c].lives != 0; m++) {
            const struct nk_table *t = &nk->child[c].map[m];

            n += i >= (uint64_t)t->first && i - (uint64_t)t->first < (uint64_t)t->count;
        }
    }
    return n;
}

static const char *check_tables(const struct nk *nk) {
    for (uint64_t c = 0; c < (uint64_t)nk->children; c++) {
        const char *wrong = nk->child[c].lives != 0 ? check_child(nk, c) : NULL;

        if (wrong != NULL)
            return wrong;
    }
    for (uint64_t i = 0; i < (uint64_t)nk->ranges; i++) {
        const struct frond_range *r = &nk->range[i];
        unsigned n = users(nk, i);

        if (n > 1)
            return "an entry is in two tables";
        if (n == 0 && (r->base | r->size | r->target | r->flags) != 0)
            return "an entry in no table is not 0";
    }
    return NULL;
}

/* One page under all ranges that lead there. */
static const char *check_page(const struct nk *nk, uint64_t i) {
    const struct nk_page *p = &nk->page[i];
    struct entry e;
    uint64_t maps = 0;

    for (uint64_t k = 0; entry_at(nk, k, &e); k++) {
        if (!leads(e.range, NK_PAGE * number_of(nk, i)))
            continue;
        maps++;
        if (p->type == NK_KEPT)
            return "a range leads to what is kept";
        if (p->type != NK_FREE && (e.range->flags & FROND_W) != 0)
            return "a range may write to an object";
        if (p->shared != ((e.range->flags & FROND_SHARED) != 0))
            return "a page is shared and not shared";
        if (p->shared == 0 && p->owner != e.child)
            return "a range leads to another child's page";
    }
    return maps == p->maps ? NULL : "a page's count is not the number of ranges that lead there";
}

/* How many pages record i stands for. */
static uint64_t unit_of(const struct nk *nk, uint64_t i) {
    int k = NK_AREAS - 1;

    while (k > 0 && i < (uint64_t)nk->area[k].first)
        k--;
    return (uint64_t)nk->area[k].unit;
}

static const char *check_ranges(const struct nk *nk) {
    struct entry e;

    for (uint64_t i = 0; i < (uint64_t)nk->pages; i++) {
        const char *wrong = check_page(nk, i);

        if (wrong != NULL)
            return wrong;
    }
    for (uint64_t k = 0; entry_at(nk, k, &e); k++) {
        uint64_t pages = 0;

        for (uint64_t i = 0; i < (uint64_t)nk->pages; i++)
            pages += leads(e.range, NK_PAGE * number_of(nk, i)) ? unit_of(nk, i) : 0;
        if (pages != 0 && pages != e.range->size / NK_PAGE)
            return "a range leads out of the areas";
        if (pages == 0 && (e.range->flags & (FROND_R | FROND_W | FROND_X)) != 0)
            return "a range leads to no area";
    }
    return NULL;
}

const char *nk_check(const struct nk *nk) {
    const char *wrong = check_pages(nk);

    if (wrong == NULL)
        wrong = check_objects(nk);
    if (wrong == NULL)
        wrong = check_tables(nk);
    return wrong != NULL ? wrong : check_ranges(nk);
}
