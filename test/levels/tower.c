/* tower.c - see tower.h. */
#include "tower.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *p) {
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return p;
}

struct tower *tower_new(unsigned leaf) {
    struct tower *t = need(calloc(1, sizeof *t));

    t->leaf = leaf;
    t->leaf_ram = LEAF_RAM;
    t->level = need(calloc(leaf + 1, sizeof *t->level));
    t->host_log = need(calloc(1, sizeof *t->host_log));
    for (unsigned l = 0; l <= leaf; l++) {
        struct frond_desc *d = &t->level[l].d;
        d->magic = FROND_MAGIC;
        d->version = FROND_ABI_VERSION;
        d->label = l;
        d->uid = 100 + l;
        d->budget = UINT64_MAX;
        d->pc = BASE;
        for (unsigned i = 0; i < GAPS && l > 0; i++)
            tower_range(t, l, 0, GAP(i), FROND_PAGE_SIZE, OWN(VMM_BACK) + GAP(i) - GAP(0), 0);
    }
    struct frond_desc *d = &t->level[leaf].d;
    d->csr.mtvec = BASE + HANDLER;
    t->handler[0] = SW(31, 30, 0);
    d->x[30] = FROND_FINISHER_BASE;
    d->x[31] = 0x5555;
    return t;
}

void tower_free(struct tower *t) {
    frond_free(t->m);
    follow_free(&t->follower);
    free(t->host_log);
    free(t->level);
    free(t);
}

void tower_range(struct tower *t, unsigned level, unsigned mode, uint64_t base, uint64_t size,
                 uint64_t target, uint64_t flags) {
    struct level *v = &t->level[level];
    unsigned i = v->ranges[mode];

    if (i == RANGES)
        exit(2);
    while (i > 0 && v->range[mode][i - 1].base > base)
        i--;
    memmove(&v->range[mode][i + 1], &v->range[mode][i],
            (v->ranges[mode] - i) * sizeof v->range[mode][0]);
    v->range[mode][i] = (struct frond_range){base, size, target, flags};
    v->ranges[mode]++;
    v->np |= mode == 1;
}

void tower_through(struct tower *t, unsigned from) {
    for (unsigned l = from + 1; l <= t->leaf; l++)
        tower_range(t, l, 0, THROUGH(l), 4 * FROND_PAGE_SIZE, THROUGH(l - 1), RWX);
}

void tower_code(struct tower *t, const uint32_t *code, unsigned n) {
    if (t->codes + n > CODE)
        exit(2);
    memcpy(t->code + t->codes, code, n * sizeof *code);
    t->codes += n;
}

struct party *tower_parent(struct tower *t, unsigned level) {
    return level ? &t->level[level - 1].p : &t->host;
}

unsigned order(struct party *p, enum vmm_op op, uint64_t a, uint64_t b, uint64_t c) {
    if (p->orders == VMM_ORDERS_MAX)
        exit(2);
    p->order[p->orders] = (struct vmm_order){op, a, b, c};
    return p->orders++;
}

void order_field(struct party *p, unsigned offset, uint64_t value, unsigned width) {
    order(p, VMM_PUT, OWN(VMM_DESC) + offset, value, width);
}

void order_enter(struct party *p) { order(p, VMM_ENTER, OWN(VMM_DESC), 0, 0); }

void order_end(struct party *p) { order(p, VMM_END, UINT64_MAX, 0, 0); }

unsigned tower_index(const struct tower *t, unsigned level, uint64_t base) {
    const struct level *v = &t->level[level];

    for (unsigned i = 0; i < v->ranges[0]; i++)
        if (v->range[0][i].base == base)
            return i;
    exit(2);
}

