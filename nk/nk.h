/*
 * nk.h - the nested kernel: the few functions through which every change of what a child can reach
 * must pass. docs/nk.md is the reference: page states, calls, refusals, layout, costs.
 *
 * All it knows lies in its own region: struct nk and the arrays that it points to, among them the
 * descriptors and range tables that the engine reads. Clients read the region and cannot write it.
 * Freestanding; no allocation, no recursion, no call-backs, no ISA. Every call is all or nothing:
 * refused, with a code that says why, it has changed no byte.
 */
#ifndef FROND_NK_H
#define FROND_NK_H

#include "frond_abi.h"
#include <stdbool.h>

/* Why a call was refused: enumerator, name. The order is part of the interface. */
#define NK_REFUSALS(X)                                                                             \
    X(BAD_LAYOUT, "badLayout") /* nk_init: areas, arrays and counts do not fit */                  \
    X(BAD_CALL, "badCall")     /* nk_call: no such call */                                         \
    X(BAD_TYPE, "badType")     /* no such type of object */                                        \
    X(BAD_RANGE, "badRange")   /* not page aligned, no whole units, empty, wraps, unknown flag */  \
    X(BAD_FIELD, "badField")   /* not a field that may be set, no such index, value too wide */    \
    X(NOT_CHILD, "notChild")   /* no child lives in that slot */                                   \
    X(NOT_MAP, "notMap")       /* the child has no such table */                                   \
    X(NOT_OBJECT, "notObject") /* no object starts there */                                        \
    X(OUTSIDE, "outside")      /* in no one area; not where objects may be; beyond the object */   \
    X(OWN, "own")              /* meets nk's own memory, or what is kept */                        \
    X(READ_ONLY, "readOnly")   /* would give write access to an object */                          \
    X(OVERLAP, "overlap")      /* meets a range of the table; an object; another child's table */  \
    X(TAKEN, "taken")          /* a range leads there, and they do not share it */                 \
    X(FULL, "full")            /* the table, or the log, has no room */                            \
    X(UNMAPPED, "unmapped")    /* no range starts there; none holds the address */                 \
    X(IN_USE, "inUse")         /* a range leads there; a child lives in that slot */               \
    X(SEALED, "sealed")        /* is never written */                                              \
    X(ALREADY, "already")      /* has been written */                                              \
    X(NOT_NEXT, "notNext")     /* is not the next to be appended */

enum nk_status {
    NK_OK,
#define X(id, name) NK_##id,
    NK_REFUSALS(X)
#undef X
        NK_STATUSES
};

/* Its name, "ok" for NK_OK; NULL: no such status. */
const char *nk_status_name(uint64_t status);

/* ---- What nk knows. Clients read it, nk alone writes it ---------------------------------------- */

/* Types of objects. A page that belongs to none is free: granted, or used by the client as it likes. */
enum nk_type {
    NK_FREE,
    NK_KEPT,        /* the client's own, written as it likes; in no child's reach */
    NK_NO_WRITE,    /* stays what it was when it was declared */
    NK_WRITE_ONCE,  /* each datum is written once at most */
    NK_APPEND_ONLY, /* data are written in order */
    NK_LOGGED,      /* each write is recorded with what it replaced, until the log is full */
    NK_TYPES
};

/*
 * The parts of nk's state are of different integer types on purpose: numbers that stay are int64_t, those of
 * tables int32_t, those of pages uint32_t and uint8_t, what the ABI defines uint64_t. So a prover sees at
 * once that to change one kind leaves the others as they are.
 */

/* One page of an area, or as many as the area's unit says. The records stand in the order of the areas. */
struct nk_page {
    uint32_t maps;  /* how many ranges with a permission lead there */
    uint32_t owner; /* if maps > 0 and it is not shared: the slot of the child whose they all are */
    uint32_t pages; /* first page of an object: how many it has; else 0 */
    uint8_t type;   /* of the object that it belongs to, enum nk_type */
    uint8_t shared; /* if maps > 0: 1, all those ranges say SHARED; 0, none does */
};

/* A range table: entries [first, first + count) of nk->range, in order; up to first + room they are 0. */
struct nk_table {
    int32_t first, room, count;
};

enum nk_map { NK_P, NK_NP, NK_BOTH };

struct nk_child {
    struct nk_table map[2]; /* by NK_P, NK_NP; one table for both modes: map[NK_NP].room is 0 */
    int32_t lives;          /* 0 or 1; else nothing above has a meaning */
};

