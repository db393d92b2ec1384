/* flat.c - see flat.h. */
#include "flat.h"
#include "../../jit/jit.h"
#include "../../riscv/fp.h"
#include <stdlib.h>
#include <string.h>

uint64_t flat_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static struct flat *of(struct hart *h) { return (struct flat *)(void *)h; }

static bool chance(struct flat *m, unsigned one_in) {
    return m->random && flat_random(&m->random) % one_in == 0;
}

static void watch(void *opaque, uint32_t page) {
    struct flat *m = opaque;
    struct tlb_entry *e = tlb_entry(&m->tlb, FLAT_BASE + 4096 * (uint64_t)page);
    m->watched[page] = 1;
    e->tag[TLB_W] = TLB_NONE;
}

static void drop_tlb(struct flat *m) {
    memset(m->entry, 0xff, sizeof(m->entry));
    for (unsigned n = 0; n < JUMP_SIZE; n++)
        m->tlb.jump[n].pc = 1;
}

static void *take(void *opaque, size_t size) {
    struct flat *m = opaque;
    m->held += size;
    return calloc(1, size);
}

static void give_back(void *opaque, void *p, size_t size) {
    struct flat *m = opaque;
    m->held -= p ? size : 0;
    free(p);
}

struct flat *flat_new(bool translate) {
    struct flat *m = calloc(1, sizeof(*m));
    m->hart.ram = calloc(1, FLAT_SIZE);
    m->hart.scratch = malloc(BLOCK_BYTES);
    m->watched = calloc(1, FLAT_SIZE / 4096);
    m->hart.code = code_new(&(struct memory){m, take, give_back}, FLAT_SIZE / 4096, watch, m);
    if (translate) {
        m->region = jit_region_new(FLAT_REGION);
        m->hart.jit = jit_new(&(struct memory){m, take, give_back}, m->region);
        m->hart.hot = 1;
        code_count_entries(m->hart.code);
    }
    m->tlb = (struct tlb){.e = m->entry, .pa = m->pa, .mask = (TLB_LEAST - 1) * sizeof m->entry[0]};
    m->hart.d = &m->desc;
    m->hart.data = m->hart.fetch = &m->tlb;
    return m;
}

void flat_free(struct flat *m) {
    code_free(m->hart.code);
    jit_free(m->hart.jit);
    jit_region_free(m->region);
    free(m->hart.ram);
    free(m->hart.scratch);
    free(m->watched);
    free(m);
}

void flat_reset(struct flat *m, uint64_t pc, uint64_t shake) {
    memset(&m->desc, 0, sizeof(m->desc));
    m->desc.pc = pc;
    m->desc.csr.mstatus = MSTATUS_FS;
    m->random = shake;
    m->steps = 0;
    m->ended = false;
    drop_tlb(m);
    code_drop_all(m->hart.code);
}

uint8_t *flat_at(struct flat *m, uint64_t va) { return m->hart.ram + (va - FLAT_BASE); }

static bool inside(uint64_t va, unsigned width) {
    return va >= FLAT_BASE && va - FLAT_BASE <= FLAT_SIZE - width;
}

static void end(struct flat *m, unsigned cause, uint64_t tval) {
    m->cause = cause;
    m->tval = tval;
    m->ended = m->hart.attention = true;
}

/* Mostly short, so that a budget ends everywhere; now and then long enough for any unit. */
static uint64_t slice_of(uint64_t random) { return random % 4 ? 1 + random / 4 % 64 : 1000; }

void flat_run(struct flat *m, uint64_t steps) {
    struct hart *h = &m->hart;
    while (!m->ended && steps) {
        uint64_t slice = m->random ? slice_of(flat_random(&m->random)) : steps;
        if (slice > steps)
            slice = steps;
        if (chance(m, 64))
            drop_tlb(m);
        if (chance(m, 512))
            code_drop_all(h->code);
        h->left = (int64_t)slice;
        h->attention = false;
        exec_run(h);
        slice -= (uint64_t)h->left;
        steps -= slice;
        m->steps += slice;
    }
}

/* ---- What exec.c calls ----------------------------------------------------------------------- */

static void fill(struct flat *m, uint64_t va, unsigned what) {
    struct tlb_entry *e = tlb_entry(&m->tlb, va);
    uint64_t page = va & ~UINT64_C(4095);
    if (m->random && flat_random(&m->random) % 4)
        return;
    for (unsigned n = 0; n < 3; n++)
        if (e->tag[n] != page)
            e->tag[n] = TLB_NONE;
    e->addend = (uintptr_t)m->hart.ram - FLAT_BASE;
    if (what != TLB_W || !m->watched[(va - FLAT_BASE) / 4096])
        e->tag[what] = page;
}

