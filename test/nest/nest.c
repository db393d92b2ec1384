/*
 * nest.c - trees of nuclei, each a row: records in, console text and exit code out.
 *
 * usage: nest FOLDER [ROW | --linux DIR]: FOLDER holds the guest programs as raw images, DIR what
 * guest/linux/fetch.sh left, for the rows with Linux. Each row but these runs with the audit
 * on, and again with caches dropped and the path re-entered at random steps: the text must stay.
 */
#include "../../dev/dev.h"
#include "../../machine/image.h"
#include "../replay/follow.h"
#include "frond.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MB = 1 << 20, KB = 1 << 10, NODES = 12, TEXT = 1 << 20 };
enum { NUCLEUS, LEAF, HASHME, TROUBLE, EXITS, CLONE, MODES, UVMM, PROGRAMS, LINUX = PROGRAMS };
enum { OWN = IMAGE_UART, PASS = IMAGE_UART | IMAGE_UART_PASS, SHARE = IMAGE_SHARE, PAGED = IMAGE_PAGED };

static const char *const program[PROGRAMS] = {"nucleus", "leaf",  "hashme", "trouble",
                                                "exits",   "clone", "modes",  "uvmm"};

static const char *const text[] = {
    "",     "do=1", "do=2", "do=3",   "do=4",     "do=6", "do=7",
    "do=8", "do=9", "salt=2", "rounds=1", "do=5", "console=ttyS0 cryptomgr.notests frond.test=disk,ext4,rng",
};
enum { NO_TEXT, DO1, DO2, DO3, DO4, DO6, DO7, DO8, DO9, SALT2, ROUNDS1, DO5, DEVICES, TEXTS };

#define LEAF_LINE    "leaf 0983322b220c28f0\n"
#define HASHME_LINES "hashme: round 0 f99eb01b34a17958\n"

/* want: the output holds each text at least so often. */
struct row {
    const char *name;
    struct image_node node[NODES];
    struct {
        const char *text;
        unsigned times;
    } want[6];
    int code; /* -1: the machine sleeps */
    const char *input;
    bool large; /* once only, without the audit */
};

/* need: not 0, the record is there. repeat and weight: 0 stands for 1. */
#define N(p, f, ...) {.need = 1, .payload = p, .flags = f, __VA_ARGS__}
#define KIDS(at, n)  .first = at, .children = n
#define ONE(at)      N(NUCLEUS, PASS, KIDS(at, 1))

