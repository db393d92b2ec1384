/*
 * run.c - see isa.h: one instruction, or one event, on the bare machine and in a VM.
 *
 * A machine has two cells of memory and a bit for each component. In a VM what is its own is kept apart from
 * what is the level below's; an instruction that traps is interpreted without fault. What a program can
 * see (what it reads, whether it traps, its own memory and components) must be the same, and nothing of the
 * level below may have changed.
 */
#include "isa.h"
#include <stdio.h>
#include <string.h>

enum { CELLS = 2, TRAPPED = 9, LOST = 8 };

struct machine {
    const struct isa *isa;
    enum isa_depth depth;
    bool bare;
    uint8_t memory[CELLS], other[CELLS]; /* the program's own, by either map */
    uint8_t below[CELLS];                /* of the level below */
    uint32_t own, others;
    uint8_t seen; /* what was read, or TRAPPED, or LOST */
};

static uint8_t bit(uint32_t set, unsigned i) { return set >> i & 1; }

static void set_bit(uint32_t *set, unsigned i, unsigned value) {
    *set = (*set & ~(1u << i)) | (value & 1) << i;
}

/* Index of the status; components_count: there is none. */
static unsigned status_of(const struct isa *a) {
    unsigned i = 0;

    while (i < a->components_count && a->components[i].kind != ISA_STATUS)
        i++;
    return i;
}

static bool in_p(const struct machine *m) {
    unsigned i = status_of(m->isa);

    return m->isa->modes == 1 || i == m->isa->components_count || bit(m->own, i) != 0;
}

/* ---- An instruction ------------------------------------------------------------------------------------ */

/* interpreted: by a VMM that does to what is the VM's own what the bare machine does. */
static void effect(struct machine *m, const struct isa_effect *e, bool interpreted, unsigned x,
                   unsigned v) {
    const struct isa_component *c = &m->isa->components[e->index];
    bool own = m->bare || interpreted || isa_virtual(c->where, m->depth);
    uint8_t *cell = c->where == ISA_OTHER ? &m->other[x] : &m->memory[x];

    switch (c->kind) {
    case ISA_ADDRESS: m->seen = (uint8_t)(m->bare || interpreted ? x : x + CELLS); return;
    case ISA_MEMORY:
        if (!own)
            cell = &m->below[x];
        if (e->act == ISA_READ)
            m->seen = *cell;
        else
            *cell = (uint8_t)v;
        return;
    default:
        if (e->act == ISA_READ)
            m->seen = bit(own ? m->own : m->others, e->index);
        else
            set_bit(own ? &m->own : &m->others, e->index, v);
    }
}

static void execute(struct machine *m, const struct isa_insn *i, unsigned x, unsigned v) {
    bool own_mode = m->bare || isa_own_status(m->isa, m->depth);
    bool privileged = in_p(m), np = own_mode ? !privileged : true;
    bool interpreted = false;

    if (m->isa->modes == 2 && np && i->in_np == ISA_IGNORED)
        return;
    if (m->isa->modes == 2 && !privileged &&
        (i->in_np == ISA_TRAPS || i->in_np == ISA_TRAPS_IN_VM)) {
        m->seen = TRAPPED; /* its own operating system has it */
        return;
    }
    interpreted = !m->bare && isa_traps(m->isa, i, m->depth);
    for (unsigned k = 0; k < i->effects_count; k++)
        effect(m, &i->effects[k], interpreted, x, v);
}

/* ---- An event ------------------------------------------------------------------------------------------- */

static void interrupt(struct machine *m) {
    bool vector = m->bare || m->isa->interrupt == VECTOR_MAPPED ||
                  m->isa->interrupt == VECTOR_LEVEL ||
                  (m->isa->interrupt == VECTOR_BANKED && m->depth == ISA_ONE_LEVEL);
    unsigned i = status_of(m->isa);

    if (m->isa->interrupt == VECTOR_NONE)
        return;
    m->seen = vector ? m->memory[0] : m->below[0];
    if (i < m->isa->components_count)
        set_bit(m->bare || isa_own_status(m->isa, m->depth) ? &m->own : &m->others, i, 1);
}

static void transfer(struct machine *m, unsigned x, unsigned v) {
    bool own = m->bare || m->isa->dma == DMA_MAPPED ||
               (m->isa->dma == DMA_BANKED && m->depth == ISA_ONE_LEVEL);

    if (m->isa->dma != DMA_NONE)
        *(own ? &m->memory[x] : &m->below[x]) = (uint8_t)v;
}

