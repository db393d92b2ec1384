// mem.c: the memory model; see mem.h.
#include "mem.h"

#include <stdlib.h>
#include <string.h>

const char *mem_status_name(enum mem_status status) {
    switch (status) {
    case MEM_OK: return "ok";
#define X(id, name)                                                                                \
    case MEM_##id: return name;
        MEM_REASONS(X)
#undef X
    case MEM_NO_HOST: break;
    }
    return "noHost";
}

// An array with room for n elements in place of at, or null, and then at is still good.
static void *resize(void *at, size_t n, size_t size) {
    if (n > SIZE_MAX / size)
        return NULL;
    return realloc(at, n ? n * size : 1);
}

// ---- integers ----

uint64_t mem_mask(unsigned w) { return w >= 64 ? UINT64_MAX : ((uint64_t)1 << w) - 1; }

int64_t mem_wrap(unsigned w, uint64_t v) {
    uint64_t sign = (uint64_t)1 << (w - 1);
    uint64_t low = v & (sign - 1);
    if (!(v & sign))
        return (int64_t)low;
    return (int64_t)low - (int64_t)(sign - 1) - 1; // each step within int64_t, also for w = 64
}

static int64_t int_quo(unsigned w, int64_t a, int64_t b) {
    if (b == 0)
        return -1;
    if (b == -1)
        return mem_wrap(w, 0 - (uint64_t)a);
    return a / b;
}

static int64_t int_rem(int64_t a, int64_t b) {
    if (b == 0)
        return a;
    return b == -1 ? 0 : a % b;
}

static int64_t int_shr(int64_t a, unsigned by) {
    return a < 0 ? ~(int64_t)(~(uint64_t)a >> by) : (int64_t)((uint64_t)a >> by);
}

int64_t mem_int(enum mem_int_op op, unsigned w, uint64_t a, uint64_t b) {
    unsigned by = (unsigned)((b & mem_mask(w)) % w);
    switch (op) {
    case MEM_ADD: return mem_wrap(w, a + b);
    case MEM_SUB: return mem_wrap(w, a - b);
    case MEM_MUL: return mem_wrap(w, a * b);
    case MEM_QUO: return int_quo(w, mem_wrap(w, a), mem_wrap(w, b));
    case MEM_REM: return int_rem(mem_wrap(w, a), mem_wrap(w, b));
    case MEM_AND: return mem_wrap(w, a & b);
    case MEM_OR: return mem_wrap(w, a | b);
    case MEM_XOR: return mem_wrap(w, a ^ b);
    case MEM_SHL: return mem_wrap(w, a << by);
    case MEM_SHR: return int_shr(mem_wrap(w, a), by);
    case MEM_NEG: return mem_wrap(w, 0 - a);
    case MEM_NOT: return mem_wrap(w, ~a);
    }
    return 0;
}

bool mem_int_less(unsigned w, uint64_t a, uint64_t b) { return mem_wrap(w, a) < mem_wrap(w, b); }

bool mem_bit_width(uint64_t w) { return w > 1 && (w & (w - 1)) == 0; }

// ---- ranges ----

enum mem_status mem_ranges_add(struct mem_ranges *r, uint64_t lo, uint64_t hi) {
    if (lo == hi)
        return MEM_OK;
    struct mem_range *at = resize(r->at, r->n + 1, sizeof *at);
    if (!at)
        return MEM_NO_HOST;
    r->at = at;
    r->at[r->n++] = (struct mem_range){lo, hi};
    return MEM_OK;
}

enum mem_status mem_ranges_join(struct mem_ranges *r, const struct mem_ranges *more) {
    for (size_t i = 0, n = more->n; i < n; i++)
        if (mem_ranges_add(r, more->at[i].lo, more->at[i].hi))
            return MEM_NO_HOST;
    return MEM_OK;
}

void mem_ranges_free(struct mem_ranges *r) {
    free(r->at);
    *r = (struct mem_ranges){0};
}

bool mem_range_in(uint64_t loc, const struct mem_ranges *r) {
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].lo <= loc && loc < r->at[i].hi)
            return true;
    return false;
}

