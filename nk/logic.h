/*
 * logic.h - the words of nk's contracts: what holds before and after each call. For the prover (make
 * prove); docs/proof.md tells what they mean. Pages are numbered: page p begins at 4096 p.
 */
#ifndef NK_LOGIC_H
#define NK_LOGIC_H

#include "map.h"
#include "nk.h"

/* In macros ACSL looks like C, in which there is no ==>. */
/* clang-format off */

/*
 * trusted: the six blocks of arrays(nk) are apart (\base_addr): whoever calls nk_init casts addresses to these
 * pointers, and answers for it. That the addresses of nk_place are apart is arithmetic; that they are memory is not.
 */

/*@ // ---- flags, 0 to 15: R 1, W 2, X 4, SHARED 8

    predicate allows(integer flags) = flags != 0 && flags != 8;
    predicate writes(integer flags) = 2 <= flags <= 3 || 6 <= flags <= 7 || 10 <= flags <= 11 ||
        14 <= flags <= 15;
    predicate shares(integer flags) = flags >= 8;

    predicate aligned(integer a) = a % 4096 == 0;

    // ---- memory: the arrays are there, and apart

    predicate arrays(struct nk *nk) =
        \valid(nk) && \valid(nk->page + (0 .. nk->pages - 1)) &&
        \valid(nk->child + (0 .. nk->children - 1)) && \valid(nk->range + (0 .. nk->ranges - 1)) &&
        \valid(nk->desc + (0 .. nk->children - 1)) &&
        \valid(nk->word + (0 .. nk->objects.pages * 512 - 1)) &&
        0 <= nk->pages <= UINT32_MAX && 0 <= nk->children <= INT32_MAX &&
        0 <= nk->ranges <= INT32_MAX && 0 <= nk->objects.pages <= UINT32_MAX &&
        \base_addr(nk) != \base_addr(nk->page) &&
        \base_addr(nk) != \base_addr(nk->child) &&
        \base_addr(nk) != \base_addr(nk->range) &&
        \base_addr(nk) != \base_addr(nk->desc) &&
        \base_addr(nk) != \base_addr(nk->word) &&
        \base_addr(nk->page) != \base_addr(nk->child) &&
        \base_addr(nk->page) != \base_addr(nk->range) &&
        \base_addr(nk->page) != \base_addr(nk->desc) &&
        \base_addr(nk->page) != \base_addr(nk->word) &&
        \base_addr(nk->child) != \base_addr(nk->range) &&
        \base_addr(nk->child) != \base_addr(nk->desc) &&
        \base_addr(nk->child) != \base_addr(nk->word) &&
        \base_addr(nk->range) != \base_addr(nk->desc) &&
        \base_addr(nk->range) != \base_addr(nk->word) &&
        \base_addr(nk->desc) != \base_addr(nk->word);

    // ---- pages: which one a record is of

    predicate span_ok(struct nk_span s) = 0 <= s.number && 0 <= s.pages <= UINT32_MAX &&
        s.number + s.pages < 4503599627370496 && 1 <= s.unit && 0 <= s.records <= s.pages &&
        0 <= s.first <= UINT32_MAX && s.pages == s.records * s.unit;

    predicate spans_ok(struct nk *nk) =
        (\forall integer k; 0 <= k < 4 ==> span_ok(nk->area[k])) &&
        (\forall integer k; 0 <= k < 2 ==> span_ok(nk->own[k]));

    // The areas' records follow each other, and the areas ascend.
    predicate areas_ok(struct nk *nk) = nk->area[0].first == 0 &&
        nk->area[1].first == nk->area[0].records &&
        nk->area[2].first == nk->area[1].first + nk->area[1].records &&
        nk->area[3].first == nk->area[2].first + nk->area[2].records &&
        nk->pages == nk->area[3].first + nk->area[3].records &&
        (\forall integer j, k; 0 <= j < k < 4 && nk->area[j].pages > 0 && nk->area[k].pages > 0 ==>
            nk->area[j].number + nk->area[j].pages <= nk->area[k].number);

*/

/*
 * Some words are defined where facts about them are proved (PAGES in page.c and layout.c, COUNTS in
 * table.c), and only declared elsewhere: a prover that knows less is done sooner.
 */
