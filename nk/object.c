/* object.c - declare, undeclare, and the mediated write. */
#include "nk_priv.h"

enum { WORDS = FROND_PAGE_SIZE / 8, HEADER = 3 };

/* n pages from `first` on lie where objects may be. */
static bool may_hold_objects(const struct nk *nk, uint64_t first, uint64_t n) {
    uint64_t begin = (uint64_t)nk->objects.first, pages = (uint64_t)nk->objects.pages;

    return first >= begin && first - begin < pages && n <= pages - (first - begin);
}

/* Some of n pages belongs to an object; is led to. */
static bool declared(const struct nk *nk, uint64_t first, uint64_t n) {
    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].type != NK_FREE)
            return true;
    }
    return false;
}

static bool led_to(const struct nk *nk, uint64_t first, uint64_t n) {
    for (uint64_t i = first; i < first + n; i++) {
        if (nk->page[i].maps > 0)
            return true;
    }
    return false;
}

/* Word 0 of the object whose first page this is. */
static uint64_t word_of(const struct nk *nk, uint64_t first) {
    return (first - (uint64_t)nk->objects.first) * WORDS;
}

static void write_header(struct nk *nk, uint64_t first, uint64_t words, uint64_t type) {
    uint64_t at = word_of(nk, first);

    nk->word[at] = words;
    nk->word[at + 1] = type;
    nk->word[at + 2] = 0;
}

/* The pages become of one type, and of one object: of n pages, or, with 0, of none. */
static void set_type(struct nk *nk, uint64_t first, uint64_t n, uint64_t type, uint64_t pages) {
    for (uint64_t i = first; i < first + n; i++)
        nk->page[i].type = (uint8_t)type;
    nk->page[first].pages = (uint32_t)pages;
}

static void clear(struct nk *nk, uint64_t first, uint64_t n) {
    uint64_t at = word_of(nk, first);

    for (uint64_t i = at; i < at + n * WORDS; i++)
        nk->word[i] = 0;
}

enum nk_status nk_declare(struct nk *nk, uint64_t base, uint64_t size, uint64_t type) {
    struct pages p;

    if (type == NK_FREE || type >= NK_TYPES)
        return NK_BAD_TYPE;
    if (base % NK_PAGE != 0 || size % NK_PAGE != 0 || size == 0 || size - 1 > UINT64_MAX - base)
        return NK_BAD_RANGE;
    p = page_locate(nk, base / NK_PAGE, size / NK_PAGE);
    if (p.status != NK_OK)
        return p.status;
    if (type != NK_KEPT && !may_hold_objects(nk, p.first, p.n))
        return NK_OUTSIDE;
    if (declared(nk, p.first, p.n))
        return NK_OVERLAP;
    if (led_to(nk, p.first, p.n))
        return NK_IN_USE;
    set_type(nk, p.first, p.n, type, p.n);
    if (type != NK_KEPT && type != NK_NO_WRITE)
        clear(nk, p.first, p.n);
    if (type != NK_KEPT)
        write_header(nk, p.first, p.n * WORDS, type);
    return NK_OK;
}

/* The pages of the object that starts at base; else NK_NOT_OBJECT. */
static struct pages object_at(const struct nk *nk, uint64_t base) {
    struct pages p = page_begins(nk, base / NK_PAGE);

    if (base % NK_PAGE != 0 || p.status != NK_OK || nk->page[p.first].pages == 0)
        p.status = NK_NOT_OBJECT;
    else
        p.n = nk->page[p.first].pages;
    return p;
}

enum nk_status nk_undeclare(struct nk *nk, uint64_t base) {
    struct pages p = object_at(nk, base);

    if (p.status != NK_OK)
        return p.status;
    if (led_to(nk, p.first, p.n))
        return NK_IN_USE;
    if (nk->page[p.first].type != NK_KEPT)
        write_header(nk, p.first, 0, 0);
    set_type(nk, p.first, p.n, NK_FREE, 0);
    return NK_OK;
}

/* ---- Policies. w: the payload, n words; what stands in it is not believed ---------------------- */

static enum nk_status put_once(uint64_t *w, uint64_t n, uint64_t index, uint64_t value) {
    uint64_t data = n / 2;

    if (index >= data)
        return NK_OUTSIDE;
    if (w[data + index] != 0)
        return NK_ALREADY;
    w[index] = value;
    w[data + index] = 1;
    return NK_OK;
}

static enum nk_status put_next(uint64_t *w, uint64_t n, uint64_t index, uint64_t value) {
    if (index >= n - 1)
        return NK_OUTSIDE;
    if (w[0] != index)
        return NK_NOT_NEXT;
    w[1 + index] = value;
    w[0] = index + 1;
    return NK_OK;
}

static enum nk_status put_logged(uint64_t *w, uint64_t n, uint64_t index, uint64_t value) {
    uint64_t data = (n - 1) / 3, records = w[0], at;

    if (index >= data)
        return NK_OUTSIDE;
    if (records >= (n - 1 - data) / 2)
        return NK_FULL;
    at = 1 + data + 2 * records;
    w[at] = index;
    w[at + 1] = w[1 + index];
    w[1 + index] = value;
    w[0] = records + 1;
    return NK_OK;
}

enum nk_status nk_put(struct nk *nk, uint64_t base, uint64_t index, uint64_t value) {
    struct pages p = object_at(nk, base);
    uint8_t type;
    uint64_t *payload;
    uint64_t n;

    if (p.status != NK_OK)
        return p.status;
    type = nk->page[p.first].type;
    if (type == NK_KEPT)
        return NK_OWN;
    if (type == NK_NO_WRITE)
        return NK_SEALED;
    payload = &nk->word[word_of(nk, p.first) + HEADER];
    n = p.n * WORDS - HEADER;
    if (type == NK_WRITE_ONCE)
        return put_once(payload, n, index, value);
    if (type == NK_APPEND_ONLY)
        return put_next(payload, n, index, value);
    return put_logged(payload, n, index, value);
}
