/*
 * uvmm.c - the VMM as any other process: a kernel that pages, and a user process that is a VMM
 * (uvmm_process.S), whose child runs hashme.
 *
 * The process's pages, the child's memory, descriptor and tables among them, lie in a few frames
 * at a time (boot argument frames=N, default 12); what the child touches and the process has not
 * got is a page fault of the process at its ENTER store. A timer of the kernel's interrupts all
 * this. With fewer frames than one access of the child needs at once it makes no progress. Needs 4
 * MiB.
 */
#include "fdt.h"
#include "lib.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };
enum { PAGES = 260, MOST = 128, CODE_PAGE = 0, DESC_PAGE = 1, MAP_PAGE = 2, RAM_PAGE = 4 };

#define PAGE      ((uint64_t)4096)
#define CODE      0x10000000 /* virtual: page 0 of the process */
#define DESC      0x10100000 /* virtual: the other pages, from page 1 */
#define CHILD_RAM ((PAGES - RAM_PAGE) * PAGE)

extern char process_start[], process_end[], hashme_image[], hashme_image_end[];

static uint8_t home[PAGES][4096] __attribute__((aligned(4096)));
static uint8_t frame[MOST][4096] __attribute__((aligned(4096)));
static uint64_t owner[MOST]; /* page + 1 that is in a frame; 0: none */
static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t table[4][512] __attribute__((aligned(4096)));
static uint64_t frames, hand, faults[16], ticks;

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

/* The page-table entry of a virtual address; tables are made as they are needed. */
static uint64_t *entry(uint64_t va) {
    static unsigned tables;
    uint64_t *t = root;

    for (unsigned shift = 30; shift > 12; shift -= 9) {
        uint64_t *e = &t[va >> shift & 511];

        if ((*e & V) == 0)
            *e = at(table[tables++]) >> 12 << 10 | V;
        t = (uint64_t *)(uintptr_t)(*e >> 10 << 12);
    }
    return &t[va >> 12 & 511];
}

static uint64_t address(uint64_t page) {
    return page == CODE_PAGE ? CODE : DESC + (page - 1) * PAGE;
}

/* The process's page at a virtual address, or -1. */
static int64_t page_at(uint64_t va) {
    if (va - CODE < PAGE)
        return CODE_PAGE;
    return va - DESC < (PAGES - 1) * PAGE ? (int64_t)((va - DESC) / PAGE + 1) : -1;
}

static void bring(uint64_t page) {
    uint64_t f = hand;

    hand = (hand + 1) % frames;
    if (owner[f] != 0) {
        memcpy(home[owner[f] - 1], frame[f], PAGE);
        *entry(address(owner[f] - 1)) = 0;
    }
    memcpy(frame[f], home[page], PAGE);
    owner[f] = page + 1;
    *entry(address(page)) =
        at(frame[f]) >> 12 << 10 | V | R | W | X | U; /* A and D: the walker's */
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void call(struct trap *t) {
    t->pc += 4;
    if (t->x[17] == 1) {
        uart_put((char)t->x[10]);
        return;
    }
    print("uvmm: code %lu, enters %s, faults %s, ticks %s\n", t->x[10],
          t->x[11] > 100 ? "many" : "few", faults[13] > 100 && faults[15] > 50 ? "many" : "few",
          ticks > 50 ? "many" : "few");
    finish((int)t->x[10]);
}

void trap(struct trap *t) {
    int64_t page;

    if (t->cause == (INTERRUPT | 7)) {
        ticks++;
        write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + 100);
        return;
    }
    if (t->cause == 8) {
        call(t);
        return;
    }
    page = page_at(t->value);
    if ((t->cause != 12 && t->cause != 13 && t->cause != 15) || page < 0) {
        print("uvmm: trap %lx value %lx at %lx\n", t->cause, t->value, t->pc);
        finish(2);
    }
    faults[t->cause]++;
    bring((uint64_t)page);
}

/* What the process finds in its pages: its program, and a child ready to run. */
static void load(void) {
    struct frond_desc *d = (struct frond_desc *)(void *)home[DESC_PAGE];
    struct frond_range *map = (struct frond_range *)(void *)home[MAP_PAGE];
    struct fdt_machine m = {.ram_size = CHILD_RAM, .uart = true, .bootargs = "rounds=1"};
    uint64_t tree = CHILD_RAM - 0x4000;

    memcpy(home[CODE_PAGE], process_start, (size_t)(process_end - process_start));
    memcpy(home[RAM_PAGE], hashme_image, (size_t)(hashme_image_end - hashme_image));
    fdt_write(home[RAM_PAGE] + tree, 0x4000, &m);
    map[0] = (struct frond_range){FROND_RAM_BASE, CHILD_RAM, address(RAM_PAGE),
                                  FROND_R | FROND_W | FROND_X};
    d->magic = FROND_MAGIC;
    d->version = FROND_ABI_VERSION;
    d->label = d->uid = 1;
    d->budget = UINT64_MAX;
    d->map_p = d->map_np = (struct frond_map){address(MAP_PAGE), 1};
    d->pc = FROND_RAM_BASE;
    d->x[11] = FROND_RAM_BASE + tree;
}

int main(uint64_t hart, const void *tree) {
    frames = bootarg(tree, "frames", 12) + hart;
    if (frames > MOST)
        return 1;
    load();
    *entry(FROND_CTL_BASE) = (uint64_t)FROND_CTL_BASE >> 12 << 10 | V | R | W | U | A | D;
    csr_write("pmpaddr0", UINT64_MAX >> 10);
    csr_write("pmpcfg0", 0x1f);
    csr_write("satp", (uint64_t)8 << 60 | at(root) >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + 100);
    csr_set("mie", MIE_MTIE);
    csr_clear("mstatus", MSTATUS_MPP);
    csr_write("mscratch", at(stack_end) - 4096);
    __asm__ volatile("csrw mepc, %0\n\tmret" ::"r"((uint64_t)CODE));
    __builtin_unreachable();
}
