/*
 * arch.c - frond isa: verdicts of the catalogue, of descriptions with one flag changed, and of random ones.
 *
 * Rules (isa/rules.c) and runs (isa/run.c) are two answers to one question: every instruction that is blamed must
 * have a witness, every other none, and a witness must be gone when what is behind it is mended.
 */
#include "../../isa/isa.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;

static void row(bool ok, const char *name, const char *why) {
    if (ok) {
        passed++;
        return;
    }
    failed++;
    printf("FAIL %s: %s\n", name, why);
}

static struct isa *load(const char *name) {
    char path[256], why[256];
    struct isa *a;

    snprintf(path, sizeof path, "isa/%s.yaml", name);
    if (isa_load(path, &a, why, sizeof why) == 0)
        return a;
    row(false, name, why);
    return NULL;
}

/* ---- The catalogue -------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned theorem[2]; /* one level, recursion */
    unsigned blamed[2];  /* instructions with a witness */
} catalogue[] = {
    {"seed-one-mode", {1, 1}, {0, 0}},  {"seed-two-modes", {2, 2}, {0, 0}},
    {"seed-sensitive", {3, 3}, {0, 0}}, {"pdp-11-45", {0, 0}, {8, 8}},
    {"s360-67", {3, 3}, {0, 0}},        {"goldberg-hv", {2, 2}, {0, 0}},
    {"lauer-wyeth", {1, 1}, {0, 0}},    {"belpaire-hsu", {1, 1}, {0, 0}},
    {"ia-32", {0, 0}, {18, 18}},        {"rv64", {3, 3}, {0, 0}},
    {"rv64-h", {2, 3}, {0, 0}},         {"frond", {2, 2}, {0, 0}},
    {"pdp-10", {0, 0}, {1, 1}},         {"vt-x", {3, 3}, {0, 0}},
    {"amd-v", {3, 3}, {0, 0}},          {"armv7-a", {0, 0}, {7, 7}},
    {"aarch64-el2", {2, 0}, {0, 3}},    {"aarch64-nv2", {2, 3}, {0, 0}},
};

/* Everything that the instruction touches becomes the VM's own, its mode too, and it works in both. */
static void mend(struct isa *a, struct isa_insn *i) {
    i->in_np = ISA_WORKS;
    for (unsigned k = 0; k < i->effects_count; k++) {
        struct isa_component *c = &a->components[i->effects[k].index];

        c->where = ISA_MAPPED;
        if (c->kind == ISA_ADDRESS)
            c->kind = ISA_REGISTER;
    }
}

static void one_catalogued(unsigned n, enum isa_depth d) {
    struct isa *a = load(catalogue[n].name), *mended = load(catalogue[n].name);
    unsigned blamed = 0;
    char why[400];

    for (unsigned i = 0; a && mended && i < a->instructions_count; i++) {
        struct isa_witness w = isa_witness(a, i, d), again = w;

        if (!w.found)
            continue;
        blamed++;
        row(isa_replay(a, &again, d), a->name, "a witness does not come out when it is run again");
        mend(mended, &mended->instructions[i]);
        row(!isa_replay(mended, &again, d), a->instructions[i].name,
            "mended, its witness is one still");
    }
    if (a && mended) {
        snprintf(why, sizeof why, "theorem %u, %u to blame at depth %u", isa_judge(a, d).theorem,
                 blamed, d);
        row(isa_judge(a, d).theorem == catalogue[n].theorem[d] && blamed == catalogue[n].blamed[d],
            a->name, why);
    }
    isa_free(a);
    isa_free(mended);
}

static void names_ia32(void) {
    static const char *const names[] = {"SGDT", "SIDT", "SLDT",  "SMSW", "PUSHF", "POPF",
                                        "LAR",  "LSL",  "VERR",  "VERW", "POP",   "PUSH",
                                        "CALL", "JMP",  "INT n", "RET",  "STR",   "MOV from CS"};
    struct isa *a = load("ia-32");

    for (unsigned k = 0; a && k < sizeof names / sizeof names[0]; k++) {
        bool found = false;

        for (unsigned i = 0; i < a->instructions_count; i++)
            found |= strcmp(a->instructions[i].name, names[k]) == 0 &&
                     isa_witness(a, i, ISA_ONE_LEVEL).found;
        row(found, names[k], "not blamed on IA-32");
    }
    isa_free(a);
}

