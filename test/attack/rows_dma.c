/* rows_dma.c - attacks by a disk whose bytes are the row's: they go to wherever DMA reaches. See rows_device.c. */
#include "driver.h"
#include <string.h>

/* DMA into code that has run: the new code runs. */
static void into_code(struct rig *r) {
    const uint32_t old[] = {ADDI(A2, ZERO, 1), JALR(ZERO, RA, 0)};
    const uint32_t new[] = {ADDI(A2, ZERO, 2), JALR(ZERO, RA, 0)};
    fill_disk(r, new, sizeof new);
    give(r, &r->a, &disk_in);
    poke(r, &r->a, RAM + ROOM, old, sizeof old);
    struct seen s = DO(&r->a, 0, RAM + ROOM, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 1, "how %d", (int)s.how);
    ask(r, &r->a, &disk_in, RAM + ROOM, 512);
    ring(r, &r->a, &disk_in);
    s = DO(&r->a, 0, RAM + ROOM, JALR(RA, A1, 0));
    WANT(s.how == RETIRED && reg(r, &r->a, A2) == 2, "old code ran");
}

/* DMA into the range table of 0.1.1: seen at its next access, and no more than 0.1 has. */
static void into_table(struct rig *r) {
    struct frond_range to_sibling = {RAM, LEAF_SIZE, r->b.ram, RWX};
    struct seen s = load(r, &r->a1, RAM + DATA);
    fill_disk(r, &to_sibling, sizeof to_sibling);
    give(r, &r->a, &disk_in);
    ask(r, &r->a, &disk_in, r->a1.table, 512);
    s = ring(r, &r->a, &disk_in);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = load(r, &r->a1, RAM + DATA);
    WANT(faulted(&s, FROND_FAULT_FETCH, r->b.ram + STUB), "how %d kind %u", (int)s.how,
         s.exit.kind);
}

/* DMA into the descriptor of 0.1.1, which is not active: garbage is refused at ENTER. */
static void into_descriptor(struct rig *r) {
    uint8_t bytes[512];
    memset(bytes, 0x6b, sizeof bytes);
    fill_disk(r, bytes, sizeof bytes);
    give(r, &r->a, &disk_in);
    ask(r, &r->a, &disk_in, r->a1.desc, 512);
    struct seen s = ring(r, &r->a, &disk_in);
    WANT(s.how == RETIRED, "how %d", (int)s.how);
    s = enter(r, &r->a, r->a1.desc);
    WANT(s.how == RETIRED && s.status == FROND_ST_FIELD, "how %d status %d", (int)s.how,
         (int)s.status);
}

/* 0.1's data accesses go by this page table, until its next trap. */
static void as_kernel(struct rig *r, uint64_t root) {
    struct frond_desc d = desc(r, &r->a);
    d.csr.satp = 8ull << 60 | root >> 12;
    d.csr.mstatus = 1 << 17 | 1 << 11; /* MPRV, MPP = S */
    set_desc(r, &r->a, &d);
}

/* DMA into the page table that 0.1's kernel runs on: what it takes away is gone at the next access. */
static void into_page_table(struct rig *r) {
    const uint64_t root = RAM + 0x4000, zero[64] = {0};
    put(r, &r->a, root, 0xcf);                        /* what is low, as itself */
    put(r, &r->a, root + 16, RAM >> 12 << 10 | 0xcf); /* RAM */
    give(r, &r->a, &disk_in);
    as_kernel(r, root);
    struct seen s = load(r, &r->a, RAM + DATA);
    WANT(s.how == RETIRED, "how %d cause %d", (int)s.how, (int)s.cause);
    fill_disk(r, zero, sizeof zero);
    ask(r, &r->a, &disk_in, root, 512);
    s = ring(r, &r->a, &disk_in);
    WANT(s.how == RETIRED, "how %d cause %d", (int)s.how, (int)s.cause);
    WANT(get(r, &r->a, root + 16) == 0, "nothing moved");
    as_kernel(r, root);
    s = load(r, &r->a, RAM + DATA);
    WANT(s.how == TRAPPED && s.cause == 13, "how %d cause %d", (int)s.how, (int)s.cause);
}

const struct row dma_rows[] = {
    ROW("dma-into-code", "disk read", "decoded code", "code replaced by DMA after it ran",
        "watch-store", into_code),
    ROW("dma-into-table", "disk read", "its child's range table", "a table replaced by DMA",
        "watch-store gap", into_table),
    ROW("dma-into-descriptor", "disk read", "its child's descriptor", "garbage over it by DMA",
        "desc-check", into_descriptor),
    ROW("dma-into-page-table", "disk read", "its own page table", "entries cleared by DMA",
        "watch-store", into_page_table),
};
const unsigned dma_count = sizeof dma_rows / sizeof dma_rows[0];
