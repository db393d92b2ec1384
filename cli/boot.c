/* boot.c - see boot.h. */
#include "boot.h"
#include "../host/host.h"
#include "cli.h"
#include "files.h"
#include "options.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char nucleus_elf[];
extern const unsigned nucleus_elf_size;

struct boot_payload {
    struct image_payload p;
    const struct plan_node *of; /* the first record with these files; NULL: the nucleus */
    const void *elf;            /* of a tohost ELF: the file */
    size_t elf_size;
};

struct boot_file {
    void *at;
    size_t size;
};

static uint64_t page_up(uint64_t n) { return (n + FROND_PAGE_SIZE - 1) & ~(uint64_t)4095; }

/* Room for one more behind n things. */
static void *grow(void *p, unsigned n, size_t each) {
    if ((n & (n - 1)) != 0)
        return p;
    p = realloc(p, (n ? 2 * (size_t)n : 1) * each);
    if (!p) {
        complain("out of memory");
        exit(EXIT_MACHINE);
    }
    return p;
}

void boot_free(struct boot *b) {
    for (unsigned i = 0; i < b->files; i++)
        host_unmap(b->file[i].at, b->file[i].size);
    free(b->file);
    free(b->node);
    free(b->payload);
    free(b->piece);
    free(b->data);
    free(b->reach);
    free(b->origin);
    free(b->text);
    free(b->ram);
    free(b->archive);
    *b = (struct boot){0};
}

static uint32_t add_text(struct boot *b, const char *text) {
    for (unsigned i = 0; i < b->texts; i++)
        if (strcmp(b->text[i], text) == 0)
            return i;
    b->text = grow(b->text, b->texts, sizeof *b->text);
    b->text[b->texts] = text;
    return b->texts++;
}

/* ---- Images ----------------------------------------------------------------------------------------- */

static void keep(struct boot *b, void *at, size_t size) {
    b->file = grow(b->file, b->files, sizeof *b->file);
    b->file[b->files++] = (struct boot_file){at, size};
}

static const void *open_file(struct boot *b, unsigned record, const char *key, const char *path,
                             size_t *size) {
    void *p = host_map_file(path, size);

    if (p && *size != 0) {
        keep(b, p, *size);
        return p;
    }
    plan_wrong(b->plan, record, key, "%s: %s; should be an image to run", path,
               p                 ? "empty file"
               : errno == EINVAL ? "not a regular file"
                                 : strerror(errno));
    host_unmap(p, 1);
    return NULL;
}

static void add_piece(struct boot *b, const char *path, uint64_t at, const void *data,
                      uint64_t size, uint64_t reach) {
    b->piece = grow(b->piece, b->pieces, sizeof *b->piece);
    b->data = grow(b->data, b->pieces, sizeof *b->data);
    b->reach = grow(b->reach, b->pieces, sizeof *b->reach);
    b->origin = grow(b->origin, b->pieces, sizeof *b->origin);
    b->piece[b->pieces] = (struct image_piece){.at = at, .size = size};
    b->data[b->pieces] = data;
    b->reach[b->pieces] = reach;
    b->origin[b->pieces++] = path;
    b->payload[b->payloads - 1].p.pieces++;
}

static int add_elf(struct boot *b, const char *path, const void *image, size_t size, bool first) {
    struct boot_payload *p = &b->payload[b->payloads - 1];
    struct file_elf e;
    int status = elf_read(&e, path, image, size);

    for (unsigned i = 0; !status && i < e.pieces; i++) {
        keep(b, e.piece[i].data, page_up(e.piece[i].size));
        add_piece(b, path, e.piece[i].at, e.piece[i].data, e.piece[i].size, e.piece[i].size);
    }
    if (!status && first)
        p->p.pc = e.entry;
    if (!status && e.tohost) {
        p->elf = image;
        p->elf_size = size;
    }
    elf_free(&e, status != 0);
    return status;
}