bool mem_ranges_ordered(const struct mem_ranges *r) {
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].hi < r->at[i].lo)
            return false;
    return true;
}

static bool range_meets(struct mem_range a, struct mem_range b) {
    return a.lo < a.hi && b.lo < b.hi && a.lo < b.hi && b.lo < a.hi;
}

bool mem_ranges_meet(const struct mem_ranges *a, const struct mem_ranges *b) {
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++)
            if (range_meets(a->at[i], b->at[j]))
                return true;
    return false;
}

bool mem_ranges_span(const struct mem_ranges *r, uint64_t lo, uint64_t hi) {
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].lo <= lo && hi <= r->at[i].hi && lo < hi)
            return true;
    return false;
}

size_t mem_ranges_size(const struct mem_ranges *r) { return 2 * r->n; }

// ---- permissions ----

bool mem_allows(unsigned perm, unsigned asked) { return (perm & asked) == asked; }

// ---- bags of cells ----

// Where the first cell of a location at or after loc stands.
static size_t cells_find(const struct mem_cells *c, uint64_t loc) {
    size_t lo = 0, hi = c->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->at[mid].loc < loc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool cells_has(const struct mem_cells *c, uint64_t loc) {
    size_t i = cells_find(c, loc);
    return i < c->n && c->at[i].loc == loc;
}

enum mem_status mem_cells_add(struct mem_cells *c, uint64_t loc, uint64_t datum) {
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 4;
        struct mem_cell *at = resize(c->at, room, sizeof *at);
        if (!at)
            return MEM_NO_HOST;
        c->at = at;
        c->room = room;
    }
    size_t i = cells_find(c, loc);
    memmove(&c->at[i + 1], &c->at[i], (c->n - i) * sizeof *c->at);
    c->at[i] = (struct mem_cell){loc, datum};
    c->n++;
    return MEM_OK;
}

void mem_cells_free(struct mem_cells *c) {
    free(c->at);
    *c = (struct mem_cells){0};
}

bool mem_cells_distinct(const struct mem_cells *c) {
    for (size_t i = 1; i < c->n; i++)
        if (c->at[i].loc == c->at[i - 1].loc)
            return false;
    return true;
}

bool mem_cells_fit(const struct mem_cells *c, unsigned w) {
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].datum > mem_mask(w))
            return false;
    return true;
}

// The cell of a location in a distinct bag.
static struct mem_seen cells_see(const struct mem_cells *c, uint64_t loc) {
    size_t i = cells_find(c, loc);
    if (i < c->n && c->at[i].loc == loc)
        return (struct mem_seen){true, c->at[i].datum};
    return (struct mem_seen){false, 0};
}

enum mem_status mem_cells_read(const struct mem_cells *c, uint64_t loc, struct mem_seen *seen) {
    if (!mem_cells_distinct(c))
        return MEM_TWO_CELLS;
    *seen = cells_see(c, loc);
    return MEM_OK;
}

static bool cells_within(const struct mem_cells *c, const struct mem_ranges *r) {
    for (size_t i = 0; i < c->n; i++)
        if (!mem_range_in(c->at[i].loc, r))
            return false;
    return true;
}

static enum mem_status cells_clone(struct mem_cells *to, const struct mem_cells *from) {
    *to = (struct mem_cells){0};
    struct mem_cell *at = resize(NULL, from->n, sizeof *at);
    if (!at)
        return MEM_NO_HOST;
    if (from->n)
        memcpy(at, from->at, from->n * sizeof *at);
    *to = (struct mem_cells){from->n, from->n, at};
    return MEM_OK;
}

// All cells of a distinct bag are laid over c, or, without host memory, none.
static enum mem_status cells_lay(struct mem_cells *c, const struct mem_cells *over) {
    struct mem_cells sum;
    if (cells_clone(&sum, c))
        return MEM_NO_HOST;
    for (size_t i = 0; i < over->n; i++) {
        struct mem_cell cell = over->at[i];
        if (cells_has(&sum, cell.loc)) {
            sum.at[cells_find(&sum, cell.loc)].datum = cell.datum;
        } else if (mem_cells_add(&sum, cell.loc, cell.datum)) {
            mem_cells_free(&sum);
            return MEM_NO_HOST;
        }
    }
    mem_cells_free(c);
    *c = sum;
    return MEM_OK;
}

