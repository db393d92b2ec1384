/* layout.c - where everything lies, and the start. */
#include "nk_priv.h"

enum nk_status nk_place(const struct nk_layout *layout, uint64_t region, struct nk_places *at) {
    uint64_t pages = 0, size;

    for (int k = 0; k < NK_AREAS; k++) {
        if (layout->area[k].pages > UINT32_MAX)
            return NK_BAD_LAYOUT;
        pages += area_records(&layout->area[k]);
    }
    if (pages > UINT32_MAX || layout->children > UINT32_MAX || layout->ranges > UINT32_MAX ||
        region % NK_PAGE != 0)
        return NK_BAD_LAYOUT;
    at->desc = region;
    at->range = at->desc + sizeof(struct frond_desc) * layout->children;
    at->page = at->range + sizeof(struct frond_range) * layout->ranges;
    at->nk = at->page + sizeof(struct nk_page) * pages;
    at->child = at->nk + sizeof(struct nk);
    size = at->child + sizeof(struct nk_child) * layout->children - region;
    size += NK_PAGE - 1 - (size + NK_PAGE - 1) % NK_PAGE;
    at->end = region + size;
    return at->end > region ? NK_OK : NK_BAD_LAYOUT;
}

/* First byte behind an area; its last page is not the last of the address space. */
static uint64_t end_of_area(const struct nk_area *a) { return a->base + a->pages * NK_PAGE; }

static bool area_ok(const struct nk_area *a) {
    return a->base % NK_PAGE == 0 && a->pages <= UINT32_MAX &&
           a->pages * NK_PAGE <= UINT64_MAX - a->base && a->pages % area_unit(a) == 0;
}

/* The areas that may be granted ascend; nk's own memory meets none of them. */
static bool areas_ok(const struct nk_layout *l) {
    uint64_t last = 0;

    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &l->area[k];

        if (!area_ok(a) || (a->pages > 0 && a->base < last))
            return false;
        if (a->pages > 0)
            last = end_of_area(a);
    }
    for (int i = 0; i < NK_OWN_AREAS; i++) {
        const struct nk_area *own = &l->own[i];

        if (!area_ok(own))
            return false;
        for (int k = 0; k < NK_AREAS; k++) {
            const struct nk_area *a = &l->area[k];

            if (own->pages > 0 && a->pages > 0 && own->base < end_of_area(a) &&
                a->base < end_of_area(own))
                return false;
        }
    }
    return true;
}

/* The arrays lie as nk_place says, in memory that is nk's own. */
static bool places_ok(const struct nk_layout *l, const struct nk_places *at) {
    struct nk_places p;

    if (nk_place(l, at->desc, &p) != NK_OK || p.range != at->range || p.page != at->page ||
        p.nk != at->nk || p.child != at->child || p.end != at->end)
        return false;
    for (int i = 0; i < NK_OWN_AREAS; i++) {
        if (at->desc >= l->own[i].base && at->end <= end_of_area(&l->own[i]))
            return true;
    }
    return false;
}

/* Objects, if any, have their place in one of the areas. */
static bool objects_ok(const struct nk_layout *l) {
    const struct nk_area *o = &l->objects;

    if (o->pages == 0)
        return true;
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &l->area[k];

        if (area_ok(o) && area_unit(a) == 1 && o->base >= a->base &&
            end_of_area(o) <= end_of_area(a))
            return true;
    }
    return false;
}

/* Records of an area whose pages are free. */
static void free_pages(struct nk_page *page, const struct nk_area *a) {
    for (uint64_t i = 0; i < area_records(a); i++)
        page[i] = (struct nk_page){.at = a->base + i * area_unit(a) * NK_PAGE};
}

static void no_child(struct nk *nk) {
    for (uint64_t i = 0; i < nk->layout.children; i++)
        nk->child[i] = (struct nk_child){.lives = 0};
    for (uint64_t i = 0; i < nk->layout.ranges; i++)
        nk->range[i] = (struct frond_range){0, 0, 0, 0};
}

enum nk_status nk_init(struct nk *nk, const struct nk_layout *layout, const struct nk_places *at,
                       const struct nk_arrays *arrays) {
    uint64_t pages = 0, objects = 0, n;

    if (!areas_ok(layout) || !places_ok(layout, at) || !objects_ok(layout))
        return NK_BAD_LAYOUT;
    *nk = (struct nk){.layout = *layout,
                      .at = *at,
                      .desc = arrays->desc,
                      .range = arrays->range,
                      .page = arrays->page,
                      .child = arrays->child,
                      .word = arrays->word};
    for (int k = 0; k < NK_AREAS; k++) {
        nk->area_first[k] = (uint32_t)pages;
        free_pages(&nk->page[pages], &layout->area[k]);
        pages += area_records(&layout->area[k]);
    }
    nk->pages = (uint32_t)pages;
    if (layout->objects.pages > 0 &&
        page_locate(nk, layout->objects.base, layout->objects.pages * NK_PAGE, &objects, &n) ==
            NK_OK)
        nk->object_first = (uint32_t)objects;
    no_child(nk);
    return NK_OK;
}