/* An image: ELF, or raw at `at`. `first`: where the hart starts. */
static int add_image(struct boot *b, unsigned record, const char *key, const char *path,
                     uint64_t at, bool first) {
    size_t size;
    const void *image = open_file(b, record, key, path, &size);

    if (!image)
        return EXIT_USAGE;
    if (file_is_elf(image, size) && at != IMAGE_INITRD)
        return add_elf(b, path, image, size, first);
    uint64_t linux_size = at == IMAGE_INITRD ? 0 : file_linux_size(image, size);
    if (first && linux_size != 0)
        return plan_wrong(b->plan, record, key,
                          "%s: a Linux kernel starts from firmware: give it as "
                          "%s with %s, as OpenSBI's fw_jump.bin",
                          path, b->plan->file ? "'kernel'" : "--kernel",
                          b->plan->file ? "'bios'" : "--bios");
    add_piece(b, path, at, image, size, linux_size ? linux_size : size);
    return 0;
}

static int check_overlap(const struct boot *b, unsigned record) {
    const struct image_payload *p = &b->payload[b->payloads - 1].p;

    for (uint32_t i = p->first; i < b->pieces; i++) {
        for (uint32_t k = p->first; k < i; k++) {
            const struct image_piece *x = &b->piece[i], *y = &b->piece[k];
            if (x->at == IMAGE_INITRD || y->at == IMAGE_INITRD ||
                x->at >= y->at + page_up(b->reach[k]) || y->at >= x->at + page_up(b->reach[i]))
                continue;
            return plan_wrong(
                b->plan, record, NULL,
                "%s (0x%llx bytes at 0x%llx) and %s (0x%llx bytes at 0x%llx) overlap; a "
                "raw bios is loaded at 0x%x, a raw kernel at 0x%x",
                b->origin[k], (unsigned long long)b->reach[k], (unsigned long long)y->at,
                b->origin[i], (unsigned long long)b->reach[i], (unsigned long long)x->at,
                FROND_RAM_BASE, (unsigned)IMAGE_KERNEL);
        }
    }
    return 0;
}

static bool same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static void new_payload(struct boot *b, const struct plan_node *of) {
    b->payload = grow(b->payload, b->payloads, sizeof *b->payload);
    b->payload[b->payloads++] =
        (struct boot_payload){.p = {.pc = FROND_RAM_BASE, .first = b->pieces}, .of = of};
}

/* The payload of a record without children: *number. */
static int add_payload(struct boot *b, unsigned record, uint32_t *number) {
    const struct plan_node *n = &b->plan->node[record];
    int status = 0;

    for (unsigned i = 1; i < b->payloads; i++) {
        const struct plan_node *o = b->payload[i].of;
        if (same(n->image, o->image) && same(n->bios, o->bios) && same(n->kernel, o->kernel) &&
            same(n->initrd, o->initrd)) {
            *number = i;
            return 0;
        }
    }
    *number = b->payloads;
    new_payload(b, n);
    if (n->image)
        status = add_image(b, record, "image", n->image, FROND_RAM_BASE, true);
    if (n->bios)
        status = add_image(b, record, "bios", n->bios, FROND_RAM_BASE, true);
    if (!status && n->kernel)
        status = add_image(b, record, "kernel", n->kernel, n->bios ? IMAGE_KERNEL : FROND_RAM_BASE,
                           !n->bios);
    if (!status && n->initrd)
        status = add_image(b, record, "initrd", n->initrd, IMAGE_INITRD, false);
    return status ? status : check_overlap(b, record);
}

/* ---- Memory ----------------------------------------------------------------------------------------- */

/* Bytes of RAM that a record's images need. */
static uint64_t images_need(const struct boot *b, unsigned record) {
    const struct image_payload *p = &b->payload[b->node[record].payload].p;
    struct image_boot start;
    uint64_t end = 0, top = 0;

    for (uint32_t i = p->first; i < p->first + p->pieces; i++) {
        if (b->piece[i].at == IMAGE_INITRD)
            top += page_up(b->piece[i].size);
        else if (page_up(b->piece[i].at + b->reach[i]) - FROND_RAM_BASE > end)
            end = page_up(b->piece[i].at + b->reach[i]) - FROND_RAM_BASE;
    }
    /* The tree's size does not hang on the memory's. */
    if (image_boot(b->archive, record, (uint64_t)1 << 40, &start))
        top += page_up(start.dtb_size);
    return end + top;
}

