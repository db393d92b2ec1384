/*
 * agree.c - random calls to nk/ and to the model: the same answers, the same state.
 *
 *     agree [--seed N] [--calls N]
 *
 * docs/nk.md, section 6, says what corresponds. After each call: the code is the expected one; refused, no byte of nk
 * has changed; the tables, the pages' records and the words of objects are what the model's cells say; nk_check finds
 * nothing; a look-up finds what the model has there. A run has failed if a code that a call can answer never came up.
 */
#include "rig.h"
#include "twin.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 512, RUN = 1000 };
#define NP_ABOVE ((uint64_t)1 << 62) /* addresses of map_np, in words */
#define LETS     (FROND_R | FROND_W | FROND_X)

/* What the model does not know of a child: its slot, and how its tables are cut. */
struct slot {
    bool lives, two;
    uint64_t first, room, room_np, label, uid;
};

static struct rig rig;
static struct twin *twin;
static struct slot slot[RIG_CHILDREN];
static uint64_t uids;
static struct frond_desc before; /* of the child that a call is about */
static char why[400];

#define WRONG(...) (snprintf(why, sizeof why, __VA_ARGS__), false)

/* ---- The abstraction ------------------------------------------------------------------------- */

/* The cells for size bytes at an address: data if one area holds them all; 0, metadata, if some are nk's own;
 * else behind the end. */
static uint64_t cell_of(uint64_t base, uint64_t size) {
    uint64_t cell = twin_data(twin);

    for (int k = 0; k < NK_AREAS; k++) {
        struct nk_area a = rig.layout.area[k];

        for (uint64_t page = 0; page < a.pages; page++, cell += WORDS) {
            if (a.base + page * RIG_PAGE_SIZE == base && size / RIG_PAGE_SIZE <= a.pages - page)
                return cell;
        }
    }
    for (uint64_t page = 0; page < RIG_OWN; page++) {
        uint64_t at = RIG_OWN_AT + page * RIG_PAGE_SIZE;

        if (at - base < size) /* base <= at, for no span here is long */
            return 0;
    }
    return twin_end(twin);
}

static uint64_t map_of(uint64_t child) { return twin_maps(twin) + 7 * slot[child].first; }

static uint64_t virtual_of(uint64_t map, uint64_t base) {
    return base / 8 + (map == NK_NP ? NP_ABOVE : 0);
}

static bool gap(uint64_t flags) { return (flags & LETS) == 0; }

static uint64_t perm_of(uint64_t flags) {
    return ((flags & (FROND_R | FROND_X)) != 0 ? TWIN_R : 0) |
           ((flags & FROND_W) != 0 ? TWIN_W : 0) | ((flags & FROND_SHARED) != 0 ? TWIN_SHARED : 0);
}

static struct twin_entry entry_of(uint64_t map, const struct frond_range *r) {
    return (struct twin_entry){virtual_of(map, r->base), r->size / 8,
                               gap(r->flags) ? twin_data(twin) : cell_of(r->target, r->size),
                               perm_of(r->flags)};
}

/* Entries of the model for one mode of a child, or for its only table. */
static uint64_t entries(uint64_t child, uint64_t map, struct twin_entry *out) {
    uint64_t n = 0;
    struct twin_entry e;

    for (uint64_t k = 0; twin_entry(twin, map_of(child), k, &e); k++) {
        if ((e.virtual >= NP_ABOVE) == (map == NK_NP))
            out[n++] = e;
    }
    return n;
}

/* ---- What is expected of a call, which the model makes too --------------------------------------- */

static bool span_ok(uint64_t base, uint64_t size) {
    return base % RIG_PAGE_SIZE == 0 && size % RIG_PAGE_SIZE == 0 && size != 0 &&
           base + (size - 1) >= base;
}

/* Where pages go in units: whole ones. */
static bool units_ok(uint64_t base, uint64_t size) {
    return base < RIG_COARSE_AT || base - RIG_COARSE_AT >= RIG_COARSE * RIG_PAGE_SIZE ||
           size > RIG_COARSE * RIG_PAGE_SIZE - (base - RIG_COARSE_AT) ||
           (base % (RIG_UNIT * RIG_PAGE_SIZE) == 0 && size % (RIG_UNIT * RIG_PAGE_SIZE) == 0);
}

