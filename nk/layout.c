/* layout.c - where everything lies, and the start. */
#define LOGIC_PAGES
#define LOGIC_COUNTS
#include "nk_priv.h"

/* clang-format off */
/*@ // ---- What a layout must be

    logic integer unit_of(struct nk_area a) = a.unit > 1 ? a.unit : 1;
    logic integer records_of(struct nk_area a) = a.pages / unit_of(a);
    logic integer page_of(struct nk_area a) = a.base / 4096;

    // Records of the first k areas.
    logic integer records(struct nk_layout *l, integer k) =
        (k > 0 ? records_of(l->area[0]) : 0) + (k > 1 ? records_of(l->area[1]) : 0) +
        (k > 2 ? records_of(l->area[2]) : 0) + (k > 3 ? records_of(l->area[3]) : 0);

    predicate area_fits(struct nk_area a) = aligned(a.base) && a.pages <= UINT32_MAX &&
        page_of(a) + a.pages < 4503599627370496 && a.pages % unit_of(a) == 0;

    // a ends where b begins, or before.
    predicate below(struct nk_area a, struct nk_area b) = page_of(a) + a.pages <= page_of(b);

    predicate meet(struct nk_area a, struct nk_area b) =
        a.pages > 0 && b.pages > 0 && !below(a, b) && !below(b, a);

    predicate within(struct nk_area in, struct nk_area a) =
        a.base <= in.base && page_of(in) + in.pages <= page_of(a) + a.pages;

    predicate areas_fit(struct nk_layout *l) =
        (\forall integer k; 0 <= k < 4 ==> area_fits(l->area[k])) &&
        (\forall integer j, k; 0 <= j < k < 4 && l->area[j].pages > 0 && l->area[k].pages > 0 ==>
            below(l->area[j], l->area[k]));

    predicate own_fits(struct nk_layout *l) =
        (\forall integer i; 0 <= i < 2 ==> area_fits(l->own[i])) &&
        (\forall integer i, k; 0 <= i < 2 && 0 <= k < 4 ==> !meet(l->own[i], l->area[k]));

    predicate holds_objects(struct nk_layout *l, integer k) =
        unit_of(l->area[k]) == 1 && within(l->objects, l->area[k]);

    // Record `first` is of the first page where objects may be, which is in area k.
    predicate begin_in(struct nk_layout *l, integer k, integer first) = holds_objects(l, k) &&
        first == records(l, k) + page_of(l->objects) - page_of(l->area[k]);
    predicate begin(struct nk_layout *l, integer first) = begin_in(l, 0, first) ||
        begin_in(l, 1, first) || begin_in(l, 2, first) || begin_in(l, 3, first);

    predicate objects_fit(struct nk_layout *l) = l->objects.pages == 0 ||
        (area_fits(l->objects) && (\exists integer k; 0 <= k < 4 && holds_objects(l, k)));

    predicate counts_fit(struct nk_layout *l) =
        (\forall integer k; 0 <= k < 4 ==> l->area[k].pages <= UINT32_MAX) &&
        records(l, 4) <= UINT32_MAX && l->children <= INT32_MAX && l->ranges <= INT32_MAX;

    // ---- Where the arrays lie

    logic integer bytes(struct nk_layout *l) = 4096 * l->children + 32 * l->ranges +
        16 * records(l, 4) + sizeof(struct nk) + sizeof(struct nk_child) * l->children;
    logic integer end_at(struct nk_layout *l, integer region) =
        region + 4096 * ((bytes(l) + 4095) / 4096);

    predicate may_place(struct nk_layout *l, integer region) = counts_fit(l) && aligned(region) &&
        region <= INT64_MAX && end_at(l, region) <= INT64_MAX;

    predicate placed(struct nk_layout *l, struct nk_places p) =
        p.range == p.desc + 4096 * l->children && p.page == p.range + 32 * l->ranges &&
        p.nk == p.page + 16 * records(l, 4) && p.child == p.nk + sizeof(struct nk) &&
        p.end == end_at(l, p.desc);

    // The region is of pages of this area.
    predicate region_in(struct nk_places p, struct nk_area a) =
        a.base <= p.desc && p.end / 4096 <= page_of(a) + a.pages;

    predicate places_fit(struct nk_layout *l, struct nk_places p) = may_place(l, p.desc) &&
        placed(l, p) && (region_in(p, l->own[0]) || region_in(p, l->own[1]));

    // What nk knows of an area whose records begin at first.
    predicate span_from(struct nk_span s, struct nk_area a, integer first) = span_ok(s) &&
        s.first == first && s.pages == a.pages && s.records == records_of(a) &&
        (a.pages > 0 ==> s.number == page_of(a) && s.unit == unit_of(a));

    // ---- All of it; and the blocks, for so many pages, children, ranges, pages of objects: memory, and apart

    predicate fits(struct nk_layout *l, struct nk_places p) =
        areas_fit(l) && own_fits(l) && objects_fit(l) && places_fit(l, p);

    predicate memory(struct nk *nk, struct nk_arrays a, integer pages, integer children,
            integer ranges, integer objects) =
        \valid(nk) && \valid(a.page + (0 .. pages - 1)) &&
        \valid(a.child + (0 .. children - 1)) && \valid(a.range + (0 .. ranges - 1)) &&
        \valid(a.desc + (0 .. children - 1)) && \valid(a.word + (0 .. objects * 512 - 1)) &&
        \base_addr(nk) != \base_addr(a.page) && \base_addr(nk) != \base_addr(a.child) &&
        \base_addr(nk) != \base_addr(a.range) && \base_addr(nk) != \base_addr(a.desc) &&
        \base_addr(nk) != \base_addr(a.word) && \base_addr(a.page) != \base_addr(a.child) &&
        \base_addr(a.page) != \base_addr(a.range) && \base_addr(a.page) != \base_addr(a.desc) &&
        \base_addr(a.page) != \base_addr(a.word) && \base_addr(a.child) != \base_addr(a.range) &&
        \base_addr(a.child) != \base_addr(a.desc) && \base_addr(a.child) != \base_addr(a.word) &&
        \base_addr(a.range) != \base_addr(a.desc) && \base_addr(a.range) != \base_addr(a.word) &&
        \base_addr(a.desc) != \base_addr(a.word);
*/

