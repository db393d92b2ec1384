/*
 * exits.c - a VMM that looks at every exit, answer and refusal of machine.md, row by row. It runs
 * at any depth: the same rows at level 1, 2, 5.
 */
#include "lib.h"

#define PAGE   4096
#define BASE   FROND_RAM_BASE
#define GAP    0x40000000 /* of the child: no range holds it */
#define VALUE  0x8877665544f3e2d1
#define MIE    ((uint64_t)1 << 3)
#define LOADED ((uint64_t)0x8182838485868788)

enum { PAGES = 16, GRAND = 8 }; /* of the child; the grandchild's begin at page GRAND */
enum { DONE = FROND_DONE, DENY = FROND_DENY, RETRY = FROND_RETRY };
enum {
    XD = FROND_XF_DONE,
    XW = FROND_XF_WRITE,
    XS = FROND_XF_SIGNED,
    XF = FROND_XF_FP,
    SELF = FROND_XF_SELF
};

extern char child_start[], child_end[];
extern char c_lb[], c_lbu[], c_lh[], c_lhu[], c_lw[], c_lwu[], c_ld[], c_lx0[], c_flw[], c_fld[],
    c_sb[], c_sh[], c_sw[], c_sd[], c_fsw[], c_fsd[], c_amo[], c_lr[], c_sc[], c_jump[], c_wfi[],
    c_nothing[], c_clw[], c_csd[], c_nops[], c_finish[], c_enter[], c_loop[];

static struct frond_desc child __attribute__((aligned(4096)));
static struct frond_range map[8] __attribute__((aligned(4096)));
static uint8_t memory[PAGES][PAGE] __attribute__((aligned(4096)));
static const char *name;
static unsigned rows, failed;
static bool row_failed;

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

static void want(const char *what, uint64_t got, uint64_t expected) {
    if (got == expected)
        return;
    print("exits: %s: %s is %lx, not %lx\n", name, what, got, expected);
    failed += !row_failed;
    row_failed = true;
}

static void begin(const char *row) {
    name = row;
    row_failed = false;
    rows++;
}

static uint64_t enter(void) {
    __asm__ volatile("sd %0, 8(%1)" ::"r"(&child), "r"((uint64_t)FROND_CTL_BASE) : "memory");
    return read64(FROND_CTL_BASE + FROND_CTL_STATUS);
}

/* A child at reset that is to run `code` with a1 and a2; its memory holds the code only. */
static void fresh(const char *code, uint64_t a1, uint64_t a2) {
    static uint64_t uid;

    memset(&child, 0, sizeof child);
    memset(memory, 0, sizeof memory);
    memcpy(memory, child_start, (size_t)(child_end - child_start));
    map[0] = (struct frond_range){BASE, sizeof memory, at(memory), FROND_R | FROND_W | FROND_X};
    child.magic = FROND_MAGIC;
    child.version = FROND_ABI_VERSION;
    child.label = 1;
    child.uid = ++uid;
    child.budget = UINT64_MAX;
    child.map_p = child.map_np = (struct frond_map){at(map), 1};
    child.pc = BASE + (uint64_t)(code - child_start);
    child.csr.mtvec = BASE;
    child.csr.mstatus = 1 << 13; /* FS */
    child.x[11] = a1;
    child.x[12] = a2;
    child.f[12] = a2;
}

static void fault(uint32_t kind, uint64_t addr, unsigned width, unsigned reg, uint64_t value,
                  unsigned flags) {
    want("status", read64(FROND_CTL_BASE + FROND_CTL_STATUS), 0);
    want("reason", child.exit.reason, FROND_EXIT_FAULT);
    want("kind", child.exit.kind, kind);
    want("addr", child.exit.addr, addr);
    want("width", child.exit.width, width);
    want("reg", child.exit.reg, reg);
    want("value", child.exit.value, value);
    want("flags", child.exit.flags, flags);
}

static void answer(uint32_t resume, uint64_t value) {
    child.resume = resume;
    child.value = value;
    want("status after the answer", enter(), 0);
    want("resume", child.resume, 0);
}