static const char *no_table(uint64_t child, uint64_t map) {
    if (child >= RIG_CHILDREN || !slot[child].lives)
        return "notChild";
    return slot[child].two == (map == NK_P || map == NK_NP) && map <= NK_BOTH ? NULL : "notMap";
}

static const char *expect_declare(const uint64_t *a) {
    uint64_t start = cell_of(a[0], a[1]), type = a[2];
    const char *said;

    if (type == 0 || type > NK_LOGGED)
        return "badType";
    if (!span_ok(a[0], a[1]) || !units_ok(a[0], a[1]))
        return "badRange";
    if (type != NK_KEPT && start >= twin_data(twin) &&
        (a[0] < RIG_MEMORY_AT || a[0] + a[1] > RIG_MEMORY_AT + RIG_OBJECTS * RIG_PAGE_SIZE))
        start = twin_end(twin);
    said = twin_declare(twin, start, start + a[1] / 8, type == NK_KEPT ? TWIN_KEPT : type);
    if (type == NK_KEPT && strcmp(said, "ok") == 0 && a[0] >= RIG_MEMORY_AT &&
        a[0] < RIG_MEMORY_AT + RIG_OBJECTS * RIG_PAGE_SIZE) {
        uint64_t *w =
            rig.arrays.word + (a[0] - RIG_MEMORY_AT) / 8; /* the model has a header there */

        w[0] = a[1] / 8;
        w[1] = TWIN_KEPT;
        w[2] = 0;
    }
    return said;
}

static const char *expect_undeclare(const uint64_t *a) {
    uint64_t cell = a[0] % RIG_PAGE_SIZE == 0 ? cell_of(a[0], RIG_PAGE_SIZE) : 0;
    bool kept = cell >= twin_data(twin) && twin_type(twin, cell) == TWIN_KEPT;
    const char *said = twin_undeclare(twin, cell);

    if (kept && strcmp(said, "ok") == 0 && a[0] >= RIG_MEMORY_AT &&
        a[0] < RIG_MEMORY_AT + RIG_OBJECTS * RIG_PAGE_SIZE)
        memset(rig.arrays.word + (a[0] - RIG_MEMORY_AT) / 8, 0, 24);
    return said;
}

static const char *expect_put(const uint64_t *a) {
    return twin_put(twin, a[0] % RIG_PAGE_SIZE == 0 ? cell_of(a[0], RIG_PAGE_SIZE) : 0, a[1], a[2]);
}

static const char *expect_create(const uint64_t *a) {
    uint64_t child = a[0], n, at;
    const char *said;

    if (child >= RIG_CHILDREN)
        return "notChild";
    if (slot[child].lives)
        return "inUse";
    if (a[1] == UINT64_MAX)
        return "badField";
    if (a[3] == 0 || a[2] > RIG_RANGES || a[3] > RIG_RANGES - a[2] ||
        a[4] > RIG_RANGES - a[2] - a[3])
        return "outside";
    n = a[3] + a[4];
    at = twin_maps(twin) + 7 * a[2];
    said = twin_declare(twin, at, at + 7 * n, TWIN_MAP);
    if (strcmp(said, "ok") == 0)
        slot[child] = (struct slot){true, a[4] != 0, a[2], a[3], a[4], a[1], ++uids};
    return said;
}

static const char *expect_destroy(const uint64_t *a) {
    struct twin_entry e;

    if (a[0] >= RIG_CHILDREN || !slot[a[0]].lives)
        return "notChild";
    while (twin_entry(twin, map_of(a[0]), 0, &e)) {
        const char *said = twin_unmap(twin, map_of(a[0]), e.virtual);

        if (strcmp(said, "ok") != 0)
            return said;
    }
    slot[a[0]].lives = false;
    return twin_undeclare(twin, map_of(a[0]));
}

static const char *expect_reset(const uint64_t *a) {
    if (a[0] >= RIG_CHILDREN || !slot[a[0]].lives)
        return "notChild";
    slot[a[0]].uid = ++uids;
    return "ok";
}

