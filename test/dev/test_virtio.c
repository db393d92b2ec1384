/*
 * test_virtio.c - the transport's registers: identity, features, status, queues, what is ignored.
 */
#include "rig.h"

static void block(struct rig *r) { rig_attach(r, virtio_block_new(&r->blk)); }

static void identity(struct rig *r) {
    block(r);
    CHECK(rig_get(r, 0) == 0x74726976 && rig_get(r, 4) == 2 && rig_get(r, 8) == 2);
    CHECK(rig_get(r, 0x0c) == 0x554d4551);
    rig_free(r);
    rig_attach(r, virtio_rng_new(1));
    CHECK(rig_get(r, 8) == 4);
    rig_free(r);
    rig_attach(r, virtio_console_new(&r->chr));
    CHECK(rig_get(r, 8) == 3);
}

static void reset_values(struct rig *r) {
    static const uint32_t zero[] = {0x10c - 0xc, 0x14, 0x20, 0x24, 0x30, 0x38, 0x44,
                                    0x50,        0x60, 0x64, 0x70, 0x80, 0x84, 0x90,
                                    0x94,        0xa0, 0xa4, 0xac, 0xc0, 0xfc, 0x1c};
    block(r);
    for (size_t i = 1; i < sizeof zero / sizeof *zero; i++)
        CHECK(rig_get(r, zero[i]) == 0);
    CHECK(rig_get(r, 0x34) == 128 && !r->line);
    for (uint32_t off = 0xb0; off <= 0xbc; off += 4)
        CHECK(rig_get(r, off) == UINT32_MAX);
}

static void features(struct rig *r) {
    block(r);
    CHECK(rig_get(r, 0x10) == (1u << 1 | 1u << 2 | 1u << 6 | 1u << 9));
    rig_set(r, 0x14, 1);
    CHECK(rig_get(r, 0x10) == 1);
    rig_set(r, 0x14, 2);
    CHECK(rig_get(r, 0x10) == 0);
    rig_free(r);
    r->blk.read_only = true;
    block(r);
    CHECK(rig_get(r, 0x10) & 1u << 5);
}

static void features_refused(struct rig *r) {
    block(r);
    rig_set(r, 0x20, 1u << 28);
    rig_set(r, V_STATUS, 11);
    CHECK(rig_get(r, V_STATUS) == 3);
    rig_set(r, V_STATUS, 15);
    CHECK(rig_get(r, V_STATUS) == 3);
    rig_set(r, 0x20, 1u << 9);
    rig_set(r, V_STATUS, 11);
    CHECK(rig_get(r, V_STATUS) == 11);
}

/* The flush feature, taken back too late: a write is not flushed. */
static void features_frozen(struct rig *r) {
    block(r);
    rig_set(r, 0x20, 1u << 9);
    rig_set(r, V_STATUS, 11);
    rig_set(r, 0x20, 0);
    driver_queue(r, 0, QUEUE_NUM);
    rig_set(r, V_STATUS, 15);
    put(r, data_at(0), 4, 1);
    add(r, 0, (struct seg[]){{data_at(0), 528, false}, {data_at(0x1000), 1, true}}, 2);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && r->flushes == 0);
}

static void no_version_1(struct rig *r) {
    block(r);
    rig_set(r, V_STATUS, 3);
    rig_set(r, 0x20, 1u << 9);
    rig_set(r, V_STATUS, 11);
    CHECK(rig_get(r, V_STATUS) == 11);
}

static void status_bits(struct rig *r) {
    block(r);
    CHECK(rig_set(r, V_STATUS, 64) == 0 && rig_get(r, V_STATUS) == 0);
    CHECK(rig_set(r, V_STATUS, 1) == DEV_CLAIM);
    CHECK(rig_set(r, V_STATUS, 3) == 0);
    CHECK(rig_set(r, V_STATUS, 1) == 0 && rig_get(r, V_STATUS) == 3);
    CHECK(rig_set(r, V_STATUS, 11) == 0);
    CHECK(rig_set(r, V_STATUS, 15) == DEV_WORK);
    CHECK(rig_set(r, V_STATUS, 0x8f) == 0 && rig_get(r, V_STATUS) == 0x8f);
    CHECK(rig_set(r, V_STATUS, 0) == 0 && rig_get(r, V_STATUS) == 0);
    CHECK(rig_set(r, V_STATUS, 15) == (DEV_CLAIM | DEV_WORK));
}

