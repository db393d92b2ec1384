// nkmodel.c: frames and the nested kernel; see nkmodel.h.
#include "nkmodel.h"

#include <stdlib.h>
#include <string.h>

// ---- frames ----

void frame_free(struct nk_ram *r) {
    free(r->cell);
    *r = (struct nk_ram){0};
}

static enum mem_status ram_make(struct nk_ram *r, uint64_t n, unsigned width) {
    if (n > SIZE_MAX / sizeof *r->cell)
        return MEM_NO_HOST;
    uint64_t *cell = calloc(n ? n : 1, sizeof *cell);
    if (!cell)
        return MEM_NO_HOST;
    *r = (struct nk_ram){n, width, cell};
    return MEM_OK;
}

enum mem_status frame_clone(struct nk_ram *to, const struct nk_ram *from) {
    enum mem_status status = ram_make(to, from->n, from->width);
    if (!status)
        memcpy(to->cell, from->cell, from->n * sizeof *to->cell);
    return status;
}

static bool fits(const struct nk_ram *r, uint64_t v) { return v <= mem_mask(r->width); }

enum mem_status frame_new(struct nk_ram *r, uint64_t n, unsigned width, uint64_t type) {
    if (n < FRAME_HEADER)
        return MEM_TOO_SMALL;
    if (n > mem_mask(width) || type > mem_mask(width))
        return MEM_TOO_BIG;
    enum mem_status status = ram_make(r, n, width);
    if (status)
        return status;
    r->cell[FRAME_WIDTH] = n;
    r->cell[FRAME_TYPE] = type;
    return MEM_OK;
}

enum mem_status frame_raw(struct nk_ram *r, uint64_t n, unsigned width,
                          const struct mem_cells *cells) {
    if (!mem_cells_distinct(cells))
        return MEM_TWO_CELLS;
    for (size_t i = 0; i < cells->n; i++)
        if (cells->at[i].loc >= n)
            return MEM_OUTSIDE;
    if (!mem_cells_fit(cells, width))
        return MEM_TOO_BIG;
    enum mem_status status = ram_make(r, n, width);
    for (size_t i = 0; i < cells->n && !status; i++)
        r->cell[cells->at[i].loc] = cells->at[i].datum;
    return status;
}

// Cells of header and table: where the payload begins.
static uint64_t overhead(const uint64_t *frame) { return FRAME_HEADER + frame[FRAME_TABLE]; }

// Bounds of sub-frame k.
static struct mem_range sub(const uint64_t *frame, uint64_t k) {
    const uint64_t *entry = frame + FRAME_HEADER + 2 * k;
    return (struct mem_range){entry[0], entry[1]};
}

static uint64_t subs(const uint64_t *frame) { return frame[FRAME_TABLE] / 2; }

static bool meet(struct mem_range a, struct mem_range b) { return a.lo < b.hi && b.lo < a.hi; }

// Some sub-frame meets lo .. hi-1.
static bool hits(const uint64_t *frame, struct mem_range r) {
    for (uint64_t k = 0; k < subs(frame); k++)
        if (meet(sub(frame, k), r))
            return true;
    return false;
}

// F1 to F4 of one frame that has width cells.
static enum mem_status frame_own(const uint64_t *frame, uint64_t width) {
    if (width < FRAME_HEADER)
        return MEM_TOO_SMALL;
    if (frame[FRAME_WIDTH] != width)
        return MEM_BAD_WIDTH;
    if (frame[FRAME_TABLE] % 2 || frame[FRAME_TABLE] > width - FRAME_HEADER)
        return MEM_BAD_TABLE;
    for (uint64_t k = 0; k < subs(frame); k++) {
        struct mem_range s = sub(frame, k);
        if (s.lo < overhead(frame) || s.lo >= s.hi || s.hi > width)
            return MEM_BAD_BOUNDS;
    }
    for (uint64_t k = 0; k < subs(frame); k++)
        for (uint64_t j = 0; j < k; j++)
            if (meet(sub(frame, k), sub(frame, j)))
                return MEM_OVERLAP;
    return MEM_OK;
}

