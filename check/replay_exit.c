/* replay_exit.c - a node is left: each reason, and the way of an access to its gap. */
#include "replay_priv.h"
#include <inttypes.h>
#include <string.h>

/* One that an access of now has left. */
static bool get_access(struct replay *r, struct pending *p) {
    if (!replay_get_record(r, p))
        return false;
    if (p->kind == 0 || p->kind >= KINDS)
        return replay_no(r, "4.3", "no access is of that kind");
    uint64_t flags = p->flags;
    bool plain = p->kind <= FROND_FAULT_AMO, write = (flags & FROND_XF_WRITE) != 0;
    bool sized = p->width == 1 || p->width == 2 || p->width == 4 || p->width == 8;
    if (flags > 63 || p->reg > 31 || (plain && ((p->ilen != 2 && p->ilen != 4) || !sized)) ||
        (p->kind == FROND_FAULT_FETCH &&
         (p->width != 2 || p->value || p->reg || p->ilen || write)) ||
        (p->kind == FROND_FAULT_WALK && ((p->width != 8 && p->width != 0) || p->value || p->reg)) ||
        (p->kind == FROND_FAULT_AMO && (p->width < 4 || p->ilen != 4 || p->value)) ||
        (p->kind == FROND_FAULT_STORE && p->width < 8 && p->value >> (8 * p->width)) ||
        (p->kind == FROND_FAULT_LOAD && p->value != 0) ||
        (p->kind == FROND_FAULT_MAP && (p->value || p->width || p->reg || p->ilen || write)) ||
        (p->kind == FROND_FAULT_DMA && (p->reg > FROND_VIRTIO_SLOTS || p->ilen || p->width)) ||
        ((flags & FROND_XF_SIGNED) != 0 && p->kind != FROND_FAULT_LOAD &&
         p->kind != FROND_FAULT_DESC && p->kind != FROND_FAULT_AMO) ||
        ((flags & FROND_XF_DONE) != 0 && (p->addr & (p->width - 1)) != 0))
        return replay_no(r, "4.3", "no %s has such fields", replay_kinds[p->kind]);
    if ((flags & FROND_XF_DONE) != 0 && p->kind > FROND_FAULT_STORE)
        return replay_no(r, "4.3", "no %s can be answered DONE", replay_kinds[p->kind]);
    if (plain && p->kind != FROND_FAULT_AMO &&
        ((flags & FROND_XF_WRITE) != 0) != (p->kind == FROND_FAULT_STORE))
        return replay_no(r, "4.3", "WRITE of a %s", replay_kinds[p->kind]);
    return true;
}

static unsigned needed(const struct pending *p) {
    bool write = (p->flags & FROND_XF_WRITE) != 0;

    switch (p->kind) {
    case FROND_FAULT_STORE: return FROND_W;
    case FROND_FAULT_AMO:
    case FROND_FAULT_WALK:
    case FROND_FAULT_DESC: return write ? FROND_R | FROND_W : FROND_R;
    case FROND_FAULT_FETCH: return FROND_X;
    case FROND_FAULT_DMA: return write ? FROND_W : FROND_R;
    default: return FROND_R;
    }
}

/* 2.1: in which map the access is when it comes to the level. -1: either. */
static int first_map(struct replay *r, const struct node *maker, const struct pending *p,
                     bool direct) {
    const char *mode = replay_text(r, "mode"), *data = replay_text(r, "data");

    if (p->kind == FROND_FAULT_WALK)
        return P;
    if (p->kind == FROND_FAULT_DMA) {
        char rang = replay_dma_mode(r, p->reg, maker);
        return rang == 0 ? -1 : rang == 'U' ? NP : P;
    }
    if (p->kind == FROND_FAULT_DESC && direct)
        return -1;
    return (p->kind == FROND_FAULT_FETCH ? mode : data)[0] == 'U' ? NP : P;
}

/* The gap: addr of level `k` leads nowhere in this map, for this access. */
static bool is_gap(struct replay *r, unsigned k, unsigned mode, const struct pending *p) {
    struct node *n = r->path[k];
    struct frond_range e;
    uint64_t flat;

    switch (replay_look_up(&n->map[k == 0 ? P : mode], p->addr, &e)) {
    case GAP: return true;
    case BAD: return replay_no(r, "2.2", "the search of that map is BAD");
    case UNKNOWN: return replay_no(r, "2.2", "the map was not read where the gap is");
    case FOUND: break;
    }
    if ((needed(p) & ~e.flags) != 0 || (e.flags & 7) == 0)
        return true;
    if (k == 0)
        return replay_no(r, "4.3", "node 0 has memory there");
    if (n->paged) {
        r->unjudged++;
        return true;
    }
    uint64_t at = e.target + (p->addr - e.base);
    if (replay_is_private(at))
        return true;
    mode = n->as == 'U' ? NP : mode;
    if (p->kind == FROND_FAULT_DESC || p->kind == FROND_FAULT_DMA) { /* its own descriptor */
        if (MASK(at) == n->desc)
            return true;
        if (replay_flatten(r, k - 1, mode, at, 0, &flat) != FOUND || n->flat == UINT64_MAX) {
            r->unjudged++;
            return true;
        }
        if (MASK(flat) == n->flat)
            return true;
    }
    return replay_no(r, "4.3", "no gap: it leads to %" PRIx64 " of its parent", at);
}