#define UP_TO_4(k) (k == 0 || k == 1 || k == 2 || k == 3)
#define UP_TO_2(k) (k == 0 || k == 1)
#define ONE_FROM(nk, l, i) (span_from((nk)->own[i], (l)->own[i], 0))
#define OWN_FROM(nk, l) (ONE_FROM(nk, l, 0) && ONE_FROM(nk, l, 1))
#define AREA_FROM(nk, l, k) (span_from((nk)->area[k], (l)->area[k], records(l, k)))
#define AREAS_FROM(nk, l)                                                                          \
    (AREA_FROM(nk, l, 0) && AREA_FROM(nk, l, 1) && AREA_FROM(nk, l, 2) && AREA_FROM(nk, l, 3))

/* Area j ends before k begins, if both have pages: in the layout, in nk. The same of nk's own i and area k. */
#define ASCEND(l, j, k)                                                                            \
    ((l)->area[j].pages > 0 && (l)->area[k].pages > 0 ==> below((l)->area[j], (l)->area[k]))
#define FOLLOW(nk, j, k)                                                                           \
    ((nk)->area[j].pages > 0 && (nk)->area[k].pages > 0 ==>                                        \
        (nk)->area[j].number + (nk)->area[j].pages <= (nk)->area[k].number)
#define APART(nk, i, k)                                                                            \
    ((nk)->own[i].pages > 0 && (nk)->area[k].pages > 0 ==>                                         \
        (nk)->own[i].number + (nk)->own[i].pages <= (nk)->area[k].number ||                        \
        (nk)->area[k].number + (nk)->area[k].pages <= (nk)->own[i].number)
/* Where objects may be is in area k. */
#define LIES_IN(nk, k)                                                                             \
    ((nk)->area[k].unit == 1 && (nk)->area[k].first <= (nk)->objects.first &&                      \
     (nk)->objects.first + (nk)->objects.pages <= (nk)->area[k].first + (nk)->area[k].records &&   \
     (nk)->objects.number - (nk)->area[k].number == (nk)->objects.first - (nk)->area[k].first)
/* Which record is which page: of area k; where objects may be. */
#define NUMBERS(nk, k)                                                                             \
    (\forall integer f; (nk)->area[k].first <= f < (nk)->area[k].first + (nk)->area[k].records ==> \
        number(nk, f) == (nk)->area[k].number + (f - (nk)->area[k].first) * (nk)->area[k].unit)
#define NUMBERED(nk)                                                                               \
    (\forall integer f;                                                                            \
        (nk)->objects.first <= f < (nk)->objects.first + (nk)->objects.pages ==>                   \
        number(nk, f) == (nk)->objects.number + (f - (nk)->objects.first))
#define OBJECTS_FROM(nk, l)                                                                        \
    (span_from((nk)->objects, (l)->objects, (nk)->objects.first) &&                                \
     ((l)->objects.pages > 0 ==> begin(l, (nk)->objects.first)))
/* clang-format on */

