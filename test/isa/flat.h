/*
 * flat.h - the decoder and the loop alone, over flat memory: no privilege, no translation.
 *
 * flat.c stands in for mmu.c, csr.c and trap.c. It is as nasty as they can be: by `shake` it hands
 * out few TLB entries, drops them and all code at random, and runs in budgets of a few steps.
 */
#ifndef FROND_TEST_ISA_FLAT_H
#define FROND_TEST_ISA_FLAT_H

#include "../../jit/jit.h"
#include "../../riscv/riscv_priv.h"

enum { FLAT_SIZE = 32 << 20, FLAT_REGION = 256 << 10 };
#define FLAT_BASE UINT64_C(0x10000000)

struct flat {
    struct hart hart; /* first: the stubs are handed it */
    struct frond_desc desc;
    struct jit_region *region; /* small, so that it is often full */
    struct tlb tlb;
    struct tlb_entry entry[TLB_LEAST];
    uint64_t pa[TLB_LEAST];
    uint8_t *watched; /* by page */
    uint64_t random;  /* 0: no shake */
    bool ended;       /* by ecall or a trap */
    unsigned cause;   /* of the trap, or FLAT_ECALL */
    uint64_t tval, steps;
    size_t held; /* bytes of decoded code */
};
enum { FLAT_ECALL = 8, FLAT_FETCH = 1, FLAT_LOAD = 5, FLAT_STORE = 7 };

/* translate: each block from its first entry on. */
struct flat *flat_new(bool translate);
void flat_free(struct flat *m);
/* All registers 0, all derived state dropped; memory stays. */
void flat_reset(struct flat *m, uint64_t pc, uint64_t shake);
uint8_t *flat_at(struct flat *m, uint64_t va);
/* Until ecall or a trap, or for `steps`. */
void flat_run(struct flat *m, uint64_t steps);

uint64_t flat_random(uint64_t *state);

#endif
