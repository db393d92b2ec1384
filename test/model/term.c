// term.c: terms, their values and the table of operations; see term.h.
//
// Every eval function returns a value that it owns alone: arguments are cloned, never shared. term_eval keeps all
// values and term_reset frees them.
#include "term.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef const struct value *args;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "term: %s\n", what);
    exit(2);
}

// ---- constructors of values ----

static struct value truth(bool b) { return (struct value){K_BOOL, {.truth = b}}; }

static struct value num(uint64_t n) { return (struct value){K_NUM, {.num = {false, n}}}; }

static struct value integer(int64_t i) {
    return (struct value){K_NUM, {.num = {i < 0, i < 0 ? 0 - (uint64_t)i : (uint64_t)i}}};
}

static struct value refused(enum mem_status status) {
    if (status == MEM_NO_HOST)
        die("no memory");
    return (struct value){K_REFUSED, {.refused = status}};
}

static struct value refused_bits(enum mem_status status) {
    struct value v = refused(status);
    v.kind = K_NO;
    return v;
}

static void must(enum mem_status status) {
    if (status)
        die(mem_status_name(status));
}

static struct value cell(uint64_t loc, uint64_t datum) {
    struct value v = {.kind = K_CELL};
    must(mem_cells_add(&v.u.cells, loc, datum));
    return v;
}

// The answer of a read at loc.
static struct value seen(enum mem_status status, uint64_t loc, struct mem_seen s) {
    if (status)
        return refused(status);
    return s.there ? cell(loc, s.datum) : (struct value){.kind = K_CELL};
}

static uint64_t n(const struct value *v) { return v->u.num.size; }

static unsigned w(const struct value *v) {
    if (n(v) > 64)
        die("a width over 64");
    return (unsigned)n(v);
}

// An integer modulo 2^64.
static uint64_t i(const struct value *v) {
    return v->u.num.negative ? 0 - v->u.num.size : v->u.num.size;
}

static struct value value_clone(const struct value *v);

static struct value e_true(args a) {
    (void)a;
    return truth(true);
}
static struct value e_false(args a) {
    (void)a;
    return truth(false);
}

// ---- CELL ----

static struct value e_cnil(args a) {
    (void)a;
    return (struct value){.kind = K_CELL};
}
static struct value e_cell(args a) { return cell(n(a), n(a + 1)); }

static struct value e_cells(args a) {
    struct value v = value_clone(a);
    for (size_t k = 0; k < a[1].u.cells.n; k++)
        must(mem_cells_add(&v.u.cells, a[1].u.cells.at[k].loc, a[1].u.cells.at[k].datum));
    return v;
}

static struct value e_cells_read(args a) {
    struct mem_seen s = {0};
    return seen(mem_cells_read(&a[1].u.cells, n(a), &s), n(a), s);
}

static struct value e_distinct(args a) { return truth(mem_cells_distinct(&a->u.cells)); }
static struct value e_fits(args a) { return truth(mem_cells_fit(&a->u.cells, w(a + 1))); }

// ---- RANGE, PERMISSION ----

static struct value e_loc(args a) { return (struct value){K_LOC, {.loc = n(a)}}; }
static struct value e_below(args a) { return truth(a[0].u.loc < a[1].u.loc); }
static struct value e_upto(args a) { return truth(a[0].u.loc <= a[1].u.loc); }
static struct value e_nowhere(args a) {
    (void)a;
    return (struct value){.kind = K_RANGE};
}

static struct value e_range(args a) {
    struct value v = {.kind = K_RANGE};
    must(mem_ranges_add(&v.u.ranges, n(a), n(a + 1)));
    return v;
}

static struct value e_ranges(args a) {
    struct value v = value_clone(a);
    must(mem_ranges_join(&v.u.ranges, &a[1].u.ranges));
    return v;
}

static struct value e_in(args a) { return truth(mem_range_in(a[0].u.loc, &a[1].u.ranges)); }
static struct value e_size(args a) { return num(mem_ranges_size(&a->u.ranges)); }
static struct value e_ordered(args a) { return truth(mem_ranges_ordered(&a->u.ranges)); }
static struct value e_meets(args a) { return truth(mem_ranges_meet(&a->u.ranges, &a[1].u.ranges)); }

static struct value e_spans(args a) {
    return truth(mem_ranges_span(&a->u.ranges, n(a + 1), n(a + 2)));
}

static struct value perm(unsigned p) { return (struct value){K_PERM, {.perm = p}}; }
static struct value e_none(args a) {
    (void)a;
    return perm(0);
}
static struct value e_read(args a) {
    (void)a;
    return perm(MEM_READ);
}
static struct value e_write(args a) {
    (void)a;
    return perm(MEM_WRITE);
}
static struct value e_union(args a) { return perm(a[0].u.perm | a[1].u.perm); }
static struct value e_meet(args a) { return perm(a[0].u.perm & a[1].u.perm); }
static struct value e_allows(args a) { return truth(mem_allows(a[0].u.perm, a[1].u.perm)); }

// ---- MEM ----

static struct value make(const struct mem_ranges *r, unsigned width, unsigned p,
                         const struct mem_cells *c) {
    struct value v = {.kind = K_MEM};
    enum mem_status status = mem_make(&v.u.mem, r, width, p, c);
    return status ? refused(status) : v;
}

static struct value e_mem1(args a) {
    return make(&a->u.ranges, 64, MEM_READ | MEM_WRITE, &(struct mem_cells){0});
}

static struct value e_mem2(args a) {
    return make(&a->u.ranges, 64, MEM_READ | MEM_WRITE, &a[1].u.cells);
}

static struct value e_mem4(args a) {
    return make(&a->u.ranges, w(a + 1), a[2].u.perm, &a[3].u.cells);
}

// The clone v if the operation on it was accepted, else the refusal.
static struct value accepted(struct value v, enum mem_status status);

static struct value e_with(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_with(&v.u.mem, &a[1].u.cells);
    return accepted(v, status);
}

static struct value e_look(args a) {
    struct mem_seen s = {0};
    return seen(mem_look(&a[1].u.mem, n(a), &s), n(a), s);
}

static struct value restricted(args a, unsigned p) {
    struct value v = value_clone(a);
    mem_restrict(&v.u.mem, p);
    return v;
}

static struct value e_ro(args a) { return restricted(a, MEM_READ); }
static struct value e_wo(args a) { return restricted(a, MEM_WRITE); }
static struct value e_rw(args a) { return restricted(a, MEM_READ | MEM_WRITE); }

static struct value e_as(args a) {
    return accepted(value_clone(a), mem_as(&a->u.mem, a[1].u.perm));
}

static struct value e_read_mem(args a) {
    struct mem_seen s = {0};
    return seen(mem_read(&a->u.mem, n(a + 1), &s), n(a + 1), s);
}

