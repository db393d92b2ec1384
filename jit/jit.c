/* jit.c - see jit.h: code memory, and which instructions become a unit. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include "unit.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct jit {
    struct memory memory;
    struct jit_region *region;
    bool owned;         /* region is to be freed with it */
    size_t first, used; /* bytes: of common code; of all */
    bool full;
    struct common common;
    struct frond_translated made;
    struct emit *emit;
    struct unit unit; /* the one being made */
    void (*list)(void *opaque, const struct frond_unit *u);
    void *list_opaque;
};

/* ---- Code memory ------------------------------------------------------------------------------- */

struct jit_region {
    uint8_t *write;      /* the region, to be written */
    const uint8_t *code; /* the same, to be executed */
    size_t size;
};

static bool map_views(struct jit_region *r) {
    int fd = memfd_create("frond-code", MFD_CLOEXEC);

    if (fd < 0)
        return false;
    if (ftruncate(fd, (off_t)r->size) == 0) {
        void *w = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        void *x = mmap(NULL, r->size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
        r->write = w == MAP_FAILED ? NULL : w;
        r->code = x == MAP_FAILED ? NULL : x;
    }
    close(fd);
    return r->write && r->code;
}

struct jit_region *jit_region_new(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct jit_region *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->size = (bytes + page - 1) / page * page;
    if (map_views(r))
        return r;
    jit_region_free(r);
    return NULL;
}

void jit_region_free(struct jit_region *r) {
    if (!r)
        return;
    if (r->write)
        munmap(r->write, r->size);
    if (r->code)
        munmap((void *)(uintptr_t)r->code, r->size);
    free(r);
}

static ptrdiff_t to_code(const struct jit_region *r) {
    return (ptrdiff_t)((uintptr_t)r->code - (uintptr_t)r->write);
}

/* From the next line of the host's cache on: how fast a unit is does not depend on what was translated before it. */
static struct room room_of(const struct jit *j) {
    enum { LINE = 64 };
    size_t at = (j->used + LINE - 1) & ~(size_t)(LINE - 1);

    return (struct room){.at = j->region->write + (at < j->region->size ? at : j->region->size),
                         .end = j->region->write + j->region->size,
                         .to_code = to_code(j->region)};
}

struct jit *jit_new(const struct memory *memory, struct jit_region *region) {
    struct jit *j = memory_alloc(memory, sizeof *j);

    if (!j)
        return NULL;
    j->memory = *memory;
    j->owned = region == NULL;
    j->emit = memory_alloc(memory, emit_size());
    j->region = region ? region : jit_region_new(JIT_REGION);
    if (j->emit && j->region) {
        struct room room = room_of(j);
        if (emit_common(&room, &j->common)) {
            j->first = j->used = (size_t)(room.at - j->region->write);
            return j;
        }
    }
    jit_free(j);
    return NULL;
}

void jit_free(struct jit *j) {
    if (!j)
        return;
    const struct memory memory = j->memory;
    if (j->owned)
        jit_region_free(j->region);
    memory_free(&memory, j->emit, emit_size());
    memory_free(&memory, j, sizeof *j);
}

bool jit_full(const struct jit *j) { return j->full; }

void jit_flush(struct jit *j) {
    j->used = j->first;
    j->full = false;
    j->made.flushes++;
}

/* ---- What a unit is made of ---------------------------------------------------------------------- */

static bool is_branch(const struct decoded *d) { return d->row >= ROW_beq && d->row <= ROW_bgeu; }

/* What follows it is not what comes next. */
static bool is_jump(const struct decoded *d) {
    switch (d->row) {
    case ROW_jal:
    case ROW_jalr:
    case ROW_ecall:
    case ROW_ebreak:
    case ROW_mret:
    case ROW_sret: return true;
    default: return false;
    }
}

/* One instruction more, if the unit can have it. */
static bool take(struct unit *u, const uint8_t *page) {
    struct unit_insn *i = &u->insn[u->n];
    uint32_t bits = 0;

    if (u->n == JIT_UNIT_MAX || u->end >= UNIT_PAGE)
        return false;
    memcpy(&bits, page + u->end, u->end + 4u <= UNIT_PAGE ? 4 : 2);
    if (u->end + 4u > UNIT_PAGE && (bits & 3) == 3)
        return false; /* it crosses the page's end */
    decode(bits, &i->d);
    if (!emit_knows(&i->d))
        return false;
    i->at = u->end;
    i->target = false;
    u->index[u->end / 2] = (int16_t)u->n++;
    u->end += i->d.len;
    return true;
}

/* Marks where branches lead, as far as it lies in the unit. */
static void mark_targets(struct unit *u) {
    for (unsigned k = 0; k < u->n; k++) {
        const struct unit_insn *i = &u->insn[k];
        int64_t to = (int64_t)i->at + i->d.imm;
        if ((is_branch(&i->d) || i->d.row == ROW_jal) && to >= 0 && to < UNIT_PAGE &&
            u->index[to / 2] >= 0)
            u->insn[u->index[to / 2]].target = true;
    }
}

/* Goes on behind a jump only where a branch has led. */
static void make(struct unit *u, uint64_t base, unsigned offset, const uint8_t *page) {
    bool led[UNIT_PAGE / 2] = {false};

    u->base = base;
    u->n = 0;
    u->end = (uint16_t)offset;
    memset(u->index, -1, sizeof u->index);
    while (take(u, page)) {
        const struct unit_insn *i = &u->insn[u->n - 1];
        int64_t to = (int64_t)i->at + i->d.imm;
        if ((is_branch(&i->d) || i->d.row == ROW_jal) && to >= 0 && to < UNIT_PAGE)
            led[to / 2] = true;
        if (is_jump(&i->d) && !(u->end < UNIT_PAGE && led[u->end / 2]))
            break;
    }
    mark_targets(u);
}

static uint64_t nanoseconds(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Tells whoever lists units of the one just made, from `at` to `end` as it is written. */
static void list(const struct jit *j, const uint8_t *at, const uint8_t *end) {
    const struct unit *u = &j->unit;
    struct frond_unit_insn insn[JIT_UNIT_MAX];
    char text[JIT_UNIT_MAX][UNIT_TEXT];

    for (unsigned k = 0; k < u->n; k++) {
        insn[k] = (struct frond_unit_insn){.pc = u->base + u->insn[k].at,
                                           .text = text[k],
                                           .begins = u->insn[k].begins,
                                           .ends = u->insn[k].ends};
        unit_text(&u->insn[k].d, insn[k].pc, text[k]);
    }
    j->list(j->list_opaque, &(struct frond_unit){.host = at,
                                                 .code = (uintptr_t)(at + to_code(j->region)),
                                                 .size = (size_t)(end - at),
                                                 .insn = insn,
                                                 .insns = u->n});
}

bool jit_translate(struct jit *j, struct block *b, uint64_t base, const uint8_t *page,
                   const struct tlb *data, unsigned *bytes_used) {
    uint64_t begun = nanoseconds();
    struct room room = room_of(j);
    uint8_t *at = room.at;
    bool made = false;

    make(&j->unit, base, b->offset, page);
    for (unsigned k = TLB_R; k <= TLB_W; k++)
        j->unit.stretch[k] = data->stretch[k].limit != 0;
    if (j->unit.n > 0) {
        made = emit_unit(j->emit, &room, &j->common, &j->unit);
        j->full = !made;
    }
    if (made) {
        b->unit = at + room.to_code;
        b->unit_base = base;
        b->unit_n = (uint16_t)j->unit.n;
        j->used = (size_t)(room.at - j->region->write);
        j->made.units++;
        j->made.insns += j->unit.n;
        j->made.bytes += (size_t)(room.at - at);
        *bytes_used = j->unit.end - b->offset;
        if (j->list)
            list(j, at, room.at);
    }
    j->made.nanoseconds += nanoseconds() - begun;
    return made;
}

/* ---- Running ----------------------------------------------------------------------------------- */

const void *jit_none(const struct jit *j) { return j->common.none; }

void *jit_run(struct jit *j, struct hart *h, const void *code) { return j->common.run(h, code); }

void jit_link(struct jit *j, void *place, const void *code) {
    ptrdiff_t there = to_code(j->region);

    emit_link((uint8_t *)place - there, there, code);
}

void jit_on_unit(struct jit *j, void (*made)(void *opaque, const struct frond_unit *u),
                 void *opaque) {
    j->list = made;
    j->list_opaque = opaque;
}

struct frond_translated jit_made(const struct jit *j) {
    return j->made;
}
