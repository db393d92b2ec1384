/*
 * fuzz_virtio.c - a libFuzzer target: bytes drive a virtio device's registers, the memory its rings
 * lie in, what the bus answers, and its input. It looks for crashes, for accesses outside the bus's
 * contract, and for work() without end.
 *
 *   clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
 *     -Iinclude -Idev dev/dev.c dev/virtio*.c dev/block_cow.c test/dev/fuzz_virtio.c -o fuzz_virtio
 *   ./fuzz_virtio -max_len=512 -max_total_time=60
 */
#include "dev.h"

#include <stdlib.h>
#include <string.h>

#define BASE            0x80000000u
#define MEM             32768u
#define DISK            16384u
#define PIECES_PER_CALL 20000 /* then the machine asks it to stop, as a host would */

struct fuzz {
    const uint8_t *in;
    size_t left;
    struct dev *d;
    uint8_t mem[MEM];
    uint8_t disk[DISK];
    uint8_t page[MEM / 4096]; /* enum dma */
    bool in_work;
    bool line;
    unsigned pieces;
    uint16_t avail; /* of queue 0, as request() counts it */
    unsigned num;
};

static void demand(bool what) {
    if (!what)
        abort();
}

static uint64_t take(struct fuzz *f, unsigned n) {
    uint64_t v = 0;
    for (unsigned i = 0; i < n && f->left; i++, f->left--)
        v |= (uint64_t)*f->in++ << (8 * i);
    return v;
}

static enum dma piece(struct fuzz *f, uint64_t addr, size_t len) {
    demand(f->in_work && len > 0 && addr % 4096 + len <= 4096);
    if (++f->pieces > PIECES_PER_CALL)
        return DMA_WAIT;
    if (addr < BASE || addr - BASE >= MEM)
        return DMA_REFUSED;
    return f->page[(addr - BASE) / 4096];
}

static enum dma bus_read(void *opaque, struct dev *d, uint64_t addr, void *buf, size_t len) {
    struct fuzz *f = opaque;
    enum dma how = piece(f, addr, len);
    (void)d;
    if (how == DMA_OK)
        memcpy(buf, f->mem + (addr - BASE), len);
    return how;
}

static enum dma bus_write(void *opaque, struct dev *d, uint64_t addr, const void *buf, size_t len) {
    struct fuzz *f = opaque;
    enum dma how = piece(f, addr, len);
    (void)d;
    if (how == DMA_OK)
        memcpy(f->mem + (addr - BASE), buf, len);
    return how;
}

static void bus_line(void *opaque, struct dev *d, bool level) {
    struct fuzz *f = opaque;
    demand(f->line != level && d->line == level);
    f->line = level;
}

static long chr_read(void *opaque, uint8_t *buf, size_t n) {
    struct fuzz *f = opaque;
    size_t have = take(f, 1) % 64;
    n = n < have ? n : have;
    memset(buf, 'x', n);
    return (long)n;
}

static void chr_write(void *opaque, const uint8_t *buf, size_t n) {
    (void)opaque;
    for (size_t i = 0; i < n; i++) {
        volatile uint8_t seen = buf[i];
        (void)seen;
    }
}

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    struct fuzz *f = opaque;
    demand(off % 512 == 0 && n % 512 == 0 && off <= DISK && n <= DISK - off);
    memcpy(buf, f->disk + off, n);
    return 0;
}

static int disk_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    struct fuzz *f = opaque;
    demand(off % 512 == 0 && n % 512 == 0 && off <= DISK && n <= DISK - off);
    memcpy(f->disk + off, buf, n);
    return 0;
}

static uint32_t status(struct fuzz *f) { return (uint32_t)f->d->ops->read(f->d, 0x70, 4); }

static void set(struct fuzz *f, uint32_t off, uint32_t value) {
    f->d->ops->write(f->d, off, 4, value);
}

static void work(struct fuzz *f) {
    bool broken = status(f) & 64;
    f->pieces = 0;
    f->in_work = true;
    bool done = f->d->ops->work(f->d);
    f->in_work = false;
    demand(!broken || (done && f->pieces == 0));
    demand(done || !(status(f) & 64));
}

/* A driver's start, so that the bytes need not find it out: queues at the given pages. */
static void start(struct fuzz *f) {
    f->avail = 0;
    set(f, 0x70, 0);
    set(f, 0x70, 3);
    set(f, 0x20, (uint32_t)take(f, 2));
    set(f, 0x70, 11);
    for (uint32_t q = 0; q < 2; q++) {
        set(f, 0x30, q);
        unsigned num = 1u << take(f, 1) % 8;
        f->num = q == 0 ? num : f->num;
        set(f, 0x38, num);
        set(f, 0x80, BASE + q * 0x2000);
        set(f, 0x90, BASE + q * 0x2000 + 0x800);
        set(f, 0xa0, BASE + q * 0x2000 + 0xffc);
        set(f, 0x44, 1);
    }
    set(f, 0x70, 15);
}