static const struct row row[] = {
    {"a leaf, its console handed down",
     {N(NUCLEUS, PASS, KIDS(1, 1)), N(LEAF, PASS, .memory = MB)},
     {{LEAF_LINE, 1}}, 0, NULL, false},
    {"a leaf, its console played",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(LEAF, OWN, .memory = MB)},
     {{"[1] " LEAF_LINE, 1}}, 0, NULL, false},
    {"labels level by level",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(NUCLEUS, OWN, KIDS(2, 1)), N(LEAF, OWN, .memory = MB, .repeat = 2)},
     {{"[1] [1] " LEAF_LINE, 1}, {"[1] [2] " LEAF_LINE, 1}}, 0, NULL, false},
    {"no console at all",
     {N(NUCLEUS, 0, KIDS(1, 1)), N(TROUBLE, 0, .memory = MB, .args = DO1)},
     {{"", 0}}, 7, NULL, false},
    {"small leaves",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(NUCLEUS, OWN, KIDS(2, 1), .repeat = 4),
      N(LEAF, OWN, .memory = 64 * KB, .repeat = 25)},
     {{LEAF_LINE, 100}, {"[4] [25] leaf", 1}}, 0, NULL, false},
    {"three siblings in turns, by weight",
     {N(NUCLEUS, OWN, KIDS(1, 3), .budget = 5000), N(HASHME, OWN, .memory = MB, .args = ROUNDS1),
      N(HASHME, OWN, .memory = MB, .args = ROUNDS1, .weight = 3), N(LEAF, OWN, .memory = MB, .args = SALT2)},
     {{"[1] " HASHME_LINES, 1}, {"[2] " HASHME_LINES, 1}, {"[3] leaf", 1}}, 0, NULL, false},
    {"slices of one step",
     {N(NUCLEUS, OWN, KIDS(1, 1), .budget = 1), N(LEAF, OWN, .memory = MB, .repeat = 2)},
     {{LEAF_LINE, 2}}, 0, NULL, false},
    {"RAM by weight",
     {N(NUCLEUS, OWN, KIDS(1, 2), .memory = 4 * MB), N(LEAF, OWN, .weight = 3), N(LEAF, OWN, .memory = 0)},
     {{LEAF_LINE, 2}}, 0, NULL, false},
    {"timers of two idlers beside a spinner that ends",
     {N(NUCLEUS, OWN, KIDS(1, 2)), N(TROUBLE, OWN, .memory = MB, .args = DO4, .repeat = 2),
      N(HASHME, OWN, .memory = MB, .args = ROUNDS1)},
     {{"[1] trouble: timer 5", 1}, {"[2] trouble: timer 5", 1}, {"[3] " HASHME_LINES, 1}}, 0, NULL, false},
    {"payload shared, copied when written",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(HASHME, OWN | SHARE, .memory = MB, .args = ROUNDS1, .repeat = 3)},
     {{HASHME_LINES, 3}}, 0, NULL, false},
    {"a nucleus shared",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(NUCLEUS, OWN | SHARE, KIDS(2, 1), .repeat = 2),
      N(LEAF, OWN | SHARE, .memory = MB, .repeat = 2)},
     {{LEAF_LINE, 4}}, 0, NULL, false},
    {"paged from a pool of 24 frames",
     {N(NUCLEUS, OWN, KIDS(1, 1), .pool = 24 * 4 * KB),
      N(HASHME, OWN | PAGED, .memory = MB, .args = ROUNDS1, .repeat = 2)},
     {{HASHME_LINES, 2}}, 0, NULL, false},
    {"a paged nucleus, its tables and descriptors among the pages",
     {N(NUCLEUS, OWN, KIDS(1, 1), .pool = 24 * 4 * KB), N(NUCLEUS, OWN | PAGED, KIDS(2, 1)),
      N(HASHME, OWN, .memory = 512 * KB, .args = ROUNDS1, .repeat = 2)},
     {{HASHME_LINES, 2}}, 0, NULL, false},
    {"paged below paged",
     {N(NUCLEUS, OWN, KIDS(1, 1), .pool = 64 * 4 * KB),
      N(NUCLEUS, OWN | PAGED, KIDS(2, 1), .pool = 16 * 4 * KB),
      N(HASHME, OWN | PAGED, .memory = 512 * KB, .args = ROUNDS1)},
     {{HASHME_LINES, 1}}, 0, NULL, false},
    {"a child ends with a code, another goes on",
     {N(NUCLEUS, OWN, KIDS(1, 2)), N(TROUBLE, OWN, .memory = MB, .args = DO1), N(LEAF, OWN, .memory = MB)},
     {{"[1] ended with code 7", 1}, {"[2] " LEAF_LINE, 1}}, 7, NULL, false},
    {"a child faults for ever, another goes on",
     {N(NUCLEUS, OWN, KIDS(1, 2)), N(TROUBLE, OWN, .memory = MB, .args = DO2), N(LEAF, OWN, .memory = MB)},
     {{"[1] faults for ever", 1}, {"[2] " LEAF_LINE, 1}}, 255, NULL, false},
    {"a child resets itself, another goes on",
     {N(NUCLEUS, OWN, KIDS(1, 2)), N(TROUBLE, OWN, .memory = MB, .args = DO3), N(HASHME, OWN, .memory = MB, .args = ROUNDS1)},
     {{"[1] trouble: after the reset", 1}, {"[2] " HASHME_LINES, 1}}, 0, NULL, false},
    {"a nucleus whose child resets itself",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(NUCLEUS, OWN, KIDS(2, 1)), N(TROUBLE, OWN | SHARE, .memory = MB, .args = DO3)},
     {{"[1] [1] trouble: after the reset", 1}}, 0, NULL, false},
    {"what is no device faults, played or not",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(TROUBLE, OWN, .memory = MB, .args = DO7)},
     {{"[1] trouble: probed 7f12e2d52a30b8b5", 1}}, 0, NULL, false},
    {"a child with a bad table of its own",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(TROUBLE, OWN, .memory = MB, .args = DO9)},
     {{"[1] trouble: status 0 reason 6 kind 2 value 1", 1}}, 0, NULL, false},
    {"input through two played consoles",
     {N(NUCLEUS, OWN, KIDS(1, 1)), N(NUCLEUS, OWN, KIDS(2, 1)), N(TROUBLE, OWN, .memory = MB, .args = DO8)},
     {{"[1] [1] trouble: heard a", 1}, {"[1] [1] trouble: heard b", 1}, {"[1] [1] trouble: heard c", 1}}, 0, "abcdef", false},
    {"all asleep: the machine is",
     {N(NUCLEUS, OWN, KIDS(1, 2)), N(TROUBLE, OWN, .memory = MB, .args = DO5), N(LEAF, OWN, .memory = MB)},
     {{"[2] " LEAF_LINE, 1}}, -1, NULL, false},
    {"exits, answers, refusals: level 1", {N(EXITS, PASS, .memory = MB)}, {{"113 rows, 0 failed", 1}}, 0, NULL, false},
    {"exits, answers, refusals: level 2", {ONE(1), N(EXITS, PASS, .memory = MB)}, {{"113 rows, 0 failed", 1}}, 0, NULL, false},
    {"exits, answers, refusals: level 5",
     {ONE(1), ONE(2), ONE(3), ONE(4), N(EXITS, PASS, .memory = MB)}, {{"113 rows, 0 failed", 1}}, 0, NULL, false},
    {"two maps apart at three levels", {N(MODES, PASS, .memory = 32 * MB)}, {{"each access where it belongs", 1}}, 0, NULL, false},
    {"two maps apart at levels 3 to 5", {ONE(1), ONE(2), N(MODES, PASS, .memory = 32 * MB)}, {{"each access where it belongs", 1}}, 0, NULL, false},
    {"10,000 leaves ten levels down",
     {ONE(1), ONE(2), ONE(3), ONE(4), ONE(5), ONE(6), ONE(7), ONE(8), N(NUCLEUS, PASS, KIDS(9, 1), .repeat = 100),
      N(LEAF, PASS, .memory = 64 * KB, .repeat = 100)},
     {{LEAF_LINE, 10000}}, 0, NULL, true},
    {"a VMM that is a paged user process", {N(UVMM, PASS, .memory = 4 * MB)}, {{HASHME_LINES, 1}, {"faults many, ticks many", 1}}, 0, NULL, false},
    {"the same at level 3", {ONE(1), ONE(2), N(UVMM, PASS, .memory = 4 * MB)}, {{HASHME_LINES, 1}, {"faults many, ticks many", 1}}, 0, NULL, false},
    {"a node moved with its child inside", {N(CLONE, PASS, .memory = 16 * MB)}, {{HASHME_LINES, 1}, {"clone: moved", 1}}, 0, NULL, false},
    {"the same below a nucleus", {ONE(1), N(CLONE, PASS, .memory = 16 * MB)}, {{HASHME_LINES, 1}, {"clone: moved", 1}}, 0, NULL, false},
};