// ---- a memory ----

enum mem_status mem_make(struct mem *m, const struct mem_ranges *bounds, unsigned width,
                         unsigned perm, const struct mem_cells *cells) {
    if (!mem_ranges_ordered(bounds))
        return MEM_INVERTED;
    struct mem made = {.width = width, .perm = perm};
    enum mem_status status = mem_ranges_join(&made.bounds, bounds);
    if (!status)
        status = mem_with(&made, cells);
    if (status)
        mem_free(&made);
    else
        *m = made;
    return status;
}

enum mem_status mem_zero(struct mem *m, uint64_t base, uint64_t n, unsigned width) {
    struct mem made = {.width = width, .perm = MEM_READ | MEM_WRITE};
    enum mem_status status =
        base > UINT64_MAX - n ? MEM_NO_HOST : mem_ranges_add(&made.bounds, base, base + n);
    for (uint64_t i = 0; i < n && !status; i++)
        status = mem_cells_add(&made.cells, base + i, 0);
    if (status)
        mem_free(&made);
    else
        *m = made;
    return status;
}

enum mem_status mem_clone(struct mem *to, const struct mem *from) {
    struct mem copy = {.width = from->width, .perm = from->perm};
    if (mem_ranges_join(&copy.bounds, &from->bounds) || cells_clone(&copy.cells, &from->cells)) {
        mem_free(&copy);
        return MEM_NO_HOST;
    }
    *to = copy;
    return MEM_OK;
}

void mem_free(struct mem *m) {
    mem_ranges_free(&m->bounds);
    mem_cells_free(&m->cells);
    *m = (struct mem){0};
}

enum mem_status mem_with(struct mem *m, const struct mem_cells *cells) {
    if (!mem_cells_distinct(cells))
        return MEM_TWO_CELLS;
    if (!cells_within(cells, &m->bounds))
        return MEM_OUTSIDE;
    if (!mem_cells_fit(cells, m->width))
        return MEM_TOO_BIG;
    return cells_lay(&m->cells, cells);
}

enum mem_status mem_look(const struct mem *m, uint64_t loc, struct mem_seen *seen) {
    if (!mem_range_in(loc, &m->bounds))
        return MEM_OUTSIDE;
    *seen = cells_see(&m->cells, loc);
    return MEM_OK;
}

void mem_restrict(struct mem *m, unsigned perm) { m->perm &= perm; }

enum mem_status mem_as(const struct mem *m, unsigned perm) {
    if (mem_allows(m->perm, perm))
        return MEM_OK;
    return mem_allows(m->perm, perm & MEM_READ) ? MEM_NO_WRITE : MEM_NO_READ;
}

enum mem_status mem_read(const struct mem *m, uint64_t loc, struct mem_seen *seen) {
    if (!mem_allows(m->perm, MEM_READ))
        return MEM_NO_READ;
    return mem_look(m, loc, seen);
}

enum mem_status mem_write(struct mem *m, uint64_t loc, uint64_t datum) {
    if (!mem_allows(m->perm, MEM_WRITE))
        return MEM_NO_WRITE;
    if (!mem_range_in(loc, &m->bounds))
        return MEM_OUTSIDE;
    if (!cells_has(&m->cells, loc))
        return MEM_ABSENT;
    if (datum > mem_mask(m->width))
        return MEM_TOO_BIG;
    m->cells.at[cells_find(&m->cells, loc)].datum = datum;
    return MEM_OK;
}

// A read of what must be there.
static enum mem_status read_datum(const struct mem *m, uint64_t loc, uint64_t *datum) {
    struct mem_seen seen = {0};
    enum mem_status status = mem_read(m, loc, &seen);
    if (status)
        return status;
    *datum = seen.datum;
    return seen.there ? MEM_OK : MEM_ABSENT;
}

enum mem_status mem_copy(struct mem *m, uint64_t a, uint64_t b) {
    uint64_t datum = 0;
    enum mem_status status = read_datum(m, b, &datum);
    return status ? status : mem_write(m, a, datum);
}