static void reset_drops(struct rig *r) {
    block(r);
    driver_start(r, 1);
    rig_set(r, V_STATUS, 0);
    rig_set(r, 0x30, 0);
    CHECK(rig_get(r, 0x44) == 0 && rig_get(r, 0x60) == 0 && !r->line);
    CHECK(rig_set(r, V_NOTIFY, 0) == 0);
    CHECK(r->d->ops->work(r->d) && r->pieces == 0);
}

static void absent_queue(struct rig *r) {
    block(r);
    rig_set(r, V_STATUS, 15);
    rig_set(r, 0x30, 1);
    CHECK(rig_get(r, 0x34) == 0);
    rig_set(r, 0x38, 8);
    rig_set(r, 0x44, 1);
    CHECK(rig_get(r, 0x44) == 0 && rig_get(r, V_STATUS) == 15);
    CHECK(rig_set(r, V_NOTIFY, 1) == 0 && rig_set(r, V_NOTIFY, UINT32_MAX) == 0);
    rig_set(r, 0x30, UINT32_MAX);
    CHECK(rig_get(r, 0x34) == 0);
}

static void narrow(struct rig *r) {
    block(r);
    CHECK(r->d->ops->read(r->d, 0, 1) == 0 && r->d->ops->read(r->d, 4, 2) == 0);
    CHECK(r->d->ops->write(r->d, V_STATUS, 1, 1) == 0 && rig_get(r, V_STATUS) == 0);
    CHECK(r->d->ops->read(r->d, 0x100, 1) == RIG_DISK / 512);
    CHECK(r->d->ops->read(r->d, 0x108, 2) == 0 && r->d->ops->read(r->d, 0x10a, 2) == 1);
    CHECK(r->d->ops->widths == 7);
}

static void config(struct rig *r) {
    r->blk.size = RIG_DISK - 100;
    block(r);
    CHECK(rig_get(r, 0x100) == RIG_DISK / 512 - 1 && rig_get(r, 0x104) == 0);
    CHECK(rig_get(r, 0x108) == 65536 && rig_get(r, 0x10c) == 62 && rig_get(r, 0x114) == 512);
    rig_set(r, 0x100, 99999);
    CHECK(rig_get(r, 0x100) == RIG_DISK / 512 - 1);
    CHECK(rig_get(r, 0x13c) == 0 && rig_get(r, 0x140) == 0 && rig_get(r, 0xffc) == 0);
}

/* A queue that may not be: num, and what is added to one address. */
static const struct bad_queue {
    const char *name;
    uint32_t num;
    uint32_t reg;
    uint64_t addr;
} bad_queues[] = {
    {"queue of 0", 0, 0, 0},
    {"queue of 3", 3, 0, 0},
    {"queue of 256", 256, 0, 0},
    {"queue of 2^31", 1u << 31, 0, 0},
    {"descriptors misaligned", 8, 0x80, RIG_BASE + 8},
    {"available ring misaligned", 8, 0x90, RIG_BASE + 1},
    {"used ring misaligned", 8, 0xa0, RIG_BASE + 2},
    {"descriptors wrap", 8, 0x80, UINT64_MAX - 15},
    {"available ring wraps", 8, 0x90, UINT64_MAX - 3},
    {"used ring wraps", 8, 0xa0, UINT64_MAX - 3},
};

