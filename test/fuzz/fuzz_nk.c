/*
 * fuzz_nk.c - libFuzzer: nk's calls, in a layout that is itself made from the input.
 *
 * The first bytes are the layout: areas, units, objects, sizes of the tables; some inputs then spoil words of it, or of
 * the places, so that nk_init must refuse. The rest is calls. After each: refused, no byte has changed; not
 * refused, nk_check finds nothing. And what nk promises is looked at as the engine does, from the descriptors and
 * the tables they name, without nk's records: no range leads to nk's own memory, to what is in no area or kept, none
 * writes to an object, and two children's meet only where both say SHARED.
 *
 * At the end a line tells how often each code came up; after many inputs one that never did is a failure.
 */
#include "../nk/rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 18, /* bytes of nk's arrays */ DECLARED = 64, MANY = 10000 };
#define LETS (FROND_R | FROND_W | FROND_X)

static struct rig rig;
static uint64_t inputs, starts, count[NK_STATUSES];

static void wrong(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    abort();
}

/* ---- The input ------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned byte(struct input *in) {
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* A number that may matter: an edge, or so. */
static uint64_t odd(struct input *in) {
    static const uint64_t edge[] = {0,
                                    1,
                                    4095,
                                    4096,
                                    (uint64_t)1 << 31,
                                    UINT32_MAX,
                                    (uint64_t)1 << 32,
                                    (uint64_t)1 << 52,
                                    ((uint64_t)1 << 52) - 1,
                                    (uint64_t)1 << 63,
                                    UINT64_MAX - 4095,
                                    UINT64_MAX};
    unsigned kind = byte(in);
    uint64_t v = edge[kind % 12];

    return kind / 12 % 3 == 0   ? v
           : kind / 12 % 3 == 1 ? v + byte(in)
                                : v - byte(in) * (uint64_t)4096;
}

/* ---- The layout ------------------------------------------------------------------------------ */

/* A layout that nk must take: own, then areas with gaps between them or without; its region in own. */
static struct nk_layout honest(struct input *in, uint64_t *region) {
    unsigned n = byte(in), m = byte(in);
    struct nk_layout l = {.children = n % 16 == 0 ? 0 : 1 + n % 5,
                          .ranges = m % 16 == 0 ? m / 16 : 16 + m % 48};
    uint64_t at = (uint64_t)(byte(in) % 8) << 28;
    unsigned k;

    *region = at + byte(in) % 3 * RIG_PAGE_SIZE;
    l.own[0] = (struct nk_area){at, 16, byte(in) % 2};
    at += l.own[0].pages * RIG_PAGE_SIZE;
    for (k = 0; k < NK_AREAS; k++) {
        unsigned shape = byte(in);
        uint64_t unit = shape % 3 == 0 ? 1 + shape / 3 % 5 : shape % 3 == 1;

        at += shape / 16 % 4 * RIG_PAGE_SIZE;
        l.area[k].pages = byte(in) % 9 * (unit > 1 ? unit : 1);
        l.area[k].unit = unit;
        l.area[k].base = at;
        at += l.area[k].pages * RIG_PAGE_SIZE;
    }
    l.own[1] = (struct nk_area){at, byte(in) % 3, 1};
    k = byte(in) % NK_AREAS;
    for (unsigned i = 0; i < NK_AREAS && (l.area[k].unit > 1 || l.area[k].pages == 0); i++)
        k = (k + 1) % NK_AREAS;
    if (l.area[k].unit <= 1 && l.area[k].pages > 0) {
        uint64_t skip = byte(in) % l.area[k].pages;

        l.objects.base = l.area[k].base + skip * RIG_PAGE_SIZE;
        l.objects.pages = byte(in) % (l.area[k].pages - skip + 1);
    }
    return l;
}

/* Words of the layout or of the places become others. */
static void spoil(struct input *in, void *words, size_t size) {
    uint64_t v, near;
    unsigned to = byte(in) % (size / 8), from = byte(in) % (size / 8);

    memcpy(&near, (char *)words + 8 * from, 8);
    v = byte(in) % 2 ? odd(in)
                     : near + (uint64_t)(byte(in) % 5) * RIG_PAGE_SIZE - 2 * RIG_PAGE_SIZE;
    memcpy((char *)words + 8 * to, &v, 8);
}

