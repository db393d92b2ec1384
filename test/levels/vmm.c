/*
 * vmm.c - a VMM that does what it is told: orders from memory, a log to memory (orders.h).
 *
 * The same program serves at every level. A trap of its own skips the instruction that made it and
 * is written into the record of the order under way; an interrupt is noted and switched off.
 */
#include "orders.h"
#include "lib.h"

static const struct vmm_order *const orders =
    (const struct vmm_order *)(FROND_RAM_BASE + VMM_ORDERS);
static struct vmm_log *const events = (struct vmm_log *)(FROND_RAM_BASE + VMM_LOG);
static struct vmm_record spare;
static struct vmm_record *record = &spare;

void trap(struct trap *t) {
    record->trap = t->cause + 1;
    record->tval = t->value;
    record->epc = t->pc;
    if (t->cause & INTERRUPT)
        csr_write("mie", 0);
    else
        t->pc += 4; /* only the long form of a store is made to trap */
}

static void begin(uint64_t n) {
    uint64_t i = events->count++;

    record = &events->at[i < VMM_LOGS ? i : VMM_LOGS - 1];
    record->order = n;
    record->trap = 0;
    record->time = csr_read("mcycle");
    record->retired = csr_read("minstret");
}

static void enter(const struct vmm_order *o) {
    register uint64_t desc __asm__("a0") = o->a;
    register uint64_t ctl __asm__("a1") = FROND_CTL_BASE;
    uint64_t after;

    csr_set("mstatus", o->b);
    if (o->c & VMM_SHORT)
        __asm__ volatile("c.sd %1, 8(%2)\ncsrr %0, mcycle"
                         : "=&r"(after)
                         : "r"(desc), "r"(ctl)
                         : "memory");
    else
        __asm__ volatile(".option push\n.option norvc\nsd %1, 8(%2)\ncsrr %0, mcycle\n"
                         "csrc mstatus, %3\n.option pop"
                         : "=&r"(after)
                         : "r"(desc), "r"(ctl), "r"(o->b)
                         : "memory");
    record->after = after;
    events->enters++;
    record->value = read64(FROND_CTL_BASE + FROND_CTL_STATUS);
    record->who = read64(FROND_CTL_BASE + FROND_CTL_WHO);
    if ((o->c & VMM_BLIND) == 0)
        memcpy(&record->d, (const void *)o->a, sizeof record->d);
}

static uint64_t get(uint64_t a, uint64_t width) {
    return width == 1 ? read8(a) : width == 4 ? read32(a) : read64(a);
}

static void put(uint64_t a, uint64_t v, uint64_t width) {
    if (width == 1)
        write8(a, (uint8_t)v);
    else if (width == 4)
        write32(a, (uint32_t)v);
    else
        write64(a, v);
}

/* The CSRs that rows set. */
static void set_csr(uint64_t number, uint64_t v) {
    switch (number) {
    case 0x300: csr_write("mstatus", v); break;
    case 0x304: csr_write("mie", v); break;
    case 0x180: csr_write("satp", v); break;
    case 0x14d: csr_write("stimecmp", v); break;
    case 0x30a: csr_write("menvcfg", v); break;
    case 0x3a0: csr_write("pmpcfg0", v); break;
    case 0x3b0: csr_write("pmpaddr0", v); break;
    case 0x3b1: csr_write("pmpaddr1", v); break;
    case 0x3b2: csr_write("pmpaddr2", v); break;
    default: finish(254);
    }
}

static void spin(uint64_t n) {
    for (volatile uint64_t i = 0; i < n / 4; i++)
        continue;
}

static _Noreturn void end(uint64_t code, const struct frond_access *last) {
    if (code == UINT64_MAX)
        code = last->reason == FROND_EXIT_HALT ? last->value : 255;
    finish((int)code);
}

int main(uint64_t hart, const void *tree) {
    struct frond_desc *child = (struct frond_desc *)(FROND_RAM_BASE + VMM_DESC);

    (void)hart, (void)tree;
    for (uint64_t n = 0;; n++) {
        const struct vmm_order *o = &orders[n];
        switch (o->op) {
        case VMM_END: end(o->a, &child->exit);
        case VMM_ENTER:
            begin(n);
            enter(o);
            if ((o->c & VMM_BLIND) == 0)
                child = (struct frond_desc *)o->a;
            break;
        case VMM_PUT: put(o->a, o->b, o->c); break;
        case VMM_GET:
            begin(n);
            record->value = get(o->a, o->c);
            break;
        case VMM_COPY: memcpy((void *)o->a, (const void *)o->b, o->c); break;
        case VMM_FILL: memset((void *)o->a, (int)o->b, o->c); break;
        case VMM_CSR: set_csr(o->a, o->b); break;
        case VMM_UNTIL:
            if (child->exit.reason != o->b)
                n = o->a - 1;
            break;
        case VMM_WFI:
            begin(n);
            __asm__ volatile("wfi" ::: "memory");
            record->value = csr_read("mip");
            break;
        case VMM_RESET: finish_reset();
        case VMM_ADD: write64(o->a, read64(o->a) + o->b); break;
        case VMM_SPIN: spin(o->a); break;
        case VMM_IDLE:
            if (child->exit.reason == FROND_EXIT_IDLE && child->deadline != UINT64_MAX)
                child->clock = child->deadline;
            break;
        default: finish(253);
        }
    }
}
