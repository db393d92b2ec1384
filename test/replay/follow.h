/*
 * follow.h - for tests: a machine that the model follows (check/observe.h), its trace kept on request.
 *
 * With FROND_TRACES=DIR in the environment each machine's trace is written to a new file there, for
 * test/replay/alter.
 */
#ifndef TEST_FOLLOW_H
#define TEST_FOLLOW_H

#include "../../check/observe.h"

struct follower {
    struct observer *observer; /* NULL: nobody follows */
    FILE *copy;
};

/* Before the first enter. False: no memory, or no file. */
bool follow(struct follower *f, struct frond *m);
/* After the last. NULL: each event was allowed (or nobody follows); else what was not, until follow_free. */
const char *follow_end(struct follower *f);
/* After frond_free of the machine. */
void follow_free(struct follower *f);

#endif
