/*
 * test_stream.c - rng and console.
 */
#include "rig.h"

static void rng_read(struct rig *r, uint64_t seed, uint8_t *to, uint32_t n) {
    rig_attach(r, virtio_rng_new(seed));
    driver_start(r, 1);
    memset(r->mem, 0, 0x10000);
    r->avail[0] = r->next_desc[0] = 0;
    add(r, 0, &(struct seg){data_at(0xffa), n, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && used_len(r, 0, 0) == n);
    memcpy(to, mem_at(r, data_at(0xffa)), n);
}

static void rng_seed(struct rig *r) {
    static const uint8_t first[8] = {0xaf, 0xcd, 0x1d, 0x7b, 0x39, 0xa8, 0x20, 0xe2};
    uint8_t a[64], b[64], c[64];
    rng_read(r, 0, a, 64);
    rig_free(r);
    CHECK(!memcmp(a, first, 8)); /* splitmix64 from 0 */
    rng_read(r, 7, b, 64);
    rig_free(r);
    rng_read(r, 7, c, 64);
    CHECK(!memcmp(b, c, 64) && memcmp(a, b, 64));
}

static void rng_resets(struct rig *r) {
    uint8_t a[16], b[16];
    rng_read(r, 7, a, 16);
    r->d->ops->reset(r->d);
    driver_start(r, 1);
    memset(r->mem, 0, 0x10000);
    r->avail[0] = r->next_desc[0] = 0;
    add(r, 0, &(struct seg){data_at(0), 16, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    memcpy(b, mem_at(r, data_at(0)), 16);
    CHECK(!memcmp(a, b, 16));
}

static void rng_huge(struct rig *r) {
    rig_attach(r, virtio_rng_new(1));
    driver_start(r, 1);
    add(r, 0, &(struct seg){data_at(0), UINT32_MAX, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && used_len(r, 0, 0) == 4096);
}

static void rng_readable(struct rig *r) {
    rig_attach(r, virtio_rng_new(1));
    driver_start(r, 1);
    add(r, 0, &(struct seg){data_at(0), 64, false}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1 && used_len(r, 0, 0) == 0 && get(r, data_at(0), 8) == 0);
}

static void console(struct rig *r) {
    rig_attach(r, virtio_console_new(&r->chr));
    driver_start(r, 2);
}

static void console_tx(struct rig *r) {
    console(r);
    memcpy(mem_at(r, data_at(0xffe)), "hello", 5);
    memcpy(mem_at(r, data_at(0x3000)), ", you", 5);
    add(r, 1, (struct seg[]){{data_at(0xffe), 5, false}, {data_at(0x3000), 5, false}}, 2);
    add(r, 1, &(struct seg){data_at(0x3000), 1, false}, 1);
    kick(r, 1);
    rig_finish(r, 0);
    CHECK(r->out_len == 11 && !memcmp(r->out, "hello, you,", 11));
    CHECK(used_idx(r, 1) == 2 && used_len(r, 1, 0) == 0 && r->line);
}

static void console_tx_long(struct rig *r) {
    console(r);
    memset(mem_at(r, data_at(0)), 'z', 20000);
    add(r, 1, &(struct seg){data_at(0), 20000, false}, 1);
    kick(r, 1);
    rig_finish(r, 0);
    CHECK(r->out_len == 20000 && r->out[19999] == 'z');
}

static void console_tx_over(struct rig *r) {
    console(r);
    add(r, 1, &(struct seg){data_at(0), 65537, false}, 1);
    kick(r, 1);
    rig_finish(r, 0);
    CHECK(BROKEN(r) && r->out_len == 0);
}

static void console_rx(struct rig *r) {
    rig_attach(r, virtio_console_new(&r->chr));
    r->in = "typed";
    CHECK(!virtio_console_poll(r->d) && *r->in == 't');
    driver_start(r, 2);
    CHECK(!virtio_console_poll(r->d) && *r->in == 't');
    add(r, 0, &(struct seg){data_at(0), 3, true}, 1);
    add(r, 0, &(struct seg){data_at(0x100), 64, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 0 && !r->line);
    CHECK(virtio_console_poll(r->d));
    r->in = "next";
    CHECK(!virtio_console_poll(r->d) && *r->in == 'n');
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 2 && used_len(r, 0, 0) == 3 && used_len(r, 0, 1) == 2 && r->line);
    CHECK(!memcmp(mem_at(r, data_at(0)), "typ", 3) && !memcmp(mem_at(r, data_at(0x100)), "ed", 2));
    CHECK(!virtio_console_poll(r->d));
}

/* More input than room: the rest waits for the next buffer, in order. */
static void console_rx_rest(struct rig *r) {
    console(r);
    r->in = "abcdef";
    add(r, 0, &(struct seg){data_at(0), 2, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(virtio_console_poll(r->d));
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 1);
    add(r, 0, &(struct seg){data_at(0x100), 9, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_len(r, 0, 1) == 4 && !memcmp(mem_at(r, data_at(0x100)), "cdef", 4));
}

/* What was typed for one owner is not read by the next. */
static void console_wall(struct rig *r) {
    console(r);
    r->in = "secret";
    add(r, 0, &(struct seg){data_at(0), 2, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(virtio_console_poll(r->d));
    rig_set(r, V_STATUS, 0);
    memset(r->mem, 0, sizeof r->mem);
    r->avail[0] = r->next_desc[0] = 0;
    driver_start(r, 2);
    add(r, 0, &(struct seg){data_at(0), 16, true}, 1);
    kick(r, 0);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 0 && get(r, data_at(0), 8) == 0);
}

/* Transmission goes on while the receive queue has buffers and no input. */
static void console_both(struct rig *r) {
    console(r);
    add(r, 0, &(struct seg){data_at(0), 16, true}, 1);
    add(r, 1, &(struct seg){data_at(0x100), 4, false}, 1);
    kick(r, 0);
    kick(r, 1);
    rig_finish(r, 0);
    CHECK(used_idx(r, 0) == 0 && used_idx(r, 1) == 1 && r->out_len == 4);
}

void test_stream(void) {
    static const struct row rows[] = {
        {"rng is a function of its seed", rng_seed},
        {"rng at power-on begins again", rng_resets},
        {"rng gives a part of a huge buffer", rng_huge},
        {"rng fills nothing that it may not", rng_readable},
        {"console transmits", console_tx},
        {"console transmits much", console_tx_long},
        {"console refuses an endless segment", console_tx_over},
        {"console receives", console_rx},
        {"console keeps what does not fit", console_rx_rest},
        {"console input dies with its owner", console_wall},
        {"console queues are independent", console_both},
    };
    run_rows(rows, sizeof rows / sizeof *rows, "stream");
}