// frame_own of a frame and of all below it. The jobs are disjoint ranges of cells, each with two cells of
// table outside all others: n / 3 + 1 of them at most.
static enum mem_status frame_walk(const struct nk_ram *r, uint64_t base, uint64_t width) {
    struct mem_range *job = malloc((r->n / FRAME_HEADER + 1) * sizeof *job);
    if (!job)
        return MEM_NO_HOST;
    size_t n = 0;
    job[n++] = (struct mem_range){base, base + width};
    enum mem_status status = MEM_OK;
    while (n > 0 && !status) {
        struct mem_range at = job[--n];
        const uint64_t *frame = r->cell + at.lo;
        status = frame_own(frame, at.hi - at.lo);
        for (uint64_t k = status ? 0 : subs(frame); k-- > 0;)
            job[n++] = (struct mem_range){at.lo + sub(frame, k).lo, at.lo + sub(frame, k).hi};
    }
    free(job);
    return status;
}

enum mem_status frame_check(const struct nk_ram *r) { return frame_walk(r, 0, r->n); }

// The frame that starts at base, however deep it lies, or null.
static uint64_t *frame_at(const struct nk_ram *r, uint64_t base) {
    uint64_t at = 0, k = 0;
    while (at != base && k < subs(r->cell + at)) {
        struct mem_range s = sub(r->cell + at, k++);
        if (at + s.lo <= base && base < at + s.hi) {
            at += s.lo;
            k = 0;
        }
    }
    return at == base ? r->cell + at : NULL;
}

enum mem_status frame_read(const struct nk_ram *r, uint64_t base, uint64_t at, uint64_t *datum) {
    const uint64_t *frame = frame_at(r, base);
    if (!frame)
        return MEM_NOT_OBJECT;
    if (at >= frame[FRAME_WIDTH])
        return MEM_OUTSIDE;
    *datum = frame[at];
    return MEM_OK;
}

enum mem_status frame_write(struct nk_ram *r, uint64_t base, uint64_t at, uint64_t datum) {
    uint64_t *frame = frame_at(r, base);
    if (!frame)
        return MEM_NOT_OBJECT;
    if (at >= frame[FRAME_WIDTH])
        return MEM_OUTSIDE;
    if (at < overhead(frame))
        return MEM_METADATA;
    if (hits(frame, (struct mem_range){at, at + 1}))
        return MEM_IN_SUBFRAME;
    if (!fits(r, datum))
        return MEM_TOO_BIG;
    frame[at] = datum;
    return MEM_OK;
}

enum mem_status frame_add(struct nk_ram *r, uint64_t base) {
    uint64_t *frame = frame_at(r, base);
    if (!frame)
        return MEM_NOT_OBJECT;
    frame[FRAME_TABLE] += 2; // fits: it is below the width of the frame, which does
    enum mem_status status = frame_walk(r, base, frame[FRAME_WIDTH]);
    if (status)
        frame[FRAME_TABLE] -= 2;
    return status;
}

// Entry k goes, the last takes its place.
static void table_drop(uint64_t *frame, uint64_t k) {
    uint64_t *entry = frame + FRAME_HEADER + 2 * k;
    uint64_t *last = frame + overhead(frame) - 2;
    entry[0] = last[0];
    entry[1] = last[1];
    last[0] = last[1] = 0;
    frame[FRAME_TABLE] -= 2;
}

enum mem_status frame_drop(struct nk_ram *r, uint64_t base, uint64_t k) {
    uint64_t *frame = frame_at(r, base);
    if (!frame)
        return MEM_NOT_OBJECT;
    if (k >= subs(frame))
        return MEM_UNMAPPED;
    table_drop(frame, k);
    return MEM_OK;
}

// ---- the nested kernel: objects ----

enum mem_status nkmodel_boot(struct nk_ram *r, uint64_t n, unsigned width) {
    return width < 3 ? MEM_TOO_BIG : frame_new(r, n, width, NK_ROOT);
}

