/* replay_enter.c - a node comes to the path. */
#include "replay_priv.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What an enter tells of a node's descriptor. */
struct told {
    uint64_t label, uid, clock, budget, retired, active, answer;
    uint64_t map[2], count[2]; /* by mode */
    struct pending pend;
};

static bool get_told(struct replay *r, const char *label, struct told *t) {
    const char *own = strrchr(label, '.');

    t->label = own ? strtoull(own + 1, NULL, 10) : 0;
    if (!replay_get(r, "uid", 10, &t->uid) || !replay_get(r, "clock", 10, &t->clock) ||
        !replay_get(r, "budget", 10, &t->budget) || !replay_get(r, "retired", 10, &t->retired) ||
        !replay_get(r, "inside", 16, &t->active) || !replay_get(r, "resume", 10, &t->answer) ||
        !replay_get_map(r, "p", &t->map[P], &t->count[P]) ||
        !replay_get_map(r, "np", &t->map[NP], &t->count[NP]) || !replay_get_pend(r, &t->pend))
        return false;
    for (unsigned m = P; m <= NP; m++)
        if (t->map[m] % 32 != 0 || t->count[m] > 1ULL << 32 ||
            (wide)t->map[m] + t->count[m] * 32 > (wide)1 << 64)
            return replay_no(r, "4.2", "a map that no descriptor may have");
    if (t->answer > FROND_DENY)
        return replay_no(r, "4.2", "resume is %" PRIu64, t->answer);
    uint64_t length = t->active % FROND_PAGE_SIZE;
    if (t->active != 0 && length != 2 && length != 4)
        return replay_no(r, "4.2", "active is %" PRIx64, t->active);
    return true;
}

/* The law: what was suspended, and has since been in nobody's hands, comes back as it was. */
static bool as_it_was(struct replay *r, const struct node *n, const struct told *t) {
    const struct pending *p = &t->pend;
    uint64_t inside = n->inside ? n->inside->desc : MASK(n->active);

    if (t->clock != n->clock || t->budget != n->budget || t->uid != n->uid || t->label != n->label)
        return replay_no(r, "1, the law",
                         "#%" PRIu64 " was suspended as %" PRIu64 " with clock %" PRIu64
                         " budget %" PRIu64,
                         n->id, n->label, n->clock, n->budget);
    if (MASK(t->active) != inside || t->answer != n->answer)
        return replay_no(r, "1, the law", "#%" PRIu64 " stood in %" PRIx64 ", resume %u", n->id,
                         inside, n->answer);
    if (!replay_same_access(p, &n->pend) ||
        (n->pend.cause != 0 && (p->cause != n->pend.cause || p->tval != n->pend.tval)))
        return replay_no(r, "1, the law", "#%" PRIu64 " had another access under way", n->id);
    for (unsigned m = P; m <= NP && n->parent; m++)
        if (t->map[m] != n->map[m].addr || t->count[m] != n->map[m].count)
            return replay_no(r, "1, the law", "#%" PRIu64 " had other maps", n->id);
    return true;
}

