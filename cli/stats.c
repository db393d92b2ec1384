/* stats.c - see stats.h. */
#include "stats.h"
#include "../host/host.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What frond_each_node tells, kept to be sorted. */
struct entry {
    struct frond_name name;
    struct frond_stats s;
};

struct entries {
    struct entry *entry;
    size_t count, room;
    bool lost; /* for want of memory */
};

void name_print(FILE *to, struct frond_name n) {
    fputc('0', to);
    for (unsigned i = 0; i < n.depth; i++)
        fprintf(to, ".%" PRIu64, n.label[i]);
}

static void gather(void *opaque, struct frond_name n, const struct frond_stats *s) {
    struct entries *all = opaque;
    uint64_t *label = malloc((n.depth + 1) * sizeof *label);

    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        struct entry *more = realloc(all->entry, room * sizeof *more);
        if (more) {
            all->entry = more;
            all->room = room;
        }
    }
    if (!label || all->count == all->room) {
        free(label);
        all->lost = true;
        return;
    }
    if (n.depth)
        memcpy(label, n.label, n.depth * sizeof *label);
    all->entry[all->count++] = (struct entry){{label, n.depth}, *s};
}

/* A parent before its children, siblings by label. */
static int compare(const void *a, const void *b) {
    const struct frond_name *x = &((const struct entry *)a)->name;
    const struct frond_name *y = &((const struct entry *)b)->name;

    for (unsigned i = 0; i < x->depth && i < y->depth; i++)
        if (x->label[i] != y->label[i])
            return x->label[i] < y->label[i] ? -1 : 1;
    return x->depth < y->depth ? -1 : x->depth > y->depth;
}

static void write_named(FILE *to, const char *what, const char *const *name, const uint64_t *value,
                        unsigned count) {
    const char *comma = "";

    fprintf(to, ", \"%s\": {", what);
    for (unsigned i = 0; i < count; i++) {
        if (name[i]) {
            fprintf(to, "%s\"%s\": %" PRIu64, comma, name[i], value[i]);
            comma = ", ";
        }
    }
    fputc('}', to);
}

static void write_entry(FILE *to, const struct entry *e) {
    static const char *const exits[8] = {NULL,        "fault", "idle", "budget",
                                         "interrupt", "halt",  "bad"};
    static const char *const faults[10] = {NULL,   "load", "store", "amo", "fetch",
                                           "walk", "map",  "desc",  "dma"};
    static const char *const answers[3] = {"retry", "done", "deny"};

    fputs("    {\"label\": \"", to);
    name_print(to, e->name);
    fprintf(to,
            "\", \"depth\": %u, \"steps\": %" PRIu64 ", \"retired\": %" PRIu64
            ", \"clock\": %" PRIu64 ", \"enters\": %" PRIu64,
            e->name.depth, e->s.steps, e->s.retired, e->s.clock, e->s.enters);
    write_named(to, "exits", exits, e->s.exits, 8);
    write_named(to, "faults", faults, e->s.faults, 10);
    write_named(to, "answers", answers, e->s.answers, 3);
    fprintf(to, ", \"pages\": %" PRIu64 "}", e->s.pages);
}

static void write_cost(FILE *to, const struct frond *m) {
    struct frond_cost c;

    frond_cost(m, &c);
    fprintf(to,
            "  \"maps\": {\"asks\": %" PRIu64 ", \"refs\": %" PRIu64 ", \"regs\": %" PRIu64
            ", \"loads\": %" PRIu64 ", \"enters\": %" PRIu64 ", \"changes\": %" PRIu64
            ", \"emptied\": %" PRIu64 "},\n",
            c.asks, c.refs, c.regs, c.loads, c.enters, c.changes, c.emptied);
}

void stats_write(FILE *to, struct frond *m, uint64_t wall, int status) {
    static const char *const names[] = {"units", "insns", "bytes", "flushes", "ns"};
    struct frond_translated t = frond_translated(m);
    const uint64_t made[] = {t.units, t.insns, t.bytes, t.flushes, t.nanoseconds};
    struct entries all = {0};

    if (frond_each_node(m, gather, &all) != FROND_OK)
        all.lost = true;
    if (all.count)
        qsort(all.entry, all.count, sizeof *all.entry, compare);
    fprintf(to,
            "{\n  \"frond\": \"%s\",\n  \"status\": %d,\n  \"steps\": %" PRIu64
            ",\n  \"wall_ns\": %" PRIu64 ",\n  \"overhead_bytes\": %" PRIu64
            ",\n  \"resident_bytes\": %" PRIu64 ",\n  \"complete\": %s",
            frond_version(), status, frond_now(m), wall, frond_overhead(m), host_resident(),
            all.lost ? "false" : "true");
    write_named(to, "translated", names, made, 5);
    fputs(",\n", to);
    write_cost(to, m);
    fputs("  \"nodes\": [\n", to);
    for (size_t i = 0; i < all.count; i++) {
        write_entry(to, &all.entry[i]);
        fputs(i + 1 < all.count ? ",\n" : "\n", to);
    }
    fputs("  ]\n}\n", to);
    for (size_t i = 0; i < all.count; i++) {
        union {
            const uint64_t *in;
            void *out;
        } label = {.in = all.entry[i].name.label};
        free(label.out);
    }
    free(all.entry);
}
