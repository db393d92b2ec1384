/*
 * step.c - the four steps that do all changes of tables. Each keeps every invariant: a gap is put among the entries of
 * a table, or taken out; a gap comes to lead somewhere, or a range becomes a gap, and the pages' records follow.
 */
#include "nk_priv.h"

struct pages range_pages(const struct nk *nk, uint64_t target, uint64_t size, uint64_t flags) {
    struct pages none = {NK_OK, 0, 0};

    return flags_allow(flags) ? page_locate(nk, target / NK_PAGE, size / NK_PAGE) : none;
}

/*@ requires arrays(nk) && child < nk->children && map <= 1;
    assigns nk->child[child];
    ensures \forall integer c; 0 <= c < nk->children ==>
        nk->child[c].lives == \old(nk->child[c].lives);
    ensures \forall integer c; 0 <= c < nk->children ==>
        nk->child[c].map[0].first == \old(nk->child[c].map[0].first);
    ensures \forall integer c; 0 <= c < nk->children ==>
        nk->child[c].map[1].first == \old(nk->child[c].map[1].first);
    ensures \forall integer c; 0 <= c < nk->children ==>
        nk->child[c].map[0].room == \old(nk->child[c].map[0].room);
    ensures \forall integer c; 0 <= c < nk->children ==>
        nk->child[c].map[1].room == \old(nk->child[c].map[1].room);
    ensures \forall integer c; 0 <= c < nk->children ==> nk->child[c].map[0].count ==
        (c == child && map == 0 ? count : \old(nk->child[c].map[0].count));
    ensures \forall integer c; 0 <= c < nk->children ==> nk->child[c].map[1].count ==
        (c == child && map == 1 ? count : \old(nk->child[c].map[1].count)); */
static void set_count(struct nk *nk, uint64_t child, uint64_t map, int32_t count) {
    /*@ assert map == 0 || map == 1; */
    nk->child[child].map[map].count = count;
}

/* The table has an entry more, or less, at its end. */
/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk);
    requires live(nk, child) && map <= 1 && nk->child[child].map[map].count < nk->child[child].map[map].room;
    assigns nk->child[child];
    ensures COUNT_CHANGED(nk, child, map, 1);
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures \old(REST_BLANK(nk)) ==> BLANK(nk->range[nk->child[child].map[map].first + \old(nk->child[child].map[map].count)]);
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
    behavior filled:
        assumes FILLED(nk);
        ensures FILLED_BUT(nk, nk->child[child].map[map].first + nk->child[child].map[map].count - 1);
    behavior sorted:
        assumes SORTED(nk);
        ensures SORTED_BUT(nk, nk->child[child].map[map].first + nk->child[child].map[map].count - 1);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED_BUT(nk, child); */
static void widen(struct nk *nk, uint64_t child, uint64_t map) {
    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert had: \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==> reserves(nk, c, i); */
    /*@ assert reserved: reserves(nk, child, nk->child[child].map[map].first + nk->child[child].map[map].count); */
    /*@ assert others: \forall integer c, m; live(nk, c) && has(nk, c, m, nk->child[child].map[map].first + nk->child[child].map[map].count) ==> c == child; */
    /*@ assert its: \forall integer m; !has(nk, child, m, nk->child[child].map[map].first + nk->child[child].map[map].count); */
    set_count(nk, child, map, nk->child[child].map[map].count + 1);
    /*@ assert table_there(nk, child); */
    /*@ assert \forall integer c; 0 <= c < nk->children && c != child && \at(table_there(nk, c),Pre) ==> table_there(nk, c); */
    /*@ assert live: \forall integer c; live(nk, c) <==> \at(live(nk, c),Pre); */
    /*@ assert reserves: \forall integer c, i; live(nk, c) ==> (reserves(nk, c, i) <==> \at(reserves(nk, c, i),Pre)); */
    /*@ assert owns: \forall integer c, i; owns(nk, c, i) <==> \at(owns(nk, c, i),Pre); */
    /*@ assert has: \forall integer c, m, i; live(nk, c) && i != nk->child[child].map[map].first + nk->child[child].map[map].count - 1 ==> (has(nk, c, m, i) <==> \at(has(nk, c, m, i),Pre)); */
    /*@ assert has_now: has(nk, child, map, nk->child[child].map[map].first + nk->child[child].map[map].count - 1); */
}

