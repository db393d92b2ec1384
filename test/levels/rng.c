/* rng.c - a driver of the virtio-rng in slot 0 for leaves: one request for random bytes. */
#include "rows.h"

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
    END = -1
};

struct split {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

void rng_setup(struct tower *t, const struct rng_request *r) {
    const struct split desc = {r->buffer, r->len, 2, 0};
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
        {(uint32_t)END, 0},
    };

    tower_write(t, t->leaf, BASE + RNG_LIST, list, sizeof list);
    if (r->desc - BASE < t->leaf_ram)
        tower_write(t, t->leaf, r->desc, &desc, sizeof desc);
    if (r->avail - BASE < t->leaf_ram)
        tower_write(t, t->leaf, r->avail, avail, sizeof avail);
}

/* Registers 5 to 7, 10 to 12, 23. After it, 7 is the used ring's first word, 8 the device's status. */
void rng_code(struct tower *t) {
    struct frond_desc *d = &t->level[t->leaf].d;

    d->x[10] = BASE + RNG_LIST;
    d->x[11] = FROND_VIRTIO_BASE;
    d->x[12] = BASE + 0x4000;
    d->x[23] = UINT32_MAX;
    tower_code(t,
               (uint32_t[]){LWU(5, 10, 0), LWU(6, 10, 4), BEQ(5, 23, 20), ADD(5, 5, 11),
                            SW(6, 5, 0), ADDI(10, 10, 8), BEQ(0, 0, -24), LW(7, 12, 0),
                            LW(8, 11, STATUS), SW(31, 30, 0)},
               10);
}
