/*
 * pager.c - children whose pages come and go one by one. One range per page, laid out once; then
 * only targets and flags change, in place.
 *
 * SHARE: a page of the payload is the archive's own, read-only, until the child would write to it;
 * then it is copied to its home. PAGED: a page that is realized lies in a frame of the pool, else
 * in its home, and its range is a gap. The oldest frame goes first. Home: the same place in the RAM
 * that was set aside for the child.
 */
#include "nucleus.h"

#define PAGE ((uint64_t)FROND_PAGE_SIZE)
#define RWX  (FROND_R | FROND_W | FROND_X)

struct frame {
    struct child *child; /* NULL: free */
    uint64_t addr;       /* page of the child's that is in it */
};

static struct frame *frame;
static uint64_t frames, pool, hand;

/* Whether a child's pages come from the pool at all; else its memory is spare. */
static bool wanted(void) {
    for (uint32_t i = 0; i < own->children; i++)
        if ((image_node(archive, own->first + i)->flags & IMAGE_PAGED) != 0)
            return true;
    return false;
}

bool pager_new(uint64_t bytes) {
    frames = wanted() ? bytes / PAGE : 0;
    if (frames == 0)
        return true;
    frame = room_pages(frames * sizeof *frame);
    return frame != NULL;
}

bool pager_frames(void) {
    if (frames == 0)
        return true;
    pool = (uint64_t)(uintptr_t)room_pages(frames * PAGE);
    return pool != 0;
}

static bool paged(const struct child *c) {
    return (c->node->flags & IMAGE_PAGED) != 0 && frames != 0;
}

bool pager_shares(const struct child *c) {
    return (c->node->flags & IMAGE_SHARE) != 0 && !paged(c);
}

bool pager_pages(const struct child *c) { return paged(c) || pager_shares(c); }

static uint64_t home(const struct child *c, uint64_t addr) {
    return c->ram + (addr - FROND_RAM_BASE);
}

static bool in_ram(const struct child *c, uint64_t addr) {
    return addr >= FROND_RAM_BASE && addr - FROND_RAM_BASE < c->boot.tree.ram_size;
}

/* The archive's page for a page of a shared child; 0: none. */
static uint64_t shared_page(const struct child *c, uint64_t addr) {
    const struct image_payload *p = image_payload(archive, c->node->payload);

    for (uint32_t i = 0; i < p->pieces; i++) {
        const struct image_piece *e = image_piece(archive, p->first + i);
        uint64_t at = image_piece_at(e, &c->boot);

        if (addr >= at && addr - at < e->size)
            return (uint64_t)(uintptr_t)archive + e->offset + (addr - at);
    }
    return 0;
}

static void first_place(const struct child *c, uint64_t addr, uint64_t *target, uint64_t *flags) {
    uint64_t shared = pager_shares(c) ? shared_page(c, addr) : 0;

    *target = shared != 0 ? shared : home(c, addr);
    *flags = shared != 0 ? FROND_R | FROND_X | FROND_SHARED : paged(c) ? 0 : RWX;
}

bool pager_map(struct child *c) {
    for (uint64_t at = 0; at < c->boot.tree.ram_size; at += PAGE) {
        uint64_t target, flags;

        first_place(c, FROND_RAM_BASE + at, &target, &flags);
        if (!maps_add(&c->maps, FROND_RAM_BASE + at, PAGE, target, flags))
            return false;
    }
    return true;
}

static void point(struct child *c, uint64_t addr, uint64_t target, uint64_t flags) {
    if (!maps_point(&c->maps, addr, target, flags))
        child_end(c, 255, "lost a page"); /* a bug of ours: it must not run on */
}

void pager_reset(struct child *c) {
    for (uint64_t i = 0; i < frames; i++) {
        if (frame[i].child == c)
            frame[i].child = NULL;
    }
    memset((void *)(uintptr_t)c->ram, 0, c->boot.tree.ram_size);
    for (uint64_t at = 0; pager_pages(c) && at < c->boot.tree.ram_size; at += PAGE) {
        uint64_t target, flags;

        first_place(c, FROND_RAM_BASE + at, &target, &flags);
        point(c, FROND_RAM_BASE + at, target, flags);
    }
}

/* The frame that is to be filled: its page goes home first. */
static uint64_t empty_frame(void) {
    struct frame *f = &frame[hand];
    uint64_t at = pool + hand * PAGE;

    hand = (hand + 1) % frames;
    if (f->child != NULL) {
        uint64_t to = home(f->child, f->addr);

        point(f->child, f->addr, to, 0);
        memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)at, PAGE);
    }
    return at;
}

static void bring(struct child *c, uint64_t addr) {
    uint64_t at = empty_frame();

    frame[(at - pool) / PAGE] = (struct frame){c, addr};
    memcpy((void *)(uintptr_t)at, (const void *)(uintptr_t)home(c, addr), PAGE);
    point(c, addr, at, RWX);
}

bool pager_fault(struct child *c, const struct frond_access *e) {
    uint64_t addr = e->addr & ~(PAGE - 1);
    int64_t i = maps_find(&c->maps, addr);

    if (i < 0 || !in_ram(c, addr) || (c->maps.table[i].flags & FROND_W) != 0)
        return false;
    if (paged(c)) {
        bring(c, addr);
        return true;
    }
    memcpy((void *)(uintptr_t)home(c, addr), (const void *)(uintptr_t)c->maps.table[i].target,
           PAGE);
    point(c, addr, home(c, addr), RWX);
    return true;
}

void *pager_home(const struct child *c, uint64_t addr) { return (void *)(uintptr_t)home(c, addr); }
