/*
 * trace.c - events as lines of text, for frond_on_event: the format of docs/trace.md.
 *
 * Nothing is read that the machine would not read: a table's entries are told when a search has read
 * the page they lie in, and when a store changes one that was told.
 */
#include "machine.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 512, LABEL = 21 }; /* characters that one add may need, that a label may have */

void text_free(struct text *t) {
    if (t->s && t->s != t->small)
        memory_free(t->memory, t->s, t->room);
}

/* Room for n characters more, and the end. */
static bool more_room(struct text *t, size_t n) {
    size_t room = 2 * t->room + n;

    if (t->room - t->n > n)
        return true;
    char *bigger = memory_alloc(t->memory, room + 1);
    t->cut |= !bigger;
    if (!bigger)
        return false;
    memcpy(bigger, t->s, t->n);
    text_free(t);
    t->s = bigger;
    t->room = room + 1;
    return true;
}

static void add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *format, ...) {
    va_list args;

    if (!more_room(t, PIECE))
        return;
    va_start(args, format);
    t->n += (size_t)vsnprintf(t->s + t->n, t->room - t->n, format, args);
    va_end(args);
}

/* 0.1.2: a context's labels are come to from the leaf down, so they are written from the end. */
static void add_label(struct text *t, const struct core_ctx *x) {
    size_t depth = 0;

    for (const struct core_ctx *y = x; y->parent; y = y->parent)
        depth++;
    if (!more_room(t, (depth + 1) * LABEL))
        return;
    char *const end = t->s + t->room - 1;
    char *at = end;
    for (; x->parent; x = x->parent) {
        uint64_t n = x->label;
        do
            *--at = (char)('0' + n % 10);
        while ((n /= 10) != 0);
        *--at = '.';
    }
    *--at = '0';
    memmove(t->s + t->n, at, (size_t)(end - at));
    t->n += (size_t)(end - at);
}

/* Step, clock of the top, label, event, number of the context. */
static struct text *begin(struct frond *m, const struct core_ctx *x, const char *event) {
    const struct core *c = &m->r.core;
    struct text *t = &m->text;

    if (!t->s)
        *t = (struct text){.memory = &m->memory, .s = t->small, .room = sizeof t->small};
    t->n = 0;
    t->cut = false;
    add(t, "%" PRIu64 " ", riscv_now(&m->r));
    bool came = x->on_path && !c->empty && c->path[c->top].ctx == x &&
                (strcmp(event, "enter") == 0 || strcmp(event, "again") == 0);
    if (c->empty || m->looking || (came && c->top == 0))
        add(t, "- ");
    else
        add(t, "%" PRIu64 " ", level_clock(&m->r, c->top - came));
    add_label(t, x);
    add(t, " %s #%" PRIu64, event, x->serial);
    return t;
}

/* An event for which there is no memory ends the run: what follows would not fit it. */
static void end(struct text *t, struct frond *m) {
    m->told = true;
    if (!t->cut) {
        m->line(m->line_opaque, t->s);
        return;
    }
    m->r.why = RISCV_MEMORY;
    m->r.error = "out of host memory";
    riscv_attend(&m->r);
}

/* ---- Tables ---------------------------------------------------------------------------------------- */

static void add_range(struct text *t, const char *name, const struct frond_range *e) {
    add(t, " %s=%" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64, name, e->base, e->size, e->target,
        e->flags);
}

static void one_range(struct frond *m, const struct core_ctx *x, unsigned mode, uint64_t index,
                      const struct frond_range *e) {
    struct text *t = begin(m, x, "range");

    add(t, " map=%s index=%" PRIu64, mode == CORE_NP ? "np" : "p", index);
    add_range(t, "is", e);
    end(t, m);
}

static void range_read(void *opaque, struct core_ctx *x, unsigned mode, uint64_t piece,
                       uint32_t page) {
    struct frond *m = opaque;
    const struct frond_map *at = &x->table[mode].at;

    if (m->looking) {
        m->untold = true;
        return;
    }
    uint64_t start = at->addr % FROND_PAGE_SIZE;
    const uint8_t *bytes = m->ram + (size_t)page * FROND_PAGE_SIZE;

    for (unsigned off = piece == 0 ? (unsigned)start : 0; off < FROND_PAGE_SIZE; off += 32) {
        uint64_t index = (piece * FROND_PAGE_SIZE + off - start) / sizeof(struct frond_range);
        struct frond_range e;
        if (index >= at->count)
            break;
        memcpy(&e, bytes + off, sizeof e);
        one_range(m, x, mode, index, &e);
    }
}

