/* stats.h - --stats: what every node of a machine did, as JSON. */
#ifndef FROND_CLI_STATS_H
#define FROND_CLI_STATS_H

#include "frond.h"
#include <stdio.h>

/* wall: ns of the run; status: the exit status that is to come. */
void stats_write(FILE *to, struct frond *m, uint64_t wall, int status);

/* A node's label: 0.1.2 */
void name_print(FILE *to, struct frond_name n);

#endif
