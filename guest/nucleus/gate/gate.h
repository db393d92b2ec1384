/*
 * gate.h - how the client (the rest of the nucleus, in S-mode) reaches nk (in M-mode): the SBI extension.
 * docs/nk.md, section 8, is the reference.
 *
 *   gate.c    what each function does
 *   entry.S   nk's first instruction, and every trap into M-mode
 */
#ifndef NUCLEUS_GATE_H
#define NUCLEUS_GATE_H

#define GATE_EXTENSION 0x08004e4b /* "NK", among the experimental ones */
#define GATE_STACK     2048       /* bytes of nk's stack */

/* Functions. Those below NK_CALL_END are nk's own calls. */
#define GATE_GIVE  0x100 /* base, pages, unit: an area more that may be granted */
#define GATE_START 0x101 /* children, ranges, region, objects: nk starts in what was given */
#define GATE_ENTER 0x102 /* child, answer, value: runs it until it is left */
#define GATE_WHO   0x103 /* the label that has news; it is cleared */

#ifndef __ASSEMBLER__
#include "nk.h"

struct gate_answer {
    uint64_t code; /* enum nk_status; GATE_UNKNOWN */
    uint64_t value;
};
#define GATE_UNKNOWN ((uint64_t)-2) /* SBI_ERR_NOT_SUPPORTED: another extension */

/* The function that an ecall asks for: in C's calling convention as in the SBI's, in the same registers. */
struct gate_answer gate(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t function, uint64_t extension);

/* The same as the client has it: an ecall. In nucleus-direct the symbol is gate itself. */
struct gate_answer gate_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                             uint64_t a5, uint64_t function, uint64_t extension);

/* nk's first C function, once a machine: CSRs and PMP. */
void gate_open(void);
#endif

#endif
