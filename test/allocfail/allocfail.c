/*
 * allocfail.c - host memory that is not there: the n-th allocation of the library fails, for n = 1, 2,
 * ... until a run makes fewer than n. Linked so that malloc, calloc, realloc, mmap (and what gives
 * them back) of the library come here first; with AddressSanitizer.
 *
 * A row is a workload and how memory fails: `once` (only the n-th allocation does), or `until told`
 * (the n-th and all after it, until functions have said FROND_E_MEMORY three times; then memory is
 * there again).
 * In each of its runs: no crash; no status but FROND_OK and FROND_E_MEMORY; what was refused for want
 * of memory, called once more, does it; the guest comes to what it comes to with memory enough, in
 * console, hashes, descriptors, statistics; frond_overhead is what is held; and all of it is given back.
 *
 * usage: allocfail FOLDER [ROW]: FOLDER holds the guest programs as raw images
 */
#include "../../dev/dev.h"
#include "../../machine/image.h"
#include "frond.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { KB = 1 << 10, MB = 1 << 20 };

/* ---- Memory ----------------------------------------------------------------------------------------- */

static struct {
    bool counts;      /* allocations are the library's, not the test's */
    bool until_told;  /* all fail from the n-th on */
    unsigned fail_at; /* 0: none fails */
    unsigned made, refused;
    long live;  /* allocated and not given back */
    long bytes; /* of it, but for mmap's */
} memory;

static bool refuse(void) {
    if (!memory.counts)
        return false;
    memory.made++;
    bool no = memory.fail_at != 0 && (memory.made == memory.fail_at ||
                                      (memory.until_told && memory.made > memory.fail_at));
    memory.refused += no;
    return no;
}

static void *given(void *p) {
    memory.live += memory.counts && p != NULL;
    memory.bytes += memory.counts ? (long)malloc_usable_size(p) : 0;
    return p;
}