void order_realize(struct tower *t, unsigned level, unsigned i, unsigned flags, unsigned off,
                   uint64_t value) {
    struct party *p = tower_parent(t, level);

    if (level == 0) {
        order(p, VMM_HOST_MAP, GAP(i), flags, FROND_PAGE_SIZE);
        order(p, VMM_PUT, GAP(i) + off, value, 8);
        return;
    }
    uint64_t entry = OWN(VMM_MAP_P) + tower_index(t, level, GAP(i)) * sizeof(struct frond_range);
    order(p, VMM_PUT, OWN(VMM_BACK) + GAP(i) - GAP(0) + off, value, 8);
    order(p, VMM_PUT, entry + offsetof(struct frond_range, flags), flags, 8);
}

/* ---- Memory ----------------------------------------------------------------------------------- */

uint64_t tower_at(const struct tower *t, unsigned level, uint64_t addr) {
    (void)t;
    return addr + (uint64_t)level * VMM_OWN;
}

static const struct frond_name node0;

void tower_read(struct tower *t, unsigned level, uint64_t addr, void *to, size_t n) {
    if (frond_read(t->m, node0, tower_at(t, level, addr), to, n) != FROND_OK)
        snprintf(t->wrong, sizeof t->wrong, "harness: %s", frond_error(t->m));
}

void tower_write(struct tower *t, unsigned level, uint64_t addr, const void *from, size_t n) {
    if (frond_write(t->m, node0, tower_at(t, level, addr), from, n) != FROND_OK)
        snprintf(t->wrong, sizeof t->wrong, "harness: %s", frond_error(t->m));
}

struct frond_desc tower_desc(struct tower *t, unsigned level) {
    struct frond_desc d;

    if (level == 0)
        return *frond_desc(t->m);
    tower_read(t, level - 1, OWN(VMM_DESC), &d, sizeof d);
    return d;
}

const struct vmm_log *tower_log(struct tower *t, int level) {
    static struct vmm_log log[4];
    static unsigned next;
    struct vmm_log *l = &log[next++ % 4];

    if (level < 0)
        return t->host_log; /* as it is */
    tower_read(t, (unsigned)level, OWN(VMM_LOG), l, sizeof *l);
    return l;
}

/* ---- The host as a parent ----------------------------------------------------------------------- */

static void host_put(struct tower *t, const struct vmm_order *o) {
    if (o->a - OWN(VMM_DESC) < FROND_PAGE_SIZE)
        memcpy((uint8_t *)frond_desc(t->m) + (o->a - OWN(VMM_DESC)), &o->b, o->c);
    else
        tower_write(t, 0, o->a, &o->b, o->c);
}

static void host_copy(struct tower *t, const struct vmm_order *o) {
    uint8_t bytes[FROND_PAGE_SIZE];

    tower_read(t, 0, o->b, bytes, o->c);
    tower_write(t, 0, o->a, bytes, o->c);
}

/* Enters node 0; false: not left by an exit. */
static bool host_enter(struct tower *t, unsigned n) {
    struct vmm_log *l = t->host_log;
    uint64_t i = l->count++;
    struct vmm_record *r = &l->at[i < VMM_LOGS ? i : VMM_LOGS - 1];
    enum frond_status s = frond_enter(t->m);

    r->order = n;
    l->enters++;
    if (s != FROND_OK) {
        snprintf(t->wrong, sizeof t->wrong, "enter: %s: %s", frond_status_text(s),
                 frond_error(t->m));
        return false;
    }
    r->d = *frond_desc(t->m);
    const char *forbidden = follow_end(&t->follower);
    if (forbidden)
        snprintf(t->wrong, sizeof t->wrong, "forbidden: %s", forbidden);
    return !forbidden;
}

bool tower_enter(struct tower *t) { return host_enter(t, 0); }