/* Where a field is in the descriptor, how many there are, and of how many bytes. */
static const struct field {
    size_t at;
    unsigned n, bytes;
} fields[NK_FIELD_END] = {
#define D(name, n, bytes)                                                                          \
    { offsetof(struct frond_desc, name), n, bytes }
    [NK_FIELD_ANSWER] = {0, 3, 8},
    [NK_FIELD_BUDGET] = D(budget, 1, 8),
    [NK_FIELD_CLOCK] = D(clock, 1, 8),
    [NK_FIELD_EPOCH] = D(epoch, 1, 8),
    [NK_FIELD_LINES] = D(lines, 1, 4),
    [NK_FIELD_PC] = D(pc, 1, 8),
    [NK_FIELD_X] = D(x, 32, 8),
    [NK_FIELD_F] = D(f, 32, 8),
    [NK_FIELD_FCSR] = D(csr.fcsr, 1, 8),
    [NK_FIELD_MEDELEG] = D(csr.medeleg, 1, 8),
    [NK_FIELD_MIDELEG] = D(csr.mideleg, 1, 8),
    [NK_FIELD_MIE] = D(csr.mie, 1, 8),
    [NK_FIELD_MIP] = D(csr.mip, 1, 8),
    [NK_FIELD_MTVEC] = D(csr.mtvec, 1, 8),
    [NK_FIELD_MSCRATCH] = D(csr.mscratch, 1, 8),
    [NK_FIELD_MEPC] = D(csr.mepc, 1, 8),
    [NK_FIELD_MCAUSE] = D(csr.mcause, 1, 8),
    [NK_FIELD_MTVAL] = D(csr.mtval, 1, 8),
    [NK_FIELD_MCOUNTEREN] = D(csr.mcounteren, 1, 8),
    [NK_FIELD_MCOUNTINHIBIT] = D(csr.mcountinhibit, 1, 8),
    [NK_FIELD_MENVCFG] = D(csr.menvcfg, 1, 8),
    [NK_FIELD_STVEC] = D(csr.stvec, 1, 8),
    [NK_FIELD_SSCRATCH] = D(csr.sscratch, 1, 8),
    [NK_FIELD_SEPC] = D(csr.sepc, 1, 8),
    [NK_FIELD_SCAUSE] = D(csr.scause, 1, 8),
    [NK_FIELD_STVAL] = D(csr.stval, 1, 8),
    [NK_FIELD_SCOUNTEREN] = D(csr.scounteren, 1, 8),
    [NK_FIELD_SENVCFG] = D(csr.senvcfg, 1, 8),
    [NK_FIELD_SATP] = D(csr.satp, 1, 8),
    [NK_FIELD_STIMECMP] = D(csr.stimecmp, 1, 8),
    [NK_FIELD_MCYCLE_OFFSET] = D(csr.mcycle_offset, 1, 8),
    [NK_FIELD_MINSTRET] = D(csr.minstret, 1, 8),
    [NK_FIELD_PMPADDR] = D(csr.pmpaddr, 16, 8),
    [NK_FIELD_PMPCFG] = D(csr.pmpcfg, 16, 1),
#undef D
};

static const char *expect_set(const uint64_t *a) {
    if (a[0] >= RIG_CHILDREN || !slot[a[0]].lives)
        return "notChild";
    if (a[1] >= NK_FIELD_END || a[2] >= fields[a[1]].n || (a[1] == NK_FIELD_X && a[2] == 0) ||
        (fields[a[1]].bytes < 8 && a[3] >> (8 * fields[a[1]].bytes) != 0))
        return "badField";
    return "ok";
}

static const char *expect_grant(const uint64_t *a) {
    struct frond_range r = {a[2], a[3], a[4], a[5]};
    struct twin_entry e, all[RIG_RANGES + 1];
    const char *said = no_table(a[0], a[1]);

    if (said != NULL)
        return said;
    if (!span_ok(r.base, r.size) || !span_ok(r.target, r.size) || r.flags > FROND_FLAGS ||
        (!gap(r.flags) && !units_ok(r.target, r.size)))
        return "badRange";
    e = entry_of(a[1], &r);
    said = twin_map(twin, map_of(a[0]), &e);
    if (strcmp(said, "ok") == 0 &&
        entries(a[0], a[1], all) > (a[1] == NK_NP ? slot[a[0]].room_np : slot[a[0]].room)) {
        twin_unmap(twin, map_of(a[0]), e.virtual); /* its table has one size for both modes */
        return "full";
    }
    return said;
}