/* ---- Where the arrays lie ---------------------------------------------------------------------- */

/* Records of all areas; more than UINT32_MAX: there are too many, or an area has too many pages. */
/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \result <= UINT32_MAX <==> records(l, 4) <= UINT32_MAX &&
        \forall integer k; 0 <= k < 4 ==> l->area[k].pages <= UINT32_MAX;
    ensures \result <= UINT32_MAX ==> \result == records(l, 4); */
static uint64_t all_records(const struct nk_layout *l) {
    uint64_t n = 0;

    /*@ loop assigns k, n;
        loop invariant 0 <= k <= 4 && n <= k * UINT32_MAX;
        loop invariant n == records(l, k);
        loop invariant \forall integer j; 0 <= j < k ==> l->area[j].pages <= UINT32_MAX;
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        if (l->area[k].pages > UINT32_MAX)
            return UINT64_MAX;
        n += area_records(&l->area[k]);
    }
    return n;
}

/* The counts are not too large. */
/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \result <==> counts_fit(l); */
static bool counts_ok(const struct nk_layout *l) {
    return all_records(l) <= UINT32_MAX && l->children <= INT32_MAX && l->ranges <= INT32_MAX;
}

/* The places, in a region of the lower half of the address space. */
/*@ requires \valid_read(l) && counts_fit(l) && region <= INT64_MAX;
    assigns \nothing;
    ensures \result.desc == region;
    ensures placed(l, \result);
    ensures \result.desc + 4096 * l->children <= \result.end;
    ensures \result.range + 32 * l->ranges <= \result.end; */
static struct nk_places places_of(const struct nk_layout *l, uint64_t region) {
    struct nk_places at;
    uint64_t size;

    at.desc = region;
    at.range = at.desc + sizeof(struct frond_desc) * l->children;
    at.page = at.range + sizeof(struct frond_range) * l->ranges;
    at.nk = at.page + sizeof(struct nk_page) * all_records(l);
    at.child = at.nk + sizeof(struct nk);
    size = at.child + sizeof(struct nk_child) * l->children - region;
    size += NK_PAGE - 1 - (size + NK_PAGE - 1) % NK_PAGE;
    at.end = region + size;
    return at;
}

/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \result <==> may_place(l, region); */
static bool region_ok(const struct nk_layout *l, uint64_t region) {
    return counts_ok(l) && region % NK_PAGE == 0 && region <= INT64_MAX &&
           places_of(l, region).end <= INT64_MAX;
}

/*@ requires \valid_read(layout) && \valid(at) && \separated(layout, at);
    assigns *at;
    ensures \result == NK_OK || \result == NK_BAD_LAYOUT;
    ensures \result == NK_OK <==> \old(may_place(layout, region));
    ensures \result == NK_OK ==> at->desc == region && aligned(at->end);
    ensures \result == NK_OK ==> placed(layout, *at);
    behavior refused: assumes !may_place(layout, region); assigns \nothing; */
enum nk_status nk_place(const struct nk_layout *layout, uint64_t region, struct nk_places *at) {
    if (!region_ok(layout, region))
        return NK_BAD_LAYOUT;
    *at = places_of(layout, region);
    return NK_OK;
}

/* ---- What a layout must be --------------------------------------------------------------------- */

/*@ requires \valid_read(a);
    assigns \nothing;
    ensures \result <==> area_fits(*a); */
static bool area_ok(const struct nk_area *a) {
    return a->base % NK_PAGE == 0 && a->pages <= UINT32_MAX &&
           a->pages <= UINT64_MAX / NK_PAGE - a->base / NK_PAGE && a->pages % area_unit(a) == 0;
}

/* Two areas, each ok, have a page in common. */
/*@ requires \valid_read(a) && \valid_read(b) && a->pages <= UINT32_MAX && b->pages <= UINT32_MAX;
    assigns \nothing;
    ensures \result <==> meet(*a, *b); */
static bool areas_meet(const struct nk_area *a, const struct nk_area *b) {
    return a->pages > 0 && b->pages > 0 && a->base / NK_PAGE < b->base / NK_PAGE + b->pages &&
           b->base / NK_PAGE < a->base / NK_PAGE + a->pages;
}

/* An area, ok, lies within another. */
/*@ requires \valid_read(in) && \valid_read(a) && in->pages <= UINT32_MAX && a->pages <= UINT32_MAX;
    assigns \nothing;
    ensures \result <==> within(*in, *a); */
static bool area_within(const struct nk_area *in, const struct nk_area *a) {
    return in->base >= a->base && in->base / NK_PAGE + in->pages <= a->base / NK_PAGE + a->pages;
}

/* The areas ascend and are apart. */
/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \result <==> areas_fit(l); */
static bool areas_ok(const struct nk_layout *l) {
    uint64_t last = 0;

    /*@ ghost int of = 0; */
    /*@ loop assigns k, last, of;
        loop invariant 0 <= k <= 4 && last < 4503599627370496;
        loop invariant \forall integer j; 0 <= j < k ==> area_fits(l->area[j]);
        loop invariant \forall integer j; 0 <= j < k && l->area[j].pages > 0 ==>
            page_of(l->area[j]) + l->area[j].pages <= last;
        loop invariant last > 0 ==> 0 <= of < k && l->area[of].pages > 0 &&
            page_of(l->area[of]) + l->area[of].pages == last;
        loop invariant \forall integer i, j; 0 <= i < j < k && l->area[i].pages > 0 &&
            l->area[j].pages > 0 ==> below(l->area[i], l->area[j]);
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &l->area[k];

        if (!area_ok(a))
            return false;
        if (a->pages == 0)
            continue;
        if (a->base / NK_PAGE < last) {
            /*@ assert !below(l->area[of], l->area[k]); */
            return false;
        }
        last = a->base / NK_PAGE + a->pages;
        /*@ ghost of = k; */
    }
    return true;
}

