/* experiment.c - see experiment.h: every item is run, and what is seen is laid to the description's instructions. */
#include "priv.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { STATES = 12, CSR_STATES = 32, TRIES = 6, TRIES_READ_ONLY = 24 };

/* ---- What a description means ---------------------------------------------------------------------------------- */

/* The component that holds the field; components_count: none. */
static unsigned holder(const struct lab *l, enum field f) {
    unsigned c = 0;

    while (c < l->a->components_count && !(l->holds[c] >> f & 1))
        c++;
    return c;
}

static bool hold(struct lab *l, unsigned c, char *why, size_t size) {
    const struct isa_component *k = &l->a->components[c];

    for (unsigned w = 0; w < k->holds_count; w++) {
        enum field f = 0;

        while (f < FIELD_COUNT && strcmp(fields[f].name, k->holds[w]) != 0)
            f++;
        if (f == FIELD_COUNT || holder(l, f) < l->a->components_count) {
            snprintf(why, size, "%s: %s holds '%s', %s", l->a->name, k->name, k->holds[w],
                     f == FIELD_COUNT ? "which no hart has; docs/isa.md lists what it has"
                                      : "as another does; it should be in one of them");
            return false;
        }
        l->holds[c] |= 1ULL << f;
    }
    if (k->kind == ISA_MEMORY && k->where != ISA_OTHER)
        l->holds[c] |= MEMORY;
    return true;
}

static bool understand(struct lab *l, char *why, size_t size) {
    if (l->a->machine == ISA_NO_MACHINE) {
        snprintf(why, size,
                 "%s is not described as a machine of frond's; 'machine: hart' or 'node' says so",
                 l->a->name);
        return false;
    }
    for (unsigned c = 0; c < l->a->components_count; c++)
        if (!hold(l, c, why, size))
            return false;
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (holder(l, f) == l->a->components_count) {
            snprintf(why, size, "%s: no component holds %s; add it to the 'holds' of one",
                     l->a->name, fields[f].name);
            return false;
        }
    return true;
}

/* The instruction that the item is laid to: one that names it, else one that names its class. */
static unsigned insn_of(const struct lab *l, const struct item *i) {
    unsigned found = l->a->instructions_count;

    for (unsigned n = 0; n < l->a->instructions_count; n++)
        for (unsigned w = 0; w < l->a->instructions[n].of_count; w++) {
            bool exact;

            if (!item_called(i, l->a->instructions[n].of[w], &exact))
                continue;
            if (exact)
                return n;
            found = n;
        }
    return found;
}

/* ---- Runs ------------------------------------------------------------------------------------------------------ */

static struct state run(struct lab *l, const struct state *s) {
    struct state after;

    if (!rig_run(&l->rig, s, &after))
        l->broken = true;
    return after;
}

/* An effect was seen, from `a` alone or from `a` and `b`. */
static void seen(struct lab *l, unsigned component, enum isa_do act, const struct state *a,
                 const struct state *b, uint64_t but) {
    struct experiment_row *row = &l->e->row[l->insn];
    uint32_t *set = act == ISA_READ ? &row->reads : &row->writes;
    char *text = (act == ISA_READ ? row->read : row->write)[component].text;
    struct witness w = {.item = l->item, .a = *a, .pair = b != NULL, .but = but};

    if (*set >> component & 1)
        return;
    *set |= 1u << component;
    if (b)
        w.b = *b;
    else
        w.fields = l->holds[component];
    l->broken |= !witness_text(&l->rig, &w, text, EXPERIMENT_TEXT);
}

static void pair(struct lab *l, unsigned component, const struct state *a, const struct state *b,
                 uint64_t but) {
    struct state x = run(l, a), y = run(l, b);
    char text[TEXT];

    but |= l->always ? THROUGH : 0;
    if (state_differ(&x, &y, but, text))
        seen(l, component, ISA_READ, a, b, but);
}

/* What it changes itself, if it is not stopped. */
static void look_at_writes(struct lab *l, const struct state *before) {
    struct state after = run(l, before);

    if (after.trapped && !l->always)
        return;
    for (unsigned c = 0; c < l->a->components_count; c++)
        if (component_written(l->holds[c], before, &after))
            seen(l, c, ISA_WRITE, before, NULL, 0);
}

