/* state.c - see priv.h: random states of a hart, changes of them, and what of two can be told apart. */
#include "priv.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MSTATUS_MIE  (1ULL << 3)
#define MSTATUS_MPP  (3ULL << 11)
#define MSTATUS_FS   (3ULL << 13)
#define MSTATUS_MPRV (1ULL << 17)
#define TRAPS_AT     (FROND_RAM_BASE + 0xf000)
enum { BASE = 10 /* the register that addresses are made from */, MCOUNTINHIBIT_IR = 4 };

const struct field_info fields[FIELD_COUNT] = {
#define INFO(n, member, bits)                                                                      \
    [FIELD_##n] = {#n, offsetof(struct frond_desc, member),                                        \
                   sizeof(((struct frond_desc *)0)->member), bits},
    FIELDS(INFO)
#undef INFO
};

/* ---- Chance ------------------------------------------------------------------------------------------------ */

uint64_t random_bits(struct random *r) {
    uint64_t z = r->at += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

unsigned dice(struct random *r, unsigned n) { return (unsigned)(random_bits(r) >> 32) % n; }

/* Small ones, single bits and the like as often as any. */
static uint64_t random_value(struct random *r) {
    uint64_t v = random_bits(r);

    switch (dice(r, 5)) {
    case 0: return v;
    case 1: return v >> dice(r, 64);
    case 2: return 1ULL << dice(r, 64);
    case 3: return ~0ULL << dice(r, 64);
    default: return dice(r, 3);
    }
}

/* ---- Fields ------------------------------------------------------------------------------------------------ */

static uint8_t *bytes_of(enum field f, struct state *s) { return (uint8_t *)&s->d + fields[f].at; }

static const uint8_t *bytes_in(enum field f, const struct state *s) {
    return (const uint8_t *)&s->d + fields[f].at;
}

/* A reservation is address, value and width. */
static size_t size_of(enum field f) { return f == FIELD_reservation ? 24 : fields[f].size; }

uint64_t field_value(enum field f, const struct state *s) {
    uint64_t v = 0;

    memcpy(&v, bytes_in(f, s), fields[f].size < 8 ? fields[f].size : 8);
    return fields[f].mask ? v & fields[f].mask : v;
}

static void field_set(enum field f, struct state *s, uint64_t v) {
    uint64_t old = 0;
    size_t size = fields[f].size < 8 ? fields[f].size : 8;

    memcpy(&old, bytes_of(f, s), size);
    v = (old & ~fields[f].mask) | (v & fields[f].mask);
    memcpy(bytes_of(f, s), &v, size);
}

bool field_same(enum field f, const struct state *a, const struct state *b) {
    if (fields[f].mask)
        return field_value(f, a) == field_value(f, b);
    return memcmp(bytes_in(f, a), bytes_in(f, b), size_of(f)) == 0;
}

void field_copy(enum field f, struct state *to, const struct state *from) {
    if (fields[f].mask)
        field_set(f, to, field_value(f, from));
    else
        memcpy(bytes_of(f, to), bytes_in(f, from), size_of(f));
}

bool field_clear(enum field f, struct state *s) {
    struct state was = *s;

    if (fields[f].mask)
        field_set(f, s, 0);
    else
        memset(bytes_of(f, s), 0, size_of(f));
    return !field_same(f, s, &was);
}

/* ---- Random values of fields ----------------------------------------------------------------------------------- */

static void random_pmp(struct random *r, struct state *s) {
    for (unsigned i = 0; i < 16; i++) {
        unsigned cfg = dice(r, 32) & ~(dice(r, 2) ? 0x18u : 0); /* none is locked */

        if ((cfg & 3) == 2 || (cfg & 0x18) == 0x10)
            cfg = 0; /* reserved; NA4 is finer than a page */
        s->d.csr.pmpcfg[i] = (uint8_t)cfg;
        s->d.csr.pmpaddr[i] = random_bits(r) >> 10;
    }
}

static void random_plic(struct random *r, struct state *s) {
    struct frond_plic *p = &s->d.plic;

    for (unsigned i = 1; i <= FROND_PLIC_SOURCES; i++)
        p->priority[i] = dice(r, 8);
    p->pending = (uint32_t)random_bits(r) & ~1u;
    p->claimed = (uint32_t)random_bits(r) & ~1u & ~p->pending;
    for (unsigned i = 0; i < 2; i++) {
        p->enable[i] = (uint32_t)random_bits(r) & ~1u;
        p->threshold[i] = dice(r, 8);
    }
}

static void random_reservation(struct random *r, struct state *s) {
    uint64_t at = (s->d.x[BASE] - DATA_AT) < DATA - 8 && dice(r, 4) ? s->d.x[BASE] : DATA_AT;

    s->d.csr.res_width = (uint64_t[]){0, 4, 8, 8}[dice(r, 4)];
    s->d.csr.res_addr = at;
    s->d.csr.res_value = 0;
    memcpy(&s->d.csr.res_value, s->data + (at - DATA_AT), s->d.csr.res_width);
    if (s->d.csr.res_width == 4)
        s->d.csr.res_value = (uint64_t)(int32_t)s->d.csr.res_value;
    if (s->d.csr.res_width == 0)
        s->d.csr.res_addr = s->d.csr.res_value = 0;
}

static uint64_t random_status(struct random *r, bool careful) {
    uint64_t v = random_bits(r) & ~MSTATUS_MPRV & ~(careful ? 0 : MSTATUS_MIE);

    return (v & MSTATUS_MPP) == 2ULL << 11 ? v & ~MSTATUS_MPP : v;
}

/* Where a VM may run it is fixed: where interrupts, traps, counters and maps go. */
static bool is_fixed(enum field f, bool careful) {
    switch (f) {
    case FIELD_mode:
    case FIELD_wait: return true;
    case FIELD_satp:
    case FIELD_pmpcfg:
    case FIELD_pmpaddr:
    case FIELD_medeleg:
    case FIELD_mie:
    case FIELD_mcounteren:
    case FIELD_scounteren: return careful;
    default: return false;
    }
}

static void random_field(struct random *r, enum field f, bool careful, struct state *s) {
    static const uint64_t satp_modes[] = {0, 8, 9};

    switch (f) {
    case FIELD_mstatus: field_set(f, s, random_status(r, careful)); break;
    case FIELD_satp:
        field_set(f, s, satp_modes[dice(r, 3)] << 60 | (random_bits(r) & ((1ULL << 44) - 1)));
        break;
    case FIELD_pmpcfg:
    case FIELD_pmpaddr: random_pmp(r, s); break;
    case FIELD_mtvec: field_set(f, s, TRAPS_AT + 16 * dice(r, 64) + dice(r, 2)); break;
    case FIELD_plic: random_plic(r, s); break;
    case FIELD_reservation: random_reservation(r, s); break;
    default: field_set(f, s, random_value(r));
    }
}

bool state_change(struct random *r, enum field f, bool careful, struct state *s) {
    struct state was = *s;

    for (unsigned tries = 0; tries < 8 && !is_fixed(f, careful); tries++) {
        random_field(r, f, careful, s);
        if (!field_same(f, s, &was))
            return true;
    }
    return false;
}

/* ---- Random states ------------------------------------------------------------------------------------------- */

/* Devices whose registers are in the descriptor, or read the same in two of them. */
static uint64_t random_device(struct random *r, unsigned width) {
    static const uint64_t wide[] = {FROND_CLINT_BASE + 0x4000,  FROND_CLINT_BASE + 0x4000,
                                    FROND_CLINT_BASE,           FROND_PLIC_BASE + 4,
                                    FROND_PLIC_BASE + 0x200000, FROND_VIRTIO_BASE,
                                    FROND_VIRTIO_BASE + 8};

    return width == 1 ? FROND_UART_BASE + 7 : wide[dice(r, sizeof wide / sizeof wide[0])];
}

/* Puts into BASE what makes the instruction's address one of memory, or of a device. */
static void aim(struct random *r, const struct item *i, struct state *s) {
    unsigned width = item_width(i);
    uint64_t to = DATA_AT + dice(r, DATA - width + 1);
    int64_t offset = 0;

    if (i->at == AT_ALIGNED)
        to &= ~(uint64_t)(width - 1);
    else if (i->at == AT_DEVICE)
        to = random_device(r, width);
    else if ((to & (width - 1)) == 0)
        to += to == DATA_AT + DATA - width ? -1ULL : 1;
    if (i->format[0] == 'I')
        offset = (int32_t)s->insn >> 20;
    else if (i->format[0] == 'S')
        offset = ((int32_t)s->insn >> 25) * 32 + (int32_t)(s->insn >> 7 & 31);
    s->d.x[BASE] = to - (uint64_t)offset;
}

static void random_insn(struct random *r, const struct item *i, struct state *s) {
    static const uint8_t roundings[] = {0, 1, 2, 3, 4, 7, 7, 7};
    uint32_t insn = i->match | ((uint32_t)random_bits(r) & ~i->mask);

    if (i->csr >= 0 && (insn >> 12 & 3) == 0)
        insn |= 1u << 12; /* csrrw, csrrwi */
    if (i->format[0] == 'R' && (i->format[1] == 'M' || i->format[1] == '4'))
        insn = (insn & ~(7u << 12)) | (uint32_t)roundings[dice(r, 8)] << 12;
    if (item_width(i))
        insn = (insn & ~(31u << 15)) | BASE << 15;
    else if (i->csr >= 0 && dice(r, 3) == 0)
        insn &= ~(31u << 15); /* reads only, but for csrrw */
    s->insn = insn;
}

void state_random(struct random *r, const struct item *i, bool careful, struct state *s) {
    *s = (struct state){.d = {.magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .pc = CODE_AT}};
    random_insn(r, i, s);
    for (unsigned k = 1; k < 32; k++)
        s->d.x[k] = random_value(r);
    for (unsigned k = 0; k < 32; k++)
        s->d.f[k] = dice(r, 2) ? random_bits(r) : random_bits(r) | ~0ULL << 32;
    for (unsigned k = 0; k < DATA; k++)
        s->data[k] = (uint8_t)random_bits(r);
    if (item_width(i))
        aim(r, i, s);
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (!is_fixed(f, careful))
            random_field(r, f, careful, s);
    if (careful)
        state_reach(s, true);
    if (field_value(FIELD_FS, s) == 0)
        s->d.csr.mstatus |= MSTATUS_FS;
}

void state_place(struct state *s, enum place p) {
    s->d.csr.satp = rig_satp(p);
    if (s->d.mode == FROND_MODE_M)
        s->d.csr.mstatus = (s->d.csr.mstatus & ~MSTATUS_MPP) | MSTATUS_MPRV;
}

void state_reach(struct state *s, bool all) {
    struct frond_csr *c = &s->d.csr;

    memset(c->pmpcfg, 0, sizeof c->pmpcfg);
    memset(c->pmpaddr, 0, sizeof c->pmpaddr);
    if (all) {
        c->pmpcfg[15] = 0x1f;
        c->pmpaddr[15] = (1ULL << 54) - 1;
        return;
    }
    c->pmpcfg[2] = c->pmpcfg[7] = 0x1f;
    c->pmpaddr[2] = (1ULL << 27) - 1;                         /* 1 GiB from 0 */
    c->pmpaddr[7] = FROND_RAM_BASE >> 2 | ((1ULL << 28) - 1); /* 2 GiB */
}

/* ---- What can be told apart --------------------------------------------------------------------------------- */

static bool differ_registers(const struct state *a, const struct state *b, char *text) {
    for (unsigned i = 0; i < 64; i++) {
        uint64_t x = i < 32 ? a->d.x[i] : a->d.f[i - 32], y = i < 32 ? b->d.x[i] : b->d.f[i - 32];

        if (x == y)
            continue;
        snprintf(text, TEXT, "%c%u is 0x%" PRIx64 " or 0x%" PRIx64, i < 32 ? 'x' : 'f', i % 32, x,
                 y);
        return true;
    }
    if (a->d.pc == b->d.pc)
        return false;
    snprintf(text, TEXT, "pc is 0x%" PRIx64 " or 0x%" PRIx64, a->d.pc, b->d.pc);
    return true;
}

bool state_differ(const struct state *a, const struct state *b, uint64_t but, char *text) {
    if (a->trapped != b->trapped) {
        snprintf(text, TEXT, "it %s or %s", a->trapped ? "traps" : "does not trap",
                 b->trapped ? "traps" : "does not trap");
        return true;
    }
    if (a->trapped && a->d.csr.mcause != b->d.csr.mcause) {
        snprintf(text, TEXT, "it traps, cause %" PRIu64 " or %" PRIu64, a->d.csr.mcause,
                 b->d.csr.mcause);
        return true;
    }
    if (a->trapped && !(but & THROUGH))
        return false;
    if (differ_registers(a, b, text))
        return true;
    for (unsigned i = 0; i < DATA; i++)
        if (a->data[i] != b->data[i] && !(but & MEMORY)) {
            snprintf(text, TEXT, "the byte at 0x%" PRIx64 " is 0x%02x or 0x%02x",
                     (uint64_t)DATA_AT + i, a->data[i], b->data[i]);
            return true;
        }
    if (a->strayed != b->strayed) {
        snprintf(text, TEXT, "memory elsewhere is changed");
        return true;
    }
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (!(but >> f & 1) && !field_same(f, a, b)) {
            snprintf(text, TEXT, "%s is 0x%" PRIx64 " or 0x%" PRIx64, fields[f].name,
                     field_value(f, a), field_value(f, b));
            return true;
        }
    return false;
}

bool field_written(enum field f, const struct state *before, const struct state *after) {
    uint64_t counted = f == FIELD_clock || (f == FIELD_minstret && !after->trapped &&
                                            !(before->d.csr.mcountinhibit & MCOUNTINHIBIT_IR));

    if (fields[f].mask)
        return field_value(f, after) != ((field_value(f, before) + counted) & fields[f].mask);
    return !field_same(f, before, after);
}