/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk);
    requires live(nk, child) && map <= 1 && 0 < nk->child[child].map[map].count;
    assigns nk->child[child];
    ensures COUNT_CHANGED(nk, child, map, -1);
    ensures tables_there(nk);
    ensures tables_apart(nk);
    behavior rest:
        assumes REST_BLANK(nk);
        assumes BLANK(nk->range[nk->child[child].map[map].first + nk->child[child].map[map].count - 1]);
        ensures REST_BLANK(nk);
    behavior filled:
        assumes FILLED_BUT(nk, nk->child[child].map[map].first + nk->child[child].map[map].count - 1);
        ensures FILLED(nk);
    behavior sorted:
        assumes SORTED_BUT(nk, nk->child[child].map[map].first + nk->child[child].map[map].count - 1);
        ensures SORTED(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED_BUT(nk, child); */
static void narrow(struct nk *nk, uint64_t child, uint64_t map) {
    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert had: \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==> reserves(nk, c, i); */
    /*@ assert reserved: reserves(nk, child, nk->child[child].map[map].first + nk->child[child].map[map].count - 1); */
    /*@ assert others: \forall integer c, m; live(nk, c) && has(nk, c, m, nk->child[child].map[map].first + nk->child[child].map[map].count - 1) ==> c == child; */
    /*@ assert its: \forall integer m; has(nk, child, m, nk->child[child].map[map].first + nk->child[child].map[map].count - 1) ==> m == map; */
    set_count(nk, child, map, nk->child[child].map[map].count - 1);
    /*@ assert table_there(nk, child); */
    /*@ assert \forall integer c; 0 <= c < nk->children && c != child && \at(table_there(nk, c),Pre) ==> table_there(nk, c); */
    /*@ assert live: \forall integer c; live(nk, c) <==> \at(live(nk, c),Pre); */
    /*@ assert reserves: \forall integer c, i; live(nk, c) ==> (reserves(nk, c, i) <==> \at(reserves(nk, c, i),Pre)); */
    /*@ assert owns: \forall integer c, i; owns(nk, c, i) <==> \at(owns(nk, c, i),Pre); */
    /*@ assert has: \forall integer c, m, i; live(nk, c) && i != nk->child[child].map[map].first + nk->child[child].map[map].count ==> (has(nk, c, m, i) <==> \at(has(nk, c, m, i),Pre)); */
    /*@ assert had_it: \forall integer c, m; live(nk, c) ==> !has(nk, c, m, nk->child[child].map[map].first + nk->child[child].map[map].count); */
}

/* Entry `to`, a hole, becomes what its neighbour is, which is then the hole. */
/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk) && live(nk, child) && map <= 1;
    requires has(nk, child, map, to) && has(nk, child, map, from) && (from == to + 1 || to == from + 1);
    assigns nk->range[0 .. nk->ranges - 1];
    ensures SAME_RANGE(nk->range[to], nk->range[from]);
    ensures STAYED(nk->range, 0, to);
    ensures STAYED(nk->range, to + 1, nk->ranges);
    ensures \forall integer p; leading(nk->range, nk->ranges, p) ==
        \old(leading(nk->range, nk->ranges, p)) - \old(ONE(nk->range[to], p)) + ONE(nk->range[from], p);
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
    behavior filled: assumes FILLED_BUT(nk, to); ensures FILLED_BUT(nk, from);
    behavior sorted: assumes SORTED_BUT(nk, to); ensures SORTED_BUT(nk, from);
    behavior formed: assumes FORMED(nk); ensures FORMED(nk);
    behavior inside: assumes INSIDE(nk); ensures INSIDE(nk);
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior described_but: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED_BUT(nk, child); */
static void fill(struct nk *nk, uint64_t child, uint64_t map, uint64_t to, uint64_t from) {
    (void)child, (void)map; /* for the contract */
    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert had: \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==> reserves(nk, c, i); */
    /*@ assert others: \forall integer c, m; live(nk, c) && has(nk, c, m, to) ==> c == child; */
    /*@ assert its: \forall integer m; has(nk, child, m, to) ==> m == map; */
    /*@ assert owns: \forall integer c; owns(nk, c, from) ==> owns(nk, c, to); */
    table_put(nk->range, (uint64_t)nk->ranges, to, nk->range[from]);
    /*@ assert leads: \forall integer i, f; i != to && LEADS(nk, i, f) ==> \at(LEADS(nk, i, f), Pre); */
    /*@ assert flags: \forall integer i; 0 <= i < nk->ranges && i != to ==>
          nk->range[i].flags == \at(nk->range[i].flags, Pre); */
    /*@ assert copied: \forall integer f; LEADS(nk, to, f) ==> \at(LEADS(nk, from, f), Pre); */
    /*@ assert nk->range[to].flags == \at(nk->range[from].flags, Pre); */
}

