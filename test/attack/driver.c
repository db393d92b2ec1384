/* driver.c - see driver.h. */
#include "driver.h"
#include <string.h>

enum { NEEDS_RESET = 64, MARK = 0x6d };

const struct drive disk_in = {"disk", 0x10002000, 1, 0, .header = true, .most = 65536};
const struct drive disk_out = {"disk",      0x10002000,   1, 0, .header = true,
                               .out = true, .most = 65536};
const struct drive rng_in = {"rng", 0x10001000, 0, 0, .most = 0};
const struct drive console_in = {"console", 0x10003000, 2, 0, .waits = true, .most = 65536};
const struct drive console_out = {"console", 0x10003000, 2, 1, .out = true, .most = 65536};

static uint64_t pages(const struct node *n) { return n->pages ? n->pages : RAM; }

uint32_t reg32(struct rig *r, struct node *n, const struct drive *v, unsigned off) {
    struct seen s = DO(n, 0, v->window + off, LW(A0, A1, 0));
    return s.how == RETIRED ? (uint32_t)reg(r, n, A0) : UINT32_MAX;
}

struct seen write32(struct rig *r, struct node *n, const struct drive *v, unsigned off,
                    uint32_t value) {
    return DO(n, value, v->window + off, SW(A0, A1, 0));
}

void start_driver(struct rig *r, struct node *n, const struct drive *v, uint64_t desc_at,
                  uint32_t num) {
    write32(r, n, v, 0x70, 0);
    write32(r, n, v, 0x70, 1 | 2);
    write32(r, n, v, 0x24, 1);
    write32(r, n, v, 0x20, 1);
    write32(r, n, v, 0x70, 8);
    write32(r, n, v, 0x30, v->queue);
    write32(r, n, v, 0x38, num);
    write32(r, n, v, 0x80, (uint32_t)desc_at);
    write32(r, n, v, 0x84, (uint32_t)(desc_at >> 32));
    write32(r, n, v, 0x90, (uint32_t)(pages(n) + RING_AVAIL));
    write32(r, n, v, 0xa0, (uint32_t)(pages(n) + RING_USED));
    write32(r, n, v, 0x44, 1);
    write32(r, n, v, 0x70, 4);
}

void give(struct rig *r, struct node *n, const struct drive *v) {
    grant(r, n, v->window, PAGE, v->window, FROND_R | FROND_W);
    start_driver(r, n, v, RAM + RING_DESC, NUM);
}

void set_ring(struct rig *r, const struct node *n, unsigned i, struct vring_desc d) {
    poke(r, n, pages(n) + RING_DESC + 16 * i, &d, sizeof d);
}

unsigned data_at(const struct drive *v) { return v->header ? 1 : 0; }

uint16_t data_flags(const struct drive *v) {
    return (uint16_t)((v->header ? 1 : 0) | (v->out ? 0 : 2));
}

void ask(struct rig *r, const struct node *n, const struct drive *v, uint64_t at, uint32_t len) {
    const uint8_t header[16] = {v->out ? 1 : 0};
    const uint16_t avail[] = {0, 1, 0};
    poke(r, n, pages(n) + HEADER, header, sizeof header);
    put(r, n, pages(n) + RING_USED, 0);
    if (v->header) {
        set_ring(r, n, 0, (struct vring_desc){pages(n) + HEADER, 16, 1, 1});
        set_ring(r, n, 2, (struct vring_desc){pages(n) + HEADER + 16, 1, 2, 0});
    }
    set_ring(r, n, data_at(v), (struct vring_desc){at, len, data_flags(v), 2});
    poke(r, n, pages(n) + RING_AVAIL, avail, sizeof avail);
}

struct seen ring(struct rig *r, struct node *n, const struct drive *v) {
    struct seen s = write32(r, n, v, 0x50, v->queue);
    if (v->waits && s.how == RETIRED && frond_poll(r->m))
        s = load(r, n, pages(n) + DATA);
    return s;
}

struct seen deny(struct rig *r, struct node *n) {
    struct frond_desc d = desc(r, n);
    d.resume = FROND_DENY;
    set_desc(r, n, &d);
    return run(r, n);
}

bool broken(struct rig *r, struct node *n, const struct drive *v) {
    uint32_t status = reg32(r, n, v, 0x70);
    return status != UINT32_MAX && (status & NEEDS_RESET) != 0;
}

void clean(struct rig *r, const struct node *n, uint64_t at) {
    uint8_t mark[512];
    memset(mark, MARK, sizeof mark);
    poke(r, n, at, mark, sizeof mark);
    memset(r->disk, 0xdd, sizeof r->disk);
    memset(r->said, 0, sizeof r->said);
}

bool moved(struct rig *r, const struct drive *v, const struct node *n, uint64_t at) {
    uint8_t is[512];
    unsigned same = 0;
    if (v->out)
        return r->disk[0] == MARK || r->said[0] == MARK;
    peek(r, n, at, is, sizeof is);
    for (unsigned i = 0; i < sizeof is; i++)
        same += is[i] == MARK;
    return same < sizeof is;
}

void fill_disk(struct rig *r, const void *bytes, size_t n) {
    memset(r->disk, 0xdd, sizeof r->disk);
    memcpy(r->disk, bytes, n);
}
