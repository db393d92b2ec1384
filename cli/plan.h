/*
 * plan.h - the tree of nodes that is to run, as told by options or by a YAML file (treefile.c), checked
 * as far as that goes without opening an image. boot.c makes an archive of it, tree.c draws it.
 *
 * Records lie level by level: a record's children are [first, first + children), all after it. A
 * record stands for `repeat` equal siblings. Record 0 is node 0. A record with children is a nucleus.
 */
#ifndef FROND_CLI_PLAN_H
#define FROND_CLI_PLAN_H

#include "../machine/image.h"
#include "frond.h"

struct plan_node {
    char *image, *bios, *kernel, *initrd;      /* paths; NULL: none */
    char *args;                                /* boot arguments; NULL: none */
    uint64_t memory, pool, slice, epoch, seed; /* 0: not given */
    uint32_t repeat, weight;
    uint32_t virtio; /* slots handed down */
    uint32_t flags;  /* IMAGE_* */
    unsigned first, children;
    unsigned parent, ordinal; /* the how-manyeth record of its parent's, from 0 */
    const void *source;       /* treefile.c's, while it reads */
};

struct plan {
    struct plan_node *node;
    unsigned nodes, room;
    const char *file;    /* YAML; NULL: made from options */
    void *document;      /* treefile.c's, to tell lines */
    const char *nucleus; /* an ELF to use for it; NULL: the one built in */
    bool waits;          /* nuclei wait for idle time, they do not skip it */
};

/* A new record with the defaults; NULL after a complaint. Pointers to records are void afterwards. */
struct plan_node *plan_add(struct plan *p, unsigned parent, unsigned ordinal);
void plan_free(struct plan *p);

/* 0, or EXIT_USAGE after a complaint. slots: virtio slots of node 0, ~0 if they are not known. */
int plan_check(const struct plan *p, uint32_t slots);

/* treefile.c: reads a tree. 0, or EXIT_USAGE after a complaint. */
int treefile_read(struct plan *p, const char *path);
void treefile_free(struct plan *p);
/* Line of a key of a record, or of the record (key NULL, or not there). */
unsigned treefile_line(const struct plan *p, unsigned node, const char *key);

/* Complains about a record, with file and line or the node's label; returns EXIT_USAGE. */
int plan_wrong(const struct plan *p, unsigned node, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Label of a record, "0.2" or "0.2-5.1" where it stands for several; nodes it stands for in all. */
void plan_label(const struct plan *p, unsigned node, char *to, size_t room);
uint64_t plan_count(const struct plan *p, unsigned node);
unsigned plan_depth(const struct plan *p, unsigned node);

#endif