#ifdef LOGIC_PAGES
/*@ logic integer number_in(struct nk_span s, integer f) = s.number + (f - s.first) * s.unit;

    // The number of the first page of record f.
    logic integer number(struct nk *nk, integer f) =
        f >= nk->area[3].first ? number_in(nk->area[3], f) :
        f >= nk->area[2].first ? number_in(nk->area[2], f) :
        f >= nk->area[1].first ? number_in(nk->area[1], f) : number_in(nk->area[0], f);

    predicate in_span(struct nk_span s, integer base, integer size) =
        4096 * s.number <= base && base + size <= 4096 * (s.number + s.pages);

    predicate whole_in(struct nk_span s, integer base, integer size) = in_span(s, base, size) &&
        (base / 4096 - s.number) % s.unit == 0 && (size / 4096) % s.unit == 0;

    // [base, base + size) lies in one area, and is of whole units of it.
    predicate in_an_area(struct nk *nk, integer base, integer size) =
        whole_in(nk->area[0], base, size) || whole_in(nk->area[1], base, size) ||
        whole_in(nk->area[2], base, size) || whole_in(nk->area[3], base, size);

    // Record f is of area k.
    predicate of_area(struct nk *nk, integer k, integer f) =
        nk->area[k].first <= f < nk->area[k].first + nk->area[k].records;

    lemma unit_more: \forall integer a, b, u; a < b && 0 < u ==> a * u + u <= b * u;
    lemma unit_less: \forall integer a, b, u; a * u < b * u && 0 < u ==> a < b;
    lemma unit_most: \forall integer a, b, u; a * u <= b * u && 0 < u ==> a <= b;
    lemma span_more: \forall struct nk_span s, integer f, g; 0 < s.unit && f < g ==>
        number_in(s, f) + s.unit <= number_in(s, g);
    lemma span_within: \forall struct nk_span s, integer f;
        span_ok(s) && s.first <= f < s.first + s.records ==>
        s.number <= number_in(s, f) && number_in(s, f) + s.unit <= s.number + s.pages;
*/
#else
/*@ axiomatic Pages {
        logic integer number(struct nk *nk, integer f) reads nk->area[0 .. 3];
        predicate in_an_area(struct nk *nk, integer base, integer size) reads nk->area[0 .. 3];
    }
*/
#endif

/*@
    // Records [first, first + n) are those of the pages of [base, base + size), and no others are.
    predicate exactly(struct nk *nk, integer first, integer n, integer base, integer size) =
        0 <= first && first + n <= nk->pages && (\forall integer f; 0 <= f < nk->pages ==>
            (first <= f < first + n <==> base <= 4096 * number(nk, f) < base + size));

    predicate layout_ok(struct nk *nk) = arrays(nk) && spans_ok(nk) && areas_ok(nk);

    // ---- pages and ranges

    // A range with these flags may lead to the page of record f, whoever else does.
    predicate may_lead_to(struct nk *nk, integer f, integer flags) =
        nk->page[f].type != NK_KEPT && (writes(flags) ==> nk->page[f].type == NK_FREE);

    // ---- entries: which pages they lead to, and how many do

    predicate covers(struct frond_range r, integer p) =
        allows(r.flags) && r.target <= 4096 * p < r.target + r.size;

    predicate blank(struct frond_range r) =
        r.base == 0 && r.size == 0 && r.target == 0 && r.flags == 0;
*/

/* 1 if an entry leads to page p, else 0; leading: how many of the first n entries do. */
#define ONE(r, p) one((r).target, (r).size, (r).flags, p)

/*@ logic integer one(integer target, integer size, integer flags, integer p) =
        (flags != 0 && flags != 8 && target <= 4096 * p < target + size) ? 1 : 0;
*/
#ifdef LOGIC_COUNTS
/*@ logic integer leading(struct frond_range *t, integer n, integer p) =
        n <= 0 ? 0 : leading(t, n - 1, p) + ONE(t[n - 1], p);
*/
#else
/*@ axiomatic Counts {
        logic integer leading(struct frond_range *t, integer n, integer p) reads t[0 .. n - 1];
    }
*/
#endif

