/* layout.c - where everything lies, and the start. */
#define LOGIC_PAGES
#define LOGIC_COUNTS
#include "nk_priv.h"

/*@ requires \valid_read(layout) && \valid(at) && \separated(layout, at);
    assigns *at;
    ensures \result == NK_OK || \result == NK_BAD_LAYOUT;
    ensures \result == NK_OK ==> at->desc == region && aligned(region) && at->end <= INT64_MAX; */
enum nk_status nk_place(const struct nk_layout *layout, uint64_t region, struct nk_places *at) {
    uint64_t pages = 0, size;

    /*@ loop assigns k, pages;
        loop invariant 0 <= k <= 4 && pages <= k * UINT32_MAX;
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        if (layout->area[k].pages > UINT32_MAX)
            return NK_BAD_LAYOUT;
        pages += area_records(&layout->area[k]);
    }
    if (pages > UINT32_MAX || layout->children > INT32_MAX || layout->ranges > INT32_MAX ||
        region % NK_PAGE != 0 || region > INT64_MAX)
        return NK_BAD_LAYOUT;
    at->desc = region;
    at->range = at->desc + sizeof(struct frond_desc) * layout->children;
    at->page = at->range + sizeof(struct frond_range) * layout->ranges;
    at->nk = at->page + sizeof(struct nk_page) * pages;
    at->child = at->nk + sizeof(struct nk);
    size = at->child + sizeof(struct nk_child) * layout->children - region;
    size += NK_PAGE - 1 - (size + NK_PAGE - 1) % NK_PAGE;
    at->end = region + size;
    return at->end <= INT64_MAX ? NK_OK : NK_BAD_LAYOUT;
}

/* ---- What a layout must be --------------------------------------------------------------------- */

/*@ requires \valid_read(a);
    assigns \nothing;
    ensures \result ==> aligned(a->base) && a->pages <= UINT32_MAX &&
        a->base / 4096 + a->pages < 4503599627370496;
    ensures \result ==> a->pages % (a->unit > 1 ? a->unit : 1) == 0; */
static bool area_ok(const struct nk_area *a) {
    return a->base % NK_PAGE == 0 && a->pages <= UINT32_MAX &&
           a->pages <= UINT64_MAX / NK_PAGE - a->base / NK_PAGE && a->pages % area_unit(a) == 0;
}

/* Two areas, each ok, have a page in common. */
/*@ requires \valid_read(a) && \valid_read(b) && a->pages <= UINT32_MAX && b->pages <= UINT32_MAX;
    assigns \nothing;
    ensures \result <==> a->pages > 0 && b->pages > 0 && a->base / 4096 < b->base / 4096 + b->pages &&
        b->base / 4096 < a->base / 4096 + a->pages; */
static bool areas_meet(const struct nk_area *a, const struct nk_area *b) {
    return a->pages > 0 && b->pages > 0 && a->base / NK_PAGE < b->base / NK_PAGE + b->pages &&
           b->base / NK_PAGE < a->base / NK_PAGE + a->pages;
}

/* An area, ok, lies within another. */
/*@ requires \valid_read(in) && \valid_read(a) && in->pages <= UINT32_MAX && a->pages <= UINT32_MAX;
    assigns \nothing;
    ensures \result <==> a->base <= in->base &&
        in->base / 4096 + in->pages <= a->base / 4096 + a->pages; */
static bool area_within(const struct nk_area *in, const struct nk_area *a) {
    return in->base >= a->base && in->base / NK_PAGE + in->pages <= a->base / NK_PAGE + a->pages;
}

/* The areas ascend and are apart; nk's own memory meets none of them. */
static bool areas_ok(const struct nk_layout *l) {
    uint64_t last = 0;

    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &l->area[k];

        if (!area_ok(a) || (a->pages > 0 && a->base / NK_PAGE < last))
            return false;
        if (a->pages > 0)
            last = a->base / NK_PAGE + a->pages;
    }
    for (int i = 0; i < NK_OWN_AREAS; i++) {
        if (!area_ok(&l->own[i]))
            return false;
        for (int k = 0; k < NK_AREAS; k++) {
            if (areas_meet(&l->own[i], &l->area[k]))
                return false;
        }
    }
    return true;
}

/* Objects, if any, have their place in one of the areas, whose records are of single pages. */
static bool objects_ok(const struct nk_layout *l) {
    if (l->objects.pages == 0)
        return true;
    if (!area_ok(&l->objects))
        return false;
    for (int k = 0; k < NK_AREAS; k++) {
        if (area_unit(&l->area[k]) == 1 && area_within(&l->objects, &l->area[k]))
            return true;
    }
    return false;
}

/* The arrays lie as nk_place says, in memory that is nk's own. */
static bool places_ok(const struct nk_layout *l, const struct nk_places *at) {
    struct nk_places p;
    struct nk_area region;

    if (nk_place(l, at->desc, &p) != NK_OK || p.range != at->range || p.page != at->page ||
        p.nk != at->nk || p.child != at->child || p.end != at->end)
        return false;
    region = (struct nk_area){at->desc, (at->end - at->desc) / NK_PAGE, 1};
    return area_within(&region, &l->own[0]) || area_within(&region, &l->own[1]);
}

/* ---- The start ------------------------------------------------------------------------------- */

