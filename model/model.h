/*
 * model.h - the door of model/ for commands: theorems, their scopes, stories of how they fail.
 *
 * The memory model and the nested kernel have headers of their own, mem.h and nkmodel.h.
 */
#ifndef FROND_MODEL_H
#define FROND_MODEL_H

#include "check.h"
#include <stdio.h>

enum { MODEL_SCOPES = 64 };

struct model_theorem {
    const char *name, *title;
    uint8_t modes, apart, read_only, io, sens, shared, rogue, all_core;
    uint8_t cells[CHECK_LEVELS]; /* by level, when not asked for others */
    enum { TREE_ONE, TREE_COUNTED, TREE_ALL } trees; /* unless asked for others */
};
extern const struct model_theorem model_theorems[];
extern const unsigned model_theorem_count;

struct model_drop {
    const char *name, *theorem, *text;
};
extern const struct model_drop model_drops[VM_DROP_COUNT];

/* What scopes are asked for; 0: as the theorem says. nodes: then all trees up to that many. */
struct model_size {
    unsigned nodes, bits;
    unsigned cells[CHECK_LEVELS];
};

/* NULL: there is none of that name. */
const struct model_theorem *model_find(const char *name);
/* The scopes of a theorem, at most MODEL_SCOPES; drop: enum vm_drop, or VM_DROP_COUNT. */
unsigned model_scopes(const struct model_theorem *t, const struct model_size *size, unsigned drop,
                      struct vm_scope *out);
/* A grandchild, and a sibling of it or of its parent. */
bool model_counted(const struct vm_scope *sc);
/* What a run of a counted scope should have come across and did not; NULL: nothing. */
const char *model_missing(const struct model_theorem *t, const struct vm_scope *sc,
                          const struct check_result *r);

/* checktell.c: text for people. Buffers of at least 80 bytes. */
const char *model_scope_name(const struct vm_scope *sc, char *out, size_t size);
const char *model_bad_text(enum vm_bad bad);
void model_story(FILE *to, const struct vm_scope *sc, const struct check_result *r);
void model_draw(FILE *to, const struct vm_scope *sc, const struct vm_state *s);
/* The last state of a story as a graph for dot. */
void model_dot(FILE *to, const struct vm_scope *sc, const struct check_result *r);

/* checkjson.c: a run as JSON, and a second opinion on it that shares only the step function. */
void model_json(FILE *to, const char *theorem, const struct vm_scope *sc,
                const struct check_result *r);
/* 0: as the file says; 1: not so, 2: cannot tell; why, in words. */
int model_verify(const char *file, char *why, size_t size);

#endif
