/*
 * frond_abi.h - what a program on a frond machine sees of the node controller: registers, the
 * descriptor of a child, the range tables, exits and answers, and where everything lies.
 *
 * It is the only header that the engine and its guests share. Everything is little endian, every
 * field lies at the offset fixed here (checked below), reserved bytes are 0. In assembly only the
 * constants are visible. docs/machine.md tells what each of these means; the version stays 0, and
 * any field may still move, until the model has replayed every suite.
 *
 * The rule for every field: 0 is its value at reset. A page of zeros with magic, maps and pc set
 * is a hart at reset.
 */
#ifndef FROND_ABI_H
#define FROND_ABI_H

/* ---- Node-physical layout (that of QEMU's "virt", so that its images boot unchanged) ---------
 *
 *   0x0010_0000  finisher          private: part of every node's own hart, in no map
 *   0x0010_1000  RTC (goldfish)    private
 *   0x0200_0000  CLINT             private
 *   0x0700_0000  node controller   private
 *   0x0c00_0000  PLIC              private
 *   0x1000_0000  UART (ns16550a)   device window: only where a range leads to node 0's
 *   0x1000_1000  virtio-mmio x 8   device windows, one page each
 *   0x8000_0000  RAM
 */
#define FROND_FINISHER_BASE 0x00100000
#define FROND_FINISHER_SIZE 0x1000
#define FROND_RTC_BASE      0x00101000
#define FROND_RTC_SIZE      0x1000
#define FROND_CLINT_BASE    0x02000000
#define FROND_CLINT_SIZE    0x10000
#define FROND_CTL_BASE      0x07000000
#define FROND_CTL_SIZE      0x1000
#define FROND_PLIC_BASE     0x0c000000
#define FROND_PLIC_SIZE     0x600000
#define FROND_UART_BASE     0x10000000
#define FROND_VIRTIO_BASE   0x10001000
#define FROND_VIRTIO_STRIDE 0x1000
#define FROND_VIRTIO_SLOTS  8
#define FROND_RAM_BASE      0x80000000
#define FROND_PAGE_SIZE     4096

/* PLIC sources. */
#define FROND_IRQ_VIRTIO   1 /* slot n is source 1 + n */
#define FROND_IRQ_UART     10
#define FROND_IRQ_CTL      12 /* the node controller's own */
#define FROND_PLIC_SOURCES 31

/* Time: a step is an instruction retired or a trap taken; 1 step = 1 ns; mtime = (clock + time_offset) / 100. */
#define FROND_STEPS_PER_TICK 100
#define FROND_TIMEBASE_HZ    10000000

/* ---- The node controller's registers (8-byte accesses only; anything else is an access fault) -- */
#define FROND_CTL_ID    0x00 /* read only: FROND_CTL_MAGIC | FROND_ABI_VERSION << 48 */
#define FROND_CTL_ENTER 0x08 /* write only: address of a descriptor, as the issuer sees it */
#define FROND_CTL_WHO                                                                              \
    0x10 /* label of a child whose subtree has news; ~0: none; a store clears it */
#define FROND_CTL_STATUS 0x18 /* read only: of the last ENTER: 0, or code | offset of field << 16 */

#define FROND_CTL_MAGIC   0x0000444e4f5246 /* "FROND" */
#define FROND_ABI_VERSION 1

/* STATUS codes. */
#define FROND_ST_OK                                                                                \
    0 /* the child ran (or was refused at once by its own exit); see its exit record */
#define FROND_ST_ALIGN  1 /* the descriptor's address is not a multiple of 4096 */
#define FROND_ST_ONPATH 2 /* its page is the descriptor of a node on the active path */
#define FROND_ST_FIELD  3 /* the field at the given offset has a value that it may not have */

/* ---- Ranges: one row of a map ----------------------------------------------------------------- */
#define FROND_R      1  /* loads, page-table walks, engine's reads */
#define FROND_W      2  /* stores */
#define FROND_X      4  /* fetches */
#define FROND_SHARED 8  /* says that a sibling may reach the same memory; grants nothing */
#define FROND_FLAGS  15 /* all flags; others are not well formed */

