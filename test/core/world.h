/*
 * world.h - a small machine without an ISA around core/: random trees of nodes, maps and issuers'
 * page tables in an arena of some pages, and a judge that knows nothing of core/'s code.
 *
 * A node's space is small: pages 0 to 127 and the last 8 of the 64 bits; pages 100 to 103 are private
 * windows. An issuer in M sees it as it is; one in S or U through a page table of 512 entries at
 * csr.satp: bit 0 valid, FROND_R, W, X << 1 (W counts with R only), target page from bit 12 on. U uses map_np.
 * What translations the "hart" keeps is a list per context, dropped only by core's calls.
 */
#ifndef TEST_CORE_WORLD_H
#define TEST_CORE_WORLD_H

#include "core/core_priv.h"
#include <stdbool.h>
#include <stdint.h>

enum { PAGES = 256, DESCS = 24, TABLES = 96, DEPTH = 6, NODES = 16, ROOTS = 12, KEPT = 32 };
enum { LEVELS = 24 }; /* of the longest path */
enum { SPACE = 128, PRIVATE = 100, PRIVATE_END = 104, PTE_VALID = 1 };
#define PAGE     ((uint64_t)FROND_PAGE_SIZE)
#define LAST     (UINT64_MAX - 8 * PAGE + 1) /* the last 8 pages */
#define NO_PLACE UINT32_MAX

/* What a hart keeps of a node's space. */
struct kept {
    uint64_t number;
    uint32_t page;
    uint8_t perm, mode;
    bool used, write; /* write: without looking at the page's watch */
};

struct hart {
    uint64_t changes; /* of page tables read for it */
    struct kept kept[KEPT];
    struct core_stretch stretch;
    unsigned stretch_need;
    bool stretched;
};

struct world {
    struct core core;
    struct core_isa isa;
    uint8_t *arena;
    struct frond_range root[ROOTS + 1];
    struct frond_desc desc0;
    uint32_t page_of[DESCS]; /* of its descriptor; node 0: CORE_NO_PAGE */
    unsigned parent[DESCS];
    unsigned nodes;
    unsigned path[LEVELS]; /* the nodes that stand on core's path */
    uint64_t random;
};

/* world.c */
/* By which all worlds resolve. */
extern const struct core_scheme *world_scheme;
bool world_new(struct world *w, uint64_t seed);
void world_free(struct world *w);
uint64_t dice(struct world *w, uint64_t n); /* below n */
struct frond_desc *desc_of(struct world *w, unsigned node);
struct frond_desc *level_desc(struct world *w, unsigned level);
/* Suspends the path and enters the same again, as the engine does if core says stale. */
void world_reenter(struct world *w);
void world_settle(struct world *w); /* only if it says so */
bool world_push(struct world *w, unsigned node);
void world_pop(struct world *w);
/* A range as a VMM might write it, or not quite. */
struct frond_range some_range(struct world *w);
/* An address worth looking at. */
uint64_t some_address(struct world *w, unsigned level);
/* New maps for a node whose parent is on top of the path. */
void new_maps(struct world *w, unsigned node);

/* Allocations of core's left until all fail; ~0: none does. Which from now on fails alone; 0: none. Bytes that it holds; whether one was refused;
 * whether it wrote behind one, or gave it back as of another size. What its contexts hold of harts. */
extern uint64_t alloc_left, alloc_one, alloc_held;
extern bool alloc_refused, alloc_wrong;
extern unsigned harts_held;

/* A world without chance: node 0, which issues in M, has pages 0 to 99 of the arena where they are, its
 * last 16 from 112 on, and the device at 110. */
bool world_plain(struct world *w);
#define NO_MAP ((struct frond_map){0})
/* Entry `index` of the table in page `table`: base, size and target in pages. */
void plain_range(struct world *w, uint32_t table, unsigned index, struct frond_range pages);
/* Writes the descriptor of a child of the top, in arena page `node`, and puts it on the path. */
bool plain_enter(struct world *w, unsigned node, struct frond_map np, struct frond_map p);

/* naive.c: the rules of docs/machine.md 2.2 and 2.3 word for word, by recursion and linear scan. */
struct verdict {
    struct core_answer a;
    uint64_t chain[LEVELS]; /* of the access that met the gap */
    bool shared;            /* RAM, DEVICE: the node's own range says SHARED */
};
void naive_resolve(struct world *w, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                   struct verdict *v);
/* Entry `index` of the table of the node at `level`. */
bool naive_entry(struct world *w, unsigned level, unsigned mode, uint64_t index,
                 struct frond_range *e);
/* Whether a table in order has one range only that holds addr: its index, else -1. */
long naive_scan(const struct frond_range *t, uint64_t count, uint64_t addr);
bool naive_ordered(const struct frond_range *t, uint64_t count, uint64_t *bad);
bool naive_well_formed(const struct frond_range *r);
bool is_private(uint64_t addr);

#endif