/*@
    // ---- tables: m is NK_P or NK_NP

    predicate live(struct nk *nk, integer c) = 0 <= c < nk->children && nk->child[c].lives != 0;

    // Entry i is one that the child has; one that its tables could hold.
    predicate has(struct nk *nk, integer c, integer m, integer i) =
        m == 0 ? nk->child[c].map[0].first <= i < nk->child[c].map[0].first + nk->child[c].map[0].count :
        m == 1 && nk->child[c].map[1].first <= i < nk->child[c].map[1].first + nk->child[c].map[1].count;

    predicate reserves(struct nk *nk, integer c, integer i) =
        nk->child[c].map[0].first <= i <
            nk->child[c].map[1].first + nk->child[c].map[1].room;

    predicate owns(struct nk *nk, integer c, integer i) = live(nk, c) && reserves(nk, c, i);

    predicate table_there(struct nk *nk, integer c) =
        0 <= nk->child[c].map[0].first && 0 < nk->child[c].map[0].room &&
        nk->child[c].map[1].first == nk->child[c].map[0].first + nk->child[c].map[0].room &&
        0 <= nk->child[c].map[1].room &&
        nk->child[c].map[1].first + nk->child[c].map[1].room <= nk->ranges &&
        0 <= nk->child[c].map[0].count <= nk->child[c].map[0].room &&
        0 <= nk->child[c].map[1].count <= nk->child[c].map[1].room;

    predicate tables_there(struct nk *nk) =
        \forall integer c; live(nk, c) ==> table_there(nk, c);

    predicate tables_apart(struct nk *nk) = \forall integer c, d, i;
        live(nk, c) && live(nk, d) && reserves(nk, c, i) && reserves(nk, d, i) ==> c == d;
*/

/* Entries of [from, to) are what they were; r's fields are those of q. */
#define STAYED(t, from, to)                                                                        \
    (\forall integer k; (from) <= k < (to) ==> (t)[k].base == \at((t)[k].base, Pre)) &&            \
    (\forall integer k; (from) <= k < (to) ==> (t)[k].size == \at((t)[k].size, Pre)) &&            \
    (\forall integer k; (from) <= k < (to) ==> (t)[k].target == \at((t)[k].target, Pre)) &&        \
    (\forall integer k; (from) <= k < (to) ==> (t)[k].flags == \at((t)[k].flags, Pre))
/* The same, clause by clause. */
#define STAYED_EACH(clause, t, from, to)                                                           \
    clause \forall integer k; (from) <= k < (to) ==> (t)[k].base == \at((t)[k].base, Pre);         \
    clause \forall integer k; (from) <= k < (to) ==> (t)[k].size == \at((t)[k].size, Pre);         \
    clause \forall integer k; (from) <= k < (to) ==> (t)[k].target == \at((t)[k].target, Pre);     \
    clause \forall integer k; (from) <= k < (to) ==> (t)[k].flags == \at((t)[k].flags, Pre);
/* All ranges but those of one table, and `more` that it may have now behind its last, stay as they were: with
 * tables_apart, those of every other table. */
#define OTHERS_STAY(nk, child, m, more)                                                            \
    (STAYED((nk)->range, 0, \at((nk)->child[child].map[m].first, Pre)) &&                          \
     STAYED((nk)->range, \at((nk)->child[child].map[m].first, Pre) +                               \
            \at((nk)->child[child].map[m].count, Pre) + (more), (nk)->ranges))
#define SAME_RANGE(r, q)                                                                           \
    ((r).base == (q).base && (r).size == (q).size && (r).target == (q).target && (r).flags == (q).flags)

/* r is blank; is as a range must be. */
#define BLANK(r) ((r).base == 0 && (r).size == 0 && (r).target == 0 && (r).flags == 0)
#define WELL_FORMED(r)                                                                             \
    (aligned((r).base) && aligned((r).size) && aligned((r).target) &&                              \
     (r).base + (r).size <= UINT64_MAX + 1 && (r).target + (r).size <= UINT64_MAX + 1 &&           \
     (r).flags <= 15)

