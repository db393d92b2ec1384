/*
 * boot.h - from a plan to a machine that is ready to run.
 *
 * Everything that runs is described by one archive (machine/image.h): node 0 is started from it here
 * just as a nucleus starts its children from it. All functions return 0, or EXIT_USAGE after a
 * complaint, where nothing else is said.
 */
#ifndef FROND_CLI_BOOT_H
#define FROND_CLI_BOOT_H

#include "plan.h"

/* What is gathered before the archive is written. Files stay mapped until boot_free. */
struct boot {
    const struct plan *plan;
    struct image_node *node; /* one for each record of the plan */
    struct boot_payload *payload;
    struct image_piece *piece;
    const void **data;   /* of each piece */
    uint64_t *reach;     /* of each piece: bytes that it will use, the zeros behind it too */
    const char **origin; /* of each piece: its file */
    const char **text;
    unsigned nodes, payloads, pieces, texts;
    struct boot_file *file;
    unsigned files;
    uint64_t *ram; /* of each record */
    void *archive;
    size_t archive_size;
};

/* Opens the images and writes the archive. */
int boot_make(struct boot *b, const struct plan *p);
void boot_free(struct boot *b);

/* RAM that node 0 needs, and what lies behind it. */
uint64_t boot_memory(const struct boot *b);
uint64_t boot_extra(const struct boot *b);
/* Puts record 0 into node 0 of m, whose devices are attached. */
int boot_start(struct boot *b, struct frond *m);
/* The device tree of a record, to a file. */
int boot_dump_tree(const struct boot *b, unsigned record, const char *path);

#endif
