/*
 * rows_issuer.c - VMMs that are no M-mode programs: a kernel in S, a process in U, M-mode behind
 * locked PMP entries or MPRV. What ENTER implies is done with what its issuer has, and no more.
 *
 * 0.1's page table maps, as itself, all of its memory and the controller for its kernel; for its user
 * only the pages of USER: code, the descriptors and tables of its children, and one data page.
 */
#include "rig.h"
#include <string.h>

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128, LEAF = V | R | W | X | A | D };
enum { PT_ROOT = 0x4000, PT_RAM = 0x5000, PT_LOW = 0x6000, PT_CTL = 0x7000, PT_4K = 0x8000 };

static void pte(struct rig *r, uint64_t table, unsigned index, uint64_t pa, unsigned flags) {
    put(r, &r->a, RAM + table + 8 * index, pa >> 12 << 10 | flags);
}

/* One 4 KiB page of the first 2 MiB of RAM. */
static void map_page(struct rig *r, uint64_t va, unsigned flags) {
    pte(r, PT_4K, (unsigned)(va - RAM) >> 12, va, flags);
}

static void paging(struct rig *r, unsigned ctl) {
    pte(r, PT_ROOT, 0, RAM + PT_LOW, V);
    pte(r, PT_ROOT, 2, RAM + PT_RAM, V);
    pte(r, PT_LOW, CTL >> 21, RAM + PT_CTL, V);
    pte(r, PT_CTL, CTL >> 12 & 511, CTL, ctl);
    pte(r, PT_RAM, 0, RAM + PT_4K, V);
    for (uint64_t at = 0; at < OWN; at += PAGE)
        map_page(r, RAM + at, LEAF);
    map_page(r, RAM + CODE, LEAF | U);
    map_page(r, RAM + DATA, LEAF | U);
    map_page(r, r->a1.desc, LEAF | U);
    map_page(r, r->a1.table, LEAF | U);
    for (uint64_t at = 0; at < LEAF_SIZE; at += PAGE)
        map_page(r, r->a1.ram + at, LEAF | U);
    struct frond_desc d = desc(r, &r->a);
    d.csr.satp = 8ull << 60 | (RAM + PT_ROOT) >> 12;
    set_desc(r, &r->a, &d);
}

static void with_status(struct rig *r, struct node *n, uint64_t mstatus) {
    struct frond_desc d = desc(r, n);
    d.csr.mstatus = mstatus;
    set_desc(r, n, &d);
}

/* A program for 0.1.1: one instruction, with a0 and a1; then 0.1 enters it from `mode`. */
static struct seen enter_child(struct rig *r, unsigned mode, uint32_t insn, uint64_t a1) {
    struct frond_desc d = desc(r, &r->a1);
    const uint32_t code[] = {insn, ECALL};
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    d.pc = RAM + STUB;
    d.x[A0] = 0x5151;
    d.x[A1] = a1;
    d.active = 0;
    d.csr.mcause = UINT64_MAX;
    set_desc(r, &r->a1, &d);
    return DO_IN(mode, &r->a, r->a1.desc, CTL + FROND_CTL_ENTER, SD(A0, A1, 0));
}

#define IS_TRAP(c, t) (s.how == TRAPPED && s.cause == (c) && s.tval == (t))

static void user_controller(struct rig *r) {
    paging(r, V | R | W | A | D); /* the kernel's page */
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(15, CTL + FROND_CTL_ENTER), "how %d cause %d", (int)s.how, (int)s.cause);
    s = DO_IN(FROND_MODE_U, &r->a, 0, CTL + FROND_CTL_STATUS, LD(A0, A1, 0));
    WANT(IS_TRAP(13, CTL + FROND_CTL_STATUS), "how %d cause %d", (int)s.how, (int)s.cause);
    WANT(desc(r, &r->a1).clock == 0, "the child ran");
}

