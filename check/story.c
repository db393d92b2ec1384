/* story.c - see check.h: what happened, told to people. */
#include "check_priv.h"
#include <stdarg.h>
#include <string.h>

/* ---- Names ---------------------------------------------------------------------------------------- */

const char *vm_label(const struct vm_scope *sc, unsigned k, char *out) {
    unsigned path[VM_NODES], depth = 0, at = 1;

    for (; k != 0; k = sc->parent[k]) {
        unsigned i = 1;

        for (unsigned j = 1; j < k; j++)
            i += sc->parent[j] == sc->parent[k];
        path[depth++] = i;
    }
    out[0] = '0';
    while (depth-- > 0) {
        out[at++] = '.';
        out[at++] = (char)('0' + path[depth]);
    }
    out[at] = 0;
    return out;
}

static const char *perm_text(unsigned perm) {
    static const char *const text[] = {"none", "r", "rw", "rw shared"};

    return text[perm & 3];
}

/* "1", or "an entry to 4 rw". */
static const char *value_text(uint8_t v, char *out) {
    if (v < VM_ENTRY)
        snprintf(out, VM_TEXT, "%u", v);
    else if (!vm_live(v))
        snprintf(out, VM_TEXT, "an entry of ω");
    else
        snprintf(out, VM_TEXT, "an entry to %u, %s", vm_target(v), perm_text(vm_perm(v)));
    return out;
}

const char *check_scope_text(const struct check_run *run, char *out) {
    const struct vm_scope *sc = &run->vm;
    char label[VM_TEXT];
    size_t at = 0;

    if (run->theorem->kind == CHECK_NK) {
        snprintf(out, CHECK_TEXT, "%s", nk_scope_name(run->number));
    } else if (run->theorem->kind == CHECK_TABLES) {
        snprintf(out, CHECK_TEXT, "%u pages, %u levels, %u entries a table", run->tables.pages,
                 run->tables.levels, run->tables.slots);
    } else {
        for (unsigned k = 0; k < sc->nodes; k++)
            at += (size_t)snprintf(out + at, CHECK_TEXT - at, "%s%s: %u", k ? "  " : "",
                                   vm_label(sc, k, label), sc->cells[k]);
        snprintf(out + at, CHECK_TEXT - at, "%s", sc->alike ? "  by symmetry" : "");
    }
    return out;
}

const char *check_wrong_text(const struct check_run *run, unsigned what) {
    static const char *const vm[] = {
#define X(id, text) text,
        VM_BADS(X)
#undef X
    };
    static const char *const tables[] = {
#define X(id, text) text,
        NKT_BADS(X)
#undef X
    };

    switch (run->theorem->kind) {
    case CHECK_VM: return what < VM_BAD_COUNT ? vm[what] : "?";
    case CHECK_TABLES: return what < NKT_BAD_COUNT ? tables[what] : "?";
    case CHECK_NK: break;
    }
    return "an invariant of the nested kernel, K1 to K4, is broken";
}

/* ---- A step of a VM system ------------------------------------------------------------------------ */

struct teller {
    FILE *to;
    const struct vm_scope *sc;
    char label[VM_NODES][VM_TEXT];
};

static void tell_sensitive(const struct teller *t, const struct vm_act *a) {
    const char *who = t->label[a->node];

    switch (a->x) {
    case SENS_PSW: fprintf(t->to, "%s loads %u into the absolute status word", who, a->v); break;
    case SENS_ABS:
        fprintf(t->to, "%s writes %u at the absolute address %u", who, a->v >> 3, a->v & 7);
        break;
    case SENS_OTHER:
        fprintf(t->to, "%s writes %u at %u by the map of another", who, a->v >> 3, a->v & 7);
        break;
    case SENS_PHYS: fprintf(t->to, "%s asks where its %u lies physically", who, a->v); break;
    default: fprintf(t->to, "%s writes the absolute map register", who);
    }
}

static void tell_access(const struct teller *t, const struct vm_act *a) {
    const char *who = t->label[a->node];
    char value[VM_TEXT];

    switch (a->kind) {
    case VM_READ: fprintf(t->to, "%s reads its %u", who, a->x); break;
    case VM_WRITE:
        fprintf(t->to, "%s writes %s at its %u", who, value_text(a->v, value), a->x);
        break;
    case VM_LPSW: fprintf(t->to, "%s loads its status word from its %u", who, a->x); break;
    case VM_LATCH: fprintf(t->to, "the map of %s itself is read for its %u", who, a->x); break;
    case VM_LATCHED:
        fprintf(t->to, "the maps below are read, later; %s writes %u at its %u", who, a->v, a->x);
        break;
    default: fprintf(t->to, "%s starts the device, by its absolute address", who);
    }
    if (t->sc->modes == 2)
        fprintf(t->to, ", in %s", a->mode == VM_P ? "P" : "NP");
}