/* Linux with a disk and an entropy source: what it prints, and what it leaves on the disk. */
#define BOX         .memory = 128 * MB, .args = DEVICES, .virtio = 3
#define UP(at, f)   N(NUCLEUS, f, KIDS(at, 1), .virtio = 3)
#define SAYS(label) {{label "FROND-MARKER disk ok", 1}, {label "FROND-MARKER ext4 ok", 1}, \
                     {label "FROND-MARKER rng ok", 1}, {label "FROND-MARKER power off", 1}}, 0, NULL, true

static const struct row linux_row[] = {
    {"Linux at depth 0", {N(LINUX, PASS, BOX)}, SAYS("")},
    {"depth 1", {UP(1, PASS), N(LINUX, PASS, BOX)}, SAYS("")},
    {"depth 3", {UP(1, PASS), UP(2, PASS), UP(3, PASS), N(LINUX, PASS, BOX)}, SAYS("")},
    {"its console played twice", {UP(1, OWN), UP(2, OWN), N(LINUX, OWN, BOX)}, SAYS("[1] [1] ")},
    {"its kernel shared", {UP(1, PASS), N(LINUX, PASS | SHARE, BOX)}, SAYS("")},
    {"paged: 128 MiB in 48", {N(NUCLEUS, PASS, KIDS(1, 1), .virtio = 3, .pool = 48 * MB), N(LINUX, PASS | PAGED, BOX)}, SAYS("")},
    {"its nucleus paged", {N(NUCLEUS, PASS, KIDS(1, 1), .virtio = 3, .pool = 48 * MB), UP(2, PASS | PAGED), N(LINUX, PASS, BOX)}, SAYS("")},
};

