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

#include "../core/memory.h"
#include "frond_abi.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Decoded code ------------------------------------------------------------------------------ */

/* The instructions: ROW_add is the number of the row `add` of insn.def. */
enum {
#define ROW(name, ...) ROW_##name,
#include "insn.def"
#undef ROW
    ROWS
};

/* decode.c: what some bits mean. `alt` asks for the second form of the row's class: a load or jump
 * with rd = x0, a branch with rs2 = x0, FP arithmetic that names a rounding mode but nearest, a
 * conversion to an integer that names rounding to zero. */
struct decoded {
    uint16_t row;
    uint8_t rd, rs1, rs2;
    uint8_t len;   /* bytes: 2 or 4 */
    int32_t imm;   /* by the row's format */
    bool ends;     /* ends a block */
    bool relative; /* imm is to be added to the pc */
    bool alt;
};

/* `bits`: 32 fetched bits, or 16 zero-extended if that is all there is (and their low two are not 3). */
void decode(uint32_t bits, struct decoded *out);

/* One instruction in a block. Its handler reads only these fields. */
struct insn {
    const void *op; /* label in exec.c */
    uint8_t rd, rs1, rs2;
    uint8_t off; /* from the start of the block, in units of 2 bytes */
    int32_t imm; /* decoded.imm; if relative, with the insn's offset in its page added */
};

enum { BLOCK_MAX = 48 }; /* instructions a block has at most */

/* A run of instructions of one page that ends with a jump, a branch, a SYSTEM or illegal instruction,
 * BLOCK_MAX or the page. insn[n] is always the row `end` (its `off` is the block's length), so the
 * length of insn i is 2 * (insn[i + 1].off - insn[i].off). */
struct block {
    struct block *next;     /* of the same page, by some hash */
    struct block *chain[2]; /* successor in the same page: not taken / taken; NULL: not known yet */
    const void *first;      /* insn[0]'s own handler: insn[0].op may be OP_COUNT's or OP_UNIT's */
    const void *unit;       /* jit/'s code, for pages at unit_base only; NULL: none */
    uint64_t unit_base;
    uint16_t unit_n; /* steps that must be left where the unit is entered */
    uint16_t heat;   /* how often it was entered, up to hart.hot */
    uint16_t offset; /* in its page */
    uint16_t n;      /* instructions without `end` */
    uint32_t page;   /* of node 0's memory; BLOCK_NO_PAGE: one insn, its raw bits in insn[1].imm */
    struct insn insn[];
};
#define BLOCK_NO_PAGE UINT32_MAX
#define BLOCK_BYTES   (sizeof(struct block) + (BLOCK_MAX + 1) * sizeof(struct insn))

/* All decoded code of node 0's memory, by page. Blocks of one page are made one by one and dropped
 * together; a dropped block stays readable until code_sweep (the loop that runs it may stand in it).
 * Blocks know no node, privilege or address: only bytes. Every drop changes code_drops, by which
 * exec.c knows that a jump cache is stale: nobody else need clear tlb->jump for that reason. */
struct code;

/* `watch` is called with a page's number when its first block is made. NULL: no memory. */
struct code *code_new(const struct memory *memory, size_t pages,
                      void (*watch)(void *opaque, uint32_t page), void *opaque);
/* Blocks made from now on are counted: they begin with the handler OP_COUNT. */
void code_count_entries(struct code *c);
/* More of a page that has a block was used: `bytes` from `offset` on. */
void code_mark(struct code *c, uint32_t page, unsigned offset, unsigned bytes);
void code_free(struct code *c);
/* The block at `offset` (even) of page `page`, decoding `bytes` (the page, 4096 bytes) if need be.
 * NULL: host memory is out; code_fill then. When more than a fixed amount is held, it drops everything
 * first. The first instruction must not cross the page's end. */
struct block *code_block(struct code *c, uint32_t page, unsigned offset, const uint8_t *bytes);
/* The same block, made in `b` (BLOCK_BYTES), kept nowhere. */
void code_fill(struct block *b, uint32_t page, unsigned offset, const uint8_t *bytes);
/* The block of one instruction that crosses the end of its page: good until the next such call. */
struct block *code_crossing(struct code *c, uint32_t bits);
/* Bytes were stored to: drops the page if any of them was decoded. True: the page has no blocks. */
bool code_touch(struct code *c, uint32_t page, unsigned offset, unsigned size);
void code_drop_page(struct code *c, uint32_t page);
void code_drop_all(struct code *c);
void code_sweep(struct code *c);
uint64_t code_drops(const struct code *c);

/* ---- TLB --------------------------------------------------------------------------------------- */

enum { TLB_LEAST = 256, TLB_MOST = 1 << 15, JUMP_SIZE = 512 };
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
    const void *code; /* with a translator: the block's unit, or jit_none() */
    uint64_t reserved;
};

/* Addresses that need no entry for a load, or a store, of up to 8 bytes: va - base < limit. There are such in the class of
 * M-mode only. They are looked for when some pages have been filled in: at first at once, and the later, the more often they were
 * forgotten. */
