/*
 * maps.h - the nucleus's side of nk: what it asks of it, and what it reads.
 *
 * Descriptors and tables are nk's; they are read in place through the const pointers, and changed by
 * these calls only, each of them one ecall or a few (gate/gate.h). What a range may lead to must have been
 * given before maps_begin, once at boot: so no later mistake, or malice, of the nucleus can
 * lead a child to nk, or to what the nucleus keeps for itself.
 */
#ifndef NUCLEUS_MAPS_H
#define NUCLEUS_MAPS_H

#include "frond_abi.h"
#include <stdbool.h>

struct maps {
    const struct frond_desc *desc;
    const struct frond_range *table;
    uint64_t slot;
    uint64_t resume, value; /* the answer to the last exit, for the next maps_enter */
};

/* Children may be given memory of [base, base + size), in whole units from base (from where nk's own memory ends, if
 * that takes its beginning). In ascending order. */
bool maps_give(uint64_t base, uint64_t size, uint64_t unit);
/* From now on there are children: as many slots, as many ranges in all their tables. What nk needs for itself it
 * takes from `region` on, where something given begins; returns where that ends. 0: no room. */
uint64_t maps_begin(uint64_t children, uint64_t ranges, uint64_t region);

/* Makes a child in a free slot, with `room` ranges from nk's `first` on: a hart at reset with no memory. */
bool maps_new(struct maps *m, uint64_t slot, uint64_t first, uint64_t room, uint64_t label);
/* Back to reset, with a new uid; the ranges stay. */
bool maps_reset(struct maps *m);

/* A range. False: not given, or to another child, or no room; nothing changes. */
bool maps_add(struct maps *m, uint64_t base, uint64_t size, uint64_t target, uint64_t flags);
/* The range that starts at base leads elsewhere from now on. False as above. */
bool maps_point(struct maps *m, uint64_t base, uint64_t target, uint64_t flags);
/* The range that holds an address, as an index of m->table, or -1. */
int64_t maps_find(const struct maps *m, uint64_t addr);

void maps_start(struct maps *m, uint64_t pc, uint64_t tree, uint64_t epoch);
void maps_budget(struct maps *m, uint64_t steps);
void maps_clock(struct maps *m, uint64_t clock);
void maps_line(struct maps *m, unsigned source, bool level);
void maps_answer(struct maps *m, uint32_t resume, uint64_t value);

/* Runs the child until it is left. Returns STATUS: if it is 0, desc->exit says why. */
uint64_t maps_enter(struct maps *m);
/* Label of a child that has news, which is heard by that; ~0: none. */
uint64_t maps_who(void);

#endif
