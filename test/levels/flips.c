/*
 * flips.c - what frond_hash sees: each bit of a leaf's descriptor and a byte of each page of its memory,
 * flipped in turn. A table says of every byte of the descriptor whether it counts, and if not, why.
 */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum counts {
    COUNTS, /* state of the node */
    FIXED,  /* has one value; any other is refused */
    NAMES,  /* how the parent calls it */
    ORDERS, /* of the parent, not state: slices, lines, answers */
    PLACE,  /* where the memory lies: what lies there counts, see memory_row; not flipped */
    TOLD /* to the parent: why it was left, what it had under way, when a timer is due (from mtimecmp) */
};

#define F(member, counts)                                                                          \
    {                                                                                              \
#member, offsetof(struct frond_desc, member), sizeof(((struct frond_desc *)0)->member),    \
            counts                                                                                 \
    }

static const struct field {
    const char *name;
    size_t at, size;
    enum counts counts;
} fields[] = {
    F(magic, FIXED),
    F(version, FIXED),
    F(reserved_version, FIXED),
    F(label, NAMES),
    F(uid, NAMES),
    F(map_np, PLACE),
    F(map_p, PLACE),
    F(budget, ORDERS),
    F(clock, COUNTS),
    F(deadline, TOLD),
    F(epoch, COUNTS),
    F(lines, ORDERS),
    F(reserved_lines, FIXED),
    F(resume, ORDERS),
    F(held, ORDERS),
    F(value, ORDERS),
    F(active, COUNTS),
    F(exit, TOLD),
    F(pend, TOLD),
    F(status, COUNTS),
    F(news, COUNTS),
    F(reserved_ctl, FIXED),
    F(plic.priority, COUNTS),
    F(plic.pending, COUNTS),
    F(plic.claimed, COUNTS),
    F(plic.enable, COUNTS),
    F(plic.threshold, COUNTS),
    F(plic.reserved, FIXED),
    F(reserved_plic, FIXED),
    F(clint.mtimecmp, COUNTS),
    F(clint.time_offset, COUNTS),
    F(clint.msip, COUNTS),
    F(clint.reserved, FIXED),
    F(reserved_clint, FIXED),
    F(rtc.offset, COUNTS),
    F(rtc.alarm, COUNTS),
    F(rtc.time_high, COUNTS),
    F(rtc.irq_enabled, COUNTS),
    F(rtc.alarm_high, FIXED),
    F(rtc.reserved, FIXED),
    F(reserved_node, FIXED),
    F(pc, COUNTS),
    F(mode, COUNTS),
    F(wait, COUNTS),
    F(x, COUNTS),
    F(f, COUNTS),
    F(csr.fcsr, COUNTS),
    F(csr.mstatus, COUNTS),
    F(csr.medeleg, COUNTS),
    F(csr.mideleg, COUNTS),
    F(csr.mie, COUNTS),
    F(csr.mip, COUNTS),
    F(csr.mtvec, COUNTS),
    F(csr.mscratch, COUNTS),
    F(csr.mepc, COUNTS),
    F(csr.mcause, COUNTS),
    F(csr.mtval, COUNTS),
    F(csr.mcounteren, COUNTS),
    F(csr.mcountinhibit, COUNTS),
    F(csr.menvcfg, COUNTS),
    F(csr.stvec, COUNTS),
    F(csr.sscratch, COUNTS),
    F(csr.sepc, COUNTS),
    F(csr.scause, COUNTS),
    F(csr.stval, COUNTS),
    F(csr.scounteren, COUNTS),
    F(csr.senvcfg, COUNTS),
    F(csr.satp, COUNTS),
    F(csr.stimecmp, COUNTS),
    F(csr.mcycle_offset, COUNTS),
    F(csr.minstret, COUNTS),
    F(csr.pmpaddr, COUNTS),
    F(csr.pmpcfg, COUNTS),
    F(csr.res_addr, COUNTS),
    F(csr.res_value, COUNTS),
    F(csr.res_width, COUNTS),
    F(reserved_hart, FIXED),
};

