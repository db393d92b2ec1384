/*
 * child.c - the active path at work: ENTER, exits, answers, and what is looked at before a step.
 *
 * docs/machine.md, sections 3 to 5. Levels are walked by loops only. While a node is on the path its
 * descriptor's clock and budget stand at what they were when it came there (core_level has the
 * base); they are brought up to date when its page is given back.
 */
#include "../dev/dev.h"
#include "../jit/jit.h"
#include "riscv.h"
#include <string.h>

enum {
    HOT = 64,             /* entries of a block before it is translated */
    POLL_STEPS = 1 << 18, /* how long the host's requests may wait */
    RELIEF_STEPS =
        1 << 20, /* how long what is derived must last before it is dropped for want of memory */
};

static struct core_level *level_at(struct riscv *r, unsigned level) { return &r->core.path[level]; }

static struct core_level *top_of(struct riscv *r) { return level_at(r, r->core.top); }

static void trace(struct riscv *r, enum riscv_event what, unsigned level, uint64_t a, uint64_t b) {
    const struct riscv_note n = {.what = what, .level = level, .a = a, .b = b};

    if (r->trace)
        r->trace(r->opaque, &n);
}

void riscv_attend(struct riscv *r) {
    r->check = 0;
    r->h.attention = true;
}

/* The run is over. */
static void give_up(struct riscv *r, enum riscv_why why, const char *error) {
    r->why = why;
    r->error = error;
    r->core.too_many = false;
    riscv_attend(r);
}

/* ---- What a descriptor may hold ------------------------------------------------------------------ */

/* Every ENTER comes here with most of a page, so it is read once, as wide as the host reads. n: of whole words. */
typedef uint64_t lanes __attribute__((vector_size(32), aligned(8), may_alias));