struct stretch {
    uint64_t base, limit; /* limit 0: none */
    uintptr_t addend;
    uint16_t until; /* how many pages are to be filled in before; 0: it was looked for */
    uint16_t wait;  /* what `until` will be when this is forgotten, but for one */
};

/* Translations of one node in one privilege class. Whatever is here may be used without a check;
 * mmu.c drops an entry when anything that it was derived from changes. */
struct tlb {
    struct tlb_entry *e; /* by the low bits of the page's number */
    uint64_t *pa;        /* node-physical page of e[i] */
    uint64_t mask;       /* (how many - 1) * sizeof *e: how many is a power of two */
    uint32_t filled;     /* entries made since it was cleared or resized */
    uint32_t pushed;     /* of these, those that pushed out another page's */
    struct jump jump[JUMP_SIZE];
    struct stretch stretch[2]; /* of TLB_R and TLB_W */
    uint64_t jump_drops; /* code_drops when `jump` was last cleared; 0: never, as in a new tlb */
};

static inline uint32_t tlb_size(const struct tlb *t) {
    return (uint32_t)(t->mask / sizeof(struct tlb_entry)) + 1;
}

static inline struct tlb_entry *tlb_entry(const struct tlb *t, uint64_t va) {
    return (struct tlb_entry *)(void *)((char *)t->e + (va >> 7 & t->mask));
}
_Static_assert(sizeof(struct tlb_entry) == 32, "tlb_entry() takes the page's number times 32");

/* ---- The hart ---------------------------------------------------------------------------------- */

struct hart {
    struct frond_desc *d; /* top of the active path */
    struct tlb *data;     /* for loads and stores as they stand (MPRV, SUM counted) */
    struct tlb *fetch;    /* for fetches */
    int64_t left;         /* steps until exec_run must return; exact when the hart is synced */
    bool attention;       /* something changed that exec_run must return for before the next step */
    struct code *code;
    struct jit *jit;       /* NULL: nothing is translated */
    bool refused;          /* the last unit left an instruction to exec_run */
    uint16_t hot;          /* times that a block is entered before it is translated; at least 1 */
    uint8_t *ram;          /* node 0's memory: page p is ram + 4096 * p */
    struct block *scratch; /* BLOCK_BYTES: for cut or page-crossing blocks */
    bool fp_ready;         /* exec.c's own: host FP flags are being gathered; false when synced */
    uint32_t fp_saved;     /* exec.c's own: the host's FP control word from before */
    uint64_t retired_not;  /* steps that were traps (not retired), for minstret */
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
 * caller reads the old value there and stores the new one by mem_amo_store (which knows of watched
 * pages), at once. mem_amo may have filled the TLB with both tags. */
void mem_amo_store(struct hart *h, void *p, unsigned width, uint64_t value);
bool mem_amo(struct hart *h, uint64_t va, struct access a, void **p);
bool mem_lr(struct hart *h, uint64_t va, struct access a,
            uint64_t *value); /* sets the reservation */
bool mem_sc(struct hart *h, uint64_t va, struct access a, uint64_t value, bool *ok);

/* Bytes to execute at va: *page its page in node 0's memory; the result points to the page's first
 * byte. Fills the fetch TLB. NULL as false above. `at`: address to report in xtval. */
const uint8_t *mem_fetch(struct hart *h, uint64_t va, uint32_t *page);

/* SYSTEM instructions: ecall, ebreak, csrr*, mret, sret, wfi, sfence.vma: everything with opcode
 * 0x73. Does, counts and advances pc, or traps. The caller reloads from h in every case. */
void sys_exec(struct hart *h, uint32_t raw, unsigned ilen);

/* A CSR that is 8 bytes of the descriptor's and no more: it is read as it lies there, and a write keeps these
 * bits. keeps 0: the register is another. Who may use it, its number tells. */
struct csr_word {
    size_t offset;
    uint64_t keeps;
};
struct csr_word csr_word(unsigned csr);

/* Takes a synchronous trap at d->pc (cause as in mcause, tval as in xtval) and counts its step. */
void trap_raise(struct hart *h, unsigned cause, uint64_t tval);
enum { CAUSE_ILLEGAL = 2, CAUSE_BREAKPOINT = 3 };

/* mstatus.FS: FP instructions are illegal when it is 0; every change of f or fcsr sets it to 3. */
#define MSTATUS_FS 0x6000ULL

/* child.c: does what is due before the next step, of a synced hart whose `attention` is set, and gives it its steps. False: exec_run must
 * return (attention may be clear). */
bool child_go_on(struct hart *h);

/* exec.c: runs until left <= 0, attention, or never longer than that. Returns synced. */
void exec_run(struct hart *h);
/* The labels of all rows, exec_ops()[alt * ROWS + row], and two that are no row's. */
enum {
    OP_COUNT = 2 * ROWS, /* counts, and asks for a unit when the block is hot */
    OP_UNIT,             /* runs the unit */
    OPS
};
const void *const *exec_ops(void);

#endif
