/* run.c - frond run: options to a plan, a plan to a machine, and its end. */
#include "boot.h"
#include "cli.h"
#include "drive.h"
#include "loop.h"
#include "options.h"
#include "plan.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONSOLE_PASS, CONSOLE_PLAY };

struct run {
    const char *bios, *kernel, *initrd, *append, *tree, *stats, *trace, *dump_dtb, *dump_jit,
        *image, *nucleus;
    uint64_t memory, depth, fanout, pool, console, clock, engine, seed, max, max_nodes, max_memory,
        shake, shake_every, maps;
    bool audit, rng, sandbox, no_sandbox, judge;
    struct option_list drives, hash_at;
};

enum {
    O_TREE,
    O_BIOS,
    O_KERNEL,
    O_INITRD,
    O_APPEND,
    O_MEMORY,
    O_DEPTH,
    O_FANOUT,
    O_POOL,
    O_CONSOLE,
    O_LAST
};

static const char *const console_words[] = {"pass", "play", NULL};
static const char *const maps_words[] = {"flat", "pure", "hv", "display", "rmr", NULL};
static const char *const clock_words[] = {"virtual", "host", NULL};
static const char *const engine_words[] = {"jit", "interp", NULL};

/* The rows up to O_LAST describe the guest: not beside --tree. */
#define RUN_OPTIONS(r)                                                                             \
    {                                                                                              \
        [O_TREE] = {"tree", "FILE.yaml", "run the tree of nodes that a file describes",            \
                    OPTION_TEXT, .to.text = &(r)->tree},                                           \
        [O_BIOS] = {"bios", "FILE", "firmware: an ELF, or raw at 0x80000000", OPTION_TEXT,         \
                    .to.text = &(r)->bios},                                                        \
        [O_KERNEL] = {"kernel", "FILE", "behind the firmware: an ELF, or raw at 0x80200000",       \
                      OPTION_TEXT, .to.text = &(r)->kernel},                                       \
        [O_INITRD] = {"initrd", "FILE", "a RAM disk, at the end of memory", OPTION_TEXT,           \
                      .to.text = &(r)->initrd},                                                    \
        [O_APPEND] = {"append", "TEXT", "boot arguments, in the device tree", OPTION_TEXT,         \
                      .to.text = &(r)->append},                                                    \
        [O_MEMORY] = {"memory",                                                                    \
                      "SIZE",                                                                      \
                      "RAM of the guest, as 64K or 2G (128M)",                                     \
                      OPTION_SIZE,                                                                 \
                      4096,                                                                        \
                      1ULL << 40,                                                                  \
                      .to.number = &(r)->memory},                                                  \
        [O_DEPTH] = {"depth",                                                                      \
                     "N",                                                                          \
                     "levels of nucleus between host and guest (0)",                               \
                     OPTION_NUMBER,                                                                \
                     0,                                                                            \
                     4000,                                                                         \
                     .to.number = &(r)->depth},                                                    \
        [O_FANOUT] = {"fanout", "N",   "children of each nucleus (1)", OPTION_NUMBER,              \
                      1,        65535, .to.number = &(r)->fanout},                                 \
        [O_POOL] = {"pool",                                                                        \
                    "SIZE",                                                                        \
                    "memory of each inner node besides what its children need (0)",                \
                    OPTION_SIZE,                                                                   \
                    4096,                                                                          \
                    1ULL << 40,                                                                    \
                    .to.number = &(r)->pool},                                                      \
        [O_CONSOLE] = {"console",                                                                  \
                       "HOW",                                                                      \
                       "the guest's UART below a nucleus: pass (node 0's own) or "                 \
                       "play",                                                                     \
                       OPTION_CHOICE,                                                              \
                       .words = console_words,                                                     \
                       .to.number = &(r)->console},                                                \
        {"nucleus", "FILE", "an ELF to run at the inner nodes, for the nucleus built in",          \
         OPTION_TEXT, .to.text = &(r)->nucleus},                                                   \
        {"drive", "FILE[,MODE]",                                                                   \
         "a raw disk; rw (writes go to the file), ro, cow (kept in memory)", OPTION_TEXTS,         \
         .to.list = &(r)->drives},                                                                 \
        {"rng", NULL, "an entropy device behind the drives, a function of --seed", OPTION_FLAG,    \
         .to.flag = &(r)->rng},                                                                    \
        {"clock",                                                                                  \
         "HOW",                                                                                    \
         "virtual (1 step = 1 ns) or host: node 0's time",                                         \
         OPTION_CHOICE,                                                                            \
         .words = clock_words,                                                                     \
         .to.number = &(r)->clock},                                                                \
        {"engine",                                                                                 \
         "HOW",                                                                                    \
         "jit (hot code becomes the host's, where that is an x86-64) or interp",                   \
         OPTION_CHOICE,                                                                            \
         .words = engine_words,                                                                    \
         .to.number = &(r)->engine},                                                               \
        {"seed",                                                                                   \
         "N",                                                                                      \
         "what the guest takes for chance (1; 0: none in the device tree)",                        \
         OPTION_NUMBER,                                                                            \
         0,                                                                                        \
         UINT64_MAX,                                                                               \
         .to.number = &(r)->seed},                                                                 \
        {"max-insns",           "N", "end after so many steps, with status 124",                   \
         OPTION_NUMBER,         1,   UINT64_MAX,                                                   \
         .to.number = &(r)->max},                                                                  \
        {"max-nodes",                                                                              \
         "N",                                                                                      \
         "end with status 124 when more nodes are entered, node 0 counted",                        \
         OPTION_NUMBER,                                                                            \
         1,                                                                                        \
         UINT32_MAX,                                                                               \
         .to.number = &(r)->max_nodes},                                                            \
        {"max-memory",                                                                             \
         "SIZE",                                                                                   \
         "end with status 124 rather than use more memory besides RAM",                            \
         OPTION_SIZE,                                                                              \
         4096,                                                                                     \
         1ULL << 40,                                                                               \
         .to.number = &(r)->max_memory},                                                           \
        {"sandbox", NULL,                                                                          \
         "once all is open, do without further files and most system calls (yes)", OPTION_FLAG,    \
         .to.flag = &(r)->sandbox},                                                                \
        {"no-sandbox", NULL, "do not: for debuggers, sanitizers, profilers", OPTION_FLAG,          \
         .to.flag = &(r)->no_sandbox},                                                             \
        {"audit", NULL, "check every invariant at each enter and exit", OPTION_FLAG,               \
         .to.flag = &(r)->audit},                                                                  \
        {"shake-every",                                                                            \
         "STEPS",                                                                                  \
         "the most steps between two such (5000)",                                                 \
         OPTION_NUMBER,                                                                            \
         1,                                                                                        \
         1 << 24,                                                                                  \
         .to.number = &(r)->shake_every},                                                          \
        {"shake",                                                                                  \
         "SEED",                                                                                   \
         "drop all caches and enter anew at random steps",                                         \
         OPTION_NUMBER,                                                                            \
         1,                                                                                        \
         UINT64_MAX,                                                                               \
         .to.number = &(r)->shake},                                                                \
        {"maps",                                                                                   \
         "SCHEME",                                                                                 \
         "how maps are held: flat, or one of the 1970s, to be measured: pure, hv, display, rmr",   \
         OPTION_CHOICE,                                                                            \
         .words = maps_words,                                                                      \
         .to.number = &(r)->maps},                                                                 \
        {"hash-at", "N[,N...]", "print each node's hash when it has made so many steps",           \
         OPTION_LIST, .to.list = &(r)->hash_at},                                                   \
        {"stats", "FILE", "write what each node did, as JSON; -: to standard error", OPTION_TEXT,  \
         .to.text = &(r)->stats},                                                                  \
        {"dump-jit", "FILE", "write translated code beside the guest's; -: to standard error",     \
         OPTION_TEXT, .to.text = &(r)->dump_jit},                                                  \
        {"trace", "FILE", "write enters, exits, answers and traps; -: to standard error",          \
         OPTION_TEXT, .to.text = &(r)->trace},                                                     \
        {"judge", NULL,                                                                            \
         "let the model of frond check judge each event; if one is forbidden: status 125",         \
         OPTION_FLAG, .to.flag = &(r)->judge},                                                     \
        {"dump-dtb", "FILE", "write the guest's device tree (--tree: node 0's) and end",           \
         OPTION_TEXT, .to.text = &(r)->dump_dtb},                                                  \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

static int help(const struct option *row) {
    printf("usage: frond run [OPTION...] IMAGE            an ELF, or raw for 0x80000000\n"
           "       frond run [OPTION...] --bios FILE --kernel FILE [--initrd FILE]\n"
           "       frond run [OPTION...] --tree FILE.yaml\n\n"
           "Runs a machine until its guest ends; the status is the guest's (255: 255 or more),\n"
           "124 at a limit (--max-...), 125 if it cannot go on, 2 for bad input. On a terminal,\n"
           "Ctrl-A x leaves.\n\n");
    options_help(row);
    return 0;
}

/* What only together makes no sense. */
static int check_together(const struct run *r, const struct option *row) {
    if (r->tree && r->image)
        return complain("run: --tree tells what to run: leave out '%s'", r->image);
    for (unsigned i = O_BIOS; r->tree && i < O_LAST; i++)
        if (row[i].given)
            return complain("run: --tree tells the nodes: leave out --%s", row[i].name);
    if (r->image && (r->bios || r->kernel))
        return complain("run: IMAGE '%s', or --bios and --kernel, not both", r->image);
    if (!r->tree && !r->image && !r->bios && !r->kernel)
        return complain("run: nothing to run: give an IMAGE, --bios and --kernel, or --tree");
    if (r->bios && !r->kernel && r->initrd)
        return complain("run: --initrd needs --kernel beside --bios");
    if (r->depth == 0 && row[O_FANOUT].given)
        return complain("run: --fanout needs a nucleus: --depth 1 or more");
    if (r->depth == 0 && row[O_POOL].given)
        return complain("run: --pool needs an inner node: --depth 1 or more");
    if (r->depth == 0 && row[O_CONSOLE].given)
        return complain("run: --console needs a nucleus: --depth 1 or more");
    if (r->depth == 0 && !r->tree && r->nucleus)
        return complain("run: --nucleus needs a place: --depth 1 or more, or --tree");
    if (r->fanout > 1 && row[O_CONSOLE].given && r->console == CONSOLE_PASS)
        return complain(
            "run: --console pass: one child only can have node 0's UART; leave out --fanout");
    if (r->fanout > 1 && (r->drives.count || r->rng))
        return complain("run: --%s: one child only can have a device; leave out --fanout",
                        r->rng ? "rng" : "drive");
    if (r->shake_every && !r->shake)
        return complain("run: --shake-every needs --shake");
    if (r->dump_jit && r->engine != 0)
        return complain(
            "run: --dump-jit lists what the translator makes: leave out --engine interp");
    if (r->sandbox && r->no_sandbox)
        return complain("run: --sandbox or --no-sandbox, not both");
    if (r->hash_at.count && r->clock)
        return complain("run: --hash-at counts steps: leave out --clock host");
    if (r->drives.count + r->rng > FROND_VIRTIO_SLOTS)
        return complain("run: %u drives%s; there are %u slots for devices", r->drives.count,
                        r->rng ? " and --rng" : "", FROND_VIRTIO_SLOTS);
    return 0;
}

static bool copy(char **to, const char *text) { return !text || (*to = strdup(text)); }

/* The chain (or, with --fanout, tree) that the options mean. */
static int plan_options(struct plan *p, const struct run *r, uint32_t slots) {
    uint32_t uart =
        IMAGE_UART | (r->console == CONSOLE_PASS && r->fanout == 1 ? IMAGE_UART_PASS : 0);
    struct plan_node *n = NULL;

    for (unsigned level = 0; level <= r->depth; level++) {
        if (!(n = plan_add(p, level ? level - 1 : 0, 0)))
            return EXIT_USAGE;
        n->flags = uart;
        n->virtio = level ? slots : 0;
        n->repeat = level ? (uint32_t)r->fanout : 1;
        n->first = level + 1;
        n->children = level < r->depth;
        n->pool = level < r->depth ? r->pool : 0;
    }
    n->memory = r->memory;
    if (!copy(&n->image, r->image) || !copy(&n->bios, r->bios) || !copy(&n->kernel, r->kernel) ||
        !copy(&n->initrd, r->initrd) || !copy(&n->args, r->append))
        return complain("out of memory");
    return 0;
}

/* What the options say of all nodes. */
static void plan_defaults(struct plan *p, const struct run *r, uint32_t slots) {
    uint64_t now = r->clock ? (uint64_t)time(NULL) * 1000000000u : 0;

    for (unsigned i = 0; i < p->nodes; i++) {
        p->node[i].seed = p->node[i].seed ? p->node[i].seed : r->seed;
        p->node[i].epoch = p->node[i].epoch ? p->node[i].epoch : now;
    }
    p->node[0].virtio = slots;
}

static int make_plan(struct plan *p, const struct run *r) {
    uint32_t slots = (1u << (r->drives.count + r->rng)) - 1;
    int status;

    p->nucleus = r->nucleus;
    p->waits = r->clock == 1 || host_is_terminal(0); /* somebody sits there: time is not skipped */
    status = r->tree ? treefile_read(p, r->tree) : plan_options(p, r, slots);

    if (!status)
        status = plan_check(p, slots);
    if (!status)
        plan_defaults(p, r, slots);
    return status;
}

/* A file to write: "-" is standard error. 0, or EXIT_USAGE after a complaint. */
static int open_output(const char *option, const char *path, FILE **to) {
    *to = !path ? NULL : strcmp(path, "-") == 0 ? stderr : fopen(path, "w");
    if (path && !*to)
        return complain("run: --%s %s: %s; should be a file that can be written", option, path,
                        strerror(errno));
    return 0;
}

static int close_output(const char *path, FILE *f) {
    if (!f || f == stderr)
        return 0;
    bool bad = ferror(f) != 0;
    bad |= fclose(f) != 0;
    return bad ? complain("%s: cannot be written", path) : 0;
}

static int run(const struct run *r, struct boot *b, struct drives *d) {
    struct loop l = {.boot = b,
                     .drives = d,
                     .hash_at = r->hash_at,
                     .max = r->max,
                     .max_nodes = r->max_nodes,
                     .max_memory = r->max_memory,
                     .shake = r->shake,
                     .shake_every = r->shake_every,
                     .interpret = r->engine != 0,
                     .maps = r->maps,
                     .seed = r->seed,
                     .audit = r->audit,
                     .host_clock = r->clock != 0,
                     .rng = r->rng,
                     .judge = r->judge,
                     .sandbox = !r->no_sandbox};
    int status = open_output("stats", r->stats, &l.stats);

    if (!status)
        status = open_output("trace", r->trace, &l.trace);
    if (!status)
        status = open_output("dump-jit", r->dump_jit, &l.listing_file);
    if (!status)
        status = loop_run(&l);
    int bad = close_output(r->stats, l.stats) | close_output(r->trace, l.trace) |
              close_output(r->dump_jit, l.listing_file);
    return bad ? bad : status;
}

int cmd_run(int argc, char **argv) {
    struct run r = {.memory = 128u << 20, .fanout = 1, .max = UINT64_MAX, .seed = 1};
    struct option row[] = RUN_OPTIONS(&r);
    struct plan p = {0};
    struct boot b = {0};
    struct drives d = {.count = 0};
    int status = options_parse("run", row, argc, argv, &r.image, 1);

    if (status == -1) {
        options_free(row);
        return help(row);
    }
    if (!status)
        status = check_together(&r, row);
    if (!status)
        status = make_plan(&p, &r);
    if (!status)
        status = drives_open(&d, &r.drives);
    if (!status)
        status = boot_make(&b, &p);
    if (!status)
        status =
            r.dump_dtb ? boot_dump_tree(&b, r.tree ? 0 : p.nodes - 1, r.dump_dtb) : run(&r, &b, &d);
    boot_free(&b);
    drives_close(&d);
    plan_free(&p);
    options_free(row);
    return status;
}