/* ---- Descriptor offsets ------------------------------------------------------------------------ */
#define FROND_D_MAGIC    0x000
#define FROND_D_VERSION  0x008
#define FROND_D_LABEL    0x010
#define FROND_D_UID      0x018
#define FROND_D_MAP_NP   0x020
#define FROND_D_MAP_P    0x030
#define FROND_D_BUDGET   0x040
#define FROND_D_CLOCK    0x048
#define FROND_D_DEADLINE 0x050
#define FROND_D_EPOCH    0x058
#define FROND_D_LINES    0x060
#define FROND_D_RESUME   0x068
#define FROND_D_VALUE    0x070
#define FROND_D_ACTIVE   0x078
#define FROND_D_EXIT     0x080
#define FROND_D_PEND     0x0c0
#define FROND_D_STATUS   0x100
#define FROND_D_NEWS     0x108
#define FROND_D_PLIC     0x180
#define FROND_D_CLINT    0x240
#define FROND_D_RTC      0x260
#define FROND_D_HART     0x400
#define FROND_D_PC       0x400
#define FROND_D_MODE     0x408
#define FROND_D_WAIT     0x40c
#define FROND_D_X        0x410
#define FROND_D_F        0x510
#define FROND_D_CSR      0x610

#define FROND_MAGIC 0x45444f4e444e5246 /* "FRNDNODE" */

/* mode: the hart's privilege. 0 is M, as every field is 0 at reset. */
#define FROND_MODE_M 0
#define FROND_MODE_S 1
#define FROND_MODE_U 2

/* exit.reason */
#define FROND_EXIT_NONE      0 /* never left */
#define FROND_EXIT_FAULT     1 /* a gap in this node's map was met: kind, addr, width, ... */
#define FROND_EXIT_IDLE      2 /* WFI with nothing pending: `deadline` says when a timer would fire */
#define FROND_EXIT_BUDGET    3 /* budget is 0 */
#define FROND_EXIT_INTERRUPT 4 /* the parent has an interrupt pending */
#define FROND_EXIT_HALT      5 /* finisher: kind FROND_HALT_*, value = exit code */
#define FROND_EXIT_BAD                                                                             \
    6 /* a table entry read is not well formed: kind FROND_BAD_*, value = index */

/* exit.kind of FAULT */
#define FROND_FAULT_LOAD  1
#define FROND_FAULT_STORE 2
#define FROND_FAULT_AMO   3 /* AMO, LR or SC */
#define FROND_FAULT_FETCH 4
#define FROND_FAULT_WALK  5 /* a page-table entry, read or marked */
#define FROND_FAULT_MAP   6 /* an entry of a range table that this node, or one below it, keeps */
#define FROND_FAULT_DESC  7 /* a descriptor: at ENTER, or any access to one that is on the path */
#define FROND_FAULT_DMA   8 /* a device's transfer */

/* exit.kind of HALT */
#define FROND_HALT_EXIT  1
#define FROND_HALT_RESET 2

/* exit.kind of BAD */
#define FROND_BAD_MAP_NP 1
#define FROND_BAD_MAP_P  2

/* exit.flags of FAULT */
#define FROND_XF_DONE                                                                              \
    1 /* may be answered DONE: a plain, naturally aligned load or store of x or f */
#define FROND_XF_WRITE  2  /* it would have written */
#define FROND_XF_SIGNED 4  /* a load that extends its sign */
#define FROND_XF_FP     8  /* reg is an f register */
#define FROND_XF_NP     16 /* met in map_np (an access in U-mode); else in map_p */
#define FROND_XF_SELF   32 /* made by this node itself, not by one below it */