static void host_orders(struct tower *t) {
    for (unsigned n = 0; n < t->host.orders && !t->wrong[0]; n++) {
        const struct vmm_order *o = &t->host.order[n];
        struct frond_desc *d = frond_desc(t->m);
        switch (o->op) {
        case VMM_END: return;
        case VMM_ENTER:
            if (!host_enter(t, n))
                return;
            break;
        case VMM_PUT: host_put(t, o); break;
        case VMM_UNTIL:
            if (d->exit.reason != o->b)
                n = (unsigned)o->a - 1;
            break;
        case VMM_IDLE:
            if (d->exit.reason == FROND_EXIT_IDLE && d->deadline != UINT64_MAX)
                d->clock = d->deadline;
            break;
        case VMM_HOST_MAP:
            if (frond_map(t->m, o->a, o->c, (unsigned)o->b))
                snprintf(t->wrong, sizeof t->wrong, "map: %s", frond_error(t->m));
            break;
        case VMM_COPY: host_copy(t, o); break;
        default: snprintf(t->wrong, sizeof t->wrong, "an order that the host cannot do"); return;
        }
    }
}

/* ---- Setting up ----------------------------------------------------------------------------------- */

static void write_maps(struct tower *t, unsigned l) {
    struct level *v = &t->level[l];
    static const uint64_t at[2] = {OWN(VMM_MAP_P), OWN(VMM_MAP_NP)};

    uint64_t ram = t->leaf_ram + (uint64_t)(t->leaf - l) * VMM_OWN;
    if (l == t->leaf && t->leaf_sees != 0)
        ram = t->leaf_sees;
    tower_range(t, l, 0, BASE, ram, OWN(VMM_OWN), RWX);
    for (unsigned m = 0; m < 2; m++)
        tower_write(t, l - 1, at[m], v->range[m], v->ranges[m] * sizeof v->range[m][0]);
    if (v->d.map_p.addr == 0 && v->d.map_p.count == 0)
        v->d.map_p = (struct frond_map){at[0], v->ranges[0]};
    if (v->d.map_np.addr == 0 && v->d.map_np.count == 0)
        v->d.map_np = v->np ? (struct frond_map){at[1], v->ranges[1]} : v->d.map_p;
    tower_write(t, l - 1, OWN(VMM_DESC), &v->d, sizeof v->d);
}

static void write_level(struct tower *t, unsigned l) {
    struct party *p = &t->level[l].p;

    if (l == t->leaf) {
        tower_write(t, l, BASE, t->code, t->codes * sizeof t->code[0]);
        tower_write(t, l, BASE + HANDLER, t->handler, sizeof t->handler);
        return;
    }
    if (p->orders == 0)
        order_enter(p);
    if (p->order[p->orders - 1].op != VMM_END)
        order_end(p);
    tower_write(t, l, BASE, vmm_image, vmm_size);
    tower_write(t, l, OWN(VMM_ORDERS), p->order, p->orders * sizeof p->order[0]);
}

bool tower_begin(struct tower *t, uint64_t shake) {
    struct frond_options o;

    frond_options_default(&o);
    o.memory = t->leaf_ram + (uint64_t)t->leaf * VMM_OWN;
    o.extra = 64 * FROND_PAGE_SIZE;
    o.shake = shake;
    o.audit = t->audit;
    o.keep_gaps = true;
    t->m = frond_new(&o);
    if (!t->m || (!t->unfollowed && shake != UNFOLLOWED && !follow(&t->follower, t->m))) {
        snprintf(t->wrong, sizeof t->wrong, "harness: no machine");
        return false;
    }
    *frond_desc(t->m) = t->level[0].d;
    for (unsigned l = 0; l <= t->leaf; l++) {
        if (l > 0)
            write_maps(t, l);
        write_level(t, l);
    }
    if (t->before)
        t->before(t);
    return t->wrong[0] == 0;
}

bool tower_run(struct tower *t, uint64_t shake) {
    if (t->host.orders == 0)
        order_enter(&t->host);
    if (tower_begin(t, shake))
        host_orders(t);
    if (t->m)
        t->steps = frond_now(t->m);
    return t->wrong[0] == 0;
}
