/* maps.c - see maps.h. */
#include "maps.h"
#include "lib.h"
#include "map.h"

enum { AREAS = 16 };

static struct frond_range area[AREAS]; /* base and size of what may be given, most flags */
static unsigned areas;
static uint64_t last_uid;

static struct frond_desc *desc(struct maps *m) { return (struct frond_desc *)(uintptr_t)m->desc; }
static struct frond_range *table(struct maps *m) {
    return (struct frond_range *)(uintptr_t)m->table;
}

bool maps_give(uint64_t base, uint64_t size, uint64_t flags) {
    if (areas == AREAS)
        return false;
    area[areas++] = (struct frond_range){base, size, 0, flags};
    return true;
}

static bool given(uint64_t target, uint64_t size, uint64_t flags) {
    for (unsigned i = 0; i < areas; i++) {
        if (target >= area[i].base && target - area[i].base < area[i].size &&
            size <= area[i].size - (target - area[i].base))
            return (flags & ~(area[i].flags | FROND_SHARED)) == 0;
    }
    return false;
}

static void at_reset(struct frond_desc *d, uint64_t label) {
    memset(d, 0, sizeof *d);
    d->magic = FROND_MAGIC;
    d->version = FROND_ABI_VERSION;
    d->label = label;
    d->uid = ++last_uid;
}

/* Both modes see one table. */
static void set_count(struct maps *m, uint64_t n) {
    struct frond_desc *d = desc(m);

    m->ranges = n;
    d->map_p = (struct frond_map){(uint64_t)(uintptr_t)m->table, n};
    d->map_np = d->map_p;
}

void maps_new(struct maps *m, void *page, void *table, uint64_t room, uint64_t label) {
    *m = (struct maps){page, table, 0, room};
    at_reset(desc(m), label);
    set_count(m, 0);
}

void maps_reset(struct maps *m) {
    at_reset(desc(m), m->desc->label);
    set_count(m, m->ranges);
}

bool maps_add(struct maps *m, uint64_t base, uint64_t size, uint64_t target, uint64_t flags) {
    struct frond_range r = {base, size, target, flags};

    if (m->ranges == m->room || !range_ok(&r) || !given(target, size, flags))
        return false;
    if (m->ranges > 0 && base <= range_last(&m->table[m->ranges - 1]))
        return false;
    table(m)[m->ranges] = r;
    set_count(m, m->ranges + 1);
    return true;
}

bool maps_point(struct maps *m, uint64_t index, uint64_t target, uint64_t flags) {
    struct frond_range r;

    if (index >= m->ranges)
        return false;
    r = m->table[index];
    r.target = target;
    r.flags = flags;
    if (!range_ok(&r) || !given(target, r.size, flags))
        return false;
    table(m)[index] = r;
    return true;
}

int64_t maps_find(const struct maps *m, uint64_t addr) {
    uint64_t index;

    return map_find(m->table, m->ranges, addr, &index) == MAP_FOUND ? (int64_t)index : -1;
}

void maps_start(struct maps *m, uint64_t pc, uint64_t tree, uint64_t epoch) {
    desc(m)->pc = pc;
    desc(m)->x[11] = tree;
    desc(m)->epoch = epoch;
}

void maps_budget(struct maps *m, uint64_t steps) { desc(m)->budget = steps; }

void maps_clock(struct maps *m, uint64_t clock) { desc(m)->clock = clock; }

void maps_line(struct maps *m, unsigned source, bool level) {
    uint32_t bit = (uint32_t)1 << source;

    desc(m)->lines = level ? m->desc->lines | bit : m->desc->lines & ~bit;
}

void maps_answer(struct maps *m, uint32_t resume, uint64_t value) {
    desc(m)->resume = resume;
    desc(m)->value = value;
}

uint64_t maps_enter(const struct maps *m) {
    __asm__ volatile("sd %0, %1(%2)" ::"r"(m->desc), "I"(FROND_CTL_ENTER),
                     "r"((uint64_t)FROND_CTL_BASE)
                     : "memory");
    return read64(FROND_CTL_BASE + FROND_CTL_STATUS);
}
