/*
 * schedule.c - whose turn it is.
 *
 * A child's clock moves only while it runs, so that its own run is the same beside any siblings.
 * One that waits for its deadline is due when as much of the nucleus's time has passed; if nobody
 * runs, that time is skipped, or waited for if the nucleus's record says so (IMAGE_WAIT). Its clock
 * is then set to the deadline, exactly. A child that waits for something from outside gets no turn
 * before it comes; if all do, the nucleus itself waits, and its own parent sees it idle.
 *
 * Slices are budgets, by weight. A single child gets no budget, so that it costs nothing to be
 * here.
 */
#include "nucleus.h"

#define STIMECMP "0x14d" /* stimecmp: not every assembler knows it */

static uint64_t skipped; /* time that nobody needed */
static struct child *last;

static uint64_t now(void) { return csr_read("cycle") + skipped; }

void child_idle(struct child *c) {
    const struct frond_desc *d = c->maps.desc;

    if (d->deadline == UINT64_MAX) {
        c->state = SLEEPS;
        return;
    }
    c->state = WAITS;
    c->wake = now() + (d->deadline - d->clock);
}

void child_wake(uint64_t label) {
    struct child *c = children;

    do {
        if (c->label == label && c->state != ENDED)
            c->state = RUNS;
        c = c->next;
    } while (c != children);
}

void child_end(struct child *c, int code, const char *why) {
    c->state = ENDED;
    c->code = code;
    if (why != NULL)
        report(c, why, c->maps.desc->exit.reason);
    else if (code != 0 && c->uart != NULL)
        report(c, "ended with code", (uint64_t)code);
    else
        console_flush(c);
}

/* How many there are in each state, and who waits for the nearest deadline. */
static struct child *count(unsigned in[4]) {
    struct child *c = children, *nearest = NULL;

    in[RUNS] = in[WAITS] = in[SLEEPS] = in[ENDED] = 0;
    do {
        in[c->state]++;
        if (c->state == WAITS && (nearest == NULL || c->wake < nearest->wake))
            nearest = c;
        c = c->next;
    } while (c != children);
    return nearest;
}

/* Its deadline has come. */
static void due(struct child *c) {
    maps_clock(&c->maps, c->maps.desc->deadline);
    c->state = RUNS;
}

/* Until an interrupt (news, or input), or `wake`. */
static void wait(uint64_t wake) {
    struct child *c = children;

    do {
        console_flush(c);
        c = c->next;
    } while (c != children);
    if (wake != UINT64_MAX) {
        csr_write(STIMECMP, wake / FROND_STEPS_PER_TICK + 1);
        csr_set("sie", MIE_STIE);
    }
    __asm__ volatile("wfi");
    csr_clear("sie", MIE_STIE);
    interrupts_serve();
}

static struct child *next_that_runs(void) {
    struct child *c = last;

    do {
        c = c->next;
    } while (c->state != RUNS);
    return c;
}

struct child *schedule(void) {
    struct child *nearest;
    unsigned in[4];

    if (last == NULL)
        last = children;
    while (nearest = count(in), in[RUNS] == 0) {
        if (in[WAITS] == 0 && in[SLEEPS] == 0)
            return NULL;
        if (nearest == NULL) {
            wait(UINT64_MAX);
            continue;
        }
        if (nearest->wake > now() && (own->flags & IMAGE_WAIT) != 0) {
            wait(nearest->wake);
            continue;
        }
        if (nearest->wake > now())
            skipped += nearest->wake - now();
        due(nearest);
    }
    while (nearest != NULL && nearest->state == WAITS && nearest->wake <= now()) {
        due(nearest);
        nearest = count(in);
    }
    last = next_that_runs();
    if (in[RUNS] + in[WAITS] == 1) {
        maps_budget(&last->maps, UINT64_MAX);
    } else {
        uint64_t slice = own->budget != 0 ? own->budget : IMAGE_BUDGET;

        slice *= last->node->weight;
        if (nearest != NULL && nearest->state == WAITS && nearest->wake - now() < slice)
            slice = nearest->wake - now() + 1;
        maps_budget(&last->maps, slice);
    }
    return last;
}