// The object that starts at cell base, or null. k, if asked, is its place in the table.
static uint64_t *object(const struct nk_ram *r, uint64_t base, uint64_t *k) {
    for (uint64_t i = 0; i < subs(r->cell); i++)
        if (sub(r->cell, i).lo == base) {
            if (k)
                *k = i;
            return r->cell + base;
        }
    return NULL;
}

// The fewest cells of an object.
static uint64_t least(uint64_t type) {
    static const uint64_t cells[] = {
        [NK_MAP] = 7,    [NK_SEALED] = 4, [NK_ONCE] = 5,
        [NK_APPEND] = 5, [NK_LOGGED] = 7, [NK_KEPT] = 4};
    return cells[type];
}

// How many data an object has; 0 for those that take no put.
static uint64_t room(const uint64_t *obj) {
    uint64_t payload = obj[FRAME_WIDTH] - FRAME_HEADER;
    switch (obj[FRAME_TYPE]) {
    case NK_ONCE: return payload / 2;
    case NK_APPEND: return payload - 1;
    case NK_LOGGED: return (payload - 1) / 3;
    default: return 0;
    }
}

// ---- entries of maps ----

// A slot of a map object: virtual, length (0: free), target, permission.
enum { SLOT_VIRTUAL, SLOT_LENGTH, SLOT_TARGET, SLOT_PERM, SLOT_CELLS };

static uint64_t slots(const uint64_t *map) {
    return (map[FRAME_WIDTH] - FRAME_HEADER) / SLOT_CELLS;
}

static uint64_t *slot(uint64_t *map, uint64_t k) { return map + FRAME_HEADER + SLOT_CELLS * k; }

// All slots that are in use, of all maps: start with {0}; entry is null at the end.
struct walk {
    uint64_t object, slot; // the next to look at
    uint64_t *map, *entry;
};

static bool next(const struct nk_ram *r, struct walk *w) {
    for (; w->object < subs(r->cell); w->object++, w->slot = 0) {
        w->map = r->cell + sub(r->cell, w->object).lo;
        if (w->map[FRAME_TYPE] != NK_MAP)
            continue;
        while (w->slot < slots(w->map)) {
            w->entry = slot(w->map, w->slot++);
            if (w->entry[SLOT_LENGTH])
                return true;
        }
    }
    return false;
}

static struct mem_range targets(const uint64_t *entry) {
    return (struct mem_range){entry[SLOT_TARGET], entry[SLOT_TARGET] + entry[SLOT_LENGTH]};
}

static bool gap(uint64_t perm) { return !(perm & (NK_READ | NK_WRITE)); }

// An entry that is no gap leads into cells.
static bool used(const struct nk_ram *r, struct mem_range cells) {
    for (struct walk w = {0}; next(r, &w);)
        if (meet(targets(w.entry), cells) && !gap(w.entry[SLOT_PERM]))
            return true;
    return false;
}

// An entry but except leads into cells beside which the map may not have one of permission perm: one of them is
// shared and the other is not, or none is and the maps are two.
static bool taken(const struct nk_ram *r, const uint64_t *map, struct mem_range cells,
                  uint64_t perm, const uint64_t *except) {
    for (struct walk w = {0}; next(r, &w);) {
        uint64_t other = w.entry[SLOT_PERM];
        if (w.entry == except || !meet(targets(w.entry), cells) || gap(other) || gap(perm))
            continue;
        if ((other ^ perm) & NK_SHARED || (w.map != map && !(perm & NK_SHARED)))
            return true;
    }
    return false;
}

// No map may lead to an object of this type, not even to read.
static bool closed(uint64_t type) { return type == NK_MAP || type == NK_KEPT; }

static bool hits_closed(const struct nk_ram *r, struct mem_range cells) {
    for (uint64_t k = 0; k < subs(r->cell); k++) {
        struct mem_range obj = sub(r->cell, k);
        if (meet(obj, cells) && closed(r->cell[obj.lo + FRAME_TYPE]))
            return true;
    }
    return false;
}

