/*
 * frond_backend.h - what stands behind the machine's UART and disks: supplied by the host program
 * (frond's own, or whoever embeds the library). Functions on plain pointers, nothing else.
 */
#ifndef FROND_BACKEND_H
#define FROND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A terminal or its like. read: up to n bytes that are there now, 0 if none, -1 at the end. write:
 * takes all n bytes. Either may be NULL: no input, output dropped. */
struct dev_char {
    void *opaque;
    long (*read)(void *opaque, uint8_t *buf, size_t n);
    void (*write)(void *opaque, const uint8_t *buf, size_t n);
};

/* A disk. Each returns 0, or -1 for a host error (the guest sees an I/O error). Offsets and lengths
 * in bytes, multiples of 512, inside `size` (the device checks). write may be NULL when read_only;
 * flush may be NULL. */
struct dev_block {
    void *opaque;
    uint64_t size; /* bytes; a rest that is no full sector is not offered */
    bool read_only;
    int (*read)(void *opaque, uint64_t off, void *buf, size_t n);
    int (*write)(void *opaque, uint64_t off, const void *buf, size_t n);
    int (*flush)(void *opaque);
};

#endif
