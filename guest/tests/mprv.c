/*
 * mprv.c - every load, store and atomic under mstatus.MPRV, as S-mode sees memory: what it loads and what it leaves.
 *
 * Each row of mprv_rows is run at each place: aligned, misaligned, across a page, on a page that is not there, and on
 * a device, right behind and before RAM. A line a row: the register or the trap, and a hash of the two pages that the access may touch.
 */
#include "lib.h"

enum { MIDDLE = 0x80, ACROSS = 0xffd, PAGES = 2 * FROND_PAGE_SIZE };
#define SWAPPED ((uint64_t)3 << 30)

struct mprv_row {
    uint64_t (*run)(uint64_t address, uint64_t value, uint64_t mprv);
    const char *name;
};
extern const struct mprv_row mprv_rows[];

static uint8_t cell[PAGES] __attribute__((aligned(4096)));
static uint8_t stack[4096] __attribute__((aligned(16)));
static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t low[512] __attribute__((aligned(4096)));
static uint64_t trapped; /* cause and value of the last trap */

void trap(struct trap *t) {
    trapped = t->cause << 48 ^ t->value;
    t->pc += (*(const uint16_t *)(uintptr_t)t->pc & 3) == 3 ? 4 : 2;
}

static uint64_t hash(void) {
    uint64_t sum = 0;

    for (unsigned i = 0; i < PAGES; i++)
        sum = (sum ^ cell[i]) * 0x100000001b3;
    return sum;
}

/* Gigapages: RAM at 0x80000000 is itself, and once more at 0x40000000 read-only; devices are themselves. And the two pages
 * of the cell in the other order, at SWAPPED. */
static void paging(void) {
    enum { V = 1, R = 2, W = 4, A = 64, D = 128 };
    const uint64_t ram = (uint64_t)FROND_RAM_BASE >> 12 << 10;

    root[0] = V | R | W | A | D;
    root[1] = ram | V | R | A;
    root[2] = ram | V | R | W;
    root[3] = (uint64_t)(uintptr_t)middle >> 12 << 10 | V;
    middle[0] = (uint64_t)(uintptr_t)low >> 12 << 10 | V;
    for (unsigned i = 0; i < 2; i++)
        low[i] = (uint64_t)(uintptr_t)(cell + (1 - i) * FROND_PAGE_SIZE) >> 12 << 10 | V | R | W;
    csr_write("satp", (uint64_t)8 << 60 | (uint64_t)(uintptr_t)root >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void row(const struct mprv_row *r, const char *where, uint64_t address, uint64_t value) {
    uint64_t got;

    for (unsigned i = 0; i < PAGES; i++)
        cell[i] = (uint8_t)(i * 37 + (i >> 8));
    trapped = 0;
    csr_clear("mstatus", MSTATUS_MPP);
    csr_set("mstatus", (uint64_t)1 << 11);
    csr_write("mscratch", (uint64_t)(uintptr_t)(stack + sizeof stack)); /* sp may be anything */
    got = r->run(address, value, MSTATUS_MPRV);
    csr_write("mscratch", 0);
    print("%s %s %lx %lx trap %lx\n", r->name, where, got, hash(), trapped);
}

int main(uint64_t hart, const void *tree) {
    const uint64_t at = (uint64_t)(uintptr_t)cell;
    const struct tree_prop ram = tree_find(tree, "/memory", "reg");

    csr_write("pmpaddr0", ~hart);
    csr_write("pmpcfg0", 0x1f);
    csr_set("mstatus", MSTATUS_FS);
    paging();
    for (const struct mprv_row *r = mprv_rows; r->run != NULL; r++) {
        row(r, "aligned", at + MIDDLE, 0x8877665544332211);
        row(r, "negative", at + MIDDLE, (uint64_t)-2);
        row(r, "odd", at + MIDDLE + 1, 0x8877665544332211);
        row(r, "across", at + ACROSS, 0x8877665544332211);
        row(r, "readonly", at - FROND_RAM_BASE + 0x40000000 + MIDDLE, 0x1122334455667788);
        row(r, "nowhere", (uint64_t)7 << 30, 1);
        row(r, "hole", 0x08000000, 1);
        row(r, "clint", FROND_CLINT_BASE + 0x4000, 0x0123456789abcdef);
        row(r, "uart", FROND_UART_BASE + 7, 0x5a);
        row(r, "swapped", SWAPPED + ACROSS, 0x8877665544332211);
        row(r, "finisher", FROND_FINISHER_BASE + 8, 0x1234);
        row(r, "rtc", FROND_RTC_BASE + 0x10, 1);
        row(r, "plic", FROND_PLIC_BASE + 12, 5);
        row(r, "behind", tree_u64(ram, 0) + tree_u64(ram, 1), 1);
        row(r, "before", tree_u64(ram, 0) - 8, 1);
    }
    return 0;
}