/* resume: the answer to FAULT; 0 in every other case */
#define FROND_RETRY 0
#define FROND_DONE  1
#define FROND_DENY  2

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* One range of a map: [base, base+size) of the child leads to [target, target+size) of the parent. */
struct frond_range {
    uint64_t base;   /* page aligned */
    uint64_t size;   /* page aligned, not 0; base+size and target+size do not pass 2^64 */
    uint64_t target; /* page aligned, an address in the node that owns the table */
    uint64_t flags;  /* FROND_R | FROND_W | FROND_X | FROND_SHARED; no permission: a gap */
};

/* Where a map lies: address (as its owner's ENTER sees it; 32-byte aligned; the low 4 bits are the
 * table's kind, 0) and number of ranges. */
struct frond_map {
    uint64_t addr;
    uint64_t count;
};

/* Why a node was left (`exit`), or what access of it is under way while it is suspended (`pend`). */
struct frond_access {
    uint32_t reason; /* FROND_EXIT_*; of pend: 0 (none) or FROND_EXIT_FAULT */
    uint32_t kind;   /* FROND_FAULT_*, FROND_HALT_* or FROND_BAD_* */
    uint64_t addr;   /* address in this node's space */
    uint64_t value;  /* store: what was to be written; HALT: code; BAD: index of the entry */
    uint64_t
        tval; /* pend: the address as the instruction had it, for the trap of a DENY; exit: 0 */
    uint8_t
        width;    /* of the access in bytes; a FAULT at a page's first byte may be of a wider one */
    uint8_t reg;  /* destination register of a load, source of a store */
    uint8_t ilen; /* length of the instruction, 2 or 4; 0 where none is concerned */
    uint8_t flags;  /* FROND_XF_* */
    uint32_t cause; /* pend: the trap of a DENY, 1 (fetch), 5 (load) or 7 (store); exit: 0 */
    uint64_t reserved[3];
};

/* Platform-level interrupt controller, 31 sources, contexts 0 (M) and 1 (S). */
struct frond_plic {
    uint32_t priority[32]; /* [0] is 0; each 0..7 */
    uint32_t pending;      /* bit per source: gateway has latched a request */
    uint32_t claimed;      /* bit per source: claimed and not yet completed */
    uint32_t enable[2];    /* per context */
    uint32_t threshold[2]; /* per context, 0..7 */
    uint32_t reserved[2];
};

struct frond_clint {
    uint64_t mtimecmp;
    uint64_t time_offset; /* added to clock before the division: what a store to mtime changes */
    uint32_t msip;        /* bit 0 */
    uint32_t reserved;
};

struct frond_rtc {
    uint64_t offset;      /* ns, added to epoch + clock: what a store to TIME changes */
    uint64_t alarm;       /* kept and read back; it never fires */
    uint32_t time_high;   /* latch between the two halves of a store or a load of TIME */
    uint32_t irq_enabled; /* kept and read back */
    uint32_t alarm_high;
    uint32_t reserved;
};

/* The CSRs that hold state. Each holds what a csrr of it reads, but as said. */
struct frond_csr {
    uint64_t fcsr;
    uint64_t mstatus; /* without the constant UXL, SXL and the derived SD */
    uint64_t medeleg, mideleg, mie;
    uint64_t mip; /* the bits that software drives: SSIP, STIP (without STCE), SEIP */
    uint64_t mtvec, mscratch, mepc, mcause, mtval;
    uint64_t mcounteren, mcountinhibit, menvcfg;
    uint64_t stvec, sscratch, sepc, scause, stval, scounteren, senvcfg, satp, stimecmp;
    uint64_t mcycle_offset; /* mcycle = clock + mcycle_offset while it counts; else mcycle itself */
    uint64_t minstret;      /* instructions retired by this node itself */
    uint64_t pmpaddr[16];
    uint8_t pmpcfg[16];
    uint64_t res_addr;  /* reservation of LR: node-physical address */
    uint64_t res_value; /* what was read */
    uint64_t res_width; /* 4 or 8; 0: none is held */
};

