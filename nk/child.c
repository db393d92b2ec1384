/* child.c - children come, go, and begin anew: see nk.h. */
#define LOGIC_COUNTS
#include "nk_priv.h"

#define ENTRY ((uint64_t)sizeof(struct frond_range))

/*@ requires arrays(nk);
    assigns \nothing;
    ensures \result <==> live(nk, child); */
static bool lives(const struct nk *nk, uint64_t child) {
    return child < (uint64_t)nk->children && nk->child[child].lives != 0;
}

/* What a descriptor says of one table. */
/*@ requires arrays(nk) && 0 <= child < nk->children && table_there(nk, child) && 0 <= map <= 1;
    requires addresses_ok(nk);
    assigns \nothing;
    ensures \result.addr == nk->range_at + 32 * nk->child[child].map[map].first;
    ensures \result.count == nk->child[child].map[map].count; */
static struct frond_map map_of(const struct nk *nk, uint64_t child, uint64_t map) {
    const struct nk_table *t = &nk->child[child].map[map];
    struct frond_map m = {(uint64_t)nk->range_at + ENTRY * (uint64_t)t->first, (uint64_t)t->count};

    return m;
}

/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    ensures nk->desc[child].map_p.addr == p.addr && nk->desc[child].map_p.count == p.count;
    ensures nk->desc[child].map_np.addr == np.addr && nk->desc[child].map_np.count == np.count;
    ensures ENTRIES_SAME(nk);
    ensures MAPS_SAME(nk, c != child); */
static void set_maps(struct nk *nk, uint64_t child, struct frond_map p, struct frond_map np) {
    struct frond_desc *d = &nk->desc[child];

    d->map_p.addr = p.addr;
    d->map_p.count = p.count;
    d->map_np.addr = np.addr;
    d->map_np.count = np.count;
}

