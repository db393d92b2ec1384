/* core_priv.h - shared by core/'s files only. */
#ifndef FROND_CORE_PRIV_H
#define FROND_CORE_PRIV_H

#include "core.h"
#include <string.h>

/* Who derived something from a page: a table of ctx (what = CORE_P or CORE_NP, tag = its 4 KiB
 * number), or page-table entries (what = USE_PT, tag as given). */
enum { USE_PT = 2 };
struct core_use {
    struct core_use *next;
    struct core_ctx *ctx;
    uint64_t tag, seq;
    unsigned what;
};

struct core_entry *cache_get(const struct core_cache *k, uint64_t number);
bool cache_put(struct core *c, struct core_cache *k, uint64_t number, uint32_t page, uint8_t perm);
void cache_drop(struct core_cache *k, uint64_t first, uint64_t last); /* page numbers */
void cache_clear(struct core_cache *k);
void cache_free(struct core *c, struct core_cache *k);

/* Drops all that ctx holds (both modes, tables' places, TLBs). */
void ctx_drop(struct core *c, struct core_ctx *ctx);
/* Empties what a scheme's registers hold of a table; what they held can be had again. */
void registers_empty(struct core *c, struct core_table *t);
void copies_free(struct core *c, struct core_table *t);
void walks_free(struct core *c);
bool use_add(struct core *c, uint32_t page, struct core_ctx *ctx, unsigned what, uint64_t tag);
void uses_free_all(struct core *c);

#endif
