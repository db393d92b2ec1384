/* loop.c - see loop.h. */
#include "loop.h"
#include "../check/observe.h"
#include "../host/sandbox.h"
#include "cli.h"
#include "stats.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SLICE = 2000000 }; /* steps between two looks at the host's clock */

/* What a signal handler may reach. */
static struct frond *running;
static volatile int caught;

static void stop(int signal) {
    caught = signal;
    if (running)
        frond_stop(running);
}

/* ---- Watching -------------------------------------------------------------------------------------- */

static void print_hash(void *opaque, struct frond *m, struct frond_name n, uint64_t at) {
    struct loop *l = opaque;
    uint64_t hash, holes;

    console_clear(&l->console);
    if (frond_hash(m, n, &hash, &holes)) {
        note("hash of a node at step %" PRIu64 ": %s", at, frond_error(m));
        return;
    }
    l->reached = at > l->reached ? at : l->reached;
    fputs("hash ", stderr);
    name_print(stderr, n);
    fprintf(stderr, " %" PRIu64 " %016" PRIx64 " holes %" PRIu64 "\n", at, hash, holes);
}

static void print_event(void *opaque, const char *text) { fprintf(opaque, "%s\n", text); }

/* ---- Time ------------------------------------------------------------------------------------------- */

/* Waits for input, at most ns. True: some has come. */
static bool wait_input(struct loop *l, struct frond *m, uint64_t ns) {
    bool can = !l->console.ended && l->console.typed_count < sizeof l->console.typed;

    host_wait(can ? 0 : -1, ns);
    console_pump(&l->console);
    return frond_poll(m);
}

/* Node 0's clock, never back: where its steps were faster than a nanosecond each, the host's catches up. */
static void follow_host(struct loop *l, struct frond *m, uint64_t start) {
    const uint64_t ahead = 1000000;
    struct frond_desc *d = frond_desc(m);
    uint64_t now = host_now() - start;

    if (now > d->clock)
        d->clock = now;
    else if (d->clock - now > ahead)
        wait_input(l, m, d->clock - now);
}

/* Node 0 idles: time goes on to its deadline, or input comes. False: nothing can wake it. */
static bool idle(struct loop *l, struct frond *m) {
    const uint64_t most = 1000000000;
    struct frond_desc *d = frond_desc(m);
    uint64_t left = d->deadline > d->clock ? d->deadline - d->clock : 0;

    console_clear(&l->console);
    console_pump(&l->console);
    if (frond_poll(m))
        return true;
    if (d->deadline == UINT64_MAX) {
        wait_input(l, m, l->console.ended ? 0 : most);
        return !l->console.ended;
    }
    if (l->host_clock || console_interactive(&l->console)) {
        if (wait_input(l, m, left < most ? left : most) || l->host_clock)
            return true;
        left = left < most ? left : most; /* sat through: the machine's time has passed, too */
    }
    d->clock += left;
    return true;
}

/* ---- Exits ------------------------------------------------------------------------------------------- */

static int guest_status(uint64_t code) { return code > 255 ? 255 : (int)code; }

static int stopped(const struct loop *l) {
    if (l->console.left) {
        note("left by Ctrl-A x");
        return 0;
    }
    note("stopped by signal %d", caught);
    return 128 + caught;
}

static int stuck(void) {
    note("node 0 waits for an interrupt that cannot come: no timer is set and input has ended");
    return EXIT_MACHINE;
}

/* Until node 0 ends. -1: it asks to be reset. */
static int enter_all(struct loop *l, struct frond *m, uint64_t start) {
    struct frond_desc *d = frond_desc(m);
    uint64_t code;

    for (;;) {
        uint64_t left = l->max - frond_now(m);
        d->budget = l->host_clock && left > SLICE ? SLICE : left;
        if (l->host_clock)
            follow_host(l, m, start);
        enum frond_status s = caught || l->console.left ? FROND_STOPPED : frond_enter(m);
        if (frond_htif(m, &code))
            return guest_status(code);
        if (s == FROND_STOPPED)
            return stopped(l);
        if (s != FROND_OK) {
            note("%s", frond_error(m));
            return s == FROND_E_LIMIT ? EXIT_LIMIT : EXIT_MACHINE;
        }
        if (d->exit.reason == FROND_EXIT_HALT)
            return d->exit.kind == FROND_HALT_RESET ? -1 : guest_status(d->exit.value);
        if (d->exit.reason == FROND_EXIT_IDLE && !idle(l, m))
            return stuck();
        if (d->exit.reason == FROND_EXIT_BUDGET && frond_now(m) >= l->max) {
            note("--max-insns: %" PRIu64 " steps were made", frond_now(m));
            return EXIT_LIMIT;
        }
    }
}

/* ---- The machine -------------------------------------------------------------------------------------- */

static struct frond *make(struct loop *l) {
    struct frond_options o;

