/*
 * files.h - images as they lie in files: what pieces of memory an ELF or a raw file stands for.
 *
 * ELF segments that touch each other's pages become one piece; every piece begins on a page.
 */
#ifndef FROND_CLI_FILES_H
#define FROND_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_piece {
    uint64_t at, size; /* `at` is on a page; the zeros behind an ELF's data count */
    uint8_t *data;     /* host_reserve'd, of size rounded up to pages */
};

struct file_elf {
    uint64_t entry;
    struct file_piece *piece;
    unsigned pieces;
    bool tohost; /* it has this symbol: it means to end by HTIF */
};

/* 0, or EXIT_USAGE after a complaint that names `path`. */
int elf_read(struct file_elf *e, const char *path, const void *image, size_t size);
/* The pieces' data are the caller's from then on. */
void elf_free(struct file_elf *e, bool data);
bool file_is_elf(const void *image, size_t size);
/* A Linux kernel's Image: bytes of memory it uses; 0: it is none. */
uint64_t file_linux_size(const void *image, size_t size);

#endif