enum { LEAF = 2 };

static struct frond_name leaf_name(const struct frond_desc *d) {
    static uint64_t label[LEAF] = {1};

    label[1] = d->label;
    return (struct frond_name){label, LEAF};
}

/* The hash with `d` as the leaf's descriptor; 0: it is refused. */
static uint64_t hash_of(struct tower *t, const struct frond_desc *d) {
    uint64_t hash = 0, holes = 0;

    tower_write(t, LEAF - 1, OWN(VMM_DESC), d, sizeof *d);
    if (frond_hash(t->m, leaf_name(d), &hash, &holes) != FROND_OK)
        return 0;
    return hash;
}

/* Every bit of a small field, one bit of each byte of a large one. */
static void field_row(struct tower *t, const struct frond_desc *d, uint64_t hash,
                      const struct field *f) {
    unsigned allowed = 0, changed = 0;

    if (f->counts == PLACE)
        return;
    for (size_t at = f->at; at < f->at + f->size; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct frond_desc e = *d;
            if (f->size > 8 && bit != at * 5 % 8)
                continue;
            ((uint8_t *)&e)[at] ^= (uint8_t)(1u << bit);
            uint64_t h = hash_of(t, &e);
            allowed += h != 0;
            changed += h != 0 && h != hash;
        }
    WANT(t, hash_of(t, d), hash);
    switch (f->counts) {
    case COUNTS:
        WANT(t, allowed > 0, true);
        WANT(t, changed, allowed);
        break;
    case FIXED: WANT(t, allowed, 0); break;
    default: WANT(t, changed, 0); break;
    }
    row_result(t->wrong[0] == 0, t->wrong, "hash: %s %s", f->name,
               f->counts == COUNTS  ? "counts"
               : f->counts == FIXED ? "is fixed"
                                    : "does not count");
    t->wrong[0] = 0;
}

static void memory_row(struct tower *t, const struct frond_desc *d, uint64_t hash) {
    for (uint64_t page = 0; page < t->leaf_ram; page += FROND_PAGE_SIZE) {
        uint64_t at = BASE + page + page / FROND_PAGE_SIZE * 257 % FROND_PAGE_SIZE;
        uint8_t was = 0, is;
        tower_read(t, LEAF, at, &was, 1);
        is = was ^ 0x40;
        tower_write(t, LEAF, at, &is, 1);
        WANT(t, hash_of(t, d) != hash, true);
        tower_write(t, LEAF, at, &was, 1);
        WANT(t, hash_of(t, d), hash);
    }
    row_result(t->wrong[0] == 0, t->wrong, "hash: a byte of each page of memory counts");
    t->wrong[0] = 0;
}

void flip_rows(void) {
    struct tower *t = tower_new(LEAF);
    struct frond_desc *d = &t->level[LEAF].d;
    size_t at = 0;

    d->x[10] = BASE + 0x1000;
    d->csr.mie = 0x80;
    d->clint.mtimecmp = 1000;
    tower_code(t, (uint32_t[]){LR_D(5, 10), ADDI(5, 5, 1), SD(5, 10, 8), SELF}, 4);
    order_field(&t->level[1].p, offsetof(struct frond_desc, budget), 700, 8);
    order_enter(&t->level[1].p);
    order(&t->level[1].p, VMM_END, 0, 0, 0);
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        WANT(t, fields[i].at, at);
        at += fields[i].size;
    }
    WANT(t, at, sizeof *d);
    if (!tower_run(t, 0))
        exit(2);
    row_result(t->wrong[0] == 0, t->wrong, "hash: every byte of a descriptor is in the table");
    struct frond_desc now = tower_desc(t, LEAF);
    uint64_t hash = hash_of(t, &now);
    row_result(hash != 0 && now.clock == 700, "it has none", "hash: of a leaf after 700 steps");
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++)
        field_row(t, &now, hash, &fields[i]);
    memory_row(t, &now, hash);
    tower_free(t);
}