/* Entry `hole` becomes a gap, or blank. */
/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk) && live(nk, child) && map <= 1;
    requires has(nk, child, map, hole) && !allows(gap.flags);
    assigns nk->range[0 .. nk->ranges - 1];
    ensures SAME_RANGE(nk->range[hole], gap);
    ensures STAYED(nk->range, 0, hole);
    ensures STAYED(nk->range, hole + 1, nk->ranges);
    ensures \forall integer p; leading(nk->range, nk->ranges, p) ==
        \old(leading(nk->range, nk->ranges, p)) - \old(ONE(nk->range[hole], p));
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
    behavior filled: assumes FILLED_BUT(nk, hole); assumes gap.size > 0; ensures FILLED(nk);
    behavior filled_but: assumes FILLED_BUT(nk, hole); ensures FILLED_BUT(nk, hole);
    behavior sorted:
        assumes SORTED_BUT(nk, hole);
        assumes FITS_BELOW(nk, child, map, hole, hole, gap);
        assumes FITS_ABOVE(nk, child, map, hole, hole, gap);
        ensures SORTED(nk);
    behavior sorted_but: assumes SORTED_BUT(nk, hole); ensures SORTED_BUT(nk, hole);
    behavior formed:
        assumes FORMED(nk);
        assumes gap.size > 0 ==> WELL_FORMED(gap);
        ensures FORMED(nk);
    behavior inside: assumes INSIDE(nk); ensures INSIDE(nk);
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior described_but: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED_BUT(nk, child); */
static void put_gap(struct nk *nk, uint64_t child, uint64_t map, uint64_t hole,
                    struct frond_range gap) {
    (void)child, (void)map;
    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert had: \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==> reserves(nk, c, i); */
    /*@ assert others: \forall integer c, m; live(nk, c) && has(nk, c, m, hole) ==> c == child; */
    /*@ assert its: \forall integer m; has(nk, child, m, hole) ==> m == map; */
    table_put(nk->range, (uint64_t)nk->ranges, hole, gap);
    /*@ assert leads: \forall integer i, f; i != hole && LEADS(nk, i, f) ==> \at(LEADS(nk, i, f), Pre); */
    /*@ assert flags: \forall integer i; 0 <= i < nk->ranges && i != hole ==>
          nk->range[i].flags == \at(nk->range[i].flags, Pre); */
    /*@ assert gap: \forall integer f; !LEADS(nk, hole, f); */
}

