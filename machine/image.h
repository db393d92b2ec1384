/*
 * image.h - what lies where in a node's RAM at its first instruction, and the archive out of which
 * a nucleus makes its children.
 *
 * The host program and the nucleus link the same functions: a node described by the same record
 * starts from the same bytes whoever makes it. Freestanding; no allocation, no state.
 *
 *   RAM base              pieces of the payload, at the addresses they name; the rest is zero
 *   ...
 *   below the tree        initrd, page aligned
 *   last pages of RAM     device tree, page aligned
 *   RAM base + RAM size   of a nucleus only: the archive, read-only, no part of its RAM
 *
 * An archive is one block of bytes, page aligned: head, records, payloads, pieces, texts, then the
 * pieces' data, each on a page of its own. It holds a tree of records: record 0 is the node that
 * the host starts; a record's children are the records [first, first + children), each standing for
 * `repeat` equal siblings, all after itself. Payload 0 is the nucleus. A nucleus learns which record
 * is its own from the word node=N of its boot arguments.
 */
#ifndef FROND_IMAGE_H
#define FROND_IMAGE_H

#include "fdt.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAGIC  0x45564948434e5246 /* "FRNCHIVE" */
#define IMAGE_INITRD UINT64_MAX         /* image_piece.at: below the device tree */
#define IMAGE_KERNEL 0x80200000         /* where firmware expects the kernel */

/* What a nucleus needs of its RAM: itself with stacks and device tree; its pool, if it has one; for
 * each child the child's RAM, its descriptor, table and account; and nk's records of what children
 * may be given. image_node.need is the sum. */
#define IMAGE_NUCLEUS_ROOM 0x18000
#define IMAGE_CHILD_ROOM   0x1800
#define IMAGE_RANGE_ROOM   32 /* and for each page of a shared or paged child */
#define IMAGE_FRAME_ROOM   16 /* for each page of a pool */
#define IMAGE_UNIT_ROOM    24 /* for each unit of its children's memory */

#define IMAGE_BUDGET 10000000 /* steps of a time slice where a record says 0 */

/* image_node.flags */
#define IMAGE_UART      1 /* there is a UART */
#define IMAGE_UART_PASS 2 /* it is the parent's own, mapped down; else the parent plays it */
#define IMAGE_SHARE     4 /* pages of the payload are the archive's own until they are written to */
#define IMAGE_PAGED     8 /* its memory comes from the parent's pool, page by page */
#define IMAGE_WAIT      16 /* a nucleus: idle time is waited for, by its own timer; else skipped */
#define IMAGE_FLAGS     31

struct image_node {
    uint64_t memory; /* bytes of RAM; 0: `need`, or (a leaf) a share by weight of what is left */
    uint64_t need;   /* bytes of RAM it cannot do without: filled in by image_write */
    uint64_t pool;   /* a nucleus: bytes of frames for all its PAGED children; else 0 */
    uint64_t
        budget;     /* a nucleus: steps of its children's time slice at weight 1; 0: IMAGE_BUDGET */
    uint64_t epoch; /* RTC: ns since 1970 at clock 0 */
    uint64_t seed;  /* of its device tree's rng-seed; 0: none */
    uint32_t payload;
    uint32_t args; /* text: boot arguments, unless the payload is the nucleus; 0: none */
    uint32_t first, children;
    uint32_t repeat; /* 1 or more */
    uint32_t weight; /* 1 or more: share of time, and of RAM where memory is 0 */
    uint32_t virtio; /* slots handed down */
    uint32_t flags;
};

/* Something to start: its pieces, and where the first instruction is. */
struct image_payload {
    uint64_t pc;
    uint32_t first, pieces;
};

struct image_piece {
    uint64_t at;     /* address in the node, page aligned; IMAGE_INITRD */
    uint64_t size;   /* bytes */
    uint64_t offset; /* of its data in the archive, page aligned: filled in by image_write */
};

/* The head of an archive. Offsets are from its start. */
struct image {
    uint64_t magic;
    uint64_t size; /* of the whole, a multiple of 4096 */
    uint32_t nodes, payloads, pieces, texts;
    uint64_t node_at, payload_at, piece_at;
    uint64_t text_at; /* texts, each ended by a zero byte; number 0 is empty */
    uint64_t text_size;
};

/* What an archive is made from. */
struct image_source {
    const struct image_node *node;
    const struct image_payload *payload;
    const struct image_piece *piece;
    const void *const *data; /* of each piece */
    const char *const *text; /* [0] is "" */
    uint32_t nodes, payloads, pieces, texts;
};

/* Writes the archive and returns its size; with `to` NULL only the size. 0: the source is not in
 * order (image_check), or does not fit into `room`. */
size_t image_write(void *to, size_t room, const struct image_source *s);

/* NULL, or what is wrong with the archive, in a few words. Everything below asks for an archive
 * that was checked. */
const char *image_check(const void *archive, size_t size);

const struct image_node *image_node(const struct image *a, uint32_t index);
const struct image_payload *image_payload(const struct image *a, uint32_t index);
const struct image_piece *image_piece(const struct image *a, uint32_t index);
const char *image_text(const struct image *a, uint32_t index);
const void *image_data(const struct image *a, const struct image_piece *p);

/* Number of children, each repetition counted. */
uint64_t image_fanout(const struct image *a, const struct image_node *n);

/* RAM of a child of `n`, when `n` itself has `ram` bytes: its memory, or its need, or its share. 0: it
 * does not fit. */
uint64_t image_child_ram(const struct image *a, const struct image_node *n, uint64_t ram,
                         const struct image_node *child);

/* How a node starts: a description of its tree and where things are. */
struct image_boot {
    struct fdt_machine tree; /* its bootargs may point to `args` */
    uint64_t pc;
    uint64_t dtb, dtb_size;
    uint64_t initrd; /* of the tree, if there is none: nothing else lies above */
    char args[24];   /* node=N, for a nucleus */
};

/* Bytes of a nucleus's children's memory that go together, in one of nk's records: a page, if children's pages
 * come and go one by one; else what divides the RAM of all. */
uint64_t image_unit(const struct image *a, const struct image_node *n);

/* Whether some child's pages are the archive's own. */
bool image_shares(const struct image *a, const struct image_node *n);

/* Fills *b for a node of record `index` with `ram` bytes of RAM. False: it does not fit. Then, whoever makes
 * the node: writes the tree to b->dtb, copies each piece to its place (image_piece_at), sets
 * pc to b->pc, a0 to 0 and a1 to b->dtb, gives a nucleus the archive at the end of its RAM. */
bool image_boot(const struct image *a, uint32_t index, uint64_t ram, struct image_boot *b);

/* Address of a piece in the node that *b describes. */
uint64_t image_piece_at(const struct image_piece *p, const struct image_boot *b);

#endif
