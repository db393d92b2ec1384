/*
 * nktable.h - the operations of the published Nested Kernel on page tables, as a small machine.
 *
 * Facts from the paper (Dautenhahn et al., ASPLOS 2015) and from what is known of its code: every page has a type,
 * a table of some level or none; pages are declared before they serve as tables; entries change only
 * through calls; every mapping of a table is read-only; the table base may only be loaded with a table of
 * the top level. Three slips of that code can be put back, one by one, to see what they cost.
 *
 * Tables have `slots` entries. An entry of a table of level 1 maps a page, of a higher level leads to a
 * table one level lower. A page that is no table holds data: the same bytes, a client's.
 */
#ifndef FROND_MODEL_NKTABLE_H
#define FROND_MODEL_NKTABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { NKT_PAGES = 6, NKT_SLOTS = 2, NKT_ACTS = 256 };

/* The slips: id, name, what is then so. */
#define NKT_DROPS(X)                                                                               \
    X(DECLARE, "nk-declare", "declaring a top-level table makes one of the level below")           \
    X(BASE, "nk-base", "the table base is loaded without a look at the page's type")               \
    X(VALID, "nk-valid", "the check of an entry finds all of them good, if read-only")             \
    X(ALIAS, "nk-alias", "declaring a table leaves what maps it writable")                         \
    X(USED, "nk-used", "a table is undeclared while entries lead to it")

enum nkt_drop {
#define X(id, name, text) NKT_DROP_##id,
    NKT_DROPS(X)
#undef X
        NKT_DROP_COUNT
};

struct nkt_scope {
    uint8_t pages, slots, levels;
    uint32_t drop; /* 1 << enum nkt_drop */
};

/* An entry: 0, or 1 + (target << 1 | writable). */
struct nkt_state {
    uint8_t base; /* the table base: 0, or 1 + page */
    uint8_t type[NKT_PAGES], count[NKT_PAGES];
    uint8_t entry[NKT_PAGES][NKT_SLOTS];
};
static inline unsigned nkt_target(uint8_t e) { return (e - 1u) >> 1; }
static inline bool nkt_writable(uint8_t e) { return e != 0 && ((e - 1) & 1); }

enum nkt_op { NKT_DECLARE, NKT_UNDECLARE, NKT_UPDATE, NKT_REMOVE, NKT_LOAD, NKT_STORE, NKT_OPS };
struct nkt_act {
    uint8_t op, page, slot,
        entry; /* DECLARE: slot is the level. STORE: a client's, through its map */
};

/* What is wrong: id, text. */
#define NKT_BADS(X)                                                                                \
    X(OK, "nothing")                                                                               \
    X(TABLE_STORE, "a client has changed a table by a store")                                      \
    X(WRITABLE, "a table is mapped writable")                                                      \
    X(LEVEL, "an entry leads to what is no table of the level below")                              \
    X(BASE, "the table base is no table of the top level")                                         \
    X(TALLY, "a count is not the number of entries that lead to the page")                         \
    X(ANSWER, "a call was answered and not done as asked")

enum nkt_bad {
#define X(id, text) NKT_BAD_##id,
    NKT_BADS(X)
#undef X
        NKT_BAD_COUNT
};

void nkt_init(const struct nkt_scope *sc, struct nkt_state *s);
/* All calls and stores that might be made, refused ones too; at most NKT_ACTS. */
unsigned nkt_acts(const struct nkt_scope *sc, struct nkt_act *out);
/* False: refused, *s is as before. *bad: the answer is wrong. */
bool nkt_do(const struct nkt_scope *sc, struct nkt_state *s, const struct nkt_act *a,
            enum nkt_bad *bad);
/* The invariants, from the state alone. */
enum nkt_bad nkt_judge(const struct nkt_scope *sc, const struct nkt_state *s);

#endif
