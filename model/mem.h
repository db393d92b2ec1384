// mem.h: the memory model in C, twin of spec/memory.maude, bits.maude, int.maude, shape.maude and store.maude.
//
// Every function is one operation of the specification (spec/README.md pairs them) and gives the same answer; a
// refusal is a status, and then nothing has changed. Numbers are as in the specification, but end at 64
// bits: widths up to 64, locations and data up to 2^64-1; a range's end is exclusive, so no range holds the last
// location. The structs own their arrays; *_free gives them back and leaves an empty value, {0} is one too.
#ifndef FROND_MODEL_MEM_H
#define FROND_MODEL_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Why an operation was refused: enumerator, name in the specification (module REASON).
#define MEM_REASONS(X)                                                                             \
    X(TWO_CELLS, "twoCells")                                                                       \
    X(INVERTED, "inverted")                                                                        \
    X(OUTSIDE, "outside")                                                                          \
    X(TOO_BIG, "tooBig")                                                                           \
    X(NO_READ, "noRead")                                                                           \
    X(NO_WRITE, "noWrite")                                                                         \
    X(ABSENT, "absent")                                                                            \
    X(WIDTH, "width")                                                                              \
    X(MASK_READ, "maskRead")                                                                       \
    X(MASK_WRITE, "maskWrite")                                                                     \
    X(UNMAPPED, "unmapped")                                                                        \
    X(MAP_NO_READ, "mapNoRead")                                                                    \
    X(MAP_NO_WRITE, "mapNoWrite")                                                                  \
    X(OVERLAP, "overlap")                                                                          \
    X(TOO_SMALL, "tooSmall")                                                                       \
    X(BAD_WIDTH, "badWidth")                                                                       \
    X(BAD_TABLE, "badTable")                                                                       \
    X(BAD_BOUNDS, "badBounds")                                                                     \
    X(METADATA, "metadata")                                                                        \
    X(IN_SUBFRAME, "inSubframe")                                                                   \
    X(BAD_TYPE, "badType")                                                                         \
    X(NOT_OBJECT, "notObject")                                                                     \
    X(NOT_MAP, "notMap")                                                                           \
    X(IN_USE, "inUse")                                                                             \
    X(READ_ONLY, "readOnly")                                                                       \
    X(TAKEN, "taken")                                                                              \
    X(FULL, "full")                                                                                \
    X(SEALED, "sealed")                                                                            \
    X(ALREADY, "already")                                                                          \
    X(NOT_NEXT, "notNext")

enum mem_status {
    MEM_OK,
#define X(id, name) MEM_##id,
    MEM_REASONS(X)
#undef X
        MEM_REASON_END,
    MEM_NO_HOST = MEM_REASON_END, // the host has no memory for the answer; not in the specification
};

// The specification's name of a refusal; "ok" and "noHost" for the other two.
const char *mem_status_name(enum mem_status status);

// ---- integers of w bits, 1 <= w <= 64 (WRAP) ----

enum mem_int_op {
    MEM_ADD,
    MEM_SUB,
    MEM_MUL,
    MEM_QUO,
    MEM_REM,
    MEM_AND,
    MEM_OR,
    MEM_XOR,
    MEM_SHL,
    MEM_SHR,
    MEM_NEG, // of a
    MEM_NOT, // of a
};

// The largest number of w bits, 0 <= w <= 64.
uint64_t mem_mask(unsigned w);
// Two's complement: the integer of w bits that is v modulo 2^w.
int64_t mem_wrap(unsigned w, uint64_t v);
// a op b in w bits; operands are taken modulo 2^64, so any of them up to 64 bits may be passed.
int64_t mem_int(enum mem_int_op op, unsigned w, uint64_t a, uint64_t b);
bool mem_int_less(unsigned w, uint64_t a, uint64_t b);
// The theory BIT-WIDTH: a power of two, and not 1.
bool mem_bit_width(uint64_t w);

// ---- ranges (RANGE) ----

