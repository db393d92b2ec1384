/*
 * resolve_display.c - Lauer & Wyeth's display: a stack of registers, one for each level of the path, with
 * where that level's map lies in real memory (one for each 4 KiB of a longer table), and a level register: the top. The registers of
 * the CORE_DISPLAY_SIZE levels nearest the top are in the processor; those below are spilled to memory.
 *
 * A register is set when its map is first read after ENTER. Its contents can be had again from the maps below.
 */
#include "resolve_priv.h"

static bool spilled(const struct core *c, unsigned level) {
    return level + CORE_DISPLAY_SIZE <= c->top;
}

static void read_entry(struct core *c, const struct core_place *p, uint32_t page,
                       struct frond_range *e) {
    c->cost.regs++;
    c->cost.refs += 1 + spilled(c, p->level);
    walk_read(c, page, p->off, e);
}

static bool held(struct core *c, const struct core_place *p, struct frond_range *e) {
    uint32_t page;

    if (!pointer_get(c, p, &page))
        return false;
    read_entry(c, p, page, e);
    return true;
}

static bool found(struct core *c, const struct core_place *p, uint32_t page,
                  struct frond_range *e) {
    c->cost.regs++;
    c->cost.loads += spilled(c, p->level);
    read_entry(c, p, page, e);
    return pointer_put(c, p, page);
}

const struct core_scheme core_display = {.name = "display", .held = held, .found = found};
