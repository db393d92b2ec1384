/* nktable.c - see nktable.h. */
#include "nktable.h"
#include <string.h>

static bool dropped(const struct nkt_scope *sc, enum nkt_drop d) { return sc->drop >> d & 1; }

void nkt_init(const struct nkt_scope *sc, struct nkt_state *s) {
    (void)sc;
    memset(s, 0, sizeof *s);
}

/* ---- The calls ---------------------------------------------------------------------------------------- */

/* A page that is no table becomes one, without entries; what maps it is made read-only. */
static bool declare(const struct nkt_scope *sc, struct nkt_state *s, unsigned page,
                    unsigned level) {
    if (s->type[page] != 0)
        return false;
    if (dropped(sc, NKT_DROP_DECLARE) && level == sc->levels)
        level--;
    s->type[page] = (uint8_t)level;
    memset(s->entry[page], 0, sizeof s->entry[page]);
    for (unsigned t = 0; t < sc->pages && !dropped(sc, NKT_DROP_ALIAS); t++)
        for (unsigned i = 0; s->type[t] == 1 && i < sc->slots; i++)
            if (nkt_writable(s->entry[t][i]) && nkt_target(s->entry[t][i]) == page)
                s->entry[t][i]--;
    return true;
}

static void set(struct nkt_state *s, unsigned page, unsigned slot, uint8_t e) {
    uint8_t old = s->entry[page][slot];

    if (old != 0)
        s->count[nkt_target(old)]--;
    if (e != 0)
        s->count[nkt_target(e)]++;
    s->entry[page][slot] = e;
}

static bool undeclare(const struct nkt_scope *sc, struct nkt_state *s, unsigned page) {
    if (s->type[page] == 0 || (s->count[page] != 0 && !dropped(sc, NKT_DROP_USED)))
        return false;
    for (unsigned i = 0; i < sc->slots; i++)
        set(s, page, i, 0);
    s->type[page] = 0;
    return true;
}

enum verdict { REFUSED, READ_ONLY, AS_IT_IS };

static enum verdict valid(const struct nkt_scope *sc, const struct nkt_state *s, unsigned page,
                          uint8_t e) {
    unsigned level = s->type[page], target = nkt_target(e);

    if (dropped(sc, NKT_DROP_VALID))
        return READ_ONLY;
    if (level > 1)
        return s->type[target] == level - 1 ? AS_IT_IS : REFUSED;
    return s->type[target] != 0 ? READ_ONLY : AS_IT_IS;
}

static bool update(const struct nkt_scope *sc, struct nkt_state *s, const struct nkt_act *a) {
    enum verdict v = s->type[a->page] != 0 ? valid(sc, s, a->page, a->entry) : REFUSED;

    if (v == REFUSED)
        return false;
    set(s, a->page, a->slot, v == READ_ONLY && nkt_writable(a->entry) ? a->entry - 1 : a->entry);
    return true;
}

static bool load(const struct nkt_scope *sc, struct nkt_state *s, unsigned page) {
    if (s->type[page] != sc->levels && !dropped(sc, NKT_DROP_BASE))
        return false;
    if (s->base != 0)
        s->count[s->base - 1]--;
    s->count[page]++;
    s->base = (uint8_t)(page + 1);
    return true;
}

/* ---- A client's store ----------------------------------------------------------------------------- */

/* Does the table lead to a writable mapping of the page? What hardware does: types are not asked. */
static bool maps(const struct nkt_scope *sc, const struct nkt_state *s, unsigned table,
                 unsigned level, unsigned page) {
    for (unsigned i = 0; i < sc->slots; i++) {
        uint8_t e = s->entry[table][i];

        if (e == 0 || nkt_target(e) >= sc->pages)
            continue;
        if (level == 1 ? nkt_writable(e) && nkt_target(e) == page
                       : maps(sc, s, nkt_target(e), level - 1, page))
            return true;
    }
    return false;
}