/* `width` bytes that do not cross pages. */
static void wrote(struct flat *m, uint64_t va, unsigned width) {
    uint32_t page = (uint32_t)((va - FLAT_BASE) / 4096);
    if (!m->watched[page] || !code_touch(m->hart.code, page, (unsigned)va & 4095, width))
        return;
    m->watched[page] = 0;
    m->hart.attention = true;
}

bool mem_load(struct hart *h, uint64_t va, struct access a, uint64_t *value) {
    if (!inside(va, a.width)) {
        end(of(h), FLAT_LOAD, va);
        return false;
    }
    *value = 0;
    memcpy(value, flat_at(of(h), va), a.width);
    fill(of(h), va, TLB_R);
    h->attention |= chance(of(h), 16);
    return true;
}

bool mem_store(struct hart *h, uint64_t va, struct access a, uint64_t value) {
    if (!inside(va, a.width)) {
        end(of(h), FLAT_STORE, va);
        return false;
    }
    memcpy(flat_at(of(h), va), &value, a.width);
    for (unsigned n = 0; n < a.width; n++)
        wrote(of(h), va + n, 1);
    fill(of(h), va, TLB_W);
    h->attention |= chance(of(h), 16);
    return true;
}

bool mem_amo(struct hart *h, uint64_t va, struct access a, void **p) {
    if (!inside(va, a.width) || va % a.width) {
        end(of(h), FLAT_STORE, va);
        return false;
    }
    *p = flat_at(of(h), va);
    fill(of(h), va, TLB_R);
    fill(of(h), va, TLB_W);
    return true;
}

void mem_amo_store(struct hart *h, void *p, unsigned width, uint64_t value) {
    memcpy(p, &value, width);
    wrote(of(h), FLAT_BASE + (uint64_t)((uint8_t *)p - h->ram), width);
}

bool mem_lr(struct hart *h, uint64_t va, struct access a, uint64_t *value) {
    struct frond_csr *csr = &h->d->csr;
    if (!mem_load(h, va, a, value))
        return false;
    csr->res_addr = va;
    csr->res_width = a.width;
    csr->res_value = *value;
    return true;
}

bool mem_sc(struct hart *h, uint64_t va, struct access a, uint64_t value, bool *ok) {
    struct frond_csr *csr = &h->d->csr;
    *ok = csr->res_width == a.width && csr->res_addr == va;
    csr->res_width = 0;
    if (!inside(va, a.width))
        return mem_store(h, va, a, value);
    return !*ok || mem_store(h, va, a, value);
}

const uint8_t *mem_fetch(struct hart *h, uint64_t va, uint32_t *page) {
    if (!inside(va & ~UINT64_C(4095), 4096)) {
        end(of(h), FLAT_FETCH, va);
        return NULL;
    }
    fill(of(h), va, TLB_X);
    *page = (uint32_t)((va - FLAT_BASE) / 4096);
    return h->ram + 4096 * (size_t)*page;
}

void trap_raise(struct hart *h, unsigned cause, uint64_t tval) {
    h->left--;
    end(of(h), cause, tval);
}

/* The three FP CSRs. */
static void csr_access(struct hart *h, uint32_t raw) {
    uint64_t *fcsr = &h->d->csr.fcsr, operand, old, value;
    unsigned number = raw >> 20, f3 = raw >> 12 & 7, rd = raw >> 7 & 31, rs1 = raw >> 15 & 31;
    unsigned shift = number == 2 ? 5 : 0, mask = number == 1 ? 31 : number == 2 ? 7 : 255;
    old = *fcsr >> shift & mask;
    operand = f3 & 4 ? rs1 : h->d->x[rs1];
    value = (f3 & 3) == 1 ? operand : (f3 & 3) == 2 ? old | operand : old & ~operand;
    *fcsr = (*fcsr & ~((uint64_t)mask << shift)) | (value & mask) << shift;
    if (rd)
        h->d->x[rd] = old;
}

/* flat_run looks. */
bool child_go_on(struct hart *h) {
    (void)h;
    return false;
}

struct csr_word csr_word(unsigned csr) {
    (void)csr;
    return (struct csr_word){0, 0};
}

void sys_exec(struct hart *h, uint32_t raw, unsigned ilen) {
    unsigned number = raw >> 20;
    if ((raw >> 12 & 3) == 0 || number < 1 || number > 3) {
        end(of(h), raw == 0x73 ? FLAT_ECALL : CAUSE_ILLEGAL, raw);
        return;
    }
    csr_access(h, raw);
    h->d->pc += ilen;
    h->left--;
}