// The slot of a map that gives a virtual cell, and is not except; or null. No overflow: cell - virtual < length.
static uint64_t *giving(uint64_t *map, uint64_t cell) {
    for (uint64_t k = 0; k < slots(map); k++) {
        uint64_t *e = slot(map, k);
        if (cell >= e[SLOT_VIRTUAL] && cell - e[SLOT_VIRTUAL] < e[SLOT_LENGTH])
            return e;
    }
    return NULL;
}

// A slot in use of the map, other than except, gives one of length > 0 virtual cells.
static bool overlaps(uint64_t *map, uint64_t virtual, uint64_t length, const uint64_t *except) {
    uint64_t last = virtual + (length - 1);
    for (uint64_t k = 0; k < slots(map); k++) {
        const uint64_t *e = slot(map, k);
        if (e != except && e[SLOT_LENGTH] && e[SLOT_VIRTUAL] <= last &&
            virtual <= e[SLOT_VIRTUAL] + (e[SLOT_LENGTH] - 1))
            return true;
    }
    return false;
}

// ---- calls. Each takes the call's arguments and refuses before it writes ----

static enum mem_status declare(struct nk_ram *r, const uint64_t *arg) {
    struct mem_range obj = {arg[0], arg[1]};
    uint64_t type = arg[2], end = overhead(r->cell);
    struct mem_range growth = {end, end + 2};
    if (type < NK_MAP || type > NK_KEPT)
        return MEM_BAD_TYPE;
    if (obj.hi < obj.lo)
        return MEM_INVERTED;
    if (obj.hi - obj.lo < least(type))
        return MEM_TOO_SMALL;
    if (obj.hi > r->n)
        return MEM_OUTSIDE;
    if (obj.lo < growth.hi)
        return MEM_METADATA;
    if (hits(r->cell, obj))
        return MEM_OVERLAP;
    if (hits(r->cell, growth))
        return MEM_FULL;
    if (used(r, obj) || used(r, growth))
        return MEM_IN_USE;
    if (type != NK_SEALED && type != NK_KEPT)
        memset(r->cell + obj.lo, 0, (obj.hi - obj.lo) * sizeof *r->cell);
    r->cell[obj.lo + FRAME_WIDTH] = obj.hi - obj.lo;
    r->cell[obj.lo + FRAME_TYPE] = type;
    r->cell[obj.lo + FRAME_TABLE] = 0;
    r->cell[growth.lo] = obj.lo;
    r->cell[growth.lo + 1] = obj.hi;
    r->cell[FRAME_TABLE] += 2;
    return MEM_OK;
}

static enum mem_status undeclare(struct nk_ram *r, const uint64_t *arg) {
    uint64_t k = 0;
    uint64_t *obj = object(r, arg[0], &k);
    if (!obj)
        return MEM_NOT_OBJECT;
    if (obj[FRAME_TYPE] == NK_MAP)
        for (uint64_t i = 0; i < slots(obj); i++)
            if (slot(obj, i)[SLOT_LENGTH])
                return MEM_IN_USE;
    if (used(r, sub(r->cell, k)))
        return MEM_IN_USE;
    memset(obj, 0, FRAME_HEADER * sizeof *obj);
    table_drop(r->cell, k);
    return MEM_OK;
}

// The map that starts at a cell.
static enum mem_status map_at(const struct nk_ram *r, uint64_t base, uint64_t **map) {
    *map = object(r, base, NULL);
    if (!*map)
        return MEM_NOT_OBJECT;
    return (*map)[FRAME_TYPE] == NK_MAP ? MEM_OK : MEM_NOT_MAP;
}

