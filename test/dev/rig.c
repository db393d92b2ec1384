/*
 * rig.c - the fake bus and back ends, the driver's side of virtio, and the count.
 */
#include "rig.h"

#include <stdlib.h>

static const char *suite_now, *row_now;
static bool row_bad;
static unsigned passed, failed;

void begin_row(const char *suite, const char *name) {
    suite_now = suite;
    row_now = name;
    row_bad = false;
}

void row_failed(const char *file, int line, const char *what) {
    printf("FAIL %s: %s: %s:%d: %s\n", suite_now, row_now, file, line, what);
    row_bad = true;
}

void end_row(void) {
    if (row_bad)
        failed++;
    else
        passed++;
}

void run_rows(const struct row *rows, size_t n, const char *suite) {
    struct rig *r = malloc(sizeof *r);
    for (size_t i = 0; i < n; i++) {
        begin_row(suite, rows[i].name);
        rig_init(r);
        rows[i].run(r);
        CHECK(!r->crossed);
        rig_free(r);
        end_row();
    }
    free(r);
}

/* ---- Bus and back ends ----------------------------------------------------------------------- */

static enum dma rig_piece(struct rig *r, uint64_t addr, size_t len) {
    long now = r->pieces;
    if (len == 0 || addr % 4096 + len > 4096)
        r->crossed = true;
    if (r->stutter && !r->stuttered) {
        r->stuttered = true;
        return DMA_WAIT;
    }
    r->stuttered = false;
    if (now == r->wait_at) {
        r->wait_at = -1;
        return DMA_WAIT;
    }
    r->pieces++;
    if (now == r->refuse_at || addr < RIG_BASE || addr - RIG_BASE >= RIG_MEM)
        return DMA_REFUSED;
    enum page page = r->page[(addr - RIG_BASE) / 4096];
    return page == PAGE_RAM ? DMA_OK : page == PAGE_WAITS ? DMA_WAIT : DMA_REFUSED;
}

static enum dma rig_read(void *opaque, struct dev *d, uint64_t addr, void *buf, size_t len) {
    struct rig *r = opaque;
    enum dma how = rig_piece(r, addr, len);
    (void)d;
    if (how == DMA_OK)
        memcpy(buf, r->mem + (addr - RIG_BASE), len);
    return how;
}

static enum dma rig_write(void *opaque, struct dev *d, uint64_t addr, const void *buf, size_t len) {
    struct rig *r = opaque;
    enum dma how = rig_piece(r, addr, len);
    (void)d;
    if (how == DMA_OK)
        memcpy(r->mem + (addr - RIG_BASE), buf, len);
    return how;
}

static void rig_line(void *opaque, struct dev *d, bool level) {
    struct rig *r = opaque;
    (void)d;
    r->line = level;
    r->edges++;
}

static long rig_chr_read(void *opaque, uint8_t *buf, size_t n) {
    struct rig *r = opaque;
    size_t have = strlen(r->in);
    if (n > have)
        n = have;
    memcpy(buf, r->in, n);
    r->in += n;
    return (long)n;
}

static void rig_chr_write(void *opaque, const uint8_t *buf, size_t n) {
    struct rig *r = opaque;
    for (size_t i = 0; i < n && r->out_len < sizeof r->out; i++)
        r->out[r->out_len++] = buf[i];
}

static int rig_disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    struct rig *r = opaque;
    CHECK(off % 512 == 0 && n % 512 == 0 && off + n <= r->blk.size);
    r->disk_reads++;
    if (r->disk_fails)
        return -1;
    memcpy(buf, r->disk + off, n);
    return 0;
}

static int rig_disk_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    struct rig *r = opaque;
    CHECK(off % 512 == 0 && n % 512 == 0 && off + n <= r->blk.size);
    if (r->disk_fails)
        return -1;
    memcpy(r->disk + off, buf, n);
    return 0;
}

static int rig_disk_flush(void *opaque) {
    struct rig *r = opaque;
    r->flushes++;
    return r->disk_fails ? -1 : 0;
}

void rig_init(struct rig *r) {
    memset(r, 0, sizeof *r);
    r->wait_at = r->refuse_at = -1;
    r->in = "";
    r->chr = (struct dev_char){r, rig_chr_read, rig_chr_write};
    r->blk = (struct dev_block){.opaque = r,
                                .size = RIG_DISK,
                                .read = rig_disk_read,
                                .write = rig_disk_write,
                                .flush = rig_disk_flush};
    for (unsigned i = 0; i < RIG_DISK; i++)
        r->disk[i] = (uint8_t)(i * 7 + i / 512);
}

void rig_attach(struct rig *r, struct dev *d) {
    r->d = d;
    d->bus = (struct dev_bus){r, rig_read, rig_write, rig_line};
}

