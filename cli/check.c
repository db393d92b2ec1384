/* check.c - frond check: the theorems, in every state of small systems; counterexamples; traces. */
#include "../check/campaign.h"
#include "../host/host.h"
#include "cli.h"
#include "options.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_FAILED = 1, CHECK_UNFINISHED = 3, WORDS = 16 };

struct check_args {
    const char *word[WORDS], *cells, *drop, *shard, *dot, *save, *resume, *verify, *replay;
    uint64_t nodes, bits, threads, max_memory, maps;
    bool states, json, list, symmetry;
    /* What the report is made of. */
    unsigned holds, fails, vacuous;
    FILE *dot_file;
};

static volatile sig_atomic_t stop_asked;
static void on_signal(int signal) {
    (void)signal;
    stop_asked = 1;
}

/* ---- What is asked for -------------------------------------------------------------------------------- */

static int find_drop(const char *name, uint32_t *drop) {
    for (*drop = 0; *drop < CHECK_DROPS; ++*drop)
        if (strcmp(check_drops[*drop].name, name) == 0)
            return 0;
    return complain("check: no hypothesis '%s'; frond check --list names them", name);
}

static int find_theorems(const struct check_args *a, struct campaign_order *o) {
    for (unsigned i = 0; i < WORDS && a->word[i]; i++) {
        const struct check_theorem *t = check_find(a->word[i]);

        if (t == NULL)
            return complain("check: no theorem '%s'; frond check --list names them", a->word[i]);
        if (o->drop != CHECK_NO_DROP && check_find(check_drops[o->drop].theorem)->kind != t->kind)
            return complain("check: --drop %s is a hypothesis of %s, not of %s",
                            check_drops[o->drop].name, check_drops[o->drop].theorem, t->name);
        if (o->maps != CELLS_NONE && !check_has_maps(t))
            return complain("check: --maps is for T1, T2, SHARED and R2, not for %s", t->name);
        o->theorems |= 1ull << (t - check_theorems);
    }
    return 0;
}

/* "8,3,1": node 0, its children, theirs. */
static int parse_cells(const char *text, struct check_size *size) {
    char *copy = strdup(text), *rest = copy, *word;
    bool ok = copy != NULL;

    for (unsigned l = 0; ok && (word = strsep(&rest, ",")) != NULL; l++) {
        uint64_t n = 0;

        ok = l < CHECK_LEVELS && number_parse(word, &n) && n >= 1 &&
             n <= (l == 0 ? VM_ADDRS : VM_CELLS);
        if (ok)
            size->cells[l] = (unsigned)n;
    }
    free(copy);
    return ok ? 0
              : complain(
                    "check: --cells '%s': should be cells of node 0 (1 to %u), of its children, "
                    "of theirs (1 to %u), as in 8,3,1",
                    text, VM_ADDRS, VM_CELLS);
}

static int parse_shard(const char *text, struct campaign_order *o) {
    char *copy = strdup(text), *slash = copy ? strchr(copy, '/') : NULL;
    uint64_t i = 0, n = 0;
    bool ok = slash != NULL;

    if (ok) {
        *slash = 0;
        ok = number_parse(copy, &i) && number_parse(slash + 1, &n) && i >= 1 && i <= n &&
             n <= CAMPAIGN_RUNS;
    }
    free(copy);
    o->shard = (uint32_t)i;
    o->shards = (uint32_t)n;
    return ok ? 0
              : complain("check: --shard '%s': should be I/N, I from 1 to N, N at most %u", text,
                         CAMPAIGN_RUNS);
}

static int make_order(const struct check_args *a, struct campaign_order *o) {
    int status = 0;

    *o = (struct campaign_order){
        .drop = CHECK_NO_DROP, .plain = a->states, .maps = (uint32_t)a->maps};
    if (a->drop && a->maps != CELLS_NONE)
        return complain("check: --maps and --drop: a resolver is judged with all hypotheses");
    o->size.nodes = (unsigned)a->nodes;
    o->size.bits = (unsigned)a->bits;
    o->size.symmetry = a->symmetry;
    if (a->drop)
        status = find_drop(a->drop, &o->drop);
    if (!status)
        status = find_theorems(a, o);
    if (!status && a->cells)
        status = parse_cells(a->cells, &o->size);
    if (!status && a->shard)
        status = parse_shard(a->shard, o);
    return status;
}