static const char *expect_revoke(const uint64_t *a) {
    const char *said = no_table(a[0], a[1]);

    if (said != NULL)
        return said;
    return a[2] % 8 == 0 ? twin_unmap(twin, map_of(a[0]), virtual_of(a[1], a[2])) : "unmapped";
}

static const char *expect_point(const uint64_t *a) {
    struct twin_entry was = {0}, e;
    struct frond_range r;
    bool there = false;
    const char *said = no_table(a[0], a[1]);

    if (said != NULL)
        return said;
    for (uint64_t k = 0; !there && twin_entry(twin, map_of(a[0]), k, &was); k++)
        there = a[2] % 8 == 0 && was.virtual == virtual_of(a[1], a[2]);
    if (!there)
        return "unmapped";
    r = (struct frond_range){a[2], was.length * 8, a[3], a[4]};
    if (!span_ok(r.target, r.size) || r.flags > FROND_FLAGS ||
        (!gap(r.flags) && !units_ok(r.target, r.size)))
        return "badRange";
    e = entry_of(a[1], &r);
    twin_unmap(twin, map_of(a[0]), was.virtual);
    said = twin_map(twin, map_of(a[0]), &e);
    if (strcmp(said, "ok") != 0 && strcmp(twin_map(twin, map_of(a[0]), &was), "ok") != 0)
        return "the model lost an entry";
    return said;
}

/* ---- States ---------------------------------------------------------------------------------- */

static int by_virtual(const void *a, const void *b) {
    const struct twin_entry *x = a, *y = b;

    return (x->virtual > y->virtual) - (x->virtual < y->virtual);
}

static bool same_table(uint64_t child, uint64_t map) {
    const struct nk_table *t = &rig.nk->child[child].map[map == NK_NP];
    struct twin_entry all[RIG_RANGES + 1];
    uint64_t n = entries(child, map, all);

    qsort(all, n, sizeof *all, by_virtual);
    if ((uint64_t)t->count != n)
        return WRONG("child %" PRIu64 ": %d ranges, the model has %" PRIu64, child, t->count, n);
    for (uint64_t i = 0; i < n; i++) {
        struct frond_range r = rig.nk->range[t->first + i];
        struct twin_entry e = entry_of(map, &r);

        if (gap(r.flags) && (all[i].perm & (TWIN_R | TWIN_W)) == 0)
            e.target = all[i].target; /* nowhere */
        if (memcmp(&e, &all[i], sizeof e) != 0)
            return WRONG("child %" PRIu64 ": entry %" PRIu64 " is not the model's", child, i);
    }
    return true;
}

static bool same_child(uint64_t c) {
    const struct slot *s = &slot[c];
    const struct nk_child *n = &rig.nk->child[c];

    if ((n->lives != 0) != s->lives)
        return WRONG("child %" PRIu64 " lives and does not", c);
    if (!s->lives)
        return true;
    if ((uint64_t)n->map[NK_P].first != s->first || (uint64_t)n->map[NK_P].room != s->room ||
        (uint64_t)n->map[NK_NP].room != s->room_np || rig.nk->desc[c].label != s->label ||
        rig.nk->desc[c].uid != s->uid)
        return WRONG("child %" PRIu64 " is not as created", c);
    return s->two ? same_table(c, NK_P) && same_table(c, NK_NP) : same_table(c, NK_BOTH);
}

