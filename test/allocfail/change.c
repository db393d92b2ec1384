/*
 * change.c - a guest that changes what was derived from: each entry of a range table, and each page-table
 * entry, is used, changed in place, and used again, which must find the new page. Status: 0, or the number
 * of times that it found another.
 */
#include "lib.h"

enum { PAGES = 6, ROUNDS = 3, V = 1, R = 2, A = 64 };
#define VA       ((uint64_t)0x40000000)
#define SV39     ((uint64_t)8 << 60)
#define CHILD_AT ((uint64_t)0x10000) /* of the child's pages; GAP: where it says what it has read */
#define GAP      ((uint64_t)0x90000)

static uint64_t data[2 * PAGES][512] __attribute__((aligned(4096)));
static uint64_t table[2 + PAGES][512] __attribute__((aligned(4096)));
static struct frond_range range[PAGES][128] __attribute__((aligned(4096)));
static struct frond_desc desc[PAGES] __attribute__((aligned(4096)));
/* 1: ld t0, 0(a0); sd t0, 0(a1); j 1b */
static const uint32_t code[1024]
    __attribute__((aligned(4096))) = {0x00053283, 0x0055b023, 0xff9ff06f};

static uint64_t at(const volatile void *p) { return (uint64_t)(uintptr_t)p; }

/* A page of the child's or of the page table is data[2 * i + which]; each holds its own address. */
static uint64_t page(unsigned i, unsigned which) { return at(data[2 * i + which]); }

static void child_new(unsigned i) {
    struct frond_desc *d = &desc[i];

    range[i][0] = (struct frond_range){CHILD_AT, 4096, page(i, 0), FROND_R};
    range[i][1] = (struct frond_range){FROND_RAM_BASE, 4096, at(code), FROND_R | FROND_X};
    *d = (struct frond_desc){
        .magic = FROND_MAGIC, .version = FROND_ABI_VERSION, .label = i + 1, .uid = i + 1};
    d->budget = UINT64_MAX;
    d->map_p = d->map_np = (struct frond_map){at(range[i]), 2};
    d->pc = FROND_RAM_BASE;
    d->x[10] = CHILD_AT;
    d->x[11] = GAP;
}

/* What the child reads, once more. */
static uint64_t child_reads(unsigned i) {
    __asm__ volatile("sd %0, 8(%1)" ::"r"(&desc[i]), "r"((uint64_t)FROND_CTL_BASE) : "memory");
    desc[i].resume = FROND_DONE;
    return desc[i].exit.reason == FROND_EXIT_FAULT ? desc[i].exit.value : 0;
}

static void paging_on(void) {
    table[0][VA >> 30 & 511] = at(table[1]) >> 12 << 10 | V;
    for (unsigned i = 0; i < PAGES; i++)
        table[1][i] = at(table[2 + i]) >> 12 << 10 | V;
    csr_write("pmpaddr0", (1ULL << 54) - 1);
    csr_write("pmpcfg0", 0x1f);
    csr_write("satp", SV39 | at(table[0]) >> 12);
}

static void map(unsigned i, unsigned which) {
    *(volatile uint64_t *)&table[2 + i][0] = page(i, which) >> 12 << 10 | V | R | A;
}

/* A load as by S-mode. */
static uint64_t paged_read(unsigned i) {
    uint64_t value, mpp_s = (uint64_t)1 << 11, mprv = MSTATUS_MPRV;

    csr_clear("mstatus", MSTATUS_MPP);
    csr_set("mstatus", mpp_s);
    __asm__ volatile("csrs mstatus, %1\n ld %0, 0(%2)\n csrc mstatus, %1"
                     : "=&r"(value)
                     : "r"(mprv), "r"(VA + ((uint64_t)i << 21))
                     : "memory");
    return value;
}

int main(uint64_t hart, const void *tree) {
    unsigned wrong = 0;

    (void)hart, (void)tree;
    for (unsigned i = 0; i < 2 * PAGES; i++)
        data[i][0] = at(data[i]);
    for (unsigned i = 0; i < PAGES; i++)
        child_new(i);
    paging_on();
    for (unsigned n = 0; n < 2 * ROUNDS; n++) {
        for (unsigned i = 0; i < PAGES; i++) {
            *(volatile uint64_t *)&range[i][0].target = page(i, n % 2);
            wrong += child_reads(i) != page(i, n % 2);
            map(i, n % 2);
            wrong += paged_read(i) != page(i, n % 2);
        }
    }
    print("change: %u wrong\n", wrong);
    return (int)wrong;
}