/* ---- The report --------------------------------------------------------------------------------------- */

static struct check_args *report; /* the command's, for `each` */

static void print_list(void) {
    puts("theorems:");
    for (unsigned i = 0; i < check_theorem_count; i++)
        printf("  %-12s %s\n", check_theorems[i].name, check_theorems[i].title);
    puts("hypotheses, for --drop: the theorem, and what is then so");
    for (unsigned i = 0; i < CHECK_DROPS; i++)
        printf("  %-20s %-10s %s\n", check_drops[i].name, check_drops[i].theorem,
               check_drops[i].text);
}

/* In how many states each level did what. */
static void print_counts(const struct check_run *run, const struct check_result *r) {
    const uint64_t *n = r->count;

    for (unsigned l = 1; run->theorem->kind == CHECK_VM && l < CHECK_LEVELS; l++)
        if (n[COUNT_GAP + l] != 0)
            printf("  %-10s level %u: map written %" PRIu64 ", ω met %" PRIu64
                   ", fault told to level %u %" PRIu64 "\n",
                   "", l, n[COUNT_MAP + l], n[COUNT_GAP + l], l - 1, n[COUNT_FAULT + l - 1]);
    if (run->theorem->kind == CHECK_VM)
        printf("  %-10s steps %" PRIu64 ", interrupts taken %" PRIu64 ", cells shared %" PRIu64
               ", instructions interpreted %" PRIu64 "\n",
               "", n[COUNT_STEPS], n[COUNT_IRQ], n[COUNT_SHARED], n[COUNT_INTERPRETED]);
}

static const char *verdict_text(enum campaign_verdict v) {
    static const char *const text[] = {"holds", "FAILS", "VACUOUS", "unfinished"};

    return text[v];
}

static void print_row(const struct campaign *c, unsigned i) {
    const struct check_run *run = &c->run[i];
    const struct check_result *r = &c->result[i];
    enum campaign_verdict v = campaign_verdict(run, r);
    char scope[CHECK_TEXT];

    printf("%-12s %-46s %12" PRIu64 " states  depth %3u  %-8s %7.2f s\n", run->theorem->name,
           check_scope_text(run, scope), r->states, r->depth,
           c->order.plain ? "counted" : verdict_text(v), r->seconds);
    if (v == VERDICT_VACUOUS && !c->order.plain)
        printf("  %-10s not seen: %s\n", "", check_missing(run, r));
    if (v == VERDICT_FAILS) {
        if (run->drop != CHECK_NO_DROP)
            printf("  counterexample, since %s:\n", check_drops[run->drop].text);
        check_story(stdout, run, r);
    } else if (!c->order.plain) {
        print_counts(run, r);
    }
    fflush(stdout);
}

static void each(const struct campaign *c, unsigned i) {
    enum campaign_verdict v = campaign_verdict(&c->run[i], &c->result[i]);

    report->holds += v == VERDICT_HOLDS;
    report->fails += v == VERDICT_FAILS;
    report->vacuous += v == VERDICT_VACUOUS && !c->order.plain && c->order.drop == CHECK_NO_DROP;
    if (!report->json)
        print_row(c, i);
    if (v == VERDICT_FAILS && report->dot_file && report->fails == 1)
        check_dot(report->dot_file, &c->run[i], &c->result[i]);
}