/* A page's record against all entries of the model. */
static bool same_page(uint64_t page) {
    const struct nk_page *p =
        &rig.nk->page[page < RIG_FINE ? page : RIG_FINE + (page - RIG_FINE) / RIG_UNIT];
    uint64_t cell = twin_data(twin) + page * WORDS, maps = 0, type = twin_type(twin, cell);
    struct twin_entry e;

    if (p->type != (type == TWIN_KEPT ? NK_KEPT : type))
        return WRONG("page %" PRIu64 " has type %u, the model's %" PRIu64, page, p->type, type);
    for (uint64_t c = 0; c < RIG_CHILDREN; c++) {
        for (uint64_t k = 0; slot[c].lives && twin_entry(twin, map_of(c), k, &e); k++) {
            if ((e.perm & (TWIN_R | TWIN_W)) == 0 || cell < e.target || cell - e.target >= e.length)
                continue;
            maps++;
            if (p->shared != ((e.perm & TWIN_SHARED) != 0) || (p->shared == 0 && p->owner != c))
                return WRONG("page %" PRIu64 ": not owned as in the model", page);
        }
    }
    return p->maps == maps ||
           WRONG("page %" PRIu64 ": %u maps, the model has %" PRIu64, page, p->maps, maps);
}

static bool same_state(void) {
    const char *wrong = nk_check(rig.nk);

    if (wrong != NULL)
        return WRONG("nk_check: %s", wrong);
    for (uint64_t c = 0; c < RIG_CHILDREN; c++) {
        if (!same_child(c))
            return false;
    }
    for (uint64_t p = 0; p < RIG_PAGES; p++) {
        if (!same_page(p))
            return false;
    }
    return memcmp(rig.arrays.word, twin_cells(twin, cell_of(RIG_MEMORY_AT, RIG_PAGE_SIZE)),
                  RIG_WORDS * 8) == 0 ||
           WRONG("words of objects are not the model's");
}

/* A field was set: nothing else of its descriptor changed. */
static bool only_field(const uint64_t *a) {
    struct frond_desc now = before;
    const struct field *f = &fields[a[1]];

    if (a[1] == NK_FIELD_ANSWER) {
        now.resume = (uint32_t)a[2];
        now.value = a[3];
    } else {
        memcpy((char *)&now + f->at + a[2] * f->bytes, &a[3], f->bytes); /* little endian */
    }
    return memcmp(&now, &rig.nk->desc[a[0]], sizeof now) == 0 ||
           WRONG("the descriptor is not as it was, with the field set");
}

/* A hart at reset, whose tables are those of nk->child. */
static bool at_reset(uint64_t c) {
    struct frond_desc d = {.magic = FROND_MAGIC,
                           .version = FROND_ABI_VERSION,
                           .label = slot[c].label,
                           .uid = slot[c].uid};
    const struct nk_table *t = rig.nk->child[c].map;

    d.map_p = (struct frond_map){rig.at.range + 32 * (uint64_t)t[0].first, (uint64_t)t[0].count};
    d.map_np = slot[c].two ? (struct frond_map){rig.at.range + 32 * (uint64_t)t[1].first,
                                                (uint64_t)t[1].count}
                           : d.map_p;
    return memcmp(&d, &rig.nk->desc[c], sizeof d) == 0 || WRONG("not a hart at reset");
}

/* ---- Random calls ---------------------------------------------------------------------------- */

static uint64_t seed;

static uint64_t below(uint64_t n) { return rig_random(&seed) % n; }
static bool once_in(uint64_t n) { return below(n) == 0; }

/* Addresses in the areas and just beyond; most in one place, where they meet. */
static uint64_t target(void) {
    static const uint64_t bases[] = {RIG_WINDOW_AT, RIG_MEMORY_AT,  RIG_MEMORY_AT,
                                     RIG_MEMORY_AT, RIG_ARCHIVE_AT, RIG_COARSE_AT};
    uint64_t base = bases[below(6)];

    switch (below(40)) {
    case 0: return base - RIG_PAGE_SIZE;
    case 1: return RIG_OWN_AT + below(RIG_OWN) * RIG_PAGE_SIZE;
    case 2: return rig_random(&seed) & ~(RIG_PAGE_SIZE - 1);
    case 3: return base + 8 * below(1024);
    case 4: return 0 - RIG_PAGE_SIZE * (1 + below(2));
    default: break;
    }
    if (base == RIG_COARSE_AT && !once_in(4))
        return base + below(2) * RIG_UNIT * RIG_PAGE_SIZE;
    return base + below(base == RIG_MEMORY_AT ? RIG_MEMORY + 1 : 4) * RIG_PAGE_SIZE;
}