/* ---- One flag changed ----------------------------------------------------------------------------------- */

static void absolute_status(struct isa *a) {
    for (unsigned i = 0; i < a->components_count; i++)
        if (a->components[i].kind == ISA_STATUS)
            a->components[i].where = ISA_ABSOLUTE;
}
static void virtual_status(struct isa *a) {
    for (unsigned i = 0; i < a->components_count; i++)
        if (a->components[i].kind == ISA_STATUS)
            a->components[i].where = ISA_LEVEL;
}
static void first_device_absolute(struct isa *a) {
    for (unsigned i = 0; i < a->components_count; i++)
        if (a->components[i].kind == ISA_DEVICE) {
            a->components[i].where = ISA_ABSOLUTE;
            return;
        }
}
static void all_trap(struct isa *a) {
    for (unsigned i = 0; i < a->instructions_count; i++)
        if (a->instructions[i].in_np != ISA_WORKS || isa_sensitive(a, &a->instructions[i], 0))
            a->instructions[i].in_np = ISA_TRAPS;
}
static void one_works(struct isa *a) {
    for (unsigned i = 0; i < a->instructions_count; i++)
        if (a->instructions[i].in_np == ISA_TRAPS) {
            a->instructions[i].in_np = ISA_WORKS;
            return;
        }
}
static void dma_absolute(struct isa *a) { a->dma = DMA_ABSOLUTE; }
static void vector_absolute(struct isa *a) { a->interrupt = VECTOR_ABSOLUTE; }
static void gap_nobody(struct isa *a) { a->gap = GAP_NOBODY; }
static void gap_level_0(struct isa *a) { a->gap = GAP_LEVEL_0; }
static void maps_reached(struct isa *a) { a->maps = RHO_REACHED; }
static void trap_same(struct isa *a) { a->trap.mode = TRAP_SAME; }
static void trap_virtual(struct isa *a) { a->trap.vector = TRAP_VIRTUAL; }

static const struct {
    const char *base, *what;
    void (*change)(struct isa *);
    unsigned theorem[2];
} changes[] = {
    {"seed-one-mode", "DMA by absolute address", dma_absolute, {0, 0}},
    {"seed-one-mode", "an absolute vector", vector_absolute, {0, 0}},
    {"seed-one-mode", "an absolute device", first_device_absolute, {0, 0}},
    {"seed-one-mode", "gaps told to nobody", gap_nobody, {0, 0}},
    {"seed-one-mode", "gaps told to level 0", gap_level_0, {1, 0}},
    {"seed-one-mode", "maps in reach", maps_reached, {0, 0}},
    {"seed-two-modes", "one status register", absolute_status, {0, 0}},
    {"seed-sensitive", "a mode of each level's own", virtual_status, {2, 3}},
    {"seed-sensitive", "the status word does not trap", one_works, {0, 0}},
    {"seed-sensitive", "a fault without change of mode", trap_same, {0, 0}},
    {"seed-sensitive", "a fault into the VM", trap_virtual, {0, 0}},
    {"seed-sensitive", "gaps told to nobody", gap_nobody, {0, 0}},
    {"seed-sensitive", "DMA by absolute address", dma_absolute, {3, 3}},
    {"pdp-11-45", "all sensitive instructions trap", all_trap, {3, 3}},
    {"ia-32", "all sensitive instructions trap", all_trap, {3, 3}},
    {"s360-67", "one does not trap", one_works, {0, 0}},
    {"rv64", "one does not trap", one_works, {0, 0}},
    {"frond", "one status register", absolute_status, {3, 3}},
    {"frond", "DMA by absolute address", dma_absolute, {3, 3}},
};

