/*
 * logic.h - the words of nk's contracts: what holds before and after each call. For the prover (make prove); docs/proof.md.
 */
#ifndef NK_LOGIC_H
#define NK_LOGIC_H

#include "map.h"
#include "nk.h"

/*@ // ---- flags

    predicate allows(integer flags) = flags % 8 != 0;
    predicate writes(integer flags) = flags % 4 >= 2;
    predicate shares(integer flags) = flags >= 8;

    // ---- memory: the arrays are there, and apart

    predicate arrays(struct nk *nk) =
        \valid(nk) && \valid(nk->page + (0 .. nk->pages - 1)) &&
        \valid(nk->child + (0 .. nk->layout.children - 1)) &&
        \valid(nk->range + (0 .. nk->layout.ranges - 1)) &&
        \valid(nk->desc + (0 .. nk->layout.children - 1)) &&
        \valid(nk->word + (0 .. nk->layout.objects.pages * 512 - 1)) &&
        nk->layout.children <= UINT32_MAX && nk->layout.ranges <= UINT32_MAX &&
        nk->layout.objects.pages <= UINT32_MAX &&
        \separated(nk, nk->page + (0 .. nk->pages - 1), nk->child + (0 .. nk->layout.children - 1),
                   nk->range + (0 .. nk->layout.ranges - 1), nk->desc + (0 .. nk->layout.children - 1),
                   nk->word + (0 .. nk->layout.objects.pages * 512 - 1));

    // ---- pages: records ascend; an area's are in a row

    predicate ascending(struct nk *nk) =
        \forall integer f, g; 0 <= f < g < nk->pages ==> nk->page[f].at + 4096 <= nk->page[g].at;

    predicate area_there(struct nk *nk, integer k) =
        nk->area_first[k] + nk->layout.area[k].pages <= nk->pages &&
        nk->layout.area[k].base + nk->layout.area[k].pages * 4096 <= UINT64_MAX &&
        nk->layout.area[k].base % 4096 == 0 &&
        (\forall integer f; nk->area_first[k] <= f < nk->area_first[k] + nk->layout.area[k].pages ==>
            nk->page[f].at == nk->layout.area[k].base + (f - nk->area_first[k]) * 4096);

    predicate areas_there(struct nk *nk) = \forall integer k; 0 <= k < 4 ==> area_there(nk, k);

    predicate own_there(struct nk *nk) = \forall integer k; 0 <= k < 2 ==>
        nk->layout.own[k].base + nk->layout.own[k].pages * 4096 <= UINT64_MAX;

    predicate in_area(struct nk *nk, integer k, integer base, integer size) =
        nk->layout.area[k].base <= base &&
        base + size <= nk->layout.area[k].base + nk->layout.area[k].pages * 4096;

    predicate in_an_area(struct nk *nk, integer base, integer size) =
        \exists integer k; 0 <= k < 4 && in_area(nk, k, base, size);

    // Page records [first, first + n) are those of [base, base + 4096 n), all of it, and no others are.
    predicate exactly(struct nk *nk, integer first, integer n, integer base) =
        first + n <= nk->pages &&
        (\forall integer f; 0 <= f < nk->pages ==>
            (first <= f < first + n <==> base <= nk->page[f].at < base + n * 4096));

    // A range of a child's may lead to the page, whoever else does.
    predicate may_lead_to(struct nk_page p, integer flags) =
        p.type != NK_KEPT && (writes(flags) ==> p.type == NK_FREE);

    // Beside `others` ranges, a child may have one that leads to the page.
    predicate may_join(struct nk_page p, integer others, integer c, integer flags) =
        others == 0 || ((p.shared != 0 <==> shares(flags)) && (p.shared == 0 ==> p.owner == c));

    // ---- entries: which pages they lead to, and how many do

    predicate covers(struct frond_range r, integer a) =
        allows(r.flags) && r.target <= a < r.target + r.size;

    logic integer one(struct frond_range r, integer a) =
        (r.flags % 8 != 0 && r.target <= a < r.target + r.size) ? 1 : 0;

    logic integer leading(struct frond_range *t, integer n, integer a) =
        n <= 0 ? 0 : leading(t, n - 1, a) + one(t[n - 1], a);

    predicate blank(struct frond_range r) =
        r.base == 0 && r.size == 0 && r.target == 0 && r.flags == 0;

    // ---- tables: m is NK_P or NK_NP

    predicate seat_of(struct frond_range *t, integer n, integer base, integer seat) =
        0 <= seat <= n && (\forall integer k; 0 <= k < seat ==> t[k].base < base) &&
        (\forall integer k; seat <= k < n ==> t[k].base >= base);

    predicate live(struct nk *nk, integer c) =
        0 <= c < nk->layout.children && nk->child[c].lives != 0;

    // Entry i is one of those that the child has, or could have.
    predicate has(struct nk *nk, integer c, integer m, integer i) =
        0 <= m <= 1 && nk->child[c].map[m].first <= i <
            nk->child[c].map[m].first + nk->child[c].map[m].count;

    predicate reserves(struct nk *nk, integer c, integer i) =
        nk->child[c].map[0].first <= i <
            nk->child[c].map[0].first + nk->child[c].map[0].room + nk->child[c].map[1].room;

    predicate table_there(struct nk *nk, integer c) =
        nk->child[c].map[0].room > 0 &&
        nk->child[c].map[1].first == nk->child[c].map[0].first + nk->child[c].map[0].room &&
        nk->child[c].map[1].first + nk->child[c].map[1].room <= nk->layout.ranges &&
        nk->child[c].map[0].count <= nk->child[c].map[0].room &&
        nk->child[c].map[1].count <= nk->child[c].map[1].room;

    predicate tables_there(struct nk *nk) =
        \forall integer c; live(nk, c) ==> table_there(nk, c);

    predicate tables_apart(struct nk *nk) =
        \forall integer c, d, i; live(nk, c) && live(nk, d) && reserves(nk, c, i) &&
            reserves(nk, d, i) ==> c == d;

    // Entries that no child has are 0.
    predicate rest_blank(struct nk *nk) = \forall integer i; 0 <= i < nk->layout.ranges ==>
        (\forall integer c, m; live(nk, c) ==> !has(nk, c, m, i)) ==> blank(nk->range[i]);

    // The entries that a child has are in order, table by table.
    predicate formed(struct nk *nk) = \forall integer c, m, i;
        live(nk, c) && has(nk, c, m, i) ==> well_formed(nk->range[i]);

    predicate sorted(struct nk *nk) = \forall integer c, m, i, j;
        live(nk, c) && has(nk, c, m, i) && has(nk, c, m, j) && i < j ==>
            end_of(nk->range[i]) <= nk->range[j].base;

    // ---- tables and pages together

    predicate counted(struct nk *nk) = \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].maps == leading(nk->range, nk->layout.ranges, nk->page[f].at);

    // A range of child c's leads only where it may, and the pages' records say so.
    predicate agrees(struct nk *nk, integer c, struct frond_range r) =
        (allows(r.flags) ==> in_an_area(nk, r.target, r.size)) &&
        (\forall integer f; 0 <= f < nk->pages && covers(r, nk->page[f].at) ==>
            nk->page[f].type != NK_KEPT && (writes(r.flags) ==> nk->page[f].type == NK_FREE) &&
            (nk->page[f].shared != 0 <==> shares(r.flags)) &&
            (nk->page[f].shared == 0 ==> nk->page[f].owner == c));

    predicate agreed(struct nk *nk) = \forall integer c, m, i;
        live(nk, c) && has(nk, c, m, i) ==> agrees(nk, c, nk->range[i]);

    // Entry `seat` of a table, a gap, may lead to target: to n pages from `first` on, with flags.
    predicate may_lead(struct nk *nk, integer c, integer m, integer seat, integer target, integer flags,
                       integer first, integer n) =
        \let r = nk->range[nk->child[c].map[m].first + seat];
        target % 4096 == 0 && target + r.size <= UINT64_MAX + 1 && flags <= 15 &&
        (allows(flags) ==> in_an_area(nk, target, r.size) && n * 4096 == r.size && exactly(nk, first, n, target)) &&
        (!allows(flags) ==> first == 0 && n == 0) &&
        (\forall integer f; first <= f < first + n ==>
            may_lead_to(nk->page[f], flags) && may_join(nk->page[f], nk->page[f].maps, c, flags));

    predicate described(struct nk *nk, integer c) =
        nk->desc[c].map_p.addr == nk->at.range + 32 * nk->child[c].map[0].first &&
        nk->desc[c].map_p.count == nk->child[c].map[0].count &&
        nk->desc[c].map_np.addr == nk->at.range +
            32 * nk->child[c].map[nk->child[c].map[1].room == 0 ? 0 : 1].first &&
        nk->desc[c].map_np.count == nk->child[c].map[nk->child[c].map[1].room == 0 ? 0 : 1].count;

    predicate all_described(struct nk *nk) = \forall integer c; live(nk, c) ==> described(nk, c);

    predicate layout_ok(struct nk *nk) =
        arrays(nk) && ascending(nk) && areas_there(nk) && own_there(nk);

    predicate tables_ok(struct nk *nk) =
        tables_there(nk) && tables_apart(nk) && rest_blank(nk) && formed(nk) && sorted(nk);

    predicate nk_ok(struct nk *nk) =
        layout_ok(nk) && tables_ok(nk) && counted(nk) && agreed(nk) && all_described(nk);
*/

#endif