/* Pages of memory: [base, base + 4096 * pages). Those of a layout that are not needed have no pages. */
struct nk_area {
    uint64_t base;
    uint64_t pages;
    uint64_t unit; /* of what may be granted: this many pages, from base on, go together; 0 as 1 */
};

enum { NK_AREAS = 4, NK_OWN_AREAS = 2 };

struct nk_layout {
    struct nk_area own[NK_OWN_AREAS]; /* nk's text, data, stack; its region: nobody else's */
    struct nk_area area[NK_AREAS];    /* what may be granted, in ascending order, disjoint */
    struct nk_area objects; /* within one area of unit 1: what clients cannot write, for objects */
    uint64_t children;      /* slots for children */
    uint64_t ranges;        /* entries for all tables together */
};

/* Addresses of nk's arrays, as the issuer of ENTER sees them. */
struct nk_places {
    uint64_t desc;  /* struct frond_desc[children]; page aligned, where the region begins */
    uint64_t range; /* struct frond_range[ranges] */
    uint64_t page;  /* struct nk_page[units of all areas] */
    uint64_t nk;    /* struct nk */
    uint64_t child; /* struct nk_child[children] */
    uint64_t end;   /* page aligned */
};

/* The same arrays, and the memory of layout.objects, as pointers: what the caller of nk_init casts. */
struct nk_arrays {
    struct frond_desc *desc;
    struct frond_range *range;
    struct nk_page *page;
    struct nk_child *child;
    uint64_t *word;
};

/* An area in pages: number of the first, base / 4096; how many; how many of them go together, which is what
 * a record stands for; index of the first record in nk->page, and how many there are: pages / unit. */
struct nk_span {
    int64_t number, pages, unit, first, records;
};

struct nk {
    struct frond_desc *desc;
    struct frond_range *range;
    struct nk_page *page;
    struct nk_child *child;
    uint64_t *word; /* memory of the pages of `objects` */
    struct nk_span own[NK_OWN_AREAS], area[NK_AREAS], objects;
    int64_t pages, children, ranges; /* how many there are of page, of child and desc, of range */
    int64_t desc_at, range_at; /* addresses of desc and range, as the issuer of ENTER sees them */
    uint64_t last_uid;
};

/* ---- Start ----------------------------------------------------------------------------------- */

/* Where the arrays of a layout lie in a region that starts at `region`. NK_BAD_LAYOUT: counts too large. */
enum nk_status nk_place(const struct nk_layout *layout, uint64_t region, struct nk_places *at);

/* Starts in arrays at these places, which it clears: all pages free, no child. */
enum nk_status nk_init(struct nk *nk, const struct nk_layout *layout, const struct nk_places *at,
                       const struct nk_arrays *arrays);

/* ---- Objects --------------------------------------------------------------------------------- */

/* [base, base + size) becomes an object, in the form of the model's frames: a header of three words (words of
 * the object, type, 0), then the payload. Kept and no-write pages keep their bytes (of no-write all but
 * the header); the others are cleared. To keep is possible in any area, else only in layout.objects. */
enum nk_status nk_declare(struct nk *nk, uint64_t base, uint64_t size, uint64_t type);
enum nk_status nk_undeclare(struct nk *nk, uint64_t base);
/* The mediated write: value becomes datum `index` of the object. */
enum nk_status nk_put(struct nk *nk, uint64_t base, uint64_t index, uint64_t value);

/* ---- Children ---------------------------------------------------------------------------------- */

/* A child in a free slot: a hart at reset without memory. Its tables take nk->range[first] and on: room
 * entries for map_p, then room_np for map_np; room_np 0: one table for both. */
enum nk_status nk_child_create(struct nk *nk, uint64_t child, uint64_t label, uint64_t first,
                               uint64_t room, uint64_t room_np);
/* Ends it; its ranges are revoked. */
enum nk_status nk_child_destroy(struct nk *nk, uint64_t child);
/* Back to reset, with a new uid; the ranges stay. */
enum nk_status nk_child_reset(struct nk *nk, uint64_t child);

/* The fields of a descriptor that are the child's own state, with the number of their indices. The
 * numbers are part of the interface: their order stays. */