/* One count of one child's is now n, and nothing else of any child's has changed; n is by more than it was. */
#define COUNT_SET(nk, child_, m_, n)                                                               \
    (\forall integer c; 0 <= c < (nk)->children ==>                                                \
        (nk)->child[c].lives == \old((nk)->child[c].lives)) &&                                     \
    (\forall integer c; 0 <= c < (nk)->children ==>                                                \
        (nk)->child[c].map[0].first == \old((nk)->child[c].map[0].first)) &&                       \
    (\forall integer c; 0 <= c < (nk)->children ==>                                                \
        (nk)->child[c].map[1].first == \old((nk)->child[c].map[1].first)) &&                       \
    (\forall integer c; 0 <= c < (nk)->children ==>                                                \
        (nk)->child[c].map[0].room == \old((nk)->child[c].map[0].room)) &&                         \
    (\forall integer c; 0 <= c < (nk)->children ==>                                                \
        (nk)->child[c].map[1].room == \old((nk)->child[c].map[1].room)) &&                         \
    (\forall integer c; 0 <= c < (nk)->children ==> (nk)->child[c].map[0].count ==                 \
        (c == (child_) && (m_) == 0 ? (n) : \old((nk)->child[c].map[0].count))) &&                 \
    (\forall integer c; 0 <= c < (nk)->children ==> (nk)->child[c].map[1].count ==                 \
        (c == (child_) && (m_) == 1 ? (n) : \old((nk)->child[c].map[1].count)))
#define COUNT_CHANGED(nk, child_, m_, by)                                                          \
    COUNT_SET(nk, child_, m_, \old((nk)->child[c].map[m_].count) + (by))

/*
 * What changes with ranges and pages, as macros: a prover sees through them.
 */

/* Entries that no child has are 0; those that one has are not, and are in order, table by table. */
/*@ predicate rest_blank(struct nk *nk) =
    \forall integer i; 0 <= i < nk->ranges && (\forall integer c, m; live(nk, c) ==> !has(nk, c, m, i)) ==> BLANK(nk->range[i]); */
#define REST_BLANK(nk) rest_blank(nk)
/*@ predicate filled(struct nk *nk) =
    \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==> nk->range[i].size > 0; */
#define FILLED(nk) filled(nk)
/* The same of entries of tables but one: a hole, which moves through a table. */
/*@ predicate filled_but(struct nk *nk, integer hole) =
    \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) && i != hole ==> nk->range[i].size > 0; */
#define FILLED_BUT(nk, hole) filled_but(nk, hole)
/*@ predicate sorted_but(struct nk *nk, integer hole) =
    \forall integer c, m, i, j; live(nk, c) && has(nk, c, m, i) && has(nk, c, m, j) && i < j && i != hole && j != hole ==> nk->range[i].base + nk->range[i].size <= nk->range[j].base; */
#define SORTED_BUT(nk, hole) sorted_but(nk, hole)
/*@ predicate sorted(struct nk *nk) =
    \forall integer c, m, i, j; live(nk, c) && has(nk, c, m, i) && has(nk, c, m, j) && i < j ==> nk->range[i].base + nk->range[i].size <= nk->range[j].base; */
#define SORTED(nk) sorted(nk)

/* r fits into the child's table between the entries before `at` and the others, but for a hole. */
#define FITS_BELOW(nk, c, m, at, hole, r)                                                          \
    (\forall integer k; has(nk, c, m, k) && k < (at) && k != (hole) ==>                            \
        (nk)->range[k].base + (nk)->range[k].size <= (r).base)
#define FITS_ABOVE(nk, c, m, at, hole, r)                                                          \
    (\forall integer k; has(nk, c, m, k) && (at) <= k && k != (hole) ==>                           \
        (r).base + (r).size <= (nk)->range[k].base)

/* What is not blank is well formed. */
/*@ predicate formed(struct nk *nk) =
    \forall integer i; 0 <= i < nk->ranges && nk->range[i].size > 0 ==> WELL_FORMED(nk->range[i]); */
#define FORMED(nk) formed(nk)
/* A page's count is the number of entries that lead there. */
/*@ predicate counted(struct nk *nk) =
    \forall integer f; 0 <= f < nk->pages ==> nk->page[f].maps == leading(nk->range, nk->ranges, number(nk, f)); */
#define COUNTED(nk) counted(nk)

/* Entries lead into areas; where they lead they may, and the page's record says whose they are. */
/*@ predicate inside(struct nk *nk) =
    \forall integer i; 0 <= i < nk->ranges && allows(nk->range[i].flags) ==> in_an_area(nk, nk->range[i].target, nk->range[i].size); */
