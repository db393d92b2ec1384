/*
 * lockstep.h - what a generated program is made of.
 *
 *   gen.c       writes a node's program from a kind and a seed; node.c its handlers, data and registers
 *   lockstep.c  runs it on the interpreter and on the translator, compares, reduces; the command
 */
#ifndef FROND_TEST_LOCKSTEP_H
#define FROND_TEST_LOCKSTEP_H

#include "frond.h"

/* What a node's first bytes of RAM are; behind them is the memory of its child, which begins the same way.
 *
 *   page 0          handlers of traps, what they save, their tables
 *   pages 1-15      the program
 *   pages 16-31     its data
 *   pages 32-41     two page tables: RAM at its own addresses for S, and 1 GiB higher for U
 *   pages 48, 49    the child's descriptor and map
 */
enum { NODE_PAGE = 4096, NODE_SIZE = 64 * NODE_PAGE };
enum { NODE_FAR = 512 * NODE_PAGE };
enum { NODE_CHILD = 48 * NODE_PAGE, NODE_CHILD_MAP = 49 * NODE_PAGE };
#define NODE_RAM UINT64_C(0x80000000)

/* What a program is made of. */
enum piece {
    P_ALU,    /* integers, also compressed */
    P_LOOP,   /* counted, of other pieces */
    P_SKIP,   /* a branch forward, mostly over one instruction */
    P_CALL,   /* of one of four functions, that call each other */
    P_TABLE,  /* a jump or call by a number in a register */
    P_FP,     /* arithmetic, conversions, moves */
    P_MEMORY, /* loads and stores, also where they trap */
    P_AMO,    /* LR, SC, AMOs */
    P_CSR,    /* counters, flags, what the others change */
    P_PATCH,  /* a store to an instruction of the program */
    P_PTE,    /* a store to a page-table entry, to satp or to PMP */
    P_MODE,   /* ecall, mret, sret */
    P_TIMER,  /* timers, software interrupts, WFI */
    P_ENTER,  /* of the child, and an answer to its exit */
    PIECES
};

struct kind {
    const char *name;
    uint8_t weight[PIECES];
    bool paging;    /* S and U run with page tables */
    uint8_t mode;   /* that it begins in */
    uint8_t levels; /* of children */
    bool
        far; /* accesses go to NODE_FAR bytes behind node 0, too: more pages than a TLB has at first */
};

/* Writes the node's NODE_SIZE bytes and what its hart begins with, of a descriptor of zeros; `levels` of children below it. */
void generate(uint8_t *image, struct frond_desc *d, const struct kind *k, unsigned levels,
              uint64_t seed);
/* Numbers from a state. */
uint64_t draw(uint64_t *state);

#endif