static void bad_queue(struct rig *r, const struct bad_queue *b) {
    block(r);
    driver_start(r, 0);
    rig_set(r, 0x80, RIG_BASE);
    rig_set(r, 0x90, RIG_BASE);
    rig_set(r, 0xa0, RIG_BASE);
    rig_set(r, 0x38, b->num);
    if (b->reg) {
        rig_set(r, b->reg, (uint32_t)b->addr);
        rig_set(r, b->reg + 4, (uint32_t)(b->addr >> 32));
    }
    rig_set(r, 0x44, 1);
    CHECK(BROKEN(r) && rig_get(r, 0x44) == 0);
    rig_set(r, V_ACK, 3);
    CHECK(!r->line && (rig_get(r, V_STATUS) & VS_RESET));
    driver_queue(r, 0, 8);
    CHECK(rig_get(r, 0x44) == 0 && rig_set(r, V_NOTIFY, 0) == 0 && !r->line);
    rig_set(r, V_STATUS, 15);
    CHECK((rig_get(r, V_STATUS) & VS_RESET));
    rig_set(r, V_STATUS, 0);
    CHECK(rig_get(r, V_STATUS) == 0);
    driver_start(r, 1);
    CHECK(rig_get(r, 0x44) == 1 && rig_get(r, V_STATUS) == 15);
}

static void ready_is_fixed(struct rig *r) {
    block(r);
    driver_start(r, 1);
    rig_set(r, 0x38, 3);
    rig_set(r, 0x80, 1);
    rig_set(r, 0x44, 1);
    CHECK(rig_get(r, V_STATUS) == 15);
    add(r, 0, (struct seg[]){{data_at(0), 16, false}, {data_at(64), 1, true}}, 2);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1);
    rig_set(r, 0x44, 0);
    CHECK(rig_get(r, 0x44) == 0 && rig_set(r, V_NOTIFY, 0) == 0);
}

static void ready_again_is_empty(struct rig *r) {
    block(r);
    driver_start(r, 1);
    add(r, 0, (struct seg[]){{data_at(0), 16, false}, {data_at(64), 1, true}}, 2);
    r->wait_at = 4;
    kick(r, 0);
    CHECK(!r->d->ops->work(r->d));
    rig_set(r, 0x44, 0);
    long before = r->pieces;
    CHECK(r->d->ops->work(r->d) && r->pieces == before);
    memset(r->mem, 0, 0x10000);
    r->avail[0] = 0;
    driver_queue(r, 0, 8);
    add(r, 0, (struct seg[]){{data_at(0), 16, false}, {data_at(64), 1, true}}, 2);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1);
}

static void not_before_driver_ok(struct rig *r) {
    block(r);
    rig_set(r, V_STATUS, 11);
    driver_queue(r, 0, QUEUE_NUM);
    add(r, 0, (struct seg[]){{data_at(0), 16, false}, {data_at(64), 1, true}}, 2);
    kick(r, 0);
    CHECK(r->d->ops->work(r->d) && r->pieces == 0);
    CHECK(rig_set(r, V_STATUS, 15) == DEV_WORK);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1);
}

void test_virtio(void) {
    static struct rig r;
    static const struct row rows[] = {
        {"identity", identity},
        {"reset values", reset_values},
        {"features offered", features},
        {"features not offered are refused", features_refused},
        {"features are fixed by FEATURES_OK", features_frozen},
        {"a driver without VERSION_1 is served", no_version_1},
        {"status: bits are added, 0 resets, claim and work", status_bits},
        {"reset drops the queues", reset_drops},
        {"a queue that is not there", absent_queue},
        {"narrow accesses", narrow},
        {"configuration", config},
        {"a ready queue keeps its place", ready_is_fixed},
        {"a queue made ready again is empty", ready_again_is_empty},
        {"nothing moves before DRIVER_OK", not_before_driver_ok},
    };
    run_rows(rows, sizeof rows / sizeof *rows, "virtio");
    for (size_t i = 0; i < sizeof bad_queues / sizeof *bad_queues; i++) {
        begin_row("virtio", bad_queues[i].name);
        rig_init(&r);
        bad_queue(&r, &bad_queues[i]);
        rig_free(&r);
        end_row();
    }
}
