/* twin.c - see twin.h. */
#include "twin.h"
#include "model/nkmodel.h"
#include <stdlib.h>

struct twin {
    struct nk_ram ram;
    uint64_t maps, data;
};

struct twin *twin_new(uint64_t objects, uint64_t map_cells, uint64_t data) {
    struct twin *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->maps = FRAME_HEADER + 2 * (objects + 1); /* the table can grow by one more than it will */
    t->data = t->maps + map_cells;
    if (nkmodel_boot(&t->ram, t->data + data, 64) == MEM_OK)
        return t;
    free(t);
    return NULL;
}

void twin_free(struct twin *t) {
    frame_free(&t->ram);
    free(t);
}

uint64_t twin_maps(const struct twin *t) { return t->maps; }
uint64_t twin_data(const struct twin *t) { return t->data; }
uint64_t twin_end(const struct twin *t) { return t->ram.n; }

static const char *call(struct twin *t, const struct nk_call *c) {
    return mem_status_name(nkmodel_call(&t->ram, c).status);
}

const char *twin_declare(struct twin *t, uint64_t start, uint64_t end, uint64_t type) {
    return call(t, &(struct nk_call){NK_DECLARE, {start, end, type}});
}

const char *twin_undeclare(struct twin *t, uint64_t object) {
    return call(t, &(struct nk_call){NK_UNDECLARE, {object}});
}

const char *twin_put(struct twin *t, uint64_t object, uint64_t index, uint64_t datum) {
    return call(t, &(struct nk_call){NK_PUT, {object, index, datum}});
}

const char *twin_poke(struct twin *t, uint64_t cell, uint64_t datum) {
    return call(t, &(struct nk_call){NK_POKE, {cell, datum}});
}

const char *twin_unmap(struct twin *t, uint64_t map, uint64_t virtual) {
    return call(t, &(struct nk_call){NK_DO_UNMAP, {map, virtual}});
}

const char *twin_map(struct twin *t, uint64_t map, const struct twin_entry *e) {
    return call(t, &(struct nk_call){NK_DO_MAP, {map, e->virtual, e->length, e->target, e->perm}});
}

bool twin_entry(const struct twin *t, uint64_t map, uint64_t k, struct twin_entry *e) {
    const uint64_t *frame = t->ram.cell + map;

    for (uint64_t at = FRAME_HEADER; at + 4 <= frame[FRAME_WIDTH]; at += 4) {
        if (frame[at + 1] != 0 && k-- == 0) {
            *e = (struct twin_entry){frame[at], frame[at + 1], frame[at + 2], frame[at + 3]};
            return true;
        }
    }
    return false;
}

const uint64_t *twin_cells(const struct twin *t, uint64_t cell) { return t->ram.cell + cell; }

uint64_t twin_type(const struct twin *t, uint64_t cell) {
    const uint64_t *root = t->ram.cell;

    for (uint64_t k = 0; k < root[FRAME_TABLE]; k += 2) {
        uint64_t start = root[FRAME_HEADER + k], end = root[FRAME_HEADER + k + 1];

        if (start <= cell && cell < end)
            return root[start + FRAME_TYPE];
    }
    return 0;
}

bool twin_ok(const struct twin *t) { return nkmodel_check(&t->ram) == MEM_OK; }