static const char *linux_folder;

struct console {
    char out[TEXT];
    size_t n;
    const char *in;
};

static void take(void *opaque, const uint8_t *buf, size_t n)
{
    struct console *c = opaque;

    for (size_t i = 0; i < n && c->n < TEXT - 1; i++)
        c->out[c->n++] = (char)buf[i];
}

static long give(void *opaque, uint8_t *buf, size_t n)
{
    struct console *c = opaque;
    long got = 0;

    while (c->in && *c->in && (size_t)got < n)
        buf[got++] = (uint8_t)*c->in++;
    return got;
}

static void *read_file(const char *folder, const char *name, const char *suffix, size_t *size)
{
    char path[512];
    FILE *f;
    void *p;

    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
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

enum { PIECES = PROGRAMS + 3 };

/* The programs, one piece each; and Linux, if it is there: firmware, kernel, initrd. */
static void read_programs(const char *folder, struct image_source *s, struct image_payload *payload,
                          struct image_piece *piece, const void **data)
{
    static const char *const file[3] = {"opensbi-fw_jump.bin", "Image", "initramfs.cpio"};
    static const uint64_t at[3] = {FROND_RAM_BASE, IMAGE_KERNEL, IMAGE_INITRD};

    for (uint32_t i = 0; i < (linux_folder ? PIECES : PROGRAMS); i++) {
        bool own = i < PROGRAMS;
        size_t n;

        data[i] = own ? read_file(folder, program[i], ".bin", &n) : read_file(linux_folder, file[i - PROGRAMS], "", &n);
        piece[i] = (struct image_piece){.at = own ? FROND_RAM_BASE : at[i - PROGRAMS], .size = n};
        if (i <= PROGRAMS)
            payload[s->payloads++] = (struct image_payload){.pc = FROND_RAM_BASE, .first = i, .pieces = own ? 1 : 3};
        s->pieces++;
    }
}

static void *archive_of(const struct row *r, const char *folder, size_t *size)
{
    struct image_node node[NODES];
    struct image_payload payload[PROGRAMS + 1];
    struct image_piece piece[PIECES];
    const void *data[PIECES];
    struct image_source s = {.node = node, .payload = payload, .piece = piece, .data = data, .text = text, .texts = TEXTS};
    void *a;

    for (; s.nodes < NODES && r->node[s.nodes].need != 0; s.nodes++) {
        struct image_node *n = &node[s.nodes];
        *n = r->node[s.nodes];
        n->repeat += n->repeat == 0;
        n->weight += n->weight == 0;
    }
    read_programs(folder, &s, payload, piece, data);
    *size = image_write(NULL, 0, &s);
    a = aligned_alloc(4096, *size);
    if (!a || image_write(a, *size, &s) == 0) {
        fprintf(stderr, "%s: %s\n", r->name, a ? image_check(a, *size) : "no memory");
        exit(2);
    }
    for (uint32_t i = 0; i < s.pieces; i++)
        free((void *)(uintptr_t)data[i]);
    return a;
}

/* Record 0 into node 0. */
static bool start(struct frond *m, const struct image *a, uint64_t ram)
{
    const struct image_payload *p = image_payload(a, image_node(a, 0)->payload);
    static uint64_t tree[2048];
    struct image_boot b;
    bool ok = image_boot(a, 0, ram, &b) && fdt_write(tree, sizeof tree, &b.tree) == b.dtb_size &&
              !frond_load(m, b.dtb, tree, b.dtb_size);

    if (ok && b.tree.archive_size != 0)
        ok = !frond_map(m, b.tree.archive, a->size, FROND_R | FROND_X) &&
             !frond_load(m, b.tree.archive, a, a->size);
    for (uint32_t i = 0; ok && i < p->pieces; i++) {
        const struct image_piece *e = image_piece(a, p->first + i);
        ok = !frond_load(m, image_piece_at(e, &b), image_data(a, e), e->size);
    }
    frond_desc(m)->pc = b.pc;
    frond_desc(m)->x[11] = b.dtb;
    frond_desc(m)->budget = 20000000000;
    return ok;
}

/* Until node 0 ends: its code; -1: it sleeps; -2: out of steps; -3: something else. */
static int run(struct frond *m)
{
    struct frond_desc *d = frond_desc(m);

    for (;;) {
        if (frond_enter(m) != FROND_OK)
            return -3;
        switch (d->exit.reason) {
        case FROND_EXIT_HALT: return (int)d->exit.value;
        case FROND_EXIT_BUDGET: return -2;
        case FROND_EXIT_IDLE:
            if (frond_poll(m))
                break;
            if (d->deadline == UINT64_MAX)
                return -1;
            d->clock = d->deadline;
            break;
        default: return -3;
        }
    }
}

static unsigned occurs(const char *in, const char *what)
{
    unsigned n = 0;

    for (const char *p = in; *what && (p = strstr(p, what)); p++)
        n++;
    return n;
}

/* A disk in memory, in slot 0; an entropy source, in slot 1. */
static uint8_t disk[64 * MB];

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n)
{
    (void)opaque;
    memcpy(buf, disk + off, n);
    return 0;
}