// May a map have this entry of length > 0, beside those of its slots that are not except?
static enum mem_status entry_check(const struct nk_ram *r, uint64_t *map, const uint64_t *e,
                                   const uint64_t *except) {
    uint64_t length = e[SLOT_LENGTH], perm = e[SLOT_PERM];
    if (length - 1 > mem_mask(r->width) || e[SLOT_VIRTUAL] > mem_mask(r->width) - (length - 1))
        return MEM_TOO_BIG;
    if (length > r->n || e[SLOT_TARGET] > r->n - length)
        return MEM_OUTSIDE;
    if (!gap(perm) && (e[SLOT_TARGET] < overhead(r->cell) || hits_closed(r, targets(e))))
        return MEM_METADATA;
    if (perm & NK_WRITE && hits(r->cell, targets(e)))
        return MEM_READ_ONLY;
    if (overlaps(map, e[SLOT_VIRTUAL], length, except))
        return MEM_OVERLAP;
    return taken(r, map, targets(e), perm, except) ? MEM_TAKEN : MEM_OK;
}

static enum mem_status do_map(struct nk_ram *r, const uint64_t *arg) {
    uint64_t *map;
    enum mem_status status = map_at(r, arg[0], &map);
    if (status)
        return status;
    const uint64_t *e = arg + 1;
    if (e[SLOT_PERM] > (NK_READ | NK_WRITE | NK_SHARED))
        return MEM_BAD_TYPE;
    if (e[SLOT_LENGTH] == 0)
        return MEM_OK;
    status = entry_check(r, map, e, NULL);
    if (status)
        return status;
    for (uint64_t k = 0; k < slots(map); k++)
        if (slot(map, k)[SLOT_LENGTH] == 0) {
            memcpy(slot(map, k), e, SLOT_CELLS * sizeof *e);
            return MEM_OK;
        }
    return MEM_FULL;
}

static enum mem_status do_unmap(struct nk_ram *r, const uint64_t *arg) {
    uint64_t *map;
    enum mem_status status = map_at(r, arg[0], &map);
    if (status)
        return status;
    for (uint64_t k = 0; k < slots(map); k++) {
        uint64_t *e = slot(map, k);
        if (e[SLOT_LENGTH] && e[SLOT_VIRTUAL] == arg[1]) {
            memset(e, 0, SLOT_CELLS * sizeof *e);
            return MEM_OK;
        }
    }
    return MEM_UNMAPPED;
}

// The payload of an object under each policy; i < room.
static enum mem_status put_once(uint64_t *payload, uint64_t data, uint64_t i, uint64_t datum) {
    if (payload[data + i])
        return MEM_ALREADY;
    payload[i] = datum;
    payload[data + i] = 1;
    return MEM_OK;
}

static enum mem_status put_append(uint64_t *payload, uint64_t i, uint64_t datum) {
    if (payload[0] != i)
        return MEM_NOT_NEXT;
    payload[1 + i] = datum;
    payload[0]++;
    return MEM_OK;
}

static enum mem_status put_logged(uint64_t *payload, uint64_t cells, uint64_t data, uint64_t i,
                                  uint64_t datum) {
    uint64_t record = 1 + data + 2 * payload[0];
    if (record + 2 > cells)
        return MEM_FULL;
    payload[record] = i;
    payload[record + 1] = payload[1 + i];
    payload[1 + i] = datum;
    payload[0]++;
    return MEM_OK;
}

static enum mem_status put(struct nk_ram *r, const uint64_t *arg) {
    uint64_t *obj = object(r, arg[0], NULL), i = arg[1], datum = arg[2];
    if (!obj)
        return MEM_NOT_OBJECT;
    if (closed(obj[FRAME_TYPE]))
        return MEM_METADATA;
    if (obj[FRAME_TYPE] == NK_SEALED)
        return MEM_SEALED;
    if (i >= room(obj))
        return MEM_OUTSIDE;
    if (!fits(r, datum))
        return MEM_TOO_BIG;
    uint64_t *payload = obj + FRAME_HEADER;
    if (obj[FRAME_TYPE] == NK_ONCE)
        return put_once(payload, room(obj), i, datum);
    if (obj[FRAME_TYPE] == NK_APPEND)
        return put_append(payload, i, datum);
    return put_logged(payload, obj[FRAME_WIDTH] - FRAME_HEADER, room(obj), i, datum);
}