/* a, ok, meets one of the areas. */
/*@ requires \valid_read(l) && \valid_read(a) && areas_fit(l) && area_fits(*a);
    assigns \nothing;
    ensures !\result <==> \forall integer k; 0 <= k < 4 ==> !meet(*a, l->area[k]); */
static bool meets_areas(const struct nk_layout *l, const struct nk_area *a) {
    /*@ loop assigns k;
        loop invariant 0 <= k <= 4;
        loop invariant \forall integer j; 0 <= j < k ==> !meet(*a, l->area[j]);
        loop variant 4 - k; */
    for (int k = 0; k < NK_AREAS; k++) {
        /*@ assert area_fits(l->area[k]); */
        if (areas_meet(a, &l->area[k]))
            return true;
    }
    return false;
}

/* nk's own memory meets none of the areas. */
/*@ requires \valid_read(l) && areas_fit(l);
    assigns \nothing;
    ensures \result <==> own_fits(l); */
static bool own_ok(const struct nk_layout *l) {
    /*@ loop assigns i;
        loop invariant 0 <= i <= 2;
        loop invariant \forall integer j; 0 <= j < i ==> area_fits(l->own[j]);
        loop invariant \forall integer j, k; 0 <= j < i && 0 <= k < 4 ==>
            !meet(l->own[j], l->area[k]);
        loop variant 2 - i; */
    for (int i = 0; i < NK_OWN_AREAS; i++) {
        if (!area_ok(&l->own[i]) || meets_areas(l, &l->own[i]))
            return false;
    }
    return true;
}

/* The area, of single pages, in which the place for objects lies; NK_AREAS: none. */
/*@ requires \valid_read(l) && areas_fit(l) && l->objects.pages <= UINT32_MAX;
    assigns \nothing;
    ensures 0 <= \result <= 4;
    ensures \result < 4 ==> holds_objects(l, \result);
    ensures \result == 4 ==> \forall integer k; 0 <= k < 4 ==> !holds_objects(l, k); */
static int objects_in(const struct nk_layout *l) {
    int k = 0;

    /*@ loop assigns k;
        loop invariant 0 <= k <= 4;
        loop invariant \forall integer j; 0 <= j < k ==> !holds_objects(l, j);
        loop variant 4 - k; */
    while (k < NK_AREAS) {
        /*@ assert area_fits(l->area[k]); */
        if (area_unit(&l->area[k]) == 1 && area_within(&l->objects, &l->area[k]))
            break;
        k++;
    }
    return k;
}

/* Objects, if any, have their place in one of the areas, whose records are of single pages. */
/*@ requires \valid_read(l) && areas_fit(l);
    assigns \nothing;
    ensures \result <==> objects_fit(l); */
static bool objects_ok(const struct nk_layout *l) {
    return l->objects.pages == 0 || (area_ok(&l->objects) && objects_in(l) < NK_AREAS);
}

/* The region lies in an area, ok. */
/*@ requires \valid_read(at) && \valid_read(a) && a->pages <= UINT32_MAX;
    assigns \nothing;
    ensures \result <==> region_in(*at, *a); */
static bool region_within(const struct nk_places *at, const struct nk_area *a) {
    return at->desc >= a->base && at->end / NK_PAGE <= a->base / NK_PAGE + a->pages;
}

