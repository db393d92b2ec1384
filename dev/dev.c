/*
 * dev.c - what every device window shares: its wire.
 */
#include "dev.h"

void dev_set_line(struct dev *d, bool level) {
    if (d->line == level)
        return;
    d->line = level;
    if (d->bus.line)
        d->bus.line(d->bus.opaque, d, level);
}
