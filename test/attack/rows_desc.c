/*
 * rows_desc.c - a VMM (0.1) gives its child a descriptor with one value that it may not have.
 *
 * STATUS must name the field, the bytes must stay as they were, and with the old value back the same
 * child must run.
 */
#include "rig.h"
#include <stddef.h>
#include <string.h>

#define AT(field) ((unsigned)offsetof(struct frond_desc, field))

struct wrong {
    unsigned at, size;
    uint64_t value;
    unsigned says; /* STATUS names an offset from here to the end of what is wrong */
};

static void refuse(struct rig *r, const struct wrong *w) {
    struct frond_desc good = desc(r, &r->a1), bad = good, after;
    memcpy((uint8_t *)&bad + w->at, &w->value, w->size);
    set_desc(r, &r->a1, &bad);
    struct seen s = enter(r, &r->a, r->a1.desc);
    WANT(s.how == RETIRED, "offset 0x%x: how %d cause %d", w->at, (int)s.how, (int)s.cause);
    uint64_t off = s.status >> 16;
    WANT((s.status & 0xffff) == FROND_ST_FIELD && off >= w->says && off <= w->at + w->size,
         "offset 0x%x = 0x%llx: status 0x%llx", w->at, (unsigned long long)w->value,
         (unsigned long long)s.status);
    after = desc(r, &r->a1);
    WANT(memcmp(&after, &bad, sizeof bad) == 0, "offset 0x%x: written to", w->at);
    set_desc(r, &r->a1, &good);
}

static void refuse_all(struct rig *r, const struct wrong *w, unsigned n) {
    for (unsigned i = 0; i < n && rig_ok(r); i++)
        refuse(r, &w[i]);
    struct seen s = load(r, &r->a1, RAM + DATA);
    WANT(s.how == RETIRED, "the child with its fields right: how %d", (int)s.how);
}
#define REFUSE(rows) refuse_all(r, rows, sizeof rows / sizeof rows[0])

static void each_byte(struct rig *r, unsigned from, unsigned end, unsigned says) {
    for (unsigned at = from; at < end && rig_ok(r); at++)
        refuse(r, &(struct wrong){at, 1, 1u << at % 8, says});
}

static void reserved(struct rig *r) {
    each_byte(r, AT(reserved_version), AT(label), AT(reserved_version));
    each_byte(r, AT(reserved_lines), AT(resume), AT(reserved_lines));
    each_byte(r, AT(reserved_ctl), AT(plic), AT(reserved_ctl));
    each_byte(r, AT(reserved_plic), AT(clint), AT(reserved_plic));
    each_byte(r, AT(reserved_clint), AT(rtc), AT(reserved_clint));
    each_byte(r, AT(reserved_node), AT(pc), AT(reserved_node));
    for (unsigned at = AT(reserved_hart); at < 4096 && rig_ok(r); at += 61)
        each_byte(r, at, at + 1, AT(reserved_hart));
    each_byte(r, 4088, 4096, AT(reserved_hart));
}

static void head(struct rig *r) {
    static const struct wrong w[] = {
        {AT(magic), 8, 0, AT(magic)},
        {AT(magic), 8, FROND_MAGIC ^ 1ull << 63, AT(magic)},
        {AT(version), 4, FROND_ABI_VERSION + 1, AT(version)},
        {AT(label), 8, UINT64_MAX, AT(label)},
        {AT(lines), 4, 1, AT(lines)},
        {AT(resume), 4, 3, AT(resume)},
        {AT(resume), 4, UINT32_MAX, AT(resume)},
        {AT(held), 4, 2, AT(held)},
        {AT(active), 8, 1, AT(active)},
        {AT(active), 8, RAM + 3, AT(active)},
        {AT(active), 8, RAM + 0xffc, AT(active)},
    };
    REFUSE(w);
}

static void maps(struct rig *r) {
    static const struct wrong w[] = {
        {AT(map_np.addr), 8, RAM + 1, AT(map_np)},
        {AT(map_np.addr), 8, RAM + 15, AT(map_np)},
        {AT(map_np.addr), 8, RAM + 16, AT(map_np)},
        {AT(map_np.count), 8, (1ull << 32) + 1, AT(map_np)},
        {AT(map_np.count), 8, UINT64_MAX, AT(map_np)},
        {AT(map_np.addr), 8, UINT64_MAX - 31, AT(map_np)}, /* its two entries pass 2^64 */
        {AT(map_p.addr), 8, RAM + 8, AT(map_p)},
        {AT(map_p.count), 8, 1ull << 59, AT(map_p)}, /* times 32: 2^64 */
        {AT(map_p.addr), 8, UINT64_MAX - 31, AT(map_p)},
    };
    grant(r, &r->a1, 0x90000000, PAGE, RAM + DATA, FROND_R);
    REFUSE(w);
}

static void interrupts(struct rig *r) {
    static const struct wrong w[] = {
        {AT(plic.priority[0]), 4, 1, AT(plic)},    {AT(plic.priority[1]), 4, 8, AT(plic)},
        {AT(plic.priority[31]), 4, ~0u, AT(plic)}, {AT(plic.pending), 4, 1, AT(plic)},
        {AT(plic.claimed), 4, 1, AT(plic)},        {AT(plic.enable[0]), 4, 1, AT(plic)},
        {AT(plic.enable[1]), 4, 1, AT(plic)},      {AT(plic.threshold[0]), 4, 8, AT(plic)},
        {AT(plic.threshold[1]), 4, ~0u, AT(plic)}, {AT(plic.reserved[0]), 4, 1, AT(plic)},
        {AT(plic.reserved[1]), 4, 1, AT(plic)},    {AT(plic.pending), 8, 2 | 2ull << 32, AT(plic)},
        {AT(clint.msip), 4, 2, AT(clint.msip)},    {AT(clint.reserved), 4, 1, AT(clint.reserved)},
        {AT(rtc.irq_enabled), 4, 2, AT(rtc)},      {AT(rtc.alarm_high), 4, 1, AT(rtc)},
        {AT(rtc.reserved), 4, 1, AT(rtc)},
    };
    REFUSE(w);
}