/* The arrays lie as nk_place says, in memory that is nk's own. */
/*@ requires \valid_read(l) && \valid_read(at) && own_fits(l);
    assigns \nothing;
    ensures \result <==> places_fit(l, *at);
    ensures \result ==> counts_fit(l);
    ensures \result ==> at->desc + 4096 * l->children <= INT64_MAX;
    ensures \result ==> at->range + 32 * l->ranges <= INT64_MAX; */
static bool places_ok(const struct nk_layout *l, const struct nk_places *at) {
    struct nk_places p;

    if (!region_ok(l, at->desc))
        return false;
    p = places_of(l, at->desc);
    /*@ assert area_fits(l->own[0]) && area_fits(l->own[1]); */
    return p.range == at->range && p.page == at->page && p.nk == at->nk && p.child == at->child &&
           p.end == at->end && (region_within(at, &l->own[0]) || region_within(at, &l->own[1]));
}

/*@ requires \valid_read(l) && \valid_read(at);
    assigns \nothing;
    ensures \result <==> fits(l, *at);
    ensures \result ==> areas_fit(l) && own_fits(l) && objects_fit(l) && counts_fit(l);
    ensures \result ==> at->desc + 4096 * l->children <= INT64_MAX;
    ensures \result ==> at->range + 32 * l->ranges <= INT64_MAX; */
static bool layout_fits(const struct nk_layout *l, const struct nk_places *at) {
    return areas_ok(l) && own_ok(l) && objects_ok(l) && places_ok(l, at);
}

/* ---- The start ------------------------------------------------------------------------------- */

/* An area, ok, whose records begin at `first`. */
/*@ requires \valid_read(a) && first <= UINT32_MAX && (a->pages == 0 || area_fits(*a));
    assigns \nothing;
    ensures span_from(\result, *a, first); */
static struct nk_span span_of(const struct nk_area *a, uint64_t first) {
    struct nk_span none = {0, 0, 1, (int64_t)first, 0};

    if (a->pages == 0)
        return none;
    return (struct nk_span){(int64_t)(a->base / NK_PAGE), (int64_t)a->pages, (int64_t)area_unit(a),
                            (int64_t)first, (int64_t)area_records(a)};
}

/* The record of the first page where objects may be. */
/*@ requires \valid_read(l) && areas_fit(l) && objects_fit(l) && counts_fit(l);
    assigns \nothing;
    ensures \result <= UINT32_MAX;
    ensures l->objects.pages > 0 ==> begin(l, \result); */
static uint64_t objects_first(const struct nk_layout *l) {
    int k = objects_in(l);
    uint64_t first = 0;

    if (k == NK_AREAS)
        return 0;
    /*@ loop assigns j, first;
        loop invariant 0 <= j <= k && first == records(l, j);
        loop variant k - j; */
    for (int j = 0; j < k; j++)
        first += area_records(&l->area[j]);
    /*@ assert area_fits(l->area[k]) && l->area[k].unit <= 1; */
    /*@ assert first + l->area[k].pages == records(l, k + 1); */
    return first + (l->objects.base - l->area[k].base) / NK_PAGE;
}

/*@ requires \valid(nk) && \valid_read(l) && records(l, 4) <= UINT32_MAX;
    requires area_fits(l->area[0]) && area_fits(l->area[1]) && area_fits(l->area[2]) &&
        area_fits(l->area[3]);
    assigns nk->area[0 .. 3];
    ensures AREAS_FROM(nk, l); */
static void set_areas(struct nk *nk, const struct nk_layout *l) {
    uint64_t first = 0;

    nk->area[0] = span_of(&l->area[0], first);
    first += area_records(&l->area[0]);
    nk->area[1] = span_of(&l->area[1], first);
    first += area_records(&l->area[1]);
    nk->area[2] = span_of(&l->area[2], first);
    first += area_records(&l->area[2]);
    nk->area[3] = span_of(&l->area[3], first);
}

/*@ requires \valid(nk) && \valid_read(l) && area_fits(l->own[0]) && area_fits(l->own[1]);
    requires AREAS_FROM(nk, l);
    assigns nk->own[0 .. 1];
    ensures AREAS_FROM(nk, l);
    ensures OWN_FROM(nk, l); */
static void set_own(struct nk *nk, const struct nk_layout *l) {
    nk->own[0] = span_of(&l->own[0], 0);
    nk->own[1] = span_of(&l->own[1], 0);
}

/*@ requires \valid(nk) && \valid_read(l) && areas_fit(l) && objects_fit(l) && counts_fit(l);
    requires AREAS_FROM(nk, l);
    requires OWN_FROM(nk, l);
    assigns nk->objects;
    ensures AREAS_FROM(nk, l);
    ensures OWN_FROM(nk, l);
    ensures OBJECTS_FROM(nk, l); */
