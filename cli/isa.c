/* isa.c - frond isa: which of the seed's theorems an architecture satisfies, and why not. */
#include "../experiment/experiment.h"
#include "../isa/isa.h"
#include "cli.h"
#include "options.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct isa_args {
    const char *word;
    bool explain, experiment, json;
    uint64_t seed;
};

static const char *const depth_names[] = {"one level", "recursion"};

/* ---- The catalogue -------------------------------------------------------------------------------------- */

/* FROND_ISA, else where `make install` puts it, else the source tree's. */
static const char *catalogue(void) {
    const char *named = getenv("FROND_ISA");

    if (named)
        return named;
    return access(FROND_ISA_DIR, R_OK) == 0 ? FROND_ISA_DIR : "isa";
}

static int only_yaml(const struct dirent *d) {
    const char *dot = strrchr(d->d_name, '.');

    return dot && strcmp(dot, ".yaml") == 0;
}

static int list(void) {
    struct dirent **found = NULL;
    int n = scandir(catalogue(), &found, only_yaml, alphasort), status = 0;

    if (n < 0)
        return complain("isa: no catalogue in %s; FROND_ISA names the folder", catalogue());
    for (int i = 0; i < n; i++) {
        char path[512], why[256];
        struct isa *a;

        snprintf(path, sizeof path, "%s/%s", catalogue(), found[i]->d_name);
        free(found[i]);
        if (isa_load(path, &a, why, sizeof why)) {
            status = complain("isa: %s", why);
            continue;
        }
        printf("%-16s %-60s", a->name, a->title);
        for (enum isa_depth d = ISA_ONE_LEVEL; d <= ISA_RECURSION; d++) {
            unsigned theorem = isa_judge(a, d).theorem;

            printf(theorem ? "  %s: T%u" : "  %s: -", depth_names[d], theorem);
        }
        putchar('\n');
        isa_free(a);
    }
    free(found);
    return status;
}

/* ---- One architecture --------------------------------------------------------------------------------- */

static void print_states(const struct isa *a, const struct isa_witness *w) {
    const char *comma = "";

    if (w->is_event)
        printf("at %u, ", w->address);
    else if (a->instructions[w->what].effects_count)
        printf("operand %u at %u, ", w->value, w->address);
    if (a->modes == 2)
        printf("in %s-mode, ", w->mode ? "P" : "NP");
    for (unsigned i = 0; i < a->components_count; i++)
        if (w->own >> i & 1 || w->others >> i & 1) {
            printf("%s%s %u (below: %u)", comma, a->components[i].name, w->own >> i & 1,
                   w->others >> i & 1);
            comma = ", ";
        }
    printf("%s", *comma ? ": " : "all else 0: ");
}

static void explain(const struct isa *a, const struct isa_insn *i, enum isa_depth d) {
    static const char *const how[] = {[ISA_MAPPED] = "through the map",
                                      [ISA_LEVEL] = "each level's own",
                                      [ISA_BANKED] = "one virtual level's own",
                                      [ISA_OTHER] = "through another map",
                                      [ISA_ABSOLUTE] = "absolute"};

    for (unsigned k = 0; k < i->effects_count; k++) {
        const struct isa_component *c = &a->components[i->effects[k].index];
        bool wrong = c->kind == ISA_ADDRESS || !isa_virtual(c->where, d);

        printf("      rule: it %s %s, which is %s: %s\n",
               i->effects[k].act == ISA_READ ? "reads" : "writes", c->name,
               c->kind == ISA_ADDRESS ? "a physical address" : how[c->where],
               wrong ? "sensitive" : "virtual");
    }
    if (i->in_np == ISA_IGNORED && !isa_own_status(a, d))
        puts("      rule: it does nothing in NP-mode, where a VM always is: sensitive");
    printf("      Popek and Goldberg: %s%s%s\n",
           isa_control_sensitive(a, i, d) ? "control-sensitive " : "",
           isa_behaviour_sensitive(a, i, d) ? "behaviour-sensitive" : "",
           isa_control_sensitive(a, i, d) || isa_behaviour_sensitive(a, i, d)
               ? ""
               : "innocuous: they have no word for this");
}

/* An instruction that is blamed has a witness, and one that is not has none. False: not so. */
static bool one_instruction(const struct isa *a, unsigned n, enum isa_depth d, bool all,
                            const struct isa_args *args) {
    const struct isa_insn *i = &a->instructions[n];
    bool sensitive = isa_sensitive(a, i, d), blamed = sensitive && !isa_traps(a, i, d);
    struct isa_witness w = isa_witness(a, n, d);

    if (w.found != blamed) {
        complain("isa: %s: %s: rules and runs disagree (%s)", a->name, i->name,
                 w.found ? w.text : "no witness");
        return false;
    }
    if (!sensitive || (!blamed && !all))
        return true;
    printf("    %-14s %s%s%s\n", i->name, blamed ? "does not trap" : "traps", i->note ? "; " : "",
           i->note ? i->note : "");
    if (args->explain)
        explain(a, i, d);
    if (blamed) {
        printf("      witness: ");
        print_states(a, &w);
        printf("%s\n", w.text);
    }
    return true;
}

