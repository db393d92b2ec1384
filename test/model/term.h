// term.h: terms of the specification's module MODEL, evaluated by the C twin.
//
// A term is written in Maude's prefix notation, `_in_(loc(2), range(2, 3))`, so that the same text goes to both.
// rows[] is the one table of operations: parser, evaluator, generator and coverage hang on it.
#ifndef FROND_TEST_MODEL_TERM_H
#define FROND_TEST_MODEL_TERM_H

#include "../../model/nkmodel.h"

#include <stdio.h>

// Kinds of values. REFUSED and NO are the refusals of the two kinds of answers.
enum kind {
    K_BOOL,
    K_NUM,
    K_LOC,
    K_RANGE,
    K_PERM,
    K_CELL,
    K_UNARY,
    K_MEM,
    K_RMASK,
    K_WMASK,
    K_PROC,
    K_COMP,
    K_BITS,
    K_BITMEM,
    K_ADDRESS,
    K_NO_ADDRESS,
    K_SYS,
    K_STORE,
    K_RAW,
    K_RAM,
    K_CALLS,
    K_OUT,
    K_REPLIES, // in u.out too, which has no ram
    K_REFUSED,
    K_NO
};

// Types say what an argument may be and how one is generated; several share a kind. Of the types of answers,
// from T_ANSWER to T_OUT, a refusal is a member too.
enum type {
    T_END,
    T_BOOL,
    T_N,
    T_N1,
    T_COUNT,
    T_FEW,
    T_DATUM,
    T_W,
    T_W1,
    T_INT,
    T_LOC,
    T_RANGE,
    T_PERM,
    T_CELL,
    T_UNARY,
    T_RMASK,
    T_WMASK,
    T_PROC,
    T_BITS,
    T_BITMEM,
    T_BITANS,
    T_ADDRESS,
    T_ADDRANS,
    T_CALLS,
    T_ANSWER,
    T_MEM,
    T_COMP,
    T_SYS,
    T_CHECKED,
    T_STORE,
    T_RAW,
    T_FRAME,
    T_BOOTED,
    T_OUT,
    T_TYPES
};

struct number {
    bool negative;
    uint64_t size;
};

struct address {
    size_t n;
    uint64_t digit[64];
};

enum { MAX_CALLS = 64 };

struct calls {
    size_t n;
    struct nk_call at[MAX_CALLS];
};

struct comp {
    struct mem mem;
    struct mem_proc proc;
};

struct out {
    struct nk_ram ram;
    size_t n;
    struct nk_reply reply[MAX_CALLS];
};

struct value {
    enum kind kind;
    union {
        bool truth;
        struct number num;
        uint64_t loc;
        struct mem_ranges ranges; // also masks
        unsigned perm;
        struct mem_cells cells;
        enum mem_unary unary;
        struct mem mem;
        struct mem_proc proc;
        struct comp comp;
        struct mem_bits bits;
        struct mem_bitmem bitmem;
        struct address address;
        struct mem_system sys;
        struct mem_store store;
        struct nk_ram ram; // also raw
        struct calls *calls;
        struct out *out;
        enum mem_status refused; // also no
    } u;
};

enum { MAX_ARGS = 5 };

struct row {
    const char *name;
    enum type result;
    enum type arg[MAX_ARGS + 1]; // ends with T_END
    struct value (*eval)(const struct value *arg);
    const char *refusals; // those that this operation itself may give, by name
    bool total;           // takes refusals as arguments
};

extern const struct row rows[];
extern const size_t row_count;

struct term {
    const struct row *row; // null: a number
    struct number num;
    struct term *arg[MAX_ARGS];
};

// What evaluations did: calls of each row that were not passed a refusal, and refusals of each row by reason.
struct coverage {
    unsigned long calls[256];
    unsigned long refused[256][MEM_REASON_END];
    unsigned long answered[256][2]; // true and false of each row that says one
    bool dry;                       // count nothing, only say
    bool rare; // that a refusal or a truth came up that was counted fewer than RARE times
};
enum { RARE = 25 };

struct term *term_num(bool negative, uint64_t size);
struct term *term_new(const struct row *row);
// A row by name and number of arguments, the first of it.
const struct row *row_find(const char *name, int args);
int row_args(const struct row *row);
// The term at *text, moving it past; null with a message on stderr if there is none.
struct term *term_parse(const char **text);
// The value, or a message on stderr and exit: a term that the table does not know is a fault of the test.
struct value term_eval(const struct term *t, struct coverage *c);
void term_print(FILE *f, const struct term *t);
// Canonical: equal values are printed alike.
void value_print(FILE *f, const struct value *v);
// Frees all terms and values made so far.
void term_reset(void);

#endif