struct mem_range {
    uint64_t lo, hi; // hi is not in it; inverted if hi < lo
};

struct mem_ranges {
    size_t n;
    struct mem_range *at; // none is empty
};

enum mem_status mem_ranges_add(struct mem_ranges *r, uint64_t lo, uint64_t hi);
enum mem_status mem_ranges_join(struct mem_ranges *r, const struct mem_ranges *more);
void mem_ranges_free(struct mem_ranges *r);
bool mem_range_in(uint64_t loc, const struct mem_ranges *r);
bool mem_ranges_ordered(const struct mem_ranges *r);
bool mem_ranges_meet(const struct mem_ranges *a, const struct mem_ranges *b);
// One range holds all of lo .. hi-1, and that is not empty.
bool mem_ranges_span(const struct mem_ranges *r, uint64_t lo, uint64_t hi);
// The cells that the ranges take up when stored.
size_t mem_ranges_size(const struct mem_ranges *r);

// ---- permissions (PERMISSION): sets, union is |, meet is & ----

enum { MEM_READ = 1, MEM_WRITE = 2 };

bool mem_allows(unsigned perm, unsigned asked);

// ---- bags of cells (CELL) ----

struct mem_cell {
    uint64_t loc, datum;
};

struct mem_cells {
    size_t n, room;
    struct mem_cell *at; // by location; a bag may have a location twice
};

// What a read found: nothing there is an answer, not a refusal.
struct mem_seen {
    bool there;
    uint64_t datum;
};

enum mem_status mem_cells_add(struct mem_cells *c, uint64_t loc, uint64_t datum);
void mem_cells_free(struct mem_cells *c);
bool mem_cells_distinct(const struct mem_cells *c);
bool mem_cells_fit(const struct mem_cells *c, unsigned w);
enum mem_status mem_cells_read(const struct mem_cells *c, uint64_t loc, struct mem_seen *seen);

// ---- a memory (MEM, NKMEM, GUARDED-MEM) ----

struct mem {
    struct mem_ranges bounds;
    unsigned width; // bits of a cell
    unsigned perm;
    struct mem_cells cells; // distinct, within bounds, fitting
};

enum mem_unary { MEM_U_CLEAR, MEM_U_COM, MEM_U_NEG, MEM_U_INC, MEM_U_DEC };

// A memory of copies of bounds and cells; m is written only if it is accepted.
enum mem_status mem_make(struct mem *m, const struct mem_ranges *bounds, unsigned width,
                         unsigned perm, const struct mem_cells *cells);
// n cells of width bits from location base on, all 0, to read and write: MEM[(n,w)] with base 0.
enum mem_status mem_zero(struct mem *m, uint64_t base, uint64_t n, unsigned width);
enum mem_status mem_clone(struct mem *to, const struct mem *from);
void mem_free(struct mem *m);
// `_with_` and the bounded read: the builder's hand, permissions not asked.
enum mem_status mem_with(struct mem *m, const struct mem_cells *cells);
enum mem_status mem_look(const struct mem *m, uint64_t loc, struct mem_seen *seen);
// roMem, woMem, rwMem: keep at most perm.
void mem_restrict(struct mem *m, unsigned perm);
// Is m good for a use that needs these permissions?
enum mem_status mem_as(const struct mem *m, unsigned perm);
// A client's accesses. copy writes location a from location b.
enum mem_status mem_read(const struct mem *m, uint64_t loc, struct mem_seen *seen);
enum mem_status mem_write(struct mem *m, uint64_t loc, uint64_t datum);
enum mem_status mem_copy(struct mem *m, uint64_t a, uint64_t b);
enum mem_status mem_unary(struct mem *m, uint64_t loc, enum mem_unary op);
// What must hold of a memory at all times; for tests.
bool mem_valid(const struct mem *m);

// ---- masks (MASKED-MEM): what a process may reach of a memory, whatever that permits ----