// The cell under a virtual one of a map, if it is given with permission perm.
static enum mem_status translate(const struct nk_ram *r, const uint64_t *arg, uint64_t perm,
                                 enum mem_status refusal, uint64_t **cell) {
    uint64_t *map;
    enum mem_status status = map_at(r, arg[0], &map);
    if (status)
        return status;
    const uint64_t *e = giving(map, arg[1]);
    if (!e || gap(e[SLOT_PERM]))
        return MEM_UNMAPPED;
    if (!(e[SLOT_PERM] & perm))
        return refusal;
    *cell = r->cell + e[SLOT_TARGET] + (arg[1] - e[SLOT_VIRTUAL]);
    return MEM_OK;
}

static enum mem_status store(struct nk_ram *r, const uint64_t *arg) {
    uint64_t *cell;
    enum mem_status status = translate(r, arg, NK_WRITE, MEM_MAP_NO_WRITE, &cell);
    if (status)
        return status;
    if (!fits(r, arg[2]))
        return MEM_TOO_BIG;
    *cell = arg[2];
    return MEM_OK;
}

static struct nk_reply load(const struct nk_ram *r, const uint64_t *arg) {
    uint64_t *cell;
    enum mem_status status = translate(r, arg, NK_READ, MEM_MAP_NO_READ, &cell);
    if (status)
        return (struct nk_reply){.status = status};
    return (struct nk_reply){.valued = true, .value = *cell};
}

static struct nk_reply get(const struct nk_ram *r, const uint64_t *arg) {
    if (arg[0] >= r->n)
        return (struct nk_reply){.status = MEM_OUTSIDE};
    return (struct nk_reply){.valued = true, .value = r->cell[arg[0]]};
}

struct nk_reply nkmodel_call(struct nk_ram *r, const struct nk_call *call) {
    switch (call->op) {
    case NK_DECLARE: return (struct nk_reply){.status = declare(r, call->arg)};
    case NK_UNDECLARE: return (struct nk_reply){.status = undeclare(r, call->arg)};
    case NK_DO_MAP: return (struct nk_reply){.status = do_map(r, call->arg)};
    case NK_DO_UNMAP: return (struct nk_reply){.status = do_unmap(r, call->arg)};
    case NK_PUT: return (struct nk_reply){.status = put(r, call->arg)};
    case NK_GET: return get(r, call->arg);
    case NK_POKE: return (struct nk_reply){.status = frame_write(r, 0, call->arg[0], call->arg[1])};
    case NK_LOAD: return load(r, call->arg);
    case NK_STORE: return (struct nk_reply){.status = store(r, call->arg)};
    case NK_OPS: break;
    }
    return (struct nk_reply){.status = MEM_BAD_TYPE};
}

// ---- invariants ----

static bool objects_ok(const struct nk_ram *r) {
    for (uint64_t k = 0; k < subs(r->cell); k++) {
        const uint64_t *obj = r->cell + sub(r->cell, k).lo;
        if (obj[FRAME_TYPE] < NK_MAP || obj[FRAME_TYPE] > NK_KEPT || obj[FRAME_TABLE] ||
            obj[FRAME_WIDTH] < least(obj[FRAME_TYPE]))
            return false;
    }
    return true;
}

enum mem_status nkmodel_check(const struct nk_ram *r) {
    enum mem_status status = frame_check(r);
    if (status)
        return status == MEM_NO_HOST ? status : MEM_BAD_TABLE;
    if (!objects_ok(r))
        return MEM_BAD_TABLE;
    for (struct walk w = {0}; next(r, &w);)
        if (w.entry[SLOT_PERM] > (NK_READ | NK_WRITE | NK_SHARED) ||
            entry_check(r, w.map, w.entry, w.entry))
            return MEM_BAD_TABLE;
    return MEM_OK;
}