static uint64_t virtual(void) {
    switch (below(30)) {
    case 0: return 0 - RIG_PAGE_SIZE * (1 + below(3));
    case 1: return 8 * below(4096);
    default: return below(20) * RIG_PAGE_SIZE;
    }
}

static uint64_t size(void) {
    switch (below(40)) {
    case 0: return 0;
    case 1: return below(3 * RIG_PAGE_SIZE);
    case 2: return RIG_PAGE_SIZE * below(12);
    case 3:
    case 4:
    case 5: return RIG_PAGE_SIZE * RIG_UNIT * (1 + below(2));
    default: return RIG_PAGE_SIZE * (1 + below(3) * below(2));
    }
}

static uint64_t flags(void) {
    static const uint64_t often[] = {0, 3, 7, 7, 5, 9, 11, 13, 15, 15};

    return once_in(3) ? below(18) : often[below(10)];
}

static uint64_t child(void) { return once_in(40) ? RIG_CHILDREN + below(2) : below(RIG_CHILDREN); }

/* Mostly one that the child has. */
static uint64_t table(uint64_t c) {
    if (c >= RIG_CHILDREN || once_in(20))
        return below(4);
    return slot[c].two ? below(2) : NK_BOTH;
}

/* A base that a range of the child begins at, if chance will have it. */
static uint64_t some_base(uint64_t c, uint64_t map) {
    struct twin_entry all[RIG_RANGES + 1];
    uint64_t n;

    if (c >= RIG_CHILDREN || !slot[c].lives || once_in(8))
        return virtual();
    n = entries(c, map, all);
    return n == 0 ? virtual() : (all[below(n)].virtual & ~NP_ABOVE) * 8;
}

static uint64_t object(void) {
    return once_in(30) ? target() + below(2)
                       : RIG_MEMORY_AT + below(once_in(4) ? 12 : RIG_OBJECTS) * RIG_PAGE_SIZE;
}

/* An index that something can be put at, if chance will have it. */
static uint64_t put_index(uint64_t at) {
    uint64_t word =
        at - RIG_MEMORY_AT < RIG_WORDS * 8 && at % 8 == 0 ? (at - RIG_MEMORY_AT) / 8 : 0;

    if (once_in(4) && rig.arrays.word[word + 1] == NK_APPEND_ONLY)
        return rig.arrays.word[word + 3];
    return once_in(5) ? below(1200) : below(8);
}

static void random_args(uint64_t call, uint64_t *a) {
    a[0] = child();
    switch (call) {
    case NK_CALL_DECLARE:
        a[0] = once_in(4) ? target() : object();
        a[1] = size();
        a[2] = below(7);
        break;
    case NK_CALL_UNDECLARE: a[0] = object(); break;
    case NK_CALL_PUT:
        a[0] = object();
        a[1] = put_index(a[0]);
        a[2] = rig_random(&seed);
        break;
    case NK_CALL_CHILD_CREATE:
        a[1] = once_in(20) ? UINT64_MAX : below(9);
        a[2] = below(once_in(8) ? 60 : 36);
        a[3] = below(once_in(8) ? 60 : 7);
        a[4] = once_in(2) ? 0 : below(6);
        break;
    case NK_CALL_CHILD_SET:
        a[1] = below(NK_FIELD_END + 1);
        a[2] = once_in(3) ? below(34) : 0;
        a[3] = rig_random(&seed) >> (once_in(2) ? 60 : below(64));
        break;
    case NK_CALL_GRANT:
        a[1] = table(a[0]);
        a[2] = virtual();
        a[3] = size();
        a[4] = target();
        a[5] = flags();
        break;
    case NK_CALL_REVOKE:
        a[1] = table(a[0]);
        a[2] = some_base(a[0], a[1]);
        break;
    case NK_CALL_POINT:
        a[1] = table(a[0]);
        a[2] = some_base(a[0], a[1]);
        a[3] = target();
        a[4] = flags();
        break;
    default: break;
    }
}