static int disk_write(void *opaque, uint64_t off, const void *buf, size_t n)
{
    (void)opaque;
    memcpy(disk + off, buf, n);
    return 0;
}

static bool attach(struct frond *m, const struct dev_char *chr, bool disks)
{
    static const struct dev_block block = {.size = sizeof disk, .read = disk_read, .write = disk_write};

    if (frond_attach_uart(m, chr))
        return false;
    memset(disk, 0, disks ? sizeof disk : 0);
    return !disks || (!frond_attach_block(m, 0, &block) && !frond_attach_rng(m, 1, 7));
}

/* What is on the disk in the end is the same at every depth. */
static bool same_disk(void)
{
    static uint64_t first;
    uint64_t h = 0;

    for (size_t i = 0; i < sizeof disk; i++)
        h = h * 31 + disk[i];
    first += first == 0 ? h : 0;
    return h == first;
}

enum { PURE_DEEPEST = 8 };
static unsigned maps; /* enum frond_maps */

static bool check(const struct row *r, const char *folder, uint64_t shake, bool audit)
{
    static struct console c;
    struct dev_char chr = {&c, give, take};
    struct frond_options o;
    size_t size;
    struct image *a = archive_of(r, folder, &size);
    uint64_t ram = a ? image_node(a, 0)->memory : 0;
    bool ok = true;
    int code;

    if (ram == 0)
        ram = image_node(a, 0)->need;
    memset(&c, 0, sizeof c);
    c.in = r->input;
    frond_options_default(&o);
    o.memory = ram;
    o.extra = size;
    o.shake = shake;
    o.maps = (enum frond_maps)maps;
    o.audit = audit;
    struct frond *m = frond_new(&o);
    if (!m || !attach(m, &chr, r->node[0].virtio != 0) || !start(m, a, ram)) {
        fprintf(stderr, "%s: cannot start: %s\n", r->name, m ? frond_error(m) : "no memory");
        exit(2);
    }
    struct follower follower = {.observer = NULL};
    if (audit && !follow(&follower, m)) {
        fprintf(stderr, "%s: no memory to follow it\n", r->name);
        exit(2);
    }
    code = run(m);
    const char *forbidden = follow_end(&follower);
    ok = !forbidden && code == r->code && (r->node[0].virtio == 0 || same_disk());
    for (unsigned i = 0; i < 6 && r->want[i].text; i++)
        ok = ok && occurs(c.out, r->want[i].text) >= r->want[i].times;
    if (!ok)
        printf("FAIL %s (shake %d): code %d, %s %s\n%.2000s\n", r->name, (int)shake, code, frond_error(m),
               forbidden ? forbidden : "", c.out);
    frond_free(m);
    follow_free(&follower);
    free(a);
    return ok;
}