/* Another value of all that a component holds: the witness will say which one matters. */
static void look_at_reads(struct lab *l, const struct state *a, bool careful) {
    for (unsigned c = 0; c < l->a->components_count; c++) {
        struct state b = *a;
        bool changed = false;

        for (enum field f = 0; f < FIELD_COUNT; f++)
            if (l->holds[c] >> f & 1)
                changed |= state_change(&l->random, f, careful, &b);
        if (l->holds[c] & MEMORY) {
            for (unsigned i = 0; i < DATA; i++)
                b.data[i] = (uint8_t)random_bits(&l->random);
            changed = true;
        }
        if (changed)
            pair(l, c, a, &b, l->holds[c]);
    }
}

/* ---- Mode, place, reach ------------------------------------------------------------------------------------------ */

/* From one state in P-mode and in NP-mode. True: it works in NP-mode. */
static bool look_at_mode(struct lab *l, const struct state *p) {
    struct experiment_row *row = &l->e->row[l->insn];
    struct state np = *p, x, y;
    char text[TEXT];

    np.d.mode = FROND_MODE_U;
    x = run(l, p);
    y = run(l, &np);
    if (x.trapped && !l->always)
        return false;
    if (l->always)
        pair(l, holder(l, FIELD_mode), p, &np, 1ULL << FIELD_mode);
    if (y.trapped) {
        if (!row->traps)
            snprintf(row->trapping, sizeof row->trapping, "%s", l->item->name);
        row->traps = true;
        return false;
    }
    if (!row->works)
        snprintf(row->working, sizeof row->working, "%s", l->item->name);
    row->works = true;
    if (state_differ(&x, &y, 1ULL << FIELD_mode, text))
        seen(l, holder(l, FIELD_mode), ISA_READ, p, &np, 1ULL << FIELD_mode);
    return true;
}

/* An access that finds the same by another map goes through the map. */
static void look_through_map(struct lab *l, const struct state *a, const struct state *b) {
    struct state x = run(l, a), y = run(l, b);

    if (item_width(l->item) && !x.trapped && !y.trapped)
        l->e->row[l->insn].mapped |= 1u << (l->item->at == AT_DEVICE ? ISA_DEVICE : ISA_MEMORY);
}

/* The same addresses, memory and devices elsewhere. */
static void look_at_place(struct lab *l, const struct state *s) {
    unsigned map = holder(l, FIELD_satp);
    struct state a = *s, b = *s;

    state_place(&b, PLACE_MOVED);
    if (s->d.mode == FROND_MODE_M && item_width(l->item)) {
        l->e->mprv++;
        pair(l, map, &a, &b, l->holds[map] | 1ULL << FIELD_mstatus); /* without and with MPRV */
    }
    state_place(&a, PLACE_SAME);
    pair(l, map, &a, &b, l->holds[map]);
    look_through_map(l, &a, &b);
    if (s->d.mode == FROND_MODE_M)
        return;
    state_place(&a, PLACE_BARE);
    pair(l, map, &a, &b, l->holds[map]);
}

static void look_at_reach(struct lab *l, const struct state *s) {
    unsigned pmp = holder(l, FIELD_pmpaddr);
    struct state b = *s;

    state_reach(&b, false);
    pair(l, pmp, s, &b, l->holds[pmp]);
}

/* ---- A child --------------------------------------------------------------------------------------------------- */

/* The same state in node 0 and in its child, whose memory lies elsewhere. */
static void look_at_child(struct lab *l, const struct state *s) {
    struct state x = run(l, s), y;
    char text[TEXT];

    if (!rig_run(&l->child, s, &y)) {
        l->broken = true;
        return;
    }
    if (state_differ(&x, &y, THROUGH, text))
        wrong(l->e, "%s: %s is not virtual: on the bare machine or in a child, %s",
              l->a->instructions[l->insn].name, l->item->name, text);
}

/* ---- An item ---------------------------------------------------------------------------------------------------- */

