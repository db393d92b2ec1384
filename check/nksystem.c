/* nksystem.c - see check.h: the nested kernel for the explorer: on frames (model/nkmodel.h), and on page
 * tables (model/nktable.h). */
#include "check_priv.h"
#include "nkmenu.h"
#include <string.h>

/* ---- Frames ------------------------------------------------------------------------------------------ */

enum { CELLS = 32 };

struct nk_scope {
    const struct nk_menu *menu;
    bool around; /* the hypothesis nk-around is dropped */
};
static const struct nk_scope nk_scopes[2][NK_SCOPES] = {
    {{&nk_menus[0], false}, {&nk_menus[1], false}, {&nk_menus[2], false}, {&nk_menus[4], false}},
    {{&nk_menus[0], true}, {&nk_menus[1], true}, {&nk_menus[2], true}, {&nk_menus[4], true}}};

const char *nk_scope_name(unsigned scope) { return nk_scopes[0][scope].menu->name; }

static void cells_of(const struct nk_menu *m, const uint8_t *state, uint64_t *cell) {
    for (unsigned i = 0; i < m->n; i++)
        cell[i] = state[i];
}

static void nk_init(const void *scope, uint8_t *state) {
    const struct nk_menu *m = ((const struct nk_scope *)scope)->menu;
    struct nk_ram r;

    if (nkmodel_boot(&r, m->n, m->width) != MEM_OK)
        return; /* no memory: a state of zeros, which nk_check refuses */
    for (unsigned i = 0; i < m->n; i++)
        state[i] = (uint8_t)r.cell[i];
    frame_free(&r);
}

static void nk_try(const struct nk_scope *sc, const uint8_t *state, const struct check_act *a,
                   struct check_sink *sink) {
    const struct nk_menu *m = sc->menu;
    struct nk_call call = {.op = a->b[0], .arg = {a->b[1], a->b[2], a->b[3], a->b[4], a->b[5]}};
    uint64_t cell[CELLS];
    uint8_t next[CELLS];
    struct nk_ram r = {m->n, m->width, cell};
    bool fresh;

    cells_of(m, state, cell);
    if (sc->around && call.op == NK_POKE)
        cell[call.arg[0]] = call.arg[1];
    else if (nkmodel_call(&r, &call).status != MEM_OK)
        return;
    for (unsigned i = 0; i < m->n; i++)
        next[i] = (uint8_t)cell[i];
    fresh = sink->reach(sink, next, a);
    if (!sink->plain && fresh && nkmodel_check(&r) != MEM_OK)
        sink->wrong = (struct check_wrong){.what = NK_BROKEN, .act = *a};
    if (!sink->plain)
        sink->count[COUNT_STEPS]++;
}

static void nk_expand(const void *scope, const uint8_t *state, struct check_sink *sink) {
    const struct nk_scope *sc = scope;
    struct nk_call calls[NK_MENU];
    unsigned n = nk_menu_calls(sc->menu, calls);

    for (unsigned i = 0; i < n && sink->wrong.what == 0; i++) {
        struct check_act a = {{(uint8_t)calls[i].op}};

        for (unsigned k = 0; k < NK_ARGS; k++)
            a.b[k + 1] = (uint8_t)calls[i].arg[k];
        nk_try(sc, state, &a, sink);
    }
}

struct check_system nk_system(unsigned scope, bool around) {
    return (struct check_system){.scope = &nk_scopes[around][scope],
                                 .size = (unsigned)nk_scopes[around][scope].menu->n,
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