__extension__ typedef unsigned __int128 wide;

static wide end_of(const struct nk_area *a) {
    return (wide)a->base + (wide)a->pages * RIG_PAGE_SIZE;
}

static bool meet(const struct nk_area *a, const struct nk_area *b) {
    return a->pages > 0 && b->pages > 0 && a->base < end_of(b) && b->base < end_of(a);
}

static bool within(uint64_t base, wide end, const struct nk_area *a) {
    return base >= a->base && end <= end_of(a);
}

/* What must not hold of a layout that nk took; NULL: it does not. */
static const char *bad_layout(const struct nk_layout *l, const struct nk_places *at) {
    bool placed = false, objects = l->objects.pages == 0;
    struct nk_places p;

    if (nk_place(l, at->desc, &p) != NK_OK || memcmp(&p, at, sizeof p) != 0)
        return "the places are not those of the layout";

    for (int k = 0; k < NK_AREAS; k++) {
        const struct nk_area *a = &l->area[k];

        if (a->base % RIG_PAGE_SIZE != 0 || end_of(a) > (wide)1 << 64)
            return "an area is none";
        if (a->unit > 1 && a->pages % a->unit != 0)
            return "an area is not of whole units";
        for (int j = 0; j < k; j++) {
            if (meet(a, &l->area[j]) ||
                (a->pages > 0 && l->area[j].pages > 0 && a->base < l->area[j].base))
                return "areas meet, or do not ascend";
        }
        for (int j = 0; j < NK_OWN_AREAS; j++) {
            if (meet(a, &l->own[j]))
                return "an area meets nk's own memory";
        }
        objects |= a->unit <= 1 && within(l->objects.base, end_of(&l->objects), a);
    }
    for (int j = 0; j < NK_OWN_AREAS; j++)
        placed |= within(at->desc, at->end, &l->own[j]);
    if (!placed || at->end <= at->desc)
        return "the region is not in nk's own memory";
    return objects ? NULL : "objects are in no area of single pages";
}

/* Starts nk as the input says. False: it was refused, or is too large to be tried. */
static bool begin(struct input *in) {
    uint64_t region, size;
    unsigned spoils = byte(in);
    enum nk_status status;
    const char *bad;

    rig = (struct rig){.layout = honest(in, &region)};
    spoils = spoils % 4 == 0 ? 1 + spoils / 4 % 3 : 0;
    for (unsigned i = 0; i < spoils; i++)
        spoil(in, &rig.layout, sizeof rig.layout);
    if (spoils > 0 && byte(in) % 4 == 0)
        region = odd(in);
    status = nk_place(&rig.layout, region, &rig.at);
    if (status != NK_OK && spoils == 0)
        wrong("nk_place refuses", nk_status_name(status));
    count[status]++;
    size = rig.at.end - rig.at.desc;
    if (status != NK_OK || size > LIMIT || rig.layout.objects.pages > LIMIT / 4096 ||
        rig.layout.children > LIMIT)
        return false;
    rig_memory(&rig, byte(in));
    if (spoils > 0 && byte(in) % 4 == 0)
        spoil(in, &rig.at, sizeof rig.at);
    rig_note(&rig);
    status = nk_init(rig.nk, &rig.layout, &rig.at, &rig.arrays);
    count[status]++;
    if (status != NK_OK && spoils == 0)
        wrong("nk_init refuses", nk_status_name(status));
    if (status != NK_OK && !rig_unchanged(&rig))
        wrong("nk_init", "refused, it has written");
    bad = status == NK_OK ? bad_layout(&rig.layout, &rig.at) : NULL;
    if (bad != NULL)
        wrong("nk_init", bad);
    return status == NK_OK;
}

/* ---- What the engine sees ---------------------------------------------------------------------- */

/* Objects and kept pages, as the calls that were not refused made them. */
static struct { uint64_t base, size, type; } declared[DECLARED];
static unsigned declarations;

static bool lives(uint64_t child, struct frond_desc **d) {
    uint64_t address;

    if (nk_child_desc(rig.nk, child, &address) != NK_OK)
        return false;
    if (address != rig.at.desc + child * sizeof **d)
        wrong("nk_child_desc", "not the address of the descriptor");
    *d = &rig.arrays.desc[child];
    return true;
}

