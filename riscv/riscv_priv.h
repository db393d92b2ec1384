/*
 * riscv_priv.h - what the files of riscv/ share: the running hart, its TLBs, decoded blocks.
 *
 * The hart's architectural state *is* the descriptor (struct frond_desc), used in place: entering a
 * child is a change of `h->d`. Everything else here is derived and may be dropped at any step.
 *
 *   exec.c    runs decoded blocks            decode.c  bytes -> struct insn, by insn.def
 *   code.c    keeps blocks, drops them       fp.c      IEEE 754 arithmetic with RISC-V's rules
 *   mmu.c     translation, TLB, slow path    csr.c     CSRs, SYSTEM instructions
 *   trap.c    traps and interrupts           child.c   node controller, exits, answers
 */
#ifndef FROND_RISCV_PRIV_H
#define FROND_RISCV_PRIV_H

#include "frond_abi.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Decoded code ------------------------------------------------------------------------------ */

/* One decoded instruction. The handler reads only these fields. */
struct insn {
    const void *op; /* label in exec.c */
    uint8_t rd, rs1, rs2;
    uint8_t off; /* from the start of the block, in units of 2 bytes */
    int32_t imm; /* immediate; auipc, jal and branches: with the insn's offset in the block added;
                    SYSTEM, FP with rm and illegal: the raw bits */
};

enum { BLOCK_MAX = 48 }; /* instructions a block has at most */

/* A run of instructions of one page that ends with a jump, a branch, a SYSTEM instruction, BLOCK_MAX
 * or the page. insn[n] is always a terminator row (its `off` is the block's length), so the length of
 * insn i is 2 * (insn[i + 1].off - insn[i].off). */
struct block {
    struct block *next;     /* of the same page, or of the dead list */
    struct block *chain[2]; /* successor in the same page: not taken / taken; NULL: not known yet */
    uint16_t offset;        /* in its page */
    uint16_t n;             /* instructions without the terminator */
    struct insn insn[];
};

/* All decoded code of node 0's memory, by page. Blocks of one page are made one by one and dropped
 * together; a dropped block stays readable until code_sweep (the loop that runs it may stand in it).
 * Blocks know no node, privilege or address: only bytes. */
struct code;

/* `watch` is called with a page's number when its first block is made. NULL: no memory. */
struct code *code_new(size_t pages, void (*watch)(void *opaque, uint32_t page), void *opaque);
void code_free(struct code *c);
/* The block at `offset` (even) of page `page`, decoding `bytes` (the page, 4096 bytes) if need be.
 * NULL only if the first instruction crosses the page's end (block_decode2 then) or host memory is
 * out (*nomem set). */
struct block *code_block(struct code *c, uint32_t page, unsigned offset, const uint8_t *bytes, bool *nomem);
void code_drop_page(struct code *c, uint32_t page);
void code_drop_all(struct code *c);
void code_sweep(struct code *c);
size_t code_bytes(const struct code *c); /* host memory held */

/* ---- TLB --------------------------------------------------------------------------------------- */

enum { TLB_SIZE = 256, JUMP_SIZE = 512 };
enum { TLB_R, TLB_W, TLB_X };

/* One virtual page. A tag is the page's address, or TLB_NONE. addend + virtual address = host address. */
struct tlb_entry {
    uint64_t tag[3];
    uintptr_t addend;
};
#define TLB_NONE UINT64_MAX

struct jump {
    uint64_t pc; /* 1 (odd): empty */
    struct block *block;
};

/* Translations of one node in one privilege class. Whatever is here may be used without a check;
 * mmu.c drops an entry when anything that it was derived from changes. */
struct tlb {
    struct tlb_entry e[TLB_SIZE];
    uint64_t pa[TLB_SIZE]; /* node-physical page of e[i] */
    struct jump jump[JUMP_SIZE];
};

/* ---- The hart ---------------------------------------------------------------------------------- */

struct hart {
    struct frond_desc *d; /* top of the active path */
    struct tlb *data;     /* for loads and stores as they stand (MPRV, SUM counted) */
    struct tlb *fetch;    /* for fetches */
    int64_t left;         /* steps until exec_run must return; exact when the hart is synced */
    bool attention;       /* something changed that exec_run must return for before the next step */
    struct code *code;
    uint8_t *ram;         /* node 0's memory: page p is ram + 4096 * p */
    struct block *scratch; /* room for one block of BLOCK_MAX: cut or page-crossing blocks */
    uint64_t retired_not; /* steps that were traps (not retired), for minstret */
    /* riscv/'s other files keep more behind this: struct machine embeds the hart. */
};

/* "Synced": d->pc is the pc of the current instruction, which is not retired and not counted in
 * `left`. Every function below wants a synced hart. Those that return bool: true, the instruction
 * goes on (retire it; if h->attention is set, then sync and return); false: the hart's state was
 * changed (a trap was taken, or another node is now on top): reload everything from h and go on by
 * d->pc. The functions themselves do the counting of whatever they retired or trapped. */

/* What the slow path must know of an access to describe it in a FAULT. */
struct access {
    uint8_t kind;  /* FROND_FAULT_LOAD, _STORE, _AMO */
    uint8_t width; /* bytes: 1, 2, 4, 8 */
    uint8_t reg;   /* rd of a load, rs2 of a store */
    uint8_t ilen;
    uint8_t flags; /* FROND_XF_SIGNED, FROND_XF_FP */
};

bool mem_load(struct hart *h, uint64_t va, struct access a, uint64_t *value); /* zero-extended */
bool mem_store(struct hart *h, uint64_t va, struct access a, uint64_t value);
/* A place to do an AMO on: *p is the host address, readable and writable, naturally aligned. The
 * caller does the operation at once, then calls mem_amo_done (watched pages). */
bool mem_amo(struct hart *h, uint64_t va, struct access a, void **p);
bool mem_lr(struct hart *h, uint64_t va, struct access a, uint64_t *value); /* sets the reservation */
bool mem_sc(struct hart *h, uint64_t va, struct access a, uint64_t value, bool *ok);

/* Bytes to execute at va: *page its page in node 0's memory; the result points to the page's first
 * byte. Fills the fetch TLB. NULL as false above. `at`: address to report in xtval. */
const uint8_t *mem_fetch(struct hart *h, uint64_t va, uint32_t *page);

/* SYSTEM instructions: ecall, ebreak, csrr*, mret, sret, wfi, sfence.vma: everything with opcode
 * 0x73. Does, counts and advances pc, or traps. The caller reloads from h in every case. */
void sys_exec(struct hart *h, uint32_t raw, unsigned ilen);

/* Takes a synchronous trap at d->pc (cause as in mcause, tval as in xtval) and counts its step. */
void trap_raise(struct hart *h, unsigned cause, uint64_t tval);
enum { CAUSE_ILLEGAL = 2, CAUSE_BREAKPOINT = 3 };

/* mstatus.FS: FP instructions are illegal when it is 0; every change of f or fcsr sets it to 3. */
#define MSTATUS_FS 0x6000ULL

/* exec.c: runs until left <= 0, attention, or never longer than that. Returns synced. */
void exec_run(struct hart *h);

/* decode.c: decodes one instruction (bits: 32 fetched bits, or 16 zero-extended if that is all there
 * is). Returns its length, 2 or 4. `op` is set from ops[] (exec.c hands its label table over). */
struct decoded {
    uint16_t row; /* of insn.def */
    uint8_t rd, rs1, rs2, len;
    int32_t imm;
    bool ends; /* ends a block */
};
void decode(uint32_t bits, struct decoded *out);

#endif
