/* driver.h - see driver.c. Row: driver_code while it is built, driver_setup in its `before`. */
#ifndef LEVELS_DRIVER_H
#define LEVELS_DRIVER_H

#include "rows.h"

struct split {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next; /* flags: 1 one more follows, 2 the device writes */
};

/* Addresses of the rings, and the descriptors; what lies outside the leaf's RAM is the row's to fill. */
struct request {
    uint64_t desc, avail, used;
    struct split split[3];
};
void driver_setup(struct tower *t, const struct request *r);

/* Instructions that do it, with registers 5, 6, 10 to 12, 23. Then 8 is the device's Status and, if
 * `used` is not 0, 7 the used ring's first word. DRIVER_STEPS up to the doorbell. */
enum { DRIVER_STEPS = 7 * 15 + 5 };
void driver_code(struct tower *t, unsigned slot, uint64_t used);

#endif
