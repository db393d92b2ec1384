/* run.c - frond run. */
#include "../dev/dev.h"
#include "../host/host.h"
#include "boot.h"
#include "cli.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *bios, *kernel, *initrd, *append, *image, *trace;
    uint64_t memory, seed, max, shake;
    unsigned depth, fanout;
    bool audit, host_clock, console_pass;
    uint64_t *hash_at;
    unsigned hashes;
};

static bool number(const char *s, uint64_t *out)
{
    char *end;

    *out = strtoull(s, &end, 0);
    switch (*end) {
    case 'K': case 'k': *out <<= 10; end++; break;
    case 'M': case 'm': *out <<= 20; end++; break;
    case 'G': case 'g': *out <<= 30; end++; break;
    }
    return end != s && *end == 0 && *s != '-';
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static bool numbers(struct options *o, char *list)
{
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        uint64_t *more = realloc(o->hash_at, (o->hashes + 1) * sizeof *more);
        if (!more || !number(word, &more[o->hashes])) {
            o->hash_at = more;
            return false;
        }
        o->hash_at = more;
        o->hashes++;
    }
    qsort(o->hash_at, o->hashes, sizeof *o->hash_at, compare);
    return true;
}

enum { BIOS = 256, KERNEL, INITRD, APPEND, MEMORY, DEPTH, FANOUT, CLOCK, SEED, MAX, AUDIT, SHAKE,
       HASH_AT, TRACE, CONSOLE };

static const struct option longs[] = {
    {"bios", 1, 0, BIOS},       {"kernel", 1, 0, KERNEL}, {"initrd", 1, 0, INITRD},
    {"append", 1, 0, APPEND},   {"memory", 1, 0, MEMORY}, {"depth", 1, 0, DEPTH},
    {"fanout", 1, 0, FANOUT},   {"clock", 1, 0, CLOCK},   {"seed", 1, 0, SEED},
    {"max-insns", 1, 0, MAX},   {"audit", 0, 0, AUDIT},   {"shake", 1, 0, SHAKE},
    {"hash-at", 1, 0, HASH_AT}, {"trace", 1, 0, TRACE},   {"console", 1, 0, CONSOLE}, {0, 0, 0, 0},
};

static int parse(int argc, char **argv, struct options *o)
{
    uint64_t n;
    int c;

    *o = (struct options){.memory = 256u << 20, .max = UINT64_MAX, .fanout = 1};
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        bool ok = true;
        switch (c) {
        case BIOS: o->bios = optarg; break;
        case KERNEL: o->kernel = optarg; break;
        case INITRD: o->initrd = optarg; break;
        case APPEND: o->append = optarg; break;
        case MEMORY: ok = number(optarg, &o->memory) && o->memory % 4096 == 0; break;
        case DEPTH: ok = number(optarg, &n) && n < 4000; o->depth = (unsigned)n; break;
        case FANOUT: ok = number(optarg, &n) && n > 0 && n < 65536; o->fanout = (unsigned)n; break;
        case SEED: ok = number(optarg, &o->seed); break;
        case MAX: ok = number(optarg, &o->max); break;
        case AUDIT: o->audit = true; break;
        case SHAKE: ok = number(optarg, &o->shake) && o->shake != 0; break;
        case HASH_AT: ok = numbers(o, optarg); break;
        case TRACE: o->trace = optarg; break;
        case CLOCK: o->host_clock = strcmp(optarg, "host") == 0; break;
        case CONSOLE: o->console_pass = strcmp(optarg, "pass") == 0; break;
        default: return 2;
        }
        if (!ok)
            return complain("run: bad value '%s'", optarg);
    }
    if (optind + 1 < argc)
        return complain("run: one image only, not '%s'", argv[optind + 1]);
    o->image = argv[optind];
    if (!o->image && !o->bios && !o->kernel)
        return complain("run: nothing to run: give an IMAGE, or --bios and --kernel");
    return 0;
}

/* The payload at the bottom of the tree. */
static int payload(struct boot *b, const struct options *o)
{
    const char *first = o->bios ? o->bios : o->image ? o->image : o->kernel;
    int p = boot_image(b, first);

    if (p >= 0 && o->bios && o->kernel && boot_piece(b, o->kernel, IMAGE_KERNEL) < 0)
        return -1;
    if (p >= 0 && o->initrd && boot_piece(b, o->initrd, IMAGE_INITRD) < 0)
        return -1;
    return p;
}

