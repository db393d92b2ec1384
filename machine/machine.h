/* machine.h - what the files of machine/ share: a struct frond, put together. */
#ifndef FROND_MACHINE_H
#define FROND_MACHINE_H

#include "../dev/dev.h"
#include "../riscv/riscv.h"
#include "frond.h"

enum { WINDOWS = 1 + FROND_VIRTIO_SLOTS, UART_WINDOW = 0, REGIONS = 64 };

/* Who a device serves: the path, by uid, at the time of the store that claimed it. */
struct owner {
    unsigned nodes, room; /* 0 nodes: nobody; room: of each list */
    uint64_t *uid, *label;
    bool *told;    /* per level: its WHO has this device's news */
    uint64_t addr; /* of the window in the owner's space */
    unsigned mode; /* FROND_MODE_* of the last doorbell */
    bool news;     /* the line rose, or input came, while the owner was off the path */
};

struct slot {
    struct frond *m;
    struct dev *d;
    bool (*poll)(struct dev *d); /* takes input; NULL: it has none */
    struct owner owner;
    bool work;      /* work() is to be called */
    bool refuse;    /* the next piece is refused */
    unsigned level; /* during work(): of the owner */
};

/* A line of the trace, as it is put together (trace.c). */
struct text {
    const struct memory *memory;
    char *s;
    size_t n, room;
    bool cut;         /* the host had no memory for it */
    char small[4096]; /* enough but at great depth */
};

struct frond {
    struct riscv r; /* first: aligned as its atomics need */
    struct frond_desc *desc;
    struct frond_options o;
    struct memory memory; /* of all that follows but the arena */
    uint64_t held;        /* bytes of it */
    bool limited;         /* what was refused last was over the limit of the options */
    uint8_t *ram;
    uint64_t arena, given; /* bytes */
    struct frond_range region[REGIONS];
    unsigned regions;
    struct slot slot[WINDOWS];
    uint32_t owned;    /* bit per slot: somebody owns the device */
    bool path_changed; /* a transfer met a gap */
    bool poll_input;
    void (*tick)(void *opaque);
    void *tick_opaque;
    char error[160];
    uint64_t tohost; /* address; 0: none */
    bool ended;
    uint64_t code;
    const uint64_t *at;
    unsigned at_count;
    void (*hit)(void *opaque, struct frond *m, struct frond_name n, uint64_t at);
    void *hit_opaque;
    void (*line)(void *opaque, const char *text);
    void *line_opaque;
    struct text text;
    bool told;    /* an event, since */
    bool looking; /* the path is put together to look into a node, and not told */
    bool untold;  /* a table was read meanwhile: it is to be read again when it can be told */
};

enum frond_status fail(struct frond *m, enum frond_status s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The status for memory that was refused. */
enum frond_status no_memory(struct frond *m);

/* bus.c */
void bus_init(struct frond *m);
void bus_free(struct frond *m);
/* The device is the machine's from now on, also on failure. */
enum frond_status bus_attach(struct frond *m, unsigned window, struct dev *d,
                             bool (*poll)(struct dev *));
bool bus_poll(struct frond *m);

/* load.c: the address of `tohost`, or 0 */
void htif_poll(struct frond *m, bool left);

/* trace.c */
/* The host writes to a node's memory; size 0: to its descriptor. */
void trace_write(struct frond *m, const struct core_ctx *x, uint64_t addr, uint64_t size);
void text_free(struct text *t);

/* inspect.c */
struct frond_name path_name(const struct frond *m, unsigned level);
uint64_t hash_level(struct frond *m, unsigned level, uint64_t *holes);

#endif
