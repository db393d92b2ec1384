/*
 * driver.h - a node that drives a virtio device: its window, its rings, one request.
 *
 * Memory of the node, from node.pages on, or else FROND_RAM_BASE: rings and a header, in pages that rows play with.
 */
#ifndef ATTACK_DRIVER_H
#define ATTACK_DRIVER_H

#include "rig.h"

enum { RING_DESC = 0x8000, RING_AVAIL = 0x9000, RING_USED = 0xa000, HEADER = 0xb000, NUM = 8 };

/* A way to have a device move data. */
struct drive {
    const char *name;
    uint64_t window; /* in node 0, and where a node has it */
    unsigned slot, queue;
    bool header;   /* a disk's: a header before the data, a status behind */
    bool out;      /* the device reads memory */
    bool waits;    /* it moves nothing until input comes */
    uint32_t most; /* longest piece that it takes; 0: any */
};
extern const struct drive disk_in, disk_out, rng_in, console_in, console_out;

uint32_t reg32(struct rig *r, struct node *n, const struct drive *v, unsigned off);
struct seen write32(struct rig *r, struct node *n, const struct drive *v, unsigned off,
                    uint32_t value);
/* Resets the device and sets it going, with its descriptors at desc_at. */
void start_driver(struct rig *r, struct node *n, const struct drive *v, uint64_t desc_at,
                  uint32_t num);
/* The window and a driver. */
void give(struct rig *r, struct node *n, const struct drive *v);

struct vring_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};
void set_ring(struct rig *r, const struct node *n, unsigned i, struct vring_desc d);
/* Which descriptor of a request has the data, and with which flags. */
unsigned data_at(const struct drive *v);
uint16_t data_flags(const struct drive *v);

/* A transfer of `len` bytes to or from `at`, as request 0; not rung yet. */
void ask(struct rig *r, const struct node *n, const struct drive *v, uint64_t at, uint32_t len);
/* The doorbell; and input, if the device waits for it. */
struct seen ring(struct rig *r, struct node *n, const struct drive *v);
/* Answers a FAULT of n by DENY and lets it come back. */
struct seen deny(struct rig *r, struct node *n);
/* Whether the device has stopped on a bad request. */
bool broken(struct rig *r, struct node *n, const struct drive *v);

/* What tells a transfer: clean marks 512 bytes at `at`, an address of n's, and forgets what went before; moved
 * tells whether the device has put something there, or has what was there. */
void clean(struct rig *r, const struct node *n, uint64_t at);
bool moved(struct rig *r, const struct drive *v, const struct node *n, uint64_t at);

void fill_disk(struct rig *r, const void *bytes, size_t n);

#endif