/* Events that stand against the theorem at hand: with traps level 0 sees to some. */
static bool events(const struct isa *a, enum isa_depth d) {
    bool ok = true;

    for (enum isa_event e = 0; e < EVENTS; e++) {
        struct isa_witness w;

        if (!isa_event_wrong(a, e, d, false) && !(a->modes == 2 && isa_event_wrong(a, e, d, true)))
            continue;
        w = isa_event_witness(a, e, d);
        printf("    %s\n      witness: ", isa_event_text(e));
        print_states(a, &w);
        printf("%s\n", w.text);
        if (!w.found) {
            complain("isa: %s: rules and runs disagree on: %s", a->name, isa_event_text(e));
            ok = false;
        }
    }
    return ok;
}

/* Is the second question answered as the first, instruction by instruction? */
static bool same(const struct isa *a) {
    for (unsigned i = 0; i < a->instructions_count; i++)
        if (isa_sensitive(a, &a->instructions[i], ISA_ONE_LEVEL) !=
            isa_sensitive(a, &a->instructions[i], ISA_RECURSION))
            return false;
    return isa_judge(a, ISA_ONE_LEVEL).theorem == isa_judge(a, ISA_RECURSION).theorem;
}

static bool judge(const struct isa *a, enum isa_depth d, const struct isa_args *args) {
    struct isa_verdict v = isa_judge(a, d);
    bool ok = true;

    printf("  %s: ", depth_names[d]);
    switch (v.theorem) {
    case 1: puts("Theorem 1: everything is virtual; nothing is interpreted"); break;
    case 2: puts("Theorem 2: both modes are virtual; nothing is interpreted"); break;
    case 3: printf("Theorem 3: by trapping; %u instructions are interpreted\n", v.sensitive); break;
    default:
        printf("none of the theorems: %u sensitive instructions, %u of them do not trap\n",
               v.sensitive, v.untrapped);
    }
    if (d == ISA_RECURSION && same(a)) {
        puts("    as above, level by level");
        return true;
    }
    for (unsigned i = 0; i < a->instructions_count; i++)
        ok &= one_instruction(a, i, d, v.theorem == 3 || args->explain, args);
    return (v.theorem != 0 || events(a, d)) && ok;
}

/* ---- By experiment ------------------------------------------------------------------------------------- */

static int experiment(const struct isa *a, const struct isa_args *args) {
    struct experiment e;
    char why[256];
    int status;

    if (experiment_run(a, args->seed, &e, why, sizeof why))
        status = complain("isa: %s", why);
    else {
        (args->json ? experiment_json : experiment_text)(stdout, &e);
        status = e.wrong_count != 0;
    }
    experiment_free(&e);
    return status;
}

static int theorems(const struct isa *a, const struct isa_args *args) {
    bool ok;

    printf("%s: %s, %s\n  source: %s\n", a->name, a->title,
           a->modes == 1 ? "one mode" : "two modes", a->source);
    ok = judge(a, ISA_ONE_LEVEL, args);
    ok = judge(a, ISA_RECURSION, args) && ok;
    return ok ? 0 : 1;
}

static int one(const struct isa_args *args) {
    char path[512], why[256];
    struct isa *a;
    int status;

    if (strchr(args->word, '/') || strstr(args->word, ".yaml"))
        snprintf(path, sizeof path, "%s", args->word);
    else
        snprintf(path, sizeof path, "%s/%s.yaml", catalogue(), args->word);
    if (isa_load(path, &a, why, sizeof why))
        return complain("isa: %s", why);
    status = (args->experiment ? experiment : theorems)(a, args);
    isa_free(a);
    return status;
}

static int help(const struct option *row) {
    puts(
        "usage: frond isa [NAME | FILE.yaml] [OPTION...]\n\n"
        "Says which of the theorems of Belpaire and Hsu an architecture satisfies, for a VM on the "
        "real\n"
        "machine and for VMs on VMs, and names the instructions to blame, each with a witness: "
        "states in\n"
        "which a run on the bare machine and one in a VM differ. Without a word: the catalogue. "
        "With\n"
        "--experiment (of rv64, unless another is named) the description is laid to frond's own "
        "machine.\n"
        "Exit status: 0, or 1 if the two disagree.\n");
    options_help(row);
    return 0;
}

int cmd_isa(int argc, char **argv) {
    struct isa_args a = {.seed = 1};
    struct option row[] = {
        {.name = "explain",
         .kind = OPTION_FLAG,
         .to.flag = &a.explain,
         .help = "the rules that lead to each verdict"},
        {.name = "experiment",
         .kind = OPTION_FLAG,
         .to.flag = &a.experiment,
         .help = "run frond's own machine against its description"},
        {.name = "seed",
         .value = "N",
         .kind = OPTION_NUMBER,
         .most = UINT64_MAX,
         .to.number = &a.seed,
         .help = "of the experiment's random states (1)"},
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &a.json, .help = "the experiment as JSON"},
        {.name = NULL}};
    int status = options_parse("isa", row, argc, argv, &a.word, 1);

    if (status == -1)
        return help(row);
    if (status)
        return status;
    if ((a.json || row[2].given) && !a.experiment)
        return complain("isa: --%s is for --experiment", a.json ? "json" : "seed");
    if (a.experiment && !a.word)
        a.word = "rv64";
    return a.word ? one(&a) : list();
}