static void range_changed(void *opaque, struct core_ctx *x, unsigned mode, uint64_t index,
                          const struct frond_range *old, const struct frond_range *new) {
    struct frond *m = opaque;
    struct text *t = begin(m, x, "change");

    add(t, " map=%s index=%" PRIu64, mode == CORE_NP ? "np" : "p", index);
    add_range(t, "was", old);
    add_range(t, "is", new);
    end(t, m);
}

/* ---- Events ------------------------------------------------------------------------------------------ */

static const char *mode_name(unsigned mode) {
    return mode == FROND_MODE_M ? "M" : mode == FROND_MODE_S ? "S" : "U";
}

/* What counts for the node in number: its own clock, what it may spend, what it retired. */
static void add_counts(struct text *t, struct frond *m, unsigned level) {
    const struct core_level *l = &m->r.core.path[level];
    uint64_t spent = riscv_now(&m->r) - l->since;

    add(t, " clock=%" PRIu64 " budget=%" PRIu64 " retired=%" PRIu64, l->clock0 + spent,
        spent < l->budget0 ? l->budget0 - spent : 0, l->ctx->stat[STAT_RETIRED]);
}

static const char *kind_name(uint32_t kind, char number[12]) {
    static const char *const name[] = {"-",    "LOAD", "STORE", "AMO", "FETCH",
                                       "WALK", "MAP",  "DESC",  "DMA"};

    if (kind < sizeof name / sizeof name[0])
        return name[kind];
    snprintf(number, 12, "%" PRIu32, kind);
    return number;
}

/* The access under way, with the trap of a DENY; nothing if there is none. */
static void add_pend(struct text *t, const struct frond_access *p) {
    char number[12];

    if (p->reason == FROND_EXIT_FAULT)
        add(t, " pend=%s,%" PRIx64 ",%" PRIx64 ",%u,%u,%u,%x,%" PRIx32 ",%" PRIx64,
            kind_name(p->kind, number), p->addr, p->value, p->width, p->reg, p->ilen, p->flags,
            p->cause, p->tval);
}

static void add_enter(struct text *t, struct frond *m, const struct riscv_note *n) {
    const struct core_level *l = &m->r.core.path[n->level];
    const struct frond_desc *d = l->d;

    add(t, " uid=%" PRIu64, d->uid);
    if (n->level > 0) {
        const struct frond_desc *up = l[-1].d;
        unsigned mode = hart_data_mode(up);
        add(t, " desc=%" PRIx64 " as=%s%s ran=%" PRIu64, n->a, mode_name(mode),
            mode != FROND_MODE_M && hart_satp(up) >> 60 != 0 ? "*" : "",
            l[-1].ctx->stat[STAT_RETIRED]);
    }
    add(t, " p=%" PRIx64 "/%" PRIu64 " np=%" PRIx64 "/%" PRIu64, d->map_p.addr, d->map_p.count,
        d->map_np.addr, d->map_np.count);
    add(t, " inside=%" PRIx64 " resume=%u", d->active, d->resume ? d->resume : d->held);
    add_pend(t, &d->pend);
    add_counts(t, m, n->level);
}

static void add_access(struct text *t, const struct frond_access *e) {
    char number[12];

    add(t, " kind=%s addr=%" PRIx64 " value=%" PRIx64 " width=%u reg=%u ilen=%u flags=%x",
        kind_name(e->kind, number), e->addr, e->value, e->width, e->reg, e->ilen, e->flags);
}

/* The maker of an access, its modes, and the addresses at which it came by, from the maker's down. */
static void add_gap(struct text *t, struct frond *m, const struct core_answer *gap) {
    const struct frond_desc *d = m->r.core.path[gap->maker].d;

    add(t, " maker=%u mode=%s data=%s direct=%d via=", gap->maker, mode_name(d->mode),
        mode_name(hart_data_mode(d)), gap->direct);
    for (unsigned l = gap->maker;; l--) {
        add(t, "%s%" PRIx64, l == gap->maker ? "" : ",", m->r.core.chain[l]);
        if (l == gap->level)
            break;
    }
}