static void tell_step(const struct teller *t, const struct vm_act *a) {
    const char *who = t->label[a->node], *child = t->label[a->child];
    const char *map = t->sc->modes == 2 ? a->mode == VM_P ? "f*" : "f" : "f";

    switch (a->kind) {
    case VM_SENS: tell_sensitive(t, a); break;
    case VM_ENTER: fprintf(t->to, "the VMM of %s enters %s", who, child); break;
    case VM_MAP:
        fprintf(t->to, "the VMM of %s sets %s of %s: %u leads to its %u, %s", who, map, child, a->x,
                a->v, perm_text(a->perm));
        break;
    case VM_UNMAP:
        fprintf(t->to, "the VMM of %s sets %s of %s: %u is ω, its content kept", who, map, child,
                a->x);
        break;
    case VM_EMULATE: fprintf(t->to, "the VMM of %s deals with the trap", who); break;
    case VM_PREEMPT: fprintf(t->to, "the VMM of %s takes the hart from %s", child, who); break;
    case VM_DMA: fprintf(t->to, "the device that %s started stores %u", who, a->v); break;
    case VM_IRQ: fprintf(t->to, "the device that %s started interrupts", who); break;
    default: tell_access(t, a);
    }
}

static void tell_outcome(const struct teller *t, const struct vm_out *o,
                         const struct vm_state *after) {
    if (o->fate == VM_FAULT)
        fprintf(t->to, " - ω in the map of %s at %u: a fault, told to %s", t->label[o->at.node],
                o->at.addr, t->label[after->run]);
    fputc('\n', t->to);
}

/* ---- The tree and its maps -------------------------------------------------------------------------- */

/* "0 -> 0.2's 1 -> 0's 5 rw, holds 1": where an address of k leads, level by level. */
static void draw_address(const struct teller *t, const struct vm_state *s, unsigned k, unsigned m,
                         unsigned x) {
    const struct vm_scope *sc = t->sc;
    struct vm_res r = vm_naive(sc, s, k, m, 0, x);
    unsigned at = k, y = x;
    char value[VM_TEXT];

    fprintf(t->to, "%u", x);
    for (unsigned first = 1; at != 0; first = 0) {
        uint8_t e = vm_mapped(sc, s, at, m, y);

        if (!vm_live(e)) {
            fputs(" -> ω", t->to);
            if (first && x < sc->cells[k])
                fprintf(t->to, ", kept: %s",
                        value_text(vm_logical(sc, s, k, vm_cell(sc, k, m, x)), value));
            return;
        }
        at = sc->parent[at];
        y = vm_target(e);
        fprintf(t->to, " -> %s's %u %s", t->label[at], y, perm_text(vm_perm(e)));
        if (y >= sc->addrs[at])
            return;
    }
    if (!r.ok || r.real >= sc->cells[0])
        fputs(r.ok ? ", the device" : ", unreachable: a map on the way is not realized", t->to);
    else
        fprintf(t->to, ", holds %s", value_text(s->mem[r.real], value));
}

static void draw_node(const struct teller *t, const struct vm_state *s, unsigned k) {
    const struct vm_scope *sc = t->sc;

    fprintf(t->to, "    %*s%s%s", 2 * (int)sc->level[k], "", t->label[k],
            s->run == k ? "  <- runs" : "");
    if (vm_leaf(sc, k) && (sc->modes == 2 || sc->io || sc->sens))
        fprintf(t->to, "  status %u", s->h[k]);
    if (k == 0 && sc->sens)
        fputs(s->real_p ? "  in P" : "  in NP", t->to);
    fputc('\n', t->to);
    for (unsigned m = 0; k != 0 && m < sc->modes; m++)
        for (unsigned x = 0; x < sc->addrs[k]; x++) {
            fprintf(t->to, "    %*s%s ", 2 * (int)sc->level[k] + 2, "", m == VM_P ? "f*" : "f ");
            draw_address(t, s, k, m, x);
            fputc('\n', t->to);
        }
}