/* The way of the access, from its maker's level down to k. */
static bool follow(struct replay *r, unsigned k, unsigned maker, int mode,
                   const struct pending *p) {
    const char *s = replay_text(r, "via");
    uint64_t *const via = r->via;

    for (unsigned l = maker;; l--) {
        if (!replay_number(s, 16, l == k ? 0 : ',', &via[l]))
            return replay_no(r, "format", "via=");
        if (l == k)
            break;
        s = strchr(s, ',') + 1;
    }
    for (unsigned l = maker; l > k; l--) {
        struct node *n = r->path[l];
        struct frond_range e;
        bool ok = false, private = false;
        for (int m = P; m <= NP; m++) {
            if (mode >= 0 && m != mode)
                continue;
            if (replay_look_up(&n->map[m], via[l], &e) != FOUND || (needed(p) & ~e.flags) != 0)
                continue;
            uint64_t at = e.target + (via[l] - e.base);
            private |= replay_is_private(at) && !n->paged;
            ok |=
                n->paged ? at % FROND_PAGE_SIZE == via[l - 1] % FROND_PAGE_SIZE : at == via[l - 1];
        }
        if (!ok || private)
            return replay_no(r, "2.3", "level %u: %" PRIx64 " does not lead to %" PRIx64, l, via[l],
                             via[l - 1]);
        r->unjudged += n->paged;
        mode = n->as == 'U' ? NP : mode;
    }
    unsigned np = (p->flags & FROND_XF_NP) != 0;
    if (mode >= 0 && (unsigned)mode != np)
        return replay_no(r, "2.1", "met in %s", np ? "map_np" : "map_p");
    return via[k] == p->addr || replay_no(r, "4.3", "addr is not where the access came to");
}

/* The exit that passes a DENY on: with the record that stood in the child's `pend`. */
static bool denied_again(struct replay *r, unsigned k) {
    struct pending p = {0};

    if (!replay_get_record(r, &p))
        return false;
    if (r->due.what != EXIT_OF)
        return replay_no(r, "4.3", "a FAULT without an access, and no DENY asked for it");
    if (r->due.level != k || !replay_same_access(&r->due.pend, &p))
        return replay_no(r, "4.3", "the DENY was of level %u, %" PRIx64, r->due.level,
                         r->due.pend.addr);
    r->due.what = NOTHING;
    return true;
}

static bool on_fault(struct replay *r, unsigned k) {
    struct pending p = {0};
    uint64_t maker, direct;

    if (!replay_text(r, "maker"))
        return denied_again(r, k);
    if (!get_access(r, &p))
        return false;
    if (!replay_get(r, "maker", 10, &maker) || !replay_get(r, "direct", 10, &direct))
        return false;
    const char *mode = replay_text(r, "mode"), *data = replay_text(r, "data");
    if (!mode || !data || !strchr("MSU", mode[0]) || !strchr("MSU", data[0]) || direct > 1)
        return replay_no(r, "format", "mode=, data=, direct=");
    if (mode[0] != 'M' && data[0] != mode[0])
        return replay_no(r, "2.1", "MPRV counts in M only");
    if (maker > r->top || maker < k)
        return replay_no(r, "4.3", "the maker is no node from the gap's up");
    if (direct && maker != r->top && p.kind != FROND_FAULT_DMA && p.kind != FROND_FAULT_DESC)
        return replay_no(r, "1", "only the top executes");
    if (!direct && p.kind != FROND_FAULT_MAP && p.kind != FROND_FAULT_WALK &&
        p.kind != FROND_FAULT_DESC)
        return replay_no(r, "4.3", "%s is not implied by another access", replay_kinds[p.kind]);
    if (p.kind == FROND_FAULT_MAP && direct)
        return replay_no(r, "4.3", "nobody reads a table by an instruction as MAP");
    if (((p.flags & FROND_XF_SELF) != 0) != (maker == k))
        return replay_no(r, "4.3", "SELF, and level %u made it", (unsigned)maker);
    bool by_instruction = direct && p.kind <= FROND_FAULT_FETCH;
    if (by_instruction && !replay_budgets(r, r->top))
        return false;
    if (!follow(r, k, (unsigned)maker, first_map(r, r->path[maker], &p, direct), &p))
        return false;
    if (!is_gap(r, k, p.flags & FROND_XF_NP ? NP : P, &p))
        return false;
    for (unsigned l = k; l <= maker; l++) {
        struct pending *q = &r->path[l]->pend;
        *q = p;
        q->addr = r->via[l];
        q->flags = (p.flags & ~(unsigned)FROND_XF_SELF) | (l == maker ? FROND_XF_SELF : 0);
    }
    return true;
}

