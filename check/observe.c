/* observe.c - see observe.h. */
#include "observe.h"
#include "replay.h"
#include <stdlib.h>
#include <string.h>

struct observer {
    struct replay *replay;
    FILE *copy;
    void (*act)(void *opaque);
    void *opaque;
    char why[1024]; /* "": all were allowed */
};

static void forbidden(struct observer *o, const char *event) {
    snprintf(o->why, sizeof o->why, "%s%s%s", replay_why(o->replay), event[0] ? ": " : "", event);
    if (o->act)
        o->act(o->opaque);
}

static void take(void *opaque, const char *line) {
    struct observer *o = opaque;

    if (o->copy)
        fprintf(o->copy, "%s\n", line);
    if (o->why[0] == 0 && !replay_line(o->replay, line))
        forbidden(o, line);
}

struct observer *observe_begin(struct frond *m, FILE *copy) {
    struct observer *o = calloc(1, sizeof *o);

    if (!o || !(o->replay = replay_new())) {
        free(o);
        return NULL;
    }
    o->copy = copy;
    frond_on_event(m, take, o);
    return o;
}

void observe_free(struct observer *o) {
    if (!o)
        return;
    replay_free(o->replay);
    free(o);
}

void observe_on_forbidden(struct observer *o, void (*act)(void *opaque), void *opaque) {
    o->act = act;
    o->opaque = opaque;
}

bool observe_end(struct observer *o) {
    if (o->why[0] == 0 && !replay_end(o->replay))
        forbidden(o, "");
    return o->why[0] == 0;
}

const char *observe_why(const struct observer *o) { return o->why; }

uint64_t observe_events(const struct observer *o) { return replay_events(o->replay); }