static uint64_t unary(enum mem_unary op, uint64_t v) {
    switch (op) {
    case MEM_U_CLEAR: return 0;
    case MEM_U_COM: return ~v;
    case MEM_U_NEG: return 0 - v;
    case MEM_U_INC: return v + 1;
    case MEM_U_DEC: return v - 1;
    }
    return v;
}

enum mem_status mem_unary(struct mem *m, uint64_t loc, enum mem_unary op) {
    uint64_t datum = 0;
    enum mem_status status = read_datum(m, loc, &datum);
    return status ? status : mem_write(m, loc, unary(op, datum) & mem_mask(m->width));
}

bool mem_valid(const struct mem *m) {
    for (size_t i = 1; i < m->cells.n; i++)
        if (m->cells.at[i - 1].loc >= m->cells.at[i].loc)
            return false;
    for (size_t i = 0; i < m->bounds.n; i++)
        if (m->bounds.at[i].lo >= m->bounds.at[i].hi)
            return false;
    return m->width <= 64 && m->perm <= (MEM_READ | MEM_WRITE) &&
           mem_cells_fit(&m->cells, m->width) && cells_within(&m->cells, &m->bounds);
}

// ---- masks ----

enum mem_status mem_proc_read(const struct mem_proc *p, const struct mem *m, uint64_t loc,
                              struct mem_seen *seen) {
    return mem_range_in(loc, &p->rmask) ? mem_read(m, loc, seen) : MEM_MASK_READ;
}

enum mem_status mem_proc_write(const struct mem_proc *p, struct mem *m, uint64_t loc,
                               uint64_t datum) {
    return mem_range_in(loc, &p->wmask) ? mem_write(m, loc, datum) : MEM_MASK_WRITE;
}

enum mem_status mem_proc_copy(const struct mem_proc *p, struct mem *m, uint64_t a, uint64_t b) {
    if (!mem_range_in(b, &p->rmask))
        return MEM_MASK_READ;
    return mem_range_in(a, &p->wmask) ? mem_copy(m, a, b) : MEM_MASK_WRITE;
}

// ---- memories of bit cells ----

enum mem_status mem_bitmem_append(struct mem_bitmem *b, const struct mem_bitmem *more) {
    size_t n = more->n;
    if (n > SIZE_MAX - b->n)
        return MEM_NO_HOST;
    struct mem_bits *at = resize(b->at, b->n + n, sizeof *at);
    if (!at)
        return MEM_NO_HOST;
    const struct mem_bits *from = more == b ? at : more->at;
    if (n)
        memcpy(at + b->n, from, n * sizeof *at);
    b->at = at;
    b->n += n;
    return MEM_OK;
}

enum mem_status mem_bitmem_repeat(struct mem_bitmem *b, uint64_t times) {
    struct mem_bitmem sum = {0};
    for (uint64_t i = 0; i < times && b->n; i++)
        if (mem_bitmem_append(&sum, b)) {
            mem_bitmem_free(&sum);
            return MEM_NO_HOST;
        }
    mem_bitmem_free(b);
    *b = sum;
    return MEM_OK;
}

enum mem_status mem_bitmem_double(struct mem_bitmem *b, unsigned times) {
    if (b->n == 0)
        return MEM_OK;
    if (times >= 64)
        return MEM_NO_HOST;
    return mem_bitmem_repeat(b, (uint64_t)1 << times);
}

enum mem_status mem_bitmem_square(struct mem_bitmem *b, unsigned w) {
    struct mem_bits cell = {w, 0};
    struct mem_bitmem made = {0};
    enum mem_status status = mem_bitmem_append(&made, &(struct mem_bitmem){1, &cell});
    if (!status)
        status = mem_bitmem_double(&made, w);
    if (status)
        mem_bitmem_free(&made);
    else
        *b = made;
    return status;
}

void mem_bitmem_free(struct mem_bitmem *b) {
    free(b->at);
    *b = (struct mem_bitmem){0};
}