/* The descriptor: a node is these 4096 bytes, in its parent's memory, and what its maps lead to. */
struct frond_desc {
    uint64_t magic;   /* FROND_MAGIC */
    uint32_t version; /* FROND_ABI_VERSION */
    uint32_t reserved_version;
    uint64_t label; /* the i of k.i: the parent's choice */
    uint64_t uid;   /* fresh when a descriptor is reused for another node */
    struct frond_map map_np;
    struct frond_map map_p;
    uint64_t
        budget; /* steps left, of this node and of all below it; ~0 lasts for ever in practice */
    uint64_t clock; /* steps made so, since the beginning; the parent may move it */
    uint64_t
        deadline; /* written at each exit: least clock at which a timer that mie enables fires; ~0: none */
    uint64_t epoch; /* RTC: ns since 1970 at clock 0 */
    uint32_t lines; /* interrupt lines that the parent drives: bit n is PLIC source n; bit 0 is 0 */
    uint32_t reserved_lines;
    uint32_t resume; /* FROND_RETRY, FROND_DONE, FROND_DENY; taken and set to 0 at ENTER */
    uint32_t held; /* the engine's: 1 (FROND_DONE) if an answer waits for the path to be restored */
    uint64_t value; /* what a load answered DONE reads */
    uint64_t
        active; /* descriptor of the child it was running | length of its ENTER store; 0: none */
    struct frond_access exit;
    struct frond_access pend;
    uint64_t status; /* node controller: STATUS */
    uint64_t news;   /* node controller: label + 1 of the child that WHO names; 0: none */
    uint8_t reserved_ctl[0x70];
    struct frond_plic plic;
    uint8_t reserved_plic[0x20];
    struct frond_clint clint;
    uint8_t reserved_clint[0x8];
    struct frond_rtc rtc;
    uint8_t reserved_node[0x400 - 0x280];

    uint64_t pc;
    uint32_t mode;  /* FROND_MODE_* */
    uint32_t wait;  /* 1: a WFI has retired and waits for an interrupt */
    uint64_t x[32]; /* x[0] is 0 */
    uint64_t f[32];
    struct frond_csr csr;
    uint8_t reserved_hart[4096 - 0x610 - sizeof(struct frond_csr)];
};

_Static_assert(sizeof(struct frond_range) == 32, "range");
_Static_assert(sizeof(struct frond_access) == 64, "access record");
_Static_assert(offsetof(struct frond_desc, map_np) == FROND_D_MAP_NP, "map_np");
_Static_assert(offsetof(struct frond_desc, map_p) == FROND_D_MAP_P, "map_p");
_Static_assert(offsetof(struct frond_desc, budget) == FROND_D_BUDGET, "budget");
_Static_assert(offsetof(struct frond_desc, lines) == FROND_D_LINES, "lines");
_Static_assert(offsetof(struct frond_desc, resume) == FROND_D_RESUME, "resume");
_Static_assert(offsetof(struct frond_desc, active) == FROND_D_ACTIVE, "active");
_Static_assert(offsetof(struct frond_desc, exit) == FROND_D_EXIT, "exit");
_Static_assert(offsetof(struct frond_desc, pend) == FROND_D_PEND, "pend");
_Static_assert(offsetof(struct frond_desc, status) == FROND_D_STATUS, "status");
_Static_assert(offsetof(struct frond_desc, news) == FROND_D_NEWS, "news");
_Static_assert(offsetof(struct frond_desc, plic) == FROND_D_PLIC, "plic");
_Static_assert(offsetof(struct frond_desc, clint) == FROND_D_CLINT, "clint");
_Static_assert(offsetof(struct frond_desc, rtc) == FROND_D_RTC, "rtc");
_Static_assert(offsetof(struct frond_desc, pc) == FROND_D_PC, "pc");
_Static_assert(offsetof(struct frond_desc, x) == FROND_D_X, "x");
_Static_assert(offsetof(struct frond_desc, f) == FROND_D_F, "f");
_Static_assert(offsetof(struct frond_desc, csr) == FROND_D_CSR, "csr");
_Static_assert(sizeof(struct frond_desc) == FROND_PAGE_SIZE, "descriptor");
#endif

#endif
