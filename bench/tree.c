/*
 * tree.c - trees of many nodes: what each node costs the host.
 *
 * usage: tree FOLDER NAME: FOLDER holds the guest programs as raw images; NAME is a row below.
 *
 * Every leaf computes its checksum, prints it through the consoles of all nuclei above it, and sleeps
 * for ever; when all do, every node of the tree is alive and idle, and the host's memory is looked at:
 * what is resident besides the guests' own RAM, divided by the number of nodes. A leaf that is
 * missing, or whose checksum is not the one computed here, is an error.
 */
#include "../dev/dev.h"
#include "../machine/image.h"
#include "../machine/machine.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { NODES = 16, SALTS = 4, NUCLEUS = 0, LEAF = 1, KB = 1 << 10 };

struct row {
    const char *name;
    struct image_node node[NODES];
};

static const char *const text[] = {"", "sleep=1 salt=1", "sleep=1 salt=2", "sleep=1 salt=3",
                                   "sleep=1 salt=4"};

/* A nucleus with `n` records from `at` on; a leaf with a salt. The nuclei are one copy of the bytes. */
#define N(times, at, n)                                                                            \
    { .repeat = times, .first = at, .children = n, .flags = IMAGE_UART | IMAGE_SHARE }
#define L(times, salt)                                                                             \
    {                                                                                              \
        .payload = LEAF, .repeat = times, .args = salt, .memory = 64 * KB,                         \
        .flags = IMAGE_UART | IMAGE_SHARE                                                          \
    }

/* ten-thousand: 20 x 10 nuclei of 48 leaves, and a chain of nine levels with 200 leaves at its end. */
static const struct row row[] = {
    {"31", {N(1, 1, 1), N(2, 2, 1), N(2, 3, 1), N(2, 4, 2), L(1, 1), L(1, 2)}},
    {"ten-thousand",
     {N(1, 1, 2), N(20, 3, 1), N(1, 5, 1), N(10, 4, 1), L(48, 1), N(1, 6, 1), N(1, 7, 1),
      N(1, 8, 1), N(1, 9, 1), N(1, 10, 1), N(1, 11, 1), N(1, 12, 3), L(70, 2), L(70, 3), L(60, 4)}},
};

/* ---- What the leaves must say --------------------------------------------------------------------- */

static struct {
    char line[512];
    unsigned at;
    uint64_t want[SALTS + 1];
    uint64_t lines[SALTS + 1], odd;
} heard;

static uint64_t leaf_sum(uint64_t a) {
    uint64_t sum = 0;
    for (int i = 0; i < 1000; i++) {
        a ^= a << 13;
        a ^= a >> 7;
        a ^= a << 17;
        sum += a;
    }
    return sum;
}

static void hear_line(const char *line) {
    const char *at = strstr(line, "leaf ");
    uint64_t sum = at ? strtoull(at + 5, NULL, 16) : 0;
    for (unsigned s = 1; s <= SALTS; s++) {
        if (at && sum == heard.want[s]) {
            heard.lines[s]++;
            return;
        }
    }
    if (heard.odd++ < 5)
        fprintf(stderr, "tree: a leaf says: %s\n", line);
}

static void hear(void *opaque, const uint8_t *buf, size_t n) {
    (void)opaque;
    for (size_t i = 0; i < n; i++) {
        bool end = buf[i] == '\n';
        heard.line[heard.at] = end ? 0 : (char)buf[i];
        heard.at += heard.at < sizeof heard.line - 1;
        if (end) {
            hear_line(heard.line);
            heard.at = 0;
        }
    }
}

static long no_input(void *opaque, uint8_t *buf, size_t n) {
    (void)opaque, (void)buf, (void)n;
    return 0;
}

/* ---- The tree -------------------------------------------------------------------------------------- */

struct shape {
    uint64_t nodes, leaves[SALTS + 1], depth;
};

static void measure(const struct row *r, unsigned record, uint64_t times, uint64_t depth,
                    struct shape *s) {
    const struct image_node *n = &r->node[record];
    uint64_t here = times * n->repeat;
    s->nodes += here;
    s->depth = depth > s->depth ? depth : s->depth;
    if (n->payload == LEAF)
        s->leaves[n->args] += here;
    for (uint32_t i = 0; i < n->children; i++)
        measure(r, n->first + i, here, depth + 1, s);
}

static void *read_file(const char *folder, const char *name, size_t *size) {
    char path[512];
    FILE *f;
    void *p;
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) {
        perror(path);
        exit(2);
    }
    *size = (size_t)ftell(f);
    rewind(f);
    p = malloc(*size);
    if (!p || fread(p, 1, *size, f) != *size)
        exit(2);
    fclose(f);
    return p;
}

static struct image *archive_of(const struct row *r, const char *folder) {
    struct image_node node[NODES];
    struct image_payload payload[2] = {{FROND_RAM_BASE, 0, 1}, {FROND_RAM_BASE, 1, 1}};
    struct image_piece piece[2];
    const void *data[2];
    struct image_source s = {.node = node,
                             .payload = payload,
                             .piece = piece,
                             .data = data,
                             .text = text,
                             .payloads = 2,
                             .pieces = 2,
                             .texts = SALTS + 1};
    for (unsigned i = 0; i < 2; i++) {
        size_t n;
        data[i] = read_file(folder, i ? "leaf" : "nucleus", &n);
        piece[i] = (struct image_piece){.at = FROND_RAM_BASE, .size = n};
    }
    for (; s.nodes < NODES && r->node[s.nodes].repeat != 0; s.nodes++) {
        node[s.nodes] = r->node[s.nodes];
        node[s.nodes].weight = 1;
    }
    size_t size = image_write(NULL, 0, &s);
    struct image *a = aligned_alloc(FROND_PAGE_SIZE, size ? size : FROND_PAGE_SIZE);
    if (!a || size == 0 || image_write(a, size, &s) == 0) {
        fprintf(stderr, "tree: the archive cannot be written\n");
        exit(2);
    }
    free((void *)(uintptr_t)data[0]);
    free((void *)(uintptr_t)data[1]);
    return a;
}