static void ended(void) {
    want("reason at the end", child.exit.reason, FROND_EXIT_HALT);
    want("code", child.exit.value, 0);
    want("pend", child.pend.reason, 0);
}

static void trapped(uint64_t cause, uint64_t value) {
    want("reason at the end", child.exit.reason, FROND_EXIT_HALT);
    want("code of a trap", child.exit.value, 77);
    want("mcause", child.x[10], cause);
    want("mtval", child.x[11], value);
}

/* ---- Loads and stores into a gap ------------------------------------------------------------- */

static const struct access {
    const char *name, *code;
    unsigned width, flags, ilen;
    uint64_t result; /* of a load: what the register holds; of a store: the record's value */
} access[] = {
    {"lb", c_lb, 1, XD | XS | SELF, 4, 0xffffffffffffff88},
    {"lbu", c_lbu, 1, XD | SELF, 4, 0x88},
    {"lh", c_lh, 2, XD | XS | SELF, 4, 0xffffffffffff8788},
    {"lhu", c_lhu, 2, XD | SELF, 4, 0x8788},
    {"lw", c_lw, 4, XD | XS | SELF, 4, 0xffffffff85868788},
    {"lwu", c_lwu, 4, XD | SELF, 4, 0x85868788},
    {"ld", c_ld, 8, XD | XS | SELF, 4, LOADED},
    {"c.lw", c_clw, 4, XD | XS | SELF, 2, 0xffffffff85868788},
    {"flw", c_flw, 4, XD | XF | SELF, 4, 0xffffffff85868788},
    {"fld", c_fld, 8, XD | XF | SELF, 4, LOADED},
    {"sb", c_sb, 1, XD | XW | SELF, 4, 0xd1},
    {"sh", c_sh, 2, XD | XW | SELF, 4, 0xe2d1},
    {"sw", c_sw, 4, XD | XW | SELF, 4, 0x44f3e2d1},
    {"sd", c_sd, 8, XD | XW | SELF, 4, VALUE},
    {"c.sd", c_csd, 8, XD | XW | SELF, 2, VALUE},
    {"fsw", c_fsw, 4, XD | XW | XF | SELF, 4, 0x44f3e2d1},
    {"fsd", c_fsd, 8, XD | XW | XF | SELF, 4, VALUE},
};

static void gap_row(const struct access *a) {
    bool store = (a->flags & XW) != 0;
    unsigned flags = a->flags & (a->width == 8 && !(a->flags & XF) ? ~(unsigned)XS : ~0u);
    uint64_t before;

    begin(a->name);
    fresh(a->code, GAP, VALUE);
    enter();
    /* Whether ld says SIGNED is of no meaning: both are right. */
    if (a->width == 8)
        child.exit.flags &= (uint8_t) ~(unsigned)XS;
    fault(store ? FROND_FAULT_STORE : FROND_FAULT_LOAD, GAP, a->width, store ? 12 : 10,
          store ? a->result : 0, flags);
    want("ilen", child.exit.ilen, a->ilen);
    want("steps before", child.clock, 0);
    want("pc", child.pc, BASE + (uint64_t)(a->code - child_start));
    before = child.csr.minstret;
    child.budget = 1;
    answer(DONE, LOADED);
    want("reason after DONE", child.exit.reason, FROND_EXIT_BUDGET);
    want("pc after DONE", child.pc, BASE + (uint64_t)(a->code - child_start) + a->ilen);
    want("clock after DONE", child.clock, 1);
    want("minstret after DONE", child.csr.minstret, before + 1);
    if (!store)
        want("register", (a->flags & XF) != 0 ? child.f[10] : child.x[10], a->result);
    if (!store && (a->flags & XF) != 0)
        want("FS", child.csr.mstatus >> 13 & 3, 3);
    begin(a->name);
    fresh(a->code, GAP, VALUE);
    enter();
    answer(DENY, 0);
    trapped(store ? 7 : 5, GAP);
    begin(a->name);
    fresh(a->code, GAP, VALUE);
    enter();
    map[0] = (struct frond_range){GAP, PAGE, at(memory[4]), FROND_R | FROND_W};
    map[1] = (struct frond_range){BASE, sizeof memory, at(memory), FROND_R | FROND_W | FROND_X};
    child.map_p.count = child.map_np.count = 2;
    answer(RETRY, 0);
    ended();
}

