/* replay.c - see replay.h: lines in order, and the judgement of one. Rules are named by the sections of docs/machine.md. */
#include "replay_priv.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The clock that a line tells is the top's. */
static bool clock_told(struct replay *r, const char *s, const struct node *whose) {
    uint64_t at;

    if (!whose)
        return strcmp(s, "-") == 0 || replay_no(r, "5.1", "a clock without a node");
    if (!replay_number(s, 10, 0, &at))
        return replay_no(r, "format", "no clock");
    return at == replay_clock(r, whose) ||
           replay_no(r, "5.1", "the clock of #%" PRIu64 " is %" PRIu64, whose->id,
                     replay_clock(r, whose));
}

/* A trap's step is the node's that takes it, which may not be the top of before. */
static bool take_trap(struct replay *r, struct node *n, unsigned k, uint64_t step, const char *at) {
    if (step == 0 || !replay_advance(r, step - 1))
        return false;
    if (!replay_on_trap(r, k, step))
        return false;
    if (k < r->top) {
        replay_cut(r, k + 1);
        n->active = 0;
    }
    replay_top(r)->active = 0;
    if (!replay_advance(r, step) || !clock_told(r, at, n))
        return false;
    n->traps++;
    return true;
}

/* An ENTER of the node at level k ends with a STATUS. */
static bool end_enter(struct replay *r, unsigned k) {
    if (!replay_on_status(r, k))
        return false;
    if (k < r->top)
        replay_cut(r, k + 1);
    replay_top(r)->active = 0;
    r->retires = true;
    return true;
}

static bool suspend(struct replay *r) {
    if (!replay_has_run(r, replay_top(r)))
        return false;
    r->due.what = NOTHING; /* of the host, whose answer to node 0 does not fit */
    replay_cut(r, 0);
    r->halted = r->suspended = true;
    return true;
}

static bool event(struct replay *r, struct node *n, char *word[5], uint64_t step) {
    const char *what = word[3], *at = word[1], *label = word[2];
    int k = replay_level(r, n);

    if (strcmp(what, "trap") == 0)
        return k == NO_LEVEL ? replay_no(r, "1", "only nodes of the path trap")
                             : take_trap(r, n, (unsigned)k, step, at);
    if (!replay_advance(r, step))
        return false;
    if (strcmp(what, "status") == 0 && k != NO_LEVEL)
        return replay_restored(r) && end_enter(r, (unsigned)k) && clock_told(r, at, n);
    if (!clock_told(r, at, replay_top(r)))
        return false;
    if (strcmp(what, "again") == 0)
        return replay_on_enter(r, n, label, true);
    if (strcmp(what, "change") == 0)
        return replay_on_change(r, n);
    if (strcmp(what, "range") == 0)
        return replay_on_range(r, n);
    if (strcmp(what, "write") == 0)
        return replay_on_write(r, n);
    if (strcmp(what, "answer") == 0 && k != NO_LEVEL)
        return replay_on_answer(r, (unsigned)k);
    if (!replay_restored(r))
        return false;
    if (strcmp(what, "enter") == 0)
        return replay_on_enter(r, n, label, false);
    if (k == NO_LEVEL)
        return replay_no(r, "1", "#%" PRIu64 " is not on the path", n->id);
    if (strcmp(what, "exit") == 0)
        return replay_on_leave(r, (unsigned)k, replay_text(r, "reason"));
    if (strcmp(what, "dma") == 0)
        return replay_on_dma(r, (unsigned)k);
    if (strcmp(what, "suspend") == 0 && k == 0)
        return suspend(r);
    return replay_no(r, "format", "no event %s", what);
}

bool replay_line(struct replay *r, const char *line) {
    static const char *const next[] = {"", "exit", "trap", "status", "suspend"};
    char *word[5];
    uint64_t step, id;

    r->lines++;
    free(r->copy);
    r->copy = strdup(line);
    if (!r->copy || !replay_split(r, r->copy, word))
        return false;
    if (!replay_number(word[0], 10, 0, &step) || word[4][0] != '#' ||
        !replay_number(word[4] + 1, 10, 0, &id))
        return replay_no(r, "format", "step or number");
    bool entering = strcmp(word[3], "enter") == 0 || strcmp(word[3], "again") == 0;
    if (r->reset && entering && step == 0)
        replay_forget(r);
    struct node *n = replay_node(r, id);
    if (!entering && (!n->known || !replay_is_called(n, word[2], strlen(word[2]))))
        return replay_no(r, "1", "#%" PRIu64 " is not %.40s", id, word[2]);
    if (r->telling && (r->telling != n || strcmp(word[3], "range") != 0))
        return replay_no(r, "format", "the table of #%" PRIu64 " is not told to its end",
                         r->telling->id);
    if (r->due.what != NOTHING && strcmp(word[3], next[r->due.what]) != 0)
        return replay_no(r, "4.3", "an answer is to be followed by its %s", next[r->due.what]);
    r->events++;
    return event(r, n, word, step);
}

bool replay_end(struct replay *r) {
    if (r->telling || r->due.what != NOTHING || r->retires || !r->empty)
        return replay_no(r, "7", "the trace ends before node 0 was left");
    return r->events > 0 || replay_no(r, "format", "no event");
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
    replay_forget(r);
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
