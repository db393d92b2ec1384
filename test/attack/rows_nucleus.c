/*
 * rows_nucleus.c - nk and its client, which is the attacker's: 0.4 runs guest/tests/takeover.c until nk has started;
 * from then on the row is the client, in S-mode. Its parent gave it the windows of three devices where nk's PMP does not close
 * them, so it can have data moved, into and out of what is nk's. And rows in which 0.4's parent takes nk's own memory away.
 *
 * After each, nk's memory is as it was, byte by byte, and an honest child of nk's runs to its end.
 */
#include "../../guest/nucleus/gate/gate.h"
#include "../../machine/fdt.h"
#include "driver.h"
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 4 << 20 /* bytes of an image */, SIZE = 4 << 20, TREE = 0x3f0000, LABEL = 4 };
#define PLACE    (RAM + 8 * OWN)  /* of 0.4's memory in node 0 */
#define FAR      0x1000000000ull  /* where 0.4 has its windows, by nk's PMP open to the client */
#define FAR_GATE (FAR + 0x100000) /* and nothing */
#define FREE     (RAM + 0x200000) /* memory that is the client's to use, rings in it */

struct nucleus {
    struct node n;
    uint64_t start, end;          /* nk's text, data, stack */
    uint64_t region, objects;     /* nk's region, up to the pages of objects, which are two */
    uint64_t memory;              /* of children, slot 0's first */
    uint64_t data, stack, client; /* nk's data; the top of its stack; the client's text */
    uint8_t *before;              /* nk's memory, then its region with the objects */
};

extern const uint8_t takeover_elf[];
static const uint8_t *image = takeover_elf;

bool nucleus_image(const char *path) {
    FILE *f = fopen(path, "rb");
    uint8_t *p = malloc(LARGEST);
    image = p;
    return f && p && fread(p, 1, LARGEST, f) > sizeof(Elf64_Ehdr) && fclose(f) == 0;
}

static uint64_t symbol(const char *name) {
    const Elf64_Ehdr *e = (const void *)image;
    const Elf64_Shdr *s = (const void *)(image + e->e_shoff);
    for (unsigned i = 0; i < e->e_shnum; i++) {
        const Elf64_Sym *sym = (const void *)(image + s[i].sh_offset);
        const char *text = (const char *)image + s[s[i].sh_link].sh_offset;
        for (unsigned k = 0; s[i].sh_type == SHT_SYMTAB && k < s[i].sh_size / sizeof *sym; k++)
            if (strcmp(text + sym[k].st_name, name) == 0)
                return sym[k].st_value;
    }
    return 0;
}

static void load_image(struct rig *r, const struct node *n) {
    const Elf64_Ehdr *e = (const void *)image;
    const Elf64_Phdr *p = (const void *)(image + e->e_phoff);
    for (unsigned i = 0; i < e->e_phnum; i++)
        if (p[i].p_type == PT_LOAD && p[i].p_filesz > 0)
            poke(r, n, p[i].p_paddr, image + p[i].p_offset, p[i].p_filesz);
}

/* 0.4 with the image, a device tree, and windows far above. */
static void make_node(struct rig *r, struct node *n) {
    const struct fdt_machine m = {.ram_size = SIZE, .bootargs = "wait=1"};
    static uint64_t tree[1024];
    const struct drive *const v[] = {&rng_in, &disk_in, &console_in};
    size_t size = fdt_write(tree, sizeof tree, &m);
    spawn(r, n, &r->root, LABEL);
    n->ram = PLACE;
    n->range[0] = (struct frond_range){RAM, SIZE, PLACE, RWX};
    for (unsigned i = 0; i < 3; i++)
        grant(r, n, FAR + v[i]->window, PAGE, v[i]->window, FROND_R | FROND_W);
    load_image(r, n);
    poke(r, n, RAM + TREE, tree, size);
    struct frond_desc d = desc(r, n);
    memset(d.csr.pmpaddr, 0, sizeof d.csr.pmpaddr);
    memset(d.csr.pmpcfg, 0, sizeof d.csr.pmpcfg);
    d.csr.mtvec = 0;
    d.x[A1] = RAM + TREE;
    set_desc(r, n, &d);
}

static uint8_t *memory_of_nk(struct rig *r, const struct nucleus *nk) {
    const uint64_t own = nk->end - nk->start, region = nk->memory - nk->region;
    uint8_t *all = malloc(own + region);
    peek(r, &nk->n, nk->start, all, own);
    peek(r, &nk->n, nk->region, all + own, region);
    return all;
}

