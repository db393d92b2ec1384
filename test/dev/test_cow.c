/*
 * test_cow.c - copy on write: against a plain array, and the disk below stays as it was.
 */
#include "rig.h"

#include <stdlib.h>

static void against_array(struct rig *r) {
    static uint8_t want[RIG_DISK], before[RIG_DISK], buf[RIG_DISK];
    struct dev_block *b = block_cow_new(&r->blk);
    uint64_t x = 1;
    memcpy(want, r->disk, RIG_DISK);
    memcpy(before, r->disk, RIG_DISK);
    for (unsigned i = 0; i < 2000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        size_t first = (x >> 33) % (RIG_DISK / 512), most = RIG_DISK / 512 - first;
        size_t n = 512 * (1 + (x >> 50) % (most < 24 ? most : 24));
        if (x >> 63) {
            memset(buf, (int)i, n);
            memcpy(want + 512 * first, buf, n);
            CHECK(b->write(b->opaque, 512 * first, buf, n) == 0);
        } else {
            CHECK(b->read(b->opaque, 512 * first, buf, n) == 0);
            CHECK(!memcmp(buf, want + 512 * first, n));
        }
    }
    CHECK(!memcmp(before, r->disk, RIG_DISK) && b->flush(b->opaque) == 0 && r->flushes == 0);
    block_cow_free(b);
}

/* More chunks than the table has at first. */
static int blank_read(void *opaque, uint64_t off, void *buf, size_t n) {
    (void)opaque;
    (void)off;
    memset(buf, 0, n);
    return 0;
}

static void grows(struct rig *r) {
    struct dev_block blank = {.size = 1u << 24, .read = blank_read};
    struct dev_block *b = block_cow_new(&blank);
    uint8_t buf[512];
    (void)r;
    for (uint64_t off = 0; off < blank.size; off += 4096) {
        memset(buf, (int)(off >> 12), sizeof buf);
        CHECK(b->write(b->opaque, off + 512, buf, 512) == 0);
    }
    for (uint64_t off = 0; off < blank.size; off += 4096) {
        CHECK(b->read(b->opaque, off + 512, buf, 512) == 0 && buf[0] == (uint8_t)(off >> 12));
        CHECK(b->read(b->opaque, off, buf, 512) == 0 && buf[0] == 0);
    }
    block_cow_free(b);
}

static void odd_size(struct rig *r) {
    uint8_t buf[512] = {1};
    r->blk.size = 4096 + 512 + 100;
    struct dev_block *b = block_cow_new(&r->blk);
    CHECK(b->size == 4096 + 512 && !b->read_only);
    r->blk.size = b->size;
    CHECK(b->write(b->opaque, 4096, buf, 512) == 0 && b->read(b->opaque, 4096, buf, 512) == 0 &&
          buf[0] == 1);
    block_cow_free(b);
    block_cow_free(NULL);
}

static void error_below(struct rig *r) {
    uint8_t buf[8192] = {0};
    struct dev_block *b = block_cow_new(&r->blk);
    CHECK(b->write(b->opaque, 0, buf, 512) == 0);
    r->disk_fails = true;
    CHECK(b->read(b->opaque, 0, buf, 4096) == 0);
    CHECK(b->read(b->opaque, 4096, buf, 512) == -1);
    memset(buf, 9, sizeof buf);
    CHECK(b->write(b->opaque, 0, buf, 8192) == -1);
    CHECK(b->read(b->opaque, 0, buf, 512) == 0 && buf[0] == 0);
    block_cow_free(b);
}

void test_cow(void) {
    static const struct row rows[] = {
        {"as an array", against_array},
        {"table grows", grows},
        {"odd size", odd_size},
        {"errors below", error_below},
    };
    run_rows(rows, sizeof rows / sizeof *rows, "cow");
}
