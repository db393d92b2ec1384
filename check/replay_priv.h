/* replay_priv.h - the model's state, and what its files ask of each other. No one else includes it. */
#ifndef FROND_REPLAY_PRIV_H
#define FROND_REPLAY_PRIV_H

#include "frond_abi.h"
#include "replay.h"

enum { P, NP, FIELDS = 32, NO_LEVEL = -1 };
#define DEVICE     (1ULL << 62) /* in a target of f[0]: a device's window */
#define MASK(page) ((page) & ~(uint64_t)(FROND_PAGE_SIZE - 1))

/* A map as told. entry[i] is good if told[i]. */
struct table {
    uint64_t addr, count, room, next; /* next: index that must come next, if a piece is under way */
    struct frond_range *entry;
    bool *told, piece;
    enum { MAYBE, WHOLE, PARTS } known; /* whether all of it is told and in order; MAYBE: look */
};

/* The access that a FAULT left under way in a node; cause, tval: the trap of a DENY. */
struct pending {
    bool here;
    uint64_t kind, flags, addr, value, width, reg, ilen, cause, tval;
};

struct node {
    bool known, on_path;
    bool same; /* it came to the path as it was suspended */
    uint64_t id, label, uid, desc;
    uint64_t flat;                /* address of its descriptor in node 0, ~0 if not known */
    struct node *parent, *inside; /* inside: the node it stood in ENTER of when it was suspended */
    struct table map[2];
    char as;                                /* mode of its parent's ENTER: M, S, U */
    bool paged;                             /* which sees addresses through a page table */
    uint64_t since, clock, budget, retired; /* at that step, as told */
    uint64_t made, traps;                   /* steps as the top, and traps among them, since */
    uint64_t active; /* what the next restored child's descriptor is; 0: it is inside none */
    unsigned answer; /* that stands in it and must be applied: FROND_DONE, FROND_DENY */
    struct pending pend;
};

/* Memory of node 0 that the host wrote; anywhere: it is not known where. */
struct written {
    uint64_t addr, bytes;
    bool anywhere;
};

typedef unsigned __int128 wide;

struct field {
    const char *name, *value;
};

struct replay {
    struct node **node; /* by number, hashed */
    uint64_t nodes, slots;
    struct node **path;
    uint64_t *via; /* of a fault: address at each level of the path */
    unsigned top, room;
    bool empty;
    uint64_t step, events, unjudged;
    bool retires;   /* the ENTER of the top retires next: one step */
    bool restoring; /* nothing has been executed since the last enter */
    bool halted;    /* node 0 was left or suspended: only it may come */
    bool suspended; /* which of the two */
    bool reset;     /* it asked for a reset: a machine of step 0 may come, another one */
    /* The next step ends an ENTER that was being restored, or is an answer's or a HALT's: budgets are
     * not looked at before. */
    bool free;
    struct {
        enum { NOTHING, EXIT_OF, TRAP_OF, STATUS_OF, SUSPEND } what; /* that must come next */
        unsigned level;
        struct pending pend; /* EXIT_OF: its record; TRAP_OF: with cause and tval */
    } due;                   /* by an answer */
    struct written *write;   /* since the last step */
    uint64_t writes, write_room;
    struct {
        uint64_t uid;
        char mode;                 /* M, S, U; 0: not known */
    } dma[FROND_VIRTIO_SLOTS + 1]; /* by window: its last transfer, while its owner makes no step */
    struct node *telling;          /* whose table is being told */
    unsigned telling_mode;
    struct field field[FIELDS];
    unsigned fields;
    char *copy;
    uint64_t lines;
    char why[400];
};

/* ---- replay_line.c: fields of the line at hand. What is missing or malformed is said, and false. ------ */

/* The kinds of an access by FROND_FAULT_*; "-": none. */
enum { KINDS = FROND_FAULT_DMA + 1 };
extern const char *const replay_kinds[KINDS];

