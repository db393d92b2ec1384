/*
 * shadow.c - page tables that change under an S-mode program, with the fences that the architecture asks for and no
 * more: what a translation that is kept, as in a TLB or a shadow table, may not hide. A line a row.
 */
#include "lib.h"

enum { V = 1, R = 2, W = 4, X = 8, A = 64, D = 128, GIGA = 1 << 30, MEGA = 1 << 21 };
enum { WINDOW = 0x40000000, FAR = 0x5000 };

static uint64_t root[2][512] __attribute__((aligned(4096)));
static uint64_t ram[512] __attribute__((aligned(4096))); /* RAM is itself, by 2 MiB */
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t low[512] __attribute__((aligned(4096)));
static volatile uint64_t frame[2][512] __attribute__((aligned(4096)));
static uint64_t stack[1024] __attribute__((aligned(16)));
static volatile uint64_t cause;

void trap(struct trap *t) {
    cause = t->cause;
    t->pc += (*(const uint16_t *)(uintptr_t)t->pc & 3) == 3 ? 4 : 2;
}

static uint64_t leaf(const volatile void *at, uint64_t flags) {
    return (uint64_t)(uintptr_t)at >> 12 << 10 | V | flags;
}

static void fence(uint64_t va) { __asm__ volatile("sfence.vma %0, zero" ::"r"(va) : "memory"); }

static void fence_all(void) { __asm__ volatile("sfence.vma" ::: "memory"); }

/* What is read at va; a fault: 0xf00 and its cause. */
static uint64_t load(uint64_t va) {
    uint64_t v = 0;

    cause = 0;
    __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                     : "+r"(v)
                     : "r"(va)
                     : "memory");
    return cause != 0 ? 0xf00 | cause : v;
}

/* All of the window anew: a page at its start, of frame 0. */
static void begin(uint64_t flags) {
    low[0] = leaf(frame[0], flags);
    middle[0] = leaf(low, 0);
    root[0][1] = leaf(middle, 0);
    fence_all();
}

/* A store sets D, though a load has left a translation. */
static void dirty(void) {
    uint64_t first;

    begin(R | W);
    (void)load(WINDOW);
    first = low[0] & 255;
    write64(WINDOW + 8, 1);
    print("dirty %lx %lx\n", first, low[0] & 255);
}

static void page(void) {
    uint64_t first, gone;

    begin(R | W);
    first = load(WINDOW);
    low[0] = leaf(frame[1], R);
    fence(WINDOW + 8);
    gone = load(WINDOW);
    low[0] = 0;
    fence(WINDOW);
    print("page %lx %lx %lx\n", first, gone, load(WINDOW));
}

/* A page of 2 MiB has one fence, whatever address of it that names. */
static void megapage(void) {
    const uint64_t at = FROND_RAM_BASE + MEGA;
    uint64_t first, second;

    begin(R);
    write64(at, 0x21);
    write64(at + FAR, 0x22);
    write64(at + MEGA, 0x31);
    write64(at + MEGA + FAR, 0x32);
    middle[0] = leaf((void *)(uintptr_t)at, R);
    fence_all();
    first = load(WINDOW);
    second = load(WINDOW + FAR);
    print("megapage %lx %lx", first, second);
    middle[0] = leaf((void *)(uintptr_t)(at + MEGA), R);
    fence(WINDOW + 0x1000);
    print(" %lx %lx\n", load(WINDOW), load(WINDOW + FAR));
}

static void gigapage(void) {
    const uint64_t at = (uint64_t)(uintptr_t)frame[0] - FROND_RAM_BASE + 3 * (uint64_t)GIGA;
    uint64_t first;

    root[0][3] = leaf((void *)(uintptr_t)FROND_RAM_BASE, R);
    fence_all();
    first = load(at);
    root[0][3] = 0;
    fence((uint64_t)3 * GIGA);
    print("gigapage %lx %lx\n", first, load(at));
}

/* Two address spaces in turn. A new satp is seen at once. */
static void spaces(void) {
    const uint64_t mode = (uint64_t)8 << 60;
    uint64_t sum = 0;

    begin(R);
    for (unsigned i = 0; i < 512; i++)
        root[1][i] = root[0][i];
    root[1][1] =
        leaf(root[0], 0); /* its window is a table, itself, whose entries are pages of 2 MiB */
    for (unsigned i = 0; i < 20; i++) {
        csr_write("satp", mode | (uint64_t)(uintptr_t)root[i & 1] >> 12);
        sum = sum * 31 + load(WINDOW);
    }
    csr_write("satp", mode | (uint64_t)(uintptr_t)root[0] >> 12);
    print("spaces %lx\n", sum);
}

static void supervise(void) {
    dirty();
    page();
    megapage();
    gigapage();
    spaces();
    print("end"); /* no line's end: what holds output back must not keep it */
    finish(0);
}

int main(uint64_t hart, const void *tree) {
    (void)tree;
    frame[0][0] = 0x11;
    frame[1][0] = 0x12;
    root[0][0] = leaf(NULL, R | W | A | D);
    root[0][2] = leaf(ram, 0);
    for (uint64_t i = 0; i < 512; i++)
        ram[i] = leaf((void *)(uintptr_t)(FROND_RAM_BASE + i * MEGA), R | W | X | A | D);
    csr_write("pmpaddr0", ~hart);
    csr_write("pmpcfg0", 0x1f);
    csr_write("satp", (uint64_t)8 << 60 | (uint64_t)(uintptr_t)root[0] >> 12);
    csr_write("mscratch", (uint64_t)(uintptr_t)(stack + 1024));
    csr_clear("mstatus", MSTATUS_MPP);
    csr_set("mstatus", (uint64_t)1 << 11);
    csr_write("mepc", (uint64_t)(uintptr_t)supervise);
    __asm__ volatile("mret");
    return 1;
}
