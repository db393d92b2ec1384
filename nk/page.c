/* page.c - page records: see nk_priv.h. Nothing here looks at a table. */
#define LOGIC_PAGES
#include "nk_priv.h"

/*@ requires \valid_read(s) && span_ok(*s) && number <= 4503599627370496 && 0 < n <= 4503599627370496;
    assigns \nothing;
    ensures \result <==> in_span(*s, 4096 * number, 4096 * n); */
static bool within(const struct nk_span *s, uint64_t number, uint64_t n) {
    uint64_t first = (uint64_t)s->number, pages = (uint64_t)s->pages;

    return number >= first && number - first < pages && n <= pages - (number - first);
}

/*@ requires \valid_read(s) && span_ok(*s) && number <= 4503599627370496 && n <= 4503599627370496;
    assigns \nothing;
    ensures n > 0 && s->pages > 0 ==>
        (\result <==> s->number < number + n && number < s->number + s->pages);
    ensures s->pages == 0 ==> !\result; */
static bool meets(const struct nk_span *s, uint64_t number, uint64_t n) {
    uint64_t first = (uint64_t)s->number, pages = (uint64_t)s->pages;

    return pages > 0 && first < number + n && number < first + pages;
}

/* Records of n > 0 pages within s. NK_OK, NK_BAD_RANGE. */
/*@ requires \valid_read(s) && span_ok(*s) && number <= 4503599627370496 && 0 < n <= 4503599627370496;
    requires in_span(*s, 4096 * number, 4096 * n);
    assigns \nothing;
    ensures \result.status == NK_OK || \result.status == NK_BAD_RANGE;
    ensures \result.status == NK_OK <==> whole_in(*s, 4096 * number, 4096 * n);
    ensures \result.status == NK_OK ==> s->first <= \result.first &&
        \result.first + \result.n <= s->first + s->records;
    ensures \result.status == NK_OK ==> number_in(*s, \result.first) == number;
    ensures \result.status == NK_OK ==> number_in(*s, \result.first + \result.n) == number + n; */
static struct pages records_of(const struct nk_span *s, uint64_t number, uint64_t n) {
    uint64_t unit = (uint64_t)s->unit, before = number - (uint64_t)s->number;
    struct pages p = {NK_BAD_RANGE, 0, 0};

    if (before % unit == 0 && n % unit == 0) {
        p.status = NK_OK;
        p.first = (uint64_t)s->first + before / unit;
        p.n = n / unit;
        /*@ assert before == (before / unit) * unit; */
        /*@ assert n == (n / unit) * unit; */
        /*@ assert before + n == (before / unit + n / unit) * unit; */
        /*@ assert (before / unit + n / unit) * unit <= s->records * unit; */
        /*@ assert before / unit + n / unit <= s->records; */
        /*@ assert p.first - s->first == before / unit; */
        /*@ assert p.first + p.n - s->first == before / unit + n / unit; */
    }
    return p;
}

struct pages page_locate(const struct nk *nk, uint64_t number, uint64_t n) {
    struct pages p = {NK_OUTSIDE, 0, 0};

    /*@ assert number: \forall integer k, f; 0 <= k < 4 && of_area(nk, k, f) ==>
          number(nk, f) == number_in(nk->area[k], f); */
    /*@ assert within: \forall integer k, f; 0 <= k < 4 && of_area(nk, k, f) ==>
          nk->area[k].number <= number(nk, f) < nk->area[k].number + nk->area[k].pages; */
    /*@ assert one: \forall integer f; 0 <= f < nk->pages ==>
          of_area(nk, 0, f) || of_area(nk, 1, f) || of_area(nk, 2, f) || of_area(nk, 3, f); */
    /*@ loop assigns k, p;
        loop invariant 0 <= k <= 4;
        loop invariant p.status == NK_OUTSIDE;
        loop invariant \forall integer j; 0 <= j < k ==> !in_span(nk->area[j], 4096 * number, 4096 * n);
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        /*@ assert span_ok(nk->area[k]); */
        if (within(&nk->area[k], number, n)) {
            p = records_of(&nk->area[k], number, n);
            /*@ assert inside: p.status == NK_OK ==> \forall integer f; of_area(nk, k, f) ==>
                  (p.first <= f < p.first + p.n <==> number <= number(nk, f) < number + n); */
            /*@ assert outside: p.status == NK_OK ==> \forall integer f; 0 <= f < nk->pages && !of_area(nk, k, f) ==>
                  !(number <= number(nk, f) < number + n); */
            return p;
        }
    }
    /*@ loop assigns k, p.status;
        loop invariant 0 <= k <= 2 && (p.status == NK_OUTSIDE || p.status == NK_OWN);
        loop variant 2 - k; */
    for (int k = 0; k < NK_OWN_AREAS; k++) {
        /*@ assert span_ok(nk->own[k]); */
        if (meets(&nk->own[k], number, n))
            p.status = NK_OWN;
    }
    return p;
}