/* One archive (its head and tables) and one tree, each behind the byte by which fuzz.c chooses. */
static int write_seeds(const char *programs, const char *folder)
{
    static uint64_t tree[2048];
    size_t size[2] = {0, 0};
    struct image *a = archive_of(&row[2], programs, &size[0]);
    struct image_boot b;
    const void *from[2] = {a, tree};

    size[0] = a->size < 4096 ? a->size : 4096;
    if (!image_boot(a, 1, image_node(a, 1)->need, &b))
        return 2;
    size[1] = fdt_write(tree, sizeof tree, &b.tree);
    for (int i = 0; i < 2; i++) {
        char path[512];
        FILE *f;

        snprintf(path, sizeof path, "%s/seed%d", folder, i);
        f = fopen(path, "wb");
        if (!f || fputc(1 - i, f) == EOF || fwrite(from[i], 1, size[i], f) != size[i])
            return 2;
        fclose(f);
    }
    free(a);
    return 0;
}

/* Levels below node i of a row. */
static unsigned levels_below(const struct row *r, unsigned i)
{
    unsigned most = 0;

    for (unsigned k = 0; k < r->node[i].children; k++) {
        unsigned n = 1 + levels_below(r, r->node[i].first + k);
        most = n > most ? n : most;
    }
    return most;
}

/* Rows that are not for `pure`, whose every access takes time that doubles with each level: named, not run. */
static bool too_deep(const struct row *r)
{
    return maps == FROND_MAPS_PURE && levels_below(r, 0) > PURE_DEEPEST;
}

static bool try_row(const struct row *r, const char *programs, unsigned number)
{
    bool ok = check(r, programs, 0, !r->large) && (r->large || check(r, programs, 1975, false));

    printf("%-4s %2u %s\n", ok ? "ok" : "FAIL", number, r->name);
    fflush(stdout);
    return ok;
}

int main(int argc, char **argv)
{
    unsigned bad = 0, n = 0;

    if (argc < 2)
        return 2;
    if (argc == 4 && strcmp(argv[2], "--seeds") == 0)
        return write_seeds(argv[1], argv[3]);
    if (argc == 4 && strcmp(argv[2], "--maps") == 0) {
        static const char *const name[] = {"flat", "pure", "hv", "display", "rmr"};
        while (maps < 5 && strcmp(name[maps], argv[3]) != 0)
            maps++;
        if (maps == 5) {
            fprintf(stderr, "nest: --maps %s: should be flat, pure, hv, display or rmr\n", argv[3]);
            return 2;
        }
        argc = 2;
    }
    if (argc == 4 && strcmp(argv[2], "--linux") == 0) {
        linux_folder = argv[3];
        for (; n < sizeof linux_row / sizeof linux_row[0]; n++)
            bad += !try_row(&linux_row[n], argv[1], n);
    }
    for (unsigned i = 0; !linux_folder && i < sizeof row / sizeof row[0]; i++) {
        if (argc > 2 && (unsigned)atoi(argv[2]) != i)
            continue;
        if (too_deep(&row[i])) {
            printf("deep %2u %s: not run with --maps pure\n", i, row[i].name);
            continue;
        }
        n++;
        bad += !try_row(&row[i], argv[1], i);
    }
    printf("%u passed, %u failed\n", n - bad, bad);
    return bad != 0;
}
