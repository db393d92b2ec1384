/*
 * kernel.c - memory as its tables have it, every page on its own:
 *
 *   0x80000000   program and pool, as they lie, for S-mode
 *   0xc0000000   the same for U-mode: programs run here
 *   WINDOW       nothing at first; a frame of the pool for each page that is touched
 */
#include "kernel.h"
#include "work.h"

enum { READ = 2, WRITE = 4, EXECUTE = 8, USER = 16, USED = 0xc0, TABLES = 40 };

#define ALIAS       0x40000000
#define SV39        ((uint64_t)8 << 60)
#define MSTATUS_MPS (1 << 11)
#define SSTATUS_SPP (1 << 8)

typedef uint64_t table[512] __attribute__((aligned(4096)));

static table root, middle[3], leaf[TABLES], leaf_user[TABLES], leaf_window[WINDOW_PAGES / 512];
static char low_stack[65536] __attribute__((aligned(16))); /* of S-mode */
static char user_stack[4096] __attribute__((aligned(16)));
static char trap_stack[8192] __attribute__((aligned(16))); /* of traps from U-mode */
static uint8_t *frames;                                    /* the window's, in the pool */
static uint64_t in_use, calls;

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

static uint64_t pte(uint64_t to, uint64_t flags) { return to >> 12 << 10 | flags | 1; }

uint8_t *kernel_init(void) {
    uint64_t all = READ | WRITE | EXECUTE | USED;

    root[2] = pte(at(middle[0]), 0);
    root[3] = pte(at(middle[1]), 0);
    root[WINDOW >> 30] = pte(at(middle[2]), 0);
    for (uint64_t i = 0; i < TABLES; i++) {
        middle[0][i] = pte(at(leaf[i]), 0);
        middle[1][i] = pte(at(leaf_user[i]), 0);
    }
    for (uint64_t i = 0; i < TABLES * 512; i++) {
        leaf[i / 512][i % 512] = pte(FROND_RAM_BASE + i * 4096, all);
        leaf_user[i / 512][i % 512] = pte(FROND_RAM_BASE + i * 4096, all | USER);
    }
    for (uint64_t i = 0; i < WINDOW_PAGES / 512; i++)
        middle[2][i] = pte(at(leaf_window[i]), 0);
    frames = (uint8_t *)(at(program_end + 4095) & ~(uint64_t)4095);
    return frames;
}

static void paging_on(void) {
    csr_write("satp", SV39 | at(root) >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

_Noreturn void enter_supervisor(void (*start)(void)) {
    paging_on();
    csr_write("stvec", at(strap_entry));
    csr_write("sscratch", 0);
    csr_write("mscratch", at(trap_stack + sizeof trap_stack));
    csr_clear("mstatus", MSTATUS_MPP);
    csr_set("mstatus", MSTATUS_MPS);
    csr_write("mepc", at(start));
    __asm__ volatile("mv sp, %0\n\tmret" ::"r"(low_stack + sizeof low_stack) : "memory");
    __builtin_unreachable();
}

#define IN_USER(back, u, n)                                                                        \
    {                                                                                              \
        register uint64_t user_n __asm__("a0") = (n);                                              \
        __asm__ volatile("mv sp, %0\n\t" back ::"r"(at(user_stack + sizeof user_stack) + ALIAS),   \
                         "r"(user_n)                                                               \
                         : "memory");                                                              \
        __builtin_unreachable();                                                                   \
    }

_Noreturn void enter_user_from_m(const struct user *u, uint64_t n) {
    paging_on();
    csr_write("mscratch", at(trap_stack + sizeof trap_stack));
    csr_clear("mstatus", MSTATUS_MPP);
    csr_write("mepc", at((const void *)u->run) + ALIAS);
    IN_USER("mret", u, n)
}

_Noreturn void enter_user_from_s(const struct user *u, uint64_t n) {
    csr_write("sscratch", at(trap_stack + sizeof trap_stack));
    csr_clear("sstatus", SSTATUS_SPP);
    csr_write("sepc", at((const void *)u->run) + ALIAS);
    IN_USER("sret", u, n)
}

static void window_drop(void) {
    for (uint64_t i = 0; i < WINDOW_PAGES; i++)
        leaf_window[i / 512][i % 512] = 0;
    in_use = 0;
    __asm__ volatile("sfence.vma" ::: "memory");
}

bool kernel_call(struct trap *t, uint64_t *sum) {
    t->pc += 4;
    switch (t->x[17]) {
    case CALL_MIX: t->x[10] = t->x[10] * 3 + ++calls; return false;
    case CALL_DROP: window_drop(); return false;
    default: *sum = t->x[10]; return true;
    }
}

bool kernel_fault(uint64_t where) {
    uint64_t page = (where - WINDOW) / 4096, frame;

    if (where < WINDOW || page >= WINDOW_PAGES || in_use >= WINDOW_PAGES)
        return false;
    frame = at(frames) + 4096 * in_use++;
    write64(frame, page * 5 ^ in_use);
    leaf_window[page / 512][page % 512] = pte(frame, READ | WRITE | USER | USED);
    __asm__ volatile("sfence.vma %0, zero" ::"r"(where) : "memory");
    return true;
}
