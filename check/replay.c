/* replay.c - see replay.h. Rules are named by the sections of docs/machine.md. */
#include "replay.h"
#include "frond_abi.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { P, NP, FIELDS = 32, NO_LEVEL = -1 };
#define MASK(page) ((page) & ~(uint64_t)(FROND_PAGE_SIZE - 1))

/* A map as told. entry[i] is good if told[i]. */
struct table {
    uint64_t addr, count, room, next; /* next: index that must come next, if a piece is under way */
    struct frond_range *entry;
    bool *told, piece;
};

/* The access that a FAULT left under way in a node. */
struct pending {
    bool here;
    unsigned kind, flags;
    uint64_t addr, value, width, reg, ilen;
};

struct node {
    bool known, on_path;
    uint64_t id, uid, desc, flat; /* flat: address of its descriptor in node 0, ~0 if not known */
    struct node *parent, *inside; /* inside: the node it stood in ENTER of when it was suspended */
    char *label;
    struct table map[2];
    char as;                                /* mode of its parent's ENTER: M, S, U */
    bool paged;                             /* which sees addresses through a page table */
    uint64_t since, clock, budget, retired; /* at that step, as told */
    uint64_t made, traps;                   /* steps as the top, and traps among them, since */
    uint64_t active; /* what the next restored child's descriptor is; 0: it is inside none */
    unsigned answer; /* that stands in it and must be applied: FROND_DONE, FROND_DENY */
    struct pending pend;
};

struct field {
    const char *name, *value;
};

struct replay {
    struct node **node;
    uint64_t nodes;
    struct node **path;
    unsigned top, room;
    bool empty;
    uint64_t step, events, unjudged;
    bool retires;   /* the ENTER of the top retires next: one step */
    bool restoring; /* nothing has been executed since the last enter */
    bool halted;    /* node 0 was left or suspended: only it may come */
    bool answered;  /* an answer has been taken since */
    struct {
        enum { NOTHING, EXIT_OF, TRAP_OF } what; /* that a DENY must be followed by */
        unsigned level;
        struct pending pend;
    } due;
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

/* ---- Nodes ------------------------------------------------------------------------------------------ */

static struct node *top(const struct replay *r) { return r->empty ? NULL : r->path[r->top]; }

static struct node *node_by(struct replay *r, uint64_t id) {
    for (uint64_t i = 0; i < r->nodes; i++)
        if (r->node[i]->id == id)
            return r->node[i];
    if (r->nodes % 64 == 0)
        r->node = realloc(r->node, (r->nodes + 64) * sizeof *r->node);
    struct node *n = calloc(1, sizeof *n);
    if (!n || !r->node)
        abort();
    n->id = id;
    n->flat = UINT64_MAX;
    r->node[r->nodes++] = n;
    return n;
}

static int level_of(const struct replay *r, const struct node *n) {
    for (unsigned l = 0; !r->empty && l <= r->top; l++)
        if (r->path[l] == n)
            return (int)l;
    return NO_LEVEL;
}

static uint64_t spent(const struct replay *r, const struct node *n) { return r->step - n->since; }
static uint64_t clock_of(const struct replay *r, const struct node *n) {
    return n->clock + spent(r, n);
}

/* Levels from `level` up leave the path: they are suspended, each inside the one below. */
static void cut(struct replay *r, unsigned level) {
    for (unsigned l = level; !r->empty && l <= r->top; l++) {
        struct node *n = r->path[l];
        n->on_path = false;
        n->clock += spent(r, n);
        n->budget -= spent(r, n);
        n->since = r->step;
        n->retired += n->made - n->traps;
        n->made = n->traps = 0;
        n->inside = l < r->top ? r->path[l + 1] : NULL;
    }
    r->empty = level == 0;
    if (level > 0)
        r->top = level - 1;
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
        if (step - n->since > n->budget)
            return no(r, "5.2", "#%" PRIu64 " has made more steps than its budget", n->id);
        if (n->answer != 0)
            return no(r, "4.3", "#%" PRIu64 " goes on, but its answer was not applied", n->id);
        memset(&n->pend, 0, sizeof n->pend);
    }
    if (top(r)->active != 0)
        return no(r, "3.1", "#%" PRIu64 " goes on, but its child was not restored", top(r)->id);
    top(r)->made += step - r->step;
    r->step = step;
    r->retires = r->restoring = r->answered = false;
    return true;
}

