// cross.c: the cross check of the memory model: random terms, evaluated by the C twin and by Maude.
//
//     cross --spec DIR --work DIR [--terms N] [--seed S] [--maude PROGRAM] [--verbose]
//
// Each term is sent to Maude as `red TERM == VALUE .`, VALUE being the C twin's answer, in constructors only.
// Any other result than true fails, with the term and both answers; so does an operation or one of its named
// refusals that never came up in a run of 20,000 terms or more, and one that the table does not name. The last
// line is `N passed, N failed`. The same seed gives the same terms.
#include "term.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 5000, COVERED = 20000, SHOWN = 10, TRIES = 24 };

struct cross {
    const char *spec, *work, *maude;
    unsigned long terms;
    bool verbose;
    uint64_t state; // of the random numbers
    bool sated;     // nothing is rare any more
    struct coverage seen;
    unsigned long passed, failed;
    char *text[BATCH]; // `TERM == VALUE` of a batch, in the order of Maude's answers
};

static _Noreturn void die(const char *what) {
    fprintf(stderr, "cross: %s\n", what);
    exit(2);
}

// ---- random numbers ----

static uint64_t rnd(struct cross *x) {
    uint64_t z = x->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t below(struct cross *x, uint64_t n) { return rnd(x) % n; }
static bool chance(struct cross *x, unsigned percent) { return below(x, 100) < percent; }

// A number next to a power of two, up to 64 bits, the last ones included.
static uint64_t edge(struct cross *x) {
    if (chance(x, 10))
        return UINT64_MAX - below(x, 4);
    uint64_t p = (uint64_t)1 << below(x, 64);
    return p - 1 + below(x, 3);
}

static uint64_t small(struct cross *x) { return below(x, 9); }

static uint64_t loc(struct cross *x) {
    unsigned r = (unsigned)below(x, 20);
    return r < 15 ? small(x) : r < 19 ? below(x, 40) : edge(x);
}

static uint64_t datum(struct cross *x) {
    unsigned r = (unsigned)below(x, 10);
    return r < 6 ? small(x) : r < 8 ? below(x, 300) : edge(x);
}

static uint64_t width(struct cross *x) { return chance(x, 70) ? 3 + below(x, 8) : below(x, 65); }

// ---- building terms ----

static struct term *gen(struct cross *x, enum type type, int depth);

static struct term *nat(uint64_t v) { return term_num(false, v); }

static struct term *op(const char *name, int count, struct term *const *arg) {
    const struct row *row = row_find(name, count);
    if (!row)
        die(name);
    struct term *t = term_new(row);
    for (int k = 0; k < count; k++)
        t->arg[k] = arg[k];
    return t;
}

#define OP(name, ...)                                                                              \
    op(name, (int)(sizeof((struct term *[]){__VA_ARGS__}) / sizeof(struct term *)),                \
       (struct term *[]){__VA_ARGS__})

static struct term *atom(const char *name) { return op(name, 0, NULL); }

static struct term *range(uint64_t lo, uint64_t hi) { return OP("range", nat(lo), nat(hi)); }

static struct term *fold(const char *name, struct term *t, struct term *more) {
    return t ? OP(name, t, more) : more;
}

static struct term *gen_perm(struct cross *x) {
    static const char *const name[] = {"none", "read", "write"};
    unsigned r = (unsigned)below(x, 10);
    return r < 7 ? OP("_|_", atom("read"), atom("write")) : atom(name[r % 3]);
}

// A bag of cells, mostly between lo and hi and of data up to most.
static struct term *gen_cells(struct cross *x, uint64_t lo, uint64_t hi, uint64_t count,
                              uint64_t most) {
    struct term *t = NULL;
    uint64_t at = lo;
    for (uint64_t k = 0; k < count; k++, at++) {
        uint64_t where = chance(x, 92) ? at : loc(x);
        if (where < hi || chance(x, 10))
            t = fold("_;_", t,
                     OP("_|=>_", nat(where), nat(chance(x, 97) ? below(x, most + 1) : datum(x))));
        at += chance(x, 20);
    }
    return t ? t : atom("cNil");
}

static struct term *gen_mem_at(struct cross *x, uint64_t base, uint64_t length) {
    struct term *bounds = range(base, base + length);
    uint64_t w = chance(x, 85) ? 1 + below(x, 8) : below(x, 65);
    uint64_t most = w < 8 ? mem_mask((unsigned)w) : 255;
    struct term *perm = chance(x, 60) ? OP("_|_", atom("read"), atom("write")) : gen_perm(x);
    return OP("mem", bounds, nat(w), perm, gen_cells(x, base, base + length, length, most));
}

static struct term *gen_mem(struct cross *x, int depth) {
    unsigned r = (unsigned)below(x, 10);
    if (depth <= 0 || r < 4)
        return gen_mem_at(x, below(x, 4), 1 + below(x, 6));
    if (r < 6)
        return OP("mem", gen(x, T_RANGE, 1), nat(width(x)), gen_perm(x), gen(x, T_CELL, 1));
    return NULL;
}

// Up to three memories, side by side but for a mistake; at says where they are.
static struct term *gen_memories(struct cross *x, struct mem_range at[3], size_t *count) {
    struct term *t = NULL;
    uint64_t base = below(x, 3);
    *count = 1 + below(x, 3);
    for (size_t k = 0; k < *count; k++) {
        at[k] = (struct mem_range){base, base + 1 + below(x, 5)};
        struct term *m = gen_mem_at(x, base, at[k].hi - base);
        t = fold("join", t, chance(x, 10) ? OP("roMem", m) : m);
        base = chance(x, 95) ? at[k].hi + below(x, 2) : base;
    }
    return t;
}

static struct term *gen_sys(struct cross *x) {
    struct mem_range at[3];
    size_t count;
    return gen_memories(x, at, &count);
}

// Maps over the memories, mostly side by side and into one memory each.
static struct term *gen_store(struct cross *x) {
    struct mem_range at[3];
    size_t count;
    struct term *t = OP("open", gen_memories(x, at, &count));
    uint64_t to = below(x, 2);
    for (uint64_t k = 2 + below(x, 3); k > 0; k--) {
        struct mem_range in = at[below(x, count)];
        uint64_t target = in.lo + below(x, in.hi - in.lo), length = 1 + below(x, in.hi - target);
        if (chance(x, 4))
            target = loc(x);
        bool odd = chance(x, 4);
        t = OP("smap", t, nat(odd ? loc(x) : to), nat(odd ? loc(x) : to + length), nat(target),
               gen_perm(x));
        to += length + below(x, 2);
    }
    return t;
}

// A process whose masks let most of the memory through.
static struct term *gen_comp(struct cross *x) {
    struct term *w = OP("wmask", range(below(x, 3), 3 + below(x, 8)));
    struct term *r = OP("rmask", range(below(x, 3), 3 + below(x, 8)));
    return OP("makeComp", gen_mem_at(x, below(x, 3), 1 + below(x, 6)), OP("makeProc", w, r));
}

// ---- frames: the generator runs the C twin beside, to know what would be accepted ----

static void write_cell(struct cross *x, struct term **t, struct nk_ram *r, uint64_t base,
                       uint64_t at, uint64_t v) {
    if (chance(x, 4))
        v = datum(x);
    *t = OP("frameWrite", *t, nat(base), nat(at), nat(v));
    (void)frame_write(r, base, at, v);
}

// A candidate of length cells at cell at of the frame at base; then it is taken in.
static struct term *add_frame(struct cross *x, struct term *t, struct nk_ram *r, uint64_t base,
                              uint64_t at, uint64_t length) {
    uint64_t table = r->cell[base + FRAME_TABLE];
    write_cell(x, &t, r, base, at, chance(x, 95) ? length : small(x));
    if (chance(x, 30))
        write_cell(x, &t, r, base, at + 1, small(x));
    if (chance(x, 8))
        write_cell(x, &t, r, base, at + 2, small(x));
    write_cell(x, &t, r, base, FRAME_HEADER + table, at);
    write_cell(x, &t, r, base, FRAME_HEADER + table + 1, at + length);
    return OP("addSub", t, nat(base));
}

// A frame that may have sub-frames, these others; wrong steps make it a refusal.
static struct term *gen_frame(struct cross *x) {
    uint64_t n = chance(x, 90) ? 12 + below(x, 10) : below(x, 8), w = 5 + below(x, 4);
    struct nk_ram r = {0};
    struct term *t = OP("newFrame", nat(n), nat(chance(x, 95) ? w : width(x)), nat(small(x)));
    if (frame_new(&r, n, (unsigned)w, 7))
        return t;
    uint64_t base = 0, end = n;
    for (uint64_t k = below(x, 4); k > 0; k--) {
        uint64_t room = r.cell[base + FRAME_WIDTH];
        uint64_t length = chance(x, 90) ? 3 + below(x, 5) : below(x, 3);
        uint64_t at = length < end ? end - length : 0;
        if (end > room || at >= room || base + room > n)
            break;
        t = add_frame(x, t, &r, base, at, chance(x, 88) ? length : length + 1 + below(x, 3));
        if (frame_add(&r, base))
            break;
        end = at - below(x, 2);
        if (length > 7 && chance(x, 60)) {
            base += at;
            end = length;
        }
    }
    frame_free(&r);
    return t;
}

// An operation on a frame that is there, mostly, at its edges, mostly.
static struct term *gen_frame_op(struct cross *x, const struct row *row) {
    struct term *t = term_new(row);
    t->arg[0] = gen_frame(x);
    bool dry = x->seen.dry;
    x->seen.dry = true;
    struct value v = term_eval(t->arg[0], &x->seen);
    x->seen.dry = dry;
    uint64_t base = 0, at = loc(x);
    if (v.kind == K_RAM && v.u.ram.n > FRAME_HEADER + 1 && chance(x, 85)) {
        const uint64_t *cell = v.u.ram.cell;
        if (cell[FRAME_TABLE] && chance(x, 60))
            base = cell[FRAME_HEADER + 2 * below(x, cell[FRAME_TABLE] / 2)];
        uint64_t edges[] = {cell[base + FRAME_WIDTH], FRAME_HEADER + cell[base + FRAME_TABLE],
                            cell[FRAME_HEADER], cell[FRAME_HEADER + 1], cell[FRAME_TABLE] / 2};
        at = chance(x, 20) ? small(x) : edges[below(x, 5)] + 1 - below(x, 2);
        at -= chance(x, 30) && at;
    }
    t->arg[1] = nat(chance(x, 95) ? base : loc(x));
    if (row->arg[2] != T_END)
        t->arg[2] = nat(at);
    if (row->arg[2] != T_END && row->arg[3] != T_END)
        t->arg[3] = nat(datum(x));
    return t;
}

// Cells of a frame with some sub-frames, one of them perhaps wrong.
static struct term *gen_candidate(struct cross *x) {
    uint64_t n = chance(x, 95) ? 8 + below(x, 12) : below(x, 5), subs = below(x, 3), end = n;
    uint64_t cell[32] = {n, small(x), 2 * subs};
    for (uint64_t k = 0; k < subs && end > 3 + 2 * subs + 4; k++) {
        uint64_t length = 3 + below(x, 2), at = end - length;
        cell[3 + 2 * k] = at;
        cell[4 + 2 * k] = end;
        cell[at] = length;
        end = chance(x, 90) ? at : at + 1;
    }
    if (chance(x, 60))
        cell[below(x, n + 1)] = small(x);
    struct term *t = NULL;
    for (uint64_t k = 0; k < n; k++)
        if (cell[k] || chance(x, 5))
            t = fold("_;_", t,
                     OP("_|=>_", nat(chance(x, 99) ? k : loc(x)),
                        nat(chance(x, 99) ? cell[k] : datum(x))));
    return OP("candidate", nat(n), nat(chance(x, 90) ? 6 : width(x)), t ? t : atom("cNil"));
}

// ---- the nested kernel ----

// The start of an object, of type 1 if a map is wanted; sometimes of none.
static uint64_t gen_object(struct cross *x, const struct nk_ram *r, bool map) {
    uint64_t subs = r->cell[FRAME_TABLE] / 2, start = below(x, 30);
    for (uint64_t tries = 0; tries < 6 && subs; tries++) {
        start = r->cell[FRAME_HEADER + 2 * below(x, subs)];
        if ((r->cell[start + FRAME_TYPE] == NK_MAP) == map)
            break;
    }
    return chance(x, 93) ? start : below(x, 30);
}

static struct nk_call gen_declare(struct cross *x, const struct nk_ram *r) {
    uint64_t lo = chance(x, 85) ? 5 + r->cell[FRAME_TABLE] + below(x, r->n / 2) : below(x, r->n);
    uint64_t length = 4 + below(x, 12);
    uint64_t type = chance(x, 50) ? NK_MAP : chance(x, 90) ? 1 + below(x, 5) : small(x);
    struct nk_call c = {NK_DECLARE, {lo, lo + length, type}};
    if (chance(x, 4))
        c.arg[1] = loc(x);
    return c;
}

static struct nk_call gen_map(struct cross *x, const struct nk_ram *r) {
    static const uint64_t perm[] = {3, 3, 3, 1, 1, 2, 7, 7, 5, 0, 4};
    struct nk_call c = {NK_DO_MAP, {gen_object(x, r, true), 0}};
    uint64_t length = chance(x, 90) ? 1 + below(x, 3) : loc(x);
    c.arg[1] = chance(x, 85) ? below(x, 12) : mem_mask(r->width) - below(x, 4);
    c.arg[2] = length;
    c.arg[3] = chance(x, 50) ? r->n - 1 - below(x, 6) : chance(x, 80) ? below(x, r->n) : loc(x);
    c.arg[4] = chance(x, 97) ? perm[below(x, sizeof perm / sizeof *perm)] : datum(x);
    return c;
}

static struct nk_call gen_put(struct cross *x, const struct nk_ram *r) {
    uint64_t obj = gen_object(x, r, false), at = below(x, 4);
    if (obj + 3 < r->n && chance(x, 50))
        at = r->cell[obj + FRAME_HEADER];
    return (struct nk_call){NK_PUT, {obj, at, chance(x, 80) ? small(x) : datum(x)}};
}

static struct nk_call gen_call(struct cross *x, const struct nk_ram *r) {
    uint64_t map = gen_object(x, r, true), at = chance(x, 90) ? below(x, 14) : loc(x);
    switch (below(x, 16)) {
    case 0:
    case 1:
    case 2: return gen_declare(x, r);
    case 3: return (struct nk_call){NK_UNDECLARE, {gen_object(x, r, chance(x, 50))}};
    case 4:
    case 5:
    case 6:
    case 7: return gen_map(x, r);
    case 8: return (struct nk_call){NK_DO_UNMAP, {map, at}};
    case 9:
    case 10:
    case 11: return gen_put(x, r);
    case 12: return (struct nk_call){NK_GET, {below(x, r->n + 2)}};
    case 13: return (struct nk_call){NK_POKE, {below(x, r->n + 2), datum(x)}};
    case 14: return (struct nk_call){NK_LOAD, {map, at}};
    default: return (struct nk_call){NK_STORE, {map, at, datum(x)}};
    }
}

static struct term *call_term(const struct nk_call *c) {
    static const struct {
        const char *name;
        int count;
    } form[NK_OPS] = {{"declare", 3}, {"undeclare", 1}, {"map", 5},  {"unmap", 2}, {"put", 3},
                      {"get", 1},     {"poke", 2},      {"load", 2}, {"stor", 3}};
    struct term *arg[MAX_ARGS];
    for (int k = 0; k < form[c->op].count; k++)
        arg[k] = nat(c->arg[k]);
    return op(form[c->op].name, form[c->op].count, arg);
}

static struct term *gen_run(struct cross *x) {
    uint64_t n = chance(x, 95) ? 24 + below(x, 16) : below(x, 6);
    uint64_t w = chance(x, 95) ? 6 + below(x, 3) : width(x);
    struct term *boot = OP("boot", nat(n), nat(w)), *calls = NULL;
    struct nk_ram r = {0};
    if (nkmodel_boot(&r, n, (unsigned)w))
        return OP("run", boot, atom("idle"));
    for (uint64_t k = 4 + below(x, 20); k > 0; k--) {
        struct nk_call c = chance(x, 2) ? gen_declare(x, &r) : gen_call(x, &r);
        calls = fold("_then_", calls, call_term(&c));
        (void)nkmodel_call(&r, &c);
    }
    frame_free(&r);
    return OP("run", boot, calls);
}

// The cells of a nested kernel after some calls, up to three of them changed: do its invariants still hold?
static struct term *gen_state(struct cross *x) {
    uint64_t n = 24 + below(x, 16), w = 6 + below(x, 3);
    struct nk_ram r = {0};
    struct term *t = NULL;
    if (nkmodel_boot(&r, n, (unsigned)w))
        die("no memory");
    for (uint64_t k = 4 + below(x, 20); k > 0; k--) {
        struct nk_call c = gen_call(x, &r);
        (void)nkmodel_call(&r, &c);
    }
    uint64_t at[3], v[3], changes = below(x, 4);
    for (uint64_t k = 0; k < changes; k++) {
        uint64_t start = gen_object(x, &r, chance(x, 70));
        at[k] = chance(x, 30) ? below(x, n) : (start + below(x, 12)) % n;
        v[k] = chance(x, 60) ? small(x) : below(x, n + 4);
    }
    for (uint64_t k = 0; k < changes; k++)
        r.cell[at[k]] = v[k];
    for (uint64_t k = 0; k < n; k++)
        if (r.cell[k])
            t = fold("_;_", t, OP("_|=>_", nat(k), nat(r.cell[k])));
    frame_free(&r);
    return OP("nkOk", OP("candidate", nat(n), nat(w), t ? t : atom("cNil")));
}

// ---- terms of any type ----

static struct term *gen_num(struct cross *x, enum type type) {
    switch (type) {
    case T_N: return nat(loc(x));
    case T_N1: return nat(1 + (chance(x, 70) ? below(x, 70) : edge(x) >> 1));
    case T_COUNT: return nat(below(x, 10));
    case T_FEW: return nat(chance(x, 80) ? below(x, 4) : below(x, 6));
    case T_DATUM: return nat(datum(x));
    case T_W: return nat(width(x));
    case T_W1: return nat(1 + below(x, chance(x, 50) ? 8 : 64));
    case T_INT: {
        uint64_t v = chance(x, 50) ? below(x, 20) : edge(x);
        bool negative = chance(x, 40) && v <= (uint64_t)1 << 63;
        return term_num(negative, v);
    }
    default: return NULL;
    }
}

// Generators of their own; null: by the table.
static struct term *gen_own(struct cross *x, enum type type, int depth) {
    switch (type) {
    case T_PERM: return depth > 0 && chance(x, 20) ? NULL : gen_perm(x);
    case T_CELL: return chance(x, 30) ? NULL : gen_cells(x, below(x, 3), 8, below(x, 4), 8);
    case T_MEM: return gen_mem(x, depth);
    case T_SYS: return gen_sys(x);
    case T_COMP: return depth > 0 && chance(x, 30) ? NULL : gen_comp(x);
    case T_STORE: return depth > 0 && chance(x, 30) ? NULL : gen_store(x);
    case T_FRAME: return depth > 0 && chance(x, 30) ? NULL : gen_frame(x);
    case T_RAW: return gen_candidate(x);
    case T_OUT: return gen_run(x);
    case T_CALLS: return atom("idle");
    default: return NULL;
    }
}

// Is a row good for a type, and, when depth is used up, without terms of that type below it?
static bool good(const struct row *row, enum type type, int depth) {
    bool bits = row->result == T_BITS || (row->result == T_BITMEM && type == T_BITANS);
    if (row->result != type && !(bits && (type == T_BITMEM || type == T_BITANS)))
        return false;
    for (int k = 0; depth <= 0 && row->arg[k] != T_END; k++)
        if (row->arg[k] == row->result || row->arg[k] == type)
            return false;
    return true;
}

static struct term *gen_row(struct cross *x, const struct row *row, int depth) {
    struct term *t = term_new(row);
    for (int k = 0; row->arg[k] != T_END; k++)
        t->arg[k] = gen(x, row->arg[k], depth - 1);
    return t;
}

static struct term *gen(struct cross *x, enum type type, int depth) {
    const struct row *choice[256];
    size_t count = 0;
    struct term *t = gen_num(x, type);
    if (!t)
        t = gen_own(x, type, depth);
    if (t)
        return t;
    for (size_t k = 0; k < row_count; k++)
        if (good(&rows[k], type, depth))
            choice[count++] = &rows[k];
    if (!count)
        die("no row for a type");
    return gen_row(x, choice[below(x, count)], depth);
}

// A term to test: any operation with arguments, rather those that may refuse; calls are run.
static struct term *gen_term(struct cross *x) {
    const struct row *row;
    do
        row = &rows[below(x, row_count)];
    while (!row_args(row) || (!*row->refusals && row->arg[0] < T_ANSWER && chance(x, 60)));
    if (row->result == T_CALLS || row->result == T_OUT)
        return gen_run(x);
    if (row->result == T_BOOL && row->arg[0] == T_RAW)
        return gen_state(x);
    if (row->arg[0] == T_FRAME)
        return gen_frame_op(x, row);
    return gen_row(x, row, 3);
}

// Does a list of words hold a word?
static bool names(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

// Has every refusal that the table names been met RARE times?
static bool sated(const struct cross *x) {
    for (size_t k = 0; k < row_count; k++)
        for (int r = MEM_OK + 1; r < MEM_REASON_END; r++)
            if (x->seen.refused[k][r] < RARE &&
                names(rows[k].refusals, mem_status_name((enum mem_status)r)))
                return false;
    return true;
}

// The first of a few terms that brings up a refusal seen seldom so far; the last if none does.
static struct term *gen_rare(struct cross *x) {
    struct term *t = NULL;
    x->seen.dry = true;
    x->seen.rare = false;
    for (int tries = 0; tries < TRIES && !x->seen.rare; tries++) {
        term_reset();
        t = gen_term(x);
        (void)term_eval(t, &x->seen);
    }
    x->seen.dry = false;
    return t;
}

// ---- Maude ----

static char *sentence(struct cross *x) {
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        die("no memory");
    const struct term *t = !x->sated && chance(x, 80) ? gen_rare(x) : gen_term(x);
    struct value v = term_eval(t, &x->seen);
    term_print(f, t);
    fputs(" == ", f);
    value_print(f, &v);
    fclose(f);
    term_reset();
    return text;
}

static FILE *maude_run(const struct cross *x, const char *file) {
    char command[4096];
    int length = snprintf(command, sizeof command, "%s -no-banner -no-wrap %s </dev/null 2>&1",
                          x->maude, file);
    if (length < 0 || (size_t)length >= sizeof command)
        die("a path is too long");
    FILE *p = popen(command, "r");
    if (!p)
        die("cannot run Maude");
    return p;
}

static FILE *maude_file(const struct cross *x, char *path, size_t size, const char *name) {
    snprintf(path, size, "%s/%s", x->work, name);
    FILE *f = fopen(path, "w");
    if (!f)
        die("cannot write into the work directory");
    fprintf(f, "load %s/model.maude\nset show command off .\nset show timing off .\n", x->spec);
    fputs("set show stats off .\nset print attribute off .\nselect MODEL .\n", f);
    return f;
}

// Term and answers of one difference: what Maude says to the left side alone.
static void show(const struct cross *x, const char *text) {
    char path[4096], line[8192];
    FILE *f = maude_file(x, path, sizeof path, "cross-one.maude");
    const char *equals = strstr(text, " == ");
    fprintf(f, "red %.*s .\nquit\n", (int)(equals - text), text);
    fclose(f);
    printf("DIFFER %.*s\n    C:     %s\n", (int)(equals - text), text, equals + 4);
    FILE *p = maude_run(x, path);
    while (fgets(line, sizeof line, p))
        printf("    Maude: %s", line);
    pclose(p);
}

static void judge(struct cross *x, unsigned long k, bool same) {
    if (same) {
        x->passed++;
        return;
    }
    if (x->failed++ < SHOWN)
        show(x, x->text[k]);
}

// Maude's answers come in order. One that is missing (a term that does not parse) spoils the batch.
static void compare(struct cross *x, FILE *p, unsigned long count) {
    char line[8192];
    unsigned long k = 0;
    while (fgets(line, sizeof line, p)) {
        if (!strncmp(line, "result ", 7) && k < count)
            judge(x, k++, !strcmp(line, "result Bool: true\n"));
        else if (strcmp(line, "Bye.\n"))
            printf("Maude says: %s", line);
    }
    if (k != count)
        printf("Maude answered %lu of %lu terms\n", k, count);
    x->failed += count - k;
}

static void batch(struct cross *x, unsigned long count) {
    char path[4096];
    FILE *f = maude_file(x, path, sizeof path, "cross.maude");
    for (unsigned long k = 0; k < count; k++) {
        x->sated = k % 256 ? x->sated : sated(x);
        x->text[k] = sentence(x);
        fprintf(f, "red %s .\n", x->text[k]);
    }
    fputs("quit\n", f);
    if (fclose(f))
        die("cannot write into the work directory");
    FILE *p = maude_run(x, path);
    compare(x, p, count);
    if (pclose(p)) {
        puts("Maude failed");
        x->failed++;
    }
    for (unsigned long k = 0; k < count; k++)
        free(x->text[k]);
}

// ---- coverage ----

static void missed(struct cross *x, const struct row *row, const char *what, bool fails) {
    if (fails || x->verbose)
        printf("%s %s/%d %s\n", fails ? "MISSED" : "not met", row->name, row_args(row), what);
    x->failed += fails;
}

// Each refusal is named by some operation.
static void reasons(struct cross *x) {
    for (int r = MEM_OK + 1; r < MEM_REASON_END; r++) {
        const char *reason = mem_status_name((enum mem_status)r);
        size_t k = 0;
        while (k < row_count && !names(rows[k].refusals, reason))
            k++;
        if (k == row_count) {
            printf("MISSED %s is no operation's refusal\n", reason);
            x->failed++;
        }
    }
}

static void coverage(struct cross *x) {
    bool full = x->terms >= COVERED;
    unsigned long pairs = 0;
    for (size_t k = 0; k < row_count; k++) {
        bool literal = rows[k].result == T_BOOL && !row_args(&rows[k]);
        if (!x->seen.calls[k] && !literal)
            missed(x, &rows[k], "was never evaluated", full);
        bool always = rows[k].arg[0] == T_OUT; // the invariants hold after any calls
        for (int b = 0; b < 2 && rows[k].result == T_BOOL && !literal; b++)
            if (x->seen.calls[k] && !x->seen.answered[k][b] && !(always && !b))
                missed(x, &rows[k], b ? "never true" : "never false", full);
        if (always && x->seen.answered[k][0])
            missed(x, &rows[k], "an invariant was broken", true);
        for (int r = MEM_OK + 1; r < MEM_REASON_END; r++) {
            const char *reason = mem_status_name((enum mem_status)r);
            unsigned long count = x->seen.refused[k][r];
            bool named = names(rows[k].refusals, reason);
            pairs += count > 0;
            if (named && !count)
                missed(x, &rows[k], reason, full);
            if (!named && count)
                missed(x, &rows[k], "refused what the table does not name", true);
            if (x->verbose && count)
                printf("%-12s %-12s %lu\n", rows[k].name, reason, count);
        }
    }
    printf("cross: %zu operations, %lu refusals of them met\n", row_count, pairs);
}

static void options(struct cross *x, int argc, char **argv, uint64_t *seed) {
    for (int k = 1; k < argc; k++) {
        const char *value = k + 1 < argc ? argv[k + 1] : "";
        if (!strcmp(argv[k], "--verbose")) {
            x->verbose = true;
            continue;
        }
        if (!strcmp(argv[k], "--spec"))
            x->spec = value;
        else if (!strcmp(argv[k], "--work"))
            x->work = value;
        else if (!strcmp(argv[k], "--maude"))
            x->maude = value;
        else if (!strcmp(argv[k], "--terms"))
            x->terms = strtoul(value, NULL, 10);
        else if (!strcmp(argv[k], "--seed"))
            *seed = strtoull(value, NULL, 0);
        else
            die("options: --spec DIR --work DIR [--terms N] [--seed S] [--maude PROGRAM] "
                "[--verbose]");
        k++;
    }
    x->spec = x->spec ? realpath(x->spec, NULL) : NULL; // Maude loads relative to its file
    x->work = x->work ? realpath(x->work, NULL) : NULL;
    if (!x->spec || !x->work || !x->terms)
        die("--spec and --work name directories, --terms is over 0");
}

int main(int argc, char **argv) {
    static struct cross x = {.maude = "maude", .terms = 20000};
    uint64_t seed = (uint64_t)time(NULL);
    options(&x, argc, argv, &seed);
    x.state = seed;
    printf("cross: %lu terms, --seed %" PRIu64 "\n", x.terms, seed);
    fflush(stdout);
    for (unsigned long done = 0; done < x.terms; done += BATCH)
        batch(&x, x.terms - done < BATCH ? x.terms - done : BATCH);
    coverage(&x);
    reasons(&x);
    printf("%lu passed, %lu failed\n", x.passed, x.failed);
    return x.failed != 0;
}