/* What the top has retired, when it stops being the top. */
static void add_ran(struct text *t, const struct core *c) {
    add(t, " ran=%" PRIu64, c->path[c->top].ctx->stat[STAT_RETIRED]);
}

static void add_exit(struct text *t, struct frond *m, const struct riscv_note *n) {
    static const char *const reason[] = {"-",         "FAULT", "IDLE", "BUDGET",
                                         "INTERRUPT", "HALT",  "BAD"};
    const struct frond_access *e = &m->r.core.path[n->level].d->exit;
    unsigned asked = e->reason == FROND_EXIT_INTERRUPT ? n->level - 1 : n->level;

    add(t, " reason=%s", e->reason < sizeof reason / sizeof reason[0] ? reason[e->reason] : "?");
    add_counts(t, m, n->level);
    add_ran(t, &m->r.core);
    switch (e->reason) {
    case FROND_EXIT_FAULT:
        add_access(t, e);
        if (n->gap)
            add_gap(t, m, n->gap);
        break;
    case FROND_EXIT_IDLE:
    case FROND_EXIT_INTERRUPT:
        add(t, " pending=%" PRIx64, hart_mip(&m->r, asked, m->r.core.path[asked].d->csr.mie));
        break;
    default: add(t, " kind=%u value=%" PRIx64, e->kind, e->value); break;
    }
}

/* An interrupt is told with what there was to choose from. */
static void add_trap(struct text *t, struct frond *m, const struct riscv_note *n) {
    add(t, " cause=%" PRIx64 " tval=%" PRIx64, n->a, n->b);
    if (n->a >> 63)
        add(t, " pending=%" PRIx64 " deleg=%" PRIx64, m->r.pending,
            m->r.core.path[n->level].d->csr.mideleg);
}

static void add_answer(struct text *t, const struct riscv_note *n) {
    static const struct frond_access none;

    if (n->a == FROND_DONE)
        add(t, " DONE result=%" PRIx64, n->b);
    else
        add(t, " DENY");
    add_access(t, n->pend->reason == FROND_EXIT_FAULT ? n->pend : &none);
}

static void add_dma(struct text *t, const struct riscv_note *n) {
    add(t, " window=%u mode=%s %s=%" PRIx64 " bytes=%" PRIu64 " %s", n->window, mode_name(n->mode),
        n->write ? "write" : "read", n->a, n->b, n->done == RISCV_DMA_OK ? "done" : "refused");
}

static void event(void *opaque, const struct riscv_note *n) {
    static const char *const name[] = {"enter", "again",  "exit",    "answer",
                                       "trap",  "status", "suspend", "dma"};
    struct frond *m = opaque;
    const struct core_ctx *x = m->r.core.path[n->level].ctx;
    struct text *t = begin(m, x, name[n->what]);

    switch (n->what) {
    case EV_ENTER:
    case EV_AGAIN: add_enter(t, m, n); break;
    case EV_EXIT: add_exit(t, m, n); break;
    case EV_ANSWER: add_answer(t, n); break;
    case EV_TRAP: add_trap(t, m, n); break;
    case EV_STATUS: add(t, " status=%" PRIx64 " stored=%" PRIx64, n->a, n->b); break;
    case EV_SUSPEND: add_ran(t, &m->r.core); break;
    case EV_DMA: add_dma(t, n); break;
    }
    end(t, m);
    if (n->level == 0 && n->what == EV_ENTER)
        for (unsigned i = 0; i < m->regions; i++)
            one_range(m, x, CORE_P, i, &m->region[i]);
}

void trace_write(struct frond *m, const struct core_ctx *x, uint64_t addr, uint64_t size) {
    if (!m->line || !m->told)
        return; /* nobody follows, or no node has been told of yet */
    struct text *t = begin(m, x, "write");
    if (size != 0)
        add(t, " addr=%" PRIx64 " bytes=%" PRIu64, addr, size);
    else
        add(t, " desc");
    end(t, m);
}

void frond_on_event(struct frond *m, void (*line)(void *opaque, const char *text), void *opaque) {
    m->line = line;
    m->line_opaque = opaque;
    m->told = false;
    m->r.trace = line ? event : NULL;
    m->r.isa.range_read = line ? range_read : NULL;
    m->r.isa.range_changed = line ? range_changed : NULL;
    if (line)
        core_drop_all(&m->r.core); /* what was read untold is to be read again */
}