void gap_open(struct nk *nk, uint64_t child, uint64_t map, uint64_t at, struct frond_range gap) {
    uint64_t end =
        (uint64_t)nk->child[child].map[map].first + (uint64_t)nk->child[child].map[map].count;

    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert at <= end < nk->ranges; */
    widen(nk, child, map);
    /*@ loop assigns i, nk->range[0 .. nk->ranges - 1];
        loop invariant at <= i <= end;
        loop invariant REST_BLANK(nk);
        loop invariant FILLED_BUT(nk, i);
        loop invariant SORTED_BUT(nk, i);
        loop invariant FORMED(nk);
        loop invariant INSIDE(nk);
        loop invariant ALLOWED(nk);
        loop invariant SHARING(nk);
        loop invariant OWNED(nk);
        loop invariant DESCRIBED_BUT(nk, child);
        loop invariant \forall integer p; leading(nk->range, nk->ranges, p) ==
            \at(leading(nk->range, nk->ranges, p), Pre) + ONE(nk->range[i], p);
        STAYED_EACH(loop invariant, nk->range, 0, at)
        STAYED_EACH(loop invariant, nk->range, end + 1, nk->ranges)
        for fits: loop invariant FITS_BELOW(nk, child, map, at, i, gap);
        for fits: loop invariant FITS_ABOVE(nk, child, map, at, i, gap);
        loop variant i; */
    for (uint64_t i = end; i > at; i--)
        fill(nk, child, map, i, i - 1);
    put_gap(nk, child, map, at, gap);
    /*@ assert SAME_RANGE(nk->range[at], gap); */
    /*@ assert below: STAYED(nk->range, 0, at); */
    /*@ assert above: STAYED(nk->range, end + 1, nk->ranges); */
    /*@ assert \forall integer p; leading(nk->range, nk->ranges, p) ==
          \at(leading(nk->range, nk->ranges, p), Pre); */
    /*@ assert COUNTED(nk); */
    child_publish(nk, child);
}

/* Entry `at` of the table, a gap, is no more; those above it move down by one. */
/*@ NEEDS_TABLES(nk)
    requires live(nk, child) && map <= 1 && has(nk, child, map, at);
    requires !allows(nk->range[at].flags);
    assigns nk->child[child], nk->range[0 .. nk->ranges - 1];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS_TABLES(nk)
    ensures COUNT_CHANGED(nk, child, map, -1);
    ensures STAYED(nk->range, 0, at);
    ensures STAYED(nk->range, \old(nk->child[child].map[map].first) +
        \old(nk->child[child].map[map].count), nk->ranges); */
static void gap_close(struct nk *nk, uint64_t child, uint64_t map, uint64_t at) {
    struct frond_range none = {0, 0, 0, 0};
    uint64_t last;

    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert arrays(nk); */
    /*@ assert 0 <= child < nk->children; */
    /*@ assert \valid(nk->child + child); */
    last =
        (uint64_t)nk->child[child].map[map].first + (uint64_t)nk->child[child].map[map].count - 1;
    /*@ assert last == nk->child[child].map[map].first + nk->child[child].map[map].count - 1; */
    /*@ assert at <= last < nk->ranges; */
    /*@ assert \forall integer p; ONE(nk->range[at], p) == 0; */
    /*@ loop assigns i, nk->range[0 .. nk->ranges - 1];
        loop invariant at <= i <= last;
        loop invariant REST_BLANK(nk);
        loop invariant FILLED_BUT(nk, i);
        loop invariant SORTED_BUT(nk, i);
        loop invariant FORMED(nk);
        loop invariant INSIDE(nk);
        loop invariant ALLOWED(nk);
        loop invariant SHARING(nk);
        loop invariant OWNED(nk);
        loop invariant DESCRIBED(nk);
        loop invariant \forall integer p; leading(nk->range, nk->ranges, p) ==
            \at(leading(nk->range, nk->ranges, p), Pre) + ONE(nk->range[i], p);
        STAYED_EACH(loop invariant, nk->range, 0, at)
        STAYED_EACH(loop invariant, nk->range, last + 1, nk->ranges)
        loop variant last - i; */
    for (uint64_t i = at; i < last; i++)
        fill(nk, child, map, i, i + 1);
    put_gap(nk, child, map, last, none);
    /*@ assert \forall integer p; leading(nk->range, nk->ranges, p) ==
          \at(leading(nk->range, nk->ranges, p), Pre); */
    /*@ assert COUNTED(nk); */
    /*@ assert BLANK(nk->range[last]); */
    /*@ assert below: STAYED(nk->range, 0, at); */
    /*@ assert above: STAYED(nk->range, last + 1, nk->ranges); */
    narrow(nk, child, map);
    child_publish(nk, child);
}