static bool store(const struct nkt_scope *sc, struct nkt_state *s, const struct nkt_act *a,
                  enum nkt_bad *bad) {
    if (s->base == 0 || !maps(sc, s, s->base - 1u, sc->levels, a->page))
        return false;
    s->entry[a->page][a->slot] = a->entry;
    if (s->type[a->page] != 0)
        *bad = NKT_BAD_TABLE_STORE;
    return true;
}

/* ---- All together --------------------------------------------------------------------------------- */

/* Was it done as asked? An entry that leads from the lowest level to a table is asked read-only. */
static bool as_asked(const struct nkt_state *before, const struct nkt_state *s,
                     const struct nkt_act *a) {
    uint8_t e = a->entry;

    switch (a->op) {
    case NKT_DECLARE: return s->type[a->page] == a->slot;
    case NKT_UPDATE:
        if (nkt_writable(e) && before->type[nkt_target(e)] != 0 && before->type[a->page] == 1)
            e--;
        return s->entry[a->page][a->slot] == e;
    }
    return true;
}

bool nkt_do(const struct nkt_scope *sc, struct nkt_state *s, const struct nkt_act *a,
            enum nkt_bad *bad) {
    struct nkt_state before = *s;
    bool done = false;

    *bad = NKT_BAD_OK;
    switch (a->op) {
    case NKT_DECLARE: done = declare(sc, s, a->page, a->slot); break;
    case NKT_UNDECLARE: done = undeclare(sc, s, a->page); break;
    case NKT_UPDATE: done = update(sc, s, a); break;
    case NKT_REMOVE:
        done = s->type[a->page] != 0 && s->entry[a->page][a->slot] != 0;
        if (done)
            set(s, a->page, a->slot, 0);
        break;
    case NKT_LOAD: done = load(sc, s, a->page); break;
    case NKT_STORE: done = store(sc, s, a, bad); break;
    }
    if (done && *bad == NKT_BAD_OK && !as_asked(&before, s, a))
        *bad = NKT_BAD_ANSWER;
    return done;
}

unsigned nkt_acts(const struct nkt_scope *sc, struct nkt_act *out) {
    unsigned n = 0, entries = 2u * sc->pages;

#define ADD(...)                                                                                   \
    if (n < NKT_ACTS)                                                                              \
        out[n++] = (struct nkt_act) { __VA_ARGS__ }
    for (uint8_t p = 0; p < sc->pages; p++) {
        for (uint8_t l = 1; l <= sc->levels; l++)
            ADD(NKT_DECLARE, p, l, 0);
        ADD(NKT_UNDECLARE, p, 0, 0);
        ADD(NKT_LOAD, p, 0, 0);
        for (uint8_t i = 0; i < sc->slots; i++) {
            for (uint8_t e = 1; e <= entries; e++) {
                ADD(NKT_UPDATE, p, i, e);
                ADD(NKT_STORE, p, i, e);
            }
            ADD(NKT_REMOVE, p, i, 0);
        }
    }
#undef ADD
    return n;
}

enum nkt_bad nkt_judge(const struct nkt_scope *sc, const struct nkt_state *s) {
    unsigned count[NKT_PAGES] = {0};

    for (unsigned t = 0; t < sc->pages; t++)
        for (unsigned i = 0; s->type[t] != 0 && i < sc->slots; i++) {
            uint8_t e = s->entry[t][i];

            if (e == 0)
                continue;
            count[nkt_target(e)]++;
            if (s->type[t] == 1 && nkt_writable(e) && s->type[nkt_target(e)] != 0)
                return NKT_BAD_WRITABLE;
            if (s->type[t] > 1 && s->type[nkt_target(e)] != s->type[t] - 1)
                return NKT_BAD_LEVEL;
        }
    if (s->base != 0 && s->type[s->base - 1] != sc->levels)
        return NKT_BAD_BASE;
    count[s->base != 0 ? s->base - 1 : 0] += s->base != 0;
    for (unsigned p = 0; p < sc->pages; p++)
        if (count[p] != s->count[p])
            return NKT_BAD_TALLY;
    return NKT_BAD_OK;
}
