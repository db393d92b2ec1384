/* listing.h - frond run --dump-jit: translated code, disassembled by capstone, beside the guest's. */
#ifndef FROND_CLI_LISTING_H
#define FROND_CLI_LISTING_H

#include "frond.h"
#include <stdio.h>

struct listing;
/* To `to`, which stays the caller's. NULL: no memory, or capstone does not know the host. */
struct listing *listing_begin(FILE *to);
void listing_end(struct listing *l);
/* For frond_on_unit; opaque: the listing. */
void listing_unit(void *opaque, const struct frond_unit *u);

#endif
