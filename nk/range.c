/*
 * range.c - grant, revoke, point, find.
 *
 * Whether a call may be done is asked first; what it then does are steps (step.c), which cannot fail.
 */
#include "nk_priv.h"

/* Whether the child has the table that a call means: NK_OK, NK_NOT_CHILD, NK_NOT_MAP. */
/*@ requires arrays(nk);
    assigns \nothing;
    ensures \result == NK_OK || \result == NK_NOT_CHILD || \result == NK_NOT_MAP;
    ensures \result == NK_NOT_CHILD <==> !live(nk, child);
    ensures \result == NK_OK <==> live(nk, child) &&
        (nk->child[child].map[NK_NP].room == 0 ? map == NK_BOTH : map == NK_P || map == NK_NP); */
static enum nk_status has_table(const struct nk *nk, uint64_t child, uint64_t map) {
    if (child >= (uint64_t)nk->children || nk->child[child].lives == 0)
        return NK_NOT_CHILD;
    if (nk->child[child].map[NK_NP].room == 0 ? map != NK_BOTH : map > NK_NP)
        return NK_NOT_MAP;
    return NK_OK;
}

/* The index in child.map of a table that it has. */
/*@ assigns \nothing; ensures \result == meant(map); */
static uint64_t table_of(uint64_t map) { return map == NK_NP ? NK_NP : NK_P; }

/* Aligned, not empty, no wrap, no unknown flag: as the engine judges it. */
/*@ assigns \nothing;
    ensures \result <==> aligned(base) && aligned(size) && aligned(target) && size > 0 &&
        base + size <= UINT64_MAX + 1 && target + size <= UINT64_MAX + 1 && flags <= 15; */
static bool well_formed(uint64_t base, uint64_t size, uint64_t target, uint64_t flags) {
    struct frond_range r = {base, size, target, flags};

    return range_ok(&r);
}

/* The same, if a child may lead there, whoever else does; else why not. */
/*@ requires layout_ok(nk);
    requires aligned(target) && aligned(size) && size > 0 && target + size <= UINT64_MAX + 1 && flags <= 15;
    assigns \nothing;
    ensures \result.status < NK_STATUSES;
    ensures \result.status == NK_OK ==> \result.first + \result.n <= nk->pages;
    ensures !allows(flags) ==> \result.status == NK_OK && \result.first == 0 && \result.n == 0;
    ensures allows(flags) && \result.status == NK_OK ==> in_an_area(nk, target, size) &&
        exactly(nk, \result.first, \result.n, target, size);
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n ==>
            may_lead_to(nk, f, flags)); */
static struct pages may_lead(const struct nk *nk, uint64_t target, uint64_t size, uint64_t flags) {
    struct pages p = range_pages(nk, target, size, flags);

    if (p.status == NK_OK)
        p.status = page_types(nk, p.first, p.n, flags);
    return p;
}

/* The index in nk->range at which a range of the table that starts at base has its place. */
/*@ requires arrays(nk) && tables_there(nk) && live(nk, child) && m <= 1;
    requires FILLED(nk);
    requires SORTED(nk);
    requires FORMED(nk);
    assigns \nothing;
    ensures nk->child[child].map[m].first <= \result <=
        nk->child[child].map[m].first + nk->child[child].map[m].count;
    ensures \forall integer k; has(nk, child, m, k) && k < \result ==> nk->range[k].base < base;
    ensures \forall integer k; has(nk, child, m, k) && \result <= k ==> base <= nk->range[k].base; */
static uint64_t place(const struct nk *nk, uint64_t child, uint64_t m, uint64_t base) {
    uint64_t from = (uint64_t)nk->child[child].map[m].first;
    uint64_t to = from + (uint64_t)nk->child[child].map[m].count;

    /*@ assert m == 0 || m == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert its: \forall integer i; from <= i < to <==> has(nk, child, m, i); */
    /*@ assert filled: \forall integer i; has(nk, child, m, i) ==> nk->range[i].size > 0; */
    /*@ assert formed: \forall integer i; has(nk, child, m, i) ==> well_formed(nk->range[i]); */
    /*@ assert all: \forall integer i; from <= i < to && has(nk, child, m, i) ==> well_formed(nk->range[i]); */
    /*@ assert sorted: \forall integer i, j; from <= i < j < to && has(nk, child, m, i) && has(nk, child, m, j) ==>
          end_of(nk->range[i]) <= nk->range[j].base; */
    /*@ assert ends: \forall integer i, j; from <= i < j < to ==> end_of(nk->range[i]) <= nk->range[j].base; */
    /*@ assert each: \forall integer i; from <= i < to ==> well_formed(nk->range[i]); */
    return table_place(nk->range, from, to, base);
}