static void no_done(const char *row, const char *code, uint32_t kind, unsigned width,
                    unsigned flags, uint64_t cause, uint64_t addr) {
    begin(row);
    fresh(code, addr, 5);
    enter();
    child.exit.reg = 0;
    child.exit.value = 0;
    fault(kind, addr, width, 0, 0, flags);
    child.resume = DONE;
    want("DONE that may not be", enter(), FROND_ST_FIELD | FROND_D_RESUME << 16);
    answer(DENY, 0);
    trapped(cause, addr);
}

static void odd_accesses(void) {
    no_done("amoadd", c_amo, FROND_FAULT_AMO, 8, XW | SELF, 7, GAP);
    no_done("lr", c_lr, FROND_FAULT_AMO, 4, SELF, 5, GAP);
    no_done("sc", c_sc, FROND_FAULT_AMO, 8, XW | SELF, 7, GAP);
    no_done("fetch", c_jump, FROND_FAULT_FETCH, 2, SELF, 1, GAP);
    no_done("misaligned", c_lw, FROND_FAULT_LOAD, 4, XS | SELF, 5, GAP + 1);
    begin("across the end of RAM");
    fresh(c_sd, BASE + sizeof memory - 4, VALUE);
    enter();
    child.exit.reg = 0;
    child.exit.value = 0;
    fault(FROND_FAULT_STORE, BASE + sizeof memory, 8, 0, 0, XW | SELF);
    want("nothing was stored", *(uint32_t *)(void *)&memory[PAGES - 1][PAGE - 4], 0);
    answer(DENY, 0);
    trapped(7, child.x[11]); /* either address of the two is allowed by the specification */
    begin("a range without W");
    fresh(c_sd, BASE + PAGE, VALUE);
    map[0].flags = FROND_R | FROND_X;
    enter();
    fault(FROND_FAULT_STORE, BASE + PAGE, 8, 12, VALUE, XD | XW | SELF);
    map[0].flags |= FROND_W;
    answer(RETRY, 0);
    ended();
    want("stored", *(uint64_t *)(void *)memory[1], VALUE);
    begin("a target in a private window");
    fresh(c_ld, GAP, 0);
    map[0] = (struct frond_range){GAP, PAGE, FROND_CLINT_BASE, FROND_R};
    map[1] = (struct frond_range){BASE, sizeof memory, at(memory), FROND_R | FROND_W | FROND_X};
    child.map_p.count = 2;
    enter();
    want("kind", child.exit.kind, FROND_FAULT_LOAD);
    want("addr", child.exit.addr, GAP);
    answer(DENY, 0);
    trapped(5, GAP);
}

/* ---- U-mode and page tables ------------------------------------------------------------------ */

static void user(const char *code, uint64_t a1) {
    fresh(code, a1, VALUE);
    child.mode = FROND_MODE_U;
    child.csr.pmpcfg[0] = 0x1f;
    child.csr.pmpaddr[0] = UINT64_MAX >> 10;
}

