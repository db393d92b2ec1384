/* stdlib.h - what freestanding sources that are shared with the host program take from libc. */
#ifndef GUEST_STDLIB_H
#define GUEST_STDLIB_H

#include <stddef.h>

void *calloc(size_t n, size_t size); /* zeroed, 16-byte aligned; NULL: no room */
void free(void *p);

#endif