/* Table `np` of a descriptor, in nk's memory. */
static const struct frond_range *table(const struct frond_desc *d, bool np, uint64_t *entries) {
    const struct frond_map *m = np ? &d->map_np : &d->map_p;
    uint64_t first = (m->addr - rig.at.range) / sizeof(struct frond_range);

    if (m->addr < rig.at.range ||
        m->addr % sizeof(struct frond_range) != rig.at.range % sizeof(struct frond_range) ||
        first > rig.layout.ranges || m->count > rig.layout.ranges - first)
        wrong("a descriptor", "its table is not in nk's memory");
    *entries = m->count;
    return rig.arrays.range + first;
}

static bool over(uint64_t a, uint64_t n, uint64_t b, uint64_t m) { return a - b < m || b - a < n; }

/* A range that lets something through, by itself. */
static void look_at(const struct frond_range *r) {
    bool in = false;

    for (int k = 0; k < NK_AREAS; k++)
        in |= within(r->target, (wide)r->target + r->size, &rig.layout.area[k]);
    if (!in)
        wrong("a range", "leads to what is in no area");
    for (int k = 0; k < NK_OWN_AREAS; k++) {
        const struct nk_area own = {r->target, r->size / RIG_PAGE_SIZE, 1};

        if (meet(&own, &rig.layout.own[k]))
            wrong("a range", "leads to nk's own memory");
    }
    for (unsigned i = 0; i < declarations; i++) {
        if (!over(r->target, r->size, declared[i].base, declared[i].size))
            continue;
        if (declared[i].type == NK_KEPT || (r->flags & FROND_W) != 0)
            wrong("a range", "leads to what is kept, or writes to an object");
    }
}

/* Ranges of two children: those that meet are shared. */
static void apart(const struct frond_range *r, const struct frond_desc *d) {
    uint64_t n;

    for (int np = 0; np < 2; np++) {
        const struct frond_range *t = table(d, np, &n);

        for (uint64_t i = 0; i < n; i++) {
            if ((t[i].flags & LETS) != 0 && over(r->target, r->size, t[i].target, t[i].size) &&
                (r->flags & t[i].flags & FROND_SHARED) == 0)
                wrong("two children", "lead to one page and do not share it");
        }
    }
}

static void walk(void) {
    struct frond_desc *d, *other;
    uint64_t n;

    for (uint64_t c = 0; c < rig.layout.children; c++) {
        for (int np = 0; lives(c, &d) && np < 2; np++) {
            const struct frond_range *t = table(d, np, &n);

            for (uint64_t i = 0; i < n; i++) {
                if ((t[i].flags & LETS) == 0)
                    continue;
                look_at(&t[i]);
                for (uint64_t o = 0; o < c; o++) {
                    if (lives(o, &other))
                        apart(&t[i], other);
                }
            }
        }
    }
}

/* ---- Calls ------------------------------------------------------------------------------------- */

static uint64_t address(struct input *in) {
    unsigned kind = byte(in), n = byte(in);
    const struct nk_area *a = &rig.layout.area[kind % NK_AREAS];

    switch (kind / 4 % 8) {
    case 0: return odd(in);
    case 1: return rig.layout.own[n % NK_OWN_AREAS].base + (uint64_t)byte(in) % 20 * RIG_PAGE_SIZE;
    case 2: return rig.layout.objects.base + n % (rig.layout.objects.pages + 1) * RIG_PAGE_SIZE;
    case 3: return a->base + n % (a->pages + 3) * RIG_PAGE_SIZE - RIG_PAGE_SIZE;
    default: return a->base + (a->pages == 0 ? 0 : n % a->pages * RIG_PAGE_SIZE);
    }
}

/* A child that lives, if there is one. */
static uint64_t living(unsigned n) {
    struct frond_desc *d;

    for (uint64_t i = 0; i < rig.layout.children; i++) {
        if (lives((n + i) % rig.layout.children, &d))
            return (n + i) % rig.layout.children;
    }
    return 0;
}