/* Does it ever run to its end in P-mode? */
static bool ever_works(struct lab *l) {
    unsigned tries = l->item->csr >= 0xc00 ? TRIES_READ_ONLY : TRIES;

    for (unsigned n = 0; n < tries; n++) {
        struct state s;

        state_random(&l->random, l->item, n % 2, &s);
        if (!run(l, &s).trapped)
            return true;
    }
    return false;
}

static void one_state(struct lab *l) {
    struct state s;
    bool np;

    state_random(&l->random, l->item, false, &s);
    look_at_writes(l, &s);
    look_at_reads(l, &s, false);
    if (l->a->machine == ISA_NODE)
        look_at_child(l, &s);
    state_random(&l->random, l->item, true, &s);
    np = look_at_mode(l, &s);
    if (l->always)
        return;
    look_at_place(l, &s);
    if (!np)
        return;
    s.d.mode = FROND_MODE_U;
    look_at_writes(l, &s);
    look_at_reads(l, &s, true);
    look_at_place(l, &s);
    look_at_reach(l, &s);
    if (l->a->machine == ISA_NODE)
        look_at_child(l, &s);
}

static void one_item(struct lab *l, const struct item *i) {
    bool is_csr = i->csr >= 0;

    l->item = i;
    l->always = !ever_works(l);
    if (l->always && (is_csr || i->at == AT_DEVICE))
        return; /* there is none; no device takes such an access */
    l->insn = insn_of(l, i);
    l->e->csrs += is_csr;
    if (l->insn == l->a->instructions_count) {
        wrong(l->e, "%s: the machine has it, and no instruction of the description is for it",
              i->name);
        return;
    }
    l->e->row[l->insn].items++;
    for (unsigned n = 0; n < (is_csr ? CSR_STATES : STATES) && !l->broken; n++)
        one_state(l);
}

/* ---- All of it ----------------------------------------------------------------------------------------------------- */

static bool make_rows(struct experiment *e, const struct isa *a) {
    e->row = calloc(a->instructions_count, sizeof *e->row);
    for (unsigned n = 0; e->row && n < a->instructions_count; n++) {
        e->row[n].read = calloc(a->components_count, sizeof *e->row[n].read);
        e->row[n].write = calloc(a->components_count, sizeof *e->row[n].write);
        if (!e->row[n].read || !e->row[n].write)
            return false;
    }
    return e->row != NULL;
}

static void run_all(struct lab *l) {
    unsigned count;

    l->items = calloc(ITEMS, sizeof *l->items);
    l->broken = l->items == NULL;
    if (l->broken)
        return;
    count = item_list(l->items);
    for (unsigned i = 0; i < count && !l->broken; i++)
        one_item(l, &l->items[i]);
    events(l);
    free(l->items);
}

int experiment_run(const struct isa *a, uint64_t seed, struct experiment *e, char *why,
                   size_t size) {
    struct lab l = {.e = e, .a = a, .random.at = seed};
    bool ready;

    *e = (struct experiment){.isa = a, .seed = seed, .rows = item_rows()};
    if (!understand(&l, why, size))
        return -1;
    ready = make_rows(e, a) && rig_init(&l.rig, false) &&
            (a->machine != ISA_NODE || rig_init(&l.child, true));
    if (ready)
        run_all(&l);
    e->runs = l.rig.runs + l.child.runs;
    e->seen_wrong = e->wrong_count;
    memcpy(e->holds, l.holds, sizeof e->holds);
    if (!ready || l.broken)
        snprintf(why, size, "%s: %s", a->name,
                 ready ? "the machine does not make a step, or not the same one again"
                       : "out of memory");
    rig_free(&l.rig);
    rig_free(&l.child);
    if (!ready || l.broken)
        return -1;
    return experiment_compare(e, a, why, size);
}

void experiment_free(struct experiment *e) {
    for (unsigned n = 0; e->row && n < e->isa->instructions_count; n++) {
        free(e->row[n].read);
        free(e->row[n].write);
    }
    free(e->row);
    for (unsigned n = 0; n < e->wrong_count; n++)
        free(e->wrong[n]);
    free(e->wrong);
}