/* Without paging, PMP alone keeps U from the controller. */
static void user_pmp(struct rig *r) {
    struct frond_desc d = desc(r, &r->a);
    d.csr.pmpaddr[0] = CTL >> 2 | 0x1ff;
    d.csr.pmpcfg[0] = 0x18; /* NAPOT, no right */
    d.csr.pmpaddr[1] = (1ull << 54) - 1;
    d.csr.pmpcfg[1] = 0x1f;
    set_desc(r, &r->a, &d);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(7, CTL + FROND_CTL_ENTER), "how %d cause %d", (int)s.how, (int)s.cause);
    s = enter_child(r, FROND_MODE_S, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(7, CTL + FROND_CTL_ENTER), "S: how %d cause %d", (int)s.how, (int)s.cause);
    s = enter_child(r, FROND_MODE_M, SD(A0, A1, 0), RAM + DATA);
    WANT(s.how == RETIRED && s.cause == 11, "M: how %d cause %d", (int)s.how, (int)s.cause);
}

static void user_vmm(struct rig *r) {
    paging(r, V | R | W | U | A | D);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(s.how == RETIRED && s.cause == 8, "how %d cause %d tval 0x%llx", (int)s.how, (int)s.cause,
         (unsigned long long)s.tval);
    WANT(get(r, &r->a1, RAM + DATA) == 0x5151, "the child did not store");
}

/* The process names a page of its kernel as its child's descriptor. */
static void kernel_descriptor(struct rig *r) {
    user_vmm(r);
    map_page(r, r->a1.desc, LEAF);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(13, r->a1.desc), "how %d cause %d", (int)s.how, (int)s.cause);
    map_page(r, r->a1.desc, (LEAF | U) & ~W);
    s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(15, r->a1.desc), "read-only: how %d cause %d", (int)s.how, (int)s.cause);
}

static void kernel_table(struct rig *r) {
    user_vmm(r);
    map_page(r, r->a1.table, LEAF);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(13, r->a1.table), "how %d cause %d", (int)s.how, (int)s.cause);
}

/* The process lays its child's range over its kernel's memory: the confused deputy. */
static void kernel_target(struct rig *r) {
    paging(r, V | R | W | U | A | D);
    put(r, &r->a, RAM + ROOM, 0x6b65726e656c);
    grant(r, &r->a1, 0x50000000, PAGE, RAM + ROOM, RWX);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), 0x50000000);
    WANT(IS_TRAP(15, RAM + ROOM), "how %d cause %d tval 0x%llx", (int)s.how, (int)s.cause,
         (unsigned long long)s.tval);
    s = enter_child(r, FROND_MODE_U, LD(A0, A1, 0), 0x50000000);
    WANT(IS_TRAP(13, RAM + ROOM), "load: how %d cause %d", (int)s.how, (int)s.cause);
    s = enter_child(r, FROND_MODE_U, JALR(ZERO, A1, 0), 0x50000000);
    WANT(s.how == TRAPPED && s.cause == 13, "fetch: how %d cause %d", (int)s.how, (int)s.cause);
    WANT(get(r, &r->a, RAM + ROOM) == 0x6b65726e656c, "the kernel's memory changed");
    struct frond_desc d = desc(r, &r->a1);
    WANT(d.x[A0] == 0x5151 && d.pc == 0x50000000, "the child was harmed: pc 0x%llx",
         (unsigned long long)d.pc);
}

static void read_only_target(struct rig *r) {
    paging(r, V | R | W | U | A | D);
    map_page(r, RAM + ROOM, (LEAF | U) & ~W);
    grant(r, &r->a1, 0x50000000, PAGE, RAM + ROOM, RWX);
    struct seen s = enter_child(r, FROND_MODE_U, LD(A0, A1, 0), 0x50000000);
    WANT(s.how == RETIRED, "how %d cause %d", (int)s.how, (int)s.cause);
    s = enter_child(r, FROND_MODE_U, AMOADD_D(A2, A0, A1), 0x50000000);
    WANT(s.how == TRAPPED && (s.cause == 15 || s.cause == 13), "how %d cause %d", (int)s.how,
         (int)s.cause);
    WANT(get(r, &r->a, RAM + ROOM) == 0, "it was stored to");
}

/* The kernel unmaps a page of the process under its child, between two ENTERs and while what was
 * composed is still kept. */
