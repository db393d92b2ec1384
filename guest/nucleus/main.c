/* main.c - the nucleus: children out of the archive, and the loop that runs them. See README.md. */
#include "nucleus.h"

const struct image *archive;
const struct image_node *own;
struct child *children;

void give_up(const char *why) {
    print("nucleus: %s\n", why);
    finish(254);
}

/* Children of the record, numbered from 1 in its order, into a ring. *slots: how many; *ranges: of all their
 * tables. */
static struct child *make_ring(uint64_t ram, uint64_t *slots, uint64_t *ranges) {
    struct child *first = NULL, *end = NULL;

    *slots = *ranges = 0;

    for (uint32_t i = 0; i < own->children; i++) {
        const struct image_node *n = image_node(archive, own->first + i);

        for (uint32_t k = 0; k < n->repeat; k++) {
            uint64_t size = image_child_ram(archive, own, ram, n);
            struct child *c = child_new(own->first + i, ++*slots, size, *ranges);

            if (c == NULL)
                give_up("no room for its children's accounts");
            *ranges += c->ranges;
            if (end == NULL)
                first = c;
            else
                end->next = c;
            end = c;
        }
    }
    end->next = first;
    return first;
}

static bool plays_uart(void) {
    struct child *c = children;

    do {
        if (c->uart != NULL)
            return true;
        c = c->next;
    } while (c != children);
    return false;
}

/* nk starts: children may have the windows, what is left of RAM, and the archive. */
static bool begin(uint64_t slots, uint64_t ranges) {
    uint64_t end, rest = room_rest(&end);

    if (rest >= end ||
        !maps_give(FROND_UART_BASE,
                   FROND_VIRTIO_BASE + FROND_VIRTIO_SLOTS * FROND_VIRTIO_STRIDE - FROND_UART_BASE,
                   FROND_PAGE_SIZE) ||
        !maps_give(rest, end - rest, image_unit(archive, own)) ||
        !maps_give((uint64_t)(uintptr_t)archive, archive->size,
                   image_shares(archive, own) ? FROND_PAGE_SIZE : archive->size))
        return false;
    rest = maps_begin(slots, ranges, rest);
    room_init(rest, end);
    return rest != 0;
}

static void build(uint64_t ram) {
    uint64_t slots, ranges;
    struct child *c;

    if (!pager_new(own->pool))
        give_up("no room for the pool's account");
    children = make_ring(ram, &slots, &ranges);
    if (!begin(slots, ranges))
        give_up("no room for nk");
    if (!pager_frames())
        give_up("no room for the pool");
    c = children;
    do {
        if (!child_build(c))
            give_up("no room for a child");
        c = c->next;
    } while (c != children);
}

/* Until another child's turn. */
static void run(struct child *c) {
    uint64_t status;

    do {
        status = maps_enter(&c->maps);
        if (status != FROND_ST_OK) {
            child_end(c, 255, "cannot be entered");
            report(c, "status", status);
            return;
        }
    } while (exit_answer(c));
}

/* The first code that is not 0, by label. */
static int code_of_all(void) {
    struct child *c = children;

    do {
        if (c->code != 0)
            return c->code;
        c = c->next;
    } while (c != children);
    return 0;
}

int main(uint64_t hart, const void *tree) {
    struct tree_prop where = tree_find(tree, "/chosen", "frond,archive");
    struct tree_prop ram = tree_find(tree, "/memory", "reg");
    uint64_t record = bootarg(tree, "node", 0);
    const char *wrong;
    struct child *c;

    (void)hart;
    archive = (const struct image *)(uintptr_t)tree_u64(where, 0);
    if (where.value == NULL)
        give_up("no archive in the device tree");
    wrong = image_check(archive, tree_u64(where, 1));
    if (wrong != NULL)
        give_up(wrong);
    if (record >= archive->nodes || image_node(archive, (uint32_t)record)->children == 0)
        give_up("no record with children is its own");
    own = image_node(archive, (uint32_t)record);
    room_init((uint64_t)(uintptr_t)program_end, (uint64_t)(uintptr_t)tree & ~(uint64_t)4095);
    build(tree_u64(ram, 1));
    interrupts_init(console_there() && plays_uart());
    while ((c = schedule()) != NULL)
        run(c);
    return code_of_all();
}
