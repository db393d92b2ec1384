/* replay.c - see replay.h. Rules are named by the sections of docs/machine.md. */
#include "replay.h"
#include "frond_abi.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { P, NP, FIELDS = 32, NO_LEVEL = -1 };
#define DEVICE     (1ULL << 62) /* in a target of f[0]: a device's window */
#define MASK(page) ((page) & ~(uint64_t)(FROND_PAGE_SIZE - 1))

/* A map as told. entry[i] is good if told[i]. */
struct table {
    uint64_t addr, count, room, next; /* next: index that must come next, if a piece is under way */
    struct frond_range *entry;
    bool *told, piece;
    enum { MAYBE, WHOLE, PARTS } known; /* whether all of it is told and in order; MAYBE: look */
};

/* The access that a FAULT left under way in a node; cause, tval: the trap of a DENY. */
struct pending {
    bool here;
    uint64_t kind, flags, addr, value, width, reg, ilen, cause, tval;
};

struct node {
    bool known, on_path;
    bool same; /* it came to the path as it was suspended */
    uint64_t id, label, uid, desc;
    uint64_t flat;                /* address of its descriptor in node 0, ~0 if not known */
    struct node *parent, *inside; /* inside: the node it stood in ENTER of when it was suspended */
    struct table map[2];
    char as;                                /* mode of its parent's ENTER: M, S, U */
    bool paged;                             /* which sees addresses through a page table */
    uint64_t since, clock, budget, retired; /* at that step, as told */
    uint64_t made, traps;                   /* steps as the top, and traps among them, since */
    uint64_t active; /* what the next restored child's descriptor is; 0: it is inside none */
    unsigned answer; /* that stands in it and must be applied: FROND_DONE, FROND_DENY */
    struct pending pend;
};

/* Memory of node 0 that the host wrote; anywhere: it is not known where. */
struct written {
    uint64_t addr, bytes;
    bool anywhere;
};

typedef unsigned __int128 wide;

struct field {
    const char *name, *value;
};

struct replay {
    struct node **node; /* by number, hashed */
    uint64_t nodes, slots;
    struct node **path;
    uint64_t *via; /* of a fault: address at each level of the path */
    unsigned top, room;
    bool empty;
    uint64_t step, events, unjudged;
    bool retires;   /* the ENTER of the top retires next: one step */
    bool restoring; /* nothing has been executed since the last enter */
    bool halted;    /* node 0 was left or suspended: only it may come */
    bool suspended; /* which of the two */
    bool reset;     /* it asked for a reset: a machine of step 0 may come, another one */
    bool free;      /* the next step ends an ENTER that was being restored, or is an answer's or a HALT's:
                     * budgets are not looked at before */
    struct {
        enum { NOTHING, EXIT_OF, TRAP_OF, STATUS_OF, SUSPEND } what; /* that must come next */
        unsigned level;
        struct pending pend; /* EXIT_OF: its record; TRAP_OF: with cause and tval */
    } due;                   /* by an answer */
    struct written *write;   /* since the last step */
    uint64_t writes, write_room;
    struct node *telling; /* whose table is being told */
    unsigned telling_mode;
    struct field field[FIELDS];
    unsigned fields;
    char *copy;
    uint64_t lines;
    char why[400];
};