void child_publish(struct nk *nk, uint64_t child) {
    uint64_t np = nk->child[child].map[NK_NP].room == 0 ? NK_P : NK_NP;

    set_maps(nk, child, map_of(nk, child, NK_P), map_of(nk, child, np));
    /*@ for allowed, sharing: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/* clang-format off */
/* A step that writes a descriptor, and of what it says of tables only that child's. */
#define KEEPS_BUT_MAPS(nk, child)                                                                  \
    ensures ENTRIES_SAME(nk);                                                                      \
    ensures PAGES_SAME(nk);                                                                        \
    ensures MAPS_SAME(nk, c != (child));                                                           \
    KEEPS_EACH(nk)                                                                                 \
    KEEPS_OBJECTS_EACH(nk)                                                                         \
    behavior described: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED_BUT(nk, child);
/* clang-format on */

/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->desc[child];
    KEEPS_BUT_MAPS(nk, child) */
static void empty(struct nk *nk, uint64_t child) {
    nk->desc[child] = (struct frond_desc){0};
    /*@ assert entries: ENTRIES_SAME(nk); */
    /*@ assert pages: PAGES_SAME(nk); */
    /*@ assert maps: MAPS_SAME(nk, c != child); */
    /*@ for allowed, sharing, owned: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/* Whose descriptor it is. */
/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->desc[child].magic, nk->desc[child].label, nk->desc[child].uid;
    ensures nk->desc[child].label == label && nk->desc[child].uid == uid;
    ensures nk->last_uid == \old(nk->last_uid);
    KEEPS_BUT_MAPS(nk, child) */
static void name(struct nk *nk, uint64_t child, uint64_t label, uint64_t uid) {
    struct frond_desc *d = &nk->desc[child];

    d->magic = FROND_MAGIC;
    d->label = label;
    d->uid = uid;
    /*@ assert entries: ENTRIES_SAME(nk); */
    /*@ assert maps: MAPS_SAME(nk, \true); */
    /*@ for allowed, sharing, owned: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->desc[child].version;
    KEEPS_BUT_MAPS(nk, child) */
static void set_version(struct nk *nk, uint64_t child) {
    nk->desc[child].version = FROND_ABI_VERSION;
    /*@ assert pages: PAGES_SAME(nk); */
    /*@ COUNTS_SAME_WHY(nk) */
}

/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->last_uid;
    ensures \result == nk->last_uid;
    ensures \old(nk->last_uid) < UINT64_MAX ==> \result == \old(nk->last_uid) + 1;
    KEEPS_BUT_MAPS(nk, child) */
static uint64_t next_uid(struct nk *nk, uint64_t child) {
    (void)child; /* for the contract */
    nk->last_uid++;
    /*@ assert entries: ENTRIES_SAME(nk); */
    /*@ assert maps: MAPS_SAME(nk, \true); */
    /*@ for allowed, sharing, owned: assert leads: \forall integer i, f; LEADS(nk, i, f) ==>
          \at(LEADS(nk, i, f), Pre); */
    /*@ COUNTS_SAME_WHY(nk) */
    return nk->last_uid;
}

/* The descriptor of a hart at reset, but for its tables. */
/*@ requires arrays(nk) && 0 <= child < nk->children;
    assigns nk->desc[child], nk->last_uid;
    ensures nk->desc[child].label == label;
    ensures nk->desc[child].uid == nk->last_uid;
    ensures \old(nk->last_uid) < UINT64_MAX ==> nk->last_uid == \old(nk->last_uid) + 1;
    KEEPS_EACH(nk)
    KEEPS_OBJECTS_EACH(nk)
    behavior described: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED_BUT(nk, child); */
static void renew(struct nk *nk, uint64_t child, uint64_t label) {
    uint64_t uid = next_uid(nk, child);

    empty(nk, child);
    /*@ assert nk->last_uid == uid; */
    set_version(nk, child);
    /*@ assert nk->last_uid == uid; */
    name(nk, child, label, uid);
    /*@ assert nk->last_uid == uid; */
}

/* The descriptor of a hart at reset. */
/*@ requires arrays(nk) && 0 <= child < nk->children && table_there(nk, child);
    requires addresses_ok(nk);
    assigns nk->desc[child], nk->last_uid;
    ensures DESCRIBED_AT(nk, child);
    ensures nk->desc[child].label == label;
    ensures nk->desc[child].uid == nk->last_uid;
    ensures \old(nk->last_uid) < UINT64_MAX ==> nk->last_uid == \old(nk->last_uid) + 1;
    KEEPS_EACH(nk)
    KEEPS_OBJECTS_EACH(nk)
    behavior described: assumes DESCRIBED_BUT(nk, child); ensures DESCRIBED(nk); */
static void at_reset(struct nk *nk, uint64_t child, uint64_t label) {
    renew(nk, child, label);
    /*@ ghost uint64_t uid = nk->last_uid; */
    child_publish(nk, child);
    /*@ assert nk->last_uid == uid; */
}

/* Entries [first, first + n) meet those of a child that lives. */
/*@ requires arrays(nk) && tables_there(nk) && first + n <= nk->ranges && n > 0;
    assigns \nothing;
    ensures !\result ==> \forall integer c, i; live(nk, c) && first <= i < first + n ==> !reserves(nk, c, i); */
static bool entries_taken(const struct nk *nk, uint64_t first, uint64_t n) {
    /*@ loop assigns i;
        loop invariant 0 <= i <= nk->children;
        loop invariant \forall integer c, k; live(nk, c) && c < i && first <= k < first + n ==>
            !reserves(nk, c, k);
        loop variant nk->children - i; */
    for (uint64_t i = 0; i < (uint64_t)nk->children; i++) {
        const struct nk_child *c = &nk->child[i];
        /*@ assert live(nk, i) ==> table_there(nk, i); */
        uint64_t begin = (uint64_t)c->map[NK_P].first;
        uint64_t end = (uint64_t)c->map[NK_NP].first + (uint64_t)c->map[NK_NP].room;

        if (c->lives != 0 && first < end && begin < first + n)
            return true;
    }
    return false;
}

/* The child takes entries [first, first + room), then room_np more; it has no range. */
/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk);
    requires 0 <= child < nk->children && !live(nk, child);
    requires 0 < room && first + room + room_np <= nk->ranges;
    requires \forall integer c, i; live(nk, c) && first <= i < first + room + room_np ==> !reserves(nk, c, i);
    assigns nk->child[child];
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures live(nk, child) && table_there(nk, child);
    ensures nk->child[child].map[0].first == first && nk->child[child].map[0].room == room;
    ensures nk->child[child].map[1].room == room_np;
    ensures nk->child[child].map[0].count == 0 && nk->child[child].map[1].count == 0;
    behavior rest: assumes REST_BLANK(nk); ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED_BUT(nk, child); */
static void take(struct nk *nk, uint64_t child, uint64_t first, uint64_t room, uint64_t room_np) {
    struct nk_child *c = &nk->child[child];

    c->map[NK_P].first = (int32_t)first;
    c->map[NK_P].room = (int32_t)room;
    c->map[NK_P].count = 0;
    c->map[NK_NP].first = (int32_t)(first + room);
    c->map[NK_NP].room = (int32_t)room_np;
    c->map[NK_NP].count = 0;
    c->lives = 1;
    /*@ assert there: \forall integer d; 0 <= d < nk->children && d != child ==>
          (table_there(nk, d) <==> \at(table_there(nk, d), Pre)); */
    /*@ assert lives: \forall integer d; d != child ==> (live(nk, d) <==> \at(live(nk, d), Pre)); */
    /*@ assert reserves: \forall integer d, i; 0 <= d < nk->children && d != child ==>
          (reserves(nk, d, i) <==> \at(reserves(nk, d, i), Pre)); */
    /*@ assert has: \forall integer d, m, i; 0 <= d < nk->children && d != child ==>
          (has(nk, d, m, i) <==> \at(has(nk, d, m, i), Pre)); */
    /*@ assert none: \forall integer m, i; !has(nk, child, m, i); */
    /*@ assert own: \forall integer i; reserves(nk, child, i) <==> first <= i < first + room + room_np; */
}

/* Why no such child can be made. */
/*@ requires arrays(nk) && tables_there(nk);
    assigns \nothing;
    ensures \result < NK_STATUSES;
    ensures \result == NK_OK ==> child < nk->children && !live(nk, child) && label != UINT64_MAX;
    ensures \result == NK_OK ==> 0 < room && first + room + room_np <= nk->ranges;
    ensures \result == NK_OK ==> \forall integer c, i; live(nk, c) && first <= i < first + room + room_np ==>
        !reserves(nk, c, i); */
static enum nk_status may_create(const struct nk *nk, uint64_t child, uint64_t label,
                                 uint64_t first, uint64_t room, uint64_t room_np) {
    if (child >= (uint64_t)nk->children)
        return NK_NOT_CHILD;
    if (lives(nk, child))
        return NK_IN_USE;
    if (label == UINT64_MAX)
        return NK_BAD_FIELD;
    if (room == 0 || first > (uint64_t)nk->ranges || room > (uint64_t)nk->ranges - first ||
        room_np > (uint64_t)nk->ranges - first - room)
        return NK_OUTSIDE;
    return entries_taken(nk, first, room + room_np) ? NK_OVERLAP : NK_OK;
}

/*@ requires arrays(nk) && addresses_ok(nk) && tables_there(nk) && tables_apart(nk);
    assigns nk->child[child], nk->desc[child], nk->last_uid;
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures \result < NK_STATUSES;
    ensures \result != NK_OK ==> (live(nk, child) <==> \old(live(nk, child))) && nk->last_uid == \old(nk->last_uid);
    ensures \result == NK_OK ==> live(nk, child) && nk->child[child].map[0].count == 0 &&
        nk->child[child].map[1].count == 0;
    ensures \result != NK_OK ==> CHILDREN_SAME(nk);
    ensures \result != NK_OK ==> MAPS_SAME(nk, c == c);
    ensures \result != NK_OK ==> nk->desc[child].label == \old(nk->desc[child].label) &&
        nk->desc[child].uid == \old(nk->desc[child].uid);
    ensures \result == NK_OK ==> nk->child[child].map[0].first == first &&
        nk->child[child].map[0].room == room && nk->child[child].map[1].room == room_np;
    ensures \result == NK_OK ==> nk->desc[child].label == label && nk->desc[child].uid == nk->last_uid;
    ensures \result == NK_OK && \old(nk->last_uid) < UINT64_MAX ==> nk->last_uid == \old(nk->last_uid) + 1;
    KEEPS_EACH(nk)
    KEEPS_OBJECTS_EACH(nk)
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
enum nk_status nk_child_create(struct nk *nk, uint64_t child, uint64_t label, uint64_t first,
                               uint64_t room, uint64_t room_np) {
    enum nk_status status = may_create(nk, child, label, first, room, room_np);

    if (status == NK_OK) {
        take(nk, child, first, room, room_np);
        at_reset(nk, child, label);
    }
    return status;
}

/* The child's table has no entry any more. */
/*@ NEEDS(nk)
    requires live(nk, child) && 0 <= map <= 1;
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    ensures live(nk, child);
    ensures map == 0 ==> nk->child[child].map[1].count == \old(nk->child[child].map[1].count);
    ensures map == 1 ==> nk->child[child].map[0].count == \old(nk->child[child].map[0].count);
    ensures nk->child[child].map[map].count == 0; */
static void revoke_all(struct nk *nk, uint64_t child, uint64_t map) {
    /*@ loop assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
        loop assigns nk->child[child];
        loop assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
        loop assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
        LOOP_KEEPS(nk)
        loop invariant live(nk, child);
        loop invariant nk->child[child].map[map].count >= 0;
        loop invariant map == 0 ==> nk->child[child].map[1].count == \at(nk->child[child].map[1].count, Pre);
        loop invariant map == 1 ==> nk->child[child].map[0].count == \at(nk->child[child].map[0].count, Pre);
        loop variant nk->child[child].map[map].count; */
    while (nk->child[child].map[map].count > 0)
        range_remove(nk, child, map,
                     (uint64_t)nk->child[child].map[map].first +
                         (uint64_t)nk->child[child].map[map].count - 1);
}

/* A child without ranges is no more. */
/*@ requires arrays(nk) && tables_there(nk) && tables_apart(nk) && live(nk, child);
    requires REST_BLANK(nk);
    requires nk->child[child].map[0].count == 0 && nk->child[child].map[1].count == 0;
    assigns nk->child[child].lives;
    ensures tables_there(nk);
    ensures tables_apart(nk);
    ensures !live(nk, child);
    ensures REST_BLANK(nk);
    behavior filled: assumes FILLED(nk); ensures FILLED(nk);
    behavior sorted: assumes SORTED(nk); ensures SORTED(nk);
    behavior owned: assumes OWNED(nk); ensures OWNED(nk);
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk); */
static void bury(struct nk *nk, uint64_t child) {
    /*@ assert none: \forall integer m, i; !has(nk, child, m, i); */
    /*@ assert others: \forall integer c, m, i; live(nk, c) && has(nk, c, m, i) ==>
          c != child && reserves(nk, c, i); */
    /*@ assert blank: \forall integer i; 0 <= i < nk->ranges && reserves(nk, child, i) ==> BLANK(nk->range[i]); */
    /*@ assert unowned: \forall integer i, f; LEADS(nk, i, f) ==> !reserves(nk, child, i); */
    nk->child[child].lives = 0;
    /*@ assert unowned: \forall integer i, f; LEADS(nk, i, f) ==> !reserves(nk, child, i); */
    /*@ assert there: \forall integer d; 0 <= d < nk->children ==>
          (table_there(nk, d) <==> \at(table_there(nk, d), Pre)); */
    /*@ assert lives: \forall integer d; d != child ==> (live(nk, d) <==> \at(live(nk, d), Pre)); */
    /*@ assert reserves: \forall integer d, i; 0 <= d < nk->children ==>
          (reserves(nk, d, i) <==> \at(reserves(nk, d, i), Pre)); */
    /*@ assert has: \forall integer d, m, i; 0 <= d < nk->children ==>
          (has(nk, d, m, i) <==> \at(has(nk, d, m, i), Pre)); */
}

/*@ NEEDS(nk)
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->child[child];
    assigns nk->desc[child].map_p.addr, nk->desc[child].map_p.count;
    assigns nk->desc[child].map_np.addr, nk->desc[child].map_np.count;
    KEEPS(nk)
    ensures \result == NK_OK || \result == NK_NOT_CHILD;
    ensures !live(nk, child);
    behavior refused: assumes !live(nk, child); assigns \nothing; ensures \result != NK_OK; */
enum nk_status nk_child_destroy(struct nk *nk, uint64_t child) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    revoke_all(nk, child, NK_P);
    revoke_all(nk, child, NK_NP);
    bury(nk, child);
    return NK_OK;
}

/*@ requires arrays(nk) && addresses_ok(nk) && tables_there(nk);
    assigns nk->desc[child], nk->last_uid;
    ensures \result == NK_OK || \result == NK_NOT_CHILD;
    ensures \result == NK_OK <==> live(nk, child);
    ensures \result == NK_OK ==> nk->desc[child].label == \old(nk->desc[child].label);
    ensures \result == NK_OK ==> nk->desc[child].uid == nk->last_uid;
    ensures \result == NK_OK && \old(nk->last_uid) < UINT64_MAX ==> nk->last_uid == \old(nk->last_uid) + 1;
    KEEPS_EACH(nk)
    KEEPS_OBJECTS_EACH(nk)
    behavior described: assumes DESCRIBED(nk); ensures DESCRIBED(nk);
    behavior refused: assumes !live(nk, child); assigns \nothing; */
enum nk_status nk_child_reset(struct nk *nk, uint64_t child) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    /*@ assert table_there(nk, child); */
    at_reset(nk, child, nk->desc[child].label);
    return NK_OK;
}

/*@ requires arrays(nk) && addresses_ok(nk) && \valid(address);
    requires \separated(address, nk);
    assigns *address;
    ensures \result == NK_OK || \result == NK_NOT_CHILD;
    ensures \result == NK_OK <==> \old(live(nk, child));
    ensures \result == NK_OK ==> *address == \old(nk->desc_at) + 4096 * child;
    behavior refused: assumes !live(nk, child); assigns \nothing; */
enum nk_status nk_child_desc(const struct nk *nk, uint64_t child, uint64_t *address) {
    if (!lives(nk, child))
        return NK_NOT_CHILD;
    *address = (uint64_t)nk->desc_at + sizeof(struct frond_desc) * child;
    return NK_OK;
}
