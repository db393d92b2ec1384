/* nksystem.c - see check.h: the nested kernel for the explorer: on frames (model/nkmodel.h), and on page
 * tables (model/nktable.h). */
#include "check_priv.h"
#include "../model/nkmodel.h"
#include <string.h>

/* ---- Frames ------------------------------------------------------------------------------------------ */

enum { ARGS = 5, CALLS = 8, CELLS = 32 };

/* Each argument's values, as digits and letters (a is 10); the calls are all choices of them. */
struct family {
    enum nk_op op;
    const char *arg[ARGS];
};

struct menu {
    const char *name;
    unsigned n, width;
    struct family family[CALLS];
};

/* clang-format off */
static const struct menu menus[] = {
    {"one map of one entry", 14, 4,
     {{NK_DECLARE, {"5", "c", "1"}}, {NK_UNDECLARE, {"5"}},
      {NK_DO_MAP, {"5", "01", "12", "cd", "0137"}}, {NK_DO_UNMAP, {"5", "01"}},
      {NK_STORE, {"5", "01", "12"}}, {NK_POKE, {"5cd", "1"}}}},
    {"sealed frames", 14, 4,
     {{NK_DECLARE, {"579", "9bd", "2"}}, {NK_UNDECLARE, {"579"}}, {NK_POKE, {"57c", "03"}}}},
    {"once, append, logged", 12, 4,
     {{NK_DECLARE, {"5", "abc", "345"}}, {NK_UNDECLARE, {"5"}},
      {NK_PUT, {"5", "012", "12"}}, {NK_POKE, {"9b", "1"}}}},
    {"two maps share a cell", 23, 5,
     {{NK_DECLARE, {"7e", "el", "1"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "0", "12", "lm", "367"}}, {NK_DO_UNMAP, {"7e", "0"}},
      {NK_STORE, {"7e", "01", "01"}}}},
};
/* clang-format on */

struct nk_scope {
    unsigned menu;
    bool around; /* NK_DROP_AROUND */
};
static const struct nk_scope nk_scopes[2][sizeof menus / sizeof menus[0]] = {
    {{0, false}, {1, false}, {2, false}, {3, false}}, {{0, true}, {1, true}, {2, true}, {3, true}}};

unsigned nk_scope_count(void) { return sizeof menus / sizeof menus[0]; }
const char *nk_scope_name(unsigned scope) { return menus[scope].name; }

static uint8_t digit(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static void cells_of(const struct menu *m, const uint8_t *state, uint64_t *cell) {
    for (unsigned i = 0; i < m->n; i++)
        cell[i] = state[i];
}

static void nk_init(const void *scope, uint8_t *state) {
    const struct menu *m = &menus[((const struct nk_scope *)scope)->menu];
    struct nk_ram r;

    if (nk_boot(&r, m->n, m->width) != MEM_OK)
        return; /* no memory: a state of zeros, which nk_check refuses */
    for (unsigned i = 0; i < m->n; i++)
        state[i] = (uint8_t)r.cell[i];
    frame_free(&r);
}

static void nk_try(const struct nk_scope *sc, const uint8_t *state, const struct check_act *a,
                   struct check_sink *sink) {
    const struct menu *m = &menus[sc->menu];
    struct nk_call call = {.op = a->b[0], .arg = {a->b[1], a->b[2], a->b[3], a->b[4], a->b[5]}};
    uint64_t cell[CELLS];
    uint8_t next[CELLS];
    struct nk_ram r = {m->n, m->width, cell};
    bool fresh;

    cells_of(m, state, cell);
    if (sc->around && call.op == NK_POKE)
        cell[call.arg[0]] = call.arg[1];
    else if (nk_call(&r, &call).status != MEM_OK)
        return;
    for (unsigned i = 0; i < m->n; i++)
        next[i] = (uint8_t)cell[i];
    fresh = sink->reach(sink, next, a);
    if (!sink->plain && fresh && nk_check(&r) != MEM_OK)
        sink->wrong = (struct check_wrong){.what = NK_BROKEN, .act = *a};
    if (!sink->plain)
        sink->count[COUNT_STEPS]++;
}

static void nk_expand(const void *scope, const uint8_t *state, struct check_sink *sink) {
    const struct nk_scope *sc = scope;
    const struct menu *m = &menus[sc->menu];

    for (unsigned f = 0; f < CALLS && m->family[f].arg[0] != NULL; f++) {
        const struct family *fam = &m->family[f];
        size_t choices = 1;

        for (unsigned i = 0; i < ARGS && fam->arg[i]; i++)
            choices *= strlen(fam->arg[i]);
        for (size_t c = 0; c < choices && sink->wrong.what == 0; c++) {
            struct check_act a = {{(uint8_t)fam->op}};
            size_t rest = c;

            for (unsigned i = 0; i < ARGS && fam->arg[i]; i++) {
                a.b[i + 1] = digit(fam->arg[i][rest % strlen(fam->arg[i])]);
                rest /= strlen(fam->arg[i]);
            }
            nk_try(sc, state, &a, sink);
        }
    }
}

struct check_system nk_system(unsigned scope, bool around) {
    return (struct check_system){.scope = &nk_scopes[around][scope],
                                 .size = menus[scope].n,
                                 .init = nk_init,
                                 .expand = nk_expand};
}

/* ---- Page tables ------------------------------------------------------------------------------------ */

static void nkt_first(const void *scope, uint8_t *state) {
    struct nkt_state s;

    nkt_init(scope, &s);
    memcpy(state, &s, sizeof s);
}

static void nkt_expand(const void *scope, const uint8_t *state, struct check_sink *sink) {
    const struct nkt_scope *sc = scope;
    struct nkt_act acts[NKT_ACTS];
    unsigned n = nkt_acts(sc, acts);

    for (unsigned i = 0; i < n && sink->wrong.what == 0; i++) {
        struct check_act a = {{0}};
        struct nkt_state s;
        enum nkt_bad bad;

        memcpy(&s, state, sizeof s);
        memcpy(a.b, &acts[i], sizeof acts[i]);
        if (!nkt_do(sc, &s, &acts[i], &bad))
            continue;
        sink->wrong.what = (uint8_t)bad;
        if (sink->reach(sink, (const uint8_t *)&s, &a) && bad == NKT_BAD_OK)
            bad = nkt_judge(sc, &s);
        sink->wrong.what = 0;
        if (sink->plain)
            continue;
        sink->count[COUNT_STEPS]++;
        if (bad != NKT_BAD_OK)
            sink->wrong = (struct check_wrong){.what = (uint8_t)bad, .act = a};
    }
}

struct check_system nkt_system(const struct nkt_scope *sc) {
    return (struct check_system){
        .scope = sc, .size = sizeof(struct nkt_state), .init = nkt_first, .expand = nkt_expand};
}