static void set_objects(struct nk *nk, const struct nk_layout *l) {
    nk->objects = span_of(&l->objects, objects_first(l));
}

/*@ requires \valid(nk) && \valid_read(l) && \valid_read(at) && counts_fit(l);
    requires at->desc + 4096 * l->children <= INT64_MAX && at->range + 32 * l->ranges <= INT64_MAX;
    assigns nk->pages, nk->children, nk->ranges, nk->desc_at, nk->range_at;
    ensures nk->pages == records(l, 4) && nk->children == l->children && nk->ranges == l->ranges;
    ensures 0 <= nk->pages <= UINT32_MAX;
    ensures addresses_ok(nk);
    behavior area_0: assumes AREA_FROM(nk, l, 0); ensures AREA_FROM(nk, l, 0);
    behavior area_1: assumes AREA_FROM(nk, l, 1); ensures AREA_FROM(nk, l, 1);
    behavior area_2: assumes AREA_FROM(nk, l, 2); ensures AREA_FROM(nk, l, 2);
    behavior area_3: assumes AREA_FROM(nk, l, 3); ensures AREA_FROM(nk, l, 3);
    behavior own_0: assumes ONE_FROM(nk, l, 0); ensures ONE_FROM(nk, l, 0);
    behavior own_1: assumes ONE_FROM(nk, l, 1); ensures ONE_FROM(nk, l, 1);
    behavior objects: assumes OBJECTS_FROM(nk, l); ensures OBJECTS_FROM(nk, l); */
static void set_counts(struct nk *nk, const struct nk_layout *l, const struct nk_places *at) {
    nk->pages = (int64_t)all_records(l);
    nk->children = (int64_t)l->children;
    nk->ranges = (int64_t)l->ranges;
    nk->desc_at = (int64_t)at->desc;
    nk->range_at = (int64_t)at->range;
}

