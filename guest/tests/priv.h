/*
 * priv.h - the privileged architecture, row by row: probes, the test arena, and what a row prints.
 *
 * A row is one line, `name value...`, a function of the architecture alone: the same program prints
 * the same text on any conforming machine (test/priv/run compares two). A probe is a piece of code
 * run in some mode until it ends or traps; every trap on the way is logged by whichever of M- and
 * S-mode it came to.
 *
 * With paging on, S-mode sees physical memory where it is (VA = PA), U-mode sees it at U_VIEW.
 */
#ifndef PRIV_H
#define PRIV_H

/* Offsets in struct probe, for the assembly. */
#define PROBE_PC    256
#define PROBE_LOGN  272
#define PROBE_LOG   320
#define PROBE_LOGS  16
#define PROBE_ENTRY 48

#ifndef __ASSEMBLER__
#include "lib.h"

/* The arena: nothing of the program lies there. 8 MiB of RAM are enough. */
#define CODE   0x80200000 /* two pages, then two of access snippets */
#define SNIPS  0x80202000
#define DATA   0x80210000  /* 16 pages */
#define TABLES 0x80300000  /* page tables; 64 pages */
#define HOLE   0x08000000  /* no memory here, on any machine of this layout */
#define U_VIEW 0x40000000  /* physical 0x80000000 for U-mode, with paging */
#define WINDOW 0x100000000 /* virtual; where tests lay their own pages */

enum { U = 0, S = 1, M = 3 };
#define STATUS_XL   ((uint64_t)0xa00000000) /* UXL, SXL: 64 bits. Some machines let them be written */
#define STATUS_UXL  ((uint64_t)0x200000000)
#define STATUS_MPRV ((uint64_t)1 << 17)
#define STATUS_SUM  ((uint64_t)1 << 18)
#define STATUS_MXR  ((uint64_t)1 << 19)
#define STATUS_TVM  ((uint64_t)1 << 20)
#define STATUS_TW   ((uint64_t)1 << 21)
#define STATUS_TSR  ((uint64_t)1 << 22)
#define STATUS_SIE  ((uint64_t)1 << 1)
#define STATUS_MPIE ((uint64_t)1 << 7)
#define STATUS_SPIE ((uint64_t)1 << 5)
#define STCE        ((uint64_t)1 << 63)

struct log {
    uint64_t mode;   /* that the trap came to: M or S */
    uint64_t vector; /* index in its vector table; VECTOR_DIRECT: the base */
    uint64_t cause, value, pc, status;
};
#define VECTOR_DIRECT 255

struct probe {
    uint64_t x[32];      /* before and, at the last trap to M-mode, after */
    uint64_t pc, status; /* mstatus at mret but MPP: MPIE becomes MIE */
    uint64_t logs;       /* entries of log[] */
    uint64_t skip;       /* exceptions after which the probe goes on 4 bytes further */
    uint64_t own[4];     /* priv_entry.S */
    struct log log[PROBE_LOGS];
};
extern struct probe probe;
extern bool on_frond;

void probe_run(void);
void probe_end(void),
    probe_end_last(void); /* where probes return to, and where S-mode's log ends */
extern char m_entry[], s_entry[], m_vectors[], s_vectors[];

/* ---- priv_run.c --------------------------------------------------------------------------------- */

/* Every CSR as the rows expect it: no delegation, nothing pending or enabled, no paging, counters
 * open, the last PMP entry opening all memory. */
void baseline(void);
/* Writes words at CODE + offset. */
void put_code(unsigned offset, const uint32_t *word, unsigned n);
/* Runs from `pc` (physical) in `mode`, with a0, a1 and the bits `status`. True: it came to its end. */
bool go(unsigned mode, uint64_t pc, uint64_t a0, uint64_t a1, uint64_t status);
/* One word, and back: go() from it. */
bool go_word(unsigned mode, uint32_t word, uint64_t a0, uint64_t a1, uint64_t status);
/* The last logged trap but a probe's own end; NULL: none. */
const struct log *last_trap(void);

/* One access of a kind to `address`: 0, or 0x80 | its cause; | 0x200 if it came to S-mode; 0x100 for 0x80
 * if xtval is not the address. What is stored there is code that returns. */
enum kind { LOAD, STORE, AMO, LR, FETCH, KINDS };
uint64_t access(unsigned mode, enum kind k, uint64_t address, uint64_t status);
/* The same by M-mode with MPRV and MPP = mode. Not for FETCH. */
uint64_t access_as(unsigned mode, enum kind k, uint64_t address, uint64_t status);
#define RET_TWICE ((uint64_t)RET << 32 | RET)

/* The name of a row. */
#define row(...) (print("%s", fences ? "" : "nofence."), print(__VA_ARGS__))
void val(uint64_t v);     /* in hexadecimal */
void word(const char *s); /* as it is */
/* Result of an access, without a space: '.' or the cause; of a refused AMO 'A' (access), 'P' (page) or
 * 'M' (misaligned) fault: its cause is a store's; those that were a load's are counted in amo_as_load. */
void digit(enum kind k, uint64_t result);
extern uint64_t amo_as_load;
void amo_row(const char *group); /* prints the count, and begins anew */
void traps(void);                /* all that was logged, and a0 */
void pending(void);              /* mip */
void end_row(void);

/* ---- Instructions ------------------------------------------------------------------------------- */

