/*
 * test_ring.c - rings that break the rules, each contained as DEVICE_NEEDS_RESET after the number
 * of pieces at which it can be known; and those that only look odd. A row lays out what it likes
 * over a good block request in descriptors 0, 1, 2. Beyond the table lie descriptors that would
 * do.
 */
#include "rig.h"

#define NEXT  1
#define WRITE 2

static void start(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put_desc(r, 0, 0, data_at(0), 16, NEXT, 1);
    put_desc(r, 0, 1, data_at(0x1000), 512, NEXT | WRITE, 2);
    put_desc(r, 0, 2, data_at(0x2000), 1, WRITE, 0);
    put_desc(r, 0, QUEUE_NUM, data_at(0x2000), 1, WRITE, 0);
    put_desc(r, 0, QUEUE_NUM + 1, data_at(0), 16, NEXT, 1);
    *mem_at(r, data_at(0x2000)) = 0xff;
}

static void head_out(struct rig *r) { put(r, avail_of(0) + 4, 2, QUEUE_NUM + 1); }
static void head_max(struct rig *r) { put(r, avail_of(0) + 4, 2, 0xffff); }
static void next_out(struct rig *r) {
    put_desc(r, 0, 1, data_at(0x1000), 512, NEXT | WRITE, QUEUE_NUM);
}
static void loop_self(struct rig *r) { put_desc(r, 0, 0, data_at(0), 16, NEXT, 0); }
static void loop_back(struct rig *r) { put_desc(r, 0, 2, data_at(0x2000), 1, NEXT | WRITE, 1); }
static void avail_jump(struct rig *r) { put(r, avail_of(0) + 2, 2, QUEUE_NUM + 1); }
static void avail_back(struct rig *r) { put(r, avail_of(0) + 2, 2, 0xffff); }
static void long_seg(struct rig *r) { put_desc(r, 0, 1, data_at(0x1000), 65537, NEXT | WRITE, 2); }
static void huge_seg(struct rig *r) {
    put_desc(r, 0, 1, data_at(0x1000), UINT32_MAX, NEXT | WRITE, 2);
}
static void empty_seg(struct rig *r) { put_desc(r, 0, 1, data_at(0x1000), 0, NEXT | WRITE, 2); }
static void wrap_seg(struct rig *r) { put_desc(r, 0, 1, UINT64_MAX - 100, 512, NEXT | WRITE, 2); }
static void indirect(struct rig *r) { put_desc(r, 0, 0, data_at(0), 16, 4 | NEXT, 1); }
static void out_after_in(struct rig *r) { put_desc(r, 0, 2, data_at(0x2000), 1, 0, 0); }
static void no_header(struct rig *r) { put_desc(r, 0, 0, data_at(0), 15, NEXT, 1); }
static void no_status(struct rig *r) { put_desc(r, 0, 0, data_at(0), 16, 0, 0); }
static void no_memory(struct rig *r) {
    put_desc(r, 0, 1, RIG_BASE + RIG_MEM, 512, NEXT | WRITE, 2);
}
static void half_memory(struct rig *r) {
    put_desc(r, 0, 1, RIG_BASE + RIG_MEM - 256, 512, NEXT | WRITE, 2);
}
static void refused_header(struct rig *r) { r->page[16] = PAGE_REFUSED; }
static void refused_data(struct rig *r) { r->page[17] = PAGE_REFUSED; }
static void refused_status(struct rig *r) { r->page[18] = PAGE_REFUSED; }
static void refused_desc(struct rig *r) { r->page[0] = PAGE_REFUSED; }
static void refused_avail(struct rig *r) { r->page[1] = PAGE_REFUSED; }
static void refused_used(struct rig *r) { r->page[2] = PAGE_REFUSED; }

static const struct {
    const char *name;
    void (*spoil)(struct rig *r);
    long pieces;
} bad[] = {
    {"head is no descriptor", head_out, 2},
    {"head 0xffff", head_max, 2},
    {"next is no descriptor", next_out, 4},
    {"chain loops on itself", loop_self, 11},
    {"chain loops back", loop_back, 11},
    {"avail.idx jumps over the ring", avail_jump, 1},
    {"avail.idx goes back", avail_back, 1},
    {"segment over size_max", long_seg, 4},
    {"segment of 4 GiB", huge_seg, 4},
    {"segment of nothing", empty_seg, 4},
    {"segment wraps", wrap_seg, 4},
    {"indirect was not offered", indirect, 3},
    {"readable after writable", out_after_in, 5},
    {"no room for the header", no_header, 5},
    {"no room for the status", no_status, 3},
    {"data in no memory", no_memory, 7},
    {"data half in no memory", half_memory, 8},
    {"bus refuses the header", refused_header, 6},
    {"bus refuses the data", refused_data, 7},
    {"bus refuses the status", refused_status, 8},
    {"bus refuses the descriptors", refused_desc, 3},
    {"bus refuses the available ring", refused_avail, 1},
    {"bus refuses the used ring", refused_used, 9},
};