static inline __attribute__((always_inline)) bool none_set(const void *p, size_t n) {
    const uint64_t *word = p;
    lanes a = {0}, b = {0};
    uint64_t rest = 0;
    size_t i = 0;

    for (; i + 8 <= n / 8; i += 8) {
        a |= *(const lanes *)(const void *)&word[i];
        b |= *(const lanes *)(const void *)&word[i + 4];
    }
    for (; i < n / 8; i++)
        rest |= word[i];
    a |= b;
    return (a[0] | a[1] | a[2] | a[3] | rest) == 0;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static bool none_set_avx2(const void *p, size_t n) {
    return none_set(p, n);
}
#define HOST_AVX2 __builtin_cpu_supports("avx2")
#else
#define none_set_avx2 none_set
#define HOST_AVX2     0
#endif

static bool is_zero(const void *p, size_t n) {
    return n >= 128 && HOST_AVX2 ? none_set_avx2(p, n) : none_set(p, n);
}

/* The count of a table whose address is in order. */
static bool count_ok(const struct frond_map *m) {
    return m->count <= 1ULL << 32 &&
           m->count * sizeof(struct frond_range) <= 0 - m->addr - (m->addr == 0);
}

static bool active_ok(uint64_t active) {
    uint64_t length = active % FROND_PAGE_SIZE;

    return active == 0 || length == 2 || length == 4;
}

#define AT(field) ((int)offsetof(struct frond_desc, field))

#define CHECK(ok, at)                                                                              \
    if (!(ok))                                                                                     \
    return (at)
#define CHECK_FIELD(ok, field) CHECK(ok, AT(field))
#define CHECK_ZERO(field)                                                                          \
    _Static_assert(sizeof d->field % 8 == 0, "is_zero() looks at whole words");                    \
    CHECK_FIELD(is_zero(&d->field, sizeof d->field), field)

/* The fields before the hart's. Every ENTER comes here: no table of answers is made first. */
static int node_check(const struct frond_desc *d) {
    int plic = plic_check(&d->plic), rtc = rtc_check(&d->rtc);

    CHECK_FIELD(d->magic == FROND_MAGIC, magic);
    CHECK_FIELD(d->version == FROND_ABI_VERSION, version);
    CHECK_FIELD(d->reserved_version == 0, reserved_version);
    CHECK_FIELD(d->label != UINT64_MAX, label);
    CHECK_FIELD(d->map_np.addr % 32 == 0, map_np.addr);
    CHECK_FIELD(count_ok(&d->map_np), map_np.count);
    CHECK_FIELD(d->map_p.addr % 32 == 0, map_p.addr);
    CHECK_FIELD(count_ok(&d->map_p), map_p.count);
    CHECK_FIELD((d->lines & 1) == 0, lines);
    CHECK_FIELD(d->reserved_lines == 0, reserved_lines);
    CHECK_FIELD(d->resume <= FROND_DENY && (d->resume == 0 || d->exit.reason == FROND_EXIT_FAULT),
                resume);
    CHECK_FIELD(d->held <= FROND_DONE, held);
    CHECK_FIELD(active_ok(d->active), active);
    CHECK_ZERO(reserved_ctl);
    CHECK(plic < 0, AT(plic) + plic);
    CHECK_ZERO(reserved_plic);
    CHECK_FIELD(d->clint.msip <= 1, clint.msip);
    CHECK_FIELD(d->clint.reserved == 0, clint.reserved);
    CHECK_ZERO(reserved_clint);
    CHECK(rtc < 0, AT(rtc) + rtc);
    CHECK_ZERO(reserved_node);
    return -1;
}

int desc_check(const struct frond_desc *d) {
    int at = node_check(d);

    CHECK(at < 0, at);
    CHECK_FIELD(d->pc % 2 == 0, pc);
    CHECK_FIELD(d->mode <= FROND_MODE_U, mode);
    CHECK_FIELD(d->wait <= 1, wait);
    CHECK_FIELD(d->x[0] == 0, x);
    CHECK(csr_value_ok(d, &at), at);
    CHECK_ZERO(reserved_hart);
    return -1;
}

/* ---- Leaving the path ---------------------------------------------------------------------------- */

/* Brings the descriptor of a level up to date. */
static void save(struct riscv *r, unsigned level) {
    struct core_level *l = level_at(r, level);
    uint64_t spent = riscv_now(r) - l->since;

    l->d->clock = l->clock0 + spent;
    l->d->budget =
        spent < l->budget0 ? l->budget0 - spent : 0; /* an answer's step may be over it */
    l->d->deadline = hart_deadline(l->d, l->d->clock);
}

static void rebase(struct riscv *r, unsigned level) {
    struct core_level *l = level_at(r, level);

    l->ctx->stat[STAT_STEPS] += riscv_now(r) - l->since;
    l->since = riscv_now(r);
    l->clock0 = l->d->clock;
    l->budget0 = l->d->budget;
}

void riscv_sync(struct riscv *r) {
    if (r->core.empty)
        return;
    count_retired(r);
    for (unsigned l = 0; l <= r->core.top; l++) {
        save(r, l);
        rebase(r, l);
    }
}

/* Gives back the pages of all levels from `level` up; they stay suspended as they are. */
static void truncate_path(struct riscv *r, unsigned level) {
    count_retired(r);
    while (!r->core.empty && r->core.top >= level) {
        save(r, r->core.top);
        rebase(r, r->core.top);
        core_pop(&r->core);
        if (level == 0 && r->core.empty)
            return;
    }
}

/* The level below `level` is the top from now on. */
static void make_top(struct riscv *r, unsigned level) {
    truncate_path(r, level + 1);
    r->changed = true;
    core_activate(&r->core);
    mmu_select(&r->h);
    if (r->check > r->core.top)
        r->check = r->core.top;
    r->h.attention = true;
}

/* The top's ENTER store retires. */
static void end_enter(struct riscv *r, uint64_t status) {
    struct frond_desc *d = top_of(r)->d;

    if (status != FROND_ST_OK)
        trace(r, EV_STATUS, r->core.top, status, d->active);
    d->pc += d->active % FROND_PAGE_SIZE;
    d->active = 0;
    d->status = status;
    r->h.left--;
    r->h.attention = true;
}

/* gap: what the exit is for, if an access of now has met it. */
static void leave(struct riscv *r, unsigned k, const struct core_answer *gap) {
    struct core_level *l = level_at(r, k);
    const struct frond_access *e = &l->d->exit;

    l->ctx->stat[STAT_EXIT + e->reason]++;
    if (e->reason == FROND_EXIT_FAULT)
        l->ctx->stat[STAT_FAULT + e->kind]++;
    if (r->trace) {
        const struct riscv_note n = {.what = EV_EXIT, .level = k, .gap = gap};
        count_retired(r);
        r->trace(r->opaque, &n);
    }
    if (l->d->resume == FROND_DONE)
        l->d->held = FROND_DONE; /* the path was not restored in time to take it */
    l->d->resume = 0;
    if (k == 0) {
        truncate_path(r, 0);
        r->done = true;
        r->h.attention = true;
        return;
    }
    make_top(r, k - 1);
    end_enter(r, FROND_ST_OK);
}

void child_leave(struct riscv *r, unsigned k) { leave(r, k, NULL); }

static void leave_for(struct riscv *r, unsigned k, unsigned reason, unsigned kind, uint64_t value) {
    level_at(r, k)->d->exit = (struct frond_access){.reason = reason, .kind = kind, .value = value};
    child_leave(r, k);
}

void child_halt(struct riscv *r, unsigned kind, uint64_t code) {
    leave_for(r, r->core.top, FROND_EXIT_HALT, kind, code);
}

/* ---- Faults --------------------------------------------------------------------------------------- */

/* The node at `level` takes a trap at its ENTER store; what was above it stays suspended. */
static void issuer_trap(struct riscv *r, unsigned level, unsigned cause, uint64_t tval) {
    make_top(r, level);
    top_of(r)->d->active = 0;
    trap_take(&r->h, cause, tval, false);
    r->h.attention = true;
}

/* Marks the access in every node from the gap's up to its maker, then leaves. */
static void leave_by_gap(struct riscv *r, const struct core_answer *ans, struct access a,
                         uint64_t tval, uint64_t value, uint32_t cause) {
    struct frond_access rec = {.reason = FROND_EXIT_FAULT,
                               .kind = a.kind,
                               .value = value,
                               .width = a.width,
                               .reg = a.reg,
                               .ilen = a.ilen,
                               .flags = a.flags};

    if (ans->kind != 0 && a.kind != FROND_FAULT_DMA) { /* cannot be answered DONE */
        rec.kind = ans->kind;
        rec.flags &= (uint8_t)~FROND_XF_DONE;
    }
    if (ans->mode == CORE_NP)
        rec.flags |= FROND_XF_NP;
    for (unsigned l = ans->level; l <= ans->maker; l++) {
        struct frond_access *p = &level_at(r, l)->d->pend;
        *p = rec;
        p->addr = r->core.chain[l];
        if (l == ans->maker) {
            p->tval = tval;
            p->cause = cause;
            p->flags |= FROND_XF_SELF;
        }
    }
    struct frond_access *e = &level_at(r, ans->level)->d->exit;
    *e = level_at(r, ans->level)->d->pend;
    e->tval = 0;
    e->cause = 0;
    leave(r, ans->level, ans);
}

void child_answer(struct riscv *r, const struct core_answer *ans, struct access a, uint64_t va,
                  uint64_t value, uint32_t cause) {
    switch (ans->what) {
    case CORE_NOMEM: break; /* starved */
    case CORE_REFUSED: trap_raise(&r->h, cause, va); break;
    case CORE_ISSUER: issuer_trap(r, ans->level, ans->cause, ans->tval); break;
    case CORE_BAD:
        leave_for(r, ans->level, FROND_EXIT_BAD,
                  ans->mode == CORE_NP ? FROND_BAD_MAP_NP : FROND_BAD_MAP_P, ans->index);
        break;
    default:
        if (ans->direct)
            leave_by_gap(r, ans, a, va, value, cause);
        else
            leave_by_gap(r, ans, (struct access){0}, ans->tval, 0, CAUSE_LOAD_ACCESS);
        break;
    }
}

/* ---- ENTER ----------------------------------------------------------------------------------------- */

enum enter { ENTERED, ENDED, LEFT };
/* ENDED: the issuer's ENTER retired with a STATUS, or it took a trap; it is the top. LEFT: an exit. */

/* What the place of a descriptor at the top's address va hangs on, as it is now. */
static struct entered entered_now(struct riscv *r, uint64_t va) {
    const struct core_ctx *ctx = top_of(r)->ctx;
    struct entered e = {.va = va, .gen = ctx->gen, .pt_seq = ctx->pt_seq};

    r->isa.issuer_state(r, r->core.top, e.issuer);
    return e;
}

static bool same_entered(const struct entered *a, const struct entered *b) {
    return a->va == b->va && a->gen == b->gen && a->pt_seq == b->pt_seq &&
           memcmp(a->issuer, b->issuer, sizeof a->issuer) == 0;
}

/* Page of the descriptor at the issuer's address va: translated for loads, then for stores. */
static enum enter find_descriptor(struct riscv *r, uint64_t va, uint32_t *page) {
    unsigned j = r->core.top;
    const struct access desc = {.kind = FROND_FAULT_DESC, .flags = FROND_XF_WRITE};
    struct core_issued is = {0};
    struct core_answer ans;

    for (unsigned access = FROND_R; access <= FROND_W; access <<= 1) {
        enum core_issue got;
        while ((got = r->isa.issue(r, j, va, access, &is)) == CORE_ISSUE_NEED) {
            core_resolve(&r->core, j, CORE_P, is.pa, is.need, &ans);
            unsigned cause = access == FROND_W ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;
            if (ans.what == CORE_RAM)
                continue;
            if (ans.what == CORE_DEVICE || ans.what == CORE_REFUSED) {
                issuer_trap(r, j, cause, va);
                return ENDED;
            }
            child_answer(r, &ans, (struct access){.kind = FROND_FAULT_WALK, .width = 8}, va, 0,
                         cause);
            return LEFT;
        }
        if (got == CORE_ISSUE_TRAP) {
            issuer_trap(r, j, is.cause, va);
            return ENDED;
        }
    }
    if (window_is_private(is.pa)) {
        issuer_trap(r, j, CAUSE_LOAD_ACCESS, va);
        return ENDED;
    }
    core_resolve(&r->core, j, is.mode, is.pa, FROND_R | FROND_W, &ans);
    *page = ans.page;
    if (ans.what == CORE_RAM)
        return ENTERED;
    if (ans.what == CORE_DEVICE) {
        issuer_trap(r, j, CAUSE_LOAD_ACCESS, va);
        return ENDED;
    }
    if (ans.what == CORE_REFUSED ||
        (ans.what == CORE_GAP && ans.direct && ans.kind == FROND_FAULT_DESC)) {
        end_enter(r, FROND_ST_ONPATH);
        return ENDED;
    }
    child_answer(r, &ans, desc, va, 0, CAUSE_LOAD_ACCESS);
    return LEFT;
}

/* The same, remembered: a monitor enters the same child again and again. */
static enum enter find_again(struct riscv *r, uint64_t va, uint32_t *page) {
    struct node *n = top_of(r)->ctx->isa;
    struct entered now = entered_now(r, va);
    enum enter e = ENTERED;

    if (n && same_entered(&n->entered, &now) && !core_on_path(&r->core, n->entered.page)) {
        *page = n->entered.page;
        return e;
    }
    e = find_descriptor(r, va, page);
    if (e == ENTERED && n) {
        n->entered = entered_now(r, va);
        n->entered.page = *page;
    }
    return e;
}

/* Puts the child whose descriptor is named in the top's `active` on the path; `how`: for the trace. */
static enum enter enter_active(struct riscv *r, enum riscv_event how) {
    struct frond_desc *issuer = top_of(r)->d;
    uint64_t va = issuer->active & ~(uint64_t)(FROND_PAGE_SIZE - 1);
    uint32_t page = 0;
    enum enter e = r->core.scheme->flat ? find_again(r, va, &page) : find_descriptor(r, va, &page);

    if (e != ENTERED)
        return e;
    struct frond_desc *d = (struct frond_desc *)(void *)(r->h.ram + (size_t)page * FROND_PAGE_SIZE);
    int bad = desc_check(d);
    if (bad >= 0) {
        end_enter(r, FROND_ST_FIELD | (uint64_t)bad << 16);
        return ENDED;
    }
    count_retired(r);
    r->core.now = riscv_now(r);
    r->changed = true;
    if (!core_push(&r->core, page, d)) {
        if (r->core.too_many)
            give_up(r, RISCV_NODES, "too many nodes");
        return LEFT;
    }
    if (issuer->news == d->label + 1)
        issuer->news = 0;
    mmu_adopt(r, r->core.top);
    mmu_select(&r->h);
    trace(r, how, r->core.top, va, 0);
    return ENTERED;
}

/* ---- Answers ---------------------------------------------------------------------------------------- */

static bool plain(const struct frond_access *p) {
    bool kind = p->kind == FROND_FAULT_LOAD || p->kind == FROND_FAULT_STORE;
    bool width = p->width == 1 || p->width == 2 || p->width == 4 || p->width == 8;

    return p->reason == FROND_EXIT_FAULT && (p->flags & FROND_XF_DONE) != 0 && kind && width &&
           p->reg < 32 && (p->ilen == 2 || p->ilen == 4);
}

/* The value as the register has it. */
static uint64_t boxed(const struct frond_access *p, uint64_t value) {
    unsigned spare = 64 - 8 * (unsigned)p->width;

    value <<= spare;
    if (p->flags & FROND_XF_FP)
        return spare == 32 ? value >> 32 | 0xffffffff00000000ULL : value;
    return p->flags & FROND_XF_SIGNED ? (uint64_t)((int64_t)value >> spare) : value >> spare;
}

/* Completes the top's access as if a device had. */
static bool apply_done(struct riscv *r, uint64_t value) {
    struct frond_desc *d = top_of(r)->d;
    const struct frond_access *p = &d->pend;

    if (!plain(p))
        return false;
    if (p->kind == FROND_FAULT_LOAD && (p->flags & FROND_XF_FP) != 0) {
        d->f[p->reg] = boxed(p, value);
        d->csr.mstatus |= MSTATUS_FS;
    } else if (p->kind == FROND_FAULT_LOAD && p->reg != 0) {
        d->x[p->reg] = boxed(p, value);
    }
    d->pc += p->ilen;
    r->h.left--;
    memset(&d->pend, 0, sizeof d->pend);
    return true;
}

static bool apply_deny(struct riscv *r, unsigned k) {
    struct frond_access p = level_at(r, k)->d->pend;

    if (p.reason != FROND_EXIT_FAULT)
        return false;
    memset(&level_at(r, k)->d->pend, 0, sizeof p);
    if (p.flags & FROND_XF_SELF) {
        if (p.kind == FROND_FAULT_DMA) {
            r->bus.refuse(r->bus.opaque, k, p.reg);
            return true;
        }
        if (p.cause != CAUSE_FETCH_ACCESS && p.cause != CAUSE_LOAD_ACCESS &&
            p.cause != CAUSE_STORE_ACCESS)
            return false;
        issuer_trap(r, k, p.cause, p.tval);
        return true;
    }
    if (k == r->core.top)
        return false;
    struct frond_desc *child = level_at(r, k + 1)->d;
    if (child->pend.reason != FROND_EXIT_FAULT)
        return false;
    child->exit = child->pend;
    child->exit.tval = 0;
    child->exit.cause = 0;
    child->resume = 0;
    if (child->exit.kind == 0 || child->exit.kind > FROND_FAULT_DMA)
        return false;
    child_leave(r, k + 1);
    return true;
}

/* The answer at level k cannot be given: its parent is told which field is wrong. */
static void refuse_answer(struct riscv *r, unsigned k) {
    if (k == 0) {
        give_up(r, RISCV_DESC, "node 0: an answer in resume that does not fit its pend");
        return;
    }
    make_top(r, k - 1);
    end_enter(r, FROND_ST_FIELD | (uint64_t)AT(resume) << 16);
}

/* Applies an answer that stands in level k. True: go on with the next level. */
static bool apply_answer(struct riscv *r, unsigned k, uint32_t answer) {
    struct frond_desc *d = level_at(r, k)->d;
    bool ok;

    level_at(r, k)->ctx->stat[STAT_ANSWER + answer]++;
    if (r->trace) {
        const struct riscv_note n = {
            .what = EV_ANSWER, .level = k, .a = answer, .b = d->value, .pend = &d->pend};
        r->trace(r->opaque, &n);
    }
    d->resume = 0;
    d->held = 0;
    ok = answer == FROND_DONE ? apply_done(r, d->value) : apply_deny(r, k);
    if (!ok)
        refuse_answer(r, k);
    return ok && k < r->core.top;
}

/* Whether the access under way in the top is one that restoring would make again, and the DENY in level
 * `denied` is of it: then that ends an ENTER. */
static bool met_again(struct riscv *r, unsigned denied) {
    const struct frond_access *p = &top_of(r)->d->pend;

    return (p->flags & FROND_XF_SELF) != 0 && p->reason == FROND_EXIT_FAULT &&
           (p->kind == FROND_FAULT_MAP || p->kind == FROND_FAULT_DESC ||
            p->kind == FROND_FAULT_WALK) &&
           (denied == r->core.top || (level_at(r, denied)->d->pend.flags & FROND_XF_SELF) == 0);
}

static bool stop_asked(const struct riscv *r) {
    return atomic_load_explicit(&r->stop, memory_order_relaxed);
}

/* Restores the path above `from`, then applies the answers that stand in it, root first. A DENY of
 * what restoring itself would meet is applied as soon as its maker is there again. */
static void restore(struct riscv *r, unsigned from) {
    unsigned denied = UINT32_MAX;
    bool whole = true;

    for (unsigned l = from;; l++) {
        struct frond_desc *d = level_at(r, l)->d;
        if (denied == UINT32_MAX && d->resume == FROND_DENY)
            denied = l;
        if (d->active == 0)
            break;
        if (stop_asked(r)) {
            r->stopping = true; /* what is not restored yet stays suspended, unanswered */
            return;
        }
        if (denied != UINT32_MAX && met_again(r, denied)) {
            apply_answer(r, denied, FROND_DENY);
            whole = false;
            break;
        }
        enum enter e = enter_active(r, EV_AGAIN);
        if (r->error)
            return;
        if (e != ENTERED) { /* an ENTER of the path has ended, or from is not on it any more */
            whole = false;
            break;
        }
    }
    r->h.attention = true;
    for (unsigned l = from; l <= r->core.top && !r->core.empty; l++) {
        struct frond_desc *d = level_at(r, l)->d;
        if (!whole)
            d->resume = d->held = 0; /* the access that it was for is gone */
        uint32_t answer = d->resume ? d->resume : d->held;
        if (answer != 0 && !apply_answer(r, l, answer))
            break;
    }
    for (unsigned l = from; l <= r->core.top && !r->core.empty; l++)
        if (level_at(r, l)->d->pend.reason != 0)
            memset(&level_at(r, l)->d->pend, 0, sizeof(struct frond_access));
}

void child_enter(struct riscv *r, uint64_t va, unsigned ilen) {
    struct frond_desc *issuer = top_of(r)->d; /* stays readable when its page is given back */

    r->h.attention = true;
    r->work |= r->waiting;
    if (r->check > r->core.top)
        r->check = r->core.top;
    if (va % FROND_PAGE_SIZE != 0) {
        issuer->active = ilen;
        end_enter(r, FROND_ST_ALIGN);
        return;
    }
    issuer->active = va | ilen;
    switch (enter_active(r, EV_ENTER)) {
    case ENTERED:
        top_of(r)->ctx->stat[STAT_ENTERS]++;
        restore(r, r->core.top);
        break;
    case ENDED: break;
    case LEFT:
        issuer->active = 0; /* the store has not begun */
        break;
    }
}

/* ---- Before each step ------------------------------------------------------------------------------- */

static void suspend_all(struct riscv *r) {
    if (r->core.empty)
        return;
    count_retired(r);
    trace(r, EV_SUSPEND, 0, 0, 0);
    truncate_path(r, 0);
}

/* Node 0 on an empty path, and all that was active above it. */
static void enter_root(struct riscv *r, enum riscv_event how) {
    r->core.now = riscv_now(r);
    r->top_since = r->core.now;
    if (!core_push(&r->core, CORE_NO_PAGE, r->root))
        return;
    mmu_adopt(r, 0);
    mmu_select(&r->h);
    trace(r, how, 0, 0, 0);
    r->check = 0;
    r->work |= r->waiting;
    restore(r, 0);
}

static void reenter(struct riscv *r) {
    suspend_all(r);
    enter_root(r, EV_AGAIN);
}

static uint64_t later(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/* When the node at `level`, or one below it, must be looked at again. */
static void set_due(struct riscv *r, unsigned level) {
    struct core_level *l = level_at(r, level);
    uint64_t due = later(l->since, l->budget0);
    uint64_t clock = level_clock(r, level);
    uint64_t at = hart_deadline(l->d, clock);

    if (at != UINT64_MAX) {
        uint64_t timer = later(riscv_now(r), at - clock);
        due = timer < due ? timer : due;
    }
    if (level > 0 && level_at(r, level - 1)->due < due)
        due = level_at(r, level - 1)->due;
    l->due = due;
}

static uint64_t pending_at(struct riscv *r, unsigned level) {
    struct frond_desc *d = level_at(r, level)->d;
    uint32_t lines = r->bus.lines(r->bus.opaque, level) | d->lines;

    if (d->news != 0)
        lines |= 1u << FROND_IRQ_CTL;
    plic_sample(&d->plic, lines);
    return hart_mip(r, level, d->csr.mie);
}

/* Calls the host for each mark that the top has reached. */
static void pass_marks(struct riscv *r) {
    unsigned top = r->core.top;
    struct node *n = top_of(r)->ctx->isa;

    while (n && n->mark_next < r->marks && level_clock(r, top) >= r->mark_at[n->mark_next]) {
        riscv_sync(r);
        r->mark(r->opaque, top, r->mark_at[n->mark_next++]);
    }
}

/* core.now of the next mark of the top. */
static uint64_t next_mark(const struct riscv *r) {
    const struct node *n = r->core.path[r->core.top].ctx->isa;

    if (!n || n->mark_next >= r->marks)
        return UINT64_MAX;
    return riscv_now(r) + (r->mark_at[n->mark_next] - level_clock(r, r->core.top));
}

/* Whether something was done, so that all must be looked at anew. */
static bool look_at(struct riscv *r, unsigned level) {
    struct core_level *l = level_at(r, level);
    bool is_top = level == r->core.top;

    if (riscv_now(r) - l->since >= l->budget0) {
        leave_for(r, level, FROND_EXIT_BUDGET, 0, 0);
        return true;
    }
    if (is_top && r->marks)
        pass_marks(r);
    uint64_t pending = pending_at(r, level);
    if (!is_top && pending != 0) {
        leave_for(r, level + 1, FROND_EXIT_INTERRUPT, 0, 0);
        return true;
    }
    if (r->work && !r->bus.work(r->bus.opaque, level))
        return true;
    set_due(r, level);
    if (!is_top)
        return false;
    if (r->work) { /* work may have raised a line */
        r->work = false;
        pending = pending_at(r, level);
    }
    r->pending = pending;
    if (pending != 0) {
        l->d->wait = 0;
        return trap_interrupt(r, pending);
    }
    if (l->d->wait) {
        leave_for(r, level, FROND_EXIT_IDLE, 0, 0);
        return true;
    }
    return false;
}

static void shake(struct riscv *r) {
    r->shake = r->shake * 6364136223846793005u + 1442695040888963407u;
    r->shake_at = riscv_now(r) + 1 + (r->shake >> 40) % r->shake_every;
    suspend_all(r);
    riscv_drop_all(r);
    enter_root(r, EV_AGAIN);
}

/* Every allocation of the engine. */
static void *allocate(void *opaque, size_t size) {
    struct riscv *r = opaque;
    void *p = memory_alloc(&r->memory, size);

    if (!p) {
        r->starved = true;
        r->h.attention = true;
    }
    return p;
}

static void give_back(void *opaque, void *p, size_t size) {
    struct riscv *r = opaque;

    memory_free(&r->memory, p, size);
}

void riscv_give_up_memory(struct riscv *r) {
    riscv_drop_all(r);
    mmu_free_tlbs(r);
    r->starved = false;
}

/* Memory is out: the run goes on without anything derived, or, if that was done not long ago, what
 * cannot be dropped is too much, and it is over. */
static void relieve(struct riscv *r) {
    uint64_t now = riscv_now(r);

    suspend_all(r);
    if (r->relieved != 0 && now - (r->relieved - 1) < RELIEF_STEPS) {
        give_up(r, RISCV_MEMORY, "out of host memory");
        return;
    }
    r->relieved = now + 1;
    riscv_give_up_memory(r);
    enter_root(r, EV_AGAIN);
}

/* After a change of the path: every invariant (machine.h's option audit). */
static void audit(struct riscv *r) {
    const struct core_cost cost = r->core.cost; /* what a check reads is no access */
    const char *wrong = core_audit(&r->core);

    r->changed = false;
    if (!wrong)
        wrong = mmu_audit(r);
    r->core.cost = cost;
    if (r->starved)
        return; /* and not all could be looked at */
    if (wrong)
        give_up(r, RISCV_AUDIT, wrong);
    else if (r->core.top > 0)
        r->walls += core_audit_walls(&r->core, r->core.path[r->core.top - 1].ctx);
}

/* The lowest level that must be looked at. `due` does not grow from one level to the next. */
static unsigned first_due(struct riscv *r) {
    unsigned level = r->work ? 0 : r->check;

    if (level > r->core.top)
        level = r->core.top;
    while (level > 0 && level_at(r, level - 1)->due <= r->core.now)
        level--;
    return level;
}

bool child_boundary(struct riscv *r) {
    while (!r->done && !r->error) {
        r->core.now = riscv_now(r);
        if (r->starved) {
            relieve(r);
            continue;
        }
        if (r->stopping)
            return true;
        if (r->core.stale) {
            r->core.stale = false;
            reenter(r);
            continue;
        }
        if (r->core.cached > r->core.cached_max)
            core_drop_all(&r->core);
        if (r->shake != 0 && r->core.now >= r->shake_at) {
            shake(r);
            continue;
        }
        r->check = first_due(r);
        bool anew = false;
        for (unsigned level = r->check; !anew && level <= r->core.top; level++)
            anew = look_at(r, level);
        if (anew || r->core.stale) /* stale: by a transfer */
            continue;
        r->check = r->core.top;
        if (r->audit && r->changed)
            audit(r);
        return !r->error;
    }
    return false;
}

/* ---- The run ---------------------------------------------------------------------------------------- */

static uint64_t next_stop(const struct riscv *r) {
    uint64_t at = r->core.path[r->core.top].due;
    uint64_t poll = r->core.now + POLL_STEPS;

    at = at < poll ? at : poll;
    if (r->marks) {
        uint64_t mark = next_mark(r);
        at = at < mark ? at : mark;
    }
    at = at < r->pause ? at : r->pause;
    return r->shake != 0 && r->shake_at < at ? r->shake_at : at;
}

/* Gives the hart its steps up to the next stop. */
static void set_off(struct riscv *r) {
    uint64_t until = next_stop(r);

    r->end = until;
    r->h.left = (int64_t)(until - r->core.now);
    r->h.attention = false;
}

static bool poll_due(const struct riscv *r) {
    return r->poll && (riscv_now(r) - r->polled >= POLL_STEPS ||
                       atomic_load_explicit(&r->poke, memory_order_relaxed));
}

bool child_go_on(struct hart *h) {
    struct riscv *r = riscv_of(h);

    if (r->core.host_store || poll_due(r) || !child_boundary(r) || stop_asked(r) ||
        r->core.now >= r->pause)
        return false; /* riscv_run looks at all that once more */
    set_off(r);
    return h->left > 0;
}

enum riscv_end riscv_run(struct riscv *r, struct frond_desc *d) {
    int bad = desc_check(d);
    enum riscv_end end = RISCV_ERROR;

    r->root = d;
    r->done = false;
    r->h.left = 0;
    r->end = r->core.now;
    if (bad >= 0) {
        give_up(r, RISCV_DESC, "node 0's descriptor has a field with a value that it may not have");
        return RISCV_ERROR;
    }
    enter_root(r, EV_ENTER);
    while (child_boundary(r)) {
        if (stop_asked(r)) {
            atomic_store(&r->stop, false);
            r->stopping = false;
            end = RISCV_STOP;
            break;
        }
        if (r->core.now >= r->pause) {
            end = RISCV_PAUSE;
            break;
        }
        set_off(r);
        exec_run(&r->h);
        if (r->core.host_store) {
            end = RISCV_PAUSE;
            break;
        }
        if (poll_due(r)) {
            r->polled = riscv_now(r);
            atomic_store(&r->poke, false);
            r->poll(r->opaque);
        }
    }
    if (r->done)
        end = RISCV_EXIT;
    suspend_all(r);
    r->core.now = riscv_now(r);
    if (r->error || r->starved)
        riscv_give_up_memory(r);
    if (r->error)
        r->relieved = 0;
    return r->error ? RISCV_ERROR : end;
}

void riscv_drop_all(struct riscv *r) {
    core_drop_all(&r->core);
    code_drop_all(r->h.code);
    code_sweep(r->h.code);
}

bool riscv_init(struct riscv *r, uint8_t *ram, uint32_t pages, const struct memory *memory,
                bool translate, struct jit_region *code) {
    r->memory = *memory;
    r->isa.memory = (struct memory){r, allocate, give_back};
    r->h.ram = ram;
    r->pause = UINT64_MAX;
    if (!core_init(&r->core, &r->isa, ram, pages))
        return false;
    r->h.hot = HOT;
    if (translate)
        r->h.jit = jit_new(memory, code);
    mmu_hooks(r);
    r->h.scratch = memory_alloc(memory, BLOCK_BYTES);
    return r->ring && r->h.code && r->h.scratch;
}

void riscv_done(struct riscv *r) {
    core_done(&r->core);
    mmu_done(r);
    memory_free(&r->isa.memory, r->h.scratch, BLOCK_BYTES);
}
