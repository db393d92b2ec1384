/*
 * modes.c - two maps at every level (theorem 2). Each level gives its child a map_p and a map_np
 * that lead to different memory, both full of this same program but for the tags; the lowest looks
 * at which memory each kind of access reaches. Boot argument levels=N (default 3).
 *
 * An access of U must go through the map_np of every level, one of S or M through the map_p of
 * every level. What lies where a mixed path would lead is told by its tag: DECOY.
 *
 *   a level's RAM:  program | ... | P: half of the rest | NP: the other half
 *
 * The NP half is seen by U only through the level's own map_np: it is filled by stores with MPRV,
 * the P half by plain stores; what each filling leaves in the other's half are the decoys.
 */
#include "fdt.h"
#include "lib.h"

#define PAGE 4096
#define WORK 0x40000 /* from RAM base: what a level needs for itself */
#define TAG  0x3f000 /* from RAM base: a page that says whose memory this is */

enum { TAG_P = 0x50, TAG_NP = 0x4e50, DECOY = 0xdec0 };

uint64_t user_call(uint64_t (*f)(uint64_t), uint64_t arg);

static struct frond_desc child __attribute__((aligned(4096)));
static struct frond_range map[2][2] __attribute__((aligned(4096)));
static uint64_t pages[3][512] __attribute__((aligned(4096)));
static unsigned failed;

static void want(const char *what, uint64_t got, uint64_t expected) {
    if (got == expected)
        return;
    print("modes: %s reaches %lx, not %lx\n", what, got, expected);
    failed++;
}

/* All accesses of U-mode until user_view(false): loads and stores only. */
static void user_view(bool on) {
    uint64_t mprv = MSTATUS_MPRV;

    csr_clear("mstatus", MSTATUS_MPP);
    if (on)
        __asm__ volatile("csrs mstatus, %0" ::"r"(mprv) : "memory");
    else
        __asm__ volatile("csrc mstatus, %0" ::"r"(mprv) : "memory");
}

/* What is copied into a half: the program, a device tree, a tag. In one view at a time. */
static uint64_t buffer[0x1000];

/* Source and destination may be seen through different maps: by way of registers. */
static void put(uint64_t to, uint64_t from, uint64_t size, bool user) {
    for (uint64_t i = 0; i < size; i += 8) {
        uint64_t v = read64(from + i);

        if (user)
            user_view(true);
        write64(to + i, v);
        if (user)
            user_view(false);
    }
}

static void fill(uint64_t half, uint64_t ram, bool user) {
    uint64_t tag = user ? TAG_NP : TAG_P;

    put(half, FROND_RAM_BASE, (uint64_t)(uintptr_t)bss_start - FROND_RAM_BASE, user);
    put(half + ram - 0x8000, (uint64_t)(uintptr_t)buffer, sizeof buffer, user);
    put(half + TAG, (uint64_t)(uintptr_t)&tag, 8, user);
}

/* ---- The lowest ------------------------------------------------------------------------------ */

static uint64_t load(uint64_t a) { return read64(a); }

static uint64_t misaligned(uint64_t a) {
    uint32_t v;

    __asm__ volatile("lw %0, 1(%1)" : "=r"(v) : "r"(a) : "memory");
    return v;
}

static uint64_t swap(uint64_t a) {
    uint64_t old;

    __asm__ volatile("amoadd.d %0, zero, (%1)" : "=r"(old) : "r"(a) : "memory");
    return old;
}

/* Page tables of the P memory: U reaches RAM through them, at 0x40000000 higher; the NP memory holds
 * zeros in their place. */
