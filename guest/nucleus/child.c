/*
 * child.c - makes a child: its RAM, its map, what lies in its RAM, its hart.
 *
 * What a child finds at its first instruction is image.c's doing, which the host program links too.
 */
#include "nucleus.h"
#include <stdlib.h>

enum { WINDOWS = 1 + FROND_VIRTIO_SLOTS }; /* the UART's, and the slots' */

#define PAGE   ((uint64_t)FROND_PAGE_SIZE)
#define WINDOW (FROND_R | FROND_W)

/* Several children may print to one UART, if their records say so. What does DMA has one owner. */
static bool map_windows(struct child *c) {
    if ((c->node->flags & IMAGE_UART_PASS) != 0 &&
        !maps_add(&c->maps, FROND_UART_BASE, PAGE, FROND_UART_BASE, WINDOW | FROND_SHARED))
        return false;
    for (uint64_t slot = 0; slot < FROND_VIRTIO_SLOTS; slot++) {
        uint64_t at = FROND_VIRTIO_BASE + slot * FROND_VIRTIO_STRIDE;

        if ((c->node->virtio >> slot & 1) != 0 && !maps_add(&c->maps, at, PAGE, at, WINDOW))
            return false;
    }
    return true;
}

static bool map_archive(struct child *c) {
    const struct fdt_machine *t = &c->boot.tree;

    return t->archive_size == 0 ||
           maps_add(&c->maps, t->archive, t->archive_size, (uint64_t)(uintptr_t)archive,
                    FROND_R | FROND_X | FROND_SHARED);
}

static bool map_all(struct child *c) {
    uint64_t size = c->boot.tree.ram_size;

    if (!map_windows(c))
        return false;
    if (pager_pages(c)
            ? !pager_map(c)
            : !maps_add(&c->maps, FROND_RAM_BASE, size, c->ram, FROND_R | FROND_W | FROND_X))
        return false;
    return map_archive(c);
}

/* What lies in RAM at the first instruction, and the hart there. RAM is zero before. */
static bool load(struct child *c) {
    const struct image_payload *p = image_payload(archive, c->node->payload);

    if (fdt_write(pager_home(c, c->boot.dtb), c->boot.dtb_size, &c->boot.tree) != c->boot.dtb_size)
        return false;
    for (uint32_t i = 0; i < p->pieces; i++) {
        const struct image_piece *e = image_piece(archive, p->first + i);

        if (!pager_shares(c))
            memcpy(pager_home(c, image_piece_at(e, &c->boot)), image_data(archive, e), e->size);
    }
    maps_start(&c->maps, c->boot.pc, c->boot.dtb, c->node->epoch);
    return true;
}

struct child *child_new(uint32_t record, uint64_t label, uint64_t ram_size, uint64_t first) {
    struct child *c = calloc(1, sizeof *c);

    if (c == NULL || !image_boot(archive, record, ram_size, &c->boot))
        return NULL;
    c->record = record;
    c->label = label;
    c->node = image_node(archive, record);
    c->first = first;
    c->ranges = WINDOWS + 1 + (pager_pages(c) ? ram_size / PAGE : 1); /* and the archive */
    return console_new(c) ? c : NULL;
}

bool child_build(struct child *c) {
    c->ram = (uint64_t)(uintptr_t)room_pages(c->boot.tree.ram_size);
    return c->ram != 0 && maps_new(&c->maps, c->label - 1, c->first, c->ranges, c->label) &&
           map_all(c) && load(c);
}

void child_reset(struct child *c) {
    uint64_t passed = c->maps.desc->clock + c->maps.desc->epoch;

    console_flush(c);
    pager_reset(c);
    if (!maps_reset(&c->maps) || !load(c)) {
        child_end(c, 255, "cannot be reset");
        return;
    }
    maps_start(&c->maps, c->boot.pc, c->boot.dtb, passed);
    if (c->uart != NULL)
        c->uart->ops->reset(c->uart);
}
