/* child.c - children come, go, and begin anew: see nk.h. */
#define LOGIC_COUNTS
#include "nk_priv.h"

#define ENTRY ((uint64_t)sizeof(struct frond_range))

static bool lives(const struct nk *nk, uint64_t child) {
    return child < (uint64_t)nk->children && nk->child[child].lives != 0;
}

void child_publish(struct nk *nk, uint64_t child) {
    const struct nk_table *p = &nk->child[child].map[NK_P];
    const struct nk_table *np = &nk->child[child].map[NK_NP];
    struct frond_desc *d = &nk->desc[child];

    if (np->room == 0)
        np = p;
    d->map_p.addr = (uint64_t)nk->range_at + ENTRY * (uint64_t)p->first;
    d->map_p.count = (uint64_t)p->count;
    d->map_np.addr = (uint64_t)nk->range_at + ENTRY * (uint64_t)np->first;
    d->map_np.count = (uint64_t)np->count;
    /*@ COUNTS_SAME_WHY(nk) */
}

/* The descriptor of a hart at reset. */
static void at_reset(struct nk *nk, uint64_t child, uint64_t label) {
    struct frond_desc *d = &nk->desc[child];

    *d = (struct frond_desc){0};
    d->magic = FROND_MAGIC;
    d->version = FROND_ABI_VERSION;
    d->label = label;
    d->uid = ++nk->last_uid;
    child_publish(nk, child);
}

/* Entries [first, first + n) meet those of a child that lives. */
static bool entries_taken(const struct nk *nk, uint64_t first, uint64_t n) {
    for (uint64_t i = 0; i < (uint64_t)nk->children; i++) {
        const struct nk_child *c = &nk->child[i];
        uint64_t begin = (uint64_t)c->map[NK_P].first;
        uint64_t end = (uint64_t)c->map[NK_NP].first + (uint64_t)c->map[NK_NP].room;

        if (c->lives != 0 && first < end && begin < first + n)
            return true;
    }
    return false;
}

enum nk_status nk_child_create(struct nk *nk, uint64_t child, uint64_t label, uint64_t first,
                               uint64_t room, uint64_t room_np) {
    struct nk_child *c;

    if (child >= (uint64_t)nk->children)
        return NK_NOT_CHILD;
    if (lives(nk, child))
        return NK_IN_USE;
    if (label == UINT64_MAX)
        return NK_BAD_FIELD;
    if (room == 0 || first > (uint64_t)nk->ranges || room > (uint64_t)nk->ranges - first ||
        room_np > (uint64_t)nk->ranges - first - room)
        return NK_OUTSIDE;
    if (entries_taken(nk, first, room + room_np))
        return NK_OVERLAP;
    c = &nk->child[child];
    c->map[NK_P] = (struct nk_table){(int32_t)first, (int32_t)room, 0};
    c->map[NK_NP] = (struct nk_table){(int32_t)(first + room), (int32_t)room_np, 0};
    c->lives = 1;
    at_reset(nk, child, label);
    return NK_OK;
}

enum nk_status nk_child_destroy(struct nk *nk, uint64_t child) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    for (uint64_t map = NK_P; map <= NK_NP; map++) {
        while (nk->child[child].map[map].count > 0)
            range_remove(nk, child, map, (uint64_t)nk->child[child].map[map].count - 1);
    }
    nk->child[child].lives = 0;
    return NK_OK;
}

enum nk_status nk_child_reset(struct nk *nk, uint64_t child) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    at_reset(nk, child, nk->desc[child].label);
    return NK_OK;
}

enum nk_status nk_child_desc(const struct nk *nk, uint64_t child, uint64_t *address) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    *address = (uint64_t)nk->desc_at + sizeof(struct frond_desc) * child;
    return NK_OK;
}