static void tables(void) {
    csr_write("satp", 0);
    memset(pages, 0, sizeof pages);
    pages[0][2] = (FROND_RAM_BASE >> 12) << 10 | 0xdf; /* where it is, U */
    pages[0][3] = (FROND_RAM_BASE >> 12) << 10 | 0xdf;
    csr_write("satp", (uint64_t)8 << 60 | (uint64_t)(uintptr_t)pages >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static int look(void) {
    uint64_t tag = FROND_RAM_BASE + TAG, v;

    want("a load of M", load(tag), TAG_P);
    want("an atomic of M", swap(tag), TAG_P);
    user_view(true);
    v = load(tag);
    user_view(false);
    want("a load of M with MPRV as U", v, TAG_NP);
    csr_set("mstatus", 1 << 11);
    csr_set("mstatus", (uint64_t)MSTATUS_MPRV);
    v = load(tag);
    csr_clear("mstatus", (uint64_t)MSTATUS_MPRV);
    want("a load of M with MPRV as S", v, TAG_P);
    want("a load of U", user_call(load, tag), TAG_NP);
    want("a misaligned load of U", user_call(misaligned, tag), TAG_NP >> 8);
    want("an atomic of U", user_call(swap, tag), TAG_NP);
    tables();
    want("a load of U by page tables of S", user_call(load, tag + 0x40000000), TAG_NP);
    csr_write("satp", 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    print("modes: %s\n", failed ? "failed" : "each access where it belongs");
    return failed != 0;
}

/* ---- A level that has a child ---------------------------------------------------------------- */

static void number(char *to, uint64_t n) {
    to[0] = (char)('0' + n);
    to[1] = 0;
}

static void build(const void *tree, uint64_t levels) {
    static char args[] = "levels=0";
    uint64_t have = tree_u64(tree_find(tree, "/memory", "reg"), 1);
    uint64_t ram = (have - 2 * WORK) / 2 & ~(uint64_t)(PAGE - 1);
    uint64_t half_p = FROND_RAM_BASE + WORK, half_np = half_p + ram, decoy = DECOY;
    struct fdt_machine m = {.ram_size = ram, .uart = console_there(), .bootargs = args};

    if (have < 4 * WORK || (uint64_t)(uintptr_t)program_end > FROND_RAM_BASE + TAG)
        finish(3);
    number(args + 7, levels - 1);
    fdt_write(buffer, sizeof buffer, &m);
    put(half_np + TAG, (uint64_t)(uintptr_t)&decoy, 8, false);
    put(half_p + TAG, (uint64_t)(uintptr_t)&decoy, 8, true);
    fill(half_np, ram, true);
    fill(half_p, ram, false);
    for (int np = 0; np < 2; np++) {
        map[np][0] =
            (struct frond_range){FROND_UART_BASE, PAGE, FROND_UART_BASE, FROND_R | FROND_W};
        map[np][1] = (struct frond_range){FROND_RAM_BASE, ram, np ? half_np : half_p,
                                          FROND_R | FROND_W | FROND_X};
    }
    child.magic = FROND_MAGIC;
    child.version = FROND_ABI_VERSION;
    child.label = child.uid = 1;
    child.budget = UINT64_MAX;
    child.map_p = (struct frond_map){(uint64_t)(uintptr_t)map[0], 2};
    child.map_np = (struct frond_map){(uint64_t)(uintptr_t)map[1], 2};
    child.pc = FROND_RAM_BASE;
    child.x[11] = FROND_RAM_BASE + ram - 0x8000;
}

static int run(void) {
    for (;;) {
        __asm__ volatile("sd %0, 8(%1)" ::"r"(&child), "r"((uint64_t)FROND_CTL_BASE) : "memory");
        if (read64(FROND_CTL_BASE + FROND_CTL_STATUS) != FROND_ST_OK)
            return 4;
        switch (child.exit.reason) {
        case FROND_EXIT_HALT: return (int)child.exit.value;
        case FROND_EXIT_FAULT:
            print("modes: fault kind %u at %lx\n", child.exit.kind, child.exit.addr);
            return 5;
        default: print("modes: reason %u\n", child.exit.reason); return 6;
        }
    }
}

int main(uint64_t hart, const void *tree) {
    uint64_t levels = bootarg(tree, "levels", 3);

    (void)hart;
    csr_write("pmpaddr0", UINT64_MAX >> 10);
    csr_write("pmpcfg0", 0x1f);
    if (levels == 0)
        return look();
    build(tree, levels);
    return run();
}