static struct value e_write_mem(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_write(&v.u.mem, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_copy(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_copy(&v.u.mem, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value unary(enum mem_unary op) { return (struct value){K_UNARY, {.unary = op}}; }
static struct value e_clear(args a) {
    (void)a;
    return unary(MEM_U_CLEAR);
}
static struct value e_com(args a) {
    (void)a;
    return unary(MEM_U_COM);
}
static struct value e_neg(args a) {
    (void)a;
    return unary(MEM_U_NEG);
}
static struct value e_inc(args a) {
    (void)a;
    return unary(MEM_U_INC);
}
static struct value e_dec(args a) {
    (void)a;
    return unary(MEM_U_DEC);
}

static struct value e_unary(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_unary(&v.u.mem, n(a + 1), a[2].u.unary);
    return accepted(v, status);
}

static struct value zero(uint64_t base, uint64_t cells, unsigned width) {
    struct value v = {.kind = K_MEM};
    must(mem_zero(&v.u.mem, base, cells, width));
    return v;
}

static struct value e_make_memory(args a) { return zero(1, n(a), 64); }
static struct value e_zero_mem(args a) { return zero(0, n(a), w(a + 1)); }

// ---- masks ----

static struct value mask(args a, enum kind kind) {
    struct value v = value_clone(a);
    v.kind = kind;
    return v;
}

static struct value e_rmask(args a) { return mask(a, K_RMASK); }
static struct value e_wmask(args a) { return mask(a, K_WMASK); }

static struct value e_make_proc(args a) {
    struct value v = {.kind = K_PROC};
    must(mem_ranges_join(&v.u.proc.wmask, &a[0].u.ranges));
    must(mem_ranges_join(&v.u.proc.rmask, &a[1].u.ranges));
    return v;
}

static struct value e_make_comp(args a) {
    struct value v = {.kind = K_COMP};
    v.u.comp.mem = value_clone(a).u.mem;
    v.u.comp.proc = value_clone(a + 1).u.proc;
    return v;
}

static struct value e_pread(args a) {
    struct mem_seen s = {0};
    const struct comp *c = &a->u.comp;
    return seen(mem_proc_read(&c->proc, &c->mem, n(a + 1), &s), n(a + 1), s);
}

static struct value e_pwrite(args a) {
    struct value v = value_clone(a);
    struct comp *c = &v.u.comp;
    enum mem_status status = mem_proc_write(&c->proc, &c->mem, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_pcopy(args a) {
    struct value v = value_clone(a);
    struct comp *c = &v.u.comp;
    enum mem_status status = mem_proc_copy(&c->proc, &c->mem, n(a + 1), n(a + 2));
    return accepted(v, status);
}

// ---- bit cells ----

static struct value bits(unsigned width, uint64_t value) {
    return (struct value){K_BITS, {.bits = {width, value & mem_mask(width)}}};
}

static struct value e_b0(args a) {
    (void)a;
    return bits(1, 0);
}
static struct value e_b1(args a) {
    (void)a;
    return bits(1, 1);
}
static struct value e_bnil(args a) {
    (void)a;
    return bits(0, 0);
}

static struct value e_bits(args a) {
    struct mem_bits x = a[0].u.bits, y = a[1].u.bits;
    if (x.width + y.width > 64)
        die("a cell over 64 bits");
    return bits(x.width + y.width, (y.width < 64 ? x.value << y.width : 0) | y.value);
}

static struct value e_make_cell(args a) { return bits(w(a), 0); }
static struct value e_to_bits(args a) { return bits(w(a), n(a + 1)); }
static struct value e_wide(args a) { return num(a->u.bits.width); }
static struct value e_value(args a) { return num(a->u.bits.value); }
static struct value e_mnil(args a) {
    (void)a;
    return (struct value){.kind = K_BITMEM};
}

// A memory of bit cells; a cell is one.
static struct value bitmem(args a) {
    struct value v = {.kind = K_BITMEM};
    struct mem_bits cell = a->u.bits;
    struct mem_bitmem one = {1, &cell};
    must(mem_bitmem_append(&v.u.bitmem, a->kind == K_BITS ? &one : &a->u.bitmem));
    return v;
}

static struct value e_bitmems(args a) {
    struct value v = bitmem(a), more = bitmem(a + 1);
    must(mem_bitmem_append(&v.u.bitmem, &more.u.bitmem));
    mem_bitmem_free(&more.u.bitmem);
    return v;
}

static struct value e_make_mem(args a) {
    struct value v = bitmem(a + 1);
    must(mem_bitmem_repeat(&v.u.bitmem, n(a)));
    return v;
}

static struct value e_double(args a) {
    struct value v = bitmem(a + 1);
    must(mem_bitmem_double(&v.u.bitmem, w(a)));
    return v;
}

static struct value e_square(args a) {
    struct value v = {.kind = K_BITMEM};
    must(mem_bitmem_square(&v.u.bitmem, w(a)));
    return v;
}

static struct value e_length(args a) { return num(a->kind == K_BITS ? 1 : a->u.bitmem.n); }

static struct value e_bit_read(args a) {
    struct value v = {.kind = K_BITS}, m = bitmem(a);
    enum mem_status status = mem_bitmem_read(&m.u.bitmem, a[1].u.bits, &v.u.bits);
    mem_bitmem_free(&m.u.bitmem);
    return status ? refused_bits(status) : v;
}

static struct value e_bit_write(args a) {
    struct value v = bitmem(a);
    enum mem_status status = mem_bitmem_write(&v.u.bitmem, a[1].u.bits, a[2].u.bits);
    if (!status)
        return v;
    mem_bitmem_free(&v.u.bitmem);
    return refused_bits(status);
}

static struct value e_words(args a) {
    if (a->kind == K_NO)
        return refused(a->u.refused);
    struct value v = {.kind = K_MEM}, m = bitmem(a);
    enum mem_status status = mem_bitmem_words(&m.u.bitmem, &v.u.mem);
    mem_bitmem_free(&m.u.bitmem);
    return status ? refused(status) : v;
}

// ---- integers ----

static struct value e_wrap(args a) { return integer(mem_wrap(w(a), i(a + 1))); }
static struct value e_unsigned(args a) { return num(i(a + 1) & mem_mask(w(a))); }
static struct value e_max(args a) { return num(mem_mask(w(a) - 1)); }
static struct value e_min(args a) { return integer(mem_wrap(w(a), (uint64_t)1 << (w(a) - 1))); }
static struct value e_lt(args a) { return truth(mem_int_less(w(a), i(a + 1), i(a + 2))); }
static struct value e_bit_width(args a) { return truth(mem_bit_width(n(a))); }

static struct value e_eq(args a) {
    return truth(mem_wrap(w(a), i(a + 1)) == mem_wrap(w(a), i(a + 2)));
}

#define INT2(name, op)                                                                             \
    static struct value e_##name(args a) { return integer(mem_int(op, w(a), i(a + 1), i(a + 2))); }
INT2(add, MEM_ADD)
INT2(sub, MEM_SUB)
INT2(mul, MEM_MUL)
INT2(quo, MEM_QUO)
INT2(rem, MEM_REM)
INT2(and, MEM_AND)
INT2(or, MEM_OR)
INT2(xor, MEM_XOR)
INT2(shl, MEM_SHL)
INT2(shr, MEM_SHR)
#undef INT2
static struct value e_ineg(args a) { return integer(mem_int(MEM_NEG, w(a), i(a + 1), 0)); }
static struct value e_inot(args a) { return integer(mem_int(MEM_NOT, w(a), i(a + 1), 0)); }

// ---- addresses ----

static struct value e_memspec(args a) { return truth(mem_one_cell_addresses(n(a), w(a + 1))); }
static struct value e_address_cells(args a) { return num(mem_address_cells(n(a), w(a + 1))); }
static struct value e_here(args a) {
    (void)a;
    return (struct value){.kind = K_ADDRESS};
}

static struct value e_address(args a) {
    struct value v = {.kind = K_ADDRESS};
    if (!mem_address(n(a), w(a + 1), n(a + 2), v.u.address.digit))
        return (struct value){.kind = K_NO_ADDRESS};
    v.u.address.n = mem_address_cells(n(a), w(a + 1));
    return v;
}

static struct value e_digit(args a) { return (struct value){K_ADDRESS, {.address = {1, {n(a)}}}}; }

static struct value e_digits(args a) {
    struct value v = a[0];
    for (size_t k = 0; k < a[1].u.address.n && v.u.address.n < 64; k++)
        v.u.address.digit[v.u.address.n++] = a[1].u.address.digit[k];
    return v;
}

static struct value e_location(args a) {
    uint64_t loc;
    if (!mem_location(w(a), a[1].u.address.digit, a[1].u.address.n, &loc))
        die("a location over 64 bits");
    return num(loc);
}

// ---- system memory and STORE ----

static struct value system_of(args a) {
    struct value v = {.kind = K_SYS};
    if (a->kind == K_MEM)
        must(mem_system_add(&v.u.sys, &a->u.mem));
    else
        must(mem_system_clone(&v.u.sys, &a->u.sys));
    return v;
}

static struct value e_join(args a) {
    struct value v = system_of(a), more = system_of(a + 1);
    for (size_t k = 0; k < more.u.sys.n; k++)
        must(mem_system_add(&v.u.sys, &more.u.sys.at[k]));
    mem_system_free(&more.u.sys);
    return v;
}

static struct value e_check(args a) {
    struct value v = system_of(a);
    enum mem_status status = mem_system_check(&v.u.sys);
    return accepted(v, status);
}

static struct value e_sys_read(args a) {
    struct mem_seen s = {0};
    return seen(mem_system_read(&a->u.sys, n(a + 1), &s), n(a + 1), s);
}

static struct value e_sys_write(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_system_write(&v.u.sys, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_open(args a) {
    struct value v = {.kind = K_STORE}, s = system_of(a);
    enum mem_status status = mem_store_open(&v.u.store, &s.u.sys);
    mem_system_free(&s.u.sys);
    return status ? refused(status) : v;
}

static struct value e_smap(args a) {
    struct value v = value_clone(a);
    struct mem_entry e = {n(a + 1), n(a + 2), n(a + 3), a[4].u.perm};
    enum mem_status status = mem_store_map(&v.u.store, &e);
    return accepted(v, status);
}

static struct value e_sunmap(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_store_unmap(&v.u.store, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_sread(args a) {
    struct mem_seen s = {0};
    return seen(mem_store_read(&a->u.store, n(a + 1), &s), n(a + 1), s);
}

static struct value e_swrite(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_store_write(&v.u.store, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_scopy(args a) {
    struct value v = value_clone(a);
    enum mem_status status = mem_store_copy(&v.u.store, n(a + 1), n(a + 2));
    return accepted(v, status);
}

// ---- frames and the nested kernel ----

static struct value e_new_frame(args a) {
    struct value v = {.kind = K_RAM};
    enum mem_status status = frame_new(&v.u.ram, n(a), w(a + 1), n(a + 2));
    return status ? refused(status) : v;
}

static struct value e_candidate(args a) {
    struct value v = {.kind = K_RAW};
    enum mem_status status = frame_raw(&v.u.ram, n(a), w(a + 1), &a[2].u.cells);
    return status ? refused(status) : v;
}

static struct value e_check_frame(args a) {
    struct value v = value_clone(a);
    v.kind = K_RAM;
    enum mem_status status = frame_check(&v.u.ram);
    return accepted(v, status);
}

static struct value e_frame_read(args a) {
    uint64_t datum = 0;
    enum mem_status status = frame_read(&a->u.ram, n(a + 1), n(a + 2), &datum);
    return status ? refused(status) : cell(n(a + 2), datum);
}

static struct value e_frame_write(args a) {
    struct value v = value_clone(a);
    enum mem_status status = frame_write(&v.u.ram, n(a + 1), n(a + 2), n(a + 3));
    return accepted(v, status);
}

static struct value e_add_sub(args a) {
    struct value v = value_clone(a);
    enum mem_status status = frame_add(&v.u.ram, n(a + 1));
    return accepted(v, status);
}

static struct value e_drop_sub(args a) {
    struct value v = value_clone(a);
    enum mem_status status = frame_drop(&v.u.ram, n(a + 1), n(a + 2));
    return accepted(v, status);
}

static struct value e_boot(args a) {
    struct value v = {.kind = K_RAM};
    enum mem_status status = nkmodel_boot(&v.u.ram, n(a), w(a + 1));
    return status ? refused(status) : v;
}

static struct value calls(void) {
    struct value v = {.kind = K_CALLS};
    v.u.calls = calloc(1, sizeof *v.u.calls);
    if (!v.u.calls)
        die("no memory");
    return v;
}

static struct value call(enum nk_op op, args a, int count) {
    struct value v = calls();
    v.u.calls->n = 1;
    v.u.calls->at[0].op = op;
    for (int k = 0; k < count; k++)
        v.u.calls->at[0].arg[k] = n(a + k);
    return v;
}

static struct value e_idle(args a) {
    (void)a;
    return calls();
}
static struct value e_declare(args a) { return call(NK_DECLARE, a, 3); }
static struct value e_undeclare(args a) { return call(NK_UNDECLARE, a, 1); }
static struct value e_map(args a) { return call(NK_DO_MAP, a, 5); }
static struct value e_unmap(args a) { return call(NK_DO_UNMAP, a, 2); }
static struct value e_put(args a) { return call(NK_PUT, a, 3); }
static struct value e_get(args a) { return call(NK_GET, a, 1); }
static struct value e_poke(args a) { return call(NK_POKE, a, 2); }
static struct value e_load(args a) { return call(NK_LOAD, a, 2); }
static struct value e_stor(args a) { return call(NK_STORE, a, 3); }

static struct value e_then(args a) {
    struct value v = value_clone(a);
    for (size_t k = 0; k < a[1].u.calls->n; k++) {
        if (v.u.calls->n == MAX_CALLS)
            die("too many calls");
        v.u.calls->at[v.u.calls->n++] = a[1].u.calls->at[k];
    }
    return v;
}

static struct value e_run(args a) {
    struct value v = {.kind = K_OUT};
    struct out *o = v.u.out = calloc(1, sizeof *o);
    if (!o)
        die("no memory");
    must(frame_clone(&o->ram, &a->u.ram));
    o->n = a[1].u.calls->n;
    for (size_t k = 0; k < o->n; k++)
        o->reply[k] = nkmodel_call(&o->ram, &a[1].u.calls->at[k]);
    return v;
}

static struct value e_replies(args a) {
    struct value v = {.kind = K_REPLIES};
    v.u.out = malloc(sizeof *v.u.out);
    if (!v.u.out)
        die("no memory");
    *v.u.out = *a->u.out;
    v.u.out->ram = (struct nk_ram){0};
    return v;
}

static struct value e_nk_ok(args a) {
    return truth(a->kind == K_REFUSED || nkmodel_check(&a->u.out->ram) == MEM_OK);
}

static struct value e_nk_raw(args a) {
    return truth(a->kind == K_REFUSED || nkmodel_check(&a->u.ram) == MEM_OK);
}

// ---- clone and free ----

static void value_free(struct value *v) {
    switch (v->kind) {
    case K_RANGE:
    case K_RMASK:
    case K_WMASK: mem_ranges_free(&v->u.ranges); break;
    case K_CELL: mem_cells_free(&v->u.cells); break;
    case K_MEM: mem_free(&v->u.mem); break;
    case K_PROC:
        mem_ranges_free(&v->u.proc.rmask);
        mem_ranges_free(&v->u.proc.wmask);
        break;
    case K_COMP:
        mem_free(&v->u.comp.mem);
        mem_ranges_free(&v->u.comp.proc.rmask);
        mem_ranges_free(&v->u.comp.proc.wmask);
        break;
    case K_BITMEM: mem_bitmem_free(&v->u.bitmem); break;
    case K_SYS: mem_system_free(&v->u.sys); break;
    case K_STORE: mem_store_free(&v->u.store); break;
    case K_RAW:
    case K_RAM: frame_free(&v->u.ram); break;
    case K_CALLS: free(v->u.calls); break;
    case K_OUT:
    case K_REPLIES:
        frame_free(&v->u.out->ram);
        free(v->u.out);
        break;
    default: break;
    }
}

static struct mem_proc proc_clone(const struct mem_proc *p) {
    struct mem_proc copy = {0};
    must(mem_ranges_join(&copy.wmask, &p->wmask));
    must(mem_ranges_join(&copy.rmask, &p->rmask));
    return copy;
}

static struct value value_clone(const struct value *v) {
    struct value c = *v;
    switch (v->kind) {
    case K_RANGE:
    case K_RMASK:
    case K_WMASK:
        c.u.ranges = (struct mem_ranges){0};
        must(mem_ranges_join(&c.u.ranges, &v->u.ranges));
        break;
    case K_CELL:
        c.u.cells = (struct mem_cells){0};
        for (size_t k = 0; k < v->u.cells.n; k++)
            must(mem_cells_add(&c.u.cells, v->u.cells.at[k].loc, v->u.cells.at[k].datum));
        break;
    case K_MEM: must(mem_clone(&c.u.mem, &v->u.mem)); break;
    case K_PROC: c.u.proc = proc_clone(&v->u.proc); break;
    case K_COMP:
        must(mem_clone(&c.u.comp.mem, &v->u.comp.mem));
        c.u.comp.proc = proc_clone(&v->u.comp.proc);
        break;
    case K_SYS: must(mem_system_clone(&c.u.sys, &v->u.sys)); break;
    case K_STORE: must(mem_store_clone(&c.u.store, &v->u.store)); break;
    case K_RAW:
    case K_RAM: must(frame_clone(&c.u.ram, &v->u.ram)); break;
    case K_CALLS:
        c.u.calls = calls().u.calls;
        *c.u.calls = *v->u.calls;
        break;
    default: break;
    }
    return c;
}

static struct value accepted(struct value v, enum mem_status status) {
    if (!status)
        return v;
    value_free(&v);
    return refused(status);
}

// ---- printing ----

static void print_num(FILE *f, struct number x) {
    fprintf(f, "%s%" PRIu64, x.negative ? "-" : "", x.size);
}

static void print_ranges(FILE *f, const struct mem_ranges *r) {
    if (r->n == 0)
        fputs("nowhere", f);
    for (size_t k = 0; k < r->n; k++)
        fprintf(f, "%srange(%" PRIu64 ", %" PRIu64 ")%s", k + 1 < r->n ? "_|_(" : "", r->at[k].lo,
                r->at[k].hi, k + 1 < r->n ? ", " : "");
    for (size_t k = 1; k < r->n; k++)
        putc(')', f);
}

static void print_perm(FILE *f, unsigned p) {
    static const char *const name[] = {"none", "read", "write", "_|_(read, write)"};
    fputs(name[p & 3], f);
}

// Assoc operators are printed with all their arguments: _;_(a, b, c).
static void print_cells(FILE *f, const struct mem_cell *at, size_t count) {
    if (count == 0)
        fputs("cNil", f);
    if (count > 1)
        fputs("_;_(", f);
    for (size_t k = 0; k < count; k++)
        fprintf(f, "%s_|=>_(%" PRIu64 ", %" PRIu64 ")", k ? ", " : "", at[k].loc, at[k].datum);
    if (count > 1)
        putc(')', f);
}

static void print_mem(FILE *f, const struct mem *m) {
    if (!mem_valid(m))
        die("a memory breaks its invariant");
    fputs("memory(", f);
    print_ranges(f, &m->bounds);
    fprintf(f, ", %u, ", m->width);
    print_perm(f, m->perm);
    fputs(", ", f);
    print_cells(f, m->cells.at, m->cells.n);
    putc(')', f);
}

static void print_proc(FILE *f, const struct mem_proc *p) {
    fputs("makeProc(wmask(", f);
    print_ranges(f, &p->wmask);
    fputs("), rmask(", f);
    print_ranges(f, &p->rmask);
    fputs("))", f);
}

static void print_bits(FILE *f, struct mem_bits b) {
    if (b.width == 0)
        fputs("bNil", f);
    if (b.width > 1)
        fputs("__(", f);
    for (unsigned k = b.width; k-- > 0;)
        fprintf(f, "b%d%s", (int)(b.value >> k & 1), k ? ", " : "");
    if (b.width > 1)
        putc(')', f);
}

static void print_bitmem(FILE *f, const struct mem_bitmem *b) {
    if (b->n == 0)
        fputs("mNil", f);
    if (b->n > 1)
        fputs("_|_(", f);
    for (size_t k = 0; k < b->n; k++) {
        fputs(k ? ", " : "", f);
        print_bits(f, b->at[k]);
    }
    if (b->n > 1)
        putc(')', f);
}

static void print_address(FILE *f, const struct address *a) {
    if (a->n == 0)
        fputs("here", f);
    if (a->n > 1)
        fputs("_._(", f);
    for (size_t k = 0; k < a->n; k++)
        fprintf(f, "%sdigit(%" PRIu64 ")", k ? ", " : "", a->digit[k]);
    if (a->n > 1)
        putc(')', f);
}

// Memories stand in no order, nor do entries: printed by their first bound, and empty memories as they come.
static int by_bound(const void *x, const void *y) {
    const struct mem *const *a = x, *const *b = y;
    uint64_t p = (*a)->bounds.n ? (*a)->bounds.at[0].lo : 0;
    uint64_t q = (*b)->bounds.n ? (*b)->bounds.at[0].lo : 0;
    return (p > q) - (p < q);
}

static int by_lo(const void *x, const void *y) {
    const struct mem_entry *a = x, *b = y;
    return (a->lo > b->lo) - (a->lo < b->lo);
}

static void print_sys(FILE *f, const struct mem_system *s) {
    const struct mem **m = malloc((s->n + 1) * sizeof *m);
    if (!m)
        die("no memory");
    for (size_t k = 0; k < s->n; k++)
        m[k] = &s->at[k];
    qsort(m, s->n, sizeof *m, by_bound);
    fputs(s->n == 0 ? "noMem" : s->n > 1 ? "__(" : "", f);
    for (size_t k = 0; k < s->n; k++) {
        fputs(k ? ", " : "", f);
        print_mem(f, m[k]);
    }
    fputs(s->n > 1 ? ")" : "", f);
    free(m);
}

static void print_store(FILE *f, const struct mem_store *st) {
    if (st->n)
        qsort(st->map, st->n, sizeof *st->map, by_lo);
    fprintf(f, "store(%s", st->n == 0 ? "noMap" : st->n > 1 ? "_+_(" : "");
    for (size_t k = 0; k < st->n; k++) {
        const struct mem_entry *e = &st->map[k];
        fprintf(f, "%sentry(%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", ", k ? ", " : "", e->lo, e->hi,
                e->target);
        print_perm(f, e->perm);
        putc(')', f);
    }
    fputs(st->n > 1 ? "), " : ", ", f);
    print_sys(f, &st->sys);
    putc(')', f);
}

static void print_ram(FILE *f, const char *name, const struct nk_ram *r) {
    fprintf(f, "%s(%" PRIu64 ", %u, %s", name, r->n, r->width,
            r->n == 0  ? "cNil"
            : r->n > 1 ? "_;_("
                       : "");
    for (uint64_t k = 0; k < r->n; k++)
        fprintf(f, "%s_|=>_(%" PRIu64 ", %" PRIu64 ")", k ? ", " : "", k, r->cell[k]);
    fputs(r->n > 1 ? "))" : ")", f);
}

static void print_reply(FILE *f, const struct nk_reply *r) {
    if (r->status)
        fprintf(f, "refused(%s)", mem_status_name(r->status));
    else if (r->valued)
        fprintf(f, "val(%" PRIu64 ")", r->value);
    else
        fputs("ok", f);
}

static void print_replies(FILE *f, const struct out *o) {
    fputs(o->n == 0 ? "quiet" : o->n > 1 ? "_/_(" : "", f);
    for (size_t k = 0; k < o->n; k++) {
        fputs(k ? ", " : "", f);
        print_reply(f, &o->reply[k]);
    }
    fputs(o->n > 1 ? ")" : "", f);
}

static void print_out(FILE *f, const struct out *o) {
    fputs("out(", f);
    print_ram(f, "ram", &o->ram);
    fputs(", ", f);
    print_replies(f, o);
    putc(')', f);
}

void value_print(FILE *f, const struct value *v) {
    static const char *const unaries[] = {"clear", "com", "neg", "inc", "dec"};
    switch (v->kind) {
    case K_BOOL: fputs(v->u.truth ? "true" : "false", f); break;
    case K_NUM: print_num(f, v->u.num); break;
    case K_LOC: fprintf(f, "loc(%" PRIu64 ")", v->u.loc); break;
    case K_RANGE: print_ranges(f, &v->u.ranges); break;
    case K_PERM: print_perm(f, v->u.perm); break;
    case K_CELL: print_cells(f, v->u.cells.at, v->u.cells.n); break;
    case K_UNARY: fputs(unaries[v->u.unary], f); break;
    case K_MEM: print_mem(f, &v->u.mem); break;
    case K_RMASK:
    case K_WMASK:
        fputs(v->kind == K_RMASK ? "rmask(" : "wmask(", f);
        print_ranges(f, &v->u.ranges);
        putc(')', f);
        break;
    case K_PROC: print_proc(f, &v->u.proc); break;
    case K_COMP:
        fputs("comp(", f);
        print_mem(f, &v->u.comp.mem);
        fputs(", ", f);
        print_proc(f, &v->u.comp.proc);
        putc(')', f);
        break;
    case K_BITS: print_bits(f, v->u.bits); break;
    case K_BITMEM: print_bitmem(f, &v->u.bitmem); break;
    case K_ADDRESS: print_address(f, &v->u.address); break;
    case K_NO_ADDRESS: fputs("noAddress", f); break;
    case K_SYS: print_sys(f, &v->u.sys); break;
    case K_STORE: print_store(f, &v->u.store); break;
    case K_RAW: print_ram(f, "raw", &v->u.ram); break;
    case K_RAM: print_ram(f, "ram", &v->u.ram); break;
    case K_OUT: print_out(f, v->u.out); break;
    case K_REPLIES: print_replies(f, v->u.out); break;
    case K_REFUSED: fprintf(f, "refused(%s)", mem_status_name(v->u.refused)); break;
    case K_NO: fprintf(f, "no(%s)", mem_status_name(v->u.refused)); break;
    case K_CALLS: die("calls are no answer");
    }
}

// ---- the table ----

#define A(...)                                                                                     \
    { __VA_ARGS__, T_END }
#define NONE                                                                                       \
    { T_END }
const struct row rows[] = {
    {"true", T_BOOL, NONE, e_true, "", 0},
    {"false", T_BOOL, NONE, e_false, "", 0},
    {"cNil", T_CELL, NONE, e_cnil, "", 0},
    {"_|=>_", T_CELL, A(T_N, T_DATUM), e_cell, "", 0},
    {"_;_", T_CELL, A(T_CELL, T_CELL), e_cells, "", 0},
    {"read_from_", T_ANSWER, A(T_N, T_CELL), e_cells_read, "twoCells", 0},
    {"distinct", T_BOOL, A(T_CELL), e_distinct, "", 0},
    {"fits", T_BOOL, A(T_CELL, T_W), e_fits, "", 0},

    {"loc", T_LOC, A(T_N), e_loc, "", 0},
    {"_<_", T_BOOL, A(T_LOC, T_LOC), e_below, "", 0},
    {"_<=_", T_BOOL, A(T_LOC, T_LOC), e_upto, "", 0},
    {"nowhere", T_RANGE, NONE, e_nowhere, "", 0},
    {"range", T_RANGE, A(T_N, T_N), e_range, "", 0},
    {"_|_", T_RANGE, A(T_RANGE, T_RANGE), e_ranges, "", 0},
    {"_in_", T_BOOL, A(T_LOC, T_RANGE), e_in, "", 0},
    {"size", T_N, A(T_RANGE), e_size, "", 0},
    {"ordered", T_BOOL, A(T_RANGE), e_ordered, "", 0},
    {"_meets_", T_BOOL, A(T_RANGE, T_RANGE), e_meets, "", 0},
    {"spans", T_BOOL, A(T_RANGE, T_N, T_N), e_spans, "", 0},

    {"none", T_PERM, NONE, e_none, "", 0},
    {"read", T_PERM, NONE, e_read, "", 0},
    {"write", T_PERM, NONE, e_write, "", 0},
    {"_|_", T_PERM, A(T_PERM, T_PERM), e_union, "", 0},
    {"_&_", T_PERM, A(T_PERM, T_PERM), e_meet, "", 0},
    {"_allows_", T_BOOL, A(T_PERM, T_PERM), e_allows, "", 0},

    {"mem", T_MEM, A(T_RANGE), e_mem1, "inverted", 0},
    {"mem", T_MEM, A(T_RANGE, T_CELL), e_mem2, "inverted twoCells outside", 0},
    {"mem", T_MEM, A(T_RANGE, T_W, T_PERM, T_CELL), e_mem4, "inverted twoCells outside tooBig", 0},
    {"_with_", T_MEM, A(T_MEM, T_CELL), e_with, "twoCells outside tooBig", 0},
    {"read_from_", T_ANSWER, A(T_N, T_MEM), e_look, "outside", 0},
    {"roMem", T_MEM, A(T_MEM), e_ro, "", 0},
    {"woMem", T_MEM, A(T_MEM), e_wo, "", 0},
    {"rwMem", T_MEM, A(T_MEM), e_rw, "", 0},
    {"_as_", T_MEM, A(T_MEM, T_PERM), e_as, "noRead noWrite", 0},
    {"readMem", T_ANSWER, A(T_MEM, T_N), e_read_mem, "noRead outside", 0},
    {"writeMem", T_MEM, A(T_MEM, T_N, T_DATUM), e_write_mem, "noWrite outside absent tooBig", 0},
    {"copy", T_MEM, A(T_MEM, T_N, T_N), e_copy, "noRead noWrite outside absent", 0},
    {"clear", T_UNARY, NONE, e_clear, "", 0},
    {"com", T_UNARY, NONE, e_com, "", 0},
    {"neg", T_UNARY, NONE, e_neg, "", 0},
    {"inc", T_UNARY, NONE, e_inc, "", 0},
    {"dec", T_UNARY, NONE, e_dec, "", 0},
    {"unary", T_MEM, A(T_MEM, T_N, T_UNARY), e_unary, "noRead noWrite outside absent", 0},
    {"makeMemory", T_MEM, A(T_COUNT), e_make_memory, "", 0},
    {"zeroMem", T_MEM, A(T_COUNT, T_W), e_zero_mem, "", 0},

    {"rmask", T_RMASK, A(T_RANGE), e_rmask, "", 0},
    {"wmask", T_WMASK, A(T_RANGE), e_wmask, "", 0},
    {"makeProc", T_PROC, A(T_WMASK, T_RMASK), e_make_proc, "", 0},
    {"makeComp", T_COMP, A(T_MEM, T_PROC), e_make_comp, "", 0},
    {"pread", T_ANSWER, A(T_COMP, T_N), e_pread, "maskRead noRead outside", 0},
    {"pwrite", T_COMP, A(T_COMP, T_N, T_DATUM), e_pwrite, "maskWrite noWrite outside absent tooBig",
     0},
    {"pcopy", T_COMP, A(T_COMP, T_N, T_N), e_pcopy,
     "maskRead maskWrite noRead noWrite outside absent", 0},

    {"b0", T_BITS, NONE, e_b0, "", 0},
    {"b1", T_BITS, NONE, e_b1, "", 0},
    {"bNil", T_BITS, NONE, e_bnil, "", 0},
    {"__", T_BITS, A(T_BITS, T_BITS), e_bits, "", 0},
    {"makeCell", T_BITS, A(T_FEW), e_make_cell, "", 0},
    {"toBits", T_BITS, A(T_FEW, T_DATUM), e_to_bits, "", 0},
    {"wide", T_N, A(T_BITS), e_wide, "", 0},
    {"value", T_N, A(T_BITS), e_value, "", 0},
    {"mNil", T_BITMEM, NONE, e_mnil, "", 0},
    {"_|_", T_BITMEM, A(T_BITMEM, T_BITMEM), e_bitmems, "", 0},
    {"makeMem", T_BITMEM, A(T_FEW, T_BITMEM), e_make_mem, "", 0},
    {"doubleMem", T_BITMEM, A(T_FEW, T_BITS), e_double, "", 0},
    {"makeSquareMem", T_BITMEM, A(T_FEW), e_square, "", 0},
    {"length", T_N, A(T_BITMEM), e_length, "", 0},
    {"readMem", T_BITANS, A(T_BITANS, T_BITS), e_bit_read, "outside", 0},
    {"writeMem", T_BITANS, A(T_BITANS, T_BITS, T_BITS), e_bit_write, "outside width", 0},
    {"words", T_MEM, A(T_BITANS), e_words, "width", 1},

    {"wrap", T_INT, A(T_W1, T_INT), e_wrap, "", 0},
    {"unsigned", T_INT, A(T_W1, T_INT), e_unsigned, "", 0},
    {"maxInt", T_INT, A(T_W1), e_max, "", 0},
    {"minInt", T_INT, A(T_W1), e_min, "", 0},
    {"$add", T_INT, A(T_W1, T_INT, T_INT), e_add, "", 0},
    {"$sub", T_INT, A(T_W1, T_INT, T_INT), e_sub, "", 0},
    {"$mul", T_INT, A(T_W1, T_INT, T_INT), e_mul, "", 0},
    {"$quo", T_INT, A(T_W1, T_INT, T_INT), e_quo, "", 0},
    {"$rem", T_INT, A(T_W1, T_INT, T_INT), e_rem, "", 0},
    {"$and", T_INT, A(T_W1, T_INT, T_INT), e_and, "", 0},
    {"$or", T_INT, A(T_W1, T_INT, T_INT), e_or, "", 0},
    {"$xor", T_INT, A(T_W1, T_INT, T_INT), e_xor, "", 0},
    {"$shl", T_INT, A(T_W1, T_INT, T_INT), e_shl, "", 0},
    {"$shr", T_INT, A(T_W1, T_INT, T_INT), e_shr, "", 0},
    {"$neg", T_INT, A(T_W1, T_INT), e_ineg, "", 0},
    {"$not", T_INT, A(T_W1, T_INT), e_inot, "", 0},
    {"$lt", T_BOOL, A(T_W1, T_INT, T_INT), e_lt, "", 0},
    {"$eq", T_BOOL, A(T_W1, T_INT, T_INT), e_eq, "", 0},
    {"bitWidth", T_BOOL, A(T_W), e_bit_width, "", 0},

    {"memspec", T_BOOL, A(T_N, T_W), e_memspec, "", 0},
    {"addressCells", T_N, A(T_N1, T_W1), e_address_cells, "", 0},
    {"address", T_ADDRANS, A(T_N1, T_W1, T_N), e_address, "", 0},
    {"here", T_ADDRESS, NONE, e_here, "", 0},
    {"digit", T_ADDRESS, A(T_W), e_digit, "", 0},
    {"_._", T_ADDRESS, A(T_ADDRESS, T_ADDRESS), e_digits, "", 0},
    {"location", T_N, A(T_FEW, T_ADDRESS), e_location, "", 0},

    {"join", T_SYS, A(T_SYS, T_SYS), e_join, "", 0},
    {"check", T_CHECKED, A(T_SYS), e_check, "overlap", 0},
    {"sysRead", T_ANSWER, A(T_CHECKED, T_N), e_sys_read, "noRead outside", 0},
    {"sysWrite", T_CHECKED, A(T_CHECKED, T_N, T_DATUM), e_sys_write,
     "noWrite outside absent tooBig", 0},
    {"open", T_STORE, A(T_SYS), e_open, "overlap", 0},
    {"smap", T_STORE, A(T_STORE, T_N, T_N, T_N, T_PERM), e_smap,
     "inverted overlap outside noRead noWrite", 0},
    {"sunmap", T_STORE, A(T_STORE, T_N, T_N), e_sunmap, "unmapped", 0},
    {"sread", T_ANSWER, A(T_STORE, T_N), e_sread, "unmapped mapNoRead", 0},
    {"swrite", T_STORE, A(T_STORE, T_N, T_DATUM), e_swrite, "unmapped mapNoWrite absent tooBig", 0},
    {"scopy", T_STORE, A(T_STORE, T_N, T_N), e_scopy, "unmapped mapNoRead mapNoWrite absent tooBig",
     0},

    {"newFrame", T_FRAME, A(T_COUNT, T_W, T_N), e_new_frame, "tooSmall tooBig", 0},
    {"candidate", T_RAW, A(T_COUNT, T_W, T_CELL), e_candidate, "twoCells outside tooBig", 0},
    {"checkFrame", T_FRAME, A(T_RAW), e_check_frame, "tooSmall badWidth badTable badBounds overlap",
     0},
    {"frameRead", T_ANSWER, A(T_FRAME, T_N, T_N), e_frame_read, "notObject outside", 0},
    {"frameWrite", T_FRAME, A(T_FRAME, T_N, T_N, T_DATUM), e_frame_write,
     "notObject outside metadata inSubframe tooBig", 0},
    {"addSub", T_FRAME, A(T_FRAME, T_N), e_add_sub,
     "notObject tooSmall badWidth badTable badBounds overlap", 0},
    {"dropSub", T_FRAME, A(T_FRAME, T_N, T_N), e_drop_sub, "notObject unmapped", 0},

    {"boot", T_BOOTED, A(T_COUNT, T_W), e_boot, "tooSmall tooBig", 0},
    {"idle", T_CALLS, NONE, e_idle, "", 0},
    {"declare", T_CALLS, A(T_N, T_N, T_N), e_declare,
     "badType inverted tooSmall outside metadata overlap full inUse", 0},
    {"undeclare", T_CALLS, A(T_N), e_undeclare, "notObject inUse", 0},
    {"map", T_CALLS, A(T_N, T_N, T_N, T_N, T_N), e_map,
     "notObject notMap badType tooBig outside metadata readOnly overlap taken full", 0},
    {"unmap", T_CALLS, A(T_N, T_N), e_unmap, "notObject notMap unmapped", 0},
    {"put", T_CALLS, A(T_N, T_N, T_DATUM), e_put,
     "notObject metadata sealed outside tooBig already notNext full", 0},
    {"get", T_CALLS, A(T_N), e_get, "outside", 0},
    {"poke", T_CALLS, A(T_N, T_DATUM), e_poke, "outside metadata inSubframe tooBig", 0},
    {"load", T_CALLS, A(T_N, T_N), e_load, "notObject notMap unmapped mapNoRead", 0},
    {"stor", T_CALLS, A(T_N, T_N, T_DATUM), e_stor, "notObject notMap unmapped mapNoWrite tooBig",
     0},
    {"_then_", T_CALLS, A(T_CALLS, T_CALLS), e_then, "", 0},
    {"run", T_OUT, A(T_BOOTED, T_CALLS), e_run, "", 0},
    {"replies", T_ANSWER, A(T_OUT), e_replies, "", 0},
    {"nkOk", T_BOOL, A(T_OUT), e_nk_ok, "", 1},
    {"nkOk", T_BOOL, A(T_RAW), e_nk_raw, "", 1},
};
const size_t row_count = sizeof rows / sizeof *rows;

// ---- terms ----

// All that term_reset frees. The test is one thread; this and the values are its only state.
static struct {
    struct term **term;
    struct value *value;
    size_t terms, values;
} pool;

static void *grow(void *at, size_t count, size_t size) {
    if (count & (count - 1))
        return at; // room for the next power of two
    at = realloc(at, (count ? 2 * count : 1) * size);
    if (!at)
        die("no memory");
    return at;
}

void term_reset(void) {
    for (size_t k = 0; k < pool.terms; k++)
        free(pool.term[k]);
    for (size_t k = 0; k < pool.values; k++)
        value_free(&pool.value[k]);
    pool.terms = pool.values = 0;
}

struct term *term_new(const struct row *row) {
    struct term *t = calloc(1, sizeof *t);
    if (!t)
        die("no memory");
    t->row = row;
    pool.term = grow(pool.term, pool.terms, sizeof *pool.term);
    pool.term[pool.terms++] = t;
    return t;
}

struct term *term_num(bool negative, uint64_t size) {
    struct term *t = term_new(NULL);
    t->num = (struct number){negative && size, size};
    return t;
}

int row_args(const struct row *row) {
    int k = 0;
    while (row->arg[k] != T_END)
        k++;
    return k;
}

const struct row *row_find(const char *name, int count) {
    for (size_t k = 0; k < row_count; k++)
        if (!strcmp(rows[k].name, name) && row_args(&rows[k]) == count)
            return &rows[k];
    return NULL;
}

// May a value of this kind be an argument of this type?
static bool accepts(enum type type, enum kind kind) {
    if (kind == K_REFUSED)
        return type >= T_ANSWER && type <= T_OUT;
    switch (type) {
    case T_N:
    case T_N1:
    case T_COUNT:
    case T_FEW:
    case T_DATUM:
    case T_W:
    case T_W1:
    case T_INT: return kind == K_NUM;
    case T_LOC: return kind == K_LOC;
    case T_RANGE: return kind == K_RANGE;
    case T_PERM: return kind == K_PERM;
    case T_CELL: return kind == K_CELL;
    case T_UNARY: return kind == K_UNARY;
    case T_RMASK: return kind == K_RMASK;
    case T_WMASK: return kind == K_WMASK;
    case T_PROC: return kind == K_PROC;
    case T_BITS: return kind == K_BITS;
    case T_BITMEM: return kind == K_BITS || kind == K_BITMEM;
    case T_BITANS: return kind == K_BITS || kind == K_BITMEM || kind == K_NO;
    case T_ADDRESS: return kind == K_ADDRESS;
    case T_CALLS: return kind == K_CALLS;
    case T_MEM: return kind == K_MEM;
    case T_COMP: return kind == K_COMP;
    case T_SYS: return kind == K_SYS || kind == K_MEM;
    case T_CHECKED: return kind == K_SYS;
    case T_STORE: return kind == K_STORE;
    case T_RAW: return kind == K_RAW || kind == K_RAM;
    case T_FRAME:
    case T_BOOTED: return kind == K_RAM;
    case T_OUT: return kind == K_OUT;
    default: return false;
    }
}

// The row of this name that takes these arguments.
static const struct row *row_fit(const char *name, const struct value *arg, int count) {
    for (const struct row *r = rows; r < rows + row_count; r++) {
        int k = 0;
        if (strcmp(r->name, name) || row_args(r) != count)
            continue;
        while (k < count && accepts(r->arg[k], arg[k].kind))
            k++;
        if (k == count)
            return r;
    }
    return NULL;
}

static bool is_refusal(const struct value *v) { return v->kind == K_REFUSED || v->kind == K_NO; }

static void count(struct coverage *c, size_t row, enum mem_status status) {
    c->rare = c->rare || c->refused[row][status] < RARE;
    c->refused[row][status] += !c->dry;
}

static void count_truth(struct coverage *c, size_t row, bool truth) {
    c->rare = c->rare || c->answered[row][truth] < RARE;
    c->answered[row][truth] += !c->dry;
}

// A refusal of the operation's own, not one that was passed to it.
static void count_refusal(struct coverage *c, size_t row, const struct value *arg,
                          const struct value *v) {
    if (is_refusal(v) && !(row_args(&rows[row]) && is_refusal(arg)))
        count(c, row, v->u.refused);
}

// Refusals of calls stand in the answer of run and are counted for the call.
static void count_calls(struct coverage *c, const struct value *arg, const struct value *v) {
    static const char *const name[NK_OPS] = {"declare", "undeclare", "map",  "unmap", "put",
                                             "get",     "poke",      "load", "stor"};
    for (size_t k = 0; k < v->u.out->n; k++) {
        enum nk_op op = arg[1].u.calls->at[k].op;
        for (size_t r = 0; r < row_count; r++)
            if (!strcmp(rows[r].name, name[op]) && v->u.out->reply[k].status)
                count(c, r, v->u.out->reply[k].status);
    }
}

static struct value keep(struct value v) {
    pool.value = grow(pool.value, pool.values, sizeof *pool.value);
    pool.value[pool.values++] = v;
    return v;
}

// The refusal that an operation passes on, the first among its arguments; null if there is none.
static const struct value *passed(const struct row *row, const struct value *arg) {
    if (row->total)
        return NULL;
    for (int k = 0; row->arg[k] != T_END; k++)
        if (is_refusal(&arg[k]))
            return &arg[k];
    return NULL;
}

struct value term_eval(const struct term *t, struct coverage *c) {
    struct value arg[MAX_ARGS + 1];
    if (!t->row)
        return (struct value){K_NUM, {.num = t->num}};
    int n = 0;
    for (; n < MAX_ARGS && t->arg[n]; n++)
        arg[n] = term_eval(t->arg[n], c);
    const struct row *row = row_fit(t->row->name, arg, n);
    if (!row)
        die(t->row->name);
    const struct value *pass = passed(row, arg);
    if (pass)
        return *pass;
    struct value v = keep(row->eval(arg));
    c->calls[row - rows] += !c->dry;
    count_refusal(c, (size_t)(row - rows), arg, &v);
    if (v.kind == K_BOOL)
        count_truth(c, (size_t)(row - rows), v.u.truth);
    if (v.kind == K_OUT)
        count_calls(c, arg, &v);
    return v;
}

void term_print(FILE *f, const struct term *t) {
    if (!t->row) {
        print_num(f, t->num);
        return;
    }
    fputs(t->row->name, f);
    for (int k = 0; k < MAX_ARGS && t->arg[k]; k++) {
        fputs(k ? ", " : "(", f);
        term_print(f, t->arg[k]);
    }
    if (t->arg[0])
        putc(')', f);
}

// ---- parsing ----

static struct term *complain(const char *what, const char *at) {
    fprintf(stderr, "term: %s at: %.60s\n", what, at);
    return NULL;
}

static void blanks(const char **text) {
    while (isspace((unsigned char)**text))
        (*text)++;
}

static struct term *parse_num(const char **text) {
    char *end;
    bool negative = **text == '-';
    uint64_t size = strtoull(*text + negative, &end, 10);
    *text = end;
    return term_num(negative, size);
}

// Arguments after `(`. Of an assoc operator there may be more than two: they are folded from the left.
static struct term *parse_args(const char *name, const char **text) {
    struct term *arg[MAX_CALLS];
    int count = 0;
    do {
        (*text)++;
        if (count == MAX_CALLS || !(arg[count++] = term_parse(text)))
            return complain("no argument", *text);
        blanks(text);
    } while (**text == ',');
    if (*(*text)++ != ')')
        return complain("no closing parenthesis", *text - 1);
    bool fold = !row_find(name, count) && count > 2;
    const struct row *row = row_find(name, fold ? 2 : count);
    if (!row)
        return complain("unknown operation", name);
    struct term *t = term_new(row);
    int first = fold ? 2 : count;
    memcpy(t->arg, arg, (size_t)first * sizeof *arg);
    for (int k = first; k < count; k++) {
        struct term *whole = term_new(row);
        whole->arg[0] = t;
        whole->arg[1] = arg[k];
        t = whole;
    }
    return t;
}

struct term *term_parse(const char **text) {
    char name[64];
    blanks(text);
    if (isdigit((unsigned char)**text) || (**text == '-' && isdigit((unsigned char)(*text)[1])))
        return parse_num(text);
    size_t length = strcspn(*text, "(), \t\n");
    if (length == 0 || length >= sizeof name)
        return complain("no term", *text);
    memcpy(name, *text, length);
    name[length] = 0;
    *text += length;
    if (**text == '(')
        return parse_args(name, text);
    const struct row *row = row_find(name, 0);
    return row ? term_new(row) : complain("unknown constant", name);
}
