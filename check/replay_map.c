/* replay_map.c - tables as they were told, and where addresses lead. */
#include "replay_priv.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool replay_in_order(const struct frond_range *e) {
    wide limit = (wide)1 << 64;

    return e->base % FROND_PAGE_SIZE == 0 && e->size % FROND_PAGE_SIZE == 0 &&
           e->target % FROND_PAGE_SIZE == 0 && e->size != 0 && e->base + (wide)e->size <= limit &&
           e->target + (wide)e->size <= limit && (e->flags & ~(uint64_t)15) == 0;
}

static bool holds(const struct frond_range *e, uint64_t addr) {
    return addr >= e->base && addr < e->base + (wide)e->size;
}

static uint64_t per_piece(const struct table *t, uint64_t index, uint64_t *first) {
    uint64_t start = t->addr % FROND_PAGE_SIZE / 32;
    uint64_t piece = (start + index) / 128;

    *first = piece == 0 ? 0 : piece * 128 - start;
    uint64_t end = (piece + 1) * 128 - start;
    return end < t->count ? end : t->count;
}

/* Every entry told, and all in order: then one scan is enough. */
static bool whole(struct table *t) {
    if (t->known == MAYBE) {
        t->known = WHOLE;
        for (uint64_t i = 0; i < t->count && t->known == WHOLE; i++)
            if (i >= t->room || !t->told[i] || !replay_in_order(&t->entry[i]) ||
                (i > 0 && t->entry[i - 1].base + (wide)t->entry[i - 1].size > t->entry[i].base))
                t->known = PARTS;
    }
    return t->known == WHOLE;
}

/* 2.2: by scan if the table is known as a whole, else by the search, entry by entry. */
enum look replay_look_up(struct table *t, uint64_t addr, struct frond_range *e) {
    uint64_t lo = 0, hi = t->count, first;
    wide left = 0, right = (wide)1 << 64;

    if (per_piece(t, 0, &first) == t->count && whole(t)) {
        for (uint64_t i = 0; i < t->count; i++)
            if (holds(&t->entry[i], addr)) {
                *e = t->entry[i];
                return FOUND;
            }
        return GAP;
    }
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (mid >= t->room || !t->told[mid])
            return UNKNOWN;
        *e = t->entry[mid];
        if (!replay_in_order(e) || left > e->base || e->base + (wide)e->size > right)
            return BAD;
        if (holds(e, addr))
            return FOUND;
        if (addr < e->base) {
            hi = mid;
            right = e->base;
        } else {
            lo = mid + 1;
            left = e->base + (wide)e->size;
        }
    }
    return GAP;
}

bool replay_is_private(uint64_t addr) {
    static const uint64_t window[][2] = {{FROND_FINISHER_BASE, FROND_FINISHER_SIZE},
                                         {FROND_RTC_BASE, FROND_RTC_SIZE},
                                         {FROND_CLINT_BASE, FROND_CLINT_SIZE},
                                         {FROND_CTL_BASE, FROND_CTL_SIZE},
                                         {FROND_PLIC_BASE, FROND_PLIC_SIZE}};

    for (unsigned i = 0; i < 5; i++)
        if (addr - window[i][0] < window[i][1])
            return true;
    return false;
}

/* Where an address of level `level` lies in node 0's space, for an access that needs `need`. UNKNOWN: the
 * trace does not tell. */
enum look replay_flatten(const struct replay *r, unsigned level, unsigned mode, uint64_t addr,
                         unsigned need, uint64_t *out) {
    struct frond_range e;

    for (unsigned l = level;; l--) {
        struct node *n = r->path[l];
        if (replay_is_private(addr))
            return GAP;
        enum look look = replay_look_up(&n->map[l == 0 ? P : mode], addr, &e);
        if (look != FOUND)
            return look;
        if ((need & ~e.flags) != 0)
            return GAP;
        *out = addr;
        if (l == 0)
            return (e.target & DEVICE) != 0 ? GAP : FOUND;
        if (n->paged)
            return UNKNOWN;
        addr = e.target + (addr - e.base);
        mode = n->as == 'U' ? NP : mode;
    }
}