/* Record 0 into node 0. */
static bool start(struct frond *m, const struct image *a, uint64_t ram) {
    static uint64_t tree[2048];
    const struct image_piece *e = image_piece(a, 0);
    struct image_boot b;
    bool ok = image_boot(a, 0, ram, &b) && fdt_write(tree, sizeof tree, &b.tree) == b.dtb_size &&
              !frond_load(m, b.dtb, tree, b.dtb_size) &&
              !frond_map(m, b.tree.archive, a->size, FROND_R | FROND_X) &&
              !frond_load(m, b.tree.archive, a, a->size) &&
              !frond_load(m, image_piece_at(e, &b), image_data(a, e), e->size);
    frond_desc(m)->pc = b.pc;
    frond_desc(m)->x[11] = b.dtb;
    return ok;
}

/* ---- Memory ---------------------------------------------------------------------------------------- */

static uint64_t resident(void) {
    unsigned long size, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%lu %lu", &size, &pages) != 2)
        exit(2);
    fclose(f);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Of node 0's RAM, in which all others' lies. */
static uint64_t resident_ram(const struct frond *m) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = (m->arena + page - 1) / page;
    unsigned char *in = malloc(n);
    uint64_t sum = 0;
    if (!in || mincore(m->ram, m->arena, in))
        exit(2);
    for (size_t i = 0; i < n; i++)
        sum += in[i] & 1 ? page : 0;
    free(in);
    return sum;
}

struct seen {
    uint64_t nodes, least, deepest;
};

static void look(void *opaque, struct frond_name n, const struct frond_stats *s) {
    struct seen *seen = opaque;
    seen->nodes++;
    seen->deepest = n.depth > seen->deepest ? n.depth : seen->deepest;
    seen->least = s->retired < seen->least ? s->retired : seen->least;
}

static void report(struct frond *m, const struct shape *s, uint64_t before, double seconds) {
    struct seen seen = {.least = UINT64_MAX};
    uint64_t all = resident(), ram = resident_ram(m), engine = all - ram - before;
    frond_each_node(m, look, &seen);
    printf("nodes %" PRIu64 " (%" PRIu64 " known), %" PRIu64 " deep; each retired %" PRIu64
           " instructions or more; %" PRIu64 " steps in %.2f s of CPU time\n",
           s->nodes, seen.nodes, s->depth, seen.least, frond_now(m), seconds);
    printf("resident: %" PRIu64 " KiB in all; %" PRIu64 " KiB of it guests' RAM, %" PRIu64
           " KiB this program before\n",
           all / KB, ram / KB, before / KB);
    printf("a node: %.1f KiB of its own RAM resident, %.1f KiB of the engine's (frond_overhead: "
           "%.1f)\n",
           (double)ram / KB / (double)s->nodes, (double)engine / KB / (double)s->nodes,
           (double)frond_overhead(m) / KB / (double)s->nodes);
}

/* Until all sleep. */
static bool run(struct frond *m) {
    for (;;) {
        struct frond_desc *d = frond_desc(m);
        enum frond_status s = frond_enter(m);
        if (s != FROND_OK || d->exit.reason != FROND_EXIT_IDLE) {
            fprintf(stderr, "tree: %s, exit %u value %" PRIu64 "\n", frond_error(m), d->exit.reason,
                    d->exit.value);
            return false;
        }
        if (d->deadline == UINT64_MAX)
            return true;
        d->clock = d->deadline;
    }
}

static bool bench(const struct row *r, const char *folder) {
    struct image *a = archive_of(r, folder);
    struct dev_char chr = {NULL, no_input, hear};
    struct frond_options o;
    struct shape s = {0};
    uint64_t before = resident();
    bool ok;
    measure(r, 0, 1, 0, &s);
    for (unsigned i = 1; i <= SALTS; i++)
        heard.want[i] = leaf_sum(i);
    frond_options_default(&o);
    o.memory = image_node(a, 0)->need;
    o.extra = a->size;
    clock_t from = clock();
    struct frond *m = frond_new(&o);
    if (!m || frond_attach_uart(m, &chr) || !start(m, a, o.memory)) {
        fprintf(stderr, "tree: cannot start: %s\n", m ? frond_error(m) : "no memory");
        return false;
    }
    ok = run(m) && heard.odd == 0;
    for (unsigned i = 1; i <= SALTS; i++) {
        printf("salt %u: %" PRIu64 " leaves, %" PRIu64 " checksums %016" PRIx64 "\n", i,
               s.leaves[i], heard.lines[i], heard.want[i]);
        ok = ok && heard.lines[i] == s.leaves[i];
    }
    report(m, &s, before, (double)(clock() - from) / CLOCKS_PER_SEC);
    if (!ok)
        fprintf(stderr, "tree: not all leaves said what they should\n");
    frond_free(m);
    free(a);
    return ok;
}

int main(int argc, char **argv) {
    for (unsigned i = 0; argc == 3 && i < sizeof row / sizeof row[0]; i++)
        if (strcmp(argv[2], row[i].name) == 0)
            return bench(&row[i], argv[1]) ? 0 : 1;
    fputs("usage: tree FOLDER 31|ten-thousand\n", stderr);
    return 2;
}
