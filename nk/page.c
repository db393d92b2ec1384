/* page.c - page records: see nk_priv.h. Nothing here looks at a table. */
#include "nk_priv.h"

bool page_span(uint64_t base, uint64_t size) {
    return base % NK_PAGE == 0 && size % NK_PAGE == 0 && size > 0 && size - 1 <= UINT64_MAX - base;
}

/* [base, base + size) lies in the area. */
static bool within(const struct nk_area *a, uint64_t base, uint64_t size) {
    return base >= a->base && base - a->base < a->pages * NK_PAGE &&
           size <= a->pages * NK_PAGE - (base - a->base);
}

/* [base, base + size) meets the area. */
static bool meets(const struct nk_area *a, uint64_t base, uint64_t size) {
    return base < a->base ? a->pages > 0 && size > a->base - base
                          : base - a->base < a->pages * NK_PAGE;
}

enum nk_status page_locate(const struct nk *nk, uint64_t base, uint64_t size, uint64_t *first,
                           uint64_t *n) {
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &nk->layout.area[k];
        uint64_t unit = area_unit(a) * NK_PAGE;

        if (within(a, base, size)) {
            if ((base - a->base) % unit != 0 || size % unit != 0)
                return NK_BAD_RANGE;
            *first = nk->area_first[k] + (base - a->base) / unit;
            *n = size / unit;
            return NK_OK;
        }
    }
    for (int k = 0; k < NK_OWN_AREAS; k++) {
        if (meets(&nk->layout.own[k], base, size))
            return NK_OWN;
    }
    return NK_OUTSIDE;
}

bool page_begins(const struct nk *nk, uint64_t base, uint64_t *first) {
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &nk->layout.area[k];
        uint64_t unit = area_unit(a) * NK_PAGE;

        if (within(a, base, NK_PAGE) && (base - a->base) % unit == 0) {
            *first = nk->area_first[k] + (base - a->base) / unit;
            return true;
        }
    }
    return false;
}

enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, bool write) {
    enum nk_status status = NK_OK;

    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].type == NK_KEPT)
            return NK_OWN;
        if (write && nk->page[i].type != NK_FREE)
            status = NK_READ_ONLY;
    }
    return status;
}

bool page_taken(const struct nk *nk, uint64_t first, uint64_t n, uint64_t child, bool shared,
                uint64_t but, uint64_t n_but) {
    for (uint64_t i = first; i < first + n; i++) {
        const struct nk_page *p = &nk->page[i];
        uint64_t others = p->maps - (i >= but && i < but + n_but ? 1 : 0);

        if (others > 0 && (shared ? p->shared == 0 : p->shared != 0 || p->owner != child))
            return true;
    }
    return false;
}

void page_hold(struct nk *nk, uint64_t first, uint64_t n, uint64_t child, bool shared) {
    for (uint64_t i = first; i < first + n; i++) {
        struct nk_page *p = &nk->page[i];

        if (p->maps == 0) {
            p->owner = (uint32_t)child;
            p->shared = shared ? 1 : 0;
        }
        p->maps++;
    }
}

void page_drop(struct nk *nk, uint64_t first, uint64_t n) {
    for (uint64_t i = first; i < first + n; i++)
        nk->page[i].maps--;
}
