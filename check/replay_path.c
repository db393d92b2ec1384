/* replay_path.c - who is on the path, who is suspended inside whom, and everyone's accounts. */
#include "replay_priv.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

struct node *replay_node(struct replay *r, uint64_t id) {
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
bool replay_is_called(const struct node *n, const char *text, size_t len) {
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

int replay_level(const struct replay *r, const struct node *n) {
    for (unsigned l = 0; !r->empty && l <= r->top; l++)
        if (r->path[l] == n)
            return (int)l;
    return NO_LEVEL;
}

static uint64_t spent(const struct replay *r, const struct node *n) { return r->step - n->since; }
/* Of its budget. A free step over it leaves 0. */
uint64_t replay_left(const struct replay *r, const struct node *n) {
    return spent(r, n) < n->budget ? n->budget - spent(r, n) : 0;
}
uint64_t replay_clock(const struct replay *r, const struct node *n) {
    return n->clock + spent(r, n);
}

/* Levels from `level` up leave the path: they are suspended, each inside the one below. */
void replay_cut(struct replay *r, unsigned level) {
    for (unsigned l = level; !r->empty && l <= r->top; l++) {
        struct node *n = r->path[l];
        n->on_path = false;
        n->clock += spent(r, n);
        n->budget = replay_left(r, n);
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
bool replay_restored(struct replay *r) {
    if (r->empty || !r->restoring || r->due.what != NOTHING || replay_top(r)->active != 0)
        return true;
    for (unsigned l = 0; l <= r->top; l++) {
        struct node *n = r->path[l];
        if (n->answer != 0)
            return replay_no(r, "4.3", "#%" PRIu64 " goes on, but its answer was not applied",
                             n->id);
        memset(&n->pend, 0, sizeof n->pend);
    }
    r->restoring = false;
    return true;
}

/* Answers below level `end`, whose ENTERs have ended or stand no more. */
void replay_drop_answers(struct replay *r, unsigned end) {
    for (unsigned l = 0; l < end; l++)
        r->path[l]->answer = 0;
}

/* A node stops being the top: what it has retired is told. */
bool replay_has_run(struct replay *r, const struct node *n) {
    uint64_t ran;

    return replay_get(r, "ran", 10, &ran) && (ran == n->retired + n->made - n->traps ||
                                              replay_no(r, "5.1", "#%" PRIu64 " retired %" PRIu64,
                                                        n->id, n->retired + n->made - n->traps));
}

/* Time goes on to `step`: the top has executed. */
bool replay_advance(struct replay *r, uint64_t step) {
    if (step < r->step)
        return replay_no(r, "5.1", "steps go back, from %" PRIu64, r->step);
    if (step == r->step)
        return !r->retires || replay_no(r, "3.1", "the ENTER store that ended has not retired");
    if (r->empty)
        return replay_no(r, "5.1", "steps without a node");
    for (unsigned l = 0; l <= r->top; l++) {
        struct node *n = r->path[l];
        if (step - r->step > replay_left(r, n) + (r->free && replay_left(r, n) == 0))
            return replay_no(r, "5.2", "#%" PRIu64 " has made more steps than its budget", n->id);
    }
    if (replay_top(r)->active != 0)
        return replay_no(r, "3.1", "#%" PRIu64 " goes on, but its child was not restored",
                         replay_top(r)->id);
    if (!replay_restored(r))
        return false;
    replay_top(r)->made += step - r->step;
    replay_may_ring(r, replay_top(r));
    r->step = step;
    r->writes = 0;
    r->retires = r->restoring = r->free = false;
    return true;
}

void replay_push(struct replay *r, struct node *n) {
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

bool replay_same_access(const struct pending *a, const struct pending *b) {
    return a->here == b->here && a->kind == b->kind && a->flags == b->flags && a->addr == b->addr &&
           a->value == b->value && a->width == b->width && a->reg == b->reg && a->ilen == b->ilen;
}

bool replay_budgets(struct replay *r, unsigned upto) {
    for (unsigned l = 0; l <= upto; l++)
        if (replay_left(r, r->path[l]) == 0)
            return replay_no(r, "5.2", "the budget of level %u is 0: that comes first", l);
    return true;
}

/* The machine is gone. */
void replay_forget(struct replay *r) {
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
    memset(r->dma, 0, sizeof r->dma);
    r->nodes = r->step = r->writes = 0;
    r->halted = r->suspended = r->reset = r->free = false;
}