static void happen(struct machine *m, enum isa_event e, unsigned x, unsigned v) {
    switch (e) {
    case EVENT_INTERRUPT: interrupt(m); break;
    case EVENT_DMA: transfer(m, x, v); break;
    case EVENT_GAP: /* a load from a cell that a VM's map does not realize */
        m->seen = m->memory[x];
        if (!m->bare && (m->isa->gap == GAP_NOBODY ||
                         (m->isa->gap == GAP_LEVEL_0 && m->depth == ISA_RECURSION)))
            m->seen = LOST;
        break;
    case EVENT_RHO: /* a store to a cell in which the VM's own map may lie */
        m->memory[x] = (uint8_t)v;
        if (!m->bare && m->isa->maps == RHO_REACHED)
            m->memory[0] = m->memory[1] = LOST;
        break;
    case EVENT_TRAP: /* a trap in a VM that is in P-mode */
        if (!m->bare && (m->isa->trap.mode == TRAP_SAME || m->isa->trap.vector == TRAP_VIRTUAL))
            m->seen = LOST;
        break;
    case EVENTS: break;
    }
}

/* ---- Two runs ----------------------------------------------------------------------------------------- */

static const char *seen_text(uint8_t seen, char *out, size_t size) {
    if (seen == TRAPPED)
        return "a trap";
    if (seen == LOST)
        return "nothing";
    snprintf(out, size, "%u", seen);
    return out;
}

/* What a program can tell, or another level has lost; false: nothing. */
static bool differ(const struct machine *bare, const struct machine *vm, uint32_t others,
                   const uint8_t *below, char *text) {
    const struct isa *a = vm->isa;
    char x[8], y[8];

    for (unsigned i = 0; i < CELLS; i++)
        if (vm->below[i] != below[i]) {
            snprintf(text, ISA_TEXT, "in a VM, memory of the level below is changed: cell %u", i);
            return true;
        }
    for (unsigned i = 0; i < a->components_count; i++)
        if (bit(vm->others, i) != bit(others, i)) {
            snprintf(text, ISA_TEXT, "in a VM, %s of the level below is changed to %u",
                     a->components[i].name, bit(vm->others, i));
            return true;
        }
    if (bare->seen != vm->seen) {
        snprintf(text, ISA_TEXT, "the bare machine sees %s, a VM %s",
                 seen_text(bare->seen, x, sizeof x), seen_text(vm->seen, y, sizeof y));
        return true;
    }
    for (unsigned i = 0; i < a->components_count; i++)
        if (bit(bare->own, i) != bit(vm->own, i)) {
            snprintf(text, ISA_TEXT, "%s is %u then on the bare machine, and %u in a VM",
                     a->components[i].name, bit(bare->own, i), bit(vm->own, i));
            return true;
        }
    if (memcmp(bare->memory, vm->memory, CELLS) == 0 && memcmp(bare->other, vm->other, CELLS) == 0)
        return false;
    snprintf(text, ISA_TEXT, "its memory differs then");
    return true;
}

bool isa_replay(const struct isa *a, struct isa_witness *w, enum isa_depth d) {
    static const uint8_t below[CELLS] = {0, 0};
    struct machine bare = {.isa = a,
                           .depth = d,
                           .bare = true,
                           .memory = {1, 1},
                           .other = {1, 1},
                           .own = w->own},
                   vm;

    vm = bare;
    vm.bare = false;
    vm.others = w->others;
    memcpy(vm.below, below, CELLS);
    if (w->is_event) {
        happen(&bare, w->what, w->address, w->value);
        happen(&vm, w->what, w->address, w->value);
    } else {
        execute(&bare, &a->instructions[w->what], w->address, w->value);
        execute(&vm, &a->instructions[w->what], w->address, w->value);
    }
    return differ(&bare, &vm, w->others, below, w->text);
}

/* ---- The search ------------------------------------------------------------------------------------- */

/* Components that what is looked at may touch, the status always. */
static uint32_t touched(const struct isa *a, const struct isa_witness *w) {
    uint32_t set = status_of(a) < a->components_count ? 1u << status_of(a) : 0;

    for (unsigned k = 0; !w->is_event && k < a->instructions[w->what].effects_count; k++)
        set |= 1u << a->instructions[w->what].effects[k].index;
    return set;
}

/* From all states with as few bits set as may be. */
static struct isa_witness search(const struct isa *a, struct isa_witness w, enum isa_depth d) {
    uint32_t set = touched(a, &w);
    unsigned status = status_of(a);

    for (unsigned operands = 0; operands < 4; operands++)
        for (uint32_t own = 0;; own = (own - set) & set) { /* the subsets of set, in order */
            for (uint32_t others = 0;; others = (others - set) & set) {
                w.address = operands >> 1;
                w.value = operands & 1;
                w.own = own;
                w.others = others;
                w.mode = a->modes == 1 || status == a->components_count || bit(own, status);
                /* Where the status is the machine's, VMs run in NP-mode. */
                if ((isa_own_status(a, d) || bit(others, status) == 0) && isa_replay(a, &w, d)) {
                    w.found = true;
                    return w;
                }
                if (others == set)
                    break;
            }
            if (own == set)
                break;
        }
    w.text[0] = 0;
    return w;
}

struct isa_witness isa_witness(const struct isa *a, unsigned insn, enum isa_depth d) {
    return search(a, (struct isa_witness){.what = insn}, d);
}

struct isa_witness isa_event_witness(const struct isa *a, enum isa_event e, enum isa_depth d) {
    return search(a, (struct isa_witness){.is_event = true, .what = e}, d);
}
