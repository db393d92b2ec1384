/* maps.c - see maps.h. */
#include "maps.h"
#include "gate/gate.h"
#include "lib.h"
#include "map.h"

#define PAGE ((uint64_t)FROND_PAGE_SIZE)

static const struct nk *nk; /* what it knows, to be read */

static struct gate_answer ask(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    return gate_call(a, b, c, d, 0, 0, function, GATE_EXTENSION);
}

static void set(const struct maps *m, uint64_t field, uint64_t index, uint64_t value) {
    (void)ask(NK_CALL_CHILD_SET, m->slot, field, index,
              value); /* of a child that lives: never refused */
}

bool maps_give(uint64_t base, uint64_t size, uint64_t unit) {
    return ask(GATE_GIVE, base, size / PAGE, unit / PAGE, 0).code == NK_OK;
}

uint64_t maps_begin(uint64_t children, uint64_t ranges, uint64_t region) {
    struct gate_answer a = ask(GATE_START, children, ranges, region, 0);

    if (a.code != NK_OK)
        return 0;
    nk = (const struct nk *)(uintptr_t)a.value;
    return region + (uint64_t)nk->own[1].pages * PAGE;
}

bool maps_new(struct maps *m, uint64_t slot, uint64_t first, uint64_t room, uint64_t label) {
    struct gate_answer a =
        gate_call(slot, label, first, room, 0, 0, NK_CALL_CHILD_CREATE, GATE_EXTENSION);

    *m = (struct maps){&nk->desc[slot], &nk->range[first], slot, FROND_RETRY, 0};
    return a.code == NK_OK;
}

bool maps_reset(struct maps *m) { return ask(NK_CALL_CHILD_RESET, m->slot, 0, 0, 0).code == NK_OK; }

bool maps_add(struct maps *m, uint64_t base, uint64_t size, uint64_t target, uint64_t flags) {
    return gate_call(m->slot, NK_BOTH, base, size, target, flags, NK_CALL_GRANT, GATE_EXTENSION)
               .code == NK_OK;
}

bool maps_point(struct maps *m, uint64_t base, uint64_t target, uint64_t flags) {
    return gate_call(m->slot, NK_BOTH, base, target, flags, 0, NK_CALL_POINT, GATE_EXTENSION)
               .code == NK_OK;
}

int64_t maps_find(const struct maps *m, uint64_t addr) {
    uint64_t index;

    return map_find(m->table, m->desc->map_p.count, addr, &index) == MAP_FOUND ? (int64_t)index
                                                                               : -1;
}

void maps_start(struct maps *m, uint64_t pc, uint64_t tree, uint64_t epoch) {
    set(m, NK_FIELD_PC, 0, pc);
    set(m, NK_FIELD_X, 11, tree);
    set(m, NK_FIELD_EPOCH, 0, epoch);
}

void maps_budget(struct maps *m, uint64_t steps) { set(m, NK_FIELD_BUDGET, 0, steps); }

void maps_clock(struct maps *m, uint64_t clock) { set(m, NK_FIELD_CLOCK, 0, clock); }

void maps_line(struct maps *m, unsigned source, bool level) {
    uint32_t bit = (uint32_t)1 << source;

    set(m, NK_FIELD_LINES, 0, level ? m->desc->lines | bit : m->desc->lines & ~bit);
}

void maps_answer(struct maps *m, uint32_t resume, uint64_t value) {
    m->resume = resume;
    m->value = value;
}

uint64_t maps_enter(struct maps *m) {
    struct gate_answer a = ask(GATE_ENTER, m->slot, m->resume, m->value, 0);

    m->resume = FROND_RETRY;
    return a.code == NK_OK ? a.value : a.code << 32; /* no STATUS is so large */
}

uint64_t maps_who(void) { return ask(GATE_WHO, 0, 0, 0, 0).value; }