static void modes(void) {
    begin("U goes through map_np");
    user(c_ld, BASE + PAGE);
    map[1] = map[0];
    map[1].target = at(memory[2]);
    map[1].size = 4 * PAGE;
    memcpy(memory[2], memory[0], PAGE);
    child.map_np = (struct frond_map){at(map) + 32, 1};
    *(uint64_t *)(void *)memory[3] = 0x1975;
    enter();
    want("reason", child.exit.reason, FROND_EXIT_HALT);
    want("read through map_np", child.x[10], 0x1975);
    begin("a gap of map_np");
    user(c_ld, GAP);
    enter();
    child.exit.flags &= (uint8_t) ~(unsigned)XS;
    fault(FROND_FAULT_LOAD, GAP, 8, 10, 0, XD | SELF | FROND_XF_NP);
    answer(DENY, 0);
    trapped(5, GAP);
    begin("a page table in a gap");
    user(c_ld, BASE + PAGE);
    child.csr.satp = (uint64_t)8 << 60 | GAP >> 12;
    enter();
    want("kind", child.exit.kind, FROND_FAULT_WALK);
    want("addr", child.exit.addr, GAP + 8 * 2); /* of the fetch: BASE >> 30 */
    want("width", child.exit.width, 8);
    want("flags", child.exit.flags, SELF);
    answer(DENY, 0);
    trapped(1, BASE + (uint64_t)(c_ld - child_start));
    begin("a page table that cannot be marked");
    user(c_nothing, 0);
    *(uint64_t *)(void *)&memory[2][16] = (BASE >> 12) << 10 | 0x1f; /* a gigapage, A clear */
    child.csr.satp = (uint64_t)8 << 60 | (BASE + 2 * PAGE) >> 12;
    map[0].size = 2 * PAGE;
    map[1] = (struct frond_range){BASE + 2 * PAGE, PAGE, at(memory[2]), FROND_R};
    child.map_p.count = child.map_np.count = 2;
    enter();
    want("kind", child.exit.kind, FROND_FAULT_WALK);
    want("addr", child.exit.addr, BASE + 2 * PAGE + 16);
    want("flags", child.exit.flags, SELF | XW);
    map[1].flags |= FROND_W;
    answer(RETRY, 0);
    want("marked", memory[2][16] & 0x40, 0x40);
}

/* ---- The other exits ------------------------------------------------------------------------- */

static void plain_exits(void) {
    begin("idle");
    fresh(c_wfi, 0, 0);
    child.csr.mie = MIE_MTIE;
    child.clint.mtimecmp = 100;
    enter();
    want("reason", child.exit.reason, FROND_EXIT_IDLE);
    want("deadline", child.deadline, 100 * FROND_STEPS_PER_TICK);
    want("clock", child.clock, 1);
    enter();
    want("still idle", child.exit.reason, FROND_EXIT_IDLE);
    want("clock of the idle", child.clock, 1);
    child.clock = child.deadline;
    enter();
    ended();
    begin("idle, no timer enabled");
    fresh(c_wfi, 0, 0);
    enter();
    want("reason", child.exit.reason, FROND_EXIT_IDLE);
    want("deadline", child.deadline, UINT64_MAX);
    child.lines = 1 << 3;
    child.plic.priority[3] = 1;
    child.plic.enable[0] = 1 << 3;
    child.csr.mie = MIE_MEIE;
    enter();
    ended();
    begin("budget");
    for (uint64_t n = 0; n < 8; n++) {
        fresh(c_nops, 0, 0);
        child.budget = n;
        enter();
        want("reason", child.exit.reason, FROND_EXIT_BUDGET);
        want("clock", child.clock, n);
        want("pc", child.pc, BASE + (uint64_t)(c_nops - child_start) + 4 * n);
    }
    begin("interrupt of the parent");
    fresh(c_nothing, 0, 0);
    csr_set("mie", MIE_MSIE);
    write32(CLINT_MSIP, 1);
    enter();
    want("reason", child.exit.reason, FROND_EXIT_INTERRUPT);
    want("clock", child.clock, 0);
    write32(CLINT_MSIP, 0);
    csr_clear("mie", MIE_MSIE);
    enter();
    ended();
    begin("timer of the parent");
    fresh(c_loop, 0, 0);
    csr_set("mie", MIE_MTIE);
    write64(CLINT_MTIMECMP, read64(CLINT_MTIME) + 50);
    enter();
    want("reason", child.exit.reason, FROND_EXIT_INTERRUPT);
    want("it ran until then", child.clock > 3000, true);
    write64(CLINT_MTIMECMP, UINT64_MAX);
    csr_clear("mie", MIE_MTIE);
    begin("finisher: code");
    fresh(c_finish, 0x00213333, 0);
    enter();
    want("reason", child.exit.reason, FROND_EXIT_HALT);
    want("kind", child.exit.kind, FROND_HALT_EXIT);
    want("code", child.exit.value, 0x21);
    begin("finisher: reset");
    fresh(c_finish, 0x7777, 0);
    enter();
    want("reason", child.exit.reason, FROND_EXIT_HALT);
    want("kind", child.exit.kind, FROND_HALT_RESET);
    enter();
    ended(); /* entered again, it goes on */
    begin("finisher: another value");
    fresh(c_finish, 0x1234, 0);
    enter();
    ended();
}

