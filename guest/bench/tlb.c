/*
 * tlb.c - a load that misses any small TLB at each access: a walk over pages in an order without
 * locality, in S-mode behind Sv39 tables, every page mapped on its own.
 *
 * Boot arguments rounds=N (default 100), pages=N (default 4096: 16 MiB, and 4 MiB more are needed).
 */
#include "lib.h"

enum { MOST = 16384 };

static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t leaf[MOST / 512][512] __attribute__((aligned(4096)));
static uint64_t rounds, pages, sum;

#define AREA 0x40000000 /* virtual: the pages in a row */

static uint64_t pte(uint64_t at, uint64_t flags) { return at >> 12 << 10 | flags | 1; }

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

static void work(void) {
    uint64_t page = 0;

    for (uint64_t r = 0; r < rounds; r++) {
        for (uint64_t i = 0; i < pages; i++) {
            page = (page * 5 + 1) % pages; /* all of them, if `pages` is a power of two */
            sum += read64(AREA + page * 4096 + (page & 63) * 64) + i;
        }
    }
    __asm__ volatile("ecall");
}

void trap(struct trap *t) {
    if (t->cause != 9)
        print("tlb: trap %lx at %lx\n", t->cause, t->pc);
    print("tlb rounds %lu pages %lu checksum %016lx\n", rounds, pages, sum);
    finish(t->cause != 9);
}

int main(uint64_t hart, const void *tree) {
    uint64_t first = (at(program_end) + 4095) & ~(uint64_t)4095;

    rounds = bootarg(tree, "rounds", 100) + hart;
    pages = bootarg(tree, "pages", 4096);
    if (pages > MOST)
        return 1;
    root[2] = pte(FROND_RAM_BASE, 0xce);
    root[AREA >> 30] = pte(at(middle), 0);
    for (uint64_t i = 0; i < pages; i++) {
        middle[i / 512] = pte(at(leaf[i / 512]), 0);
        leaf[i / 512][i % 512] = pte(first + i * 4096, 0xc6);
        write64(first + i * 4096 + (i & 63) * 64, i * i);
    }
    csr_write("pmpaddr0", UINT64_MAX >> 10);
    csr_write("pmpcfg0", 0x1f);
    csr_write("satp", (uint64_t)8 << 60 | at(root) >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
    csr_clear("mstatus", MSTATUS_MPP);
    csr_set("mstatus", 1 << 11);
    csr_write("mscratch", at(stack_end) - 8192);
    __asm__ volatile("csrw mepc, %0\n\tmret" ::"r"(work));
    __builtin_unreachable();
}
