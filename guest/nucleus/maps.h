/*
 * maps.h - the only door to descriptors and tables.
 *
 * Everything that decides what a child can reach, and what its hart is, changes here and nowhere
 * else; others read through the const pointers. What a range may lead to must have been given
 * before by maps_give, once at boot: so no later mistake of the nucleus can map its own text,
 * stack, descriptors or tables into a child. This file is to become the nested kernel.
 */
#ifndef NUCLEUS_MAPS_H
#define NUCLEUS_MAPS_H

#include "frond_abi.h"
#include <stdbool.h>

struct maps {
    const struct frond_desc *desc;
    const struct frond_range *table;
    uint64_t ranges, room; /* in the table: used, and how many fit */
};

/* Children may be given memory of [base, base + size) with at most these flags. False: too many. */
bool maps_give(uint64_t base, uint64_t size, uint64_t flags);

/* Makes a child in a page and a table of `room` ranges, both of the nucleus's own memory: a hart at
 * reset with no memory. */
void maps_new(struct maps *m, void *page, void *table, uint64_t room, uint64_t label);
/* Back to reset, with a new uid; the ranges stay. */
void maps_reset(struct maps *m);

/* A range, above all that are there. False: not given, not in order, or no room; nothing changes. */
bool maps_add(struct maps *m, uint64_t base, uint64_t size, uint64_t target, uint64_t flags);
/* Range `index` leads elsewhere from now on. False as above. */
bool maps_point(struct maps *m, uint64_t index, uint64_t target, uint64_t flags);
/* The range that holds an address, or -1. */
int64_t maps_find(const struct maps *m, uint64_t addr);

void maps_start(struct maps *m, uint64_t pc, uint64_t tree, uint64_t epoch);
void maps_budget(struct maps *m, uint64_t steps);
void maps_clock(struct maps *m, uint64_t clock);
void maps_line(struct maps *m, unsigned source, bool level);
void maps_answer(struct maps *m, uint32_t resume, uint64_t value);

/* Runs the child until it is left. Returns STATUS: if it is 0, desc->exit says why. */
uint64_t maps_enter(const struct maps *m);

#endif