/* Entry `index` becomes what target and flags say; pages are not looked at. */
/*@ requires arrays(nk) && index < nk->ranges;
    assigns nk->range[0 .. nk->ranges - 1];
    ensures nk->range[index].target == target && nk->range[index].flags == flags;
    ensures nk->range[index].base == \old(nk->range[index].base);
    ensures nk->range[index].size == \old(nk->range[index].size);
    ensures STAYED(nk->range, 0, index);
    ensures STAYED(nk->range, index + 1, nk->ranges);
    ensures \forall integer p; leading(nk->range, nk->ranges, p) ==
        \old(leading(nk->range, nk->ranges, p)) - \old(ONE(nk->range[index], p)) +
        ONE(nk->range[index], p);
    behavior rest: assumes REST_BLANK(nk); assumes nk->range[index].size > 0; ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior formed:
        assumes FORMED(nk);
        assumes aligned(target) && flags <= 15;
        assumes target + nk->range[index].size <= UINT64_MAX + 1;
        ensures FORMED(nk);
    behavior inside:
        assumes INSIDE(nk);
        assumes allows(flags) ==> in_an_area(nk, target, nk->range[index].size);
        ensures INSIDE(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void set_entry(struct nk *nk, uint64_t index, uint64_t target, uint64_t flags) {
    struct frond_range r = nk->range[index];

    r.target = target;
    r.flags = flags;
    table_put(nk->range, (uint64_t)nk->ranges, index, r);
}

void range_lead(struct nk *nk, uint64_t child, uint64_t index, uint64_t target, uint64_t flags,
                uint64_t first, uint64_t n) {
    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert led: \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    /*@ assert few: \forall integer f; 0 <= f < nk->pages ==> nk->page[f].maps <= nk->ranges; */
    /*@ assert none: \forall integer p; ONE(nk->range[index], p) == 0; */
    /*@ assert pages: first + n <= nk->pages; */
    /*@ for sharing: assert \forall integer f; first <= f < first + n && nk->page[f].maps != 0 ==>
          (nk->page[f].shared != 0 <==> shares(flags)); */
    /*@ for owned: assert o1: \forall integer f; first <= f < first + n && nk->page[f].maps != 0 &&
          nk->page[f].shared == 0 ==> nk->page[f].owner == child; */
    set_entry(nk, index, target, flags);
    /*@ assert its: \forall integer f; LEADS(nk, index, f) ==> first <= f < first + n; */
    /*@ assert one: \forall integer f; 0 <= f < nk->pages ==>
          ONE(nk->range[index], number(nk, f)) == (first <= f < first + n ? 1 : 0); */
    /*@ assert others: \forall integer i, f; i != index && LEADS(nk, i, f) ==> \at(LEADS(nk, i, f), Pre); */
    /*@ assert flags: \forall integer i; 0 <= i < nk->ranges && i != index ==>
          nk->range[i].flags == \at(nk->range[i].flags, Pre); */
    /*@ assert held: \forall integer i, f; i != index && LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    page_hold(nk, first, n, child, flags);
    /*@ assert owner: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          nk->page[f].owner == \at(nk->page[f].owner, Pre); */
    /*@ assert shared: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          nk->page[f].shared == \at(nk->page[f].shared, Pre); */
    /*@ for allowed: assert \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          may_lead_to(nk, f, nk->range[i].flags); */
    /*@ assert fresh: \forall integer f; first <= f < first + n && \at(nk->page[f].maps, Pre) == 0 ==>
          nk->page[f].owner == child && (nk->page[f].shared != 0 <==> shares(flags)); */
    /*@ assert kept_owner: \forall integer f; first <= f < first + n && \at(nk->page[f].maps, Pre) != 0 ==>
          nk->page[f].owner == \at(nk->page[f].owner, Pre); */
    /*@ assert kept_shared: \forall integer f; first <= f < first + n && \at(nk->page[f].maps, Pre) != 0 ==>
          nk->page[f].shared == \at(nk->page[f].shared, Pre); */
    /*@ assert still: \forall integer f; LEADS(nk, index, f) ==> first <= f < first + n; */
    /*@ for allowed: assert \forall integer f; first <= f < first + n ==>
          nk->page[f].type == \at(nk->page[f].type, Pre); */
    /*@ for allowed: assert \forall integer f; first <= f < first + n ==> may_lead_to(nk, f, flags); */
    /*@ for allowed: assert \forall integer f; LEADS(nk, index, f) ==> may_lead_to(nk, f, flags); */
    /*@ for sharing: assert before: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          (\at(nk->page[f].shared, Pre) != 0 <==> shares(\at(nk->range[i].flags, Pre))); */
    /*@ for sharing: assert s1: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          nk->range[i].flags == \at(nk->range[i].flags, Pre); */
    /*@ for sharing: assert s2: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          (nk->page[f].shared != 0 <==> shares(\at(nk->range[i].flags, Pre))); */
    /*@ for sharing: assert s3: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          (nk->page[f].shared != 0 <==> shares(nk->range[i].flags)); */
    /*@ for sharing: assert s4: \forall integer f; first <= f < first + n &&
          \at(nk->page[f].maps, Pre) != 0 ==> (\at(nk->page[f].shared, Pre) != 0 <==> shares(flags)); */
    /*@ for sharing: assert s5: \forall integer f; first <= f < first + n &&
          \at(nk->page[f].maps, Pre) != 0 ==> (nk->page[f].shared != 0 <==> shares(flags)); */
    /*@ for sharing: assert \forall integer f; first <= f < first + n ==>
          (nk->page[f].shared != 0 <==> shares(flags)); */
    /*@ for sharing: assert \forall integer f; LEADS(nk, index, f) ==>
          (nk->page[f].shared != 0 <==> shares(flags)); */
    /*@ for owned: assert \forall integer i, f; i != index && LEADS(nk, i, f) && nk->page[f].shared == 0 ==>
          owns(nk, nk->page[f].owner, i); */
    /*@ for owned: assert o2: \forall integer f; first <= f < first + n && \at(nk->page[f].maps, Pre) != 0 &&
          nk->page[f].shared == 0 ==> \at(nk->page[f].owner, Pre) == child; */
    /*@ for owned: assert o3: \forall integer f; first <= f < first + n && \at(nk->page[f].maps, Pre) != 0 &&
          nk->page[f].shared == 0 ==> nk->page[f].owner == child; */
    /*@ for owned: assert \forall integer f; first <= f < first + n && nk->page[f].shared == 0 ==>
          nk->page[f].owner == child; */
    /*@ for owned: assert \forall integer f; LEADS(nk, index, f) && nk->page[f].shared == 0 ==>
          nk->page[f].owner == child; */
}

