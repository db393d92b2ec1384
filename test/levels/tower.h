/*
 * tower.h - towers: a chain of nodes, each but the last a test VMM (vmm.c), and what became of it.
 *
 * Level 0 is node 0; the levels below `leaf` run the test VMM, which does the orders it is given
 * and logs; the leaf runs a few instructions of the row. The host stands under level 0 and takes
 * the same orders, so that a row is the same whoever the parent is. Own memory of a level: orders.h;
 * behind it, from VMM_OWN, lies the RAM of its child. So everything is found in node 0's memory.
 *
 *     struct tower *t = tower_new(depth);
 *     ... t->level[l].d, tower_range, tower_code, order(tower_parent(t, l), ...) ...
 *     tower_run(t, seed);            the run, to the end of the host's orders
 *     ... tower_log(t, l), tower_desc(t, l) ...
 *     tower_free(t);
 */
#ifndef LEVELS_TOWER_H
#define LEVELS_TOWER_H

#include "../replay/follow.h"
#include "orders.h"
#include "code.h"
#include "frond.h"

#define BASE     ((uint64_t)FROND_RAM_BASE)
#define OWN(off) (BASE + (off))
#define RWX      (FROND_R | FROND_W | FROND_X)

enum { RANGES = 24, CODE = 256, LEAF_RAM = 0x10000, HANDLER = 0x400 };
enum { WRONG = 500, WHY = 600 }; /* characters of what is wrong; of a row, with how it was run */

/* Gap pages that every level has: ranges without permission, backed in the parent's VMM_BACK. */
enum { GAPS = 4 };
#define GAP(i) (0x40000000ULL + (uint64_t)(i)*FROND_PAGE_SIZE)
/* A window that differs at each level (tower_through). */
#define THROUGH(level) (0x50000000ULL + (uint64_t)(level)*0x10000)

/* Who gives orders: the host, or a level to its child. */
struct party {
    struct vmm_order order[VMM_ORDERS_MAX];
    unsigned orders;
};

struct level {
    struct frond_desc d;                 /* as it begins; map_p, map_np: filled in by tower_run */
    struct frond_range range[2][RANGES]; /* by CORE's numbering: 0 map_p, 1 map_np */
    unsigned ranges[2];
    bool np; /* map_np is a table of its own */
    struct party p;
    /* For the books (row_books), said by rows: */
    uint64_t skipped; /* of the clock: its parent moved it, no step was made */
    uint64_t traps;   /* that it took */
    bool own_budget;  /* budget + clock is not what it began with */
};

struct tower {
    unsigned leaf;
    struct level *level; /* 0..leaf */
    struct party host;
    struct vmm_log *host_log;
    uint32_t code[CODE]; /* the leaf's program, from BASE */
    unsigned codes;
    uint32_t handler[32]; /* at HANDLER; without one: the finisher */
    uint64_t leaf_ram;
    uint64_t leaf_sees; /* of it; 0: all */
    struct frond *m;
    struct follower follower;
    void (*before)(struct tower *t); /* devices and bytes; may be NULL */
    uint64_t steps;                  /* made in all */
    bool audit, unfollowed;
    char wrong[WRONG];
};

struct tower *tower_new(unsigned leaf);
void tower_free(struct tower *t);

/* A range of the level's map (mode 0: map_p; 1: map_np, and map_p only has what was given for it). */
void tower_range(struct tower *t, unsigned level, unsigned mode, uint64_t base, uint64_t size,
                 uint64_t target, uint64_t flags);
/* Number of the range at `base` in a level's map_p; all ranges below it must have been given. */
unsigned tower_index(const struct tower *t, unsigned level, uint64_t base);
/* THROUGH(l) of each level l in (from, leaf] leads to THROUGH(l - 1); it is a gap of `from`. */
void tower_through(struct tower *t, unsigned from);
/* Appends instructions to the leaf's program. */
void tower_code(struct tower *t, const uint32_t *code, unsigned n);
/* The parent of a level: of 0, the host. */
struct party *tower_parent(struct tower *t, unsigned level);
unsigned order(struct party *p, enum vmm_op op, uint64_t a, uint64_t b, uint64_t c);
/* A field of the child's descriptor. */
void order_field(struct party *p, unsigned offset, uint64_t value, unsigned width);
/* ENTER of the child, and at the end what it halted with. */
void order_enter(struct party *p);
void order_end(struct party *p);
/* The parent of `level` realizes its gap page i in place; 8 bytes of it are set to `value` at `off`. */
void order_realize(struct tower *t, unsigned level, unsigned i, unsigned flags, unsigned off,
                   uint64_t value);

/* Enters node 0 once; false: t->wrong, which may be an event that the model forbids. */
bool tower_enter(struct tower *t);
/* Puts it together, with nothing run: for rows that enter node 0 themselves. The model follows, but if
 * shake is UNFOLLOWED: the machine must be the same when nobody looks. */
enum { UNFOLLOWED = 2 };
bool tower_begin(struct tower *t, uint64_t shake);
/* True: ran to the end of the host's orders. Else t->wrong says why not. */
bool tower_run(struct tower *t, uint64_t shake);

/* After a run. */
const struct vmm_log *tower_log(struct tower *t, int level); /* -1: the host's; static storage */
struct frond_desc tower_desc(struct tower *t, unsigned level);
/* Address in node 0 of an address in a level's RAM. */
uint64_t tower_at(const struct tower *t, unsigned level, uint64_t addr);
void tower_read(struct tower *t, unsigned level, uint64_t addr, void *to, size_t n);
void tower_write(struct tower *t, unsigned level, uint64_t addr, const void *from, size_t n);

/* ---- Rows ------------------------------------------------------------------------------------- */

/* One result; prints the name if it failed (or of all, with -v). `why`: printed too. */
void row_result(bool ok, const char *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether a row's name is wanted (a part of it was given on the command line). */
bool row_wanted(const char *group);

extern const void *vmm_image; /* tower_vmm.bin */
extern size_t vmm_size;

#endif