struct mem_proc {
    struct mem_ranges wmask, rmask;
};

enum mem_status mem_proc_read(const struct mem_proc *p, const struct mem *m, uint64_t loc,
                              struct mem_seen *seen);
enum mem_status mem_proc_write(const struct mem_proc *p, struct mem *m, uint64_t loc,
                               uint64_t datum);
enum mem_status mem_proc_copy(const struct mem_proc *p, struct mem *m, uint64_t a, uint64_t b);

// ---- memories of bit cells (BIT-MEM) ----

struct mem_bits {
    unsigned width; // 0 to 64
    uint64_t value;
};

struct mem_bitmem {
    size_t n;
    struct mem_bits *at;
};

enum mem_status mem_bitmem_append(struct mem_bitmem *b, const struct mem_bitmem *more);
// makeMem: b, times times over. doubleMem: b doubled times times. makeSquareMem: 2^w cells of w bits.
enum mem_status mem_bitmem_repeat(struct mem_bitmem *b, uint64_t times);
enum mem_status mem_bitmem_double(struct mem_bitmem *b, unsigned times);
enum mem_status mem_bitmem_square(struct mem_bitmem *b, unsigned w);
void mem_bitmem_free(struct mem_bitmem *b);
enum mem_status mem_bitmem_read(const struct mem_bitmem *b, struct mem_bits at,
                                struct mem_bits *cell);
enum mem_status mem_bitmem_write(struct mem_bitmem *b, struct mem_bits at, struct mem_bits cell);
// The same cells as a memory, if they are of one width.
enum mem_status mem_bitmem_words(const struct mem_bitmem *b, struct mem *m);

// ---- addresses (SHAPE): data that together tell n locations apart, 1 <= w <= 64 ----

// MEMSPEC: one cell of w bits addresses all of n.
bool mem_one_cell_addresses(uint64_t n, unsigned w);
// The fewest cells that do.
unsigned mem_address_cells(uint64_t n, unsigned w);
// The address of a location as mem_address_cells(n, w) data, most significant first; false if it is not below n.
bool mem_address(uint64_t n, unsigned w, uint64_t loc, uint64_t digits[64]);
// The location back; false if it is over 64 bits.
bool mem_location(unsigned w, const uint64_t *digits, size_t n, uint64_t *loc);

// ---- system memory and STORE ----

struct mem_system {
    size_t n;
    struct mem *at;
};

struct mem_entry {
    uint64_t lo, hi, target; // virtual lo .. hi-1 is target and what follows
    unsigned perm;           // none: a gap
};

struct mem_store {
    size_t n;
    struct mem_entry *map; // disjoint
    struct mem_system sys;
};

// Takes a copy of m.
enum mem_status mem_system_add(struct mem_system *s, const struct mem *m);
enum mem_status mem_system_clone(struct mem_system *to, const struct mem_system *from);
void mem_system_free(struct mem_system *s);
// No location belongs to two memories.
enum mem_status mem_system_check(const struct mem_system *s);
enum mem_status mem_system_read(const struct mem_system *s, uint64_t loc, struct mem_seen *seen);
enum mem_status mem_system_write(struct mem_system *s, uint64_t loc, uint64_t datum);

// A store without maps over a copy of sys.
enum mem_status mem_store_open(struct mem_store *st, const struct mem_system *sys);
enum mem_status mem_store_clone(struct mem_store *to, const struct mem_store *from);
void mem_store_free(struct mem_store *st);
enum mem_status mem_store_map(struct mem_store *st, const struct mem_entry *e);
enum mem_status mem_store_unmap(struct mem_store *st, uint64_t lo, uint64_t hi);
enum mem_status mem_store_read(const struct mem_store *st, uint64_t loc, struct mem_seen *seen);
enum mem_status mem_store_write(struct mem_store *st, uint64_t loc, uint64_t datum);
enum mem_status mem_store_copy(struct mem_store *st, uint64_t a, uint64_t b);

#endif
