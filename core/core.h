/*
 * core.h - the tree of nodes without any ISA: maps, their composition, what is kept of it, the
 * active path.
 *
 * Levels: path[0] is node 0, path[core->top] the top. f[l] is the map of the node at level l; its
 * tables lie in the memory of level l - 1 (f[0]'s in the host's), and it leads into that level's
 * space (f[0]'s into the arena, node 0's RAM, in pages of 4 KiB, or to a device window).
 *
 * What is derived (composed pages, where tables lie) hangs on a struct core_ctx, one for each
 * (parent context, descriptor page) that was ever entered. All of it may be dropped at any step.
 * Every page of the arena that something was derived from is watched: flags in core_page. A writer
 * must look there first; core_wrote drops what its store changed, and no more where it can tell.
 *
 * Nothing here recurses over levels: what a resolution needs at a lower level is put on a stack.
 */
#ifndef FROND_CORE_H
#define FROND_CORE_H

#include "map.h"
#include "memory.h"
#include "resolve.h"
#include <stddef.h>

enum { CORE_P, CORE_NP }; /* which map: map_p (M and S) or map_np (U) */

/* Why a page of the arena is watched. */
enum {
    CORE_W_CODE = 1,  /* decoded code was made from it */
    CORE_W_PT = 2,    /* page-table entries were read from it */
    CORE_W_MAP = 4,   /* range-table entries were read from it */
    CORE_W_OWNED = 8, /* it is a descriptor of the active path */
    CORE_W_HOST = 16, /* the host wants to know of stores (HTIF) */
};

struct core_use; /* who derived something from a page */

struct core_page {
    uint32_t watch; /* CORE_W_* */
    struct core_use *uses;
};

/* A composed page of a context: what its page number `key - 1` leads to. */
struct core_entry {
    uint64_t key; /* page number + 1; 0: empty */
    uint32_t page;
    uint8_t
        perm; /* FROND_R, W, X; FROND_SHARED as the node's own range says; 0: empty, or dropped */
};

/* Composed pages, open addressing, power of two slots, never more than half full. */
struct core_cache {
    struct core_entry *slot;
    uint32_t slots, used;
};

#define CORE_NO_PAGE UINT32_MAX
#define CORE_WINDOW  0x80000000u /* in core_entry.page: device window, not RAM */

/* A page that the node's own map leads nowhere, as found last, and what that was derived from. */
struct core_gap {
    uint64_t key; /* page number + 1; 0: none is known */
    uint64_t edits, gen;
    uint8_t need;
};

struct core_table {
    struct frond_map at;     /* as in the descriptor */
    struct core_cache where; /* arena page of each 4 KiB of the table */
    struct core_cache cache; /* composed pages */
    struct core_gap gap;
    /* Registers of a scheme other than flat (resolve.h), emptied by registers_empty: */
    struct core_cache pointer; /* where each 4 KiB of the table lies */
    struct core_copy *copy;    /* what it holds */
    unsigned copies;
};

/* What is known of a node, whether on the path or not. */
struct core_ctx {
    struct core_ctx *parent;
    struct core_ctx *hash_next;
    uint64_t serial;    /* no two contexts have the same */
    uint32_t desc_page; /* of its descriptor; CORE_NO_PAGE for node 0 */
    bool on_path;
    uint64_t gen;       /* grows when something derived from its maps may be wrong in nodes below */
    uint64_t sum;       /* sum of gen over the nodes below it, when last validated */
    uint64_t watch_seq; /* core->watch_seq when its isa state was last made safe for writes */
    uint64_t pt_seq;    /* of its page-table uses: older ones are void */
    struct core_table table[2];
    uint64_t issuer[4]; /* the issuer's translation state that the tables were read by */
    uint64_t uid, label;
    void *isa;         /* TLBs; owned by riscv/ */
    uint64_t stat[32]; /* statistics, by machine's numbering */
};

struct core_level {
    struct core_ctx *ctx;
    struct frond_desc *d;
    uint64_t since;           /* core->now when it came on the path */
    uint64_t clock0, budget0; /* the descriptor's, at that time */
    uint64_t traps0;          /* for riscv/ */
    uint64_t due;   /* least `now` at which some node of the path up to here must be looked at */
    uint64_t timer; /* least `now` at which a timer of this node fires */
};

enum core_what { CORE_RAM, CORE_DEVICE, CORE_GAP, CORE_BAD, CORE_REFUSED, CORE_ISSUER, CORE_NOMEM };