/* nk has started, and its client's program has ended. */
static void begin(struct rig *r, struct nucleus *nk) {
    make_node(r, &nk->n);
    struct seen s = run(r, &nk->n);
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_HALT && s.exit.value == 0,
         "nk has not started: how %d reason %u", (int)s.how, s.exit.reason);
    nk->start = symbol("nk_start");
    nk->end = nk->client = symbol("client_start");
    nk->data = symbol("nk_bss_start") & ~(PAGE - 1);
    nk->stack = symbol("nk_stack_end");
    nk->region = get(r, &nk->n, symbol("started"));
    nk->objects = get(r, &nk->n, symbol("started") + 8);
    nk->memory = get(r, &nk->n, symbol("started") + 16);
    WANT(nk->region > nk->client && nk->memory > nk->objects, "no region");
    nk->n.pages = FREE;
    nk->n.stub = symbol("main");
    nk->n.gate = FAR_GATE;
    nk->before = memory_of_nk(r, nk);
}

/* A call of nk's, with registers as the SBI has them. */
static struct seen ask_nk(struct rig *r, struct nucleus *nk, uint64_t function, uint64_t a0,
                          uint64_t a1, uint64_t a2, uint64_t a3) {
    struct frond_desc d = desc(r, &nk->n);
    d.x[A2] = a2;
    d.x[A3] = a3;
    d.x[A6] = function;
    d.x[A7] = GATE_EXTENSION;
    set_desc(r, &nk->n, &d);
    return act(r, &nk->n, FROND_MODE_S, &(uint32_t){ECALL}, 1, a0, a1);
}

static void end(struct rig *r, struct nucleus *nk) {
    uint8_t *after = memory_of_nk(r, nk);
    const bool same = memcmp(nk->before, after, nk->end - nk->start + nk->memory - nk->region) == 0;
    free(after);
    free(nk->before);
    WANT(same, "nk's memory has changed");
    ask_nk(r, nk, NK_CALL_CHILD_RESET, 0, 0, 0, 0);
    ask_nk(r, nk, NK_CALL_CHILD_SET, 0, NK_FIELD_PC, 0, RAM);
    ask_nk(r, nk, NK_CALL_CHILD_SET, 0, NK_FIELD_BUDGET, 0, 1000);
    struct seen s = ask_nk(r, nk, GATE_ENTER, 0, FROND_RETRY, 0, 0);
    struct frond_desc child;
    peek(r, &nk->n, nk->region, &child, sizeof child);
    WANT(s.how == RETIRED && child.exit.reason == FROND_EXIT_HALT && child.exit.value == 42,
         "the honest child: how %d reason %u value %d", (int)s.how, child.exit.reason,
         (int)child.exit.value);
}

/* ---- A device moves data for the client ----------------------------------------------------------- */

enum {
    NK_TEXT,
    NK_DATA,
    NK_STACK,
    DESCRIPTOR,
    RANGE_TABLE,
    REGION_END,
    OBJECT,
    CLIENT_TEXT,
    NODE_CONTROLLER
};

static uint64_t object_at(const struct nucleus *nk, unsigned what) {
    switch (what) {
    case NK_TEXT: return nk->start;
    case NK_DATA: return nk->data;
    case NK_STACK: return nk->stack - 512;
    case DESCRIPTOR: return nk->region;
    case RANGE_TABLE: return nk->region + 3 * PAGE; /* behind three descriptors */
    case REGION_END: return nk->objects - 512;
    case OBJECT: return nk->objects;
    case CLIENT_TEXT: return nk->client;
    default: return CTL;
    }
}

static void aim(struct rig *r, struct nucleus *nk) {
    struct drive v = *r->row->drive;
    const uint64_t at = object_at(nk, r->row->what);
    v.window += FAR;
    start_driver(r, &nk->n, &v, FREE + RING_DESC, NUM);
    ask(r, &nk->n, &v, FREE + ROOM, 512);
    clean(r, &nk->n, FREE + ROOM);
    struct seen s = ring(r, &nk->n, &v);
    WANT(s.how == RETIRED && moved(r, &v, &nk->n, FREE + ROOM), "nothing moves: how %d",
         (int)s.how);
    start_driver(r, &nk->n, &v, FREE + RING_DESC, NUM);
    ask(r, &nk->n, &v, at, 512);
    memset(r->disk, 0, sizeof r->disk);
    memset(r->said, 0, sizeof r->said);
    s = ring(r, &nk->n, &v);
    WANT(s.how == RETIRED && broken(r, &nk->n, &v), "how %d", (int)s.how);
    for (unsigned i = 0; v.out && i < sizeof r->said; i++)
        WANT(r->disk[i] == 0 && r->said[i] == 0, "byte %u came out", i);
}