static int conclude(struct campaign *c, enum campaign_end end, struct explorer *e) {
    struct check_args *a = report;
    const char *save = a->save ? a->save : "frond-check.state";
    int status = a->fails || a->vacuous ? CHECK_FAILED : 0;

    if (end == CAMPAIGN_BAD_FILE) {
        explorer_free(e);
        return complain("check: %s: the states in it are cut or not those of its runs", a->resume);
    }
    if (end == CAMPAIGN_CUT) {
        const char *why = c->result[c->done].end == CHECK_STOPPED
                              ? "stopped"
                              : "the memory that --max-memory allows is used up";

        status = CHECK_UNFINISHED;
        if (e == NULL)
            note("check: --max-memory is too little to begin with; more threads need more");
        else if (!campaign_save(c, e, save))
            note("check: %s, and %s cannot be written: what was done is lost", why, save);
        else
            note("check: %s; frond check --resume %s goes on from here", why, save);
        explorer_free(e);
    }
    if (a->json)
        check_json(stdout, c->run, c->result, c->done);
    else if (c->order.plain)
        printf("%u of %u runs counted\n", c->done, c->count);
    else
        printf("%u of %u runs made: %u hold, %u fail, %u vacuous\n", c->done, c->count, a->holds,
               a->fails, a->vacuous);
    return status;
}

static int explore(struct check_args *a, struct campaign *c) {
    struct check_options o = {.threads = (unsigned)a->threads,
                              .max_memory = a->max_memory,
                              .progress = host_is_terminal(STDERR_FILENO),
                              .plain = c->order.plain,
                              .stop = &stop_asked};
    struct explorer *e;
    FILE *from = NULL;
    enum campaign_end end;

    if (a->resume && (from = campaign_load(c, a->resume)) == NULL)
        return complain("check: %s cannot be resumed: it is not what this version's --save wrote",
                        a->resume);
    if (!a->resume && !campaign_list(c))
        return complain(
            "check: no scope of this size fits the model, or none is left for this --shard");
    if (a->dot && (a->dot_file = fopen(a->dot, "w")) == NULL)
        return complain("check: %s cannot be written: %s", a->dot, strerror(errno));
    if (c->left_out)
        note("check: %u trees are left out: with so much memory they do not fit the model (%u "
             "cells at "
             "node 0, %u above)",
             c->left_out, VM_ADDRS, VM_CELLS);
    report = a;
    o.plain = c->order.plain;
    for (unsigned i = 0; i < c->done; i++)
        each(c, i);
    host_on_signal(on_signal);
    end = campaign_go(c, &o, from, &e, each);
    if (from)
        fclose(from);
    if (a->dot_file && fclose(a->dot_file) != 0)
        return complain("check: %s cannot be written: %s", a->dot, strerror(errno));
    return conclude(c, end, e);
}

static int verify(const char *file) {
    char why[256];
    int status = check_verify(file, why, sizeof why);

    if (status == 2)
        return complain("check: %s: %s", file, why);
    printf("%s: %s\n", file, why);
    return status;
}

static int help(const struct option *row) {
    puts("usage: frond check [THEOREM...] [OPTION...]\n\n"
         "Visits every state of small systems of virtual machines, and of the nested kernel, and "
         "asks of\n"
         "each what the theorems say. Without a word: all of them. Exit status: 0 all hold, 1 one "
         "fails,\n"
         "2 bad input, 3 stopped or out of memory before the end.\n");
    options_help(row);
    return 0;
}