static int describe(struct boot *b, const struct options *o)
{
    int nucleus = boot_nucleus(b), leaf = payload(b, o);
    int args = boot_text(b, o->append ? o->append : "");

    if (nucleus < 0 || leaf < 0 || args < 0)
        return 2;
    for (unsigned level = 0; level < o->depth; level++) {
        struct image_node *n = boot_node(b, (uint32_t)nucleus);
        if (!n)
            return 2;
        n->first = level + 1;
        n->children = 1;
        n->flags = IMAGE_UART | IMAGE_UART_PASS;
        n->repeat = level ? o->fanout : 1;
        n->seed = o->seed;
    }
    struct image_node *n = boot_node(b, (uint32_t)leaf);
    if (!n)
        return 2;
    n->memory = o->memory;
    n->args = (uint32_t)args;
    n->seed = o->seed;
    n->repeat = o->depth ? o->fanout : 1;
    n->flags = IMAGE_UART | IMAGE_UART_PASS;
    return boot_archive(b);
}

static void print_name(FILE *to, struct frond_name n)
{
    fputc('0', to);
    for (unsigned i = 0; i < n.depth; i++)
        fprintf(to, ".%" PRIu64, n.label[i]);
}

static void print_hash(void *opaque, struct frond *m, struct frond_name n, uint64_t at)
{
    uint64_t hash, holes;

    (void)opaque;
    if (frond_hash(m, n, &hash, &holes))
        return;
    fputs("hash ", stderr);
    print_name(stderr, n);
    fprintf(stderr, " %" PRIu64 " %016" PRIx64 " holes %" PRIu64 "\n", at, hash, holes);
}

static void leave(void *opaque) { frond_stop(opaque); }

static void print_event(void *opaque, const char *text) { fprintf(opaque, "%s\n", text); }

/* Node 0 idles: skip the time, or wait for input. False: nothing can ever wake it. */
static bool idle(struct frond *m, struct host_console *c)
{
    struct frond_desc *d = frond_desc(m);

    if (frond_poll(m))
        return true;
    if (d->deadline != UINT64_MAX) {
        d->clock = d->deadline;
        return true;
    }
    if (c->input_ended)
        return false;
    host_wait(0, 1000000000);
    return true;
}

static int run(struct frond *m, const struct options *o, struct host_console *c)
{
    struct frond_desc *d = frond_desc(m);
    uint64_t code;

    d->budget = o->max;
    for (;;) {
        enum frond_status s = frond_enter(m);
        if (frond_htif(m, &code))
            return (int)(code > 255 ? 255 : code);
        if (s == FROND_STOPPED)
            return complain("stopped");
        if (s != FROND_OK)
            return complain("%s", frond_error(m));
        switch (d->exit.reason) {
        case FROND_EXIT_HALT:
            return (int)(d->exit.value & 255);
        case FROND_EXIT_IDLE:
            if (!idle(m, c))
                return complain("the machine waits for an interrupt that cannot come");
            break;
        case FROND_EXIT_BUDGET:
            return complain("--max-insns reached: %" PRIu64 " steps", d->clock);
        default:
            return complain("node 0 was left: reason %u", d->exit.reason);
        }
    }
}

int cmd_run(int argc, char **argv)
{
    static struct boot b;
    struct options o;
    struct host_console c = {0};
    struct dev_char chr;
    struct frond_options fo;
    int status = parse(argc, argv, &o);

    if (status)
        return status;
    boot_init(&b);
    if (describe(&b, &o))
        return 2;
    frond_options_default(&fo);
    fo.memory = boot_memory(&b);
    fo.extra = boot_extra(&b);
    fo.shake = o.shake;
    fo.audit = o.audit;
    struct frond *m = frond_new(&fo);
    if (!m)
        return complain("no memory for a machine of %" PRIu64 " bytes", fo.memory + fo.extra);
    c.leave = leave;
    c.opaque = m;
    host_console(&c, &chr);
    c.terminal = host_raw(true);
    FILE *trace = o.trace ? fopen(o.trace, "w") : NULL;
    if (trace)
        frond_on_event(m, print_event, trace);
    if (o.hashes)
        frond_on_step(m, o.hash_at, o.hashes, print_hash, NULL);
    if (frond_attach_uart(m, &chr) || boot_start(&b, m))
        status = 2;
    else
        status = run(m, &o, &c);
    if (c.terminal)
        host_raw(false);
    if (trace)
        fclose(trace);
    frond_free(m);
    boot_free(&b);
    free(o.hash_at);
    return status;
}