#define INSIDE(nk) inside(nk)
/*@ predicate leads(struct nk *nk, integer i, integer f) = 0 <= i < nk->ranges && 0 <= f < nk->pages &&
        allows(nk->range[i].flags) && nk->range[i].target <= 4096 * number(nk, f) &&
        4096 * number(nk, f) < nk->range[i].target + nk->range[i].size; */
#define LEADS(nk, i, f) leads(nk, i, f)
/*@ predicate allowed(struct nk *nk) =
    \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].type != NK_KEPT && (writes(nk->range[i].flags) ==> nk->page[f].type == NK_FREE); */
#define ALLOWED(nk) allowed(nk)
/*@ predicate sharing(struct nk *nk) =
    \forall integer i, f; LEADS(nk, i, f) ==> (nk->page[f].shared != 0 <==> shares(nk->range[i].flags)); */
#define SHARING(nk) sharing(nk)
/*@ predicate owned(struct nk *nk) =
    \forall integer i, f; LEADS(nk, i, f) && nk->page[f].shared == 0 ==> owns(nk, nk->page[f].owner, i); */
#define OWNED(nk) owned(nk)

/* The record of a page to which child c's ranges with these flags may lead. */
#define RECORDS(nk, f, c, flags)                                                                   \
    (((nk)->page[f].shared != 0 <==> shares(flags)) &&                                             \
     ((nk)->page[f].shared == 0 ==> (nk)->page[f].owner == (c)))

/* The engine reads these tables: of child c; of each; of each but one. */
#define DESCRIBED_AT(nk, c)                                                                        \
    ((nk)->desc[c].map_p.addr == (nk)->range_at + 32 * (nk)->child[c].map[0].first &&              \
     (nk)->desc[c].map_p.count == (nk)->child[c].map[0].count &&                                   \
     ((nk)->child[c].map[1].room > 0 ==>                                                           \
         (nk)->desc[c].map_np.addr == (nk)->range_at + 32 * (nk)->child[c].map[1].first &&         \
         (nk)->desc[c].map_np.count == (nk)->child[c].map[1].count) &&                             \
     ((nk)->child[c].map[1].room == 0 ==>                                                          \
         (nk)->desc[c].map_np.addr == (nk)->range_at + 32 * (nk)->child[c].map[0].first &&         \
         (nk)->desc[c].map_np.count == (nk)->child[c].map[0].count))
/*@ predicate described(struct nk *nk) =
    \forall integer c; live(nk, c) ==> DESCRIBED_AT(nk, c); */
#define DESCRIBED(nk) described(nk)
/*@ predicate described_but(struct nk *nk, integer but) =
    \forall integer c; live(nk, c) && c != but ==> DESCRIBED_AT(nk, c); */
#define DESCRIBED_BUT(nk, but) described_but(nk, but)

/*
 * Objects: how many pages each has stands in the record of its first, and the record of each says its type.
 */

/*@ // Words are those of the pages where objects may be, and the records of these follow each other.
    predicate objects_ok(struct nk *nk) = 0 <= nk->objects.pages && 0 <= nk->objects.number &&
        (nk->objects.pages > 0 ==> 0 <= nk->objects.first &&
            nk->objects.first + nk->objects.pages <= nk->pages) &&
        (\forall integer f; nk->objects.first <= f < nk->objects.first + nk->objects.pages ==>
            number(nk, f) == nk->objects.number + (f - nk->objects.first));

    // What may be granted is apart from nk's own memory.
    predicate own_apart(struct nk *nk) = \forall integer i, k; 0 <= i < 2 && 0 <= k < 4 &&
        nk->own[i].pages > 0 && nk->area[k].pages > 0 ==>
        nk->own[i].number + nk->own[i].pages <= nk->area[k].number ||
        nk->area[k].number + nk->area[k].pages <= nk->own[i].number;

    predicate addresses_ok(struct nk *nk) = 0 <= nk->desc_at && 0 <= nk->range_at &&
        nk->desc_at + 4096 * nk->children <= INT64_MAX && nk->range_at + 32 * nk->ranges <= INT64_MAX;
*/
/*@ predicate objects_end(struct nk *nk) =
    \forall integer f; 0 <= f < nk->pages ==> f + nk->page[f].pages <= nk->pages; */
