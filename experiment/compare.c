/* compare.c - see experiment.h: what was seen, and what the description says. */
#include "priv.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is wrong ----------------------------------------------------------------------------------------------- */

void wrong(struct experiment *e, const char *format, ...) {
    char **more = realloc(e->wrong, (e->wrong_count + 1) * sizeof *more);
    char text[2 * EXPERIMENT_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!more) {
        e->broken = true;
        return;
    }
    e->wrong = more;
    more[e->wrong_count] = strdup(text);
    e->broken |= more[e->wrong_count++] == NULL;
}

/* ---- Components -------------------------------------------------------------------------------------------------- */

/* What a field is, as isa.h means it. */
static bool is_kind(enum field f, enum isa_kind kind) {
    switch (f) {
    case FIELD_mode: return kind == ISA_STATUS;
    case FIELD_satp:
    case FIELD_pmpcfg:
    case FIELD_pmpaddr: return kind == ISA_MAP;
    case FIELD_mtimecmp:
    case FIELD_msip:
    case FIELD_plic: return kind == ISA_DEVICE;
    case FIELD_mstatus: return kind == ISA_STATUS || kind == ISA_REGISTER;
    default: return kind == ISA_REGISTER;
    }
}

static void compare_kinds(struct experiment *e, const struct isa *a) {
    for (unsigned c = 0; c < a->components_count; c++) {
        if (e->holds[c] & MEMORY && a->components[c].kind != ISA_MEMORY)
            wrong(e, "%s: it is memory, and said to be of another kind", a->components[c].name);
        for (enum field f = 0; f < FIELD_COUNT; f++)
            if (e->holds[c] >> f & 1 && !is_kind(f, a->components[c].kind))
                wrong(e, "%s: it holds %s, which is of another kind", a->components[c].name,
                      fields[f].name);
    }
}

/* ---- Instructions ------------------------------------------------------------------------------------------------ */

static const char *act_word(enum isa_do act) { return act == ISA_READ ? "reads" : "writes"; }

static bool is_described(const struct isa_insn *i, unsigned component, enum isa_do act) {
    for (unsigned k = 0; k < i->effects_count; k++)
        if (i->effects[k].index == component && i->effects[k].act == act)
            return true;
    return false;
}

static void compare_np(struct experiment *e, const struct isa_insn *i,
                       const struct experiment_row *row) {
    bool traps = i->in_np == ISA_TRAPS, works = i->in_np == ISA_WORKS;

    if (row->works && !works)
        wrong(e, "%s: in NP-mode %s works; the description says '%s'", i->name, row->working,
              isa_np_word(i->in_np));
    if (row->traps && !traps)
        wrong(e, "%s: in NP-mode %s traps; the description says '%s'", i->name, row->trapping,
              isa_np_word(i->in_np));
}

static void compare_seen(struct experiment *e, const struct isa *a, const struct isa_insn *i,
                         const struct experiment_row *row) {
    for (unsigned c = 0; c < a->components_count; c++)
        for (enum isa_do act = ISA_READ; act <= ISA_WRITE; act++)
            if ((act == ISA_READ ? row->reads : row->writes) >> c & 1 && !is_described(i, c, act))
                wrong(e, "%s: it %s %s, which is not said of it: %s", i->name, act_word(act),
                      a->components[c].name, (act == ISA_READ ? row->read : row->write)[c].text);
}

static void compare_said(struct experiment *e, const struct isa *a, const struct isa_insn *i,
                         const struct experiment_row *row) {
    for (unsigned k = 0; k < i->effects_count; k++) {
        const struct isa_effect *f = &i->effects[k];
        const struct isa_component *c = &a->components[f->index];
        bool shown = (f->act == ISA_READ ? row->reads : row->writes) >> f->index & 1;

        if (shown != !f->hidden)
            wrong(e, "%s: %s run showed that it %s %s; the description says that it does%s",
                  i->name, shown ? "a" : "no", act_word(f->act), c->name,
                  f->hidden ? ", hidden" : "");
        if (row->mapped >> c->kind & 1 && !isa_virtual(c->where, ISA_RECURSION))
            wrong(e, "%s: it finds the same %s by another map; %s is not said to be mapped",
                  i->name, c->name, c->name);
    }
}

static void compare_row(struct experiment *e, const struct isa *a, unsigned n) {
    const struct isa_insn *i = &a->instructions[n];
    const struct experiment_row *row = &e->row[n];

    if (i->of_count == 0)
        return;
    if (row->items == 0) {
        wrong(e, "%s: the machine has nothing that its 'of' means", i->name);
        return;
    }
    compare_np(e, i, row);
    compare_seen(e, a, i, row);
    compare_said(e, a, i, row);
}

/* ---- Events ------------------------------------------------------------------------------------------------------- */

static void compare_events(struct experiment *e, const struct isa *a) {
    bool node = a->machine == ISA_NODE;

    if (!e->trap_to_p || a->trap.mode != TRAP_P)
        wrong(e, "trap: after a trap in U-mode the machine is in %s-mode; 'mode' is %s",
              e->trap_to_p ? "M" : "another", a->trap.mode == TRAP_P ? "p" : "same");
    if (!e->trap_by_mtvec || a->trap.vector != TRAP_LEVEL_0)
        wrong(e, "trap: it goes %s; 'vector' is %s",
              e->trap_by_mtvec ? "where mtvec says" : "elsewhere than mtvec says",
              a->trap.vector == TRAP_LEVEL_0 ? "level 0" : "virtual");
    if (!e->interrupt_by_mtvec || a->interrupt != (node ? VECTOR_LEVEL : VECTOR_ABSOLUTE))
        wrong(e, "interrupt: it goes %s; should be '%s'",
              e->interrupt_by_mtvec ? "where mtvec says" : "elsewhere than mtvec says",
              node ? "level" : "absolute");
    if (!node && (!e->gap_to_m || a->gap != GAP_LEVEL_0))
        wrong(e, "gap: a load from a hole in U-mode %s; should be 'level 0'",
              e->gap_to_m ? "is told to M-mode" : "is not told to M-mode");
}

int experiment_compare(struct experiment *e, const struct isa *a, char *why, size_t size) {
    while (e->wrong_count > e->seen_wrong)
        free(e->wrong[--e->wrong_count]);
    compare_kinds(e, a);
    for (unsigned n = 0; n < a->instructions_count; n++)
        compare_row(e, a, n);
    compare_events(e, a);
    if (e->broken)
        snprintf(why, size, "%s: out of memory", a->name);
    return e->broken ? -1 : 0;
}