/* ---- The table of calls ------------------------------------------------------------------------ */

/* How often, what is expected, and every refusal that must come up. */
static const struct row {
    const char *name;
    unsigned often;
    const char *(*expect)(const uint64_t *arg);
    const char *codes;
} rows[NK_CALL_END] = {
    [NK_CALL_DECLARE] = {"declare", 8, expect_declare,
                         "ok badType badRange own outside overlap inUse"},
    [NK_CALL_UNDECLARE] = {"undeclare", 4, expect_undeclare, "ok notObject inUse"},
    [NK_CALL_PUT] = {"put", 16, expect_put, "ok notObject own sealed outside already notNext full"},
    [NK_CALL_CHILD_CREATE] = {"child_create", 5, expect_create,
                              "ok notChild inUse badField outside overlap"},
    [NK_CALL_CHILD_DESTROY] = {"child_destroy", 1, expect_destroy, "ok notChild"},
    [NK_CALL_CHILD_RESET] = {"child_reset", 1, expect_reset, "ok notChild"},
    [NK_CALL_CHILD_SET] = {"child_set", 5, expect_set, "ok notChild badField"},
    [NK_CALL_GRANT] = {"grant", 40, expect_grant,
                       "ok notChild notMap badRange own outside readOnly overlap taken full"},
    [NK_CALL_REVOKE] = {"revoke", 8, expect_revoke, "ok notChild notMap unmapped"},
    [NK_CALL_POINT] = {"point", 24, expect_point,
                       "ok notChild notMap unmapped badRange own outside readOnly taken"},
};

static uint64_t met[NK_CALL_END][NK_STATUSES];

static uint64_t random_call(void) {
    unsigned all = 0, k;

    for (int i = 0; i < NK_CALL_END; i++)
        all += rows[i].often;
    k = (unsigned)below(all);
    for (uint64_t call = 0;; call++) {
        if (k < rows[call].often)
            return call;
        k -= rows[call].often;
    }
}

/* Now and then one log gets all puts, until it must be full. */
static unsigned burst;
static uint64_t burst_at;

static uint64_t next_call(uint64_t *a) {
    uint64_t call = burst > 0 ? (uint64_t)NK_CALL_PUT : random_call();

    random_args(call, a);
    if (burst > 0) {
        burst--;
        a[0] = burst_at;
        a[1] = below(150);
    } else if (call == NK_CALL_PUT && once_in(8) && (a[0] - RIG_MEMORY_AT) < RIG_WORDS * 8 &&
               rig.nk->page[RIG_WINDOWS + (a[0] - RIG_MEMORY_AT) / RIG_PAGE_SIZE].type ==
                   NK_LOGGED) {
        burst = 180;
        burst_at = a[0] & ~(RIG_PAGE_SIZE - 1);
    }
    return call;
}

/* A look-up anywhere, in the table of the call before or another. */
static bool same_find(uint64_t c, uint64_t map) {
    uint64_t addr = virtual() + below(RIG_PAGE_SIZE), index = 0, page = addr / RIG_PAGE_SIZE;
    struct twin_entry all[RIG_RANGES + 1];
    const char *expected = no_table(c, map);
    uint64_t n = expected == NULL ? entries(c, map, all) : 0, at = UINT64_MAX;
    enum nk_status status = nk_find(rig.nk, c, map, addr, &index);

    for (uint64_t i = 0; i < n; i++) {
        uint64_t first = (all[i].virtual & ~NP_ABOVE) / WORDS;

        if (page >= first && page - first < all[i].length / WORDS)
            at = first * RIG_PAGE_SIZE;
    }
    if (expected == NULL)
        expected = at == UINT64_MAX ? "unmapped" : "ok";
    if (strcmp(nk_status_name(status), expected) != 0 ||
        (status == NK_OK && rig.nk->range[index].base != at))
        return WRONG("nk_find of %" PRIx64 " is %s, expected %s", addr, nk_status_name(status),
                     expected);
    return true;
}

