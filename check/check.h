/*
 * check.h - the door of check/: theorems, their scopes, runs, and stories of how they fail.
 *
 * A run is one scope of one theorem, or of the nested kernel, visited whole by the explorer
 * (explore.h). Everything that is said of a run is text or JSON; the JSON can be checked again
 * (check_verify) by code that shares only the step function.
 */
#ifndef FROND_CHECK_CHECK_H
#define FROND_CHECK_CHECK_H

#include "../model/nktable.h"
#include "../model/vm.h"
#include "cells/cells.h"
#include "explore.h"

enum { CHECK_LEVELS = 4, CHECK_TEXT = 120 };

enum check_kind { CHECK_VM, CHECK_NK, CHECK_TABLES };

/* A theorem of the first seed, or what must hold of the nested kernel. */
struct check_theorem {
    const char *name, *title;
    enum check_kind kind;
    /* CHECK_VM: as in struct vm_scope. */
    uint8_t modes, apart, read_only, io, sens, shared, rogue, all_core;
    uint8_t cells[CHECK_LEVELS]; /* of nodes by level, when not asked for others */
    enum { TREE_ONE, TREE_COUNTED, TREE_ALL } trees; /* unless asked for others */
};
extern const struct check_theorem check_theorems[];
extern const unsigned check_theorem_count;
/* NULL: there is none of that name. */
const struct check_theorem *check_find(const char *name);

/* A hypothesis that can be dropped: of VM systems (vm.h), of the nested kernel's tables, of its frames. */
struct check_drop {
    const char *name, *theorem, *text;
};
enum { CHECK_DROPS = (int)VM_DROP_COUNT + (int)NKT_DROP_COUNT + 1, CHECK_NO_DROP = CHECK_DROPS };
extern const struct check_drop check_drops[CHECK_DROPS];

/* What scopes are asked for; 0: as the theorem says. nodes: then all trees up to that many. */
struct check_size {
    unsigned nodes, bits;
    bool
        symmetry; /* states that differ by an exchange of node 0's frames are one, where it is so */
    unsigned cells[CHECK_LEVELS];
};

/* One scope. */
struct check_run {
    const struct check_theorem *theorem;
    unsigned drop;   /* of check_drops, or CHECK_NO_DROP */
    unsigned number; /* CHECK_NK, CHECK_TABLES: which of the theorem's scopes */
    unsigned maps;   /* CHECK_VM: enum cells_maps, by which resolver; 0: the search as it stands */
    union {
        struct vm_scope vm;
        struct nkt_scope tables;
    };
};
/* Can a resolver make the look-ups of the theorem? */
bool check_has_maps(const struct check_theorem *);
/* All scopes of a theorem, at most `room`; *left_out grows by those that do not fit the model. */
unsigned check_runs(const struct check_theorem *, const struct check_size *, unsigned drop,
                    struct check_run *out, unsigned room, unsigned *left_out);
/* What tells a run from all others, as it stands in a file; the texts stay the caller's. */
struct check_scope {
    const char *theorem, *drop; /* drop: NULL, none */
    unsigned number, nodes, bits;
    bool symmetry;
    const uint8_t *parent, *cells; /* of each node */
};
/* False: there is no such run. */
bool check_rebuild(const struct check_scope *, struct check_run *);
/* The run as a system for the explorer; `run` stays the caller's. */
struct check_system check_system_of(const struct check_run *run);
/* What a run should have come across and did not; NULL: nothing. */
const char *check_missing(const struct check_run *, const struct check_result *);
/* A grandchild, and a sibling of it or of its parent: the least tree in which all is to be seen. */
bool check_counted(const struct vm_scope *);

/* ---- vmsystem.c, nksystem.c: systems ---------------------------------------------------------------- */

/* What VM systems count, in this order; the number of reachable states that have ... */
enum {
    COUNT_MAP,                            /* by level: a map of a node of this level written */
    COUNT_GAP = COUNT_MAP + CHECK_LEVELS, /* by level: ω met in the map of a node of this level */
    COUNT_FAULT = COUNT_GAP + CHECK_LEVELS,  /* by level: a fault delivered to the VMM there */
    COUNT_FULL = COUNT_FAULT + CHECK_LEVELS, /* child 1, child 2: all that the parent can give */
    COUNT_SHARED = COUNT_FULL + 2,           /* a cell in the hands of two */
    COUNT_INTERPRETED,                       /* an instruction interpreted */
    COUNT_IRQ,                               /* an interrupt taken */
    COUNT_STEPS,                             /* steps in all */
    COUNT_ASKED, /* not states: steps after which a resolver was asked */
    COUNT_END
};
_Static_assert((int)COUNT_END <= (int)CHECK_COUNTS, "too many counts");

void vmsystem_init(const void *scope, uint8_t *state);
void vmsystem_expand(const void *scope, const uint8_t *state, struct check_sink *);
/* The same by another composition: the view of a state. */
typedef void vmsystem_compose(struct check_sink *, const struct vm_scope *, const struct vm_state *,
                              struct vm_view *);
void vmsystem_expand_by(const struct vm_scope *, const uint8_t *state, struct check_sink *,
                        vmsystem_compose *);
/* mapsystem.c: with the look-ups of run->maps. `scope` is the run. */
void mapsystem_init(const void *scope, uint8_t *state);
void mapsystem_expand(const void *scope, const uint8_t *state, struct check_sink *);
void mapsystem_done(void *own);
/* around: clients' stores are not asked of the nested kernel. */
struct check_system nk_system(unsigned scope, bool around);
struct check_system nkt_system(const struct nkt_scope *);
const char *nk_scope_name(unsigned scope);
enum { NK_SCOPES = 4 }; /* of the nested kernel on frames: menus without a bound */

/* ---- story.c: for people ---------------------------------------------------------------------------- */

/* "0 8 | 0.1 3 | 0.1.1 1": each node and its cells. Returns `out`, CHECK_TEXT bytes. */
const char *check_scope_text(const struct check_run *, char *out);
const char *check_wrong_text(const struct check_run *, unsigned what);
/* A step, in words. */
void check_act_text(FILE *, const struct check_run *, const struct check_act *);
/* Numbered steps, and the tree and its maps before and after the last. */
void check_story(FILE *, const struct check_run *, const struct check_result *);
/* The last state of a story as a graph for dot. */
void check_dot(FILE *, const struct check_run *, const struct check_result *);

/* ---- json.c, verify.c --------------------------------------------------------------------------------- */

/* Runs as JSON. */
void check_json(FILE *, const struct check_run *, const struct check_result *, unsigned count);
/* Every run in the file, checked again. 0: as it says; 1: not so; 2: the file cannot be read; why, in words. */
int check_verify(const char *file, char *why, size_t size);

#endif