static void bad_row(struct rig *r, void (*spoil)(struct rig *), long pieces) {
    start(r);
    offer(r, 0, 0);
    spoil(r);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(BROKEN(r) && used_idx(r, 0) == 0 && r->pieces == pieces);
    long before = r->pieces;
    CHECK(rig_set(r, V_NOTIFY, 0) == 0 && r->d->ops->work(r->d) && r->pieces == before);
    memset(r->page, PAGE_RAM, sizeof r->page);
    memset(r->mem, 0, sizeof r->mem);
    r->avail[0] = 0;
    rig_set(r, V_STATUS, 0);
    CHECK(!r->line);
    r->d->ops->free(r->d);
    start(r);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && *mem_at(r, data_at(0x2000)) == 0);
}

static void good(struct rig *r) {
    start(r);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && used_id(r, 0, 0) == 0 && used_len(r, 0, 0) == 513);
    CHECK(*mem_at(r, data_at(0x2000)) == 0 && !memcmp(mem_at(r, data_at(0x1000)), r->disk, 512));
    CHECK(rig_get(r, V_IRQ) == 1 && r->line);
    rig_set(r, V_ACK, 1);
    CHECK(rig_get(r, V_IRQ) == 0 && !r->line);
}

static void seg_max(struct rig *r, unsigned n, bool fits) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 0);
    driver_queue(r, 0, 128);
    put_desc(r, 0, 0, data_at(0), 16, NEXT, 1);
    for (unsigned i = 1; i <= n; i++)
        put_desc(r, 0, i, data_at(0x1000), 512, NEXT | WRITE, i + 1);
    put_desc(r, 0, n + 1, data_at(0x2000), 1, WRITE, 0);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == (fits ? 1 : 0) && !!BROKEN(r) == !fits);
}

static void seg_max_row(struct rig *r) { seg_max(r, 62, true); }
static void over_seg_max_row(struct rig *r) { seg_max(r, 63, false); }

static void no_interrupt(struct rig *r) {
    start(r);
    put(r, avail_of(0), 2, 1);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && rig_get(r, V_IRQ) == 0 && !r->line);
}

static void nothing_new(struct rig *r) {
    start(r);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(r->pieces == 1 && used_idx(r, 0) == 0 && !r->line);
    offer(r, 0, 0);
    CHECK(r->d->ops->work(r->d) && r->pieces == 1);
}

static void index_wraps(struct rig *r) {
    start(r);
    for (unsigned i = 0; i < 65536 + 5; i++) {
        offer(r, 0, 0);
        kick(r, 0);
        rig_finish(r, 0);
    }
    CHECK(used_idx(r, 0) == 5 && rig_get(r, V_STATUS) == 15);
}

static void full_ring(struct rig *r) {
    start(r);
    for (unsigned i = 0; i < QUEUE_NUM; i++)
        offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == QUEUE_NUM && rig_get(r, V_STATUS) == 15);
}

/* The disk overwrites the available ring with a far index: noticed at the next notification. */
static void own_ring(struct rig *r) {
    start(r);
    memset(r->disk, 0x55, sizeof r->disk);
    put_desc(r, 0, 1, avail_of(0), 512, NEXT | WRITE, 2);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && !(rig_get(r, V_STATUS) & VS_RESET));
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(BROKEN(r));
}

/* The disk overwrites the descriptors of the request that is under way: they were copied. */
static void own_descriptors(struct rig *r) {
    start(r);
    memset(r->disk, 0xff, sizeof r->disk);
    put_desc(r, 0, 1, desc_of(0), 512, NEXT | WRITE, 2);
    offer(r, 0, 0);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && *mem_at(r, data_at(0x2000)) == 0);
}

static void reset_in_transfer(struct rig *r) {
    start(r);
    r->page[17] = PAGE_WAITS;
    offer(r, 0, 0);
    kick(r, 0);
    CHECK(!r->d->ops->work(r->d) && !r->d->ops->work(r->d));
    rig_set(r, V_STATUS, 0);
    r->page[17] = PAGE_RAM;
    long before = r->pieces;
    CHECK(r->d->ops->work(r->d) && r->pieces == before && used_idx(r, 0) == 0);
}

void test_ring(void) {
    static struct rig r;
    static const struct row rows[] = {
        {"a good request", good},
        {"a chain of seg_max", seg_max_row},
        {"a chain over seg_max", over_seg_max_row},
        {"driver wants no interrupt", no_interrupt},
        {"looked at only when notified", nothing_new},
        {"indices wrap", index_wraps},
        {"the same chain in every slot", full_ring},
        {"the device overwrites the available ring", own_ring},
        {"the device overwrites the descriptors", own_descriptors},
        {"reset in mid-transfer", reset_in_transfer},
    };
    run_rows(rows, sizeof rows / sizeof *rows, "ring");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin_row("ring", bad[i].name);
        rig_init(&r);
        bad_row(&r, bad[i].spoil, bad[i].pieces);
        rig_free(&r);
        end_row();
    }
}