static bool on_bad(struct replay *r, unsigned k) {
    uint64_t kind, i;

    if (!replay_get(r, "kind", 10, &kind) || !replay_get(r, "value", 16, &i))
        return false;
    if (kind != FROND_BAD_MAP_NP && kind != FROND_BAD_MAP_P)
        return replay_no(r, "4.3", "BAD of which map?");
    const struct table *t = &r->path[k]->map[kind == FROND_BAD_MAP_NP ? NP : P];
    if (k == 0 || i >= t->count || i >= t->room || !t->told[i])
        return replay_no(r, "2.2", "an entry that was not read is BAD");
    if (!replay_in_order(&t->entry[i]))
        return true;
    for (uint64_t j = 0; j < t->count && j < t->room; j++) {
        const struct frond_range *a = &t->entry[j < i ? j : i], *b = &t->entry[j < i ? i : j];
        if (j != i && t->told[j] && a->base + (wide)a->size > b->base)
            return true;
    }
    return replay_no(r, "2.2", "entry %" PRIu64 " is in order", i);
}

/* 5.2: why a node that made no step is left. */
static bool reason_holds(struct replay *r, unsigned k, const char *reason) {
    uint64_t pending;

    if (strcmp(reason, "FAULT") == 0)
        return on_fault(r, k);
    if (strcmp(reason, "BAD") == 0)
        return on_bad(r, k);
    if (strcmp(reason, "BUDGET") == 0 &&
        (!replay_text(r, "kind") || strcmp(replay_text(r, "kind"), "0") ||
         strcmp(replay_text(r, "value"), "0")))
        return replay_no(r, "4.3", "BUDGET has no other fields");
    if (strcmp(reason, "BUDGET") == 0)
        return (k == 0 || replay_budgets(r, k - 1)) &&
               (replay_left(r, r->path[k]) == 0 || replay_no(r, "5.2", "its budget is not 0"));
    if (strcmp(reason, "HALT") == 0) {
        uint64_t kind, value;
        if (!replay_get(r, "kind", 10, &kind) || !replay_get(r, "value", 16, &value))
            return false;
        if ((kind != FROND_HALT_EXIT && kind != FROND_HALT_RESET) || value > 0xffff ||
            (kind == FROND_HALT_RESET && value))
            return replay_no(r, "4.3", "no HALT has such fields");
        return k == r->top || replay_no(r, "4.3", "only the top halts");
    }
    if (!replay_get(r, "pending", 16, &pending))
        return false;
    if (strcmp(reason, "IDLE") == 0) {
        if (k != r->top || pending != 0)
            return replay_no(r, "5.2", "IDLE is the top's, with nothing pending");
        return replay_budgets(r, k);
    }
    if (strcmp(reason, "INTERRUPT") == 0) {
        if (k == 0 || pending == 0 || (pending & ~(uint64_t)0xaaa) != 0)
            return replay_no(r, "5.2", "INTERRUPT is for what is pending in the parent");
        return replay_budgets(r, k - 1);
    }
    return replay_no(r, "4.3", "no such reason");
}

bool replay_on_leave(struct replay *r, unsigned k, const char *reason) {
    struct node *n = r->path[k];
    uint64_t clock, budget, retired;
    bool due = r->due.what != NOTHING;

    if (!replay_get(r, "clock", 10, &clock) || !replay_get(r, "budget", 10, &budget) ||
        !replay_get(r, "retired", 10, &retired))
        return false;
    if (clock != replay_clock(r, n) || budget != replay_left(r, n))
        return replay_no(r, "5.1", "its clock is %" PRIu64 ", its budget %" PRIu64,
                         replay_clock(r, n), replay_left(r, n));
    if (retired != n->retired + n->made - n->traps)
        return replay_no(r, "5.1", "it retired %" PRIu64, n->retired + n->made - n->traps);
    if (!replay_has_run(r, replay_top(r)))
        return false;
    if (!reason || !reason_holds(r, k, reason))
        return reason ? false : replay_no(r, "format", "reason=");
    if (r->due.what != NOTHING)
        return replay_no(r, "4.3", "an answer is to be done with first");
    replay_drop_answers(r, k);
    n->answer = n->answer == FROND_DONE ? FROND_DONE : 0; /* a DONE is held */
    for (unsigned l = 0; l < k; l++)
        r->path[l]->active = 0;
    replay_cut(r, k);
    r->retires = k > 0;
    r->free = due || r->restoring || strcmp(reason, "HALT") == 0;
    r->halted = k == 0;
    r->reset = k == 0 && strcmp(reason, "HALT") == 0 && strcmp(replay_text(r, "kind"), "2") == 0;
    return true;
}
