/* mix.h - a mix of integer work (mix.c). */
#ifndef MIX_H
#define MIX_H

#include <stdint.h>

/* n times all kinds of it; the checksum depends on n and seed only. */
uint16_t mix(uint64_t n, uint32_t seed);

#endif
