/*
 * test_resume.c - a transfer that has to wait, at every piece in turn, ends as one that need not;
 * reset there, it leaves no trace; refused there, the device breaks and touches nothing more.
 */
#include "rig.h"

#include <stdlib.h>

/* A scenario attaches a device, lays out requests and notifies; it calls no work(). */
static void block_in(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0xff8) + 8, 8, 4);
    struct seg segs[] = {{data_at(0xff8), 16, false},
                         {data_at(0x2f00), 6144, true},
                         {data_at(0x6001), 2048, true},
                         {data_at(0x1800), 1, true}};
    add(r, 0, segs, 4);
    kick(r, 0);
}

static void block_out(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0), 4, 1);
    memset(mem_at(r, data_at(0x2f00)), 0x5a, 6144);
    add(r, 0,
        (struct seg[]){
            {data_at(0), 16, false}, {data_at(0x2f00), 6144, false}, {data_at(0x1800), 1, true}},
        3);
    kick(r, 0);
}

/* Two parts of the device's buffer. */
static void block_large(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0), 4, 1);
    struct seg segs[] = {
        {data_at(0), 16, false}, {data_at(0x1000), 65536, false}, {data_at(0x800), 1, true}};
    add(r, 0, segs, 3);
    put(r, data_at(0x100), 4, 0);
    segs[0].addr = data_at(0x100);
    segs[1] = (struct seg){data_at(0x11000), 65536, true};
    segs[2].addr = data_at(0x801);
    add(r, 0, segs, 3);
    kick(r, 0);
}

static void block_id(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    put(r, data_at(0), 4, 8);
    add(r, 0,
        (struct seg[]){
            {data_at(0), 16, false}, {data_at(0xff8), 20, true}, {data_at(0x1800), 1, true}},
        3);
    kick(r, 0);
}

/* A batch over the whole ring, the used ring's element over a page boundary among it. */
static void block_batch(struct rig *r) {
    rig_attach(r, virtio_block_new(&r->blk));
    driver_start(r, 1);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = data_at(0x1000 * i);
        put(r, at, 4, i == 1 ? 4 : i == 3 ? 99 : i / 2);
        put(r, at + 8, 8, 10 + i);
        add(r, 0, (struct seg[]){{at, 16, false}, {at + 0x10, 512 * (i == 0) + 1, true}}, 2);
    }
    kick(r, 0);
}

static void rng(struct rig *r) {
    rig_attach(r, virtio_rng_new(42));
    driver_start(r, 1);
    for (unsigned i = 0; i < 3; i++)
        add(r, 0, &(struct seg){data_at(0xfff + 0x1000 * i), 70, true}, 1);
    kick(r, 0);
}

static void console_tx(struct rig *r) {
    rig_attach(r, virtio_console_new(&r->chr));
    driver_start(r, 2);
    for (unsigned i = 0; i < 9000; i++)
        *mem_at(r, data_at(100 + i)) = (uint8_t)(i * 11);
    add(r, 1, (struct seg[]){{data_at(100), 5000, false}, {data_at(5100), 4000, false}}, 2);
    add(r, 1, &(struct seg){data_at(0x4000), 3, false}, 1);
    kick(r, 1);
}

static void console_rx(struct rig *r) {
    rig_attach(r, virtio_console_new(&r->chr));
    driver_start(r, 2);
    for (unsigned i = 0; i < 3; i++)
        add(r, 0, (struct seg[]){{data_at(0xffe + 0x2000 * i), 5, true}}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    r->in = "a line of input";
    r->pieces = 0;
    CHECK(virtio_console_poll(r->d));
}

static const struct row scenarios[] = {
    {"block in", block_in},     {"block out", block_out},      {"block, large", block_large},
    {"block id", block_id},     {"block, batch", block_batch}, {"rng", rng},
    {"console tx", console_tx}, {"console rx", console_rx},
};

static bool same(struct rig *a, struct rig *b) {
    return !memcmp(a->mem, b->mem, RIG_MEM) && !memcmp(a->disk, b->disk, RIG_DISK) &&
           a->out_len == b->out_len && !memcmp(a->out, b->out, a->out_len) && a->line == b->line &&
           a->pieces == b->pieces && a->flushes == b->flushes && a->disk_reads == b->disk_reads &&
           !a->crossed && !b->crossed && rig_get(a, V_STATUS) == rig_get(b, V_STATUS) &&
           rig_get(a, V_IRQ) == rig_get(b, V_IRQ);
}

/* Runs the scenario with a wait before piece `at`. */
static void wait_once(struct rig *r, const struct row *s, long at) {
    rig_init(r);
    s->run(r);
    r->wait_at = at;
    CHECK(!r->d->ops->work(r->d) && r->pieces == at);
    rig_finish(r, 0);
}

static void waits_each(const struct row *s, struct rig *want, struct rig *r) {
    for (long at = 0; at < want->pieces; at++) {
        wait_once(r, s, at);
        CHECK(same(want, r));
        rig_free(r);
    }
}

static void waits_all(const struct row *s, struct rig *want, struct rig *r) {
    rig_init(r);
    s->run(r);
    r->stutter = true;
    rig_finish(r, (unsigned)want->pieces);
    CHECK(same(want, r));
    rig_free(r);
}

static void resets_each(const struct row *s, struct rig *want, struct rig *r) {
    static struct rig before;
    for (long at = 0; at < want->pieces; at++) {
        rig_init(r);
        s->run(r);
        r->wait_at = at;
        CHECK(!r->d->ops->work(r->d));
        rig_set(r, V_STATUS, 0);
        before = *r;
        CHECK(r->d->ops->work(r->d) && r->pieces == before.pieces && !r->line);
        driver_start(r, 1);
        CHECK(r->d->ops->work(r->d) && r->pieces == before.pieces);
        CHECK(!memcmp(r->mem, before.mem, RIG_MEM) && !memcmp(r->disk, before.disk, RIG_DISK));
        rig_free(r);
    }
}

static void refused_each(const struct row *s, struct rig *want, struct rig *r) {
    for (long at = 0; at < want->pieces; at++) {
        rig_init(r);
        s->run(r);
        r->refuse_at = at;
        CHECK(r->d->ops->work(r->d) && r->pieces == at + 1 && BROKEN(r));
        CHECK(rig_set(r, V_NOTIFY, 0) == 0 && r->d->ops->work(r->d) && r->pieces == at + 1);
        rig_free(r);
    }
}

static const struct {
    const char *name;
    void (*run)(const struct row *s, struct rig *want, struct rig *r);
} ways[] = {
    {"a wait at each piece in turn", waits_each},
    {"a wait at every piece", waits_all},
    {"a reset at each piece in turn", resets_each},
    {"a refusal at each piece in turn", refused_each},
};

void test_resume(void) {
    struct rig *want = malloc(sizeof *want), *r = malloc(sizeof *r);
    char name[128];
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
            snprintf(name, sizeof name, "%s: %s", scenarios[i].name, ways[w].name);
            begin_row("resume", name);
            rig_init(want);
            scenarios[i].run(want);
            rig_finish(want, 0);
            CHECK(want->pieces > 5 && rig_get(want, V_STATUS) == 15 && want->line);
            ways[w].run(&scenarios[i], want, r);
            rig_free(want);
            end_row();
        }
    }
    free(want);
    free(r);
}
