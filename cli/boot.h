/*
 * boot.h - from files and options to a machine that is ready to run.
 *
 * Everything that runs is described by one archive (machine/image.h): node 0 is started from it here
 * just as a nucleus starts its children from it.
 */
#ifndef FROND_CLI_BOOT_H
#define FROND_CLI_BOOT_H

#include "../machine/image.h"
#include "frond.h"

enum { BOOT_NODES = 4096, BOOT_PAYLOADS = 64, BOOT_PIECES = 512, BOOT_TEXTS = 4096 };

/* What is gathered before the archive is written. Files stay mapped until boot_free. */
struct boot {
    struct image_node node[BOOT_NODES];
    struct image_payload payload[BOOT_PAYLOADS];
    struct image_piece piece[BOOT_PIECES];
    const void *data[BOOT_PIECES];
    const char *text[BOOT_TEXTS];
    uint32_t nodes, payloads, pieces, texts;
    struct {
        void *at;
        size_t size;
    } file[BOOT_PIECES];
    unsigned files;
    void *archive;
    size_t archive_size;
    const void *elf; /* of the last payload, if it was one: for `tohost` */
    size_t elf_size;
};

void boot_init(struct boot *b);
void boot_free(struct boot *b);

/* These return the new number, or -1 after a complaint. */
int boot_text(struct boot *b, const char *text);
/* A payload from an ELF or raw image (loaded at RAM base). */
int boot_image(struct boot *b, const char *path);
/* The nucleus that is part of this program. */
int boot_nucleus(struct boot *b);
/* Another piece of the last payload: a raw file at an address, or IMAGE_INITRD. */
int boot_piece(struct boot *b, const char *path, uint64_t at);
/* Record: the caller fills it. */
struct image_node *boot_node(struct boot *b, uint32_t payload);

/* Writes the archive. 0, or 2 after a complaint. */
int boot_archive(struct boot *b);
/* RAM that node 0 needs, and what lies behind it. */
uint64_t boot_memory(const struct boot *b);
uint64_t boot_extra(const struct boot *b);
/* Puts record 0 into node 0 of m, whose devices are attached. 0, or 2 after a complaint. */
int boot_start(struct boot *b, struct frond *m);

#endif
