/* page.c - page records: see nk_priv.h. Nothing here looks at a table. */
#include "nk_priv.h"

bool page_span(uint64_t base, uint64_t size) {
    return base % NK_PAGE == 0 && size % NK_PAGE == 0 && size > 0 && size - 1 <= UINT64_MAX - base;
}

/* [base, base + size) lies in the area. */
/*@ requires \valid_read(a) && a->base + a->pages * 4096 <= UINT64_MAX && size > 0;
    assigns \nothing;
    ensures \result <==> a->base <= base && base + size <= a->base + a->pages * 4096; */
static bool within(const struct nk_area *a, uint64_t base, uint64_t size) {
    return base >= a->base && base - a->base < a->pages * NK_PAGE &&
           size <= a->pages * NK_PAGE - (base - a->base);
}

/* [base, base + size) meets the area. */
/*@ requires \valid_read(a) && a->base + a->pages * 4096 <= UINT64_MAX && size > 0;
    assigns \nothing;
    ensures \result <==> a->base < base + size && base < a->base + a->pages * 4096 && a->pages > 0; */
static bool meets(const struct nk_area *a, uint64_t base, uint64_t size) {
    return base < a->base ? a->pages > 0 && size > a->base - base
                          : base - a->base < a->pages * NK_PAGE;
}

enum nk_status page_locate(const struct nk *nk, uint64_t base, uint64_t size, uint64_t *first) {
    /*@ loop assigns k;
        loop invariant 0 <= k <= 4;
        loop invariant \forall integer j; 0 <= j < k ==> !in_area(nk, j, base, size);
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &nk->layout.area[k];

        /*@ assert area_there(nk, k); */
        if (within(a, base, size)) {
            uint64_t i = nk->area_first[k] + (base - a->base) / NK_PAGE;

            /*@ assert in_area(nk, k, base, size); */
            /*@ assert base == a->base + (i - nk->area_first[k]) * 4096; */
            /*@ assert i + size / 4096 <= nk->area_first[k] + a->pages; */
            /*@ assert \forall integer f; i <= f < i + size / 4096 ==>
                  nk->page[f].at == base + (f - i) * 4096; */
            /*@ assert nk->page[i].at == base && nk->page[i + size / 4096 - 1].at == base + size - 4096; */
            /*@ assert exactly(nk, i, size / 4096, base); */
            *first = i;
            return NK_OK;
        }
    }
    /*@ loop assigns k;
        loop invariant 0 <= k <= 2;
        loop variant 2 - k; */
    for (int k = 0; k < NK_OWN_AREAS; k++) {
        if (meets(&nk->layout.own[k], base, size))
            return NK_OWN;
    }
    return NK_OUTSIDE;
}

enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, uint64_t flags) {
    enum nk_status status = NK_OK;

    /*@ loop assigns i, status;
        loop invariant first <= i <= first + n;
        loop invariant status == NK_OK || status == NK_READ_ONLY;
        loop invariant status == NK_OK <==>
            (\forall integer f; first <= f < i ==> may_lead_to(nk->page[f], flags));
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
            may_join(nk->page[f], nk->page[f].maps - (but <= f < but + n_but ? 1 : 0), child, flags);
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
    /*@ loop assigns i, nk->page[first .. first + n - 1].maps,
            nk->page[first .. first + n - 1].owner, nk->page[first .. first + n - 1].shared;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; first <= f < i ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre) + 1;
        loop invariant \forall integer f; first <= f < i ==> \at(nk->page[f].maps, Pre) == 0 ==>
            nk->page[f].owner == child && (nk->page[f].shared != 0 <==> shares(flags));
        loop invariant \forall integer f; first <= f < i ==> \at(nk->page[f].maps, Pre) != 0 ==>
            nk->page[f].owner == \at(nk->page[f].owner, Pre) &&
            nk->page[f].shared == \at(nk->page[f].shared, Pre);
        loop invariant \forall integer f; i <= f < first + n ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre) &&
            nk->page[f].owner == \at(nk->page[f].owner, Pre) &&
            nk->page[f].shared == \at(nk->page[f].shared, Pre);
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
    /*@ loop assigns i, nk->page[first .. first + n - 1].maps;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; first <= f < i ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre) - 1;
        loop invariant \forall integer f; i <= f < first + n ==>
            nk->page[f].maps == \at(nk->page[f].maps, Pre);
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++)
        nk->page[i].maps--;
}
