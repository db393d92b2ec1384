/*
 * cells.h - a core of the engine (core/, with its resolvers) over the cells of a VM system.
 *
 * Its memory is stored to, and its path left and entered, as the engine would, so what its registers hold must be dropped or
 * right. For scopes with one space for a node's tables
 * and one meaning for a cell: no device, no sensitive instructions, no arbitrary VMM, memories not apart.
 */
#ifndef FROND_CHECK_CELLS_H
#define FROND_CHECK_CELLS_H

#include "../../model/vm.h"

enum cells_maps {
    CELLS_NONE, /* no resolver: the search of model/vm.c */
    CELLS_FLAT,
    CELLS_PURE,
    CELLS_HV,
    CELLS_DISPLAY,
    CELLS_RMR,
    CELLS_MAPS
};

struct cells;

#pragma GCC visibility push(default)

bool cells_fit(const struct vm_scope *sc);
/* For a scope, which stays the caller's. NULL: no memory. */
struct cells *cells_new(const struct vm_scope *sc, enum cells_maps maps);
void cells_free(struct cells *c);
/* Nothing is kept any more. */
void cells_drop(struct cells *c);
/* Memory as in state s; the path up to node k. False: no memory. */
bool cells_store(struct cells *c, const struct vm_state *s);
bool cells_enter(struct cells *c, unsigned k);
/* Would cells_store change an entry? */
bool cells_differ(const struct cells *c, const struct vm_state *s);
/* An access of a node of the path. */
struct vm_res cells_at(struct cells *c, unsigned k, unsigned m, unsigned write, unsigned x);

#pragma GCC visibility pop

#endif
