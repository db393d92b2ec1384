/*
 * jit.h - the door of jit/: hot code of RV64 as code of the host. docs/jit.md tells how it works.
 *
 * A unit is the translation of a stretch of one page, entered at its first instruction, under one virtual
 * address of that page. It hangs on the decoded block that begins there (struct block) and dies with
 * it. exec.c counts how often a block is entered and asks for its unit when it is hot; from then on
 * the block's first handler enters the unit.
 */
#ifndef FROND_JIT_H
#define FROND_JIT_H

#include "../riscv/riscv_priv.h"
#include "frond.h"

enum { JIT_UNIT_MAX = 200 }; /* instructions of a unit at most */

struct jit;

/* Code memory of `bytes` (rounded up to pages), taken from the host at once, in two views of one region:
 * one is written, the other executed; pages of it cost when they are used. It serves one machine at
 * a time. NULL: not to be had. */
struct jit_region;
enum { JIT_REGION = 32 << 20 };
struct jit_region *jit_region_new(size_t bytes);
void jit_region_free(struct jit_region *r);

/* In this region, which outlives it, or in one of its own. NULL: no memory, or no emitter for this host. */
struct jit *jit_new(const struct memory *memory, struct jit_region *region);
void jit_free(struct jit *j);

/* The unit of block b, whose page's bytes and virtual address are given, into b->unit; `*bytes_used`: the
 * bytes of the page that it was made from, from b->offset on. False: nothing there can be translated, or code
 * memory is full: jit_full tells. data: the TLB of the moment; if it has stretches, accesses look there first. */
bool jit_translate(struct jit *j, struct block *b, uint64_t base, const uint8_t *page,
                   const struct tlb *data, unsigned *bytes_used);
/* Code memory is full: every block is to be dropped (code_drop_all), then jit_flush called. */
bool jit_full(const struct jit *j);
void jit_flush(struct jit *j);

/* What a jump cache holds for a block without a unit: leaves to exec_run. */
const void *jit_none(const struct jit *j);

/* Runs units from `code` on. The hart is as exec_run has it between blocks: h->left is exact. On return
 * it is so again, at d->pc. Not NULL: the place of a jump to d->pc in the same page that jit_link may
 * lead to that pc's unit, as long as nothing was dropped since. */
void *jit_run(struct jit *j, struct hart *h, const void *code);
void jit_link(struct jit *j, void *place, const void *code);

struct frond_translated jit_made(const struct jit *j);
/* Calls `made` for each unit from now on; NULL: no more. */
void jit_on_unit(struct jit *j, void (*made)(void *opaque, const struct frond_unit *u),
                 void *opaque);

#endif
