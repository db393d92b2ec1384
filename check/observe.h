/*
 * observe.h - a machine whose events the model judges as they come: replay.h without a file between.
 *
 *     struct observer *o = observe_begin(m, NULL);
 *     ... frond_enter(m) ...
 *     if (!observe_end(o))
 *         observe_why(o)
 *     observe_free(o);
 */
#ifndef FROND_OBSERVE_H
#define FROND_OBSERVE_H

#include "frond.h"
#include <stdio.h>

struct observer;

/* Takes the machine's events (frond_on_event): before its first enter, or the model does not know the
 * nodes. `copy`: they are written there as well, as docs/trace.md says; NULL: nowhere. NULL: the host
 * has no memory left. */
struct observer *observe_begin(struct frond *m, FILE *copy);
void observe_free(struct observer *o);
/* Calls `act` once, during the enter under way, at the first event that the model forbids. */
void observe_on_forbidden(struct observer *o, void (*act)(void *opaque), void *opaque);
/* After the last enter. False: an event was forbidden, or the machine may not end here. */
bool observe_end(struct observer *o);
/* The rule and the event. Valid until observe_free. */
const char *observe_why(const struct observer *o);
uint64_t observe_events(const struct observer *o);

#endif