/* Which tables the child has, most often. */
static uint64_t map_of(uint64_t child, unsigned n) {
    struct frond_desc *d;

    if (n % 16 == 15)
        return n / 16 % 5;
    return lives(child, &d) && d->map_p.addr != d->map_np.addr ? n % 2 : NK_BOTH;
}

/* Where a range of the table begins, most often. */
static uint64_t base_of(uint64_t child, uint64_t map, unsigned n) {
    const struct frond_range *t;
    struct frond_desc *d;
    uint64_t entries;

    if (n % 8 == 7 || !lives(child, &d))
        return FROND_RAM_BASE + n % 16 * RIG_PAGE_SIZE;
    t = table(d, map == NK_NP, &entries);
    return entries == 0 ? FROND_RAM_BASE : t[n % entries].base + (n % 32 == 16);
}

/* Argument i, by a letter; those before it are there. */
static uint64_t argument(struct input *in, char kind, const uint64_t *arg) {
    unsigned n = byte(in);

    if (n == 255)
        return odd(in);
    switch (kind) {
    case 'a': return address(in);
    case 'o': return declarations > 0 && n % 8 != 7 ? declared[n % declarations].base : address(in);
    case 's': return n % 16 == 15 ? odd(in) : (n < 128 ? 1 : 1 + n % 6) * RIG_PAGE_SIZE;
    case 'v':
        return (n % 16 < 14 ? FROND_RAM_BASE : -16 * RIG_PAGE_SIZE) +
               n % 16 * RIG_PAGE_SIZE; /* where a child has a range */
    case 'p':
        return n % 4 == 3 ? address(in)
                          : rig.layout.objects.base +
                                n / 4 % (rig.layout.objects.pages + 1) * RIG_PAGE_SIZE;
    case 'b': return base_of(arg[0], arg[1], n);
    case 't': return n % 7;
    case 'n':
        return n % 16 == 15 || rig.layout.children == 0 ? n / 16
                                                        : n % rig.layout.children; /* a slot */
    case 'c': return n % 32 == 31 ? n / 32 : living(n);
    case 'm': return map_of(arg[0], n);
    case 'f': return n % 8 == 7 ? n / 4 : n % 16;
    case 'e': return n % (rig.layout.ranges + 1);
    case 'r': return n % 8;
    case 'i': return n < 96 ? n % 8 : n < 128 ? n : n < 192 ? 512 - n % 8 : declarations;
    case 'w': return n % (NK_FIELD_END + 1);
    default: return n < 128 ? n : odd(in);
    }
}

/* Each call and its arguments; one more is nk_find. */
static const char *const kinds[NK_CALL_END + 1] = {
    [NK_CALL_DECLARE] = "pst",        [NK_CALL_UNDECLARE] = "o",     [NK_CALL_PUT] = "oix",
    [NK_CALL_CHILD_CREATE] = "nxerr", [NK_CALL_CHILD_DESTROY] = "n", [NK_CALL_CHILD_RESET] = "c",
    [NK_CALL_CHILD_SET] = "cwix",     [NK_CALL_GRANT] = "cmvsaf",    [NK_CALL_REVOKE] = "cmb",
    [NK_CALL_POINT] = "cmbaf",        [NK_CALL_END] = "cmb",
};

/* How often which: of 64 bytes. Byte 63: no call. */
static uint64_t number_of(unsigned n) {
    static const uint8_t often[NK_CALL_END + 1] = {
        [NK_CALL_DECLARE] = 6,      [NK_CALL_UNDECLARE] = 2,     [NK_CALL_PUT] = 8,
        [NK_CALL_CHILD_CREATE] = 6, [NK_CALL_CHILD_DESTROY] = 1, [NK_CALL_CHILD_RESET] = 1,
        [NK_CALL_GRANT] = 20,       [NK_CALL_REVOKE] = 3,        [NK_CALL_POINT] = 10,
        [NK_CALL_CHILD_SET] = 3,    [NK_CALL_END] = 3,
    };
    uint64_t call = 0;

    for (n %= 64; call <= NK_CALL_END && n >= often[call]; call++)
        n -= often[call];
    return call;
}