#define NK_FIELDS(X)                                                                               \
    X(ANSWER, 3) /* index: RETRY, DONE or DENY; value: what a load answered DONE reads */          \
    X(BUDGET, 1)                                                                                   \
    X(CLOCK, 1)                                                                                    \
    X(EPOCH, 1)                                                                                    \
    X(LINES, 1) /* 32 bits */                                                                      \
    X(PC, 1)                                                                                       \
    X(X, 32) /* but x[0] */                                                                        \
    X(F, 32)                                                                                       \
    X(FCSR, 1)                                                                                     \
    X(MEDELEG, 1)                                                                                  \
    X(MIDELEG, 1)                                                                                  \
    X(MIE, 1)                                                                                      \
    X(MIP, 1)                                                                                      \
    X(MTVEC, 1)                                                                                    \
    X(MSCRATCH, 1)                                                                                 \
    X(MEPC, 1)                                                                                     \
    X(MCAUSE, 1)                                                                                   \
    X(MTVAL, 1)                                                                                    \
    X(MCOUNTEREN, 1)                                                                               \
    X(MCOUNTINHIBIT, 1)                                                                            \
    X(MENVCFG, 1)                                                                                  \
    X(STVEC, 1)                                                                                    \
    X(SSCRATCH, 1)                                                                                 \
    X(SEPC, 1)                                                                                     \
    X(SCAUSE, 1)                                                                                   \
    X(STVAL, 1)                                                                                    \
    X(SCOUNTEREN, 1)                                                                               \
    X(SENVCFG, 1)                                                                                  \
    X(SATP, 1)                                                                                     \
    X(STIMECMP, 1)                                                                                 \
    X(MCYCLE_OFFSET, 1)                                                                            \
    X(MINSTRET, 1)                                                                                 \
    X(PMPADDR, 16)                                                                                 \
    X(PMPCFG, 16) /* 8 bits */

enum nk_field {
#define X(id, indices) NK_FIELD_##id,
    NK_FIELDS(X)
#undef X
        NK_FIELD_END
};

/* Sets a field. Whether the value is one that the field may have the engine judges, at ENTER. */
enum nk_status nk_child_set(struct nk *nk, uint64_t child, uint64_t field, uint64_t index,
                            uint64_t value);
/* The descriptor of a child that lives: what its parent stores to ENTER. */
enum nk_status nk_child_desc(const struct nk *nk, uint64_t child, uint64_t *address);

/* ---- Ranges. map: NK_P or NK_NP of a child with two tables, NK_BOTH of one with one table ------ */

/* The child gets a range. One without permission is a gap, and its target is not looked at. */
enum nk_status nk_grant(struct nk *nk, uint64_t child, uint64_t map,
                        const struct frond_range *range);
/* The range that starts at base goes. */
enum nk_status nk_revoke(struct nk *nk, uint64_t child, uint64_t map, uint64_t base);
/* The range that starts at base leads to target from now on, with these flags. */
enum nk_status nk_point(struct nk *nk, uint64_t child, uint64_t map, uint64_t base, uint64_t target,
                        uint64_t flags);
/* The range that holds an address: its index in nk->range. */
enum nk_status nk_find(const struct nk *nk, uint64_t child, uint64_t map, uint64_t addr,
                       uint64_t *index);

/* ---- All calls that change something, by number: for an ecall, a fuzzer, a log ------------------- */

/* Name, number of arguments: those of the function, in order; a range as base, size, target, flags. The
 * numbers, from 0, are part of the interface: their order stays. */
#define NK_CALLS(X)                                                                                \
    X(DECLARE, 3)                                                                                  \
    X(UNDECLARE, 1)                                                                                \
    X(PUT, 3)                                                                                      \
    X(CHILD_CREATE, 5)                                                                             \
    X(CHILD_DESTROY, 1)                                                                            \
    X(CHILD_RESET, 1)                                                                              \
    X(CHILD_SET, 4)                                                                                \
    X(GRANT, 6)                                                                                    \
    X(REVOKE, 3)                                                                                   \
    X(POINT, 5)

enum nk_call {
#define X(id, args) NK_CALL_##id,
    NK_CALLS(X)
#undef X
        NK_CALL_END
};

enum { NK_ARGS = 6 };

enum nk_status nk_call(struct nk *nk, uint64_t call, const uint64_t arg[NK_ARGS]);

/* ---- The walker: not for the nucleus, quadratic -------------------------------------------------- */

/* What does not hold (docs/nk.md, Invariants), in words; NULL: all does. */
const char *nk_check(const struct nk *nk);

#endif
