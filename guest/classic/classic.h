/*
 * classic.h - a classical virtual machine monitor, from inside: trap and emulate, as of Goldberg, Popek and Goldberg.
 *
 * It uses the plain RV64 part of the machine only, no node controller. It runs in M-mode without paging; its one
 * guest runs in U-mode behind shadow page tables, whatever mode the guest believes to be in. See docs/classic.md.
 *
 *   main.c     boot: the guest out of the nucleus's archive; the loop that runs it
 *   run.S      the switch between the two worlds, and the guest's f registers
 *   trap.c     what a trap means; traps and interrupts of the guest
 *   system.c   the SYSTEM instructions
 *   csr.c      the guest's CSRs
 *   insn.c     the decoder of loads and stores, compressed ones too
 *   access.c   loads and stores that are interpreted: of devices, and under MPRV
 *   walk.c     the guest's page tables and PMP
 *   shadow.c   what the hart walks in their place
 *   window.c   the guest's devices
 *   time.c     the guest's clock, and the hart's timer for it
 *   counts.c   what was interpreted
 */
#ifndef CLASSIC_H
#define CLASSIC_H

/* Offsets in struct guest, for run.S. */
#define GUEST_PC      256
#define GUEST_CAUSE   264
#define GUEST_VALUE   272
#define GUEST_HOST_SP 280
#define GUEST_BEGAN   288
#define GUEST_ENDED   296

#ifndef __ASSEMBLER__
#include "dev.h"
#include "image.h"
#include "lib.h"

/* Privilege, by the architecture's numbers. */
enum { PRIV_U, PRIV_S, PRIV_M = 3 };

enum {
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL,
    CAUSE_BREAKPOINT,
    CAUSE_LOAD_MISALIGNED,
    CAUSE_LOAD_ACCESS,
    CAUSE_STORE_MISALIGNED,
    CAUSE_STORE_ACCESS,
    CAUSE_ECALL,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE,
    CAUSE_STORE_PAGE = 15
};

#define STATUS_SIE  (1ULL << 1)
#define STATUS_MIE  (1ULL << 3)
#define STATUS_SPIE (1ULL << 5)
#define STATUS_MPIE (1ULL << 7)
#define STATUS_SPP  (1ULL << 8)
#define STATUS_MPP  (3ULL << 11)
#define STATUS_FS   (3ULL << 13)
#define STATUS_MPRV (1ULL << 17)
#define STATUS_SUM  (1ULL << 18)
#define STATUS_MXR  (1ULL << 19)
#define STATUS_TVM  (1ULL << 20)
#define STATUS_TW   (1ULL << 21)
#define STATUS_TSR  (1ULL << 22)
#define IP_SSIP     (1ULL << 1)
#define IP_MSIP     (1ULL << 3)
#define IP_STIP     (1ULL << 5)
#define IP_MTIP     (1ULL << 7)
#define IP_SEIP     (1ULL << 9)
#define IP_MEIP     (1ULL << 11)
#define ENVCFG_STCE (1ULL << 63)

/* The guest's hart and the private windows of its node. What run.S touches comes first. */
struct guest {
    uint64_t x[32]; /* x[0] is 0 */
    uint64_t pc;
    uint64_t cause, value; /* of the hart's last trap: mcause, mtval */
    uint64_t host_sp;
    uint64_t began, ended; /* minstret when it was last entered and left */
    unsigned priv;
    bool wait; /* a WFI has retired */
    struct frond_csr
        csr; /* mstatus.FS: as last read or written; it lives in the hart's own, and fcsr too */
    struct frond_plic plic;
    struct frond_clint clint;
    struct frond_rtc rtc;
    struct dev *uart;   /* NULL: none */
    uint64_t clock;     /* steps made, idle time skipped among them */
    uint64_t deadline;  /* clock at which a timer that mie enables will be reached; ~0: none */
    uint64_t pending;   /* mip & mie, as of the last look */
    bool attention;     /* look again: something that `pending` or `deadline` hang on has changed */
    bool armed;         /* the hart's timer is set for `armed_at` or before */
    uint64_t armed_at;  /* clock */
    uint64_t ram, size; /* its RAM, here; bytes */
    uint64_t epoch;     /* of its RTC */
    bool waits;         /* idle time is waited for; else skipped */
    bool reset;         /* it has asked for one */
    uint64_t native;    /* instructions that it retired itself */
    uint64_t interpreted; /* and those retired for it */
};

extern struct guest guest;
extern const struct image *archive; /* mapped behind the guest's RAM if `archive_given` */
extern bool archive_given;

/* main.c: the end of a machine that cannot go on. */
_Noreturn void give_up(const char *why);

/* run.S: runs the guest until the hart traps. to_timer: 0, or the steps that the guest may make before the hart's
 * timer interrupts it, and guest_arming. */