void range_leave(struct nk *nk, uint64_t index) {
    const struct frond_range *r = &nk->range[index];
    struct pages p = range_pages(nk, r->target, r->size, r->flags);

    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert p.status == NK_OK && p.first + p.n <= nk->pages; */
    /*@ assert led: \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    /*@ assert its: \forall integer f; LEADS(nk, index, f) <==> p.first <= f < p.first + p.n; */
    /*@ assert held: \forall integer f; p.first <= f < p.first + p.n ==> nk->page[f].maps > 0; */
    /*@ assert one: \forall integer f; 0 <= f < nk->pages ==>
          ONE(nk->range[index], number(nk, f)) == (p.first <= f < p.first + p.n ? 1 : 0); */
    set_entry(nk, index, r->target, 0);
    /*@ assert none: \forall integer p; ONE(nk->range[index], p) == 0; */
    /*@ assert not: \forall integer f; !LEADS(nk, index, f); */
    /*@ assert others: \forall integer i, f; i != index && LEADS(nk, i, f) ==> \at(LEADS(nk, i, f), Pre); */
    /*@ assert flags: \forall integer i; 0 <= i < nk->ranges && i != index ==>
          nk->range[i].flags == \at(nk->range[i].flags, Pre); */
    page_drop(nk, p.first, p.n);
    /*@ assert shared: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          nk->page[f].shared == \at(nk->page[f].shared, Pre); */
    /*@ for sharing: assert before: \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          (\at(nk->page[f].shared, Pre) != 0 <==> shares(\at(nk->range[i].flags, Pre))); */
    /*@ for sharing: assert \forall integer i, f; i != index && LEADS(nk, i, f) ==>
          (nk->page[f].shared != 0 <==> shares(nk->range[i].flags)); */
}

void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t at) {
    /*@ assert map == 0 || map == 1; */
    /*@ assert table_there(nk, child); */
    /*@ assert at < nk->ranges; */
    /*@ assert nk->range[at].size > 0; */
    range_leave(nk, at);
    gap_close(nk, child, map, at);
}