/* What an address leads to. */
struct core_answer {
    enum core_what what;
    uint8_t perm;  /* RAM, DEVICE: composed permissions */
    uint8_t mode;  /* GAP, BAD: which map */
    uint32_t page; /* RAM: page of the arena; DEVICE: number of the window's page */
    uint32_t kind; /* GAP: 0: the access itself, or FROND_FAULT_MAP, _DESC or _WALK (an issuer's) */
    unsigned level; /* GAP, BAD: of the map; ISSUER, REFUSED: of the node that takes the trap */
    unsigned maker; /* GAP, BAD: level of the node that made the access that met it */
    uint64_t addr;  /* GAP: in the space of `level`; the maker's is chain[maker] */
    uint64_t index; /* BAD: of the entry */
    uint64_t tval;  /* GAP of another kind than 0, ISSUER: issuer's address */
    uint32_t cause; /* ISSUER: of the trap */
    bool direct;    /* met by the access itself, not by a read that it implied */
};

struct core;

/* How the issuer at a level, standing in ENTER, makes the accesses that ENTER implies: its own
 * translation and protection come before the map of its node (machine.md 2.3, 3.1). */
enum core_issue { CORE_ISSUE_OK, CORE_ISSUE_NEED, CORE_ISSUE_TRAP };
struct core_issued {
    uint64_t pa;    /* OK: the address in its node; NEED: of a page-table entry to resolve first */
    uint8_t perm;   /* OK: FROND_R, FROND_W: what it may do there */
    uint8_t mode;   /* OK: CORE_P or CORE_NP: the map that its accesses use */
    uint8_t need;   /* NEED: what of the entry's page */
    uint32_t cause; /* TRAP */
};

struct core_isa {
    void *opaque;
    /* Translates va for the node at `level`; access: FROND_R or FROND_W. */
    enum core_issue (*issue)(void *opaque, unsigned level, uint64_t va, unsigned access,
                             struct core_issued *out);
    /* Fills ctx->issuer's worth of words that identify the translation state of `level`. */
    void (*issuer_state)(void *opaque, unsigned level, uint64_t out[4]);
    /* Drop from ctx's TLBs: pages of node-physical [first, last], or everything. */
    void (*drop)(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last);
    void (*drop_all)(void *opaque, struct core_ctx *ctx);
    /* No TLB of ctx may write to `page` (CORE_NO_PAGE: to any) without the slow path. */
    void (*protect)(void *opaque, struct core_ctx *ctx, uint32_t page);
    /* A page-table entry read for ctx has changed from `old`; use: what was given to core_use_pt. */
    void (*pt_changed)(void *opaque, struct core_ctx *ctx, uint64_t tag, uint64_t old,
                       uint64_t new);
    /* Bytes that code may have been decoded from have changed. True: nothing decoded of the page is
     * left, it need not be watched for code. */
    bool (*code_changed)(void *opaque, uint32_t page, unsigned off, unsigned len);
    void (*free_isa)(void *opaque, struct core_ctx *ctx);
    /* For a trace, or NULL: 4 KiB number `piece` of a table was read anew, from `page`; an entry that
     * was read has changed. */
    void (*range_read)(void *opaque, struct core_ctx *ctx, unsigned mode, uint64_t piece,
                       uint32_t page);
    void (*range_changed)(void *opaque, struct core_ctx *ctx, unsigned mode, uint64_t index,
                          const struct frond_range *old, const struct frond_range *new);
    bool (*private_window)(uint64_t addr); /* of every node */
    /* Least address from which on those of the node at `level`, as it accesses memory now, are without exception its
     * node's own, by map_p, for loads and stores, and none is a private window's; ~0: none. */
    uint64_t (*plain_from)(void *opaque, unsigned level);
    /* When alloc has returned NULL, something may be derived and not watched: whoever supplies it sees to
     * it that all is dropped before the guest's next step. */
    struct memory memory;
};

struct core_frame {
    unsigned level;
    uint8_t mode, need;
    uint32_t kind;
    uint64_t addr, tval;
};