static void hart(struct rig *r) {
    static const struct wrong w[] = {
        {AT(pc), 8, RAM + 1, AT(pc)}, {AT(mode), 4, 3, AT(mode)}, {AT(mode), 4, ~0u, AT(mode)},
        {AT(wait), 4, 2, AT(wait)},   {AT(x[0]), 8, 1, AT(x)},    {AT(x[0]), 8, 1ull << 63, AT(x)},
    };
    REFUSE(w);
}

static void csrs(struct rig *r) {
    static const struct {
        unsigned at;
        uint64_t allowed;
    } csr[] = {
        {AT(csr.fcsr), 0xff},
        {AT(csr.mstatus), 0x7e79aa},
        {AT(csr.medeleg), 0xb3ff},
        {AT(csr.mideleg), 0x222},
        {AT(csr.mie), 0xaaa},
        {AT(csr.mip), 0x222},
        {AT(csr.mtvec), ~2ull},
        {AT(csr.mepc), ~1ull},
        {AT(csr.mcounteren), ~0u},
        {AT(csr.mcountinhibit), 5},
        {AT(csr.menvcfg), 1ull << 63 | 1},
        {AT(csr.stvec), ~2ull},
        {AT(csr.sepc), ~1ull},
        {AT(csr.scounteren), ~0u},
        {AT(csr.senvcfg), 1},
        {AT(csr.satp), 0xf00fffffffffffff},
        {AT(csr.pmpaddr[0]), (1ull << 54) - 1},
        {AT(csr.pmpaddr[15]), (1ull << 54) - 1},
    };
    for (unsigned i = 0; i < sizeof csr / sizeof csr[0]; i++)
        for (unsigned bit = 0; bit < 64 && rig_ok(r); bit++)
            if ((csr[i].allowed >> bit & 1) == 0)
                refuse(r, &(struct wrong){csr[i].at, 8, 1ull << bit, csr[i].at});
    static const struct wrong w[] = {
        {AT(csr.mstatus), 8, 2ull << 11, AT(csr.mstatus)}, /* MPP of no mode */
        {AT(csr.satp), 8, 1ull << 60, AT(csr.satp)},
        {AT(csr.satp), 8, 10ull << 60, AT(csr.satp)},
        {AT(csr.pmpcfg[0]), 1, 0x20, AT(csr.pmpcfg[0])},
        {AT(csr.pmpcfg[7]), 1, 0x40, AT(csr.pmpcfg[7])},
        {AT(csr.pmpcfg[15]), 1, 2, AT(csr.pmpcfg[15])},
        {AT(csr.pmpcfg[1]), 1, 0x17, AT(csr.pmpcfg[1])},
        {AT(csr.res_width), 8, 1, AT(csr.res_width)},
        {AT(csr.res_width), 8, 16, AT(csr.res_width)},
        {AT(csr.res_width), 8, 1ull << 32, AT(csr.res_width)},
    };
    REFUSE(w);
}

/* What is free may hold anything: the child runs, and nothing of it is believed. */
static void garbage(struct rig *r) {
    struct frond_desc d = desc(r, &r->a1);
    const uint32_t code[] = {LD(A0, A1, 0), ECALL};
    memset(&d.exit, 0xa5, sizeof d.exit);
    memset(&d.pend, 0x5a, sizeof d.pend);
    d.value = d.deadline = d.epoch = d.uid = d.status = d.news = 0x6b6b6b6b6b6b6b6b;
    d.csr.res_addr = d.csr.res_value = UINT64_MAX;
    d.csr.res_width = 8;
    d.csr.mcause = UINT64_MAX;
    d.pc = RAM + STUB;
    d.x[A1] = RAM + DATA;
    set_desc(r, &r->a1, &d);
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    struct seen s = run(r, &r->a1);
    WANT(s.how == RETIRED && s.cause == 11, "how %d cause %d", (int)s.how, (int)s.cause);
    d = desc(r, &r->a1);
    WANT(d.pend.kind == FROND_FAULT_LOAD && d.pend.addr == GATE, "pend is not the engine's");
}

const struct row desc_rows[] = {
    ROW("desc-reserved-bytes", "parent", "the descriptor's reserved bytes",
        "each reserved byte of the descriptor not 0", "desc-check", reserved),
    ROW("desc-head", "parent", "the descriptor's head",
        "magic, version, label, lines, resume, held, active out of range", "desc-check", head),
    ROW("desc-map-fields", "parent", "the descriptor's map fields",
        "table addresses and counts unaligned, enormous, past 2^64", "desc-check", maps),
    ROW("desc-interrupt-fields", "parent", "the descriptor's interrupt controllers",
        "PLIC, CLINT, RTC state that no register write makes", "desc-check", interrupts),
    ROW("desc-hart-fields", "parent", "the descriptor's hart", "odd pc, mode 3, wait 2, x0 not 0",
        "desc-check", hart),
    ROW("desc-csr-bits", "parent", "the descriptor's CSRs",
        "each CSR bit that does not exist, one by one", "desc-check", csrs),
    ROW("desc-free-garbage", "parent", "the descriptor's free fields",
        "exit, pend, value, reservation full of garbage", "answer-check", garbage),
};
const unsigned desc_count = sizeof desc_rows / sizeof desc_rows[0];
