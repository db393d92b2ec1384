/* plan.c - see plan.h. */
#include "plan.h"
#include "cli.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_ROOM = 256, MESSAGE_ROOM = 512 };

struct plan_node *plan_add(struct plan *p, unsigned parent, unsigned ordinal) {
    if (p->nodes == p->room) {
        unsigned room = p->room ? 2 * p->room : 16;
        struct plan_node *more = realloc(p->node, room * sizeof *more);
        if (!more) {
            complain("out of memory for %u records of nodes", room);
            return NULL;
        }
        p->node = more;
        p->room = room;
    }
    p->node[p->nodes] =
        (struct plan_node){.repeat = 1, .weight = 1, .parent = parent, .ordinal = ordinal};
    return &p->node[p->nodes++];
}

void plan_free(struct plan *p) {
    for (unsigned i = 0; i < p->nodes; i++) {
        free(p->node[i].image);
        free(p->node[i].bios);
        free(p->node[i].kernel);
        free(p->node[i].initrd);
        free(p->node[i].args);
    }
    free(p->node);
    treefile_free(p);
    *p = (struct plan){0};
}

unsigned plan_depth(const struct plan *p, unsigned node) {
    unsigned depth = 0;

    for (; node != 0; node = p->node[node].parent)
        depth++;
    return depth;
}

uint64_t plan_count(const struct plan *p, unsigned node) {
    uint64_t n = 1;

    for (; node != 0; node = p->node[node].parent)
        if (__builtin_mul_overflow(n, p->node[node].repeat, &n))
            return UINT64_MAX;
    return n;
}

/* Labels among the children of its parent: *from to the result. */
static uint64_t last_label(const struct plan *p, unsigned node, uint64_t *from) {
    uint64_t before = 0;

    for (unsigned i = p->node[p->node[node].parent].first; i < node; i++)
        before += p->node[i].repeat;
    *from = before + 1;
    return before + p->node[node].repeat;
}

void plan_label(const struct plan *p, unsigned node, char *to, size_t room) {
    char text[LABEL_ROOM] = "", part[LABEL_ROOM + 64];
    uint64_t from, last;

    for (; node != 0; node = p->node[node].parent) {
        last = last_label(p, node, &from);
        if (from == last)
            snprintf(part, sizeof part, ".%" PRIu64 "%s", from, text);
        else
            snprintf(part, sizeof part, ".%" PRIu64 "-%" PRIu64 "%s", from, last, text);
        if (strlen(part) >= sizeof text) { /* deep: its end says enough */
            snprintf(to, room, "...%s", text);
            return;
        }
        strcpy(text, part);
    }
    snprintf(to, room, "0%s", text);
}

int plan_wrong(const struct plan *p, unsigned node, const char *key, const char *format, ...) {
    char label[LABEL_ROOM], message[MESSAGE_ROOM];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (!p->file)
        return complain("run: %s", message);
    plan_label(p, node, label, sizeof label);
    return complain("%s:%u: node %s: %s", p->file, treefile_line(p, node, key), label, message);
}

/* ---- Checks ------------------------------------------------------------------------------------ */

static int check_leaf(const struct plan *p, unsigned i) {
    const struct plan_node *n = &p->node[i];

    if (!n->image && !n->bios && !n->kernel)
        return plan_wrong(p, i, NULL,
                          "nothing to run: give it children, an image, or bios and kernel");
    if (n->image && (n->bios || n->kernel))
        return plan_wrong(p, i, "image", "an image, or bios and kernel, not both");
    if (n->bios && !n->kernel && n->initrd)
        return plan_wrong(p, i, "initrd", "an initrd needs a kernel beside it");
    if (n->pool || n->slice)
        return plan_wrong(p, i, n->pool ? "pool" : "slice", "is for nodes with children only");
    return 0;
}

static int check_nucleus(const struct plan *p, unsigned i) {
    const struct plan_node *n = &p->node[i];

    if (n->image || n->bios || n->kernel || n->initrd || n->args)
        return plan_wrong(p, i, NULL,
                          "runs its children by the nucleus: give the image to one of them");
    if (n->flags & (IMAGE_SHARE | IMAGE_PAGED))
        if (n->memory == 0)
            return plan_wrong(p, i, "pages",
                              "a node with shared or pooled pages needs its 'memory' told");
    return 0;
}

static int check_pages(const struct plan *p, unsigned i) {
    const struct plan_node *n = &p->node[i];

    if ((n->flags & (IMAGE_SHARE | IMAGE_PAGED)) == 0)
        return 0;
    if (i == 0)
        return plan_wrong(p, i, "pages", "node 0 has no nucleus above it: leave it out");
    if (n->memory == 0)
        return plan_wrong(p, i, "pages",
                          "a node with shared or pooled pages needs its 'memory' told");
    if ((n->flags & IMAGE_PAGED) != 0 && p->node[n->parent].pool == 0)
        return plan_wrong(p, i, "pages", "its parent has no pool: give that one 'pool', in bytes");
    return 0;
}

/* The windows that a record hands on: UART in bit 0, slot n in bit 1 + n. */
static uint32_t windows(const struct plan_node *n) {
    return n->virtio << 1 | ((n->flags & IMAGE_UART_PASS) != 0);
}

static const char *window_name(uint32_t mask, char room[16]) {
    if (mask & 1)
        return "uart-pass";
    snprintf(room, 16, "virtio%d", __builtin_ctz(mask) - 1);
    return room;
}

/* A window leads to one child, and only if its parent has it. */
static int check_windows(const struct plan *p, unsigned i, uint32_t slots) {
    const struct plan_node *n = &p->node[i], *up = &p->node[n->parent];
    uint32_t mine = windows(n), above = windows(up), others = 0;
    char room[16];

    if (i == 0 || mine == 0)
        return 0;
    if (n->parent == 0)
        above = slots << 1 | ((up->flags & IMAGE_UART) != 0);
    for (unsigned k = up->first; k < i; k++)
        others |= windows(&p->node[k]);
    if (mine & ~above) {
        const char *name = window_name(mine & ~above, room);
        return plan_wrong(p, i, "devices", "%s: its parent has no such device to hand down%s", name,
                          n->parent == 0 && (mine & ~above) > 1 ? ": a --drive makes one" : "");
    }
    if (n->repeat > 1 || (mine & others))
        return plan_wrong(p, i, "devices", "%s: one child only can have it",
                          window_name(n->repeat > 1 ? mine : mine & others, room));
    return 0;
}

int plan_check(const struct plan *p, uint32_t slots) {
    int status = 0;

    for (unsigned i = 0; !status && i < p->nodes; i++) {
        status = p->node[i].children ? check_nucleus(p, i) : check_leaf(p, i);
        if (!status)
            status = check_pages(p, i);
        if (!status)
            status = check_windows(p, i, slots == UINT32_MAX ? 0xff : slots);
        if (!status && plan_count(p, i) > 1u << 24)
            status = plan_wrong(p, i, "repeat", "stands for more than %u nodes", 1u << 24);
    }
    return status;
}