static int check_leaf_memory(const struct boot *b, unsigned i) {
    uint64_t needs = images_need(b, i);
    char has[SIZE_TEXT], right[SIZE_TEXT];

    if (b->ram[i] >= needs)
        return 0;
    size_text(b->ram[i], has);
    size_text(needs, right);
    return plan_wrong(b->plan, i, "memory",
                      "%s bytes of memory are too few for the images; %s is at "
                      "least %s",
                      has, b->plan->file ? "right" : "right for --memory", right);
}

static int check_nucleus_memory(const struct boot *b, unsigned i) {
    const struct image_node *n = image_node(b->archive, i);
    char has[SIZE_TEXT], right[SIZE_TEXT];

    if (n->memory == 0 || n->memory >= n->need)
        return 0;
    size_text(n->memory, has);
    size_text(n->need, right);
    return plan_wrong(b->plan, i, "memory",
                      "%s of memory are too little for its children; right is at "
                      "least %s, or to leave it out",
                      has, right);
}

static int check_memory(struct boot *b) {
    const struct image *a = b->archive;
    int status = 0;

    b->ram = calloc(b->nodes, sizeof *b->ram);
    if (!b->ram)
        return complain("out of memory");
    b->ram[0] = boot_memory(b);
    for (unsigned i = 1; i < b->nodes; i++) {
        unsigned up = b->plan->node[i].parent;
        b->ram[i] = image_child_ram(a, image_node(a, up), b->ram[up], image_node(a, i));
    }
    for (unsigned i = 0; !status && i < b->nodes; i++)
        if (b->node[i].children == 0)
            status = check_leaf_memory(b, i);
    return status;
}

static int write_archive(struct boot *b) {
    struct image_payload *payload = malloc(b->payloads * sizeof *payload);
    struct image_source s = {.node = b->node,
                             .payload = payload,
                             .piece = b->piece,
                             .data = b->data,
                             .text = b->text,
                             .nodes = b->nodes,
                             .payloads = b->payloads,
                             .pieces = b->pieces,
                             .texts = b->texts};
    bool ok;

    for (unsigned i = 0; payload && i < b->payloads; i++)
        payload[i] = b->payload[i].p;
    b->archive_size = payload ? image_write(NULL, 0, &s) : 0;
    b->archive = b->archive_size ? aligned_alloc(FROND_PAGE_SIZE, b->archive_size) : NULL;
    ok = b->archive && image_write(b->archive, b->archive_size, &s) != 0;
    free(payload);
    if (!b->archive)
        return complain("out of memory for %zu bytes of images", b->archive_size);
    for (unsigned i = 0; i < b->nodes; i++)
        if (b->node[i].children && check_nucleus_memory(b, i))
            return EXIT_USAGE;
    return ok ? 0 : complain("images: %s", image_check(b->archive, b->archive_size));
}

/* ---- Records ---------------------------------------------------------------------------------------- */

static int add_record(struct boot *b, unsigned i) {
    const struct plan_node *n = &b->plan->node[i];
    struct image_node *to = &b->node[i];

    *to = (struct image_node){.memory = n->memory,
                              .pool = n->pool,
                              .budget = n->slice,
                              .epoch = n->epoch,
                              .seed = n->seed,
                              .first = n->first,
                              .children = n->children,
                              .repeat = n->repeat,
                              .weight = n->weight,
                              .virtio = n->virtio,
                              .flags = n->flags | (b->plan->waits && n->children ? IMAGE_WAIT : 0)};
    if (n->args)
        to->args = add_text(b, n->args);
    return n->children ? 0 : add_payload(b, i, &to->payload);
}

static int check_htif(const struct boot *b) {
    for (unsigned i = 1; i < b->nodes; i++)
        if (b->payload[b->node[i].payload].elf)
            return plan_wrong(
                b->plan, i, "image",
                "%s ends by HTIF ('tohost'), which reaches the host "
                "from node 0 only: run it at depth 0, or let it end by the finisher at "
                "0x%x",
                b->payload[b->node[i].payload].of->image, FROND_FINISHER_BASE);
    return 0;
}