    frond_options_default(&o);
    o.memory = boot_memory(l->boot);
    o.extra = boot_extra(l->boot);
    o.shake = l->shake;
    o.shake_every = (uint32_t)l->shake_every;
    o.interpret = l->code == NULL;
    o.code = l->code;
    o.maps = (enum frond_maps)l->maps;
    o.audit = l->audit;
    o.nodes = l->max_nodes;
    o.overhead = l->max_memory;
    struct frond *m = frond_new(&o);
    if (!m) {
        complain("no host memory for a machine of %" PRIu64 "K%s; --memory takes less",
                 (o.memory + o.extra) >> 10,
                 l->max_memory ? ", or what it takes besides is more than --max-memory" : "");
        return NULL;
    }
    if ((image_node(l->boot->archive, 0)->flags & IMAGE_UART) &&
        frond_attach_uart(m, &l->console.chr))
        complain("%s", frond_error(m));
    else if (l->rng && frond_attach_rng(m, l->drives->count, l->seed))
        complain("%s", frond_error(m));
    else if (!drives_attach(l->drives, m) && !boot_start(l->boot, m))
        return m;
    frond_free(m);
    return NULL;
}

static void watch(struct loop *l, struct frond *m) {
    if (l->trace && !l->judge)
        frond_on_event(m, print_event, l->trace);
    if (l->listing)
        frond_on_unit(m, listing_unit, l->listing);
    if (l->hash_at.count)
        frond_on_step(m, l->hash_at.number, l->hash_at.count, print_hash, l);
}

/* Whether the model allows all that a machine has done, which has come to `status`; the status then. */
static int judged(struct observer *judge, int status) {
    if (!judge || observe_end(judge))
        return status;
    note("forbidden: %s", observe_why(judge));
    return EXIT_MACHINE;
}

/* One machine, up to its end or reset. *epoch: RTC at its start, then at its end. */
static int one_life(struct loop *l, uint64_t begun, uint64_t *passed) {
    struct frond *m = make(l);
    int status;

    if (!m)
        return EXIT_USAGE;
    struct observer *judge = l->judge ? observe_begin(m, l->trace) : NULL;
    if (l->judge && !judge) {
        frond_free(m);
        return complain("no host memory for the model; without --judge there may be enough");
    }
    watch(l, m);
    frond_desc(m)->epoch += *passed;
    running = m;
    console_serve(&l->console, m);
    status = judged(judge, enter_all(l, m, begun + *passed));
    running = NULL;
    console_serve(&l->console, NULL);
    console_clear(&l->console);
    *passed += frond_desc(m)->clock;
    l->max -= frond_now(m);
    if (status >= 0 && l->stats)
        stats_write(l->stats, m, host_now() - begun, status);
    frond_free(m);
    observe_free(judge);
    return status;
}

/* Bytes by which the process may grow: the machine, what --max-memory grants, all that cow drives may
 * keep, and room for the C library. 0: any. */
static uint64_t room_for(const struct loop *l) {
    const uint64_t library = 64u << 20;
    uint64_t room = boot_memory(l->boot) + boot_extra(l->boot) + l->max_memory + library;

    for (unsigned i = 0; i < l->drives->count; i++)
        if (l->drives->drive[i].cow)
            room += 2 * l->drives->drive[i].file.size;
    return l->max_memory ? room : 0;
}

/* Everything is open: from here on the process computes, and no more. 0, or the exit status. */
static int shut_in(const struct loop *l) {
    int keep[FROND_VIRTIO_SLOTS + 3];
    struct sandbox s = {.keep = keep, .room = room_for(l)};
    const char *what;

    for (unsigned i = 0; i < l->drives->count; i++)
        keep[s.kept++] = l->drives->drive[i].disk.fd;
    if (l->trace)
        keep[s.kept++] = fileno(l->trace);
    if (l->stats)
        keep[s.kept++] = fileno(l->stats);
    if (l->listing_file)
        keep[s.kept++] = fileno(l->listing_file);
    if (sandbox_enter(&s, &what) == 0)
        return 0;
    note("sandbox: %s: %s; --no-sandbox runs without it", what, strerror(errno));
    return EXIT_MACHINE;
}

int loop_run(struct loop *l) {
    uint64_t passed = 0, begun = host_now();
    int status = 0;

    caught = 0;
    if (l->listing_file && (l->listing = listing_begin(l->listing_file)) == NULL)
        return complain("run: --dump-jit: capstone does not know x86-64 here; leave it out");
    l->code = l->interpret ? NULL : frond_code_new();
    host_on_signal(stop);
    console_open(&l->console);
    if (l->sandbox)
        status = shut_in(l);
    if (!status)
        do
            status = one_life(l, begun, &passed);
        while (status < 0);
    console_close(&l->console);
    frond_code_free(l->code);
    listing_end(l->listing);
    for (unsigned i = 0; i < l->hash_at.count; i++)
        if (l->hash_at.number[i] > l->reached)
            note("--hash-at %" PRIu64 ": no node made so many steps", l->hash_at.number[i]);
    return status;
}