static void bad_tables(void) {
    begin("a table out of order");
    fresh(c_nothing, 0, 0);
    map[1] = map[0];
    map[2] = map[0];
    map[2].base += PAGE;
    child.map_p.count = 3;
    enter(); /* the search reads entry 1, which holds the code: nothing else is noticed */
    ended();
    begin("a table entry that is not well formed");
    fresh(c_nothing, 0, 0);
    map[0].flags |= 16;
    enter();
    want("reason", child.exit.reason, FROND_EXIT_BAD);
    want("kind", child.exit.kind, FROND_BAD_MAP_P);
    want("value", child.exit.value, 0);
    map[0].flags &= FROND_FLAGS;
    enter();
    ended();
    begin("the same in map_np");
    user(c_nothing, 0);
    map[1] = (struct frond_range){BASE, PAGE, at(memory), FROND_X};
    map[1].size = 0;
    child.map_np = (struct frond_map){at(map) + 32, 1};
    enter();
    want("reason", child.exit.reason, FROND_EXIT_BAD);
    want("kind", child.exit.kind, FROND_BAD_MAP_NP);
}

/* A field given a value that it may not have. `said`: the offset that STATUS names. */
static void bad_field(uint64_t offset, unsigned width, uint64_t value, uint64_t said) {
    uint64_t at_field = at(&child) + offset;

    begin("a field");
    fresh(c_nothing, 0, 0);
    if (width == 8)
        *(uint64_t *)(uintptr_t)at_field = value;
    else
        *(uint32_t *)(uintptr_t)at_field = (uint32_t)value;
    want("status", enter(), FROND_ST_FIELD | said << 16);
    want("reason", child.exit.reason, FROND_EXIT_NONE);
    want("clock", child.clock, 0);
}

static void refusals(void) {
    bad_field(FROND_D_MAGIC, 8, 1, FROND_D_MAGIC);
    bad_field(FROND_D_VERSION, 4, 0x7fff, FROND_D_VERSION);
    bad_field(0x0c, 4, 1, 0x0c);
    bad_field(FROND_D_LABEL, 8, UINT64_MAX, FROND_D_LABEL);
    bad_field(FROND_D_MAP_NP, 8, at(map) + 16, FROND_D_MAP_NP);
    bad_field(FROND_D_MAP_NP + 8, 8, ((uint64_t)1 << 32) + 1, FROND_D_MAP_NP + 8);
    bad_field(FROND_D_MAP_P, 8, at(map) + 1, FROND_D_MAP_P);
    bad_field(FROND_D_LINES, 4, 1, FROND_D_LINES);
    bad_field(FROND_D_LINES + 4, 4, 1, FROND_D_LINES + 4);
    bad_field(FROND_D_RESUME, 4, DENY, FROND_D_RESUME);
    bad_field(FROND_D_RESUME, 4, 3, FROND_D_RESUME);
    bad_field(FROND_D_ACTIVE, 8, PAGE + 3, FROND_D_ACTIVE);
    bad_field(FROND_D_ACTIVE, 8, 4096 | 8, FROND_D_ACTIVE);
    bad_field(FROND_D_PLIC, 4, 1, FROND_D_PLIC);
    bad_field(FROND_D_PLIC + 4, 4, 8, FROND_D_PLIC + 4);
    bad_field(FROND_D_CLINT + 16, 4, 2, FROND_D_CLINT + 16);
    bad_field(0x300, 8, 1, 0x280);
    bad_field(FROND_D_PC, 8, BASE + 1, FROND_D_PC);
    bad_field(FROND_D_MODE, 4, 3, FROND_D_MODE);
    bad_field(FROND_D_WAIT, 4, 2, FROND_D_WAIT);
    bad_field(FROND_D_X, 8, 1, FROND_D_X);
    bad_field(FROND_D_CSR, 8, 0x100, FROND_D_CSR);
    bad_field(FROND_D_CSR + 8, 8, 2 << 11, FROND_D_CSR + 8);
    bad_field(0xff8, 8, 1, 0x780);
    begin("a descriptor that is not on a page");
    write64(FROND_CTL_BASE + FROND_CTL_ENTER, at(&child) + 8);
    want("status", read64(FROND_CTL_BASE + FROND_CTL_STATUS), FROND_ST_ALIGN);
    begin("WHO");
    want("who", read64(FROND_CTL_BASE + FROND_CTL_WHO), UINT64_MAX);
    begin("ID");
    want("id", read64(FROND_CTL_BASE), FROND_CTL_MAGIC | (uint64_t)FROND_ABI_VERSION << 48);
}