/* The child is its parent's: label, descriptor, mode. */
static bool set_child(struct replay *r, struct node *n, const char *label, bool again) {
    struct node *up = replay_top(r);
    const char *as = replay_text(r, "as");
    const char *own = strrchr(label, '.');
    uint64_t desc, flat = UINT64_MAX, i;

    if (!replay_get(r, "desc", 16, &desc) || !as || !strchr("MSU", as[0]) ||
        (as[1] && as[1] != '*'))
        return replay_no(r, "format", "desc=, as=");
    if (!own || !replay_is_called(up, label, (size_t)(own - label)) ||
        !replay_number(own + 1, 10, 0, &i) || i == UINT64_MAX)
        return replay_no(r, "3.1", "only the top enters, #%" PRIu64 ": its child is no %.40s",
                         up->id, label);
    if (n->known && n->parent != up)
        return replay_no(r, "3.1", "#%" PRIu64 " is a child of another node", n->id);
    if (desc % FROND_PAGE_SIZE != 0)
        return replay_no(r, "3.1", "a descriptor is not page aligned");
    if (again && desc != MASK(up->active))
        return replay_no(r, "3.1", "restored is what `active` names, %" PRIx64, MASK(up->active));
    if (again && up->same && n->known && n->since == r->step &&
        (n->as != as[0] || n->paged != (as[1] == '*')))
        return replay_no(r, "1, the law", "#%" PRIu64 " stood there in another mode", up->id);
    n->as = as[0];
    n->paged = as[1] == '*';
    unsigned mode = n->as == 'U' ? NP : P;
    enum look look =
        n->paged ? UNKNOWN : replay_flatten(r, r->top, mode, desc, FROND_R | FROND_W, &flat);
    if (look == GAP || look == BAD)
        return replay_no(r, "3.1", "no descriptor: the maps do not lead there");
    r->unjudged += look == UNKNOWN;
    if (look == FOUND) {
        if (n->known && n->flat != UINT64_MAX && n->flat != flat)
            return replay_no(r, "3.1", "the descriptor of #%" PRIu64 " lay elsewhere", n->id);
        n->flat = flat;
    }
    n->parent = up;
    n->desc = desc;
    return true;
}

/* 4.3: the access under way in the top is one that restoring would make again, and the DENY in level `l`
 * is of it. */
bool replay_met_again(const struct replay *r, unsigned l) {
    const struct pending *p = &replay_top(r)->pend;

    return p->here && (p->flags & FROND_XF_SELF) != 0 &&
           (p->kind == FROND_FAULT_MAP || p->kind == FROND_FAULT_DESC ||
            p->kind == FROND_FAULT_WALK) &&
           (l == r->top || (r->path[l]->pend.flags & FROND_XF_SELF) == 0);
}

/* Whether such a node may come now. */
static bool may_come(struct replay *r, const struct node *n, const char *label, bool again) {
    if (n->on_path)
        return replay_no(r, "3.1", "#%" PRIu64 " is on the path already", n->id);
    if (r->empty && strcmp(label, "0") != 0)
        return replay_no(r, "1", "the path begins with node 0");
    if (r->empty && (again ? !r->suspended : r->halted && !n->known))
        return replay_no(r, "7", "node 0 was not suspended");
    if (r->empty)
        return true;
    if (again != (replay_top(r)->active != 0))
        return replay_no(r, "3.1",
                         again ? "nothing is to be restored" : "a child is to be restored first");
    for (unsigned l = 0; l <= r->top; l++)
        if (r->path[l]->answer == FROND_DENY && replay_met_again(r, l))
            return replay_no(r, "4.3", "a DENY of what restoring would meet comes first");
    return true;
}

bool replay_on_enter(struct replay *r, struct node *n, const char *label, bool again) {
    struct told t;

    if (!may_come(r, n, label, again) || !get_told(r, label, &t))
        return false;
    if (!r->empty && !set_child(r, n, label, again))
        return false;
    if (t.retired != n->retired)
        return replay_no(r, "5.1", "#%" PRIu64 " had retired %" PRIu64, n->id, n->retired);
    n->same =
        again && n->known && n->since == r->step && !replay_host_wrote(r, n->flat, FROND_PAGE_SIZE);
    if (n->same && !as_it_was(r, n, &t))
        return false;
    if (!r->empty && !replay_has_run(r, replay_top(r)))
        return false;
    for (unsigned m = P; m <= NP && !r->empty; m++) /* node 0's is f[0] */
        replay_set_map(&n->map[m], t.map[m], t.count[m]);
    if (!r->empty)
        replay_top(r)->active = 0;
    n->label = t.label;
    n->uid = t.uid;
    n->clock = t.clock;
    n->budget = t.budget;
    n->active = t.active;
    n->answer = (unsigned)t.answer;
    n->pend = t.pend;
    n->known = true;
    replay_push(r, n);
    r->restoring = true;
    r->halted = r->suspended = false;
    return true;
}