enum mem_status mem_bitmem_read(const struct mem_bitmem *b, struct mem_bits at,
                                struct mem_bits *cell) {
    if (at.value >= b->n)
        return MEM_OUTSIDE;
    *cell = b->at[at.value];
    return MEM_OK;
}

enum mem_status mem_bitmem_write(struct mem_bitmem *b, struct mem_bits at, struct mem_bits cell) {
    if (at.value >= b->n)
        return MEM_OUTSIDE;
    if (b->at[at.value].width != cell.width)
        return MEM_WIDTH;
    b->at[at.value] = cell;
    return MEM_OK;
}

enum mem_status mem_bitmem_words(const struct mem_bitmem *b, struct mem *m) {
    unsigned width = b->n ? b->at[0].width : 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->at[i].width != width)
            return MEM_WIDTH;
    struct mem made;
    if (mem_zero(&made, 0, b->n, width))
        return MEM_NO_HOST;
    for (size_t i = 0; i < b->n; i++)
        made.cells.at[i].datum = b->at[i].value;
    *m = made;
    return MEM_OK;
}

// ---- addresses ----

bool mem_one_cell_addresses(uint64_t n, unsigned w) { return n == 0 || n - 1 <= mem_mask(w); }

unsigned mem_address_cells(uint64_t n, unsigned w) {
    unsigned k = 0;
    while (n > 1 && n - 1 > mem_mask(w * k))
        k++;
    return k;
}

bool mem_address(uint64_t n, unsigned w, uint64_t loc, uint64_t digits[64]) {
    if (loc >= n)
        return false;
    for (unsigned k = mem_address_cells(n, w); k-- > 0;) {
        digits[k] = loc & mem_mask(w);
        loc = w >= 64 ? 0 : loc >> w;
    }
    return true;
}

bool mem_location(unsigned w, const uint64_t *digits, size_t n, uint64_t *loc) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (sum > UINT64_MAX >> (w & 63) || (w >= 64 && sum))
            return false;
        sum = w >= 64 ? 0 : sum << w;
        if (digits[i] > UINT64_MAX - sum)
            return false;
        sum += digits[i];
    }
    *loc = sum;
    return true;
}

// ---- system memory ----

enum mem_status mem_system_add(struct mem_system *s, const struct mem *m) {
    struct mem *at = resize(s->at, s->n + 1, sizeof *at);
    if (!at)
        return MEM_NO_HOST;
    s->at = at;
    if (mem_clone(&s->at[s->n], m))
        return MEM_NO_HOST;
    s->n++;
    return MEM_OK;
}

enum mem_status mem_system_clone(struct mem_system *to, const struct mem_system *from) {
    struct mem_system copy = {0};
    for (size_t i = 0; i < from->n; i++)
        if (mem_system_add(&copy, &from->at[i])) {
            mem_system_free(&copy);
            return MEM_NO_HOST;
        }
    *to = copy;
    return MEM_OK;
}

void mem_system_free(struct mem_system *s) {
    for (size_t i = 0; i < s->n; i++)
        mem_free(&s->at[i]);
    free(s->at);
    *s = (struct mem_system){0};
}

enum mem_status mem_system_check(const struct mem_system *s) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < i; j++)
            if (mem_ranges_meet(&s->at[i].bounds, &s->at[j].bounds))
                return MEM_OVERLAP;
    return MEM_OK;
}

// The memory that has loc in its bounds, or null.
static struct mem *system_at(const struct mem_system *s, uint64_t loc) {
    for (size_t i = 0; i < s->n; i++)
        if (mem_range_in(loc, &s->at[i].bounds))
            return &s->at[i];
    return NULL;
}

enum mem_status mem_system_read(const struct mem_system *s, uint64_t loc, struct mem_seen *seen) {
    const struct mem *m = system_at(s, loc);
    return m ? mem_read(m, loc, seen) : MEM_OUTSIDE;
}

enum mem_status mem_system_write(struct mem_system *s, uint64_t loc, uint64_t datum) {
    struct mem *m = system_at(s, loc);
    return m ? mem_write(m, loc, datum) : MEM_OUTSIDE;
}

// ---- STORE ----

