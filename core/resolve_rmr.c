/*
 * resolve_rmr.c - Belpaire & Hsu's multiple copies of the resource management registers: the registers
 * hold the maps themselves. An access reads no memory. A set is filled when its map is first needed after
 * ENTER or a change, 4 KiB of table (128 ranges) at a time: what a search does not come near is not
 * read, as a gap or a defect there must not be noticed.
 */
#include "resolve_priv.h"

enum { COPIES_MAX = 512 }; /* pieces of one table: 65,536 ranges; past it the set is filled anew */

/* 4 KiB of a table. */
struct core_copy {
    struct core_copy *next;
    uint64_t piece;
    uint8_t bytes[FROND_PAGE_SIZE];
};

void copies_free(struct core *c, struct core_table *t) {
    while (t->copy) {
        struct core_copy *k = t->copy;
        t->copy = k->next;
        memory_free(&c->isa->memory, k, sizeof *k);
    }
    t->copies = 0;
}

static struct core_table *table_of(struct core *c, const struct core_place *p) {
    return &c->path[p->level].ctx->table[p->mode];
}

static bool held(struct core *c, const struct core_place *p, struct frond_range *e) {
    for (const struct core_copy *k = table_of(c, p)->copy; k; k = k->next) {
        if (k->piece == p->piece) {
            c->cost.regs++;
            memcpy(e, k->bytes + p->off, sizeof *e);
            return true;
        }
    }
    return false;
}

/* How many entries of the table begin in a piece. */
static uint64_t entries_in(const struct core_table *t, uint64_t piece) {
    uint64_t start = t->at.addr % FROND_PAGE_SIZE, size = sizeof(struct frond_range);
    uint64_t before = piece ? (piece * FROND_PAGE_SIZE - start) / size : 0;
    uint64_t room = (FROND_PAGE_SIZE - (piece ? 0 : start)) / size;
    uint64_t left = t->at.count - before;

    return left < room ? left : room;
}

static bool found(struct core *c, const struct core_place *p, uint32_t page,
                  struct frond_range *e) {
    struct core_table *t = table_of(c, p);

    if (t->copies == COPIES_MAX)
        copies_free(c, t);
    struct core_copy *k = memory_alloc(&c->isa->memory, sizeof *k);
    if (!k)
        return false;
    k->piece = p->piece;
    memcpy(k->bytes, c->ram + (size_t)page * FROND_PAGE_SIZE, sizeof k->bytes);
    k->next = t->copy;
    t->copy = k;
    t->copies++;
    c->cost.loads += entries_in(t, p->piece);
    return held(c, p, e);
}

const struct core_scheme core_rmr = {.name = "rmr", .held = held, .found = found};
