/*
 * experiment.c - frond isa --experiment: the tree's descriptions agree with the machine, for several seeds; each flag that
 * the experiment judges, turned, is told with the name of what it stands at.
 *
 * With the word NAME: only what it says of that description, a line each; for the machines of mutants.sh.
 */
#include "../../experiment/experiment.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;

__attribute__((format(printf, 3, 4))) static void row(bool ok, const char *name, const char *format,
                                                      ...) {
    va_list args;

    if (ok) {
        passed++;
        return;
    }
    failed++;
    va_start(args, format);
    printf("FAIL %s: ", name);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static struct isa *load(const char *name) {
    char path[256], why[256];
    struct isa *a;

    snprintf(path, sizeof path, "isa/%s.yaml", name);
    if (isa_load(path, &a, why, sizeof why) == 0)
        return a;
    row(false, name, "%s", why);
    return NULL;
}

static bool run(const struct isa *a, uint64_t seed, struct experiment *e) {
    char why[256] = "";
    bool ok = experiment_run(a, seed, e, why, sizeof why) == 0;

    row(ok, a->name, "%s", why);
    return ok;
}

/* ---- One flag turned --------------------------------------------------------------------------------------------- */

/* Something is told now, and the first of it begins with `name`. */
static void told(struct experiment *e, const struct isa *a, const char *name, const char *what) {
    char why[256] = "nothing is told";

    if (experiment_compare(e, a, why, sizeof why) == 0 && e->wrong_count)
        snprintf(why, sizeof why, "%s", e->wrong[0]);
    row(e->wrong_count && strncmp(e->wrong[0], name, strlen(name)) == 0 &&
            e->wrong[0][strlen(name)] == ':',
        name, "%s: %s", what, why);
}

/* The same effect, but for its place in the list, is said already. */
static bool is_double(const struct isa_insn *i, unsigned k) {
    for (unsigned n = 0; n < i->effects_count; n++)
        if (n != k && i->effects[n].index == i->effects[k].index &&
            i->effects[n].act == i->effects[k].act)
            return true;
    return false;
}

static void turn_effect(struct experiment *e, const struct isa *a, struct isa_insn *i, unsigned k) {
    struct isa_effect *f = &i->effects[k], was = *f;

    f->hidden = !f->hidden;
    told(e, a, i->name, "hidden");
    *f = was;
    if (f->hidden)
        return; /* what the machine does not show it cannot judge */
    f->act = !f->act;
    told(e, a, i->name, is_double(i, k) ? "one effect of two on a component" : "read and write");
    *f = was;
    f->index = (f->index + 1) % a->components_count;
    told(e, a, i->name, "another component");
    *f = i->effects[i->effects_count - 1];
    i->effects[i->effects_count - 1] = was;
    i->effects_count--;
    told(e, a, i->name, "an effect left out");
    i->effects_count++;
    i->effects[i->effects_count - 1] = *f;
    *f = was;
}

static void turn_instruction(struct experiment *e, const struct isa *a, struct isa_insn *i) {
    enum isa_np was = i->in_np;

    for (enum isa_np n = ISA_WORKS; n <= ISA_IGNORED; n++)
        if (n != was) {
            i->in_np = n;
            told(e, a, i->name, isa_np_word(n));
        }
    i->in_np = was;
    for (unsigned k = 0; k < i->effects_count; k++)
        turn_effect(e, a, i, k);
}

/* An effect more, on a component that the instruction is not said to touch. */
static void add_effects(struct experiment *e, const struct isa *a, struct isa_insn *i) {
    struct isa_effect more[ISA_EFFECTS + 1], *was = i->effects;

    memcpy(more, was, i->effects_count * sizeof *more);
    i->effects = more;
    for (unsigned c = 0; c < a->components_count; c++)
        for (enum isa_do act = ISA_READ; act <= ISA_WRITE; act++) {
            more[i->effects_count++] = (struct isa_effect){.act = act, .index = c};
            if (!is_double(i, i->effects_count - 1))
                told(e, a, i->name, "an effect more");
            i->effects_count--;
        }
    i->effects = was;
}

static bool is_held(const struct isa *a, const struct isa_component *c) {
    return c->holds_count != 0 || c == a->components; /* memory comes first */
}

/* Its kind; for what goes through the map, where it is. */
static void turn_component(struct experiment *e, const struct isa *a, struct isa_component *c) {
    enum isa_kind kind = c->kind;
    enum isa_where where = c->where;
    bool through = kind == ISA_MEMORY || kind == ISA_DEVICE;

    for (c->kind = ISA_MEMORY; c->kind <= ISA_REGISTER; c->kind++)
        if (c->kind != kind)
            told(e, a, c->name, "another kind");
    c->kind = kind;
    for (c->where = ISA_BANKED; through && c->where <= ISA_ABSOLUTE; c->where++)
        told(e, a,
             kind == ISA_MEMORY       ? "load"
             : a->machine == ISA_NODE ? "load from CLINT"
                                      : "load from a device",
             "another place");
    c->where = where;
}

static void turn_events(struct experiment *e, struct isa *a) {
    struct isa was = *a;

    a->trap.mode = TRAP_SAME;
    told(e, a, "trap", "mode: same");
    *a = was;
    a->trap.vector = TRAP_VIRTUAL;
    told(e, a, "trap", "vector: virtual");
    *a = was;
    for (unsigned v = VECTOR_NONE; v <= VECTOR_ABSOLUTE; v++)
        if ((a->interrupt = v) != was.interrupt)
            told(e, a, "interrupt", "another vector");
    *a = was;
    for (unsigned g = GAP_VMM; g <= GAP_NOBODY && a->machine == ISA_HART; g++)
        if ((a->gap = g) != was.gap)
            told(e, a, "gap", "another is told");
    *a = was;
}

static void turn_all(struct experiment *e, struct isa *a) {
    for (unsigned n = 0; n < a->instructions_count; n++)
        if (a->instructions[n].of_count) {
            turn_instruction(e, a, &a->instructions[n]);
            add_effects(e, a, &a->instructions[n]);
        }
    for (unsigned c = 0; c < a->components_count; c++)
        if (is_held(a, &a->components[c]))
            turn_component(e, a, &a->components[c]);
    turn_events(e, a);
}

/* ---- The tree's descriptions --------------------------------------------------------------------------------------- */

static void one_description(const char *name, unsigned seeds) {
    struct isa *a = load(name);
    struct experiment e;
    char why[256] = "";

    for (unsigned seed = 1; a && seed <= seeds; seed++) {
        if (run(a, seed, &e)) {
            row(e.wrong_count == 0, name, "seed %u: %s", seed, e.wrong_count ? e.wrong[0] : "");
            if (seed == 1)
                turn_all(&e, a);
            row(experiment_compare(&e, a, why, sizeof why) == 0 && e.wrong_count == 0, name,
                "all turned back: %s", e.wrong_count ? e.wrong[0] : why);
        }
        experiment_free(&e);
    }
    isa_free(a);
}

/* A row, a CSR, a field that the description leaves out. */
static void left_out(void) {
    struct isa *a = load("rv64");
    struct experiment e;
    char why[256] = "";

    if (!a)
        return;
    a->instructions[0].of_count = 0;
    if (run(a, 1, &e))
        row(e.wrong_count == 7 && strstr(e.wrong[0], "lb: the machine has it"), "load",
            "left out: %s", e.wrong_count ? e.wrong[0] : "nothing is told");
    experiment_free(&e);
    a->components[1].holds_count--;
    row(experiment_run(a, 1, &e, why, sizeof why) != 0 && strstr(why, "no component holds mstatus"),
        "mstatus", "held by none: %s", why);
    experiment_free(&e);
    a->components[1].holds_count++;
    isa_free(a);
}

static int say(const char *name) {
    struct isa *a = load(name);
    struct experiment e = {0};

    if (a && run(a, 1, &e))
        for (unsigned n = 0; n < e.wrong_count; n++)
            puts(e.wrong[n]);
    if (a)
        experiment_free(&e);
    isa_free(a);
    return failed ? 2 : e.wrong_count != 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return say(argv[1]);
    one_description("rv64", 2);
    one_description("frond", 1);
    left_out();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