/* ---- A child that is a VMM ------------------------------------------------------------------- */

static struct frond_desc *grand(void) { return (struct frond_desc *)(void *)memory[GRAND]; }
static struct frond_range *grand_map(void) {
    return (struct frond_range *)(void *)memory[GRAND + 1];
}

/* The child enters a grandchild that runs `code` in the child's pages from GRAND + 2. */
static void nested(const char *code, uint64_t a1) {
    struct frond_desc *g;

    fresh(c_enter, BASE + GRAND * PAGE, FROND_CTL_BASE);
    g = grand();
    g->magic = FROND_MAGIC;
    g->version = FROND_ABI_VERSION;
    g->label = 1;
    g->budget = UINT64_MAX;
    g->map_p = g->map_np = (struct frond_map){BASE + (GRAND + 1) * PAGE, 1};
    grand_map()[0] = (struct frond_range){BASE, 2 * PAGE, BASE + (GRAND + 2) * PAGE,
                                          FROND_R | FROND_W | FROND_X};
    memcpy(memory[GRAND + 2], child_start, (size_t)(child_end - child_start));
    g->pc = BASE + (uint64_t)(code - child_start);
    g->csr.mtvec = BASE;
    g->x[11] = a1;
    g->x[12] = VALUE;
}

/* A hole of one page in the child's map. */
static void hole(unsigned page) {
    const struct frond_range all = {BASE, sizeof memory, at(memory), FROND_R | FROND_W | FROND_X};

    map[0] = all;
    map[0].size = page * PAGE;
    map[1] = all;
    map[1].base += (page + 1) * PAGE;
    map[1].target += (page + 1) * PAGE;
    map[1].size -= (page + 1) * PAGE;
    child.map_p.count = child.map_np.count = 2;
}

static void fill(void) {
    child.map_p.count = child.map_np.count = 1;
    map[0].size = sizeof memory;
}

