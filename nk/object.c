/* object.c - declare, undeclare, and the mediated write. */
#define LOGIC_COUNTS
#include "nk_priv.h"

enum { WORDS = FROND_PAGE_SIZE / 8, HEADER = 3 };

/* n pages from `first` on lie where objects may be. */
/*@ requires arrays(nk) && objects_ok(nk) && first <= UINT32_MAX && 0 < n <= UINT32_MAX;
    assigns \nothing;
    ensures \result ==> nk->objects.first <= first && first + n <= nk->objects.first + nk->objects.pages; */
static bool may_hold_objects(const struct nk *nk, uint64_t first, uint64_t n) {
    uint64_t begin = (uint64_t)nk->objects.first, pages = (uint64_t)nk->objects.pages;

    return first >= begin && first - begin < pages && n <= pages - (first - begin);
}

/* Some of n pages belongs to an object; is led to. */
/*@ requires arrays(nk) && first + n <= nk->pages;
    assigns \nothing;
    ensures !\result <==> \forall integer f; first <= f < first + n ==> nk->page[f].type == NK_FREE; */
static bool declared(const struct nk *nk, uint64_t first, uint64_t n) {
    /*@ loop assigns i;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; first <= f < i ==> nk->page[f].type == NK_FREE;
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].type != NK_FREE)
            return true;
    }
    return false;
}

/*@ requires arrays(nk) && first + n <= nk->pages;
    assigns \nothing;
    ensures !\result <==> \forall integer f; first <= f < first + n ==> nk->page[f].maps == 0; */
static bool led_to(const struct nk *nk, uint64_t first, uint64_t n) {
    /*@ loop assigns i;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; first <= f < i ==> nk->page[f].maps == 0;
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].maps > 0)
            return true;
    }
    return false;
}

/* Word 0 of the object whose first page this is. */
/*@ requires arrays(nk) && objects_ok(nk);
    requires nk->objects.first <= first < nk->objects.first + nk->objects.pages;
    assigns \nothing;
    ensures \result == 512 * (first - nk->objects.first); */
static uint64_t word_of(const struct nk *nk, uint64_t first) {
    return (first - (uint64_t)nk->objects.first) * WORDS;
}

/*@ requires arrays(nk) && objects_ok(nk);
    requires nk->objects.first <= first < nk->objects.first + nk->objects.pages;
    assigns nk->word[512 * (first - nk->objects.first) .. 512 * (first - nk->objects.first) + 2];
    ensures nk->word[512 * (first - nk->objects.first)] == words;
    ensures nk->word[512 * (first - nk->objects.first) + 1] == type;
    ensures ENTRIES_SAME(nk); */
static void write_header(struct nk *nk, uint64_t first, uint64_t words, uint64_t type) {
    uint64_t at = word_of(nk, first);

    nk->word[at] = words;
    nk->word[at + 1] = type;
    nk->word[at + 2] = 0;
}

/* The pages become of one type, and of one object: of n pages, or, with 0, of none. */
/*@ requires arrays(nk) && 0 < n && first + n <= nk->pages && type < NK_TYPES && pages <= UINT32_MAX;
    assigns nk->page[first .. first + n - 1].type, nk->page[first].pages;
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].type == (first <= f < first + n ? type : \old(nk->page[f].type));
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].pages == (f == first ? pages : \old(nk->page[f].pages));
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].maps == \old(nk->page[f].maps);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].owner == \old(nk->page[f].owner);
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].shared == \old(nk->page[f].shared); */
static void set_type(struct nk *nk, uint64_t first, uint64_t n, uint64_t type, uint64_t pages) {
    /*@ loop assigns i, nk->page[first .. first + n - 1].type;
        loop invariant first <= i <= first + n;
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].type == (first <= f < i ? type : \at(nk->page[f].type, Pre));
        loop invariant \forall integer f; 0 <= f < nk->pages ==>
            nk->page[f].shared == \at(nk->page[f].shared, Pre);
        loop variant first + n - i; */
    for (uint64_t i = first; i < first + n; i++)
        nk->page[i].type = (uint8_t)type;
    nk->page[first].pages = (uint32_t)pages;
}

/*@ requires arrays(nk) && objects_ok(nk) && n > 0;
    requires nk->objects.first <= first && first + n <= nk->objects.first + nk->objects.pages;
    assigns nk->word[512 * (first - nk->objects.first) .. 512 * (first + n - nk->objects.first) - 1];
    ensures \forall integer i; 512 * (first - nk->objects.first) <= i <
        512 * (first + n - nk->objects.first) ==> nk->word[i] == 0;
    ensures ENTRIES_SAME(nk); */
static void clear(struct nk *nk, uint64_t first, uint64_t n) {
    uint64_t at = word_of(nk, first);

    /*@ loop assigns i, nk->word[at .. at + n * 512 - 1];
        loop invariant at <= i <= at + n * 512;
        loop invariant \forall integer k; at <= k < i ==> nk->word[k] == 0;
        loop variant at + n * 512 - i; */
    for (uint64_t i = at; i < at + n * WORDS; i++)
        nk->word[i] = 0;
}

/* The pages of the object that starts at base; else NK_NOT_OBJECT. */
/*@ requires layout_ok(nk);
    requires OBJECTS_END(nk);
    assigns \nothing;
    ensures \result.status == NK_OK || \result.status == NK_NOT_OBJECT;
    ensures \result.status == NK_OK ==> aligned(base) && 4096 * number(nk, \result.first) == base;
    ensures \result.status == NK_OK ==> \result.first + \result.n <= nk->pages &&
        \result.n == nk->page[\result.first].pages && 0 < \result.n <= UINT32_MAX; */
static struct pages object_at(const struct nk *nk, uint64_t base) {
    struct pages p = page_begins(nk, base / NK_PAGE);

    if (base % NK_PAGE != 0 || p.status != NK_OK || nk->page[p.first].pages == 0)
        p.status = NK_NOT_OBJECT;
    else
        p.n = nk->page[p.first].pages;
    return p;
}

/* Why [base, base + size) cannot become an object of this type; if it can, its pages. */
/*@ requires layout_ok(nk) && objects_ok(nk);
    assigns \nothing;
    ensures \result.status < NK_STATUSES;
    ensures \result.status == NK_OK ==> NK_FREE < type < NK_TYPES && 0 < \result.n &&
        \result.first + \result.n <= nk->pages;
    ensures \result.status == NK_OK ==> exactly(nk, \result.first, \result.n, base, size);
    ensures \result.status == NK_OK && type != NK_KEPT ==> nk->objects.first <= \result.first &&
        \result.first + \result.n <= nk->objects.first + nk->objects.pages;
    ensures \result.status == NK_OK ==> \forall integer f; \result.first <= f < \result.first + \result.n ==>
        nk->page[f].type == NK_FREE;
    ensures \result.status == NK_OK ==> \forall integer f; \result.first <= f < \result.first + \result.n ==>
        nk->page[f].maps == 0; */
static struct pages may_declare(const struct nk *nk, uint64_t base, uint64_t size, uint64_t type) {
    struct pages p = {NK_OK, 0, 0};

    if (type == NK_FREE || type >= NK_TYPES)
        p.status = NK_BAD_TYPE;
    else if (base % NK_PAGE != 0 || size % NK_PAGE != 0 || size == 0 ||
             size - 1 > UINT64_MAX - base)
        p.status = NK_BAD_RANGE;
    if (p.status == NK_OK)
        p = page_locate(nk, base / NK_PAGE, size / NK_PAGE);
    if (p.status != NK_OK)
        return p;
    if (type != NK_KEPT && !may_hold_objects(nk, p.first, p.n))
        p.status = NK_OUTSIDE;
    else if (declared(nk, p.first, p.n))
        p.status = NK_OVERLAP;
    else if (led_to(nk, p.first, p.n))
        p.status = NK_IN_USE;
    return p;
}

/* ---- Steps: pages that are free become an object, or one ends; the words of its pages ------------ */

/*@ requires arrays(nk) && 0 < n && first + n <= nk->pages && 0 < type < NK_TYPES;
    requires type != NK_KEPT ==> nk->objects.first <= first &&
        first + n <= nk->objects.first + nk->objects.pages;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].type == NK_FREE;
    NEEDS_OBJECTS_BUT_HEADS(nk)
    assigns nk->page[first .. first + n - 1].type, nk->page[first].pages;
    KEEPS_OBJECTS_BUT_HEADS(nk)
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].type == (first <= f < first + n ? type : \old(nk->page[f].type));
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].maps == \old(nk->page[f].maps);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].owner == \old(nk->page[f].owner);
    ensures \forall integer f; 0 <= f < nk->pages ==> nk->page[f].shared == \old(nk->page[f].shared);
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk); */
static void make(struct nk *nk, uint64_t first, uint64_t n, uint64_t type) {
    /*@ assert \forall integer f; first <= f < first + n ==> nk->page[f].pages == 0; */
    /*@ assert nk->page[first].type == NK_FREE; */
    /*@ assert \forall integer f; 0 <= f < first && f + nk->page[f].pages > first ==>
          nk->page[f].type == nk->page[first].type; */
    /*@ assert \forall integer f; 0 <= f < first ==> f + nk->page[f].pages <= first; */
    set_type(nk, first, n, type, n);
    /*@ assert \forall integer f; 0 <= f < first ==> f + nk->page[f].pages <= first; */
    /*@ assert \forall integer f; first < f < first + n ==> nk->page[f].pages == 0; */
    /*@ assert \forall integer f; 0 <= f < nk->pages && f != first ==>
          nk->page[f].pages == \at(nk->page[f].pages, Pre); */
    /*@ assert \forall integer f, g; 0 <= f <= g < nk->pages && g < f + nk->page[f].pages ==>
          f == first || g < first || first + n <= f; */
    /*@ assert \forall integer f; 0 <= f < nk->pages && (f < first || first + n <= f) ==>
          nk->page[f].type == \at(nk->page[f].type, Pre); */
}

/*@ requires layout_ok(nk) && 0 < n && first + n <= nk->pages && 0 < type < NK_TYPES;
    requires type != NK_KEPT ==> nk->objects.first <= first &&
        first + n <= nk->objects.first + nk->objects.pages;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].type == NK_FREE;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps == 0;
    NEEDS_OBJECTS_BUT_HEADS(nk)
    requires COUNTED(nk);
    assigns nk->page[first .. first + n - 1].type, nk->page[first].pages;
    KEEPS_OBJECTS_BUT_HEADS(nk)
    ensures COUNTED(nk);
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].type == (first <= f < first + n ? type : \old(nk->page[f].type));
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk); */
static void begin(struct nk *nk, uint64_t first, uint64_t n, uint64_t type) {
    /*@ ghost table_count(nk->range, (uint64_t)nk->ranges); */
    /*@ assert \forall integer i, f; LEADS(nk, i, f) ==> nk->page[f].maps > 0; */
    make(nk, first, n, type);
}

/*@ requires layout_ok(nk) && first < nk->pages && n == nk->page[first].pages && n > 0;
    requires \forall integer f; first <= f < first + n ==> nk->page[f].maps == 0;
    NEEDS_OBJECTS_BUT_HEADS(nk)
    requires COUNTED(nk);
    assigns nk->page[first .. first + n - 1].type, nk->page[first].pages;
    KEEPS_OBJECTS_BUT_HEADS(nk)
    ensures COUNTED(nk);
    ensures \forall integer f; 0 <= f < nk->pages ==>
        nk->page[f].type == (first <= f < first + n ? NK_FREE : \old(nk->page[f].type));
    behavior allowed: assumes ALLOWED(nk); ensures ALLOWED(nk);
    behavior sharing: assumes SHARING(nk); ensures SHARING(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk); */
static void end(struct nk *nk, uint64_t first, uint64_t n) {
    /*@ assert \forall integer f; first < f < first + n ==> nk->page[f].pages == 0; */
    /*@ assert \forall integer f; 0 <= f < first ==> f + nk->page[f].pages <= first; */
    set_type(nk, first, n, NK_FREE, 0);
    /*@ assert \forall integer f; 0 <= f < first ==> f + nk->page[f].pages <= first; */
    /*@ assert \forall integer f; first <= f < first + n ==> nk->page[f].pages == 0; */
    /*@ assert \forall integer f; 0 <= f < nk->pages && f != first ==>
          nk->page[f].pages == \at(nk->page[f].pages, Pre); */
    /*@ assert \forall integer f, g; 0 <= f <= g < nk->pages && g < f + nk->page[f].pages ==>
          g < first || first + n <= f; */
    /*@ assert \forall integer f; 0 <= f < nk->pages && (f < first || first + n <= f) ==>
          nk->page[f].type == \at(nk->page[f].type, Pre); */
}

/*@ requires layout_ok(nk) && objects_ok(nk) && n > 0 && first + n <= nk->pages && type < NK_TYPES;
    requires type != NK_KEPT ==> nk->objects.first <= first &&
        first + n <= nk->objects.first + nk->objects.pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    ensures type == NK_KEPT ==> WORDS_SAME(nk, \true);
    ensures WORDS_SAME(nk, i < 512 * (first - nk->objects.first) || 512 * (first + n - nk->objects.first) <= i);
    ensures type > NK_NO_WRITE ==> \forall integer i; 512 * (first - nk->objects.first) + 3 <= i <
        512 * (first + n - nk->objects.first) ==> nk->word[i] == 0;
    COUNTS_SAME(nk)
    KEEPS_EACH(nk)
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void write_first(struct nk *nk, uint64_t first, uint64_t n, uint64_t type) {
    if (type != NK_KEPT && type != NK_NO_WRITE)
        clear(nk, first, n);
    if (type != NK_KEPT)
        write_header(nk, first, n * WORDS, type);
    /*@ assert ENTRIES_SAME(nk); */
    /*@ for allowed, sharing: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/*@ requires layout_ok(nk) && objects_ok(nk) && first < nk->pages;
    requires type != NK_KEPT ==> nk->objects.first <= first < nk->objects.first + nk->objects.pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    ensures WORDS_SAME(nk, i < 512 * (first - nk->objects.first) || 512 * (first - nk->objects.first) + 3 <= i);
    COUNTS_SAME(nk)
    KEEPS_EACH(nk)
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void write_last(struct nk *nk, uint64_t first, uint64_t type) {
    if (type != NK_KEPT)
        write_header(nk, first, 0, 0);
    /*@ assert ENTRIES_SAME(nk); */
    /*@ for allowed, sharing: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/* ---- The calls ------------------------------------------------------------------------------- */

/*@ requires layout_ok(nk) && objects_ok(nk);
    requires COUNTED(nk);
    NEEDS_OBJECTS_BUT_HEADS(nk)
    assigns nk->page[0 .. nk->pages - 1].type, nk->page[0 .. nk->pages - 1].pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    ensures COUNTED(nk);
    KEEPS_OBJECTS_BUT_HEADS(nk)
    ensures \result < NK_STATUSES;
    ensures \result != NK_OK ==> TYPES_SAME(nk);
    ensures \result != NK_OK ==> WORDS_SAME(nk, \true);
    ensures \result == NK_OK ==> \forall integer f; 0 <= f < nk->pages ==> nk->page[f].type ==
        (base <= 4096 * number(nk, f) < base + size ? type : \old(nk->page[f].type));
    ensures \forall integer f, i; 0 <= i < 512 * nk->objects.pages && WORD_IN(nk, f, i) &&
        !(base <= 4096 * number(nk, f) < base + size) ==> nk->word[i] == \old(nk->word[i]);
    KEEPS_EACH(nk)
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk); */
enum nk_status nk_declare(struct nk *nk, uint64_t base, uint64_t size, uint64_t type) {
    struct pages p = may_declare(nk, base, size, type);

    if (p.status == NK_OK) {
        begin(nk, p.first, p.n, type);
        write_first(nk, p.first, p.n, type);
    }
    return p.status;
}

/*@ requires layout_ok(nk) && objects_ok(nk);
    requires COUNTED(nk);
    NEEDS_OBJECTS_BUT_HEADS(nk)
    assigns nk->page[0 .. nk->pages - 1].type, nk->page[0 .. nk->pages - 1].pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    ensures COUNTED(nk);
    KEEPS_OBJECTS_BUT_HEADS(nk)
    ensures \result < NK_STATUSES;
    ensures \result != NK_OK ==> TYPES_SAME(nk);
    ensures \result != NK_OK ==> WORDS_SAME(nk, \true);
    ensures \forall integer f, i; 0 <= i < 512 * nk->objects.pages && WORD_IN(nk, f, i) &&
        4096 * number(nk, f) != base ==> nk->word[i] == \old(nk->word[i]);
    KEEPS_EACH(nk)
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior headed: assumes OBJECTS_HEADED(nk); ensures OBJECTS_HEADED(nk); */
enum nk_status nk_undeclare(struct nk *nk, uint64_t base) {
    struct pages p = object_at(nk, base);

    if (p.status == NK_OK && led_to(nk, p.first, p.n))
        p.status = NK_IN_USE;
    if (p.status == NK_OK) {
        write_last(nk, p.first, nk->page[p.first].type);
        end(nk, p.first, p.n);
    }
    return p.status;
}

/* ---- Policies. w[at] and on: the payload, n words; what stands in it is not believed ------------ */

/* clang-format off */
#define PAYLOAD_THERE(w, at, n)                                                                    \
    requires \valid((w) + (0 .. (at) + (n) - 1)) && 509 <= (n) && (at) + (n) <= 2199023255552;     \
    assigns (w)[(at) .. (at) + (n) - 1];                                                           \
    ensures \result != NK_OK ==> \forall integer k; (at) <= k < (at) + (n) ==> (w)[k] == \old((w)[k]);
/* clang-format on */

/*@ PAYLOAD_THERE(w, at, n)
    ensures \result == NK_OK || \result == NK_OUTSIDE || \result == NK_ALREADY;
    ensures \result == NK_OK ==> index < n / 2 && \old(w[at + n / 2 + index]) == 0;
    ensures \result == NK_OK ==> w[at + index] == value && w[at + n / 2 + index] == 1;
    ensures \forall integer k; at <= k < at + n && k != at + index && k != at + n / 2 + index ==>
        w[k] == \old(w[k]); */
static enum nk_status put_once(uint64_t *w, uint64_t at, uint64_t n, uint64_t index,
                               uint64_t value) {
    uint64_t data = n / 2;

    if (index >= data)
        return NK_OUTSIDE;
    if (w[at + data + index] != 0)
        return NK_ALREADY;
    w[at + index] = value;
    w[at + data + index] = 1;
    return NK_OK;
}

/*@ PAYLOAD_THERE(w, at, n)
    ensures \result == NK_OK || \result == NK_OUTSIDE || \result == NK_NOT_NEXT;
    ensures \result == NK_OK ==> index < n - 1 && \old(w[at]) == index;
    ensures \result == NK_OK ==> w[at + 1 + index] == value && w[at] == index + 1;
    ensures \forall integer k; at <= k < at + n && k != at && k != at + 1 + index ==> w[k] == \old(w[k]); */
static enum nk_status put_next(uint64_t *w, uint64_t at, uint64_t n, uint64_t index,
                               uint64_t value) {
    if (index >= n - 1)
        return NK_OUTSIDE;
    if (w[at] != index)
        return NK_NOT_NEXT;
    w[at + 1 + index] = value;
    w[at] = index + 1;
    return NK_OK;
}

/*@ PAYLOAD_THERE(w, at, n)
    ensures \result == NK_OK || \result == NK_OUTSIDE || \result == NK_FULL;
    ensures \result == NK_OK ==> index < (n - 1) / 3 && \old(w[at]) < (n - 1 - (n - 1) / 3) / 2;
    ensures \result == NK_OK ==> w[at + 1 + index] == value && w[at] == \old(w[at]) + 1;
    ensures \result == NK_OK ==> w[at + 1 + (n - 1) / 3 + 2 * \old(w[at])] == index;
    ensures \result == NK_OK ==> w[at + 2 + (n - 1) / 3 + 2 * \old(w[at])] == \old(w[at + 1 + index]);
    ensures \forall integer k; at <= k < at + n && k != at && k != at + 1 + index &&
        k != at + 1 + (n - 1) / 3 + 2 * \old(w[at]) && k != at + 2 + (n - 1) / 3 + 2 * \old(w[at]) ==>
        w[k] == \old(w[k]); */
static enum nk_status put_logged(uint64_t *w, uint64_t at, uint64_t n, uint64_t index,
                                 uint64_t value) {
    uint64_t data = (n - 1) / 3, records = w[at], record;

    if (index >= data)
        return NK_OUTSIDE;
    if (records >= (n - 1 - data) / 2)
        return NK_FULL;
    record = at + 1 + data + 2 * records;
    w[record] = index;
    w[record + 1] = w[at + 1 + index];
    w[at + 1 + index] = value;
    w[at] = records + 1;
    return NK_OK;
}

/*@ // The mark of word i, a datum of a payload of n words, is set.
    predicate written(uint64_t *w, integer i, integer n) = w[i + n / 2] != 0; */

/* clang-format off */
/* What an object of this type keeps of its payload, n words from word `at` on. */
#define PUT(nk, type, at, n)                                                                       \
    ensures \result < NK_STATUSES;                                                                 \
    ensures \result != NK_OK ==> WORDS_SAME(nk, 0 <= i);                                           \
    ensures WORDS_SAME(nk, i < (at) || (at) + (n) <= i);                                           \
    ensures once: (type) == NK_WRITE_ONCE ==> \forall integer i; (at) <= i < (at) + (n) / 2 &&     \
        \old(written((nk)->word, i, n)) ==> (nk)->word[i] == \old((nk)->word[i]);                  \
    ensures marks: (type) == NK_WRITE_ONCE ==> \forall integer i; (at) + (n) / 2 <= i < (at) + (n) && \
        \old((nk)->word[i]) != 0 ==> (nk)->word[i] != 0;                                           \
    ensures append: (type) == NK_APPEND_ONLY ==> \forall integer i; (at) < i < (at) + (n) &&       \
        i - (at) <= \old((nk)->word[at]) ==> (nk)->word[i] == \old((nk)->word[i]);                 \
    ensures logged: \result == NK_OK && (type) == NK_LOGGED ==>                                    \
        (nk)->word[at] == \old((nk)->word[at]) + 1;
/* clang-format on */

/*@ requires arrays(nk) && NK_NO_WRITE < type < NK_TYPES;
    requires 509 <= n && at + n <= 512 * nk->objects.pages;
    assigns nk->word[at .. at + n - 1];
    PUT(nk, type, at, n)
    ensures ENTRIES_SAME(nk); */
static enum nk_status put_words(struct nk *nk, uint64_t type, uint64_t at, uint64_t n,
                                uint64_t index, uint64_t value) {
    if (type == NK_WRITE_ONCE)
        return put_once(nk->word, at, n, index, value);
    if (type == NK_APPEND_ONLY)
        return put_next(nk->word, at, n, index, value);
    return put_logged(nk->word, at, n, index, value);
}

/* The write to the object whose first record is `first`. */
/*@ requires layout_ok(nk) && objects_ok(nk) && first < nk->pages && nk->page[first].pages > 0;
    requires NK_NO_WRITE < nk->page[first].type < NK_TYPES && nk->objects.first <= first &&
        first + nk->page[first].pages <= nk->objects.first + nk->objects.pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    PUT(nk, nk->page[first].type, PAYLOAD(nk, first), PAYLOADS(nk, first))
    KEEPS_EACH(nk)
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static enum nk_status put_at(struct nk *nk, uint64_t first, uint64_t index, uint64_t value) {
    uint64_t at = word_of(nk, first) + HEADER;
    uint64_t n = (uint64_t)nk->page[first].pages * WORDS - HEADER;
    enum nk_status status;

    /*@ assert at: at == PAYLOAD(nk, first); */
    /*@ assert n: n == PAYLOADS(nk, first); */
    status = put_words(nk, nk->page[first].type, at, n, index, value);

    /*@ for allowed, sharing, owned: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
    return status;
}

/*@ requires layout_ok(nk) && objects_ok(nk);
    NEEDS_OBJECTS_BUT_HEADS(nk)
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    ensures \result < NK_STATUSES;
    ensures \result != NK_OK ==> WORDS_SAME(nk, \true);
    ensures sealed: \forall integer f, i; 0 <= f < nk->pages && nk->page[f].type <= NK_NO_WRITE && WORD_IN(nk, f, i) ==>
        nk->word[i] == \old(nk->word[i]);
    KEEPS_EACH(nk)
    behavior counted: assumes COUNTED(nk); ensures COUNTED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
enum nk_status nk_put(struct nk *nk, uint64_t base, uint64_t index, uint64_t value) {
    struct pages p = object_at(nk, base);

    if (p.status == NK_OK && nk->page[p.first].type == NK_KEPT)
        p.status = NK_OWN;
    else if (p.status == NK_OK && nk->page[p.first].type == NK_NO_WRITE)
        p.status = NK_SEALED;
    if (p.status == NK_OK) {
        /*@ assert last: \forall integer h; 0 <= h < nk->pages && nk->page[h].pages > 0 ==>
              nk->page[h + nk->page[h].pages - 1].type == nk->page[h].type; */
        /*@ assert place: \forall integer h; 0 <= h < nk->pages && nk->page[h].type > NK_NO_WRITE ==>
              nk->objects.first <= h < nk->objects.first + nk->objects.pages; */
        /*@ assert end: \forall integer h; 0 <= h < nk->pages && nk->page[h].pages > 0 &&
              nk->page[h].type > NK_NO_WRITE ==>
              h + nk->page[h].pages <= nk->objects.first + nk->objects.pages; */
        /*@ assert types: \forall integer f; p.first <= f < p.first + p.n ==>
              nk->page[f].type == nk->page[p.first].type; */
        /*@ assert below: \forall integer h; 0 <= h < p.first ==> h + nk->page[h].pages <= p.first; */
        /*@ assert above: \forall integer h; p.first < h < p.first + p.n ==> nk->page[h].pages == 0; */
        p.status = put_at(nk, p.first, index, value);
    }
    return p.status;
}
