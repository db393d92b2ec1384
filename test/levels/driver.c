/* driver.c - one request of a leaf to a virtio device, as a list of register stores and rings in its RAM. */
#include "driver.h"

enum {
    STATUS = 0x70,
    DRIVER_SEL = 0x24,
    DRIVER = 0x20,
    QUEUE_SEL = 0x30,
    QUEUE_NUM = 0x38,
    DESC = 0x80,
    AVAIL = 0x90,
    USED = 0xa0,
    READY = 0x44,
    NOTIFY = 0x50,
    LIST = 0x1000
};

void driver_setup(struct tower *t, const struct request *r) {
    const uint16_t avail[3] = {0, 1, 0};
    const uint32_t list[][2] = {
        {STATUS, 1},
        {STATUS, 3},
        {DRIVER_SEL, 1},
        {DRIVER, 1},
        {STATUS, 11},
        {QUEUE_SEL, 0},
        {QUEUE_NUM, 8},
        {DESC, (uint32_t)r->desc},
        {DESC + 4, (uint32_t)(r->desc >> 32)},
        {AVAIL, (uint32_t)r->avail},
        {AVAIL + 4, (uint32_t)(r->avail >> 32)},
        {USED, (uint32_t)r->used},
        {USED + 4, (uint32_t)(r->used >> 32)},
        {READY, 1},
        {STATUS, 15},
        {NOTIFY, 0},
        {UINT32_MAX, 0},
    };

    tower_write(t, t->leaf, BASE + LIST, list, sizeof list);
    if (r->desc - BASE < t->leaf_ram)
        tower_write(t, t->leaf, r->desc, r->split, sizeof r->split);
    if (r->avail - BASE < t->leaf_ram)
        tower_write(t, t->leaf, r->avail, avail, sizeof avail);
}

void driver_code(struct tower *t, unsigned slot, uint64_t used) {
    struct frond_desc *d = &t->level[t->leaf].d;

    d->x[10] = BASE + LIST;
    d->x[11] = FROND_VIRTIO_BASE + (uint64_t)slot * FROND_VIRTIO_STRIDE;
    d->x[12] = used;
    d->x[23] = UINT32_MAX;
    tower_code(t,
               (uint32_t[]){LWU(5, 10, 0), LWU(6, 10, 4), BEQ(5, 23, 20), ADD(5, 5, 11),
                            SW(6, 5, 0), ADDI(10, 10, 8), BEQ(0, 0, -24), LW(8, 11, STATUS)},
               8);
    if (used)
        tower_code(t, (uint32_t[]){LW(7, 12, 0)}, 1);
}
