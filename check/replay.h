/*
 * replay.h - a run of the engine judged by a model of the tree that shares none of its code.
 *
 * The trace (docs/trace.md) is read line by line. The model keeps who is on the path, who is suspended
 * inside whom, the tables as they were told, and every node's accounts; a line that docs/machine.md
 * does not allow then is the first event that the model forbids.
 */
#ifndef FROND_REPLAY_H
#define FROND_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct replay;

struct replay *replay_new(void);
void replay_free(struct replay *r);
/* One line, without its end. False: the model forbids it (replay_why), or it is no event. */
bool replay_line(struct replay *r, const char *line);
/* After the last line. False: the trace may not end here. */
bool replay_end(struct replay *r);
const char *replay_why(const struct replay *r);
uint64_t replay_events(const struct replay *r);
/* How many events needed something that the trace does not tell (an issuer's page table). */
uint64_t replay_unjudged(const struct replay *r);

#endif