static void one_change(unsigned n) {
    struct isa *a = load(changes[n].base);
    char why[400];

    if (!a)
        return;
    changes[n].change(a);
    for (enum isa_depth d = ISA_ONE_LEVEL; d <= ISA_RECURSION; d++) {
        snprintf(why, sizeof why, "%s: theorem %u at depth %u, not %u", changes[n].what,
                 isa_judge(a, d).theorem, d, changes[n].theorem[d]);
        row(isa_judge(a, d).theorem == changes[n].theorem[d], changes[n].base, why);
    }
    isa_free(a);
}

/* ---- Random descriptions ------------------------------------------------------------------------------- */

static uint64_t seed;
static unsigned dice(unsigned n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void roll(struct isa *a) {
    a->modes = (uint8_t)(1 + dice(2));
    a->components_count = 5;
    for (unsigned i = 0; i < 5; i++) {
        struct isa_component *c = &a->components[i];

        c->name = (char *)"component";
        c->kind = i == 0 ? a->modes == 2 ? ISA_STATUS : ISA_REGISTER
                         : (enum isa_kind[]){ISA_MEMORY, ISA_ADDRESS, ISA_MAP, ISA_DEVICE,
                                             ISA_REGISTER}[dice(5)];
        c->where = dice(5);
        if (c->where == ISA_OTHER && c->kind != ISA_MEMORY)
            c->where = ISA_ABSOLUTE;
    }
    a->instructions_count = 1;
    a->instructions[0].in_np = dice(4);
    a->instructions[0].effects_count = 1;
    a->instructions[0].effects[0].index = dice(5);
    a->instructions[0].effects[0].act =
        a->components[a->instructions[0].effects[0].index].kind == ISA_ADDRESS ? ISA_READ : dice(2);
    a->interrupt = dice(5);
    a->dma = dice(4);
    a->gap = dice(3);
    a->maps = dice(2);
    a->trap.mode = dice(2);
    a->trap.vector = dice(2);
}

/* Rules and runs agree on this one; told if not. */
static bool one_random(unsigned n) {
    struct isa_component components[5];
    struct isa_effect effects[1];
    struct isa_insn insn = {.name = (char *)"instruction", .effects = effects};
    struct isa a = {.name = (char *)"random", .components = components, .instructions = &insn};
    bool ok = true;

    roll(&a);
    for (enum isa_depth d = ISA_ONE_LEVEL; d <= ISA_RECURSION; d++) {
        bool blamed = isa_sensitive(&a, &insn, d) && !isa_traps(&a, &insn, d);
        struct isa_witness w = isa_witness(&a, 0, d);

        if (blamed != w.found)
            printf(
                "description %u, depth %u: kind %d, where %d, in NP %d, does %d, status %d: %s\n",
                n, d, components[effects[0].index].kind, components[effects[0].index].where,
                insn.in_np, effects[0].act, components[0].where, w.found ? w.text : "no witness");
        ok &= blamed == w.found;
        for (enum isa_event e = 0; e < EVENTS; e++) {
            bool wrong = isa_event_wrong(&a, e, d, e == EVENT_TRAP);

            if (wrong != isa_event_witness(&a, e, d).found)
                printf("description %u, depth %u: %s\n", n, d, isa_event_text(e));
            ok &= wrong == isa_event_witness(&a, e, d).found;
        }
    }
    return ok;
}

int main(int argc, char **argv) {
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    printf("seed %llu\n", (unsigned long long)seed);
    for (unsigned i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++)
        for (enum isa_depth d = ISA_ONE_LEVEL; d <= ISA_RECURSION; d++)
            one_catalogued(i, d);
    names_ia32();
    for (unsigned i = 0; i < sizeof changes / sizeof changes[0]; i++)
        one_change(i);
    for (unsigned i = 0, bad = 0; i < 20; i++) { /* a row for a thousand */
        for (unsigned k = 0; k < 1000 && bad < 20; k++)
            bad += !one_random(1000 * i + k);
        row(bad == 0, "random descriptions", "rules and runs disagree");
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
