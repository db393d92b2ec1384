/*
 * dev.h - devices: a state struct, a read, a write, a reset, and work that moves data.
 *
 * A device knows a bus (through which it reaches its owner's memory) and a wire (its interrupt
 * line). It knows no hart, no file, no terminal and no tree of nodes: whoever attaches it supplies
 * these. The two kinds: device windows (struct dev: UART, virtio-mmio), of which the machine has a
 * fixed set, and the parts of a hart whose state lies in a node's descriptor (PLIC, RTC; functions
 * on the structs of frond_abi.h). Nothing here may fail on what a guest does: a bad request sets
 * the device's own error state.
 */
#ifndef FROND_DEV_H
#define FROND_DEV_H

#include "frond_abi.h"
#include "frond_backend.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dev;

/* What became of a piece of a transfer. */
enum dma {
    DMA_OK,     /* done */
    DMA_WAIT,   /* not now (owner off the path, a gap): keep the place, work() comes again */
    DMA_REFUSED /* never: the device goes into its error state */
};

/* The bus, as a device sees it: its owner's node-physical memory. A piece never crosses a 4 KiB
 * boundary (the device cuts). read and write are called from work() only. Filled by the machine;
 * `line` may be NULL. To stop a long transfer (the host's stop request) the machine answers
 * DMA_WAIT and calls work() later. */
struct dev_bus {
    void *opaque;
    enum dma (*read)(void *opaque, struct dev *d, uint64_t addr, void *buf, size_t len);
    enum dma (*write)(void *opaque, struct dev *d, uint64_t addr, const void *buf, size_t len);
    void (*line)(void *opaque, struct dev *d, bool level); /* called when `line` changes */
};

/* What a register write asks of the machine. */
enum { DEV_CLAIM = 1, DEV_WORK = 2 };
/* DEV_CLAIM: from now on this writer owns the device (virtio: Status left 0; UART: IER written).
 * DEV_WORK: work() is to be called before the next step (a doorbell). */

struct dev_ops {
    const char *name;
    /* off: offset in the window; width: 1, 2, 4 or 8, naturally aligned, checked by the bus against
     * `widths` (a bit per log2 of the width); an access of another width is an access fault. */
    unsigned widths;
    uint64_t (*read)(struct dev *d, uint32_t off, unsigned width);
    unsigned (*write)(struct dev *d, uint32_t off, unsigned width, uint64_t value); /* DEV_* */
    /* Moves data until nothing is left to do (true) or a piece had to wait (false). Its length per
     * call is bounded by the guest's own queues; it is resumed by being called again. */
    bool (*work)(struct dev *d);
    void (*reset)(struct dev *d); /* as at power-on; keeps the host side */
    void (*free)(struct dev *d);  /* the device, not its back end */
};

struct dev {
    const struct dev_ops *ops;
    struct dev_bus bus;
    bool line;         /* interrupt line, a level; changed by dev_set_line only */
    uint64_t base;     /* window in node 0's space */
    unsigned source;   /* PLIC source of the line, in the owner */
    const void *owner; /* the machine's: who owns it; devices never look */
    void *opaque;      /* the machine's */
};

/* Sets the line and tells the bus when it changed. */
void dev_set_line(struct dev *d, bool level);

/* Back ends, struct dev_char and struct dev_block, stand in frond_backend.h. */

/* A disk over another whose writes go to host memory and are lost with it; `below` is only read,
 * and must live as long. NULL: no memory. */
struct dev_block *block_cow_new(const struct dev_block *below);
void block_cow_free(struct dev_block *b);

/* ---- Device windows. NULL: no memory --------------------------------------------------------- */
struct dev *uart_new(const struct dev_char *chr);
/* Input may have come, or room: fetch from the back end, raise the line as IER says. True if
 * something was taken (the machine then tells WHO). */
bool uart_poll(struct dev *d);

struct dev *virtio_block_new(const struct dev_block *blk); /* *blk is copied */
struct dev *virtio_rng_new(uint64_t seed); /* deterministic: a function of the seed */
struct dev *virtio_console_new(const struct dev_char *chr);
/* As uart_poll: takes input if the driver has a buffer for it. True: work() is to move it there. */
bool virtio_console_poll(struct dev *d);

/* ---- Parts of the hart, state in the descriptor ---------------------------------------------- */

/* PLIC. off: offset from FROND_PLIC_BASE; 4-byte aligned accesses only (the caller checks).
 * `lines` is the level of each source now: a source whose line is high, not claimed and not
 * pending becomes pending (level-triggered gateway) at plic_sample. */
uint32_t plic_read(struct frond_plic *p, uint32_t off);
void plic_write(struct frond_plic *p, uint32_t off, uint32_t value, uint32_t lines);
void plic_sample(struct frond_plic *p, uint32_t lines);
/* Whether the context's external interrupt is high: an enabled pending source of priority above
 * the threshold. */
bool plic_interrupt(const struct frond_plic *p, unsigned context);
/* Values no register write can produce: offset in the struct of the first, or -1. */
int plic_check(const struct frond_plic *p);

/* RTC (goldfish): `now` is epoch + clock in ns. 4-byte accesses only. */
uint32_t rtc_read(struct frond_rtc *r, uint32_t off, uint64_t now);
void rtc_write(struct frond_rtc *r, uint32_t off, uint32_t value, uint64_t now);
/* As plic_check. */
int rtc_check(const struct frond_rtc *r);

#endif