static bool one_call(void) {
    uint64_t a[NK_ARGS] = {0}, call = next_call(a);
    const char *expected, *said;
    enum nk_status status;

    if (a[0] < RIG_CHILDREN)
        before = rig.nk->desc[a[0]];
    expected = rows[call].expect(a); /* may write, as the client, to what is kept */
    if (strcmp(expected, "metadata") == 0)
        expected = "own";
    rig_note(&rig);
    status = nk_call(rig.nk, call, a);
    said = nk_status_name(status);
    if (said == NULL || strcmp(said, expected) != 0)
        return WRONG("%s(%" PRIx64 ", %" PRIx64 ", %" PRIx64 ", %" PRIx64 ", %" PRIx64 ", %" PRIx64
                     "): %s, expected %s",
                     rows[call].name, a[0], a[1], a[2], a[3], a[4], a[5], said, expected);
    met[call][status]++;
    if (status != NK_OK && !rig_unchanged(&rig))
        return WRONG("%s was refused, and changed something", rows[call].name);
    if (status == NK_OK && call == NK_CALL_CHILD_SET && !only_field(a))
        return false;
    if (status == NK_OK && (call == NK_CALL_CHILD_CREATE || call == NK_CALL_CHILD_RESET) &&
        !at_reset(a[0]))
        return false;
    return same_state() && same_find(a[0], a[1]);
}

/* A run from the start. */
static bool run(uint64_t first_seed, uint64_t calls) {
    bool good = true;
    uint64_t n = 0;

    seed = first_seed;
    uids = burst = 0;
    memset(slot, 0, sizeof slot);
    rig_start(&rig, first_seed);
    twin = twin_new(RIG_CHILDREN + RIG_PAGES, 7 * RIG_RANGES, RIG_PAGES * WORDS);
    if (twin == NULL)
        exit(2);
    for (int i = 0; i < RIG_WORDS; i++)
        twin_poke(twin, cell_of(RIG_MEMORY_AT, RIG_PAGE_SIZE) + (uint64_t)i, rig.arrays.word[i]);
    good = same_state();
    for (; good && n < calls; n++)
        good = one_call() && (n % 16 != 0 || twin_ok(twin) || WRONG("the model breaks K1 to K4"));
    if (!good)
        printf("FAIL agree --seed %" PRIu64 ", call %" PRIu64 ": %s\n", first_seed, n, why);
    twin_free(twin);
    rig_end(&rig);
    return good;
}

/* Each code of the table came up, and no other. */
static uint64_t never_met(void) {
    uint64_t missing = 0;

    for (int c = 0; c < NK_CALL_END; c++) {
        for (int s = 0; s < NK_STATUSES; s++) {
            char list[128], name[32];

            snprintf(list, sizeof list, " %s ", rows[c].codes);
            snprintf(name, sizeof name, " %s ", nk_status_name((uint64_t)s));
            if ((strstr(list, name) != NULL) == (met[c][s] > 0))
                continue;
            missing++;
            printf("FAIL %s:%scame up %" PRIu64 " times\n", rows[c].name, name, met[c][s]);
        }
    }
    return missing;
}

int main(int argc, char **argv) {
    uint64_t calls = 20000, first = 1975, passed = 0, failed = 0;

    for (int i = 1; i < argc; i += 2) {
        char *end = argv[i];
        uint64_t *to = strcmp(argv[i], "--calls") == 0  ? &calls
                       : strcmp(argv[i], "--seed") == 0 ? &first
                                                        : NULL;

        if (to != NULL && i + 1 < argc)
            *to = strtoull(argv[i + 1], &end, 0);
        if (to == NULL || i + 1 == argc || *end != 0) {
            fprintf(stderr, "usage: agree [--seed N] [--calls N]\n");
            return 2;
        }
    }
    for (uint64_t done = 0; done < calls; done += RUN) {
        bool good = run(first + done / RUN, calls - done < RUN ? calls - done : RUN);

        passed += good;
        failed += !good;
    }
    if (failed == 0)
        failed = calls < 20000 ? 0 : never_met();
    printf("agree: %" PRIu64 " calls in runs of %d from --seed %" PRIu64 "\n", calls, RUN, first);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    return failed != 0;
}