void rig_free(struct rig *r) {
    if (r->d)
        r->d->ops->free(r->d);
    r->d = NULL;
}

uint32_t rig_get(struct rig *r, uint32_t off) { return (uint32_t)r->d->ops->read(r->d, off, 4); }

unsigned rig_set(struct rig *r, uint32_t off, uint32_t value) {
    return r->d->ops->write(r->d, off, 4, value);
}

void rig_finish(struct rig *r, unsigned limit) {
    while (!r->d->ops->work(r->d))
        if (limit-- == 0) {
            CHECK(!"the transfer ends");
            return;
        }
}

/* ---- Driver ---------------------------------------------------------------------------------- */

uint64_t desc_of(unsigned q) { return RIG_BASE + q * 0x4000; }

uint64_t avail_of(unsigned q) { return RIG_BASE + q * 0x4000 + 0x1000; }

uint64_t used_of(unsigned q) { return RIG_BASE + q * 0x4000 + 0x3000 - 8; }

uint64_t data_at(unsigned off) { return RIG_BASE + 0x10000 + off; }

uint8_t *mem_at(struct rig *r, uint64_t addr) { return r->mem + (addr - RIG_BASE); }

void put(struct rig *r, uint64_t addr, unsigned n, uint64_t v) {
    for (unsigned i = 0; i < n; i++)
        mem_at(r, addr)[i] = (uint8_t)(v >> (8 * i));
}

uint64_t get(struct rig *r, uint64_t addr, unsigned n) {
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)mem_at(r, addr)[i] << (8 * i);
    return v;
}

static void set_addr(struct rig *r, uint32_t off, uint64_t addr) {
    rig_set(r, off, (uint32_t)addr);
    rig_set(r, off + 4, (uint32_t)(addr >> 32));
}

void driver_queue(struct rig *r, unsigned q, uint32_t num) {
    rig_set(r, 0x30, q);
    rig_set(r, 0x38, num);
    set_addr(r, 0x80, desc_of(q));
    set_addr(r, 0x90, avail_of(q));
    set_addr(r, 0xa0, used_of(q));
    rig_set(r, 0x44, 1);
}

void driver_start(struct rig *r, unsigned queues) {
    rig_set(r, V_STATUS, 1);
    rig_set(r, V_STATUS, 3);
    for (uint32_t sel = 0; sel < 2; sel++) {
        rig_set(r, 0x14, sel);
        rig_set(r, 0x24, sel);
        rig_set(r, 0x20, rig_get(r, 0x10));
    }
    rig_set(r, V_STATUS, 11);
    for (unsigned q = 0; q < queues; q++)
        driver_queue(r, q, QUEUE_NUM);
    rig_set(r, V_STATUS, 15);
}

void put_desc(struct rig *r, unsigned q, unsigned i, uint64_t addr, uint32_t len, unsigned flags,
              unsigned next) {
    uint64_t at = desc_of(q) + 16 * i;
    put(r, at, 8, addr);
    put(r, at + 8, 4, len);
    put(r, at + 12, 2, flags);
    put(r, at + 14, 2, next);
}

void offer(struct rig *r, unsigned q, unsigned head) {
    put(r, avail_of(q) + 4 + 2 * (r->avail[q] % QUEUE_NUM), 2, head);
    put(r, avail_of(q) + 2, 2, ++r->avail[q]);
}

unsigned add(struct rig *r, unsigned q, const struct seg *segs, unsigned n) {
    unsigned head = r->next_desc[q];
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (head + i) % QUEUE_NUM;
        unsigned flags = (i + 1 < n ? 1 : 0) | (segs[i].write ? 2 : 0);
        put_desc(r, q, at, segs[i].addr, segs[i].len, flags, (at + 1) % QUEUE_NUM);
    }
    r->next_desc[q] = (uint16_t)((head + n) % QUEUE_NUM);
    offer(r, q, head);
    return head;
}

void kick(struct rig *r, unsigned q) { CHECK(rig_set(r, V_NOTIFY, q) == DEV_WORK); }

unsigned used_idx(struct rig *r, unsigned q) { return (unsigned)get(r, used_of(q) + 2, 2); }

uint32_t used_id(struct rig *r, unsigned q, unsigned i) {
    return (uint32_t)get(r, used_of(q) + 4 + 8 * (i % QUEUE_NUM), 4);
}

uint32_t used_len(struct rig *r, unsigned q, unsigned i) {
    return (uint32_t)get(r, used_of(q) + 8 + 8 * (i % QUEUE_NUM), 4);
}

int main(void) {
    test_uart();
    test_plic();
    test_rtc();
    test_virtio();
    test_ring();
    test_block();
    test_stream();
    test_resume();
    test_cow();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