/* False, after noting which rule (a section of docs/machine.md, or "format") forbids the line, and why. */
bool replay_no(struct replay *r, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes `line` apart, which must live as long as its fields are asked for. word: step, clock, label,
 * event, #number. */
bool replay_split(struct replay *r, char *line, char *word[5]);
/* NULL: the line has no such field; "": it has no value. */
const char *replay_text(const struct replay *r, const char *name);
/* A number, all of the text up to `end`. Says nothing. */
bool replay_number(const char *s, int base, char end, uint64_t *out);
bool replay_get(struct replay *r, const char *name, int base, uint64_t *out);
bool replay_get_ranges(struct replay *r, const char *name, struct frond_range *e);
bool replay_get_map(struct replay *r, const char *name, uint64_t *addr, uint64_t *count);
bool replay_get_pend(struct replay *r, struct pending *p);
bool replay_get_record(struct replay *r, struct pending *p);

/* ---- replay_path.c: nodes, who is on the path, steps and budgets ------------------------------------ */

/* NULL: the path is empty. */
static inline struct node *replay_top(const struct replay *r) {
    return r->empty ? NULL : r->path[r->top];
}
/* The node of that number, known or not. Owned by the model. */
struct node *replay_node(struct replay *r, uint64_t id);
bool replay_is_called(const struct node *n, const char *text, size_t len);
/* NO_LEVEL: it is not on the path. */
int replay_level(const struct replay *r, const struct node *n);
/* Steps left of its budget, and its clock, now. The node is on the path. */
uint64_t replay_left(const struct replay *r, const struct node *n);
uint64_t replay_clock(const struct replay *r, const struct node *n);
void replay_push(struct replay *r, struct node *n);
void replay_cut(struct replay *r, unsigned level);
bool replay_restored(struct replay *r);
void replay_drop_answers(struct replay *r, unsigned end);
bool replay_has_run(struct replay *r, const struct node *n);
bool replay_advance(struct replay *r, uint64_t step);
/* False: a budget of levels 0 to `upto` is 0, which comes first. */
bool replay_budgets(struct replay *r, unsigned upto);
/* But for cause and tval, which belong to the node that made it. */
bool replay_same_access(const struct pending *a, const struct pending *b);
void replay_forget(struct replay *r);

/* ---- replay_map.c: tables as told, and where addresses lead ----------------------------------------- */

enum look { FOUND, GAP, BAD, UNKNOWN };

bool replay_in_order(const struct frond_range *e);
bool replay_is_private(uint64_t addr);
enum look replay_look_up(struct table *t, uint64_t addr, struct frond_range *e);
enum look replay_flatten(const struct replay *r, unsigned level, unsigned mode, uint64_t addr,
                         unsigned need, uint64_t *out);
void replay_set_map(struct table *t, uint64_t addr, uint64_t count);
bool replay_host_wrote(const struct replay *r, uint64_t at, uint64_t size);
bool replay_on_range(struct replay *r, struct node *n);
bool replay_on_change(struct replay *r, struct node *n);
bool replay_on_write(struct replay *r, const struct node *n);

/* ---- Events, a file each: false, said, if the model forbids it ---------------------------------------- */

bool replay_on_enter(struct replay *r, struct node *n, const char *label, bool again);
bool replay_met_again(const struct replay *r, unsigned l);
bool replay_on_leave(struct replay *r, unsigned k, const char *reason);
bool replay_on_answer(struct replay *r, unsigned k);
bool replay_on_trap(struct replay *r, unsigned k, uint64_t step);
bool replay_on_status(struct replay *r, unsigned k);

/* ---- replay_dma.c: what devices move ------------------------------------------------------------------- */

/* False, said: the model forbids the transfer of a device of the node at level k. */
bool replay_on_dma(struct replay *r, unsigned k);
/* The node makes a step, which may be a doorbell in any mode. */
void replay_may_ring(struct replay *r, const struct node *n);
/* In which mode, M, S, U, the node's device at `window` moves; 0: it is not known. */
char replay_dma_mode(const struct replay *r, uint64_t window, const struct node *n);

#endif