#define OBJECTS_END(nk) objects_end(nk)
/*@ predicate objects_typed(struct nk *nk) =
    \forall integer f, g; 0 <= f <= g < nk->pages && g < f + nk->page[f].pages ==>
        nk->page[g].type == nk->page[f].type; */
#define OBJECTS_TYPED(nk) objects_typed(nk)
/*@ predicate objects_not_free(struct nk *nk) =
    \forall integer f; 0 <= f < nk->pages && nk->page[f].pages > 0 ==>
        nk->page[f].type != NK_FREE; */
#define OBJECTS_NOT_FREE(nk) objects_not_free(nk)
/*@ predicate objects_apart(struct nk *nk) =
    \forall integer f, g; 0 <= f < g < nk->pages && g < f + nk->page[f].pages ==>
        nk->page[g].pages == 0; */
#define OBJECTS_APART(nk) objects_apart(nk)
/*@ predicate objects_headed(struct nk *nk) =
    \forall integer g; 0 <= g < nk->pages && nk->page[g].type != NK_FREE ==>
        (\exists integer f; 0 <= f <= g && g < f + nk->page[f].pages); */
#define OBJECTS_HEADED(nk) objects_headed(nk)
/*@ predicate objects_placed(struct nk *nk) =
    \forall integer f; 0 <= f < nk->pages && nk->page[f].type != NK_FREE &&
        nk->page[f].type != NK_KEPT ==>
        nk->page[f].type < NK_TYPES && nk->objects.first <= f < nk->objects.first + nk->objects.pages; */
#define OBJECTS_PLACED(nk) objects_placed(nk)

/* Word i is one of the page of record f, which may hold objects. An object that starts at base has record h first. */
#define WORD_IN(nk, f, i)                                                                          \
    ((nk)->objects.first <= f < (nk)->objects.first + (nk)->objects.pages &&                       \
     512 * (f - (nk)->objects.first) <= i < 512 * (f - (nk)->objects.first) + 512)
#define FIRST(nk, h, base)                                                                         \
    (0 <= h < (nk)->pages && 4096 * number(nk, h) == (base) && (nk)->page[h].pages > 0)
/* Its payload: word 0, and how many there are. */
#define PAYLOAD(nk, h) (512 * (h - (nk)->objects.first) + 3)
#define PAYLOADS(nk, h) (512 * (nk)->page[h].pages - 3)

/*
 * All that holds between calls: what a call needs, and what it keeps.
 */
#define NEEDS_TABLES(nk)                                                                           \
    requires layout_ok(nk);                                                                        \
    requires objects_ok(nk);                                                                       \
    requires own_apart(nk);                                                                        \
    requires addresses_ok(nk);                                                                      \
    requires tables_there(nk);                                                                     \
    requires tables_apart(nk);                                                                     \
    requires REST_BLANK(nk);                                                                       \
    requires FILLED(nk);                                                                           \
    requires SORTED(nk);                                                                           \
    requires FORMED(nk);                                                                           \
    requires COUNTED(nk);                                                                          \
    requires INSIDE(nk);                                                                           \
    requires ALLOWED(nk);                                                                          \
    requires SHARING(nk);                                                                          \
    requires OWNED(nk);                                                                            \
    requires DESCRIBED(nk);
#define KEEPS_TABLES(nk) KEEPS_UNSORTED(nk) ensures SORTED(nk);
#define KEEPS_UNSORTED(nk)                                                                         \
    ensures layout_ok(nk);                                                                         \
    ensures objects_ok(nk);                                                                        \
    ensures own_apart(nk);                                                                         \
    ensures addresses_ok(nk);                                                                       \
    ensures tables_there(nk);                                                                      \
    ensures tables_apart(nk);                                                                      \
    ensures REST_BLANK(nk);                                                                        \
    ensures FILLED(nk);                                                                            \
    ensures FORMED(nk);                                                                            \
    ensures COUNTED(nk);                                                                           \
    ensures INSIDE(nk);                                                                            \
    ensures ALLOWED(nk);                                                                           \
    ensures SHARING(nk);                                                                           \
    ensures OWNED(nk);                                                                             \
    ensures DESCRIBED(nk);
#define NEEDS_OBJECTS(nk)                                                                          \
    NEEDS_OBJECTS_BUT_HEADS(nk)                                                                    \
    requires OBJECTS_HEADED(nk);
