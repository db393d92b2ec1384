/* rules.c - see isa.h: what follows from a description. */
#include "isa.h"

bool isa_virtual(enum isa_where where, enum isa_depth d) {
    return where == ISA_MAPPED || where == ISA_LEVEL || (where == ISA_BANKED && d == ISA_ONE_LEVEL);
}

bool isa_own_status(const struct isa *a, enum isa_depth d) {
    for (unsigned i = 0; i < a->components_count; i++)
        if (a->components[i].kind == ISA_STATUS && !isa_virtual(a->components[i].where, d))
            return false;
    return true;
}

/* ---- Instructions --------------------------------------------------------------------------------- */

static const struct isa_component *component(const struct isa *a, const struct isa_effect *e) {
    return &a->components[e->index];
}

/* What traps in NP-mode only, does so for a VM in P-mode if that is not its own mode. */
bool isa_traps(const struct isa *a, const struct isa_insn *i, enum isa_depth d) {
    return a->modes == 2 &&
           (i->in_np == ISA_TRAPS_IN_VM || (i->in_np == ISA_TRAPS && !isa_own_status(a, d)));
}

bool isa_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d) {
    for (unsigned k = 0; k < i->effects_count; k++) {
        const struct isa_component *c = component(a, &i->effects[k]);

        if (c->kind == ISA_ADDRESS || !isa_virtual(c->where, d))
            return true;
    }
    /* Without effect in NP-mode, where a VM always is if the status is not its own. */
    return i->in_np == ISA_IGNORED && !isa_own_status(a, d);
}

bool isa_control_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d) {
    for (unsigned k = 0; k < i->effects_count; k++) {
        const struct isa_component *c = component(a, &i->effects[k]);

        if (i->effects[k].act == ISA_WRITE && (c->kind == ISA_STATUS || c->kind == ISA_MAP) &&
            !isa_virtual(c->where, d))
            return true;
    }
    return false;
}

bool isa_behaviour_sensitive(const struct isa *a, const struct isa_insn *i, enum isa_depth d) {
    for (unsigned k = 0; k < i->effects_count; k++) {
        const struct isa_component *c = component(a, &i->effects[k]);

        if (c->kind == ISA_ADDRESS ||
            (i->effects[k].act == ISA_READ && (c->kind == ISA_STATUS || c->kind == ISA_MAP) &&
             !isa_virtual(c->where, d)))
            return true;
    }
    return i->in_np == ISA_IGNORED && !isa_own_status(a, d);
}

/* ---- Events ----------------------------------------------------------------------------------------- */

static bool vector_own(const struct isa *a, enum isa_depth d) {
    return a->interrupt != VECTOR_ABSOLUTE && (a->interrupt != VECTOR_BANKED || d == ISA_ONE_LEVEL);
}

bool isa_event_wrong(const struct isa *a, enum isa_event e, enum isa_depth d, bool trapping) {
    switch (e) {
    case EVENT_INTERRUPT: /* with traps, one comes to level 0 like a trap */
        return !trapping && a->interrupt != VECTOR_NONE &&
               (!vector_own(a, d) || !isa_own_status(a, d));
    case EVENT_DMA: /* with traps, level 0 gives the device its orders */
        return !trapping &&
               (a->dma == DMA_ABSOLUTE || (a->dma == DMA_BANKED && d == ISA_RECURSION));
    case EVENT_GAP:
        return a->gap == GAP_NOBODY || (a->gap == GAP_LEVEL_0 && d == ISA_RECURSION && !trapping);
    case EVENT_RHO: return a->maps == RHO_REACHED;
    case EVENT_TRAP:
        return trapping && (a->trap.mode == TRAP_SAME || a->trap.vector == TRAP_VIRTUAL);
    case EVENTS: break;
    }
    return false;
}

const char *isa_event_text(enum isa_event e) {
    static const char *const text[] = {
        [EVENT_INTERRUPT] = "an interrupt goes by an absolute vector, or sets an absolute status",
        [EVENT_DMA] = "a device moves data by absolute address",
        [EVENT_GAP] = "a gap in a map is not told to the VMM whose map it is",
        [EVENT_RHO] = "the representation of a map is in reach of others than its VMM",
        [EVENT_TRAP] = "a trap does not change to P-mode at level 0's VMM"};

    return text[e];
}

/* ---- The verdict -------------------------------------------------------------------------------------- */

struct isa_verdict isa_judge(const struct isa *a, enum isa_depth d) {
    struct isa_verdict v = {.virtual_events = true, .trapping = true};

    for (unsigned i = 0; i < a->instructions_count; i++) {
        bool sensitive = isa_sensitive(a, &a->instructions[i], d);

        v.sensitive += sensitive;
        v.untrapped += sensitive && !isa_traps(a, &a->instructions[i], d);
    }
    for (unsigned e = 0; e < EVENTS; e++) {
        v.virtual_events &= !isa_event_wrong(a, e, d, false);
        v.trapping &= !isa_event_wrong(a, e, d, true);
    }
    if (v.sensitive == 0 && v.virtual_events)
        v.theorem = a->modes;
    else if (a->modes == 2 && v.untrapped == 0 && v.trapping)
        v.theorem = 3;
    return v;
}
