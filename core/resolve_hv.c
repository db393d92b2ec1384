/*
 * resolve_hv.c - Goldberg's Hardware Virtualizer: the path stands in the VMID register, a syllable a
 * level; a syllable leads to a control block, and that to the map. Composed pages are kept by an associative
 * memory tagged with VMID (here: one for each context). What it does not hold is found with VMID alone:
 * blocks and maps are located anew, from the root, for each access.
 *
 * VMID is the path itself. ENTER appends to it, exits and faults shorten it (core_push, core_pop); no program can
 * name it.
 */
#include "resolve_priv.h"

/* What was located for the access before is of no more use. */
static void begin(struct core *c, unsigned level) {
    c->cost.regs += level; /* the syllables */
    for (unsigned l = 1; l <= level; l++)
        for (unsigned m = 0; m < 2; m++)
            cache_clear(&c->path[l].ctx->table[m].pointer);
}

static bool held(struct core *c, const struct core_place *p, struct frond_range *e) {
    uint32_t page;

    if (!pointer_get(c, p, &page))
        return false;
    c->cost.refs++;
    c->cost.regs++;
    walk_read(c, page, p->off, e);
    return true;
}

static bool found(struct core *c, const struct core_place *p, uint32_t page,
                  struct frond_range *e) {
    if (c->path[p->level].ctx->table[p->mode].pointer.used == 0)
        c->cost.refs++; /* the control block */
    return pointer_put(c, p, page) && held(c, p, e);
}

const struct core_scheme core_hv = {
    .name = "hv", .associative = true, .begin = begin, .held = held, .found = found};
