/* host.h - what host.c needs of where it runs: native.c, user.c. */
#ifndef WORK_HOST_H
#define WORK_HOST_H

#include "work.h"

extern uint8_t host_pool[POOL_SIZE];
/* "work NAME n N checksum SUM" to standard output. */
void report(const char *name, uint64_t n, uint64_t sum);
void complain(const char *text);

#endif