struct pages page_begins(const struct nk *nk, uint64_t number) {
    struct pages p = {NK_OUTSIDE, 0, 0};

    /*@ loop assigns k;
        loop invariant 0 <= k <= 4;
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        uint64_t unit = (uint64_t)nk->area[k].unit;

        /*@ assert span_ok(nk->area[k]); */
        if (within(&nk->area[k], number, 1) &&
            (number - (uint64_t)nk->area[k].number) % unit == 0) {
            p.status = NK_OK;
            p.first = (uint64_t)nk->area[k].first + (number - (uint64_t)nk->area[k].number) / unit;
            p.n = 1;
            /*@ assert number - nk->area[k].number ==
                  ((number - nk->area[k].number) / unit) * unit; */
            /*@ assert (number - nk->area[k].number) / unit < nk->area[k].records; */
            /*@ assert p.first - nk->area[k].first == (number - nk->area[k].number) / unit; */
            /*@ assert of_area(nk, k, p.first); */
            /*@ assert number_in(nk->area[k], p.first) == number; */
            return p;
        }
    }
    return p;
}

enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, uint64_t flags) {
    enum nk_status status = NK_OK;

    /*@ loop assigns i, status;
        loop invariant first <= i <= first + n;
        loop invariant status == NK_OK || status == NK_READ_ONLY;
        loop invariant status == NK_OK <==>
            (\forall integer f; first <= f < i ==> nk->page[f].type != NK_KEPT && (writes(flags) ==> nk->page[f].type == NK_FREE));
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].type == NK_KEPT)
            return NK_OWN;
        if (flags_write(flags) && nk->page[i].type != NK_FREE)
            status = NK_READ_ONLY;
    }
    return status;
}

bool page_taken(const struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags,
                uint64_t but, uint64_t n_but) {
    /*@ loop assigns i;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; first <= f < i ==>
            (nk->page[f].maps == (but <= f < but + n_but ? 1 : 0) || RECORDS(nk, f, child, flags));
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++) {
        const struct nk_page *p = &nk->page[i];
        uint64_t others = p->maps - (i >= but && i < but + n_but ? 1 : 0);

        if (others > 0 &&
            (flags_share(flags) != (p->shared != 0) || (p->shared == 0 && p->owner != child)))
            return true;
    }
    return false;
}

void page_hold(struct nk *nk, uint64_t first, uint64_t n, uint64_t child, uint64_t flags) {
    /*@ loop assigns i, nk->page[0 .. nk->pages - 1];
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre) + (first <= f < i ? 1 : 0);
        loop invariant \forall integer f; first <= f < i && \at(nk->page[f].maps, Pre) == 0 ==>
            nk->page[f].owner == child && (nk->page[f].shared != 0 <==> shares(flags));
        loop invariant \forall integer f; 0 <= f < nk->pages &&
            (f < first || i <= f || \at(nk->page[f].maps, Pre) != 0) ==>
            nk->page[f].owner == \at(nk->page[f].owner, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages &&
            (f < first || i <= f || \at(nk->page[f].maps, Pre) != 0) ==>
            nk->page[f].shared == \at(nk->page[f].shared, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].type == \at(nk->page[f].type, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].pages == \at(nk->page[f].pages, Pre);
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++) {
        struct nk_page *p = &nk->page[i];

        if (p->maps == 0) {
            p->owner = (uint32_t)child;
            p->shared = flags_share(flags) ? 1 : 0;
        }
        p->maps++;
    }
}

void page_drop(struct nk *nk, uint64_t first, uint64_t n) {
    /*@ loop assigns i, nk->page[0 .. nk->pages - 1];
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre) - (first <= f < i ? 1 : 0);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].owner == \at(nk->page[f].owner, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].shared == \at(nk->page[f].shared, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].type == \at(nk->page[f].type, Pre);
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].pages == \at(nk->page[f].pages, Pre);
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++)
        nk->page[i].maps--;
}

/*@ // No range that lies in an area meets what is nk's own.
    lemma not_own: \forall struct nk *nk, integer base, size, k, p;
        spans_ok(nk) && own_apart(nk) && in_an_area(nk, base, size) && base <= 4096 * p < base + size && 0 <= k < 2 ==>
        !(nk->own[k].number <= p < nk->own[k].number + nk->own[k].pages);
*/
