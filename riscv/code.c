/*
 * code.c - keeps decoded blocks, by page of node 0's memory, and drops them.
 *
 * Every page with blocks has a table of lists, by a hash of the offset, and chunks of memory that
 * its blocks are cut from. Dropping a page moves its chunks to the dead list, whole; code_sweep
 * frees them. What is held is bounded: a guest can lay some 400 times its own size in blocks over
 * a page.
 */
#include "riscv_priv.h"
#include <string.h>

enum { PAGE = 4096, LISTS = 64, FIRST_CHUNK = 2048, LAST_CHUNK = 32768 };
#define MOST_BYTES ((size_t)64 << 20) /* held before everything is dropped */

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes of data[] */
    _Alignas(16) uint8_t data[];
};

struct page {
    struct chunk *chunks;         /* the first has room, perhaps */
    uint64_t decoded[PAGE / 128]; /* bit per 2 bytes: in some block */
    struct block *list[LISTS];
};

/* Instructions that cross pages are kept by their bits alone: nothing need drop them. */
enum { CROSSINGS = 64, CROSSING_BYTES = sizeof(struct block) + 2 * sizeof(struct insn) };

struct code {
    struct memory memory;
    void (*watch)(void *opaque, uint32_t page);
    void *opaque;
    const void *const *ops;
    bool counted;
    size_t pages;
    size_t bytes; /* held by pages and chunks that live */
    uint64_t drops;
    struct chunk *dead;
    _Alignas(16) uint8_t crossing[CROSSINGS][CROSSING_BYTES];
    struct page *page[];
};

static size_t size_of(size_t pages) { return sizeof(struct code) + pages * sizeof(struct page *); }

struct code *code_new(const struct memory *memory, size_t pages,
                      void (*watch)(void *opaque, uint32_t page), void *opaque) {
    struct code *c = memory_alloc(memory, size_of(pages));
    if (!c)
        return NULL;
    c->memory = *memory;
    c->watch = watch;
    c->opaque = opaque;
    c->ops = exec_ops();
    c->pages = pages;
    c->drops = 1;
    return c;
}

void code_free(struct code *c) {
    if (!c)
        return;
    code_drop_all(c);
    code_sweep(c);
    const struct memory memory = c->memory;
    memory_free(&memory, c, size_of(c->pages));
}

/* ---- Making blocks --------------------------------------------------------------------------- */

static void put_end(struct block *b, const void *const *ops, unsigned halves) {
    b->insn[b->n] = (struct insn){.op = ops[ROW_end], .off = (uint8_t)halves};
}

static void fill(struct block *b, const void *const *ops, uint32_t page, unsigned offset,
                 const uint8_t *bytes) {
    unsigned at = offset, n = 0;
    *b = (struct block){.offset = (uint16_t)offset, .page = page};
    while (n < BLOCK_MAX && at < PAGE) {
        uint32_t fetched = 0;
        struct decoded d;
        memcpy(&fetched, bytes + at, at + 4 <= PAGE ? 4 : 2);
        if (at + 4 > PAGE && (fetched & 3) == 3)
            break; /* crosses */
        decode(fetched, &d);
        b->insn[n++] = (struct insn){
            .op = ops[d.alt * ROWS + d.row],
            .rd = d.rd,
            .rs1 = d.rs1,
            .rs2 = d.rs2,
            .off = (uint8_t)((at - offset) / 2),
            .imm = d.relative ? d.imm + (int32_t)at : d.imm,
        };
        at += d.len;
        if (d.ends)
            break;
    }
    b->n = (uint16_t)n;
    b->first = b->insn[0].op;
    put_end(b, ops, (at - offset) / 2);
}

void code_fill(struct block *b, uint32_t page, unsigned offset, const uint8_t *bytes) {
    fill(b, exec_ops(), page, offset, bytes);
}