/* What follows for nk: for provers. */
/*@ ghost
    /@ requires AREAS_FROM(nk, l);
       assigns \nothing;
       ensures \forall integer k; UP_TO_4(k) ==> span_ok(nk->area[k]);
    @/
    static void spans_each_follow(const struct nk *nk, const struct nk_layout *l) {
        /@ assert span_ok(nk->area[0]) && span_ok(nk->area[1]); @/
        /@ assert span_ok(nk->area[2]) && span_ok(nk->area[3]); @/
    }
    /@ requires \forall integer k; UP_TO_4(k) ==> span_ok(nk->area[k]);
       assigns \nothing;
       ensures \forall integer k; 0 <= k < 4 ==> span_ok(nk->area[k]);
    @/
    static void spans_follow(const struct nk *nk) {}
    /@ requires areas_fit(l) && AREAS_FROM(nk, l) && nk->pages == records(l, 4);
       assigns \nothing;
       ensures areas_ok(nk);
    @/
    static void areas_follow(const struct nk *nk, const struct nk_layout *l) {
        /@ assert ASCEND(l, 0, 1) && ASCEND(l, 0, 2); @/
        /@ assert ASCEND(l, 0, 3) && ASCEND(l, 1, 2); @/
        /@ assert ASCEND(l, 1, 3) && ASCEND(l, 2, 3); @/
        /@ assert FOLLOW(nk, 0, 1) && FOLLOW(nk, 0, 2); @/
        /@ assert FOLLOW(nk, 0, 3) && FOLLOW(nk, 1, 2); @/
        /@ assert FOLLOW(nk, 1, 3) && FOLLOW(nk, 2, 3); @/
        /@ assert \forall integer j, k; UP_TO_4(j) && UP_TO_4(k) && j < k ==> FOLLOW(nk, j, k); @/
    }
    /@ requires OWN_FROM(nk, l);
       assigns \nothing;
       ensures \forall integer k; 0 <= k < 2 ==> span_ok(nk->own[k]);
    @/
    static void own_spans_follow(const struct nk *nk, const struct nk_layout *l) {
        /@ assert span_ok(nk->own[0]) && span_ok(nk->own[1]); @/
        /@ assert \forall integer k; UP_TO_2(k) ==> span_ok(nk->own[k]); @/
    }
    /@ requires own_fits(l) && AREAS_FROM(nk, l) && OWN_FROM(nk, l);
       assigns \nothing;
       ensures \forall integer i, k; UP_TO_2(i) && UP_TO_4(k) ==> APART(nk, i, k);
    @/
    static void own_pairs_follow(const struct nk *nk, const struct nk_layout *l) {
        /@ assert !meet(l->own[0], l->area[0]) && !meet(l->own[0], l->area[1]); @/
        /@ assert !meet(l->own[0], l->area[2]) && !meet(l->own[0], l->area[3]); @/
        /@ assert !meet(l->own[1], l->area[0]) && !meet(l->own[1], l->area[1]); @/
        /@ assert !meet(l->own[1], l->area[2]) && !meet(l->own[1], l->area[3]); @/
        /@ assert APART(nk, 0, 0) && APART(nk, 0, 1); @/
        /@ assert APART(nk, 0, 2) && APART(nk, 0, 3); @/
        /@ assert APART(nk, 1, 0) && APART(nk, 1, 1); @/
        /@ assert APART(nk, 1, 2) && APART(nk, 1, 3); @/
    }
    /@ requires \forall integer i, k; UP_TO_2(i) && UP_TO_4(k) ==> APART(nk, i, k);
       assigns \nothing;
       ensures own_apart(nk);
    @/
    static void own_follows(const struct nk *nk) {}
    /@ requires areas_ok(nk) && \forall integer k; 0 <= k < 4 ==> span_ok(nk->area[k]);
       assigns \nothing;
       ensures NUMBERS(nk, 0);
       ensures NUMBERS(nk, 1);
       ensures NUMBERS(nk, 2);
       ensures NUMBERS(nk, 3);
    @/
    static void numbers_follow(const struct nk *nk) {
        /@ assert span_ok(nk->area[0]) && span_ok(nk->area[1]); @/
        /@ assert span_ok(nk->area[2]) && span_ok(nk->area[3]); @/
    }
    /@ requires AREAS_FROM(nk, l) && OBJECTS_FROM(nk, l);
       assigns \nothing;
       ensures nk->objects.pages > 0 ==>
           LIES_IN(nk, 0) || LIES_IN(nk, 1) || LIES_IN(nk, 2) || LIES_IN(nk, 3);
    @/
    static void place_follows(const struct nk *nk, const struct nk_layout *l) {
        /@ assert l->objects.pages > 0 && begin_in(l, 0, nk->objects.first) ==> LIES_IN(nk, 0); @/
        /@ assert l->objects.pages > 0 && begin_in(l, 1, nk->objects.first) ==> LIES_IN(nk, 1); @/
        /@ assert l->objects.pages > 0 && begin_in(l, 2, nk->objects.first) ==> LIES_IN(nk, 2); @/
        /@ assert l->objects.pages > 0 && begin_in(l, 3, nk->objects.first) ==> LIES_IN(nk, 3); @/
    }
    /@ requires NUMBERS(nk, 0) && NUMBERS(nk, 1) && NUMBERS(nk, 2) && NUMBERS(nk, 3);
       requires nk->objects.pages > 0 ==>
           LIES_IN(nk, 0) || LIES_IN(nk, 1) || LIES_IN(nk, 2) || LIES_IN(nk, 3);
       assigns \nothing;
       ensures NUMBERED(nk);
    @/
    static void objects_follow(const struct nk *nk) {
        /@ assert LIES_IN(nk, 0) ==> NUMBERED(nk); @/
        /@ assert LIES_IN(nk, 1) ==> NUMBERED(nk); @/
        /@ assert LIES_IN(nk, 2) ==> NUMBERED(nk); @/
        /@ assert LIES_IN(nk, 3) ==> NUMBERED(nk); @/
    }
    /@ requires areas_fit(l) && own_fits(l) && AREAS_FROM(nk, l) && OWN_FROM(nk, l) && OBJECTS_FROM(nk, l);
       requires nk->pages == records(l, 4);
       assigns \nothing;
       ensures spans: spans_ok(nk);
       ensures areas: areas_ok(nk);
       ensures own: own_apart(nk);
       ensures objects: objects_ok(nk);
       ensures nk->objects.pages == l->objects.pages && 0 <= nk->objects.pages <= UINT32_MAX;
    @/
    static void all_follows(const struct nk *nk, const struct nk_layout *l) {
        spans_each_follow(nk, l);
        spans_follow(nk);
        own_spans_follow(nk, l);
        areas_follow(nk, l);
        own_pairs_follow(nk, l);
        own_follows(nk);
        place_follows(nk, l);
        numbers_follow(nk);
        objects_follow(nk);
        /@ assert nk->objects.pages > 0 ==> nk->objects.first + nk->objects.pages <= nk->pages; @/
    }
*/

