/*
 * rig.c - see priv.h: a machine that makes one step from a given state.
 *
 * Node 0's memory, and a child's: what an instruction may touch lies where its addresses say and, for PLACE_MOVED,
 * elsewhere; the page tables of both are always there.
 *
 *   0x8000_1000  code           0x8002_1000  code, moved
 *   0x8000_4000  page tables    0x8000_f000  traps
 *   0x8001_0000  data, 2 pages  0x8002_4000, 0x8002_8000  data, moved: not side by side
 *
 * A child's memory is node 0's from CHILD_AT; below it lie node 0's code, the descriptor and the child's map.
 */
#include "priv.h"
#include <string.h>

enum { RAM = 1 << 20, CHILD_RAM = 1 << 19, PTE_LEAF = 0xdf, PTE_TABLE = 1 };
#define ROOT_SAME  (FROND_RAM_BASE + 0x4000)
#define ROOT_MOVED (FROND_RAM_BASE + 0x5000)
#define TABLE_LOW  (FROND_RAM_BASE + 0x6000) /* of ROOT_MOVED: devices */
#define TABLE_UART (FROND_RAM_BASE + 0x7000)
#define TABLE_HIGH (FROND_RAM_BASE + 0x8000) /* memory */
#define TABLE_RAM  (FROND_RAM_BASE + 0x9000)
#define MOVED_CODE (FROND_RAM_BASE + 0x21000)
#define MOVED_1    (FROND_RAM_BASE + 0x24000)
#define MOVED_2    (FROND_RAM_BASE + 0x28000)
#define CHILD_AT   (FROND_RAM_BASE + 0x40000)
#define DESC_AT    (FROND_RAM_BASE + 0x30000)
#define MAP_AT     (FROND_RAM_BASE + 0x31000)

uint64_t rig_satp(enum place p) {
    if (p == PLACE_BARE)
        return 0;
    return 8ULL << 60 | (p == PLACE_SAME ? ROOT_SAME : ROOT_MOVED) >> 12;
}

static bool put(struct rig *g, uint64_t at, const void *from, size_t size) {
    return frond_write(g->m, (struct frond_name){0}, at + g->shift, from, size) == FROND_OK;
}

static bool get(struct rig *g, uint64_t at, void *to, size_t size) {
    return frond_read(g->m, (struct frond_name){0}, at + g->shift, to, size) == FROND_OK;
}

/* ---- Page tables ------------------------------------------------------------------------------------------- */

static bool put_pte(struct rig *g, uint64_t table, unsigned i, uint64_t to, unsigned flags) {
    uint64_t pte = to >> 12 << 10 | flags;

    return put(g, table + 8 * (uint64_t)i, &pte, sizeof pte);
}

static unsigned index_of(uint64_t addr, unsigned level) { return addr >> (12 + 9 * level) & 511; }

static bool put_tables(struct rig *g) {
    static const uint64_t low[] = {FROND_CLINT_BASE, FROND_PLIC_BASE, FROND_PLIC_BASE + (2 << 20)};
    static const uint64_t pages[][3] = {
        {TABLE_UART, FROND_UART_BASE, FROND_UART_BASE},
        {TABLE_UART, FROND_VIRTIO_BASE, FROND_VIRTIO_BASE + FROND_VIRTIO_STRIDE},
        {TABLE_UART, FROND_VIRTIO_BASE + FROND_VIRTIO_STRIDE, FROND_VIRTIO_BASE},
        {TABLE_RAM, CODE_AT, MOVED_CODE},
        {TABLE_RAM, DATA_AT, MOVED_1},
        {TABLE_RAM, DATA_AT + DATA / 2, MOVED_2}};
    bool ok = put_pte(g, ROOT_SAME, 0, 0, PTE_LEAF) &&
              put_pte(g, ROOT_SAME, 2, FROND_RAM_BASE, PTE_LEAF) &&
              put_pte(g, ROOT_MOVED, 0, TABLE_LOW, PTE_TABLE) &&
              put_pte(g, ROOT_MOVED, 2, TABLE_HIGH, PTE_TABLE) &&
              put_pte(g, TABLE_LOW, index_of(FROND_UART_BASE, 1), TABLE_UART, PTE_TABLE) &&
              put_pte(g, TABLE_HIGH, index_of(CODE_AT, 1), TABLE_RAM, PTE_TABLE);

    for (unsigned i = 0; i < sizeof low / sizeof low[0]; i++)
        ok = ok && put_pte(g, TABLE_LOW, index_of(low[i], 1), low[i], PTE_LEAF);
    for (unsigned i = 0; i < sizeof pages / sizeof pages[0]; i++)
        ok = ok && put_pte(g, pages[i][0], index_of(pages[i][1], 0), pages[i][2], PTE_LEAF);
    return ok;
}

/* ---- The machine ------------------------------------------------------------------------------------------- */

