/* files.c - see files.h. */
#define _GNU_SOURCE
#include "files.h"
#include "../host/host.h"
#include "cli.h"
#include "frond_abi.h"
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define PAGE    ((uint64_t)FROND_PAGE_SIZE)
#define LARGEST ((uint64_t)1 << 30) /* of all pieces */

enum { SEGMENTS = 1024 };

static uint64_t page_up(uint64_t n) { return (n + PAGE - 1) & ~(PAGE - 1); }

bool file_is_elf(const void *image, size_t size) {
    return size >= SELFMAG && memcmp(image, ELFMAG, SELFMAG) == 0;
}

uint64_t file_linux_size(const void *image, size_t size) {
    const uint8_t *p = image;
    uint64_t bytes;

    if (size < 64 || memcmp(p + 56, "RSC\x05", 4) != 0)
        return 0;
    memcpy(&bytes, p + 16, sizeof bytes);
    return bytes < size || bytes > LARGEST ? size : bytes;
}

static int check_header(const char *path, const Elf64_Ehdr *e, size_t size) {
    if (size < sizeof *e)
        return complain("%s: an ELF cut short: %zu bytes", path, size);
    if (e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_ident[EI_DATA] != ELFDATA2LSB ||
        e->e_machine != EM_RISCV)
        return complain("%s: an ELF, but not for 64-bit RISC-V", path);
    if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
        return complain("%s: an ELF, but not linked to an executable", path);
    if (e->e_phentsize != sizeof(Elf64_Phdr) || e->e_phoff > size ||
        (size - e->e_phoff) / sizeof(Elf64_Phdr) < e->e_phnum)
        return complain("%s: an ELF cut short: its program headers are not in the file", path);
    if (e->e_phnum > SEGMENTS)
        return complain("%s: %u program headers; %d are the most", path, e->e_phnum, SEGMENTS);
    if (e->e_entry % 2 != 0)
        return complain("%s: its entry point 0x%llx is odd", path, (unsigned long long)e->e_entry);
    return 0;
}

static Elf64_Phdr header(const uint8_t *image, const Elf64_Ehdr *e, unsigned i) {
    Elf64_Phdr p;

    memcpy(&p, image + e->e_phoff + i * sizeof p, sizeof p);
    return p;
}

static bool is_loaded(const Elf64_Phdr *p) { return p->p_type == PT_LOAD && p->p_memsz != 0; }

static int check_segment(const char *path, const Elf64_Phdr *p, size_t size) {
    if (p->p_offset > size || p->p_filesz > size - p->p_offset || p->p_filesz > p->p_memsz)
        return complain("%s: an ELF cut short: a segment is not in the file", path);
    if (p->p_paddr < FROND_RAM_BASE || p->p_paddr > UINT64_MAX - LARGEST)
        return complain("%s: its segment at 0x%llx is not in RAM, which begins at 0x%x", path,
                        (unsigned long long)p->p_paddr, FROND_RAM_BASE);
    if (p->p_memsz > LARGEST)
        return complain("%s: its segment at 0x%llx is larger than 1G", path,
                        (unsigned long long)p->p_paddr);
    return 0;
}

/* Pages of segments, those that touch made one; in order. Bytes only, no data yet. */
static void add_extent(struct file_elf *e, uint64_t at, uint64_t end) {
    unsigned i = 0, k;

    at &= ~(PAGE - 1);
    while (i < e->pieces && page_up(e->piece[i].at + e->piece[i].size) < at)
        i++;
    for (k = i; k < e->pieces && e->piece[k].at <= page_up(end); k++) {
        uint64_t last = e->piece[k].at + e->piece[k].size;
        at = e->piece[k].at < at ? e->piece[k].at : at;
        end = last > end ? last : end;
    }
    memmove(&e->piece[i + 1], &e->piece[k], (e->pieces - k) * sizeof *e->piece);
    e->pieces -= k - i;
    e->pieces++;
    e->piece[i] = (struct file_piece){.at = at, .size = end - at};
}

static int fill(struct file_elf *e, const char *path, const uint8_t *image, const Elf64_Ehdr *h) {
    uint64_t sum = 0;

    for (unsigned k = 0; k < e->pieces; k++) {
        struct file_piece *piece = &e->piece[k];
        if ((sum += piece->size) > LARGEST)
            return complain("%s: its segments are larger than 1G", path);
        if (!(piece->data = host_reserve(page_up(piece->size))))
            return complain("%s: no host memory for its %llu bytes", path,
                            (unsigned long long)piece->size);
        for (unsigned i = 0; i < h->e_phnum; i++) {
            Elf64_Phdr p = header(image, h, i);
            if (is_loaded(&p) && p.p_paddr >= piece->at && p.p_paddr - piece->at < piece->size)
                memcpy(piece->data + (p.p_paddr - piece->at), image + p.p_offset, p.p_filesz);
        }
    }
    return 0;
}

/* Whether a symbol table names `tohost`; tables that are not in order name nothing. */
static bool has_tohost(const uint8_t *image, size_t size, const Elf64_Ehdr *h) {
    for (unsigned i = 0; i < h->e_shnum && h->e_shoff < size; i++) {
        Elf64_Shdr s;
        if ((size - h->e_shoff) / sizeof s <= i)
            return false;
        memcpy(&s, image + h->e_shoff + i * sizeof s, sizeof s);
        if (s.sh_type == SHT_STRTAB && s.sh_offset < size && s.sh_size <= size - s.sh_offset &&
            memmem(image + s.sh_offset, s.sh_size, "\0tohost", 8))
            return true;
    }
    return false;
}

int elf_read(struct file_elf *e, const char *path, const void *image, size_t size) {
    Elf64_Ehdr h = {0};
    int status;

    *e = (struct file_elf){0};
    memcpy(&h, image, size < sizeof h ? size : sizeof h);
    if ((status = check_header(path, &h, size)))
        return status;
    e->piece = calloc(h.e_phnum + 1u, sizeof *e->piece);
    if (!e->piece)
        return complain("out of memory");
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p = header(image, &h, i);
        if (!is_loaded(&p))
            continue;
        if ((status = check_segment(path, &p, size)))
            return status;
        add_extent(e, p.p_paddr, p.p_paddr + p.p_memsz);
    }
    if (e->pieces == 0)
        return complain("%s: an ELF without anything to load", path);
    e->entry = h.e_entry;
    e->tohost = has_tohost(image, size, &h);
    return fill(e, path, image, &h);
}

void elf_free(struct file_elf *e, bool data) {
    for (unsigned i = 0; data && i < e->pieces; i++)
        host_release(e->piece[i].data, page_up(e->piece[i].size));
    free(e->piece);
    *e = (struct file_elf){0};
}