#define KEEPS_OBJECTS(nk)                                                                          \
    KEEPS_OBJECTS_BUT_HEADS(nk)                                                                    \
    ensures OBJECTS_HEADED(nk);
#define NEEDS_OBJECTS_BUT_HEADS(nk)                                                                \
    requires OBJECTS_END(nk);                                                                      \
    requires OBJECTS_TYPED(nk);                                                                    \
    requires OBJECTS_NOT_FREE(nk);                                                                 \
    requires OBJECTS_APART(nk);                                                                    \
    requires OBJECTS_PLACED(nk);
#define KEEPS_OBJECTS_BUT_HEADS(nk)                                                                      \
    ensures OBJECTS_END(nk);                                                                       \
    ensures OBJECTS_TYPED(nk);                                                                     \
    ensures OBJECTS_NOT_FREE(nk);                                                                  \
    ensures OBJECTS_APART(nk);                                                                     \
    ensures OBJECTS_PLACED(nk);
#define NEEDS(nk) NEEDS_TABLES(nk) NEEDS_OBJECTS(nk)
#define KEEPS(nk) KEEPS_TABLES(nk) KEEPS_OBJECTS(nk)

#define LOOP_KEEPS(nk)                                                                             \
    loop invariant layout_ok(nk);                                                                  \
    loop invariant objects_ok(nk);                                                                 \
    loop invariant own_apart(nk);                                                                  \
    loop invariant addresses_ok(nk);                                                               \
    loop invariant tables_there(nk);                                                               \
    loop invariant tables_apart(nk);                                                               \
    loop invariant REST_BLANK(nk);                                                                 \
    loop invariant FILLED(nk);                                                                     \
    loop invariant SORTED(nk);                                                                     \
    loop invariant FORMED(nk);                                                                     \
    loop invariant COUNTED(nk);                                                                    \
    loop invariant INSIDE(nk);                                                                     \
    loop invariant ALLOWED(nk);                                                                    \
    loop invariant SHARING(nk);                                                                    \
    loop invariant OWNED(nk);                                                                      \
    loop invariant DESCRIBED(nk);                                                                  \
    loop invariant OBJECTS_END(nk);                                                                \
    loop invariant OBJECTS_TYPED(nk);                                                              \
    loop invariant OBJECTS_NOT_FREE(nk);                                                           \
    loop invariant OBJECTS_APART(nk);                                                              \
    loop invariant OBJECTS_HEADED(nk);                                                             \
    loop invariant OBJECTS_PLACED(nk);

/* What is said of a step that writes none of what these are about: one behavior each, for a prover sees few at a time. */
#define KEEPS_EACH(nk)                                                                             \
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);                                 \
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);                                       \
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);                                       \
    behavior formed: assumes FORMED(nk); ensures FORMED(nk);                                       \
    behavior inside: assumes INSIDE(nk); ensures INSIDE(nk);                                       \
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);                                    \
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);                                    \
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);

#define KEEPS_OBJECTS_EACH(nk)                                                                     \
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);                                    \
    behavior end: assumes OBJECTS_END(nk); ensures OBJECTS_END(nk);                                \
    behavior typed: assumes OBJECTS_TYPED(nk); ensures OBJECTS_TYPED(nk);                          \
    behavior not_free: assumes OBJECTS_NOT_FREE(nk); ensures OBJECTS_NOT_FREE(nk);                 \
    behavior apart: assumes OBJECTS_APART(nk); ensures OBJECTS_APART(nk);                          \
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk);                       \
    behavior placed: assumes OBJECTS_PLACED(nk); ensures OBJECTS_PLACED(nk);

/* A call that touches no type of a page keeps objects by this alone. */
#define TYPES_SAME(nk)                                                                             \
    (\forall integer f; 0 <= f < (nk)->pages ==> (nk)->page[f].type == \old((nk)->page[f].type)) && \
    (\forall integer f; 0 <= f < (nk)->pages ==> (nk)->page[f].pages == \old((nk)->page[f].pages))

/* Words i, if C, are as they were. */
#define WORDS_SAME(nk, C)                                                                          \
    (\forall integer i; 0 <= i < 512 * (nk)->objects.pages && (C) ==>                              \
        (nk)->word[i] == \old((nk)->word[i]))