/* Node 0 stores x11 to ENTER, whose address is in x10. */
static bool put_parent(struct rig *g) {
    static const uint32_t enter = 0x00b53023;
    static const struct frond_range map[] = {
        {FROND_UART_BASE, FROND_PAGE_SIZE, FROND_UART_BASE, FROND_R | FROND_W},
        {FROND_VIRTIO_BASE, 2 * FROND_VIRTIO_STRIDE, FROND_VIRTIO_BASE, FROND_R | FROND_W},
        {FROND_RAM_BASE, CHILD_RAM, CHILD_AT, FROND_R | FROND_W | FROND_X}};
    const struct frond_name root = {0};

    return frond_write(g->m, root, FROND_RAM_BASE, &enter, sizeof enter) == FROND_OK &&
           frond_write(g->m, root, MAP_AT, map, sizeof map) == FROND_OK;
}

bool rig_init(struct rig *g, bool child) {
    struct frond_options o;
    static const struct dev_char nothing;

    frond_options_default(&o);
    o.memory = RAM;
    o.interpret = true;
    *g = (struct rig){.child = child, .shift = child ? CHILD_AT - FROND_RAM_BASE : 0};
    g->m = frond_new(&o);
    return g->m && frond_attach_uart(g->m, &nothing) == FROND_OK &&
           frond_attach_rng(g->m, 0, 1) == FROND_OK && frond_attach_rng(g->m, 1, 1) == FROND_OK &&
           put_tables(g) && (!child || put_parent(g));
}

void rig_free(struct rig *g) {
    frond_free(g->m);
    g->m = NULL;
}

/* ---- One step ------------------------------------------------------------------------------------------------ */

static bool is_moved(const struct state *s) {
    bool mapped = s->d.mode == FROND_MODE_U || (s->d.csr.mstatus >> 17 & 1) != 0;

    return mapped && (s->d.csr.satp & ((1ULL << 44) - 1)) == ROOT_MOVED >> 12;
}

/* Where a byte of data lies. */
static uint64_t data_at(bool moved, unsigned i) {
    if (!moved)
        return DATA_AT + i;
    return i < DATA / 2 ? MOVED_1 + FROND_PAGE_SIZE - DATA / 2 + i : MOVED_2 + i - DATA / 2;
}

/* A reservation is told by the address of the program. */
static uint64_t reserved(const struct state *s, uint64_t addr, bool back) {
    if (!is_moved(s) || s->d.csr.res_width == 0)
        return addr;
    for (unsigned i = 0; i < DATA; i++)
        if (addr == data_at(back, i))
            return data_at(!back, i);
    return addr;
}

static bool put_data(struct rig *g, bool moved, const uint8_t *data) {
    return put(g, data_at(moved, 0), data, DATA / 2) &&
           put(g, data_at(moved, DATA / 2), data + DATA / 2, DATA / 2);
}

static bool get_data(struct rig *g, bool moved, uint8_t *data) {
    return get(g, data_at(moved, 0), data, DATA / 2) &&
           get(g, data_at(moved, DATA / 2), data + DATA / 2, DATA / 2);
}

static bool step_root(struct rig *g, struct frond_desc *d) {
    struct frond_desc *root = frond_desc(g->m);

    *root = *d;
    root->budget = 1;
    if (frond_enter(g->m) != FROND_OK || root->exit.reason != FROND_EXIT_BUDGET)
        return false;
    *d = *root;
    return true;
}

static bool step_child(struct rig *g, struct frond_desc *d) {
    const struct frond_name node0 = {0};
    struct frond_desc *root = frond_desc(g->m);

    d->budget = 1;
    d->map_np = d->map_p = (struct frond_map){.addr = MAP_AT, .count = 3};
    *root = (struct frond_desc){.magic = FROND_MAGIC,
                                .version = FROND_ABI_VERSION,
                                .pc = FROND_RAM_BASE,
                                .budget = 2,
                                .clock = g->runs};
    root->x[10] = FROND_CTL_BASE + FROND_CTL_ENTER;
    root->x[11] = DESC_AT;
    return frond_write(g->m, node0, DESC_AT, d, sizeof *d) == FROND_OK &&
           frond_enter(g->m) == FROND_OK && root->exit.reason == FROND_EXIT_BUDGET &&
           root->pc == FROND_RAM_BASE + 4 &&
           frond_read(g->m, node0, DESC_AT, d, sizeof *d) == FROND_OK &&
           d->exit.reason == FROND_EXIT_BUDGET;
}

bool rig_run(struct rig *g, const struct state *before, struct state *after) {
    static const uint8_t empty[DATA];
    bool moved = is_moved(before);
    uint8_t other[DATA];

    *after = *before;
    after->d.csr.res_addr = reserved(before, before->d.csr.res_addr, false);
    if (!put(g, CODE_AT, &before->insn, 4) || !put(g, MOVED_CODE, &before->insn, 4) ||
        !put_data(g, moved, before->data) || !put_data(g, !moved, empty) ||
        !(g->child ? step_child : step_root)(g, &after->d) || !get_data(g, moved, after->data) ||
        !get_data(g, !moved, other))
        return false;
    g->runs++;
    if (after->d.csr.res_width != 0) {
        struct state now = *before;

        now.d.csr.res_width = after->d.csr.res_width;
        after->d.csr.res_addr = reserved(&now, after->d.csr.res_addr, true);
    }
    after->strayed = memcmp(other, empty, DATA) != 0;
    after->trapped = after->d.mode == FROND_MODE_M && after->d.pc == (after->d.csr.mtvec & ~3ULL);
    return true;
}
