/* boot.c - see boot.h. */
#include "boot.h"
#include "../host/host.h"
#include "cli.h"
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char nucleus_elf[];
extern const unsigned nucleus_elf_size;

static uint64_t page_up(uint64_t n) { return (n + FROND_PAGE_SIZE - 1) & ~(uint64_t)4095; }

void boot_init(struct boot *b)
{
    memset(b, 0, sizeof *b);
    b->text[b->texts++] = "";
}

void boot_free(struct boot *b)
{
    for (unsigned i = 0; i < b->files; i++)
        host_unmap(b->file[i].at, b->file[i].size);
    free(b->archive);
}

int boot_text(struct boot *b, const char *text)
{
    for (uint32_t i = 0; i < b->texts; i++)
        if (strcmp(b->text[i], text) == 0)
            return (int)i;
    if (b->texts == BOOT_TEXTS) {
        complain("more than %d different texts", BOOT_TEXTS);
        return -1;
    }
    b->text[b->texts] = text;
    return (int)b->texts++;
}

static const uint8_t *open_file(struct boot *b, const char *path, size_t *size)
{
    if (b->files == BOOT_PIECES) {
        complain("more than %d files", BOOT_PIECES);
        return NULL;
    }
    void *p = host_map_file(path, size);
    if (!p || *size == 0) {
        complain("%s: %s", path, p ? "empty file" : strerror(errno));
        return NULL;
    }
    b->file[b->files].at = p;
    b->file[b->files++].size = *size;
    return p;
}

static int add_piece(struct boot *b, const void *data, uint64_t size, uint64_t at)
{
    if (b->pieces == BOOT_PIECES) {
        complain("more than %d pieces of images", BOOT_PIECES);
        return -1;
    }
    b->piece[b->pieces] = (struct image_piece){.at = at, .size = size};
    b->data[b->pieces++] = data;
    b->payload[b->payloads - 1].pieces++;
    return (int)b->pieces - 1;
}

static bool new_payload(struct boot *b, uint64_t pc)
{
    if (b->payloads == BOOT_PAYLOADS) {
        complain("more than %d different images", BOOT_PAYLOADS);
        return false;
    }
    b->payload[b->payloads++] = (struct image_payload){.pc = pc, .first = b->pieces};
    return true;
}

/* The loadable segments of an ELF, each padded to the pages it lies in. */
static int elf_payload(struct boot *b, const char *path, const uint8_t *image, size_t size)
{
    Elf64_Ehdr e;

    if (size < sizeof e) {
        complain("%s: not a whole ELF file", path);
        return -1;
    }
    memcpy(&e, image, sizeof e);
    if (e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_ident[EI_DATA] != ELFDATA2LSB ||
        e.e_machine != EM_RISCV || e.e_phentsize != sizeof(Elf64_Phdr) ||
        e.e_phoff > size || (size - e.e_phoff) / sizeof(Elf64_Phdr) < e.e_phnum) {
        complain("%s: not an ELF executable for 64-bit RISC-V", path);
        return -1;
    }
    if (!new_payload(b, e.e_entry))
        return -1;
    for (unsigned i = 0; i < e.e_phnum; i++) {
        Elf64_Phdr p;
        memcpy(&p, image + e.e_phoff + i * sizeof p, sizeof p);
        if (p.p_type != PT_LOAD || p.p_memsz == 0)
            continue;
        if (p.p_offset > size || p.p_filesz > size - p.p_offset || p.p_filesz > p.p_memsz ||
            p.p_memsz > 1ULL << 40) {
            complain("%s: a segment lies outside the file", path);
            return -1;
        }
        uint64_t head = p.p_paddr % FROND_PAGE_SIZE;
        uint64_t room = page_up(head + p.p_memsz);
        uint8_t *copy = host_reserve(room);
        if (!copy || b->files == BOOT_PIECES) {
            complain("%s: too large", path);
            return -1;
        }
        b->file[b->files].at = copy;
        b->file[b->files++].size = room;
        memcpy(copy + head, image + p.p_offset, p.p_filesz);
        if (add_piece(b, copy, head + p.p_memsz, p.p_paddr - head) < 0)
            return -1;
    }
    return (int)b->payloads - 1;
}

