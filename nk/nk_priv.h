/*
 * nk_priv.h - what the files of nk share.
 *
 *   layout.c  nk_place, nk_init
 *   page.c    page records: which pages a range leads to, who may, counts
 *   table.c   one range table: where a range belongs, to make and to close a gap in the entries
 *   range.c   grant, revoke, point, find: tables and pages together
 *   child.c   create, destroy, reset: descriptors
 *   field.c   nk_child_set
 *   object.c  declare, undeclare, put
 *   call.c    calls by number, names
 *   check.c   the walker
 *
 * Whatever is refused is refused before the first write; what then changes something cannot fail.
 */
#ifndef NK_PRIV_H
#define NK_PRIV_H

#include "map.h"
#include "nk.h"

#define NK_PAGE ((uint64_t)FROND_PAGE_SIZE)

/* Pages that a record of the area stands for; records of the area. */
static inline uint64_t area_unit(const struct nk_area *a) { return a->unit > 1 ? a->unit : 1; }
static inline uint64_t area_records(const struct nk_area *a) { return a->pages / area_unit(a); }

/* What flags say; for well-formed ranges. In arithmetic: provers know that. */
static inline bool flags_allow(uint64_t flags) { return flags % FROND_SHARED != 0; }
static inline bool flags_write(uint64_t flags) { return flags % FROND_X >= FROND_W; }
static inline bool flags_share(uint64_t flags) { return flags >= FROND_SHARED; }

/* Page aligned, not empty, below the last page of the address space. */
bool page_span(uint64_t base, uint64_t size);
/* The index of the first page record of [base, base + size), a span, and how many there are. NK_OK, NK_OWN,
 * NK_OUTSIDE; NK_BAD_RANGE: not of whole units. */
enum nk_status page_locate(const struct nk *nk, uint64_t base, uint64_t size, uint64_t *first,
                           uint64_t *n);
/* The index of the record whose pages begin at base. */
bool page_begins(const struct nk *nk, uint64_t base, uint64_t *first);
/* May n pages be led to, for writing or not? NK_OK, NK_OWN, NK_READ_ONLY. */
enum nk_status page_types(const struct nk *nk, uint64_t first, uint64_t n, bool write);
/* Does somebody lead to one of n pages who does not share it with a range of this child's, shared or not? One range of
 * this child's that leads to the n pages from `but` on is not looked at; n_but is 0: none. */
bool page_taken(const struct nk *nk, uint64_t first, uint64_t n, uint64_t child, bool shared,
                uint64_t but, uint64_t n_but);
/* A range more, or less, leads to n pages. */
void page_hold(struct nk *nk, uint64_t first, uint64_t n, uint64_t child, bool shared);
void page_drop(struct nk *nk, uint64_t first, uint64_t n);

/* How many of the entries begin below base: the place of a range that begins there. */
uint64_t table_seat(const struct frond_range *t, uint64_t count, uint64_t base);
/* Does [base, base + size) meet an entry? seat as above. */
bool table_meets(const struct frond_range *t, uint64_t count, uint64_t seat, uint64_t base,
                 uint64_t size);

/* Takes entry `seat` out of table `map` (NK_P or NK_NP) of a child that lives. */
void range_remove(struct nk *nk, uint64_t child, uint64_t map, uint64_t seat);
/* The descriptor says where the child's tables are and how many entries they have. */
void child_publish(struct nk *nk, uint64_t child);

#endif