/* Whether r, whose place that is, meets no entry of the table. */
/*@ requires arrays(nk) && tables_there(nk) && live(nk, child) && m <= 1;
    requires FILLED(nk);
    requires SORTED(nk);
    requires FORMED(nk);
    requires r.size > 0 && WELL_FORMED(r);
    requires nk->child[child].map[m].first <= at <=
        nk->child[child].map[m].first + nk->child[child].map[m].count;
    requires \forall integer k; has(nk, child, m, k) && k < at ==> nk->range[k].base < r.base;
    requires \forall integer k; has(nk, child, m, k) && at <= k ==> r.base <= nk->range[k].base;
    assigns \nothing;
    ensures \result ==> FITS_BELOW(nk, child, m, at, -1, r);
    ensures \result ==> FITS_ABOVE(nk, child, m, at, -1, r); */
static bool fits(const struct nk *nk, uint64_t child, uint64_t m, uint64_t at,
                 struct frond_range r) {
    uint64_t from = (uint64_t)nk->child[child].map[m].first;
    uint64_t to = from + (uint64_t)nk->child[child].map[m].count;

    /*@ assert m == 0 || m == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert its: \forall integer i; from <= i < to <==> has(nk, child, m, i); */
    /*@ assert filled: \forall integer i; has(nk, child, m, i) ==> nk->range[i].size > 0; */
    /*@ assert formed: \forall integer i; has(nk, child, m, i) ==> well_formed(nk->range[i]); */
    /*@ assert all: \forall integer i; from <= i < to && has(nk, child, m, i) ==> well_formed(nk->range[i]); */
    /*@ assert sorted: \forall integer i, j; from <= i < j < to && has(nk, child, m, i) && has(nk, child, m, j) ==>
          end_of(nk->range[i]) <= nk->range[j].base; */
    /*@ assert ends: \forall integer i, j; from <= i < j < to ==> end_of(nk->range[i]) <= nk->range[j].base; */
    /*@ assert each: \forall integer i; from <= i < to ==> well_formed(nk->range[i]); */
    return !table_meets(nk->range, from, to, at, r.base, r.size);
}

/* Why the range, well formed, cannot be one more of table m; if it can, where its pages are. */
/*@ requires layout_ok(nk) && tables_there(nk) && live(nk, child) && m <= 1;
    requires FILLED(nk);
    requires SORTED(nk);
    requires FORMED(nk);
    requires r.size > 0 && WELL_FORMED(r);
    requires nk->child[child].map[m].first <= at <=
        nk->child[child].map[m].first + nk->child[child].map[m].count;
    requires \forall integer k; has(nk, child, m, k) && k < at ==> nk->range[k].base < r.base;
    requires \forall integer k; has(nk, child, m, k) && at <= k ==> r.base <= nk->range[k].base;
    assigns \nothing;
    ensures \result.status < NK_STATUSES;
    ensures \result.status == NK_OK ==> nk->child[child].map[m].count < nk->child[child].map[m].room;
    ensures \result.status == NK_OK ==> FITS_BELOW(nk, child, m, at, -1, r);
    ensures \result.status == NK_OK ==> FITS_ABOVE(nk, child, m, at, -1, r);
    ensures \result.status == NK_OK && !allows(r.flags) ==> \result.first == 0 && \result.n == 0;
    ensures \result.status == NK_OK && allows(r.flags) ==> in_an_area(nk, r.target, r.size) &&
        exactly(nk, \result.first, \result.n, r.target, r.size);
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n ==>
            may_lead_to(nk, f, r.flags));
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n ==>
            nk->page[f].maps == 0 || RECORDS(nk, f, child, r.flags)); */
static struct pages may_grant(const struct nk *nk, uint64_t child, uint64_t m, uint64_t at,
                              struct frond_range r) {
    struct pages p = may_lead(nk, r.target, r.size, r.flags);

    /*@ assert m == 0 || m == 1; */
    /*@ assert table_there(nk, child); */
    if (p.status != NK_OK)
        return p;
    if (!fits(nk, child, m, at, r))
        p.status = NK_OVERLAP;
    else if (page_taken(nk, p.first, p.n, child, r.flags, 0, 0))
        p.status = NK_TAKEN;
    else if (nk->child[child].map[m].count == nk->child[child].map[m].room)
        p.status = NK_FULL;
    return p;
}