/* All numbers that stay. */
/*@ requires \valid(nk) && \valid_read(l) && \valid_read(at);
    requires areas_fit(l) && own_fits(l) && objects_fit(l) && counts_fit(l);
    requires at->desc + 4096 * l->children <= INT64_MAX && at->range + 32 * l->ranges <= INT64_MAX;
    assigns nk->own[0 .. 1], nk->area[0 .. 3], nk->objects, nk->pages, nk->children, nk->ranges;
    assigns nk->desc_at, nk->range_at;
    ensures nk->pages == records(l, 4) && nk->children == l->children && nk->ranges == l->ranges;
    ensures 0 <= nk->pages <= UINT32_MAX;
    ensures nk->objects.pages == l->objects.pages && 0 <= nk->objects.pages <= UINT32_MAX;
    ensures spans: spans_ok(nk);
    ensures areas: areas_ok(nk);
    ensures objects: objects_ok(nk);
    ensures own: own_apart(nk);
    ensures addresses: addresses_ok(nk); */
static void set_layout(struct nk *nk, const struct nk_layout *l, const struct nk_places *at) {
    set_areas(nk, l);
    set_own(nk, l);
    set_objects(nk, l);
    set_counts(nk, l, at);
    /*@ ghost all_follows(nk, l); */
}

/* The arrays, and no child has been. */
/*@ requires \valid(nk) && \valid_read(a) && \separated(nk, a);
    requires 0 <= nk->pages <= UINT32_MAX && 0 <= nk->objects.pages <= UINT32_MAX;
    requires 0 <= nk->children <= INT32_MAX && 0 <= nk->ranges <= INT32_MAX;
    requires memory(nk, *a, nk->pages, nk->children, nk->ranges, nk->objects.pages);
    assigns nk->desc \from a->desc;
    assigns nk->range \from a->range;
    assigns nk->page \from a->page;
    assigns nk->child \from a->child;
    assigns nk->word \from a->word;
    assigns nk->last_uid \from \nothing;
    ensures arrays(nk);
    ensures nk->page == \old(a->page) && nk->range == \old(a->range);
    ensures nk->child == \old(a->child); */
static void set_arrays(struct nk *nk, const struct nk_arrays *a) {
    nk->desc = a->desc;
    nk->range = a->range;
    nk->page = a->page;
    nk->child = a->child;
    nk->word = a->word;
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

/*@ requires \valid_read(layout) && \valid_read(at) && \valid_read(arrays);
    requires \separated(nk, layout) && \separated(nk, at) && \separated(nk, arrays);
    requires memory: fits(layout, *at) ==> memory(nk, *arrays, records(layout, 4),
        layout->children, layout->ranges, layout->objects.pages);
    assigns *nk, arrays->page[0 .. records(layout, 4) - 1], arrays->range[0 .. layout->ranges - 1];
    assigns arrays->child[0 .. layout->children - 1].lives;
    ensures \result == NK_OK || \result == NK_BAD_LAYOUT;
    ensures \result == NK_OK <==> \old(fits(layout, *at));
    ensures \result == NK_OK ==> layout_ok(nk);
    ensures \result == NK_OK ==> objects_ok(nk);
    ensures \result == NK_OK ==> own_apart(nk);
    ensures \result == NK_OK ==> addresses_ok(nk);
    ensures \result == NK_OK ==> tables_there(nk);
    ensures \result == NK_OK ==> tables_apart(nk);
    ensures \result == NK_OK ==> REST_BLANK(nk);
    ensures \result == NK_OK ==> FILLED(nk);
    ensures \result == NK_OK ==> SORTED(nk);
    ensures \result == NK_OK ==> FORMED(nk);
    ensures \result == NK_OK ==> COUNTED(nk);
    ensures \result == NK_OK ==> INSIDE(nk);
    ensures \result == NK_OK ==> ALLOWED(nk);
    ensures \result == NK_OK ==> SHARING(nk);
    ensures \result == NK_OK ==> OWNED(nk);
    ensures \result == NK_OK ==> DESCRIBED(nk);
    ensures \result == NK_OK ==> OBJECTS_END(nk);
    ensures \result == NK_OK ==> OBJECTS_TYPED(nk);
    ensures \result == NK_OK ==> OBJECTS_NOT_FREE(nk);
    ensures \result == NK_OK ==> OBJECTS_APART(nk);
    ensures \result == NK_OK ==> OBJECTS_HEADED(nk);
    ensures \result == NK_OK ==> OBJECTS_PLACED(nk);
    behavior refused: assumes !fits(layout, *at); assigns \nothing; */
enum nk_status nk_init(struct nk *nk, const struct nk_layout *layout, const struct nk_places *at,
                       const struct nk_arrays *arrays) {
    if (!layout_fits(layout, at))
        return NK_BAD_LAYOUT;
    set_layout(nk, layout, at);
    set_arrays(nk, arrays);
    clear(nk);
    return NK_OK;
}