/* Nodes in the order of the tree: a node, then all that is below it. */
static void draw(const struct teller *t, const struct vm_state *s, unsigned k) {
    draw_node(t, s, k);
    for (unsigned c = k + 1; c < VM_NODES; c++)
        if (c < t->sc->nodes && t->sc->parent[c] == k)
            draw(t, s, c);
}

static struct teller teller_for(FILE *to, const struct vm_scope *sc) {
    struct teller t = {.to = to, .sc = sc};

    for (unsigned k = 0; k < sc->nodes; k++)
        vm_label(sc, k, t.label[k]);
    return t;
}

static void tell_wrong(const struct teller *t, const struct check_run *run,
                       const struct check_wrong *w, const struct vm_state *s) {
    char a[VM_TEXT], b[VM_TEXT];

    fprintf(t->to, "  wrong: %s", check_wrong_text(run, w->what));
    if (w->what == VM_BAD_VIEW)
        fprintf(t->to, ": cell %u of %s holds %s, its own machine's holds %s", w->cell,
                t->label[w->node], value_text(vm_logical(t->sc, s, w->node, w->cell), a),
                value_text(s->ira.cell[w->node][w->cell], b));
    else if (w->what == VM_BAD_STATUS || w->what == VM_BAD_DEVICE || w->what == VM_BAD_DISJOINT ||
             w->what == VM_BAD_MUBAR)
        fprintf(t->to, ": %s", t->label[w->node]);
    fputc('\n', t->to);
}

static void vm_story(FILE *to, const struct check_run *run, const struct check_result *r) {
    const struct vm_scope *sc = &run->vm;
    struct teller t = teller_for(to, sc);
    struct vm_state s, next;

    vm_init(sc, &s);
    for (unsigned i = 0; i < r->steps; i++) {
        struct vm_view v = vm_naive_view(sc, &s);
        struct vm_act a;
        struct vm_out o;

        memcpy(&a, r->step[i].b, sizeof a);
        o = vm_do(sc, &s, &v, &a, &next);
        if (i + 1 == r->steps) {
            fputs("  before the last step:\n", to);
            draw(&t, &s, 0);
        }
        fprintf(to, "  %2u. ", i + 1);
        tell_step(&t, &a);
        tell_outcome(&t, &o, &next);
        s = next;
    }
    tell_wrong(&t, run, &r->wrong, &s);
    fputs("  after it:\n", to);
    draw(&t, &s, 0);
}

/* ---- The nested kernel ------------------------------------------------------------------------------ */

static void nk_step(FILE *to, const uint8_t *b) {
    static const char *const name[] = {"declare", "undeclare", "map",  "unmap", "put",
                                       "get",     "poke",      "load", "store"};
    static const uint8_t args[] = {3, 1, 5, 2, 3, 1, 2, 2, 3};

    fprintf(to, "%s(", name[b[0]]);
    for (unsigned j = 0; j < args[b[0]]; j++)
        fprintf(to, "%s%u", j ? ", " : "", b[j + 1]);
    fputs(")", to);
}

static void nk_story(FILE *to, const struct check_run *run, const struct check_result *r) {
    for (unsigned i = 0; i < r->steps; i++) {
        fprintf(to, "  %2u. ", i + 1);
        nk_step(to, r->step[i].b);
        fputc('\n', to);
    }
    fprintf(to, "  wrong: %s\n", check_wrong_text(run, r->wrong.what));
}

static void tables_step(FILE *to, const struct nkt_act *a) {
    const char *how = nkt_writable(a->entry) ? "writable" : "read-only";

    switch (a->op) {
    case NKT_DECLARE:
        fprintf(to, "page %u is declared a table of level %u", a->page, a->slot);
        break;
    case NKT_UNDECLARE: fprintf(to, "page %u is undeclared", a->page); break;
    case NKT_UPDATE:
        fprintf(to, "entry %u of page %u is set to page %u, %s", a->slot, a->page,
                nkt_target(a->entry), how);
        break;
    case NKT_REMOVE: fprintf(to, "entry %u of page %u is removed", a->slot, a->page); break;
    case NKT_LOAD: fprintf(to, "the table base is loaded with page %u", a->page); break;
    default:
        fprintf(to, "a client stores into page %u what reads as an entry to page %u, %s", a->page,
                nkt_target(a->entry), how);
    }
}