static void unmapped_later(struct rig *r) {
    kernel_target(r);
    map_page(r, RAM + ROOM, LEAF | U);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), 0x50000000);
    WANT(s.how == RETIRED, "mapped: how %d cause %d", (int)s.how, (int)s.cause);
    map_page(r, RAM + ROOM, 0);
    put(r, &r->a, RAM + ROOM, 1);
    s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), 0x50000000);
    WANT(IS_TRAP(15, RAM + ROOM), "unmapped: how %d cause %d", (int)s.how, (int)s.cause);
    WANT(get(r, &r->a, RAM + ROOM) == 1, "it was stored to");
}

/* A kernel without SUM must not lend what is its user's. */
static void kernel_without_sum(struct rig *r) {
    paging(r, LEAF);
    struct seen s = enter_child(r, FROND_MODE_S, SD(A0, A1, 0), RAM + DATA);
    WANT(s.how == TRAPPED, "code of U from S: how %d", (int)s.how);
    map_page(r, RAM + CODE, LEAF);
    s = enter_child(r, FROND_MODE_S, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(13, r->a1.desc), "how %d cause %d", (int)s.how, (int)s.cause);
    with_status(r, &r->a, 1 << 18); /* SUM */
    s = enter_child(r, FROND_MODE_S, SD(A0, A1, 0), RAM + DATA);
    WANT(s.how == RETIRED && s.cause == 9, "SUM: how %d cause %d", (int)s.how, (int)s.cause);
    with_status(r, &r->a, 0); /* and without it again */
    s = enter_child(r, FROND_MODE_S, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(13, r->a1.desc), "again: how %d cause %d", (int)s.how, (int)s.cause);
}

/* M-mode with MPRV issues as the mode in MPP: U. */
static void mprv(struct rig *r) {
    paging(r, V | R | W | U | A | D);
    map_page(r, r->a1.desc, LEAF);
    with_status(r, &r->a, 1 << 17);
    struct seen s = enter_child(r, FROND_MODE_M, SD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(13, r->a1.desc), "how %d cause %d", (int)s.how, (int)s.cause);
}

/* M-mode behind a locked entry: it cannot reach the page, nor can any child of its. */
static void pmp_locked(struct rig *r) {
    struct frond_desc d = desc(r, &r->a);
    d.csr.pmpaddr[0] = (RAM + ROOM) >> 2 | 0x1ff;
    d.csr.pmpcfg[0] = 0x99; /* locked, NAPOT, R */
    d.csr.pmpaddr[1] = (1ull << 54) - 1;
    d.csr.pmpcfg[1] = 0x1f;
    set_desc(r, &r->a, &d);
    grant(r, &r->a1, 0x50000000, PAGE, RAM + ROOM, RWX);
    struct seen s = enter_child(r, FROND_MODE_M, SD(A0, A1, 0), 0x50000000);
    WANT(IS_TRAP(7, RAM + ROOM), "how %d cause %d", (int)s.how, (int)s.cause);
    s = enter_child(r, FROND_MODE_M, LD(A0, A1, 0), 0x50000000);
    WANT(s.how == RETIRED, "load: how %d cause %d", (int)s.how, (int)s.cause);
    d = desc(r, &r->a);
    d.csr.pmpcfg[0] = 0x98;
    set_desc(r, &r->a, &d);
    s = enter_child(r, FROND_MODE_M, LD(A0, A1, 0), 0x50000000);
    WANT(IS_TRAP(5, RAM + ROOM), "no right: how %d cause %d", (int)s.how, (int)s.cause);
    d = desc(r, &r->a);
    d.csr.pmpaddr[0] = r->a1.desc >> 2 | 0x1ff;
    set_desc(r, &r->a, &d);
    s = enter_child(r, FROND_MODE_M, LD(A0, A1, 0), RAM + DATA);
    WANT(IS_TRAP(5, r->a1.desc), "descriptor: how %d cause %d", (int)s.how, (int)s.cause);
}

