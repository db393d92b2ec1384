// states.h: a set of states of one size, kept in the order in which they were found.
//
// A breadth-first search takes state 0, 1, 2, … from it and adds what it finds; when it has taken all, n is the number
// of reachable states. A state is all of its bytes: what is padding must be 0. Host memory running out is told.
#ifndef FROND_TEST_VMCOUNT_STATES_H
#define FROND_TEST_VMCOUNT_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct states {
    size_t size;   // bytes of a state
    size_t n, cap; // states found, and room for them
    unsigned char *bytes;
    uint32_t *slot; // open addressing: number of a state and 1, or 0
    size_t slots;   // a power of two, over 2 * n
};

// False: no memory.
bool states_init(struct states *s, size_t size);
void states_free(struct states *s);
// Copies the state in, if it is new. False: no memory.
bool states_add(struct states *s, const void *state);
// State i < n; valid until the next states_add.
const void *states_get(const struct states *s, size_t i);

#endif
