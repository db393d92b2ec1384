/*
 * fdt.h - the device tree of a frond machine, written from a description.
 *
 * Engine and nucleus link the same writer: equal descriptions give equal bytes at every depth.
 * Freestanding: no allocation, no state; of libc only memcpy and memset, which a compiler may call.
 *
 * The tree is that of QEMU's "virt" as far as the machine goes, so that firmware and kernels built
 * for it find what they know; new are frond,nodectl and, for a nucleus, /chosen frond,archive.
 */
#ifndef FROND_FDT_H
#define FROND_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fdt_machine {
    uint64_t ram_size;              /* bytes from FROND_RAM_BASE */
    uint64_t initrd, initrd_size;   /* linux,initrd-start and -end; size 0: none */
    uint64_t archive, archive_size; /* frond,archive, what a nucleus runs; size 0: none */
    const char *bootargs;           /* NULL: none */
    uint64_t seed;                  /* of rng-seed; 0: the property is left out */
    uint32_t virtio;                /* bit n: virtio-mmio slot n is there */
    bool uart;                      /* a UART is there, and is the standard output */
};

/* Writes the tree to `to` and returns its size in bytes; 0 if it does not fit into `room`. With `to`
 * NULL nothing is written and `room` is not looked at. The size does not depend on the addresses,
 * so that a tree may be measured before what it speaks of is placed. `to` is 8-byte aligned. */
size_t fdt_write(void *to, size_t room, const struct fdt_machine *m);

#endif