static bool no(struct replay *r, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool no(struct replay *r, const char *rule, const char *format, ...) {
    va_list args;
    int n = snprintf(r->why, sizeof r->why, "line %" PRIu64 ": %s: ", r->lines, rule);

    va_start(args, format);
    vsnprintf(r->why + n, sizeof r->why - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* ---- Lines ------------------------------------------------------------------------------------------ */

static const char *text_of(const struct replay *r, const char *name) {
    for (unsigned i = 0; i < r->fields; i++)
        if (strcmp(r->field[i].name, name) == 0)
            return r->field[i].value;
    return NULL;
}

/* A number, all of the text up to `end`. */
static bool number(const char *s, int base, char end, uint64_t *out) {
    char *rest;

    if (!s || *s == 0 || *s == '-' || *s == '+' || *s == ' ')
        return false;
    *out = strtoull(s, &rest, base);
    return *rest == end;
}

static bool get(struct replay *r, const char *name, int base, uint64_t *out) {
    return number(text_of(r, name), base, 0, out) || no(r, "format", "no number %s=", name);
}

static bool get_ranges(struct replay *r, const char *name, struct frond_range *e) {
    const char *s = text_of(r, name);
    uint64_t *to[] = {&e->base, &e->size, &e->target, &e->flags};

    for (unsigned i = 0; i < 4; i++) {
        if (!number(s, 16, i < 3 ? ',' : 0, to[i]))
            return no(r, "format", "no range %s=", name);
        s = i < 3 ? strchr(s, ',') + 1 : s;
    }
    return true;
}

static bool get_map(struct replay *r, const char *name, uint64_t *addr, uint64_t *count) {
    const char *s = text_of(r, name);

    return (number(s, 16, '/', addr) && number(strchr(s, '/') + 1, 10, 0, count)) ||
           no(r, "format", "no map %s=", name);
}

static const char *const kinds[] = {"-",    "LOAD", "STORE", "AMO", "FETCH",
                                    "WALK", "MAP",  "DESC",  "DMA"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* A kind by its name, or, where a VMM has written what is none, by its number. */
static bool kind_number(const char *s, char end, uint64_t *out) {
    for (*out = 0; *out < KINDS; ++*out) {
        size_t len = strlen(kinds[*out]);
        if (strncmp(s, kinds[*out], len) == 0 && s[len] == end)
            return true;
    }
    return number(s, 10, end, out) && *out >= KINDS;
}

/* ---- Nodes ------------------------------------------------------------------------------------------ */

static struct node *top(const struct replay *r) { return r->empty ? NULL : r->path[r->top]; }

/* The slot of a number, or the empty one that it would have. */
static struct node **slot_of(struct node **table, uint64_t slots, uint64_t id) {
    uint64_t i = (id * 0x9e3779b97f4a7c15u >> 20) & (slots - 1);

    while (table[i] && table[i]->id != id)
        i = (i + 1) & (slots - 1);
    return &table[i];
}

/* A table of twice the slots, so that at most half of them are taken. */
static void more_slots(struct replay *r) {
    uint64_t slots = r->slots ? 2 * r->slots : 64;
    struct node **bigger = calloc(slots, sizeof *bigger);

    if (!bigger)
        abort();
    for (uint64_t i = 0; i < r->slots; i++)
        if (r->node[i])
            *slot_of(bigger, slots, r->node[i]->id) = r->node[i];
    free(r->node);
    r->node = bigger;
    r->slots = slots;
}

static struct node *node_by(struct replay *r, uint64_t id) {
    if (2 * r->nodes >= r->slots)
        more_slots(r);
    struct node **slot = slot_of(r->node, r->slots, id);
    if (*slot)
        return *slot;
    struct node *n = calloc(1, sizeof *n);
    if (!n)
        abort();
    n->id = id;
    n->flat = UINT64_MAX;
    r->nodes++;
    return *slot = n;
}

/* Whether the first `len` characters of a text are the node's label, 0.1.2. */
static bool is_called(const struct node *n, const char *text, size_t len) {
    for (; n->parent; n = n->parent) {
        uint64_t rest = n->label;
        do
            if (len < 3 || text[--len] != (char)('0' + rest % 10))
                return false;
        while ((rest /= 10) != 0);
        if (text[--len] != '.')
            return false;
    }
    return len == 1 && text[0] == '0';
}

static int level_of(const struct replay *r, const struct node *n) {
    for (unsigned l = 0; !r->empty && l <= r->top; l++)
        if (r->path[l] == n)
            return (int)l;
    return NO_LEVEL;
}

static uint64_t spent(const struct replay *r, const struct node *n) { return r->step - n->since; }
/* Of its budget. A free step over it leaves 0. */
static uint64_t left(const struct replay *r, const struct node *n) {
    return spent(r, n) < n->budget ? n->budget - spent(r, n) : 0;
}
static uint64_t clock_of(const struct replay *r, const struct node *n) {
    return n->clock + spent(r, n);
}

/* Levels from `level` up leave the path: they are suspended, each inside the one below. */
static void cut(struct replay *r, unsigned level) {
    for (unsigned l = level; !r->empty && l <= r->top; l++) {
        struct node *n = r->path[l];
        n->on_path = false;
        n->clock += spent(r, n);
        n->budget = left(r, n);
        n->since = r->step;
        n->retired += n->made - n->traps;
        n->made = n->traps = 0;
        n->inside = l < r->top ? r->path[l + 1] : NULL;
    }
    r->empty = level == 0;
    if (level > 0)
        r->top = level - 1;
}

/* 4.3: once the path is restored, its answers are applied before anything else is done; then no access
 * is under way any more. */
static bool restored(struct replay *r) {
    if (r->empty || !r->restoring || r->due.what != NOTHING || top(r)->active != 0)
        return true;
    for (unsigned l = 0; l <= r->top; l++) {
        struct node *n = r->path[l];
        if (n->answer != 0)
            return no(r, "4.3", "#%" PRIu64 " goes on, but its answer was not applied", n->id);
        memset(&n->pend, 0, sizeof n->pend);
    }
    r->restoring = false;
    return true;
}

/* Answers below level `end`, whose ENTERs have ended or stand no more. */
static void drop_answers(struct replay *r, unsigned end) {
    for (unsigned l = 0; l < end; l++)
        r->path[l]->answer = 0;
}

/* A node stops being the top: what it has retired is told. */
static bool has_run(struct replay *r, const struct node *n) {
    uint64_t ran;

    return get(r, "ran", 10, &ran) &&
           (ran == n->retired + n->made - n->traps ||
            no(r, "5.1", "#%" PRIu64 " retired %" PRIu64, n->id, n->retired + n->made - n->traps));
}

/* Time goes on to `step`: the top has executed. */
static bool advance(struct replay *r, uint64_t step) {
    if (step < r->step)
        return no(r, "5.1", "steps go back, from %" PRIu64, r->step);
    if (step == r->step)
        return !r->retires || no(r, "3.1", "the ENTER store that ended has not retired");
    if (r->empty)
        return no(r, "5.1", "steps without a node");
    for (unsigned l = 0; l <= r->top; l++) {
        struct node *n = r->path[l];
        if (step - r->step > left(r, n) + (r->free && left(r, n) == 0))
            return no(r, "5.2", "#%" PRIu64 " has made more steps than its budget", n->id);
    }
    if (top(r)->active != 0)
        return no(r, "3.1", "#%" PRIu64 " goes on, but its child was not restored", top(r)->id);
    if (!restored(r))
        return false;
    top(r)->made += step - r->step;
    r->step = step;
    r->writes = 0;
    r->retires = r->restoring = r->free = false;
    return true;
}

/* ---- Maps ------------------------------------------------------------------------------------------- */

enum look { FOUND, GAP, BAD, UNKNOWN };

static bool in_order(const struct frond_range *e) {
    wide limit = (wide)1 << 64;

    return e->base % FROND_PAGE_SIZE == 0 && e->size % FROND_PAGE_SIZE == 0 &&
           e->target % FROND_PAGE_SIZE == 0 && e->size != 0 && e->base + (wide)e->size <= limit &&
           e->target + (wide)e->size <= limit && (e->flags & ~(uint64_t)15) == 0;
}

static bool holds(const struct frond_range *e, uint64_t addr) {
    return addr >= e->base && addr < e->base + (wide)e->size;
}

static uint64_t per_piece(const struct table *t, uint64_t index, uint64_t *first) {
    uint64_t start = t->addr % FROND_PAGE_SIZE / 32;
    uint64_t piece = (start + index) / 128;

    *first = piece == 0 ? 0 : piece * 128 - start;
    uint64_t end = (piece + 1) * 128 - start;
    return end < t->count ? end : t->count;
}

/* Every entry told, and all in order: then one scan is enough. */
static bool whole(struct table *t) {
    if (t->known == MAYBE) {
        t->known = WHOLE;
        for (uint64_t i = 0; i < t->count && t->known == WHOLE; i++)
            if (i >= t->room || !t->told[i] || !in_order(&t->entry[i]) ||
                (i > 0 && t->entry[i - 1].base + (wide)t->entry[i - 1].size > t->entry[i].base))
                t->known = PARTS;
    }
    return t->known == WHOLE;
}

/* 2.2: by scan if the table is known as a whole, else by the search, entry by entry. */
static enum look look_up(struct table *t, uint64_t addr, struct frond_range *e) {
    uint64_t lo = 0, hi = t->count, first;
    wide left = 0, right = (wide)1 << 64;

    if (per_piece(t, 0, &first) == t->count && whole(t)) {
        for (uint64_t i = 0; i < t->count; i++)
            if (holds(&t->entry[i], addr)) {
                *e = t->entry[i];
                return FOUND;
            }
        return GAP;
    }
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (mid >= t->room || !t->told[mid])
            return UNKNOWN;
        *e = t->entry[mid];
        if (!in_order(e) || left > e->base || e->base + (wide)e->size > right)
            return BAD;
        if (holds(e, addr))
            return FOUND;
        if (addr < e->base) {
            hi = mid;
            right = e->base;
        } else {
            lo = mid + 1;
            left = e->base + (wide)e->size;
        }
    }
    return GAP;
}

static bool is_private(uint64_t addr) {
    static const uint64_t window[][2] = {{FROND_FINISHER_BASE, FROND_FINISHER_SIZE},
                                         {FROND_RTC_BASE, FROND_RTC_SIZE},
                                         {FROND_CLINT_BASE, FROND_CLINT_SIZE},
                                         {FROND_CTL_BASE, FROND_CTL_SIZE},
                                         {FROND_PLIC_BASE, FROND_PLIC_SIZE}};

    for (unsigned i = 0; i < 5; i++)
        if (addr - window[i][0] < window[i][1])
            return true;
    return false;
}

/* Where an address of level `level` lies in node 0's space, for an access that needs `need`. UNKNOWN: the
 * trace does not tell. */
static enum look flatten(const struct replay *r, unsigned level, unsigned mode, uint64_t addr,
                         unsigned need, uint64_t *out) {
    struct frond_range e;

    for (unsigned l = level;; l--) {
        struct node *n = r->path[l];
        if (is_private(addr))
            return GAP;
        enum look look = look_up(&n->map[l == 0 ? P : mode], addr, &e);
        if (look != FOUND)
            return look;
        if ((need & ~e.flags) != 0)
            return GAP;
        *out = addr;
        if (l == 0)
            return (e.target & DEVICE) != 0 ? GAP : FOUND;
        if (n->paged)
            return UNKNOWN;
        addr = e.target + (addr - e.base);
        mode = n->as == 'U' ? NP : mode;
    }
}

/* range: entries of one 4 KiB of a table come together, in order. */
static bool on_range(struct replay *r, struct node *n) {
    unsigned mode = text_of(r, "map") && strcmp(text_of(r, "map"), "np") == 0 ? NP : P;
    struct table *t = &n->map[mode];
    struct frond_range e;
    uint64_t index, first;

    if (level_of(r, n) == NO_LEVEL)
        return no(r, "2.2", "a table is read of a node that is not on the path");
    if (!get(r, "index", 10, &index) || !get_ranges(r, "is", &e))
        return false;
    if (n == r->path[0]) {
        if (index == 0)
            t->count = t->next = 0; /* anew: f[0] may have grown */
        t->count = index + 1;
        if (index != t->next++ || mode == NP)
            return no(r, "format", "f[0] is not told in order");
    } else {
        if (index >= t->count)
            return no(r, "2.2", "the table has %" PRIu64 " entries", t->count);
        uint64_t end = per_piece(t, index, &first);
        if (index != (t->piece ? t->next : first))
            return no(r, "format", "entry %" PRIu64 " was to be told", t->piece ? t->next : first);
        t->next = index + 1;
        t->piece = t->next < end;
        r->telling = t->piece ? n : NULL;
        r->telling_mode = mode;
    }
    if (index >= t->room) {
        uint64_t room = index * 2 + 8;
        t->entry = realloc(t->entry, room * sizeof *t->entry);
        t->told = realloc(t->told, room * sizeof *t->told);
        if (!t->entry || !t->told)
            abort();
        memset(t->told + t->room, 0, (room - t->room) * sizeof *t->told);
        t->room = room;
    }
    t->entry[index] = e;
    t->told[index] = true;
    t->known = MAYBE;
    return true;
}

/* Whether the host may have written [at, at + size) of node 0 since the last step; at ~0: where that is is
 * not known. */
static bool host_wrote(const struct replay *r, uint64_t at, uint64_t size) {
    for (uint64_t i = 0; i < r->writes; i++) {
        const struct written *w = &r->write[i];
        if (w->anywhere || at == UINT64_MAX ||
            (at + (wide)size > w->addr && w->addr + (wide)w->bytes > at))
            return true;
    }
    return false;
}

static bool on_change(struct replay *r, struct node *n) {
    unsigned mode = text_of(r, "map") && strcmp(text_of(r, "map"), "np") == 0 ? NP : P;
    struct table *t = &n->map[mode];
    struct frond_range was, is;
    uint64_t index;

    if (!get(r, "index", 10, &index) || !get_ranges(r, "was", &was) || !get_ranges(r, "is", &is))
        return false;
    if (!n->known || index >= t->count || index >= t->room || !t->told[index])
        return no(r, "2.2", "a change of an entry that was never read");
    if (memcmp(&t->entry[index], &was, sizeof was) != 0)
        return no(r, "2.2", "entry %" PRIu64 " was not that", index);
    if (memcmp(&is, &was, sizeof is) == 0)
        return no(r, "2.2", "no change");
    bool in_0 = !n->paged && n->parent && n->parent->parent == NULL; /* the table is node 0's */
    if (r->empty && !host_wrote(r, in_0 ? t->addr + index * sizeof is : UINT64_MAX, sizeof is))
        return no(r, "7", "nobody has written there");
    t->entry[index] = is;
    t->known = MAYBE;
    return true;
}

/* ---- Enter ------------------------------------------------------------------------------------------- */

static void push(struct replay *r, struct node *n) {
    unsigned level = r->empty ? 0 : r->top + 1;

    if (level >= r->room) {
        r->room = level * 2 + 8;
        r->path = realloc(r->path, r->room * sizeof *r->path);
        r->via = realloc(r->via, r->room * sizeof *r->via);
        if (!r->path || !r->via)
            abort();
    }
    r->path[level] = n;
    r->top = level;
    r->empty = false;
    n->on_path = true;
    n->since = r->step;
    n->made = n->traps = 0;
}

static bool same_access(const struct pending *a, const struct pending *b) {
    return a->here == b->here && a->kind == b->kind && a->flags == b->flags && a->addr == b->addr &&
           a->value == b->value && a->width == b->width && a->reg == b->reg && a->ilen == b->ilen;
}

/* What an enter tells of a node's descriptor. */
struct told {
    uint64_t label, uid, clock, budget, retired, active, answer;
    uint64_t map[2], count[2]; /* by mode */
    struct pending pend;
};

/* pend=KIND,ADDR,VALUE,WIDTH,REG,ILEN,FLAGS,CAUSE,TVAL, or nothing. */
static bool get_pend(struct replay *r, struct pending *p) {
    const char *s = text_of(r, "pend");
    uint64_t *to[] = {&p->addr, &p->value, &p->width, &p->reg,
                      &p->ilen, &p->flags, &p->cause, &p->tval};
    static const int base[] = {16, 16, 10, 10, 10, 16, 16, 16};

    memset(p, 0, sizeof *p);
    if (!s)
        return true;
    p->here = kind_number(s, ',', &p->kind);
    for (unsigned i = 0; i < 8 && p->here; i++) {
        s = strchr(s, ',') + 1;
        p->here = number(s, base[i], i < 7 ? ',' : 0, to[i]);
    }
    return p->here || no(r, "format", "no access pend=");
}

static bool get_told(struct replay *r, const char *label, struct told *t) {
    const char *own = strrchr(label, '.');

    t->label = own ? strtoull(own + 1, NULL, 10) : 0;
    if (!get(r, "uid", 10, &t->uid) || !get(r, "clock", 10, &t->clock) ||
        !get(r, "budget", 10, &t->budget) || !get(r, "retired", 10, &t->retired) ||
        !get(r, "inside", 16, &t->active) || !get(r, "resume", 10, &t->answer) ||
        !get_map(r, "p", &t->map[P], &t->count[P]) ||
        !get_map(r, "np", &t->map[NP], &t->count[NP]) || !get_pend(r, &t->pend))
        return false;
    for (unsigned m = P; m <= NP; m++)
        if (t->map[m] % 32 != 0 || t->count[m] > 1ULL << 32 ||
            (wide)t->map[m] + t->count[m] * 32 > (wide)1 << 64)
            return no(r, "4.2", "a map that no descriptor may have");
    if (t->answer > FROND_DENY)
        return no(r, "4.2", "resume is %" PRIu64, t->answer);
    uint64_t length = t->active % FROND_PAGE_SIZE;
    if (t->active != 0 && length != 2 && length != 4)
        return no(r, "4.2", "active is %" PRIx64, t->active);
    return true;
}

/* The law: what was suspended, and has since been in nobody's hands, comes back as it was. */
static bool as_it_was(struct replay *r, const struct node *n, const struct told *t) {
    const struct pending *p = &t->pend;
    uint64_t inside = n->inside ? n->inside->desc : MASK(n->active);

    if (t->clock != n->clock || t->budget != n->budget || t->uid != n->uid || t->label != n->label)
        return no(r, "1, the law",
                  "#%" PRIu64 " was suspended as %" PRIu64 " with clock %" PRIu64
                  " budget %" PRIu64,
                  n->id, n->label, n->clock, n->budget);
    if (MASK(t->active) != inside || t->answer != n->answer)
        return no(r, "1, the law", "#%" PRIu64 " stood in %" PRIx64 ", resume %u", n->id, inside,
                  n->answer);
    if (!same_access(p, &n->pend) ||
        (n->pend.cause != 0 && (p->cause != n->pend.cause || p->tval != n->pend.tval)))
        return no(r, "1, the law", "#%" PRIu64 " had another access under way", n->id);
    for (unsigned m = P; m <= NP && n->parent; m++)
        if (t->map[m] != n->map[m].addr || t->count[m] != n->map[m].count)
            return no(r, "1, the law", "#%" PRIu64 " had other maps", n->id);
    return true;
}

static void set_map(struct table *t, uint64_t addr, uint64_t count) {
    if (addr == t->addr && count == t->count)
        return;
    if (t->told)
        memset(t->told, 0, t->room * sizeof *t->told);
    t->addr = addr;
    t->count = count;
    t->known = MAYBE;
}

/* The child is its parent's: label, descriptor, mode. */
static bool set_child(struct replay *r, struct node *n, const char *label, bool again) {
    struct node *up = top(r);
    const char *as = text_of(r, "as");
    const char *own = strrchr(label, '.');
    uint64_t desc, flat = UINT64_MAX, i;

    if (!get(r, "desc", 16, &desc) || !as || !strchr("MSU", as[0]) || (as[1] && as[1] != '*'))
        return no(r, "format", "desc=, as=");
    if (!own || !is_called(up, label, (size_t)(own - label)) || !number(own + 1, 10, 0, &i) ||
        i == UINT64_MAX)
        return no(r, "3.1", "only the top enters, #%" PRIu64 ": its child is no %.40s", up->id,
                  label);
    if (n->known && n->parent != up)
        return no(r, "3.1", "#%" PRIu64 " is a child of another node", n->id);
    if (desc % FROND_PAGE_SIZE != 0)
        return no(r, "3.1", "a descriptor is not page aligned");
    if (again && desc != MASK(up->active))
        return no(r, "3.1", "restored is what `active` names, %" PRIx64, MASK(up->active));
    if (again && up->same && n->known && n->since == r->step &&
        (n->as != as[0] || n->paged != (as[1] == '*')))
        return no(r, "1, the law", "#%" PRIu64 " stood there in another mode", up->id);
    n->as = as[0];
    n->paged = as[1] == '*';
    unsigned mode = n->as == 'U' ? NP : P;
    enum look look = n->paged ? UNKNOWN : flatten(r, r->top, mode, desc, FROND_R | FROND_W, &flat);
    if (look == GAP || look == BAD)
        return no(r, "3.1", "no descriptor: the maps do not lead there");
    r->unjudged += look == UNKNOWN;
    if (look == FOUND) {
        if (n->known && n->flat != UINT64_MAX && n->flat != flat)
            return no(r, "3.1", "the descriptor of #%" PRIu64 " lay elsewhere", n->id);
        n->flat = flat;
    }
    n->parent = up;
    n->desc = desc;
    return true;
}

/* 4.3: the access under way in the top is one that restoring would make again, and the DENY in level `l`
 * is of it. */
static bool met_again(const struct replay *r, unsigned l) {
    const struct pending *p = &top(r)->pend;

    return p->here && (p->flags & FROND_XF_SELF) != 0 &&
           (p->kind == FROND_FAULT_MAP || p->kind == FROND_FAULT_DESC ||
            p->kind == FROND_FAULT_WALK) &&
           (l == r->top || (r->path[l]->pend.flags & FROND_XF_SELF) == 0);
}

/* Whether such a node may come now. */
static bool may_come(struct replay *r, const struct node *n, const char *label, bool again) {
    if (n->on_path)
        return no(r, "3.1", "#%" PRIu64 " is on the path already", n->id);
    if (r->empty && strcmp(label, "0") != 0)
        return no(r, "1", "the path begins with node 0");
    if (r->empty && (again ? !r->suspended : r->halted && !n->known))
        return no(r, "7", "node 0 was not suspended");
    if (r->empty)
        return true;
    if (again != (top(r)->active != 0))
        return no(r, "3.1",
                  again ? "nothing is to be restored" : "a child is to be restored first");
    for (unsigned l = 0; l <= r->top; l++)
        if (r->path[l]->answer == FROND_DENY && met_again(r, l))
            return no(r, "4.3", "a DENY of what restoring would meet comes first");
    return true;
}

static bool on_enter(struct replay *r, struct node *n, const char *label, bool again) {
    struct told t;

    if (!may_come(r, n, label, again) || !get_told(r, label, &t))
        return false;
    if (!r->empty && !set_child(r, n, label, again))
        return false;
    if (t.retired != n->retired)
        return no(r, "5.1", "#%" PRIu64 " had retired %" PRIu64, n->id, n->retired);
    n->same = again && n->known && n->since == r->step && !host_wrote(r, n->flat, FROND_PAGE_SIZE);
    if (n->same && !as_it_was(r, n, &t))
        return false;
    if (!r->empty && !has_run(r, top(r)))
        return false;
    for (unsigned m = P; m <= NP && !r->empty; m++) /* node 0's is f[0] */
        set_map(&n->map[m], t.map[m], t.count[m]);
    if (!r->empty)
        top(r)->active = 0;
    n->label = t.label;
    n->uid = t.uid;
    n->clock = t.clock;
    n->budget = t.budget;
    n->active = t.active;
    n->answer = (unsigned)t.answer;
    n->pend = t.pend;
    n->known = true;
    push(r, n);
    r->restoring = true;
    r->halted = r->suspended = false;
    return true;
}

/* ---- Exits ------------------------------------------------------------------------------------------- */

static bool budgets(struct replay *r, unsigned upto) {
    for (unsigned l = 0; l <= upto; l++)
        if (left(r, r->path[l]) == 0)
            return no(r, "5.2", "the budget of level %u is 0: that comes first", l);
    return true;
}

/* The record of an access; kind `-`: there is none. */
static bool get_record(struct replay *r, struct pending *p) {
    const char *kind = text_of(r, "kind");

    if (!kind || !kind_number(kind, 0, &p->kind) || !get(r, "addr", 16, &p->addr) ||
        !get(r, "flags", 16, &p->flags) || !get(r, "width", 10, &p->width) ||
        !get(r, "reg", 10, &p->reg) || !get(r, "ilen", 10, &p->ilen) ||
        !get(r, "value", 16, &p->value))
        return no(r, "format", "no access");
    p->here = p->kind != 0;
    return true;
}

/* One that an access of now has left. */
static bool get_access(struct replay *r, struct pending *p) {
    if (!get_record(r, p))
        return false;
    if (p->kind == 0 || p->kind >= KINDS)
        return no(r, "4.3", "no access is of that kind");
    uint64_t flags = p->flags;
    bool plain = p->kind <= FROND_FAULT_AMO, write = (flags & FROND_XF_WRITE) != 0;
    bool sized = p->width == 1 || p->width == 2 || p->width == 4 || p->width == 8;
    if (flags > 63 || p->reg > 31 || (plain && ((p->ilen != 2 && p->ilen != 4) || !sized)) ||
        (p->kind == FROND_FAULT_FETCH &&
         (p->width != 2 || p->value || p->reg || p->ilen || write)) ||
        (p->kind == FROND_FAULT_WALK && ((p->width != 8 && p->width != 0) || p->value || p->reg)) ||
        (p->kind == FROND_FAULT_AMO && (p->width < 4 || p->ilen != 4 || p->value)) ||
        (p->kind == FROND_FAULT_STORE && p->width < 8 && p->value >> (8 * p->width)) ||
        (p->kind == FROND_FAULT_LOAD && p->value != 0) ||
        (p->kind == FROND_FAULT_MAP && (p->value || p->width || p->reg || p->ilen || write)) ||
        (p->kind == FROND_FAULT_DMA && (p->reg > FROND_VIRTIO_SLOTS || p->ilen || p->width)) ||
        ((flags & FROND_XF_SIGNED) != 0 && p->kind != FROND_FAULT_LOAD &&
         p->kind != FROND_FAULT_DESC && p->kind != FROND_FAULT_AMO) ||
        ((flags & FROND_XF_DONE) != 0 && (p->addr & (p->width - 1)) != 0))
        return no(r, "4.3", "no %s has such fields", kinds[p->kind]);
    if ((flags & FROND_XF_DONE) != 0 && p->kind > FROND_FAULT_STORE)
        return no(r, "4.3", "no %s can be answered DONE", kinds[p->kind]);
    if (plain && p->kind != FROND_FAULT_AMO &&
        ((flags & FROND_XF_WRITE) != 0) != (p->kind == FROND_FAULT_STORE))
        return no(r, "4.3", "WRITE of a %s", kinds[p->kind]);
    return true;
}

static unsigned needed(const struct pending *p) {
    bool write = (p->flags & FROND_XF_WRITE) != 0;

    switch (p->kind) {
    case FROND_FAULT_STORE: return FROND_W;
    case FROND_FAULT_AMO:
    case FROND_FAULT_WALK:
    case FROND_FAULT_DESC: return write ? FROND_R | FROND_W : FROND_R;
    case FROND_FAULT_FETCH: return FROND_X;
    case FROND_FAULT_DMA: return write ? FROND_W : FROND_R;
    default: return FROND_R;
    }
}

/* 2.1: in which map the access is when it comes to the level. -1: either. */
static int first_map(struct replay *r, const struct pending *p, bool direct) {
    const char *mode = text_of(r, "mode"), *data = text_of(r, "data");

    if (p->kind == FROND_FAULT_WALK)
        return P;
    if (p->kind == FROND_FAULT_DMA || (p->kind == FROND_FAULT_DESC && direct))
        return -1;
    return (p->kind == FROND_FAULT_FETCH ? mode : data)[0] == 'U' ? NP : P;
}

/* The gap: addr of level `k` leads nowhere in this map, for this access. */
static bool is_gap(struct replay *r, unsigned k, unsigned mode, const struct pending *p) {
    struct node *n = r->path[k];
    struct frond_range e;
    uint64_t flat;

    switch (look_up(&n->map[k == 0 ? P : mode], p->addr, &e)) {
    case GAP: return true;
    case BAD: return no(r, "2.2", "the search of that map is BAD");
    case UNKNOWN: return no(r, "2.2", "the map was not read where the gap is");
    case FOUND: break;
    }
    if ((needed(p) & ~e.flags) != 0 || (e.flags & 7) == 0)
        return true;
    if (k == 0)
        return no(r, "4.3", "node 0 has memory there");
    if (n->paged) {
        r->unjudged++;
        return true;
    }
    uint64_t at = e.target + (p->addr - e.base);
    if (is_private(at))
        return true;
    mode = n->as == 'U' ? NP : mode;
    if (p->kind == FROND_FAULT_DESC || p->kind == FROND_FAULT_DMA) { /* its own descriptor */
        if (MASK(at) == n->desc)
            return true;
        if (flatten(r, k - 1, mode, at, 0, &flat) != FOUND || n->flat == UINT64_MAX) {
            r->unjudged++;
            return true;
        }
        if (MASK(flat) == n->flat)
            return true;
    }
    return no(r, "4.3", "no gap: it leads to %" PRIx64 " of its parent", at);
}

/* The way of the access, from its maker's level down to k. */
static bool follow(struct replay *r, unsigned k, unsigned maker, int mode,
                   const struct pending *p) {
    const char *s = text_of(r, "via");
    uint64_t *const via = r->via;

    for (unsigned l = maker;; l--) {
        if (!number(s, 16, l == k ? 0 : ',', &via[l]))
            return no(r, "format", "via=");
        if (l == k)
            break;
        s = strchr(s, ',') + 1;
    }
    for (unsigned l = maker; l > k; l--) {
        struct node *n = r->path[l];
        struct frond_range e;
        bool ok = false, private = false;
        for (int m = P; m <= NP; m++) {
            if (mode >= 0 && m != mode)
                continue;
            if (look_up(&n->map[m], via[l], &e) != FOUND || (needed(p) & ~e.flags) != 0)
                continue;
            uint64_t at = e.target + (via[l] - e.base);
            private |= is_private(at) && !n->paged;
            ok |=
                n->paged ? at % FROND_PAGE_SIZE == via[l - 1] % FROND_PAGE_SIZE : at == via[l - 1];
        }
        if (!ok || private)
            return no(r, "2.3", "level %u: %" PRIx64 " does not lead to %" PRIx64, l, via[l],
                      via[l - 1]);
        r->unjudged += n->paged;
        mode = n->as == 'U' ? NP : mode;
    }
    unsigned np = (p->flags & FROND_XF_NP) != 0;
    if (mode >= 0 && (unsigned)mode != np)
        return no(r, "2.1", "met in %s", np ? "map_np" : "map_p");
    return via[k] == p->addr || no(r, "4.3", "addr is not where the access came to");
}

/* The exit that passes a DENY on: with the record that stood in the child's `pend`. */
static bool denied_again(struct replay *r, unsigned k) {
    struct pending p = {0};

    if (!get_record(r, &p))
        return false;
    if (r->due.what != EXIT_OF)
        return no(r, "4.3", "a FAULT without an access, and no DENY asked for it");
    if (r->due.level != k || !same_access(&r->due.pend, &p))
        return no(r, "4.3", "the DENY was of level %u, %" PRIx64, r->due.level, r->due.pend.addr);
    r->due.what = NOTHING;
    return true;
}

static bool on_fault(struct replay *r, unsigned k) {
    struct pending p = {0};
    uint64_t maker, direct;

    if (!text_of(r, "maker"))
        return denied_again(r, k);
    if (!get_access(r, &p))
        return false;
    if (!get(r, "maker", 10, &maker) || !get(r, "direct", 10, &direct))
        return false;
    const char *mode = text_of(r, "mode"), *data = text_of(r, "data");
    if (!mode || !data || !strchr("MSU", mode[0]) || !strchr("MSU", data[0]) || direct > 1)
        return no(r, "format", "mode=, data=, direct=");
    if (mode[0] != 'M' && data[0] != mode[0])
        return no(r, "2.1", "MPRV counts in M only");
    if (maker > r->top || maker < k)
        return no(r, "4.3", "the maker is no node from the gap's up");
    if (direct && maker != r->top && p.kind != FROND_FAULT_DMA && p.kind != FROND_FAULT_DESC)
        return no(r, "1", "only the top executes");
    if (!direct && p.kind != FROND_FAULT_MAP && p.kind != FROND_FAULT_WALK &&
        p.kind != FROND_FAULT_DESC)
        return no(r, "4.3", "%s is not implied by another access", kinds[p.kind]);
    if (p.kind == FROND_FAULT_MAP && direct)
        return no(r, "4.3", "nobody reads a table by an instruction as MAP");
    if (((p.flags & FROND_XF_SELF) != 0) != (maker == k))
        return no(r, "4.3", "SELF, and level %u made it", (unsigned)maker);
    bool by_instruction = direct && p.kind <= FROND_FAULT_FETCH;
    if (by_instruction && !budgets(r, r->top))
        return false;
    if (!follow(r, k, (unsigned)maker, first_map(r, &p, direct), &p))
        return false;
    if (!is_gap(r, k, p.flags & FROND_XF_NP ? NP : P, &p))
        return false;
    for (unsigned l = k; l <= maker; l++) {
        struct pending *q = &r->path[l]->pend;
        *q = p;
        q->addr = r->via[l];
        q->flags = (p.flags & ~(unsigned)FROND_XF_SELF) | (l == maker ? FROND_XF_SELF : 0);
    }
    return true;
}

static bool on_bad(struct replay *r, unsigned k) {
    uint64_t kind, i;

    if (!get(r, "kind", 10, &kind) || !get(r, "value", 16, &i))
        return false;
    if (kind != FROND_BAD_MAP_NP && kind != FROND_BAD_MAP_P)
        return no(r, "4.3", "BAD of which map?");
    const struct table *t = &r->path[k]->map[kind == FROND_BAD_MAP_NP ? NP : P];
    if (k == 0 || i >= t->count || i >= t->room || !t->told[i])
        return no(r, "2.2", "an entry that was not read is BAD");
    if (!in_order(&t->entry[i]))
        return true;
    for (uint64_t j = 0; j < t->count && j < t->room; j++) {
        const struct frond_range *a = &t->entry[j < i ? j : i], *b = &t->entry[j < i ? i : j];
        if (j != i && t->told[j] && a->base + (wide)a->size > b->base)
            return true;
    }
    return no(r, "2.2", "entry %" PRIu64 " is in order", i);
}

/* 5.2: why a node that made no step is left. */
static bool reason_holds(struct replay *r, unsigned k, const char *reason) {
    uint64_t pending;

    if (strcmp(reason, "FAULT") == 0)
        return on_fault(r, k);
    if (strcmp(reason, "BAD") == 0)
        return on_bad(r, k);
    if (strcmp(reason, "BUDGET") == 0 && (!text_of(r, "kind") || strcmp(text_of(r, "kind"), "0") ||
                                          strcmp(text_of(r, "value"), "0")))
        return no(r, "4.3", "BUDGET has no other fields");
    if (strcmp(reason, "BUDGET") == 0)
        return (k == 0 || budgets(r, k - 1)) &&
               (left(r, r->path[k]) == 0 || no(r, "5.2", "its budget is not 0"));
    if (strcmp(reason, "HALT") == 0) {
        uint64_t kind, value;
        if (!get(r, "kind", 10, &kind) || !get(r, "value", 16, &value))
            return false;
        if ((kind != FROND_HALT_EXIT && kind != FROND_HALT_RESET) || value > 0xffff ||
            (kind == FROND_HALT_RESET && value))
            return no(r, "4.3", "no HALT has such fields");
        return k == r->top || no(r, "4.3", "only the top halts");
    }
    if (!get(r, "pending", 16, &pending))
        return false;
    if (strcmp(reason, "IDLE") == 0) {
        if (k != r->top || pending != 0)
            return no(r, "5.2", "IDLE is the top's, with nothing pending");
        return budgets(r, k);
    }
    if (strcmp(reason, "INTERRUPT") == 0) {
        if (k == 0 || pending == 0 || (pending & ~(uint64_t)0xaaa) != 0)
            return no(r, "5.2", "INTERRUPT is for what is pending in the parent");
        return budgets(r, k - 1);
    }
    return no(r, "4.3", "no such reason");
}

static bool on_leave(struct replay *r, unsigned k, const char *reason) {
    struct node *n = r->path[k];
    uint64_t clock, budget, retired;
    bool due = r->due.what != NOTHING;

    if (!get(r, "clock", 10, &clock) || !get(r, "budget", 10, &budget) ||
        !get(r, "retired", 10, &retired))
        return false;
    if (clock != clock_of(r, n) || budget != left(r, n))
        return no(r, "5.1", "its clock is %" PRIu64 ", its budget %" PRIu64, clock_of(r, n),
                  left(r, n));
    if (retired != n->retired + n->made - n->traps)
        return no(r, "5.1", "it retired %" PRIu64, n->retired + n->made - n->traps);
    if (!has_run(r, top(r)))
        return false;
    if (!reason || !reason_holds(r, k, reason))
        return reason ? false : no(r, "format", "reason=");
    if (r->due.what != NOTHING)
        return no(r, "4.3", "an answer is to be done with first");
    drop_answers(r, k);
    n->answer = n->answer == FROND_DONE ? FROND_DONE : 0; /* a DONE is held */
    for (unsigned l = 0; l < k; l++)
        r->path[l]->active = 0;
    cut(r, k);
    r->retires = k > 0;
    r->free = due || r->restoring || strcmp(reason, "HALT") == 0;
    r->halted = k == 0;
    r->reset = k == 0 && strcmp(reason, "HALT") == 0 && strcmp(text_of(r, "kind"), "2") == 0;
    return true;
}

/* ---- Answers, traps, the rest -------------------------------------------------------------------------- */

/* The answer of level k does not fit: a STATUS for the parent that gave it; the host is told otherwise. */
static bool does_not_fit(struct replay *r, unsigned k) {
    r->due.what = k > 0 ? STATUS_OF : SUSPEND;
    r->due.level = k > 0 ? k - 1 : 0;
    r->free = true;
    return true;
}

/* A step, at once. */
static bool done(struct replay *r, unsigned k) {
    struct node *t = top(r);
    const struct pending *p = &t->pend;
    bool sized = p->width == 1 || p->width == 2 || p->width == 4 || p->width == 8;

    if (!p->here || (p->flags & FROND_XF_DONE) == 0 || !sized || p->reg > 31 ||
        (p->kind != FROND_FAULT_LOAD && p->kind != FROND_FAULT_STORE) ||
        (p->ilen != 2 && p->ilen != 4))
        return does_not_fit(r, k);
    memset(&t->pend, 0, sizeof t->pend);
    r->step++;
    t->made++;
    return true;
}

static bool deny(struct replay *r, unsigned k) {
    struct pending p = r->path[k]->pend;

    memset(&r->path[k]->pend, 0, sizeof p);
    if (!p.here)
        return does_not_fit(r, k);
    if ((p.flags & FROND_XF_SELF) != 0 && p.kind == FROND_FAULT_DMA)
        return true;
    r->due.what = (p.flags & FROND_XF_SELF) != 0 ? TRAP_OF : EXIT_OF;
    r->due.level = r->due.what == TRAP_OF ? k : k + 1;
    r->due.pend = r->due.what == TRAP_OF ? p
                  : k < r->top           ? r->path[k + 1]->pend
                                         : (struct pending){.here = false};
    r->free = true;
    if (r->due.what == TRAP_OF
            ? p.cause != 1 && p.cause != 5 && p.cause != 7
            : !r->due.pend.here || r->due.pend.kind == 0 || r->due.pend.kind >= KINDS)
        return does_not_fit(r, k);
    return true;
}

static bool on_answer(struct replay *r, unsigned k) {
    struct node *n = r->path[k];
    bool is_done = text_of(r, "DONE") != NULL, early = top(r)->active != 0;
    struct pending p = {0};

    if (!is_done && !text_of(r, "DENY"))
        return no(r, "4.3", "no such answer");
    if (!r->restoring || n->answer != (is_done ? FROND_DONE : FROND_DENY))
        return no(r, "4.3", "no such answer stands in #%" PRIu64, n->id);
    if (early && (is_done || !met_again(r, k)))
        return no(r, "4.3", "the path is restored first");
    for (unsigned l = 0; l < k; l++)
        if (r->path[l]->answer == FROND_DENY || (!early && r->path[l]->answer != 0))
            return no(r, "4.3", "the answer of level %u comes first", l);
    if (!get_record(r, &p))
        return false;
    if (!same_access(&p, &n->pend))
        return no(r, "4.3", "under way was %s at %" PRIx64,
                  n->pend.kind < KINDS ? kinds[n->pend.kind] : "nothing", n->pend.addr);
    n->answer = 0;
    return is_done ? done(r, k) : deny(r, k);
}

/* By the specification's order, of those for M first: which of `pending` comes, and may be masked in M. */
static bool is_first(uint64_t number, uint64_t pending, uint64_t deleg) {
    static const uint8_t order[] = {11, 3, 7, 9, 1, 5};
    uint64_t same = deleg >> number & 1 ? pending & deleg : pending & ~deleg;

    for (unsigned i = 0; i < sizeof order; i++)
        if (same >> order[i] & 1)
            return order[i] == number;
    return false;
}

static bool on_interrupt(struct replay *r, unsigned k, uint64_t number, uint64_t tval) {
    uint64_t pending, deleg;

    if (!get(r, "pending", 16, &pending) || !get(r, "deleg", 16, &deleg))
        return false;
    if (k < r->top || top(r)->active != 0 || r->due.what != NOTHING)
        return no(r, "5.2", "only the top takes an interrupt, when it has been restored");
    if (tval != 0 || (pending & ~(uint64_t)0xaaa) != 0 || (deleg & ~(uint64_t)0x222) != 0)
        return no(r, "1.1", "no such interrupt");
    if (number > 11 || !is_first(number, pending, deleg))
        return no(r, "1.1", "it is not the first of those that are pending");
    return budgets(r, k);
}

static bool on_exception(struct replay *r, unsigned k, uint64_t cause, uint64_t tval) {
    const struct pending *due = &r->due.pend;

    if (r->due.what == TRAP_OF) {
        if (r->due.level != k || cause != due->cause || tval != due->tval)
            return no(r, "4.3", "the DENY was cause %" PRIx64 ", tval %" PRIx64, due->cause,
                      due->tval);
        r->due.what = NOTHING;
        return true;
    }
    if (cause > 15 || (0xbbff >> cause & 1) == 0)
        return no(r, "1.1", "no such cause");
    if ((k < r->top || top(r)->active != 0) && cause != 5 && cause != 7 && cause != 13 &&
        cause != 15)
        return no(r, "3.1", "the only trap of a suspended node is its ENTER's own fault");
    return true;
}

static bool on_trap(struct replay *r, unsigned k, uint64_t step) {
    uint64_t cause, tval, number;
    bool enters = k < r->top || top(r)->active != 0 || r->due.what == TRAP_OF;

    if (!get(r, "cause", 16, &cause) || !get(r, "tval", 16, &tval))
        return false;
    if (step != r->step + 1)
        return no(r, "5.1", "a trap is a step");
    number = cause & ~(1ULL << 63);
    if (cause >> 63 ? !on_interrupt(r, k, number, tval) : !on_exception(r, k, cause, tval))
        return false;
    if (enters) {
        drop_answers(r, k + 1);
        r->free |= r->restoring;
    }
    return true;
}

static bool on_status(struct replay *r, unsigned k) {
    uint64_t status, stored;

    if (!get(r, "status", 16, &status) || !get(r, "stored", 16, &stored))
        return false;
    uint64_t code = status & 0xffff, field = status >> 16;
    bool unaligned = MASK(stored) != (stored & ~(uint64_t)7);
    bool refused = r->due.what == STATUS_OF;
    if (code != FROND_ST_ALIGN && code != FROND_ST_ONPATH && code != FROND_ST_FIELD)
        return no(r, "3", "no such STATUS");
    if ((field != 0 && code != FROND_ST_FIELD) || field >= FROND_PAGE_SIZE)
        return no(r, "3.1", "a field at %" PRIx64, field);
    if (code == FROND_ST_ONPATH && unaligned)
        return no(r, "3.1", "not aligned: that comes first");
    if (refused && (r->due.level != k || code != FROND_ST_FIELD || field != FROND_D_RESUME))
        return no(r, "4.3", "level %u is told that its answer does not fit", r->due.level);
    if (k < r->top && !refused)
        return no(r, "3.1", "only an answer that does not fit ends the ENTER of a suspended node");
    r->due.what = NOTHING;
    drop_answers(r, k + 1);
    r->free |= r->restoring;
    return true;
}

static bool on_dma(struct replay *r, unsigned k) {
    bool write = text_of(r, "write") != NULL;
    const char *mode = text_of(r, "mode");
    uint64_t addr, bytes, window, flat;

    if (!get(r, write ? "write" : "read", 16, &addr) || !get(r, "bytes", 10, &bytes) ||
        !get(r, "window", 10, &window))
        return false;
    if (!mode || !strchr("MSU", mode[0]) || mode[1])
        return no(r, "format", "mode=");
    if (window > FROND_VIRTIO_SLOTS || bytes == 0 ||
        addr % FROND_PAGE_SIZE + bytes > FROND_PAGE_SIZE)
        return no(r, "6.2", "no piece of a transfer");
    if (text_of(r, "refused"))
        return true;
    if (!text_of(r, "done"))
        return no(r, "format", "done or refused");
    enum look look = flatten(r, k, mode[0] == 'U' ? NP : P, addr, write ? FROND_W : FROND_R, &flat);
    r->unjudged += look == UNKNOWN;
    return look == FOUND || look == UNKNOWN || no(r, "6.2", "the owner's map does not lead there");
}

/* The host writes to memory of a node, or its descriptor. */
static bool on_write(struct replay *r, const struct node *n) {
    uint64_t addr = 0, bytes = 0;
    bool desc = text_of(r, "desc") != NULL;

    if (!r->empty)
        return no(r, "7", "the host writes between two enters only");
    if (!desc && (!get(r, "addr", 16, &addr) || !get(r, "bytes", 10, &bytes)))
        return false;
    if (r->writes == r->write_room) {
        r->write_room = 2 * r->write_room + 8;
        r->write = realloc(r->write, r->write_room * sizeof *r->write);
        if (!r->write)
            abort();
    }
    r->write[r->writes++] = (struct written){addr, bytes, desc || n->parent != NULL};
    return true;
}

/* ---- One line -------------------------------------------------------------------------------------------- */

static bool split(struct replay *r, char *line, char *word[5]) {
    char *rest = line, *w;

    r->fields = 0;
    for (unsigned i = 0; i < 5; i++)
        if (!(word[i] = strsep(&rest, " ")) || !*word[i])
            return no(r, "format", "step, clock, label, event, #number are wanted");
    while ((w = strsep(&rest, " ")) != NULL) {
        char *eq = strchr(w, '=');
        if (eq)
            *eq = 0;
        if (r->fields == FIELDS || !*w)
            return no(r, "format", "fields");
        if (text_of(r, w))
            return no(r, "format", "%s= comes twice", w);
        r->field[r->fields++] = (struct field){w, eq ? eq + 1 : ""};
    }
    return true;
}

/* The clock that a line tells is the top's. */
static bool clock_told(struct replay *r, const char *s, const struct node *whose) {
    uint64_t at;

    if (!whose)
        return strcmp(s, "-") == 0 || no(r, "5.1", "a clock without a node");
    if (!number(s, 10, 0, &at))
        return no(r, "format", "no clock");
    return at == clock_of(r, whose) ||
           no(r, "5.1", "the clock of #%" PRIu64 " is %" PRIu64, whose->id, clock_of(r, whose));
}

/* A trap's step is the node's that takes it, which may not be the top of before. */
static bool take_trap(struct replay *r, struct node *n, unsigned k, uint64_t step, const char *at) {
    if (step == 0 || !advance(r, step - 1))
        return false;
    if (!on_trap(r, k, step))
        return false;
    if (k < r->top) {
        cut(r, k + 1);
        n->active = 0;
    }
    top(r)->active = 0;
    if (!advance(r, step) || !clock_told(r, at, n))
        return false;
    n->traps++;
    return true;
}

/* An ENTER of the node at level k ends with a STATUS. */
static bool end_enter(struct replay *r, unsigned k) {
    if (!on_status(r, k))
        return false;
    if (k < r->top)
        cut(r, k + 1);
    top(r)->active = 0;
    r->retires = true;
    return true;
}

static bool suspend(struct replay *r) {
    if (!has_run(r, top(r)))
        return false;
    r->due.what = NOTHING; /* of the host, whose answer to node 0 does not fit */
    cut(r, 0);
    r->halted = r->suspended = true;
    return true;
}

static bool event(struct replay *r, struct node *n, char *word[5], uint64_t step) {
    const char *what = word[3], *at = word[1], *label = word[2];
    int k = level_of(r, n);

    if (strcmp(what, "trap") == 0)
        return k == NO_LEVEL ? no(r, "1", "only nodes of the path trap")
                             : take_trap(r, n, (unsigned)k, step, at);
    if (!advance(r, step))
        return false;
    if (strcmp(what, "status") == 0 && k != NO_LEVEL)
        return restored(r) && end_enter(r, (unsigned)k) && clock_told(r, at, n);
    if (!clock_told(r, at, top(r)))
        return false;
    if (strcmp(what, "again") == 0)
        return on_enter(r, n, label, true);
    if (strcmp(what, "change") == 0)
        return on_change(r, n);
    if (strcmp(what, "range") == 0)
        return on_range(r, n);
    if (strcmp(what, "write") == 0)
        return on_write(r, n);
    if (strcmp(what, "answer") == 0 && k != NO_LEVEL)
        return on_answer(r, (unsigned)k);
    if (!restored(r))
        return false;
    if (strcmp(what, "enter") == 0)
        return on_enter(r, n, label, false);
    if (k == NO_LEVEL)
        return no(r, "1", "#%" PRIu64 " is not on the path", n->id);
    if (strcmp(what, "exit") == 0)
        return on_leave(r, (unsigned)k, text_of(r, "reason"));
    if (strcmp(what, "dma") == 0)
        return on_dma(r, (unsigned)k);
    if (strcmp(what, "suspend") == 0 && k == 0)
        return suspend(r);
    return no(r, "format", "no event %s", what);
}

/* The machine is gone. */
static void forget(struct replay *r) {
    for (uint64_t i = 0; i < r->slots; i++) {
        if (!r->node[i])
            continue;
        for (unsigned m = 0; m < 2; m++) {
            free(r->node[i]->map[m].entry);
            free(r->node[i]->map[m].told);
        }
        free(r->node[i]);
        r->node[i] = NULL;
    }
    r->nodes = r->step = r->writes = 0;
    r->halted = r->suspended = r->reset = r->free = false;
}

bool replay_line(struct replay *r, const char *line) {
    static const char *const next[] = {"", "exit", "trap", "status", "suspend"};
    char *word[5];
    uint64_t step, id;

    r->lines++;
    free(r->copy);
    r->copy = strdup(line);
    if (!r->copy || !split(r, r->copy, word))
        return false;
    if (!number(word[0], 10, 0, &step) || word[4][0] != '#' || !number(word[4] + 1, 10, 0, &id))
        return no(r, "format", "step or number");
    bool entering = strcmp(word[3], "enter") == 0 || strcmp(word[3], "again") == 0;
    if (r->reset && entering && step == 0)
        forget(r);
    struct node *n = node_by(r, id);
    if (!entering && (!n->known || !is_called(n, word[2], strlen(word[2]))))
        return no(r, "1", "#%" PRIu64 " is not %.40s", id, word[2]);
    if (r->telling && (r->telling != n || strcmp(word[3], "range") != 0))
        return no(r, "format", "the table of #%" PRIu64 " is not told to its end", r->telling->id);
    if (r->due.what != NOTHING && strcmp(word[3], next[r->due.what]) != 0)
        return no(r, "4.3", "an answer is to be followed by its %s", next[r->due.what]);
    r->events++;
    return event(r, n, word, step);
}

bool replay_end(struct replay *r) {
    if (r->telling || r->due.what != NOTHING || r->retires || !r->empty)
        return no(r, "7", "the trace ends before node 0 was left");
    return r->events > 0 || no(r, "format", "no event");
}

struct replay *replay_new(void) {
    struct replay *r = calloc(1, sizeof *r);

    if (r)
        r->empty = true;
    return r;
}

void replay_free(struct replay *r) {
    if (!r)
        return;
    forget(r);
    free(r->node);
    free(r->path);
    free(r->via);
    free(r->write);
    free(r->copy);
    free(r);
}

const char *replay_why(const struct replay *r) { return r->why; }
uint64_t replay_events(const struct replay *r) { return r->events; }
uint64_t replay_unjudged(const struct replay *r) { return r->unjudged; }
