/*
 * test_block.c - block requests: one row each, with header, data, status and what is left on disk.
 */
#include "rig.h"

enum { IN = 0, OUT = 1, FLUSH = 4, ID = 8 };

#define LAST (RIG_DISK / 512 - 1)

static const struct request {
    const char *name;
    uint32_t type;
    uint64_t sector;
    uint32_t len;
    uint8_t status;
    uint32_t used;
    enum { PLAIN, READ_ONLY, DISK_FAILS } how;
} requests[] = {
    {"in", IN, 3, 512, 0, 513, PLAIN},
    {"in, many sectors", IN, 1, 8192, 0, 8193, PLAIN},
    {"in, last sector", IN, LAST, 512, 0, 513, PLAIN},
    {"in, nothing", IN, LAST + 1, 0, 0, 1, PLAIN},
    {"in, past the end", IN, LAST, 1024, 1, 0, PLAIN},
    {"in, far past the end", IN, LAST + 1, 512, 1, 0, PLAIN},
    {"in, sector wraps", IN, UINT64_MAX, 512, 1, 0, PLAIN},
    {"in, byte offset wraps", IN, 1ull << 55, 512, 1, 0, PLAIN},
    {"in, no full sector", IN, 0, 100, 1, 0, PLAIN},
    {"in, read only", IN, 0, 512, 0, 513, READ_ONLY},
    {"in, host error", IN, 0, 512, 1, 0, DISK_FAILS},
    {"out", OUT, 3, 512, 0, 1, PLAIN},
    {"out, many sectors", OUT, 8, 12288, 0, 1, PLAIN},
    {"out, last sector", OUT, LAST, 512, 0, 1, PLAIN},
    {"out, past the end", OUT, LAST, 1024, 1, 1, PLAIN},
    {"out, sector wraps", OUT, UINT64_MAX, 512, 1, 1, PLAIN},
    {"out, no full sector", OUT, 0, 513, 1, 1, PLAIN},
    {"out, read only", OUT, 0, 512, 1, 1, READ_ONLY},
    {"out, host error", OUT, 0, 512, 1, 1, DISK_FAILS},
    {"flush", FLUSH, 0, 0, 0, 1, PLAIN},
    {"flush, host error", FLUSH, 0, 0, 1, 1, DISK_FAILS},
    {"id", ID, 0, 20, 0, 21, PLAIN},
    {"id, less room", ID, 0, 3, 0, 4, PLAIN},
    {"id, more room", ID, 0, 40, 0, 20, PLAIN},
    {"get lifetime: not supported", 10, 0, 0, 2, 1, PLAIN},
    {"discard: not supported", 11, 0, 512, 2, 0, PLAIN},
    {"type 0xffffffff", UINT32_MAX, 0, 0, 2, 1, PLAIN},
};

static void request_row(struct rig *r, const struct request *q) {
    static uint8_t before[RIG_DISK];
    uint64_t header = data_at(0), data = data_at(0x1f00), status = data_at(0xff0);
    r->blk.read_only = q->how == READ_ONLY;
    r->disk_fails = q->how == DISK_FAILS;
    memcpy(before, r->disk, sizeof before);
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, header, 4, q->type);
    put(r, header + 8, 8, q->sector);
    memset(mem_at(r, data), 0xcc, 0x8000);
    put(r, status, 1, 0xee);
    struct seg segs[] = {{header, 16, false}, {data, q->len, q->type != OUT}, {status, 1, true}};
    if (q->len == 0)
        segs[1] = segs[2];
    add(r, 0, segs, q->len ? 3 : 2);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(rig_get(r, V_STATUS) == 15 && used_idx(r, 0) == 1);
    CHECK(get(r, status, 1) == q->status && used_len(r, 0, 0) == q->used);
    CHECK(r->flushes == (q->type == FLUSH ? 1 : 0));
    if (q->type == IN && q->status == 0)
        CHECK(!memcmp(mem_at(r, data), before + 512 * q->sector, q->len));
    if (q->type == OUT && q->status == 0)
        memset(before + 512 * q->sector, 0xcc, q->len);
    CHECK(!memcmp(before, r->disk, sizeof before));
    if (q->type == ID)
        CHECK(!memcmp(mem_at(r, data), "frond\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                      q->len < 20 ? q->len : 20));
    if (q->type != IN && q->type != ID)
        CHECK(*mem_at(r, data) == 0xcc);
}

/* The same read, cut into pieces at every odd place: framing is the driver's affair. */
static void framing(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0) + 8, 8, 2);
    struct seg segs[] = {{data_at(0), 5, false},
                         {data_at(5), 11, false},
                         {data_at(0x1ffd), 7, true},
                         {data_at(0x3000), 1000, true},
                         {data_at(0x4000), 18, true}};
    add(r, 0, segs, 5);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_len(r, 0, 0) == 1025 && get(r, data_at(0x4000) + 17, 1) == 0);
    CHECK(!memcmp(mem_at(r, data_at(0x1ffd)), r->disk + 1024, 7));
    CHECK(!memcmp(mem_at(r, data_at(0x3000)), r->disk + 1031, 1000));
    CHECK(!memcmp(mem_at(r, data_at(0x4000)), r->disk + 2031, 17));
}

/* Header and data in one segment, and a write cut in the middle of a sector. */
static void framing_out(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0), 4, OUT);
    memset(mem_at(r, data_at(16)), 0xab, 1024);
    struct seg segs[] = {
        {data_at(0), 300, false}, {data_at(300), 740, false}, {data_at(0x2000), 1, true}};
    add(r, 0, segs, 3);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(r->disk[0] == 0xab && r->disk[1023] == 0xab && r->disk[1024] != 0xab &&
          used_len(r, 0, 0) == 1);
}

static void write_through(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    rig_set(r, V_STATUS, 11);
    driver_queue(r, 0, QUEUE_NUM);
    rig_set(r, V_STATUS, 15);
    put(r, data_at(0), 4, OUT);
    add(r, 0, (struct seg[]){{data_at(0), 528, false}, {data_at(0x1000), 1, true}}, 2);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(r->flushes == 1 && get(r, data_at(0x1000), 1) == 0);
}

static void largest(struct rig *r) {
    r->blk.size = RIG_DISK;
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    struct seg segs[] = {
        {data_at(0), 16, false}, {data_at(0x10000), 65536, true}, {data_at(0x100), 1, true}};
    add(r, 0, segs, 3);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_len(r, 0, 0) == 65537 && !memcmp(mem_at(r, data_at(0x10000)), r->disk, RIG_DISK));
}

void test_block(void) {
    static struct rig r;
    static const struct row rows[] = {
        {"a read cut at odd places", framing},
        {"a write cut at odd places", framing_out},
        {"without the flush feature, through", write_through},
        {"a segment of size_max", largest},
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        begin_row("block", requests[i].name);
        rig_init(&r);
        request_row(&r, &requests[i]);
        CHECK(!r.crossed);
        rig_free(&r);
        end_row();
    }
    run_rows(rows, sizeof rows / sizeof *rows, "block");
}