/* An area, ok, whose records begin at `first`. */
/*@ requires \valid_read(a) && a->pages <= UINT32_MAX && a->base / 4096 + a->pages < 4503599627370496;
    requires a->pages % (a->unit > 1 ? a->unit : 1) == 0 && first <= UINT32_MAX;
    assigns \nothing;
    ensures span_ok(\result) && \result.first == first && \result.pages == a->pages;
    ensures a->pages > 0 ==> \result.number == a->base / 4096 &&
        \result.unit == (a->unit > 1 ? a->unit : 1); */
static struct nk_span span_of(const struct nk_area *a, uint64_t first) {
    struct nk_span none = {0, 0, 1, (int64_t)first, 0};

    if (a->pages == 0)
        return none;
    return (struct nk_span){(int64_t)(a->base / NK_PAGE), (int64_t)a->pages, (int64_t)area_unit(a),
                            (int64_t)first, (int64_t)area_records(a)};
}

/* All numbers that stay. */
static void set_layout(struct nk *nk, const struct nk_layout *l, const struct nk_places *at) {
    uint64_t pages = 0, objects = 0;

    for (int k = 0; k < NK_OWN_AREAS; k++)
        nk->own[k] = span_of(&l->own[k], 0);
    for (int k = 0; k < NK_AREAS; k++) {
        if (area_unit(&l->area[k]) == 1 && area_within(&l->objects, &l->area[k]))
            objects = pages + (l->objects.base - l->area[k].base) / NK_PAGE;
        nk->area[k] = span_of(&l->area[k], pages);
        pages += area_records(&l->area[k]);
    }
    nk->objects = span_of(&l->objects, objects);
    nk->pages = (int64_t)pages;
    nk->children = (int64_t)l->children;
    nk->ranges = (int64_t)l->ranges;
    nk->desc_at = (int64_t)at->desc;
    nk->range_at = (int64_t)at->range;
    nk->last_uid = 0;
}

/* All pages are free, no entry is used, no child lives. */
/*@ requires arrays(nk);
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[0 .. nk->children - 1].lives;
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures REST_BLANK(nk);
    ensures FILLED(nk);
    ensures SORTED(nk);
    ensures FORMED(nk);
    ensures COUNTED(nk);
    ensures INSIDE(nk);
    ensures ALLOWED(nk);
    ensures SHARING(nk);
    ensures OWNED(nk);
    ensures DESCRIBED(nk);
    KEEPS_OBJECTS(nk) */
static void clear(struct nk *nk) {
    /*@ loop assigns i, nk->page[0 .. nk->pages - 1];
        loop invariant 0 <= i <= nk->pages;
        loop invariant \forall integer f; 0 <= f < i ==> nk->page[f].maps == 0;
        loop invariant \forall integer f; 0 <= f < i ==> nk->page[f].pages == 0;
        loop invariant \forall integer f; 0 <= f < i ==> nk->page[f].type == NK_FREE;
        loop variant nk->pages - i; */
    for (int64_t i = 0; i < nk->pages; i++) {
        nk->page[i].maps = 0;
        nk->page[i].owner = 0;
        nk->page[i].pages = 0;
        nk->page[i].type = NK_FREE;
        nk->page[i].shared = 0;
    }
    /*@ loop assigns i, nk->range[0 .. nk->ranges - 1];
        loop invariant 0 <= i <= nk->ranges;
        loop invariant \forall integer k; 0 <= k < i ==> nk->range[k].base == 0 && nk->range[k].size == 0;
        loop invariant \forall integer k; 0 <= k < i ==> nk->range[k].target == 0 && nk->range[k].flags == 0;
        loop variant nk->ranges - i; */
    for (int64_t i = 0; i < nk->ranges; i++) {
        nk->range[i].base = 0;
        nk->range[i].size = 0;
        nk->range[i].target = 0;
        nk->range[i].flags = 0;
    }
    /*@ loop assigns i, nk->child[0 .. nk->children - 1].lives;
        loop invariant 0 <= i <= nk->children;
        loop invariant \forall integer c; 0 <= c < i ==> nk->child[c].lives == 0;
        loop variant nk->children - i; */
    for (int64_t i = 0; i < nk->children; i++)
        nk->child[i].lives = 0;
    /*@ assert none: \forall integer c; !live(nk, c); */
    /*@ ghost uint64_t k = 0; */
    /*@ ghost
        /@ loop assigns k;
           loop invariant 0 <= k <= nk->ranges;
           loop invariant \forall integer a, j; j == k ==> leading(nk->range, j, a) == 0;
           loop variant nk->ranges - k; @/
        while (k < (uint64_t)nk->ranges) k++;
    */
    /*@ assert k == nk->ranges; */
}

enum nk_status nk_init(struct nk *nk, const struct nk_layout *layout, const struct nk_places *at,
                       const struct nk_arrays *arrays) {
    if (!areas_ok(layout) || !objects_ok(layout) || !places_ok(layout, at))
        return NK_BAD_LAYOUT;
    nk->desc = arrays->desc;
    nk->range = arrays->range;
    nk->page = arrays->page;
    nk->child = arrays->child;
    nk->word = arrays->word;
    set_layout(nk, layout, at);
    clear(nk);
    return NK_OK;
}