/* Entries, any, are as they were: a step on the way, where something else is written that is 64 bits wide. */
#define ENTRIES_SAME(nk)                                                                           \
    (\forall integer i; (nk)->range[i].base == \at((nk)->range[i].base, Pre)) &&                   \
    (\forall integer i; (nk)->range[i].size == \at((nk)->range[i].size, Pre)) &&                   \
    (\forall integer i; (nk)->range[i].target == \at((nk)->range[i].target, Pre)) &&               \
    (\forall integer i; (nk)->range[i].flags == \at((nk)->range[i].flags, Pre))

/* The same of pages, where something else is written that is 32 or 8 bits wide. */
#define PAGES_SAME(nk)                                                                             \
    (\forall integer f; (nk)->page[f].maps == \at((nk)->page[f].maps, Pre)) &&                     \
    (\forall integer f; (nk)->page[f].owner == \at((nk)->page[f].owner, Pre)) &&                   \
    (\forall integer f; (nk)->page[f].pages == \at((nk)->page[f].pages, Pre)) &&                   \
    (\forall integer f; (nk)->page[f].type == \at((nk)->page[f].type, Pre)) &&                     \
    (\forall integer f; (nk)->page[f].shared == \at((nk)->page[f].shared, Pre))

/* The same of children's tables. */
#define CHILDREN_SAME(nk)                                                                          \
    (\forall integer c; (nk)->child[c].lives == \at((nk)->child[c].lives, Pre)) &&                 \
    (\forall integer c, m; (nk)->child[c].map[m].first == \at((nk)->child[c].map[m].first, Pre)) && \
    (\forall integer c, m; (nk)->child[c].map[m].room == \at((nk)->child[c].map[m].room, Pre)) &&  \
    (\forall integer c, m; (nk)->child[c].map[m].count == \at((nk)->child[c].map[m].count, Pre))

/* What descriptors c, if C, say of tables is as it was. */
#define MAPS_SAME(nk, C)                                                                           \
    (\forall integer c; (C) ==> (nk)->desc[c].map_p.addr == \at((nk)->desc[c].map_p.addr, Pre)) && \
    (\forall integer c; (C) ==> (nk)->desc[c].map_p.count == \at((nk)->desc[c].map_p.count, Pre)) && \
    (\forall integer c; (C) ==> (nk)->desc[c].map_np.addr == \at((nk)->desc[c].map_np.addr, Pre)) && \
    (\forall integer c; (C) ==> (nk)->desc[c].map_np.count == \at((nk)->desc[c].map_np.count, Pre))

/* Entries are as they were, so no count changes: said by who writes words or descriptors, where COUNTS are defined. */
#define COUNTS_SAME(nk) ensures \forall integer a;                                                 \
    leading((nk)->range, (nk)->ranges, a) == \old(leading((nk)->range, (nk)->ranges, a));
/* Why: by induction, at the end of a body. */
#define COUNTS_SAME_WHY(nk)                                                                        \
    ghost uint64_t same = 0;                                                                       \
    /@ loop assigns same;                                                                          \
       loop invariant 0 <= same <= (nk)->ranges;                                                   \
       loop invariant \forall integer a, j; j == same ==>                                          \
           leading((nk)->range, j, a) == \at(leading((nk)->range, j, a), Pre);                     \
       loop variant (nk)->ranges - same; @/                                                        \
    while (same < (uint64_t)(nk)->ranges) same++;                                                  \
    /@ assert same == (nk)->ranges; @/

/* A call on a child's ranges that is refused has changed nothing. */
#define REFUSED_SAME(nk)                                                                           \
    ensures \result != NK_OK ==> PAGES_SAME(nk);                                                   \
    ensures \result != NK_OK ==> ENTRIES_SAME(nk);                                                 \
    ensures \result != NK_OK ==> CHILDREN_SAME(nk);                                                \
    ensures \result != NK_OK ==> MAPS_SAME(nk, c == c);

/*@ // The table that a call on ranges means by `map`.
    logic integer meant(integer map) = map == 1 ? 1 : 0;

    // The child's table has an entry as said.
    predicate lists(struct nk *nk, integer c, integer m, integer base, integer size, integer target, integer flags) =
        \exists integer i; has(nk, c, m, i) && nk->range[i].base == base && nk->range[i].size == size &&
            nk->range[i].target == target && nk->range[i].flags == flags;
*/

#endif
