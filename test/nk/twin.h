/*
 * twin.h - the abstract machine of model/nkmodel.c behind plain numbers, for a test that has nk.h in view:
 * the two headers share names.
 *
 * A twin's memory is cells of 64 bits: metadata of the model, then room for map objects, then the cells
 * [twin_data, twin_data + data) that stand for the words of nk's pages. Answers are the model's names of refusals,
 * "ok" if it did not refuse.
 */
#ifndef TEST_NK_TWIN_H
#define TEST_NK_TWIN_H

#include <stdbool.h>
#include <stdint.h>

struct twin;

enum { TWIN_MAP = 1, TWIN_KEPT = 6, TWIN_R = 1, TWIN_W = 2, TWIN_SHARED = 4 };

/* Room for that many cells of map objects and of data, and that many objects. NULL: no memory. */
struct twin *twin_new(uint64_t objects, uint64_t map_cells, uint64_t data);
void twin_free(struct twin *t);
/* The first cell of map objects; of data; behind all. */
uint64_t twin_maps(const struct twin *t);
uint64_t twin_data(const struct twin *t);
uint64_t twin_end(const struct twin *t);

const char *twin_declare(struct twin *t, uint64_t start, uint64_t end, uint64_t type);
const char *twin_undeclare(struct twin *t, uint64_t object);
const char *twin_put(struct twin *t, uint64_t object, uint64_t index, uint64_t datum);
const char *twin_poke(struct twin *t, uint64_t cell, uint64_t datum);
const char *twin_unmap(struct twin *t, uint64_t map, uint64_t virtual);

/* An entry of a map. */
struct twin_entry {
    uint64_t virtual, length, target, perm;
};
const char *twin_map(struct twin *t, uint64_t map, const struct twin_entry *e);
/* The k-th entry in use of a map, in no order; false: there are not so many. */
bool twin_entry(const struct twin *t, uint64_t map, uint64_t k, struct twin_entry *e);

const uint64_t *twin_cells(const struct twin *t, uint64_t cell);
/* The type of the object that a cell belongs to; 0: none. */
uint64_t twin_type(const struct twin *t, uint64_t cell);
/* K1 to K4. */
bool twin_ok(const struct twin *t);

#endif