static void dma(struct rig *r) {
    struct nucleus nk;
    begin(r, &nk);
    if (rig_ok(r))
        aim(r, &nk);
    if (rig_ok(r))
        end(r, &nk);
}

enum { AVAIL_IN_TEXT, TABLE_IN_STACK, USED_IN_REGION };

/* One of the three parts of its ring is nk's: the device cannot read the first two, nor write the last. */
static void rings(struct rig *r) {
    const uint16_t avail[] = {0, 1, 0};
    struct drive v = rng_in;
    struct nucleus nk;
    begin(r, &nk);
    if (!rig_ok(r))
        return;
    const uint64_t table = r->row->what == TABLE_IN_STACK ? nk.stack - 512 : FREE + RING_DESC;
    v.window += FAR;
    ask(r, &nk.n, &v, FREE + ROOM, 512);
    if (r->row->what == AVAIL_IN_TEXT)
        nk.n.pages = nk.start - RING_AVAIL;
    if (r->row->what == USED_IN_REGION) {
        nk.n.pages = nk.region - RING_USED;
        poke(r, &nk.n, nk.n.pages + RING_AVAIL, avail, sizeof avail); /* in the client's stack */
    }
    start_driver(r, &nk.n, &v, table, NUM);
    struct seen s = ring(r, &nk.n, &v);
    WANT(s.how == RETIRED && broken(r, &nk.n, &v), "how %d", (int)s.how);
    end(r, &nk);
}

/* The windows where every nucleus has them, which nk closes. */
static void doorbells(struct rig *r) {
    struct nucleus nk;
    begin(r, &nk);
    if (!rig_ok(r))
        return;
    for (unsigned slot = 0; slot < FROND_VIRTIO_SLOTS && rig_ok(r); slot++) {
        const uint64_t at = FROND_VIRTIO_BASE + slot * FROND_VIRTIO_STRIDE + 0x50;
        struct seen s = DO_IN(FROND_MODE_S, &nk.n, 0, at, SW(A0, A1, 0));
        WANT(s.how == TRAPPED && s.cause == 7 && s.tval == at, "slot %u: how %d", slot, (int)s.how);
    }
    end(r, &nk);
}

/* ---- nk's own memory is taken away by its parent -------------------------------------------------- */

/* The page that is taken away; the rest of 0.4's RAM stays. */
static void take_page(struct rig *r, struct node *n, uint64_t page) {
    n->ranges--; /* RAM is the first: windows are far above */
    memmove(&n->range[0], &n->range[1], n->ranges * sizeof n->range[0]);
    if (page > RAM)
        grant(r, n, RAM, page - RAM, PLACE, RWX);
    grant(r, n, page + PAGE, SIZE - (page + PAGE - RAM), PLACE + (page + PAGE - RAM), RWX);
}

/* The client calls nk; nk meets the gap, its parent denies it, and nk ends the machine with code 99. The client's
 * sp is a trap: what is written through it is written with nk's rights. */
static void nk_faults(struct rig *r) {
    struct nucleus nk;
    begin(r, &nk);
    if (!rig_ok(r))
        return;
    const uint64_t page = object_at(&nk, r->row->what) & ~(PAGE - 1);
    const uint64_t lure = r->row->what == RANGE_TABLE ? nk.region : nk.region + 3 * PAGE + 512;
    uint8_t was[1024], is[1024];
    peek(r, &nk.n, lure - 512, was, sizeof was);
    take_page(r, &nk.n, page);
    struct frond_desc d = desc(r, &nk.n);
    d.x[2] = lure;
    d.x[T0] = 0x6c757265;
    set_desc(r, &nk.n, &d);
    struct seen s = ask_nk(r, &nk, NK_CALL_GRANT, 1, NK_BOTH, 0x90000000, PAGE);
    for (unsigned i = 0; i < 8 && s.how == LEFT && s.exit.reason == FROND_EXIT_FAULT; i++) {
        WANT(s.exit.addr - page < PAGE, "addr 0x%llx", (unsigned long long)s.exit.addr);
        s = deny(r, &nk.n);
    }
    WANT(s.how == LEFT && s.exit.reason == FROND_EXIT_HALT && s.exit.value == 99,
         "how %d reason %u value %d", (int)s.how, s.exit.reason, (int)s.exit.value);
    peek(r, &nk.n, lure - 512, is, sizeof is);
    WANT(memcmp(was, is, sizeof was) == 0, "nk wrote through its client's sp");
    free(nk.before);
}