int boot_image(struct boot *b, const char *path)
{
    size_t size;
    const uint8_t *image = open_file(b, path, &size);

    if (!image)
        return -1;
    if (size >= 4 && memcmp(image, ELFMAG, SELFMAG) == 0) {
        b->elf = image;
        b->elf_size = size;
        return elf_payload(b, path, image, size);
    }
    if (!new_payload(b, FROND_RAM_BASE) || add_piece(b, image, size, FROND_RAM_BASE) < 0)
        return -1;
    return (int)b->payloads - 1;
}

int boot_nucleus(struct boot *b)
{
    return elf_payload(b, "nucleus", nucleus_elf, nucleus_elf_size);
}

int boot_piece(struct boot *b, const char *path, uint64_t at)
{
    size_t size;
    const uint8_t *image = open_file(b, path, &size);

    return image ? add_piece(b, image, size, at) : -1;
}

struct image_node *boot_node(struct boot *b, uint32_t payload)
{
    if (b->nodes == BOOT_NODES) {
        complain("more than %d records of nodes", BOOT_NODES);
        return NULL;
    }
    b->node[b->nodes] = (struct image_node){.payload = payload, .repeat = 1, .weight = 1};
    return &b->node[b->nodes++];
}

int boot_archive(struct boot *b)
{
    struct image_source s = {.node = b->node, .payload = b->payload, .piece = b->piece,
                             .data = b->data, .text = b->text, .nodes = b->nodes,
                             .payloads = b->payloads, .pieces = b->pieces, .texts = b->texts};

    b->archive_size = image_write(NULL, 0, &s);
    if (b->archive_size == 0)
        return complain("the images do not fit together (overlapping pieces, or too little memory)");
    b->archive = aligned_alloc(FROND_PAGE_SIZE, b->archive_size);
    if (!b->archive || image_write(b->archive, b->archive_size, &s) == 0)
        return complain("out of memory for %zu bytes of images", b->archive_size);
    const char *wrong = image_check(b->archive, b->archive_size);
    return wrong ? complain("images: %s", wrong) : 0;
}

uint64_t boot_memory(const struct boot *b)
{
    const struct image_node *n = image_node(b->archive, 0);

    return n->memory ? n->memory : n->need;
}

uint64_t boot_extra(const struct boot *b) { return page_up(b->archive_size); }

static int load(struct frond *m, uint64_t at, const void *from, uint64_t size)
{
    return frond_load(m, at, from, size) ? complain("%s", frond_error(m)) : 0;
}

int boot_start(struct boot *b, struct frond *m)
{
    const struct image *a = b->archive;
    const struct image_node *n = image_node(a, 0);
    const struct image_payload *p = image_payload(a, n->payload);
    uint64_t ram = boot_memory(b);
    struct image_boot start;

    if (!image_boot(a, 0, ram, &start))
        return complain("%llu bytes of memory are too few for the images; --memory gives more",
                        (unsigned long long)ram);
    void *tree = calloc(1, page_up(start.dtb_size));
    if (!tree || fdt_write(tree, start.dtb_size, &start.tree) != start.dtb_size) {
        free(tree);
        return complain("the device tree does not fit");
    }
    int bad = load(m, start.dtb, tree, start.dtb_size);
    free(tree);
    for (uint32_t i = 0; !bad && i < p->pieces; i++) {
        const struct image_piece *piece = image_piece(a, p->first + i);
        bad = load(m, image_piece_at(piece, &start), image_data(a, piece), piece->size);
    }
    if (!bad && start.tree.archive_size) {
        bad = frond_map(m, start.tree.archive, boot_extra(b), FROND_R | FROND_X)
                  ? complain("%s", frond_error(m))
                  : load(m, start.tree.archive, a, b->archive_size);
    }
    frond_desc(m)->pc = start.pc;
    frond_desc(m)->x[11] = start.dtb;
    frond_desc(m)->epoch = n->epoch;
    return bad;
}
