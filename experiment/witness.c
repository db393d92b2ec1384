/* witness.c - see priv.h: the smallest states that show an effect, in words. */
#include "priv.h"
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* ---- Smaller ----------------------------------------------------------------------------------------------------- */

bool component_written(uint64_t holds, const struct state *before, const struct state *after) {
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (holds >> f & 1 && field_written(f, before, after))
            return true;
    return (holds & MEMORY) != 0 && memcmp(before->data, after->data, DATA) != 0;
}

static bool is_one(struct rig *g, struct witness *w) {
    w->ok &= rig_run(g, &w->a, &w->after_a);
    if (!w->pair)
        return component_written(w->fields, &w->a, &w->after_a);
    w->ok &= rig_run(g, &w->b, &w->after_b);
    return state_differ(&w->after_a, &w->after_b, w->but, w->text);
}

/* Takes `smaller` if it shows the same thing. */
static void take(struct rig *g, struct witness *w, struct witness *smaller) {
    smaller->text[0] = 0;
    if (is_one(g, smaller) && strncmp(smaller->text, w->text, strcspn(w->text, " ")) == 0)
        *w = *smaller;
    w->ok &= smaller->ok;
}

/* Without these a step is another one: what is run is not reached, a trap is not known. */
static bool is_needed(enum field f, const struct witness *w) {
    bool user = w->a.d.mode == FROND_MODE_U || (w->pair && w->b.d.mode == FROND_MODE_U);

    return f == FIELD_mode || f == FIELD_mtvec ||
           (user && (f == FIELD_pmpcfg || f == FIELD_pmpaddr));
}

/* What is the same in both states becomes 0, what is not becomes the same, but for the last of it. */
static void shrink_fields(struct rig *g, struct witness *w) {
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        struct witness smaller = *w;

        if (is_needed(f, w))
            continue;
        if (w->pair && !field_same(f, &w->a, &w->b)) {
            field_copy(f, &smaller.b, &w->a);
            take(g, w, &smaller);
        } else if (field_clear(f, &smaller.a)) {
            field_clear(f, &smaller.b);
            take(g, w, &smaller);
        }
    }
}

static void shrink_registers(struct rig *g, struct witness *w) {
    for (unsigned i = 0; i < 64; i++) {
        struct witness smaller = *w;

        (i < 32 ? smaller.a.d.x : smaller.a.d.f)[i % 32] = 0;
        (i < 32 ? smaller.b.d.x : smaller.b.d.f)[i % 32] = 0;
        take(g, w, &smaller);
    }
    for (unsigned i = 0; i < DATA; i++) {
        struct witness smaller = *w;

        smaller.a.data[i] = smaller.b.data[i] = 0;
        if (w->a.data[i] || w->b.data[i])
            take(g, w, &smaller);
    }
}

/* ---- In words ----------------------------------------------------------------------------------------------------- */

struct out {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void say(struct out *o, const char *format, ...) {
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(o->at, o->left, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= o->left)
        n = o->left ? (int)o->left - 1 : 0;
    o->at += n;
    o->left -= (size_t)n;
}

static const char *mode_name(const struct state *s) {
    return s->d.mode == FROND_MODE_M ? "M" : s->d.mode == FROND_MODE_S ? "S" : "U";
}

static void say_field(struct out *o, const struct witness *w, enum field f) {
    uint64_t x = field_value(f, &w->a), y = field_value(f, &w->b);

    if (f == FIELD_mode || f == FIELD_mtvec)
        return;
    if (w->pair && !field_same(f, &w->a, &w->b) && fields[f].mask)
        say(o, ", %s 0x%" PRIx64 " or 0x%" PRIx64, fields[f].name, x, y);
    else if (w->pair && !field_same(f, &w->a, &w->b))
        say(o, ", another %s", fields[f].name);
    else if (x && fields[f].mask)
        say(o, ", %s 0x%" PRIx64, fields[f].name, x);
}

static void say_states(struct out *o, const struct witness *w) {
    static const char *const csr_ops[] = {[1] = "csrrw",  [2] = "csrrs",  [3] = "csrrc",
                                          [5] = "csrrwi", [6] = "csrrsi", [7] = "csrrci"};
    bool modes = w->pair && w->a.d.mode != w->b.d.mode;

    if (w->item->csr >= 0)
        say(o, "%s ", csr_ops[w->a.insn >> 12 & 7]);
    say(o, "%s, 0x%08x in %s%s%s-mode", w->item->name, w->a.insn, mode_name(&w->a),
        modes ? " or " : "", modes ? mode_name(&w->b) : "");
    for (unsigned i = 1; i < 64; i++) {
        uint64_t v = i < 32 ? w->a.d.x[i] : w->a.d.f[i - 32];

        if (v)
            say(o, ", %c%u 0x%" PRIx64, i < 32 ? 'x' : 'f', i % 32, v);
    }
    for (enum field f = 0; f < FIELD_COUNT; f++)
        say_field(o, w, f);
    for (unsigned i = 0; w->pair && i < DATA; i++)
        if (w->a.data[i] != w->b.data[i])
            say(o, ", 0x%02x or 0x%02x at 0x%" PRIx64, w->a.data[i], w->b.data[i],
                (uint64_t)DATA_AT + i);
}

static void say_change(struct out *o, const struct witness *w) {
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (w->fields >> f & 1 && field_written(f, &w->a, &w->after_a)) {
            if (fields[f].mask)
                say(o, ": %s 0x%" PRIx64 " becomes 0x%" PRIx64, fields[f].name,
                    field_value(f, &w->a), field_value(f, &w->after_a));
            else
                say(o, ": %s changes", fields[f].name);
            return;
        }
    for (unsigned i = 0; i < DATA; i++)
        if (w->a.data[i] != w->after_a.data[i]) {
            say(o, ": the byte at 0x%" PRIx64 " becomes 0x%02x", (uint64_t)DATA_AT + i,
                w->after_a.data[i]);
            return;
        }
}

bool witness_text(struct rig *g, struct witness *w, char *text, size_t size) {
    struct out o = {text, size};

    w->ok = true;
    w->text[0] = 0;
    if (!is_one(g, w))
        return false;
    shrink_fields(g, w); /* what differs and need not, */
    shrink_fields(g, w); /* is 0 then */
    shrink_registers(g, w);
    is_one(g, w);
    say_states(&o, w);
    if (w->pair)
        say(&o, ": %s", w->text);
    else
        say_change(&o, w);
    return w->ok;
}