/* nk's first page, where its trap handler is: each fetch is a gap, for as long as the parent denies it. */
static void nk_has_no_text(struct rig *r) {
    struct nucleus nk;
    begin(r, &nk);
    if (!rig_ok(r))
        return;
    take_page(r, &nk.n, nk.start);
    struct seen s = ask_nk(r, &nk, NK_CALL_GRANT, 1, NK_BOTH, 0x90000000, PAGE);
    for (unsigned i = 0; i < 100 && rig_ok(r); i++) {
        WANT(s.how == LEFT && s.exit.kind == FROND_FAULT_FETCH && s.exit.addr - nk.start < PAGE,
             "how %d kind %u", (int)s.how, s.exit.kind);
        s = deny(r, &nk.n);
    }
    free(nk.before);
}

#define DMA(x, object, o, y, v, means, wall)                                                       \
    ROW("nk-dma-" x "-" y, "nk's client", object, means, wall, dma, .what = o, .drive = &v)
#define INTO(x, object, o)                                                                         \
    DMA(x, object, o, "disk", disk_in, "a disk's transfer into it", "pmp dma-map"),                \
        DMA(x, object, o, "rng", rng_in, "entropy into it", "pmp dma-map"),                        \
        DMA(x, object, o, "console", console_in, "console input into it", "pmp dma-map")
#define OUT_OF(x, object, o)                                                                       \
    DMA(x, object, o, "disk-write", disk_out, "a disk's transfer out of it", "pmp dma-map"),       \
        DMA(x, object, o, "console-out", console_out, "a console's out of it", "pmp dma-map")

const struct row nucleus_rows[] = {
    INTO("text", "nk's text", NK_TEXT),
    OUT_OF("text", "nk's text", NK_TEXT),
    INTO("data", "nk's data", NK_DATA),
    OUT_OF("data", "nk's data", NK_DATA),
    INTO("stack", "nk's stack", NK_STACK),
    OUT_OF("stack", "nk's stack", NK_STACK),
    INTO("descriptor", "a descriptor", DESCRIPTOR),
    INTO("table", "a range table", RANGE_TABLE),
    INTO("region", "the end of nk's region", REGION_END),
    INTO("object", "an object", OBJECT),
    INTO("client-text", "the client's text", CLIENT_TEXT),
    INTO("controller", "the node controller", NODE_CONTROLLER),
    ROW("nk-ring-text", "nk's client", "nk's text", "as what a device reads its ring from",
        "pmp dma-map", rings, .what = AVAIL_IN_TEXT),
    ROW("nk-ring-stack", "nk's client", "nk's stack", "as a device's table of descriptors",
        "pmp dma-map", rings, .what = TABLE_IN_STACK),
    ROW("nk-ring-descriptor", "nk's client", "a descriptor", "as what a device writes its ring to",
        "pmp dma-map", rings, .what = USED_IN_REGION),
    ROW("nk-doorbells", "nk's client", "the doorbells of all virtio slots", "stores", "pmp",
        doorbells),
    ROW("nk-fault-stack", "nk's parent", "nk's stack", "taken away, and denied", "nk-ends",
        nk_faults, .what = NK_STACK),
    ROW("nk-fault-data", "nk's parent", "nk's data", "taken away, and denied", "nk-ends", nk_faults,
        .what = NK_DATA),
    ROW("nk-fault-region", "nk's parent", "nk's records", "taken away, and denied", "nk-ends",
        nk_faults, .what = REGION_END),
    ROW("nk-fault-table", "nk's parent", "nk's range tables", "taken away, and denied", "nk-ends",
        nk_faults, .what = RANGE_TABLE),
    ROW("nk-fault-text", "nk's parent", "nk's text", "taken away, and denied", "trap-step",
        nk_has_no_text),
};
const unsigned nucleus_count = sizeof nucleus_rows / sizeof nucleus_rows[0];