enum mem_status mem_store_open(struct mem_store *st, const struct mem_system *sys) {
    enum mem_status status = mem_system_check(sys);
    struct mem_store made = {0};
    if (!status)
        status = mem_system_clone(&made.sys, sys);
    if (!status)
        *st = made;
    return status;
}

enum mem_status mem_store_clone(struct mem_store *to, const struct mem_store *from) {
    struct mem_store copy = {.n = from->n};
    if (mem_system_clone(&copy.sys, &from->sys))
        return MEM_NO_HOST;
    copy.map = resize(NULL, from->n, sizeof *copy.map);
    if (!copy.map) {
        mem_system_free(&copy.sys);
        return MEM_NO_HOST;
    }
    if (from->n)
        memcpy(copy.map, from->map, from->n * sizeof *copy.map);
    *to = copy;
    return MEM_OK;
}

void mem_store_free(struct mem_store *st) {
    mem_system_free(&st->sys);
    free(st->map);
    *st = (struct mem_store){0};
}

// May an entry be made whose targets must lie in one memory that gives its permissions?
static enum mem_status target_check(const struct mem_system *s, const struct mem_entry *e) {
    uint64_t length = e->hi - e->lo;
    if (e->target > UINT64_MAX - length)
        return MEM_OUTSIDE;
    for (size_t i = 0; i < s->n; i++)
        if (mem_ranges_span(&s->at[i].bounds, e->target, e->target + length))
            return mem_as(&s->at[i], e->perm);
    return MEM_OUTSIDE;
}

enum mem_status mem_store_map(struct mem_store *st, const struct mem_entry *e) {
    if (e->hi < e->lo)
        return MEM_INVERTED;
    if (e->hi == e->lo)
        return MEM_OK;
    for (size_t i = 0; i < st->n; i++)
        if (st->map[i].lo < e->hi && e->lo < st->map[i].hi)
            return MEM_OVERLAP;
    enum mem_status status = target_check(&st->sys, e);
    if (status)
        return status;
    struct mem_entry *map = resize(st->map, st->n + 1, sizeof *map);
    if (!map)
        return MEM_NO_HOST;
    st->map = map;
    st->map[st->n++] = *e;
    return MEM_OK;
}

enum mem_status mem_store_unmap(struct mem_store *st, uint64_t lo, uint64_t hi) {
    for (size_t i = 0; i < st->n; i++)
        if (st->map[i].lo == lo && st->map[i].hi == hi) {
            st->map[i] = st->map[--st->n];
            return MEM_OK;
        }
    return MEM_UNMAPPED;
}

// The location under a virtual one, if the map gives it with permission perm; refusal is the answer if it
// is there without.
static enum mem_status store_target(const struct mem_store *st, uint64_t loc, unsigned perm,
                                    enum mem_status refusal, uint64_t *target) {
    for (size_t i = 0; i < st->n; i++) {
        const struct mem_entry *e = &st->map[i];
        if (loc < e->lo || loc >= e->hi || !e->perm)
            continue;
        *target = e->target + (loc - e->lo);
        return mem_allows(e->perm, perm) ? MEM_OK : refusal;
    }
    return MEM_UNMAPPED;
}

enum mem_status mem_store_read(const struct mem_store *st, uint64_t loc, struct mem_seen *seen) {
    uint64_t target = 0;
    enum mem_status status = store_target(st, loc, MEM_READ, MEM_MAP_NO_READ, &target);
    return status ? status : mem_system_read(&st->sys, target, seen);
}

enum mem_status mem_store_write(struct mem_store *st, uint64_t loc, uint64_t datum) {
    uint64_t target = 0;
    enum mem_status status = store_target(st, loc, MEM_WRITE, MEM_MAP_NO_WRITE, &target);
    return status ? status : mem_system_write(&st->sys, target, datum);
}

enum mem_status mem_store_copy(struct mem_store *st, uint64_t a, uint64_t b) {
    struct mem_seen seen = {0};
    enum mem_status status = mem_store_read(st, b, &seen);
    if (status)
        return status;
    return seen.there ? mem_store_write(st, a, seen.datum) : MEM_ABSENT;
}