/* 0.1's user has only map_np; it takes an M-mode child to reach map_p. */
static void user_vmm_other_map(struct rig *r) {
    paging(r, V | R | W | U | A | D);
    map_page(r, RAM + ROOM, LEAF | U);
    grant(r, &r->a1, 0x50000000, PAGE, RAM + ROOM, RWX);
    /* map_np of 0.1: all but that page */
    struct frond_range np[] = {{RAM, ROOM, r->a.ram, RWX},
                               {RAM + ROOM + PAGE, OWN - ROOM - PAGE, r->a.ram + ROOM + PAGE, RWX}};
    poke(r, &r->root, r->a.table + 0x400, np, sizeof np);
    struct frond_desc d = desc(r, &r->a);
    d.map_np = (struct frond_map){r->a.table + 0x400, 2};
    set_desc(r, &r->a, &d);
    struct seen s = enter_child(r, FROND_MODE_U, SD(A0, A1, 0), 0x50000000);
    WANT(faulted(&s, FROND_FAULT_STORE, RAM + ROOM) && (s.exit.flags & FROND_XF_NP) != 0,
         "how %d kind %u flags %u", (int)s.how, s.exit.kind, s.exit.flags);
    WANT(get(r, &r->a, RAM + ROOM) == 0, "it was stored to");
}

/* The child finds its VMM's page table in its own memory and maps itself the kernel. */
static void child_edits_page_table(struct rig *r) {
    kernel_target(r);
    grant(r, &r->a1, 0x60000000, PAGE, RAM + PT_4K, RWX);
    map_page(r, RAM + PT_4K, LEAF | U); /* 0.1's own folly */
    uint64_t at = 0x60000000 + 8 * (ROOM >> 12);
    uint64_t before = get(r, &r->a, RAM + PT_4K + 8 * (ROOM >> 12));
    struct frond_desc d = desc(r, &r->a1);
    d.x[A2] = before | U;
    d.x[A3] = 0x50000000;
    set_desc(r, &r->a1, &d);
    const uint32_t code[] = {SD(A2, A1, 0), LD(A4, A3, 0), SD(ZERO, A1, 0), LD(A5, A3, 0), ECALL};
    struct seen s = enter_child(r, FROND_MODE_U, 0, at);
    poke(r, &r->a1, RAM + STUB, code, sizeof code);
    d = desc(r, &r->a1);
    d.pc = RAM + STUB;
    d.x[A1] = at;
    set_desc(r, &r->a1, &d);
    s = DO_IN(FROND_MODE_U, &r->a, r->a1.desc, CTL + FROND_CTL_ENTER, SD(A0, A1, 0));
    WANT(IS_TRAP(13, RAM + ROOM), "how %d cause %d tval 0x%llx", (int)s.how, (int)s.cause,
         (unsigned long long)s.tval);
    WANT(reg(r, &r->a1, A4) == 0x6b65726e656c, "the PTE that it wrote was not seen");
}

/* Page tables where there is no memory. */
static void page_table_nowhere(struct rig *r) {
    struct {
        uint64_t at;
        uint64_t cause; /* 0: FAULT WALK */
    } rows[] = {{FROND_PLIC_BASE, 5}, {0x10001000, 5}, {0x20000000, 0}, {RAM + OWN, 0}};
    grant(r, &r->a, 0x10001000, PAGE, 0x10001000, FROND_R | FROND_W);
    for (unsigned i = 0; i < 4; i++) {
        struct frond_desc d = desc(r, &r->a);
        d.csr.satp = 8ull << 60 | rows[i].at >> 12;
        d.csr.mstatus = 1 << 17 | 1 << 11; /* MPRV, MPP = S: only data accesses */
        set_desc(r, &r->a, &d);
        struct seen s = load(r, &r->a, RAM + DATA);
        if (rows[i].cause)
            WANT(s.how == TRAPPED && s.cause == rows[i].cause, "0x%llx: how %d cause %d",
                 (unsigned long long)rows[i].at, (int)s.how, (int)s.cause);
        else
            WANT(faulted(&s, FROND_FAULT_WALK, rows[i].at + 16), "0x%llx: how %d kind %u",
                 (unsigned long long)rows[i].at, (int)s.how, s.exit.kind);
    }
}