#define CHECK_OPTIONS(a)                                                                           \
    {                                                                                              \
        {.name = "list",                                                                           \
         .kind = OPTION_FLAG,                                                                      \
         .to.flag = &(a)->list,                                                                    \
         .help = "name the theorems and the hypotheses, and end"},                                 \
            {.name = "nodes",                                                                      \
             .value = "N",                                                                         \
             .kind = OPTION_NUMBER,                                                                \
             .least = 2,                                                                           \
             .most = VM_NODES,                                                                     \
             .to.number = &(a)->nodes,                                                             \
             .help = "all trees of up to N nodes"},                                                \
            {.name = "cells",                                                                      \
             .value = "M[,M...]",                                                                  \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->cells,                                                               \
             .help = "cells of node 0, of its children, of theirs"},                               \
            {.name = "bits",                                                                       \
             .value = "W",                                                                         \
             .kind = OPTION_NUMBER,                                                                \
             .least = 1,                                                                           \
             .most = 3,                                                                            \
             .to.number = &(a)->bits,                                                              \
             .help = "bits of a datum (1)"},                                                       \
            {.name = "symmetry",                                                                   \
             .kind = OPTION_FLAG,                                                                  \
             .to.flag = &(a)->symmetry,                                                            \
             .help =                                                                               \
                 "states that differ by an exchange of node 0's frames are one, where it is so"},  \
            {.name = "drop",                                                                       \
             .value = "HYPOTHESIS",                                                                \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->drop,                                                                \
             .help = "without this hypothesis, up to the first counterexample"},                   \
            {.name = "maps",                                                                       \
             .value = "SCHEME",                                                                    \
             .kind = OPTION_CHOICE,                                                                \
             .words = cells_words,                                                                 \
             .to.number = &(a)->maps,                                                              \
             .help = "look-ups by a resolver of the engine: flat, pure, hv, display, rmr"},        \
            {.name = "threads",                                                                    \
             .value = "N",                                                                         \
             .kind = OPTION_NUMBER,                                                                \
             .least = 1,                                                                           \
             .most = 16,                                                                           \
             .to.number = &(a)->threads,                                                           \
             .help = "threads (as many as cores)"},                                                \
            {.name = "max-memory",                                                                 \
             .value = "SIZE",                                                                      \
             .kind = OPTION_SIZE,                                                                  \
             .least = 1 << 20,                                                                     \
             .most = 1ull << 46,                                                                   \
             .to.number = &(a)->max_memory,                                                        \
             .help = "for states and their table (8G)"},                                           \
            {.name = "shard",                                                                      \
             .value = "I/N",                                                                       \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->shard,                                                               \
             .help = "every Nth run only, from the Ith on"},                                       \
            {.name = "states",                                                                     \
             .kind = OPTION_FLAG,                                                                  \
             .to.flag = &(a)->states,                                                              \
             .help = "count states; judge nothing"},                                               \
            {.name = "json",                                                                       \
             .kind = OPTION_FLAG,                                                                  \
             .to.flag = &(a)->json,                                                                \
             .help = "the runs as JSON, for --verify and others"},                                 \
            {.name = "dot",                                                                        \
             .value = "FILE",                                                                      \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->dot,                                                                 \
             .help = "the end of the first counterexample as a graph for dot"},                    \
            {.name = "save",                                                                       \
             .value = "FILE",                                                                      \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->save,                                                                \
             .help = "where Ctrl-C leaves what was done (frond-check.state)"},                     \
            {.name = "resume",                                                                     \
             .value = "FILE",                                                                      \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->resume,                                                              \
             .help = "go on from there"},                                                          \
            {.name = "verify",                                                                     \
             .value = "FILE",                                                                      \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->verify,                                                              \
             .help = "check the runs in a JSON file again, by other code"},                        \
            {.name = "replay",                                                                     \
             .value = "TRACE",                                                                     \
             .kind = OPTION_TEXT,                                                                  \
             .to.text = &(a)->replay,                                                              \
             .help = "walk the model along a trace of frond run --trace"},                         \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

/* By enum cells_maps; "search" is the model's own. */
static const char *const cells_words[CELLS_MAPS + 1] = {
    [CELLS_NONE] = "search", [CELLS_FLAT] = "flat",       [CELLS_PURE] = "pure",
    [CELLS_HV] = "hv",       [CELLS_DISPLAY] = "display", [CELLS_RMR] = "rmr",
};

int cmd_check(int argc, char **argv) {
    static struct campaign c;
    struct check_args a = {.threads = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN),
                           .max_memory = 8ull << 30};
    struct option row[] = CHECK_OPTIONS(&a);
    int status = options_parse("check", row, argc, argv, a.word, WORDS);

    if (status == -1)
        return help(row);
    if (status)
        return status;
    if (a.verify)
        return verify(a.verify);
    if (a.replay)
        return check_replay(a.replay);
    if (a.list) {
        print_list();
        return 0;
    }
    status = make_order(&a, &c.order);
    return status ? status : explore(&a, &c);
}