/* The range becomes entry `at`, its place. */
/*@ NEEDS(nk)
    requires live(nk, child) && m <= 1 && nk->child[child].map[m].first <= at <=
        nk->child[child].map[m].first + nk->child[child].map[m].count;
    requires nk->child[child].map[m].count < nk->child[child].map[m].room;
    requires r.size > 0 && WELL_FORMED(r);
    requires FITS_BELOW(nk, child, m, at, -1, r);
    requires FITS_ABOVE(nk, child, m, at, -1, r);
    requires !allows(r.flags) ==> first == 0 && n == 0;
    requires allows(r.flags) ==> in_an_area(nk, r.target, r.size) && exactly(nk, first, n, r.target, r.size);
    requires \forall integer f; first <= f < first + n ==> may_lead_to(nk, f, r.flags);
    requires \forall integer f; first <= f < first + n ==>
        nk->page[f].maps == 0 || RECORDS(nk, f, child, r.flags);
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    ensures COUNT_CHANGED(nk, child, m, 1);
    ensures live(nk, child) && has(nk, child, m, at);
    ensures SAME_RANGE(nk->range[at], r);
    ensures OTHERS_STAY(nk, child, m, 1); */
static void insert(struct nk *nk, uint64_t child, uint64_t m, uint64_t at, struct frond_range r,
                   uint64_t first, uint64_t n) {
    struct frond_range gap = {r.base, r.size, r.target, 0};

    /*@ assert m == 0 || m == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert at < nk->ranges; */
    /*@ assert owns(nk, child, at); */
    gap_open(nk, child, m, at, gap);
    /*@ assert still: owns(nk, child, at); */
    range_lead(nk, child, at, r.target, r.flags, first, n);
}

enum nk_status range_grant(struct nk *nk, uint64_t child, uint64_t map, struct frond_range r) {
    uint64_t m = table_of(map), at;
    enum nk_status status = has_table(nk, child, map);
    struct pages p;

    if (status != NK_OK)
        return status;
    if (!well_formed(r.base, r.size, r.target, r.flags))
        return NK_BAD_RANGE;
    at = place(nk, child, m, r.base);
    p = may_grant(nk, child, m, at, r);
    if (p.status != NK_OK)
        return p.status;
    insert(nk, child, m, at, r, p.first, p.n);
    return NK_OK;
}

/*@ NEEDS(nk)
    requires \valid_read(range) && \separated(range, &nk->range[0 .. nk->ranges - 1]);
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    REFUSED_SAME(nk)
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> COUNT_CHANGED(nk, child, meant(map), 1);
    ensures \result == NK_OK ==> live(nk, child);
    ensures \result == NK_OK ==> lists(nk, child, meant(map), \old(range->base), \old(range->size),
        \old(range->target), \old(range->flags));
    ensures \result == NK_OK ==> OTHERS_STAY(nk, child, meant(map), 1); */
enum nk_status nk_grant(struct nk *nk, uint64_t child, uint64_t map,
                        const struct frond_range *range) {
    return range_grant(nk, child, map, *range);
}

/* The index of the table's entry that starts at base; the number of all entries if there is none. */
/*@ requires arrays(nk) && tables_there(nk) && live(nk, child) && m <= 1;
    requires FILLED(nk);
    requires SORTED(nk);
    requires FORMED(nk);
    assigns \nothing;
    ensures \result <= nk->ranges;
    ensures \result < nk->ranges ==> has(nk, child, m, \result) && nk->range[\result].base == base;
    ensures \result == nk->ranges ==>
        \forall integer k; has(nk, child, m, k) ==> nk->range[k].base != base; */
static uint64_t entry_at(const struct nk *nk, uint64_t child, uint64_t m, uint64_t base) {
    const struct nk_table *t = &nk->child[child].map[m];
    uint64_t at = place(nk, child, m, base);

    /*@ assert m == 0 || m == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert its: at < t->first + t->count ==> has(nk, child, m, at); */
    /*@ assert filled: \forall integer k; has(nk, child, m, k) ==> nk->range[k].size > 0; */
    /*@ assert sorted: \forall integer k; has(nk, child, m, k) && has(nk, child, m, at) && at < k ==>
          nk->range[at].base < nk->range[k].base; */
    if (at < (uint64_t)t->first + (uint64_t)t->count && nk->range[at].base == base)
        return at;
    return (uint64_t)nk->ranges;
}

/*@ NEEDS(nk)
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    REFUSED_SAME(nk)
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> live(nk, child);
    ensures \result == NK_OK ==> COUNT_CHANGED(nk, child, meant(map), -1);
    ensures \result == NK_OK ==> OTHERS_STAY(nk, child, meant(map), 0); */
enum nk_status nk_revoke(struct nk *nk, uint64_t child, uint64_t map, uint64_t base) {
    uint64_t m = table_of(map), at;
    enum nk_status status = has_table(nk, child, map);

