/*
 * rig.h - a machine in which node 0 is honest, 0.1 attacks and 0.2 is the victim.
 *
 * Every node but the victim is a puppet: its program is written by the row, a few instructions at a
 * time (act), in whatever seat the row wants. A puppet's code page holds a trap handler that loads
 * from GATE, where no map leads, so that control comes back to the host program, which plays the VMM
 * of whoever is involved. Memory of a node, from FROND_RAM_BASE on:
 *
 *   CODE   handler and the row's instructions     DATA   a page to play with, and what follows it
 *   DESC   descriptors of its children, by label  TABLE  their range tables, by label
 *   ROOM   more pages, to the end
 *
 * What the host writes into node 0's own part goes through poke, which keeps a second copy: what
 * differs from it in the end was written by somebody else (rig_end).
 */
#ifndef ATTACK_RIG_H
#define ATTACK_RIG_H

#include "../../dev/dev.h"
#include "../replay/follow.h"
#include "encode.h"
#include "frond.h"

#define RAM  0x80000000ull
#define GATE 0x40000000ull
#define PAGE 4096ull
#define CTL  ((uint64_t)FROND_CTL_BASE)
#define RWX  (FROND_R | FROND_W | FROND_X)

enum { CODE = 0, STUB = 0x100, DATA = 0x1000, DESC = 0x10000, TABLE = 0x18000, ROOM = 0x20000 };
enum { ROOT_SIZE = 16 << 20, OWN = 1 << 20, RANGES = 16 };
/* Node 0: ROOT_SIZE. Its child with label l: OWN at l * OWN. Its child: 192 KiB at l * 256 KiB. */
enum { LEAF_SIZE = 0x30000, LEAF_STRIDE = 0x40000 };

struct node {
    struct node *parent; /* NULL: node 0 */
    uint64_t label;
    uint64_t desc, table; /* addresses in the parent */
    uint64_t ram;         /* of its memory in the parent */
    struct frond_range range[RANGES];
    unsigned ranges;
    uint64_t pages; /* where a driver has its rings; 0: at RAM (driver.h) */
    uint64_t stub,
        gate; /* stub not 0: an S-mode program under M-mode code that is none of ours (rows_nucleus.c) */
};

struct rig {
    struct frond *m;
    struct follower follower;
    struct node root, a, b, a1, a2; /* 0, 0.1 (attacks), 0.2 (victim), 0.1.1, 0.1.2 */
    uint8_t *own;                   /* what the host wrote to [RAM, RAM + OWN) */
    uint64_t slices;                /* of the victim so far */
    bool bystander;                 /* no attack is made: what the victim comes to alone */
    char why[400];                  /* the first thing that was not as it should be */
    uint8_t disk[64 * 512];
    struct dev_block block;
    struct dev_char console; /* its input never ends */
    uint8_t said[512];       /* what it was given last */
    const struct row *row;   /* the one under way */
};

/* Where an ended step left a puppet. */
struct seen {
    enum { RETIRED, TRAPPED, LEFT, REFUSED } how;
    uint64_t cause, tval;     /* TRAPPED: of the node itself */
    struct frond_access exit; /* LEFT */
    uint64_t status;          /* REFUSED: STATUS of its parent's ENTER */
};

struct rig_options {
    bool audit;
    uint64_t shake;
    bool followed; /* the model follows: an event that it forbids is a failure */
};
bool rig_begin(struct rig *r, const struct rig_options *how);
/* Runs the victim to its end; *hash: what it came to. What else was changed is a failure. */
void rig_end(struct rig *r, uint64_t *hash);
void rig_free(struct rig *r);

#define WANT(cond, ...)                                                                            \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            rig_fail(r, #cond, __LINE__, __VA_ARGS__);                                             \
            return;                                                                                \
        }                                                                                          \
    } while (0)
void rig_fail(struct rig *r, const char *cond, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool rig_ok(const struct rig *r);

/* Memory of a node, as the host reaches it (through node 0's). */
uint64_t place(const struct node *n, uint64_t addr); /* in node 0 */
void poke(struct rig *r, const struct node *n, uint64_t addr, const void *from, size_t size);
void peek(struct rig *r, const struct node *n, uint64_t addr, void *to, size_t size);
void put(struct rig *r, const struct node *n, uint64_t addr, uint64_t v);
uint64_t get(struct rig *r, const struct node *n, uint64_t addr);
struct frond_desc desc(struct rig *r, const struct node *n);
void set_desc(struct rig *r, const struct node *n, const struct frond_desc *d);

/* A child of `parent` with its memory; its map: that memory, RWX, at RAM. */
void spawn(struct rig *r, struct node *n, struct node *parent, uint64_t label);
/* One more range of its map (in order of base). */
void grant(struct rig *r, struct node *n, uint64_t base, uint64_t size, uint64_t target,
           uint64_t flags);
void write_table(struct rig *r, const struct node *n);

/* `n` executes these instructions in `mode` with a0 and a1, then comes back. */
struct seen act(struct rig *r, struct node *n, unsigned mode, const uint32_t *insn, unsigned count,
                uint64_t a0, uint64_t a1);
#define DO(n, a0, a1, ...) DO_IN(FROND_MODE_M, n, a0, a1, __VA_ARGS__)
#define DO_IN(mode, n, a0, a1, ...)                                                                \
    act(r, n, mode, (const uint32_t[]){__VA_ARGS__},                                               \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), a0, a1)
/* `n` enters the descriptor at `addr` of its space; STATUS in status, whatever happened. */
struct seen enter(struct rig *r, struct node *n, uint64_t addr);
/* Runs a child as it stands until it is left. */
struct seen run(struct rig *r, struct node *n);
/* The victim gets a part of its time, as it would without the attack. */
void victim_slice(struct rig *r);
/* Loads and stores as the node, 8 bytes. */
struct seen load(struct rig *r, struct node *n, uint64_t addr);
struct seen store(struct rig *r, struct node *n, uint64_t addr, uint64_t value);
uint64_t reg(struct rig *r, const struct node *n, unsigned x);

static inline bool faulted(const struct seen *s, uint32_t kind, uint64_t addr) {
    return s->how == LEFT && s->exit.reason == FROND_EXIT_FAULT && s->exit.kind == kind &&
           s->exit.addr == addr;
}

/* A row of the table. What differs from one to the next is the seat, the object or the means. */
struct row {
    const char *name;
    const char *seat;   /* who attacks */
    const char *object; /* what it is after */
    const char *means;  /* what is tried */
    const char *walls;  /* what stops it: names of test/walls/walls; none: no attack */
    void (*attack)(struct rig *r);
    bool no_audit;      /* so many ENTERs that walking all invariants at each takes minutes */
    unsigned how, what; /* for functions that serve several rows: means, object */
    const struct drive *drive; /* for those that drive a device: which */
};
#define ROW(n, s, o, m, w, ...)                                                                    \
    { .name = n, .seat = s, .object = o, .means = m, .walls = w, .attack = __VA_ARGS__ }
#define ROWS_OF(file)                                                                              \
    extern const struct row file##_rows[];                                                         \
    extern const unsigned file##_count
ROWS_OF(desc);
ROWS_OF(path);
ROWS_OF(map);
ROWS_OF(issuer);
ROWS_OF(answer);
ROWS_OF(dma);
ROWS_OF(device);
ROWS_OF(time);
ROWS_OF(code);
ROWS_OF(reach);
ROWS_OF(suspend);
ROWS_OF(nucleus);
/* Rows of nucleus run this ELF in the place of guest/tests/takeover. False: it cannot be read. */
bool nucleus_image(const char *path);

#endif
