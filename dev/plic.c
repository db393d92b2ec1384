/*
 * plic.c - platform-level interrupt controller: 31 level-triggered sources, contexts M and S.
 *
 * The state is part of a node's descriptor; the lines are not, they stay in the devices. A gateway
 * latches a high line as pending; claim takes it, and until it is completed the gateway is shut.
 * Freestanding.
 */
#include "dev.h"

#define CONTEXTS     2
#define PRIORITY_MAX 7 /* also a mask: what a store keeps */
#define SOURCE_BITS  0xfffffffeu

#define OFF_PRIORITY_END     (4 * (FROND_PLIC_SOURCES + 1))
#define OFF_PENDING          0x1000
#define OFF_ENABLE           0x2000
#define ENABLE_STRIDE        0x80
#define OFF_CONTEXT          0x200000
#define CONTEXT_STRIDE       0x1000
#define IN_CONTEXT_THRESHOLD 0
#define IN_CONTEXT_CLAIM     4

/* A register, decoded. */
enum reg { REG_NONE, REG_PRIORITY, REG_PENDING, REG_ENABLE, REG_THRESHOLD, REG_CLAIM };

struct place {
    enum reg reg;
    unsigned index; /* source or context */
};

static struct place plic_decode(uint32_t off) {
    struct place none = {REG_NONE, 0};
    if (off < OFF_PRIORITY_END)
        return (struct place){off ? REG_PRIORITY : REG_NONE, off / 4};
    if (off == OFF_PENDING)
        return (struct place){REG_PENDING, 0};
    for (unsigned c = 0; c < CONTEXTS; c++) {
        if (off == OFF_ENABLE + c * ENABLE_STRIDE)
            return (struct place){REG_ENABLE, c};
        if (off == OFF_CONTEXT + c * CONTEXT_STRIDE + IN_CONTEXT_THRESHOLD)
            return (struct place){REG_THRESHOLD, c};
        if (off == OFF_CONTEXT + c * CONTEXT_STRIDE + IN_CONTEXT_CLAIM)
            return (struct place){REG_CLAIM, c};
    }
    return none;
}

/* Of the enabled pending sources of priority above `floor`: highest priority, then lowest number;
 * 0 if there is none. */
static unsigned plic_best(const struct frond_plic *p, unsigned context, uint32_t floor) {
    uint32_t set = p->pending & p->enable[context];
    unsigned best = 0;
    for (unsigned s = 1; set >> s; s++) {
        if ((set >> s & 1) && p->priority[s] > floor) {
            best = s;
            floor = p->priority[s];
        }
        if (s == FROND_PLIC_SOURCES)
            break;
    }
    return best;
}

/* The threshold masks the notification only; a claim may take what lies below it (RISC-V PLIC
 * specification, "Interrupt Claim Process"). */
static uint32_t plic_claim(struct frond_plic *p, unsigned context) {
    unsigned s = plic_best(p, context, 0);
    if (s) {
        p->pending &= ~(1u << s);
        p->claimed |= 1u << s;
    }
    return s;
}

static void plic_complete(struct frond_plic *p, unsigned context, uint32_t source) {
    if (source == 0 || source > FROND_PLIC_SOURCES)
        return;
    p->claimed &= ~(p->enable[context] & 1u << source);
}

uint32_t plic_read(struct frond_plic *p, uint32_t off) {
    struct place at = plic_decode(off);
    switch (at.reg) {
    case REG_PRIORITY: return p->priority[at.index];
    case REG_PENDING: return p->pending;
    case REG_ENABLE: return p->enable[at.index];
    case REG_THRESHOLD: return p->threshold[at.index];
    case REG_CLAIM: return plic_claim(p, at.index);
    case REG_NONE: break;
    }
    return 0;
}

void plic_write(struct frond_plic *p, uint32_t off, uint32_t value, uint32_t lines) {
    struct place at = plic_decode(off);
    switch (at.reg) {
    case REG_PRIORITY: p->priority[at.index] = value & PRIORITY_MAX; break;
    case REG_ENABLE: p->enable[at.index] = value & SOURCE_BITS; break;
    case REG_THRESHOLD: p->threshold[at.index] = value & PRIORITY_MAX; break;
    case REG_CLAIM:
        plic_complete(p, at.index, value);
        plic_sample(p, lines);
        break;
    case REG_PENDING:
    case REG_NONE: break;
    }
}

void plic_sample(struct frond_plic *p, uint32_t lines) {
    p->pending |= lines & SOURCE_BITS & ~p->claimed;
}

bool plic_interrupt(const struct frond_plic *p, unsigned context) {
    return plic_best(p, context, p->threshold[context]) != 0;
}

int plic_check(const struct frond_plic *p) {
    uint32_t any = 0;
    for (unsigned s = 0; s <= FROND_PLIC_SOURCES; s++)
        any |= p->priority[s];
    if (p->priority[0])
        return (int)offsetof(struct frond_plic, priority);
    for (unsigned s = 1; any > PRIORITY_MAX && s <= FROND_PLIC_SOURCES; s++)
        if (p->priority[s] > PRIORITY_MAX)
            return (int)(offsetof(struct frond_plic, priority) + 4 * s);
    if (p->pending & ~SOURCE_BITS)
        return (int)offsetof(struct frond_plic, pending);
    if ((p->claimed & ~SOURCE_BITS) || (p->claimed & p->pending))
        return (int)offsetof(struct frond_plic, claimed);
    for (unsigned c = 0; c < CONTEXTS; c++)
        if (p->enable[c] & ~SOURCE_BITS)
            return (int)(offsetof(struct frond_plic, enable) + 4 * c);
    for (unsigned c = 0; c < CONTEXTS; c++)
        if (p->threshold[c] > PRIORITY_MAX)
            return (int)(offsetof(struct frond_plic, threshold) + 4 * c);
    for (unsigned i = 0; i < 2; i++)
        if (p->reserved[i])
            return (int)(offsetof(struct frond_plic, reserved) + 4 * i);
    return -1;
}