    if (status != NK_OK)
        return status;
    at = entry_at(nk, child, m, base);
    if (at == (uint64_t)nk->ranges)
        return NK_UNMAPPED;
    range_remove(nk, child, m, at);
    return NK_OK;
}

/* Why the child's entry `index` cannot lead to target with these flags, all well formed; if it can, where its pages are. */
/*@ requires layout_ok(nk) && index < nk->ranges && nk->range[index].size > 0;
    requires FORMED(nk);
    requires INSIDE(nk);
    requires COUNTED(nk);
    requires aligned(target) && target + nk->range[index].size <= UINT64_MAX + 1 && flags <= 15;
    assigns \nothing;
    ensures \result.status < NK_STATUSES;
    ensures \result.status == NK_OK && !allows(flags) ==> \result.first == 0 && \result.n == 0;
    ensures \result.status == NK_OK && allows(flags) ==> in_an_area(nk, target, nk->range[index].size) &&
        exactly(nk, \result.first, \result.n, target, nk->range[index].size);
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n ==> may_lead_to(nk, f, flags));
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n && LEADS(nk, index, f) ==>
            nk->page[f].maps == 1 || RECORDS(nk, f, child, flags));
    ensures \result.status == NK_OK ==>
        (\forall integer f; \result.first <= f < \result.first + \result.n && !LEADS(nk, index, f) ==>
            nk->page[f].maps == 0 || RECORDS(nk, f, child, flags)); */
static struct pages may_point(const struct nk *nk, uint64_t child, uint64_t index, uint64_t target,
                              uint64_t flags) {
    const struct frond_range *r = &nk->range[index];
    struct pages p = may_lead(nk, target, r->size, flags);
    struct pages before = range_pages(nk, r->target, r->size, r->flags);

    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert led: \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    /*@ assert before.status == NK_OK && before.first + before.n <= nk->pages; */
    /*@ assert its: \forall integer f; LEADS(nk, index, f) <==> before.first <= f < before.first + before.n; */
    if (p.status == NK_OK && page_taken(nk, p.first, p.n, child, flags, before.first, before.n))
        p.status = NK_TAKEN;
    return p;
}

/* The child's entry leads to n other pages, where it may. */
/*@ NEEDS(nk)
    requires owns(nk, child, index) && index < nk->ranges && nk->range[index].size > 0;
    requires aligned(target) && target + nk->range[index].size <= UINT64_MAX + 1 && flags <= 15;
    requires !allows(flags) ==> first == 0 && n == 0;
    requires allows(flags) ==> in_an_area(nk, target, nk->range[index].size) &&
        exactly(nk, first, n, target, nk->range[index].size);
    requires \forall integer f; first <= f < first + n ==> may_lead_to(nk, f, flags);
    requires \forall integer f; first <= f < first + n && LEADS(nk, index, f) ==>
        nk->page[f].maps == 1 || RECORDS(nk, f, child, flags);
    requires \forall integer f; first <= f < first + n && !LEADS(nk, index, f) ==>
        nk->page[f].maps == 0 || RECORDS(nk, f, child, flags);
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    KEEPS(nk)
    ensures nk->range[index].base == \old(nk->range[index].base);
    ensures nk->range[index].size == \old(nk->range[index].size);
    ensures nk->range[index].target == target && nk->range[index].flags == flags;
    ensures STAYED(nk->range, 0, index);
    ensures STAYED(nk->range, index + 1, nk->ranges); */
static void lead_on(struct nk *nk, uint64_t child, uint64_t index, uint64_t target, uint64_t flags,
                    uint64_t first, uint64_t n) {
    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert led: \forall integer f; LEADS(nk, index, f) ==> nk->page[f].maps > 0; */
    range_leave(nk, index);
    /*@ assert in: \forall integer f; first <= f < first + n ==> 0 <= f < nk->pages; */
    /*@ assert owner: \forall integer f; first <= f < first + n ==>
          nk->page[f].owner == \at(nk->page[f].owner, Pre); */
    /*@ assert shared: \forall integer f; first <= f < first + n ==>
          nk->page[f].shared == \at(nk->page[f].shared, Pre); */
    /*@ assert one: \forall integer f; first <= f < first + n && \at(LEADS(nk, index, f), Pre) ==>
          nk->page[f].maps == 0 || RECORDS(nk, f, child, flags); */
    /*@ assert none: \forall integer f; first <= f < first + n && !\at(LEADS(nk, index, f), Pre) ==>
          nk->page[f].maps == 0 || RECORDS(nk, f, child, flags); */
    /*@ assert free: \forall integer f; first <= f < first + n ==>
          nk->page[f].maps == 0 || RECORDS(nk, f, child, flags); */
    /*@ assert types: \forall integer f; first <= f < first + n ==> may_lead_to(nk, f, flags); */
    range_lead(nk, child, index, target, flags, first, n);
}

