/*
 * fuzz.c - libFuzzer: what a nucleus reads without trust. The first byte chooses: a device tree (as
 * guest/lib reads it) or an archive. A finding is a stray access, an endless loop, or a node of a
 * checked archive that cannot be placed inside its own RAM.
 */
#include "../../guest/lib/lib.h"
#include "../../machine/image.h"
#include <stdlib.h>

_Noreturn void finish(int code) { exit(code); }

static void try_tree(const void *tree) {
    static const char *const path[] = {"/chosen", "/memory", "/soc/serial",
                                       "/cpus/cpu/interrupt-controller", "/"};
    static const char *const name[] = {"reg", "bootargs", "frond,archive", "compatible"};

    for (unsigned i = 0; i < 5; i++) {
        for (unsigned k = 0; k < 4; k++) {
            struct tree_prop p = tree_find(tree, path[i], name[k]);

            for (uint32_t n = 0; n < 4; n++)
                (void)(tree_u64(p, n) + tree_u32(p, n));
        }
    }
    (void)bootarg(tree, "node", 1);
}

static void try_archive(const struct image *a, size_t size) {
    struct image_boot b;

    if (image_check(a, size) != NULL)
        return;
    for (uint32_t i = 0; i < a->nodes; i++) {
        const struct image_node *n = image_node(a, i);
        const struct image_payload *p = image_payload(a, n->payload);

        for (uint32_t k = 0; k < n->children; k++)
            (void)image_child_ram(a, n, n->need, image_node(a, n->first + k));
        (void)image_text(a, n->args);
        if (!image_boot(a, i, n->memory, &b))
            continue;
        for (uint32_t k = 0; k < p->pieces; k++) {
            const struct image_piece *e = image_piece(a, p->first + k);
            uint64_t at = image_piece_at(e, &b);

            if (at < FROND_RAM_BASE || at - FROND_RAM_BASE > n->memory ||
                e->size > n->memory - (at - FROND_RAM_BASE))
                abort();
        }
    }
}

enum { LARGEST = 1 << 20 };

/* The input, followed by zeros up to the size that it claims: that claim is what its reader trusts. */
static void *whole(const uint8_t *data, size_t size, size_t claimed) {
    size_t room = claimed > size ? claimed : size;
    void *p = calloc(1, room);

    if (p != NULL)
        memcpy(p, data, size);
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct image head;
    const uint8_t *t = data + 1;
    size_t claimed;
    void *p;

    if (size < 1 + sizeof head)
        return 0;
    memcpy(&head, t, sizeof head);
    claimed = data[0] & 1 ? head.size : (size_t)t[4] << 24 | t[5] << 16 | t[6] << 8 | t[7];
    if (claimed > LARGEST)
        return 0;
    p = whole(t, size - 1, claimed);
    if (p == NULL)
        return 0;
    if (data[0] & 1)
        try_archive(p, claimed > size - 1 ? claimed : size - 1);
    else
        try_tree(p);
    free(p);
    return 0;
}