static void taken(void *p) {
    memory.live -= memory.counts && p != NULL;
    memory.bytes -= memory.counts ? (long)malloc_usable_size(p) : 0;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
int __real_munmap(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
int __wrap_munmap(void *p, size_t n);

void *__wrap_malloc(size_t n) { return refuse() ? NULL : given(__real_malloc(n)); }
void *__wrap_calloc(size_t n, size_t size) {
    return refuse() ? NULL : given(__real_calloc(n, size));
}
void *__wrap_realloc(void *p, size_t n) {
    if (refuse())
        return NULL;
    taken(p);
    return given(__real_realloc(p, n));
}
void __wrap_free(void *p) {
    taken(p);
    __real_free(p);
}
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off) {
    if (refuse())
        return MAP_FAILED;
    void *p = __real_mmap(at, n, prot, flags, fd, off);
    memory.live += memory.counts && p != MAP_FAILED;
    return p;
}
int __wrap_munmap(void *p, size_t n) {
    memory.live -= memory.counts;
    return __real_munmap(p, n);
}

/* ---- A run ------------------------------------------------------------------------------------------ */

/* What a run comes to, and what went wrong in it. */
struct run {
    uint64_t sum;   /* over all that is promised to be the same */
    unsigned told;  /* how often a function said FROND_E_MEMORY */
    bool by_run;    /* it was frond_enter */
    unsigned lines; /* of trace */
    char wrong[200];
};

static void wrong(struct run *r, const char *what, const char *why) {
    if (!r->wrong[0])
        snprintf(r->wrong, sizeof r->wrong, "%s: %s", what, why);
}

static void add(struct run *r, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        r->sum = (r->sum ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
}

static void add_number(struct run *r, uint64_t n) { add(r, &n, sizeof n); }

/* How often it may be said that there is no memory. */
static unsigned tellings(void) { return memory.until_told ? 3 : 1; }

/* It was said: in the end there is memory again. */
static void tell(struct run *r) {
    if (++r->told == tellings())
        memory.fail_at = 0;
}

/* Whether what had status s is to be called once more. m may be NULL. */
static bool again(struct run *r, struct frond *m, enum frond_status s, const char *what) {
    if (s == FROND_OK)
        return false;
    if (s != FROND_E_MEMORY || r->told == tellings()) {
        wrong(r, what, frond_status_text(s));
        return false;
    }
    if (!strstr(frond_error(m), "memory"))
        wrong(r, what, frond_error(m));
    tell(r);
    return true;
}
#define TRY(r, m, call)                                                                            \
    while (again(r, m, call, #call)) {                                                             \
    }

/* ---- Devices ---------------------------------------------------------------------------------------- */

static struct run *current; /* for the back ends */
static const char *input;

static void take(void *opaque, const uint8_t *buf, size_t n) {
    (void)opaque;
    add(current, buf, n);
}

static long give(void *opaque, uint8_t *buf, size_t n) {
    long got = 0;

    (void)opaque;
    while (*input && (size_t)got < n)
        buf[got++] = (uint8_t)*input++;
    return got;
}

static const struct dev_char chr = {NULL, give, take};
static uint8_t disk[64 * KB];

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    (void)opaque;
    memcpy(buf, disk + off, n);
    return 0;
}

static int disk_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    (void)opaque;
    memcpy(disk + off, buf, n);
    return 0;
}

static const struct dev_block block = {.size = sizeof disk, .read = disk_read, .write = disk_write};

static struct frond *new_machine(struct run *r, uint64_t ram, uint64_t extra) {
    struct frond_options o;
    struct frond *m;

    frond_options_default(&o);
    o.memory = ram;
    o.extra = extra;
    while (!(m = frond_new(&o)) && r->told < tellings())
        tell(r);
    if (!m) {
        wrong(r, "frond_new", "none, with memory enough");
        return NULL;
    }
    TRY(r, m, frond_attach_uart(m, &chr))
    TRY(r, m, frond_attach_block(m, 0, &block))
    TRY(r, m, frond_attach_rng(m, 1, 1975))
    TRY(r, m, frond_attach_console(m, 2, &chr))
    return m;
}

/* Bytes that the machine holds and does not count: itself, and its devices. */
static long uncounted(const struct frond *m) { return memory.bytes - (long)frond_overhead(m); }

/* ---- Looking into nodes ------------------------------------------------------------------------------- */

static void add_desc(struct run *r, struct frond_desc *d) {
    memset(&d->exit, 0, sizeof d->exit);
    add(r, d, sizeof *d);
}

/* The same of what may be refused for another reason, which is to be the same, too. */
static bool other(struct run *r, struct frond *m, enum frond_status s, const char *what) {
    if (s == FROND_E_MEMORY)
        return again(r, m, s, what);
    add_number(r, s);
    return false;
}
#define ASK(r, m, call)                                                                            \
    while (other(r, m, call, #call)) {                                                             \
    }

/* A node's hash, descriptor and first bytes; both written back as they were (shared memory cannot). */
static void look(struct run *r, struct frond *m, struct frond_name n) {
    struct frond_desc d;
    uint8_t bytes[6000] = {0};
    uint64_t hash, holes;

    TRY(r, m, frond_hash(m, n, &hash, &holes))
    TRY(r, m, frond_get_desc(m, n, &d))
    TRY(r, m, frond_set_desc(m, n, &d))
    ASK(r, m, frond_read(m, n, FROND_RAM_BASE + 100, bytes, sizeof bytes))
    ASK(r, m, frond_write(m, n, FROND_RAM_BASE + 100, bytes, sizeof bytes))
    add_number(r, hash);
    add_number(r, holes);
    add(r, bytes, sizeof bytes);
    add_desc(r, &d);
}

enum { NAMES = 64, DEPTH = 8 };
struct names {
    struct run *r;
    unsigned count;
    struct frond_name name[NAMES];
    uint64_t label[NAMES][DEPTH];
};

static void note_node(void *opaque, struct frond_name n, const struct frond_stats *s) {
    struct names *all = opaque;
    const uint64_t told[] = {n.depth, s->enters, s->steps, s->retired, s->clock};

    if (all->count == NAMES || n.depth > DEPTH)
        return;
    memcpy(all->label[all->count], n.label, n.depth * sizeof n.label[0]);
    all->name[all->count] = (struct frond_name){all->label[all->count], n.depth};
    all->count++;
    add(all->r, told, sizeof told);
    add(all->r, s->exits, sizeof s->exits);
    add(all->r, s->faults, sizeof s->faults);
    add(all->r, s->answers, sizeof s->answers);
}

/* All nodes: each one's statistics; of those that are there, what look() sees. */
static void look_all(struct run *r, struct frond *m) {
    struct names all = {.r = r};

    TRY(r, m, frond_each_node(m, note_node, &all))
    add_number(r, all.count);
    for (unsigned i = 0; i < all.count; i++) {
        struct frond_desc d = {0};
        ASK(r, m, frond_get_desc(m, all.name[i], &d))
        if (d.map_p.count != 0)
            look(r, m, all.name[i]);
    }
}

/* ---- Running ------------------------------------------------------------------------------------------ */

static void hit(void *opaque, struct frond *m, struct frond_name n, uint64_t at) {
    struct run *r = opaque;
    uint64_t hash, holes;

    TRY(r, m, frond_hash(m, n, &hash, &holes))
    add_number(r, hash);
    add_number(r, at);
    add_number(r, n.depth);
    add(r, n.label, n.depth * sizeof n.label[0]);
}

static void line(void *opaque, const char *text) {
    struct run *r = opaque;

    r->lines += text[0] != 0;
}

/* Until node 0 halts, sleeps, or has made `steps` steps. */
static void go(struct run *r, struct frond *m, uint64_t steps) {
    static const uint64_t at[] = {500, 20000};
    struct frond_desc *d = frond_desc(m);

    frond_on_step(m, at, sizeof at / sizeof at[0], hit, r);
    frond_on_event(m, line, r);
    while (!r->wrong[0]) {
        uint64_t left = steps - frond_now(m);
        d->budget = left < 100000 ? left : 100000;
        while (again(r, m, frond_enter(m), "frond_enter"))
            r->by_run = true;
        if (d->exit.reason == FROND_EXIT_HALT)
            break;
        if (d->exit.reason == FROND_EXIT_IDLE) {
            if (!frond_poll(m) && d->deadline == UINT64_MAX)
                break;
            d->clock = d->deadline != UINT64_MAX ? d->deadline : d->clock;
        }
        if (d->exit.reason == FROND_EXIT_BUDGET && frond_now(m) >= steps)
            break;
    }
    add_number(r, d->exit.reason);
    add_number(r, d->exit.value);
    add_number(r, frond_now(m));
}

/* ---- Workloads ----------------------------------------------------------------------------------------- */

static const char *folder;

static void *read_file(const char *name, size_t *size) {
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

enum { NUCLEUS, LEAF, TROUBLE, CLONE, UVMM, MODES, CHANGE, PROGRAMS };
static const char *const program[PROGRAMS] = {"nucleus", "leaf",  "trouble", "clone",
                                              "uvmm",    "modes", "change"};
static const char *const text[] = {"", "do=3", "do=4", "do=7", "do=8"};
enum { NO_TEXT, DO3, DO4, DO7, DO8, TEXTS };
enum { NODES = 8 };

struct workload {
    const char *name;
    struct image_node node[NODES];
    uint64_t steps;
    void (*other)(struct run *r); /* no tree */
};

static struct image *archive_of(const struct workload *w) {
    struct image_node node[NODES];
    struct image_payload payload[PROGRAMS];
    struct image_piece piece[PROGRAMS];
    const void *data[PROGRAMS];
    struct image_source s = {.node = node,
                             .payload = payload,
                             .piece = piece,
                             .data = data,
                             .text = text,
                             .texts = TEXTS,
                             .payloads = PROGRAMS,
                             .pieces = PROGRAMS};
    for (; s.nodes < NODES && w->node[s.nodes].repeat != 0; s.nodes++)
        node[s.nodes] = w->node[s.nodes];
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        size_t n;
        data[i] = read_file(program[i], &n);
        piece[i] = (struct image_piece){.at = FROND_RAM_BASE, .size = n};
        payload[i] = (struct image_payload){.pc = FROND_RAM_BASE, .first = i, .pieces = 1};
    }
    size_t size = image_write(NULL, 0, &s);
    struct image *a = aligned_alloc(4096, size);
    if (!a || image_write(a, size, &s) == 0) {
        fprintf(stderr, "%s: %s\n", w->name, a ? image_check(a, size) : "no memory");
        exit(2);
    }
    for (uint32_t i = 0; i < PROGRAMS; i++)
        free((void *)(uintptr_t)data[i]);
    return a;
}

/* Record 0 into node 0. */
static void start(struct run *r, struct frond *m, const struct image *a, uint64_t ram) {
    const struct image_payload *p = image_payload(a, image_node(a, 0)->payload);
    const struct image_piece *e = image_piece(a, p->first);
    static uint64_t tree[2048];
    struct image_boot b;

    if (!image_boot(a, 0, ram, &b) || fdt_write(tree, sizeof tree, &b.tree) != b.dtb_size) {
        wrong(r, "image_boot", "it does not fit");
        return;
    }
    TRY(r, m, frond_load(m, b.dtb, tree, b.dtb_size))
    TRY(r, m, frond_load(m, FROND_RAM_BASE, image_data(a, e), e->size))
    if (b.tree.archive_size != 0) {
        TRY(r, m, frond_map(m, b.tree.archive, a->size, FROND_R | FROND_X))
        TRY(r, m, frond_load(m, b.tree.archive, a, a->size))
    }
    frond_desc(m)->x[11] = b.dtb;
}

static void tree(struct run *r, const struct workload *w, const struct image *a) {
    uint64_t ram = w->node[0].memory ? w->node[0].memory : image_node(a, 0)->need;
    struct frond *m = new_machine(r, ram, a->size);

    if (!m)
        return;
    long other = uncounted(m);
    start(r, m, a, ram);
    if (!r->wrong[0])
        go(r, m, w->steps);
    if (!r->wrong[0])
        look_all(r, m);
    if (uncounted(m) != other)
        wrong(r, "frond_overhead", "is not what is held");
    frond_free(m);
}

/* Node 0 drives the disk, the source of random bytes and the console: a list of register stores. */
enum { RINGS = 0x10000, RING = 0x4000, LIST = 0x1000 };

struct split {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

/* One device's request, its rings at `at`: appends the stores to list. */
static unsigned driver(uint32_t (*list)[2], unsigned n, unsigned slot, unsigned queue,
                       uint64_t at) {
    const uint32_t reg[][2] = {{0x70, 0},
                               {0x70, 3},
                               {0x24, 1},
                               {0x20, 1},
                               {0x70, 11},
                               {0x30, queue},
                               {0x38, 8},
                               {0x80, (uint32_t)at},
                               {0x90, (uint32_t)at + 0x1000},
                               {0xa0, (uint32_t)at + 0x2000},
                               {0x44, 1},
                               {0x70, 15},
                               {0x50, queue}};

    for (unsigned i = 0; i < sizeof reg / sizeof reg[0]; i++, n++) {
        list[n][0] = (uint32_t)(FROND_VIRTIO_BASE + slot * FROND_VIRTIO_STRIDE + reg[i][0]);
        list[n][1] = reg[i][1];
    }
    return n;
}

static void devices(struct run *r) {
    static const uint32_t code[] = {
        0x00001537, /* lui a0, LIST */
        0x80000637, /* lui a2, 0x80000 (sign extended) */
        0x02061613, /* slli a2, a2, 32 */
        0x02065613, /* srli a2, a2, 32 */
        0x00c50533, /* add a0, a0, a2 */
        0x00056283, /* loop: lwu t0, 0(a0) */
        0x00456303, /* lwu t1, 4(a0) */
        0x00028863, /* beqz t0, end */
        0x0062a023, /* sw t1, 0(t0) */
        0x00850513, /* addi a0, a0, 8 */
        0xfedff06f, /* j loop */
        0x100002b7, /* end: lui t0, UART */
        0x006280a3, /* sb t1, 1(t0): IER, the UART has an owner */
        0x10500073, /* wfi */
        0xffdff06f, /* j . - 4 */
    };
    const uint64_t base = FROND_RAM_BASE + RINGS;
    const uint16_t avail[3] = {0, 1, 0};
    const uint32_t header[4] = {1 /* write */, 0, 3 /* sector */, 0};
    struct split split[4][3] = {
        {{base + 0x3000, 16, 1, 1}, {FROND_RAM_BASE, 512, 1, 2}, {base + 0x3100, 1, 2, 0}},
        {{base + RING + 0x3000, 64, 2, 0}},
        {{FROND_RAM_BASE, 64, 0, 0}}};
    static uint32_t list[64][2]; /* ended by zeros */
    struct frond *m = new_machine(r, MB, 0);
    unsigned n = 0;

    if (!m)
        return;
    for (unsigned slot = 0; slot < 3; slot++) {
        uint64_t at = base + slot * RING;
        n = driver(list, n, slot, slot == 2 ? 1 : 0, at);
        TRY(r, m, frond_load(m, at, split[slot], sizeof split[slot]))
        TRY(r, m, frond_load(m, at + 0x1000, avail, sizeof avail))
    }
    TRY(r, m, frond_load(m, base + 0x3000, header, sizeof header))
    TRY(r, m, frond_load(m, FROND_RAM_BASE + LIST, list, sizeof list))
    TRY(r, m, frond_load(m, FROND_RAM_BASE, code, sizeof code))
    go(r, m, 100000);
    add(r, disk, sizeof disk);
    look_all(r, m);
    frond_free(m);
}

/* A disk over another: a write that fails has changed nothing. */
static void copy_on_write(struct run *r) {
    struct dev_block *b;
    uint8_t bytes[3 * 4096], back[3 * 4096], before[3 * 4096];

    while (!(b = block_cow_new(&block)) && r->told < tellings())
        tell(r);
    for (unsigned i = 0; b && i < 20; i++) {
        uint64_t off = (i * 7919) % 100 * 512;
        memset(bytes, (int)i + 1, sizeof bytes);
        b->read(b->opaque, off, before, sizeof before);
        while (b->write(b->opaque, off, bytes, sizeof bytes) != 0) {
            b->read(b->opaque, off, back, sizeof back);
            if (r->told == tellings() || memcmp(before, back, sizeof back) != 0)
                wrong(r, "cow write", "failed with memory enough, or changed something");
            if (r->wrong[0])
                break;
            tell(r);
        }
        b->read(b->opaque, off, back, sizeof back);
        add(r, back, sizeof back);
    }
    block_cow_free(b);
}

#define N(p, f, ...)                                                                               \
    { .repeat = 1, .weight = 1, .payload = p, .flags = f, __VA_ARGS__ }
#define KIDS(at, n) .first = at, .children = n
enum { OWN = IMAGE_UART, PASS = IMAGE_UART | IMAGE_UART_PASS };

static const struct workload workload[] = {
    {"a tree: exits, shared and paged memory, a played console",
     {N(NUCLEUS, OWN, KIDS(1, 3), .pool = 32 * KB, .budget = 20000),
      N(LEAF, OWN | IMAGE_SHARE, .memory = 64 * KB), N(LEAF, OWN | IMAGE_PAGED, .memory = 64 * KB),
      N(NUCLEUS, OWN, KIDS(4, 1)), N(LEAF, OWN, .memory = 64 * KB)},
     3000000,
     NULL},
    {"a device window handed down",
     {N(NUCLEUS, PASS, KIDS(1, 1)), N(TROUBLE, PASS, .memory = 64 * KB, .args = DO8)},
     1000000,
     NULL},
    {"a node moved with its child inside", {N(CLONE, PASS, .memory = 16 * MB)}, 600000, NULL},
    {"a VMM that is a paged user process", {N(UVMM, PASS, .memory = 4 * MB)}, 400000, NULL},
    {"two maps apart", {N(MODES, PASS, .memory = 32 * MB)}, 150000, NULL},
    {"tables changed after they were used", {N(CHANGE, PASS, .memory = MB)}, 1000000, NULL},
    {"disk, random bytes, console, UART", {{0}}, 0, devices},
    {"a disk in memory over another", {{0}}, 0, copy_on_write},
};
enum { WORKLOADS = sizeof workload / sizeof workload[0] };

/* ---- Rows ---------------------------------------------------------------------------------------------- */

static void one_run(struct run *r, const struct workload *w, const struct image *a) {
    *r = (struct run){.sum = 0xcbf29ce484222325u};
    current = r;
    input = "quiet";
    memset(disk, 0x5a, sizeof disk);
    memory.made = memory.refused = 0;
    memory.live = memory.bytes = 0;
    memory.counts = true;
    if (w->other)
        w->other(r);
    else
        tree(r, w, a);
    memory.counts = false;
    if (memory.live != 0)
        wrong(r, "memory", memory.live > 0 ? "not given back" : "given back twice");
}

/* Runs until no allocation is left to fail. True: all as it should be. */
static bool row(const struct workload *w, bool until_told) {
    struct image *a = w->other ? NULL : archive_of(w);
    struct run want, r;
    unsigned n, told = 0, bad = 0;

    memory.fail_at = 0;
    one_run(&want, w, a);
    unsigned allocations = memory.made;
    if (want.wrong[0])
        printf("FAIL %s, with memory enough: %s\n", w->name, want.wrong);
    for (n = 1; !want.wrong[0] && bad < 10; n++) {
        memory.fail_at = n;
        memory.until_told = until_told;
        one_run(&r, w, a);
        if (memory.refused == 0)
            break;
        if (!r.wrong[0] && r.sum != want.sum)
            wrong(&r, "the guest", "comes to something else");
        if (until_told && !r.wrong[0] && r.told != tellings())
            wrong(&r, "nobody", "said that there is no memory");
        if (!until_told && r.by_run)
            wrong(&r, "frond_enter", "did not do without what can be derived again");
        told += r.told != 0;
        bad += r.wrong[0] != 0;
        if (r.wrong[0])
            printf("FAIL %s, allocation %u %s: %s\n", w->name, n, until_told ? "and all" : "alone",
                   r.wrong);
    }
    free(a);
    printf("%s, %s: %u allocations, %u failed in turn, %u times told\n", w->name,
           until_told ? "until told" : "once", allocations, n - 1, told);
    return !want.wrong[0] && bad == 0;
}

int main(int argc, char **argv) {
    unsigned passed = 0, failed = 0;

    if (argc < 2)
        return 2;
    folder = argv[1];
    for (unsigned i = 0; i < 2 * WORKLOADS; i++) {
        if (argc > 2 && strtoul(argv[2], NULL, 10) != i)
            continue;
        if (row(&workload[i / 2], i % 2))
            passed++;
        else
            failed++;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