static void tables_draw(FILE *to, const struct nkt_scope *sc, const struct nkt_state *s) {
    for (unsigned p = 0; p < sc->pages; p++) {
        fprintf(to, "    page %u  ", p);
        if (s->type[p])
            fprintf(to, "table of level %u, count %u:", s->type[p], s->count[p]);
        else
            fprintf(to, "data, count %u:            ", s->count[p]);
        for (unsigned i = 0; i < sc->slots; i++)
            if (s->entry[p][i] == 0)
                fputs("  -", to);
            else
                fprintf(to, "  -> %u %s", nkt_target(s->entry[p][i]),
                        nkt_writable(s->entry[p][i]) ? "rw" : "r");
        fputs(s->base == p + 1 ? "  <- base\n" : "\n", to);
    }
}

static void tables_story(FILE *to, const struct check_run *run, const struct check_result *r) {
    struct nkt_state s;
    enum nkt_bad bad;

    nkt_init(&run->tables, &s);
    for (unsigned i = 0; i < r->steps; i++) {
        struct nkt_act a;

        memcpy(&a, r->step[i].b, sizeof a);
        nkt_do(&run->tables, &s, &a, &bad);
        fprintf(to, "  %2u. ", i + 1);
        tables_step(to, &a);
        fputc('\n', to);
    }
    fprintf(to, "  wrong: %s\n", check_wrong_text(run, r->wrong.what));
    tables_draw(to, &run->tables, &s);
}

void check_story(FILE *to, const struct check_run *run, const struct check_result *r) {
    switch (run->theorem->kind) {
    case CHECK_VM: vm_story(to, run, r); break;
    case CHECK_NK: nk_story(to, run, r); break;
    case CHECK_TABLES: tables_story(to, run, r); break;
    }
}

void check_act_text(FILE *to, const struct check_run *run, const struct check_act *act) {
    struct teller t;
    struct vm_act a;
    struct nkt_act call;

    switch (run->theorem->kind) {
    case CHECK_VM:
        t = teller_for(to, &run->vm);
        memcpy(&a, act->b, sizeof a);
        tell_step(&t, &a);
        break;
    case CHECK_NK: nk_step(to, act->b); break;
    case CHECK_TABLES:
        memcpy(&call, act->b, sizeof call);
        tables_step(to, &call);
        break;
    }
}

/* ---- For dot ---------------------------------------------------------------------------------------- */

static void dot_node(const struct teller *t, const struct vm_state *s, unsigned k) {
    const struct vm_scope *sc = t->sc;
    char value[VM_TEXT];

    fprintf(t->to, "  n%u [label=\"{%s%s|{", k, t->label[k], s->run == k ? " runs" : "");
    for (unsigned x = 0; x < sc->addrs[k]; x++) {
        unsigned cell = vm_cell(sc, k, sc->modes == 2 && !sc->apart ? VM_P : VM_NP, x);

        fprintf(t->to, "%s<c%u> %u: %s", x ? "|" : "", x, x,
                x < sc->cells[k] ? value_text(vm_logical(sc, s, k, cell), value) : "device");
    }
    fputs("}}\"];\n", t->to);
}

void check_dot(FILE *to, const struct check_run *run, const struct check_result *r) {
    const struct vm_scope *sc = &run->vm;
    struct teller t;
    struct vm_state s, next;

    fputs("digraph frond {\n  rankdir=BT;\n  node [shape=record, fontname=\"monospace\"];\n", to);
    if (run->theorem->kind == CHECK_VM) {
        t = teller_for(to, sc);
        vm_init(sc, &s);
        for (unsigned i = 0; i < r->steps; i++) {
            struct vm_view v = vm_naive_view(sc, &s);
            struct vm_act a;

            memcpy(&a, r->step[i].b, sizeof a);
            vm_do(sc, &s, &v, &a, &next);
            s = next;
        }
        for (unsigned k = 0; k < sc->nodes; k++)
            dot_node(&t, &s, k);
        for (unsigned k = 1; k < sc->nodes; k++)
            for (unsigned m = 0; m < sc->modes; m++)
                for (unsigned x = 0; x < sc->addrs[k]; x++) {
                    uint8_t e = vm_mapped(sc, &s, k, m, x);

                    if (vm_live(e) && vm_target(e) < sc->addrs[sc->parent[k]])
                        fprintf(to, "  n%u:c%u -> n%u:c%u [label=\"%s %s\"];\n", k, x,
                                sc->parent[k], vm_target(e), m == VM_P ? "f*" : "f",
                                perm_text(vm_perm(e)));
                }
    }
    fputs("}\n", to);
}
