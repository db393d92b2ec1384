/* resolve_priv.h - shared by the resolvers only: the steps of a walk. */
#ifndef FROND_CORE_RESOLVE_PRIV_H
#define FROND_CORE_RESOLVE_PRIV_H

#include "core_priv.h"

enum walk {
    WALK_FOUND, /* *out is RAM or DEVICE, and kept */
    WALK_NEED,  /* *need must be resolved first */
    WALK_OTHER  /* *out is the answer to the whole resolution */
};

enum walk walk_other(struct core_answer *out, enum core_what what, unsigned level);
enum walk walk_trap(struct core_answer *out, unsigned level, uint32_t cause, uint64_t tval);
enum walk walk_gap(const struct core *c, struct core_answer *out, unsigned level, unsigned mode);
/* What the issuer at `level` makes of its address `va`. */
enum walk walk_issued(struct core *c, unsigned level, uint64_t va, unsigned access,
                      struct core_issued *is, struct core_frame *need, struct core_answer *out);
bool walk_owned(const struct core *c, uint32_t page);
/* A page that holds a descriptor of the path: a gap in its node's map, if that lies on the way. */
enum walk walk_descriptor(const struct core *c, const struct core_frame *f, unsigned np,
                          uint32_t page, struct core_answer *out);
/* From a range of f[level] (>= 1), down to the space of the level below: its issuer's translation,
 * then the windows that hide memory there. */
enum walk walk_step_down(struct core *c, unsigned level, unsigned need_perm, uint64_t *addr,
                         unsigned *mode, uint8_t *perm, struct core_frame *need,
                         struct core_answer *out);
enum walk walk_answer(const struct core_frame *f, uint8_t perm, uint32_t page,
                      struct core_answer *out);
/* The frame f has met what ends the whole resolution. direct: it is the access itself. */
void walk_ended(const struct core_frame *f, bool direct, struct core_answer *out);
/* 4 KiB number `i` of a table was read from `page`: from now on watched. */
enum walk walk_table_read(struct core *c, unsigned level, unsigned mode, uint64_t i, uint32_t page,
                          struct core_answer *out);
/* Entry at `off` of an arena page, as it stands. */
void walk_read(const struct core *c, uint32_t page, unsigned off, struct frond_range *e);

/* resolve_walk.c: resolves f by c->scheme. False: by `flat`, the watch cannot hold all that it reads. */
bool walk_by_scheme(struct core *c, const struct core_frame *f, struct core_answer *out);

/* A register that holds where a piece of a table lies (hv, display). */
bool pointer_get(struct core *c, const struct core_place *p, uint32_t *page);
bool pointer_put(struct core *c, const struct core_place *p, uint32_t page);

#endif