static int add_nucleus(struct boot *b) {
    const char *path = b->plan->nucleus;
    const void *image = nucleus_elf;
    size_t size = nucleus_elf_size;

    if (path && !(image = open_file(b, 0, "nucleus", path, &size)))
        return EXIT_USAGE;
    return add_elf(b, path ? path : "nucleus", image, size, true);
}

int boot_make(struct boot *b, const struct plan *p) {
    int status;

    *b = (struct boot){.plan = p, .nodes = p->nodes};
    b->node = calloc(p->nodes, sizeof *b->node);
    if (!b->node)
        return complain("out of memory");
    add_text(b, "");
    new_payload(b, NULL);
    status = add_nucleus(b);
    for (unsigned i = 0; !status && i < p->nodes; i++)
        status = add_record(b, i);
    if (!status)
        status = check_htif(b);
    if (!status)
        status = write_archive(b);
    return status ? status : check_memory(b);
}

uint64_t boot_memory(const struct boot *b) {
    const struct image_node *n = image_node(b->archive, 0);

    return n->memory ? n->memory : n->need;
}

uint64_t boot_extra(const struct boot *b) { return page_up(b->archive_size); }

/* ---- Starting node 0 -------------------------------------------------------------------------------- */

static int load(struct frond *m, uint64_t at, const void *from, uint64_t size) {
    return frond_load(m, at, from, size) ? complain("%s", frond_error(m)) : 0;
}

/* A record's device tree, to be freed; *size: its bytes, *at: where it lies. NULL after a complaint. */
static void *make_tree(const struct boot *b, unsigned record, struct image_boot *start) {
    void *tree = NULL;

    if (image_boot(b->archive, record, b->ram[record], start))
        tree = calloc(1, page_up(start->dtb_size));
    if (tree && fdt_write(tree, start->dtb_size, &start->tree) == start->dtb_size)
        return tree;
    complain("the device tree does not fit into the memory");
    free(tree);
    return NULL;
}

int boot_dump_tree(const struct boot *b, unsigned record, const char *path) {
    struct image_boot start;
    void *tree = make_tree(b, record, &start);
    FILE *f;
    int bad;

    if (!tree)
        return EXIT_USAGE;
    f = fopen(path, "wb");
    bad = !f || fwrite(tree, start.dtb_size, 1, f) != 1;
    if (f)
        bad |= fclose(f) != 0;
    free(tree);
    return bad ? complain("run: --dump-dtb %s: %s", path, strerror(errno)) : 0;
}

static int load_payload(struct boot *b, struct frond *m, const struct image_boot *start) {
    const struct boot_payload *p = &b->payload[b->node[0].payload];
    int status = 0;

    for (uint32_t i = 0; !status && i < p->p.pieces; i++) {
        const struct image_piece *piece = image_piece(b->archive, p->p.first + i);
        status = load(m, image_piece_at(piece, start), b->data[p->p.first + i], piece->size);
    }
    if (!status && p->elf && frond_load_elf(m, p->elf, p->elf_size)) /* once more, for `tohost` */
        status = complain("%s: %s", p->of->image ? p->of->image : "image", frond_error(m));
    return status;
}

int boot_start(struct boot *b, struct frond *m) {
    struct image_boot start;
    void *tree = make_tree(b, 0, &start);
    int status;

    if (!tree)
        return EXIT_USAGE;
    status = load(m, start.dtb, tree, start.dtb_size);
    free(tree);
    if (!status)
        status = load_payload(b, m, &start);
    if (!status && start.tree.archive_size) {
        status = frond_map(m, start.tree.archive, boot_extra(b), FROND_R | FROND_X)
                     ? complain("%s", frond_error(m))
                     : load(m, start.tree.archive, b->archive, b->archive_size);
    }
    frond_desc(m)->pc = start.pc;
    frond_desc(m)->x[11] = start.dtb;
    frond_desc(m)->epoch = image_node(b->archive, 0)->epoch;
    return status;
}
