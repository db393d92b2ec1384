/*
 * hashme_paging.c - a small S-mode kernel with Sv39 for one user program (hashme_user.S).
 *
 * The kernel sees RAM where it is, through one gigapage; the user's data appears page by page as it
 * is touched, with A and D clear, so that the walker sets them. stimecmp ticks all the while, and
 * M-mode's timer above it.
 */
#include "hashme.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };
enum { FRAMES = 64, USER_PAGES = 48 };

#define USER_CODE   0x00400000
#define USER_DATA   0x10000000
#define KERNEL_TEST 0xc0000000 /* pages of the kernel's own, for SUM and MXR */
#define STCE        ((uint64_t)1 << 63)
#define STIMECMP    "0x14d"
#define MENVCFG     "0x30a"

extern char user_start[], user_end[];
void kernel_call(void (*kernel)(void), void *stack);
extern void kernel_return(void);
uint64_t kernel_sp;

static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t table[6][512] __attribute__((aligned(4096)));
static uint8_t frame[FRAMES][4096] __attribute__((aligned(4096)));
static uint8_t stack[8192] __attribute__((aligned(16)));
static unsigned tables, frames;
static volatile uint64_t sticks, skipped, filled, kernel_faults;
static uint64_t the_round;

static uint64_t address(const void *p) { return (uint64_t)(uintptr_t)p; }

static uint64_t pte(const void *page, uint64_t flags) {
    return address(page) >> 12 << 10 | flags | V;
}

static uint64_t *next_table(uint64_t *entry) {
    if ((*entry & V) == 0) {
        memset(table[tables], 0, 4096);
        *entry = pte(table[tables++], 0);
    }
    return (uint64_t *)(uintptr_t)(*entry >> 10 << 12);
}

/* The leaf entry of a virtual address. */
static uint64_t *leaf(uint64_t va) {
    uint64_t *l1 = next_table(&root[va >> 30 & 511]);

    return &next_table(&l1[va >> 21 & 511])[va >> 12 & 511];
}

static uint8_t *new_frame(void) {
    memset(frame[frames], 0, 4096);
    return frame[frames++];
}

static void sfence(void) { __asm__ volatile("sfence.vma" ::: "memory"); }

/* ---- S-mode ---------------------------------------------------------------------------------- */

static void done(void) {
    for (unsigned i = 0; i < USER_PAGES; i++)
        mix(*leaf(USER_DATA + 4096 * (uint64_t)i) & 0xff); /* A and D as the walker left them */
    mix(*leaf(USER_CODE) & 0xff);
    mix(skipped);
    mix(filled);
    mix(kernel_faults);
    mix(sticks >= 3);
    note(sticks);
    csr_clear("sie", MIE_STIE);
    csr_write("satp", 0);
    sfence();
    __asm__ volatile("ecall");
}

static void call(struct trap *t) {
    t->pc += 4;
    switch (t->x[17]) {
    case 0: done(); break;
    case 1: mix(t->x[10]); break;
    default: t->x[10] = sticks; note(t->pc);
    }
}

static void page_fault(struct trap *t) {
    uint64_t va = t->value;

    if (va - USER_DATA < USER_PAGES * 4096 && (*leaf(va) & V) == 0) {
        *leaf(va) = pte(new_frame(), R | W | X | U);
        filled++;
        mix(t->cause);
        sfence();
        return;
    }
    kernel_faults++;
    mix(t->cause);
    mix(va);
    t->pc += (*(const uint16_t *)(uintptr_t)t->pc & 3) == 3 ? 4 : 2;
}

void strap(struct trap *t) {
    note(t->cause ^ t->pc);
    if (t->cause == (INTERRUPT | 5)) {
        sticks++;
        csr_write(STIMECMP, csr_read("time") + 30);
    } else if (t->cause == 8) {
        call(t);
    } else if (t->cause == 12 || t->cause == 13 || t->cause == 15) {
        page_fault(t);
    } else if (t->cause == 2 || t->cause == 3) {
        skipped++;
        mix(t->cause);
        t->pc += t->cause == 3 ? 2 : 4; /* the only c.ebreak of the program */
    } else {
        print("hashme: S-mode trap %lx at %lx\n", t->cause, t->pc);
        finish(4);
    }
}

static uint64_t load(uint64_t va) {
    uint64_t v = 0x6f;

    __asm__ volatile("ld %0, (%1)" : "+r"(v) : "r"(va) : "memory");
    return v;
}

/* Who may read what: the user's page with and without SUM, code without R with and without MXR. */
static void looks(void) {
    *leaf(KERNEL_TEST) = pte(new_frame(), X);
    memcpy(frame[frames - 1], user_start, 64);
    sfence();
    mix(load(KERNEL_TEST));
    csr_set("sstatus", (uint64_t)1 << 19);
    mix(load(KERNEL_TEST));
    csr_clear("sstatus", (uint64_t)1 << 19);
    mix(load(USER_CODE));
    csr_set("sstatus", (uint64_t)MSTATUS_SUM);
    mix(load(USER_CODE));
    csr_clear("sstatus", (uint64_t)MSTATUS_SUM);
    mix(load(0x4000000000)); /* beyond Sv39's sign */
    __asm__ volatile("sd zero, (%0)" ::"r"((uint64_t)KERNEL_TEST) : "memory");
}

static void kernel(void) {
    csr_write("stvec", address((void *)(uintptr_t)strap_entry));
    csr_write("sscratch", 0);
    csr_write("satp", (uint64_t)8 << 60 | address(root) >> 12);
    sfence();
    looks();
    csr_write(STIMECMP, csr_read("time") + 30);
    csr_set("sie", MIE_STIE);
    csr_write("sscratch", address(stack + sizeof stack));
    csr_write("sepc", USER_CODE);
    csr_clear("sstatus", 1 << 8 | 1 << 5);
    __asm__ volatile("mv a0, %0\n\tsret" ::"r"(the_round) : "a0");
    __builtin_unreachable();
}

/* ---- M-mode ---------------------------------------------------------------------------------- */

void paging_done(struct trap *t) {
    t->pc = address((void *)(uintptr_t)kernel_return);
    t->x[2] = kernel_sp;
    t->status |= MSTATUS_MPP;
}

void paging_work(uint64_t round) {
    memset(root, 0, sizeof root);
    tables = frames = 0;
    sticks = skipped = filled = kernel_faults = 0;
    the_round = round;
    root[2] = pte((void *)(uintptr_t)FROND_RAM_BASE, R | W | X | A | D);
    *leaf(USER_CODE) = pte(new_frame(), R | X | U);
    memcpy(frame[0], user_start, (size_t)(user_end - user_start));
    csr_write("medeleg", 1 << 2 | 1 << 3 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15);
    csr_write("mideleg", MIE_SSIE | MIE_STIE);
    csr_write(STIMECMP, ~(uint64_t)0);
    csr_write(MENVCFG, STCE);
    timer_on(47);
    kernel_call(kernel, stack + sizeof stack);
    timer_off();
    csr_write("mscratch", 0);
    csr_write("medeleg", 0);
    csr_write("mideleg", 0);
    mix(csr_read("sepc") - USER_CODE);
}