/* ---- A process and its kernel, without any child --------------------------------------------------- */

enum { LOADS, STORES, AMOS, RESERVES, FETCHES, CROSSES };

/* The page at ROOM is the kernel's, the one before it the user's; what U tries is in row->how. */
static void process(struct rig *r, bool by_pmp) {
    const struct {
        uint32_t insn;
        uint64_t page_fault, access_fault;
    } reaches[] = {[LOADS] = {LD(A2, A1, 0), 13, 5},       [STORES] = {SD(A0, A1, 0), 15, 7},
                   [AMOS] = {AMOADD_D(A2, A0, A1), 15, 7}, [RESERVES] = {LR_D(A2, A1), 13, 5},
                   [FETCHES] = {JALR(ZERO, A1, 0), 12, 1}, [CROSSES] = {SD(A0, A1, -4), 15, 7}};
    const unsigned how = r->row->how;
    put(r, &r->a, RAM + ROOM, 0x6b65);
    put(r, &r->a, RAM + ROOM - 8, 0x1111);
    struct seen s = act(r, &r->a, FROND_MODE_U, &reaches[how].insn, 1, UINT64_MAX, RAM + ROOM);
    WANT(IS_TRAP(by_pmp ? reaches[how].access_fault : reaches[how].page_fault, RAM + ROOM),
         "how %d cause %d tval 0x%llx", (int)s.how, (int)s.cause, (unsigned long long)s.tval);
    WANT(get(r, &r->a, RAM + ROOM) == 0x6b65 && get(r, &r->a, RAM + ROOM - 8) == 0x1111,
         "it was stored to");
}

static void process_paged(struct rig *r) {
    paging(r, LEAF);
    map_page(r, RAM + ROOM - PAGE, LEAF | U);
    process(r, false);
}

static void close_page(struct rig *r, uint64_t page) {
    struct frond_desc d = desc(r, &r->a);
    d.csr.pmpaddr[0] = page >> 2 | 0x1ff;
    d.csr.pmpcfg[0] = 0x18; /* NAPOT, no right */
    d.csr.pmpaddr[1] = (1ull << 54) - 1;
    d.csr.pmpcfg[1] = 0x1f;
    set_desc(r, &r->a, &d);
}

static void process_pmp(struct rig *r) {
    close_page(r, RAM + ROOM);
    process(r, true);
}

/* A kernel's page table in what PMP keeps from it. */
static void walk_pmp(struct rig *r) {
    paging(r, LEAF);
    close_page(r, RAM + PT_RAM);
    struct frond_desc d = desc(r, &r->a);
    d.csr.mstatus = 1 << 17 | 1 << 11; /* MPRV, MPP = S */
    set_desc(r, &r->a, &d);
    struct seen s = load(r, &r->a, RAM + DATA);
    WANT(IS_TRAP(5, RAM + DATA), "how %d cause %d", (int)s.how, (int)s.cause);
}

/* Each CSR of a mode above, read and written. */
static void csrs_above(struct rig *r, unsigned mode, unsigned from) {
    static const unsigned csr[] = {0x100, 0x104, 0x105, 0x140, 0x141, 0x144, 0x180, /* S */
                                   0x300, 0x302, 0x303, 0x304, 0x305, 0x306, 0x340,
                                   0x341, 0x344, 0x3a0, 0x3b0, 0xb00, 0xf14};
    const struct frond_desc before = desc(r, &r->a);
    for (unsigned i = from; i < sizeof csr / sizeof csr[0] && rig_ok(r); i++) {
        struct seen s = DO_IN(mode, &r->a, UINT64_MAX, 0, CSRRW(A2, csr[i], A0));
        WANT(s.how == TRAPPED && s.cause == 2, "write 0x%x: how %d cause %d", csr[i], (int)s.how,
             (int)s.cause);
        s = DO_IN(mode, &r->a, 0, 0, CSRR(A2, csr[i]));
        WANT(s.how == TRAPPED && s.cause == 2, "read 0x%x: how %d cause %d", csr[i], (int)s.how,
             (int)s.cause);
    }
    const struct frond_desc d = desc(r, &r->a);
    WANT(d.csr.mtvec == before.csr.mtvec && d.csr.satp == before.csr.satp &&
             memcmp(d.csr.pmpaddr, before.csr.pmpaddr, sizeof d.csr.pmpaddr) == 0,
         "a CSR changed");
    struct seen s = DO_IN(mode, &r->a, 0, 0, MRET);
    WANT(s.how == TRAPPED && s.cause == 2, "mret: how %d cause %d", (int)s.how, (int)s.cause);
}