struct block *code_crossing(struct code *c, uint32_t bits) {
    enum { AT = PAGE - 2 };
    struct block *b =
        (struct block *)(void *)c->crossing[bits * 2654435761u / (UINT32_MAX / CROSSINGS + 1)];
    struct decoded d;
    if (b->n && (uint32_t)b->insn[1].imm == bits)
        return b;
    decode(bits, &d);
    *b = (struct block){.offset = AT, .n = 1, .page = BLOCK_NO_PAGE};
    b->insn[0] = (struct insn){
        .op = c->ops[d.alt * ROWS + d.row],
        .rd = d.rd,
        .rs1 = d.rs1,
        .rs2 = d.rs2,
        .imm = d.relative ? d.imm + AT : d.imm,
    };
    b->first = b->insn[0].op;
    put_end(b, c->ops, d.len / 2);
    b->insn[1].imm = (int32_t)bits;
    return b;
}

/* ---- Keeping them ---------------------------------------------------------------------------- */

/* Room for one block of the largest size in the page's first chunk; NULL: no memory. */
static struct block *room(struct code *c, struct page *p) {
    struct chunk *k = p->chunks;
    if (!k || k->size - k->used < BLOCK_BYTES) {
        size_t size = k ? k->size * 2 : FIRST_CHUNK;
        if (size > LAST_CHUNK)
            size = LAST_CHUNK;
        k = memory_alloc(&c->memory, sizeof(*k) + size);
        if (!k)
            return NULL;
        *k = (struct chunk){.next = p->chunks, .size = size};
        p->chunks = k;
        c->bytes += sizeof(*k) + size;
    }
    return (struct block *)(void *)(k->data + k->used);
}

static struct page *page_new(struct code *c, uint32_t n) {
    struct page *p = memory_alloc(&c->memory, sizeof(*p));
    if (!p)
        return NULL;
    c->page[n] = p;
    c->bytes += sizeof(*p);
    c->watch(c->opaque, n);
    return p;
}

static void mark(struct page *p, unsigned first, unsigned count) {
    for (unsigned n = first; n < first + count; n++)
        p->decoded[n / 64] |= UINT64_C(1) << n % 64;
}

void code_mark(struct code *c, uint32_t n, unsigned offset, unsigned bytes) {
    mark(c->page[n], offset / 2, bytes / 2);
}

void code_count_entries(struct code *c) { c->counted = true; }

struct block *code_block(struct code *c, uint32_t n, unsigned offset, const uint8_t *bytes) {
    unsigned list = offset / 2 % LISTS;
    struct page *p = c->page[n];
    if (p)
        for (struct block *b = p->list[list]; b; b = b->next)
            if (b->offset == offset)
                return b;
    if (c->bytes > MOST_BYTES) {
        code_drop_all(c);
        p = NULL;
    }
    if (!p && !(p = page_new(c, n)))
        return NULL;
    struct block *b = room(c, p);
    if (!b)
        return NULL;
    fill(b, c->ops, n, offset, bytes);
    if (c->counted)
        b->insn[0].op = c->ops[OP_COUNT];
    mark(p, offset / 2, b->insn[b->n].off);
    p->chunks->used += sizeof(*b) + (b->n + 1u) * sizeof(b->insn[0]);
    b->next = p->list[list];
    p->list[list] = b;
    return b;
}

/* ---- Dropping them --------------------------------------------------------------------------- */

void code_drop_page(struct code *c, uint32_t n) {
    struct page *p = c->page[n];
    if (!p)
        return;
    while (p->chunks) {
        struct chunk *k = p->chunks;
        p->chunks = k->next;
        k->next = c->dead;
        c->dead = k;
        c->bytes -= sizeof(*k) + k->size;
    }
    c->bytes -= sizeof(*p);
    memory_free(&c->memory, p, sizeof(*p));
    c->page[n] = NULL;
    c->drops++;
}

bool code_touch(struct code *c, uint32_t n, unsigned offset, unsigned size) {
    struct page *p = c->page[n];
    bool hit = false;
    if (!p)
        return true;
    for (unsigned at = offset / 2; at < (offset + size + 1) / 2; at++)
        hit |= p->decoded[at / 64] >> at % 64 & 1;
    if (hit)
        code_drop_page(c, n);
    return hit;
}

void code_drop_all(struct code *c) {
    for (size_t n = 0; n < c->pages; n++)
        code_drop_page(c, (uint32_t)n);
}

void code_sweep(struct code *c) {
    while (c->dead) {
        struct chunk *k = c->dead;
        c->dead = k->next;
        memory_free(&c->memory, k, sizeof(*k) + k->size);
    }
}

uint64_t code_drops(const struct code *c) { return c->drops; }