/* ---- Maps ------------------------------------------------------------------------------------------- */

typedef unsigned __int128 wide;
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
static bool whole(const struct table *t) {
    for (uint64_t i = 0; i < t->count; i++) {
        if (i >= t->room || !t->told[i] || !in_order(&t->entry[i]))
            return false;
        if (i > 0 && t->entry[i - 1].base + (wide)t->entry[i - 1].size > t->entry[i].base)
            return false;
    }
    return true;
}

/* 2.2: by scan if the table is known as a whole, else by the search, entry by entry. */
static enum look look_up(const struct table *t, uint64_t addr, struct frond_range *e) {
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

/* Where an address of level `level` lies in node 0's space, for an access that needs `need`. UNKNOWN: the
 * trace does not tell. */
static enum look flatten(const struct replay *r, unsigned level, unsigned mode, uint64_t addr,
                         unsigned need, uint64_t *out) {
    struct frond_range e;

    for (unsigned l = level;; l--) {
        const struct node *n = r->path[l];
        enum look look = look_up(&n->map[l == 0 ? P : mode], addr, &e);
        if (look != FOUND)
            return look;
        if ((need & ~e.flags) != 0)
            return GAP;
        *out = addr;
        if (l == 0)
            return FOUND;
        if (n->paged)
            return UNKNOWN;
        addr = e.target + (addr - e.base);
        mode = n->as == 'U' ? NP : mode;
    }
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
            t->count = t->next = 0;
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
    return true;
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
    t->entry[index] = is;
    return true;
}

/* ---- Enter ------------------------------------------------------------------------------------------- */

static void push(struct replay *r, struct node *n) {
    unsigned level = r->empty ? 0 : r->top + 1;

    if (level >= r->room) {
        r->room = level * 2 + 8;
        r->path = realloc(r->path, r->room * sizeof *r->path);
        if (!r->path)
            abort();
    }
    r->path[level] = n;
    r->top = level;
    r->empty = false;
    n->on_path = true;
    n->since = r->step;
    n->made = n->traps = 0;
}

static bool same_accounts(struct replay *r, struct node *n, bool again, uint64_t uid,
                          uint64_t clock, uint64_t budget, uint64_t retired) {
    if (n->known && retired != n->retired)
        return no(r, "5.1", "#%" PRIu64 " had retired %" PRIu64, n->id, n->retired);
    if (!n->known && retired != 0)
        return no(r, "5.1", "#%" PRIu64 " is new and has retired something", n->id);
    if (!again || !n->known || n->since != r->step)
        return true; /* a node of the path may have written there since */
    if (clock != n->clock || budget != n->budget || uid != n->uid)
        return no(r, "1, the law",
                  "#%" PRIu64 " was suspended with clock %" PRIu64 " budget %" PRIu64, n->id,
                  n->clock, n->budget);
    return true;
}

static bool set_map(struct replay *r, struct node *n, unsigned mode, const char *name) {
    struct table *t = &n->map[mode];
    uint64_t addr, count;

    if (!get_map(r, name, &addr, &count))
        return false;
    if (addr % 32 != 0 || count > 1ULL << 32 || (wide)addr + count * 32 > (wide)1 << 64)
        return no(r, "4.2", "a map that no descriptor may have");
    if (addr == t->addr && count == t->count)
        return true;
    if (t->told)
        memset(t->told, 0, t->room * sizeof *t->told);
    t->addr = addr;
    t->count = count;
    return true;
}

/* The child is its parent's: label, descriptor, mode. */
static bool set_child(struct replay *r, struct node *n, const char *label, bool again) {
    struct node *up = top(r);
    const char *as = text_of(r, "as");
    size_t len = strlen(up->label);
    uint64_t desc, flat = UINT64_MAX, i;

    if (!get(r, "desc", 16, &desc) || !as || !strchr("MSU", as[0]) || (as[1] && as[1] != '*'))
        return no(r, "format", "desc=, as=");
    if (strncmp(label, up->label, len) != 0 || label[len] != '.' ||
        !number(label + len + 1, 10, 0, &i) || i == UINT64_MAX)
        return no(r, "3.1", "only the top, %s, enters: its child is no %s", up->label, label);
    if (n->known && n->parent != up)
        return no(r, "3.1", "#%" PRIu64 " is a child of another node", n->id);
    if (desc % FROND_PAGE_SIZE != 0)
        return no(r, "3.1", "a descriptor is not page aligned");
    if (again && desc != MASK(up->active))
        return no(r, "3.1", "restored is what `active` names, %" PRIx64, MASK(up->active));
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

static bool on_enter(struct replay *r, struct node *n, const char *label, bool again) {
    uint64_t uid, clock, budget, retired, active, answer;

    if (n->on_path)
        return no(r, "3.1", "#%" PRIu64 " is on the path already", n->id);
    if (!get(r, "uid", 10, &uid) || !get(r, "clock", 10, &clock) ||
        !get(r, "budget", 10, &budget) || !get(r, "retired", 10, &retired) ||
        !get(r, "inside", 16, &active) || !get(r, "resume", 10, &answer))
        return false;
    if (answer > FROND_DENY)
        return no(r, "4.2", "resume is %" PRIu64, answer);
    if (active % FROND_PAGE_SIZE > 4 || active % 2 != 0 || (active && active % FROND_PAGE_SIZE < 2))
        return no(r, "4.2", "active is %" PRIx64, active);
    if (again ? (!r->empty && top(r)->active == 0) : (!r->empty && top(r)->active != 0))
        return no(r, "3.1",
                  again ? "nothing is to be restored" : "a child is to be restored first");
    if (r->empty && (again ? !r->halted : r->halted && n->known == false))
        return no(r, "7", "node 0 was not suspended");
    if (r->empty ? strcmp(label, "0") != 0 : !set_child(r, n, label, again))
        return r->empty ? no(r, "1", "the path begins with node 0") : false;
    if (!same_accounts(r, n, again, uid, clock, budget, retired))
        return false;
    if (!r->empty && !has_run(r, top(r)))
        return false;
    if (!r->empty && (!set_map(r, n, P, "p") || !set_map(r, n, NP, "np")))
        return false;
    if (again && n->known && n->since == r->step &&
        (n->inside ? n->inside->desc != MASK(active) : active != 0))
        return no(r, "3.1", "#%" PRIu64 " stood in another ENTER", n->id);
    if (!r->empty)
        top(r)->active = 0;
    if (n->uid != uid)
        memset(&n->pend, 0, sizeof n->pend);
    free(n->label);
    n->label = strdup(label);
    n->uid = uid;
    n->clock = clock;
    n->budget = budget;
    n->retired = retired;
    n->active = active;
    n->answer = (unsigned)answer;
    n->known = true;
    push(r, n);
    r->restoring = true;
    r->halted = false;
    return true;
}

/* ---- Exits ------------------------------------------------------------------------------------------- */

static bool budgets(struct replay *r, unsigned upto) {
    for (unsigned l = 0; l <= upto; l++)
        if (spent(r, r->path[l]) == r->path[l]->budget)
            return no(r, "5.2", "the budget of level %u is 0: that comes first", l);
    return true;
}

static const char *const kinds[] = {"-",    "LOAD", "STORE", "AMO", "FETCH",
                                    "WALK", "MAP",  "DESC",  "DMA"};

static bool get_access(struct replay *r, struct pending *p) {
    const char *kind = text_of(r, "kind");
    uint64_t flags;

    for (p->kind = 8; p->kind > 0 && (!kind || strcmp(kind, kinds[p->kind]) != 0); p->kind--)
        ;
    if (p->kind == 0 || !get(r, "addr", 16, &p->addr) || !get(r, "flags", 16, &flags) ||
        !get(r, "width", 10, &p->width) || !get(r, "reg", 10, &p->reg) ||
        !get(r, "ilen", 10, &p->ilen) || !get(r, "value", 16, &p->value))
        return no(r, "format", "no access");
    p->flags = (unsigned)flags;
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
        return no(r, "4.3", "no %s has such fields", kind);
    if ((flags & FROND_XF_DONE) != 0 && p->kind > FROND_FAULT_STORE)
        return no(r, "4.3", "no %s can be answered DONE", kind);
    if (plain && p->kind != FROND_FAULT_AMO &&
        ((flags & FROND_XF_WRITE) != 0) != (p->kind == FROND_FAULT_STORE))
        return no(r, "4.3", "WRITE of a %s", kind);
    p->here = true;
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
    const struct node *n = r->path[k];
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
static bool follow(struct replay *r, unsigned k, unsigned maker, int mode, const struct pending *p,
                   uint64_t via[]) {
    const char *s = text_of(r, "via");

    for (unsigned l = maker;; l--) {
        if (!number(s, 16, l == k ? 0 : ',', &via[l]))
            return no(r, "format", "via=");
        if (l == k)
            break;
        s = strchr(s, ',') + 1;
    }
    for (unsigned l = maker; l > k; l--) {
        const struct node *n = r->path[l];
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

static bool same_access(const struct pending *a, const struct pending *b) {
    return a->kind == b->kind && a->flags == b->flags && a->addr == b->addr &&
           a->value == b->value && a->width == b->width && a->reg == b->reg && a->ilen == b->ilen;
}

static bool denied_again(struct replay *r, unsigned k, const struct pending *p) {
    if (r->due.what != EXIT_OF || r->due.level != k)
        return no(r, "4.3", "a FAULT without an access, and no DENY asked for it");
    if (r->due.pend.here && !same_access(&r->due.pend, p))
        return no(r, "4.3", "the DENY was of %s at %" PRIx64, kinds[r->due.pend.kind],
                  r->due.pend.addr);
    r->due.what = NOTHING;
    return true;
}

static bool on_fault(struct replay *r, unsigned k) {
    struct pending p = {0};
    uint64_t maker, direct;

    if (!get_access(r, &p))
        return false;
    if (!text_of(r, "maker"))
        return denied_again(r, k, &p);
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
    uint64_t via[maker + 1];
    if (!follow(r, k, (unsigned)maker, first_map(r, &p, direct), &p, via))
        return false;
    if (!is_gap(r, k, p.flags & FROND_XF_NP ? NP : P, &p))
        return false;
    for (unsigned l = k; l <= maker; l++) {
        struct pending *q = &r->path[l]->pend;
        *q = p;
        q->addr = via[l];
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
               (spent(r, r->path[k]) == r->path[k]->budget || no(r, "5.2", "its budget is not 0"));
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

    if (!get(r, "clock", 10, &clock) || !get(r, "budget", 10, &budget) ||
        !get(r, "retired", 10, &retired))
        return false;
    if (clock != clock_of(r, n) || budget != n->budget - spent(r, n))
        return no(r, "5.1", "its clock is %" PRIu64 ", its budget %" PRIu64, clock_of(r, n),
                  n->budget - spent(r, n));
    if (retired != n->retired + n->made - n->traps)
        return no(r, "5.1", "it retired %" PRIu64, n->retired + n->made - n->traps);
    bool denied = r->due.what == EXIT_OF;
    if (!has_run(r, top(r)))
        return false;
    if (!reason || !reason_holds(r, k, reason))
        return reason ? false : no(r, "format", "reason=");
    if (denied && r->due.what != NOTHING)
        return no(r, "4.3", "a DENY is to be passed on first");
    for (unsigned l = 0; l <= r->top; l++) {
        if (l < k)
            r->path[l]->answer = 0;
        r->path[l]->active = l < k ? 0 : r->path[l]->active;
    }
    cut(r, k);
    r->retires = k > 0;
    r->halted = k == 0;
    return true;
}

/* ---- Answers, traps, the rest -------------------------------------------------------------------------- */

static bool on_answer(struct replay *r, unsigned k) {
    struct node *n = r->path[k], *t = top(r);
    const struct pending had = n->pend;
    bool done = text_of(r, "DONE") != NULL;
    struct pending p = {0};

    if (!done && !text_of(r, "DENY"))
        return no(r, "4.3", "no such answer");
    if (!r->restoring || n->answer != (done ? FROND_DONE : FROND_DENY))
        return no(r, "4.3", "no such answer stands in #%" PRIu64, n->id);
    for (unsigned l = 0; l < k; l++)
        if (r->path[l]->answer != 0)
            return no(r, "4.3", "the answer of level %u comes first", l);
    n->answer = 0;
    r->answered = true;
    if (text_of(r, "kind") && strcmp(text_of(r, "kind"), "-") == 0) {
        if (had.here)
            return no(r, "4.3", "its access is gone");
        return true; /* nothing was under way: a STATUS must come */
    }
    if (!get_access(r, &p))
        return false;
    if (had.here && !same_access(&p, &had))
        return no(r, "4.3", "under way was %s at %" PRIx64, kinds[had.kind], had.addr);
    if (done) {
        if (t->active != 0)
            return no(r, "4.3", "DONE, and the path is not restored");
        if (had.here && t->pend.here &&
            (t->pend.flags & (FROND_XF_DONE | FROND_XF_SELF)) != (FROND_XF_DONE | FROND_XF_SELF))
            r->unjudged++; /* a STATUS must come; it is judged there */
        memset(&t->pend, 0, sizeof t->pend);
        return true;
    }
    memset(&n->pend, 0, sizeof n->pend);
    if ((p.flags & FROND_XF_SELF) == 0) {
        r->due.what = EXIT_OF;
        r->due.level = k + 1;
        r->due.pend = k < r->top ? r->path[k + 1]->pend : (struct pending){0};
    } else if (p.kind != FROND_FAULT_DMA) {
        r->due.what = TRAP_OF;
        r->due.level = k;
    }
    return true;
}

static bool on_trap(struct replay *r, unsigned k, uint64_t step) {
    uint64_t cause, tval;
    bool denied = r->due.what == TRAP_OF && r->due.level == k;

    if (!get(r, "cause", 16, &cause) || !get(r, "tval", 16, &tval))
        return false;
    if (step != r->step + 1)
        return no(r, "5.1", "a trap is a step");
    bool interrupt = cause >> 63 != 0;
    uint64_t number = cause & ~(1ULL << 63);
    if (interrupt ? number > 11 || (0xaaa >> number & 1) == 0 || tval != 0
                  : number > 15 || (0xb3ff >> number & 1) == 0)
        return number == 11 && !interrupt ? true : no(r, "1.1", "no such cause");
    if (denied && (interrupt || (number != 1 && number != 5 && number != 7)))
        return no(r, "4.3", "a DENY is an access fault");
    if (k < r->top && !denied &&
        (interrupt || (number != 5 && number != 7 && number != 13 && number != 15)))
        return no(r, "3.1", "the only trap of a suspended node is its ENTER's own fault");
    if (k < r->top)
        for (unsigned l = 0; l <= r->top; l++)
            r->path[l]->answer = 0;
    if (denied)
        r->due.what = NOTHING;
    return true;
}

static bool on_status(struct replay *r, unsigned k) {
    uint64_t status, stored;

    if (!get(r, "status", 16, &status) || !get(r, "stored", 16, &stored))
        return false;
    uint64_t code = status & 0xffff, field = status >> 16;
    bool unaligned = MASK(stored) != (stored & ~(uint64_t)7);
    if (code != FROND_ST_ALIGN && code != FROND_ST_ONPATH && code != FROND_ST_FIELD)
        return no(r, "3", "no such STATUS");
    if ((field != 0) != (code == FROND_ST_FIELD && field != 0) || field >= FROND_PAGE_SIZE)
        return no(r, "3.1", "a field at %" PRIx64, field);
    if (code == FROND_ST_ONPATH && unaligned)
        return no(r, "3.1", "not aligned: that comes first");
    if (code == FROND_ST_FIELD && field == FROND_D_RESUME && k < r->top && !r->answered)
        return no(r, "4.3", "no answer was given that could not fit");
    if (k < r->top && (code != FROND_ST_FIELD || field != FROND_D_RESUME))
        return no(r, "3.1", "only an answer that does not fit ends the ENTER of a suspended node");
    for (unsigned l = 0; l <= r->top; l++)
        r->path[l]->answer = 0;
    r->due.what = NOTHING;
    return true;
}

static bool on_dma(struct replay *r, unsigned k) {
    bool write = text_of(r, "write") != NULL, leads = false;
    uint64_t addr, bytes, window;

    if (!get(r, write ? "write" : "read", 16, &addr) || !get(r, "bytes", 10, &bytes) ||
        !get(r, "window", 10, &window))
        return false;
    if (window > FROND_VIRTIO_SLOTS || bytes == 0 ||
        addr % FROND_PAGE_SIZE + bytes > FROND_PAGE_SIZE)
        return no(r, "6.2", "no piece of a transfer");
    if (text_of(r, "refused"))
        return true;
    if (!text_of(r, "done"))
        return no(r, "format", "done or refused");
    for (unsigned m = P; m <= (k ? NP : P); m++) {
        struct frond_range e;
        enum look l = look_up(&r->path[k]->map[m], addr, &e);
        leads |= l == FOUND && ((write ? FROND_W : FROND_R) & e.flags) != 0;
    }
    return leads || no(r, "6.2", "the owner's maps do not lead there");
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

static bool event(struct replay *r, struct node *n, char *word[5], uint64_t step) {
    const char *what = word[3], *at = word[1], *label = word[2];
    int k = level_of(r, n);

    if (strcmp(what, "trap") == 0)
        return k == NO_LEVEL ? no(r, "1", "only nodes of the path trap")
                             : take_trap(r, n, (unsigned)k, step, at);
    if (!advance(r, step))
        return false;
    if (strcmp(what, "status") == 0 && k != NO_LEVEL) {
        if (!on_status(r, (unsigned)k))
            return false;
        if ((unsigned)k < r->top)
            cut(r, (unsigned)k + 1);
        n->active = 0;
        r->retires = true;
        return clock_told(r, at, n);
    }
    if (!clock_told(r, at, top(r)))
        return false;
    if (strcmp(what, "enter") == 0 || strcmp(what, "again") == 0)
        return on_enter(r, n, label, what[0] == 'a');
    if (strcmp(what, "change") == 0)
        return on_change(r, n);
    if (k == NO_LEVEL)
        return no(r, "1", "#%" PRIu64 " is not on the path", n->id);
    if (strcmp(what, "range") == 0)
        return on_range(r, n);
    if (strcmp(what, "exit") == 0)
        return on_leave(r, (unsigned)k, text_of(r, "reason"));
    if (strcmp(what, "answer") == 0)
        return on_answer(r, (unsigned)k);
    if (strcmp(what, "dma") == 0)
        return on_dma(r, (unsigned)k);
    if (strcmp(what, "suspend") == 0 && k == 0) {
        if (!has_run(r, top(r)))
            return false;
        cut(r, 0);
        r->halted = true;
        return true;
    }
    return no(r, "format", "no event %s", what);
}

bool replay_line(struct replay *r, const char *line) {
    char *word[5];
    uint64_t step, id;

    r->lines++;
    free(r->copy);
    r->copy = strdup(line);
    if (!r->copy || !split(r, r->copy, word))
        return false;
    if (!number(word[0], 10, 0, &step) || word[4][0] != '#' || !number(word[4] + 1, 10, 0, &id))
        return no(r, "format", "step or number");
    struct node *n = node_by(r, id);
    bool entering = strcmp(word[3], "enter") == 0 || strcmp(word[3], "again") == 0;
    if (!entering && (!n->known || strcmp(n->label, word[2]) != 0))
        return no(r, "1", "#%" PRIu64 " is not %s", id, word[2]);
    if (r->telling && (r->telling != n || strcmp(word[3], "range") != 0))
        return no(r, "format", "the table of #%" PRIu64 " is not told to its end", r->telling->id);
    if (r->due.what != NOTHING && strcmp(word[3], "exit") != 0 && strcmp(word[3], "trap") != 0 &&
        strcmp(word[3], "status") != 0)
        return no(r, "4.3", "a DENY is to be passed on first");
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
    for (uint64_t i = 0; r && i < r->nodes; i++) {
        for (unsigned m = 0; m < 2; m++) {
            free(r->node[i]->map[m].entry);
            free(r->node[i]->map[m].told);
        }
        free(r->node[i]->label);
        free(r->node[i]);
    }
    if (!r)
        return;
    free(r->node);
    free(r->path);
    free(r->copy);
    free(r);
}

const char *replay_why(const struct replay *r) { return r->why; }
uint64_t replay_events(const struct replay *r) { return r->events; }
uint64_t replay_unjudged(const struct replay *r) { return r->unjudged; }