/*@ NEEDS(nk)
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    KEEPS(nk)
    REFUSED_SAME(nk)
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> live(nk, child);
    ensures \result == NK_OK ==> \exists integer i; has(nk, child, meant(map), i) &&
        nk->range[i].base == base && nk->range[i].size == \old(nk->range[i].size) &&
        nk->range[i].target == target && nk->range[i].flags == flags &&
        STAYED(nk->range, 0, i) && STAYED(nk->range, i + 1, nk->ranges); */
enum nk_status nk_point(struct nk *nk, uint64_t child, uint64_t map, uint64_t base, uint64_t target,
                        uint64_t flags) {
    uint64_t m = table_of(map), index;
    enum nk_status status = has_table(nk, child, map);
    struct pages p;

    if (status != NK_OK)
        return status;
    index = entry_at(nk, child, m, base);
    if (index == (uint64_t)nk->ranges)
        return NK_UNMAPPED;
    if (!well_formed(base, nk->range[index].size, target, flags))
        return NK_BAD_RANGE;
    p = may_point(nk, child, index, target, flags);
    if (p.status != NK_OK)
        return p.status;
    lead_on(nk, child, index, target, flags, p.first, p.n);
    /*@ assert it: has(nk, child, meant(map), index) && nk->range[index].base == base; */
    return NK_OK;
}

/*@ requires arrays(nk) && tables_there(nk) && \valid(index);
    requires FILLED(nk);
    requires SORTED(nk);
    requires FORMED(nk);
    requires \separated(index, nk, &nk->child[0 .. nk->children - 1], &nk->range[0 .. nk->ranges - 1]);
    assigns *index;
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> live(nk, child) && has(nk, child, meant(map), *index) &&
        holds(nk->range[*index], addr);
    ensures \result == NK_UNMAPPED ==>
        \forall integer k; has(nk, child, meant(map), k) ==> !holds(nk->range[k], addr); */
enum nk_status nk_find(const struct nk *nk, uint64_t child, uint64_t map, uint64_t addr,
                       uint64_t *index) {
    uint64_t m = table_of(map), from, to, at;
    enum nk_status status = has_table(nk, child, map);

    if (status != NK_OK)
        return status;
    /*@ assert table_there(nk, child); */
    /*@ assert m == 0 || m == 1; */
    from = (uint64_t)nk->child[child].map[m].first;
    to = from + (uint64_t)nk->child[child].map[m].count;
    at = place(nk, child, m, addr);
    /*@ assert its: \forall integer i; from <= i < to <==> has(nk, child, m, i); */
    /*@ assert filled: \forall integer i; has(nk, child, m, i) ==> nk->range[i].size > 0; */
    /*@ assert formed: \forall integer i; has(nk, child, m, i) ==> well_formed(nk->range[i]); */
    /*@ assert sorted: \forall integer i, j; has(nk, child, m, i) && has(nk, child, m, j) && i < j ==>
          end_of(nk->range[i]) <= nk->range[j].base; */
    if (at == to || nk->range[at].base != addr) {
        /*@ assert at < to ==> has(nk, child, m, at) && addr < nk->range[at].base; */
        /*@ assert above: \forall integer k; has(nk, child, m, k) && at <= k ==> addr < nk->range[k].base; */
        if (at == from)
            return NK_UNMAPPED;
        at--; /* the last that begins below */
        /*@ assert it: has(nk, child, m, at) && nk->range[at].base < addr; */
        /*@ assert below: \forall integer k; has(nk, child, m, k) && k < at ==> end_of(nk->range[k]) <= addr; */
        if (range_last(&nk->range[at]) < addr)
            return NK_UNMAPPED;
    }
    *index = at;
    return NK_OK;
}

/*@ // What the invariants come to. Two children lead to one page only if both say that they share it; what
    // is kept nobody leads to.
    lemma confined: \forall struct nk *nk, integer c, d, i, j, f; tables_apart(nk) && sharing(nk) && owned(nk) &&
        c != d && owns(nk, c, i) && owns(nk, d, j) && leads(nk, i, f) && leads(nk, j, f) ==>
        shares(nk->range[i].flags) && shares(nk->range[j].flags);
    lemma kept: \forall struct nk *nk, integer i, f; allowed(nk) && leads(nk, i, f) ==>
        nk->page[f].type != NK_KEPT;
*/