struct core {
    const struct core_isa *isa;
    uint8_t *ram; /* the arena */
    struct core_page *page;
    uint32_t pages;
    const struct frond_range
        *root; /* f[0]: target < arena size: RAM; else CORE_ROOT_WINDOW | n << 12 */
    uint64_t root_count;
    struct core_level *path;
    unsigned top, room;
    bool empty;         /* no node is on the path (top is 0) */
    uint64_t now;       /* steps made by the machine since it was created */
    uint64_t drops;     /* grows when something of a table is dropped: a walk under way is void */
    uint64_t edits;     /* grows when an entry of a table in use changes, whatever it gave */
    uint64_t watch_seq; /* grows with each new watch */
    bool stale;         /* something of the path itself may be wrong: re-enter it */
    bool too_many;      /* nodes, by contexts_max */
    bool host_store;    /* a page with CORE_W_HOST was stored to */
    struct core_ctx **hash;
    uint32_t hash_size, contexts;
    uint64_t serials; /* given out */
    /* Node 0's counted; more are an error. 0: all but the path's are forgotten past a number. */
    uint32_t contexts_max;
    uint64_t cached, cached_max; /* slots of all caches; past the most, core_drop_all is due */
    struct core_frame *stack;
    unsigned stack_room;
    const struct core_scheme *scheme; /* core_flat; another may be set before a node is entered */
    struct core_cost cost;
    struct core_walk *walks; /* of resolve_walk.c */
    unsigned walks_room;
    uint64_t *labels; /* of the nodes of the path, by level, from 1 on */
    uint64_t *chain;  /* of the last GAP: address at each level from `maker` down to `level` */
};

#define CORE_ROOT_WINDOW (1ULL << 62)

bool core_init(struct core *c, const struct core_isa *isa, uint8_t *ram, uint32_t pages);
void core_done(struct core *c);

/* Resolves a page-aligned-or-not address of the node at `level`. need: FROND_R/W/X that must be
 * there. Fills *out; RAM and DEVICE carry the permissions of the whole page. */
void core_resolve(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                  struct core_answer *out);
/* The same from what is kept only: true and *page (RAM), or false. */
bool core_peek(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
               uint32_t *page);

/* Addresses that lead on to RAM in one piece, with the same right: [first, last]. */
struct core_stretch {
    uint64_t first, last;
    uint64_t offset; /* of first, in the arena */
};
/* Those around an address of the node at `level` (the top) that map_p has just been found to lead to RAM, which have `need`,
 * FROND_R or FROND_W. For W, none of their pages is watched, and there are no more than some thousand. What the node's TLBs are
 * dropped for, it goes with. False: there are none, or that is not to be seen at a glance. */
bool core_stretch(struct core *c, unsigned level, uint64_t addr, unsigned need,
                  struct core_stretch *out);

/* Entry `index` of a table of the node at `level` (>= 1), as it stands. False: it cannot be read. */
bool core_table_entry(struct core *c, unsigned level, unsigned mode, uint64_t index,
                      struct frond_range *out);

/* Watches a page for `why`; tells the TLBs. */
void core_watch(struct core *c, uint32_t page, uint32_t why);
/* ctx has read a page-table entry in `page`; tag identifies what for (riscv's). */
void core_use_pt(struct core *c, uint32_t page, struct core_ctx *ctx, uint64_t tag);
/* ctx's page-table uses are void from now on (its TLBs hold nothing that came from them). */
void core_void_pt(struct core *c, struct core_ctx *ctx);
/* A store of `len` bytes (not crossing a page) to a page that may be watched. Copies `from`. */
void core_store(struct core *c, uint32_t page, unsigned off, const void *from, unsigned len);

/* Drops what is derived from f[ctx] in one mode, and tells the nodes below. */
void core_drop_table(struct core *c, struct core_ctx *ctx, unsigned mode);
/* Everything that was derived from a page, whatever it holds now. */
void core_drop_page(struct core *c, uint32_t page);

/* path.c: the active path. core_push: the context of the descriptor in `page`, put on top (its maps
 * and issuer compared with what is kept). False: out of memory. */
bool core_push(struct core *c, uint32_t page, struct frond_desc *d);
void core_pop(struct core *c);
/* Makes what is kept for the top safe to use again, after a push or pops. */
void core_activate(struct core *c);
bool core_on_path(const struct core *c, uint32_t page);
/* Drops everything derived, for all nodes. */
void core_drop_all(struct core *c);

/* The page of `addr` walked anew, without what is kept of it. need: as in core_resolve. */
bool core_compose(struct core *c, unsigned level, unsigned mode, uint64_t addr, unsigned need,
                  struct core_entry *out);

/* audit.c: NULL, or what is wrong with what the engine keeps, in a static string. */
const char *core_audit(struct core *c);
/* How many pages of parent's children break its walls, by what is kept at the moment: shared by
 * siblings without both saying so, or a descriptor or table of the parent's. */
uint64_t core_audit_walls(struct core *c, const struct core_ctx *parent);

#endif