void guest_run(struct guest *g, uint64_t to_timer);
extern char guest_trap[];
/* Instructions between the two readings of minstret that are not the guest's. */
extern const uint64_t guest_switching;
extern const uint64_t guest_arming;
/* FS must not be 0. */
uint64_t guest_f(unsigned n);
void guest_set_f(uint64_t value, unsigned n);
/* LR and SC on an address here: with the hart's own reservation. */
uint64_t guest_lr(uint64_t address, unsigned width);
uint64_t guest_sc(uint64_t address, unsigned width, uint64_t value);

/* trap.c */
void trap_handle(void);                         /* after guest_run */
void trap_raise(unsigned cause, uint64_t tval); /* an exception of the guest's */
bool trap_interrupt(void); /* its interrupt, if one is pending and it may take it */

/* system.c: a SYSTEM instruction that has trapped. */
void system_interpret(uint32_t insn);
/* The instruction at pc has been done. */
void retire(unsigned length);

/* csr.c: false: it is not there, or may not be read now. */
bool csr_get(unsigned csr, uint64_t *v);
void csr_put(unsigned csr, uint64_t v); /* after a csr_get of it */
uint64_t csr_mip(void);

/* insn.c */
enum insn_kind { INSN_OTHER, INSN_LOAD, INSN_STORE, INSN_AMO };
struct insn {
    enum insn_kind kind;
    uint8_t length, width;
    uint8_t reg; /* destination of a load or AMO, source of a store */
    uint8_t base;
    uint8_t op, source; /* of an AMO: funct5, rs2 */
    bool is_signed, fp;
    int64_t offset;
};
struct insn insn_decode(uint32_t raw);

/* access.c: the load or store at pc, which the hart could not do. */
void access_interpret(void);

/* walk.c: an access of privilege `priv` to `va`: where it leads and what else may be done there; or the exception it
 * meets. Sets A and D. */
struct walk {
    uint64_t pa;
    unsigned perm;
    unsigned cause; /* 0: none */
    unsigned level; /* of the leaf: a page of 4 KiB << 9 * level; 0 without paging */
};
struct walk walk(unsigned priv, uint64_t va, unsigned need);
unsigned walk_data_priv(void);
/* Bytes of the guest's memory at `pa`, here; NULL: no memory that allows `need`. *perm: what it allows. */
void *memory_at(uint64_t pa, unsigned need, unsigned *perm);

/* shadow.c */
void shadow_init(uint64_t base, uint64_t end);
/* The guest's mode, satp or mstatus has changed, or it starts: the tables for it as it stands. */
void shadow_select(void);
/* A fault of the guest: true if the page is in the tables now. Else *w says what it met. */
bool shadow_fill(uint64_t va, unsigned need, struct walk *w);
void shadow_flush(void); /* all that hangs on the guest's page tables */
void shadow_flush_page(uint64_t va);
void shadow_flush_all(void); /* PMP has changed, too */

/* window.c: naturally aligned. False: an access fault. */
bool window_load(uint64_t pa, unsigned width, uint64_t *value);
bool window_store(uint64_t pa, unsigned width, uint64_t value);
bool window_init(bool uart);
void window_input(void); /* the hart's external interrupt */
void window_flush(void); /* output that is held back */

/* time.c */
uint64_t time_now(void); /* mtime */
void time_count(void);   /* what the guest has retired in guest_run */
void time_look(void);    /* pending and deadline, anew */
uint64_t time_arm(void); /* for guest_run */
void time_fired(void);
void time_wait(void); /* the guest waits, nothing is pending */

/* counts.c: instructions, by name, that have retired; then what else there was. */
// clang-format off
#define COUNTS(ROW) \
    ROW(csrrw) ROW(csrrs) ROW(csrrc) ROW(csrrwi) ROW(csrrsi) ROW(csrrci) ROW(mret) ROW(sret) ROW(wfi) ROW(sfence_vma) \
    ROW(lb) ROW(lh) ROW(lw) ROW(ld) ROW(lbu) ROW(lhu) ROW(lwu) ROW(flw) ROW(fld) \
    ROW(sb) ROW(sh) ROW(sw) ROW(sd) ROW(fsw) ROW(fsd) ROW(lr) ROW(sc) ROW(amo) \
    ROW(traps)      /* of the hart */ \
    ROW(exceptions) /* of the guest */ \
    ROW(interrupts) /* of the guest */ \
    ROW(fills)      /* pages put into shadow tables */ \
    ROW(flushes)    /* contexts given up */ \
    ROW(switches)   /* from one context to another */ \
    ROW(timers)     /* settings of the hart's timer */
// clang-format on
enum count {
#define COUNT_ENUM(name) COUNT_##name,
    COUNTS(COUNT_ENUM) COUNTS_ALL
};
extern uint64_t counts[COUNTS_ALL];
void counts_print(void);
void counts_keep(void);
void at_end(void); /* one of these, as it was linked */

#endif
#endif