/* range: entries of one 4 KiB of a table come together, in order. */
bool replay_on_range(struct replay *r, struct node *n) {
    unsigned mode = replay_text(r, "map") && strcmp(replay_text(r, "map"), "np") == 0 ? NP : P;
    struct table *t = &n->map[mode];
    struct frond_range e;
    uint64_t index, first;

    if (replay_level(r, n) == NO_LEVEL)
        return replay_no(r, "2.2", "a table is read of a node that is not on the path");
    if (!replay_get(r, "index", 10, &index) || !replay_get_ranges(r, "is", &e))
        return false;
    if (n == r->path[0]) {
        if (index == 0)
            t->count = t->next = 0; /* anew: f[0] may have grown */
        t->count = index + 1;
        if (index != t->next++ || mode == NP)
            return replay_no(r, "format", "f[0] is not told in order");
    } else {
        if (index >= t->count)
            return replay_no(r, "2.2", "the table has %" PRIu64 " entries", t->count);
        uint64_t end = per_piece(t, index, &first);
        if (index != (t->piece ? t->next : first))
            return replay_no(r, "format", "entry %" PRIu64 " was to be told",
                             t->piece ? t->next : first);
        t->next = index + 1;
        t->piece = t->next < end;
        r->telling = t->piece ? n : NULL;
        r->telling_mode = mode;
    }
    if (index >= t->room) {
        uint64_t room = index * 2 + 8;
        t->entry = realloc(t->entry, room * sizeof *t->entry);
        t->told = realloc(t->told, room * sizeof *t->told);
        if (!t->entry || !t->told)
            abort();
        memset(t->told + t->room, 0, (room - t->room) * sizeof *t->told);
        t->room = room;
    }
    t->entry[index] = e;
    t->told[index] = true;
    t->known = MAYBE;
    return true;
}

/* Whether the host may have written [at, at + size) of node 0 since the last step; at ~0: where that is is
 * not known. */
bool replay_host_wrote(const struct replay *r, uint64_t at, uint64_t size) {
    for (uint64_t i = 0; i < r->writes; i++) {
        const struct written *w = &r->write[i];
        if (w->anywhere || at == UINT64_MAX ||
            (at + (wide)size > w->addr && w->addr + (wide)w->bytes > at))
            return true;
    }
    return false;
}

bool replay_on_change(struct replay *r, struct node *n) {
    unsigned mode = replay_text(r, "map") && strcmp(replay_text(r, "map"), "np") == 0 ? NP : P;
    struct table *t = &n->map[mode];
    struct frond_range was, is;
    uint64_t index;

    if (!replay_get(r, "index", 10, &index) || !replay_get_ranges(r, "was", &was) ||
        !replay_get_ranges(r, "is", &is))
        return false;
    if (!n->known || index >= t->count || index >= t->room || !t->told[index])
        return replay_no(r, "2.2", "a change of an entry that was never read");
    if (memcmp(&t->entry[index], &was, sizeof was) != 0)
        return replay_no(r, "2.2", "entry %" PRIu64 " was not that", index);
    if (memcmp(&is, &was, sizeof is) == 0)
        return replay_no(r, "2.2", "no change");
    bool in_0 = !n->paged && n->parent && n->parent->parent == NULL; /* the table is node 0's */
    if (r->empty &&
        !replay_host_wrote(r, in_0 ? t->addr + index * sizeof is : UINT64_MAX, sizeof is))
        return replay_no(r, "7", "nobody has written there");
    t->entry[index] = is;
    t->known = MAYBE;
    return true;
}

void replay_set_map(struct table *t, uint64_t addr, uint64_t count) {
    if (addr == t->addr && count == t->count)
        return;
    if (t->told)
        memset(t->told, 0, t->room * sizeof *t->told);
    t->addr = addr;
    t->count = count;
    t->known = MAYBE;
}

/* The host writes to memory of a node, or its descriptor. */
bool replay_on_write(struct replay *r, const struct node *n) {
    uint64_t addr = 0, bytes = 0;
    bool desc = replay_text(r, "desc") != NULL;

    if (!r->empty)
        return replay_no(r, "7", "the host writes between two enters only");
    if (!desc && (!replay_get(r, "addr", 16, &addr) || !replay_get(r, "bytes", 10, &bytes)))
        return false;
    if (r->writes == r->write_room) {
        r->write_room = 2 * r->write_room + 8;
        r->write = realloc(r->write, r->write_room * sizeof *r->write);
        if (!r->write)
            abort();
    }
    r->write[r->writes++] = (struct written){addr, bytes, desc || n->parent != NULL};
    return true;
}
