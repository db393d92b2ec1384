/* native.c - host.c with the host's C library. */
#include "host.h"
#include <inttypes.h>
#include <stdio.h>

uint8_t host_pool[POOL_SIZE] __attribute__((aligned(4096)));

void report(const char *name, uint64_t n, uint64_t sum) {
    printf("work %s n %" PRIu64 " checksum %016" PRIx64 "\n", name, n, sum);
}

void complain(const char *text) { fputs(text, stderr); }