static void grandchildren(void) {
    begin("a grandchild runs");
    nested(c_nothing, 0);
    enter();
    ended();
    want("its status", child.x[10], 0);
    want("its reason", grand()->exit.reason, FROND_EXIT_HALT);

    begin("a descriptor in a gap: mapped, it goes on");
    nested(c_nothing, 0);
    hole(GRAND);
    enter();
    want("kind", child.exit.kind, FROND_FAULT_DESC);
    want("addr", child.exit.addr, BASE + GRAND * PAGE);
    want("self", child.exit.flags & SELF, SELF);
    fill();
    answer(RETRY, 0);
    ended();
    begin("a descriptor in a gap: denied");
    nested(c_nothing, 0);
    hole(GRAND);
    enter();
    answer(DENY, 0);
    trapped(5, BASE + GRAND * PAGE);
    want("active", child.active, 0);

    begin("a table in a gap: mapped, it goes on");
    nested(c_nothing, 0);
    hole(GRAND + 1);
    enter();
    want("kind", child.exit.kind, FROND_FAULT_MAP);
    want("addr", child.exit.addr, BASE + (GRAND + 1) * PAGE);
    fill();
    answer(RETRY, 0);
    ended();
    want("its reason", grand()->exit.reason, FROND_EXIT_HALT);
    begin("a table in a gap: denied");
    nested(c_nothing, 0);
    hole(GRAND + 1);
    enter();
    answer(DENY, 0);
    trapped(5, BASE + (GRAND + 1) * PAGE);

    begin("the grandchild's page in our gap: DONE");
    nested(c_ld, BASE + PAGE + 8);
    hole(GRAND + 3);
    enter();
    want("kind", child.exit.kind, FROND_FAULT_LOAD);
    want("addr", child.exit.addr, BASE + (GRAND + 3) * PAGE + 8);
    want("self", child.exit.flags & SELF, 0);
    want("active", child.active, BASE + GRAND * PAGE + 4);
    want("pend of the grandchild", grand()->pend.addr, BASE + PAGE + 8);
    want("pend of the child", child.pend.addr, BASE + (GRAND + 3) * PAGE + 8);
    answer(DONE, LOADED);
    ended();
    want("its register", grand()->x[10], LOADED);
    begin("the grandchild's page in our gap: RETRY");
    nested(c_ld, BASE + PAGE + 8);
    hole(GRAND + 3);
    enter();
    *(uint64_t *)(void *)&memory[GRAND + 3][8] = 42;
    fill();
    answer(RETRY, 0);
    ended();
    want("its register", grand()->x[10], 42);
    begin("the grandchild's page in our gap: DENY");
    nested(c_ld, BASE + PAGE + 8);
    hole(GRAND + 3);
    enter();
    answer(DENY, 0);
    ended();
    want("its status", child.x[10], 0);
    want("its reason", grand()->exit.reason, FROND_EXIT_FAULT);
    want("its addr", grand()->exit.addr, BASE + PAGE + 8);
    want("its self", grand()->exit.flags & SELF, SELF);
    begin("our budget ends inside the grandchild");
    nested(c_nops, 0);
    child.budget = 4;
    enter();
    want("reason", child.exit.reason, FROND_EXIT_BUDGET);
    want("clock", child.clock, 4);
    want("its clock", grand()->clock, 4);
    want("active", child.active, BASE + GRAND * PAGE + 4);
    child.budget = UINT64_MAX;
    enter();
    ended();
    begin("suspended, moved and entered again");
    nested(c_nops, 0);
    child.budget = 4;
    enter();
    memcpy(memory[GRAND + 6], memory[GRAND], PAGE);
    memset(memory[GRAND], 0xa5, PAGE);
    child.active = (BASE + (GRAND + 6) * PAGE) | 4;
    child.budget = UINT64_MAX;
    enter();
    ended();
    want("the old page", memory[GRAND][0], 0xa5);
    begin("a descriptor that is the child's own");
    nested(c_nothing, 0);
    map[0].size = GRAND * PAGE;
    map[1] = (struct frond_range){BASE + GRAND * PAGE, PAGE, at(&child), FROND_R | FROND_W};
    child.map_p.count = child.map_np.count = 2;
    enter();
    ended();
    want("its status", child.x[10], FROND_ST_ONPATH);
    begin("a child that reads its own descriptor");
    fresh(c_ld, BASE + GRAND * PAGE, 0);
    map[0].size = GRAND * PAGE;
    map[1] = (struct frond_range){BASE + GRAND * PAGE, PAGE, at(&child), FROND_R | FROND_W};
    child.map_p.count = child.map_np.count = 2;
    enter();
    want("kind", child.exit.kind, FROND_FAULT_DESC);
    answer(DENY, 0);
    trapped(5, BASE + GRAND * PAGE);
}

int main(uint64_t hart, const void *tree) {
    (void)hart;
    (void)tree;
    for (unsigned i = 0; i < sizeof access / sizeof access[0]; i++)
        gap_row(&access[i]);
    odd_accesses();
    modes();
    plain_exits();
    bad_tables();
    refusals();
    grandchildren();
    print("exits: %u rows, %u failed\n", rows, failed);
    return failed != 0;
}