static void user_csrs(struct rig *r) { csrs_above(r, FROND_MODE_U, 0); }
static void kernel_csrs(struct rig *r) { csrs_above(r, FROND_MODE_S, 7); }

#define REACH(x, y, z, m)                                                                          \
    ROW("user-page-" x, "user mode", "its kernel's memory", m ", behind a page table", y,          \
        process_paged, .how = z),                                                                  \
        ROW("user-pmp-" x, "user mode", "its kernel's memory", m ", behind PMP", "pmp",            \
            process_pmp, .how = z)

const struct row issuer_rows[] = {
    ROW("user-controller", "user mode", "the node controller",
        "a process reaches for the node controller", "page-table", user_controller),
    ROW("user-controller-pmp", "user mode", "the node controller", "the same without paging", "pmp",
        user_pmp),
    ROW("user-vmm", "user mode", "nothing",
        "a process that was given the controller (no attack: the base of the next)", "", user_vmm),
    ROW("user-vmm-kernel-descriptor", "user mode", "its kernel's page",
        "its kernel's page as a descriptor", "issuer page-table", kernel_descriptor),
    ROW("user-vmm-kernel-table", "user mode", "its kernel's page",
        "its kernel's page as a range table", "issuer page-table", kernel_table),
    ROW("user-vmm-kernel-target", "user mode", "its kernel's memory",
        "its kernel's memory as its child's", "issuer page-table", kernel_target),
    ROW("user-vmm-read-only", "user mode", "a page that is read-only for it",
        "a page it may only read as its child's, for stores", "issuer", read_only_target),
    ROW("user-vmm-unmapped-later", "user mode", "a page that was its own",
        "memory that its kernel took back since", "issuer watch-page-table", unmapped_later),
    ROW("kernel-without-sum", "S-mode", "its user's pages",
        "lends its user's pages without SUM, before and after having it",
        "issuer page-table watch-store", kernel_without_sum),
    ROW("mprv-issuer", "M-mode", "its kernel's page", "ENTER with MPRV, as U", "issuer", mprv),
    ROW("pmp-locked", "M-mode", "pages locked by PMP",
        "lends pages that locked PMP entries keep from itself", "issuer pmp", pmp_locked),
    ROW("user-vmm-other-map", "user mode", "memory of map_p",
        "an M-mode child to reach what only map_p of its node has", "two-maps", user_vmm_other_map),
    ROW("child-edits-page-table", "grandchild", "the page table of its VMM",
        "writes the page table of the process that runs it", "issuer watch-page-table",
        child_edits_page_table),
    ROW("page-table-nowhere", "S-mode", "windows and gaps",
        "page tables in windows, gaps, the sibling's memory", "gap register-access",
        page_table_nowhere),
    REACH("load", "page-table", LOADS, "loads"),
    REACH("store", "page-table", STORES, "stores"),
    REACH("amo", "page-table", AMOS, "an AMO"),
    REACH("reserve", "page-table", RESERVES, "LR"),
    REACH("fetch", "page-table", FETCHES, "executes it"),
    REACH("cross", "page-table both-pages", CROSSES, "a store that ends in it"),
    ROW("kernel-pmp-walk", "S-mode", "memory closed by PMP", "as its page table", "pmp", walk_pmp),
    ROW("user-csrs", "user mode", "CSRs of S and M", "reads and writes, mret", "privilege",
        user_csrs),
    ROW("kernel-csrs", "S-mode", "CSRs of M", "reads and writes, mret", "privilege", kernel_csrs),
};
const unsigned issuer_count = sizeof issuer_rows / sizeof issuer_rows[0];