enum { ZERO = 0, RA = 1, SP = 2, T0 = 5, T1 = 6, T2 = 7, A0 = 10, A1, A2, A3, A4, A5 };
#define I_TYPE(op, f3, rd, rs1, imm)                                                               \
    ((uint32_t)(imm) << 20 | (uint32_t)(rs1) << 15 | (f3) << 12 | (rd) << 7 | (op))
#define CSR_OP(f3, rd, csr, rs1) I_TYPE(0x73u, f3, rd, rs1, csr)
#define CSRRW(rd, csr, rs1)      CSR_OP(1u, rd, csr, rs1)
#define CSRRS(rd, csr, rs1)      CSR_OP(2u, rd, csr, rs1)
#define CSRRC(rd, csr, rs1)      CSR_OP(3u, rd, csr, rs1)
#define CSRRWI(rd, csr, n)       CSR_OP(5u, rd, csr, n)
#define CSRRSI(rd, csr, n)       CSR_OP(6u, rd, csr, n)
#define CSRRCI(rd, csr, n)       CSR_OP(7u, rd, csr, n)
#define ADDI(rd, rs1, n)         I_TYPE(0x13u, 0u, rd, rs1, (n)&0xfff)
#define LD(rd, rs1, n)           I_TYPE(0x03u, 3u, rd, rs1, (n)&0xfff)
#define LW(rd, rs1, n)           I_TYPE(0x03u, 2u, rd, rs1, (n)&0xfff)
#define LH(rd, rs1, n)           I_TYPE(0x03u, 1u, rd, rs1, (n)&0xfff)
#define S_TYPE(f3, rs1, rs2)     ((uint32_t)(rs2) << 20 | (rs1) << 15 | (f3) << 12 | 0x23u)
#define SD(rs1, rs2)             S_TYPE(3u, rs1, rs2)
#define SW(rs1, rs2)             S_TYPE(2u, rs1, rs2)
#define SH(rs1, rs2)             S_TYPE(1u, rs1, rs2)
#define SB(rs1, rs2)             S_TYPE(0u, rs1, rs2)
#define AMO_OP(f5, f3, rd, rs1, rs2)                                                               \
    ((uint32_t)(f5) << 27 | (uint32_t)(rs2) << 20 | (rs1) << 15 | (f3) << 12 | (rd) << 7 | 0x2fu)
#define AMOADD_D(rd, rs1, rs2)  AMO_OP(0u, 3u, rd, rs1, rs2)
#define AMOADD_W(rd, rs1, rs2)  AMO_OP(0u, 2u, rd, rs1, rs2)
#define AMOSWAP_D(rd, rs1, rs2) AMO_OP(1u, 3u, rd, rs1, rs2)
#define AMOSWAP_W(rd, rs1, rs2) AMO_OP(1u, 2u, rd, rs1, rs2)
#define LR_D(rd, rs1)           AMO_OP(2u, 3u, rd, rs1, 0)
#define LR_W(rd, rs1)           AMO_OP(2u, 2u, rd, rs1, 0)
#define SC_D(rd, rs1, rs2)      AMO_OP(3u, 3u, rd, rs1, rs2)
#define SC_W(rd, rs1, rs2)      AMO_OP(3u, 2u, rd, rs1, rs2)
#define JALR(rd, rs1)           I_TYPE(0x67u, 0u, rd, rs1, 0)
#define NOP                     ADDI(0, 0, 0)
#define RET                     JALR(ZERO, RA)
#define ECALL                   0x00000073u
#define EBREAK                  0x00100073u
#define SRET                    0x10200073u
#define MRET                    0x30200073u
#define WFI                     0x10500073u
#define SFENCE(rs1, rs2)        (0x12000073u | (uint32_t)(rs1) << 15 | (uint32_t)(rs2) << 20)
#define FENCE_I                 0x0000100fu
#define FADD_D                  0x02107053u /* f0, f0, f1, rounding mode of frm */
#define ILLEGAL                 0xffffffffu

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])
#define put(offset, ...)                                                                           \
    do {                                                                                           \
        static const uint32_t words_[] = {__VA_ARGS__};                                            \
        put_code(offset, words_, LENGTH(words_));                                                  \
    } while (0)

static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }

/* False: rows come without sfence.vma, under names with a prefix, and are to say the same (frond). */
extern bool fences;
static inline void sfence(void) {
    if (fences)
        __asm__ volatile("sfence.vma" ::: "memory");
}

/* ---- Page tables (priv_tables.c) ---------------------------------------------------------------- */

enum { PV = 1, PR = 2, PW = 4, PX = 8, PU = 16, PG = 32, PA = 64, PD = 128 };
#define PTE(pa, flags) ((uint64_t)(pa) >> 2 | (flags))

/* Fresh tables with both views; returns the satp of Sv39 (3 levels) or Sv48 (4). */
uint64_t new_tables(unsigned levels);
/* The entry of `va` at `level` (0: 4 KiB), tables above it made. */
uint64_t *entry_of(uint64_t va, unsigned level);
uint64_t new_table(void); /* address of an empty page for a table */

/* ---- The suites --------------------------------------------------------------------------------- */

void reset_rows(void), csr_rows(void), status_rows(void), counter_rows(void), trap_rows(void),
    interrupt_rows(void), device_rows(void), paging_rows(void), fence_rows(void), pmp_rows(void),
    frond_rows(void), lock_rows(void);

#endif
#endif