static void put(struct fuzz *f, uint32_t at, uint64_t v, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        f->mem[(at + i) % MEM] = (uint8_t)(v >> (8 * i));
}

static void descriptor(struct fuzz *f) {
    uint32_t at = (uint32_t)(take(f, 1) % 2 * 0x2000 + take(f, 1) % 128 * 16);
    put(f, at, BASE + take(f, 2), 8);
    put(f, at + 8, take(f, 3), 4);
    put(f, at + 12, take(f, 1), 2);
    put(f, at + 14, take(f, 1), 2);
}

static void offer(struct fuzz *f) {
    uint32_t q = take(f, 1) % 2;
    uint32_t avail = q * 0x2000 + 0x800;
    unsigned slot = (unsigned)take(f, 1) % 128;
    put(f, avail + 2, take(f, 1), 2);
    put(f, avail + 4 + 2 * slot, take(f, 1), 2);
    set(f, 0x50, q);
}

static void put_desc(struct fuzz *f, unsigned i, uint32_t at, uint32_t len, unsigned flags) {
    put(f, 16 * i, BASE + at, 8);
    put(f, 16 * i + 8, len, 4);
    put(f, 16 * i + 12, flags, 2);
    put(f, 16 * i + 14, i + 1, 2);
}

/* A block request as a driver makes it: header, up to three segments of data, status. */
static void request(struct fuzz *f) {
    static const uint8_t types[8] = {0, 0, 0, 1, 1, 4, 8, 11};
    unsigned i = 0, data = (unsigned)take(f, 1) % 4;
    uint32_t type = types[take(f, 1) % 8];
    put(f, 0x5000, type, 4);
    put(f, 0x5008, take(f, 1) % 40, 8);
    put_desc(f, i++, 0x5000, 16, 1);
    while (data--) {
        uint32_t len = (uint32_t)take(f, 1) % 12 * 512 + (take(f, 1) == 255 ? 100 : 0);
        put_desc(f, i++, 0x6000 + (uint32_t)take(f, 1) * 4, len, type == 1 ? 1 : 3);
    }
    put_desc(f, i, 0x5ff0, 1, 2);
    put(f, 0x804 + 2 * (f->num ? f->avail % f->num : 0), 0, 2);
    put(f, 0x802, ++f->avail, 2);
    set(f, 0x50, 0);
}

static void action(struct fuzz *f) {
    uint32_t off;
    switch (take(f, 1) % 12) {
    case 0:
        off = (uint32_t)take(f, 1) * 4;
        set(f, off, (uint32_t)take(f, 4));
        break;
    case 1:
        off = (uint32_t)take(f, 2);
        f->d->ops->read(f->d, off % 1024 * 4, 4);
        f->d->ops->read(f->d, off % 4096, 1);
        break;
    case 2: put(f, (uint32_t)take(f, 2), take(f, 4), 4); break;
    case 3: descriptor(f); break;
    case 4: offer(f); break;
    case 5: start(f); break;
    case 6: f->page[take(f, 1) % (MEM / 4096)] = take(f, 1) % 3; break;
    case 7: memset(f->page, DMA_OK, sizeof f->page); break;
    case 8:
        if (!strcmp(f->d->ops->name, "virtio-console"))
            virtio_console_poll(f->d);
        break;
    case 9: request(f); break;
    case 10: f->d->ops->reset(f->d); break;
    default: work(f); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct fuzz state;
    struct fuzz *f = &state;
    struct dev_char chr = {f, chr_read, chr_write};
    struct dev_block disk = {.opaque = f, .size = DISK, .read = disk_read, .write = disk_write};
    struct dev_block *cow = NULL;
    memset(f, 0, sizeof *f);
    f->in = data;
    f->left = size;
    switch (take(f, 1) % 4) {
    case 0: f->d = virtio_block_new(&disk); break;
    case 1:
        cow = block_cow_new(&disk);
        f->d = virtio_block_new(cow);
        break;
    case 2: f->d = virtio_rng_new(1); break;
    default: f->d = virtio_console_new(&chr); break;
    }
    f->d->bus = (struct dev_bus){f, bus_read, bus_write, bus_line};
    if (take(f, 1) & 1)
        start(f);
    while (f->left)
        action(f);
    work(f);
    f->d->ops->free(f->d);
    block_cow_free(cow);
    return 0;
}