/* What becomes an object, or is none any more, has no range that leads there. */
static void unled(uint64_t base, uint64_t size) {
    struct frond_desc *d;
    uint64_t n;

    for (uint64_t c = 0; c < rig.layout.children; c++) {
        for (int np = 0; lives(c, &d) && np < 2; np++) {
            const struct frond_range *t = table(d, np, &n);

            for (uint64_t i = 0; i < n; i++) {
                if ((t[i].flags & LETS) != 0 && over(t[i].target, t[i].size, base, size))
                    wrong("declare, undeclare", "a range leads there");
            }
        }
    }
}

static void keep_account(uint64_t call, const uint64_t *a) {
    if (call == NK_CALL_DECLARE) {
        if (declarations == DECLARED)
            wrong("declare", "more objects than pages");
        declared[declarations].base = a[0];
        declared[declarations].size = a[1];
        declared[declarations++].type = a[2];
        unled(a[0], a[1]);
    }
    for (unsigned i = 0; call == NK_CALL_UNDECLARE && i < declarations; i++) {
        if (declared[i].base == a[0]) {
            unled(a[0], declared[i].size);
            declared[i] = declared[--declarations];
            return;
        }
    }
}

/* A look-up, against all entries one by one. */
static enum nk_status find(const uint64_t *a) {
    uint64_t index = UINT64_MAX, n = 0, at;
    enum nk_status status = nk_find(rig.nk, a[0], a[1], a[2], &index);
    const struct frond_range *t;
    struct frond_desc *d;

    if (status != NK_OK && status != NK_UNMAPPED)
        return status;
    if (!lives(a[0], &d))
        wrong("nk_find", "finds something of no child");
    t = table(d, a[1] == NK_NP, &n);
    for (at = 0; at < n && a[2] - t[at].base >= t[at].size; at++)
        ;
    if ((status == NK_OK) != (at < n) || (at < n && &rig.arrays.range[index] != &t[at]))
        wrong("nk_find", "not the entry that holds the address");
    return status;
}

static enum nk_status call_once(uint64_t number, const uint64_t *arg) {
    enum nk_status status;

    rig_note(&rig);
    status = number == NK_CALL_END ? find(arg) : nk_call(rig.nk, number, arg);
    if (status >= NK_STATUSES)
        wrong("a call", "answers with no code");
    count[status]++;
    if ((status != NK_OK || number == NK_CALL_END) && !rig_unchanged(&rig))
        wrong(nk_status_name(status), "refused, it has written");
    return status;
}

static void call(struct input *in) {
    uint64_t arg[NK_ARGS] = {0}, number = number_of(byte(in));
    const char *kind = number <= NK_CALL_END ? kinds[number] : "", *bad;
    enum nk_status status;
    unsigned again = 0;

    for (unsigned i = 0; kind[i] != 0; i++)
        arg[i] = argument(in, kind[i], arg);
    if (number == NK_CALL_PUT)
        again = byte(in);
    status = call_once(number, arg);
    for (unsigned i = 0; again % 8 == 7 && status == NK_OK && i < 520; i++) { /* until it is full */
        arg[1] += again / 8 % 2;
        status = call_once(number, arg);
    }
    if (number == NK_CALL_END || (status != NK_OK && again % 8 != 7))
        return;
    if (status == NK_OK)
        keep_account(number, arg);
    bad = nk_check(rig.nk);
    if (bad != NULL)
        wrong("nk_check", bad);
    walk();
}

static void tell(void) {
    unsigned missing = 0;

    fprintf(stderr, "%llu inputs, %llu starts", (unsigned long long)inputs,
            (unsigned long long)starts);
    for (unsigned i = 0; i < NK_STATUSES; i++) {
        fprintf(stderr, ", %s %llu", nk_status_name(i), (unsigned long long)count[i]);
        missing += count[i] == 0;
    }
    fprintf(stderr, "\n");
    if (inputs >= MANY && missing > 0) {
        fprintf(stderr, "%u codes never came up\n", missing);
        _Exit(1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input in = {data, size};

    if (inputs++ == 0)
        atexit(tell);
    declarations = 0;
    if (begin(&in)) {
        const char *bad = nk_check(rig.nk);

        starts++;
        if (bad != NULL)
            wrong("nk_check, after nk_init", bad);
        while (in.left > 0)
            call(&in);
    }
    rig_end(&rig);
    return 0;
}
